"""Accounts for every address that a run takes: where it came from, and what became of it.

An account is opened when an address is to be downloaded. It is closed when its end is known: by the writer
after MongoDB's acknowledgement, by the spider after a failure, or at the end of the run. A walk waits for
the accounts of its page, whichever walk opened them, and continues when the last of them is answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from newscrawl.vocabulary import AddressOutcome, AddressSource

__all__ = ["Account", "Ledger"]

Waiter = TypeVar("Waiter")
"""The type of an object that waits for an address: a walk."""


@dataclass(slots=True)
class Account(Generic[Waiter]):
    """One address that is to be downloaded."""

    key: str
    url: str
    """The address to download."""
    due: bool = True
    """Must the next run download it if this one does not? Not for a repeated visit."""
    young: bool = False
    """May its page be less than a day old, judging by its list?"""
    waiters: list[Waiter] = field(default_factory=list)
    answered: bool = False
    """Has it been answered? Its article may still be on the way to MongoDB."""


class Ledger(Generic[Waiter]):
    """The accounts of one run, by key.

    ``released`` is called with each waiter whose last address has been answered.

    >>> ledger = Ledger[str]()
    >>> ledger.take("9f0c", "https://www.hespress.com/خبر-1.html", AddressSource.FEED)
    True
    >>> ledger.end("9f0c", AddressOutcome.STORED, "new")
    >>> ledger.taken, ledger.ended, ledger.open
    (Counter({'feed': 1}), Counter({('stored', 'new'): 1}), {})
    """

    def __init__(self, released: Callable[[Waiter], None] | None = None) -> None:
        self._released = released
        self.taken: Counter[AddressSource] = Counter()
        """Number of addresses by their source."""
        self.ended: Counter[tuple[AddressOutcome, str]] = Counter()
        """Number of closed addresses by outcome and reason."""
        self.open: dict[str, Account[Waiter]] = {}
        """Open accounts, by key."""
        self._ends: dict[str, tuple[AddressOutcome, str]] = {}
        self._waiting: Counter[int] = Counter()

    def take(
        self,
        key: str,
        url: str,
        source: AddressSource,
        waiter: Waiter | None = None,
        *,
        due: bool = True,
        young: bool = False,
    ) -> bool:
        """Open an account; False if this run has downloaded the address already, or is about to."""
        account = self.open.get(key)
        if account is None:
            end = self._ends.get(key)
            if end is not None and end[0] not in (AddressOutcome.UNWANTED, AddressOutcome.KNOWN):
                return False
            if end is None:
                self.taken[source] += 1
            else:  # another list requires its download after all
                self.ended[end] -= 1
            account = self.open[key] = Account(key, url, due, young)
            is_new = True
        else:
            is_new = False
        if waiter is not None and not account.answered:
            account.waiters.append(waiter)
            self._waiting[id(waiter)] += 1
        return is_new

    def meet(self, key: str, source: AddressSource, end: AddressOutcome, reason: str = "") -> None:
        """Count, at most once in a run, a listed address that needs no download, with its outcome."""
        if key not in self.open and key not in self._ends:
            self.taken[source] += 1
            self._close(key, end, reason)

    def skip(self, source: AddressSource, reasons: Counter[str]) -> None:
        """Count entries of a list whose addresses may not be downloaded, by reason."""
        for reason, count in reasons.items():
            self.taken[source] += count
            self.ended[AddressOutcome.REFUSED, reason] += count

    def waits(self, waiter: Waiter) -> bool:
        """Does this waiter wait for an unanswered address?"""
        return self._waiting[id(waiter)] > 0

    def answer(self, key: str) -> None:
        """Mark an address as answered, and release the waiters that wait for nothing else."""
        account = self.open.get(key)
        if account is None or account.answered:
            return
        account.answered = True
        waiters, account.waiters = account.waiters, []
        for waiter in waiters:
            self._waiting[id(waiter)] -= 1
            if not self._waiting[id(waiter)]:
                del self._waiting[id(waiter)]
                if self._released:
                    self._released(waiter)

    def end(self, key: str, end: AddressOutcome, reason: str = "") -> None:
        """Close an account; does nothing if it is not open."""
        account = self.open.get(key)
        if account is not None:
            self.answer(key)
            del self.open[key]
            self._close(key, end, reason)

    def _close(self, key: str, end: AddressOutcome, reason: str) -> None:
        self._ends[key] = end, reason
        self.ended[end, reason] += 1

    def unanswered(self) -> list[Account[Waiter]]:
        """Open accounts whose addresses have not been answered."""
        return [account for account in self.open.values() if not account.answered]

    def due(self) -> dict[str, str]:
        """Key → address of the open accounts that the next run must download."""
        return {account.key: account.url for account in self.open.values() if account.due}

    @property
    def balance(self) -> dict[str, dict[str, int]]:
        """Both sides and the reasons, for the record of the run; their sums are equal if nothing was lost."""
        ends: Counter[AddressOutcome] = Counter()
        reasons: dict[str, int] = {}
        for (end, reason), count in sorted(self.ended.items()):
            ends[end] += count
            if reason and count:
                reasons[f"{end}: {reason}"] = count
        taken = {str(source): count for source, count in self.taken.items()}
        ended = {str(end): count for end, count in ends.items() if count > 0}
        return {"taken": taken, "ended": ended, "reasons": reasons}

    @property
    def balances(self) -> bool:
        """Have as many addresses been closed as were taken?"""
        return self.taken.total() == self.ended.total()
