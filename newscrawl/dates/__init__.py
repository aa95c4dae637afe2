"""Arabic dates in both calendars, read right or not at all.

``parse`` reads a printed date, ``to_hijri`` gives the Hijri day of a Gregorian one; ``parse_day`` reads an
argument, ``zone`` a time zone, ``is_outdated`` finds dates that newer tables of months would change.
"""

from newscrawl.dates.hijri import EXTRA_MONTHS, to_hijri
from newscrawl.dates.reading import is_outdated, parse, parse_day
from newscrawl.dates.zones import zone

__all__ = ["DATES_VERSION", "EXTRA_MONTHS", "is_outdated", "parse", "parse_day", "to_hijri", "zone"]

DATES_VERSION = 2
"""Raised whenever some text is read differently than before; stored with each article."""
