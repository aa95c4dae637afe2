"""Arabic dates in both calendars, read correctly or not at all.

- ``parse`` reads a printed date, ``parse_stamp`` a machine-readable one, ``parse_day`` an argument.
- ``to_hijri`` converts a Gregorian day; ``last_month`` is the last known month of Morocco.
- ``is_outdated`` finds dates that newer tables of months would change, ``is_stale_clock`` clocks that come
  from old zone files; ``zone`` is a time zone by its name.
- ``names`` lists words of the vocabulary; ``plain`` folds the letters and digits of a text.
"""

from newscrawl.dates.hijri import EXTRA_MONTHS, last_month, months_table, to_hijri, use_months
from newscrawl.dates.reading import HIJRI_BEFORE, UnmarkedHijriError, is_outdated, parse, parse_day
from newscrawl.dates.stamps import Stamp, parse_stamp
from newscrawl.dates.words import ASCII_DIGITS, names
from newscrawl.dates.words import fold as plain
from newscrawl.dates.zones import is_stale_clock, zone

__all__ = [
    "ASCII_DIGITS",
    "DATES_VERSION",
    "EXTRA_MONTHS",
    "HIJRI_BEFORE",
    "Stamp",
    "UnmarkedHijriError",
    "is_outdated",
    "is_stale_clock",
    "last_month",
    "months_table",
    "names",
    "parse",
    "parse_day",
    "parse_stamp",
    "plain",
    "to_hijri",
    "use_months",
    "zone",
]

DATES_VERSION = 2
"""Version of the date reader, stored with each article. Raise it with every change that alters a result."""
