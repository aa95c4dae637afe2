"""A thread that does one piece of work after another, and does not keep the process from ending."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

__all__ = ["Desk"]


class Desk:
    """Work on files, outside the event loop, in order.

    Unlike a thread pool, nothing waits for it at the end: a network file system may hang for ever.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[[], T]) -> T:
        """Do some work after everything that was submitted before, and return its result."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="archive", daemon=True)
            self._thread.start()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._work.put((future, work))
        return await future

    def _serve(self) -> None:
        while True:
            future, work = self._work.get()
            result, error = None, None
            try:
                result = work()
            except Exception as raised:
                error = raised
            with suppress(RuntimeError):  # the loop has ended, and nobody waits for the result
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
