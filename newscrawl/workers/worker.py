"""The worker process: it does one job after another until its crawl closes the socket or ends."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
import traceback

from newscrawl.collecting import collect_less, leave_alone
from newscrawl.workers.wire import HEADER, Answer, Work, packed, unpacked

_PR_SET_PDEATHSIG = 1


def main(descriptor: int, parent: int, memory: int) -> None:
    """Serve the process ``parent`` through the socket ``descriptor``, with at most ``memory`` bytes."""
    _end_with(parent)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most in (resource.RLIM_INFINITY, -1) or memory < most:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most))
    collect_less()
    sites: dict[int, object] = {}
    settled = False
    with socket.socket(fileno=descriptor) as channel, channel.makefile("rwb") as stream:
        message = b""  # the first message says that the worker is ready
        try:
            while True:
                stream.write(HEADER.pack(len(message)))
                stream.write(message)
                stream.flush()
                header = stream.read(HEADER.size)
                if len(header) < HEADER.size:
                    return
                message = _answer(stream.read(*HEADER.unpack(header)), sites)
                if not settled:  # by now it has imported all that it needs
                    leave_alone()
                    settled = True
        except OSError:
            return  # the crawl has ended


def _end_with(parent: int) -> None:
    """Have this process killed when the parent ends in any way, and ignore signals that are meant for the
    parent.

    Otherwise a signal to the group (Ctrl-C) or to all processes of a service would lose the current page.
    If the system cannot kill the process, it ends when its socket closes, or when its page uses up its CPU
    time.
    """
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent ended before prctl
        raise SystemExit


def _answer(message: bytes, sites: dict[int, object]) -> bytes:
    """Do the job of a message within its CPU time; returns the answer as a message."""
    try:
        work: Work = unpacked(message)
        function, number, site, arguments, seconds = work
        sites[number] = site = site or sites[number]
        # The kernel counts the time and kills the process, however busy the process is.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            done: Answer = True, function(site, *arguments), ""
            return packed(done)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except MemoryError:
        raise SystemExit("a page needed more memory than NEWSCRAWL_MEMORY_MB allows") from None
    except Exception as error:
        failed: Answer = False, f"{type(error).__name__}: {error}", traceback.format_exc()
        return packed(failed)
