"""``scrapy mongo``: keeps the embedded MongoDB up, so that its data can be queried."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand


class Command(ProjectCommand):
    """Starts the server, or uses the server that crawls have started, and waits for Ctrl-C."""

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--demo]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Keep the embedded MongoDB up and print its address"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Keeps the embedded MongoDB server up until Ctrl-C and prints its address, so that the stored "
            "articles can be looked at. Crawls may run meanwhile. When MONGODB_URI is set, the articles are "
            "in that server, and this command is not needed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--demo``."""
        super().add_options(parser)
        parser.add_argument("--demo", action="store_true", help="keep the server of `make demo` up instead")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Keep the server up. Exit status: 0 after Ctrl-C, 2 wrong use, 4 the server cannot start."""
        from newscrawl.mongod.opening import ServerError, StoreConfigError, database_name, text_of
        from newscrawl.mongod.server import Server, data_folder
        from newscrawl.store.session import DEMO_DATABASE

        assert self.settings
        if text_of(self.settings, "MONGODB_URI") and not opts.demo:
            raise UsageError(
                "MONGODB_URI is set, so the articles are in that server: connect to it, or unset MONGODB_URI "
                "to use the embedded one"
            )
        database = DEMO_DATABASE if opts.demo else database_name(self.settings)
        done = threading.Event()
        try:
            server = Server(data_folder(self.settings, demo=opts.demo))

            def leave(_signal: int, _frame: object) -> None:
                done.set()
                server.cancel()

            for asked in (signal.SIGINT, signal.SIGTERM):
                signal.signal(asked, leave)
            with server as uri:
                print(_guide(uri, database, self.root), flush=True)
                while not done.wait(1):
                    if not server.is_up:
                        raise ServerError(
                            f"mongod has stopped; see its log {server.data / 'log' / 'mongod.log'}"
                        )
            print("ended")
        except StoreConfigError as error:
            raise UsageError(str(error)) from None
        except ServerError:
            if not done.is_set():
                raise


def _guide(uri: str, database: str, root: Path) -> str:
    """Commands for another terminal, with the Python in which pymongo is installed."""
    named = urlsplit(uri)._replace(path=f"/{database}").geturl()
    python = root / ".venv" / "bin" / "python"
    show = f'import pymongo; print(pymongo.MongoClient("{named}").get_default_database().articles.find_one())'
    return f"""MongoDB is up until Ctrl-C: {uri}
Articles are in {database}.articles. To look at them, in another terminal:
  mongosh "{named}" --eval 'db.articles.findOne()'
  {python if python.exists() else sys.executable} -c '{show}'
  or in MongoDB Compass: New connection, with the address above"""
