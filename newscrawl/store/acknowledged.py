"""What MongoDB has acknowledged: only that is counted, and known."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from newscrawl.ledger import Ledger
from newscrawl.vocabulary import AddressOutcome, RejectionReason


class Acknowledged:
    """What became of what a crawl wrote, and what is still to be done about it.

    ``counts`` grows with acknowledgements only: ``new``, ``seen``, ``revised``, ``rejected``.
    """

    def __init__(self, limit: int | None, ledger: Ledger[Any] | None) -> None:
        self._limit = limit
        self._ledger: Ledger[Any] = ledger or Ledger()
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.unlinked: set[str] = set()
        """Articles whose links are to be decided."""
        self.settled: set[str] = set()
        """Keys to be taken from the pending list."""
        self.full = False
        """Are ``limit`` new articles stored?"""
        self.over = asyncio.Event()
        """Set when the crawl has no reason to go on: full, or MongoDB given up."""

    @property
    def room(self) -> int | None:
        """How many new articles may still be stored; None without a limit."""
        return self._limit - self.counts["new"] if self._limit else None

    def article(self, id_: str, keys: Iterable[str], outcome: str, *, relink: bool) -> None:
        """An article is stored: ``new``, ``seen`` or ``revised``."""
        end = AddressOutcome.SEEN if outcome == "seen" else AddressOutcome.STORED
        self.settle(keys, end, outcome)
        self.counts[outcome] += 1
        if relink:
            self.unlinked.add(id_)
        if self.room is not None and self.room <= 0:
            self.fill()

    def rejection(self, keys: Iterable[str], reason: RejectionReason) -> None:
        """A page is kept aside."""
        self.settle(keys, AddressOutcome.REJECTED, reason)
        self.counts["rejected"] += 1
        self.reasons[reason] += 1

    def settle(self, keys: Iterable[str], end: AddressOutcome, reason: str) -> None:
        """Addresses came to an end: they are pending no longer."""
        for key in keys:
            self.settled.add(key)
            self._ledger.end(key, end, reason)

    def fill(self) -> None:
        """The limit is reached."""
        self.full = True
        self.over.set()
