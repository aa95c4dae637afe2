"""The card of a data set: its content and sources, how it was made, how to cite it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from newscrawl.export.folder import DATA, NO_DAY, Manifest

NOT_RECORDED = "not recorded"
_NEWSPAPER = ("source", "source_name", "country", "site")
COUNTED = (*_NEWSPAPER, "day", "duplicate_of")
"""The columns that the counts need."""


@dataclass(slots=True)
class SourceCounts:
    """The counts of one newspaper."""

    name: str = ""
    country: str = ""
    articles: int = 0
    copies: int = 0
    first: str = ""
    last: str = ""
    sites: set[str] = field(default_factory=set)
    """The sites from which its articles came: its own, or aggregators."""


@dataclass(slots=True)
class Counts:
    """Counts of articles by newspaper."""

    sources: dict[str, SourceCounts] = field(default_factory=dict)

    @property
    def articles(self) -> int:
        """How many articles were counted."""
        return sum(newspaper.articles for newspaper in self.sources.values())

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch."""
        table = pa.table({name: batch[name] for name in (*_NEWSPAPER, "day")})
        table = table.append_column("copy", batch["duplicate_of"].is_valid())
        sums = [("copy", "sum"), ("copy", "count"), ("day", "min"), ("day", "max")]
        for row in table.group_by(list(_NEWSPAPER)).aggregate(sums).to_pylist():
            newspaper = self.sources.setdefault(row["source"], SourceCounts())
            newspaper.name, newspaper.country = row["source_name"], row["country"] or newspaper.country
            newspaper.sites.add(row["site"])
            newspaper.articles += row["copy_count"]
            newspaper.copies += row["copy_sum"]
            if row["day_min"]:
                newspaper.first = min(newspaper.first or "9", str(row["day_min"]))
                newspaper.last = max(newspaper.last, str(row["day_max"]))


def card(manifest: Manifest, counts: Counts, known: Mapping[str, Mapping[str, Any]]) -> str:
    """The card, in Markdown, with the metadata that the `datasets` library reads.

    ``known`` holds the documents of the collection ``sources`` by spider.
    """
    copies = sum(newspaper.copies for newspaper in counts.sources.values())
    days = [day for newspaper in counts.sources.values() for day in (newspaper.first, newspaper.last) if day]
    span = f"{min(days)} to {max(days)}" if days else "no day is known"
    return f"""\
{_head(manifest)}
# Arabic news articles

{counts.articles:,} articles of {len(counts.sources)} newspapers, {span}; {copies:,} of them are copies of
another one (`duplicate_of`).

## What is in it

{_lines(_files(manifest))}

Days are those of the publisher's clock; instants are UTC. Where a page does not say something, the field is
null. Copies of one text have the same `story`.

## Sources

| source | name | country | articles | copies | first day | last day | read at |
|---|---|---|---|---|---|---|---|
{_lines(_sources(counts))}

| site | domain | robots.txt, when last crawled | terms of use |
|---|---|---|---|
{_lines(_sites(counts, known))}

The texts belong to their publishers. Whether they may be used or passed on is for you to find out;
`scrapy export --no-text` leaves out title, lede and body.

## How it was made

- newscrawl {manifest.newscrawl}, schema version {manifest.schema}, written {manifest.written_at}.
- What changed after {manifest.seen_until} is not in it.
- Articles: {", ".join(f"{name} = {value}" for name, value in manifest.choice.items()) or "all"}.
- Columns: {", ".join(f"`{name}`" for name in manifest.columns)}.
- `manifest.json` has the SHA-256 of each file.

## How to cite it

> Arabic news articles, {span}. Collected with newscrawl {manifest.newscrawl},
> exported {manifest.written_at[:10]}.
"""


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _head(manifest: Manifest) -> str:
    """The metadata for the `datasets` library: which files belong to which split."""
    folder = {side: f"{DATA}/{side}" for side in manifest.splits.get("names", ())} or {"train": DATA}
    files = "".join(
        f"  - split: {side}\n    path: {path}/*.{manifest.format}\n" for side, path in folder.items()
    )
    return (
        "---\nlanguage:\n- ar\npretty_name: Arabic news articles\n"
        f"configs:\n- config_name: default\n  data_files:\n{files}---\n"
    )


def _files(manifest: Manifest) -> Iterable[str]:
    kind = {"month": "a month each", "source": "a newspaper each", "none": "all articles"}[manifest.by]
    yield f"- `{DATA}/`: {len(manifest.files)} files of {manifest.format}, {kind}"
    if any(Path(file["path"]).stem == NO_DAY for file in manifest.files):
        yield "- `no-day`: articles whose day is not exactly known; see `published.earliest` and `latest`"
    for side in manifest.splits.get("names", ()):
        rows = sum(file["rows"] for file in manifest.files if file["path"].startswith(f"{DATA}/{side}/"))
        yield f"- `{DATA}/{side}/`: {rows:,} articles; no story is on two sides"


def _sources(counts: Counts) -> Iterable[str]:
    for slug, newspaper in sorted(counts.sources.items()):
        sites = ", ".join(f"`{site}`" for site in sorted(newspaper.sites))
        yield _row(
            f"`{slug}`", newspaper.name, newspaper.country or "-",
            f"{newspaper.articles:,}", f"{newspaper.copies:,}",
            newspaper.first or "-", newspaper.last or "-", sites,
        )  # fmt: skip


def _sites(counts: Counts, known: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for site in sorted({site for newspaper in counts.sources.values() for site in newspaper.sites}):
        about = known.get(site, {})
        yield _row(
            f"`{site}`", about.get("domain", "-"), _seen(about.get("robots")), _seen(about.get("terms"))
        )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _seen(known: Mapping[str, Any] | None) -> str:
    """A state, and the day on which it was seen."""
    return f"{known['state']}, {known['seen_at']:%Y-%m-%d}" if known else NOT_RECORDED
