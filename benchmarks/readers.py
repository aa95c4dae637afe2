"""The cost of readers' queries: ``python -m benchmarks.readers``.

The collections hold synthetic articles, coverage, runs, revisions and tombstones. The server explains every
query of docs/data.md: documents examined, documents returned, milliseconds, and whether whole documents are
sorted in memory. Then the benchmark searches words, with their forms and without, and requests the pages of
`scrapy web`. Then it prints the bytes per article of each index, and the cost for an insert of those that
serve only readers.

``NEWSCRAWL_ARTICLES`` sets the number of articles (200000).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, MongoClient
from pymongo.database import Database

from benchmarks.grow import LAST, SEEN, Document, Maker, cpu, mongod
from benchmarks.site.pages import print_pages
from newscrawl.choice import Choice
from newscrawl.data_dictionary.queries import QUERIES, Query
from newscrawl.identity import search_text, use_search_scope
from newscrawl.search import find
from newscrawl.store.schema import INDEXES, prepare
from newscrawl.text import fold
from newscrawl.vocabulary import SearchScope

PART = float(os.environ.get("NEWSCRAWL_TRIALS", "0.01"))
ARTICLES = round(int(os.environ.get("NEWSCRAWL_ARTICLES", "200000" if PART == 1 else "50000")) * PART)
WRITES = max(50, round(5000 * PART))
"""Number of articles that are inserted to measure the cost of an index."""
ENOUGH = 1000
"""Number of articles from which ratios are meaningful."""
DAYS = 300 if PART == 1 else 60
WORDS = ("الحكومة", "حكومة", "وزير الصحة", '"وزير الصحة"')
FOR_READERS = (
    "tags_1_day_-1",
    "authors_1",
    "gone_at_1",
    "hijri_month_uaq_-1_hijri_day_uaq_-1_duplicate_of_1",
)
REAL = [
    "حكومة",
    "الحكومة",
    "والحكومة",
    "بالحكومة",
    "لحكومتهم",
    "وزير",
    "الوزير",
    "الصحة",
    "المدينة",
    "قانون",
    "المحكمة",
]
LATER = dt.datetime(2026, 4, 2, tzinfo=dt.UTC)


def made(maker: Maker, chance: random.Random, numbers: range) -> Iterator[Document]:
    """Articles of many newspapers and days, some of them copies, removed or undated."""
    root: Document | None = None
    for doc in maker.stored(numbers, LAST):
        day = LAST - dt.timedelta(days=chance.randrange(DAYS))
        month = 1445 * 12 + 8 - (LAST - day).days // 30
        hijri = f"{month // 12}-{month % 12 + 1:02}"
        source = "alayam24" if chance.random() < 0.025 else f"site{chance.randrange(40)}"
        doc |= {
            "source": source, "site": source, "day": str(day), "hijri_month": hijri, "hijri_month_uaq": hijri,
            "hijri_day": f"{hijri}-{day.day % 29 + 1:02}", "hijri_day_uaq": f"{hijri}-{day.day % 29 + 1:02}",
            "published_at": dt.datetime.combine(day, dt.time(chance.randrange(24)), dt.UTC),
            "section": chance.choice(["سياسة", "رياضة", "مجتمع", "اقتصاد"]), "gone_at": None, "copies": 0,
            "tags": [f"وسم{chance.randrange(5000)}" for _ in range(4)],
            "authors": [f"كاتب {chance.randrange(800)}"],
            "updated_at": SEEN - dt.timedelta(minutes=chance.randrange(60 * 24 * DAYS)),
        }  # fmt: skip
        words = doc["search_text"].split()
        for _ in range(3):
            words[chance.randrange(len(words))] = fold(chance.choice(REAL))
        title = doc["title"].split()
        title[0] = chance.choice(REAL)
        doc |= {"search_text": " ".join([*map(fold, title), *words]), "title": " ".join(title)}
        if chance.random() < 0.02:
            first, last = str(day - dt.timedelta(days=1)), str(day + dt.timedelta(days=1))
            doc |= dict.fromkeys(("day", "published_at", "hijri_month", "hijri_day", "hijri_month_uaq"))
            doc["published"] = {"earliest": first, "latest": last}
        if chance.random() < 0.003:
            doc |= {"gone_at": LATER}
        if chance.random() < 0.0005:
            doc |= {"tags": ["الأطلس"], "authors": ["يونس بنعلا"]}
        if root and chance.random() < 0.3:
            doc |= {"duplicate_of": root["_id"], "story": root["_id"]}
        else:
            root = doc
        yield doc


async def prepared(uri: str) -> None:
    """The collections with all their indexes."""
    async with AsyncMongoClient[Document](uri) as client:
        await prepare(client["readers"], client["readers_ops"])


def fill(uri: str) -> None:
    """Fill the collections."""
    chance, maker = random.Random(24), Maker(24)
    asyncio.run(prepared(uri))
    with MongoClient[Document](uri, tz_aware=True) as client:
        db = client["readers"]
        db["articles"].drop_indexes()
        for start in range(0, ARTICLES, 500):
            some = made(maker, chance, range(start, min(start + 500, ARTICLES)))
            docs = [RawBSONDocument(bson.encode(doc)) for doc in some]
            db["articles"].insert_many(docs, ordered=False, bypass_document_validation=True)
        db["articles"].create_indexes(INDEXES["articles"])
        ids = [doc["_id"] for doc in db["articles"].find({}, {"_id": 1}).limit(ARTICLES // 10)]
        db["revisions"].insert_many(
            {"_id": f"{id_}:{n}", "article": id_, "revision": n, "replaced_at": SEEN, "changed": ["body"]}
            for n, id_ in enumerate(ids)
        )
        rows = (
            {"_id": f"{source} {day}", "source": source, "day": str(LAST - dt.timedelta(days=day)),
             "articles": 9, "copies": 2, "complete": True, "why": "seen"}
            for source in ("alayam24", *(f"site{n}" for n in range(40))) for day in range(DAYS)
        )  # fmt: skip
        db["coverage"].insert_many(rows)
        db["runs"].insert_many(
            {"site": f"site{n % 40}" if n % 41 else "alayam24", "began": SEEN - dt.timedelta(hours=n),
             "outcome": "ok", "stored_at": SEEN} for n in range(4000)
        )  # fmt: skip
        reasons = ("no_body", "no_title", "listing")
        db["rejections"].insert_many(
            {"site": f"site{n % 40}" if n % 41 else "alayam24", "reason": reasons[n % 3], "rejected_at": SEEN}
            for n in range(4000)
        )
        db["forgotten"].insert_many({"_id": id_, "article": id_, "updated_at": SEEN} for id_ in ids[:300])


def asked(db: Database[Document], query: Query) -> Document:
    """The filter of a query, with values from the collection."""
    copy = db["articles"].find_one({"source": "alayam24", "duplicate_of": {"$ne": None}})
    assert copy
    revised = db["revisions"].find_one()
    assert revised
    day = str(LAST - dt.timedelta(days=20))
    moment = SEEN - dt.timedelta(days=2)
    month = db["articles"].find_one({"day": day})
    assert month
    known: dict[str, Any] = {
        'fold("أسعار")': "حكومه", 'copy["story"]': copy["story"], 'copy["_id"]': revised["article"],
        "2024-04-03": day, "2024-04-01": day, "1445-09": month["hijri_month"],
    }  # fmt: skip

    def value(given: Any) -> Any:
        if isinstance(given, dt.datetime):
            return moment
        if isinstance(given, dict):
            return {name: value(part) for name, part in given.items()}
        return known.get(str(given), given)

    return {name: value(given) for name, given in query.filter.items()}


def explained(db: Database[Document], query: Query) -> tuple[int, int, float, bool]:
    """The documents examined and returned, the milliseconds, and whether whole documents were sorted."""
    wanted, limit = asked(db, query), 1 if query.name else query.limit
    command = {"find": query.collection, "filter": wanted, "sort": dict(query.sort), "limit": limit}
    plan = db.command("explain", command, verbosity="executionStats")
    seconds = []
    for _ in range(3):
        found = db[query.collection].find(wanted).limit(limit)
        began = time.perf_counter()
        returned = sum(1 for _ in (found.sort(list(query.sort)) if query.sort else found))
        seconds.append(time.perf_counter() - began)
    stages = list(_stages(plan))
    looked = sum(stage.get("docsExamined", 0) for stage in stages)
    sorts = any(stage["stage"] == "SORT" for stage in stages)
    return looked, returned, statistics.median(seconds) * 1000, sorts


def _stages(part: Any) -> Iterator[Document]:
    if isinstance(part, dict):
        if "stage" in part and ("docsExamined" in part or part["stage"] == "SORT"):
            yield part
        for name, inner in part.items():
            if name not in ("queryPlanner", "allPlansExecution"):
                yield from _stages(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _stages(inner)


def cost_of(db: Database[Document], pid: int, left_out: str | None) -> float:
    """Milliseconds of the server's CPU for an insert, without one of the indexes."""
    scratch = db["scratch"]
    scratch.drop()
    models = [model for model in INDEXES["articles"] if model.document["name"] != left_out]
    scratch.create_indexes(models)
    docs = list(made(Maker(7), random.Random(7), range(10**8, 10**8 + WRITES)))
    began = cpu(pid)
    for start in range(0, len(docs), 50):
        scratch.insert_many(docs[start : start + 50], ordered=False)
    return (cpu(pid) - began) / WRITES * 1000


