"""Monitors of one site: they find that it gives nothing, gives less than before, or is read less well.

Each monitor compares a site with its own past, and reports nothing until it knows enough of that past.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from newscrawl.watch.known import OURS, SILENT, CoverageDay, EndedRun, WatchedSite
from newscrawl.watch.rhythm import Rhythm, rhythm, season

SURE = math.log(1e-5)
"""Logarithm of the probability below which a silence is not a coincidence."""
TOO_FEW = math.log(3e-4)
"""Logarithm of the probability below which a day has too few articles; each day is checked only once."""
FAILING = dt.timedelta(hours=8)
"""How long a site may fail to answer: maintenance at night takes as long."""
FEWEST_RUNS = 4
"""Minimum number of runs that must have failed in a row."""
RISE = 0.4
"""Minimum rise in the share of articles without a field, or of rejected pages."""
SAMPLES, USUAL = (12, 30), 30
"""How many of the newest articles show how a site is read now; how many older articles show how it was
read."""
FEWEST = 10
"""Minimum number of articles that lack the field, or of rejected pages."""
CHANCE = math.log(1e-8)
"""Logarithm of the probability below which a rise is not a coincidence; low, as many fields are compared."""
FALLEN: Mapping[int, float] = {3: 0.25, 5: 0.4, 7: 0.5, 10: 0.6}
"""Number of days → share of the usual articles below which there are too few."""
SILENCE = 15.0
"""Successive empty days are a silence if at least this many articles are missing."""
LESS = 0.8
"""Share of the usual articles that still come during a slump of a few weeks."""
_DAY = dt.timedelta(days=1)

Usual = Mapping[str, float]
"""Field → share of articles that lacked it before an alarm began; ``rejected``: the share of pages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unusual that a monitor found at one site."""

    kind: str
    """``quiet``, ``fewer``, ``read_worse``, ``drift``, or the outcome of the failing runs."""
    sentence: str
    """A sentence for an operator, without the name of the site."""
    since: dt.datetime
    """When it began, UTC."""
    usual: Usual = field(default_factory=dict)
    """The level that must return before the alarm is over."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The facts of the sentence, for translations."""


def failing(runs: Sequence[EndedRun]) -> tuple[int, dt.datetime | None]:
    """How many of the newest runs failed in a row, and when the first of them began (UTC)."""
    streak = 0
    while streak < len(runs) and runs[streak].outcome in SILENT | OURS:
        streak += 1
    return streak, runs[streak - 1].began if streak else None


def no_answer(site: WatchedSite) -> Finding | None:
    """A finding if a site has given nothing to read for longer than its usual outages last."""
    streak, since = failing(site.runs)
    if since is None or site.runs[0].ended - since < FAILING or streak < FEWEST_RUNS:
        return None
    outcomes = {run.outcome for run in site.runs[:streak]}
    if outcomes <= OURS:
        return None
    before = site.runs[streak:]
    failed = sum(run.outcome in SILENT | OURS for run in before)
    often = min(0.8, max(0.05, failed / len(before))) if before else 0.2
    if streak * math.log(often) > SURE:
        return None
    newest = site.runs[0].outcome
    length = site.runs[0].ended - since
    sentence = f"{newest} for {_long(length)} ({streak} runs)"
    return Finding(newest, sentence, since, facts={"outcome": newest, "length": length, "n": streak})


def quiet(site: WatchedSite, beat: Rhythm | None) -> Finding | None:
    """A finding if no new article has come for longer than the site's own rhythm explains."""
    looked = next((run.ended for run in site.runs if run.outcome not in SILENT | OURS), None)
    since = last_article(site)
    if looked is None or since is None:
        return None
    if beat is None:
        if site.days or not _is_longest_by_far(site, since, looked):
            return None
    elif beat.nothing(since, looked, site.timezone) > SURE:
        return None
    sentence = f"no new article for {_long(looked - since)}, which is unusual for this site"
    return Finding("quiet", sentence, since, facts={"length": looked - since})


def _is_longest_by_far(site: WatchedSite, since: dt.datetime, looked: dt.datetime) -> bool:
    """Is the pause at least two days long, and three times as long as any before?

    No more is known about an aggregator: coverage counts the days of its newspapers, not its own.
    """
    met = [run.ended for run in site.runs if run.new or run.rejected]
    gaps = [later - earlier for later, earlier in pairwise(met)]
    if len(gaps) < USUAL or looked - since < max(2 * _DAY, 3 * max(gaps)):
        return False
    between = (since.date() + n * _DAY for n in range((looked - since).days + 2))
    return all(season(day, site.country) != "feast" for day in between)


def last_article(site: WatchedSite) -> dt.datetime | None:
    """When something new was last seen (UTC): the end of the run that found it, else the end of its day."""
    stored = next((run.ended for run in site.runs if run.new or run.rejected), None)
    if stored:
        return stored
    zone = ZoneInfo(site.timezone or "UTC")
    newest = next((day.day for day in reversed(site.days) if day.articles), None)
    return dt.datetime.combine(newest + _DAY, dt.time(), zone).astimezone(dt.UTC) if newest else None


