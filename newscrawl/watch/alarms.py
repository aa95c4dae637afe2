"""The collection ``alarms`` of ``<database>_ops``: open alarms, unsent messages, silences.

There is one document for each alarm; its ``_id`` is the alarm's key. Each step is one conditional update: of
all nodes, services and cron jobs that check at once, only one begins an alarm, ends it, or sends its message.
``waiting`` names the unsent messages: ``begun webhook``. The process that sends them claims the document for
a while. If it dies after sending a message but before noting that, the message is sent twice, but never lost.
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
from newscrawl.watch.causes import Cause, OpenAlarm, step
from newscrawl.watch.delivery import Channel, DeliveryError, Message

log = logging.getLogger(__name__)

Document = dict[str, Any]

CLAIM = dt.timedelta(minutes=5)
"""How long a process may take to send the messages of an alarm that it has claimed."""
PAUSES = (1, 2, 5, 15, 60)
"""Minutes before a failed message is tried again; the last value repeats."""
OPEN = {"open": True, "stored_at": None}
"""The query for open alarms; ``stored_at`` lets it use the index of closed alarms."""
BEGUN, OVER = "begun", "over"
_SILENCE = "silence "


class Alarms:
    """Begins and ends alarms, and sends their messages."""

    def __init__(self, ops: Database[Document], channels: Iterable[Channel] = ()) -> None:
        self._alarms: Collection[Document] = ops["alarms"]
        self._channels = {channel.name: channel for channel in channels}

    def ringing(self) -> dict[str, OpenAlarm]:
        """The open alarms, by key."""
        return {doc["_id"]: _ringing(doc) for doc in self._alarms.find(OPEN)}

    def look(
        self, current: Mapping[str, Cause], now: dt.datetime, mine: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Begin, update and end alarms for these causes; ``mine`` decides which alarms may be ended."""
        docs = {doc["_id"]: doc for doc in self._alarms.find(OPEN) if mine(doc["_id"])}
        before = {key: _ringing(doc) for key, doc in docs.items()}
        after, begun, over = step(before, current, now)
        for cause in begun:
            self.begin(cause, now)
        for cause in over:
            self._end(docs[cause.key], now)
        for key, alarm in after.items():
            if key in before and alarm != before[key]:
                still = {"_id": key, "open": True, "episode": docs[key]["episode"]}
                self._alarms.update_one(still, {"$set": _fields(alarm)})

    def begin(self, cause: Cause, now: dt.datetime) -> bool:
        """Begin an alarm; False if another process has begun it already."""
        waiting = [f"{BEGUN} {name}" for name in self._channels]
        changes = _fields(OpenAlarm(cause, now)) | {
            "open": True, "ended_at": None, "waiting": waiting, "claimed_until": None, "tries": 0,
        }  # fmt: skip
        update = {"$set": changes, "$inc": {"episode": 1}, "$unset": {"stored_at": 1}}
        try:
            done = self._alarms.update_one({"_id": cause.key, "open": {"$ne": True}}, update, upsert=True)
        except DuplicateKeyError:
            return False
        log.warning("alarm: %s", cause.sentence)
        return bool(done.modified_count or done.upserted_id)

    def _end(self, doc: Document, now: dt.datetime) -> None:
        """End an alarm. A channel that was not notified of its beginning is not notified of its end."""
        unheard = {word.partition(" ")[2] for word in doc["waiting"]}
        waiting = [f"{OVER} {name}" for name in self._channels if name not in unheard]
        condition = {"_id": doc["_id"], "open": True, "episode": doc["episode"], "waiting": doc["waiting"]}
        changes = {"open": False, "ended_at": now, "waiting": waiting, "claimed_until": None, "tries": 0}
        update = {"$set": changes, "$currentDate": {"stored_at": True}}
        if self._alarms.update_one(condition, update).modified_count:
            log.warning("alarm over: %s", doc["said"])

    # --- Messages

    def tell(self, now: dt.datetime) -> list[str]:
        """Send all waiting messages that are not silenced; return a sentence for each failure."""
        failed: list[str] = []
        silences = self.silences(now)
        due = {
            "waiting.0": {"$exists": True},
            "$or": [{"claimed_until": None}, {"claimed_until": {"$lte": now}}],
        }
        for doc in list(self._alarms.find(due)):
            if not any(covers(pattern, doc) for pattern in silences):
                failed += self._tell(doc, now)
        return failed

    def _tell(self, alarm: Document, now: dt.datetime) -> list[str]:
        condition = {name: alarm.get(name) for name in ("_id", "episode", "waiting", "claimed_until")}
        doc = self._alarms.find_one_and_update(condition, {"$set": {"claimed_until": now + CLAIM}})
        failed: list[str] = []
        for word in doc["waiting"] if doc else ():
            state, _, name = word.partition(" ")
            try:
                if name in self._channels:  # otherwise it was removed from the settings
                    self._channels[name].send(_message(alarm, state))
            except DeliveryError as error:
                failed.append(str(error))
                log.error("an alarm could not be sent and will be tried again: %s", error)
            else:
                self._alarms.update_one(
                    {"_id": alarm["_id"], "episode": alarm["episode"]}, {"$pull": {"waiting": word}}
                )
        if doc:
            tries = alarm.get("tries", 0)
            pause = dt.timedelta(minutes=PAUSES[min(tries, len(PAUSES) - 1)]) if failed else None
            changes = {"claimed_until": now + pause if pause else None, "tries": tries + 1 if failed else 0}
            self._alarms.update_one({"_id": alarm["_id"], "episode": alarm["episode"]}, {"$set": changes})
        return failed

    # --- Silence

    def silence(self, pattern: str, until: dt.datetime) -> None:
        """Send nothing about alarms whose key or site matches a pattern (``*``) until a moment, UTC."""
        fields = {"pattern": pattern, "until": until, "stored_at": until}
        self._alarms.update_one({"_id": f"{_SILENCE}{pattern}"}, {"$set": fields}, upsert=True)

    def unsilence(self, pattern: str) -> bool:
        """End a silence now; False if there is none."""
        return bool(self._alarms.delete_one({"_id": f"{_SILENCE}{pattern}"}).deleted_count)

    def silences(self, now: dt.datetime) -> dict[str, dt.datetime]:
        """The patterns silenced now, each with the moment (UTC) when its silence ends."""
        docs = self._alarms.find({"_id": {"$gte": _SILENCE, "$lt": _SILENCE + "\U0010ffff"}})
        return {doc["pattern"]: doc["until"] for doc in docs if doc["until"] > now}


def covers(pattern: str, doc: Document) -> bool:
    """Does the pattern silence this alarm? ``*`` stands for any characters of its key or of a site's name."""
    names = [doc["_id"], *doc.get("sites", ())]
    return any(fnmatchcase(name, pattern) for name in names)


def _fields(alarm: OpenAlarm) -> Document:
    cause = alarm.cause
    return {
        "kind": cause.kind, "said": cause.sentence, "since": cause.since, "sites": [*cause.sites],
        "usual": dict(cause.usual), "began_at": alarm.began, "clear_since": alarm.clear_since,
    }  # fmt: skip


def _ringing(doc: Document) -> OpenAlarm:
    cause = Cause(doc["_id"], doc["said"], doc["since"], tuple(doc["sites"]), doc["usual"])
    return OpenAlarm(cause, doc["began_at"], doc["clear_since"])


def _message(doc: Document, state: str) -> Message:
    return Message(
        key=doc["_id"],
        state=state,
        sentence=doc["said"],
        meaning=AlarmKind(doc["kind"]).meaning,
        since=doc["since"],
        ended_at=doc["ended_at"] if state == OVER else None,
        sites=tuple(doc["sites"]),
    )
