"""Keeps the due times of all sites in MongoDB correct, even if documents are changed or removed there."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from newscrawl.schedule import lease
from newscrawl.schedule.lease import Document
from newscrawl.schedule.times import MINUTE, Cron, Every, in_force
from newscrawl.timings import LEASE

if TYPE_CHECKING:
    from pymongo.database import Database

    from newscrawl.schedule.file import Schedule, ScheduledSite

log = logging.getLogger(__name__)

A_MINUTE = 30
"""How many new sites become due in one minute, if their intervals allow it."""
LATE = 2 * MINUTE
"""Tolerance for a due time that is later than the site's rule allows, as after a short delay."""


class DueTimes:
    """Adds the sites of a schedule, and corrects due times that do not fit their rules."""

    def __init__(self, ops: Database[Any]) -> None:
        self._leases = ops["leases"]
        self._runs = ops["runs"]
        self._schedule: Schedule | None = None
        self._sound: dict[str, dt.datetime] = {}
        """Due times of sites that were checked and found correct."""
        self._looked_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._orphans = False
        self._known: dict[str, Document] = {}
        """The leases as they were at the last tick."""

    def enrol(self, schedule: Schedule, running: set[str], now: dt.datetime) -> dict[str, Document]:
        """Make the leases agree with the schedule, even if documents were changed or removed; return them by
        site.

        ``running`` holds the ids of scheduled jobs that run on this node.
        """
        changed = schedule is not self._schedule
        if changed or now < self._looked_at:
            self._sound.clear()
        self._looked_at = now
        leases = {doc["_id"]: doc for doc in self._leases.find()}
        # If a run has no lease, its document was removed, perhaps along with all others.
        self._orphans = bool(running - {doc.get("job") for doc in leases.values()})
        new = [entry for name, entry in schedule.entries.items() if name not in leases]
        for place, missing in enumerate(new):
            leases[missing.site] = self._enrol_site(missing, place, len(new), now)
        for site, doc in leases.items():
            entry = schedule.entries.get(site)
            if lease.lacks(doc) and (entry or doc.get("job")):
                self._mend(doc, self._first_due(entry, 0, 1, now) if entry else now, now)
            if entry:
                self._correct_due(doc, entry, now, quietly=changed)
        self._schedule = schedule
        self._known = {site: doc for site, doc in leases.items() if not lease.lacks(doc)}
        return self._known

    def _mend(self, doc: Document, due_at: dt.datetime, now: dt.datetime) -> None:
        """Complete an incomplete document, which a person or another version may have left behind."""
        update = lease.mend(doc, due_at, now)
        if "due_at" in update["$set"]:
            log.warning("%s: its document in leases was incomplete and has been repaired", doc["_id"])
        self._leases.update_one({"_id": doc["_id"]}, update)
        doc |= update["$set"]

    def _enrol_site(self, entry: ScheduledSite, place: int, count: int, now: dt.datetime) -> Document:
        """Write the document of a new site, the ``place``-th of ``count``."""
        doc = lease.enrol(entry.site, str(entry.rule), self._first_due(entry, place, count, now))
        if entry.site in self._known:
            log.warning("%s: its document in leases was removed and has been written again", entry.site)
        try:
            self._leases.insert_one(dict(doc))
        except DuplicateKeyError:  # another node, or the run itself, has just written it
            return self._leases.find_one({"_id": entry.site}) or doc
        return doc

    def _first_due(self, entry: ScheduledSite, place: int, count: int, now: dt.datetime) -> dt.datetime:
        """When a site without a document is due.

        New sites are due soon, but not all at once. If a document was removed, its site is due when it would
        have been, but not before a running crawl has had time to write the document again.
        """
        if known := self._known.get(entry.site):
            due_at: dt.datetime = known["due_at"]
            if known["job"] and not known["holder"]:
                due_at = known["served"] or due_at
            return max(due_at, now + LEASE)
        last = self._runs.find_one(
            {"site": entry.site, "scheduled": True}, {"started_at": 1}, sort=[("started_at", -1)]
        )
        if last and isinstance(last.get("started_at"), dt.datetime):
            began: dt.datetime = last["started_at"]
            # A start in the future comes from a clock that has since been set back; the true time is unknown.
            return max(entry.rule.after(began) if began <= now else now, now + LEASE)
        if self._orphans:  # documents were removed, so the site may not be new
            return max(entry.rule.after(now), now + LEASE)
        rule = in_force(entry.rule, None)
        if isinstance(rule, Cron):
            return rule.after(now)
        spread = min(MINUTE * max(1.0, count / A_MINUTE), rule.interval)
        return now + spread * (place / count)

    def _correct_due(self, doc: Document, entry: ScheduledSite, now: dt.datetime, *, quietly: bool) -> None:
        """Give a site a due time that fits its rule; overdue sites stay overdue."""
        site, rule, due_at = entry.site, str(entry.rule), doc["due_at"]
        here = in_force(entry.rule, doc.get("interval"))
        if doc["rule"] != rule:
            corrected = due_at if due_at <= now else here.after(now)
        elif due_at <= now + LATE or self._sound.get(site) == due_at:
            return
        else:
            corrected = here.after(now)
            if due_at <= corrected:
                self._sound[site] = due_at
                return
            if isinstance(here, Every):  # in step with its last run
                corrected = min(corrected, now + (due_at - now) % here.interval)
            if not quietly:
                log.warning(
                    "%s was due at %s, later than the rule %r allows; now it is due at %s",
                    site, f"{due_at:%Y-%m-%d %H:%M:%S}", rule, f"{corrected:%Y-%m-%d %H:%M:%S}",
                )  # fmt: skip
        change = {"rule": rule, "due_at": corrected}
        condition = {"_id": site, "rule": doc["rule"], "due_at": due_at}
        if self._leases.update_one(condition, {"$set": change}).matched_count:
            doc |= change
