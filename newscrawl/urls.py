"""Addresses: one key for every spelling of one article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRules:
    """What counts as one address on a site."""
