"""The documentation: README, CONTRIBUTING, CHANGELOG and docs/, with their blocks and commands."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from tests.conftest import PROJECT

PAGES = {
    str(page.relative_to(PROJECT)): page.read_text("utf-8")
    for page in [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")]
}
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
START = re.compile(
    r"(?:(?:\*/?\d* ){5})?(?:\w+=\S+ +)*(?:\.venv/bin/)?"
    r"(?=(?:apt-get|curl|dask|git|make|pip|pytest|python|scrapy|ssh|systemctl) )"
)
"""What may precede a command: cron's words, variables, the folder of the environment."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    place: int
    """Where it begins in the page, in characters."""
    section: str
    """The nearest heading above it."""
    language: str
    """``sh``, ``python``, ``js``, ``toml``, ``nginx``; empty for what a command prints and for drawings."""
    text: str


@dataclass(frozen=True)
class Command:
    """A line of shell that a page shows, without its comment."""

    page: str
    place: int
    section: str
    text: str
    block: str = ""
    """The whole block that it is in; empty for a command within a sentence."""


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, without the indentation that all lines share."""
    text = PAGES[page]
    return [
        Block(page, match.start(), _section(text, match.start()), match[1], textwrap.dedent(match[2]))
        for match in FENCE.finditer(text)
    ]


def commands(page: str) -> Iterator[Command]:
    """The commands that a page shows, in its order: the lines of ``sh`` blocks, and commands in sentences."""
    text = PAGES[page]
    for match in re.finditer(f"(?ms){FENCE.pattern}|{SPAN.pattern}", text):
        place, section = match.start(), _section(text, match.start())
        if match[3]:
            span = re.sub(r"\s+", " ", match[3])
            if START.match(span):
                yield Command(page, place, section, span)
        elif match[1] == "sh":
            for line in re.sub(r"\\\n\s*", "", match[2]).splitlines():
                yield Command(page, place, section, re.sub(r"\s+# .*", "", line).strip(), match[2])


def _section(text: str, place: int) -> str:
    """The nearest heading above a place."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text[:place]), re.MULTILINE)
    return headings[-1] if headings else ""
