"""The choice of articles for searches and exports: the same query for MongoDB and for files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from newscrawl.dates import ASCII_DIGITS, HIJRI_BEFORE, UnmarkedHijriError, parse_day

Query = Mapping[str, Any]
"""A filter in MongoDB's query language."""

_MOROCCO = "MA"
"""The only country with its own Hijri months."""
_YEAR = re.compile(r"(\d{4})(H?)", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(H?)", re.ASCII)
_THIRTIETH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-30(H)", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\s*(H|هـ?)?", re.I | re.ASCII)
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/])?(\d{1,2})[-/](\d{4})\s*(H|هـ?)?", re.I | re.ASCII)
_INVISIBLE = re.compile("[\u061c\u200e\u200f\u2066-\u2069]")
_ID_DIGITS = 16
"""Number of hex digits of an ``_id`` that decide whether it is in a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Conditions on articles; without any, all articles are chosen."""

    since: str | None = None
    """The first day: ``2024-03-27``, or Hijri ``1445-09-17H`` in the calendar of each article's country. A
    month (``2024-03``, ``1445-09H``) or a year (``2024``, ``1445H``) stands for its first day.
    :meth:`parse` also takes what :func:`normal` reads: ``27/3/2024``, ``١٤٤٥-٩-١٧هـ``."""
    until: str | None = None
    """The last day, included; a month or a year stands for its last day."""
    intervals: bool = False
    """Are articles included that have no exact day, but may be from these days?"""
    sources: tuple[str, ...] = ()
    """Newspapers by their slug: ``alayam24``."""
    countries: tuple[str, ...] = ()
    """Countries of newspapers, ISO 3166: ``MA``."""
    sections: tuple[str, ...] = ()
    """Sections as printed: ``رياضة``."""
    tags: tuple[str, ...] = ()
    """Tags as printed; an article needs one of them: ``الأطلس``."""
    languages: tuple[str, ...] = ()
    """Languages of the text, ISO 639: ``ar``."""
    roots: bool = False
    """Are only the roots of stories chosen, without copies?"""
    changed_since: dt.datetime | None = None
    """Only articles that were added, corrected, linked or removed since this moment (an aware
    ``datetime``)."""
    sample: float | None = None
    """A share of the articles, above 0 and up to 1. It is drawn by ``_id``, so it has the same articles every
    time, whatever is stored later."""

    @classmethod
    def parse(
        cls,
        *,
        source: str | Iterable[str] = (),
        country: str | Iterable[str] = (),
        section: str | Iterable[str] = (),
        tag: str | Iterable[str] = (),
        lang: str | Iterable[str] = (),
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        changed_since: str | dt.datetime | None = None,
        sample: str | float | None = None,
        **rest: bool,
    ) -> Self:
        """A choice from a user's arguments: words separated by commas or in a list, days as text or objects.

        >>> Choice.parse(source="alayam24", since=dt.date(2024, 3, 27), sample="1%").sample
        0.01

        Raises ``ValueError`` with a message that names the argument, its value and the remedy.
        """
        choice = cls(
            sources=_words(source),
            countries=tuple(word.upper() for word in _words(country)),
            sections=_words(section),
            tags=_words(tag),
            languages=_words(lang),
            since=_day("since", since),
            until=_day("until", until),
            changed_since=_moment("changed_since", changed_since),
            sample=_share(sample),
            **rest,
        )
        for _, first, last in choice.spans():
            if first and last and first > last:
                raise ValueError(
                    f"since={choice.since!r} should not be after until={choice.until!r}; swap them"
                )
        return choice

    def given(self) -> dict[str, Any]:
        """The conditions that are set, as values that fit into JSON.

        >>> Choice(sources=("alayam24",), roots=True).given()
        {'sources': ('alayam24',), 'roots': True}
        """
        conditions = {name: value for name, value in asdict(self).items() if value not in (None, (), False)}
        if self.changed_since:
            conditions["changed_since"] = self.changed_since.isoformat()
        return conditions

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The choice whose conditions :meth:`given` returned, even after a round trip through JSON."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
        }
        if "changed_since" in values:
            values["changed_since"] = dt.datetime.fromisoformat(values["changed_since"])
        return cls(**values)

    def spans(self) -> list[tuple[Query, dt.date | None, dt.date | None]]:
        """The first and the last day, each pair with the condition on the country to which it applies.

        >>> [(str(first), where) for where, first, _ in Choice(since="1445-09-01H").spans()]
        [('2024-03-12', {'country': 'MA'}), ('2024-03-11', {'country': {'$ne': 'MA'}})]
        """
        moroccan, others = (
            (
                first_day(self.since, country) if self.since else None,
                last_day(self.until, country) if self.until else None,
            )
            for country in (_MOROCCO, None)
        )
        if moroccan == others:
            return [({}, *others)] if any(others) else []
        return [({"country": _MOROCCO}, *moroccan), ({"country": {"$ne": _MOROCCO}}, *others)]

    def query(self) -> Query:
        """The choice as a filter of ``articles``.

        >>> Choice(sources=("alayam24",), since="2024-03-27").query()
        {'source': {'$in': ['alayam24']}, 'day': {'$gte': '2024-03-27'}}
        """
        conditions: list[Query] = [
            {field: {"$in": list(words)}}
            for field, words in (
                ("source", self.sources),
                ("country", self.countries),
                ("section", self.sections),
                ("tags", self.tags),
                ("lang", self.languages),
            )
            if words
        ]
        if self.roots:
            conditions.append({"duplicate_of": None})
        if self.changed_since is not None:
            conditions.append({"updated_at": {"$gte": self.changed_since}})
        if self.sample is not None and self.sample < 1:
            conditions.append({"_id": {"$lt": self._bound(self.sample)}})
        if days := [condition for span in self.spans() for condition in self._of_days(*span)]:
            conditions.append(days[0] if len(days) == 1 else {"$or": days})
        return every(*conditions)

    def predicate(self) -> Callable[[Mapping[str, Any]], bool]:
        """The choice as a function of a document with at least the fields of the conditions.

        For articles that do not come from :meth:`query`.

        >>> Choice(countries=("MA",), since="2024-03-27").predicate()({"country": "MA", "day": "2024-03-26"})
        False
        """
        listed = [
            (frozenset(words), field)
            for words, field in (
                (self.sources, "source"),
                (self.countries, "country"),
                (self.sections, "section"),
                (self.languages, "lang"),
            )
            if words
        ]
        tags = frozenset(self.tags)
        bound = self._bound(self.sample) if self.sample is not None and self.sample < 1 else "g"
        spans = [
            (country, str(first or "0001-01-01"), str(last or "9999-12-31"))
            for country, first, last in self.spans()
        ]

        def holds(doc: Mapping[str, Any]) -> bool:
            return bool(
                all(doc.get(field) in words for words, field in listed)
                and not (tags and tags.isdisjoint(doc.get("tags") or ()))
                and not (self.roots and doc.get("duplicate_of") is not None)
                and (self.changed_since is None or doc["updated_at"] >= self.changed_since)
                and doc.get("_id", "") < bound
                and (not spans or any(self._is_of_days(doc, *span) for span in spans))
            )

        return holds

    def _is_of_days(self, doc: Mapping[str, Any], country: Query, first: str, last: str) -> bool:
        if country and (country["country"] == _MOROCCO) != (doc.get("country") == _MOROCCO):
            return False
        if day := doc.get("day"):
            return bool(first <= day <= last)
        between = doc.get("published") or {}
        earliest, latest = between.get("earliest"), between.get("latest")
        return bool(self.intervals and earliest and latest and latest >= first and earliest <= last)

    @staticmethod
    def _bound(share: float) -> str:
        return f"{int(share * 16**_ID_DIGITS):0{_ID_DIGITS}x}"

    def _of_days(self, country: Query, first: dt.date | None, last: dt.date | None) -> Iterable[Query]:
        from_, to = ({"$gte": str(first)} if first else {}), ({"$lte": str(last)} if last else {})
        yield every(country, {"day": {**from_, **to}})
        if self.intervals:
            # The article's interval must overlap the requested days. Bounds on both ends let MongoDB use the
            # index of such articles, and leave out articles without an interval.
            latest, earliest = from_ or {"$gte": "0001-01-01"}, to or {"$lte": "9999-12-31"}
            inside = {"published.latest": latest, "published.earliest": earliest}
            yield every(country, {"day": None}, inside)


