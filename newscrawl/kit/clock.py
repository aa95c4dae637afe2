"""The clock of a newspaper that no table has: from its country, and from what its own pages say."""

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
"""Pages that must say an offset before it says anything of the newspaper."""
_SAYING = (Origin.JSONLD, Origin.META, Origin.MICRODATA)
_ALIKE = [dt.datetime(2016, 1, 1, tzinfo=dt.UTC) + dt.timedelta(weeks=week) for week in range(580)]
"""Moments (UTC) at which zones that are one clock agree: a moment of each week of 2016 to 2026."""


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
    """The moments that a page states for machines with an offset from UTC other than none.

    ``Z`` and ``+00:00`` are left out: servers all over the world print UTC, whatever their clock.

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
    """Does each of several pages state its offset? Else they say nothing of the newspaper's clock."""
    return len(pages) >= AGREEING and all(pages)


def fits(name: str, pages: Sequence[Sequence[dt.datetime]]) -> bool:
    """Is every offset that the pages state the one of a zone at that moment?

    A Moroccan server whose zone files are older than the change of 2026 counts as one of Morocco.
    """
    return all(
        moment.astimezone(zone(name)).utcoffset() == moment.utcoffset() or is_stale(name, moment)
        for page in pages
        for moment in page
    )


def of_pages(country: str | None, pages: Sequence[Sequence[dt.datetime]]) -> str | None:
    """The one clock of a country that all pages fit; None where they fit none, several, or say nothing.

    Zones that have agreed in all weeks since 2016 are one clock and go by the first name of ``zone.tab``.

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
    """The offsets that pages state, in words.

    >>> offsets([[dt.datetime.fromisoformat("2026-11-28T11:40:00+03:00")]])
    '+03:00'
    """
    return ", ".join(sorted({moment.isoformat()[-6:] for page in pages for moment in page}))
