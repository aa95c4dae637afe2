"""Files and frames: the same articles from MongoDB and from a folder, and a folder that follows changes."""

import csv
import datetime as dt
import io
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from newscrawl.__main__ import main
from newscrawl.dates import to_hijri
from newscrawl.export import articles
from newscrawl.export.dataset import export
from newscrawl.export.folder import FolderError, Manifest
from newscrawl.export.following import ChangeCounts, follow
from newscrawl.export.reading import COLUMNS, NEEDED, Articles
from newscrawl.export.splits import Splits, read_shares
from newscrawl.items import Article
from newscrawl.stored import default
from tests.conftest import PROJECT, Database, scrapy
from tests.trials import long, size

SEED = 1445
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
WORDS = "مدينة برنامج الماء أعلنت الوزارة اليوم انطلاق مشروع جديد في القرى والمدن".split()
SOURCES = {
    "alayam24": "MA",
    "hespress": "MA",
    "youm7": "EG",
    "okaz": "SA",
    "bbc_arabic": "GB",
    "any paper": None,
}


def made(number: int, chance: random.Random) -> dict[str, Any]:
    """A stored document, with null and empty values wherever they are allowed."""
    id_ = f"{chance.getrandbits(128):032x}"
    source = chance.choice(list(SOURCES))
    country = SOURCES[source]
    day = dt.date(2024, 2, 1) + dt.timedelta(days=chance.randrange(120))
    has_day = chance.random() < 0.8
    hijri = to_hijri(day, country)
    spread = chance.randrange(40)
    interval = None if has_day or chance.random() < 0.3 else (str(day), str(day + dt.timedelta(days=spread)))
    maybe: Callable[[Any], Any] = lambda value: value if chance.random() < 0.5 else None  # noqa: E731
    some: Callable[[list[Any]], list[Any]] = lambda values: values if chance.random() < 0.5 else []  # noqa: E731
    document = {name: _default(name) for name in COLUMNS}
    return document | {
        "_id": id_, "keys": [id_], "story": id_, "url": f"https://{number}.example/خبر",
        "urls": [f"https://{number}.example/1"], "source": source, "source_name": source, "site": source,
        "owner": "example", "country": country, "title": " ".join(chance.choices(WORDS, k=5)),
        "lede": maybe("ملخص"), "body": "\n\n".join(" ".join(chance.choices(WORDS, k=20)) for _ in range(3)),
        "word_count": 60, "lang": chance.choice(["ar", "fr"]), "authors": some(["محمد العلوي"]),
        "tags": some(["الماء", "=1+1"]),
        "images": some([{"url": "https://x.example/1.jpg", "caption": None}]),
        "section": maybe("رياضة"), "day": str(day) if has_day else None,
        "hijri_day": hijri.day if has_day and hijri else None,
        "published_at": maybe(NOW) if has_day else None,
        "published": maybe(_published(interval)) if has_day else (_published(interval) if interval else None),
        "origins": (some([1]) and {"title": "markup", "body": "generic"}) or {},
        "first_seen_at": NOW, "updated_at": NOW + dt.timedelta(minutes=number), "revision": 1,
        "content_hash": f"{chance.getrandbits(128):032x}", "run": "1", "made_by": None,
    }  # fmt: skip


def _default(name: str) -> Any:
    value = default(Article, name)
    return value if value is None or isinstance(value, str | int | list | dict) else None


def _published(interval: tuple[str, str] | None) -> dict[str, Any]:
    earliest, latest = interval or (None, None)
    return {
        "time": None, "timezone": "Africa/Casablanca", "utc_offset": None, "calendar": "gregorian",
        "precision": "day", "earliest": earliest, "latest": latest, "hijri": None, "origin": "meta",
        "candidates": [{"text": "أمس", "origin": "meta", "kind": "published", "where": ""}], "warnings": [],
    }  # fmt: skip


