"""The gate: every address from a site is normalised once, or refused with a reason.

Two parsers may read one address differently; a check with one parser then says nothing about the request that
the other makes. So only addresses that :func:`admit` returned are requested, compared or stored: no other
module parses an address from a page, a feed, a sitemap, an API, a header or ``robots.txt``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import idna
from w3lib.url import safe_url_string

from newscrawl.urls import ascii_host, is_hash_route
from newscrawl.vocabulary import AddressRefusal

__all__ = ["LONGEST", "PORTS", "RefusedAddressError", "admit", "is_address"]

LONGEST = 8192
"""Maximum characters of an address. An escaped Arabic letter takes six, and servers commonly accept 8,192
bytes for a whole request line."""
PORTS = frozenset({80, 443})
"""The ports that are allowed for every site."""

_DEFAULT_PORT = {"http": 80, "https": 443}
_ENDS = "".join(map(chr, range(0x21))) + "\x7f\xad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Characters that may surround an address in markup: spaces, controls, and marks left by copying."""
_IGNORED = re.compile(r"[\t\n\r]+")
"""Characters that a browser drops inside an address
(https://url.spec.whatwg.org/#concept-basic-url-parser)."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(
    r"https?://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>[1-9]\d{0,4}))?/"
    r"(?!\.|%2[eE])(?:[\w~!$&()*+,=:@-]|%[\da-fA-F]{2}|\.|/(?!\.|%2[eE]))*(?:\?(?:[\w.~!$&()*+,=:@/-]|%[\da-fA-F]{2})+)?",
    re.ASCII,
)
"""Matches an address that needs no change apart from its host, like nearly all addresses in lists."""
_NOT_ASCII = re.compile("[^\0-\x7f]+")
_EXTRA_SLASHES = re.compile(r"^(?P<scheme>(?:https?:)?)/{3,}", re.IGNORECASE)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_BRACKETS = re.compile(r"\[[^\[\]]*\](?::\d*)?|[^\[\]]*")
"""Brackets enclose an IPv6 address; only a port may follow them."""
_DOTS = re.compile(r"/(?:\.|%2e)", re.IGNORECASE)


class RefusedAddressError(ValueError):
    """An address is refused; ``reason`` says why, the message names the address."""

    def __init__(self, url: str, reason: AddressRefusal, detail: str) -> None:
        shown = ascii(url[:200])
        super().__init__(f"{shown if len(shown) <= 240 else shown[:240] + '...'}: {detail}")
        self.reason = reason


def admit(
    url: str, base: str | None = None, ports: frozenset[int] = frozenset(), charset: str = "utf-8"
) -> str:
    r"""An address in the form of a request: absolute, ASCII, in a spelling on which all parsers agree.

    ``base`` is the admitted address of the page that contains it. ``ports`` are allowed in addition to 80 and
    443. ``charset`` is the encoding of that page: as in a browser, the query is sent in that encoding, and
    the path in UTF-8. Backslashes, surrounding spaces, tabs and line breaks, dot segments and the host are
    read as browsers read them. Path and query keep their spelling, with ``%XX`` for characters that are not
    allowed there. A fragment is dropped, unless it is a hash route. An admitted address is admitted again
    unchanged, and its key (``newscrawl.urls.key``) is that of the given address, unless its query is sent in
    another encoding.

    >>> admit("  HTTPS://WWW.Hespress.com:443/خبر-1.html#comments")
    'https://www.hespress.com/%D8%AE%D8%A8%D8%B1-1.html'
    >>> admit(r"\\hespress.com\سياسة", "https://www.alayam24.com/")
    'https://hespress.com/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9'

    >>> admit("/خبر?اسم=7", "https://www.alayam24.com/", charset="windows-1256")
    'https://www.alayam24.com/%D8%AE%D8%A8%D8%B1?%C7%D3%E3=7'

    Raises :class:`RefusedAddressError` for any other ``str``.

    >>> admit("file://www.hespress.com/etc/passwd")
    Traceback (most recent call last):
    newscrawl.gate.RefusedAddressError: 'file://www.hespress.com/etc/passwd': it is neither http nor https
    """
    if (plain := _PLAIN.fullmatch(url)) and len(url) <= LONGEST and _is_sound(plain["host"]):
        port = int(plain["port"] or 0)
        if not port or (port in ports and port not in PORTS):
            return url
    return _admit(url, base, ports, charset)


@lru_cache(maxsize=1024)
def is_address(given: str) -> bool:
    """Is the text a web address with a host that can exist?

    >>> is_address("https://www.hespress.com/أخبار"), is_address("https://"), is_address("https://a..ma/")
    (True, False, False)
    """
    try:
        port = urlsplit(given).port
        admit(given, None, frozenset([port] if port else []))
    except ValueError:  # RefusedAddressError is a ValueError
        return False
    return True


def _is_sound(host: str) -> bool:
    """Is the host in its requested spelling already?"""
    return _host(host) == host


@lru_cache(maxsize=8192)
def _admit(url: str, base: str | None, ports: frozenset[int], charset: str) -> str:
    if len(url) > LONGEST:
        raise RefusedAddressError(
            url, AddressRefusal.TOO_LONG, f"it has {len(url)} characters, more than {LONGEST}"
        )
    try:
        text = _slashes(_SURROGATE.sub("\ufffd", _IGNORED.sub("", url.strip(_ENDS))))
        text = _EXTRA_SLASHES.sub(r"\g<scheme>//", text, count=1)
        text = _in_charset(text, charset)
        parts = urlsplit(urljoin(base, text) if base else text)
    except ValueError as error:
        raise RefusedAddressError(url, AddressRefusal.MALFORMED, f"{error}") from None
    if parts.scheme not in _DEFAULT_PORT:
        raise RefusedAddressError(url, AddressRefusal.SCHEME, "it is neither http nor https")
    if "@" in parts.netloc:
        raise RefusedAddressError(url, AddressRefusal.CREDENTIALS, "it contains a user name or a password")
    host = _host(parts.hostname or "") if _BRACKETS.fullmatch(parts.netloc) else ""
    if not host:
        raise RefusedAddressError(url, AddressRefusal.HOST, "it has no host, or an invalid one")
    try:
        port = _DEFAULT_PORT[parts.scheme] if parts.port is None else parts.port
    except ValueError as error:
        raise RefusedAddressError(url, AddressRefusal.PORT, f"{error}") from None
    if port not in ports and port not in PORTS:
        raise RefusedAddressError(url, AddressRefusal.PORT, f"port {port} is not a port of the site")
    return _spelled(url, parts, host, port)


def _spelled(url: str, parts: SplitResult, host: str, port: int) -> str:
    shown = "" if port == _DEFAULT_PORT[parts.scheme] else f":{port}"
    path = _without_dots(parts.path) if _DOTS.search(parts.path) else parts.path
    plain = SplitResult(
        parts.scheme,
        host + shown,
        path or "/",
        parts.query,
        parts.fragment if is_hash_route(parts.fragment) else "",
    )
    try:
        admitted = safe_url_string(plain.geturl())
    except ValueError as error:
        raise RefusedAddressError(url, AddressRefusal.MALFORMED, f"{error}") from None
    if len(admitted) > LONGEST:
        raise RefusedAddressError(
            url, AddressRefusal.TOO_LONG, f"it has {len(admitted)} characters, more than {LONGEST}"
        )
    return admitted


def _in_charset(text: str, charset: str) -> str:
    """An address with its query escaped as a page in this encoding would send it.

    Characters that the encoding lacks are sent as numeric references
    (https://url.spec.whatwg.org/#string-percent-encode-after-encoding).
    """
    before, mark, query = text.partition("?")
    if not mark or "#" in before or query.isascii() or charset.startswith("utf"):
        return text
    query, mark, fragment = query.partition("#")
    try:
        sent = _NOT_ASCII.sub(lambda match: quote(match[0].encode(charset, "xmlcharrefreplace")), query)
    except LookupError:
        return text
    return f"{before}?{sent}{mark}{fragment}"


def _slashes(text: str) -> str:
    """An address with the backslashes before its query as slashes, as browsers read them."""
    if "\\" not in text:
        return text
    end = min(at if (at := text.find(mark)) >= 0 else len(text) for mark in "?#")
    return text[:end].replace("\\", "/") + text[end:]


@lru_cache(maxsize=1024)
def _host(name: str) -> str:
    """The host in ASCII; empty if it is missing, or if resolvers read it in different ways."""
    name = f"[{name}]" if ":" in name else unquote(name)
    if not name.isascii():
        try:
            idna.encode(name, uts46=True)
        except UnicodeError:  # browsers do not accept names that only IDNA 2003 allows
            return ""
    host = ascii_host(name)
    labels = host.split(".")
    if len(host) > 253 or max(map(len, labels)) > 63 or "" in name.removesuffix(".").split("."):
        return ""
    if _NUMBER.fullmatch(labels[-1]):  # 127.1 and 0x7f000001 are addresses to some resolvers
        try:
            IPv4Address(host)
        except AddressValueError:
            return ""
    return host


def _without_dots(path: str) -> str:
    """A path with its dot segments resolved (RFC 3986 section 5.2.4), escaped dots included."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            del kept[max(1, len(kept) - 1) :]  # keep the part before the first slash
        elif plain != ".":
            kept.append(segment)
    if segments[-1].lower().replace("%2e", ".") in (".", ".."):
        kept.append("")
    return "/".join(kept)
