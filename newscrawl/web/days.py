"""Days and months in words, in both calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from pymongo.database import Database

from newscrawl.dates import to_hijri
from newscrawl.sites.sources import resolve
from newscrawl.vocabulary import HijriCalendar
from newscrawl.web.words import has, word

Document = Mapping[str, Any]


def gregorian(lang: str, day: str | dt.date) -> Markup:
    """A day with its weekday.

    >>> str(gregorian("en", "2024-03-27")), str(gregorian("ar", "2024-03-27"))
    ('Wednesday, 27 March 2024', 'الأربعاء 27 مارس 2024')
    """
    date = dt.date.fromisoformat(str(day))
    weekday, month = word(lang, f"weekday.{date.isoweekday()}"), word(lang, f"month.{date.month}")
    return word(
        lang, "day.gregorian", weekday=weekday, day=_plain(date.day), month=month, year=_plain(date.year)
    )


def calendar_of(country: str | None) -> HijriCalendar:
    """The Hijri calendar of a country.

    >>> str(calendar_of("MA")), str(calendar_of(None))
    ('morocco', 'umm_al_qura')
    """
    known = to_hijri(dt.date(2024, 3, 27), country)
    return known.calendar if known else HijriCalendar.UMM_AL_QURA


def hijri(lang: str, day: str, calendar: HijriCalendar | None = None) -> Markup:
    """A Hijri day, with its calendar if that is given.

    >>> str(hijri("en", "1445-09-16")), str(hijri("ar", "1445-09-16", calendar_of("MA")))
    ('16 Ramadan 1445 AH', '16 رمضان 1445 هـ (بحساب المغرب)')
    """
    year, month, number = (int(part) for part in day.split("-"))
    named = word(lang, f"hijri.{month}")
    day_in_words = word(lang, "day.hijri", day=_plain(number), month=named, year=_plain(year))
    return (
        day_in_words
        if calendar is None
        else day_in_words + " (" + word(lang, f"calendar.by.{calendar}") + ")"
    )


def month(lang: str, name: str, *, is_hijri: bool = False) -> Markup:
    """A month.

    >>> str(month("en", "2024-03")), str(month("ar", "1445-09", is_hijri=True))
    ('March 2024', 'رمضان 1445 هـ')
    """
    year, number = (int(part) for part in name.split("-"))
    named = word(lang, f"{'hijri' if is_hijri else 'month'}.{number}")
    return word(lang, "month.hijri" if is_hijri else "month.gregorian", month=named, year=_plain(year))


def _plain(number: int) -> Markup:
    """A number without a thousands separator."""
    return Markup("{}").format(number)


def day_of(lang: str, doc: Document) -> Markup:
    """The day of an article, or the days between which it is, or a note that it is unknown."""
    if doc.get("day"):
        return gregorian(lang, doc["day"])
    published = doc.get("published") or {}
    if published.get("earliest") and published.get("latest"):
        first, last = (gregorian(lang, published[name]) for name in ("earliest", "latest"))
        return word(lang, "day.between", first=first, last=last)
    return word(lang, "day.unknown")


def names_of(db: Database[Any], sources: Iterable[str]) -> dict[str, str]:
    """The names of newspapers by slug: from the table, or as the site declares it; else the slug itself."""
    newspapers = {source: resolve(source) for source in sources}
    unknown = [source for source, newspaper in newspapers.items() if newspaper is None]
    declared = {
        doc["_id"]: doc.get("name") for doc in db["sources"].find({"_id": {"$in": unknown}}, {"name": 1})
    }
    return {
        source: newspaper.name if newspaper else declared.get(source) or source
        for source, newspaper in newspapers.items()
    }


def country_of(db: Database[Any], source: str) -> str | None:
    """The country of a newspaper: from the table, as its site declares it, or as its articles have it."""
    if newspaper := resolve(source):
        return newspaper.country
    wanted = {"_id": 0, "country": 1}
    doc = db["sources"].find_one({"_id": source}, wanted) or {}
    doc = doc if doc.get("country") else db["articles"].find_one({"source": source}, wanted) or {}
    return doc.get("country")


def country(lang: str, code: str | None) -> Markup:
    """The name of a country by its ISO 3166 code; the code itself if the words have no name."""
    if not code:
        return word(lang, "unknown")
    return word(lang, f"country.{code}") if has(f"country.{code}") else Markup("<bdi>{}</bdi>").format(code)
