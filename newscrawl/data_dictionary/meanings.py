"""The endings of ``published_missing``; the closed lists of words are in ``newscrawl.vocabulary``."""

from __future__ import annotations

from collections.abc import Mapping

MISSING: Mapping[str, str] = {
    "the page shows no date of publication": "neither the page nor its address nor the feed has a date",
    "21130 is not a day": "the date has a number that cannot be a day, month or year",
    "no day is written in it": "the best date of the page has no number",
    "no full date can be read from it": "it has numbers, but no complete or no existing date, "
    "or one whose calendar is unclear",
    "names no exact day": "the text counts back (`منذ يومين`, `منذ شهر`); `published.earliest` and "
    "`latest` bound it",
}
"""Ending of ``published_missing`` → meaning; the printed text comes before the ending, in quotes."""
