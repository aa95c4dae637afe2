"""Reads the most frequent form of a printed date without the grammar.

Example: ``الأربعاء، 27 مارس 2024 - 14:30``.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from newscrawl.dates.clock import HALVES, PrintedTime
from newscrawl.dates.publishing import Options, is_possible, publish
from newscrawl.dates.words import tokenize
from newscrawl.items import Published
from newscrawl.vocabulary import Calendar, DateWarning

__all__ = ["read_usual"]

_LINE = re.compile(
    r"\s*(?:(?P<weekday>[ء-غف-ي]{4,12})[،,]?\s+)?"
    r"(?P<day>[0-9]{1,2})\s+(?P<month>[ء-غف-ي]{3,12})[،,]?\s+(?P<year>(?:19|20)[0-9]{2})"
    r"(?:(?:\s+-\s+|\s*\|\s*|\s*[،,]\s+|\s+)(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])"
    r"(?:\s?(?P<half>[صم]))?)?\s*"
)


def read_usual(text: str, options: Options) -> tuple[bool, Published | None]:
    """Whether a text has the most frequent form, and its date, as the grammar reads it, in a fifth of the
    time.
    """
    line = _LINE.fullmatch(text)
    if line is None:
        return False, None
    letter, month = _meaning(line["month"])
    kind, weekday = _meaning(line["weekday"]) if line["weekday"] else ("W", None)
    if (letter, kind) != ("M", "W"):
        return False, None
    try:
        day = dt.date(int(line["year"]), month, int(line["day"]))
    except ValueError:
        return True, None
    if not is_possible(day, options.now):
        return True, None
    warnings = [DateWarning.WEEKDAY_MISMATCH] if weekday not in (None, day.weekday()) else []
    clock = _clock(line) if line["hour"] else None
    return True, publish(text, day, clock, Calendar.GREGORIAN, None, options, warnings)


def _clock(line: re.Match[str]) -> PrintedTime:
    """The clock time; with ``time`` None if the half of the day contradicts it (``14:30 ص``)."""
    hour = int(line["hour"])
    read_as = hour if line["half"] is None else HALVES["am" if line["half"] == "ص" else "pm"].get(hour)
    return PrintedTime(None if read_as is None else dt.time(read_as, int(line["minute"])))


@lru_cache(maxsize=512)
def _meaning(word: str) -> tuple[str, int]:
    """The kind of a word of ``words.tsv`` (a letter, see ``newscrawl.dates.words``) and its number."""
    tokens, shape = tokenize(word)
    return shape, tokens[0].number
