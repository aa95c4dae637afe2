"""Decides when two pages are one article, and which of several copies comes first.

Each address has one document. Two documents with the same text, at one site or at two, are copies of one
story. Texts are folded before the comparison (``newscrawl.text.fold``), so spelling, vowel marks and digits
make no difference. Only what the newspaper wrote is compared, without view counters, date stamps, datelines
and agency credits.

Candidates are found by title or by bands of a signature (``newscrawl.signatures``). Their sites and days
decide whether they may be copies; ``newscrawl.comparison`` compares their texts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from newscrawl import comparison
from newscrawl.comparison import SIGNED_WORDS, WEEKDAYS, Text, month_names
from newscrawl.frames import NO_FRAME, Frame
from newscrawl.items import Article, Duplicate, Signature, changed
from newscrawl.signatures import (
    band_keys,
    day_buckets,
    in_buckets,
    is_current,
    signature,
    span_buckets,
)
from newscrawl.text import clean, fold
from newscrawl.text.cleaning import needs_no_repair
from newscrawl.vocabulary import Calendar, CopyKind, DateWarning, SearchScope

IDENTITY_VERSION = 4
"""Version of the comparison, stored in ``made_by``."""

SEARCH_WORDS = 120
"""Maximum number of words of title, lede and body in the search text. It is fixed because the text index
weighs a word by the length of its text; articles of equal weight stay in order of arrival."""

WINDOW = dt.timedelta(days=7)
"""Maximum time between the dates of copies at two sites."""
LOOK_BACK = dt.timedelta(days=60)
"""Assumed maximum age of an article without any date, before its first visit."""
MOST_SPANS = 12
"""Maximum number of nine-week periods under which an inexact day is indexed: the last of its interval."""
COUNTED = dt.timedelta(days=2)
"""Maximum time between the first and the last day that a count of days (``منذ يومين``) allows."""
DAYS_APART, APART_WORDS = dt.timedelta(days=2), 0.82
"""Background paragraphs and templates recur on other days. So texts with different titles and days this far
apart are copies only if they share this part of the shorter text's words."""

Fields = Mapping[str, Any]
"""An article as a document of the collection ``articles``."""
IDENTIFIED = ("title", "lede", "body", "dateline", "agencies", "day", "published", "first_seen_at")
"""The fields that :func:`identifying` reads."""

# --- Words, folded -----------------------------------------------------------------------------

_CLOCK = (
    "في يوم بتاريخ تاريخ بتوقيت التوقيت توقيت على علي عند الساعه و منذ قبل دقيقه دقايق دقيقتين ساعه ساعات "
    "ساعتين يومين ايام اسبوع اسبوعين اسابيع شهر شهرين اشهر صباحا مساء ظهرا زوالا ليلا بعد الظهر الاول الثاني "
    "الاولي الثانيه الاخر الاخره م ص ه هجري هجريه ميلادي ميلاديه gmt utc am pm غرينتش جرينتش كرينتش المغرب "
    "مكه محلي المحلي"
)


def _any_of(words: Iterable[str]) -> str:
    """A pattern that matches any of these words."""
    return "|".join(map(re.escape, sorted(words)))


