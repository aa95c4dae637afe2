"""Lists of any bytes, read in this process and crawled: all that they list is asked for, and nothing else."""

from __future__ import annotations

import gzip
import json

import pytest
from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from newscrawl import discovery
from newscrawl.discovery import Walk
from newscrawl.sites import Site
from tests.conftest import Database, scrapy
from tests.list_shapes import ARTICLE, SHAPES, answers, path, source
from tests.loopback import Newspaper, article, serve
from tests.trials import size

ROOT = "https://www.alayam24.com"
SITE = Site(
    name="الأيام 24",
    domain="alayam24.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=ARTICLE,
    discover=[],
)


def response(at: str, headers: dict[str, str], body: bytes) -> Response:
    """An answer as Scrapy gives it to a spider."""
    given = {"Content-Type": "text/html; charset=utf-8", **headers}
    if given.pop("Content-Encoding", None):
        body = gzip.decompress(body)
    cls = responsetypes.from_args(headers=Headers(given), url=ROOT + at, body=body)
    return cls(ROOT + at, headers=given, body=body, request=Request(ROOT + at))


@pytest.mark.parametrize(
    "place", range(len(SHAPES)), ids=[f"{shape.source.__name__} {shape.name}" for shape in SHAPES]
)
def test_a_list_is_read_as_it_is_meant(place: int) -> None:
    given, wanted = answers(place, ROOT)
    found: list[str] = []
    counted: set[str] = set()
    waiting = [path(place)]
    for at in waiting:
        _, headers, body = given[at]
        page = discovery.read(response(at, headers, body), Walk(ROOT + at, source(place, ROOT)), SITE)
        assert page
        found += [entry.url.removeprefix(ROOT) for entry in page.entries]
        counted |= page.flaws.keys() | page.skipped.keys()
        waiting += [request.url.removeprefix(ROOT) for request in page.after]
    assert sorted(found) == sorted(wanted)
    assert SHAPES[place].flaw in {"", *counted}
    assert set(waiting) == given.keys()


def test_a_newspaper_with_such_lists_is_crawled(database: Database) -> None:
    """All of them in the trials; one of each ten in the normal run."""
    places = range(0, len(SHAPES), 1 if size(100) == 100 else 10)
    with serve(Newspaper()) as newspaper:
        root = newspaper.environment["LOOPBACK"]
        wanted: set[str] = set()
        for place in places:
            given, paths = answers(place, root)
            newspaper.pages |= given
            wanted |= paths
        lists = set(newspaper.pages)
        newspaper.pages |= {at: article(number) for number, at in enumerate(sorted(wanted))}
        done = scrapy(
            "crawl", "loopback_lists", "-a", "since=2024-03-01", "-s", "SPIDER_MODULES=tests.list_shapes",
            "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False",
            MONGODB_URI=database.uri, MONGODB_DATABASE=database.name,
            LISTS=json.dumps(list(places)), **newspaper.environment,
        )  # fmt: skip
        assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
        assert sorted(set(newspaper.asked)) == sorted(lists | wanted)
        assert len(newspaper.asked) == len(set(newspaper.asked))
        assert database["articles"].count_documents({}) == len(wanted)
