"""When two pages are one article, and which of several copies comes first.

Three rules, from the strictest: the same address (merged into one document), the same title on
the same day within one site, and the same text at another site. The last two only link documents.
All comparisons are made on folded text (``newscrawl.text.fold``), so that spelling, vowel marks
and digits make no difference.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from newscrawl.items import Article, Duplicate, Precision
from newscrawl.text import fold

IDENTITY_VERSION = 1

SHINGLE = 3
"""Words in a shingle: the length that separated copies from other news best on Arabic articles."""
SEARCH_WORDS = 100
"""Words of the body that the search text takes in."""
SAME_TEXT = 0.5
"""Jaccard similarity from which two texts with one title are one text."""
SAME_PART = 0.8
"""Containment from which the shorter text is a cut or framed copy of the longer one."""
WINDOW = dt.timedelta(days=3)
"""How far apart two copies of one story may be dated; their days may be printed in two calendars."""

_WORD = re.compile(r"\w+")
_EXACT: dict[str, int] = {"minute": 3, "hour": 3, "day": 2, "week": 1, "month": 1, "year": 1}

Fields = Mapping[str, Any]
"""An article as a document of the collection ``articles``."""


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content_hash(title: str | None, lede: str | None, body: str) -> str:
    """Hash (32 hex digits) of what a reader reads: equal for two spellings of one text.

    >>> content_hash("الحكومة", None, "نص") == content_hash("الحكـــومة", None, "نصّ")
    True
    """
    return _hash("\n".join(fold(part or "") for part in (title, lede, body)))


def title_key(title: str) -> str:
    """Hash (32 hex digits) of the folded title, or an empty string for an empty title."""
    folded = fold(title)
    return _hash(folded) if folded else ""


def identify(article: Article) -> Article:
    """The same article with ``content_hash``, ``title_key`` and ``search_text`` filled in.

    The search text holds the first words only: an index over whole bodies would cost more than
    the rest of a crawl.
    """
    opening = " ".join(article.body.split()[:SEARCH_WORDS])
    return replace(
        article,
        content_hash=content_hash(article.title, article.lede, article.body),
        title_key=title_key(article.title),
        search_text=fold("\n".join(part for part in (article.title, article.lede, opening) if part)),
    )


def shingles(text: str) -> frozenset[int]:
    """The folded word shingles of a text, as hashes good within one process."""
    words = _WORD.findall(fold(text))
    return frozenset(hash(tuple(words[i : i + SHINGLE])) for i in range(max(1, len(words) - SHINGLE + 1)))


def similarity(one: str, other: str) -> tuple[float, float]:
    """Jaccard similarity and containment of two texts, each 0 to 1."""
    a, b = shingles(one), shingles(other)
    common = len(a & b)
    return common / len(a | b), common / min(len(a), len(b))


def order(article: Fields) -> tuple[Any, ...]:
    """Sort key of the copies of a story; the least is the story's root.

    The newspaper's own page before an aggregator's, then the earlier one. It depends on nothing
    but the documents themselves, so every crawl agrees, in whatever order the copies arrive.
    """
    late = dt.datetime.max.replace(tzinfo=dt.UTC)
    return (
        article["via"] is not None,
        article["published_at"] or late,
        article["day"] or "9999",
        article["first_seen_at"] or late,
        article["_id"],
    )


def _days_apart(one: Fields, other: Fields) -> dt.timedelta | None:
    if not one["day"] or not other["day"]:
        return None
    return abs(dt.date.fromisoformat(one["day"]) - dt.date.fromisoformat(other["day"]))


def _day_tolerance(article: Fields) -> dt.timedelta:
    """A Hijri-only day may be a day off in either direction, unless its weekday settled it."""
    published = article["published"]
    hijri_only = published and published["calendar"] == "hijri"
    settled = hijri_only and "hijri_day_settled_by_weekday" in published["warnings"]
    return dt.timedelta(days=1 if hijri_only and not settled else 0)


def relation(one: Fields, other: Fields) -> Duplicate | None:
    """How two documents with the same title are copies of each other; None when they are not.

    Recurring notices (``أسعار العملات``) share a title but neither the day nor the numbers.
    """
    apart = _days_apart(one, other)
    if one["site"] == other["site"] and one["source"] == other["source"]:
        if apart is None or apart > max(_day_tolerance(one), _day_tolerance(other)):
            return None
        kind = "same_day"
    else:
        if apart is not None and apart > WINDOW:
            return None
        kind = "republished"
    jaccard, containment = similarity(one["body"], other["body"])
    if jaccard < SAME_TEXT and containment < SAME_PART:
        return None
    return Duplicate(
        kind="same_day" if kind == "same_day" else "republished",
        similarity=round(jaccard, 4),
        containment=round(containment, 4),
    )


def better_date(old: Fields, new: Fields) -> bool:
    """Does the new reading know the day better than the stored one? A coarser date never wins."""

    def exactness(article: Fields) -> int:
        if article["published_at"]:
            return 4
        precision: Precision | None = article["published"] and article["published"]["precision"]
        return _EXACT[precision] if precision else 0

    return exactness(new) > exactness(old)


def first(articles: Sequence[Fields]) -> Fields:
    """The root among the copies of a story."""
    return min(articles, key=order)
