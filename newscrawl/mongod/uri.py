"""Removes credentials from MongoDB addresses before they are logged or shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "***"

# Greedy up to the last "@": a password may hold one that should have been escaped.
_CREDENTIALS = (
    re.compile(r"(mongodb(?:\+srv)?://)[^\s\"'<>]*@", re.IGNORECASE),
    re.compile(r"(mongodb(?:\+|%2B)?(?:srv)?%3A%2F%2F)[^\s\"'<>]*(?:@|%40)", re.IGNORECASE),
)
# The options that carry secrets:
# https://www.mongodb.com/docs/manual/reference/connection-string-options/
_OPTION = re.compile(
    r"((?:authMechanismProperties|tlsCertificateKeyFilePassword|proxyUsername|proxyPassword)(?:=|%3D))"
    r"[^\s&\"'<>]+",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(AWS_SESSION_TOKEN[\"']?\s*(?:[:=]|%3A)\s*[\"']?)[^\s,&\"'<>]+", re.IGNORECASE)
_SHORTEST = 4
"""A shorter secret is masked only inside addresses, as elsewhere it could be part of ordinary words."""


_kept: set[str] = set()


def keep_secret(uri: str) -> None:
    """Have :func:`redact` mask the password and tokens of this address in all texts from now on."""
    _kept.update(_secrets(uri))


def redact(text: str, uri: str | None = None) -> str:
    """The text without the credentials of any MongoDB address in it.

    User and password are masked (even if they hold an unescaped ``@`` or ``/``, the usual mistake), as are
    the options that carry secrets. With `uri`, its password and tokens are masked wherever the text repeats
    them, percent-encoded or not. Host, port and database stay.

    >>> redact("تعذّر الاتصال: mongodb://editor:s3cret@db.example:27017/news")
    'تعذّر الاتصال: mongodb://***@db.example:27017/news'
    >>> redact("bad password p@ss", "mongodb://editor:p%40ss@db.example")
    'bad password ***'
    """
    for secret in sorted(_kept | _secrets(uri) if uri else _kept, key=len, reverse=True):
        text = text.replace(secret, MASK)
    for credentials in _CREDENTIALS:
        text = credentials.sub(rf"\1{MASK}@", text)
    return _TOKEN.sub(rf"\1{MASK}", _OPTION.sub(rf"\1{MASK}", text))


def _secrets(uri: str) -> set[str]:
    """The secret parts of an address, in every spelling that an error message may use."""

    def parts() -> Iterator[str]:
        rest = uri.partition("://")[2]
        for userinfo, at, _ in (rest.partition("@"), rest.rpartition("@")):
            if at:
                yield userinfo
                yield userinfo.partition(":")[2]
        for option in filter(_OPTION.match, rest.partition("?")[2].split("&")):
            name, _, value = option.partition("=")
            yield value
            if name.lower() == "authmechanismproperties":
                yield from (token[1] for token in re.findall(r"(TOKEN):([^,]+)", unquote(value)))

    return {
        spelling
        for part in parts()
        for plain in (part, unquote(part), unquote_plus(part))
        for spelling in (plain, quote(plain, safe=""), quote_plus(plain), repr(plain)[1:-1])
        if len(spelling) >= _SHORTEST
    }
