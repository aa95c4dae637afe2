"""The site of `scrapy web`, served from a thread."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from newscrawl.web.access import AccessSettings
from newscrawl.web.app import WebApp
from newscrawl.web.page import Context
from newscrawl.web.serving import server


@contextmanager
def served(context: Context) -> Iterator[str]:
    """The address of the site, which uses two free ports of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as pages, socket.create_server(("127.0.0.1", 0)) as kept:
        access = AccessSettings(port=pages.getsockname()[1], kept_port=kept.getsockname()[1])
        running = server(WebApp(context, access))
        thread = threading.Thread(target=running.run, args=([pages, kept],))
        thread.start()
        yield f"http://127.0.0.1:{access.port}"
        running.should_exit = True
        thread.join()
