import datetime as dt
from typing import Any

import pytest

from newscrawl.commands.redate import again
from newscrawl.items import DATE_FIELDS, PublishedDetail
from newscrawl.page import read
from newscrawl.store import passes
from newscrawl.store.schema import document
from tests.conftest import Database, scrapy

NOW = dt.datetime(2024, 4, 1, 12, tzinfo=dt.UTC)


def test_announced_months_correct_days_that_rest_on_a_forecast(copied: Database) -> None:
    articles = copied["articles"]
    hijri_only = articles.find_one({"published.calendar": "hijri"})
    untouched = articles.count_documents({"published.calendar": "gregorian"})
    # A day computed from a former, wrong table.
    wrong: dict[str, Any] = {"day": "2024-04-02", "hijri_day": "1445-09-22"}
    articles.update_one({"_id": hijri_only["_id"]}, {"$set": wrong})
    done = scrapy("redate", MONGODB_URI=copied.uri, MONGODB_DATABASE=copied.name)
    assert done.returncode == 0, done.stderr
    assert "1 changed" in done.stdout
    mended = articles.find_one({"_id": hijri_only["_id"]})
    assert (mended["day"], mended["hijri_day"]) == (hijri_only["day"], hijri_only["hijri_day"])
    assert mended["updated_at"] > hijri_only["updated_at"]
    assert articles.count_documents({"published.calendar": "gregorian"}) == untouched
    again = scrapy("redate", "--all", MONGODB_URI=copied.uri, MONGODB_DATABASE=copied.name)
    assert " 0 changed" in again.stdout


def dated(**changes: Any) -> dict[str, Any]:
    """A stored article whose page offered dates of two days; ``changes`` are fields to set."""
    page = (
        "<html lang=ar><meta property='article:published_time' content='2024-03-27T10:00:00+00:00'>"
        "<h1>خبر من المدينة</h1><span class=date>الخميس 28 مارس 2024 - 15:00</span></html>"
    )
    return document(read(page.encode(), "https://www.example.ma/1", now=NOW)) | changes


def test_dates_that_contradict_each_other_are_compared_again() -> None:
    stored = dated(http={"fetched_at": NOW})
    offered = stored["published"]["candidates"]
    assert [(date["text"], date["origin"]) for date in offered] == [
        ("2024-03-27T10:00:00+00:00", "meta"),
        ("الخميس 28 مارس 2024 - 15:00", "generic"),
    ]
    assert again(stored, None) == {name: stored[name] for name in DATE_FIELDS}
    alone = replace_offered(stored, offered[1:])
    assert again(alone, None)["day"] == "2024-03-28"


def test_a_date_that_can_be_read_today_gives_the_missing_day() -> None:
    stored = dated(http={"fetched_at": NOW})
    unread = {
        "text": "27 مارس 2024", "origin": "markup", "kind": "published", "where": ".date",
    }  # fmt: skip
    missing = dict.fromkeys(DATE_FIELDS) | {
        "published": document(PublishedDetail()) | {"candidates": [unread]},
        "published_raw": "27 مارس 2024",
        "published_missing": '"27 مارس 2024": no full date can be read from it',
    }
    assert again(stored | missing, None)["day"] == "2024-03-27"


def test_a_page_without_a_readable_date_keeps_what_it_offers() -> None:
    page = "<html lang=ar><meta property='article:published_time' content='قريبا'><h1>خبر</h1></html>"
    published = read(page.encode(), "https://www.example.ma/1").published
    assert published
    assert (published.calendar, published.precision, published.origin) == (None, None, "")
    assert [date.text for date in published.candidates] == ["قريبا"]


def test_an_article_without_stored_candidates_gets_its_day_from_the_printed_date() -> None:
    stored = dated(http={"fetched_at": NOW})
    older = replace_offered(stored, None)
    assert again(older, None)["day"] == stored["day"]


def replace_offered(doc: dict[str, Any], offered: list[dict[str, Any]] | None) -> dict[str, Any]:
    published = {name: value for name, value in doc["published"].items() if name != "candidates"}
    return doc | {"published": published | ({} if offered is None else {"candidates": offered})}


def test_without_mongodb_the_command_says_so() -> None:
    done = scrapy("redate", MONGODB_URI="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")
    assert done.returncode == 4
    assert "cannot be used" in done.stderr


def test_after_an_interruption_it_continues_where_it_was(
    copied: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "AT_ONCE", 3)
    number = copied["articles"].count_documents({})
    read: list[str] = []
    shown: list[tuple[int, int]] = []

    def walk(task: str, until: int) -> None:
        for batch in passes.batches(
            copied.client[copied.name], copied.ops, task, {}, {"_id": 1}, lambda *some: shown.append(some)
        ):
            read.extend(doc["_id"] for doc in batch)
            if len(read) >= until:
                return

    walk("redate", 7)
    assert len(read) == 9
    walk("redate", number + 3)  # the last batch was not done at the interruption
    assert len(set(read)) == number
    assert len(read) == number + 3
    assert (0, number) in shown
    assert (6, number) in shown
    read.clear()
    walk("redate --all", number)
    assert len(read) == number
