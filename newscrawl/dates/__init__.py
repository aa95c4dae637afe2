"""Arabic dates in both calendars, read right or not at all.

``parse`` reads a printed date, ``parse_stamp`` one that a machine wrote; ``to_hijri`` gives the Hijri day of
a Gregorian one; ``parse_day`` reads an argument, ``zone`` a time zone; ``is_outdated`` finds dates that newer
tables of months would change, ``is_stale_clock`` clocks that old zone files show; ``names`` lists the words,
``last_month`` says how far the Moroccan
months reach, ``plain`` writes each letter and digit of a text in one form.
"""

from newscrawl.dates.hijri import EXTRA_MONTHS, last_month, months_table, to_hijri, use_months
from newscrawl.dates.reading import is_outdated, parse, parse_day
from newscrawl.dates.stamps import Stamp, parse_stamp
from newscrawl.dates.words import ASCII_DIGITS, names
from newscrawl.dates.words import fold as plain
from newscrawl.dates.zones import is_stale_clock, zone

__all__ = [
    "ASCII_DIGITS",
    "DATES_VERSION",
    "EXTRA_MONTHS",
    "Stamp",
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
"""Raised whenever some text is read differently than before; stored with each article."""
