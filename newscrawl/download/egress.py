"""The browser's only way to the network: a SOCKS proxy on loopback, inside the crawl.

Interception sees only what Playwright reports; redirects, speculative requests, workers and WebSockets can
bypass it. They still need a connection, and the browser must ask this proxy for each connection, by host and
port. The proxy also resolves names, with the reactor's resolver, so that the rule for private addresses
(:mod:`newscrawl.download.network`) holds for rendered pages too.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, cast

from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.protocol import Factory
from twisted.protocols.portforward import Proxy, ProxyClient

from newscrawl.download.errors import PrivateAddress
from newscrawl.download.network import PublicResolver

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure

    from newscrawl.download.confine import Confinement

LONGEST_HEAD = 512
"""Maximum number of bytes that a browser may send before it is connected; RFC 1928 needs at most 262 at a
time."""
CONNECTING = 30.0
"""Seconds within which a connection to a site must be established."""

_GRANTED, _FORBIDDEN, _UNREACHABLE = 0, 2, 4
_ADDRESS = {1: (4, IPv4Address), 4: (16, IPv6Address)}
_NAME = 3


class _Site(ProxyClient):
    """The connection to a site."""

    noisy = False
    transport: Any


class _Browser(Proxy):
    """A connection from the browser (RFC 1928): first its target, then bytes in both directions."""

    noisy = False
    transport: Any
    peer: Any = None

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._head = b""
        self._greeted = False
        self._asked = False

    def dataReceived(self, data: bytes) -> None:
        if self.peer is not None:
            self.peer.transport.write(data)
            return
        self._head += data
        if self._asked or len(self._head) > LONGEST_HEAD:
            self.transport.abortConnection()
            return
        self._greet()
        self._ask()

    def _greet(self) -> None:
        if not self._greeted and len(self._head) >= 2 and len(self._head) >= 2 + self._head[1]:
            self._head = self._head[2 + self._head[1] :]
            self._greeted = True
            self.transport.write(b"\5\0")

    def _ask(self) -> None:
        target = _target(self._head) if self._greeted else None
        if target is None:
            return
        self._asked, self._head = True, b""
        host, port = target
        if not host or not self._egress.confinement.allows(host, port):
            self._answer(_FORBIDDEN)
            return
        # The browser's data is not read until the site is connected.
        self.transport.pauseProducing()
        site = _Site()
        site.setPeer(self)
        endpoint = HostnameEndpoint(self._egress.reactor, host, port, timeout=CONNECTING)
        reached: Deferred[Any] = connectProtocol(endpoint, site)  # type: ignore[no-untyped-call]
        reached.addCallbacks(
            lambda _: self._answer(_GRANTED), lambda failure: self._failed(host, port, failure)
        )

    def _failed(self, host: str, port: int, failure: Failure) -> None:
        self.peer = None
        self._egress.failed(host, port, failure.value)
        self._answer(_UNREACHABLE)

    def _answer(self, code: int) -> None:
        if self.transport.connected:
            self.transport.write(bytes((5, code, 0, 1)) + bytes(6))
            if code != _GRANTED:
                self.transport.loseConnection()


def _target(head: bytes) -> tuple[str, int] | None:
    """Host and port of a request to connect; None while it is incomplete, an empty host for any other
    request.
    """
    if len(head) < 5:
        return None
    version, command, _, kind = head[:4]
    if version != 5 or command != 1 or kind not in (*_ADDRESS, _NAME):
        return "", 0
    start, size = (5, head[4]) if kind == _NAME else (4, _ADDRESS[kind][0])
    end = start + size
    if len(head) < end + 2:
        return None
    raw = head[start:end]
    host = raw.decode("latin-1") if kind == _NAME else str(_ADDRESS[kind][1](raw))
    return host.strip("[]"), cast("int", struct.unpack(">H", head[end : end + 2])[0])


class Egress(Factory):
    """Listens for the browser of one crawl and connects it to what its confinement allows."""

    noisy = False

    def __init__(self, confinement: Confinement) -> None:
        from twisted.internet import reactor

        self.reactor: Any = reactor
        self.confinement = confinement
        self.failures: dict[tuple[str, int], BaseException] = {}
        """Host and port → why the last connection failed."""
        self._port: Any = None

    @property
    def address(self) -> str:
        """The proxy's address, for Chromium's ``--proxy-server``."""
        return f"socks5://127.0.0.1:{self._port.getHost().port}"

    def failed(self, host: str, port: int, error: BaseException | None) -> None:
        """Keep why a connection failed."""
        resolver = self.reactor.nameResolver
        if isinstance(resolver, PublicResolver) and (address := resolver.refused.get(host)):
            self.confinement.refuse("private", "connection", f"{host}:{port}")
            error = PrivateAddress(f"{host} resolves to {address}, which is not a public address")
        self.failures[host, port] = error or ConnectionError(f"{host}:{port} could not be reached")

    def open(self) -> None:
        """Listen on a free port of loopback."""
        self._port = self.reactor.listenTCP(0, self, interface="127.0.0.1")

    async def close(self) -> None:
        """Stop listening. Open connections end with the browser."""
        if self._port is not None:
            await maybe_deferred_to_future(self._port.stopListening())

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """A connection from the browser."""
        return _Browser(self)
