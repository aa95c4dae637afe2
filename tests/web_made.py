"""A synthetic installation for the tests of `scrapy web`: newspapers in every state, with their data.

``operators`` fills what operators look at. All moments are relative to MongoDB's clock; everything else
follows from one seed. :func:`scenario` names the scenario of each newspaper; all words are ours.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pymongo.database import Database

from newscrawl.items import READ_FIELDS
from newscrawl.mongod.opening import connect_async
from newscrawl.store.extracts import extract
from newscrawl.store.schema import prepare
from newscrawl.watch.alarms import Alarms
from newscrawl.watch.causes import causes
from newscrawl.watch.facts import installation, now_of

Document = dict[str, Any]

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SCENARIOS = ("unreachable", "quiet", "read_worse", "drift", "young", "failed", "aggregator", "fine")
NAMES = {
    "sada_rif": "صدى الريف", "manar": "المنار الجديد", "barid": "بريد الصباح", "waha": "الواحة اليوم",
    "nakhil": "النخيل", "mizan": "ميزان الأخبار", "jami3": "جامع الصحف", "shams": "شمس المدينة",
}  # fmt: skip
"""Newspapers, one for each scenario."""
PASSWORD = "geheim-1445"
"""A secret in all places of secrets, which must never be shown."""
HOSTILE = """<html><head><title>صفحة</title><script>document.title='ran';fetch('{out}/script')</script>
<meta http-equiv="refresh" content="0;url={out}/refresh"><link rel="preconnect" href="{out}">
<link rel="stylesheet" href="{out}/style"></head><body onload="fetch('{out}/onload')">
<h1>هذه قائمة لا خبر</h1><p>نص الصفحة المحفوظة.</p><img src="{out}/img"><iframe src="{out}/frame"></iframe>
<form action="{out}/form" id="f"><button>أرسل</button></form><script>f.submit()</script>
<a href="{out}/link">رابط إلى موقع آخر</a><svg onload="fetch('{out}/svg')"></svg>
<object data="{out}/object"></object><video src="{out}/video" autoplay></video></body></html>"""
"""A page that tries all that a page can; ``out`` is the server that it tries to reach."""


class Outside:
    """A server that records every request."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.came: list[str] = []

    def __enter__(self) -> Outside:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._listener.accept()
                with visitor, suppress(OSError):
                    visitor.settimeout(0.5)
                    self.came.append(visitor.recv(1000).decode("latin-1").partition("\r\n")[0])


def names(count: int) -> list[str]:
    """This many newspapers, those of ``NAMES`` first."""
    return [*NAMES, *(f"sahifa{number:02}" for number in range(len(NAMES), count))][:count]


def scenario(name: str) -> str:
    """The scenario of a newspaper."""
    known = [*NAMES]
    return SCENARIOS[known.index(name)] if name in known else "fine"


def operators(db: Database[Document], *, sites: int = 8, days: int = 90, out: str = "//evil.example") -> None:
    """Prepare the collections that operators look at, and fill them."""
    asyncio.run(_prepared(db))
    ops = db.client[f"{db.name}_ops"]
    now = now_of(db)
    chance = random.Random(27)
    for name in names(sites):
        db["sources"].insert_one(_source(name))
        if runs := list(_runs(name, now, days, chance)):
            ops["runs"].insert_many(runs)
        if rows := list(_rows(name, now, days, chance)):
            db["coverage"].insert_many(rows)
    _machinery(ops, names(sites), now)
    _rejected(db, ops, now, out)
    Alarms(ops).look(causes(installation(db, ops)), now - 3 * HOUR)
    Alarms(ops).silence("silent manar", now + 8 * HOUR)


async def _prepared(db: Database[Document]) -> None:
    host, port = db.client.address or ("", 0)
    async with connect_async(f"mongodb://{host}:{port}/?directConnection=true") as client:
        await prepare(client[db.name], client[f"{db.name}_ops"])


def _source(name: str) -> Document:
    return {
        "_id": name, "name": NAMES.get(name, f"صحيفة {name[-2:]}"), "domain": f"{name}.example",
        "country": "MA" if len(name) % 2 else "EG", "timezone": "Africa/Casablanca",
        "aggregator": scenario(name) == "aggregator", "evidence": "saved page", "year": 2026,
        "robots": {"state": "rules"},
    }  # fmt: skip


# --- Runs


def _runs(name: str, now: dt.datetime, days: int, chance: random.Random) -> Iterator[Document]:
    """Four runs a day, the newest last; the last run of ``shams`` is still going on."""
    what = scenario(name)
    for number in range(4 * days if what != "young" else 12, 0, -1):
        at = now - (number - 0.5) * 6 * HOUR
        yield _run(name, what, at, number, chance)
    if name == "shams":
        begun = now - HOUR / 4
        fields = {"counts": {"new": 4, "seen": 2}, "outcome": None, "heartbeat_at": now, "log": None}
        yield {
            **_run(name, what, begun, 0, chance),
            **fields,
            "finished_at": None,
            "summary": None,
            "reason": None,
        }


