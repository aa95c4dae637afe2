"""Time zones from the tzdata package, never from the system's files.

Morocco left UTC+1 on 2026-09-20 (tzdb 2026c). The zone files of the operating system, which ``zoneinfo``
prefers, may be older: every Moroccan article would be an hour off.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

__all__ = ["is_stale", "is_stale_clock", "zone"]

_MOROCCO = ("Africa/Casablanca", "Africa/El_Aaiun")
_CHANGE = dt.datetime(2026, 9, 20, 2, tzinfo=dt.UTC)
_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone with an IANA name, from the tzdata package.

    Example: ``zone("Africa/Casablanca")``, the clock of ``هسبريس``. Raises ``ValueError`` when there is
    no such zone, and ``RuntimeError`` when the installed tzdata is older than Morocco's change of 2026.
    """
    _check()
    return _load(name)


def is_stale(name: str, moment: dt.datetime) -> bool:
    """Does the offset of a moment come from zone files older than Morocco's change of 2026?

    ``name`` is the site's zone; ``moment`` is aware, with the offset that the server printed. The clock of
    such a server is an hour ahead, but its instant is right. Example: ``2026-11-03T20:40:00+01:00`` from a
    Moroccan server is 19:40. Source: tzdb 2026c.
    """
    return name in _MOROCCO and moment >= _CHANGE and moment.utcoffset() == dt.timedelta(hours=1)


def is_stale_clock(name: str, clock: dt.datetime, at: dt.datetime) -> bool:
    """Is the printed clock (naive) an hour ahead of its instant ``at``? :func:`is_stale` checks the same for
    stamps.
    """
    moment = clock.replace(tzinfo=dt.timezone(dt.timedelta(hours=1)))
    return is_stale(name, moment) and moment.replace(second=0) == at.replace(second=0, microsecond=0)


def _load(name: str) -> ZoneInfo:
    if isinstance(name, str) and _NAME.fullmatch(name):
        source = files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if source.is_file():
            with source.open("rb") as file:
                try:
                    return ZoneInfo.from_file(file, key=name)
                except ValueError:  # a text file of the package, such as zone.tab
                    pass
    raise ValueError(f"timezone={name!r} is not an IANA zone; give a name such as 'Africa/Casablanca'")


@cache
def _check() -> None:
    noon = dt.datetime(2026, 10, 15, 12, tzinfo=_load("Africa/Casablanca"))
    if noon.utcoffset() != dt.timedelta(0):
        raise RuntimeError(
            f"tzdata says that Africa/Casablanca is at {noon:%z} on 2026-10-15, but Morocco left UTC+1 on "
            f"2026-09-20; install tzdata>=2026.3"
        )
