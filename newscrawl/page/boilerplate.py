"""Recognises lines that do not belong to an article, with ``boilerplate.tsv``."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import Literal, cast

from newscrawl.text import normalize

_Kind = Literal["stop", "end", "drop"]

_ACCENTS = str.maketrans("éèàê", "eeae")
_EDGES = re.compile(r"^[\W_]+|[\s:.,؛،…_*»\"]+$")

_CREDIT = re.compile(r"\W{0,3}(?:©|\([cC]\)\s|copyright\b)", re.IGNORECASE)
_HASHTAGS = re.compile(r"(?:\s*#\w{2,30})+\s*")
_CREDIT_LETTERS = 100
"""Maximum length of a picture credit, in letters."""
MAX_WORDS = 30
"""A longer line is never dropped because of a phrase: a real sentence may contain ``اشترك``."""

_MAX_LETTERS = 600
"""Maximum length in letters of a line that is dropped because of a phrase: twice that of 30 long words."""


def folded(line: str) -> str:
    """A line in the form of the patterns: letter variants unified, marks and edges removed, in lower case.

    Unlike ``text.fold`` it keeps inner punctuation, which distinguishes headings from sentences.

    >>> folded("» إقرأ أيضاً:")
    'اقرا ايضا'
    """
    plain = normalize(line, tashkeel="drop", alef="fold", ya="fold", ta="fold")
    return _EDGES.sub("", plain.lower().translate(_ACCENTS))


@lru_cache(maxsize=1)
def _patterns() -> dict[_Kind, re.Pattern[str]]:
    kinds: dict[_Kind, list[str]] = {}
    table = resources.files("newscrawl.page").joinpath("boilerplate.tsv").read_text("utf-8")
    for row in table.splitlines():
        if row and not row.startswith("#"):
            kind, pattern = row.split("\t", 1)
            kinds.setdefault(cast(_Kind, kind), []).append(pattern)
    return {kind: re.compile("|".join(f"(?:{pattern})" for pattern in rows)) for kind, rows in kinds.items()}


@lru_cache(maxsize=4096)
def kind(line: str) -> _Kind | Literal[""]:
    """The kind of a boilerplate line; empty for any other line.

    ``stop`` is the heading of a box of links, ``end`` that of the readers' comments, ``drop`` any other line
    to leave out.

    >>> kind("أخبار ذات صلة"), kind("جميع الحقوق محفوظة © 2024"), kind("قال الوزير إن الأخبار جيدة")
    ('stop', 'drop', '')
    """
    if len(line) > _MAX_LETTERS or line.count(" ") >= MAX_WORDS:
        return ""
    if len(line) <= _CREDIT_LETTERS and (_CREDIT.match(line) or _HASHTAGS.fullmatch(line)):
        return "drop"
    text = folded(line)
    for name, pattern in _patterns().items():
        if pattern.fullmatch(text):
            return name
    return ""
