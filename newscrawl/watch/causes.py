"""What rings: one alarm for each cause, not for each site that it touches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from newscrawl.vocabulary import AlarmKind, RunOutcome
from newscrawl.watch.known import OURS, Installation, Known, Ran
from newscrawl.watch.monitors import Finding, Usual, failing, reduced, silent

NODE_AWAY = dt.timedelta(minutes=10)
"""So long a node may be away: it is started anew for an upgrade."""
GONE = dt.timedelta(days=14)
"""A node that was away for so long was taken out."""
OVERDUE = dt.timedelta(hours=1)
"""So long a site may be due without being crawled."""
AT_ONCE = dt.timedelta(hours=2)
"""Runs of several sites that began within it failed at once."""
FEWEST_SITES, MOST = 4, 0.8
"""Sites of which so many fail at once for one cause, and their share."""
REMEDIES: Mapping[AlarmKind, str] = {
    AlarmKind.SCHEDULE: "on each node: systemctl status newscrawl-schedule newscrawl-scrapyd",
    AlarmKind.NETWORK: "on a node: curl -I https://www.example.org; then name server, firewall, provider",
    AlarmKind.NODE: "on that machine: systemctl status newscrawl-schedule newscrawl-scrapyd; meanwhile the "
    "other nodes run its sites",
    AlarmKind.FAULT: "read the end of the log that `runs.log` names; `enabled = false` leaves a site out",
    AlarmKind.DISK: "make room, or `scrapy archive --remove DAYS`",
    AlarmKind.ARCHIVE: "on that machine: df -h; make room, or `scrapy archive --remove DAYS`",
    AlarmKind.OVERDUE: "`scrapy schedule --next` says by what all places are taken",
    AlarmKind.SILENT: "open {home} in a browser: is it away for you, too, it can wait",
    AlarmKind.REDUCED: "`scrapy try URL` with a new article of {home} says what is not found; then mend "
    "spiders/{site}.py",
    AlarmKind.MONTHS: "upgrade newscrawl",
}
"""What an operator does first, for each kind; ``{home}`` and ``{site}`` are those of the alarm's site."""
SETTLED = dt.timedelta(hours=1)
"""So long an alarm of a site must be quiet before it is over, that it does not ring and stop in turns."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that an operator is told once when it begins and once when it is over."""

    key: str
    """What makes it one: ``silent hespress``, ``node crawler2``, ``network``."""
    said: str
    """One sentence."""
    since: dt.datetime
    sites: tuple[str, ...] = ()
    usual: Usual = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What the sentence tells, for whoever says it in another language: ``what`` it is about, and numbers."""

    @property
    def kind(self) -> AlarmKind:
        """What it is about: the first word of the key."""
        return AlarmKind(self.key.partition(" ")[0])


def causes(seen: Installation, before: Mapping[str, Cause] | None = None) -> dict[str, Cause]:
    """All that is not well, by key; ``before``: the causes of the alarms that ring."""
    before = before or {}
    found: list[Cause] = [*_schedule(seen)]
    network = _network(seen)
    found += [network] if network else []
    found += _faults(seen)
    found += _archive(seen)
    # Those that wait for their next run since the network is back are still apart.
    apart = {name for one in (network, before.get(AlarmKind.NETWORK)) if one for name in one.sites}
    for site in seen.sites:
        key = f"{AlarmKind.REDUCED} {site.name}"
        finding = silent(site, seen.now)
        if finding and not (site.name in apart and finding.kind == RunOutcome.UNREACHABLE):
            found.append(_of_site(AlarmKind.SILENT, site, finding))
        elif not finding and (less := reduced(site, seen.now, before[key].usual if key in before else None)):
            found.append(_of_site(AlarmKind.REDUCED, site, less))
    return {cause.key: cause for cause in found}


def _of_site(kind: AlarmKind, site: Known, finding: Finding) -> Cause:
    said = f"{site.name}: {finding.said}"
    what = "no_answer" if "outcome" in finding.told else finding.kind
    told = {"what": what, **finding.told}
    return Cause(f"{kind} {site.name}", said, finding.since, (site.name,), finding.usual, told)


def _schedule(seen: Installation) -> list[Cause]:
    """Nodes that are away; sites that are due and not crawled, when that is not the reason."""
    away = [
        (node.name, node.alive_until)
        for node in seen.nodes
        if node.alive_until and NODE_AWAY < seen.now - node.alive_until < GONE
    ]
    here = [node for node in seen.nodes if node.alive_until and seen.now - node.alive_until <= NODE_AWAY]
    if away and not here:
        since = max(until for _, until in away)
        names = ", ".join(sorted(name for name, _ in away))
        said = (
            f"nothing is crawled: no schedule has given a sign of life since {since:%Y-%m-%d %H:%M} ({names})"
        )
        return [Cause(AlarmKind.SCHEDULE, said, since, told={"what": "schedule", "nodes": names})]
    found = [
        Cause(
            f"{AlarmKind.NODE} {name}",
            f"node {name} has given no sign of life since {since:%Y-%m-%d %H:%M}",
            since,
            told={"what": "node", "node": name},
        )
        for name, since in away
    ]
    late = [lease for lease in seen.leases if not lease.runs and seen.now - lease.due_at > OVERDUE]
    if late:
        sites = tuple(sorted(lease.site for lease in late))
        since = min(lease.due_at for lease in late)
        due = f"{len(sites)} sites are" if len(sites) > 1 else "1 site is"
        said = f"{due} due and not crawled since {since:%Y-%m-%d %H:%M}: {_some(sites)}"
        told = {"what": "overdue", "n": len(sites), "sites": _some(sites)}
        found.append(Cause(AlarmKind.OVERDUE, said, since, sites, told=told))
    return found


def _network(seen: Installation) -> Cause | None:
    """Nearly all sites that were asked lately could not be reached: it is not they, it is us."""
    lately = [site for site in seen.sites if site.runs and seen.now - site.runs[0].began <= AT_ONCE]
    apart = [site for site in lately if site.runs[0].outcome == RunOutcome.UNREACHABLE]
    if len(apart) < FEWEST_SITES or len(apart) < MOST * len(lately):
        return None
    begins = sorted(since for site in apart if (since := failing(site.runs)[1]))
    since = begins[len(begins) // 2]
    sites = tuple(sorted(site.name for site in apart))
    hosts = sorted({site.runs[0].host for site in apart})
    said = (
        f"{len(sites)} of {len(lately)} sites cannot be reached from {_some(hosts)}: look at our own network"
    )
    told = {"what": "network", "n": len(sites), "all": len(lately), "nodes": _some(hosts)}
    return Cause(AlarmKind.NETWORK, said, since, sites, told=told)


def _faults(seen: Installation) -> list[Cause]:
    """Runs that fail by our own doing, three times in a row."""
    ill = {}
    for site in seen.sites:
        newest = site.runs[:3]
        if len(newest) == 3 and all(run.outcome in OURS for run in newest):
            ill[site.name] = newest[-1].began
    if not ill:
        return []
    said = f"runs end as fault or killed, three times in a row: {_some(sorted(ill))}; see their logs"
    told = {"what": "fault", "n": len(ill), "sites": _some(sorted(ill))}
    return [Cause(AlarmKind.FAULT, said, min(ill.values()), tuple(sorted(ill)), told=told)]


def _archive(seen: Installation) -> list[Cause]:
    """What the newest run of each node said of its archive."""
    newest: dict[str, Ran] = {}
    for site in seen.sites:
        for run in site.runs[:1]:
            if run.host not in newest or newest[run.host].ended < run.ended:
                newest[run.host] = run
    return [
        Cause(
            f"{AlarmKind.ARCHIVE} {host}",
            f"archive of {host}: {'; '.join(said for _, said in run.alarms)}",
            run.ended,
            told={"what": "archive", "node": host, "said": "; ".join(said for _, said in run.alarms)},
        )
        for host, run in newest.items()
        if run.alarms
    ]


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


@dataclass(frozen=True, slots=True)
class Ringing:
    """An alarm that has begun and is not over."""

    cause: Cause
    began: dt.datetime
    clear_since: dt.datetime | None = None
    """Since when its cause is no longer found."""


def step(
    ringing: Mapping[str, Ringing], found: Mapping[str, Cause], now: dt.datetime
) -> tuple[dict[str, Ringing], list[Cause], list[Cause]]:
    """The alarms after a look: those that ring, those that began, those that are over."""
    after: dict[str, Ringing] = {}
    over: list[Cause] = []
    for key, alarm in ringing.items():
        if key in found:
            after[key] = replace(alarm, cause=found[key], clear_since=None)
        elif alarm.clear_since and now - alarm.clear_since >= SETTLED:
            over.append(alarm.cause)
        else:
            after[key] = replace(alarm, clear_since=alarm.clear_since or now)
    begun = [cause for key, cause in found.items() if key not in ringing]
    after |= {cause.key: Ringing(cause, now) for cause in begun}
    return after, begun, over
