"""Has a site changed? What its articles were read by in a run, against its own history.

A site whose markup changes is still read, by a lower origin; that it is, has to be said, or nobody mends
its selectors.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import get_origin, get_type_hints

from newscrawl.items import READ_FIELDS, Article
from newscrawl.vocabulary import NO_ORIGIN, Origin

Shares = Mapping[str, Mapping[str, float]]
"""Field → origin → share of the articles, 0 to 1. The origin ``empty`` has what nothing gave."""

_ORDER: tuple[str, ...] = (*Origin, NO_ORIGIN)
"""The surest first."""
HISTORY = 20
"""Runs of a site that it is compared with: half of them later, what is new is usual."""
ENOUGH = 5
"""Articles of a run from which its shares say anything."""
FALL = 0.2
"""Share that the usual origin must have lost at least."""
CHANCE = 0.001
"""Probability of such a fall by chance alone, from which it is none."""

_NAMES = {"dates": "date"}
_PLURAL = {name for name, hint in get_type_hints(Article).items() if get_origin(hint) is list}


def shares(origins: Iterable[Mapping[str, str]]) -> tuple[int, dict[str, dict[str, float]]]:
    """How many articles there are, and the share of each origin in each field.

    >>> shares([{"title": "markup"}, {"title": "meta", "body": "generic"}])[1]["body"]
    {'empty': 0.5, 'generic': 0.5}
    """
    counts: dict[str, Counter[str]] = {field: Counter() for field in READ_FIELDS}
    total = 0
    for found in origins:
        total += 1
        for field in READ_FIELDS:
            counts[field][found.get(field, NO_ORIGIN)] += 1
    return total, {
        field: {origin: round(count / total, 4) for origin, count in sorted(origins.items())}
        for field, origins in counts.items()
        if total
    }


def drift(site: str, articles: int, now: Shares, history: Sequence[Shares]) -> list[str]:
    """One sentence for each field that a lower origin now answers more often than it used to.

    ``articles`` is their number in this run, ``now`` their shares, ``history`` the shares of the site's
    former runs that had enough articles. A fall counts when it is large and no chance: in as many
    articles, the usual origin would answer so rarely less than once in a thousand runs.

    >>> drift("hespress", 200, {"body": {"markup": 0.06, "generic": 0.94}},
    ...       [{"body": {"markup": 0.98, "generic": 0.02}}])
    ['hespress: body now comes from the generic reading in 94 % of articles, was 2 %']
    """
    if articles < ENOUGH or not history:
        return []
    sentences = []
    for field, origins in now.items():
        former = {origin: median(run.get(field, {}).get(origin, 0.0) for run in history) for origin in _ORDER}
        usual = max(former, key=lambda origin: former[origin])
        risen = max(_ORDER, key=lambda origin: origins.get(origin, 0.0) - former[origin])
        share = origins.get(usual, 0.0)
        if (
            former[usual] - share >= FALL
            and _ORDER.index(risen) > _ORDER.index(usual)
            and _at_most(round(share * articles), articles, former[usual]) < CHANCE
        ):
            sentences.append(f"{site}: {_sentence(field, risen, origins.get(risen, 0.0), former[risen])}")
    return sentences


def _sentence(field: str, origin: str, share: float, former: float) -> str:
    name = _NAMES.get(field, field)
    now, was = f"{share:.0%}".replace("%", " %"), f"{former:.0%}".replace("%", " %")
    if origin == NO_ORIGIN:
        return f"{now} of articles now have no {name}, was {was}"
    verb = "come" if field in _PLURAL else "comes"
    return f"{name} now {verb} from {Origin(origin).name_in_sentence} in {now} of articles, was {was}"


def told(sentence: str) -> dict[str, str]:
    """What a sentence of :func:`drift` tells: field, origin and shares in percent; nothing of another one.

    ``origin`` is the one that now answers more often, ``empty`` where nothing does.

    >>> told("hespress: body now comes from the generic reading in 94 % of articles, was 2 %")
    {'field': 'body', 'origin': 'generic', 'now': '94', 'was': '2'}
    """
    if found := _COMES.search(sentence):
        name, named, now, was = found.groups()
        origin = next((str(one) for one in Origin if one.name_in_sentence == named), "")
        return {"field": name, "origin": origin, "now": now, "was": was} if origin else {}
    if found := _LACKS.search(sentence):
        now, name, was = found.groups()
        return {"field": name, "origin": NO_ORIGIN, "now": now, "was": was}
    return {}


_COMES = re.compile(r"(\w+) now comes? from (.+) in (\d+) % of articles, was (\d+) %$")
_LACKS = re.compile(r"(\d+) % of articles now have no (\w+), was (\d+) %$")


def _at_most(hits: int, trials: int, probability: float) -> float:
    """The probability of at most so many hits (binomial); nothing is held to be certain."""
    p = min(probability, 0.98)
    logs = (
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(p) + (trials - k) * math.log1p(-p)
        for k in range(hits + 1)
    )  # fmt: skip
    return math.fsum(map(math.exp, logs))
