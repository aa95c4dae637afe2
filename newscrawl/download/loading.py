"""Imports Scrapy's download handler quickly."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, cast


def load_handler() -> None:
    """Import the handler, and with it Scrapy's modules for TLS, before a crawl does.

    These modules inspect the whole stack with its source lines three times, only to name the module of a
    deprecated class, which would take a tenth of a second.
    """
    with _frames_that_know_themselves():
        importlib.import_module("newscrawl.download.handler")


@contextmanager
def _frames_that_know_themselves() -> Iterator[None]:
    """Keep ``inspect`` from reading files: the frames themselves have line numbers and module names."""
    stack, getmodule = inspect.stack, inspect.getmodule

    def frames(context: int = 1) -> list[inspect.FrameInfo]:  # noqa: ARG001 - as the whole one is asked
        return [
            inspect.FrameInfo(frame, frame.f_code.co_filename, line, frame.f_code.co_name, None, None)
            for frame, line in traceback.walk_stack(inspect.currentframe())
        ][1:]

    def module(target: object, _filename: str | None = None) -> ModuleType | None:
        if inspect.isframe(target):
            return sys.modules.get(target.f_globals["__name__"])
        return getmodule(target, _filename)

    inspect.stack, inspect.getmodule = frames, cast(Any, module)
    try:
        yield
    finally:
        inspect.stack, inspect.getmodule = stack, getmodule
