"""Copies in the store, with a real mongod: the labelled set, races, and the cost of a decision."""

import asyncio
import datetime as dt
import gc
import random
import struct
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from newscrawl import identity
from newscrawl.identity import identify
from newscrawl.items import Article, PublishedDetail
from newscrawl.signatures import BANDS, ROWS, SCHEME, SEED, SIGNATURE_VERSION
from newscrawl.store.candidates import COMMON, COMPARED
from newscrawl.store.links import Linker
from newscrawl.store.schema import INDEXES, document, prepare
from newscrawl.store.writer import Writer
from newscrawl.text import fold
from newscrawl.vocabulary import CopyKind
from tests import pairs
from tests.conftest import Database
from tests.mongod import Mongod, mongod, primary
from tests.trials import size

Run = Callable[[Coroutine[Any, Any, Any]], Any]
DAY = dt.date(2024, 4, 2)
LIVING = ("updated_at", "run")
"""Fields that say when a document was written."""


def write(run: Run, database: Database, *crawls: Sequence[Article], batch: int = 50) -> None:
    """Write articles, each sequence with a separate writer, all at once."""

    async def at_once() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            await prepare(client[database.name], client[f"{database.name}_ops"])
            writers = [
                Writer(client, database.name, batch=batch, age=0.01, queue=500, patience=5) for _ in crawls
            ]

            async def crawl(writer: Writer, articles: Sequence[Article]) -> None:
                writer.start()
                for article in articles:
                    await writer.put(article)
                await writer.close()

            await asyncio.gather(*map(crawl, writers, crawls))

    run(at_once())


def found(database: Database) -> list[dict[str, Any]]:
    return [{k: v for k, v in doc.items() if k not in LIVING} for doc in database.articles()]


def is_settled(documents: Sequence[dict[str, Any]]) -> bool:
    """Does every copy name the root of its story, does no root name another, and is the number of copies
    right?
    """
    copies = Counter(doc["duplicate_of"] for doc in documents)
    roots = {doc["_id"] for doc in documents if doc["duplicate_of"] is None}
    return all(
        doc["story"] == (doc["duplicate_of"] or doc["_id"])
        and doc["story"] in roots
        and doc["copies"] == copies[doc["_id"]]
        for doc in documents
    )


class TestLabelledSet:
    def test_copies_are_found_and_nothing_else(self, run: Run, database: Database) -> None:
        recall, merged = self.links(run, database, pairs.records())
        assert sum(count.total() for count in recall.values()) >= 300
        wrong = [pair for pair in merged if pair[0] != pair[1]]
        assert len(wrong) <= 0.01 * len(merged)
        assert [pair for pair in wrong if not pair[0].startswith("story")] == []
        floors = {"same_day": 0.99, "boilerplate": 0.97, "calendar": 0.97, "spelling": 0.97, "wire": 0.97}
        floors |= {"changed 10 %": 0.95, "changed 20 %": 0.85, "cut to 60 %": 0.90}
        assert {
            name for name, floor in floors.items() if recall[name][True] < floor * recall[name].total()
        } == set()

    def test_templates_briefs_digests_and_copies_of_copies(self, run: Run, database: Database) -> None:
        recall, merged = self.links(run, database, pairs.shapes())
        assert sum(one.group != other.group for _, one, other in pairs.labelled_pairs(pairs.shapes())) >= 120
        wrong = [pair for pair in merged if pair[0] != pair[1]]
        assert len(wrong) <= 0.01 * len(merged), wrong
        right, total = (
            sum(values) for values in zip(*((c[True], c.total()) for c in recall.values()), strict=True)
        )
        assert right >= 0.95 * total
        assert {doc["duplicate"]["kind"] for doc in database.articles() if doc["duplicate"]} == {
            *CopyKind
        } - {"same_day"}

    def links(
        self, run: Run, database: Database, records: list[pairs.LabelledArticle]
    ) -> tuple[dict[str, Counter[bool]], list[tuple[str, str]]]:
        """For each kind, how many copies are linked and how many are not; and the groups of linked pairs."""
        write(run, database, [record.article for record in records])
        documents = database.articles()
        assert is_settled(documents)
        assert {doc["_id"]: doc["story"] for doc in documents} == pairs.decided(documents)
        story = {key: doc["story"] for doc in documents for key in doc["keys"]}
        group = {record.article.keys[0]: record.group for record in records}
        hits: dict[str, Counter[bool]] = defaultdict(Counter)
        for variant, one, other in pairs.labelled_pairs(records):
            if one.group == other.group:
                hits[variant][story[one.article.keys[0]] == story[other.article.keys[0]]] += 1
        merged = [
            (group[one], group[other])
            for members in _by_story(story).values()
            for one, other in combinations(members, 2)
        ]
        return hits, merged

    def test_the_copy_at_an_aggregator_names_the_newspaper(self, run: Run, database: Database) -> None:
        records = [r for r in pairs.records() if r.variant in ("original", "boilerplate")]
        records.sort(key=lambda record: record.variant)  # the aggregator's first
        write(run, database, [record.article for record in records], batch=10)
        by_id = {doc["_id"]: doc for doc in database.articles()}
        copies = [doc for doc in by_id.values() if doc["via"]]
        assert copies
        assert {doc["duplicate"]["kind"] for doc in copies} == {"republished"}
        assert {by_id[doc["duplicate_of"]]["site"] for doc in copies} == {"alayam24"}


