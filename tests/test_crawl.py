"""Whole crawls of the recording or of a loopback site, started as by an operator, into a real mongod."""

import datetime as dt
import json
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from scrapy import Request

from newscrawl.download.errors import NotRecorded
from newscrawl.download.recording import Recording
from newscrawl.mongod.server import Server, data_folder
from newscrawl.urls import key
from newscrawl.vocabulary import RobotsState
from tests.conftest import PROJECT, RECORDING, SPIDERS, Database, scrapy, start
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.test_download_recording import largest_file
from tests.trials import LONG, size

EXPECTED = json.loads((PROJECT / "recordings" / "demo" / "expected.json").read_text("utf-8"))
OF_THE_RUN = ("run", "updated_at")
"""Fields that say when a crawl ran, not what it found."""
OF_THE_SPELLING = ("url", "urls", "keys", "http", "first_seen_at", "last_seen_at", "checked_at")
"""Fields that depend on which address of an article was met first."""
SPELLINGS = {
    key(url): facts["title"]
    for facts in EXPECTED["articles"].values()
    if len(facts["urls"]) > 1
    for url in facts["urls"]
}
"""The articles that the recording links at several addresses, the first of which is requested by chance."""


EXPECTED_AT = {address: url for url, facts in EXPECTED["articles"].items() for address in facts["urls"]}
"""Every address of an article → its address in ``expected.json``."""


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    with serve(LoopbackNewspaper()) as served:
        yield served


def crawl(newspaper: LoopbackNewspaper, database: Database, *args: str, spider: str = "loopback") -> Any:
    """Crawl the loopback newspaper without delays.

    The crawl reads the pages itself; crawls of the recording, of hostile sites and of every kind of discovery
    test the workers.
    """
    return scrapy(
        "crawl",
        spider,
        "-s", "SPIDER_MODULES=tests.loopback",
        "-s", "DOWNLOAD_DELAY=0",
        "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "WORKERS=0",
        *args,
        MONGODB_URI=database.uri,
        MONGODB_DATABASE=database.name,
        **newspaper.environment,
    )  # fmt: skip


