"""Counts the writes that MongoDB has acknowledged; only those are known to be stored."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from newscrawl.ledger import Ledger
from newscrawl.vocabulary import AddressOutcome, RejectionReason


class AcknowledgedWrites:
    """Counts the acknowledged writes of a crawl, and keeps the work that follows from them.

    ``counts`` counts only acknowledged items: ``new``, ``seen``, ``revised``, ``rejected``.
    """

    def __init__(self, limit: int | None, ledger: Ledger[Any] | None) -> None:
        self._limit = limit
        self._ledger: Ledger[Any] = ledger or Ledger()
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.unlinked: dict[str, bool] = {}
        """The ``_id`` of each article whose links are not decided yet, and whether the article is new."""
        self.settled: set[str] = set()
        """Keys to remove from the pending list."""
        self.full = False
        """Have ``limit`` new articles been stored?"""
        self.over = asyncio.Event()
        """Set when the crawl should end: the limit is reached, or MongoDB stays unavailable."""

    @property
    def room(self) -> int | None:
        """How many new articles may still be stored; None without a limit."""
        return self._limit - self.counts["new"] if self._limit else None

    def article(self, id_: str, keys: Iterable[str], outcome: str, *, relink: bool) -> None:
        """Count a stored article: ``new``, ``seen`` or ``revised``."""
        end = AddressOutcome.SEEN if outcome == "seen" else AddressOutcome.STORED
        self.settle(keys, end, outcome)
        self.counts[outcome] += 1
        if relink:
            self.unlinked[id_] = outcome == "new"
        if self.room is not None and self.room <= 0:
            self.fill()

    def rejection(self, keys: Iterable[str], reason: RejectionReason) -> None:
        """Count a rejected page."""
        self.settle(keys, AddressOutcome.REJECTED, reason)
        self.counts["rejected"] += 1
        self.reasons[reason] += 1

    def settle(self, keys: Iterable[str], end: AddressOutcome, reason: str) -> None:
        """Record how addresses ended; they are no longer pending."""
        for key in keys:
            self.settled.add(key)
            self._ledger.end(key, end, reason)

    def fill(self) -> None:
        """Note that the limit is reached."""
        self.full = True
        self.over.set()
