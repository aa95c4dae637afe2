"""The process that reads: one piece of work after another, until its crawl has no more or is gone."""

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
    """Serve the process ``parent`` through the socket with this descriptor, in so many bytes of memory."""
    _end_with(parent)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most in (resource.RLIM_INFINITY, -1) or memory < most:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most))
    collect_less()
    sites: dict[int, object] = {}
    settled = False
    with socket.socket(fileno=descriptor) as channel, channel.makefile("rwb") as stream:
        message = b""  # the first one says no more than that there is a worker
        try:
            while True:
                stream.write(HEADER.pack(len(message)))
                stream.write(message)
                stream.flush()
                header = stream.read(HEADER.size)
                if len(header) < HEADER.size:
                    return
                message = _answer(stream.read(*HEADER.unpack(header)), sites)
                if not settled:  # by now all that it needs is imported
                    leave_alone()
                    settled = True
        except OSError:
            return  # nobody is there any more


def _end_with(parent: int) -> None:
    """Be killed when the parent ends, however it ends, and by no signal that is meant for it.

    A signal to the group (Ctrl-C) or to every process of a service would cost the page that is being read.
    Where the system cannot do it, a worker that waits sees its socket close, and one that reads ends with
    the CPU time of its page.
    """
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that
        raise SystemExit


def _answer(message: bytes, sites: dict[int, object]) -> bytes:
    """Do what a message asks for, within its CPU time."""
    try:
        work: Work = unpacked(message)
        function, number, site, arguments, seconds = work
        sites[number] = site = site or sites[number]
        # The kernel counts, and kills: nothing in this process can be too busy for it.
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
