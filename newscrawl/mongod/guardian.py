"""The process that keeps the embedded ``mongod`` up as long as a crawl uses it.

`newscrawl.mongod.server` runs this file as a separate program, with the folder and the path of mongod. It
imports only the standard library, so that it starts quickly and stays small. Three lock files show who uses
the server; the kernel releases a lock when the process that holds it ends, so that ``kill -9`` is no special
case:

- ``start.lock``: held by the process that starts or stops the server;
- ``users.lock``: shared by all crawls that use the server;
- ``guardian.lock``: held by this process as long as it runs.

When nobody holds ``users.lock``, the guardian stops mongod and exits. When mongod dies, the guardian restarts
it on the same port, so that crawls reconnect. When the guardian itself is killed, Linux kills mongod with it.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TICK = 0.1
"""Seconds between checks of the locks and of mongod."""
ROOM_TICK = 1.0
"""Seconds between checks of a full disk."""
CACHE_SHARE, CACHE_GB = 1 / 8, (0.25, 8.0)
"""WiredTiger's cache as a share of the machine's memory (crawls need some, too), and its limits in GB."""
ENGINE = "eviction_dirty_target=40,eviction_dirty_trigger=60"
"""Percentages of the cache that may wait for the next checkpoint, once a minute; the journal has all of it.
With WiredTiger's defaults of 5 and 20, pages of the text index are written and read again every few articles,
as each article changes many of them."""
CONTROL_GROUPS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where the two versions of Linux control groups say how much memory a container may use."""
LOG_BYTES = 10_000_000
"""A log longer than this is renamed to ``mongod.log.1``."""
RESTARTS, RESTART_SECONDS = 5, 60
"""If mongod dies this many times within this many seconds, another start will not help."""
STOP_SECONDS = 60
"""How long mongod may take to write its cache to disk before it is killed; its journal prevents any loss."""
HANDOVER_SECONDS = 10
"""How long the mongod of a killed guardian may take to exit."""
ADDRESS_IN_USE = 48
"""mongod's exit status when its port is taken (MongoDB's ``exit_code.h``)."""
LIBRARY_MISSING = 127
"""The exit status of a program that the dynamic loader can't start."""
LIBRARIES = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "libssl.so.1.1": "libssl1.1",
    "libcrypto.so.1.1": "libssl1.1",
    "liblzma.so.5": "liblzma5",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libsasl2.so.2": "libsasl2-2",
    "libldap-2.5.so.0": "libldap-2.5-0",
    "libnetsnmp.so.40": "libsnmp40",
}
"""Libraries against which builds of mongod are linked, and their Debian packages."""
JOURNAL_BYTES = 350_000_000
"""Bytes that mongod writes before it stores any article: three journal files of 104 MB, and a catalog."""
LEAST_BYTES = 50_000_000
"""Bytes that must be free even if the journal exists already."""
FULL_BYTES = 10_000_000
"""A disk with fewer bytes free counts as full."""
NO_SPACE = "No space left on device"
ASSERTION_IDS = (23091, 23092)
"""Log entries that merely follow an error (MongoDB's ``assert_util.cpp``)."""
PR_SET_PDEATHSIG = 1
"""The constant of that name in Linux's ``prctl.h``."""


class GaveUpError(Exception):
    """Mongod cannot be kept running; the message says why."""


def memory_bytes(limits: Iterable[Path] = CONTROL_GROUPS) -> int:
    """The memory of this machine in bytes, or its container's limit."""
    candidates = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in limits:
        with suppress(OSError, ValueError):  # the file is missing, or says "max"
            candidates.append(int(limit.read_text("ascii")))
    return min(candidates)


