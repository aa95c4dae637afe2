"""A pool of worker processes, which are started when needed and replaced when they end."""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from newscrawl.dates import EXTRA_MONTHS, months_table
from newscrawl.workers import ReadingError, StoppedError, TooSlowError, WorkerDiedError
from newscrawl.workers.ahead import SpareWorker
from newscrawl.workers.wire import HEADER, Answer, Work, packed, unpacked

T = TypeVar("T")

log = logging.getLogger(__name__)

_LARGE = 1_000_000
"""An answer of more bytes is unpacked in a thread, because unpacking it would block the event loop."""
_TOGETHER = 8
"""Maximum number of pages that the only worker gets at once, and so of answers that are processed in one go.
Code and data then stay in the processor's caches, which saves a tenth of a crawl's CPU time."""
_TOGETHER_BYTES = 1_000_000
"""A worker gets no further page at once when those before it have this many bytes."""
_HELD = 0.05
"""Maximum number of seconds for which an answer waits for those after it."""
_LOOK = 1.0
"""Seconds between two measurements of a worker's memory; a measurement takes as long as sending a page."""
# Not ``python -m``: the child must find eggs and paths that were added to ``sys.path`` at run time.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from newscrawl.workers.worker import main; main(*map(int, sys.argv[2:]))"
)


@dataclass(slots=True, eq=False)
class _Job:
    function: Callable[..., Any]
    site: object
    arguments: tuple[Any, ...]
    seconds: float
    future: asyncio.Future[Any]


