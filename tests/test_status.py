"""The queries, sentences and files of `scrapy status`."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from newscrawl.schedule.ends import silent
from newscrawl.store.schema import INDEXES, OPS_INDEXES
from newscrawl.watch import facts
from newscrawl.watch.causes import causes
from newscrawl.watch.known import DAYS, RUNS, Installation, SeenNode
from newscrawl.watch.status import prometheus, status, text, write
from tests.conftest import Database, scrapy
from tests.test_watch import DOWN, FINE, NOW, site

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SITES = 12


def fill(database: Database, sites: int, days: int, *, runs_a_day: int = 24) -> None:
    """Store runs and coverage of some sites for some days; the first site has been down for two days."""
    for collection, of, models in (
        (database["coverage"], "coverage", INDEXES),
        (database.ops["runs"], "runs", OPS_INDEXES),
    ):
        collection.create_indexes(models[of])
    now = dt.datetime.now(dt.UTC)
    runs: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for number in range(sites):
        name = f"sahifa{number}"
        for hour in range(days * runs_a_day):
            at = now - (hour + 0.5) * (24 / runs_a_day) * HOUR
            down = number == 0 and at > now - 2 * DAY
            new = 0 if down or hour % 2 else 6
            runs.append({
                "site": name, "started_at": at, "finished_at": at + HOUR / 60, "host": "node1",
                "outcome": "unreachable" if down else "ok" if new else "nothing_new",
                "counts": {"new": new}, "rejected": {}, "came": new, "drift": [],
                "reading": {"articles": new, "shares": {"title": {"markup": 1.0}} if new else {}},
            })  # fmt: skip
        for ago in range(days):
            day = str((now - ago * DAY).date())
            articles = 0 if number == 0 and ago < 2 else 70
            rows.append(
                {"_id": f"{name} {day}", "source": name, "day": day, "articles": articles, "complete": True}
            )
        database["sources"].insert_one({"_id": name, "country": "EG", "timezone": "Africa/Cairo"})
    database.ops["runs"].insert_many(runs)
    database["coverage"].insert_many(rows)


def examined(database: Database) -> int:
    """The number of documents that queries of this server have read so far."""
    metrics = database.client.admin.command("serverStatus")["metrics"]
    return int(metrics["queryExecutor"]["scannedObjects"])


def commands(database: Database) -> int:
    """The number of queries that this server has had so far."""
    metrics = database.client.admin.command("serverStatus")["metrics"]["commands"]
    return sum(int(metrics[name]["total"]) for name in ("find", "aggregate", "getMore", "count"))


def test_few_documents_are_read_for_a_site_and_few_queries_sent_for_all(database: Database) -> None:
    fill(database, SITES, 90, runs_a_day=6)
    db, ops = database.client[database.name], database.ops
    before, asked = examined(database), commands(database)
    seen = facts.installation(db, ops)
    assert len(seen.sites) == SITES
    assert all(len(one.runs) >= RUNS and DAYS - 2 <= len(one.days) <= DAYS + 1 for one in seen.sites)
    assert SITES * RUNS <= examined(database) - before <= SITES * 125
    assert commands(database) - asked <= 12


def test_a_later_check_reads_only_newer_runs_and_gives_the_same(database: Database) -> None:
    fill(database, SITES, 10, runs_a_day=4)  # fewer runs than are examined
    db, ops = database.client[database.name], database.ops
    reading = facts.Facts()
    first = reading.installation(db, ops)
    at = dt.datetime.now(dt.UTC)
    moments = dict.fromkeys(("started_at", "finished_at", "heartbeat_at", "stored_at"), at)
    run = {**moments, "site": "sahifa1", "host": "node1", "outcome": None, "counts": {"new": 7}, "came": 7}
    ops["runs"].insert_many([{**run, "_id": "goes on"}, {**run, "_id": "ended", "outcome": "ok"}])
    ops["runs"].insert_one({**run, "_id": "killed", "outcome": "killed", "site": "sahifa2"})
    before = examined(database)
    second = reading.installation(db, ops)
    assert examined(database) - before <= 3 * SITES
    assert second.sites == facts.installation(db, ops).sites
    assert [one.name for one, was in zip(second.sites, first.sites, strict=True) if one.runs != was.runs] == [
        "sahifa1", "sahifa2",
    ]  # fmt: skip
    # One run that counted as dead sends a heartbeat again, and another is marked as killed.
    ops["runs"].update_one(
        {"_id": "killed"}, {"$set": {"outcome": None}, "$currentDate": {"stored_at": True}}
    )
    ops["runs"].update_one({"_id": "goes on"}, {"$set": {"heartbeat_at": at - DAY, "stored_at": at - DAY}})
    ops["runs"].update_many(*silent())
    assert reading.installation(db, ops).sites == facts.installation(db, ops).sites
    assert ops["runs"].find_one({"_id": "goes on"})["outcome"] == "killed"


def test_the_command_says_what_is_red_and_ends_with_one(database: Database, tmp_path: Path) -> None:
    fill(database, 3, 60)
    written = tmp_path / "newscrawl.prom"
    done = scrapy(
        "status",
        "--json",
        "--prometheus",
        str(written),
        MONGODB_URI=database.uri,
        MONGODB_DATABASE=database.name,
    )
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert [(row["site"], row["state"]) for row in found["sites"]] == [
        ("sahifa0", "red"), ("sahifa1", "green"), ("sahifa2", "green"),
    ]  # fmt: skip
    assert found["sites"][0]["said"].startswith("unreachable for 47 h")
    assert found["sites"][1]["articles"] == 490
    line = 'newscrawl_site_state{site="sahifa0",state="red"} 1\n'
    assert line in written.read_text("utf-8")
    assert scrapy("status", MONGODB_URI="mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=50").returncode == 4


def made() -> Any:
    seen = Installation(
        NOW,
        [site("alef", *FINE), site("ba", *DOWN, *FINE[12:]), site("ta", *DOWN[:2], *FINE[2:])],
        nodes=[SeenNode("node1", NOW), SeenNode("node2", NOW - HOUR)],
    )
    return status(seen, causes(seen))


def test_the_table_has_red_first_and_the_reason_last() -> None:
    lines = text(made()).splitlines()
    assert lines[0] == "red  node node2 has sent no heartbeat since 2025-11-20 11:00 UTC"
    assert re.fullmatch(
        r"red +ba +13 h +280 +280 +13 h +unreachable +unreachable for 11 h \(12 runs\)", lines[2]
    )
    assert [line.split()[0] for line in lines[2:5]] == ["red", "yellow", "green"]
    assert lines[-1] == "3 sites: 1 red, 1 yellow, 1 green; run `scrapy doctor` for remedies"


def test_without_any_site_it_says_how_to_start() -> None:
    seen = Installation(NOW, [])
    assert "start with `scrapy crawl SITE` or `scrapy schedule --init`" in text(status(seen, causes(seen)))


LABEL = r'[a-z]+="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"[a-z_]+(\{{{LABEL}(,{LABEL})*\}})? -?\d+(\.\d+)?")


def test_prometheus_text_follows_its_grammar() -> None:
    lines = prometheus(made()).splitlines()
    assert all(line.startswith(("# HELP ", "# TYPE ")) or SAMPLE.fullmatch(line) for line in lines)
    told = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(told) == len(set(told))
    assert 'newscrawl_alarm{alarm="node node2"} 1' in lines


def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "newscrawl.prom"
    write(file, "one\n")
    write(file, "two\n")
    assert file.read_text() == "two\n"
    assert oct(file.stat().st_mode)[-3:] == "644"
    with pytest.raises(UnicodeEncodeError):
        write(file, "\ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["newscrawl.prom"]
    assert file.read_text() == "two\n"
