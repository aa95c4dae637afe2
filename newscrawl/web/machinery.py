"""The pages of the schedule with its leases, of the nodes, and of the alarms."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from newscrawl.vocabulary import AlarmKind
from newscrawl.watch import doctor
from newscrawl.watch.alarms import BEGUN, OPEN, Alarms, covers
from newscrawl.watch.causes import AWAY, HERE, LATE, RETIRED, node_state
from newscrawl.watch.doctor import Check
from newscrawl.watch.known import SeenNode
from newscrawl.web import telling
from newscrawl.web.looking import Look
from newscrawl.web.overview import problem_shown
from newscrawl.web.page import Context, Document, WebPage, WebRequest
from newscrawl.web.secret import machine
from newscrawl.web.words import has, word

PAST = 30
"""Maximum number of past alarms shown."""
PUNCTUAL = dt.timedelta(minutes=1)
"""How long a site may be due before it counts as late: its node checks every second."""


def read_schedule(context: Context, _asked: WebRequest) -> Mapping[str, Any]:
    """The leases of all sites, and the nodes without a free slot."""
    ops = context.ops
    return {
        "leases": list(ops["leases"].find()),
        "nodes": list(ops["nodes"].find({"waiting.0": {"$exists": True}}, {"waiting": 1, "alive_until": 1})),
        "look": context.lookout.look(context),
    }


def show_schedule(data: Mapping[str, Any], asked: WebRequest) -> Mapping[str, Any]:
    """Running sites first, then late sites, then sites that are due next."""
    lines = [_lease(doc, asked) for doc in data["leases"] if isinstance(doc.get("due_at"), dt.datetime)]
    lines.sort(key=lambda line: (("runs", "waits", "late", "next").index(line["state"]), line["due"]))
    look = data["look"]
    # What a node reported before it went away no longer holds.
    crowded = [doc for doc in data["nodes"] if _state(look, doc)[0] in (HERE, LATE)]
    return {"lines": lines, "crowded": crowded, "titles": look.titles}


def _lease(doc: Document, asked: WebRequest) -> Mapping[str, Any]:
    state = "next"
    if doc.get("job"):
        state = "runs" if doc.get("holder") else "waits"
    elif doc["due_at"] < asked.now - PUNCTUAL:
        state = "late"
    return {
        "site": doc["_id"], "state": state, "rule": telling.rule(asked.lang, doc.get("rule") or ""),
        "interval": dt.timedelta(seconds=doc["interval"]) if doc.get("interval") else None,
        "due": doc["due_at"], "node": doc.get("node") or "", "job": doc.get("job") or "",
        "since": doc.get("taken_at") or doc.get("claimed_at"), "until": doc.get("until"),
        "failures": doc.get("failures") or 0, "backfill": doc.get("backfill") or "",
    }  # fmt: skip


def read_nodes(context: Context, _asked: WebRequest) -> Mapping[str, Any]:
    """The nodes, their leases, and the results of `scrapy doctor` that can be determined from here."""
    held = context.ops["leases"].find({"job": {"$gt": ""}}, {"node": 1, "holder": 1, "taken_at": 1})
    return {
        "look": context.lookout.look(context),
        "nodes": list(context.ops["nodes"].find({}, {"watch": 0})),
        "leases": list(held),
        "checks": _checks(context),
    }


def _checks(context: Context) -> list[Check]:
    """The checks of `scrapy doctor`, except for the rights that crawls need and checks of a single node."""
    db, ops = context.db, context.ops
    countries = [site.country for site in context.lookout.look(context).seen.sites]
    now = dt.datetime.now(dt.UTC)
    checks = [check for check in doctor.mongodb(db, ops) if check.name != "rights"]
    if context.demo:  # only `make demo` writes to its database
        lost = [check for check in checks if check.name == "indexes" and check.wrong]
        checks = [replace(check, remedy="run `make demo`") if check in lost else check for check in checks]
    return [*checks, *doctor.clock(db, ops, now), doctor.zones(), doctor.months(now.date(), countries)]


def show_nodes(data: Mapping[str, Any], _asked: WebRequest) -> Mapping[str, Any]:
    """The nodes, those that are away first."""
    jobs: defaultdict[str, list[str]] = defaultdict(list)
    for doc in data["leases"]:
        jobs[doc.get("node") or ""].append(doc["_id"])
    look = data["look"]
    nodes = [_node(doc, sorted(jobs[doc["_id"]]), look) for doc in data["nodes"]]
    nodes.sort(key=lambda node: ((AWAY, LATE, HERE, RETIRED).index(node["state"]), node["name"]))
    checks = sorted(data["checks"], key=lambda check: (True, None, False).index(check.wrong))
    return {
        "nodes": nodes,
        "checks": [_check(check) for check in checks],
        "titles": look.titles,
        "looked_at": look.seen.now,
    }


def _node(doc: Document, jobs: Sequence[str], look: Look) -> Mapping[str, Any]:
    state, alive_until = _state(look, doc)
    slots, waiting = doc.get("slots") or 0, (doc.get("waiting") or []) if state in (HERE, LATE) else []
    # Sites wait only while all slots are in use, some perhaps by runs that people have started.
    taken = max(len(jobs), slots) if waiting else len(jobs)
    return {
        "name": doc["_id"], "state": state, "alive_until": alive_until, "started_at": doc.get("started_at"),
        "slots": slots, "taken": taken, "can": doc.get("can") or [], "jobs": jobs, "waiting": waiting,
        "apart": bool(doc.get("apart")),
    }  # fmt: skip


def _state(look: Look, doc: Document) -> tuple[str, dt.datetime | None]:
    """A node's state, as in alarms and the overview, and when it was last alive."""
    known = next((node for node in look.seen.nodes if node.name == doc["_id"]), None)
    node = known or SeenNode(doc["_id"], doc.get("alive_until"))
    return node_state(node, look.seen.now), node.alive_until