# A counter or a stamp changes by itself, but inside a sentence, the newspaper wrote it.
_COUNT = r"\d+(?: \d+)*(?: ?(?:k|m|الف|الاف|مليون))?"
_COUNTED = (
    r"(?:مشاهد(?:ه|ات|ا)|قراء(?:ه|ات)|قاري|قاريا|قراء|زيار(?:ه|ات)|زايرا?|زوار|تعليق(?:ا|ات)?|مشارك(?:ه|ات)"
    r"|اعجاب(?:ا|ات)?|views?|vues?|reads?|shares?|comments?)"
)
_SEEN = (
    r"(?:شوهدت?|قريت?|تمت? (?:قراء[هت]|مشاهد[هت]|عرض|زيار[هت])) (?:\w+ ){0,3}?"
    + _COUNT
    + r"(?: (?:مره|مرات))?"
)
# Hijri months have many transliterations; their beginnings are enough here.
_LATIN = (
    r"(?:ra[bjdgm]|re[bcjdm]|r\.|rmd|ju?m|jou|jam|dsch|cem|d[hzu]|z[ui]|th|s[hy]|sch|cha|che|mu|mo|saf|sef|sap"
    r"|sab|sev|sew|qada|hija)[a-z]*\d?"
)
_LATIN_MORE = (
    r"(?:a[wu]|uu|xi|ha|tha|san|akh|aakh|alk|ula|oul|ool|tan|qi|qa|qe|ka|hi|he)[a-z]*"
    r"|[aeu]l|ath?|us|[lth]|q|i{1,2}"
)
_SEGMENTS = re.compile(
    r"[\s|•·()\[\]](?:(?<=\S)\s?|(?<=\s)(?:[|•·()\[\]]\s?|[-–—]\s(?!\d{1,2}[:.h]\d\d)|(?<=[.!؟?؛…]\s)"
    r"|(?<!عدد\s)(?=(?:عدد\s)?(?:ال)?(?:مشاهدات|قراءات|زيارات|تعليقات|مشاركات|القراء|الزوار)\s?:)))"
)
"""The separators of the pieces of a line. The pattern begins with the few characters that may start a
separator, which is three times as fast as trying one pattern after another."""
_MAYBE_STAMP = re.compile(r"\d|منذ")
_SINCE = "منذ"
_NOT_PROSE = re.compile("[^\u0621-\u063a\u0641-\u0652 a-zA-Z.,،؛؟!:«»\"'…/]")
"""A line without any of these characters has no separator and no number."""


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _segments(text: str) -> Iterator[str]:
    """The pieces of a text, except pieces that change by themselves."""
    for line in text.split("\n"):
        yield from _pieces(line)[0]


@lru_cache(maxsize=256)
def _pieces(line: str) -> tuple[tuple[str, ...], bool]:
    """The lasting pieces of a line, and whether they contain all of its words. Cached, because both the hash
    of an article and its words are made from them.
    """
    if not (_SINCE in line or _NOT_PROSE.search(line)):
        return (line,), True  # as in most lines, there is nothing to remove; takes a tenth of the time
    # Without repeated spaces, because the pattern would try each space.
    segments = _SEGMENTS.split(" ".join(line.split()))
    pieces = list(map(_lasting, segments))
    return tuple(filter(None, pieces)), pieces == segments