@pytest.fixture
def filled(database: Database) -> Database:
    """A database of 300 articles, every tenth a copy of the one before it."""
    chance = random.Random(SEED)
    documents = [made(number, chance) for number in range(300)]
    for one, copy in itertools.pairwise(documents):
        if chance.random() < 0.1:
            copy |= {"duplicate_of": one["story"], "story": one["story"]}
            copy["duplicate"] = {"kind": "near", "similarity": 0.94, "containment": 1.0}
    database["articles"].insert_many(documents)
    return database


def of(database: Database, **choice: Any) -> Articles:
    return articles(database.client[database.name], **choice)


def ids(found: Articles) -> list[str]:
    return sorted(document["_id"] for document in found)


CHOICES: list[dict[str, Any]] = [
    {},
    {"source": "alayam24,youm7"},
    {"source": ["any paper"]},
    {"country": "ma", "lang": "ar"},
    {"section": "رياضة", "roots": True},
    {"since": "2024-03-01", "until": "2024-03-31"},
    {"since": dt.date(2024, 3, 1), "intervals": True},
    {"until": "2024-02", "intervals": True},
    {"since": "1445-09H", "until": "1445-09H"},
    {"since": "1445-09-01H", "until": "1445-09-30H", "intervals": True},
    {"changed_since": NOW + dt.timedelta(minutes=200)},
    {"sample": "20%"},
    {"tag": "الماء,الجفاف", "since": "٢٠٢٤/٣"},
    {"sample": 0.5, "since": "2024-03", "intervals": True, "roots": True, "country": "MA,EG,SA"},
]


def test_a_folder_gives_the_same_articles_as_mongodb(filled: Database, tmp_path: Path) -> None:
    export(of(filled), tmp_path / "news")
    for choice in CHOICES:
        stored, filed = of(filled, **choice), articles(tmp_path / "news", **choice)
        assert ids(stored) == ids(filed), choice
        assert ids(stored) or choice == {}, choice
        assert stored.count() == filed.count() == len(ids(stored))
    by_id = {document["_id"]: document for document in of(filled)}
    assert {document["_id"]: document for document in articles(tmp_path / "news")} == by_id
    raw = {document["_id"]: document for document in filled["articles"].find()}
    assert by_id == {id_: {name: raw[id_][name] for name in COLUMNS} for id_ in raw}


def test_a_hijri_month_is_that_of_each_country(filled: Database) -> None:
    found = list(of(filled, since="1445-09H", until="1445-09H"))
    wanted = filled["articles"].count_documents({"hijri_day": {"$regex": "^1445-09-"}})
    assert len(found) == wanted > 20
    assert {document["hijri_day"][:7] for document in found} == {"1445-09"}


def test_articles_without_a_day_are_left_out_by_default(filled: Database) -> None:
    march = {"since": "2024-03-01", "until": "2024-03-31"}
    plain, wide = (set(ids(of(filled, **march, intervals=also))) for also in (False, True))
    more = filled["articles"].find({"_id": {"$in": sorted(wide - plain)}})

    def meets(document: dict[str, Any]) -> bool:
        span = document["published"]
        return bool(span["earliest"] <= "2024-03-31" and span["latest"] >= "2024-03-01")

    assert plain < wide
    assert all(map(meets, more))
    missed = filled["articles"].find({"_id": {"$nin": sorted(wide)}, "published.latest": {"$ne": None}})
    assert not any(map(meets, missed))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": "2024-13-01"}, "since='2024-13-01'"),
        ({"until": "yesterday"}, "write 2024-03-27, or a Hijri day as 1445-09-17H"),
        ({"since": "1448-06"}, "since='1448-06'.*write 1448-06H"),
        ({"until": "1448"}, "write 1448H"),
        ({"since": "9/6/1448"}, "write 1448-06-09H"),
        ({"since": "2024-03-02", "until": "2024-03-01"}, "should not be after"),
        ({"sample": "0"}, "write 1% or 0.01"),
        ({"sample": "101%"}, "write 1% or 0.01"),
        ({"changed_since": "today"}, "write 2024-03-27T14:30Z"),
        ({"columns": ["titel"]}, "columns='titel' is not a field of an article"),
    ],
)
def test_invalid_arguments_are_refused(given: dict[str, Any], said: str, filled: Database) -> None:
    with pytest.raises(ValueError, match=said):
        of(filled, **given)


