"""The page of one run: its arguments, what it did, how each address ended, and the end of its log."""

from __future__ import annotations

import os
import platform
import re
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newscrawl.vocabulary import AddressOutcome, AddressSource, FetchFailure, RunOutcome, Word
from newscrawl.web import telling
from newscrawl.web.page import Context, Document, NotFoundError, WebPage, WebRequest
from newscrawl.web.secret import machine
from newscrawl.web.site_lists import run_shown, title_of
from newscrawl.web.words import word

LINES, BYTES = 40, 64_000
"""How many lines of a log are shown, and how many bytes at its end are read for them."""


_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
"""A host name that `ssh` cannot take for an option."""


def read_run(context: Context, asked: WebRequest) -> Document:
    """The record of a run, and its last log lines."""
    doc = context.ops["runs"].find_one({"_id": asked.place["run"]})
    if doc is None:
        raise NotFoundError
    return doc | {"lines": last_lines(doc), "title": title_of(context, doc["site"])}


def last_lines(doc: Document) -> list[str] | None:
    """The end of a run's log; None if it is on another machine, gone, or not a log.

    Somebody who may write to MongoDB must not be able to read this machine's files: the name must end with
    ``.log``, and the file must be a regular file.
    """
    path = Path(str(doc.get("log") or ""))
    if doc.get("host") != platform.node() or path.suffix != ".log" or not path.is_absolute():
        return None
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(file, "rb") as log:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return None
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - BYTES))
        lines = log.read(BYTES).decode("utf-8", "replace").splitlines()
    return (lines if size <= BYTES else lines[1:])[-LINES:]


def fetching(doc: Document) -> str:
    """The command that shows the end of a log on another machine; empty if there is no log.

    >>> fetching({"host": "crawler1", "log": "/var/log/newscrawl/barid/job7.log"})
    "ssh crawler1 'tail -n 40 /var/log/newscrawl/barid/job7.log'"
    """
    host, path = str(doc.get("host") or ""), machine(str(doc.get("log") or ""))
    if host == platform.node() or not _HOST.fullmatch(host) or not path.startswith("/"):
        return ""
    return shlex.join(["ssh", host, shlex.join(["tail", "-n", str(LINES), path])])


def _summary(doc: Document, lang: str) -> Any:
    """What a run did, in Arabic; empty in English, in which the page shows the record's own summary."""
    result, counts = doc.get("outcome"), doc.get("counts") or {}
    if lang == "en" or not result:
        return ""
    numbers = {name: counts.get(name, 0) for name in ("new", "revised", "seen", "rejected")}
    return word(lang, "run.told", outcome=word(lang, f"outcome.{result}"), **numbers)


def show(doc: Document, asked: WebRequest) -> Mapping[str, Any]:
    """The run in words; text that may hold a password goes through ``machine``."""
    lang = asked.lang
    ledger = doc.get("ledger") or {}
    result = doc.get("outcome")
    return {
        **run_shown(doc, lang),
        "name": doc["site"],
        "title": doc.get("title") or "",
        "ended": doc.get("finished_at"),
        "heartbeat": doc.get("heartbeat_at"),
        "meaning": _meaning(lang, RunOutcome, result) if result and RunOutcome(result).meaning else "",
        "summary": machine(doc.get("summary") or ""),
        "told": _summary(doc, lang),
        "closed": machine(doc.get("reason") or ""),
        "error": machine(doc.get("error") or ""),
        "given": {name: machine(value) for name, value in (doc.get("arguments") or {}).items()},
        "scheduled": bool(doc.get("scheduled")),
        "version": doc.get("newscrawl") or "",
        "pid": doc.get("pid"),
        "downloaded": doc.get("downloaded", 0),
        "taken": _side(lang, AddressSource, ledger.get("taken") or {}),
        "went": _side(lang, AddressOutcome, ledger.get("ended") or {}),
        "reasons": sorted((ledger.get("reasons") or {}).items(), key=lambda item: (-item[1], item[0])),
        "failed": _side(lang, FetchFailure, doc.get("failed") or {}),
        "drift": [telling.drifted(lang, sentence) for sentence in doc.get("drift") or ()],
        "alarms": [machine(alarm.get("said", "")) for alarm in doc.get("alarms") or ()],
        "log": machine(doc.get("log") or ""),
        "fetch": fetching(doc),
        "lines": None if doc["lines"] is None else [machine(line) for line in doc["lines"]],
    }


def _side(lang: str, words: type[Word], counts: Mapping[str, int]) -> list[tuple[str, Any, int]]:
    """Each word with its meaning and number, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(name, _meaning(lang, words, name), n) for name, n in ordered]


def _meaning(lang: str, words: type[Word], name: str) -> Any:
    return telling.meaning(lang, words(name)) if name in {*words} else name


PAGES = (WebPage("run", "/runs/{run}", read_run, show),)