@cache
def _stamps() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The patterns of a line that is a counter or a stamp, and of a counter or stamp at the edge of a line.

    They are made on the first call: reading the months and compiling takes 0.02 s, and most commands do not
    need them.
    """
    words = {word for names in month_names() for word in names} | {*WEEKDAYS, *_CLOCK.split()}
    date = rf"(?: (?:\d+|{_any_of(words)}|{_LATIN}|{_LATIN_MORE})\b)+"
    updated = r"(?:اخر (?:تحديث|تعديل)|تاريخ (?:ال|اخر )?(?:تحديث|تعديل|نشر)|last updated?)" + date
    line = (
        rf"(?:(?:عدد )?(?:ال)?(?:مرات )?(?:ال)?{_COUNTED} {_COUNT}(?: (?:مره|مرات))?|{_COUNT} {_COUNTED}"
        r"|(?:(?:تم |تمت )?(?:ال)?(?:تحديث|تعديل|نشر|نشرت|حدث|حدثت|عدل|محدث|updated|published|mis a jour)"
        rf"(?:ه|ها)?){date}|منذ{date}|(?:يوم )?(?:{_any_of(WEEKDAYS)}){date}"
        rf"|\d+ (?:{_any_of({names[0] for names in month_names()})}|{_LATIN})(?:{date})?)"
    )
    edge = rf"^(?:{_SEEN}|{updated})\b|\b(?:{_SEEN}|{updated})$"
    return re.compile(line), re.compile(edge)


def _lasting(segment: str) -> str:
    """A segment without a counter or a stamp at its edge; empty if nothing else is left."""
    if not _MAYBE_STAMP.search(segment):
        return segment
    folded = fold(segment)
    line, edge = _stamps()
    rest = "" if line.fullmatch(folded) else edge.sub("", folded).strip()
    return segment if rest == folded else rest


def content_hash(title: str | None, lede: str | None, body: str) -> str:
    """Hash (32 hex digits) of the text that a reader sees, without view counters and date stamps.

    It is equal for two texts that ``clean`` makes equal; a single corrected letter changes it.

    >>> content_hash("الحكومة", None, "الخبر. شوهد 123 مرة") == content_hash("الحكـــومة", None, "الخبر.")
    True
    """
    return _hash("\n".join([_lasting_text(part or "") for part in (title, lede, body)]))


def _lasting_text(text: str) -> str:
    """The cleaned text on one line, without the pieces that change by themselves."""
    if not needs_no_repair(text):  # rare, as articles are cleaned before; saves half of the time
        text = clean(text)
    line = " ".join(filter(None, _segments(text))).strip()
    return " ".join(line.split()) if "  " in line else line


def title_key(title: str) -> str:
    """Hash (32 hex digits) of the folded title; an empty string for an empty title.

    >>> title_key("أسعار العملات") == title_key("اسعار العملات")
    True
    """
    folded = fold(title)
    return _hash(folded) if folded else ""


def identifying(article: Fields) -> dict[str, Any]:
    """``content_hash``, ``title_key``, ``search_text``, ``signature`` and ``bands`` of an article.

    The search text has only the first words, because an index over whole bodies would cost more than the rest
    of a crawl.
    """
    title, lede, body = article["title"], article["lede"], article["body"]
    words, whole = _compared(lede, body, article["dateline"], article["agencies"])
    signed = signature(words)
    if len(words) < SIGNED_WORDS:
        signed = replace(signed, values=b"")
    if (
        whole and search_scope() == SearchScope.OPENING
    ):  # folds lede and body only once, which saves a tenth of the time
        searched = " ".join([*fold(title).split(), *words[:SEARCH_WORDS]][:SEARCH_WORDS])
    else:
        searched = search_text(title, lede, body)
    return {
        "content_hash": content_hash(title, lede, body),
        "title_key": title_key(title),
        "search_text": searched,
        "signature": signed,
        "bands": bands({**article, "signature": signed}),
    }


def search_text(title: str, lede: str | None, body: str) -> str:
    """The folded words of an article for the text index, in order.

    >>> search_text("أسعار الخضر", None, "تراجعت الأسعار.")
    'اسعار الخضر تراجعت الاسعار'
    """
    if search_scope() == SearchScope.BODY:
        return fold("\n".join(part for part in (title, lede, body) if part))
    most = SEARCH_WORDS * 3 // 2  # more words than needed, because a dash between spaces is not a word
    opening = " ".join(body.split(None, most)[:most])
    for text in (opening, body):
        words = fold("\n".join(part for part in (title, lede, text) if part)).split()
        if len(words) >= SEARCH_WORDS:
            break
    return " ".join(words[:SEARCH_WORDS])


_scope = [SearchScope.OPENING]


def search_scope() -> SearchScope:
    """How much of an article goes into the text index."""
    return _scope[0]


def use_search_scope(scope: str) -> None:
    """Set whether, from now on, the text index gets the opening of an article or its whole body.

    Example: ``use_search_scope("body")``. Raises ``ValueError`` for any other word.
    """
    _scope[0] = SearchScope(scope)


def identify(article: Article) -> Article:
    """The same article with the fields of :func:`identifying`."""
    read: dict[str, Any] = {name: getattr(article, name) for name in IDENTIFIED}
    if article.published:
        read["published"] = {"earliest": article.published.earliest, "latest": article.published.latest}
    return changed(article, **identifying(read))


def compared_words(lede: str | None, body: str, dateline: str | None, agencies: Sequence[str]) -> list[str]:
    """The folded words by which a text is compared, without dateline, credit lines and stamps.

    >>> compared_words(None, "الرباط - و م ع: انطلقت القمة.", "الرباط - و م ع", ["و م ع"])
    ['انطلقت', 'القمه']
    """
    return _compared(lede, body, dateline, agencies)[0]


def _compared(
    lede: str | None, body: str, dateline: str | None, agencies: Sequence[str]
) -> tuple[list[str], bool]:
    """The compared words, and whether they are all words of lede and body."""
    paragraphs = body.split("\n\n")
    if dateline:
        paragraphs[0] = paragraphs[0].removeprefix(dateline)
    if agencies and len(paragraphs) > 1:
        paragraphs = [
            paragraph
            for place, paragraph in enumerate(paragraphs)
            if 0 < place < len(paragraphs) - 1 or len(paragraph.split()) > 5
        ]
    lines = [_pieces(line) for text in (lede or "", *paragraphs) for line in text.split("\n")]
    words = fold("\n".join([piece for pieces, _ in lines for piece in pieces])).split()
    whole = not dateline and not agencies and all(whole for _, whole in lines)
    return words, whole


# --- Where copies are looked for ---------------------------------------------------------------


def reach(article: Fields) -> tuple[dt.date, dt.date] | None:
    """The first and the last day on which an article may have been published, for finding its copies.

    An article without any date is assumed to be at most :data:`LOOK_BACK` older than its first visit; None if
    that is unknown, too.
    """
    if days := allowed_days(article):
        return days
    if seen := article["first_seen_at"]:
        return seen.date() - LOOK_BACK, seen.date() + dt.timedelta(days=1)
    return None


def _signed(article: Fields) -> bytes:
    """The values of an article's signature; empty if it has none or belongs to another version."""
    signed: Signature | dict[str, Any] | None = article.get("signature")
    if signed is None or not is_current(signed):
        return b""
    values: bytes = signed.values if isinstance(signed, Signature) else signed["values"]
    return values