def _check(check: Check) -> Mapping[str, Any]:
    state = {True: "wrong", None: "note", False: "ok"}[check.wrong]
    remedy = machine(check.remedy).replace("`", "")
    return {
        "name": check.name, "state": state, "said": machine(check.sentence), "remedy": remedy,
        "told": word("ar", key) if has(key := f"doctor.{check.name}") else "",
    }  # fmt: skip


def read_alarms(context: Context, asked: WebRequest) -> Mapping[str, Any]:
    """Open alarms, silences, and recent alarms."""
    alarms = context.ops["alarms"]
    over = alarms.find({"stored_at": {"$gt": dt.datetime(1970, 1, 1, tzinfo=dt.UTC)}, "open": False})
    return {
        "look": context.lookout.look(context),
        "open": list(alarms.find(OPEN)),
        "silences": Alarms(context.ops).silences(asked.now),
        "over": list(over.sort("stored_at", -1).limit(PAST)),
    }


def show_alarms(data: Mapping[str, Any], asked: WebRequest) -> Mapping[str, Any]:
    """The alarms, newest first, and findings that have not raised an alarm yet."""
    causes, titles = data["look"].causes, data["look"].titles
    ringing = sorted(data["open"], key=lambda doc: doc["began_at"], reverse=True)
    rings = {doc["_id"] for doc in ringing}
    return {
        "looked_at": data["look"].seen.now,
        "titles": titles,
        "ringing": [
            {
                **_alarm(doc, causes.get(doc["_id"]), asked.lang, titles),
                "muted": _muted(doc, data["silences"]),
            }
            for doc in ringing
        ],
        "found": [problem_shown(cause, asked.lang) for key, cause in causes.items() if key not in rings],
        "silences": data["silences"],
        "over": [_alarm(doc, None, asked.lang, titles) for doc in data["over"]],
    }


def _muted(doc: Document, silences: Mapping[str, dt.datetime]) -> dt.datetime | None:
    """When the silence of an alarm ends; None if it is not silenced."""
    return max((until for pattern, until in silences.items() if covers(pattern, doc)), default=None)


def _alarm(doc: Document, cause: Any, lang: str, titles: Mapping[str, str]) -> Mapping[str, Any]:
    kind = AlarmKind(doc["kind"])
    sites: Sequence[str] = doc.get("sites") or ()
    home = titles.get(sites[0], sites[0]) if sites else ""
    untold = [word.partition(" ")[2] for word in doc.get("waiting") or () if word.startswith(BEGUN)]
    return {
        "key": doc["_id"], "kind": kind, "meaning": telling.meaning(lang, kind),
        "said": telling.cause(lang, cause) if cause else "", "english": machine(doc["said"]),
        "began": doc["began_at"], "since": doc.get("since"), "ended": doc.get("ended_at"),
        "cleared": doc.get("clear_since"), "sites": sites[:5], "more": max(0, len(sites) - 5),
        "untold": untold, "todo": telling.remedy(lang, cause, home) if cause else "",
    }  # fmt: skip


PAGES = (
    WebPage("schedule", "/schedule", read_schedule, show_schedule, is_entry=True),
    WebPage("nodes", "/nodes", read_nodes, show_nodes, is_entry=True),
    WebPage("alarms", "/alarms", read_alarms, show_alarms, is_entry=True),
)
