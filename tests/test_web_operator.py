"""What `scrapy web` shows operators."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newscrawl.web.access import Access
from newscrawl.web.app import Site
from newscrawl.web.looking import Lookout
from newscrawl.web.page import Context
from tests.conftest import Database
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
