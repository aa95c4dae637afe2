"""The lease of a site: one process holds it, and loses it only to another job, once it has expired."""

import asyncio
import datetime as dt
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect
from scrapy.utils.test import get_crawler

from newscrawl.runs import RunRecord
from newscrawl.schedule import lease
from newscrawl.schedule.lease import Lease
from newscrawl.timings import LEASE, MARGIN
from tests.conftest import Database, scrapy, start
from tests.loopback import LoopbackNewspaper, article, listing, serve

NOW = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)


@pytest.fixture
def claimed(database: Database) -> Database:
    """A database in which job ``one`` is claimed for the loopback newspaper."""
    leases = database.ops["leases"]
    leases.insert_one(lease.enrol("loopback", "every 1d", NOW))
    change = lease.claim(leases.find_one(), job="one", node="node1", now=NOW, next_due=NOW + LEASE)
    assert leases.update_one(*change).matched_count == 1
    return database


def in_leases(database: Database, use: Any) -> Any:
    async def go() -> Any:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            return await use(client[f"{database.name}_ops"]["leases"])

    return asyncio.run(go())


class TestLease:
    def test_one_process_of_the_claimed_job_holds_it(self, claimed: Database) -> None:
        async def use(leases: Any) -> list[bool]:
            first, second, other = (Lease(leases, "loopback", job) for job in ("one", "one", "two"))
            taken = [await other.take(), await first.take(), await second.take()]
            renewed = [await second.renew(), await first.renew()]
            await second.release()
            held = await leases.find_one()
            await first.release()
            return [*taken, *renewed, held["job"] == "one", (await leases.find_one())["job"] is None]

        assert in_leases(claimed, use) == [False, True, False, False, True, True, True]

    def test_a_site_is_claimed_once(self, claimed: Database) -> None:
        leases = claimed.ops["leases"]
        leases.update_one({}, {"$set": {"job": None}})
        found = leases.find_one()
        claims = [
            lease.claim(found, job=job, node=job, now=NOW, next_due=NOW + LEASE * 2) for job in ("a", "b")
        ]
        assert [leases.update_one(*claim).matched_count for claim in claims] == [1, 0]

    def test_a_lease_whose_holder_has_sent_a_heartbeat_is_not_freed(self, claimed: Database) -> None:
        leases = claimed.ops["leases"]
        leases.update_one(*lease.take("loopback", "one", "process", NOW))
        found = leases.find_one()
        leases.update_one(*lease.renew("loopback", "one", "process", NOW + LEASE / 2))
        assert leases.update_one(*lease.free(found, due_again=True)).matched_count == 0
        assert leases.update_one(*lease.free(leases.find_one(), due_again=True)).matched_count == 1
        assert leases.find_one()["due_at"] == NOW

    def test_a_lease_is_safe_until_shortly_before_its_end(self, claimed: Database) -> None:
        async def use(leases: Any) -> list[bool]:
            passed = 0.0
            held = Lease(leases, "loopback", "one", clock=lambda: passed)
            await held.take()
            safe = [held.is_safe]
            passed += (LEASE - MARGIN).total_seconds() - 5
            safe.append(held.is_safe)
            passed += 10
            return [*safe, held.is_safe]

        assert in_leases(claimed, use) == [True, True, False]


class TestOutage:
    def test_a_crawl_downloads_nothing_while_it_may_have_lost_its_lease(self) -> None:
        """Uses a simulated engine, and a MongoDB that stays away for most of a minute."""

        class Away:
            is_safe = True

            async def renew(self) -> bool:
                raise AutoReconnect

        class Engine:
            paused = False

            def pause(self) -> None:
                self.paused = True

            def unpause(self) -> None:
                self.paused = False

        crawler = get_crawler(settings_dict={"STORE_PATIENCE": 300})
        crawler.engine = engine = Engine()  # type: ignore[assignment]
        record = RunRecord(crawler)
        record._lease = away = Away()  # type: ignore[assignment]
        seen = []
        for away.is_safe in (True, False, False, True):
            assert asyncio.run(record._show_life({}))
            seen.append(engine.paused)
        assert seen == [False, True, True, False]


class TestCrawl:
    def test_a_crawl_whose_lease_went_to_another_job_ends(self, claimed: Database) -> None:
        pages = {"/": listing(list(range(1, 200)))} | {f"/articles-{n}.html": article(n) for n in range(200)}
        with serve(LoopbackNewspaper(pages)) as newspaper:
            crawl = start(
                "crawl", "loopback", "-s", "SPIDER_MODULES=tests.loopback", "-s", "SCHEDULED=True",
                "-s", "HEARTBEAT=0.1", "-s", "DOWNLOAD_DELAY=0.3", "-s", "AUTOTHROTTLE_ENABLED=False",
                stderr=subprocess.PIPE, MONGODB_URI=claimed.uri, MONGODB_DATABASE=claimed.name,
                SCRAPYD_JOB="one", **newspaper.environment,
            )  # fmt: skip
            while not newspaper.articles_asked():
                assert crawl.poll() is None
                time.sleep(0.05)
            claimed.ops["leases"].update_one({}, {"$set": {"job": "two", "holder": None}})
            said = crawl.communicate(timeout=240)[1]
        run = claimed.run()
        assert (run["_id"], run["outcome"], run["reason"]) == ("one", "partial", "lease_lost"), said
        assert claimed.ops["leases"].find_one()["job"] == "two"
        assert claimed.ops["marks"].count_documents({}) == 0

    def test_a_scheduled_crawl_without_a_claim_does_not_run(self, claimed: Database) -> None:
        with serve(LoopbackNewspaper({"/": listing([1])})) as newspaper:
            done = scrapy(
                "crawl", "loopback", "-s", "SPIDER_MODULES=tests.loopback", "-s", "SCHEDULED=True",
                "-a", "_job=two", MONGODB_URI=claimed.uri, MONGODB_DATABASE=claimed.name,
                **newspaper.environment,
            )  # fmt: skip
        assert done.returncode == 0
        assert "job two ends: another job has the site" in done.stderr
        assert newspaper.asked == []
        assert claimed.ops["runs"].count_documents({}) == 0

    def test_scrapyd_names_its_job_in_an_argument_only(self, tmp_path: Path) -> None:
        """This argument tells a crawl that it must not start an embedded MongoDB."""
        done = scrapy("crawl", "alayam24", "-a", "_job=one", NEWSCRAWL_DATA=str(tmp_path))
        assert done.returncode == 4
        assert "MONGODB_URI is not set: a crawl under Scrapyd needs" in done.stderr