@pytest.mark.parametrize("by", ["month", "source", "none"])
def test_all_partitions_have_the_same_schema(by: str, filled: Database, tmp_path: Path) -> None:
    manifest = export(of(filled), tmp_path, by=by)
    files = [tmp_path / one["path"] for one in manifest.files]
    schemas = [pq.read_schema(file) for file in files]
    assert all(schema.equals(schemas[0], check_metadata=True) for schema in schemas)
    assert sum(pq.read_metadata(file).num_rows for file in files) == 300 == manifest.rows
    names = {file.stem for file in files}
    no_day = filled["articles"].count_documents({"day": None})
    expected = {
        "month": {"2024-02", "2024-03", "2024-04", "2024-05", "no-day"},
        "source": {source.replace(" ", "%20") for source in SOURCES} | {"no-day"},
        "none": {"articles"},
    }
    assert names == expected[by]
    if by != "none":
        assert pq.read_metadata(tmp_path / "data" / "no-day.parquet").num_rows == no_day


def test_the_card_counts_the_articles(filled: Database, tmp_path: Path) -> None:
    known = {"_id": "youm7", "domain": "youm7.com", "robots": {"state": "rules", "seen_at": NOW}}
    filled["sources"].insert_one(known)
    export(of(filled, country="EG,SA"), tmp_path)
    card = (tmp_path / "README.md").read_text("utf-8")
    youm7 = filled["articles"].count_documents({"source": "youm7"})
    assert f"| `youm7` | youm7 | EG | {youm7} | " in card
    assert "| `youm7` | youm7.com | rules, 2026-03-01 | not recorded |" in card
    assert "alayam24" not in card
    manifest = Manifest.of(tmp_path)
    assert manifest
    assert manifest.choice == {"countries": ["EG", "SA"]}
    for one in manifest.files:
        assert (tmp_path / one["path"]).stat().st_size == one["bytes"]


def test_no_story_is_on_two_sides_and_the_shares_are_the_requested_ones(
    filled: Database, tmp_path: Path
) -> None:
    shares = read_shares("train=80,validation=10,test=10")
    export(of(filled), tmp_path, shares=shares)
    sides: dict[str, set[str]] = {}
    counted: Counter[str] = Counter()
    for side in shares:
        for file in (tmp_path / "data" / side).glob("*.parquet"):
            for story in pq.read_table(file, columns=["story"])["story"].to_pylist():
                sides.setdefault(story, set()).add(side)
                counted[side] += 1
    assert all(len(found) == 1 for found in sides.values())
    assert all(abs(counted[side] / 300 - share) <= 0.01 for side, share in shares.items())


def test_a_story_stays_on_its_side_when_more_are_stored(filled: Database) -> None:
    stories = [document["story"] for document in of(filled)]
    splits = Splits.of({"train": 0.8, "test": 0.2}, stories)
    before = {story: splits.side(story) for story in stories}
    assert Splits.of_manifest({"names": list(splits.names), "starts": list(splits.starts)}) == splits
    chance = random.Random(1)
    later = [f"{chance.getrandbits(128):032x}" for _ in range(10_000)]
    assert {story: splits.side(story) for story in stories} == before
    assert abs(sum(splits.side(story) == "test" for story in later) / 10_000 - 0.2) < 0.05


@pytest.mark.parametrize("text", ["train", "train=80", "train=80,test=30", "train=100,test=0", "a/b=50,c=50"])
def test_shares_that_cannot_be_used_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="split="):
        read_shares(text)


def test_a_sample_keeps_its_articles_when_more_are_stored(filled: Database) -> None:
    before = ids(of(filled, sample="10%"))
    assert 10 < len(before) < 60
    chance = random.Random(2)
    filled["articles"].insert_many([made(number, chance) for number in range(1000, 1300)])
    after = ids(of(filled, sample="10%"))
    assert [id_ for id_ in after if id_ in before] == before
    assert len(after) > len(before)


