"""Writes the report of ``scrapy verify`` about all sites, on one page for a merge request.

The file ``<page>.part`` gets a line of JSON as soon as a site is done. A later run with the same page
continues from there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from newscrawl import __version__
from newscrawl.files import LARGEST, read_regular
from newscrawl.kit.verify import SiteFinding, Verdict
from newscrawl.shown import one_line
from newscrawl.sites import Site

HEADING = "# Sites verified"
"""First line of each report, by which it is recognised."""
SHOWN = ("title", "body", "dates", "authors", "section", "tags", "images")
"""Fields that have a column."""
_WORDS = ("holds", "does not hold", "no answer", "left alone", "not asked yet")
"""The possible results of a site."""
_LISTS = ("listing", "feed", "sitemap", "api", "wordpress")
_LEGEND = (
    "From each site robots.txt, one list of articles and three articles were requested. *articles*: how many",
    "of these articles were read with their day. The other columns: the methods that found each field, with",
    "the number of articles; `empty`: no method found it.",
)


@dataclass(frozen=True, slots=True)
class DatedVerdict:
    """The verdict about a site, and its time."""

    verdict: Verdict
    at: dt.datetime
    """Moment of the verdict, UTC."""


class Report:
    """A page that is rewritten after each site; raises ``OSError`` if it cannot be written.

    Sites that did not answer, or whose declaration has changed since, are checked again.
    """

    def __init__(self, page: Path, sites: Mapping[str, Site]) -> None:
        self.page = page
        self.part = page.with_name(page.name + ".part")
        self.sites = sites
        self.done: dict[str, DatedVerdict] = dict(self._kept())

    def asked_again(self) -> list[str]:
        """The sites that are still to be checked, in order."""
        return [name for name in self.sites if name not in self.done or not self.done[name].verdict.reached]

    def add(self, name: str, verdict: Verdict, at: dt.datetime) -> None:
        """Store the verdict about a site, and write the page."""
        line = {"site": name, "declared": _digest(self.sites[name]), "at": at.isoformat(), **asdict(verdict)}
        with self.part.open("a", encoding="utf-8") as file:
            # It begins with a line break, because a kill may have truncated the last line.
            file.write("\n" + json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.done[name] = DatedVerdict(verdict, at)
        self.write()

    def write(self) -> None:
        """Write the page atomically; delete the ``.part`` file when no site is left to check."""
        new = self.page.with_name(self.page.name + ".new")
        new.write_text(markdown(self.sites, self.done), "utf-8")
        new.replace(self.page)
        if not self.asked_again():
            self.part.unlink(missing_ok=True)

    def _kept(self) -> dict[str, DatedVerdict]:
        if not self.part.exists():
            return {}
        kept: dict[str, DatedVerdict] = {}
        for line in read_regular(self.part, 10 * LARGEST).decode("utf-8", "replace").splitlines():
            try:
                document = json.loads(line)
                name, verified = document["site"], _verified(document)
            except (ValueError, KeyError, TypeError):  # a line that a kill truncated
                continue
            if name in self.sites and document["declared"] == _digest(self.sites[name]):
                kept[name] = verified
        return kept


def is_report(page: Path) -> bool:
    """Is the file a report, so that it may be overwritten?"""
    return read_regular(page).decode("utf-8", "replace").startswith(HEADING)


def _verified(line: Mapping[str, Any]) -> DatedVerdict:
    findings = [SiteFinding(**finding) for finding in line["findings"]]
    verdict = Verdict(line["holds"], findings, line["origins"], line["reached"])
    return DatedVerdict(verdict, dt.datetime.fromisoformat(line["at"]))


def _digest(site: Site) -> str:
    """A digest of a site's declaration; the same in every process."""
    plain = json.dumps(asdict(site), sort_keys=True, default=lambda value: sorted(map(str, value)))
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()


def markdown(sites: Mapping[str, Site], done: Mapping[str, DatedVerdict]) -> str:
    """The page: a table of all sites, then the findings about each.

    >>> print(markdown({}, {}).splitlines()[0])
    # Sites verified
    """
    results = {name: _verdict_in_words(site, done.get(name)) for name, site in sites.items()}
    counted = Counter(results.values())
    counts = ", ".join(f"{word} {counted[word]}" for word in _WORDS if counted[word])
    moments = [verified.at for verified in done.values()]
    when = f" from {_minute(min(moments))} to {_minute(max(moments))} UTC" if moments else ""
    head = ("site", "country", "evidence", "verdict", "robots", "list", "articles", *SHOWN)
    by = f"`scrapy verify` of newscrawl {__version__}"
    rows = [_row((f"`{name}`", *_cells(site, results[name], done.get(name)))) for name, site in sites.items()]
    lines = [
        HEADING,
        "",
        f"{len(sites)} sites, verified{when} by {by}: {counts or 'none'}.",
        "",
        *_LEGEND,
        "",
    ]
    lines += [_row(head), "|" + "---|" * len(head), *rows, "", "## Site by site", ""]
    for name in sites:
        if verified := done.get(name):
            lines_of_site = [_plain(line[2:]).rstrip() for line in verified.verdict.lines]
            lines += [
                f"### {name}: {results[name]}",
                "",
                f"{_minute(verified.at)} UTC",
                "",
                "```",
                *lines_of_site,
                "```",
                "",
            ]
    return "\n".join(lines)


def _verdict_in_words(site: Site, verified: DatedVerdict | None) -> str:
    if verified is None:
        return "not asked yet"
    if site.refused:
        return "left alone"
    if not verified.verdict.reached:
        return "no answer"
    return "holds" if verified.verdict.holds else "does not hold"


def _cells(site: Site, result: str, verified: DatedVerdict | None) -> list[str]:
    evidence = f"{site.evidence}, {site.year}" if site.year else site.evidence
    cells = [site.country or "-", evidence, result]
    if verified is None:
        return cells + ["-"] * (3 + len(SHOWN))
    findings = verified.verdict.findings
    articles = [finding for finding in findings if finding.subject == "article"]
    read = f"{sum(bool(finding.holds) for finding in articles)} of {len(articles)}" if articles else "-"
    for_robots, for_lists = _of(findings, ("robots",)), _of(findings, _LISTS)
    methods = (sorted(verified.verdict.origins.get(name, {}).items()) for name in SHOWN)
    fields = [
        ", ".join(f"{origin} {count}" for origin, count in methods_of_field) or "-"
        for methods_of_field in methods
    ]
    return [*cells, for_robots, for_lists, read, *fields]


def _of(findings: list[SiteFinding], kinds: tuple[str, ...]) -> str:
    """The result of the last of these findings, with its kind if there are several kinds."""
    own = [finding for finding in findings if finding.subject in kinds]
    if not own:
        return "-"
    word = {True: "ok", False: "fails", None: "unknown"}[own[-1].holds]
    return word if len(kinds) == 1 else f"{own[-1].subject}: {word}"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_plain(cell).replace("|", "\\|") for cell in cells) + " |"


def _plain(text: str) -> str:
    """A text from a site as one line that cannot end a block of code."""
    return one_line(text).replace("```", "'''")


def _minute(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
