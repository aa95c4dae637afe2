"""``scrapy redate``: chooses stored dates again, after new months or a better reading of dates."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from newscrawl import __version__
from newscrawl.command import CommandError, ProjectCommand
from newscrawl.progress import Progress
from newscrawl.vocabulary import Calendar, DateKind, HijriBasis, Origin, RunOutcome

if TYPE_CHECKING:
    from pymongo.database import Database

    from newscrawl.sites import Site
    from newscrawl.store.schema import Document

_UNSETTLED = {
    "$or": [
        {"day": None},
        {"published.hijri.basis": {"$ne": HijriBasis.TABLE}},
        {"published.calendar": Calendar.HIJRI},
    ]
}
"""Query for articles without a day, and for dates in months that may be announced differently."""
_BESIDE = ("url", "http.fetched_at", "signature", "first_seen_at", "content_hash")
"""Fields that the command reads in addition to the dates and the fields for coverage."""


class Command(ProjectCommand):
    """Can run while crawls run; after a stop, the next call continues."""

    reads_dates = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--all]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Choose the dates of stored articles again, after an upgrade or new Hijri months"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Chooses the dates of stored articles again, among all dates that their pages offered, and "
            "updates the days that change. By default it covers articles without a day, and those whose day "
            "depends on a forecast of Hijri months or on a Hijri date only; --all covers every article, for "
            "use after a release that reads dates better. Months announced since the release come from "
            "the file that NEWSCRAWL_MOROCCO_MONTHS names."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--all``."""
        super().add_options(parser)
        parser.add_argument(
            "--all", action="store_true", help="choose again for every article that has a printed date"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Choose dates again, update those that differ, and print how many."""
        from newscrawl.items import DATE_FIELDS
        from newscrawl.store.coverage import PLACE
        from newscrawl.store.passes import batches
        from newscrawl.store.session import session

        fields = dict.fromkeys((*DATE_FIELDS, *PLACE, *_BESIDE), 1)
        read = changed = 0
        by = uuid.uuid4().hex
        wanted = {"published_raw": {"$ne": None}} | ({} if opts.all else _UNSETTLED)
        assert self.settings
        shown = Progress("dates read again", bar=True)
        try:
            with session(self.settings) as (db, ops):
                for batch in batches(db, ops, _task(opts.all), wanted, fields, shown.show):
                    for doc in batch:
                        read += 1
                        dates = again(doc, self.sites.get(doc["site"]))
                        if any(doc[name] != value for name, value in dates.items()):
                            changed += _update(db, ops, doc, dates, by)
        except KeyboardInterrupt:
            raise CommandError(RunOutcome.KILLED, "\nstopped; `scrapy redate` continues from here") from None
        finally:
            shown.end()
        if changed:
            asyncio.run(self._count(by))
        print(f"{read} dates read again, {changed} changed")

    async def _count(self, by: str) -> None:
        """Count the coverage of the changed days again."""
        from newscrawl.store.coverage import Coverage

        async with self.store() as store:
            await Coverage(store.client, store.database, by).recount()


def _task(every: bool) -> str:
    """The name of the task, with all it depends on: only a pass of the same name continues."""
    from newscrawl.dates import DATES_VERSION, months_table

    named = months_table()
    months = hashlib.sha256(Path(named).read_bytes()).hexdigest()[:16] if named else "as released"
    return f"redate{' --all' if every else ''}, {__version__}, dates {DATES_VERSION}, months {months}"


def _update(db: Database[Document], ops: Database[Document], doc: Document, dates: Document, by: str) -> int:
    """Write the new dates, unless a crawl has changed the article in the meantime; return the number of
    changes.

    The links of the article are checked again, as with a new day it can become a copy, or cease to be a copy.
    ``by`` identifies this pass, which counts the changed days afterwards.
    """
    from newscrawl.identity import bands
    from newscrawl.signatures import is_current
    from newscrawl.store.coverage import note, rows_of

    rows = {*rows_of(doc), *rows_of({**doc, **dates})}
    ops["uncounted"].bulk_write([note(by, row) for row in rows], ordered=False)
    ops["unlinked"].update_one({"_id": doc["_id"]}, {"$setOnInsert": {"_id": doc["_id"]}}, upsert=True)
    as_read = {"_id": doc["_id"], "published_raw": doc["published_raw"], "day": doc["day"]}
    if is_current(doc.get("signature")):
        dates |= {"bands": bands({**doc, **dates})}
    update = {"$set": dates, "$currentDate": {"updated_at": True}}
    return db["articles"].update_one(as_read, update).modified_count


def again(doc: Document, site: Site | None) -> Document:
    """The date fields of a stored article, as the current code reads its dates.

    Articles that were stored before newscrawl kept all dates of a page have only the chosen date.
    """
    from newscrawl.items import DATE_FIELDS, OfferedDate, RawArticle
    from newscrawl.page import build_article, date_article
    from newscrawl.store.schema import document

    published = doc["published"] or {}
    offered = published.get("candidates") or [
        {"text": doc["published_raw"], "origin": published.get("origin") or Origin.MARKUP}
    ]
    dates = [
        OfferedDate(
            text=candidate["text"],
            origin=Origin(candidate["origin"]),
            kind=DateKind(candidate.get("kind", DateKind.PUBLISHED)),
            where=candidate.get("where", ""),
        )
        for candidate in offered
    ]
    undated = build_article(RawArticle(url=doc["url"], dates=dates), site)
    new = document(date_article(undated, site, doc["http"]["fetched_at"]))
    return {name: new[name] for name in DATE_FIELDS}
