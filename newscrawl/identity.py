"""When two pages are one article, and which of several copies comes first.

Three rules, from the strictest: the same address (merged into one document), the same title on
the same day within one site, and the same text at another site. The last two only link documents.
All comparisons are made on folded text (``newscrawl.text.fold``), so that spelling, vowel marks
and digits make no difference, and on what the newspaper wrote: view counters, date stamps,
datelines and agency credits are left out.

Candidates are found by the title or by bands of a signature (``newscrawl.signatures``), and then compared
word by word. The figures behind the constants are printed by ``benchmarks/identity.py``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from newscrawl.dates import names
from newscrawl.items import Article, Duplicate, Signature
from newscrawl.signatures import (
    band_keys,
    day_buckets,
    in_buckets,
    is_current,
    shingles,
    signature,
    span_buckets,
)
from newscrawl.text import clean, fold
from newscrawl.vocabulary import Calendar, CopyKind, DateWarning

IDENTITY_VERSION = 3
"""Version of what is compared, stored in ``made_by``."""

SIGNED_WORDS = 15
"""A shorter text (``شاهد الفيديو``) is no evidence: it has no bands, and counts only under one title."""
SEARCH_WORDS = 120
"""Words of title, lede and body that the search text holds: always so many, if there are so many. The text
index weighs a word by the length of its text, and has the articles of one weight in the order of arrival."""

WINDOW = dt.timedelta(days=7)
"""How far apart the copies of a text may be dated at two sites."""
LOOK_BACK = dt.timedelta(days=60)
"""How much older than its first visit an article without any date is taken to be."""
MOST_SPANS = 12
"""Periods of nine weeks, the last of its interval, in which an article without an exact day is found."""
COUNTED = dt.timedelta(days=2)
"""From the first to the last day that a count of days allows."""
SAME_WORDS, SAME_PAIRS = 0.68, 0.45
"""Share of the shorter text's words, and of its shingles, that a copy under another title shares.
A fifth of the words changed leaves 0.80 and 0.64; a follow-up that repeats 60 % leaves 0.63 and 0.60."""
TITLED_WORDS, TITLED_PAIRS = 0.55, 0.40
"""The same under one title, which is evidence too: for a copy that was cut and framed."""
LEAST_PART = 0.33
"""A shorter part of a text is a quotation, or one brief among others, unless it has the same title."""
LEAST_SIMILAR = 0.3
"""Similarity of copies under two titles, unless one holds the other whole. A long digest or sequel that
repeats two thirds of a text is less similar to it; a framed copy of an edited one is not."""
SAME_FRAME = 0.6
"""The same within one site, where what surrounds the texts is common to all of them."""
WHOLE_TEXT = 0.85
"""Share of a text's shingles from which a copy holds it whole, and is not an edited one."""
OTHER_NUMBERS = 0.4
"""Share of other numbers, in the same places, from which two texts are notices of one kind."""
SAME_TEMPLATE = 0.75
"""Share of the words that such texts have in common, in their order, numbers aside."""
SAME_NUMBERS = 0.7
"""Share of the numbers that copies of a recurring notice of one day have in common."""
SAME_NOTICE = 0.95
"""Similarity from which a recurring notice is the same one although its day differs or is not known."""
COMPARED_WORDS = 600
"""Words of a text in which numbers are compared place by place."""

Fields = Mapping[str, Any]
"""An article as a document of the collection ``articles``."""
IDENTIFIED = ("title", "lede", "body", "dateline", "agencies", "day", "published", "first_seen_at")
"""The fields that :func:`identifying` reads."""

# --- Words, folded -----------------------------------------------------------------------------