class Pool:
    """At most ``size`` workers of this process, which take jobs in the order of submission.

    A worker that needs more than ``megabytes`` of memory ends. ``ahead`` is a worker that is already running.
    Call all methods in the thread of the event loop.
    """

    def __init__(self, size: int, megabytes: int = 1024, ahead: SpareWorker | None = None) -> None:
        self._ahead = ahead
        self._size = size
        self._megabytes = megabytes
        self.peak = 0
        """Maximum memory of the workers that have ended, in megabytes."""
        self._workers: list[_Worker] = []
        self._jobs: deque[_Job] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()
        """What its workers do in the background, such as unpacking large answers."""

    def submit(
        self, seconds: float, function: Callable[..., T], site: object, *arguments: Any
    ) -> asyncio.Future[T]:
        """The result of ``function(site, *arguments)`` in a worker, within ``seconds`` of its CPU time.

        The function must be in a module that a worker can import. The site is sent to each worker only once.
        The future raises :class:`TooSlowError`, :class:`WorkerDiedError`, :class:`StoppedError`,
        :class:`ReadingError` for an exception of the function, and ``RuntimeError`` when no worker could be
        started or the arguments cannot be pickled.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(_Job(function, site, arguments, seconds, future))
        self._assign()
        return future

    def stop(self, future: asyncio.Future[Any]) -> None:
        """Cancel a job; a worker that is busy with it, or begins it later, is killed, and replaced when
        needed.
        """
        if not future.done():
            future.set_exception(StoppedError())
        for worker in self._workers:
            if (job := worker.job) and job.future is future:
                worker.kill()

    async def close(self) -> None:
        """Cancel all jobs and end all workers; the pool may be used again."""
        for job in [*self._jobs, *(job for worker in self._workers for job in worker.jobs)]:
            self.stop(job.future)
        self.kill()
        await asyncio.gather(*(worker.ended for worker in self._workers), *self._tasks)

    def kill(self) -> None:
        """Kill all workers."""
        for worker in self._workers:
            worker.kill()

    def _assign(self) -> None:
        """Give the first jobs to an idle worker, or start a worker."""
        while self._jobs:
            if self._jobs[0].future.done():
                self._jobs.popleft()
            elif idle := next((worker for worker in self._workers if worker.idle), None):
                # A page that another worker could read does not wait behind a slow one.
                idle.begin(self._jobs, _TOGETHER if self._size == 1 else 1)
            else:
                if len(self._workers) == self._size or not all(worker.ready for worker in self._workers):
                    return
                try:
                    self._start()
                except OSError as error:
                    failed = RuntimeError(f"no worker could be started: {error}")
                    self._jobs.popleft().future.set_exception(failed)

    def _start(self) -> None:
        ahead, self._ahead = self._ahead, None
        worker = _Worker(self._megabytes, self._assign, self._ended, self._tasks, ahead)
        if not self._workers:
            atexit.register(self.kill)
        self._workers.append(worker)

    def _ended(self, worker: _Worker, status: int, megabytes: int) -> None:
        """Fail the job that a worker was doing when it ended, and continue with the next job."""
        self.peak = max(self.peak, megabytes)
        self._workers.remove(worker)
        if not self._workers:
            atexit.unregister(self.kill)
        # A worker that was killed to stop a job may have begun the next one by then.
        job = worker.jobs.popleft() if worker.jobs and not worker.killed else None
        self._jobs.extendleft(reversed(worker.jobs))
        if not worker.ready and self._jobs:
            job = self._jobs.popleft()
        if job and not job.future.done():
            job.future.set_exception(_why(worker, status, job.seconds))
        self._assign()


def _why(worker: _Worker, status: int, seconds: float) -> Exception:
    """The exception for the job of a process that has ended."""
    end = f"exit status {status}" if status >= 0 else f"signal {-status}"
    if not worker.ready:
        return RuntimeError(f"no worker could be started: {end}; see its message on stderr")
    if status == -signal.SIGPROF:
        return TooSlowError(f"reading it took more than {seconds:g} s of CPU time")
    return WorkerDiedError(f"the process that read it ended: {end}")


class _Worker(asyncio.Protocol):
    """A worker process and the socket to it."""

    def __init__(
        self,
        megabytes: int,
        free: Callable[[], None],
        ended: Callable[[_Worker, int, int], None],
        tasks: set[asyncio.Task[Any]],
        ahead: SpareWorker | None = None,
    ) -> None:
        self._free, self._tell, self._tasks = free, ended, tasks
        self._sites: list[object] = []
        self._received = bytearray()
        self._transport: asyncio.WriteTransport | None = None
        self._ending = False
        self.jobs: deque[_Job] = deque()
        """The jobs that were sent and are not yet finished, in order."""
        self._answers: list[bytes] = []
        """Its answers to the first of them, which wait for those to the others."""
        self._holding: asyncio.TimerHandle | None = None
        self._megabytes = 0
        self._looked = 0.0
        self.process: SpareWorker | subprocess.Popen[bytes]
        self.ready = False
        """Can it take jobs? Until then it imports modules."""
        self.killed = False
        """Has the pool killed it?"""
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.process, self._channel = (ahead, ahead.channel) if ahead else _started(megabytes)
        self._keep(loop.create_unix_connection(lambda: self, sock=self._channel))

    @property
    def job(self) -> _Job | None:
        """The job that it is doing, as far as is known."""
        return self.jobs[len(self._answers)] if len(self._answers) < len(self.jobs) else None

    @property
    def idle(self) -> bool:
        """Can it take jobs now?"""
        return self.ready and not self.jobs and self._transport is not None

    def begin(self, jobs: deque[_Job], most: int) -> None:
        """Take and send it the first jobs, at most this many."""
        assert self._transport
        messages, size = list[bytes](), 0
        while jobs and len(self.jobs) < most and size < _TOGETHER_BYTES:
            job = jobs.popleft()
            if not job.future.done() and (message := self._packed(job)):
                self.jobs.append(job)
                messages += (HEADER.pack(len(message)), message)
                size += len(message)
        # At once: after a failed write, asyncio reads nothing more, and a second one may break its loop.
        self._transport.write(b"".join(messages))

    def _packed(self, job: _Job) -> bytes:
        """The message of a job; empty if it cannot be pickled, which fails the job."""
        number = next((n for n, site in enumerate(self._sites) if site is job.site), len(self._sites))
        new = number == len(self._sites)
        work: Work = job.function, number, job.site if new else None, job.arguments, job.seconds
        try:
            message = packed(work)
        except Exception as error:
            failed = RuntimeError(f"the page cannot be sent to a worker: {type(error).__name__}: {error}")
            job.future.set_exception(failed)
            return b""
        if new:
            self._sites.append(job.site)
        return message

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection to the process."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Receive answers of the process."""
        self._received += data
        while len(self._received) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._received)
            end = HEADER.size + length
            if len(self._received) < end:
                return
            message = bytes(self._received[HEADER.size : end])
            del self._received[:end]
            if self.ready:
                self._answered(message)
            else:
                self.ready = True
                log.debug("worker %d is ready", self.process.pid)
                self._free()

    def _answered(self, message: bytes) -> None:
        self._answers.append(message)
        if (job := self.job) and job.future.done():  # it was stopped while it waited
            self.kill()
        if len(self._answers) == len(self.jobs):
            self._finish_all()
        elif self._holding is None:
            self._holding = asyncio.get_running_loop().call_later(_HELD, self._finish_all)

    def _finish_all(self) -> None:
        """Finish the jobs that were answered."""
        if self._holding:
            self._holding.cancel()
            self._holding = None
        answers, self._answers = self._answers, []
        for message in answers:
            job = self.jobs.popleft()
            if len(message) < _LARGE:
                _finish(job, _unpacked(message))
            else:
                self._keep(_unpack(job, message))
        if time.monotonic() - self._looked > _LOOK:
            self._look()
        if not self.jobs:
            self._free()

    def connection_lost(self, exc: Exception | None) -> None:
        """Find out how the process ended."""
        self._transport = None
        self._ending = True
        with suppress(OSError):  # if it died while jobs were sent, its last answers are still unread
            while data := self._channel.recv(1 << 18):
                self.data_received(data)
        self._finish_all()
        self._keep(self._reap())

    def kill(self) -> None:
        """Kill the process, unless it is ending by itself."""
        # ``Popen.kill`` would collect the exit status, which ``_reap`` needs.
        if not self._ending:
            self._look()
            self.killed = True
            os.kill(self.process.pid, signal.SIGKILL)

    def _look(self) -> None:
        """Measure how much memory it has used, if the system reports it."""
        self._looked = time.monotonic()
        self._megabytes = _peak(self.process.pid) or self._megabytes

    async def _reap(self) -> None:
        try:  # not ``Popen.wait``, which does not report the memory that the process used
            _, status, usage = await asyncio.to_thread(os.wait4, self.process.pid, 0)
        except ChildProcessError:  # if SIGCHLD is ignored, there is no exit status
            self.process.returncode = 0
        else:
            self.process.returncode = os.waitstatus_to_exitcode(status)
            if sys.platform == "darwin":  # on Linux, the value includes the parent's memory at the fork
                self._megabytes = usage.ru_maxrss // 2**20
        self._tell(self, self.process.returncode, self._megabytes)
        self.ended.set_result(None)

    def _keep(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine, and keep a reference to its task until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _peak(pid: int) -> int:
    """The maximum memory that a running process has used, in megabytes; 0 if the system does not report
    it.
    """
    try:
        match = re.search(rb"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_bytes())
    except OSError:
        return 0
    return int(match[1]) // 2**10 if match else 0


async def _unpack(job: _Job, message: bytes) -> None:
    _finish(job, await asyncio.to_thread(_unpacked, message))


def _finish(job: _Job, answer: Answer) -> None:
    """Set the result of a job, unless it was cancelled in the meantime."""
    if job.future.done():
        return
    returned, result, trace = answer
    if returned:
        job.future.set_result(result)
        return
    error = ReadingError(result)
    error.__cause__ = RuntimeError(f"in a worker:\n{trace}")
    job.future.set_exception(error)


def _unpacked(message: bytes) -> Answer:
    """The answer of a worker; a failure when its message cannot be unpacked."""
    try:
        answer: Answer = unpacked(message)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}", traceback.format_exc()
    return answer


def _started(megabytes: int) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A new process, and the socket to it."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            return _start(theirs.fileno(), megabytes), ours
        except OSError:
            ours.close()
            raise


def _start(descriptor: int, megabytes: int) -> subprocess.Popen[bytes]:
    """A new process that serves the socket with this descriptor."""
    arguments = [json.dumps(sys.path), str(descriptor), str(os.getpid()), str(megabytes * 2**20)]
    return subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-c", _START, *arguments],
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        env=os.environ | {EXTRA_MONTHS: months_table()},
    )
