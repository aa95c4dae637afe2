"""Has a site changed? What its articles were read by in a run, against its own history.

A site whose markup changes is still read, by a lower rung; that it is, has to be said, or nobody mends
its selectors.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from newscrawl.items import READ_FIELDS

Shares = Mapping[str, Mapping[str, float]]
"""Field → rung → share of the articles, 0 to 1. The rung ``empty`` has what no rung answered."""

RUNGS = {
    "markup": "the site's markup",
    "jsonld": "JSON-LD",
    "meta": "the meta tags",
    "microdata": "microdata",
    "generic": "the generic reading",
    "feed": "the feed",
    "url": "the address",
    "site": "the site's declaration",
    "empty": "nothing",
}
"""The rungs, best first, as a sentence names them."""
HISTORY = 20
"""Runs of a site that it is compared with: half of them later, what is new is usual."""
ENOUGH = 5
"""Articles of a run from which its shares say anything."""
FALL = 0.2
"""Share that the usual rung must have lost at least."""
CHANCE = 0.001
"""Probability of such a fall by chance alone, from which it is none."""

_NAMES = {"dates": "date"}
_PLURAL = ("authors", "tags", "images")
_WORST = list(RUNGS)


def shares(origins: Iterable[Mapping[str, str]]) -> tuple[int, dict[str, dict[str, float]]]:
    """How many articles there are, and the share of each rung in each field.

    >>> shares([{"title": "markup"}, {"title": "meta", "body": "generic"}])[1]["body"]
    {'empty': 0.5, 'generic': 0.5}
    """
    counts: dict[str, Counter[str]] = {field: Counter() for field in READ_FIELDS}
    total = 0
    for found in origins:
        total += 1
        for field in READ_FIELDS:
            counts[field][found.get(field, "empty")] += 1
    return total, {
        field: {rung: round(count / total, 4) for rung, count in sorted(rungs.items())}
        for field, rungs in counts.items()
        if total
    }


def drift(site: str, articles: int, now: Shares, history: Sequence[Shares]) -> list[str]:
    """One sentence for each field that a lower rung now answers more often than it used to.

    ``articles`` is their number in this run, ``now`` their shares, ``history`` the shares of the site's
    former runs that had enough articles. A fall counts when it is large and no chance: in as many
    articles, the usual rung would answer so rarely less than once in a thousand runs.

    >>> drift("hespress", 200, {"body": {"markup": 0.06, "generic": 0.94}},
    ...       [{"body": {"markup": 0.98, "generic": 0.02}}])
    ['hespress: body now comes from the generic reading in 94 % of articles, was 2 %']
    """
    if articles < ENOUGH or not history:
        return []
    sentences = []
    for field, rungs in now.items():
        former = {rung: median(run.get(field, {}).get(rung, 0.0) for run in history) for rung in RUNGS}
        usual = max(former, key=lambda rung: former[rung])
        risen = max(RUNGS, key=lambda rung: rungs.get(rung, 0.0) - former[rung])
        share = rungs.get(usual, 0.0)
        if (
            former[usual] - share >= FALL
            and _WORST.index(risen) > _WORST.index(usual)
            and _at_most(round(share * articles), articles, former[usual]) < CHANCE
        ):
            sentences.append(f"{site}: {_sentence(field, risen, rungs.get(risen, 0.0), former[risen])}")
    return sentences


def _sentence(field: str, rung: str, share: float, former: float) -> str:
    name = _NAMES.get(field, field)
    now, was = f"{share:.0%}".replace("%", " %"), f"{former:.0%}".replace("%", " %")
    if rung == "empty":
        return f"{now} of articles now have no {name}, was {was}"
    verb = "come" if field in _PLURAL else "comes"
    return f"{name} now {verb} from {RUNGS[rung]} in {now} of articles, was {was}"


def _at_most(hits: int, trials: int, probability: float) -> float:
    """The probability of at most so many hits (binomial); nothing is held to be certain."""
    p = min(probability, 0.98)
    logs = (
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(p) + (trials - k) * math.log1p(-p)
        for k in range(hits + 1)
    )  # fmt: skip
    return math.fsum(map(math.exp, logs))
