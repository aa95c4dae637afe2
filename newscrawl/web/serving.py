"""The server of the site: two ports, one event loop."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack

import uvicorn

from newscrawl.web.access import AccessSettings
from newscrawl.web.app import WebApp
from newscrawl.web.page import Context


def serve(context: Context, access: AccessSettings, started: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; ``started`` is called once it listens.

    Raises ``OSError`` if it cannot listen on the address, and ``PyMongoError`` if the monitors' first check
    fails. That reads a hundred times as much as later checks, so it runs before anybody has to wait for it.
    """
    with ExitStack() as open_:
        sockets = [
            open_.enter_context(_listen(access.host, port)) for port in (access.port, access.kept_port)
        ]
        context.lookout.look(context)
        started()
        # uvicorn raises the signal that ended it once more, but the caller must release MongoDB first.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        server(WebApp(context, access)).run(sockets=sockets)


def server(site: WebApp) -> uvicorn.Server:
    """The server of a site: ``run(sockets)`` until ``should_exit``."""
    return uvicorn.Server(
        uvicorn.Config(
            site,
            access_log=False,  # the pages that operators and readers open are private
            log_config=None,
            proxy_headers=False,  # trusts no header of a proxy, as none is needed
            server_header=False,
            ws="none",
            lifespan="off",
            http="h11",
            loop="asyncio",
            timeout_graceful_shutdown=5,
            limit_concurrency=100,
        )
    )


def _listen(host: str, port: int) -> socket.socket:
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        problem = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(
            error.errno, f"cannot listen on {host} port {port}: {problem}; give another --host or --port"
        ) from None