def every(*conditions: Query) -> Query:
    """All of these conditions in one filter.

    >>> every({"day": "2024-03-27"}, {}, {"country": "MA"})
    {'day': '2024-03-27', 'country': 'MA'}
    >>> every({"day": {"$gte": "2024-03-01"}}, {"day": {"$lt": "2024-04-01"}})
    {'$and': [{'day': {'$gte': '2024-03-01'}}, {'day': {'$lt': '2024-04-01'}}]}
    """
    given = [condition for condition in conditions if condition]
    names = [name for condition in given for name in condition]
    if len(names) == len(set(names)):
        return {name: value for condition in given for name, value in condition.items()}
    return {"$and": given}


def normal(text: str) -> str:
    """A day, month or year in the form of this module; any other text unchanged.

    The digits may be Arabic, months and days may have one digit, and the parts may be separated by ``-`` or
    ``/``. The year comes first, or the day comes first and the year last. H, h, هـ and ه mean Hijri.

    >>> [normal(text) for text in ("1448-6h", "١٤٤٨-٠٦-٠٩هـ", "20/11/2026", "11/2026")]
    ['1448-06H', '1448-06-09H', '2026-11-20', '2026-11']

    Raises :class:`UnmarkedHijriError` for a Hijri year without H: ``1448-06``.
    """
    plain = _INVISIBLE.sub("", text).translate(ASCII_DIGITS).strip()
    if first := _YEAR_FIRST.fullmatch(plain):
        year, month, day, hijri = first.groups()
    elif last := _YEAR_LAST.fullmatch(plain):
        day, month, year, hijri = last.groups()
    else:
        return text
    written = "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])
    if not hijri and int(year) < HIJRI_BEFORE:
        raise UnmarkedHijriError(text, f"{written}H")
    return f"{written}H" if hijri else written


