"""Names of archive files: one folder for each site, and names that sort by the time when a run began."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

__all__ = ["OPEN", "SUFFIX", "Name"]

SUFFIX = ".warc.gz"
OPEN = ".open"
"""Ending of a file's name while the file is written."""
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(
    r"(?P<site>[\w.-]+)/(?P=site)-(?P<began>\d{8}T\d{6}Z)-(?P<run>[\w.]+)-(?P<node>[\w.]+)(?:-(?P<part>\d+))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """The parts of an archive file's name.

    >>> began = dt.datetime(2026, 11, 28, 20, 17, 51, tzinfo=dt.UTC)
    >>> str(Name.of("hespress", began, "5f2c81d0", "node-1"))
    'hespress/hespress-20261128T201751Z-5f2c81d0-node_1.warc.gz'
    """

    site: str
    began: dt.datetime
    """Moment at which the run began, UTC, by the clock of its node."""
    run: str
    node: str
    part: int = 1
    """Number of the file in its run. A run has more than one after a failure, or when a file grew too
    large."""

    @classmethod
    def of(cls, site: str, began: dt.datetime, run: str, node: str, part: int = 1) -> Name:
        """The name made of these parts, whatever characters they contain."""
        run, node = plain(run), plain(node)
        return cls(re.sub(r"[^\w.-]", "_", site, flags=re.ASCII), began, run, node, part)

    @classmethod
    def parse(cls, name: str) -> Name | None:
        """The parts of a file's name; None if it is not the name of an archive file.

        >>> Name.parse("hespress/hespress-20261128T201751Z-5f2c81d0-node_1.warc.gz").node
        'node_1'
        """
        match = _NAME.fullmatch(name.removesuffix(OPEN).removesuffix(SUFFIX))
        if not match or not name.removesuffix(OPEN).endswith(SUFFIX):
            return None
        try:
            began = dt.datetime.strptime(match["began"], _STAMP).replace(tzinfo=dt.UTC)
        except ValueError:
            return None
        return cls(match["site"], began, match["run"], match["node"], int(match["part"] or 1))

    def __str__(self) -> str:
        part = "" if self.part == 1 else f"-{self.part}"
        return f"{self.site}/{self.site}-{self.began:{_STAMP}}-{self.run}-{self.node}{part}{SUFFIX}"


def plain(text: str) -> str:
    """The name of a run or a node for use in a file name: letters, digits, dots and ``_``."""
    return re.sub(r"[^\w.]", "_", text, flags=re.ASCII) or "_"
