"""Detects that a site has changed, from the origins of fields in one run and in the site's history.

A site whose markup has changed is still read, but from less reliable origins. Unless that is reported, nobody
fixes its selectors.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import get_origin, get_type_hints

from newscrawl.items import READ_FIELDS, Article
from newscrawl.vocabulary import NO_ORIGIN, Origin

Shares = Mapping[str, Mapping[str, float]]
"""Field → origin → share of the articles, 0 to 1. The origin ``empty`` counts articles without the field."""

_ORDER: tuple[str, ...] = (*Origin, NO_ORIGIN)
"""All origins, the most reliable first."""
HISTORY = 20
"""Number of former runs with which a run is compared; after half as many, a change counts as usual."""
ENOUGH = 5
"""Minimum number of articles for which a run is judged."""
FALL = 0.2
"""Minimum share that the usual origin must have lost."""
CHANCE = 0.001
"""Probability below which a fall of this size is not a coincidence."""

_NAMES = {"dates": "date"}
_GENERIC = "generic reading"
_PLURAL = {name for name, hint in get_type_hints(Article).items() if get_origin(hint) is list}


def shares(origins: Iterable[Mapping[str, str]]) -> tuple[int, dict[str, dict[str, float]]]:
    """The number of articles, and the share of each origin in each field.

    >>> shares([{"title": "markup"}, {"title": "meta", "body": "generic"}])[1]["body"]
    {'empty': 0.5, 'generic': 0.5}
    """
    counts: dict[str, Counter[str]] = {field: Counter() for field in READ_FIELDS}
    total = 0
    for fields in origins:
        total += 1
        for field in READ_FIELDS:
            counts[field][fields.get(field, NO_ORIGIN)] += 1
    return total, {
        field: {origin: round(count / total, 4) for origin, count in sorted(origins.items())}
        for field, origins in counts.items()
        if total
    }


def drift(site: str, articles: int, now: Shares, history: Sequence[Shares]) -> list[str]:
    """One sentence for each field that now comes from a less reliable origin more often than before.

    ``articles`` is the number of articles in this run, ``now`` their shares, ``history`` the shares of the
    site's former runs that had enough articles. A fall counts if it is large and not a coincidence: by
    chance, the usual origin would give the field so rarely in less than one of a thousand runs.

    >>> drift("hespress", 200, {"body": {"markup": 0.06, "generic": 0.94}},
    ...       [{"body": {"markup": 0.98, "generic": 0.02}}])
    ['hespress: body is now only guessed (generic reading) in 94% of articles, was 2%']
    """
    if articles < ENOUGH or not history:
        return []
    from statistics import median  # only at the end of a run

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
    is_plural = field in _PLURAL
    if origin == NO_ORIGIN:
        return f"{share:.0%} of articles now have no {name}, was {former:.0%}"
    change = f"now {'come' if is_plural else 'comes'} from {Origin(origin).name_in_sentence}"
    if origin == Origin.GENERIC:
        change = f"{'are' if is_plural else 'is'} now only guessed ({_GENERIC})"
    return f"{name} {change} in {share:.0%} of articles, was {former:.0%}"


def facts(sentence: str) -> dict[str, str]:
    """The field, the origin and the shares in percent in a sentence of :func:`drift`; empty for any other
    sentence.

    ``origin`` is the origin that now gives the field more often, ``empty`` if the field is missing. Older
    records say ``now comes from the generic reading`` and ``94 %``.

    >>> facts("hespress: body is now only guessed (generic reading) in 94% of articles, was 2%")
    {'field': 'body', 'origin': 'generic', 'now': '94', 'was': '2'}
    """
    if match := _COMES.search(sentence):
        name, named, now, was = match.groups()
        named = Origin.GENERIC.name_in_sentence if named == _GENERIC else named
        origin = next((str(known) for known in Origin if known.name_in_sentence == named), "")
        return {"field": name, "origin": origin, "now": now, "was": was} if origin else {}
    if match := _LACKS.search(sentence):
        now, name, was = match.groups()
        return {"field": name, "origin": NO_ORIGIN, "now": now, "was": was}
    return {}


_COMES = re.compile(
    r"(\w+) (?:now comes? from |(?:is|are) now only guessed \()([^)]+?)\)?"
    r" in (\d+) ?% of articles, was (\d+) ?%$"
)
_LACKS = re.compile(r"(\d+) ?% of articles now have no (\w+), was (\d+) ?%$")


def _at_most(hits: int, trials: int, probability: float) -> float:
    """The probability of at most ``hits`` in ``trials`` (binomial); ``probability`` is capped at 98 %."""
    p = min(probability, 0.98)
    logs = (
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(p) + (trials - k) * math.log1p(-p)
        for k in range(hits + 1)
    )  # fmt: skip
    return math.fsum(map(math.exp, logs))
