"""State that a crawl leaves for the next one: known addresses, pending downloads, progress of each listing.

The store reads and writes these; nothing here depends on a database.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from newscrawl.vocabulary import PendingReason


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """What the store knows about an address."""

    article: str | None
    """``_id`` of the article; None for a rejected page."""
    last_day: str | None = None
    """Its day, or its last possible day."""
    checked_at: dt.datetime | None = None
    """When it was last visited."""
    is_pending: bool = False
    """Is it on the pending list, for later?"""


@dataclass(frozen=True, slots=True)
class Pending:
    """A download that failed for a temporary reason; the next run tries it first."""

    key: str
    url: str
    site: str
    owner: str
    """Registrable domain of the site."""
    reason: PendingReason
    retry_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Validator:
    """Validators of a page of a walk, for a conditional request."""

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
    """Validators of its pages, for conditional requests by any node."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where to continue a walk that was stopped or reached a run's limit of pages."""

    listing: str
    site: str
    days: str
    """The days that were requested: ``2024-01-01..2024-03-31``; ``..`` for none."""
    pages: tuple[str, ...]
    """The remaining pages, as ``newscrawl.discovery.pages.saved`` writes them."""
    since: dt.date | None
    """The first day that the walk looks for."""
    mark: tuple[str, ...] = ()
    """Keys of the mark at which the walk ends."""
    marked_at: dt.datetime | None = None
    """When that mark was left; None without a mark."""
