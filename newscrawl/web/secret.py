"""Masks passwords, tokens and other secrets in texts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from newscrawl.mongod.uri import MASK, redact
from newscrawl.shown import visible

if TYPE_CHECKING:
    from newscrawl.mongod.opening import Settings

_NAMED = re.compile(
    r"(?i)((?:(?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|credential|signature|cookie)[\w-]{0,40}|"
    r"\bsig|\bauth|\bkey)[\"']?\s{0,9}[=:]\s{0,9}[\"']?)[^\s\"'&,;<>]+"
)
"""``password=…``, ``X-Amz-Signature: …``"""
_HEADER = re.compile(
    r"(?i)\b((?:proxy-)?authorization[\"']?\s{0,9}[:=]\s{0,9}[\"']?(?:\w{1,20}\s{1,9})?|(?:basic|bearer)\s{1,9})"
    r"[^\s\"',;<>]+"
)
_IN_ADDRESS = re.compile(r"\b([A-Za-z][\w+.-]{0,20}://)[^\s\"'<>/?#]+@")
_NAMES = re.compile(r"(?i)passw|secret|token|key|credential|webhook|smtp|_ping$|mongodb_uri")
_SHORTEST = 6
"""A shorter secret could be part of ordinary words."""

_known: set[str] = set()


def keep(settings: Settings) -> None:
    """Have :func:`hidden` mask the secrets of the settings and of the environment from now on."""
    given = [
        str(settings.get(name) or "") for name in ("ALARM_WEBHOOK", "ALARM_SMTP", "ALARM_PING", "MONGODB_URI")
    ]
    given += [value for name, value in os.environ.items() if _NAMES.search(name)]
    _known.update(_parts(given))


def _parts(given: Iterable[str]) -> Iterable[str]:
    for value in given:
        if len(value) >= _SHORTEST and not value.isdigit():
            yield value
        password = value.partition("://")[2].rpartition("@")[0].partition(":")[2]
        if len(password) >= _SHORTEST:
            yield password


def hidden(text: str) -> str:
    """A text without secrets: passwords in addresses and lines, tokens, secrets of the settings.

    >>> hidden("smtps://crawl:geheim@mail.example: token=abc123, Authorization: Basic bmV3cw==")
    'smtps://***@mail.example: token=***, Authorization: Basic ***'
    """
    text = redact(text)
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _IN_ADDRESS.sub(rf"\1{MASK}@", text)
    text = _HEADER.sub(rf"\1{MASK}", text)
    return _NAMED.sub(rf"\1{MASK}", text)


def machine(text: object) -> str:
    """A text that a program wrote, without secrets, and with invisible characters made visible."""
    return visible(hidden(str(text)))
