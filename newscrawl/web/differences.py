"""The differences between two texts, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

MOST_WORDS = 2000
"""Maximum number of words in a passage that is compared; a longer one is shown as removed and inserted."""
MOST_PARAGRAPHS = 1000
_BREAK = "\n"


class Kind(StrEnum):
    """Whether words were kept, removed or inserted."""

    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """Consecutive words of one kind."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its changes, or a number of unchanged paragraphs."""

    parts: tuple[DiffSpan, ...] = ()
    unchanged: int = 0


def of_lines(old: str, new: str) -> tuple[DiffSpan, ...]:
    """The differences between two lines.

    >>> [(str(part.kind), part.text) for part in of_lines("ارتفاع أسعار الخضر", "تراجع أسعار الخضر")]
    [('out', 'ارتفاع'), ('in', 'تراجع'), ('same', 'أسعار الخضر')]
    """
    return tuple(_parts(old.split(), new.split()))


def of_texts(old: str, new: str) -> list[Paragraph]:
    r"""The differences between two texts whose paragraphs are separated by blank lines.

    >>> [(paragraph.unchanged, len(paragraph.parts)) for paragraph in of_texts("أ\n\nب ج", "أ\n\nب د")]
    [(1, 0), (0, 3)]
    """
    olds, news = _paragraphs(old), _paragraphs(new)
    paragraphs: list[Paragraph] = []
    for kind, a, b, c, d in SequenceMatcher(None, olds, news).get_opcodes():
        if kind == "equal":
            paragraphs.append(Paragraph(unchanged=b - a))
        else:
            paragraphs += _changed(olds[a:b], news[c:d])
    return paragraphs


def around_first(parts: Sequence[DiffSpan], beside: int = 8) -> tuple[DiffSpan, ...]:
    """The first change of a paragraph, with a few words on either side.

    >>> shown = around_first(of_lines("أ ب ج د ه", "أ ب ج و ه"), beside=1)
    >>> [(str(part.kind), part.text) for part in shown]
    [('same', '… ج'), ('out', 'د'), ('in', 'و'), ('same', 'ه')]
    """
    first = next((n for n, part in enumerate(parts) if part.kind != Kind.SAME), 0)
    last = next((n for n in range(first, len(parts)) if parts[n].kind == Kind.SAME), len(parts))
    shown: list[DiffSpan] = []
    if first:
        words = parts[first - 1].text.split()
        lead = ["…"] if len(words) > beside or first > 1 else []
        shown.append(DiffSpan(Kind.SAME, " ".join([*lead, *words[-beside:]])))
    shown += [DiffSpan(part.kind, _cut(part.text, 3 * beside)) for part in parts[first:last]]
    if last < len(parts):
        rest = " …" if last + 1 < len(parts) else ""
        shown.append(DiffSpan(Kind.SAME, _cut(parts[last].text, beside) + rest))
    return tuple(shown)


def places(parts: Sequence[DiffSpan]) -> int:
    """The number of places where words of a paragraph changed.

    >>> places(of_lines("أ ب ج د ه", "أ ت ج د و"))
    2
    """
    return sum(1 for is_same, _ in groupby(parts, key=lambda part: part.kind == Kind.SAME) if not is_same)


def _cut(text: str, most: int) -> str:
    words = text.split()
    return text if len(words) <= most else f"{' '.join(words[:most])} …"


def share_kept(paragraphs: Sequence[Paragraph], old: str) -> float:
    """The share of the old text's words that the new text still has."""
    lost = sum(
        len(part.text.split())
        for paragraph in paragraphs
        for part in paragraph.parts
        if part.kind == Kind.OUT
    )
    return 1 - lost / max(1, len(old.split()))


def _paragraphs(text: str) -> list[str]:
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    if len(paragraphs) > MOST_PARAGRAPHS:
        return [*paragraphs[: MOST_PARAGRAPHS - 1], " ".join(paragraphs[MOST_PARAGRAPHS - 1 :])]
    return paragraphs


def _changed(olds: Sequence[str], news: Sequence[str]) -> Iterator[Paragraph]:
    """Changed paragraphs, separated where either text has a paragraph break."""
    parts = _parts(_words(olds), _words(news))
    line: list[DiffSpan] = []
    for part in parts:
        for number, piece in enumerate(part.text.split(_BREAK)):
            if number and line:
                yield Paragraph(tuple(line))
                line = []
            if piece.strip():
                line.append(DiffSpan(part.kind, piece.strip()))
    if line:
        yield Paragraph(tuple(line))


def _words(paragraphs: Sequence[str]) -> list[str]:
    words: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        words += [_BREAK] * bool(number) + paragraph.split()
    return words


def _parts(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffSpan]:
    pieces: list[tuple[Kind, str]] = []
    if max(len(old), len(new)) > MOST_WORDS:
        pieces = [*((Kind.OUT, word) for word in old), (Kind.OUT, _BREAK), *((Kind.IN, word) for word in new)]
    else:
        for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
            if kind == "equal":
                pieces += [(Kind.SAME, word) for word in new[c:d]]
            else:
                pieces += [(Kind.OUT, word) for word in old[a:b]] + [(Kind.IN, word) for word in new[c:d]]
    for fate, some in groupby(pieces, key=lambda piece: piece[0]):
        yield DiffSpan(fate, " ".join(word for _, word in some))
