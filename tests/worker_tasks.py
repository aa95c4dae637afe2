"""Jobs for the tests of workers, which import them from here."""

import os
import re
import signal
import sys
import time
from typing import Any


def echo(site: Any, *arguments: Any) -> Any:
    """The arguments, and the process that returns them."""
    return site, *arguments, os.getpid()


def never(site: Any) -> None:
    """Block the interpreter for ever, so that no signal handler and no thread runs."""
    re.fullmatch("(?:ء+)+!", "ء" * 60)


def waits(site: Any, seconds: float) -> str:
    """Take time but no CPU time, like any job on a busy machine."""
    time.sleep(seconds)
    return "done"


def killed(site: Any, name: str) -> None:
    """Kill the process."""
    os.kill(os.getpid(), getattr(signal, name))


def signalled(site: Any) -> int:
    """Send this process the signals that are meant for the crawl."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), name)
    return os.getpid()


def large(site: Any, megabytes: int) -> int:
    """Take memory."""
    return len(b"x" * (megabytes * 2**20))


def wrong(site: Any) -> None:
    """Raise an exception."""
    raise ValueError("the date is no date")


def modules(site: Any) -> set[str]:
    """The imported modules."""
    return {name.partition(".")[0] for name in sys.modules}


class Unpacked:
    """Counts how often it is pickled."""

    sent = 0

    def __reduce__(self) -> Any:
        Unpacked.sent += 1
        return Unpacked, ()


class Unreadable:
    """Can be pickled but not unpickled."""

    def __reduce__(self) -> Any:
        return int, ("x",)


def unreadable(site: Any) -> Unreadable:
    """Return a value that cannot be unpickled."""
    return Unreadable()