def _by_story(story: dict[str, str]) -> dict[str, list[str]]:
    members = defaultdict(list)
    for key, root in story.items():
        members[root].append(key)
    return members


class TestConvergence:
    def test_opposite_orders_end_with_the_same_documents(self, run: Run, database: Database) -> None:
        articles = [record.article for record in pairs.records()[:200]]
        write(run, database, articles, batch=20)
        forwards = found(database)
        database["articles"].delete_many({})
        write(run, database, articles[::-1], batch=20)
        assert found(database) == forwards

    def test_eight_writers_at_once_end_with_the_same_documents(self, run: Run, database: Database) -> None:
        articles = [r.article for r in pairs.records() if r.group[-1] in "13579"][:60]
        write(run, database, articles)
        alone = found(database)
        chance = random.Random(1445)
        for _ in range(2):
            database["articles"].delete_many({})
            write(run, database, *[chance.sample(articles, len(articles)) for _ in range(8)], batch=7)
            assert found(database) == alone
            assert database.ops["unlinked"].count_documents({}) == 0

    def test_corrections_and_better_dates_at_once_end_as_the_rule_says(
        self, run: Run, database: Database
    ) -> None:
        records = [r for r in pairs.records() if r.group in ("story 1", "story 2", "story 3", "notice 0#2")]
        chance = random.Random(1445)
        crawls: list[list[Article]] = []
        for turn in range(8):
            some: list[Article] = []
            seen = pairs.SEEN + dt.timedelta(hours=turn)
            for record in chance.sample(records, len(records)):
                body = chance.choice(records).article.body if turn % 3 else record.article.body
                hour = dt.datetime(2024, 4, 2, chance.randrange(24), tzinfo=dt.UTC) if turn % 2 else None
                some.append(
                    identify(
                        replace(record.article, body=body, published_at=hour, checked_at=seen, run=f"{turn}")
                    )
                )
            crawls.append(some)
        write(run, database, *crawls, batch=4)
        documents = database.articles()
        assert {doc["_id"]: doc["story"] for doc in documents} == pairs.decided(documents)
        assert is_settled(documents)

    def test_when_a_better_root_arrives_all_links_move(self, run: Run, database: Database) -> None:
        story = next(r.article for r in pairs.records() if r.variant == "original")
        copies = [_at(story, f"https://www.copy{n}.com/a.html", via="maghress") for n in range(120)]
        write(run, database, copies)
        assert Counter(doc["duplicate_of"] is None for doc in database.articles()) == {True: 1, False: 119}
        write(run, database, [story])
        assert {doc["story"] for doc in database.articles()} == {story.keys[0]}
        assert is_settled(database.articles())

    def test_a_corrected_copy_that_is_no_longer_one_stands_alone(self, run: Run, database: Database) -> None:
        one, two, three = [r.article for r in pairs.records() if r.variant == "original"][:3]
        copies = [_at(one, f"https://www.copy{n}.com/a.html") for n in range(3)]
        write(run, database, [one, *copies])
        root = database["articles"].find_one({"duplicate_of": None})
        changed = next(a for a in (one, *copies) if a.keys[0] == root["_id"])
        write(run, database, [identify(replace(changed, title=two.title, body=two.body))])
        assert {doc["story"] for doc in database.articles() if doc["_id"] != root["_id"]} != {root["_id"]}
        assert Counter(doc["duplicate_of"] is None for doc in database.articles()) == {True: 2, False: 2}
        assert is_settled(database.articles())
        write(run, database, [identify(replace(changed, title=three.title, body=one.body))])
        assert len({doc["story"] for doc in database.articles()}) == 1

    def test_the_next_crawl_links_what_a_killed_one_left_unlinked(self, run: Run, database: Database) -> None:
        one = next(r.article for r in pairs.records() if r.variant == "original")
        two = _at(one, "https://www.copy.com/a.html")
        write(run, database, [one])
        database["articles"].insert_one(stored(two))
        database.ops["unlinked"].insert_one({"_id": two.keys[0]})
        write(run, database, [])
        assert len({doc["story"] for doc in database.articles()}) == 1
        assert database.ops["unlinked"].count_documents({}) == 0

    def test_an_interval_is_used_in_place_of_an_unknown_day(self, run: Run, database: Database) -> None:
        """Only articles whose intervals are close to each other are examined, whichever arrives last."""
        one = next(r.article for r in pairs.records() if r.variant == "original")
        assert one.day
        day = dt.date.fromisoformat(one.day)

        def counted(name: str, days_ago: int) -> Article:
            first, last = (str(day - dt.timedelta(days=days_ago + more)) for more in (1, -1))
            interval = replace(one.published or PublishedDetail(), earliest=first, latest=last)
            copy = _at(one, f"https://www.{name}.com/a.html")
            return replace(copy, day=None, published_at=None, published=interval)

        near, far = counted("near", 4), counted("far", 60)
        for order in ([one, near, far], [far, near, one], [near, one, far]):
            database["articles"].delete_many({})
            for article in order:
                write(run, database, [article])
            story = {doc["site"]: doc["story"] for doc in database.articles()}
            assert story[one.site] == story["near"] != story["far"]

    def test_an_archive_of_2016_finds_its_copies_after_a_crawl_of_2026(
        self, run: Run, database: Database
    ) -> None:
        records = [r.article for r in pairs.records() if r.variant == "original"]
        old, young, undated = records[:3]
        dated = [
            identify(replace(_at(old, f"https://www.{name}.com/a.html"), title=name, day=day))
            for name, day in (("earlier", "2016-03-02"), ("later", "2016-03-08"), ("much", "2016-04-20"))
        ]
        fresh = [identify(replace(young, day=f"2026-11-{day}")) for day in (27, 28)]
        blank = {"day": None, "published": None, "published_at": None}
        seen = [
            identify(replace(_at(undated, "https://www.blank.com/a.html"), title="blank", **blank)),
            identify(replace(undated, day="2024-04-05")),  # ten days before its first visit
        ]
        for crawl in ([dated[0]], fresh, [seen[0]], [dated[1]], [dated[2]], [seen[1]]):
            write(run, database, crawl)
        story = {doc["site"]: doc["story"] for doc in database.articles()}
        assert story["earlier"] == story["later"] != story["much"]
        assert story["blank"] == seen[1].keys[0]

    def test_a_day_that_becomes_known_moves_an_article_to_its_week(
        self, run: Run, database: Database
    ) -> None:
        story = next(r.article for r in pairs.records() if r.variant == "original")
        interval = replace(story.published or PublishedDetail(), earliest="2016-03-01", latest="2016-03-31")
        vague = identify(replace(story, day=None, published_at=None, published=interval))
        exact = identify(replace(story, day="2016-03-20"))
        copy = identify(replace(_at(story, "https://www.copy.com/a.html"), title="نسخة", day="2016-03-24"))
        write(run, database, [vague])
        write(run, database, [exact])
        assert database.articles()[0]["bands"] == exact.bands
        write(run, database, [copy])
        assert len({doc["story"] for doc in database.articles()}) == 1


