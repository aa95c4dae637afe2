"""Runs the commands of the project in forked processes that have already imported it.

Importing takes longer than most crawls of the tests. One server per test run imports everything that a
command may need, except the settings, which depend on the environment, and forks for each command. After that
the command is a process like any other, until its interpreter ends.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from scrapy.settings import default_settings

PROJECT = Path(__file__).parent.parent
POSSIBLE = sys.platform == "linux"
"""Other systems do not allow a fork after system libraries are loaded."""
_LONGEST, _NUMBER = 200_000, 32
_LIMITS = (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)


class Process:
    """A command that runs in the folder of the project, ``scrapy ARGS`` or ``python -m MODULE``, with the
    interface of ``Popen``.
    """

    def __init__(self, args: list[str], environment: Mapping[str, str], stdout: int, stderr: int) -> None:
        self.args = args
        self.stderr: IO[str] | None = None
        self.returncode: int | None = None
        limits = [resource.getrlimit(kind) for kind in _LIMITS]
        message = json.dumps([args, dict(environment), limits]).encode()
        assert len(message) < _LONGEST
        given = []
        if stderr == subprocess.PIPE:
            ours, stderr = os.pipe()
            self.stderr = open(ours, encoding="utf-8")  # noqa: PTH123, SIM115 - a descriptor; the test closes it
            given.append(stderr)
        self._answer, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(_server(), [message], [theirs.fileno(), stdout, stderr])
        for descriptor in given:
            os.close(descriptor)
        self.pid = int(self._answer.recv(_NUMBER))

    def poll(self) -> int | None:
        """The exit status; None while the command runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the exit status. Raises ``subprocess.TimeoutExpired``."""
        if self.returncode is None:
            if not select.select([self._answer], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(int(self._answer.recv(_NUMBER)))
            self._answer.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[None, str | None]:
        """Wait for the end, and return None and the text of stderr."""
        said = None
        if self.stderr:
            with self.stderr:
                said = self.stderr.read()
        self.wait(timeout)
        return None, said

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(signal.SIGKILL)


def run(args: list[str], environment: Mapping[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. A timeout kills it and raises ``subprocess.TimeoutExpired``."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = Process(args, environment, out.fileno(), err.fileno())
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise subprocess.TimeoutExpired(args, timeout, _text(out), _text(err)) from None
        return subprocess.CompletedProcess(args, status, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")


@cache
def _server() -> socket.socket:
    """The connection to the server, which ends with the test run."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-c", "from tests.forked import main; main()", str(theirs.fileno())]
        started = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        started.wait()

    atexit.register(end)
    return ours


def main() -> None:
    """Serve the socket whose descriptor is the first argument."""
    from scrapy.cmdline import execute
    from scrapy.exceptions import ScrapyDeprecationWarning

    # Python's option -W knows no category of another package than its own.
    warnings.simplefilter("error", ScrapyDeprecationWarning)
    _import_all()
    assert "twisted.internet.reactor" not in sys.modules
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        command = _serve(channel)
    if command:
        _become(*command)
        if sys.argv[1] == "-m":
            del sys.argv[:2]
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            execute()


def _import_all() -> None:
    for part in ("scrapy.core.engine", "scrapy.core.scraper", *_components()):
        importlib.import_module(part)
    for name in ("newscrawl", "pipelines", "spiders"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if module.name != "newscrawl.settings":
                importlib.import_module(module.name)


def _components() -> Iterator[str]:
    """The modules of Scrapy's default components."""
    for name, value in vars(default_settings).items():
        paths = value if name.endswith("_BASE") else [value]
        for path in filter(lambda path: str(path).startswith("scrapy."), paths):
            yield path.rpartition(".")[0]


def _serve(channel: socket.socket) -> tuple[Any, ...] | None:
    """Fork for one command after another. Return the command in the new process, and None at the end."""
    running: dict[int, tuple[int, socket.socket]] = {}
    with selectors.DefaultSelector() as ready:
        ready.register(channel, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fd in running:
                    ready.unregister(key.fd)
                    pid, answer = running.pop(key.fd)
                    os.close(key.fd)
                    with answer, suppress(OSError):  # its test may have given up on it
                        answer.sendall(b"%d" % os.waitpid(pid, 0)[1])
                    continue
                message, descriptors, *_ = socket.recv_fds(channel, _LONGEST, 3)
                if not message:
                    return None
                answer, files = socket.socket(fileno=descriptors[0]), descriptors[1:]
                if not (pid := os.fork()):
                    answer.close()
                    for descriptor, (_, other) in running.items():
                        os.close(descriptor)
                        other.close()
                    return *json.loads(message), files
                for descriptor in files:
                    os.close(descriptor)
                descriptor = os.pidfd_open(pid)
                running[descriptor] = pid, answer
                ready.register(descriptor, selectors.EVENT_READ)
                with suppress(OSError):
                    answer.sendall(b"%d" % pid)


def _become(args: list[str], environment: dict[str, str], limits: list[Any], files: list[int]) -> None:
    """Turn this process into that of a command."""
    for own, given in enumerate(files, start=1):
        os.dup2(given, own)
        os.close(given)
    for kind, limit in zip(_LIMITS, limits, strict=True):
        resource.setrlimit(kind, tuple(limit))
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["scrapy", *args]
