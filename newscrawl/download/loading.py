"""How Scrapy's download handler is imported."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager


def load_handler() -> None:
    """Import the handler, and with it Scrapy's modules for TLS, before a crawl does.

    Those ask three times for the whole stack with its lines of source, to name the module of a class that
    is no longer used: a tenth of a second.
    """
    with _stack_without_source():
        importlib.import_module("newscrawl.download.handler")


@contextmanager
def _stack_without_source() -> Iterator[None]:
    whole = inspect.stack

    def stack(context: int = 1) -> list[inspect.FrameInfo]:  # noqa: ARG001 - as the whole one is asked
        here = inspect.currentframe()
        assert here
        return inspect.getouterframes(here.f_back, 0)

    inspect.stack = stack
    try:
        yield
    finally:
        inspect.stack = whole
