"""Decides how a kept page, read again, changes a stored article; this is no correction by the newspaper.

The moment of download decides which case applies. If it is that of the stored state, the same page is now
read better. A later page is a visit that the store does not know; an earlier page shows a former state.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pymongo import UpdateOne

from newscrawl import identity
from newscrawl.items import DATE_FIELDS, Article
from newscrawl.signatures import is_current
from newscrawl.store.decisions import Write, update
from newscrawl.store.limits import encoded
from newscrawl.store.schema import Document, document, owned_by
from newscrawl.stored import Changes, changing, names

IMPROVED, OLDER, UNCHANGED = "improved", "older", "unchanged"
"""Outcomes for an article that is already stored, besides ``seen`` and ``revised``."""
_TEXT = tuple(name for name in changing(Article, Changes.TEXT) if name != "made_by")
_INTERNAL = frozenset(names(Article, lambda says: says.internal))


def reread(
    article: Article, old: Document, keys: list[str], attempted: str | None, now: dt.datetime
) -> Write | None:
    """The write by which a kept page updates a stored article; None if it changes nothing.

    The arguments are those of :func:`newscrawl.store.decisions.update`. A better reading of the same page
    makes no revision; a page later than the stored one does, like a visit.
    """
    order = _compared(article, old)
    if order > 0:
        return update(article, old, keys, attempted, now)
    new = document(article) | {"keys": keys}
    set_ = differences(old, new) if order == 0 else _better_date(old, new)
    changed = bool(set_)
    if order == 0 and (set_ or old.get("made_by") != new["made_by"]):
        set_["made_by"] = new["made_by"]
    gathered = {
        name: new[name] for name in changing(Article, Changes.GATHERED) if set(new[name]) - {*old[name]}
    }
    first_seen = _plain(new["first_seen_at"]) < old["first_seen_at"]
    if not (set_ or gathered or first_seen):
        return None
    set_["run"] = new["run"]
    after = old | set_ | {"first_seen_at": min(_plain(new["first_seen_at"]), old["first_seen_at"])}
    if (changed or first_seen) and is_current(after.get("signature")):
        set_["bands"] = identity.bands(after)
    if changed:
        set_["updated_at"] = now
    changes: Document = {
        "$set": set_,
        "$min": {name: new[name] for name in changing(Article, Changes.EARLIEST)},
        "$addToSet": {name: {"$each": values} for name, values in gathered.items()},
    }
    operation = UpdateOne(
        {"_id": old["_id"], "content_hash": old["content_hash"], **owned_by(article.owner)},
        {name: change for name, change in changes.items() if change},
    )
    encoded(changes)
    relink = changed or first_seen or attempted is not None
    content_hash = after["content_hash"]
    outcome = OLDER if order < 0 else IMPROVED if changed else UNCHANGED
    return Write(article, old["_id"], outcome, content_hash, operation, relink)


def preview(article: Article, old: Document | None) -> tuple[str, dict[str, tuple[Any, Any]]]:
    """What :func:`reread` would do: the outcome, and each field that would change, with both values.

    ``old`` is the stored document; None if there is none.
    """
    if old is None:
        return "new", {}
    order, new = _compared(article, old), document(article)
    if order > 0:
        changed = {name: new[name] for name in _TEXT if name not in _INTERNAL and not _same(old, new, name)}
        outcome = "revised" if old["content_hash"] != new["content_hash"] else "seen"
    else:
        changed = differences(old, new) if order == 0 else _better_date(old, new)
        outcome = (IMPROVED if order == 0 else OLDER) if changed else UNCHANGED
    return outcome, {
        name: (old.get(name), _plain(value)) for name, value in changed.items() if name not in _INTERNAL
    }


def differences(old: Document, new: Document) -> Document:
    """The fields of a stored article that a new reading of its page changes, with their new values.

    ``new`` is the document of the reading. A more exact date that only the page of another visit offered is
    kept. Internal fields follow the text.
    """
    changed = {name: new[name] for name in _TEXT if name not in _INTERNAL and not _same(old, new, name)}
    if not _same(old, new, "signature"):
        changed["signature"] = new["signature"]
    if changed:
        changed |= {name: new[name] for name in _TEXT if name in _INTERNAL}
    if not _keeps_date(old, new):
        changed |= {name: new[name] for name in DATE_FIELDS if not _same(old, new, name)}
    return changed


def _same(old: Document, new: Document, name: str) -> bool:
    return bool(old.get(name) == _plain(new[name]))


def _keeps_date(old: Document, new: Document) -> bool:
    """Does the stored date come from another page of the article, and is it more exact than this page's?"""
    offered = (new["published"] or {}).get("candidates") or ()
    elsewhere = old["published_raw"] is not None and all(
        date["text"] != old["published_raw"] for date in offered
    )
    return elsewhere and identity.better_date(new, old)


def _better_date(old: Document, new: Document) -> Document:
    """The date fields of an earlier page if its date is more exact than the stored one, else nothing."""
    return {name: new[name] for name in DATE_FIELDS} if identity.better_date(old, new) else {}


def _compared(article: Article, old: Document) -> int:
    """1 if a page is later than that of the stored state, 0 if it is the same, -1 if it is earlier."""
    assert article.http
    visited, stored = _plain(article.http.fetched_at), (old["http"] or {}).get("fetched_at")
    if stored is None:
        return 1
    raw, former = article.raw, old.get("raw")
    if visited == stored and raw and former and raw.archive == former["archive"]:
        # Two addresses of one article may be downloaded at the same moment; the file shows the crawl's order.
        return int(raw.offset > former["offset"]) - int(raw.offset < former["offset"])
    return int(visited > stored) - int(visited < stored)


def _plain(value: Any) -> Any:
    """A value as MongoDB returns it, with times truncated to milliseconds."""
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value
