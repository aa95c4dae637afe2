"""Causes of alarms: each cause raises one alarm, however many sites it affects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from newscrawl.vocabulary import AlarmKind, RunOutcome
from newscrawl.watch.known import OURS, EndedRun, Installation, SeenNode, WatchedSite
from newscrawl.watch.monitors import Finding, Usual, failing, reduced, silent

NODE_AWAY = dt.timedelta(minutes=10)
"""How long a node may be away before an alarm begins: an upgrade restarts nodes."""
GONE = dt.timedelta(days=14)
"""A node that was away for this long counts as taken out of service."""
OVERDUE = dt.timedelta(hours=1)
"""How long a site may be due without being crawled."""
AT_ONCE = dt.timedelta(hours=2)
"""Failed runs of several sites count as failing together if they began within this time."""
FEWEST_SITES, MOST = 4, 0.8
"""How many sites, and what share of all, must fail together before the network counts as the cause."""
REMEDIES: Mapping[str, str] = {
    AlarmKind.SCHEDULE: "on each node: systemctl status newscrawl-schedule newscrawl-scrapyd",
    AlarmKind.NETWORK: "on a node: curl -I https://www.example.org; then check DNS, firewall and provider",
    AlarmKind.NODE: "on that machine: systemctl status newscrawl-schedule newscrawl-scrapyd",
    "node.others": "on that machine: systemctl status newscrawl-schedule newscrawl-scrapyd; meanwhile the "
    "other nodes run its sites",
    AlarmKind.FAULT: "read the end of the log that `runs.log` names; to skip a site meanwhile, set "
    "`enabled = false` for it in schedule.toml",
    AlarmKind.DISK: "free disk space, or delete old archive files with `scrapy archive --remove DAYS`",
    AlarmKind.ARCHIVE: "on that machine: df -h; free disk space, or delete old archive files with "
    "`scrapy archive --remove DAYS`",
    AlarmKind.OVERDUE: "run `scrapy schedule --next`: it shows which jobs occupy the nodes",
    AlarmKind.SILENT: "open {home} in a browser; if you cannot reach it either, wait until it is back; if it "
    "opens, it may be blocking this crawler: run `scrapy verify {site}`",
    "silent.new": "open {home} in a browser; if you cannot reach it either, wait until it is back; if there "
    "are new articles, the address of its list has changed or spiders/{site}.py is wrong: run "
    "`scrapy verify {site}`; if there are none, wait",
    AlarmKind.REDUCED: "run `scrapy try URL` on a new article of {home} to see what is not found; then fix "
    "spiders/{site}.py",
    AlarmKind.MONTHS: "upgrade newscrawl",
}
"""What an operator should do first, by :attr:`Cause.remedy`; ``{home}`` and ``{site}`` are those of the
cause's site."""
SETTLED = dt.timedelta(hours=1)
"""How long the cause must be gone before its alarm ends, so that an alarm does not flap."""


_ANSWERS = {"quiet", RunOutcome.NO_LINKS}


