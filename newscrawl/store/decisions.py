"""Decides what a visit to an article changes in the store: the article is new, seen or revised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bson.raw_bson import RawBSONDocument
from pymongo import InsertOne, UpdateOne

from newscrawl import identity
from newscrawl.items import Article, Rejection
from newscrawl.signatures import is_current
from newscrawl.store.limits import encoded
from newscrawl.store.rejections import refusal
from newscrawl.store.schema import Document, document, owned_by
from newscrawl.stored import Changes, changing, names

UNREAD_FIELDS = names(Article, lambda says: says.internal and not says.read_back)
"""Fields of a stored document that no decision reads."""


@dataclass(slots=True)
class Write:
    """One article on its way into the collection."""

    article: Article
    id: str
    outcome: str
    content_hash: str
    """The content hash of the document after this write."""
    operation: InsertOne[RawBSONDocument] | UpdateOne
    relink: bool = False
    """Must its links be decided again?"""


Change = Callable[[Article, Document, list[str], str | None, dt.datetime], Write | None]
"""A function of an article, its stored document, its keys there, the outcome of an earlier unacknowledged
write and the current time; returns the write, or None if nothing changes."""


@dataclass(slots=True)
class Decisions:
    """The decisions on a batch of articles."""

    writes: dict[str, Write] = field(default_factory=dict)
    """The writes by ``_id``."""
    again: list[Article] = field(default_factory=list)
    """Articles that must wait for another article of the batch."""
    unchanged: list[tuple[str, Article]] = field(default_factory=list)
    """Articles that change nothing, with the ``_id`` of their stored document."""
    refused: list[Rejection] = field(default_factory=list)
    """Articles that no document can hold."""
    full: bool = False
    """Was a new article left out because the limit was reached?"""


def decide(
    articles: Iterable[Article],
    stored: Mapping[str, Document],
    attempted: Mapping[str, str],
    now: dt.datetime,
    room: int | None = None,
    change: Change | None = None,
) -> Decisions:
    """Decide what to write for each article.

    ``stored`` holds the documents that share a key with any of them, ``attempted`` the outcomes of
    unacknowledged writes. ``room`` is the maximum number of new articles. ``change`` computes the write for
    an article that is already stored (by default :func:`update`).
    """
    decided, change = Decisions(), change or update
    holder = {key: doc["_id"] for doc in stored.values() for key in doc["keys"]}
    new = 0
    for article in articles:
        own = [key for key in article.keys if not _is_foreign(article, stored.get(holder.get(key, "")))]
        id_ = next((holder[key] for key in own if key in holder), None)
        if id_ in decided.writes:
            decided.again.append(article)
            continue
        if not id_ and room is not None and new >= room:
            decided.full = True
            continue
        try:
            if id_:
                keys = [key for key in own if holder.get(key, id_) == id_]
                write = change(article, stored[id_], keys, attempted.get(id_), now)
                if write is None:
                    decided.unchanged.append((id_, article))
                    continue
            else:
                write = _insert(article, own, now)
                new += 1
        except ValueError as error:
            decided.refused.append(refusal(article, str(error)))
            continue
        decided.writes[write.id] = write
        holder |= dict.fromkeys(own, write.id)
    return decided


def _insert(article: Article, keys: list[str], now: dt.datetime) -> Write:
    """The write of a new document with these keys. Raises ``ValueError`` when no document can hold it."""
    if not keys:
        raise ValueError("its address already belongs to an article of another site")
    id_ = keys[0]
    data = encoded(document(article) | {"_id": id_, "keys": keys, "story": id_, "updated_at": now})
    return Write(article, id_, "new", article.content_hash, InsertOne(RawBSONDocument(data)), relink=True)


def update(
    article: Article, old: Document, keys: list[str], attempted: str | None, now: dt.datetime
) -> Write:
    """The write that updates a stored article after a new visit.

    ``attempted`` is the outcome of an earlier unacknowledged write. Raises ``ValueError`` when no document
    can hold the article.
    """
    revised = old["content_hash"] != article.content_hash and not _is_older(article, old)
    outcome = "revised" if revised and _is_correction(old, article) else "seen"
    if attempted and not revised and old["run"] == article.run:
        outcome = attempted
    new = document(article) | {"keys": keys}
    better_date = identity.better_date(old, new)
    set_ = replaced_fields(new, text=revised, date=better_date)
    if new["raw"] is None and not revised:
        set_["raw"] = old.get("raw")  # an earlier page with this text is better than none
    first_seen = new["first_seen_at"] < old["first_seen_at"]
    after = old | set_ | {"first_seen_at": min(new["first_seen_at"], old["first_seen_at"])}
    if (revised or better_date or first_seen) and is_current(after.get("signature")):
        set_["bands"] = identity.bands(after)
    gathered = any(not set(new[name]) <= set(old[name]) for name in changing(Article, Changes.GATHERED))
    if revised or better_date or first_seen or gathered or old["gone_at"]:
        set_["updated_at"] = now
    set_["gone_at"] = None
    changes: Document = {
        "$set": set_,
        "$max": {name: new[name] for name in changing(Article, Changes.LATEST)},
        "$min": {name: new[name] for name in changing(Article, Changes.EARLIEST)},
        "$addToSet": {name: {"$each": new[name]} for name in changing(Article, Changes.GATHERED)},
    }
    if revised and outcome == "revised":
        changes["$inc"] = {"revision": 1}
    encoded(changes)
    unchanged = {"_id": old["_id"], "content_hash": old["content_hash"], **owned_by(article.owner)}
    relink = revised or better_date or first_seen or attempted is not None
    content_hash = article.content_hash if revised else old["content_hash"]
    return Write(article, old["_id"], outcome, content_hash, UpdateOne(unchanged, changes), relink)


def replaced_fields(new: Document, *, text: bool, date: bool) -> Document:
    """The fields of a stored article that a visit replaces: some always, others with a new text or date."""
    when = [Changes.VISIT, *([Changes.TEXT] if text else []), *([Changes.DATE] if date else [])]
    return {name: new[name] for name in changing(Article, *when)}


def _is_foreign(article: Article, stored: Document | None) -> bool:
    """Does the stored document belong to another site than the article?"""
    return stored is not None and stored.get("owner") not in (article.owner, None)


def _is_older(article: Article, old: Document) -> bool:
    """Was this page fetched before the stored state, although it is written later?"""
    assert article.checked_at
    return bool(article.checked_at < old["checked_at"])


def _is_correction(old: Document, article: Article) -> bool:
    """Did the newspaper change the text? A change of our reading or hashing does not count."""
    former = identity.content_hash(old["title"], old["lede"], old["body"])
    return _same_reading(old, article) and former != article.content_hash


def _same_reading(old: Document, article: Article) -> bool:
    """Were both texts read in the same way? If not, the newspaper may have changed nothing."""
    assert article.made_by
    made_by = old["made_by"] or {}
    return bool(
        made_by.get("clean") == article.made_by.clean
        and made_by.get("fold") == article.made_by.fold
        and made_by.get("markup") == article.made_by.markup
        and old["origins"].get("body") == article.origins.get("body")
        and old["origins"].get("title") == article.origins.get("title")
    )