def bands(article: Fields) -> list[int]:
    """The keys of an article in an index of ``articles``; copies share at least one key.

    They depend on its signature, and on the days on which it may have been published.
    """
    try:
        days = reach(article)
    except ValueError:  # a day that does not exist: MongoDB's validator refuses the article
        return []
    if not days:
        return []
    buckets = day_buckets(*days) if article["day"] else span_buckets(*days)[-MOST_SPANS:]
    return in_buckets(band_keys(_signed(article)), buckets)


def sought_buckets(article: Fields) -> tuple[int, ...]:
    """The buckets of the index that may contain copies of an article within :data:`WINDOW`."""
    days = reach(article)
    if not days:
        return ()
    near = (_moved(days[0], -WINDOW), _moved(days[1], WINDOW))
    return *day_buckets(*near), *span_buckets(*near)


def _moved(day: dt.date, by: dt.timedelta) -> dt.date:
    try:
        return day + by
    except OverflowError:  # there are no copies before year 1 or after year 9999
        return day


# --- Comparison --------------------------------------------------------------------------------


def text_of(article: Fields, frame: Frame = NO_FRAME) -> Text:
    """The compared text of a document with ``title``, ``lede``, ``body``, ``dateline`` and ``agencies``.

    ``frame``, the words that begin and end all pages of its source, is left out.
    """
    parts = (article[name] for name in ("lede", "body", "dateline", "agencies"))
    return Text(fold(article["title"]).split(), frame.without(compared_words(*parts)))


def _same_title(first: Fields, second: Fields) -> bool:
    return bool(first["title_key"] == second["title_key"] != "")


def allowed_days(article: Fields) -> tuple[dt.date, dt.date] | None:
    """The first and the last day on which an article may have been published; None if it has no date.

    Reads ``day`` and ``published``. Example: the 24th and the 26th for ``منذ يومين``, read on the 27th.
    """
    if article["day"]:
        day = dt.date.fromisoformat(article["day"])
        return day, day
    published = article["published"]
    if published and published["earliest"] and published["latest"]:
        return dt.date.fromisoformat(published["earliest"]), dt.date.fromisoformat(published["latest"])
    return None


def _days_apart(first: Fields, second: Fields) -> dt.timedelta | None:
    """The shortest possible time between the days of two articles; None if one is not known."""
    return _apart(allowed_days(first), allowed_days(second))


def _apart(a: tuple[dt.date, dt.date] | None, b: tuple[dt.date, dt.date] | None) -> dt.timedelta | None:
    if not a or not b:
        return None
    return max(b[0] - a[1], a[0] - b[1], dt.timedelta())


def _day_tolerance(article: Fields) -> dt.timedelta:
    """The tolerance of a day: one day if the page printed only a Hijri date and no weekday confirmed it."""
    published = article["published"]
    hijri_only = published and published["calendar"] == Calendar.HIJRI
    settled = hijri_only and DateWarning.HIJRI_DAY_SETTLED_BY_WEEKDAY in published["warnings"]
    return dt.timedelta(days=1 if hijri_only and not settled else 0)


def _days_known(first: Fields, second: Fields) -> bool:
    """Are both days known exactly, or from a count of days (``منذ يومين``)? Wider intervals do not count."""
    return all(span and span[1] - span[0] <= COUNTED for span in map(allowed_days, (first, second)))


def _same_day(first: Fields, second: Fields) -> bool:
    apart = _days_apart(first, second)
    return _days_known(first, second) and apart is not None and apart <= _tolerance(first, second)


def _tolerance(first: Fields, second: Fields) -> dt.timedelta:
    return max(_day_tolerance(first), _day_tolerance(second))


