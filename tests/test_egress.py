"""The browser's proxy opens the connections that are allowed, and does nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.utils.reactor import install_reactor
from twisted.internet.testing import StringTransportWithDisconnection

from newscrawl.download.egress import Egress

GREETING = b"\5\1\0"
GREETED, FORBIDDEN = b"\5\0", b"\5\2\0\1" + bytes(6)


class Nobody:
    """A confinement that allows no connection and records the attempts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def allows(self, host: str, port: int) -> bool:
        self.asked.append((host, port))
        return False


def connection(confinement: Nobody) -> tuple[Any, Any]:
    """A connection of a browser, with the answers that it gets."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    egress = Egress(confinement)  # type: ignore[arg-type]
    protocol = egress.buildProtocol(None)
    transport: Any = StringTransportWithDisconnection()  # type: ignore[no-untyped-call]
    transport.protocol = protocol
    protocol.makeConnection(transport)
    return protocol, transport


def named(host: bytes, port: int) -> bytes:
    return b"\5\1\0\3" + bytes([len(host)]) + host + port.to_bytes(2)


TARGETS = {
    "a name": (named(b"www.alayam24.com", 443), ("www.alayam24.com", 443)),
    "an address": (named(b"127.0.0.1", 80), ("127.0.0.1", 80)),
    "IPv4": (b"\5\1\0\1\x7f\0\0\1\0\x50", ("127.0.0.1", 80)),
    "IPv6": (b"\5\1\0\4" + bytes(15) + b"\1\x01\xbb", ("::1", 443)),
    "IPv6 as a name": (named(b"[::1]", 443), ("::1", 443)),
}


@pytest.mark.parametrize(("asked", "target"), TARGETS.values(), ids=TARGETS.keys())
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_proxy_takes_host_and_port(asked: bytes, target: tuple[str, int], size: int) -> None:
    confinement = Nobody()
    protocol, transport = connection(confinement)
    sent = GREETING + asked
    for at in range(0, len(sent), size):
        protocol.dataReceived(sent[at : at + size])
    assert confinement.asked == [target]
    assert transport.value() == GREETED + FORBIDDEN
    assert not transport.connected


@pytest.mark.parametrize(
    "wrong",
    [
        b"\5\2\0\1\x7f\0\0\1\0\x50",
        b"\5\3\0\1\x7f\0\0\1\0\x50",
        b"\4\1\0\1\x7f\0\0\1\0\x50",
        b"\5\1\0\2xx\0\x50xxx",
    ],
    ids=["bind", "udp", "version", "kind"],
)
def test_the_proxy_does_nothing_else(wrong: bytes) -> None:
    confinement = Nobody()
    protocol, transport = connection(confinement)
    protocol.dataReceived(GREETING + wrong)
    assert confinement.asked == []
    assert transport.value() == GREETED + FORBIDDEN


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=700), max_size=4))
def test_any_bytes_get_an_answer_or_end_the_connection(pieces: list[bytes]) -> None:
    confinement = Nobody()
    protocol, transport = connection(confinement)
    for piece in pieces:
        if transport.connected:
            protocol.dataReceived(piece)
    assert transport.value() in (b"", GREETED, GREETED + FORBIDDEN)
    assert len(confinement.asked) <= 1
