"""Finds the clock of an unknown newspaper, from its country and from its own pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

from newscrawl.dates import zone
from newscrawl.dates.zones import is_stale
from newscrawl.items import OfferedDate
from newscrawl.vocabulary import Origin

AGREEING = 2
"""Minimum number of pages that must state an offset."""
_SAYING = (Origin.JSONLD, Origin.META, Origin.MICRODATA)
_ALIKE = [dt.datetime(2016, 1, 1, tzinfo=dt.UTC) + dt.timedelta(weeks=week) for week in range(580)]
"""Zones that agree at all of these moments (UTC, weekly from 2016 to 2026) are one clock."""


@cache
def zones() -> dict[str, list[str]]:
    """The zones of each country (ISO 3166), from ``zone.tab`` of the IANA time zone database.

    >>> zones()["MA"], zones()["PS"]
    (['Africa/Casablanca'], ['Asia/Gaza', 'Asia/Hebron'])
    """
    countries: dict[str, list[str]] = {}
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _, name = line.split("\t")[:3]
            countries.setdefault(code, []).append(name)
    return countries


def stamped(offered: Iterable[OfferedDate]) -> list[dt.datetime]:
    """The machine-readable moments of a page that have an offset other than UTC.

    ``Z`` and ``+00:00`` are left out, because servers everywhere print UTC.

    >>> stamped([OfferedDate(text="2026-11-28T11:40:00+03:00", origin=Origin.JSONLD),
    ...          OfferedDate(text="28 نونبر 2026", origin=Origin.META)])[0].utcoffset()
    datetime.timedelta(seconds=10800)
    """
    moments = []
    for date in offered:
        if date.origin in _SAYING:
            try:
                moment = dt.datetime.fromisoformat(date.text.strip())
            except ValueError:
                continue
            if moment.utcoffset():
                moments.append(moment)
    return moments


def agree(pages: Sequence[Sequence[dt.datetime]]) -> bool:
    """Does each of at least :data:`AGREEING` pages state its offset? Otherwise the clock is unknown."""
    return len(pages) >= AGREEING and all(pages)


def fits(name: str, pages: Sequence[Sequence[dt.datetime]]) -> bool:
    """Is every offset on the pages the offset of zone ``name`` at that moment?

    A Moroccan server with zone files from before the change of 2026 counts as fitting.
    """
    return all(
        moment.astimezone(zone(name)).utcoffset() == moment.utcoffset() or is_stale(name, moment)
        for page in pages
        for moment in page
    )


def of_pages(country: str | None, pages: Sequence[Sequence[dt.datetime]]) -> str | None:
    """The one clock of a country that all pages fit; None if they fit none or several, or state no offset.

    Zones that have agreed in all weeks since 2016 are one clock, named by the first of them in ``zone.tab``.

    >>> at = dt.datetime.fromisoformat("2026-11-28T11:40:00+02:00")
    >>> of_pages("PS", [[at], [at]]), of_pages("LY", [[at], [at]]), of_pages("SA", [[at], [at]])
    ('Asia/Gaza', 'Africa/Tripoli', None)
    """
    if not country or not agree(pages):
        return None
    clocks: dict[tuple[dt.timedelta | None, ...], str] = {}
    for name in zones().get(country, ()):
        if fits(name, pages):
            clocks.setdefault(tuple(at.astimezone(zone(name)).utcoffset() for at in _ALIKE), name)
    return next(iter(clocks.values())) if len(clocks) == 1 else None


def offsets(pages: Sequence[Sequence[dt.datetime]]) -> str:
    """The offsets on some pages, for a message.

    >>> offsets([[dt.datetime.fromisoformat("2026-11-28T11:40:00+03:00")]])
    '+03:00'
    """
    return ", ".join(sorted({moment.isoformat()[-6:] for page in pages for moment in page}))
