"""Pieces of work for the tests of workers; a worker imports them from here."""

import os
import re
import signal
import sys
import time
from typing import Any


def echo(site: Any, *arguments: Any) -> Any:
    """What it is given, and who gives it back."""
    return site, *arguments, os.getpid()


def never(site: Any) -> None:
    """What holds the interpreter for good, so that no handler and no thread of it comes to anything."""
    re.fullmatch("(?:ء+)+!", "ء" * 60)


def waits(site: Any, seconds: float) -> str:
    """What takes time and no CPU, as all work does on a machine that is busy with other things."""
    time.sleep(seconds)
    return "done"


def killed(site: Any, name: str) -> None:
    """What kills its process."""
    os.kill(os.getpid(), getattr(signal, name))


def signalled(site: Any) -> int:
    """What is met by the signals that are meant for the crawl."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), name)
    return os.getpid()


def large(site: Any, megabytes: int) -> int:
    """What takes memory."""
    return len(b"x" * (megabytes * 2**20))


def wrong(site: Any) -> None:
    """What raises."""
    raise ValueError("the date is no date")


def modules(site: Any) -> set[str]:
    """What is imported."""
    return {name.partition(".")[0] for name in sys.modules}


class Unpacked:
    """Counts how often it is sent."""

    sent = 0

    def __reduce__(self) -> Any:
        Unpacked.sent += 1
        return Unpacked, ()


class Unreadable:
    """What can be sent and not be read."""

    def __reduce__(self) -> Any:
        return int, ("x",)


def unreadable(site: Any) -> Unreadable:
    """What gives an answer that cannot be unpacked."""
    return Unreadable()
