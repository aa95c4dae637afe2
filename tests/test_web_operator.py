"""What `scrapy web` shows operators."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newscrawl.web.access import Access
from newscrawl.web.app import Site
from newscrawl.web.looking import Lookout
from newscrawl.web.page import Context
from tests.conftest import Database, scrapy
from tests.web_made import PASSWORD

PAGES = (
    "/", "/sites/barid", "/sites/sada_rif", "/sites/waha", "/sites/nakhil", "/sites/jami3", "/sites/shams",
    "/sites/barid/runs", "/sites/sada_rif/pending", "/sites/barid/rejected?reason=no_body",
    "/rejected/barid01", "/rejected/barid03", "/schedule", "/nodes", "/alarms",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(installation: Database) -> Iterator[TestClient]:
    """A browser without a screen."""
    context = Context(installation.client[installation.name], installation.ops, {}, Lookout())
    with TestClient(Site(context, Access()), base_url="http://127.0.0.1:8765") as found:
        yield found


def test_red_comes_first(client: TestClient) -> None:
    page = client.get("/?lang=en").text
    table = page.partition("<tbody>")[2]
    states = re.findall(r'<td class="wide"><span class="state (\w+)"', table)
    assert states == ["red"] * 4 + ["yellow"] * 2 + ["green"] * 2


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_in_both_languages_and_shows_no_secret(
    client: TestClient, path: str, lang: str
) -> None:
    client.cookies.clear()
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in answer.text
    assert PASSWORD not in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    for said in re.findall(r'(?:href|src)="([^"]*)"', answer.text):
        assert said.startswith(("/", "#", "http://127.0.0.1:8766/")), said


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404), ("/sites/nobody", 404), ("/runs/none", 404), ("/rejected/none", 404),
        ("/sites/nobody/runs", 404), ("/static/..%2Fapp.py", 404), ("/static/none.css", 404),
        ("/sites/barid/rejected?reason=because", 400), ("/sites/barid/runs?before=yesterday", 400),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_a_report_is_one_file_that_asks_for_nothing(installation: Database, tmp_path: Path) -> None:
    file = tmp_path / "overview.html"
    done = scrapy(
        "report", "--out", str(file), "--lang", "ar",
        MONGODB_URI=installation.uri, MONGODB_DATABASE=installation.name,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = file.read_text("utf-8")
    assert text.count('class="state red"') >= 4
    assert "<style>" in text
    assert not re.search(r"""(?:href|src|action)\s*=|@import|url\(|<script""", text)
    assert PASSWORD not in text


def test_a_report_that_cannot_be_written_is_refused(installation: Database, tmp_path: Path) -> None:
    where = {"MONGODB_URI": installation.uri, "MONGODB_DATABASE": installation.name}
    done = scrapy("report", "--out", str(tmp_path / "none" / "a.html"), **where)
    assert (done.returncode, "cannot be written" in done.stdout + done.stderr) == (2, True)


MOST = 30
"""Documents that MongoDB may examine for each line that is shown."""
WRITES = {"insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop", "collMod"}


def lines(page: str) -> int:
    """Lines that a page shows: those of its tables and lists, and the page itself."""
    return 1 + page.count("<tr>") - page.count("<thead>") + page.partition("<main")[2].count("<li>")


@pytest.mark.parametrize("path", PAGES)
def test_few_documents_are_examined_for_each_line_and_nothing_is_written(
    client: TestClient, installation: Database, path: str
) -> None:
    client.get("/")  # what the monitors have seen stays good for a minute
    before = counters(installation)
    page = client.get(path).text
    after = counters(installation)
    assert after["examined"] - before["examined"] <= MOST * lines(page)
    assert {name: after[name] - before[name] for name in WRITES} == dict.fromkeys(WRITES, 0)


def counters(database: Database) -> dict[str, int]:
    """What the server has examined, and how often it was asked to write, so far."""
    metrics = database.client.admin.command("serverStatus")["metrics"]
    told = {name: int(metrics["commands"].get(name, {}).get("total", 0)) for name in WRITES}
    return told | {"examined": int(metrics["queryExecutor"]["scannedObjects"])}
