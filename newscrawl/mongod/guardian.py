"""The process that keeps the embedded ``mongod`` up as long as a crawl uses it, and not longer.

`newscrawl.mongod.server` runs this file as a program of its own, with the folder and the path of mongod.
It imports nothing but the standard library, so that it starts at once and stays small. Three lock files
tell who is there; the kernel releases a lock with the process that holds it, so that ``kill -9`` is no
special case:

- ``start.lock``: whoever starts or ends the server, one at a time;
- ``users.lock``: shared by all crawls that use the server;
- ``guardian.lock``: held by this process from its first to its last moment.

When nobody holds ``users.lock`` the guardian stops mongod and goes. When mongod dies it is started again
on the same port, so that crawls reconnect. When the guardian itself is killed, Linux kills mongod with it.
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
"""Seconds between two looks at the locks and at mongod."""
ROOM_TICK = 1.0
"""Seconds between two looks at a disk that is full."""
CACHE_SHARE, CACHE_GB = 1 / 8, (0.25, 8.0)
"""Share of the machine's memory that WiredTiger's cache gets, beside the crawls, and its limits."""
ENGINE = "eviction_dirty_target=40,eviction_dirty_trigger=60"
"""How many percent of the cache may wait for the next checkpoint, which comes each minute; the journal has
all of it. With WiredTiger's 5 and 20 the pages of the text index, of which each article changes many, are
written and read again for every few articles."""
CONTROL_GROUPS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where Linux says how much memory a container may use, in its two versions of control groups."""
LOG_BYTES = 10_000_000
"""A log longer than this becomes ``mongod.log.1``."""
RESTARTS, RESTART_SECONDS = 5, 60
"""So many deaths of mongod within so many seconds are a fault that another start won't cure."""
STOP_SECONDS = 60
"""How long mongod may take to write its cache to disk before it is killed; its journal loses nothing."""
HANDOVER_SECONDS = 10
"""How long the mongod of a guardian that was killed may take to vanish."""
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
"""The libraries that builds of mongod are linked with, and Debian's packages of them."""
JOURNAL_BYTES = 350_000_000
"""What mongod writes before it holds any article: three files of its journal, 104 MB each, its catalog."""
LEAST_BYTES = 50_000_000
"""Room that it needs however much of that is there already."""
FULL_BYTES = 10_000_000
"""A disk with less room is full."""
NO_SPACE = "No space left on device"
ASSERTION_IDS = (23091, 23092)
"""Log entries that only follow an error (MongoDB's ``assert_util.cpp``)."""
PR_SET_PDEATHSIG = 1
"""From Linux's ``prctl.h``."""


class GaveUp(Exception):
    """Mongod can't be kept up; the message says why."""