def cache_gigabytes(memory: int) -> float:
    """The size of WiredTiger's cache in GB on a machine with ``memory`` bytes.

    >>> cache_gigabytes(8 * 2**30), cache_gigabytes(10**9)
    (1.0, 0.25)
    """
    least, most = CACHE_GB
    return min(max(memory * CACHE_SHARE / 2**30, least), most)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """The contents of ``server.json``: a server that is up or starting."""

    port: int
    mongod: int
    guardian: int

    @property
    def uri(self) -> str:
        """The address for clients. With ``journal``, acknowledged writes survive ``kill -9`` of mongod."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true&journal=true"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder with the embedded server's files."""

    root: Path

    @property
    def db(self) -> Path:
        """The database files."""
        return self.root / "db"

    @property
    def log(self) -> Path:
        """The logs of mongod and the guardian."""
        return self.root / "log"

    @property
    def full(self) -> Path:
        """An empty file that exists while mongod waits for disk space; it fits on a full disk."""
        return self.root / "disk-full"

    def lacks_room(self, needed: int = JOURNAL_BYTES) -> str | None:
        """A sentence if the disk has too little space for mongod to start, else None."""
        journal = sum(file.stat().st_size for file in (self.db / "journal").glob("WiredTiger*"))
        room = shutil.disk_usage(self.root).free
        if room >= max(LEAST_BYTES, needed - journal):
            return None
        return f"The disk of the data folder {self.root} is full ({room // 1_000_000} MB left)"

    @property
    def state(self) -> Path:
        """``server.json``: exists while a guardian runs; stale when nobody holds ``guardian.lock``."""
        return self.root / "server.json"

    def create(self) -> None:
        """Create the folders, accessible only to this user, as the server asks for no password."""
        for folder in (self.root, self.db, self.log):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)

    def running(self) -> RunningServer | None:
        """The server that ``server.json`` names, or None."""
        try:
            return RunningServer(**json.loads(self.state.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def announce(self, running: RunningServer) -> None:
        """Write ``server.json`` in one step, so that no reader sees half of it."""
        draft = self.state.with_suffix(".new")
        draft.write_text(json.dumps(asdict(running)), "utf-8")
        draft.replace(self.state)


class Lock:
    """An advisory ``flock`` on one open file, released at the latest when its process ends."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free; False if it is not."""
        try:
            fcntl.flock(self._fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_of(self, path: Path) -> bool:
        """Is the locked file still the one at this path? It is not after the folder was removed."""
        try:
            return os.path.samestat(os.fstat(self._fd), path.stat())
        except OSError:
            return False

    def is_free(self, *, for_sharing: bool = False) -> bool:
        """Could the lock be taken now? It is not kept."""
        free = self.take(shared=for_sharing)
        if free:
            self.release()
        return free

    def release(self) -> None:
        """Release the lock; harmless if it is not held."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release the lock and close its file."""
        os.close(self._fd)


def ports(root: Path) -> Iterator[int]:
    """Free ports on loopback; the first is always the same for a folder, so that saved addresses stay valid.

    They are below the range that Linux uses for outgoing connections (32768 and up).
    """
    first = 20_000 + zlib.crc32(str(root).encode()) % 10_000
    any_free = 0  # Linux chooses
    for port in (*range(first, first + 10), *repeat(any_free, 10)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            port = probe.getsockname()[1]
        yield port
    raise GaveUpError("there is no free port on 127.0.0.1: stop other servers, or set MONGODB_URI")


def _die_with(parent: int) -> None:
    """In the child that becomes mongod, ask Linux to kill it when the guardian dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _error(line: bytes) -> str | None:
    """The error in a line of mongod's output: any plain text, but JSON only with an error's severity."""
    text = line.decode("utf-8", "replace").strip()
    if text.startswith("{") and not text.endswith("}"):
        return None  # cut off by a full disk
    try:
        entry = json.loads(text)
        if entry["s"] not in ("E", "F") or entry["id"] in ASSERTION_IDS:
            return None
    except (ValueError, TypeError, KeyError):
        return text
    error = entry.get("attr", {}).get("error", "")
    detail = error.get("errmsg") if isinstance(error, dict) else error
    return f"{entry['msg'].strip()}: {detail}" if detail else entry["msg"].strip()


class Guardian:
    """Keeps one mongod up for the users of one folder."""

    def __init__(self, folder: DataFolder, mongod: str) -> None:
        self.folder = folder
        self.mongod = mongod
        self.stopping = False
        self._start = Lock(folder.root / "start.lock")
        self._users = Lock(folder.root / "users.lock")
        self._log = folder.log / "mongod.log"
        self._log_start = 0
        self._output = folder.log / "mongod.out"
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Run until nobody uses the server. Raises GaveUpError when mongod cannot be kept running."""
        candidates = ports(self.folder.root)
        port = next(candidates)
        deaths: deque[float] = deque(maxlen=RESTARTS)
        try:
            child = self._launch(port)
            while not (self.stopping or self.is_unused()):
                time.sleep(TICK)
                self._check_place()
                status = child.poll()
                if status is None:
                    self._bound_log(child)
                    continue
                if status == ADDRESS_IN_USE and not deaths:
                    port = next(candidates)
                elif self._is_full():
                    self._await_room()
                elif status > 0:
                    raise GaveUpError(f"mongod gave up with exit status {status}: {self._complaint(status)}")
                elif len(deaths) == RESTARTS and time.monotonic() - deaths[0] < RESTART_SECONDS:
                    raise GaveUpError(f"mongod died {RESTARTS + 1} times in a row: {self._complaint()}")
                else:
                    deaths.append(time.monotonic())
                child = self._launch(port)
        finally:
            self._shut_down()

    def _is_here(self) -> bool:
        """Is the folder still the one that this process guards?"""
        return self._start.is_of(self.folder.root / "start.lock")

    def _check_place(self) -> None:
        """Raise GaveUpError if the folder was removed; a new folder at the same path has another guardian."""
        if not self._is_here():
            raise GaveUpError(f"the data folder {self.folder.root} was removed, so its server was stopped")

    def _is_full(self) -> bool:
        """Did mongod end because its disk is full?"""
        return self._has_logged(NO_SPACE) or shutil.disk_usage(self.folder.root).free < FULL_BYTES

    def _has_logged(self, words: str) -> bool:
        return any(words in text for text in self._errors())

    def _await_room(self) -> None:
        """Wait until mongod has space to start; meanwhile, a file tells crawls the reason."""
        self.folder.full.touch()
        try:
            while self.folder.lacks_room() and not (self.stopping or self.is_unused()):
                time.sleep(ROOM_TICK)
                self._check_place()
        finally:
            if self._is_here():
                self.folder.full.unlink(missing_ok=True)

    def is_unused(self) -> bool:
        """Is nobody using or starting the server? If so, nobody can until this process has exited."""
        if self._start.take():
            if self._users.is_free():
                return True
            self._start.release()
        return False

    def _launch(self, port: int) -> subprocess.Popen[bytes]:
        self._await_database()
        self._bound_log()
        self._log_start = self._log.stat().st_size if self._log.exists() else 0
        parent = os.getpid()
        options = {
            "dbpath": self.folder.db,
            "bind_ip": "127.0.0.1",
            "port": port,
            # mongod 6.0.5 discloses memory through compressed messages, even before authentication.
            "networkMessageCompressors": "disabled",
            "wiredTigerCacheSizeGB": f"{cache_gigabytes(memory_bytes()):.2f}",
            "wiredTigerEngineConfigString": ENGINE,
            "setParameter": "diagnosticDataCollectionEnabled=false",
            "logpath": self._log,
            "logRotate": "reopen",
        }
        flags = ["--nounixsocket", "--logappend", "--quiet"]
        with self._output.open("wb") as output:
            # This process has one thread, so code between fork and exec is safe.
            child = self._child = subprocess.Popen(  # noqa: S603 - the server's own binary
                [self.mongod, *flags, *(text for k, v in options.items() for text in (f"--{k}", str(v)))],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=lambda: _die_with(parent),
            )
        with suppress(OSError):  # on a full disk mongod ends, too, and `run` finds out why
            self.folder.announce(RunningServer(port=port, mongod=child.pid, guardian=parent))
        return child

    def _await_database(self) -> None:
        """Wait until no other mongod uses the files; stop a mongod that a killed guardian left behind."""
        path = self.folder.db / "mongod.lock"
        if not path.exists():
            return
        before = self.folder.running()
        lock = Lock(path)
        try:
            deadline = time.monotonic() + HANDOVER_SECONDS
            while not lock.is_free():
                holder = path.read_text("ascii", "replace").strip()
                if time.monotonic() > deadline:
                    raise GaveUpError(
                        f"{self.folder.db} is in use by another mongod (process {holder or 'unknown'}): "
                        "stop it, or set MONGODB_URI to its address to use it"
                    )
                if before and holder == str(before.mongod):
                    with suppress(ProcessLookupError):
                        os.kill(before.mongod, signal.SIGTERM)
                time.sleep(TICK)
        finally:
            lock.close()

    def _bound_log(self, child: subprocess.Popen[bytes] | None = None) -> None:
        # Before a start, the limit is half as large: SIGUSR1 would end a server that is not up yet.
        limit = LOG_BYTES if child else LOG_BYTES // 2
        if self._log.exists() and self._log.stat().st_size > limit:
            self._log.replace(self._log.with_name("mongod.log.1"))
            if child:
                child.send_signal(signal.SIGUSR1)

    def _errors(self) -> list[str]:
        """The errors that mongod has logged since its start."""
        errors: list[str] = []
        for path, start in ((self._log, self._log_start), (self._output, 0)):
            with suppress(OSError), path.open("rb") as log:
                log.seek(start)
                errors += filter(None, map(_error, log))
        return errors

    def _complaint(self, status: int | None = None) -> str:
        """Mongod's first errors, the path of its log, and a remedy if one is known."""
        errors = self._errors()
        reason = "; ".join(text[:300] for text in errors[:2]) or "it gave no reason"
        return f"{reason} (its log: {self._log}){_remedy(errors) if status == LIBRARY_MISSING else ''}"

    def _shut_down(self) -> None:
        # Without server.json, a crawl that starts now waits until this process has exited.
        running = self.folder.running()
        if self._is_here() and running and running.guardian == os.getpid():
            self.folder.state.unlink(missing_ok=True)
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _remedy(errors: Iterable[str]) -> str:
    """How to install the library that the dynamic loader could not find."""
    library = re.search(r"lib[\w.+-]+\.so[\w.]*", " ".join(errors))
    if not library:
        return "; install the library that it lacks, or set MONGODB_URI"
    package = LIBRARIES.get(library[0])
    return f"; install {library[0]}{f' (Debian: {package})' if package else ''}, or set MONGODB_URI"


def main(root: str, mongod: str) -> int:
    """Guard the server of the folder ``root``; return 0 when it is no longer needed, 1 after an error."""
    folder = DataFolder(Path(root))
    try:
        guardian = Guardian(folder, mongod)

        def stop(_signal: int, _frame: object) -> None:
            guardian.stopping = True

        signal.signal(signal.SIGTERM, stop)
        for ignored in (signal.SIGINT, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        alone = Lock(folder.root / "guardian.lock")
        # Processes that check for a guardian hold the lock for a moment. If another guardian holds it, unseen
        # by the crawl so far, this one waits, and exits once nobody needs the server.
        while not alone.take():
            if guardian.is_unused():
                return 0
            time.sleep(TICK)
        if not guardian.is_unused():
            guardian.run()
    except (GaveUpError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