def _same_site(first: Fields, second: Fields) -> bool:
    return bool(first["site"] == second["site"] and first["source"] == second["source"])


def may_be_copies(first: Fields, second: Fields) -> bool:
    """Do site, title and day allow two articles to be copies? Their texts are not read.

    Their days must be within the window; an inexact day may be any day of its interval. If a day is unknown,
    two sites may still have copies: with the same title on any day, otherwise within :func:`reach`.
    """
    apart = _days_apart(first, second)
    if _same_site(first, second) and not _days_known(first, second):
        return False
    if apart is None and not _same_title(first, second):
        apart = _apart(reach(first), reach(second))
        return apart is not None and apart <= WINDOW
    return apart is None or apart <= WINDOW


def are_copies(first: Fields, first_text: Text, second: Fields, second_text: Text) -> bool:
    """Are the two articles copies? The answer is symmetric, and does not depend on other articles.

    Recurring notices (``أسعار العملات``) with the same title and text, but other numbers, are not copies; nor
    are telegrams to two countries, which differ only in names.
    """
    same_day, same_title = _same_day(first, second), _same_title(first, second)
    if not may_be_copies(first, second) or not _share_enough(
        first, first_text, second, second_text, same_title, same_day
    ):
        return False
    return not are_other_news(first, first_text, second, second_text)


def are_other_news(first: Fields, first_text: Text, second: Fields, second_text: Text) -> bool:
    """Do days, names and numbers show that the two articles report different news?"""
    same_title, apart = _same_title(first, second), _days_apart(first, second)
    if same_title and first_text.is_notice and apart is not None and apart > _tolerance(first, second):
        return True
    same_day = _same_day(first, second) if _days_known(first, second) else None
    return comparison.other_news(first_text, second_text, same_title=same_title, same_day=same_day)


def _share_enough(
    first: Fields, first_text: Text, second: Fields, second_text: Text, same_title: bool, same_day: bool
) -> bool:
    """Do the two articles share enough text to be copies? The threshold depends on site, title and day."""
    if _same_site(first, second) and not (same_title and same_day):
        return comparison.same_page(first_text, second_text)
    if not comparison.same_text(
        first_text, second_text, same_title=same_title, same_frame=first["site"] == second["site"]
    ):
        return False
    apart = _days_apart(first, second)
    if same_title or apart is None or apart < DAYS_APART:
        return True
    return comparison.share(first_text, second_text) >= APART_WORDS


def duplicate(root: Fields, root_text: Text, copy: Fields, copy_text: Text) -> Duplicate:
    """The kind of a copy, and its similarity to the root of its story."""
    jaccard, containment = comparison.similarity(root_text, copy_text)
    kind = CopyKind.NEAR
    if _same_site(root, copy):
        if not _same_day(root, copy):
            kind = CopyKind.REPRINTED
        else:
            kind = CopyKind.SAME_DAY if _same_title(root, copy) else CopyKind.RETITLED
    elif len(root_text.shingles & copy_text.shingles) >= comparison.WHOLE_TEXT * len(root_text.shingles):
        kind = CopyKind.REPUBLISHED
    return Duplicate(kind=kind, similarity=round(jaccard, 4), containment=round(containment, 4))


# --- The order among copies --------------------------------------------------------------------


def order(article: Fields) -> tuple[Any, ...]:
    """The sort key of the copies of a story; the first in this order is the story's root.

    The newspaper's own page comes before an aggregator's; after that, the page that was visited first. The
    day that a page claims may be wrong or false, so a copy that claims to be older does not displace an
    earlier page. Pages that were first visited at the same moment are ordered by the time that they claim.
    """
    late, days = dt.datetime.max.replace(tzinfo=dt.UTC), allowed_days(article)
    return (
        article["via"] is not None,
        article["first_seen_at"] or late,
        article["published_at"] or late,
        str(days[1]) if days else "9999",
        article["_id"],
    )


def better_date(old: Fields, new: Fields) -> bool:
    """Is the new date more exact than the stored date? A coarser date never wins.

    The narrower interval wins, then a date with a time.
    """

    def exactness(article: Fields) -> tuple[int, bool, bool]:
        published = article["published"]
        days = allowed_days(article) if published else None
        width = (days[1] - days[0]).days if days else dt.timedelta.max.days
        return -width, bool(published and published.get("time")), bool(article["published_at"])

    return exactness(new) > exactness(old)
