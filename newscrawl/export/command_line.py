"""The arguments of ``scrapy export`` and ``python -m newscrawl export``."""

from __future__ import annotations

import argparse

from newscrawl.export.reading import TEXT

HELP = (
    "Writes articles to files. OUT is a folder, which becomes a data set with a card and a manifest, or one "
    "file that ends with .parquet, .jsonl or .csv, or - for JSON Lines on stdout. A folder is replaced as a "
    "whole; with --follow only what changed since the last time is read, and articles that were removed from "
    "the collection are removed from the folder."
)
FORMATS = ("parquet", "jsonl", "csv")
"""Formats of files; each is also the suffix."""
BY = ("month", "source", "none")
"""How the files of a folder are partitioned."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose the articles to export, and the form of the export."""
    which = parser.add_argument_group("which articles; several words are separated by commas")
    which.add_argument("--source", default="", metavar="SLUGS", help="newspapers: alayam24,hespress")
    which.add_argument("--country", default="", metavar="CODES", help="countries of newspapers: MA,EG")
    which.add_argument("--section", default="", metavar="NAMES", help="sections as printed: رياضة")
    which.add_argument("--tag", default="", metavar="TAGS", help="one of these tags as printed: الأطلس")
    which.add_argument("--lang", default="", metavar="CODES", help="languages: ar")
    which.add_argument("--since", metavar="DAY", help="first day: 2024-03-27, 2024-03, 1445-09-17H, 1445-09H")
    which.add_argument("--until", metavar="DAY", help="last day, included; a month means its last day")
    which.add_argument(
        "--include-intervals", action="store_true",
        help="also articles whose day is not exactly known, when it may be one of these days",
    )  # fmt: skip
    which.add_argument("--roots", action="store_true", help="no copies: only the root of each story")
    which.add_argument("--changed-since", metavar="MOMENT", help="only what changed since 2024-03-27T14:30Z")
    which.add_argument("--sample", metavar="SHARE", help="1%%: the same articles every time")
    how = parser.add_argument_group("how")
    how.add_argument("--columns", default="", metavar="NAMES", help="fields, as docs/data.md names them")
    how.add_argument("--no-text", action="store_true", help=f"leave out {', '.join(sorted(TEXT))}")
    how.add_argument("--format", choices=FORMATS, default="parquet", help="of a folder's files (parquet)")
    how.add_argument("--by", choices=BY, default="month", help="a file each month, newspaper, or one (month)")
    how.add_argument(
        "--split", metavar="SHARES", help="train=80,validation=10,test=10: no story on two sides"
    )
    how.add_argument("--follow", action="store_true", help="bring a folder up to date, as it was exported")
