"""``scrapy web``: serves a read-only site for operators and readers."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand

if TYPE_CHECKING:
    from newscrawl.web.access import AccessSettings


class Command(ProjectCommand):
    """Exit status: 2 wrong use, or an address that is unsafe or taken; 4 MongoDB cannot be used."""

    reads_dates = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--port 8765] [--kept-port 8766] [--host 127.0.0.1] [--prefix /news] [--demo]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Show sites, runs and articles in a browser; nothing can be changed there"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options for the addresses of the site."""
        super().add_options(parser)
        add = parser.add_argument
        add(
            "--host",
            default="127.0.0.1",
            metavar="ADDRESS",
            help="address to listen on; one that other machines reach needs NEWSCRAWL_WEB_PASSWORD; default: "
            "%(default)s",
        )
        add("--port", type=int, default=8765, metavar="N", help="port of the site; default: %(default)s")
        add("--kept-port", type=int, metavar="N", help="port of the kept pages; default: --port + 1")
        add("--prefix", default="", metavar="/PATH", help="path under which a proxy serves the site")
        add("--demo", action="store_true", help="show the database of `make demo`")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve the site, and print its address."""
        from newscrawl.mongod.opening import text_of
        from newscrawl.store.session import session
        from newscrawl.web.access import AccessSettings
        from newscrawl.web.looking import Lookout
        from newscrawl.web.page import Context
        from newscrawl.web.secret import keep
        from newscrawl.web.serving import serve

        settings = self.settings
        assert settings
        try:
            access = AccessSettings(
                host=opts.host,
                port=opts.port,
                kept_port=opts.kept_port or opts.port + 1,
                hosts=frozenset(settings["WEB_HOSTS"]),
                kept_origin=text_of(settings, "WEB_KEPT"),
                prefix=opts.prefix,
                user=text_of(settings, "WEB_USER"),
                # Every user of the machine can read a command line.
                password=os.environ.get("NEWSCRAWL_WEB_PASSWORD", ""),
            )
        except ValueError as error:
            raise UsageError(str(error)) from None
        logging.basicConfig(
            level=logging.WARNING, format="%(asctime)s %(levelname)s: %(message)s", stream=sys.stderr
        )
        keep(settings)
        with session(settings, demo=opts.demo) as (db, ops):
            try:
                serve(
                    Context(db, ops, settings, Lookout(), opts.demo),
                    access,
                    lambda: print(_address_line(access), flush=True),
                )
            except OSError as error:
                raise UsageError(error.strerror or str(error)) from None


def _address_line(access: AccessSettings) -> str:
    """The address of the site, in one line."""
    host = access.host.strip("[]")
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{access.port}{access.prefix}/  until Ctrl-C"
