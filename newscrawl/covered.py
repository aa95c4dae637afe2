"""Judges whether crawls saw a newspaper's day whole, from what each walk saw, without a database.

A completed walk has seen everything that was added to its list between two moments: from the beginning of the
previous walk, or from the day back to which it looked, until its own beginning. A day was seen whole if such
walks cover all of it. Neither the outcome of a run nor the number of articles proves that.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from zoneinfo import ZoneInfo

from newscrawl.vocabulary import CoverageReason, RunOutcome

Judgement = tuple[bool | None, CoverageReason]
"""Whether the day was seen whole (None if unknown), and the reason."""

LOST = 0.1
"""Maximum share of a day's articles that may be missing: some links are dead from the start."""

_DAY = dt.timedelta(days=1)
_EAST, _WEST = dt.timezone(dt.timedelta(hours=5)), dt.timezone(dt.timedelta(hours=-1))
"""The zones of Arabic newspapers are between these; a day in an unknown zone covers them all."""
_SILENT = frozenset({RunOutcome.UNREACHABLE, RunOutcome.REFUSED, RunOutcome.NO_LINKS})
"""Outcomes of runs that got nothing to read from the site."""


@dataclass(frozen=True, slots=True)
class SeenWalk:
    """What one walk of a list saw."""

    listing: str
    """The list's name: the address of its first page."""
    kind: str
    """``listing``, ``feed``, ``sitemap`` or ``api``: lists of different kinds show the same articles."""
    completed: bool
    """Did the walk reach its end without skipping a page?"""
    since: dt.datetime | None = None
    """The moment since when it saw everything that was added to the list; None if unknown."""
    until: dt.datetime | None = None
    """The moment until which it saw everything; None if ``since`` is None."""
    marked_at: dt.datetime | None = None
    """When it left its mark, the ``since`` of the next walk; later than its own beginning. None without a
    mark."""


@dataclass(frozen=True, slots=True)
class SeenRun:
    """What one run of a site saw."""

    began: dt.datetime
    """When it began, by its own clock; in a replay, by the recording's."""
    ended: dt.datetime
    """When it ended, by the same clock."""
    outcome: RunOutcome
    whole: bool
    """Did the run look for everything, rather than a section, a kind of list, or one page?"""
    walks: tuple[SeenWalk, ...] = ()
    pending_since: dt.datetime | None = None
    """When the oldest address that was still pending at its end was first found; None without one."""
    new: int = 0
    """Number of articles that it stored."""
    lost: int = 0
    """Number of addresses that it gave up, although they may be articles."""


def bounds(day: dt.date, timezone: str | None) -> tuple[dt.datetime, dt.datetime]:
    """When a day begins and ends on a publisher's clock; for None, on the clock of any Arabic newspaper.

    >>> bounds(dt.date(2024, 3, 27), "Asia/Riyadh")[0].isoformat()
    '2024-03-27T00:00:00+03:00'
    """
    first, last = (ZoneInfo(timezone),) * 2 if timezone else (_EAST, _WEST)
    return (
        dt.datetime.combine(day, dt.time(), first),
        dt.datetime.combine(day + _DAY, dt.time(), last),
    )


@dataclass(slots=True)
class _Span:
    """A period in which consecutive walks saw everything that was added to a list."""

    since: dt.datetime
    until: dt.datetime
    marked_at: dt.datetime


