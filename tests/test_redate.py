from pathlib import Path
from typing import Any

from tests.conftest import Database, scrapy


def test_announced_months_move_the_days_that_rested_on_a_forecast(database: Database, tmp_path: Path) -> None:
    database.crawl("alayam24")
    articles = database["articles"]
    hijri_only = articles.find_one({"published.calendar": "hijri"})
    untouched = articles.count_documents({"published.calendar": "gregorian"})
    # A day as a former, wrong table would have made it.
    wrong: dict[str, Any] = {"day": "2024-04-02", "hijri_day": "1445-09-22"}
    articles.update_one({"_id": hijri_only["_id"]}, {"$set": wrong})
    done = scrapy("redate", MONGODB_URI=database.uri, MONGODB_DATABASE=database.name)
    assert done.returncode == 0, done.stderr
    assert "1 changed" in done.stdout
    mended = articles.find_one({"_id": hijri_only["_id"]})
    assert (mended["day"], mended["hijri_day"]) == (hijri_only["day"], hijri_only["hijri_day"])
    assert mended["updated_at"] > hijri_only["updated_at"]
    assert articles.count_documents({"published.calendar": "gregorian"}) == untouched
    again = scrapy("redate", "--all", MONGODB_URI=database.uri, MONGODB_DATABASE=database.name)
    assert " 0 changed" in again.stdout


def test_without_mongodb_it_says_so() -> None:
    done = scrapy("redate", MONGODB_URI="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")
    assert done.returncode == 4
    assert "cannot be used" in done.stderr
