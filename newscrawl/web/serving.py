"""The server of the site: two ports, one loop."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack

import uvicorn

from newscrawl.web.access import Access
from newscrawl.web.app import Site
from newscrawl.web.page import Context


def serve(context: Context, access: Access, started: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; ``started`` is called once it listens.

    Raises ``OSError`` for an address that cannot be listened on, ``PyMongoError`` when the first look fails:
    it reads a hundred times as much as a later one, so nobody should have to wait for it.
    """
    with ExitStack() as open_:
        sockets = [
            open_.enter_context(_listen(access.host, port)) for port in (access.port, access.kept_port)
        ]
        context.lookout.look(context)
        started()
        # uvicorn raises the signal that ended it once more: whoever called has to let go of MongoDB first.
        signal.signal(signal.SIGTERM, lambda *_: None)
        server(Site(context, access)).run(sockets=sockets)


def server(site: Site) -> uvicorn.Server:
    """The server of a site: ``run(sockets)`` until ``should_exit``."""
    return uvicorn.Server(
        uvicorn.Config(
            site,
            access_log=False,  # what operators and readers look at is nobody's concern
            log_config=None,
            proxy_headers=False,  # no header of a proxy is believed, for none is needed
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
        said = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(error.errno, f"{host} port {port} cannot be listened on: {said}") from None