class History:
    """All known runs of a site, and what they saw."""

    def __init__(self, ran: Iterable[SeenRun], timezone: str | None) -> None:
        self._timezone = timezone
        self._ran = ran = sorted(ran, key=attrgetter("began"))
        self._began = [run.began for run in ran]
        self._whole = [run for run in ran if run.whole]
        self._starts = [run.began for run in self._whole]
        self._walks = [walk for run in ran for walk in run.walks]
        self._kinds = {walk.listing: walk.kind for walk in self._walks}
        self._spans = {
            listing: _merged([walk for walk in self._walks if walk.listing == listing])
            for listing in self._kinds
        }
        self._looked: dict[str, list[dt.datetime]] = defaultdict(list)
        for run in ran:
            for walk in run.walks:
                if walk.completed:
                    self._looked[walk.listing].append(run.began)

    def runs(self, day: dt.date) -> int:
        """The number of runs that began on a day and looked for everything."""
        start, end = bounds(day, self._timezone)
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)

    def judge(self, day: dt.date) -> Judgement:
        """Was the day seen whole?"""
        start, end = bounds(day, self._timezone)
        later = self._whole[bisect_left(self._starts, end) :]
        if not later:
            return self._by_others(start, end) or (None, CoverageReason.NOT_OVER)
        earlier = self._whole[: bisect_left(self._starts, end)]
        required = _required(earlier, later)
        seen = {listing for listing in required if self._saw(listing, start, end)}
        unseen = [listing for listing in required - seen if not self._looked_since(listing, end)]
        if required and not unseen and self._has_whole_kind(required, seen):
            return self._downloaded(start, end)
        if not earlier:
            return None, CoverageReason.BEFORE
        if unseen or not required:
            silent = later[0].outcome in _SILENT
            return False, CoverageReason.SITE_SILENT if silent else CoverageReason.CUT_SHORT
        return False, CoverageReason.GAP if self.runs(day) else CoverageReason.NOT_RUN

    def _by_others(self, start: dt.datetime, end: dt.datetime) -> Judgement | None:
        """The judgement by runs for some days or sections; None if a run has looked for everything."""
        if self._whole or not self._kinds:
            return None
        seen = {listing for listing in self._kinds if self._saw(listing, start, end)}
        if self._has_whole_kind(set(self._kinds), seen):
            return self._downloaded(start, end)
        return None, CoverageReason.BEFORE

    def _downloaded(self, start: dt.datetime, end: dt.datetime) -> Judgement:
        """The judgement on a day that the lists showed whole: were its articles downloaded, too?"""
        shown = next((n for n, run in enumerate(self._ran) if _shows(run, start, end)), None)
        if shown is None:
            last = bisect_left(self._began, end)
            shown = next((n for n, run in enumerate(self._ran) if _shows(run, end, end)), last)
        met_by = self._ran[shown].ended
        earliest = max(start, self._ran[shown].began - 2 * _DAY)
        new = lost = 0
        for n in range(min(shown, bisect_left(self._began, earliest)), len(self._ran)):
            run = self._ran[n]
            new, lost = new + run.new, lost + run.lost
            if n >= shown and (run.pending_since is None or run.pending_since > met_by):
                is_lost = lost > LOST * (new + lost)
                return (False, CoverageReason.LOST) if is_lost else (True, CoverageReason.SEEN)
        return False, CoverageReason.PENDING

    def _saw(self, listing: str, start: dt.datetime, end: dt.datetime) -> bool:
        return any(span.since <= start and end <= span.until for span in self._spans[listing])

    def _looked_since(self, listing: str, end: dt.datetime) -> bool:
        """Did any completed walk of this list begin after the day?"""
        looked = self._looked[listing]
        return bisect_right(looked, end) < len(looked) or bool(looked and looked[-1] == end)

    def _has_whole_kind(self, required: set[str], seen: set[str]) -> bool:
        """Do all lists of one kind show the day? They may show it even if other lists no longer do."""
        kinds = {self._kinds[listing] for listing in seen}
        return any(all(self._kinds[each] != kind or each in seen for each in required) for kind in kinds)


def _required(earlier: Sequence[SeenRun], later: Sequence[SeenRun]) -> set[str]:
    """The lists that must show a day: those that runs walked both before and after it.

    Lists that were declared later, or removed before, cannot show it.
    """
    after: set[str] = next((set(map(attrgetter("listing"), run.walks)) for run in later if run.walks), set())
    before: set[str] = next(
        (set(map(attrgetter("listing"), run.walks)) for run in reversed(earlier) if run.walks), set()
    )
    return (after & before) or after or before


def _shows(run: SeenRun, start: dt.datetime, end: dt.datetime) -> bool:
    """Did any walk of the run see everything that was added to its list in this time?"""
    spans = ((walk.since, walk.until) for walk in run.walks if walk.completed)
    return any(since and until and since <= start and end <= until for since, until in spans)


def _merged(walks: Sequence[SeenWalk]) -> list[_Span]:
    """The periods that the walks of one list saw, with consecutive walks merged."""
    spans: list[_Span] = []
    completed = [walk for walk in walks if walk.completed and walk.since and walk.until]
    for walk in sorted(completed, key=attrgetter("since")):
        assert walk.since
        assert walk.until
        marked_at = max(walk.until, walk.marked_at or walk.until)
        if spans and walk.since <= spans[-1].marked_at:
            spans[-1].until = max(spans[-1].until, walk.until)
            spans[-1].marked_at = max(spans[-1].marked_at, marked_at)
        else:
            spans.append(_Span(walk.since, walk.until, marked_at))
    return spans