def comparable(documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """``_id`` → document, without the fields that differ from run to run."""
    known = {}
    for doc in documents:
        name = SPELLINGS.get(doc["_id"], doc["_id"])
        left_out = OF_THE_RUN if name == doc["_id"] else (*OF_THE_RUN, *OF_THE_SPELLING)
        known[name] = {field: value for field, value in doc.items() if field not in left_out}
        for field in ("_id", "story", "duplicate_of"):
            known[name][field] = SPELLINGS.get(doc[field], doc[field])
    return known


@pytest.fixture
def undisturbed(recorded: Database) -> list[dict[str, Any]]:
    """The documents that an undisturbed crawl of the recording stores."""
    return recorded.articles()


class TestRecording:
    def test_every_article_is_stored_with_the_right_fields(self, undisturbed: list[dict[str, Any]]) -> None:
        stored = {EXPECTED_AT.get(url, url): doc for doc in undisturbed for url in doc["urls"]}
        by_id = {doc["_id"]: doc for doc in undisturbed}
        problems = []
        for url, truth in EXPECTED["articles"].items():
            doc = stored.get(url)
            if doc is None:
                problems.append((url, "is not stored", ""))
                continue
            read = {
                "title": doc["title"],
                "day": doc["day"],
                "hijri_day": doc["hijri_day"],
                "time": doc["published"] and doc["published"]["time"],
                "calendar": doc["published"] and doc["published"]["calendar"],
                "source": doc["source"],
                "via": doc["via"],
                "lang": doc["lang"],
                "duplicate_of": doc["duplicate_of"] and EXPECTED_AT[by_id[doc["duplicate_of"]]["url"]],
            }
            problems += [
                (url, name, (value, truth[name])) for name, value in read.items() if value != truth[name]
            ]
            begins, ends = (
                doc["body"].startswith(truth["first_words"]),
                doc["body"].endswith(truth["last_words"]),
            )
            if not (begins and ends):
                problems.append((url, "body", (doc["body"][:60], doc["body"][-60:])))
        assert problems == []

    def test_the_collection_sources_describes_each_site(self, recorded: Database) -> None:
        sources = {known["_id"]: known for known in recorded["sources"].find()}
        assert sources.keys() == set(SPIDERS)
        assert sources["alayam24"]["domain"] == "alayam24.com"
        assert sources["alayam24"]["robots"]["state"] in set(RobotsState)
        (first, *_) = recorded["articles"].find({"site": "alayam24"}).sort("first_seen_at", 1).limit(1)
        apart = sources["alayam24"]["robots"]["seen_at"] - first["first_seen_at"]
        assert abs(apart) < dt.timedelta(hours=1), "the moment of the recording, not that of the replay"

    def test_nothing_else_is_stored(self, undisturbed: list[dict[str, Any]]) -> None:
        assert [doc["url"] for doc in undisturbed if not EXPECTED_AT.keys() & set(doc["urls"])] == []

    def test_a_second_crawl_stores_and_downloads_nothing(self, copied: Database) -> None:
        assert all(ran["counts"]["new"] > 0 for ran in copied.ops["runs"].find())
        before = copied.articles()
        for spider in SPIDERS:
            done = copied.crawl(spider)
            assert done.returncode == 0
            assert copied.run()["outcome"] == "nothing_new"
            assert copied.run()["downloaded"] == 0
            assert "0 article pages downloaded" in done.stderr
        assert copied.articles() == before

    @pytest.mark.trials
    def test_a_crawl_that_is_killed_and_repeated_stores_the_same_as_an_undisturbed_one(
        self, tmp_path: Path, undisturbed: list[dict[str, Any]]
    ) -> None:
        def begin(data: Path, spider: str) -> Any:
            given = [
                "-L",
                "DEBUG",
                "-s",
                f"REPLAY={RECORDING}",
                "-s",
                "STORE_BATCH=3",
                "-s",
                "STORE_AGE=0.01",
            ]
            return start("crawl", spider, *given, stderr=subprocess.PIPE, NEWSCRAWL_DATA=str(data))

        def lines(victim: Any) -> Iterator[str]:
            """The log of the crawl itself, from the opening of its spider on."""
            assert victim.stderr
            return dropwhile(lambda line: "Spider opened" not in line, victim.stderr)

        whole = begin(tmp_path / "whole", "alayam24")
        total = len(list(lines(whole)))
        assert whole.wait() == 0
        chance = random.Random(1445)
        table = []
        for trial in range(size(20)):
            data = tmp_path / str(trial)
            # The moment is a line of the log, so that it is within the crawl on any machine.
            moment = chance.randrange(total)
            victim = begin(data, "alayam24")
            next(islice(lines(victim), moment, None), None)
            victim.kill()
            victim.communicate()
            with mongo_of(data) as client:
                left = client["newscrawl"]["articles"].estimated_document_count()
            for spider in ("alayam24", "maghress"):
                complete = begin(data, spider)
                said = complete.communicate()[1]
                assert complete.returncode == 0, said
            with mongo_of(data) as client:
                documents = comparable(Database("", "newscrawl", client).articles())
            assert documents == comparable(undisturbed), f"killed at line {moment} of {total}"
            assert processes_of(data) == []
            table.append(f"killed at line {moment} of {total}, {left} articles stored by then")
        print("\n".join(table))


@contextmanager
def mongo_of(data: Path) -> Iterator[MongoClient[dict[str, Any]]]:
    """The address of the server of a data folder."""
    server = Server(data_folder({"NEWSCRAWL_DATA": str(data)}))
    with server as uri, MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        yield client


def processes_of(data: Path) -> list[str]:
    """Command lines of the processes that work in a folder."""
    commands = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            commands.append(process.read_bytes().replace(b"\0", b" ").decode())
    return [command for command in commands if str(data) in command]


class TestKnown:
    def test_a_walk_stops_where_the_last_completed_one_began(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {
            "/": listing([9, 8, 7], "/?page=2"),
            "/?page=2": listing([6, 5, 4], "/?page=3"),
            "/?page=3": listing([3, 2, 1]),
        } | {f"/articles-{n}.html": article(n) for n in range(12)}
        assert crawl(newspaper, database, "-a", "since=2024-03-01").returncode == 0
        assert len(database.articles()) == 9
        newspaper.asked.clear()
        newspaper.pages["/"] = listing([11, 10, 9], "/?page=2")
        assert crawl(newspaper, database).returncode == 0
        # Two articles are requested at once.
        assert sorted(newspaper.asked) == ["/", "/articles-10.html", "/articles-11.html"]
        assert len(database.articles()) == 11

    def test_a_walk_cut_short_leaves_no_mark(self, newspaper: LoopbackNewspaper, database: Database) -> None:
        newspaper.pages = {
            "/": listing([9, 8, 7], "/?page=2"),
            "/?page=2": listing([6, 5, 4]),
        } | {f"/articles-{n}.html": article(n) for n in range(12)}
        done = crawl(newspaper, database, "-a", "limit=2", "-a", "since=2024-03-01")
        assert done.returncode == 0
        assert len(database.articles()) == 2
        assert database.ops["marks"].count_documents({}) == 0
        crawl(newspaper, database, "-a", "since=2024-03-01")
        assert len(database.articles()) == 6

    def test_the_first_walk_ends_at_the_horizon(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {
            "/": listing([9, 8], "/?page=2"),
            "/?page=2": listing([7, 6]),
        } | {f"/articles-{n}.html": article(n, day="27 مارس 2015") for n in range(12)}
        crawl(newspaper, database)
        assert "/?page=2" not in newspaper.asked

    def test_pages_with_passing_failures_are_requested_first_in_the_next_run(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {
            "/": listing([2, 1]),
            "/articles-1.html": (500, {}, "عطل"),
            "/articles-2.html": article(2),
        }
        done = crawl(newspaper, database, "-s", "RETRY_TIMES=0")
        assert database.run()["outcome"] == "partial", done.stderr
        pending = database.ops["pending"].find_one()
        assert pending["url"].endswith("/articles-1.html")
        database.ops["pending"].update_one({}, {"$set": {"retry_at": None}})
        newspaper.pages |= {
            "/": listing([3, 2, 1]),
            "/articles-1.html": article(1),
            "/articles-3.html": article(3),
        }
        newspaper.asked.clear()
        crawl(newspaper, database)
        assert newspaper.articles_asked() == ["/articles-1.html", "/articles-3.html"]
        assert len(database.articles()) == 3
        assert database.ops["pending"].count_documents({}) == 0

    def test_a_rejected_page_is_stored_with_its_reason_and_not_requested_again(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {
            "/": listing([2, 1]),
            "/articles-1.html": (410, {}, "حذف"),
            "/articles-2.html": article(2),
        }
        crawl(newspaper, database)
        crawl(newspaper, database)
        assert newspaper.asked.count("/articles-1.html") == 1
        rejected = database.ops["rejected"].find_one()
        assert (rejected["reason"], rejected["status"]) == ("not_found", 410)

    @pytest.mark.parametrize(
        ("page", "reason"),
        [
            ((404, {}, "غير موجود"), "not_found"),
            pytest.param((403, {}, "ممنوع"), "refused", marks=LONG),
            pytest.param("<html lang=ar><h1 class=heading>عاجل: يتبع</h1></html>", "no_body", marks=LONG),
        ],
    )
    def test_a_page_that_was_just_listed_gets_a_day_before_it_is_rejected(
        self, newspaper: LoopbackNewspaper, database: Database, page: Any, reason: str
    ) -> None:
        newspaper.pages = {
            "/": listing([2, 1]), "/articles-1.html": page, "/articles-2.html": article(2),
        }  # fmt: skip
        done = crawl(newspaper, database)
        assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
        pauses = []
        for _ in range(2):
            (pending,) = database.ops["pending"].find()
            assert (pending["reason"], pending["url"][-16:]) == (reason, "/articles-1.html")
            assert database.ops["rejected"].count_documents({}) == 0
            asked = newspaper.asked.count("/articles-1.html")
            crawl(newspaper, database)
            assert newspaper.asked.count("/articles-1.html") == asked  # it is not requested before its time
            pauses.append(pending["retry_at"] - datetime.now(UTC))
            early = datetime.now(UTC) - timedelta(hours=20)
            database.ops["pending"].update_one({}, {"$set": {"retry_at": None, "failed_at": early}})
            if len(pauses) == 1:
                crawl(newspaper, database)
        assert pauses == sorted(pauses)
        database.ops["pending"].update_one({}, {"$set": {"failed_at": early - timedelta(hours=5)}})
        crawl(newspaper, database)
        assert database.ops["pending"].count_documents({}) == 0
        assert database.ops["rejected"].find_one()["reason"] == reason

    def test_a_page_that_was_listed_too_early_is_stored_later(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {"/": listing([2, 1]), "/articles-2.html": article(2)}
        crawl(newspaper, database)
        newspaper.pages["/articles-1.html"] = article(1)
        database.ops["pending"].update_one({}, {"$set": {"retry_at": None}})
        crawl(newspaper, database)
        assert len(database.articles()) == 2
        assert database.ops["pending"].count_documents({}) == 0

    def test_an_article_that_redirects_to_another_site_is_rejected_and_not_followed(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        away = f"http://localhost:{newspaper.port}/elsewhere"
        newspaper.pages = {
            "/": listing([2, 1], "/?page=2"),
            "/?page=2": listing([3]),
            "/articles-1.html": (302, {"Location": away}, ""),
        } | {f"/articles-{n}.html": article(n) for n in (2, 3)}
        done = crawl(newspaper, database, "-a", "since=2024-03-01")
        assert done.returncode == 0, done.stderr
        rejected = database.ops["rejected"].find_one()
        assert (rejected["reason"], rejected["detail"]) == (
            "redirected",
            f"it leads elsewhere: {away} is on another site",
        )
        assert database.ops["pending"].count_documents({}) == 0
        assert database.ops["marks"].count_documents({}) == 1
        assert len(database.articles()) == 2
        assert "/elsewhere" not in newspaper.asked

    def test_young_articles_are_visited_again_and_unchanged_articles_are_not_read(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {"/": listing([1]), "/articles-1.html": (200, {"ETag": '"1"'}, article(1))}
        crawl(newspaper, database)
        past = timedelta(hours=-2)
        first = database.articles()[0]
        database["articles"].update_one(
            {},
            {
                "$set": {
                    "first_seen_at": first["first_seen_at"] + past,
                    "checked_at": first["checked_at"] + past,
                }
            },
        )
        newspaper.asked.clear()
        crawl(newspaper, database)
        assert newspaper.articles_asked() == ["/articles-1.html"]
        assert newspaper.headers["/articles-1.html"]["If-None-Match"] == '"1"'
        assert database.articles()[0]["checked_at"] > first["checked_at"]
        crawl(newspaper, database)
        assert newspaper.articles_asked() == ["/articles-1.html"]

    def test_a_correction_keeps_the_former_state_and_a_removal_is_noted(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {"/": listing([1]), "/articles-1.html": article(1)}
        crawl(newspaper, database)
        newspaper.pages["/articles-1.html"] = article(1, text="وصحح الخبر لاحقا")
        crawl(newspaper, database, "-a", "refresh=1")
        now = database.articles()[0]
        former = database["revisions"].find_one()
        assert now["revision"] == 2
        assert "وصحح الخبر" in now["body"]
        assert "وصحح الخبر" not in former["body"]
        assert former["article"] == now["_id"]
        del newspaper.pages["/articles-1.html"]
        crawl(newspaper, database, "-a", "refresh=1")
        assert database.articles()[0]["gone_at"] is not None

    def test_a_single_page_can_be_crawled(self, newspaper: LoopbackNewspaper, database: Database) -> None:
        newspaper.pages = {"/articles-5.html": article(5)}
        url = newspaper.environment["LOOPBACK"] + "/articles-5.html"
        assert crawl(newspaper, database, "-a", f"url={url}").returncode == 0
        assert newspaper.asked == ["/articles-5.html"]
        assert len(database.articles()) == 1

    def test_feeds_and_sitemaps_are_walked_too(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        root = newspaper.environment["LOOPBACK"]
        newspaper.pages = {
            "/": listing([1]),
            "/feed": (
                "<rss version='2.0'><channel>"
                f"<item><link>{root}/articles-2.html</link></item></channel></rss>"
            ),
            "/sitemap.xml": (
                "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
                f"<url><loc>{root}/articles-3.html</loc><lastmod>2030-01-01T10:00:00Z</lastmod></url>"
                f"<url><loc>{root}/articles-4.html</loc><lastmod>2015-01-01T10:00:00Z</lastmod></url></urlset>"
            ),
        } | {f"/articles-{n}.html": article(n) for n in range(5)}
        crawl(newspaper, database, spider="loopback_all")
        assert sorted(newspaper.articles_asked()) == [f"/articles-{n}.html" for n in (1, 2, 3)]


class TestSections:
    """Sections of a site whose home page, which has a second page, links to them."""

    @pytest.fixture
    def crawled(self, newspaper: LoopbackNewspaper, database: Database) -> LoopbackNewspaper:
        menu = "<a href='/sport/'>رياضة</a><a href='/politics/'>سياسة</a>"
        newspaper.pages = {
            "/": (200, {"ETag": '"1"'}, listing([1], "/?page=2").replace("<ul>", f"{menu}<ul>")),
            "/?page=2": listing([2]),
            "/sport/": listing([3]),
            "/politics/": listing([4]),
        } | {f"/articles-{n}.html": article(n) for n in range(9)}
        done = crawl(newspaper, database, "-a", "since=2024-03-01", spider="loopback_sections")
        assert (done.returncode, len(database.articles())) == (0, 4), done.stderr
        newspaper.pages["/sport/"] = listing([5, 3])
        newspaper.asked.clear()
        return newspaper

    def test_the_home_page_is_read_only_for_its_links(
        self, crawled: LoopbackNewspaper, database: Database
    ) -> None:
        marks = list(database.ops["marks"].find({"listing": {"$not": {"$regex": "sport"}}}))
        done = crawl(crawled, database, "-a", "sections=sport", spider="loopback_sections")
        assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
        assert crawled.asked == ["/", "/sport/", "/articles-5.html"]
        assert "more often" not in done.stderr
        assert list(database.ops["marks"].find({"listing": {"$not": {"$regex": "sport"}}})) == marks

    def test_sections_that_are_not_there_give_no_links(
        self, crawled: LoopbackNewspaper, database: Database
    ) -> None:
        done = crawl(crawled, database, "-a", "sections=nosuch", spider="loopback_sections")
        assert (done.returncode, database.run()["outcome"]) == (3, "no_links"), done.stderr
        assert "sections='nosuch': 127.0.0.1 has no such section; it has: politics, sport" in done.stderr
        assert "more often" not in done.stderr
        assert crawled.asked == ["/"]

    def test_a_missing_section_among_several_is_named(
        self, crawled: LoopbackNewspaper, database: Database
    ) -> None:
        done = crawl(crawled, database, "-a", "sections=nosuch,sport", spider="loopback_sections")
        assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
        assert "sections='nosuch': 127.0.0.1 has no such section; it has: politics, sport" in done.stderr

    def test_an_unreadable_home_page_does_not_make_sections_missing(
        self, crawled: LoopbackNewspaper, database: Database
    ) -> None:
        crawled.pages["/"] = (500, {}, "عطل")
        done = crawl(
            crawled, database, "-a", "sections=nosuch", "-s", "RETRY_TIMES=0", spider="loopback_sections"
        )
        assert (done.returncode, database.run()["outcome"]) == (3, "unreachable"), done.stderr


class TestFailures:
    def test_mongodb_unreachable(self, newspaper: LoopbackNewspaper) -> None:
        newspaper.pages = {"/": listing([1])}
        done = scrapy(
            "crawl", "loopback", "-s", "SPIDER_MODULES=tests.loopback",
            MONGODB_URI="mongodb://reader:s3cret@127.0.0.1:1/?serverSelectionTimeoutMS=300",
            NEWSCRAWL_STORE_PATIENCE="0",
            **newspaper.environment,
        )  # fmt: skip
        assert done.returncode == 4
        assert "MongoDB at mongodb://***@127.0.0.1:1" in done.stderr
        assert "s3cret" not in done.stderr + done.stdout
        assert "Traceback" not in done.stderr
        assert newspaper.asked == []

    def test_site_unreachable(self, database: Database) -> None:
        nobody = LoopbackNewspaper(port=9)
        done = crawl(nobody, database, "-s", "RETRY_TIMES=0")
        assert done.returncode == 3
        assert "the site does not answer" in done.stderr
        run = database.run()
        assert run["outcome"] == "unreachable"
        assert run["summary"].startswith("loopback: unreachable (the site does not answer)")
        assert sum(run["failed"].values()) == 1

    def test_a_single_page_of_an_unreachable_site(self, database: Database) -> None:
        nobody = LoopbackNewspaper(port=9)
        url = nobody.environment["LOOPBACK"] + "/articles-1.html"
        done = crawl(nobody, database, "-a", f"url={url}", "-s", "RETRY_TIMES=0")
        assert (done.returncode, database.run()["outcome"]) == (3, "unreachable")
        assert "the site does not answer" in done.stderr

    def test_a_single_page_that_the_site_refuses(
        self, newspaper: LoopbackNewspaper, database: Database
    ) -> None:
        newspaper.pages = {"/articles-1.html": (403, {}, "ممنوع")}
        url = newspaper.environment["LOOPBACK"] + "/articles-1.html"
        done = crawl(newspaper, database, "-a", f"url={url}")
        assert (done.returncode, database.run()["outcome"]) == (3, "refused")

    def test_listing_without_article_links(self, newspaper: LoopbackNewspaper, database: Database) -> None:
        newspaper.pages = {"/": "<html><body><a href='/about'>من نحن</a></body></html>"}
        done = crawl(newspaper, database, "-a", "discover=listing", "-a", "since=2024-03-01")
        assert done.returncode == 3
        assert "its listings contain no link to an article" in done.stderr
        run = database.run()
        assert run["outcome"] == "no_links"
        assert run["arguments"] == {"discover": "listing", "since": "2024-03-01"}

    def test_site_refuses(self, newspaper: LoopbackNewspaper, database: Database) -> None:
        newspaper.pages = {"/robots.txt": "User-agent: *\nDisallow: /\n", "/": listing([1])}
        done = crawl(newspaper, database)
        assert done.returncode == 3
        assert database.run()["outcome"] == "refused"

    @pytest.mark.parametrize(
        ("argument", "sentence"),
        [
            ("sinc=2024-03-01", "unknown argument 'sinc'"),
            ("since=yesterday", "since='yesterday'"),
            ("limit=many", "limit='many' should be a whole number above zero"),
            ("discover=guess", "discover='guess' should be one of"),
            ("url=articles-1.html", "should begin with http"),
            ("url=https://www.hespress.com/x-1.html", "is not an address of alayam24.com"),
            ("discover=api", "it has: listing, feed, sitemap"),
            ("sections=", "sections='' is empty"),
        ],
    )
    def test_wrong_argument(self, argument: str, sentence: str) -> None:
        done = scrapy("crawl", "alayam24", "-a", argument)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr

    def test_an_argument_without_its_option(self) -> None:
        done = scrapy("crawl", "alayam24", "limit=3")
        assert done.returncode == 2
        assert "give the name of one spider: scrapy crawl hespress; write -a limit=3" in done.stderr

    def test_an_empty_replay_does_not_crawl_the_live_site(self) -> None:
        done = scrapy("crawl", "alayam24", "-s", "REPLAY=")
        assert done.returncode == 2
        assert "REPLAY is empty" in done.stderr

    def test_unknown_spider(self) -> None:
        done = scrapy("crawl", "alayam25")
        assert done.returncode == 2
        assert "there is no spider 'alayam25'; did you mean 'alayam24'" in done.stderr

    def test_a_request_that_the_recording_lacks_is_named(self, database: Database) -> None:
        url = "https://www.alayam24.com/articles-1.html"
        done = database.crawl("alayam24", "-a", f"url={url}")
        assert done.returncode == 1
        assert f"alayam24: fault (GET {url} is not in the recording" in done.stderr
        assert "traceback" not in done.stderr.lower()
        assert database.ops["pending"].count_documents({}) == 0

    def test_a_full_disk_ends_a_recorded_crawl_and_loses_no_article(
        self, newspaper: LoopbackNewspaper, database: Database, tmp_path: Path
    ) -> None:
        noise = random.Random(7)
        newspaper.pages = {"/": listing(list(range(20)))} | {
            f"/articles-{n}.html": article(n) + f"<!-- {noise.randbytes(2000).hex()} -->" for n in range(20)
        }
        path = tmp_path / "crawl.warc.gz"
        with largest_file(20_000):  # the processes that it starts inherit the limit
            done = crawl(newspaper, database, "-s", f"RECORD={path}")
        run = database.run()
        assert (done.returncode, run["outcome"]) == (1, "fault"), done.stderr
        assert f"loopback: fault (RECORD={path}: File too large; the recording ends after" in done.stderr
        assert f"RECORD={path}: File too large" in run["error"]
        assert 0 < path.stat().st_size <= 20_000
        stored = len(database.articles())
        pending = database.ops["pending"].count_documents({})
        assert 0 < stored < 20
        assert pending
        assert crawl(newspaper, database).returncode == 0
        assert len(database.articles()) == 20
        # Exactly the recorded articles are stored.
        replayed = Recording(path)
        for number in range(20):
            with suppress(NotRecorded):
                replayed.answer(Request(f"http://127.0.0.1:{newspaper.port}/articles-{number}.html"))
                stored -= 1
        assert stored == 0

    def test_a_recording_of_another_site_is_not_mistaken_for_a_silent_site(self, database: Database) -> None:
        done = database.crawl("hespress")
        assert (done.returncode, database.run()["outcome"]) == (1, "fault")
        assert "GET https://www.hespress.com/robots.txt is not in the recording" in done.stderr
        assert database.ops["pending"].count_documents({}) == 0

    def test_pages_pending_from_an_earlier_crawl_are_not_a_fault_of_a_recording(
        self, database: Database
    ) -> None:
        url = "https://www.alayam24.com/articles-1.html"
        left = {"_id": key(url), "url": url, "site": "alayam24", "reason": "timeout", "retry_at": None}
        database.ops["pending"].insert_one(left | {"failed_at": datetime(2024, 1, 1, tzinfo=UTC), "times": 1})
        done = database.crawl("alayam24")
        assert (done.returncode, database.run()["outcome"]) == (0, "partial"), done.stderr
        assert [(doc["_id"], doc["times"]) for doc in database.ops["pending"].find()] == [(key(url), 1)]

    def test_a_site_that_is_declared_refused_is_left_alone_for_the_declared_reason(
        self, database: Database
    ) -> None:
        done = database.crawl("alarabiya", replay=None)
        assert (done.returncode, database.run()["outcome"]) == (3, "refused")
        assert "alarabiya: refused (its declaration forbids crawling: Cloudflare answers 403" in done.stderr
        assert "the site refuses us" not in done.stderr


class TestServerOfItsOwn:
    def test_two_crawls_at_once_on_an_empty_folder(self, tmp_path: Path) -> None:
        given = {"stderr": subprocess.PIPE, "NEWSCRAWL_DATA": str(tmp_path)}
        crawls: list[Any] = [
            start("crawl", spider, "-s", f"REPLAY={RECORDING}", **given)
            for spider in ("alayam24", "maghress")
        ]
        said = [process.communicate()[1] for process in crawls]
        assert [process.returncode for process in crawls] == [0, 0], said

    def test_under_scrapyd_the_address_is_required(self, tmp_path: Path) -> None:
        done = scrapy(
            "crawl", "alayam24", "-s", f"REPLAY={RECORDING}", SCRAPYD_JOB="1", NEWSCRAWL_DATA=str(tmp_path)
        )
        assert done.returncode == 4
        assert "MONGODB_URI is not set" in done.stderr