def _at(article: Article, url: str, **fields: Any) -> Article:
    """The same text at another address."""
    host = url.split("/")[2].split(".")[1]
    given = {"site": host, "source": host} | fields
    return pairs.article(url, article.title, article.body, dt.date.fromisoformat(article.day or ""), **given)


def look_alike(number: int, site: str, day: dt.date = DAY) -> Article:
    """A page of a series: all pages share one text, except that every fourth word is a number of the page."""
    frame, own = random.Random(1445), random.Random(number)
    words = [str(own.randrange(10**4)) if n % 4 == 0 else frame.choice(VOCABULARY) for n in range(160)]
    url = f"https://www.{site}.com/{number}.html"
    return pairs.article(url, f"تداولات السهم {number}", " ".join(words), day)


STEMS = "حكوم مدين وزير طريق مدرس جمعي موسم مشروع اقتصاد صح".split()
VOCABULARY = [
    f"{start}{stem}{end}" for start in ("ال", "", "وال") for stem in STEMS for end in ("ات", "ي", "ها")
]


def test_the_frame_of_a_source_is_learned_and_left_out(run: Run, database: Database) -> None:
    chance = random.Random(1445)
    vocabulary = [word for mould in pairs.DATA["moulds"] for word in mould["body"].split()]
    bodies = [" ".join(chance.choices(vocabulary, k=40)) for _ in range(31)]
    framed = [
        pairs.article(
            f"https://www.almasar.com/{n}.html",
            f"عنوان {n}",
            f"{body}\n\nرابط الخبر بصحيفة المسار: عنوان {n}",
            DAY,
        )
        for n, body in enumerate(bodies)
    ]
    write(run, database, framed[:30])
    assert database.ops["frames"].find_one() is None  # a crawl learns nothing from its own articles
    database["articles"].update_many(
        {}, [{"$set": {"updated_at": {"$subtract": ["$$NOW", 2 * 3600 * 1000]}}}]
    )
    copy = pairs.article("https://www.naqil.com/1.html", "عنوان آخر", bodies[30], DAY)
    write(run, database, [framed[30], copy])
    learned = database.ops["frames"].find_one({"_id": "almasar"})
    assert learned["ends"] == fold("رابط الخبر بصحيفة المسار: عنوان").split()
    [linked] = database["articles"].find({"duplicate_of": {"$ne": None}})
    assert (linked["duplicate"]["kind"], linked["duplicate"]["similarity"]) == ("republished", 1)


