"""What is not as always at one site: nothing comes, less comes, or it is read worse than before.

Each monitor compares a site with its own past, and says nothing as long as it cannot know.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from newscrawl.watch.known import OURS, SILENT, Day, Known, Ran
from newscrawl.watch.rhythm import Rhythm, rhythm, season

SURE = math.log(1e-5)
"""Logarithm of the probability at which something is no chance any more."""
TOO_FEW = math.log(3e-4)
"""The same for days with too few articles, of which each is looked at once."""
FAILING = dt.timedelta(hours=8)
"""So long a site may give no answer, as a night's maintenance does."""
FEWEST_RUNS = 4
"""Runs that must have failed one after another, at least."""
RISE = 0.4
"""Share of articles, or of pages, by which what is missing must have risen."""
SAMPLES, USUAL = (12, 30), 30
"""Articles that tell how a site is read now, and how it was read before."""
FEWEST = 10
"""So many have to be worse, at least."""
CHANCE = math.log(1e-8)
"""Logarithm of the probability of such a rise by chance, from which it is none: many are looked at."""
FALLEN: Mapping[int, float] = {3: 0.25, 5: 0.4, 7: 0.5, 10: 0.6}
"""Days → share of the usual articles below which too few have come."""
SILENCE = 15.0
"""So many articles that did not come, one day after another without any, are a silence."""
LESS = 0.8
"""Share of the usual articles that a slump of a few weeks leaves."""
_DAY = dt.timedelta(days=1)

Usual = Mapping[str, float]
"""Field → share of articles that lacked it before an alarm began; ``rejected``: the share of pages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as always."""

    kind: str
    """``quiet``, ``fewer``, ``read_worse``, ``drift``, or the outcome of the failing runs."""
    said: str
    """A sentence for an operator, without the name of the site."""
    since: dt.datetime
    """Since when, UTC."""
    usual: Usual = field(default_factory=dict)
    """What has to come back before it is over."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the sentence tells, for whoever says it in another language."""


def failing(runs: Sequence[Ran]) -> tuple[int, dt.datetime | None]:
    """How many of the newest runs failed one after another, and when the first of them began."""
    streak = 0
    while streak < len(runs) and runs[streak].outcome in SILENT | OURS:
        streak += 1
    return streak, runs[streak - 1].began if streak else None


def no_answer(site: Known) -> Finding | None:
    """The site gives nothing to read, for longer than it does now and then."""
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
    said = f"{newest} for {_long(length)} ({streak} runs)"
    return Finding(newest, said, since, told={"outcome": newest, "length": length, "n": streak})


def quiet(site: Known, beat: Rhythm | None) -> Finding | None:
    """Nothing new has come for longer than the site's own rhythm explains, though we looked."""
    looked = next((run.ended for run in site.runs if run.outcome not in SILENT | OURS), None)
    since = last_article(site)
    if looked is None or since is None:
        return None
    if beat is None:
        if site.days or not _is_longest_by_far(site, since, looked):
            return None
    elif beat.nothing(since, looked, site.timezone) > SURE:
        return None
    said = f"no new article for {_long(looked - since)}, which is not its rhythm"
    return Finding("quiet", said, since, told={"length": looked - since})


def _is_longest_by_far(site: Known, since: dt.datetime, looked: dt.datetime) -> bool:
    """Is it quiet for three times as long as ever, and two days at least?

    That is all that can be said of an aggregator, whose newspapers have days of their own, by its runs alone.
    """
    met = [run.ended for run in site.runs if run.new or run.rejected]
    gaps = [later - earlier for later, earlier in pairwise(met)]
    if len(gaps) < USUAL or looked - since < max(2 * _DAY, 3 * max(gaps)):
        return False
    between = (since.date() + n * _DAY for n in range((looked - since).days + 2))
    return all(season(day, site.country) != "feast" for day in between)


def last_article(site: Known) -> dt.datetime | None:
    """When something new was seen last: by the run that stored or rejected it, else by the end of its day."""
    stored = next((run.ended for run in site.runs if run.new or run.rejected), None)
    if stored:
        return stored
    zone = ZoneInfo(site.timezone or "UTC")
    newest = next((one.day for one in reversed(site.days) if one.articles), None)
    return dt.datetime.combine(newest + _DAY, dt.time(), zone).astimezone(dt.UTC) if newest else None


