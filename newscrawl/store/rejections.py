"""Writes rejected pages into the collection ``rejected``."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence

from pymongo import ReadPreference, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl import urls
from newscrawl.items import Article, Rejection
from newscrawl.store.extracts import extract
from newscrawl.store.limits import MAX_DOCUMENT
from newscrawl.store.schema import Document, document
from newscrawl.vocabulary import RejectionReason

MAX_PAGE = MAX_DOCUMENT - 1_000_000
"""Maximum bytes of a compressed page that a rejection keeps."""
MAX_TEXT = 2000
"""Maximum characters of an address or a detail that a rejection keeps."""


class Rejections:
    """Writes rejections."""

    def __init__(self, db: AsyncDatabase[Document], ops: AsyncDatabase[Document]) -> None:
        self._extracts = db["rejections"]
        # The writer decides by what it reads, and a secondary may lag behind.
        self._rejected = ops["rejected"].with_options(read_preference=ReadPreference.PRIMARY)

    async def write(self, rejections: Sequence[Rejection], now: dt.datetime) -> None:
        """Write rejections; those of other sites at the same addresses stay unchanged."""
        if not rejections:
            return
        documents = [fields | {"stored_at": now} for fields in map(_rejected, rejections)]
        ids: list[str] = [fields["keys"][0] for fields in documents]
        held = self._rejected.find({"_id": {"$in": ids}}, {"owner": 1})
        owners = {doc["_id"]: doc.get("owner") async for doc in held}
        under = [
            id_ if owners.get(id_) in (fields["owner"], None) else f"{fields['owner']} {id_}"
            for id_, fields in zip(ids, documents, strict=True)
        ]
        await self._rejected.bulk_write(_writes(under, documents), ordered=False)
        extracts = [extract("rejected", fields) for fields in documents]
        await self._extracts.bulk_write(_writes(under, extracts), ordered=False)


def _writes(ids: Sequence[str], documents: Sequence[Document]) -> list[UpdateOne]:
    return [
        UpdateOne({"_id": id_}, {"$set": fields, "$inc": {"times": 1}}, upsert=True)
        for id_, fields in zip(ids, documents, strict=True)
    ]


def refusal(article: Article, message: str, look_again: dt.timedelta | None = None) -> Rejection:
    """The rejection of an article that no document can hold, or that MongoDB refuses."""
    return Rejection(
        url=article.url,
        urls=article.urls,
        keys=article.keys,
        site=article.site,
        owner=article.owner,
        reason=RejectionReason.STORE_REFUSED,
        detail=message,
        status=article.http.status if article.http else None,
        rejected_at=article.checked_at,
        retry_at=article.checked_at + look_again if article.checked_at and look_again else None,
        run=article.run,
        page=article.page,
    )


def _rejected(item: Rejection) -> Document:
    """The document of a rejection, limited so that MongoDB accepts it whatever the page holds."""
    page = zlib.compress(item.page) if item.page else None
    if page and len(page) > MAX_PAGE:
        page = None
    return document(item) | {
        "url": _writable(item.url),
        "urls": [_writable(url) for url in item.urls[:100]],
        "keys": item.keys or [urls.key(item.url)],
        "detail": _writable(item.detail),
        "page": page,
    }


def _writable(text: str) -> str:
    return text[:MAX_TEXT].encode("utf-8", "replace").decode()