_WEEKDAYS = "الاثنين الاحد الثلاثاء الاربعاء الخميس الجمعه السبت"
_GREGORIAN = names("month", "short_month", "saturday_or_september", "libyan_month")
_MONTH_NAMES = [
    fold(name).split() for name in (*_GREGORIAN, *(n for n in names("hijri_month") if not n.isascii()))
]
_MONTH = frozenset(words[0] for words in _MONTH_NAMES)
"""The words that names of months begin with, in every spelling that ``newscrawl.dates`` reads."""
_CLOCK = (
    "في يوم بتاريخ تاريخ بتوقيت التوقيت توقيت على علي عند الساعه و منذ قبل دقيقه دقايق دقيقتين ساعه ساعات "
    "ساعتين يومين ايام اسبوع اسبوعين اسابيع شهر شهرين اشهر صباحا مساء ظهرا زوالا ليلا بعد الظهر الاول الثاني "
    "الاولي الثانيه الاخر الاخره م ص ه هجري هجريه ميلادي ميلاديه gmt utc am pm غرينتش جرينتش كرينتش المغرب "
    "مكه محلي المحلي"
)
_ONES = (
    "واحد واحده اثنان اثنين اثنتان اثنتين ثلاث ثلاثه اربع اربعه خمس خمسه ست سته سبع سبعه ثمان ثماني ثمانيه "
    "ثمانيا تسع تسعه عشر عشره عشرون عشرين ثلاثون ثلاثين اربعون اربعين خمسون خمسين ستون ستين سبعون سبعين "
    "ثمانون ثمانين تسعون تسعين ميه مايه مءه ميتين مايتين ميات الف الفين الاف مليون مليونين "
    "ملايين مليار ملايير"
)
_NUMBER = re.compile(rf"\d+|(?:و|ب|ل|ال|وال)?(?:{'|'.join(_ONES.split())})")
_YEAR = re.compile(r"1[34]\d\d|20\d\d|19\d\d")
_WEEKDAY = frozenset(_WEEKDAYS.split())
_MASKS = ("@", "#")

_RECURRING = re.compile(
    r"\b(?:ال|و|ل|لل|ب|بال)?(?:طقس|ارصاد|اسعار|سعر|صرف|عملات|ابراج|برجك|حظك|بورصه|صيدليات|امساكيه|تساقطات|نشره"
    r"|مواقيت|درجات الحراره|مقاييس الامطار|(?:مواعيد|اوقات) (?:ال)?صلاه)\b"
)
"""Titles of notices that return with other figures."""


def _any_of(words: Iterable[str]) -> str:
    """A pattern that finds any of some words."""
    return "|".join(map(re.escape, sorted(words)))


# A counter or a stamp changes by itself. Where it stands amid a sentence it is the newspaper's.
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
_STAMP_WORDS = {word for words in _MONTH_NAMES for word in words} | {*_WEEKDAYS.split(), *_CLOCK.split()}
# For the many transliterations of Hijri months, how they begin is enough here.
_LATIN = (
    r"(?:ra[bjdgm]|re[bcjdm]|r\.|rmd|ju?m|jou|jam|dsch|cem|d[hzu]|z[ui]|th|s[hy]|sch|cha|che|mu|mo|saf|sef|sap"
    r"|sab|sev|sew|qada|hija)[a-z]*\d?"
)
_LATIN_MORE = (
    r"(?:a[wu]|uu|xi|ha|tha|san|akh|aakh|alk|ula|oul|ool|tan|qi|qa|qe|ka|hi|he)[a-z]*"
    r"|[aeu]l|ath?|us|[lth]|q|i{1,2}"
)
_DATE_WORDS = rf"(?: (?:\d+|{_any_of(_STAMP_WORDS)}|{_LATIN}|{_LATIN_MORE})\b)+"
_UPDATED = r"(?:اخر (?:تحديث|تعديل)|تاريخ (?:ال|اخر )?(?:تحديث|تعديل|نشر)|last updated?)" + _DATE_WORDS
_EDGE_STAMP = re.compile(rf"^(?:{_SEEN}|{_UPDATED})\b|\b(?:{_SEEN}|{_UPDATED})$")
_LINE_STAMP = re.compile(
    rf"(?:(?:عدد )?(?:ال)?(?:مرات )?(?:ال)?{_COUNTED} {_COUNT}(?: (?:مره|مرات))?|{_COUNT} {_COUNTED}"
    r"|(?:(?:تم |تمت )?(?:ال)?(?:تحديث|تعديل|نشر|نشرت|حدث|حدثت|عدل|محدث|updated|published|mis a jour)"
    rf"(?:ه|ها)?){_DATE_WORDS}|منذ{_DATE_WORDS}|(?:يوم )?(?:{'|'.join(_WEEKDAYS.split())}){_DATE_WORDS}"
    rf"|\d+ (?:{_any_of(_MONTH)}|{_LATIN})(?:{_DATE_WORDS})?)"
)
_SEGMENTS = re.compile(
    r"[\s|•·()\[\]](?:(?<=\S)\s?|(?<=\s)(?:[|•·()\[\]]\s?|[-–—]\s(?!\d{1,2}[:.h]\d\d)|(?<=[.!؟?؛…]\s)"
    r"|(?<!عدد\s)(?=(?:عدد\s)?(?:ال)?(?:مشاهدات|قراءات|زيارات|تعليقات|مشاركات|القراء|الزوار)\s?:)))"
)
"""What parts the pieces of a line without gaps: it begins with the few characters that may be one, which is
three times as fast as one pattern after the other."""
_MAYBE_STAMP = re.compile(r"\d|منذ")
_GAP = re.compile(r"\s{2,}")


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _segments(text: str) -> Iterator[str]:
    """The pieces of a text without those that change by themselves."""
    for line in text.split("\n"):
        yield from _pieces(line.strip())