def fewer(site: Known, now: dt.datetime) -> Finding | None:
    """Far fewer articles than usual for some days, feasts left aside."""
    today = now.astimezone(ZoneInfo(site.timezone or "UTC")).date()
    past = [one for one in site.days if one.day < today]
    for length, share in FALLEN.items():
        window = past[-length:]
        if len(window) < length or any(
            one.complete is False or season(one.day, site.country) == "feast" for one in window
        ):
            continue
        beat = rhythm(past[:-length], window[0].day, site.country)
        if beat is None:
            continue
        each = [beat.expected(one.day) for one in window]
        if _longest_silence(each, window) > SILENCE:
            continue  # which is told apart
        usual, came = sum(each), sum(one.articles for one in window)
        shape = beat.shape * usual**2 / sum(mean**2 for mean in each) if usual else 1.0
        if came < share * usual and _so_few(came, LESS * usual, shape) < TOO_FEW:
            begin = dt.datetime.combine(window[0].day, dt.time(), dt.UTC)
            said = f"{came} articles in {length} days, usual are {usual:.0f}"
            return Finding("fewer", said, begin, told={"came": came, "days": length, "usual": round(usual)})
    return None


def _longest_silence(expected: Sequence[float], days: Sequence[Day]) -> float:
    """How many articles should have come in the longest row of days without any."""
    longest = lasts = 0.0
    for mean, one in zip(expected, days, strict=True):
        lasts = 0.0 if one.articles else lasts + mean
        longest = max(longest, lasts)
    return longest


def _so_few(came: int, mean: float, shape: float) -> float:
    """Logarithm of the probability that at most so many come (Chernoff's bound, negative binomial)."""
    if came >= mean:
        return 0.0
    least = came * math.log(mean / came) if came else 0.0
    return least - (came + shape) * math.log((shape + mean) / (shape + came))


def read_worse(site: Known, usual: Usual | None = None) -> Finding | None:
    """More articles lack a field, or more pages are rejected, than before.

    ``usual`` is what an alarm that goes on has kept, for the runs before it are no longer looked at.
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


def _chance(runs: Sequence[Ran], name: str, was: float) -> float:
    """Logarithm of the probability that so many lack it by chance (Chernoff's bound)."""
    total = sum(_size(run, name) for run in runs)
    p, q = min(0.9, max(0.05, was)), min(0.999, _share(runs, name))
    return -total * (q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p))) if q > p else 0.0


def _worse(name: str, now: float, was: float) -> str:
    if name == "rejected":
        return f"{now:.0%} of the pages are rejected, usual are {was:.0%}"
    return f"{name} is missing in {now:.0%} of the articles, usual are {was:.0%}"


def drifts(site: Known) -> Finding | None:
    """The records of several runs say that the site is read in another way than before."""
    told = [run for run in site.runs if run.read >= 5][:3]
    if len(told) < 3 or not all(run.drift for run in told):
        return None
    said = "; ".join(sentence.removeprefix(f"{site.name}: ") for sentence in told[0].drift)
    return Finding("drift", said, told[-1].began, told={"sentences": told[0].drift})


def _size(run: Ran, name: str) -> int:
    return run.rejected + run.fine if name in ("rejected", "pages") else run.read


def _share(runs: Sequence[Ran], name: str) -> float:
    total = sum(_size(run, name) for run in runs)
    if name == "rejected":
        return sum(run.rejected for run in runs) / total
    return sum(run.empty.get(name, 0.0) * run.read for run in runs) / total


def _halves(runs: Sequence[Ran], what: str, sample: int) -> tuple[list[Ran], list[Ran]]:
    """The newest runs that tell enough, and those before them; nothing when there are too few."""
    recent: list[Ran] = []
    told = [run for run in runs if _size(run, what)]
    total = 0
    for place, run in enumerate(told):
        recent.append(run)
        total += _size(run, what)
        if total >= sample and place >= 1:
            return recent, told[place + 1 :]
    return [], []


def silent(site: Known, now: dt.datetime) -> Finding | None:
    """Does nothing come from a site any more?"""
    return no_answer(site) or quiet(site, beat_of(site, now))


def reduced(site: Known, now: dt.datetime, usual: Usual | None = None) -> Finding | None:
    """Does less come from a site, or is it read worse?"""
    return read_worse(site, usual) or drifts(site) or fewer(site, now)


def beat_of(site: Known, now: dt.datetime) -> Rhythm | None:
    """A site's rhythm as of today; None while it is not known."""
    return rhythm(site.days, now.astimezone(ZoneInfo(site.timezone or "UTC")).date(), site.country)


def _long(length: dt.timedelta) -> str:
    """A length of time in words.

    >>> _long(dt.timedelta(hours=30)), _long(dt.timedelta(days=9))
    ('30 h', '9 days')
    """
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
