"""What a crawl keeps for the next one: known addresses, downloads to repeat, how far each listing was walked.

The store reads and writes these; nothing here knows a database.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from newscrawl.vocabulary import PendingReason


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an address."""

    article: str | None
    """``_id`` of the article; None for a rejected page."""
    last_day: str | None = None
    """Its day, or the last one that it may be of."""
    checked_at: dt.datetime | None = None
    """When it was last visited."""
    is_pending: bool = False
    """Is it on the pending list, for later?"""


@dataclass(frozen=True, slots=True)
class Pending:
    """A download that failed for a passing reason, to be asked first next time."""

    key: str
    url: str
    site: str
    owner: str
    """Registrable domain of the site."""
    reason: PendingReason
    retry_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Validator:
    """What a page of a walk was answered with, for asking for it only if it has changed."""

    url: str
    etag: str | None
    last_modified: str | None
    read_at: dt.datetime
    """When the page was last read in full."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the last completed walk of a listing began: the keys of its newest entries."""

    listing: str
    site: str
    keys: tuple[str, ...]
    completed_at: dt.datetime
    validators: tuple[Validator, ...] = ()
    """Those of its pages, for a conditional request by whichever node walks it next."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a walk that was stopped, or met the limit of pages of one run, goes on."""

    listing: str
    site: str
    days: str
    """The days that the run was asked for: ``2024-01-01..2024-03-31``; ``..`` for none."""
    pages: tuple[str, ...]
    """The pages that are left, as ``newscrawl.discovery.pages.saved`` writes them."""
    since: dt.date | None
    """No day before this is looked for."""
    mark: tuple[str, ...] = ()
    """Keys of the mark at which the walk was to end."""
    marked_at: dt.datetime | None = None
    """When that mark was left; None without one."""
