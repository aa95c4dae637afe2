"""The speed of the writer, compared with a plain ``bulk_write``: ``python -m benchmarks.writer``.

Both write in turn to one real mongod on loopback, with the same documents (about 5 KB), batch size, indexes
and write concern (majority, journal). The writer also looks up stored articles, validates, decides, settles
the pending list and links copies; the plain loop does none of that and has no validator.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient, InsertOne

from newscrawl.data_dictionary.examples import EXAMPLES
from newscrawl.identity import identify
from newscrawl.items import Article
from newscrawl.mongod.server import local_server
from newscrawl.store.schema import INDEXES, document, prepare
from newscrawl.store.writer import Writer
from newscrawl.urls import key
from tests.trials import size

ARTICLES, BATCH, ROUNDS = size(6000), 50, 3
FLOOR = 0.7
ENOUGH = 1000
"""Number of articles from which a ratio is meaningful."""
WORDS = [f"{start}{middle}{end}" for start in ("ال", "", "وال") for middle in
         ("حكوم", "مدين", "برنامج", "وزير", "ماء", "طريق", "مدرس", "جمعي", "موسم", "مشروع", "اقتصاد", "صح")
         for end in ("ة", "ات", "ي", "ها")]  # fmt: skip


def articles(number: int, chance: random.Random) -> list[Article]:
    """Synthetic articles of about 5 KB, each with a unique text."""
    example = EXAMPLES[0]
    assert isinstance(example, Article)
    made = []
    for _ in range(number):
        url = f"https://www.alayam24.com/articles-{chance.getrandbits(48)}.html"
        fields = {name: getattr(example, name) for name in Article.__slots__}
        body = "\n\n".join(" ".join(chance.choices(WORDS, k=50)) for _ in range(5))
        fields |= {"url": url, "urls": [url], "keys": [key(url)], "body": body}
        fields |= {"title": " ".join(chance.choices(WORDS, k=8)), "gone_at": None}
        made.append(identify(Article(**fields)))
    return made


async def bare(client: AsyncMongoClient[dict[str, Any]], database: str, items: list[Article]) -> float:
    """Articles per second of a loop of ``bulk_write``."""
    collection = client[database]["articles"]
    await collection.create_indexes(INDEXES["articles"])
    documents = [document(item) | {"_id": item.keys[0], "story": item.keys[0]} for item in items]
    began = time.perf_counter()
    for start in range(0, len(documents), BATCH):
        await collection.bulk_write(
            [InsertOne(doc) for doc in documents[start : start + BATCH]], ordered=False
        )
    return len(documents) / (time.perf_counter() - began)


async def written(
    client: AsyncMongoClient[dict[str, Any]], database: str, items: list[Article]
) -> tuple[float, float]:
    """Articles per second until they are acknowledged, and until they are linked."""
    await prepare(client[database], client[f"{database}_ops"])
    writer = Writer(client, database, batch=BATCH, age=2.0, queue=500, patience=30)
    writer.start()
    began = time.perf_counter()
    for item in items:
        await writer.put(item)
    closing = asyncio.create_task(writer.close())
    while writer.counts["new"] < len(items):  # noqa: ASYNC110 - the writer itself tells nobody
        await asyncio.sleep(0.002)
    acknowledged = time.perf_counter() - began
    await closing
    return len(items) / acknowledged, len(items) / (time.perf_counter() - began)


async def main() -> int:
    chance = random.Random(1445)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        async with (
            local_server(Path(folder)) as uri,
            AsyncMongoClient[dict[str, Any]](uri, tz_aware=True, w="majority", journal=True) as client,
        ):
            for turn in range(ROUNDS):
                items = articles(ARTICLES // ROUNDS, chance)
                one, (two, linked) = (
                    await bare(client, f"bare{turn}", items),
                    await written(client, f"writer{turn}", items),
                )
                rows.append((one, two, linked, two / one))
    one, two, linked, ratio = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"{ARTICLES} articles in batches of {BATCH}, median of {ROUNDS} rounds, articles a second")
    print(f"  bare bulk_write       {one:7.0f}")
    print(f"  writer, acknowledged  {two:7.0f}")
    print(f"  writer, linked too    {linked:7.0f}")
    print(f"  acknowledged / bare   {ratio:7.2f}   (floor {FLOOR})")
    return int(ratio < FLOOR and ARTICLES >= ENOUGH)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
