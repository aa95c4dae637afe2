"""The commands ``scrapy export`` and ``python -m newscrawl export``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo.database import Database

from newscrawl.export.command_line import FORMATS, add_arguments
from newscrawl.export.dataset import export
from newscrawl.export.folder import Manifest
from newscrawl.export.following import follow
from newscrawl.export.parts import WRITERS, write_json_lines
from newscrawl.export.reading import COLUMNS, TEXT, Articles, articles
from newscrawl.export.splits import read_shares
from newscrawl.progress import Progress

_WHERE = (
    "Check the options that choose articles, and the database: MONGODB_DATABASE names it (or --database of "
    "`python -m newscrawl`); that of `make demo` is newscrawl_demo"
)
Address = str | Database[Any] | None
"""An address for :func:`newscrawl.export.articles`."""
_WHOLE: Mapping[str, Any] = {"by": "month", "format": "parquet", "split": None, "follow": False}
"""Option that applies only to a folder → its default."""


def chosen(opts: argparse.Namespace, address: Address, database: str | None = None) -> Articles:
    """The articles that the arguments choose. Raises ``ValueError`` for an invalid argument."""
    columns = [name.strip() for name in opts.columns.split(",") if name.strip()] or list(COLUMNS)
    return articles(
        address,
        database=database,
        columns=[name for name in columns if not (opts.no_text and name in TEXT)],
        source=opts.source,
        country=opts.country,
        section=opts.section,
        tag=opts.tag,
        lang=opts.lang,
        since=opts.since,
        until=opts.until,
        intervals=opts.include_intervals,
        roots=opts.roots,
        changed_since=opts.changed_since,
        sample=opts.sample,
    )


def run(out: str, opts: argparse.Namespace, address: Address = None, database: str | None = None) -> str:
    """Export articles to ``out``; returns a sentence about the result, empty for stdout.

    Raises ``ValueError`` for an invalid argument, and ``StoreError`` when MongoDB cannot be used.
    """
    path = Path(out)
    format_ = path.suffix.removeprefix(".")
    if out != "-" and format_ not in FORMATS:
        return (
            _follow(path, opts, address, database) if opts.follow else _export(path, opts, address, database)
        )
    if given := [name for name, usual in _WHOLE.items() if getattr(opts, name) != usual]:
        raise ValueError(f"--{given[0]} works only with a folder, and {out} is a file: leave it out")
    selection = chosen(opts, address, database)
    if out == "-":
        # Not `sys.stdout`, which may escape invisible characters in a way that JSON does not allow.
        with suppress(BrokenPipeError), open(1, "w", encoding="utf-8", closefd=False) as stdout:
            write_json_lines(stdout, selection)
        return ""
    progress = Progress("articles exported", bar=True)
    with WRITERS[format_](path, selection.columns) as file:
        total = selection.count()
        for batch in selection.batches():
            file.add([batch])
            progress.show(file.rows, total)
    progress.end()
    return (
        f"{file.rows:,} articles: {path}" if file.rows else f"no article was found: {path} is empty. {_WHERE}"
    )


def _export(path: Path, opts: argparse.Namespace, address: Address, database: str | None) -> str:

    progress = Progress("articles exported", bar=True)
    shares = read_shares(opts.split) if opts.split else None
    selection = chosen(opts, address, database)
    manifest = export(selection, path, format_=opts.format, by=opts.by, shares=shares, show=progress.show)
    progress.end()
    if not manifest.rows:
        return f"no article was found: {path} is empty. {_WHERE}"
    size = sum(file["bytes"] for file in manifest.files) / 1e6
    return f"{manifest.rows:,} articles in {len(manifest.files)} files, {size:,.1f} MB: {path}"


def _follow(path: Path, opts: argparse.Namespace, address: Address, database: str | None) -> str:

    same = argparse.ArgumentParser()
    add_arguments(same)
    usual = same.parse_args(["--follow"])
    if given := [name for name, value in vars(usual).items() if getattr(opts, name) != value]:
        name = given[0].replace("_", "-")
        raise ValueError(
            f"--{name} cannot be changed with --follow: leave it out, or export again without --follow"
        )
    progress = Progress("files compared", bar=True)
    changes = follow(path, address, database=database, show=progress.show)
    progress.end()
    manifest = Manifest.of(path)
    assert manifest
    return (
        f"{changes.added:,} articles added, {changes.changed:,} changed, {changes.removed:,} removed; "
        f"{manifest.rows:,} now: {path}"
    )
