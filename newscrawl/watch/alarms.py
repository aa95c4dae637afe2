"""The collection ``alarms`` of the machinery's database: what rings, what was told to whom, what is silenced.

One document an alarm, ``_id`` is its key. Each step is one conditional update, so that of all nodes, services
and cron jobs that look at once only one begins an alarm, ends it, or tells somebody of it. ``waiting`` names
what is still to be told: ``begun webhook``. Who tells claims the document for a while; a process that dies
between telling and noting it leaves it to be told twice, never not at all.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from newscrawl.vocabulary import AlarmKind
from newscrawl.watch.causes import Cause, Ringing, step
from newscrawl.watch.delivery import Channel, DeliveryError, Message

log = logging.getLogger(__name__)

Document = dict[str, Any]

CLAIM = dt.timedelta(minutes=5)
"""So long who tells somebody has the time to do so."""
PAUSES = (1, 2, 5, 15, 60)
"""Minutes until what could not be told is tried again; the last one from then on."""
RINGS = {"open": True, "stored_at": None}
"""What rings: the index of those that are over leads past them."""
BEGUN, OVER = "begun", "over"
_SILENCE = "silence "


class Alarms:
    """Begins and ends alarms, and has people told."""

    def __init__(self, ops: Database[Document], channels: Iterable[Channel] = ()) -> None:
        self._alarms: Collection[Document] = ops["alarms"]
        self._channels = {channel.name: channel for channel in channels}

    def ringing(self) -> dict[str, Ringing]:
        """The alarms that have begun and are not over."""
        return {doc["_id"]: _ringing(doc) for doc in self._alarms.find(RINGS)}

    def look(
        self, found: Mapping[str, Cause], now: dt.datetime, mine: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Take up what was found; ``mine`` says which alarms this look can end."""
        docs = {doc["_id"]: doc for doc in self._alarms.find(RINGS) if mine(doc["_id"])}
        before = {key: _ringing(doc) for key, doc in docs.items()}
        after, begun, over = step(before, found, now)
        for cause in begun:
            self.begin(cause, now)
        for cause in over:
            self._end(docs[cause.key], now)
        for key, alarm in after.items():
            if key in before and alarm != before[key]:
                still = {"_id": key, "open": True, "episode": docs[key]["episode"]}
                self._alarms.update_one(still, {"$set": _fields(alarm)})

    def begin(self, cause: Cause, now: dt.datetime) -> bool:
        """Begin an alarm; False when somebody else was quicker."""
        waiting = [f"{BEGUN} {name}" for name in self._channels]
        changes = _fields(Ringing(cause, now)) | {
            "open": True, "ended_at": None, "waiting": waiting, "claimed_until": None, "tries": 0,
        }  # fmt: skip
        update = {"$set": changes, "$inc": {"episode": 1}, "$unset": {"stored_at": 1}}
        try:
            done = self._alarms.update_one({"_id": cause.key, "open": {"$ne": True}}, update, upsert=True)
        except DuplicateKeyError:
            return False
        log.warning("alarm: %s", cause.said)
        return bool(done.modified_count or done.upserted_id)

    def _end(self, doc: Document, now: dt.datetime) -> None:
        """End an alarm; who has not been told that it began is not told that it is over."""
        unheard = {word.partition(" ")[2] for word in doc["waiting"]}
        waiting = [f"{OVER} {name}" for name in self._channels if name not in unheard]
        condition = {"_id": doc["_id"], "open": True, "episode": doc["episode"], "waiting": doc["waiting"]}
        changes = {"open": False, "ended_at": now, "waiting": waiting, "claimed_until": None, "tries": 0}
        update = {"$set": changes, "$currentDate": {"stored_at": True}}
        if self._alarms.update_one(condition, update).modified_count:
            log.warning("alarm over: %s", doc["said"])

    # --- Telling

    def tell(self, now: dt.datetime) -> list[str]:
        """Tell what waits to be told, but what is silenced; returns what could not be told, in sentences."""
        failed: list[str] = []
        silences = self.silences(now)
        due = {
            "waiting.0": {"$exists": True},
            "$or": [{"claimed_until": None}, {"claimed_until": {"$lte": now}}],
        }
        for doc in list(self._alarms.find(due)):
            if not any(_covers(pattern, doc) for pattern in silences):
                failed += self._tell(doc, now)
        return failed

    def _tell(self, found: Document, now: dt.datetime) -> list[str]:
        condition = {name: found.get(name) for name in ("_id", "episode", "waiting", "claimed_until")}
        doc = self._alarms.find_one_and_update(condition, {"$set": {"claimed_until": now + CLAIM}})
        failed: list[str] = []
        for word in doc["waiting"] if doc else ():
            what, _, name = word.partition(" ")
            try:
                if name in self._channels:  # else it was taken out of the settings
                    self._channels[name].send(_message(found, what))
            except DeliveryError as error:
                failed.append(str(error))
                log.error("an alarm could not be told: %s", error)
            else:
                self._alarms.update_one(
                    {"_id": found["_id"], "episode": found["episode"]}, {"$pull": {"waiting": word}}
                )
        if doc:
            tries = found.get("tries", 0)
            pause = dt.timedelta(minutes=PAUSES[min(tries, len(PAUSES) - 1)]) if failed else None
            changes = {"claimed_until": now + pause if pause else None, "tries": tries + 1 if failed else 0}
            self._alarms.update_one({"_id": found["_id"], "episode": found["episode"]}, {"$set": changes})
        return failed

    # --- Silence

    def silence(self, pattern: str, until: dt.datetime) -> None:
        """Tell nobody of alarms whose key or site is like a pattern (``*``), until a moment."""
        fields = {"pattern": pattern, "until": until, "stored_at": until}
        self._alarms.update_one({"_id": f"{_SILENCE}{pattern}"}, {"$set": fields}, upsert=True)

    def unsilence(self, pattern: str) -> bool:
        """End a silence now; False when there is none."""
        return bool(self._alarms.delete_one({"_id": f"{_SILENCE}{pattern}"}).deleted_count)

    def silences(self, now: dt.datetime) -> dict[str, dt.datetime]:
        """The patterns that are silenced now, with the moments at which that ends."""
        found = self._alarms.find({"_id": {"$gte": _SILENCE, "$lt": _SILENCE + "\U0010ffff"}})
        return {doc["pattern"]: doc["until"] for doc in found if doc["until"] > now}


def _covers(pattern: str, doc: Document) -> bool:
    names = [doc["_id"], *doc.get("sites", ())]
    return any(fnmatchcase(name, pattern) for name in names)


def _fields(alarm: Ringing) -> Document:
    cause = alarm.cause
    return {
        "kind": cause.kind, "said": cause.said, "since": cause.since, "sites": [*cause.sites],
        "usual": dict(cause.usual), "began_at": alarm.began, "clear_since": alarm.clear_since,
    }  # fmt: skip


def _ringing(doc: Document) -> Ringing:
    cause = Cause(doc["_id"], doc["said"], doc["since"], tuple(doc["sites"]), doc["usual"])
    return Ringing(cause, doc["began_at"], doc["clear_since"])


def _message(doc: Document, what: str) -> Message:
    return Message(
        key=doc["_id"],
        state=what,
        said=doc["said"],
        meaning=AlarmKind(doc["kind"]).meaning,
        since=doc["since"],
        ended_at=doc["ended_at"] if what == OVER else None,
        sites=tuple(doc["sites"]),
    )