def _run(name: str, what: str, at: dt.datetime, number: int, chance: random.Random) -> Document:
    bad = what in ("unreachable", "read_worse", "drift") and number <= 12
    failed = (what == "unreachable" and bad) or (what == "failed" and number == 1)
    new = 0 if failed or (what == "quiet" and number <= 24) else chance.randrange(12, 22)
    rejected = (
        {"no_body": new} if what == "read_worse" and bad else {"listing": 1} if new and not number % 3 else {}
    )
    if what == "read_worse" and bad:
        new = 2
    outcome = "unreachable" if failed else "ok" if new else "nothing_new"
    said = f"{name}: {outcome}. {new} new, 0 revised, 3 seen before, {sum(rejected.values())} rejected"
    origin = "generic" if what == "drift" and bad else "markup"
    body = {"markup": 0.4, "empty": 0.6} if what == "read_worse" and bad else {origin: 1.0}
    shares = {field: {"empty": 0.3, "meta": 0.7} for field in READ_FIELDS} | {
        "title": {origin: 1.0},
        "body": body,
    }
    drift = [f"{name}: title is now only guessed (generic reading) in 100% of articles, was 0%"]
    return {
        "_id": f"{name}-{at:%Y%m%dT%H%M%S}", "site": name, "began": at, "whole": True, "started_at": at,
        "finished_at": at + HOUR / 20, "heartbeat_at": at + HOUR / 20, "stored_at": at + HOUR / 20,
        "host": "crawler1" if number % 2 else "crawler2", "pid": 4000 + number, "newscrawl": "1.0.0",
        "replay": False, "scheduled": True, "arguments": {"since": "2026-10-01"} if number == 30 else {},
        "log": f"/var/log/newscrawl/{name}/{at:%Y%m%dT%H%M%S}.log",
        "outcome": outcome, "reason": "finished", "summary": said,
        "error": f"mongodb://crawl:{PASSWORD}@db.example/news is slow" if failed and number == 1 else None,
        "failed": {"timeout": 3} if failed else {}, "counts": {"new": new, "revised": 0, "seen": 3,
        "rejected": sum(rejected.values())} if not failed else {}, "rejected": rejected,
        "came": new + sum(rejected.values()), "downloaded": new + 3,
        "ledger": {"taken": {"listing": new + 3 + sum(rejected.values())},
                   "ended": {"stored": new, "seen": 3, "rejected": sum(rejected.values())}},
        "goes_on": False, "reading": {"articles": new, "shares": shares if new else {}},
        "drift": drift if what == "drift" and bad else [], "alarms": [],
    }  # fmt: skip


def _rows(name: str, now: dt.datetime, days: int, chance: random.Random) -> Iterator[Document]:
    what = scenario(name)
    if what == "aggregator":
        return
    for back in range(days if what != "young" else 3, -1, -1):
        day = str((now - back * DAY).date())
        silent = (what == "unreachable" and back < 3) or (what == "quiet" and back < 6)
        articles = 0 if silent else chance.randrange(55, 80) if back else 20
        why = "not_over" if not back else "site_silent" if what == "unreachable" and silent else "seen"
        yield {
            "_id": f"{name} {day}", "source": name, "day": day, "articles": articles, "copies": articles // 9,
            "possible": 0, "runs": 4, "complete": None if not back else why == "seen", "why": why,
        }  # fmt: skip


# --- Leases, nodes, pending and rejected


def _machinery(ops: Database[Document], sites: list[str], now: dt.datetime) -> None:
    for place, name in enumerate(sites):
        runs = name == "shams"
        ops["leases"].insert_one({
            "_id": name, "rule": "every 6h", "due_at": now + (place * 17 % 360 + 5) * HOUR / 60,
            "failures": 12 if name == "sada_rif" else 0, "job": "job7" if runs else None,
            "node": "crawler1" if runs else None, "holder": "4000" if runs else None,
            "taken_at": now - HOUR / 4 if runs else None, "until": now + HOUR if runs else None,
            "served": None, "claimed_at": now - HOUR / 4 if runs else None, "backfill": None, "longest": None,
        })  # fmt: skip
    ops["leases"].update_one({"_id": "nakhil"}, {"$set": {"due_at": now - 3 * HOUR}})
    for name, alive in (("crawler1", now + HOUR), ("crawler2", now - 2 * HOUR)):
        ops["nodes"].insert_one({
            "_id": name, "alive_until": alive, "started_at": now - 40 * DAY, "can": ["browser"], "slots": 1,
            "waiting": ["nakhil"] if name == "crawler1" else [], "apart": False,
        })  # fmt: skip
    for number in range(40):
        ops["pending"].insert_one({
            "_id": f"pending{number}", "url": f"https://sada_rif.example/akhbar/{number}-{'خبر' * 3}.html",
            "site": "sada_rif", "owner": "sada_rif.example", "reason": "timeout", "times": number % 9 + 1,
            "failed_at": now - number * HOUR, "retry_at": now + number * HOUR,
        })  # fmt: skip


def _rejected(db: Database[Document], ops: Database[Document], now: dt.datetime, out: str) -> None:
    page = zlib.compress(HOSTILE.replace("{out}", out).encode())
    for number in range(60):
        reason = ("no_body", "listing", "no_title", "not_found")[number % 4]
        rejected = {
            "_id": f"barid{number:02}", "url": f"https://barid.example/aqsam/{number}",
            "urls": ["https://barid.example/khabar/2"] if number == 2 else [],
            "keys": [f"barid{number:02}"], "site": "barid", "owner": "barid.example", "reason": reason,
            "detail": "no paragraph of text", "status": 404 if reason == "not_found" else 200,
            "rejected_at": now - number * HOUR, "run": "", "times": 1,
            "retry_at": (None, now - 3 * HOUR, now + 3 * HOUR)[number % 3],
            "page": None if reason == "not_found" else page, "stored_at": now - number * HOUR,
        }  # fmt: skip
        ops["rejected"].insert_one(rejected)
        db["rejections"].insert_one({"_id": rejected["_id"], **extract("rejected", rejected)})
