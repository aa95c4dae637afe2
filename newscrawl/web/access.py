"""Who may ask the site for what: addresses, names, a password, and the headers of each answer.

Nothing here changes data, so what has to be kept out is other people's pages: one in the operator's browser
that calls this site by a name of its own (DNS rebinding), frames it, or loads its answers as pictures.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LEAST_PASSWORD = 12
"""Characters of a password, at least: nothing slows down who guesses it."""
METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Access:
    """How the site may be reached. Raises ``ValueError`` with a sentence for what is not safe."""

    host: str = "127.0.0.1"
    """Address on which it listens."""
    port: int = 8765
    kept_port: int = 8766
    """Where kept pages are handed out, from an origin of their own."""
    hosts: frozenset[str] = frozenset()
    """Further names by which a browser may call it, as behind a proxy: ``news.example.org``."""
    kept_origin: str = ""
    """By what address a proxy hands out the kept pages: ``https://kept.example.org``."""
    prefix: str = ""
    """Path below which a proxy shows it: ``/news``."""
    user: str = "newscrawl"
    password: str = ""

    def __post_init__(self) -> None:
        if not self.is_loopback and not self.password:
            raise ValueError(
                f"--host {self.host} can be reached from other machines: set a password in "
                "NEWSCRAWL_WEB_PASSWORD, or leave --host out and put a proxy in front"
            )
        if self.password and len(self.password) < LEAST_PASSWORD:
            raise ValueError(f"NEWSCRAWL_WEB_PASSWORD should have {LEAST_PASSWORD} characters or more")
        if self.prefix and (
            not self.prefix.startswith("/") or self.prefix.endswith("/") or "//" in self.prefix
        ):
            raise ValueError(f"--prefix {self.prefix!r} should begin with / and not end with it: /news")
        if self.port == self.kept_port or not all(0 < port < 65536 for port in (self.port, self.kept_port)):
            raise ValueError(
                f"--port {self.port} and --kept-port {self.kept_port} should be two ports, 1 to 65535"
            )
        if self.kept_origin and not _is_origin(self.kept_origin):
            raise ValueError(
                f"NEWSCRAWL_WEB_KEPT={self.kept_origin!r} should be like https://kept.example.org"
            )
        if urlsplit(self.kept_origin).netloc in self.hosts:
            raise ValueError(
                f"NEWSCRAWL_WEB_KEPT={self.kept_origin!r} should not be a name of the site itself"
            )

    @property
    def is_loopback(self) -> bool:
        """Is it for this machine alone?"""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def direct(self) -> frozenset[str]:
        """The names by which a browser may call it without a proxy, in each case with the port."""
        address = self.host.strip("[]")
        return frozenset(
            ("localhost", f"[{address}]", "[::1]") if ":" in address else ("localhost", address, "127.0.0.1")
        )

    def origin_of_kept(self, host: str) -> str | None:
        """The origin of the kept pages for who called the site by ``host``; None when there is none."""
        name, _, port = host.rpartition(":")
        if port == str(self.port) and name in self.direct:
            # Content-Security-Policy knows no IPv6 addresses.
            name = "localhost" if name == "[::1]" else name
            return None if "[" in name else f"http://{name}:{self.kept_port}"
        return self.kept_origin or None

    @property
    def framers(self) -> str:
        """Who may frame a kept page, as Content-Security-Policy names them."""
        return " ".join(
            (*(f"{name}:{self.port}" for name in sorted(self.direct) if "[" not in name), *sorted(self.hosts))
        )


def _is_origin(given: str) -> bool:
    parts = urlsplit(given)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.path or parts.query)


def refusal(access: Access, method: str, headers: Mapping[str, str], *, kept: bool) -> tuple[int, str] | None:
    """Status and reason for a request that gets no answer; None for one that does.

    ``headers`` have small letters; ``kept`` says that it came to the origin of the kept pages.
    """
    if method not in METHODS:
        return 405, "only GET and HEAD are answered"
    if not _is_host(access, headers.get("host", ""), kept=kept):
        return 421, "this site is not called by that name; NEWSCRAWL_WEB_HOSTS lists further names"
    if kept:
        return None  # its addresses are sealed
    if not _is_own(headers):
        return 403, "another site's page asked for this"
    if access.password and not _knows(access, headers.get("authorization", "")):
        return 401, "user name and password, please"
    return None


def _is_host(access: Access, host: str, *, kept: bool) -> bool:
    """Is it called by a name of its own? Else a stranger's name leads here."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or port.endswith("]"):
        name, port = host.lower(), ""
    if name in access.direct and port == str(access.kept_port if kept else access.port):
        return True
    if kept:
        return bool(access.kept_origin) and host.lower() == urlsplit(access.kept_origin).netloc.lower()
    return name in access.hosts or host.lower() in access.hosts


def _is_own(headers: Mapping[str, str]) -> bool:
    """Was it asked for by a person or by a page of this site? Links from elsewhere may lead here."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return False
    site = headers.get("sec-fetch-site", "none")
    is_visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return site in ("same-origin", "none") or is_visit


def _knows(access: Access, given: str) -> bool:
    """Is it the user with the password? Takes equally long whatever is given."""
    scheme, _, coded = given.partition(" ")
    try:
        told = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        told = b""
    wanted = f"{access.user}:{access.password}".encode()
    return hmac.compare_digest(told, wanted) and scheme.lower() == "basic"


def headers_of_site(kept_origin: str | None) -> dict[str, str]:
    """The headers of each answer of the site."""
    framed = kept_origin or "'none'"
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; frame-src {framed}"
    )
    return _COMMON | {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def headers_of_kept(framers: str) -> dict[str, str]:
    """The headers of a kept page: it runs nothing, sends nothing and asks for nothing."""
    policy = (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; "
        f"base-uri 'none'; frame-ancestors {framers}"
    )
    return _COMMON | {"Content-Security-Policy": policy, "X-DNS-Prefetch-Control": "off"}


_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
