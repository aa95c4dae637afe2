"""How Scrapy's download handler is imported."""

from __future__ import annotations

import importlib
import inspect
import traceback
from collections.abc import Iterator
from contextlib import contextmanager


def load_handler() -> None:
    """Import the handler, and with it Scrapy's modules for TLS, before a crawl does.

    Those ask three times for the whole stack with its lines of source, to name the module of a class that
    is no longer used: a tenth of a second.
    """
    with _stack_of_frames():
        importlib.import_module("newscrawl.download.handler")


@contextmanager
def _stack_of_frames() -> Iterator[None]:
    """``inspect.stack`` without what is looked up in files: frames, and what they know themselves."""
    whole = inspect.stack

    def stack(context: int = 1) -> list[inspect.FrameInfo]:  # noqa: ARG001 - as the whole one is asked
        return [
            inspect.FrameInfo(frame, frame.f_code.co_filename, line, frame.f_code.co_name, None, None)
            for frame, line in traceback.walk_stack(inspect.currentframe())
        ][1:]

    inspect.stack = stack
    try:
        yield
    finally:
        inspect.stack = whole
