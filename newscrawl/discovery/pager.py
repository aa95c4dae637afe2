"""Finds the link to the next page of a list, by the texts of links and the numbers in addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

_NEXT_WORDS = frozenset(
    "التالي|التالى|التالية|التاليه|الصفحة التالية|الصفحة الموالية|الأقدم|أقدم|مواضيع أقدم|مقالات أقدم"
    "|أخبار أقدم|رسائل أقدم|مشاركات أقدم|المشاركات الأقدم|المقالات الأقدم|الأخبار الأقدم|المواضيع الأقدم"
    "|next|next page|older|older posts|older entries|older articles|suivant|suivante|page suivante".split("|")
)
_MORE_WORDS = frozenset(
    "المزيد|عرض المزيد|تحميل المزيد|المزيد من الأخبار|المزيد من المقالات|اقرأ المزيد|شاهد المزيد"
    "|more|load more|show more|more news|voir plus|plus".split("|")
)
"""Texts of links that lead either to older articles or to a section; only the address shows which."""
_ARROWS = re.compile(r"[\s»«›‹→←>\u2039\u203a]+")
_NUMBER = re.compile(r"([?&](?:page|paged|pg|start_page)=|/page[/:-])(\d+)", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,9}")
_ENDING = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
_ADDED = re.compile(r"[^\d]{0,24}\d{1,9}[^\d]{0,8}")
"""Matches what a second page adds to the address of the first, if the number is in the path."""
_LONGEST_NUMBER = 9
"""Maximum number of digits of a page number."""


def following(links: Iterable[tuple[str, str]], current: str, at: int) -> Iterator[str]:
    """The links of a page that may lead to the next page of its list, the likeliest first.

    ``links`` are addresses and texts, ``current`` is the page's own address, ``at`` its number, from 1.

    >>> list(following([("https://a.ma/riyada?start=20", "٣")], "https://a.ma/riyada?start=10", 2))
    ['https://a.ma/riyada?start=20']
    """
    labelled = [(url, _ARROWS.sub(" ", text).strip().lower()) for url, text in links]
    yield from (url for url, label in labelled if label in _NEXT_WORDS)
    # If pages are numbered from 0, the second is ``page=1``, and a link with the text 3 leads to ``page=2``.
    sure = _NUMBER.search(current)
    yield from (
        url
        for url, label in labelled
        if follows(url, current, label) and (sure or not _is_number(label) or int(label) == at + 1)
    )
    yield from (url for url, label in labelled if _leads_on(url, current, label, at))


def follows(url: str, current: str, text: str = "") -> bool:
    """Is ``url`` the address of the page after ``current``, by the number in it?

    If the text of the link is a number, that number may be in any parameter.

    >>> follows("https://kifache.com/page/2/", "https://kifache.com/")
    True
    >>> follows("https://kifache.com/page/3/", "https://kifache.com/")
    False
    >>> follows("https://alalam.example/?r=sport&p=3", "https://alalam.example/?r=sport&p=2", "٣")
    True
    """
    (place, number), (here, at) = _numbered(url), _numbered(current)
    if place == here:
        return number == at + 1
    label = text.strip()
    return _is_number(label) and _counts(url, current, int(label))


def _is_number(label: str) -> bool:
    return label.isdecimal() and len(label) <= _LONGEST_NUMBER


def _counts(url: str, current: str, number: int) -> bool:
    """Do the two addresses differ only in one parameter, which is ``number`` in ``url`` and one less in
    ``current``?
    """
    there, here = urlsplit(url), urlsplit(current)
    after, before = (dict(parse_qsl(parts.query, keep_blank_values=True)) for parts in (there, here))
    changed = [name for name in after if after[name] != before.get(name)]
    if there[:3] != here[:3] or len(changed) != 1 or before.keys() - after.keys():
        return False
    return after[changed[0]] == str(number) and before.get(changed[0], "1") == str(number - 1)


def _numbered(url: str) -> tuple[str, int]:
    """An address without its page number, and the number; 1 if there is none."""
    hit = _NUMBER.search(url)
    bare = url[: hit.start()] + url[hit.end() :] if hit else url
    if hit and hit[1].startswith("?") and bare[hit.start() :].startswith("&"):
        bare = f"{bare[: hit.start()]}?{bare[hit.start() + 1 :]}"
    return bare.rstrip("/"), int(hit[2][:_LONGEST_NUMBER]) if hit else 1


def _leads_on(url: str, current: str, label: str, at: int) -> bool:
    """Can the link lead to page ``at + 1``? Its text is that number, ``more`` or no word at all, and its
    address differs from the current one in one number.
    """
    if label in _MORE_WORDS or not any(map(str.isalnum, label)):
        return _comes_after(url, current, at + 1)
    return _is_number(label) and int(label) == at + 1 and _comes_after(url, current, at + 1)


def _comes_after(url: str, current: str, number: int) -> bool:
    """Do the two addresses differ only in one number, which can be ``number`` or an offset?"""
    there, here = urlsplit(url), urlsplit(current)
    if there.netloc != here.netloc:
        return False
    path, before = unquote(there.path), unquote(here.path)
    after, query = (
        parse_qsl(there.query, keep_blank_values=True),
        parse_qsl(here.query, keep_blank_values=True),
    )
    if path.rstrip("/") == before.rstrip("/"):
        return _in_query(after, query, number)
    if sorted(after) != sorted(query):
        return False
    return _in_path(path, before, number)


def _in_query(after: list[tuple[str, str]], before: list[tuple[str, str]], number: int) -> bool:
    changed = [pair for pair in after if pair not in before]
    gone = [pair for pair in before if pair not in after]
    numeric = [(name, int(value)) for name, value in changed if _is_number(value)]
    if len(numeric) != 1 or len(changed) != 1 or {name for name, _ in gone} - {numeric[0][0]}:
        return False
    was = [value for name, value in gone if name == numeric[0][0]]
    if was and not _is_number(was[0]):
        return False
    return _grows(numeric[0][1], int(was[0]) if was else None, number)


def _in_path(path: str, before: str, number: int) -> bool:
    stem, was = _ENDING.sub("", path).rstrip("/"), _ENDING.sub("", before).rstrip("/")
    if number == 2 and stem.startswith(was) and _ADDED.fullmatch(stem[len(was) :]):
        added = _DIGITS.search(stem, len(was))
        return bool(added and (was or int(added[0]) <= number) and _grows(int(added[0]), None, number))
    if _DIGITS.sub("0", path) != _DIGITS.sub("0", before):
        return False
    pairs = zip(_DIGITS.findall(path), _DIGITS.findall(before), strict=True)
    changed = [(int(new), int(old)) for new, old in pairs if new != old]
    return len(changed) == 1 and _grows(*changed[0], number)


def _grows(value: int, was: int | None, number: int) -> bool:
    """Can page ``number`` have this value, as a count or as an offset, if the page before it had ``was``?

    >>> _grows(20, 10, 3), _grows(20, None, 2), _grows(7, 3, 3)
    (True, True, False)
    """
    if was is None:
        return number == 2 and value >= 1
    return value > was and (value - was == 1 or (number > 2 and value * (number - 2) == was * (number - 1)))
