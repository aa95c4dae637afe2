"""Checks the addresses in the settings for alarms."""

from __future__ import annotations

from urllib.parse import urlsplit


def web_address(given: str) -> str:
    """An http or https address, unchanged. Raises ``ValueError`` for anything else."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address that begins with https:// or http://")
    return given


def mail_server(given: str) -> str:
    """The address of a mail server, unchanged. Raises ``ValueError`` for anything else."""
    parts = urlsplit(given)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError("a mail server such as smtps://user:password@mail.example.org")
    return given
