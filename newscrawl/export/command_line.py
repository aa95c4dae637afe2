"""The arguments of ``scrapy export`` and ``python -m newscrawl export``."""

from __future__ import annotations

import argparse

from newscrawl.export.reading import TEXT

HELP = (
    "Writes articles to files. OUT is a folder, a file, or - for JSON Lines on stdout. The name of a file "
    "ends with .parquet, .jsonl or .csv. A folder becomes a data set with a card and a manifest. An existing "
    "export is replaced. With --follow a folder is updated instead: only changes since the last export are "
    "read, and articles that were removed from the collection are removed from the folder."
)
FORMATS = ("parquet", "jsonl", "csv")
"""The file formats; each name is also the suffix."""
BY = ("month", "source", "none")
"""How the files of a folder are partitioned."""


def lacking(package: str | None, extra: str) -> str:
    """What to do about a package that is not installed, in one line.

    >>> lacking("pyarrow", "export")
    'pyarrow is not installed: run `pip install -e ".[export]"` in the folder of newscrawl'
    """
    return f'{package} is not installed: run `pip install -e ".[{extra}]"` in the folder of newscrawl'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose the articles to export, and the form of the export."""
    _add_choice(parser)
    _add_form(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    which = parser.add_argument_group(
        "which articles", "Without these options: all articles. Commas separate several values."
    )
    which.add_argument("--source", default="", metavar="SLUGS", help="newspapers: alayam24,hespress")
    which.add_argument("--country", default="", metavar="CODES", help="countries of newspapers: MA,EG")
    which.add_argument("--section", default="", metavar="NAMES", help="sections, as printed: رياضة,سياسة")
    which.add_argument(
        "--tag", default="", metavar="TAGS", help="any of these tags, as printed: الأطلس,الجفاف"
    )
    which.add_argument("--lang", default="", metavar="CODES", help="languages: ar,fr")
    which.add_argument("--since", metavar="DAY", help="first day: 2024-03-27, 2024-03, 1445-09-17H, 1445-09H")
    which.add_argument("--until", metavar="DAY", help="last day, included; a month means its last day")
    which.add_argument(
        "--include-intervals", action="store_true",
        help="with --since or --until: also articles whose day is not exactly known, if it may be one of "
        "these days",
    )  # fmt: skip
    which.add_argument("--roots", action="store_true", help="no copies: only the root of each story")
    which.add_argument(
        "--changed-since", metavar="MOMENT", help="articles that changed since then: 2024-03-27T14:30Z"
    )
    which.add_argument(
        "--sample", metavar="SHARE", help="a random share, 1%% or 0.01; the same articles every time"
    )


def _add_form(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how they are written")
    group.add_argument(
        "--columns", default="", metavar="NAMES", help="only these fields: url,day,title; see docs/data.md"
    )
    group.add_argument("--no-text", action="store_true", help=f"leave out {', '.join(sorted(TEXT))}")
    group.add_argument(
        "--format", choices=FORMATS, default="parquet", help="format of a folder's files; default: parquet"
    )
    group.add_argument(
        "--by",
        choices=BY,
        default="month",
        help="divide a folder into files by month or by newspaper, or not at all; default: month",
    )
    group.add_argument(
        "--split",
        metavar="SHARES",
        help="divide a folder into parts for training: train=80,validation=10,test=10; a story is never in "
        "two of them",
    )
    group.add_argument(
        "--follow", action="store_true", help="update a folder, with the options that it was exported with"
    )