@lru_cache(maxsize=256)
def _pieces(line: str) -> tuple[str, ...]:
    """Those of a line; kept, since an article's hash and its words are made of the same ones."""
    # Clean text has no such gaps; in others each would be tried from each of its spaces.
    return tuple(filter(None, map(_lasting, _SEGMENTS.split(_GAP.sub(" ", line)))))


def _lasting(segment: str) -> str:
    """A segment without a counter or a stamp at its edge; empty when it is nothing else."""
    if not _MAYBE_STAMP.search(segment):
        return segment
    folded = fold(segment)
    rest = "" if _LINE_STAMP.fullmatch(folded) else _EDGE_STAMP.sub("", folded).strip()
    return segment if rest == folded else rest


def content_hash(title: str | None, lede: str | None, body: str) -> str:
    """Hash (32 hex digits) of what a reader reads, less view counters and date stamps.

    Equal for two texts that ``clean`` makes one; a corrected letter gives another hash.

    >>> content_hash("الحكومة", None, "الخبر. شوهد 123 مرة") == content_hash("الحكـــومة", None, "الخبر.")
    True
    """
    parts = (" ".join(" ".join(_segments(clean(part or ""))).split()) for part in (title, lede, body))
    return _hash("\n".join(parts))


def title_key(title: str) -> str:
    """Hash (32 hex digits) of the folded title, or an empty string for an empty title.

    >>> title_key("أسعار العملات") == title_key("اسعار العملات")
    True
    """
    folded = fold(title)
    return _hash(folded) if folded else ""


def identifying(article: Fields) -> dict[str, Any]:
    """``content_hash``, ``title_key``, ``search_text``, ``signature`` and ``bands`` of an article.

    The search text holds the first words only: an index over whole bodies would cost more than
    the rest of a crawl.
    """
    title, lede, body = article["title"], article["lede"], article["body"]
    words = compared_words(lede, body, article["dateline"], article["agencies"])
    signed = signature(words)
    if len(words) < SIGNED_WORDS:
        signed = replace(signed, values=b"")
    return {
        "content_hash": content_hash(title, lede, body),
        "title_key": title_key(title),
        "search_text": search_text(title, lede, body),
        "signature": signed,
        "bands": bands({**article, "signature": signed}),
    }