def test_json_lines_hold_the_documents(filled: Database, tmp_path: Path) -> None:
    address = ["--from", filled.uri, "--database", filled.name]
    assert main(["export", str(tmp_path / "news.jsonl"), *address, "--since", "2024-03"]) == 0
    lines = [json.loads(line) for line in (tmp_path / "news.jsonl").read_text("utf-8").splitlines()]
    wanted = {document["_id"]: document for document in of(filled, since="2024-03")}
    assert {line["_id"] for line in lines} == wanted.keys()
    for line in lines:
        one = wanted[line["_id"]]
        assert line["body"] == one["body"]
        assert line["updated_at"] == one["updated_at"].isoformat().replace("+00:00", "Z")
        assert line["published"] == one["published"]


def test_csv_opens_in_a_spreadsheet_and_no_cell_is_a_formula(filled: Database, tmp_path: Path) -> None:
    dangerous = ["=1+1", "+212 خبر", "-1", "@SUM(A1)", " =HYPERLINK(1)", "\t=1", "\u200f=1"]
    found = [document["_id"] for document in filled["articles"].find().limit(len(dangerous))]
    for id_, title in zip(found, dangerous, strict=True):
        filled["articles"].update_one({"_id": id_}, {"$set": {"title": title}})
    address = ["--from", filled.uri, "--database", filled.name]
    assert main(["export", str(tmp_path / "news.csv"), *address]) == 0
    content = (tmp_path / "news.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = {row["_id"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))}
    assert len(rows) == 300
    assert [rows[id_]["title"] for id_ in found] == [f"'{title}" for title in dangerous]
    one = filled["articles"].find_one({"tags": {"$ne": []}, "published.earliest": {"$ne": None}})
    assert json.loads(rows[one["_id"]]["tags"]) == one["tags"]
    assert rows[one["_id"]]["published.earliest"] == one["published"]["earliest"]
    assert rows[one["_id"]]["body"] == one["body"]


def test_columns_and_texts_can_be_left_out(filled: Database, tmp_path: Path) -> None:
    address = ["--from", filled.uri, "--database", filled.name]
    assert main(["export", str(tmp_path / "news"), *address, "--no-text"]) == 0
    (file, *_) = (tmp_path / "news" / "data").glob("*.parquet")
    assert not {"title", "lede", "body"} & set(pq.read_schema(file).names)
    assert main(["export", str(tmp_path / "few.parquet"), *address, "--columns", "_id,day,title"]) == 0
    assert pq.read_schema(tmp_path / "few.parquet").names == ["_id", "day", "title"]


def test_wrong_use_ends_with_a_sentence(
    filled: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = ["--from", filled.uri, "--database", filled.name]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    news = str(tmp_path / "news")
    for arguments, said in {
        (str(tmp_path / "mine"),): "holds files that no export wrote",
        (str(tmp_path / "x.csv"), "--split", "train=80,test=20"): "--split works only with a folder",
        (str(tmp_path / "empty"), "--follow"): "export one first",
        (news, "--columns", "title"): "a folder also needs _id",
        (news, "--follow", "--since", "2024"): "--since cannot be changed with --follow",
    }.items():
        assert main(["export", *arguments, *address]) == 2, arguments
        assert said in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()
    assert main(["export", news, "--from", filled.uri, "--database", "no_such_database"]) == 0
    assert "no article was found" in (said := capsys.readouterr().out)
    assert "--database" in said
    assert main(["export", news, "--from", "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100"]) == 4
    assert "cannot be used" in capsys.readouterr().err


# --- Following


class History:
    """Everything that happens to a collection, from a seed."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self._chance = random.Random(seed)
        self._number = 10_000

    def step(self) -> None:
        """One event: an article is stored, corrected, dated again, linked, removed, or forgotten."""
        articles = self.database["articles"]
        kind = self._chance.choice(["add", "add", "correct", "date", "link", "gone", "forget", "visit"])
        self._number += 1
        some = [document["_id"] for document in articles.find({}, {"_id": 1}).sort("_id")]
        id_, other = self._chance.choice(some), self._chance.choice(some)
        now = {"$currentDate": {"updated_at": True}}
        if kind == "add":
            articles.insert_one(made(self._number, self._chance) | {"updated_at": self._now()})
        elif kind == "forget":
            # As the store does: first the tombstone, then the article.
            self.database["forgotten"].insert_one(
                {"_id": str(self._number), "article": id_} | {"updated_at": self._now()}
            )
            articles.delete_one({"_id": id_})
        elif kind == "visit":
            articles.update_one({"_id": id_}, {"$set": {"last_seen_at": self._now()}})
        else:
            change = {
                "correct": {"body": f"نص مصحح {self._number}", "content_hash": f"{self._number:032x}"},
                "date": {"day": self._chance.choice([None, "2024-03-05", "2025-01-02"])},
                "link": {"duplicate_of": other, "story": other},
                "gone": {"gone_at": self._now()},
            }[kind]
            articles.update_one({"_id": id_}, {"$set": change} | now)

    def _now(self) -> dt.datetime:
        moment: dt.datetime = self.database.client.admin.command("hello")["localTime"]
        return moment


def state(found: Articles) -> dict[str, dict[str, Any]]:
    """The content that a mirror must have: everything except the fields that every visit changes."""
    moved = {"last_seen_at", "checked_at"}
    return {
        document["_id"]: {name: value for name, value in document.items() if name not in moved}
        for document in found
    }


@pytest.mark.parametrize("by", ["month", "source"])
def test_a_folder_follows_its_collection(by: str, filled: Database, tmp_path: Path) -> None:
    shares = {"train": 0.8, "test": 0.2} if by == "source" else None
    export(of(filled, country="MA,EG,SA"), tmp_path, by=by, shares=shares)
    history = History(filled, 7)
    for _ in range(4):
        for _ in range(15):
            history.step()
        follow(tmp_path, filled.client[filled.name])
        assert state(articles(tmp_path)) == state(of(filled, country="MA,EG,SA"))
        manifest = Manifest.of(tmp_path)
        assert manifest
        there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet")}
        assert there == {one["path"] for one in manifest.files}
        assert manifest.rows == len(list(articles(tmp_path)))
    assert follow(tmp_path, filled.client[filled.name]) == ChangeCounts()


def test_following_twice_writes_nothing(filled: Database, tmp_path: Path) -> None:
    filled["articles"].update_many({}, {"$currentDate": {"updated_at": True}})
    export(of(filled), tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert follow(tmp_path, filled.client[filled.name]) == ChangeCounts()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == written
    filled["articles"].insert_one(made(5000, random.Random(5)) | {"updated_at": dt.datetime.now(dt.UTC)})
    assert follow(tmp_path, filled.client[filled.name]) == ChangeCounts(added=1)
    changed = [path for path in tmp_path.rglob("*.parquet") if written.get(path) != path.stat().st_mtime_ns]
    assert len(changed) == 1


def test_too_many_changes_are_exported_from_the_beginning(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(of(filled), tmp_path, shares={"train": 0.8, "test": 0.2})
    before = Manifest.of(tmp_path)
    monkeypatch.setattr("newscrawl.export.following.MOST", 3)
    history = History(filled, 9)
    for _ in range(20):
        history.step()
    follow(tmp_path, filled.client[filled.name])
    after = Manifest.of(tmp_path)
    assert before
    assert after
    assert after.splits == before.splits
    assert state(articles(tmp_path)) == state(of(filled))


class Killed(BaseException):
    """Simulates SIGKILL: no cleanup runs after it that a dead process could not do."""


def test_a_follow_that_was_cut_short_anywhere_is_completed_by_the_next(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(of(filled), tmp_path)
    history = History(filled, 11)
    replace, unlink = Path.replace, Path.unlink
    for at in range(0, 14, 1 if size(100) == 100 else 3):
        for _ in range(8):
            history.step()
        steps = itertools.count()

        def dying(done: Callable[..., Any], at: int = at, steps: Iterator[int] = steps) -> Callable[..., Any]:
            def step(path: Path, *args: Any, **named: Any) -> Any:
                if next(steps) == at:
                    raise Killed
                return done(path, *args, **named)

            return step

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", dying(replace))
            patched.setattr(Path, "unlink", dying(unlink))
            patched.setattr("newscrawl.export.folder.shutil.rmtree", lambda *args, **named: None)
            try:
                follow(tmp_path, filled.client[filled.name])
            except Killed:
                if (tmp_path / ".commit.json").exists():
                    with pytest.raises(FolderError, match="run it again"):
                        articles(tmp_path).count()
        follow(tmp_path, filled.client[filled.name])
        assert state(articles(tmp_path)) == state(of(filled)), at
        assert not list(tmp_path.rglob(".staging*")) or not any((tmp_path / ".staging").iterdir())


@long
def test_a_follow_that_is_killed_during_a_crawl(filled: Database, tmp_path: Path) -> None:
    """Twenty times, with SIGKILL."""
    export(of(filled), tmp_path)
    chance, history = random.Random(3), History(filled, 13)
    command = [
        sys.executable, "-m", "newscrawl", "export", str(tmp_path), "--follow",
        "--from", filled.uri, "--database", filled.name,
    ]  # fmt: skip
    for _ in range(20):
        process = subprocess.Popen(command, cwd=PROJECT)
        until = time.monotonic() + chance.uniform(0.2, 2)
        while time.monotonic() < until and process.poll() is None:
            history.step()
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, cwd=PROJECT, check=True)
    assert state(articles(tmp_path)) == state(of(filled))


# --- Other readers


def test_scrapy_export_uses_the_settings(filled: Database, tmp_path: Path) -> None:
    environment = {"MONGODB_URI": filled.uri, "MONGODB_DATABASE": filled.name}
    done = scrapy("export", str(tmp_path / "news"), "--roots", **environment)
    roots = filled["articles"].count_documents({"duplicate_of": None})
    assert done.stdout.startswith(f"{roots} articles in 5 files"), done.stderr
    done = scrapy("export", str(tmp_path / "news"), "--since", "never", **environment)
    assert done.returncode == 2
    assert "since='never'" in done.stdout + done.stderr
    done = scrapy("export", "-", "--columns", "_id,title", **environment)
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 300


def test_memory_does_not_grow_with_the_number_of_articles(filled: Database, tmp_path: Path) -> None:
    held: list[int] = []
    found = of(filled)

    class Watched(type(found)):  # type: ignore[misc]
        def batches(self, *args: Any) -> Iterator[Any]:
            for batch in super().batches(*args):
                held.append(batch.num_rows)
                yield batch

    watched = Watched(found.choice, found.columns, found.database)
    export(watched, tmp_path, by="none")
    assert max(held) <= 1000


READERS = """
import sys, warnings
warnings.filterwarnings("ignore")
import datasets, duckdb, pandas, polars
folder = sys.argv[1]
print(polars.read_parquet(f"{folder}/data/*.parquet").height)
print(len(pandas.read_parquet(f"{folder}/data")))
print(duckdb.sql(f"from '{folder}/data/*.parquet'").aggregate("count(*)").fetchall()[0][0])
print(datasets.load_dataset(folder)["train"].num_rows)
"""
"""How docs/export.md opens a folder."""


@long
def test_other_libraries_open_a_folder_whatever_is_null_in_its_files(
    filled: Database, tmp_path: Path
) -> None:
    """For each column, one month has only null values."""
    months = ("2024-02", "2024-03", "2024-04", "2024-05")
    for number, name in enumerate(COLUMNS):
        if name in NEEDED:
            continue
        where = {"day": {"$regex": f"^{months[number % 4]}"}}
        filled["articles"].update_many(where, {"$set": {name: _default(name)}})
    for by in ("month", "source"):
        export(of(filled), tmp_path / by, by=by)
        environment = os.environ | {"HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", READERS, tmp_path / by], capture_output=True, text=True, env=environment
        )
        assert done.stdout.split() == ["300"] * 4, done.stderr
    assert articles(tmp_path / "month").to_polars().height == 300
    assert len(articles(filled.uri, database=filled.name, roots=True).to_pandas()) < 300
