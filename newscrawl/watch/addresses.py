"""Addresses that settings name for alarms."""

from __future__ import annotations

from urllib.parse import urlsplit


def web_address(given: str) -> str:
    """An http address. Raises ``ValueError`` for another one."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address that begins with https:// or http://")
    return given


def mail_server(given: str) -> str:
    """The address of a mail server. Raises ``ValueError`` for another one."""
    parts = urlsplit(given)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError("a mail server such as smtps://user:password@mail.example.org")
    return given