def memory_bytes(limits: Iterable[Path] = CONTROL_GROUPS) -> int:
    """Memory of this machine, or what its container may use of it."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in limits:
        with suppress(OSError, ValueError):  # there is none, or it says "max"
            found.append(int(limit.read_text("ascii")))
    return min(found)


def cache_gigabytes(memory: int) -> float:
    """The size of WiredTiger's cache on a machine with so many bytes of memory.

    >>> cache_gigabytes(8 * 2**30), cache_gigabytes(10**9)
    (1.0, 0.25)
    """
    least, most = CACHE_GB
    return min(max(memory * CACHE_SHARE / 2**30, least), most)


@dataclass(frozen=True, slots=True)
class Running:
    """What ``server.json`` says about a server that is up or about to be."""

    port: int
    mongod: int
    guardian: int

    @property
    def uri(self) -> str:
        """The address for clients. ``journal``: what is acknowledged also survives ``kill -9`` of mongod."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true&journal=true"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the embedded server keeps its things."""

    root: Path

    @property
    def db(self) -> Path:
        """The database files."""
        return self.root / "db"

    @property
    def log(self) -> Path:
        """What mongod and the guardian have to say."""
        return self.root / "log"

    @property
    def full(self) -> Path:
        """An empty file that is there while mongod waits for room on the disk; a full disk takes it too."""
        return self.root / "disk-full"

    def lacks_room(self, needed: int = JOURNAL_BYTES) -> str | None:
        """What to say when mongod has not the room to start; what its journal has is not needed again."""
        journal = sum(file.stat().st_size for file in (self.db / "journal").glob("WiredTiger*"))
        room = shutil.disk_usage(self.root).free
        if room >= max(LEAST_BYTES, needed - journal):
            return None
        return f"The disk of the data folder {self.root} is full ({room // 1_000_000} MB left)"

    @property
    def state(self) -> Path:
        """Present while a guardian is up; stale when nobody holds ``guardian.lock``."""
        return self.root / "server.json"

    def create(self) -> None:
        """Make the folders, for this user alone since the server asks for no password."""
        for folder in (self.root, self.db, self.log):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)

    def running(self) -> Running | None:
        """The server that ``server.json`` names, or None."""
        try:
            return Running(**json.loads(self.state.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def announce(self, running: Running) -> None:
        """Write ``server.json`` in one step, so that no reader sees half of it."""
        draft = self.state.with_suffix(".new")
        draft.write_text(json.dumps(asdict(running)), "utf-8")
        draft.replace(self.state)


class Lock:
    """An advisory ``flock`` on one open file: gone when it is released or its process ends, however."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock now if it is free."""
        try:
            fcntl.flock(self._fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_of(self, path: Path) -> bool:
        """Is the locked file still the one at this path? Not after somebody removed the folder."""
        try:
            return os.path.samestat(os.fstat(self._fd), path.stat())
        except OSError:
            return False

    def is_free(self, *, for_sharing: bool = False) -> bool:
        """Whether it could be taken now; leaves it untaken."""
        free = self.take(shared=for_sharing)
        if free:
            self.release()
        return free

    def release(self) -> None:
        """Give the lock back; harmless when it isn't held."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock and its file back for good."""
        os.close(self._fd)


def ports(root: Path) -> Iterator[int]:
    """Free ports on loopback, the same first one for a folder each time so that a saved address stays good.

    They lie below the range from which Linux takes the ports of outgoing connections (32768 and up).
    """
    first = 20_000 + zlib.crc32(str(root).encode()) % 10_000
    any_free = 0  # as Linux chooses
    for port in (*range(first, first + 10), *repeat(any_free, 10)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            port = probe.getsockname()[1]
        yield port
    raise GaveUp("there is no free port on 127.0.0.1")


def _die_with(parent: int) -> None:
    """Ask Linux, in the child before it becomes mongod, to kill it when the guardian dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _error(line: bytes) -> str | None:
    """The error that a line of mongod's output tells of: plain text is one, JSON only if it says so."""
    text = line.decode("utf-8", "replace").strip()
    if text.startswith("{") and not text.endswith("}"):
        return None  # cut short, by a full disk
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

    def __init__(self, folder: Folder, mongod: str) -> None:
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
        """Stay until nobody uses the server; raises GaveUp when mongod can't be kept up."""
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
                    raise GaveUp(f"mongod gave up with exit status {status}: {self._complaint(status)}")
                elif len(deaths) == RESTARTS and time.monotonic() - deaths[0] < RESTART_SECONDS:
                    raise GaveUp(f"mongod died {RESTARTS + 1} times in a row: {self._complaint()}")
                else:
                    deaths.append(time.monotonic())
                child = self._launch(port)
        finally:
            self._shut_down()

    def _is_here(self) -> bool:
        """Is the folder still the one that this process guards?"""
        return self._start.is_of(self.folder.root / "start.lock")

    def _check_place(self) -> None:
        """Another folder at the same path, with another guardian, is not touched."""
        if not self._is_here():
            raise GaveUp(f"the data folder {self.folder.root} was removed: its server has ended")

    def _is_full(self) -> bool:
        """Did mongod end for want of room on its disk?"""
        return self._has_said(NO_SPACE) or shutil.disk_usage(self.folder.root).free < FULL_BYTES

    def _has_said(self, words: str) -> bool:
        return any(words in text for text in self._told())

    def _await_room(self) -> None:
        """Wait until mongod has the room to start; until then crawls are told why it is away."""
        self.folder.full.touch()
        try:
            while self.folder.lacks_room() and not (self.stopping or self.is_unused()):
                time.sleep(ROOM_TICK)
                self._check_place()
        finally:
            if self._is_here():
                self.folder.full.unlink(missing_ok=True)

    def is_unused(self) -> bool:
        """Whether nobody uses or starts the server; if so nobody can begin to until this process has gone."""
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
            # mongod 6.0.5 discloses memory through compressed messages, before it asks who is there.
            "networkMessageCompressors": "disabled",
            "wiredTigerCacheSizeGB": f"{cache_gigabytes(memory_bytes()):.2f}",
            "wiredTigerEngineConfigString": ENGINE,
            "setParameter": "diagnosticDataCollectionEnabled=false",
            "logpath": self._log,
            "logRotate": "reopen",
        }
        flags = ["--nounixsocket", "--logappend", "--quiet"]
        with self._output.open("wb") as output:
            # This process has one thread, hence what runs between fork and exec is safe.
            child = self._child = subprocess.Popen(  # noqa: S603 - the server's own binary
                [self.mongod, *flags, *(text for k, v in options.items() for text in (f"--{k}", str(v)))],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=lambda: _die_with(parent),
            )
        with suppress(OSError):  # on a full disk mongod ends, and its end is looked into
            self.folder.announce(Running(port=port, mongod=child.pid, guardian=parent))
        return child

    def _await_database(self) -> None:
        """Wait until no other mongod has the files; one that a killed guardian left is ended."""
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
                    raise GaveUp(
                        f"{self.folder.db} is in use by another mongod (process {holder or 'unknown'}): "
                        "stop it, or set MONGODB_URI to use it"
                    )
                if before and holder == str(before.mongod):
                    with suppress(ProcessLookupError):
                        os.kill(before.mongod, signal.SIGTERM)
                time.sleep(TICK)
        finally:
            lock.close()

    def _bound_log(self, child: subprocess.Popen[bytes] | None = None) -> None:
        # A server about to start gets half: SIGUSR1 would end one that isn't up yet.
        limit = LOG_BYTES if child else LOG_BYTES // 2
        if self._log.exists() and self._log.stat().st_size > limit:
            self._log.replace(self._log.with_name("mongod.log.1"))
            if child:
                child.send_signal(signal.SIGUSR1)

    def _told(self) -> list[str]:
        """What mongod named as errors since it was started."""
        told: list[str] = []
        for path, start in ((self._log, self._log_start), (self._output, 0)):
            with suppress(OSError), path.open("rb") as log:
                log.seek(start)
                told += filter(None, map(_error, log))
        return told

    def _complaint(self, status: int | None = None) -> str:
        """Its first errors, where to read more, and the remedy where one is known."""
        told = self._told()
        reason = "; ".join(text[:300] for text in told[:2]) or "it gave no reason"
        return f"{reason} (its log: {self._log}){_remedy(told) if status == LIBRARY_MISSING else ''}"

    def _shut_down(self) -> None:
        # Without server.json a crawl that starts now waits for this process to go.
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


def _remedy(told: Iterable[str]) -> str:
    """How to give mongod the library that the dynamic loader did not find."""
    found = re.search(r"lib[\w.+-]+\.so[\w.]*", " ".join(told))
    if not found:
        return "; install the library that it lacks, or set MONGODB_URI"
    package = LIBRARIES.get(found[0])
    return f"; install {found[0]}{f' (Debian: {package})' if package else ''}, or set MONGODB_URI"


def main(root: str, mongod: str) -> int:
    """Guard the server of the folder ``root``; 0 when it was no longer needed, else 1 and a sentence."""
    folder = Folder(Path(root))
    try:
        guardian = Guardian(folder, mongod)

        def stop(_signal: int, _frame: object) -> None:
            guardian.stopping = True

        signal.signal(signal.SIGTERM, stop)
        for ignored in (signal.SIGINT, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        alone = Lock(folder.root / "guardian.lock")
        # Whoever looks whether a guardian is there holds it for a moment. Where there is one that the crawl
        # did not see yet, this one stands by until it isn't needed either.
        while not alone.take():
            if guardian.is_unused():
                return 0
            time.sleep(TICK)
        if not guardian.is_unused():
            guardian.run()
    except (GaveUp, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