def search_text(title: str, lede: str | None, body: str) -> str:
    """The folded words that the text index holds of an article, in their order.

    >>> search_text("أسعار الخضر", None, "تراجعت الأسعار.")
    'اسعار الخضر تراجعت الاسعار'
    """
    opening = " ".join(body.split()[: SEARCH_WORDS * 3 // 2])  # a dash between spaces is no word
    folded = fold("\n".join(part for part in (title, lede, opening) if part))
    return " ".join(folded.split(" ")[:SEARCH_WORDS])


def identify(article: Article) -> Article:
    """The same article with the fields of :func:`identifying` filled in."""
    read: dict[str, Any] = {name: getattr(article, name) for name in IDENTIFIED}
    if article.published:
        read["published"] = {"earliest": article.published.earliest, "latest": article.published.latest}
    return replace(article, **identifying(read))


def compared_words(lede: str | None, body: str, dateline: str | None, agencies: Sequence[str]) -> list[str]:
    """The folded words by which a text is compared: without dateline, credit lines and stamps.

    >>> compared_words(None, "الرباط - و م ع: انطلقت القمة.", "الرباط - و م ع", ["و م ع"])
    ['انطلقت', 'القمه']
    """
    paragraphs = body.split("\n\n")
    if dateline:
        paragraphs[0] = paragraphs[0].removeprefix(dateline)
    if agencies and len(paragraphs) > 1:
        paragraphs = [
            paragraph
            for place, paragraph in enumerate(paragraphs)
            if 0 < place < len(paragraphs) - 1 or len(paragraph.split()) > 5
        ]
    return fold("\n".join(_segments("\n\n".join([lede or "", *paragraphs])))).split()


# --- Where copies are looked for ---------------------------------------------------------------


def reach(article: Fields) -> tuple[dt.date, dt.date] | None:
    """First and last day on which an article may have been published, as far as it can be found by its text.

    Where nothing says so it is taken to be at most :data:`LOOK_BACK` older than its first visit; None when
    that is not known either.
    """
    if days := allowed_days(article):
        return days
    if seen := article["first_seen_at"]:
        return seen.date() - LOOK_BACK, seen.date() + dt.timedelta(days=1)
    return None


def _signed(article: Fields) -> bytes:
    """The values of an article's signature; nothing for one that another version made, or none."""
    signed: Signature | dict[str, Any] | None = article.get("signature")
    if signed is None or not is_current(signed):
        return b""
    values: bytes = signed.values if isinstance(signed, Signature) else signed["values"]
    return values


def bands(article: Fields) -> list[int]:
    """The keys under which the index of ``articles`` holds an article: copies have at least one in common.

    They depend on its signature and on the days on which it may have been published.
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
    """The buckets in which the index holds what may be copies of an article, within :data:`WINDOW`."""
    days = reach(article)
    if not days:
        return ()
    near = (_moved(days[0], -WINDOW), _moved(days[1], WINDOW))
    return *day_buckets(*near), *span_buckets(*near)


def _moved(day: dt.date, by: dt.timedelta) -> dt.date:
    try:
        return day + by
    except OverflowError:  # no copies lie beyond the first and the last year
        return day


# --- Comparison --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """What is compared of an article's text."""

    title: list[str]
    """The folded words of the title."""
    words: list[str]
    """The words of lede and body, see :func:`compared_words`."""

    @classmethod
    def of(cls, article: Fields) -> Text:
        """From a document's ``title``, ``lede``, ``body``, ``dateline`` and ``agencies``."""
        parts = (article[name] for name in ("lede", "body", "dateline", "agencies"))
        return cls(fold(article["title"]).split(), compared_words(*parts))

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word stands in the text."""
        return Counter(self.words)

    @cached_property
    def shingles(self) -> frozenset[str]:
        """The set of shingles."""
        return frozenset(shingles(self.words))

    @cached_property
    def template(self) -> list[str]:
        """The first words, numbers and weekdays masked."""
        return _masked(self.words[:COMPARED_WORDS])

    @cached_property
    def numbers(self) -> Counter[str]:
        """The words that :attr:`template` masks."""
        words = zip(self.template, self.words, strict=False)
        return Counter(word for mask, word in words if mask in _MASKS)


def _masked(words: Sequence[str]) -> list[str]:
    weekday, number = _MASKS
    return [weekday if word in _WEEKDAY else number if _NUMBER.fullmatch(word) else word for word in words]


def similarity(one: Text, other: Text) -> tuple[float, float]:
    """Jaccard similarity and containment of two texts' shingles, each 0 to 1."""
    common = len(one.shingles & other.shingles)
    shorter = min(len(one.shingles), len(other.shingles))
    return common / (len(one.shingles) + len(other.shingles) - common), common / shorter


def _same_title(one: Fields, other: Fields) -> bool:
    return bool(one["title_key"] == other["title_key"] != "")


def _same_text(one: Text, other: Text, *, same_title: bool, same_frame: bool) -> bool:
    """Is one text the other's, whole, cut, framed or edited? Within one site all have one frame."""
    shorter, longer = sorted((len(one.words), len(other.words)))
    if not shorter or (not same_title and (shorter < SIGNED_WORDS or shorter < LEAST_PART * longer)):
        return False
    words = (one.counts & other.counts).total() / shorter
    jaccard, containment = similarity(one, other)
    if same_title:
        return words >= TITLED_WORDS and containment >= TITLED_PAIRS
    whole = jaccard >= (SAME_FRAME if same_frame else LEAST_SIMILAR) or containment >= WHOLE_TEXT
    return whole and words >= SAME_WORDS and containment >= SAME_PAIRS


def _are_notices(one: Text, other: Text, *, same_day: bool) -> bool:
    """Are the two issues of a recurring notice, like the exchange rates of two days?"""
    if one.title != other.title and _masked(one.title) == _masked(other.title):
        return True
    if all(_RECURRING.search(" ".join(text.title)) for text in (one, other)):
        if not same_day:
            return similarity(one, other)[0] < SAME_NOTICE
        if _common_numbers(one, other) < SAME_NUMBERS:
            return True
    return one.numbers != other.numbers and _have_other_numbers(one, other)


def _common_numbers(one: Text, other: Text) -> float:
    """Share of the numbers of the text with fewer of them that the other has too; 1 when it has none."""
    fewer = min(one.numbers.total(), other.numbers.total())
    return (one.numbers & other.numbers).total() / fewer if fewer else 1.0


def _have_other_numbers(one: Text, other: Text) -> bool:
    """Are two texts one but for the numbers in it?"""
    shorter = min(len(one.template), len(other.template))
    agree = differ = matched = 0
    for start, other_start, size in _matching_blocks(one.template, other.template):
        matched += size
        for i, j in zip(range(start, start + size), range(other_start, other_start + size), strict=True):
            if one.template[i] in _MASKS and not _YEAR.fullmatch(one.words[i]):
                if one.words[i] == other.words[j]:
                    agree += 1
                elif not _in_other_month(one.words, i, other.words, j):
                    differ += 1
    if matched < SAME_TEMPLATE * shorter:
        return False
    # One number among others may be an edit; a notice of one number has no other.
    return differ > (1 if agree else 0) and differ >= OTHER_NUMBERS * (agree + differ)


def _matching_blocks(one: Sequence[str], other: Sequence[str]) -> Sequence[tuple[int, int, int]]:
    if one == other:  # as any two pages of one template are: quadratic otherwise
        return [(0, 0, len(one))]
    return difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()


def _in_other_month(one: Sequence[str], i: int, other: Sequence[str], j: int) -> bool:
    """Are the numbers days of two months? They may be one day in two calendars."""
    a, b = one[i + 1 : i + 2], other[j + 1 : j + 2]
    return a != b and bool(_MONTH.intersection(a) or _MONTH.intersection(b))


def allowed_days(article: Fields) -> tuple[dt.date, dt.date] | None:
    """First and last day on which an article may have been published; None when nothing says so.

    Reads ``day`` and ``published``. Example: the 24th and the 26th for ``منذ يومين``, read on the 27th.
    """
    if article["day"]:
        day = dt.date.fromisoformat(article["day"])
        return day, day
    published = article["published"]
    if published and published["earliest"] and published["latest"]:
        return dt.date.fromisoformat(published["earliest"]), dt.date.fromisoformat(published["latest"])
    return None


def _days_apart(one: Fields, other: Fields) -> dt.timedelta | None:
    """The least distance between two days; None when one is not known."""
    return _apart(allowed_days(one), allowed_days(other))


def _apart(a: tuple[dt.date, dt.date] | None, b: tuple[dt.date, dt.date] | None) -> dt.timedelta | None:
    if not a or not b:
        return None
    return max(b[0] - a[1], a[0] - b[1], dt.timedelta())


def _day_tolerance(article: Fields) -> dt.timedelta:
    """A Hijri-only day may be a day off in either direction, unless its weekday settled it."""
    published = article["published"]
    hijri_only = published and published["calendar"] == Calendar.HIJRI
    settled = hijri_only and DateWarning.HIJRI_DAY_SETTLED_BY_WEEKDAY in published["warnings"]
    return dt.timedelta(days=1 if hijri_only and not settled else 0)


def _same_day(one: Fields, other: Fields) -> bool:
    """Are they of one day, as far as counted days (``منذ يومين``) tell? A wider interval says too little."""
    spans = allowed_days(one), allowed_days(other)
    if not all(span and span[1] - span[0] <= COUNTED for span in spans):
        return False
    apart = _days_apart(one, other)
    return apart is not None and apart <= _tolerance(one, other)


def _tolerance(one: Fields, other: Fields) -> dt.timedelta:
    return max(_day_tolerance(one), _day_tolerance(other))


def _same_site(one: Fields, other: Fields) -> bool:
    return bool(one["site"] == other["site"] and one["source"] == other["source"])


def may_be_copies(one: Fields, other: Fields) -> bool:
    """Do site, title and day allow two articles to be copies? Reads no text.

    Within one site the same title on the same day; at two sites days within the window. A day that is not
    exact is one of its interval; where none is known any day is allowed under the same title, else those of
    :func:`reach`.
    """
    if _same_site(one, other):
        return _same_title(one, other) and _same_day(one, other)
    apart = _apart(allowed_days(one), allowed_days(other))
    if apart is None and not _same_title(one, other):
        apart = _apart(reach(one), reach(other))
        return apart is not None and apart <= WINDOW
    return apart is None or apart <= WINDOW


def _are_issues(one: Fields, text: Text, other: Fields) -> bool:
    """Are the two a recurring notice under one title on two days, whatever the texts say?"""
    apart = _days_apart(one, other)
    recurring = _same_title(one, other) and _RECURRING.search(" ".join(text.title))
    return bool(recurring and apart is not None and apart > _tolerance(one, other))


def are_copies(one: Fields, text: Text, other: Fields, other_text: Text) -> bool:
    """Are two articles copies? It is symmetric, and reads nothing but the two.

    Recurring notices (``أسعار العملات``) share a title, even a text, but not the numbers.
    """
    return (
        may_be_copies(one, other)
        and not _are_issues(one, text, other)
        and _same_text(
            text, other_text, same_title=_same_title(one, other), same_frame=one["site"] == other["site"]
        )
        and not _are_notices(text, other_text, same_day=_same_day(one, other))
    )


def duplicate(root: Fields, text: Text, copy: Fields, copy_text: Text) -> Duplicate:
    """How a copy relates to the root of its story."""
    jaccard, containment = similarity(text, copy_text)
    kind = CopyKind.NEAR
    if _same_site(root, copy) and may_be_copies(root, copy):
        kind = CopyKind.SAME_DAY
    elif len(text.shingles & copy_text.shingles) >= WHOLE_TEXT * len(text.shingles):
        kind = CopyKind.REPUBLISHED
    return Duplicate(kind=kind, similarity=round(jaccard, 4), containment=round(containment, 4))


# --- The order among copies --------------------------------------------------------------------


def order(article: Fields) -> tuple[Any, ...]:
    """Sort key of the copies of a story; the least is the story's root.

    The newspaper's own page before an aggregator's, then the earlier one. It depends on nothing
    but the documents themselves, so every crawl agrees, in whatever order the copies arrive.
    """
    late, days = dt.datetime.max.replace(tzinfo=dt.UTC), allowed_days(article)
    return (
        article["via"] is not None,
        article["published_at"] or late,
        str(days[1]) if days else "9999",
        article["first_seen_at"] or late,
        article["_id"],
    )


def better_date(old: Fields, new: Fields) -> bool:
    """Does the new reading know the day better than the stored one? A coarser date never wins.

    The narrower interval wins, then the one with a time.
    """

    def exactness(article: Fields) -> tuple[int, bool, bool]:
        published = article["published"]
        days = allowed_days(article) if published else None
        width = (days[1] - days[0]).days if days else dt.timedelta.max.days
        return -width, bool(published and published.get("time")), bool(article["published_at"])

    return exactness(new) > exactness(old)
