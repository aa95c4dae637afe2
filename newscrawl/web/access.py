"""Access to the site: its addresses and host names, its password, and the headers of each response.

Nothing here changes data. The danger is other people's pages in the operator's browser: they could call this
site by a host name of theirs (DNS rebinding), frame it, or load its responses as images.
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
"""Minimum characters of a password: nothing slows down an attacker who guesses it."""
METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """How the site may be reached. Raises ``ValueError`` with a sentence if that is not safe."""

    host: str = "127.0.0.1"
    """Address on which it listens."""
    port: int = 8765
    kept_port: int = 8766
    """Port of the kept pages, which gives them a separate web origin."""
    hosts: frozenset[str] = frozenset()
    """Further host names under which a browser may reach it, for example behind a proxy:
    ``news.example.org``."""
    kept_origin: str = ""
    """Origin under which a proxy serves the kept pages: ``https://kept.example.org``."""
    prefix: str = ""
    """Path under which a proxy serves it: ``/news``."""
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
                f"NEWSCRAWL_WEB_KEPT={self.kept_origin!r} should not be a name of the site itself; give the "
                "kept pages another host name"
            )

    @property
    def is_loopback(self) -> bool:
        """Can only this machine reach it?"""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def direct(self) -> frozenset[str]:
        """The host names, with the port, under which a browser may reach it without a proxy."""
        address = self.host.strip("[]")
        return frozenset(
            ("localhost", f"[{address}]", "[::1]") if ":" in address else ("localhost", address, "127.0.0.1")
        )

    def origin_of_kept(self, host: str) -> str | None:
        """The origin of the kept pages for a browser that reached the site as ``host``, if there is any."""
        name, _, port = host.rpartition(":")
        if port == str(self.port) and name in self.direct:
            # Content-Security-Policy does not accept IPv6 addresses.
            name = "localhost" if name == "[::1]" else name
            return None if "[" in name else f"http://{name}:{self.kept_port}"
        return self.kept_origin or None

    @property
    def framers(self) -> str:
        """The origins that may frame a kept page, as Content-Security-Policy writes them."""
        return " ".join(
            (*(f"{name}:{self.port}" for name in sorted(self.direct) if "[" not in name), *sorted(self.hosts))
        )


def _is_origin(given: str) -> bool:
    parts = urlsplit(given)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.path or parts.query)


def refusal(
    access: AccessSettings, method: str, headers: Mapping[str, str], *, kept: bool
) -> tuple[int, str] | None:
    """The status and reason with which a request is refused; None if it is allowed.

    The names in ``headers`` are in lower case; ``kept`` is true for requests to the origin of kept pages.
    """
    if method not in METHODS:
        return 405, "only GET and HEAD are answered"
    if not _is_host(access, headers.get("host", ""), kept=kept):
        return 421, "unknown host name; if it is right, add it to NEWSCRAWL_WEB_HOSTS and restart scrapy web"
    if kept:
        return None  # the seal in the address is enough
    if not _is_own(headers):
        return 403, "refused, because a page of another site sent this request; open the address directly"
    if access.password and not _knows(access, headers.get("authorization", "")):
        return 401, "user name and password needed; see NEWSCRAWL_WEB_USER and NEWSCRAWL_WEB_PASSWORD"
    return None


def _is_host(access: AccessSettings, host: str, *, kept: bool) -> bool:
    """Does the request name one of the site's own hosts? Otherwise somebody else's host name leads here."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or port.endswith("]"):
        name, port = host.lower(), ""
    if name in access.direct and port == str(access.kept_port if kept else access.port):
        return True
    if kept:
        return bool(access.kept_origin) and host.lower() == urlsplit(access.kept_origin).netloc.lower()
    return name in access.hosts or host.lower() in access.hosts


def _is_own(headers: Mapping[str, str]) -> bool:
    """Did a person or a page of this site make the request? Links from elsewhere are allowed."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return False
    site = headers.get("sec-fetch-site", "none")
    is_visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return site in ("same-origin", "none") or is_visit


def _knows(access: AccessSettings, given: str) -> bool:
    """Does the request hold the right password? Takes equally long for any password."""
    scheme, _, coded = given.partition(" ")
    try:
        password = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        password = b""
    wanted = f"{access.user}:{access.password}".encode()
    return hmac.compare_digest(password, wanted) and scheme.lower() == "basic"


def headers_of_site(kept_origin: str | None) -> dict[str, str]:
    """The headers of each response of the site."""
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
    """The headers of a kept page: it can run nothing, send nothing and load nothing."""
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
