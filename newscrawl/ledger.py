"""Every address ends somewhere: what a run took from lists or asked for, and what became of it.

An account is opened when an address is to be asked for, and closed by whoever learns what became of
it: the writer by MongoDB's acknowledgement, the spider by a failure, the end of the run. A walk waits for
the accounts of its page, whoever asked for them, and goes on when the last of them is answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from newscrawl.vocabulary import AddressOutcome, AddressSource

__all__ = ["Account", "Ledger"]

Waiter = TypeVar("Waiter")
"""What waits for an address: a walk."""


@dataclass(slots=True)
class Account(Generic[Waiter]):
    """One address that was asked for."""

    key: str
    url: str
    """The address, as it is asked for."""
    due: bool = True
    """Must it be asked for again when this run does not learn what became of it? A visit again need not."""
    young: bool = False
    """Can it have been published within the last day, for all that its list says?"""
    waiters: list[Waiter] = field(default_factory=list)
    answered: bool = False
    """Has it been answered? What the answer comes to may still be under way to MongoDB."""


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
        """Addresses by where they came from."""
        self.ended: Counter[tuple[AddressOutcome, str]] = Counter()
        """Addresses by what became of them, with the reason."""
        self.open: dict[str, Account[Waiter]] = {}
        """Accounts that are not closed."""
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
        """Open an account; False when the address need not be asked for: it is, or was, in this run."""
        account = self.open.get(key)
        if account is None:
            end = self._ends.get(key)
            if end is not None and end[0] not in (AddressOutcome.UNWANTED, AddressOutcome.KNOWN):
                return False
            if end is None:
                self.taken[source] += 1
            else:  # another list says more of it
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
        """An address of a list that is not asked for, and why; not more than once a run."""
        if key not in self.open and key not in self._ends:
            self.taken[source] += 1
            self._close(key, end, reason)

    def skip(self, source: AddressSource, reasons: Counter[str]) -> None:
        """Entries of a list that name no address to ask for, by reason."""
        for reason, count in reasons.items():
            self.taken[source] += count
            self.ended[AddressOutcome.REFUSED, reason] += count

    def waits(self, waiter: Waiter) -> bool:
        """Is an address of this waiter not answered?"""
        return self._waiting[id(waiter)] > 0

    def answer(self, key: str) -> None:
        """An address has been answered, and nobody waits for it any longer."""
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
        """Close an account; what is not open stays as it is."""
        account = self.open.get(key)
        if account is not None:
            self.answer(key)
            del self.open[key]
            self._close(key, end, reason)

    def _close(self, key: str, end: AddressOutcome, reason: str) -> None:
        self._ends[key] = end, reason
        self.ended[end, reason] += 1

    def unanswered(self) -> list[Account[Waiter]]:
        """Accounts of addresses that nobody has answered."""
        return [account for account in self.open.values() if not account.answered]

    def due(self) -> dict[str, str]:
        """Key → address of what is open and must be asked for again."""
        return {account.key: account.url for account in self.open.values() if account.due}

    @property
    def balance(self) -> dict[str, dict[str, int]]:
        """Both sides for the record of the run, and the reasons: equal sums when nothing was lost."""
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
        """Is every address that was taken closed?"""
        return self.taken.total() == self.ended.total()
