"""How ``published_missing`` ends; the closed lists of words are in ``newscrawl.vocabulary``."""

from __future__ import annotations

from collections.abc import Mapping

MISSING: Mapping[str, str] = {
    "the page shows no date of publication": "no date stands on the page, in its address or in the feed",
    "21130 is not a day": "the date holds a number that no day, month or year can be",
    "no day is written in it": "the best date of the page holds no number",
    "no full date can be read from it": "it holds numbers, but no whole or no existing date, "
    "or one whose calendar is unclear",
    "names no exact day": "the text counts back (`منذ يومين`, `منذ شهر`); `published.earliest` and "
    "`latest` bound it",
}
"""How ``published_missing`` ends, and what that means; before it stands the text, in quotes."""