def print_scopes(client: MongoClient[Document], pid: int) -> None:
    """Print the cost of a text index of the opening and of the whole text: bytes per article, CPU time per
    insert.
    """
    docs = list(Maker(3).stored(range(WRITES), LAST))
    model = [model for model in INDEXES["articles"] if model.document["name"].startswith("search_text")]
    for scope in SearchScope:
        articles = client["readers"][f"scope_{scope}"]
        articles.create_indexes(model)
        use_search_scope(scope)
        texts = [doc | {"search_text": search_text(doc["title"], doc["lede"], doc["body"])} for doc in docs]
        began = cpu(pid)
        for start in range(0, WRITES, 50):
            articles.insert_many(texts[start : start + 50], ordered=False)
        used = (cpu(pid) - began) / WRITES * 1000
        client.admin.command("fsync")
        size = client["readers"].command("collStats", articles.name)["indexSizes"]
        size = size["search_text_text_day_-1"]
        print(f"NEWSCRAWL_SEARCH={scope}: {size / WRITES:,.0f} bytes an article, {used:.2f} ms an insert")
    use_search_scope(SearchScope.OPENING)


def main() -> int:
    """Print all tables. Return 1 if a query reads too much, or a page takes too long."""
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="readers-") as folder, mongod(Path(folder), 1.0) as (uri, pid):
        fill(uri)
        with MongoClient[Document](uri, tz_aware=True) as client:
            db = client["readers"]
            print(f"{ARTICLES:,} articles\n\n{'examined':>9}{'returned':>9}{'ms':>8}  query")
            for query in QUERIES:
                looked, returned, ms, sorts = explained(db, query)
                bad = returned and (looked > 2 * returned or sorts)
                wrong += bool(bad)
                print(f"{looked:>9,}{returned:>9,}{ms:>8.1f}  {query.says}{'  <- too many' if bad else ''}")
            print(f"\n{'read':>9}{'fitting':>9}{'ms':>9}{'CPU ms':>9}  search")
            for words in WORDS:
                for expand in (False, True):
                    began, used = time.perf_counter(), cpu(pid)
                    found = find(db, words, Choice(intervals=True), expand=expand)
                    ms, used = (time.perf_counter() - began) * 1000, (cpu(pid) - used) * 1000
                    told = f"{words}{', in all forms' if expand else ''}"
                    print(f"{found.looked:>9}{found.fitting:>9}{ms:>9.0f}{used:>9.0f}  {told}")
            wrong += print_pages(client, pid)
            sizes = db.command("collStats", "articles")["indexSizes"]
            print(f"\n{'bytes an article':>17}  index")
            for name, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
                print(f"{size / ARTICLES:>17.0f}  {name}")
            print()
            print_scopes(client, pid)
            whole = cost_of(db, pid, None)
            print(f"\nan insert takes {whole:.2f} ms of the server's CPU")
            for name in FOR_READERS:
                print(f"{whole - cost_of(db, pid, name):>9.3f}  of these for {name}")
    return int(wrong > 0 and ARTICLES >= ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
