"""Due times: when a rule is next due, and how the load is spread over sites and nodes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cronsim import CronSim, CronSimError

from newscrawl.dates import zone
from newscrawl.schedule.intervals import FIRST, Bounds

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
"""Nicknames of crontab(5)."""


def duration(text: str) -> dt.timedelta:
    """A length of time, as written in the file.

    >>> duration("1h30m")
    datetime.timedelta(seconds=5400)

    Raises ``ValueError`` with the text and the expected form.
    """
    match = _DURATION.fullmatch(text.strip())
    seconds = match and sum(int(n) * unit for n, unit in zip(match.groups("0"), _UNITS.values(), strict=True))
    if not seconds or seconds > 366 * 86400:
        raise ValueError(f"{text!r} should be a length of time such as '15m', '1h30m' or '1d'")
    return dt.timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Every:
    """Due at equal intervals, on a grid that does not depend on when the scheduler was started."""

    text: str
    """The interval as written: ``15m``."""
    share: float = 0.0
    """The fraction of the interval by which the grid is shifted (0 ≤ share < 1), so that sites do not
    coincide."""

    def __post_init__(self) -> None:
        if duration(self.text) < MINUTE:
            raise ValueError(f"{self.text!r} is too short: the shortest interval is '1m'")

    def __str__(self) -> str:
        return f"every {self.text}"

    @property
    def interval(self) -> dt.timedelta:
        """The time from one due time to the next."""
        return duration(self.text)

    def after(self, moment: dt.datetime) -> dt.datetime:
        """The first due time after a moment (both in UTC).

        >>> Every("15m").after(dt.datetime(2024, 3, 27, 10, 15, tzinfo=dt.UTC)).isoformat()
        '2024-03-27T10:30:00+00:00'
        """
        interval = self.interval
        origin = _EPOCH + interval * self.share
        return origin + ((moment - origin) // interval + 1) * interval


def spelled(length: dt.timedelta) -> str:
    """A length of time as :func:`duration` reads it.

    >>> spelled(dt.timedelta(hours=36)), spelled(dt.timedelta(minutes=90))
    ('1d12h', '1h30m')
    """
    seconds, parts = round(length.total_seconds()), []
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Adaptive:
    """Due at intervals that adapt to the pace of a newspaper; see :mod:`newscrawl.schedule.intervals`."""

    text: str
    """``auto``, which means ``15m..1d``, or other bounds: ``5m..12h``."""
    share: float = 0.0
    """The fraction of the interval, as in :class:`Every`."""

    def __post_init__(self) -> None:
        least, most = (Every(part).interval for part in self._parts)
        if least > most:
            raise ValueError(f"{self.text!r} should have its shorter bound first, such as '5m..12h'")

    def __str__(self) -> str:
        return f"every {self.text}"

    @property
    def _parts(self) -> tuple[str, str]:
        text = _AUTO if self.text == "auto" else self.text
        least, _, most = text.partition("..")
        return least, most

    @property
    def bounds(self) -> Bounds:
        """The shortest and the longest interval.

        >>> str(Adaptive("5m..12h").bounds.most)
        '12:00:00'
        """
        return Bounds(*(duration(part) for part in self._parts))

    def at(self, interval: dt.timedelta | None) -> Every:
        """The rule with a computed interval; None stands for a newspaper about which nothing is known yet."""
        return Every(spelled(self.bounds.hold(interval or FIRST)), self.share)

    def after(self, moment: dt.datetime) -> dt.datetime:
        """The first due time after a moment (both in UTC) for a newspaper without known runs."""
        return self.at(None).after(moment)


_AUTO = "15m..1d"
"""What ``auto`` means."""


def every(text: str, share: float = 0.0) -> Every | Adaptive:
    """The rule that a value of ``every`` describes.

    >>> str(every("15m")), str(every("auto")), every("5m..12h").bounds.least
    ('every 15m', 'every auto', datetime.timedelta(seconds=300))

    Raises ``ValueError`` with the text and the expected form.
    """
    return Adaptive(text, share) if text == "auto" or ".." in text else Every(text, share)


@dataclass(frozen=True, slots=True)
class Cron:
    """Due at the times that five cron fields describe, on the clock of a zone.

    When the clock changes for summer time, no due time is skipped or repeated, as in Debian's cron.
    """

    text: str
    """Minute, hour, day of the month, month, day of the week; or ``@hourly``, ``@daily``, …"""
    zone: str = "UTC"
    """IANA zone."""
    share: float = 0.0
    """The fraction of a minute by which the time is shifted (0 ≤ share < 1)."""

    def __post_init__(self) -> None:
        if len(self._words.split()) != 5:
            raise ValueError(
                f"{self.text!r} should have five cron fields: minute hour day month weekday, "
                "for example '30 6 * * *'"
            )
        try:
            self.after(_EPOCH)
        except CronSimError as error:
            raise ValueError(f"{self.text!r}: {str(error).lower()} (see crontab(5))") from None
        except StopIteration:
            raise ValueError(f"{self.text!r} is never due: no such day exists") from None

    def __str__(self) -> str:
        return f"cron {self.text} {self.zone}"

    @property
    def _words(self) -> str:
        return _NICKNAMES.get(self.text.strip(), self.text)

    def after(self, moment: dt.datetime) -> dt.datetime:
        """The first due time after a moment (both in UTC).

        >>> Cron("30 6 * * *", "Africa/Cairo").after(dt.datetime(2024, 3, 27, tzinfo=dt.UTC)).isoformat()
        '2024-03-27T04:30:00+00:00'
        """
        moved = MINUTE * self.share
        local = (moment - moved).astimezone(zone(self.zone))
        return next(CronSim(self._words, local)).astimezone(dt.UTC) + moved


Rule = Every | Adaptive | Cron


def in_force(rule: Rule, interval: float | None) -> Every | Cron:
    """The rule as it applies now; ``interval`` is the computed interval of an adaptive rule, in seconds."""
    if isinstance(rule, Adaptive):
        return rule.at(dt.timedelta(seconds=interval) if interval else None)
    return rule


def described(rule: Rule, interval: float | None) -> str:
    """A rule in words, with the interval that applies now.

    >>> described(Adaptive("auto"), 7200.0), described(Adaptive("auto"), None), described(Every("1h"), None)
    ('every 2h (auto)', 'every 30m (auto, new)', 'every 1h')
    """
    if not isinstance(rule, Adaptive):
        return str(rule)
    return f"{in_force(rule, interval)} ({rule.text}{'' if interval else ', new'})"


def shares(count: int) -> list[float]:
    """Evenly spread fractions of an interval for ``count`` sites.

    >>> shares(4)
    [0.0, 0.25, 0.5, 0.75]
    """
    return [number / count for number in range(count)]


def preferred(rank: int, nodes: Sequence[str]) -> str | None:
    """The node that should crawl a site when all nodes are free; nodes take turns.

    >>> [preferred(rank, ["عقدة-أ", "عقدة-ب"]) for rank in range(3)]
    ['عقدة-أ', 'عقدة-ب', 'عقدة-أ']
    """
    return sorted(nodes)[rank % len(nodes)] if nodes else None


def pieces(since: dt.date, until: dt.date, by: int) -> Iterator[tuple[dt.date, dt.date]]:
    """A range of days in pieces of at most ``by`` days, the newest first; both ends are included.

    The pieces follow a grid of days that does not depend on the range (weeks begin on Monday), so that a
    longer range keeps all of its former pieces except the last.

    >>> [f"{a} {b}" for a, b in pieces(dt.date(2024, 3, 1), dt.date(2024, 3, 12), 7)]
    ['2024-03-11 2024-03-12', '2024-03-04 2024-03-10', '2024-03-01 2024-03-03']
    """
    assert by >= 1
    first, last = since.toordinal(), until.toordinal()
    while last >= first:
        begin = max(first, last - (last - 1) % by)  # day 1 of the calendar was a Monday
        yield dt.date.fromordinal(begin), dt.date.fromordinal(last)
        last = begin - 1


def count_pieces(since: dt.date, until: dt.date, by: int) -> int:
    """How many :func:`pieces` a range has, without listing them."""
    return (until.toordinal() - 1) // by - (since.toordinal() - 1) // by + 1
