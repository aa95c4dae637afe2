"""What `scrapy web` shows operators."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newscrawl.web.access import Access
from newscrawl.web.app import Site
from newscrawl.web.looking import Lookout
from newscrawl.web.page import Context
from tests.conftest import Database
from tests.web_made import PASSWORD


@pytest.fixture(scope="module")
def client(installation: Database) -> Iterator[TestClient]:
    """A browser without a screen."""
    context = Context(installation.client[installation.name], installation.ops, {}, Lookout())
    with TestClient(Site(context, Access()), base_url="http://127.0.0.1:8765") as found:
        yield found


def test_red_comes_first(client: TestClient) -> None:
    page = client.get("/?lang=en").text
    states = [part.partition('"')[0] for part in page.split('class="state ')[1:]]
    assert states == ["red"] * 4 + ["yellow"] * 2 + ["green"] * 2
    assert PASSWORD not in page