@dataclass(frozen=True, slots=True)
class Cause:
    """A problem of which an operator is notified once when it begins and once when it is over."""

    key: str
    """Its identity: ``silent hespress``, ``node crawler2``, ``network``."""
    sentence: str
    """One sentence in English."""
    since: dt.datetime
    sites: tuple[str, ...] = ()
    usual: Usual = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The facts behind the sentence, for translations: ``what`` it is about, and its numbers."""

    @property
    def kind(self) -> AlarmKind:
        """The kind of alarm: the first word of the key."""
        return AlarmKind(self.key.partition(" ")[0])

    @property
    def remedy(self) -> str:
        """The key of the remedy in ``REMEDIES``: its kind, or a more specific key."""
        if self.kind == AlarmKind.NODE and self.facts.get("others"):
            return "node.others"
        # The site answers, but crawls find nothing new there.
        if self.kind == AlarmKind.SILENT and _ANSWERS & {self.facts.get("what"), self.facts.get("outcome")}:
            return "silent.new"
        return self.kind


def causes(seen: Installation, before: Mapping[str, Cause] | None = None) -> dict[str, Cause]:
    """All current problems, by key; ``before`` holds the causes of the open alarms."""
    before = before or {}
    problems: list[Cause] = [*_schedule(seen)]
    network = _network(seen)
    problems += [network] if network else []
    problems += _faults(seen)
    problems += _archive(seen)
    # Sites that have not run since count as cut off, even after the network is back.
    apart = {name for cause in (network, before.get(AlarmKind.NETWORK)) if cause for name in cause.sites}
    for site in seen.sites:
        key = f"{AlarmKind.REDUCED} {site.name}"
        finding = silent(site, seen.now)
        if finding and not (site.name in apart and finding.kind == RunOutcome.UNREACHABLE):
            problems.append(_of_site(AlarmKind.SILENT, site, finding))
        elif not finding and (less := reduced(site, seen.now, before[key].usual if key in before else None)):
            problems.append(_of_site(AlarmKind.REDUCED, site, less))
    return {cause.key: cause for cause in problems}


def _of_site(kind: AlarmKind, site: WatchedSite, finding: Finding) -> Cause:
    sentence = f"{site.name}: {finding.sentence}"
    kind_of_problem = "no_answer" if "outcome" in finding.facts else finding.kind
    facts = {"what": kind_of_problem, **finding.facts}
    return Cause(f"{kind} {site.name}", sentence, finding.since, (site.name,), finding.usual, facts)


HERE, LATE, AWAY, RETIRED = "here", "late", "away", "retired"
"""States of a node: it sends heartbeats; its heartbeat is late; it is away; it has been taken out of
service."""


def node_state(node: SeenNode, now: dt.datetime) -> str:
    """The state of a node, by the same rule for alarms and pages."""
    if node.alive_until is None:
        return RETIRED
    late = now - node.alive_until
    if late >= GONE:
        return RETIRED
    return HERE if late <= dt.timedelta(0) else LATE if late <= NODE_AWAY else AWAY


def _schedule(seen: Installation) -> list[Cause]:
    """A cause for nodes that are away, and for overdue sites that missing nodes do not explain."""
    away = [
        (node.name, node.alive_until)
        for node in seen.nodes
        if node.alive_until and node_state(node, seen.now) == AWAY
    ]
    states = {node_state(node, seen.now) for node in seen.nodes}
    if away and not states & {HERE, LATE}:
        since = max(until for _, until in away)
        names = ", ".join(sorted(name for name, _ in away))
        sentence = (
            f"nothing is crawled: no node has sent a heartbeat since {since:%Y-%m-%d %H:%M} UTC ({names})"
        )
        return [Cause(AlarmKind.SCHEDULE, sentence, since, facts={"what": "schedule", "nodes": names})]
    problems = [
        Cause(
            f"{AlarmKind.NODE} {name}",
            f"node {name} has sent no heartbeat since {since:%Y-%m-%d %H:%M} UTC",
            since,
            facts={"what": "node", "node": name, "others": HERE in states},
        )
        for name, since in away
    ]
    late = [lease for lease in seen.leases if not lease.runs and seen.now - lease.due_at > OVERDUE]
    if late:
        sites = tuple(sorted(lease.site for lease in late))
        since = min(lease.due_at for lease in late)
        due = f"{len(sites)} sites are" if len(sites) > 1 else "1 site is"
        sentence = f"{due} overdue since {since:%Y-%m-%d %H:%M} UTC: {_some(sites)}"
        facts = {"what": "overdue", "n": len(sites), "sites": _some(sites)}
        problems.append(Cause(AlarmKind.OVERDUE, sentence, since, sites, facts=facts))
    return problems


def _network(seen: Installation) -> Cause | None:
    """A cause if nearly all recently crawled sites were unreachable: our network is at fault."""
    lately = [site for site in seen.sites if site.runs and seen.now - site.runs[0].began <= AT_ONCE]
    apart = [site for site in lately if site.runs[0].outcome == RunOutcome.UNREACHABLE]
    if len(apart) < FEWEST_SITES or len(apart) < MOST * len(lately):
        return None
    begins = sorted(since for site in apart if (since := failing(site.runs)[1]))
    since = begins[len(begins) // 2]
    sites = tuple(sorted(site.name for site in apart))
    hosts = sorted({site.runs[0].host for site in apart})
    sentence = (
        f"{len(sites)} of {len(lately)} sites cannot be reached from {_some(hosts)}: check your own network"
    )
    facts = {"what": "network", "n": len(sites), "all": len(lately), "nodes": _some(hosts)}
    return Cause(AlarmKind.NETWORK, sentence, since, sites, facts=facts)


def _faults(seen: Installation) -> list[Cause]:
    """A cause for each site whose last three runs were all killed or failed through a fault of newscrawl."""
    ill = {}
    for site in seen.sites:
        newest = site.runs[:3]
        if len(newest) == 3 and all(run.outcome in OURS for run in newest):
            ill[site.name] = newest[-1].began
    if not ill:
        return []
    sentence = f"the last three runs ended as fault or killed: {_some(sorted(ill))}; see their logs"
    facts = {"what": "fault", "n": len(ill), "sites": _some(sorted(ill))}
    return [Cause(AlarmKind.FAULT, sentence, min(ill.values()), tuple(sorted(ill)), facts=facts)]


def _archive(seen: Installation) -> list[Cause]:
    """A cause for each archive problem that the newest run of a node reported."""
    newest: dict[str, EndedRun] = {}
    for site in seen.sites:
        for run in site.runs[:1]:
            if run.host not in newest or newest[run.host].ended < run.ended:
                newest[run.host] = run
    return [
        Cause(
            f"{AlarmKind.ARCHIVE} {host}",
            f"archive of {host}: {'; '.join(sentence for _, sentence in run.alarms)}",
            run.ended,
            facts={
                "what": "archive",
                "node": host,
                "said": "; ".join(sentence for _, sentence in run.alarms),
            },
        )
        for host, run in newest.items()
        if run.alarms
    ]


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An open alarm."""

    cause: Cause
    began: dt.datetime
    clear_since: dt.datetime | None = None
    """When its cause ended; None while it lasts."""


def step(
    ringing: Mapping[str, OpenAlarm], current: Mapping[str, Cause], now: dt.datetime
) -> tuple[dict[str, OpenAlarm], list[Cause], list[Cause]]:
    """The alarms after a check: all open alarms, the causes that began, the causes that are over."""
    after: dict[str, OpenAlarm] = {}
    over: list[Cause] = []
    for key, alarm in ringing.items():
        if key in current:
            after[key] = replace(alarm, cause=current[key], clear_since=None)
        elif alarm.clear_since and now - alarm.clear_since >= SETTLED:
            over.append(alarm.cause)
        else:
            after[key] = replace(alarm, clear_since=alarm.clear_since or now)
    begun = [cause for key, cause in current.items() if key not in ringing]
    after |= {cause.key: OpenAlarm(cause, now) for cause in begun}
    return after, begun, over
