"""Why an address is not an article: what the store has of it, and how its page is read today."""

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from newscrawl.items import Rejection
from newscrawl.kit.kept import find
from newscrawl.store.session import session
from newscrawl.urls import key
from tests.conftest import Database, scrapy
from tests.test_store import Run, article, store

AT = dt.datetime(2026, 9, 20, 12, tzinfo=dt.UTC)
URL = "https://www.alayam24.com/articles-5.html"
PAGE = "<html lang=ar><title>خبر</title><h1>خبر محلي رقم خمسة</h1><p>نص</p></html>".encode()


def rejection(url: str, page: bytes = PAGE) -> Rejection:
    asked = f"{url}?s=1"
    return Rejection(
        url=url, urls=[asked, url], keys=[key(asked), key(url)], site="alayam24", owner="alayam24.com",
        reason="no_body", detail="12 words", status=200, rejected_at=AT, run="20260920T120000Z-1f2e3d4c",
        page=page,
    )  # fmt: skip


def lines(database: Database, url: str) -> tuple[str, ...]:
    kept = find(database.client[database.name], database.ops, key(url))
    return kept.lines if kept else ()


def test_a_rejected_address_by_each_of_its_spellings(run: Run, database: Database) -> None:
    store(run, database, rejection(URL), rejection(URL.replace("5", "6"), b""))
    assert (
        lines(database, URL)
        == lines(database, f"{URL}?s=1")
        == (
            "rejected  2026-09-20 12:00 UTC by alayam24: no_body (12 words)",
            "status    200",
            "run       20260920T120000Z-1f2e3d4c",
            f"also at   {URL}?s=1",
        )
    )
    assert lines(database, URL.replace("5", "6"))[-1] == "page      none was kept"
    assert lines(database, URL.replace("5", "7")) == ()


def test_an_address_that_is_stored_or_pending(run: Run, database: Database) -> None:
    store(run, database, article(1))
    assert lines(database, article(1).url)[0].startswith("stored    an article since ")
    database.ops["pending"].insert_one(
        {"_id": key(URL), "url": URL, "site": "alayam24", "reason": "http_500", "retry_at": AT, "times": 2}
    )
    assert lines(database, URL) == (
        "pending   http_500; 2 visits failed; requested again after 2026-09-20 12:00 UTC",
    )


def test_the_command_reads_the_kept_page_and_saves_it(run: Run, database: Database, tmp_path: Path) -> None:
    store(run, database, rejection(URL))
    environment = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}
    saved = tmp_path / "page.html"
    done = scrapy("try", "--rejected", URL, "--save", str(saved), **environment)
    assert done.returncode == 3, done.stderr
    assert "no_body (12 words)" in done.stdout
    assert "verdict   rejected: no_body" in done.stdout
    assert "خبر محلي رقم خمسة" in done.stdout
    assert saved.read_bytes() == PAGE
    done = scrapy("try", "--rejected", URL.replace("5", "7"), **environment)
    assert done.returncode == 3
    assert f"the database {database.name} has nothing on" in done.stderr
    assert "`--demo` looks in the database of `make demo`" in done.stderr


def test_the_demo_has_its_own_server_and_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds whatever ``MONGODB_URI`` and ``MONGODB_DATABASE`` say."""
    asked = []

    def server(folder: Path) -> AbstractContextManager[str]:
        asked.append(folder.parent.name)
        return nullcontext(database.uri)

    monkeypatch.setattr("newscrawl.store.session.Server", server)
    given = {"MONGODB_URI": "mongodb://127.0.0.1:1/", "MONGODB_DATABASE": "elsewhere"}
    with session(given, demo=True) as (articles, ops):
        assert (articles.name, ops.name) == ("newscrawl_demo", "newscrawl_demo_ops")
    assert asked == ["demo"]


def test_the_option_demo_works_for_rejected_addresses_only() -> None:
    done = scrapy("try", "--demo", URL)
    assert done.returncode == 2
    assert "--demo works only with --rejected" in done.stderr + done.stdout
