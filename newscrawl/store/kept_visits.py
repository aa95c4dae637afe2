"""Records visits from archived answers that hold no page: the page had not changed, or was gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import ReadPreference, UpdateOne
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl.store.patience import patiently
from newscrawl.store.schema import Document, owned_by

__all__ = ["KeptVisit", "KeptVisits"]


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """One visit to an address."""

    key: str
    """``newscrawl.urls.key`` of the address that was requested."""
    owner: str
    at: dt.datetime
    """Moment of the download, UTC."""
    is_gone: bool
    """Was the page gone (404 or 410)? If not, it had not changed (304)."""


class KeptVisits:
    """Records visits in the articles that were visited, as a crawl does.

    Later visits take precedence; recording a visit twice changes nothing.
    """

    def __init__(self, client: AsyncMongoClient[Document], database: str, patience: float) -> None:
        primary = client[database].with_options(read_preference=ReadPreference.PRIMARY)
        self._articles = primary["articles"]
        self._patience = patience

    async def note(self, visits: Sequence[KeptVisit]) -> None:
        """Record visits, in order. Raises ``StoreDownError`` when MongoDB stays unavailable."""

        async def note() -> None:
            wanted = {"keys": {"$in": [visit.key for visit in visits]}}
            holders = {
                key: doc["_id"]
                async for doc in self._articles.find(wanted, {"keys": 1})
                for key in doc["keys"]
            }
            updates = [_update(holders[visit.key], visit) for visit in visits if visit.key in holders]
            if updates:
                await self._articles.bulk_write(updates)

        if visits:
            await patiently(note, self._patience)


def _update(id_: str, visit: KeptVisit) -> UpdateOne:
    later = {"_id": id_, "keys": visit.key, "checked_at": {"$lt": visit.at}, **owned_by(visit.owner)}
    if visit.is_gone:
        gone = {"gone_at": visit.at, "checked_at": visit.at}
        return UpdateOne(later | {"gone_at": None}, {"$set": gone, "$currentDate": {"updated_at": True}})
    return UpdateOne(later, {"$set": {"checked_at": visit.at}, "$max": {"last_seen_at": visit.at}})