class TestLookAlikes:
    """Many pages of a day that share most of their text: from one template, or with the same frame."""

    def test_their_copies_are_found_in_any_order(self, run: Run, database: Database) -> None:
        crowd = [look_alike(n, f"site{n % 3}") for n in range(3 * COMMON)]
        frame = " ".join(VOCABULARY[:12])
        copies = [
            pairs.article(
                f"https://www.copy.com/{n}.html", "السهم اليوم", f"{frame}\n\n{a.body}", DAY, via="copy"
            )
            for n, a in enumerate(crowd[::9])
        ]
        articles = [*crowd, *copies]
        write(run, database, articles)
        forwards = found(database)
        story = {doc["_id"]: doc["story"] for doc in forwards}
        assert [story[copy.keys[0]] for copy in copies] == [a.keys[0] for a in crowd[::9]]
        assert len(set(story.values())) == len(crowd)
        for crawls in ([articles[::-1]], [articles[n::4] for n in range(4)]):
            database["articles"].delete_many({})
            write(run, database, *crawls, batch=20)
            assert found(database) == forwards

    @pytest.mark.parametrize("sites", [1, 40], ids=["one_site", "forty_sites"])
    def test_the_cost_of_a_batch_does_not_grow_with_their_number(
        self, run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, sites: int
    ) -> None:
        compared: list[int] = []
        are_copies = identity.are_copies
        monkeypatch.setattr(identity, "are_copies", lambda *args: compared.append(1) or are_copies(*args))

        async def cost(client: Any, numbers: range) -> tuple[int, int]:
            """The number of documents that MongoDB returns for a batch, and of compared pairs of texts."""
            linker, batch = (
                Linker(client, database.name),
                [look_alike(n, f"site{n % sites}") for n in numbers],
            )
            await client[database.name]["articles"].insert_many([stored(article) for article in batch])
            compared.clear()
            read.documents = 0
            await linker.link([article.keys[0] for article in batch], pairs.SEEN)
            return read.documents, len(compared)

        async def trial() -> list[tuple[int, int]]:
            async with AsyncMongoClient[Any](database.uri, tz_aware=True, event_listeners=[read]) as client:
                articles = client[database.name]["articles"]
                await articles.create_indexes(INDEXES["articles"])
                costs = []
                for start in (400, 1600):
                    crowd = [look_alike(n, f"site{n % sites}") for n in range(start - 400, start)]
                    await articles.insert_many([stored(article) for article in crowd])
                    costs.append(await cost(client, range(start, start + 50)))
                return costs

        read = _Read()
        few, many = run(trial())
        assert many[0] <= 2 * few[0]  # four times as many articles
        assert many[1] <= 50 * 2 * COMPARED