def first_day(text: str, country: str | None = None) -> dt.date:
    """The day, or the first day of the month or year, that a text names.

    >>> [str(first_day(text, "MA")) for text in ("2024-03-27", "2024-03", "2024", "1445-09H")]
    ['2024-03-27', '2024-03-01', '2024-01-01', '2024-03-12']

    Raises ``ValueError`` with the value and the remedy.
    """
    text = normal(text)
    text = _YEAR.sub(r"\1-01\2", text) if _YEAR.fullmatch(text) else text
    month = _MONTH.fullmatch(text)
    return parse_day(f"{month[1]}-{month[2]}-01{month[3]}" if month else text, country=country)


def last_day(text: str, country: str | None = None) -> dt.date:
    """The day, or the last day of the month or year, that a text names.

    In a Hijri month with 29 days, the 30th means the last day: Ramadan 1445 had 30 days by Umm al-Qura, but
    29 in Morocco.

    >>> [str(last_day(text, "MA")) for text in ("1445-09H", "1445-09-30H", "2024-02", "2024")]
    ['2024-04-09', '2024-04-09', '2024-02-29', '2024-12-31']
    """
    text = normal(text)
    text = _YEAR.sub(r"\1-12\2", text) if _YEAR.fullmatch(text) else text
    month = _MONTH.fullmatch(text)
    if month is None:
        try:
            return parse_day(text, country=country)
        except ValueError:
            month = _THIRTIETH.fullmatch(text)
            if month is None:
                raise
    year, number = divmod(int(month[1]) * 12 + int(month[2]), 12)  # of the following month
    following = parse_day(f"{year:04}-{number + 1:02}-01{month[3]}", country=country)
    return following - dt.timedelta(days=1)


def _words(given: str | Iterable[str]) -> tuple[str, ...]:
    words = given.split(",") if isinstance(given, str) else given
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _day(name: str, given: str | dt.date | None) -> str | None:
    if given is None or given == "":
        return None
    text = str(given.date() if isinstance(given, dt.datetime) else given).strip()
    try:
        for country in (None, _MOROCCO):
            (first_day if name == "since" else last_day)(text, country)
    except ValueError as error:
        raise ValueError(f"{name}={given!r}: {error}") from None
    return normal(text)


def _moment(name: str, given: str | dt.datetime | None) -> dt.datetime | None:
    if given is None or given == "":
        return None
    try:
        moment = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(given.strip())
    except ValueError:
        raise ValueError(f"{name}={given!r} is not a date with a time; write 2024-03-27T14:30Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _share(given: str | float | None) -> float | None:
    if given is None or given == "":
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)\s*(%?)", str(given).strip())
    share = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    if not 0 < share <= 1:
        raise ValueError(f"sample={given!r} is not a share; write 1% or 0.01")
    return share
