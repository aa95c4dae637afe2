"""Which stored article is a copy of which: decided from the documents alone, whoever asks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from newscrawl import identity
from newscrawl.store.schema import Document

_LINKS = ("duplicate_of", "duplicate", "story")
_COMPARED = ("via", "published_at", "day", "published", "first_seen_at", "site", "source", "body", *_LINKS)


async def link(articles: AsyncCollection[Document], title_key: str, now: dt.datetime) -> None:
    """Link the copies among the articles with one title, each to the root of its story.

    The whole group is decided anew from the documents themselves, and written on condition that
    nobody changed a link meanwhile: any number of crawls that do this at once, in whatever order
    the copies arrived, come to the same links.
    """
    done = False
    while not done:
        same_title = articles.find({"title_key": title_key}, dict.fromkeys(_COMPARED, 1)).limit(500)
        group = [doc async for doc in same_title]
        writes = [
            UpdateOne(
                {"_id": doc["_id"], "duplicate_of": doc["duplicate_of"], "story": doc["story"]},
                {"$set": links | {"updated_at": now}},
            )
            for doc, links in _links(group)
            if any(doc[name] != links[name] for name in _LINKS)
        ]
        done = not writes or (await articles.bulk_write(writes, ordered=False)).matched_count == len(writes)


def _links(group: Sequence[Document]) -> Iterator[tuple[Document, Document]]:
    """Each document of one title with the links it should have."""
    rest = sorted(group, key=identity.order)
    while rest:
        root, *others = rest
        yield root, {"duplicate_of": None, "duplicate": None, "story": root["_id"]}
        rest = []
        for doc in others:
            duplicate = identity.relation(root, doc)
            if duplicate:
                detail = dataclasses.asdict(duplicate)
                yield doc, {"duplicate_of": root["_id"], "duplicate": detail, "story": root["_id"]}
            else:
                rest.append(doc)
