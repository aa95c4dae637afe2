"""What drives the crawls: the schedule with its leases, the nodes, the alarms."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from newscrawl.vocabulary import AlarmKind
from newscrawl.watch import doctor
from newscrawl.watch.alarms import BEGUN, OPEN, Alarms
from newscrawl.watch.doctor import Check
from newscrawl.web import telling
from newscrawl.web.overview import told
from newscrawl.web.page import Asked, Context, Document, Page
from newscrawl.web.secret import machine

PAST = 30
"""Alarms that are over, as many as are shown."""
LATE = dt.timedelta(minutes=1)
"""So long a site may be due before it is called late: its node looks every second."""


def read_schedule(context: Context, _asked: Asked) -> Mapping[str, Any]:
    """The leases of all sites, and which nodes are full."""
    ops = context.ops
    return {
        "leases": list(ops["leases"].find()),
        "nodes": list(ops["nodes"].find({"waiting.0": {"$exists": True}}, {"waiting": 1, "slots": 1})),
    }


def show_schedule(data: Mapping[str, Any], asked: Asked) -> Mapping[str, Any]:
    """What runs first, then what is late, then what comes next."""
    lines = [_lease(doc, asked) for doc in data["leases"] if isinstance(doc.get("due_at"), dt.datetime)]
    lines.sort(key=lambda line: (("runs", "waits", "late", "next").index(line["state"]), line["due"]))
    return {"lines": lines, "crowded": data["nodes"]}


def _lease(doc: Document, asked: Asked) -> Mapping[str, Any]:
    state = "next"
    if doc.get("job"):
        state = "runs" if doc.get("holder") else "waits"
    elif doc["due_at"] < asked.now - LATE:
        state = "late"
    return {
        "site": doc["_id"], "state": state, "rule": doc.get("rule") or "",
        "interval": dt.timedelta(seconds=doc["interval"]) if doc.get("interval") else None,
        "due": doc["due_at"], "node": doc.get("node") or "", "job": doc.get("job") or "",
        "since": doc.get("taken_at") or doc.get("claimed_at"), "until": doc.get("until"),
        "failures": doc.get("failures") or 0, "backfill": doc.get("backfill") or "",
    }  # fmt: skip


def read_nodes(context: Context, _asked: Asked) -> Mapping[str, Any]:
    """The nodes, what is leased to them, and what doctor says of what can be seen from here."""
    held = context.ops["leases"].find({"job": {"$gt": ""}}, {"node": 1, "holder": 1, "taken_at": 1})
    return {
        "nodes": list(context.ops["nodes"].find({}, {"watch": 0})),
        "leases": list(held),
        "checks": _checks(context),
    }


def _checks(context: Context) -> list[Check]:
    """What `scrapy doctor` checks, but for the rights that crawls need and for what is a node's own."""
    db, ops = context.db, context.ops
    countries = [site.country for site in context.lookout.look(context).seen.sites]
    now = dt.datetime.now(dt.UTC)
    found = [check for check in doctor.mongodb(db, ops) if check.name != "rights"]
    return [*found, *doctor.clock(db, ops, now), doctor.zones(), doctor.months(now.date(), countries)]


def show_nodes(data: Mapping[str, Any], asked: Asked) -> Mapping[str, Any]:
    """Those that are away first."""
    jobs: defaultdict[str, list[str]] = defaultdict(list)
    for doc in data["leases"]:
        jobs[doc.get("node") or ""].append(doc["_id"])
    nodes = [
        {
            "name": doc["_id"], "is_here": bool(doc.get("alive_until") and doc["alive_until"] > asked.now),
            "alive_until": doc.get("alive_until"), "started_at": doc.get("started_at"),
            "slots": doc.get("slots"), "can": doc.get("can") or [], "jobs": sorted(jobs[doc["_id"]]),
            "waiting": doc.get("waiting") or [], "apart": bool(doc.get("apart")),
        }
        for doc in data["nodes"]
    ]  # fmt: skip
    nodes.sort(key=lambda node: (node["is_here"], node["name"]))
    checks = sorted(data["checks"], key=lambda check: (True, None, False).index(check.wrong))
    return {"nodes": nodes, "checks": [_check(check) for check in checks]}


def _check(check: Check) -> Mapping[str, Any]:
    state = {True: "wrong", None: "note", False: "ok"}[check.wrong]
    remedy = machine(check.remedy).replace("`", "")
    return {"name": check.name, "state": state, "said": machine(check.sentence), "remedy": remedy}


def read_alarms(context: Context, asked: Asked) -> Mapping[str, Any]:
    """What rings, what is silenced, and what rang lately."""
    alarms = context.ops["alarms"]
    over = alarms.find({"stored_at": {"$gt": dt.datetime(1970, 1, 1, tzinfo=dt.UTC)}, "open": False})
    return {
        "look": context.lookout.look(context),
        "open": list(alarms.find(OPEN)),
        "silences": Alarms(context.ops).silences(asked.now),
        "over": list(over.sort("stored_at", -1).limit(PAST)),
    }


def show_alarms(data: Mapping[str, Any], asked: Asked) -> Mapping[str, Any]:
    """The newest first; what is found but does not ring yet stands beside it."""
    found = data["look"].causes
    ringing = sorted(data["open"], key=lambda doc: doc["began_at"], reverse=True)
    rings = {doc["_id"] for doc in ringing}
    return {
        "ringing": [_alarm(doc, found.get(doc["_id"]), asked.lang) for doc in ringing],
        "found": [told(cause, asked.lang) for key, cause in found.items() if key not in rings],
        "silences": data["silences"],
        "over": [_alarm(doc, None, asked.lang) for doc in data["over"]],
    }


def _alarm(doc: Document, cause: Any, lang: str) -> Mapping[str, Any]:
    kind = AlarmKind(doc["kind"])
    sites: Sequence[str] = doc.get("sites") or ()
    untold = [word.partition(" ")[2] for word in doc.get("waiting") or () if word.startswith(BEGUN)]
    return {
        "key": doc["_id"], "kind": kind, "meaning": telling.meaning(lang, kind),
        "said": telling.cause(lang, cause) if cause else "", "english": machine(doc["said"]),
        "began": doc["began_at"], "since": doc.get("since"), "ended": doc.get("ended_at"),
        "cleared": doc.get("clear_since"), "sites": sites[:5], "more": max(0, len(sites) - 5),
        "untold": untold, "todo": telling.remedy(lang, cause, sites[0] if sites else "") if cause else "",
    }  # fmt: skip


PAGES = (
    Page("schedule", "/schedule", read_schedule, show_schedule, is_entry=True),
    Page("nodes", "/nodes", read_nodes, show_nodes, is_entry=True),
    Page("alarms", "/alarms", read_alarms, show_alarms, is_entry=True),
)
