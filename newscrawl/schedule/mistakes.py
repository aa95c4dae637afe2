"""Mistakes in the TOML files of a schedule, with their lines."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Mistake(NamedTuple):
    """One mistake in the file."""

    line: int | None
    """Its line; None if there is no file."""
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" if self.line else self.reason


class ScheduleError(ValueError):
    """The file has mistakes; the message has one line for each."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, sorted(mistakes))))
        self.mistakes = sorted(mistakes)


def parsed(text: str) -> dict[str, Any]:
    """The tables of a file. Raises :class:`ScheduleError` for invalid TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, position = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", position)
        last = text.rstrip().count("\n") + 1
        raise ScheduleError([Mistake(int(line[1]) if line else last, f"invalid TOML: {reason}")]) from None
    except RecursionError:
        raise ScheduleError([Mistake(1, "invalid TOML: its lists or tables are nested too deeply")]) from None
    except ValueError as error:  # a number with thousands of digits
        raise ScheduleError([Mistake(1, f"invalid TOML: {error}")]) from None


def meant(word: str, known: Mapping[str, Any], otherwise: str = "") -> str:
    """A hint for an unknown word: similar known words, or else ``otherwise``, or else all known words.

    >>> meant("evry", {"every": 1})
    "; did you mean 'every'?"
    """
    close = difflib.get_close_matches(word, known, 3)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    return f"; {otherwise or 'known keys: ' + ', '.join(known)}"


_KEY = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]")
_PAIR = re.compile(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")


def lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Each table and key with its line, which tomllib does not report."""
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _path(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
            yield table, number
        elif pair := _PAIR.match(line):
            path = (*table, *_path(pair[1]))
            yield path, number
            if len(path) > len(table) + 1:
                yield path[:-1], number


def _path(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(_KEY, key))
