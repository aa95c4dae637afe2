"""Chooses the headline among the declared and the printed headlines, and removes the name of the site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newscrawl.page.blocks import Blocks
from newscrawl.page.document import squeeze
from newscrawl.vocabulary import Origin

_LETTERS = re.compile(r"[^\w]+")
_CUT = re.compile(r"\s+[|\-–—:•·»«<>/]+\s+|\s*[|»«]\s*")
_PARTING = frozenset("|-–—:•·»«<>/")
"""A title without any of these marks needs no cutting."""
_ELLIPSIS = re.compile(r"(?:\.{2,}|…)\s*$")
MAX_WORDS = 60
_MOST_CUTS = 10
"""Maximum number of names of site and sections that are cut off a title."""


@dataclass(slots=True, frozen=True)
class Headline:
    """A headline, its origin, and its index among the blocks of the page."""

    text: str
    origin: Origin
    index: int | None = None


def bare(text: str) -> str:
    """A headline reduced to its letters, for comparing two versions of it."""
    return _LETTERS.sub(" ", text).strip().lower()


def without_site(title: str, names: Sequence[str], others: Sequence[str] = ()) -> str:
    """A title without the names of site and sections after it or before it.

    ``names`` are the site's names; a part that is one of them is cut off, with everything after it. If the
    title begins with one of ``others`` (headlines from other places), that is the title.

    >>> without_site("وزير الري يشهد التوقيع - اليوم السابع", ["اليوم السابع"])
    'وزير الري يشهد التوقيع'
    """
    if _PARTING.isdisjoint(title):
        return squeeze(title)
    known = {bare(name) for name in names}
    for name in others:
        if name and len(bare(name)) > 10 and title != name and title.startswith(name):
            rest = title[len(name) :]
            if _CUT.match(rest):
                return name
    title = squeeze(title)
    for _ in range(_MOST_CUTS):
        cuts = list(_CUT.finditer(title))
        if not cuts:
            break
        head, tail = title[: cuts[-1].start()], title[cuts[-1].end() :]
        if (plain := bare(tail)) and plain in known and len(bare(head)) > 3:
            title = head
            continue
        head, tail = title[: cuts[0].start()], title[cuts[0].end() :]
        if not ((plain := bare(head)) and plain in known and len(bare(tail)) > 3):
            break
        title = tail
    return squeeze(title)


def suffix(title: str, headline: str) -> str | None:
    """The text after the headline and a mark in ``<title>``, which is the name of the site.

    >>> suffix("وزير الري يشهد التوقيع - اليوم السابع", "وزير الري يشهد التوقيع")
    'اليوم السابع'
    """
    if not headline or not title.startswith(headline) or not (cut := _CUT.match(title, len(headline))):
        return None
    return title[cut.end() :].strip() or None


def find(blocks: Blocks, declared: Sequence[str], names: Sequence[str]) -> tuple[str | None, int | None]:
    """The printed headline and its index: the ``h1`` (without any, the line) that is most like a declared
    title.
    """
    wanted = {bare(text) for text in dict.fromkeys(declared) if text}
    shortest, longest = min(map(len, wanted), default=0) / 3, max(map(len, wanted), default=0) * 3
    titles = [(title, frozenset(title.split())) for title in wanted if title]
    telling = _telling(titles)
    cased = any(word.upper() != word for word in telling)
    site = {bare(name) for name in names}
    best: tuple[float, int] | None = None
    for index, block in enumerate(blocks.row if titles else ()):
        if block.words > MAX_WORDS or (not block.heading and block.words < 3):
            continue
        if not shortest <= len(block.text) <= longest:
            continue
        # Nine lines out of ten have none of these words and need no closer look.
        line = block.text.lower() if cased else block.text
        for word in telling:
            if word in line:
                break
        else:
            continue
        plain = bare(block.text)
        if not plain or plain in site:
            continue
        words = set(plain.split())
        likeness = max((_alike(plain, words, *title) for title in titles), default=0.0)
        if likeness < 0.5:
            continue
        rank = (
            likeness
            + (0.5 if block.heading == "h1" else 0.2 if block.heading else 0)
            - (0.3 if block.linked > 0.5 else 0)
        )
        if best is None or rank > best[0]:
            best = rank, index
    if best is not None:
        return blocks.row[best[1]].text, best[1]
    ones = [i for i, b in enumerate(blocks.row) if b.heading == "h1" and bare(b.text) not in site]
    named = [m.index for m in blocks.marks if m.role == "title" and m.index < len(blocks.row)]
    for index in ones or named:
        block = blocks.row[index]
        alone = len(ones) <= 1 or not wanted
        if alone and 3 <= block.words <= MAX_WORDS and (block.heading == "h1" or block.linked < 0.5):
            return block.text, index
    return None, None


def _telling(titles: Sequence[tuple[str, frozenset[str]]]) -> frozenset[str]:
    """Words of which every line that resembles a title has at least one; contains the empty word if any line
    can resemble one.

    Two lines that resemble each other share half of their words, and so at least one of the longer half; or
    one line begins with the other.
    """
    words_told: set[str] = set()
    for title, words in titles:
        if len(words) < 3:
            return frozenset({""})
        words_told.add(title.partition(" ")[0])
        words_told.update(sorted(words, key=len)[-(len(words) // 2 + 1) :])
    return frozenset(words_told)


def _alike(first: str, a: set[str], second: str, b: frozenset[str]) -> float:
    """The similarity of a line and a title, 0 to 1, each given with its words."""
    if first == second:
        return 1.0
    common = len(a & b)
    likeness = common / len(a | b)
    if first.startswith(second) or second.startswith(first):
        likeness = max(likeness, min(len(a), len(b)) / max(len(a), len(b)), 0.6 if common >= 4 else 0.0)
    return likeness


def choose(
    declared: Sequence[tuple[str, Origin]], title_tag: str | None, blocks: Blocks, names: Sequence[str]
) -> Headline | None:
    """The headline among the declared (text, origin; best origin first), ``<title>`` and printed lines.

    Readers saw the printed line: it wins over a declaration that is the same but truncated, has a suffix or
    lacks its quotation marks.
    """
    texts = [text for text, _ in declared]
    plain = [
        (without_site(text, names, [t for t in texts if t != text]), origin) for text, origin in declared
    ]
    tag = without_site(title_tag, names, texts) if title_tag else None
    candidates = [text for text, _ in plain] + ([tag] if tag else [])
    printed, index = find(blocks, candidates, names)
    if printed and plain:
        printed_bare = bare(printed)
        for text, origin in plain:
            if text == printed or bare(text) == printed_bare:
                return Headline(text if squeeze(text) == printed else printed, origin, index)
        text, origin = plain[0]
        kicker = printed_bare.endswith(bare(text)) and not _ELLIPSIS.search(text)
        fuller = text.startswith(printed) and not _CUT.match(text[len(printed) :])
        if kicker or fuller:
            return Headline(text, origin, index)
        return Headline(without_site(printed, names, texts), Origin.GENERIC, index)
    if plain:
        text, origin = plain[0]
        for longer, origin_of_longer in plain[1:]:
            if _ELLIPSIS.search(text) and bare(longer).startswith(bare(_ELLIPSIS.sub("", text))[:-8]):
                return Headline(longer, origin_of_longer)
        return Headline(text, origin)
    if printed:
        return Headline(without_site(printed, names), Origin.GENERIC, index)
    return Headline(tag, Origin.GENERIC) if tag else None