def fewer(site: WatchedSite, now: dt.datetime) -> Finding | None:
    """A finding if there were far fewer articles than usual for some days, feasts aside."""
    today = now.astimezone(ZoneInfo(site.timezone or "UTC")).date()
    past = [day for day in site.days if day.day < today]
    for length, share in FALLEN.items():
        window = past[-length:]
        if len(window) < length or any(
            day.complete is False or season(day.day, site.country) == "feast" for day in window
        ):
            continue
        beat = rhythm(past[:-length], window[0].day, site.country)
        if beat is None:
            continue
        each = [beat.expected(day.day) for day in window]
        if _longest_silence(each, window) > SILENCE:
            continue  # `quiet` reports a silence
        usual, came = sum(each), sum(day.articles for day in window)
        shape = beat.shape * usual**2 / sum(mean**2 for mean in each) if usual else 1.0
        if came < share * usual and _so_few(came, LESS * usual, shape) < TOO_FEW:
            begin = dt.datetime.combine(window[0].day, dt.time(), dt.UTC)
            articles = "1 article" if came == 1 else f"{came} articles"
            sentence = f"{articles} in {length} days; usually there are {usual:.0f}"
            return Finding(
                "fewer", sentence, begin, facts={"came": came, "days": length, "usual": round(usual)}
            )
    return None


def _longest_silence(expected: Sequence[float], days: Sequence[CoverageDay]) -> float:
    """How many articles were expected in the longest run of days without any."""
    longest = lasts = 0.0
    for mean, day in zip(expected, days, strict=True):
        lasts = 0.0 if day.articles else lasts + mean
        longest = max(longest, lasts)
    return longest


def _so_few(came: int, mean: float, shape: float) -> float:
    """The logarithm of the probability of at most ``came`` articles (Chernoff bound, negative binomial)."""
    if came >= mean:
        return 0.0
    least = came * math.log(mean / came) if came else 0.0
    return least - (came + shape) * math.log((shape + mean) / (shape + came))


def read_worse(site: WatchedSite, usual: Usual | None = None) -> Finding | None:
    """A finding if more articles lack a field, or more pages are rejected, than before.

    ``usual`` holds the shares from before an open alarm began: the runs from that time may be too old to
    read.
    """
    kept: dict[str, float] = {}
    worse: dict[str, str] = {}
    shares: dict[str, tuple[float, float]] = {}
    since = None
    for of, sample in ((of, sample) for of in ("pages", "read") for sample in SAMPLES):
        now, past = _halves(site.runs, of, sample)
        names = ["rejected"] if of == "pages" else sorted({name for run in now for name in run.empty})
        for name in (name for name in names if now and name not in kept):
            was = (usual or {}).get(name)
            had = was is not None
            if was is None:
                if sum(_size(run, name) for run in past) < USUAL:
                    continue
                was = _share(past, name)
            is_now = _share(now, name)
            many = is_now * sum(_size(run, name) for run in now) >= FEWEST
            if (had and is_now - was >= RISE / 2) or (
                many and is_now - was >= RISE and _chance(now, name, was) < CHANCE
            ):
                kept[name], worse[name] = was, _worse(name, is_now, was)
                shares[name] = is_now, was
                since = since or now[-1].began
    if since is None:
        return None
    return Finding("read_worse", "; ".join(worse.values()), since, kept, {"shares": shares})


def _chance(runs: Sequence[EndedRun], name: str, was: float) -> float:
    """The logarithm of the probability that so many articles lack a field by chance (Chernoff bound)."""
    total = sum(_size(run, name) for run in runs)
    p, q = min(0.9, max(0.05, was)), min(0.999, _share(runs, name))
    return -total * (q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p))) if q > p else 0.0


def _worse(name: str, now: float, was: float) -> str:
    if name == "rejected":
        return f"{now:.0%} of the pages are rejected, usually {was:.0%}"
    return f"{name} is missing in {now:.0%} of the articles, usually in {was:.0%}"


def drifts(site: WatchedSite) -> Finding | None:
    """A finding if the last runs all recorded fields whose origin has changed."""
    recorded = [run for run in site.runs if run.read >= 5][:3]
    if len(recorded) < 3 or not all(run.drift for run in recorded):
        return None
    sentence = "; ".join(each.removeprefix(f"{site.name}: ") for each in recorded[0].drift)
    return Finding("drift", sentence, recorded[-1].began, facts={"sentences": recorded[0].drift})


def _size(run: EndedRun, name: str) -> int:
    return run.rejected + run.fine if name in ("rejected", "pages") else run.read


def _share(runs: Sequence[EndedRun], name: str) -> float:
    total = sum(_size(run, name) for run in runs)
    if name == "rejected":
        return sum(run.rejected for run in runs) / total
    return sum(run.empty.get(name, 0.0) * run.read for run in runs) / total


def _halves(runs: Sequence[EndedRun], field: str, sample: int) -> tuple[list[EndedRun], list[EndedRun]]:
    """The newest runs with enough pages to judge, and all earlier runs; both empty if there are too few."""
    recent: list[EndedRun] = []
    counted = [run for run in runs if _size(run, field)]
    total = 0
    for place, run in enumerate(counted):
        recent.append(run)
        total += _size(run, field)
        if total >= sample and place >= 1:
            return recent, counted[place + 1 :]
    return [], []


def silent(site: WatchedSite, now: dt.datetime) -> Finding | None:
    """A finding if a site no longer gives anything."""
    return no_answer(site) or quiet(site, beat_of(site, now))


def reduced(site: WatchedSite, now: dt.datetime, usual: Usual | None = None) -> Finding | None:
    """A finding if a site gives less than before, or is read less well."""
    return read_worse(site, usual) or drifts(site) or fewer(site, now)


def beat_of(site: WatchedSite, now: dt.datetime) -> Rhythm | None:
    """A site's rhythm as of today; None while too little is known."""
    return rhythm(site.days, now.astimezone(ZoneInfo(site.timezone or "UTC")).date(), site.country)


def _long(length: dt.timedelta) -> str:
    """A length of time in words.

    >>> _long(dt.timedelta(hours=30)), _long(dt.timedelta(days=9))
    ('30 h', '9 days')
    """
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
