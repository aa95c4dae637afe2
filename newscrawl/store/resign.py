"""Signs again the articles that another version signed.

Signatures of different schemes cannot be compared. Until ``scrapy dedupe`` has signed a whole collection
again, a crawl looks up the copies of a new article by the keys of the former scheme as well, and signs them
again at once.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Collection

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from newscrawl import identity, signatures
from newscrawl.comparison import SIGNED_WORDS
from newscrawl.store.candidates import CANDIDATES, HEAD
from newscrawl.store.schema import Document

CURRENT: Document = {
    "signature.version": signatures.SIGNATURE_VERSION,
    "signature.scheme": signatures.SCHEME,
    "signature.seed": signatures.SEED,
}
OLDER: Document = {"$nor": [CURRENT]}
"""The query for articles without a signature, or with one of another version."""

_READ = dict.fromkeys((*identity.IDENTIFIED, "content_hash"), 1)
_BY_BAND = [("bands", ASCENDING)]


async def writes(articles: AsyncCollection[Document], which: Document) -> dict[str, UpdateOne]:
    """The updates, by ``_id``, that sign again the articles of ``which`` that another version signed."""
    updates = {}
    async for doc in articles.find({**which, **OLDER}, _READ):
        fields = identity.identifying(doc)
        fields["signature"] = dataclasses.asdict(fields["signature"])
        unchanged = {"_id": doc["_id"], "content_hash": doc["content_hash"]}
        updates[doc["_id"]] = UpdateOne(unchanged, {"$set": fields})
        await asyncio.sleep(0)
    return updates


async def sign(articles: AsyncCollection[Document], which: Document) -> None:
    """Sign again the articles of ``which`` that another version signed."""
    if due := await writes(articles, which):
        await articles.bulk_write(list(due.values()), ordered=False)


async def sign_similar(articles: AsyncCollection[Document], ids: Collection[str]) -> None:
    """Sign again the articles that may be copies of these by their former keys, with their whole stories."""
    former: Document = {"bands": {"$lt": signatures.FORMER_KEYS}}
    if not await articles.find_one(former, {"_id": 1}, hint=_BY_BAND):
        return
    seeds = [doc async for doc in articles.find({"_id": {"$in": list(ids)}}, {**HEAD, **_READ})]
    keys: set[int] = set()
    for seed in seeds:
        words = identity.text_of(seed).words
        if len(words) >= SIGNED_WORDS:
            keys.update(signatures.former_bands(words))
        await asyncio.sleep(0)
    near = articles.find({"bands": {"$in": list(keys)}}, HEAD, hint=_BY_BAND)
    stories = {
        doc["story"]
        async for doc in near.limit(CANDIDATES * len(seeds))
        if any(identity.may_be_copies(seed, doc) for seed in seeds)
    }
    await sign(articles, {"story": {"$in": list(stories)}})
