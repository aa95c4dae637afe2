"""``python -m newscrawl``: the commands for readers, which do not need Scrapy."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import newscrawl
from newscrawl.export.command_line import HELP, add_arguments, lacking
from newscrawl.mongod.opening import ServerError, StoreError


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m newscrawl", description=newscrawl.__doc__)
    made.add_argument("--version", action="version", version=f"newscrawl {newscrawl.__version__}")
    commands = made.add_subparsers(required=True, metavar="command")
    export = commands.add_parser("export", help="write articles to files", description=HELP)
    export.add_argument("out", help="a folder, a file (.parquet, .jsonl, .csv), or - for stdout")
    export.add_argument(
        "--from",
        dest="address",
        metavar="ADDRESS",
        help="where the articles are: mongodb://… or an exported folder; default: MONGODB_URI",
    )
    export.add_argument(
        "--database", metavar="NAME", help="the database; default: MONGODB_DATABASE, or newscrawl"
    )
    add_arguments(export)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 for success, 2 for wrong use, 4 if MongoDB cannot be used."""
    opts = parser().parse_args(arguments)
    try:
        from newscrawl.export.run import run  # needs pyarrow, which some readers lack

        if sentence := run(opts.out, opts, opts.address, opts.database):
            print(sentence)
    except (StoreError, ServerError) as error:
        print(error, file=sys.stderr)
        return 4
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(lacking(error.name, "export"), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
