"""The ends of runs that did not record them: their jobs were killed, lost, or cut off from MongoDB."""

from __future__ import annotations

import datetime as dt
import logging
import os
from pathlib import Path

from bson import json_util
from bson.errors import InvalidBSON

from newscrawl.schedule.lease import Change, Document
from newscrawl.timings import SILENCE
from newscrawl.vocabulary import RunOutcome

log = logging.getLogger(__name__)

GUESSED = ("silent", "did_not_begin")
"""Reasons that a schedule records for runs that did not record their own end."""
PUBLISHED_FOR = dt.timedelta(days=3)
"""How long each new run keeps copying such records to the readers' database."""


def silent(job: str | None = None) -> tuple[Document, list[Document]]:
    """The condition and update that mark every run without a heartbeat, or one job's run, as killed.

    A run that was only cut off from MongoDB corrects its record itself at its next heartbeat.
    """
    since = {"$subtract": ["$$NOW", int(SILENCE.total_seconds() * 1000)]}
    # A heartbeat in the future comes from a clock that was ahead.
    beyond = {"$add": ["$$NOW", int(SILENCE.total_seconds() * 1000)]}
    old = {"$or": [{"$lt": ["$heartbeat_at", since]}, {"$gt": ["$heartbeat_at", beyond]}]}
    which = {"_id": job} if job else {"$expr": old}
    killed = {"outcome": RunOutcome.KILLED, "reason": "silent", "finished_at": "$heartbeat_at"}
    killed |= {"stored_at": "$$NOW"}
    return {"outcome": None, **which}, [{"$set": killed}]


def recently_guessed() -> Document:
    """The query for recent runs whose end a schedule recorded."""
    since = {"$subtract": ["$$NOW", int(PUBLISHED_FOR.total_seconds() * 1000)]}
    ended = {"outcome": {"$in": [RunOutcome.KILLED, RunOutcome.FAULT]}, "reason": {"$in": GUESSED}}
    return {**ended, "$expr": {"$gt": ["$heartbeat_at", since]}}


def did_not_begin(job: str, site: str, host: str, submitted_at: dt.datetime, now: dt.datetime) -> Change:
    """The condition and upsert that record a job that ended before it could write a record itself."""
    return {"_id": job}, {
        "$setOnInsert": {
            "site": site,
            "started_at": submitted_at,
            "finished_at": now,
            "heartbeat_at": now,
            "stored_at": now,
            "outcome": RunOutcome.FAULT,
            "reason": "did_not_begin",
            "summary": f"{site}: fault (the job ended before the crawl began; see its log on {host})",
            "host": host,
            "scheduled": True,
            "counts": {},
            "rejected": {},
            "downloaded": 0,
            "log": None,
        }
    }


_LAST_WORDS = ("finished_at", "outcome", "reason", "summary", "error", "failed", "counts", "rejected", "came")


def leave_behind(log_file: str | os.PathLike[str] | None, fields: Document) -> None:
    """Write the end of a run next to its log, for the schedule, when MongoDB cannot be reached."""
    if not log_file:
        return
    words = {name: fields[name] for name in _LAST_WORDS}
    try:
        Path(f"{log_file}.end").write_text(json_util.dumps(words), "utf-8")
    except OSError as error:
        log.error("the outcome of this run could not be written to %s.end: %s", log_file, error)


def left_behind(log_file: str | os.PathLike[str]) -> Document | None:
    """The fields that :func:`leave_behind` wrote; None if the file is missing or invalid."""
    try:
        options = json_util.JSONOptions(tz_aware=True)
        words = json_util.loads(Path(f"{log_file}.end").read_text("utf-8"), json_options=options)
    except (OSError, ValueError, TypeError, InvalidBSON):
        return None
    if not isinstance(words, dict) or words.get("outcome") not in {*RunOutcome}:
        return None
    return {name: words.get(name) for name in _LAST_WORDS}


def clear_left(log_file: str | os.PathLike[str]) -> None:
    """Remove the file of :func:`leave_behind` once its fields are in MongoDB."""
    Path(f"{log_file}.end").unlink(missing_ok=True)