class _Read(CommandListener):
    """Counts the documents that MongoDB returns."""

    documents = 0

    def started(self, event: CommandStartedEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...

    def succeeded(self, event: CommandSucceededEvent) -> None:
        cursor = event.reply.get("cursor", {})
        self.documents += len(cursor.get("firstBatch", ())) + len(cursor.get("nextBatch", ()))


def stored(article: Article) -> dict[str, Any]:
    """An article as the writer stores it."""
    return document(article) | {"_id": article.keys[0], "story": article.keys[0], "updated_at": pairs.SEEN}


def test_the_primary_is_read_whatever_the_address_says(tmp_path: Path) -> None:
    """A set without a secondary cannot answer a query that is meant for a secondary."""
    records = [r.article for r in pairs.records() if r.group in ("story 1", "story 2")]

    async def trial(server: Mongod) -> list[dict[str, Any]]:
        uri = f"mongodb://127.0.0.1:{server.port}/?replicaSet=rs"
        elsewhere = f"{uri}&readPreference=secondary&serverSelectionTimeoutMS=3000"
        async with (
            AsyncMongoClient[dict[str, Any]](uri, tz_aware=True) as client,
            AsyncMongoClient[dict[str, Any]](elsewhere, tz_aware=True) as asked,
        ):
            await prepare(client["news"], client["news_ops"])
            for some in (records[:5], records[5:]):
                writer = Writer(asked, "news", batch=3, age=0.01, queue=500, patience=0)
                writer.start()
                for article in some:
                    await writer.put(article)
                await writer.close()
            found: list[dict[str, Any]] = await client["news"]["articles"].find().to_list()
            return found

    with mongod(tmp_path, "--replSet", "rs", "--oplogSize", "50") as server:
        with server.client() as client:
            host = f"127.0.0.1:{server.port}"
            client.admin.command("replSetInitiate", {"_id": "rs", "members": [{"_id": 0, "host": host}]})
        primary([server])
        documents = asyncio.run(trial(server))
    assert len(documents) == len(records)
    assert {doc["_id"]: doc["story"] for doc in documents} == pairs.decided(documents)
    assert len({doc["story"] for doc in documents}) == 2


class TestRevisions:
    def test_a_correction_makes_a_revision_and_a_counter_or_a_stamp_does_not(
        self, run: Run, database: Database
    ) -> None:
        text = "أعلنت الجماعة عن انطلاق أشغال تهيئة الحديقة الكبرى وسط المدينة بعد أشهر من التأخير."
        bodies = [f"{text}\n\nشوهد {n} مرة\n\nآخر تحديث: 2 أبريل 2024 - 1{n}:30" for n in range(3)]
        bodies += [f"{text}\n\nشوهد 9 مرة".replace("الكبرى", word) for word in ("الصغرى", "الوسطى", "العليا")]
        for on, body in enumerate(bodies):
            seen = pairs.SEEN + dt.timedelta(hours=on)
            moments = {"last_seen_at": seen, "checked_at": seen, "run": str(on)}
            article = pairs.article("https://www.jarida.com/1.html", "تهيئة الحديقة", body, DAY, **moments)
            write(run, database, [article])
        doc = database.articles()[0]
        former = list(database["revisions"].find().sort("revision"))
        assert doc["revision"] == 4
        assert [state["body"].split()[7] for state in former] == ["الكبرى", "الصغرى", "الوسطى"]
        assert [state["changed"] for state in former] == [["body"]] * 3

    def test_a_page_fetched_earlier_but_written_later_replaces_nothing(
        self, run: Run, database: Database
    ) -> None:
        url = "https://www.jarida.com/1.html"
        write(run, database, [pairs.article(url, "عنوان", "النص بعد أن صححته الجريدة", DAY)])
        before = pairs.SEEN - dt.timedelta(hours=1)
        moments = dict.fromkeys(("first_seen_at", "last_seen_at", "checked_at"), before)
        write(run, database, [pairs.article(url, "عنوان", "النص قبل أن تصححه الجريدة", DAY, **moments)])
        doc = database.articles()[0]
        assert "بعد" in doc["body"]
        assert (doc["first_seen_at"], doc["checked_at"]) == (before, pairs.SEEN)


WORDS = "".join(chr(letter) + " " for letter in range(0x627, 0x64B)).split()


def made(id_: str, site: str, day: dt.date, chance: random.Random) -> dict[str, Any]:
    """A stored article that was not crawled. Others share its bands as often as those of real articles, of
    which random pairs have one shingle in a hundred in common.
    """
    drawn = [chance.randrange(10**6) for _ in range(BANDS)]
    values = struct.pack(f"<{BANDS * ROWS}H", *(part for n in drawn for part in (n % 65521, n // 16, n % 7)))
    doc: dict[str, Any] = {
        "_id": id_, "keys": [id_], "site": site, "source": site, "via": None, "day": str(day),
        "published": None, "published_at": None, "first_seen_at": pairs.SEEN, "title_key": id_,
        "signature": {"version": SIGNATURE_VERSION, "scheme": SCHEME, "seed": SEED, "values": values},
        "content_hash": id_, "title": id_, "lede": None, "dateline": None, "agencies": [],
        "body": " ".join(chance.choices(WORDS, k=60)), "duplicate_of": None, "duplicate": None, "story": id_,
    }  # fmt: skip
    return doc | {"bands": identity.bands(doc)}


@pytest.mark.trials
def test_deciding_a_batch_costs_the_same_among_a_million(run: Run, database: Database) -> None:
    few, many, batches = (10_000, 1_000_000, 9) if size(100) == 100 else (500, 2_500, 3)
    a_day = few // 10  # so that the window of days is full in both
    chance = random.Random(1445)

    async def fill(articles: Any, begin: int, end: int) -> None:
        for start in range(begin, end, 2000):
            numbers = range(start, min(start + 2000, end))
            await articles.insert_many(
                [made(f"{n:032x}", f"site{n % 40}", day_of(n), chance) for n in numbers], ordered=False
            )

    def day_of(number: int) -> dt.date:
        return DAY + dt.timedelta(days=number // a_day)

    async def looked_at(client: AsyncMongoClient[dict[str, Any]]) -> int:
        """The number of documents and index keys that the server has examined so far."""
        status = await client.admin.command("serverStatus")
        looks = status["metrics"]["queryExecutor"]
        return int(looks["scanned"] + looks["scannedObjects"])

    async def decide(
        client: AsyncMongoClient[dict[str, Any]], linker: Linker, stored: int
    ) -> tuple[int, int]:
        """What the server examines for a batch (the median), and the peak memory of this process."""
        articles = client[database.name]["articles"]
        looks, memory = [], []
        for batch in range(batches):
            docs = [
                made(f"f{stored:015x}{batch * 50 + n:016x}", "new", day_of(stored), chance) for n in range(50)
            ]
            for doc in docs[::2]:  # every second one is a copy of a stored one
                other = await articles.find_one({"_id": f"{stored - 1 - chance.randrange(a_day):032x}"})
                doc |= {name: other[name] for name in ("signature", "body")}
                doc |= {"bands": identity.bands(doc)}
            await articles.insert_many(docs)
            gc.collect()
            if batch % 3 == 2:
                tracemalloc.start()
            before = await looked_at(client)
            await linker.link([doc["_id"] for doc in docs], pairs.SEEN)
            looks.append(await looked_at(client) - before)
            if tracemalloc.is_tracing():
                memory.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
        copies = await articles.count_documents({"site": "new", "duplicate_of": {"$ne": None}})
        assert copies % (batches * 25) == 0
        return sorted(looks)[len(looks) // 2], max(memory)

    async def trial() -> tuple[tuple[int, int], tuple[int, int]]:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            articles, linker = client[database.name]["articles"], Linker(client, database.name)
            await articles.create_indexes(INDEXES["articles"])
            await fill(articles, 0, few)
            among_few = await decide(client, linker, few)
            await articles.drop_indexes()  # sorting the keys is faster than inserting them one by one
            await fill(articles, few, many)
            await articles.create_indexes(INDEXES["articles"])
            return among_few, await decide(client, linker, many)

    (before, memory_before), (after, memory_after) = run(trial())
    print(
        f"\na batch of 50 among {few:,}: {before:,} keys and documents, {memory_before / 1e6:.1f} MB; "
        f"among {many:,}: {after:,}, {memory_after / 1e6:.1f} MB"
    )
    assert after <= 2 * before
    assert memory_after <= 2 * memory_before
