"""A mongod that a test may stop, kill, deprive of disk space, and disconnect."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from newscrawl.mongod.server import find_mongod


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Mongod:
    """One mongod on loopback, with the fail points of MongoDB's own tests."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [find_mongod(), "--dbpath", self.folder, "--port", str(self.port), "--bind_ip", "127.0.0.1",
             "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--setParameter", "enableTestCommands=1",
             "--setParameter", "diagnosticDataCollectionEnabled=false", *self.options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "mongod has ended"
            with suppress(PyMongoError), self.client() as client:
                client.admin.command("ping")
                return
        raise TimeoutError("mongod does not answer")

    def client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(self.uri, tz_aware=True, serverSelectionTimeoutMS=500)

    def send(self, signal_number: int) -> None:
        assert self.process
        self.process.send_signal(signal_number)

    def kill(self) -> None:
        """Kill the process, as a power failure would; does nothing when it has ended."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def fail(self, **point: Any) -> None:
        """Set the fail point ``failCommand``; ``mode="off"`` removes it."""
        with self.client() as client:
            client.admin.command("configureFailPoint", "failCommand", **point)


@contextmanager
def mongod(folder: Path, *options: str) -> Iterator[Mongod]:
    server = Mongod(folder, options)
    try:
        server.start()
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.send(signal.SIGCONT)
        server.kill()


@contextmanager
def replica_set(folder: Path) -> Iterator[list[Mongod]]:
    """Three members that elect a primary within about two seconds."""
    members = [Mongod(folder / str(n), ("--replSet", "rs", "--oplogSize", "50")) for n in range(3)]
    try:
        for member in members:
            member.start()
        with members[0].client() as client:
            hosts = [{"_id": n, "host": f"127.0.0.1:{m.port}"} for n, m in enumerate(members)]
            settings = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 300}
            client.admin.command("replSetInitiate", {"_id": "rs", "members": hosts, "settings": settings})
        primary(members)
        yield members
    finally:
        for member in members:
            member.kill()


def replica_set_uri(members: list[Mongod]) -> str:
    return f"mongodb://{','.join(f'127.0.0.1:{m.port}' for m in members)}/?replicaSet=rs"


def primary(members: list[Mongod]) -> Mongod:
    """Wait for a primary, and return that member."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        for member in members:
            with suppress(PyMongoError), member.client() as client:
                if client.admin.command("hello")["isWritablePrimary"]:
                    return member
        time.sleep(0.1)
    raise TimeoutError("there is no primary")


class Proxy:
    """Forwards TCP connections to a port until it cuts them."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self.refusing = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    if self.refusing:
                        raise ConnectionRefusedError
                    server = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    client.close()
                    continue
                self._open |= {client, server}
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.discard(end)

    def cut(self) -> None:
        """Cut every connection, even in the middle of a message."""
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        self.cut()


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    served = Proxy(port)
    try:
        yield served
    finally:
        served.close()


@contextmanager
def small_file_system(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of this size in memory. Raises ``PermissionError`` if the user may not mount one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or not mount or not umount:
        raise PermissionError("mounting a file system takes root")
    folder.mkdir(parents=True)
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        raise PermissionError(f"no file system can be mounted: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run([umount, "-l", folder], check=True)
