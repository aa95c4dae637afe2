"""The cost of storing and linking an article as the collection grows: ``python -m benchmarks.grow``.

A linked collection is created in bulk, with articles from 100 days. Then new articles, a fifth of them
copies, go through the writer and the linker, with a small and with a larger cache of mongod. The benchmark
prints, for each new article, the documents that the server examined and its CPU time, until it was linked and
until a checkpoint had written everything (otherwise there is one a minute); how many articles are
acknowledged and linked a second; and the size of an article on disk, before and after arrivals on random
days.

``NEWSCRAWL_BEFORE`` names the folder of another checkout, which is measured, too. ``NEWSCRAWL_SIZES`` sets
the sizes (10000,100000,500000). ``NEWSCRAWL_ARRIVE_AT`` sets the size (200000) at which a tenth more articles
arrive.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import itertools
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, MongoClient

from newscrawl import identity
from newscrawl.items import Article, Signature
from newscrawl.store.schema import document, prepare
from newscrawl.store.writer import Writer
from newscrawl.urls import key

Document = dict[str, Any]


def _of(name: str, *modules: str) -> Any:
    """A name from the first of these modules that exists: the other build has it elsewhere."""
    for module in modules:
        with suppress(ImportError, AttributeError):
            return getattr(importlib.import_module(module), name)
    raise ImportError(name)


EXAMPLES = _of("EXAMPLES", "newscrawl.data_dictionary.examples", "newscrawl.store.dictionary")
try:
    ENGINE = _of("ENGINE", "newscrawl.mongod.guardian")
    """How a build configures the storage engine of the mongod that it starts; older builds do not."""
except ImportError:
    ENGINE = None
find_mongod = _of("find_mongod", "newscrawl.mongod.server", "newscrawl.store.server")
BANDS, ROWS = (_of(name, "newscrawl.signatures", "newscrawl.identity") for name in ("BANDS", "ROWS"))

PART = float(os.environ.get("NEWSCRAWL_TRIALS", "0.01"))
"""The share of a full run: 1 in ``make bench``, 0.01 in ``make test``."""
FULL = "10000,100000,500000" if PART == 1 else "10000"
SIZES = [round(int(size) * PART) for size in os.environ.get("NEWSCRAWL_SIZES", FULL).split(",")]
NEW, WARM = round(2000 * PART), round(2000 * PART)
"""Number of articles that are measured, and of those that fill the caches first."""
ARRIVE_AT = round(PART * int(os.environ.get("NEWSCRAWL_ARRIVE_AT", "200000" if PART == 1 else "10000")))
CACHES = (0.25, 1.0) if PART == 1 else (1.0,)
"""Sizes of the cache in gigabytes."""
DAYS, LAST = 100, dt.date(2026, 3, 30)
SEEN = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
KNOWN = 100
"""Number of stored articles with a unique text; others share paragraphs. Some new articles copy them."""
MEETS = 10**6
"""Two unrelated articles share a band once in this many pairs."""
DATABASE = "grow"
MOST_EXAMINED = 20
ENOUGH = 1000
"""Number of new articles from which an average is meaningful."""


class Maker:
    """Makes articles and documents from a seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        chance = random.Random(1445)
        letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
        self._words = [
            "".join(chance.choices(letters, k=chance.randint(3, 8)))
            for _ in range(max(3000, round(30_000 * PART)))
        ]
        self._cumulated: list[float] = []
        total = 0.0
        for rank in range(1, len(self._words) + 1):
            total += 1 / (rank + 5)
            self._cumulated.append(total)
        pool = self.words(40 * max(200, round(4000 * PART)), chance)
        self._paragraphs = [" ".join(pool[start : start + 40]) for start in range(0, len(pool), 40)]

    def words(self, number: int, chance: random.Random | None = None) -> list[str]:
        """Random words with the frequencies of a natural language."""
        return (chance or self._chance).choices(self._words, cum_weights=self._cumulated, k=number)

    def article(
        self, number: int, day: dt.date, text: list[str] | None = None, site: str = "alayam24"
    ) -> Article:
        """An article with a unique text, or with the given words."""
        words = text or self.words(320)
        url = f"https://www.{site}.com/articles-{number}.html"
        fields = {name: getattr(EXAMPLES[0], name) for name in Article.__slots__}
        fields |= {"url": url, "urls": [url], "keys": [key(url)], "source": site, "site": site, "via": None}
        title, lede = self._head(number)
        fields |= {"title": title, "lede": lede, "dateline": None, "agencies": []}
        fields |= {
            "body": "\n\n".join(" ".join(words[start : start + 40]) for start in range(0, len(words), 40))
        }
        fields |= {"day": str(day), "published_at": None, "gone_at": None, "word_count": len(words)}
        fields |= dict.fromkeys(("first_seen_at", "last_seen_at", "checked_at"), SEEN)
        return identity.identify(Article(**fields))

    def _head(self, number: int) -> tuple[str, str | None]:
        """Title and lede, as long as real ones: one article in seven has no lede."""
        return " ".join(self.words(6 + number % 7)), " ".join(self.words(6 * (number % 7))) or None

    def edited(self, words: list[str]) -> list[str]:
        """The words, one in ten of them changed."""
        return [self.words(1)[0] if self._chance.random() < 0.1 else word for word in words]

    def stored(self, numbers: range, day: dt.date) -> Iterator[Document]:
        """Documents as the writer stores them, their fingerprints drawn instead of computed."""
        like = document(self.article(0, day))
        width = len(like["signature"]["values"]) // (BANDS * ROWS)
        values = struct.Struct(f"<{BANDS * ROWS}{'H' if width == 2 else 'I'}")
        chance = self._chance
        for number in numbers:
            id_ = f"{chance.getrandbits(128):032x}"
            paragraphs = chance.choices(self._paragraphs, k=8)
            title, lede = self._head(number)
            body = "\n\n".join(paragraphs)
            drawn = [chance.randrange(MEETS) for _ in range(BANDS)]
            parts = (part for n in drawn for part in (n % 65521, n // 16 % 65521, n * 7919 % 65521))
            signed = like["signature"] | {"values": values.pack(*parts)}
            made = like | {
                "_id": id_, "keys": [id_], "story": id_,
                "urls": [f"https://www.alayam24.com/a-{number}.html"],
                "url": f"https://www.alayam24.com/a-{number}.html", "title": title, "day": str(day),
                "lede": lede, "body": body, "site": f"site{number % 40}", "source": f"site{number % 40}",
                "content_hash": f"{chance.getrandbits(128):032x}", "updated_at": SEEN, "signature": signed,
                "title_key": f"{chance.getrandbits(128):032x}",
                "search_text": _search_text(title, lede, body),
            }  # fmt: skip
            yield made | {"bands": _bands(made)}


def _bands(made: Document) -> list[int]:
    """The bands of a document, as this build or the other one makes them."""
    make: Any = identity.bands
    found: list[int] = make(made if hasattr(identity, "reach") else Signature(**made["signature"]))
    return found


def _search_text(title: str, lede: str | None, body: str) -> str:
    """The searched text of an article in this build or the other one; the words are already folded."""
    if make := getattr(identity, "search_text", None):
        return str(make(title, lede, body))
    return " ".join(filter(None, [title, lede, *body.split()[: identity.SEARCH_WORDS]]))


# --- A server


@contextmanager
def mongod(folder: Path, gigabytes: float) -> Iterator[tuple[str, int]]:
    """A mongod with this cache; yields its address and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [find_mongod(), "--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket",
         "--wiredTigerCacheSizeGB", str(gigabytes),
         "--setParameter", "diagnosticDataCollectionEnabled=false",
         *(["--wiredTigerEngineConfigString", ENGINE] if ENGINE else [])],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    try:
        with MongoClient[Document](uri, serverSelectionTimeoutMS=120_000) as client:
            client.admin.command("ping")
        yield uri, process.pid
    finally:
        process.terminate()
        process.wait()


def cpu(pid: int) -> float:
    """The CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def fill(client: AsyncMongoClient[Document], maker: Maker, number: int) -> None:
    """Create a collection with this many articles, and build its indexes in bulk."""
    articles = client[DATABASE]["articles"]
    await prepare(client[DATABASE], client[f"{DATABASE}_ops"])
    await articles.drop_indexes()
    for day in range(DAYS):
        on = LAST - dt.timedelta(days=DAYS - 1 - day)
        numbers = range(number * day // DAYS, number * (day + 1) // DAYS)
        for start in range(numbers.start, numbers.stop, 500):
            some = maker.stored(range(start, min(start + 500, numbers.stop)), on)
            docs = [RawBSONDocument(bson.encode(doc)) for doc in some]
            await articles.insert_many(docs, ordered=False, bypass_document_validation=True)
    known = Maker(1)
    real = [document(known.article(n, LAST)) for n in range(round(KNOWN * min(1, 10 * PART)))]
    moment = {"updated_at": SEEN}
    await articles.insert_many(
        [doc | moment | {"_id": doc["keys"][0], "story": doc["keys"][0]} for doc in real]
    )
    await prepare(client[DATABASE], client[f"{DATABASE}_ops"])


def new_ones(maker: Maker, number: int, first: int) -> list[Article]:
    """New articles of two days: a tenth copy stored articles, a tenth copy each other."""
    known = Maker(1)
    texts = [known.article(n, LAST).body.split() for n in range(round(KNOWN * min(1, 10 * PART)))]
    made: list[Article] = []
    for n in range(number):
        day, text = LAST - dt.timedelta(days=n % 2), None
        if n % 10 == 3:
            text = maker.edited(texts[n // 10 % len(texts)])
        elif n % 10 == 7:
            text = maker.edited(made[n - 6].body.split())
        made.append(maker.article(first + n, day, text, site=f"new{n % 40}"))
    return made


async def write(client: AsyncMongoClient[Document], items: list[Article]) -> tuple[float, float]:
    """Store articles; the seconds until all are acknowledged, and until all are linked."""
    writer = Writer(client, DATABASE, batch=50, age=2.0, queue=500, patience=120)
    writer.start()
    began = time.perf_counter()
    for item in items:
        await writer.put(item)
    closing = asyncio.create_task(writer.close())
    while writer.counts["new"] < len(items):  # noqa: ASYNC110 - the writer itself tells nobody
        await asyncio.sleep(0.002)
    acknowledged = time.perf_counter() - began
    await closing
    return acknowledged, time.perf_counter() - began


async def examined(client: AsyncMongoClient[Document]) -> int:
    """The number of documents that the server has examined so far."""
    status = await client.admin.command("serverStatus")
    return int(status["metrics"]["queryExecutor"]["scannedObjects"])


async def cost(client: AsyncMongoClient[Document], pid: int, turn: int) -> Document:
    """The cost of new articles."""
    maker = Maker(100 + turn)
    items = new_ones(maker, WARM + NEW, 10**6 * (turn + 1))
    await write(client, items[:WARM])
    recent = {"duplicate_of": {"$ne": None}, "day": {"$gte": str(LAST - dt.timedelta(days=1))}}
    copies = await client[DATABASE]["articles"].count_documents(recent)
    await client.admin.command("fsync")  # so that the checkpoint below writes what is measured
    before, began = await examined(client), cpu(pid)
    acknowledged, linked = await write(client, items[WARM:])
    looked, used = await examined(client) - before, cpu(pid) - began
    await client.admin.command("fsync")
    written = cpu(pid) - began
    copies = await client[DATABASE]["articles"].count_documents(recent) - copies
    return {
        "examined": looked / NEW, "cpu_ms": used / NEW * 1000, "written_ms": written / NEW * 1000,
        "acknowledged": NEW / acknowledged,
        "linked": NEW / linked, "copies": copies / NEW,
    }  # fmt: skip


async def on_disk(client: AsyncMongoClient[Document]) -> Document:
    """The bytes of data and of indexes per article."""
    await client.admin.command("fsync")
    stats = await client[DATABASE].command("collStats", "articles")
    sizes = {name: size / stats["count"] for name, size in stats["indexSizes"].items()}
    return {
        "bson": stats["size"] / stats["count"], "data": stats["storageSize"] / stats["count"],
        "indexes": stats["totalIndexSize"] / stats["count"], "each": sizes,
    }  # fmt: skip


async def arrive(client: AsyncMongoClient[Document]) -> None:
    """Insert articles of random days as a crawl does."""
    maker, chance = Maker(7), random.Random(7)
    for start in range(0, ARRIVE_AT // 10, 50):
        days = [LAST - dt.timedelta(days=chance.randrange(DAYS)) for _ in range(50)]
        docs = [
            next(maker.stored(range(10**7 + start + n, 10**7 + start + n + 1), day))
            for n, day in enumerate(days)
        ]
        await client[DATABASE]["articles"].insert_many(docs, ordered=False)


def measured(number: int) -> Document:
    """All figures for a collection with this many articles."""

    async def at(uri: str, work: Any, *args: Any) -> Any:
        async with AsyncMongoClient[Document](uri, tz_aware=True, w="majority", journal=True) as client:
            return await work(client, *args)

    found: Document = {"articles": number, "caches": {}}

    def make(uri: str, _: int) -> None:
        asyncio.run(at(uri, fill, Maker(0), number))
        found["bulk"] = asyncio.run(at(uri, on_disk))

    def store(uri: str, pid: int) -> None:
        turn = len(found["caches"])
        found["caches"][str(CACHES[turn])] = asyncio.run(at(uri, cost, pid, turn))

    def receive(uri: str, _: int) -> None:
        if number == ARRIVE_AT:
            asyncio.run(at(uri, arrive))
            found["arrived"] = asyncio.run(at(uri, on_disk))

    steps = [(1.0, make), *((gigabytes, store) for gigabytes in CACHES), (1.0, receive)]
    with tempfile.TemporaryDirectory(prefix="grow-") as folder:
        for gigabytes, some in itertools.groupby(steps, itemgetter(0)):
            with mongod(Path(folder), gigabytes) as (uri, pid):
                for _, step in some:
                    step(uri, pid)
    return found


# --- The table


def run(build: str, checkout: Path, number: int) -> Document:
    """The figures of a build, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", str(number)],
        cwd=checkout, env=os.environ | {"PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: Document = json.loads(done.stdout)
    for gigabytes, cost_ in found["caches"].items():
        print(
            f"{build:<8}{found['articles']:>9,}{gigabytes:>7}{cost_['examined']:>10.1f}{cost_['cpu_ms']:>9.2f}"
            f"{cost_['written_ms']:>9.2f}{cost_['acknowledged']:>9.0f}{cost_['linked']:>8.0f}{cost_['copies']:>8.3f}",
            flush=True,
        )
    for when in ("bulk", "arrived"):
        if when in found:
            size = found[when]
            print(f"{'':8}{when}: {size['data']:,.0f} + {size['indexes']:,.0f} bytes an article", flush=True)
            if os.environ.get("NEWSCRAWL_VERBOSE"):
                print(f"{'':8}{size['bson']:,.0f} BSON, { ({k: round(v) for k, v in size['each'].items()}) }")
    return found


def main() -> int:
    """Measure the builds in turn; 1 when this build examines too many documents."""
    here = Path(__file__).parent.parent
    builds = {"this": here}
    if before := os.environ.get("NEWSCRAWL_BEFORE"):
        builds = {"before": Path(before), "this": here}
    heads = {
        "articles": 9,
        "GB": 7,
        "examined": 10,
        "CPU ms": 9,
        "+ disk": 9,
        "ack/s": 9,
        "link/s": 8,
        "copies": 8,
    }
    print("build   " + "".join(f"{name:>{width}}" for name, width in heads.items()))
    sizes = sorted({*SIZES, ARRIVE_AT})
    found = {(build, n): run(build, folder, n) for n in sizes for build, folder in builds.items()}
    if {"before", "this"} <= builds.keys() and ARRIVE_AT in sizes:
        before_, this = (sum(found[build, ARRIVE_AT]["arrived"][part] for part in ("data", "indexes"))
                         for build in ("before", "this"))  # fmt: skip
        print(f"bytes an article after arrivals on random days: {this / before_:.2f} of before")
    examined_ = [c["examined"] for n in sizes for c in found["this", n]["caches"].values()]
    return int(max(examined_) > MOST_EXAMINED and NEW >= ENOUGH)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measured(int(sys.argv[2]))))
    else:
        sys.exit(main())
