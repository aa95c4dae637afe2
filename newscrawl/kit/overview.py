"""Writes an overview of all sites: what each declares, on what evidence, and the results of its last runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from newscrawl.discovery import KINDS
from newscrawl.items import READ_FIELDS
from newscrawl.kit.explain import table
from newscrawl.sites import Site
from newscrawl.vocabulary import NO_ORIGIN, RunOutcome

_SHOWN = [field for field in READ_FIELDS if field != "lede"]
"""Fields whose coverage is shown; without the lede, which many newspapers do not print."""


@dataclass(frozen=True, slots=True)
class LatestRuns:
    """The results of a site's last runs."""

    success: dt.datetime | None = None
    """End of the last successful run, UTC."""
    coverage: Mapping[str, float] | None = None
    """Share of the last run's articles that have each field, 0 to 1."""


def row(name: str, site: Site) -> tuple[str, ...]:
    """The row of a site: spider, country, discovery, evidence, whether it is crawled, name.

    >>> row("goud", Site(name="كود", domain="goud.ma", country="MA", timezone="UTC", article="x",
    ...     discover=[], evidence="guess", year=2026))
    ('goud', 'MA', '-', 'guess, 2026', 'yes', 'كود')
    """
    kinds = [kind for kind, cls in KINDS.items() if any(isinstance(d, cls) for d in site.discover)]
    evidence = f"{site.evidence}, {site.year}" if site.year else site.evidence
    crawled = "no" if site.refused else "rendered" if site.render else "yes"
    return name, site.country or "-", ", ".join(kinds) or "-", evidence, crawled, site.name


def lately(runs: Iterable[Mapping[str, Any]]) -> LatestRuns:
    """The last success and the coverage of fields, from a site's run records in order, newest first."""
    success: dt.datetime | None = None
    coverage: dict[str, float] | None = None
    for run in runs:
        if run.get("outcome") in (RunOutcome.OK, RunOutcome.NOTHING_NEW) and success is None:
            success = run.get("finished_at")
        reading = run.get("reading") or {}
        if coverage is None and reading.get("articles"):
            shares = reading["shares"]
            coverage = {field: 1 - shares.get(field, {}).get(NO_ORIGIN, 0.0) for field in _SHOWN}
        if success and coverage:
            break
    return LatestRuns(success, coverage)


def text(
    sites: Mapping[str, Site],
    known: Mapping[str, LatestRuns],
    learned: Mapping[str, dt.datetime] | None = None,
) -> str:
    """A table for a terminal. Names come last, so that Arabic does not disturb the columns.

    ``learned`` has the day on which each site without a spider was learned.
    """
    head = ("spider", "country", "discovery", "evidence", "crawled", "last success", "fields found", "name")
    rows = []
    for name in sorted(sites):
        *cells, title = row(name, sites[name])
        if at := (learned or {}).get(name):
            cells[3] = f"learned {at:%Y-%m-%d}"
        seen = known.get(name, LatestRuns())
        rows.append(
            (
                *cells,
                seen.success.strftime("%Y-%m-%d %H:%M") if seen.success else "-",
                _lacking_fields(seen),
                title,
            )
        )
    return "\n".join(table(head, rows))


def _lacking_fields(seen: LatestRuns) -> str:
    """The fields that some articles lacked; ``all`` if every article had every field."""
    if seen.coverage is None:
        return "-"
    lacking = [f"{field} {round(share * 100)} %" for field, share in seen.coverage.items() if share < 0.995]
    return ", ".join(lacking) or "all"


def markdown(sites: Mapping[str, Site]) -> str:
    """The page ``docs/sites.md``."""
    refused = [(name, site) for name, site in sorted(sites.items()) if site.refused]
    lines = [
        "# Sites",
        "",
        "For everyone who wants to know which sites are declared, and on what evidence. 5 minutes.",
        "",
        f"{len(sites)} sites. `scrapy sites` shows them with the last success of each and the fields found;",
        "`scrapy sites --write` writes this page.",
        "",
        "*Evidence* is what a declaration rests on: `seen live`, a `saved page`, a `public scraper` of the",
        "site, or a `guess`, with the year. The generic reading finds what the declaration does not name.",
        "A `rendered` site needs a browser. *Addresses* are the years of the public article addresses that",
        "the article pattern was tested against; they come from source code, data sets and papers,",
        "and none of them was requested.",
        "",
        "| spider | name | country | discovery | evidence | addresses | crawled |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, site in sorted(sites.items(), key=lambda item: (item[1].country or "~", item[0])):
        spider, country, kinds, evidence, crawled, title = row(name, site)
        years = site.addresses or "-"
        lines.append(f"| `{spider}` | {title} | {country} | {kinds} | {evidence} | {years} | {crawled} |")
    if refused:
        lines += ["", "## Left alone", ""]
        lines += [f"- `{name}`: {site.refused}." for name, site in refused]
    return "\n".join(lines) + "\n"
