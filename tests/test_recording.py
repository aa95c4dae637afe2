"""The shipped recording: built from its sources, complete for a crawl, and without repeated stories."""

import datetime as dt
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from scrapy.http import Headers, HtmlResponse, Response, TextResponse
from scrapy.responsetypes import responsetypes
from warcio.archiveiterator import ArchiveIterator

from newscrawl.discovery import Walk, feed, listing, sitemap
from newscrawl.sites import Listing, Site, Sitemap
from recordings.build import CLOCK, build
from recordings.stories import HOSTS, Story, read_all
from spiders.alayam24 import Alayam24
from spiders.maghress import Maghress

FOLDER = Path(__file__).parent.parent / "recordings"
FILE = FOLDER / "demo.warc.gz"
SITES = {"alayam24": Alayam24.site, "maghress": Maghress.site}
EXPECTED = json.loads((FOLDER / "demo" / "expected.json").read_text(encoding="utf-8"))
STORIES = read_all(FOLDER / "demo")
TOLD = [story for story in STORIES if story.body and not story.copy]


@cache
def recorded() -> dict[str, Response]:
    """Every response of the recording, by its address."""
    found = {}
    with FILE.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type != "response":
                continue
            url = record.rec_headers.get_header("WARC-Target-URI")
            headers = Headers(record.http_headers.headers)
            body = record.content_stream().read()
            kind = responsetypes.from_args(headers=headers, url=url, body=body)
            status = int(record.http_headers.get_statuscode())
            found[url] = kind(url, status=status, headers=headers, body=body)
    return found


def answer(url: str) -> Response:
    """The response of the recording after redirects."""
    assert url in recorded(), f"{url} is linked and not recorded"
    response = recorded()[url]
    location = response.headers.get("Location")
    return answer(response.urljoin(location.decode())) if location else response


def listings(site: Site, first: str) -> Iterator[TextResponse]:
    """A listing and all its further pages."""
    url: str | None = first
    while url:
        page = answer(url)
        assert isinstance(page, TextResponse)
        yield page
        url = listing.next_page(page, Listing(first), site)


@cache
def linked(name: str) -> frozenset[str]:
    """The addresses of articles that a crawl of the site meets, spelled as in the links."""
    site, host = SITES[name], HOSTS[name]
    home = answer(f"{host}/")
    assert isinstance(home, HtmlResponse)
    found = {host + "/robots.txt"}
    for first in [home.url, *listing.section_links(home, site)]:
        for page in listings(site, first):
            found |= {entry.url for entry in listing.article_links(page, site, Listing(first))}
    for url in listing.advertised_feeds(home):
        found |= {
            entry.url for entry in feed.articles(feed.parse_feed(answer(url).body), url, site, Counter())
        }
    robots = answer(f"{host}/robots.txt")
    assert isinstance(robots, TextResponse)
    for url in re.findall(r"^Sitemap: (\S+)", robots.text, re.MULTILINE):
        page = sitemap.read_sitemap(answer(url), Walk(url, source=Sitemap(url)), site)
        assert page
        found |= {entry.url for entry in page.entries}
    return frozenset(found - set(EXPECTED["never_asked"]))


def test_the_recording_follows_from_its_sources(tmp_path: Path) -> None:
    build(tmp_path)
    # Decompressed, because another build of zlib may compress the same records differently.
    assert gzip.decompress((tmp_path / FILE.name).read_bytes()) == gzip.decompress(FILE.read_bytes())
    assert json.loads((tmp_path / "demo" / "expected.json").read_text(encoding="utf-8")) == EXPECTED


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        build(folder)
    assert (first / FILE.name).read_bytes() == (second / FILE.name).read_bytes()


def test_each_exchange_is_a_request_and_its_response_one_second_after_the_last() -> None:
    with FILE.open("rb") as file:
        records = [
            (record.rec_type, *map(record.rec_headers.get_header, ("WARC-Target-URI", "WARC-Date")))
            for record in ArchiveIterator(file)
        ]
    exchanges = records[1:]
    assert records[0][0] == "warcinfo"
    assert len(exchanges) == 2 * EXPECTED["counts"]["exchanges"] == 2 * len(recorded())
    for number, (request, response) in enumerate(zip(exchanges[::2], exchanges[1::2], strict=True)):
        when = (CLOCK + dt.timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert request == ("request", response[1], when)
        assert response == ("response", request[1], when)


def test_there_are_enough_pages() -> None:
    counts = EXPECTED["counts"]
    pages = [r for r in recorded().values() if r.status == 200 and isinstance(r, HtmlResponse)]
    assert counts["pages"] == len(pages) >= 75
    assert counts["articles"] == counts["alayam24"] + counts["maghress"] >= 48
    assert counts["alayam24"] >= 32
    assert counts["maghress"] >= 18


@pytest.mark.parametrize("name", SITES)
def test_a_crawl_meets_every_article_and_finds_it_recorded(name: str) -> None:
    met = {answer(url).url for url in linked(name)}
    on_site = {url for url, facts in EXPECTED["articles"].items() if facts["site"] == name}
    assert on_site <= met
    rejected = {url for url in EXPECTED["rejected"] if urlsplit(url).netloc == urlsplit(HOSTS[name]).netloc}
    assert rejected <= linked(name)
    assert {urlsplit(url)._replace(path="/robots.txt", query="").geturl() for url in linked(name)} <= set(
        recorded()
    )


@pytest.mark.parametrize("name", SITES)
def test_every_spelling_of_an_article_leads_to_it(name: str) -> None:
    for url, facts in EXPECTED["articles"].items():
        for spelling in facts["urls"] if facts["site"] == name else ():
            assert urlsplit(answer(spelling).url).path == urlsplit(url).path


def test_every_article_link_of_every_page_is_recorded() -> None:
    for page in [page for page in recorded().values() if isinstance(page, HtmlResponse)]:
        for site in SITES.values():
            if site.owns(page.url):
                for entry in listing.article_links(page, site, Listing(page.url)):
                    assert entry.url in recorded(), f"{page.url} links to {entry.url}"


def test_pages_contain_the_expected_articles() -> None:
    for url, facts in EXPECTED["articles"].items():
        page = recorded()[url]
        assert isinstance(page, HtmlResponse)
        title, body = ("h1.heading", ".articlecontent p") if facts["site"] == "alayam24" else (
            "span.articletitle", "span.articlecontent"
        )  # fmt: skip
        assert page.css(f"{title}::text").get() == facts["title"]
        text = " ".join(" ".join(page.css(body).xpath("string()").getall()).split())
        assert facts["first_words"] in text
        assert facts["last_words"] in text


def test_the_windows_1256_pages_have_that_encoding() -> None:
    pages = {s.charset_in: recorded()[s.url] for s in STORIES if s.charset == "windows-1256"}
    assert pages.keys() == {"header", "meta"}
    for page in pages.values():
        with pytest.raises(UnicodeDecodeError):
            page.body.decode("utf-8")
        assert "الأيام 24" in page.body.decode("windows-1256")
    assert b"1256" in pages["meta"].body
    assert b"charset" not in (pages["meta"].headers["Content-Type"] or b"")
    assert b"charset=" not in pages["header"].body.lower()


def test_weekdays_agree_with_their_days() -> None:
    weekdays = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
    told = 0
    for story in STORIES:
        for number, weekday in enumerate(weekdays):
            if story.day and story.date and weekday in story.date.replace("الإثنين", "الاثنين"):
                assert dt.date.fromisoformat(story.day).weekday() == number, story.file
                told += 1
        assert story.hijri_printed in (None, story.hijri_day)
    assert told > 15


def sentences(story: Story) -> set[str]:
    """The sentences of a story that have five words or more."""
    parts = re.split(r"[.؟!:،]", " ".join(story.body))
    return {" ".join(part.split()) for part in parts if len(part.split()) >= 5}


def shingles(story: Story) -> set[tuple[str, ...]]:
    """The three-word shingles of a story."""
    words = " ".join(story.body).split()
    return {(a, b, c) for (a, b), (_, c) in pairwise(pairwise(words))}


def test_no_two_stories_share_a_sentence_or_much_of_their_words() -> None:
    for one, other in combinations([story for story in TOLD if not story.recurring], 2):
        assert not sentences(one) & sentences(other), (one.file, other.file)
        first, second = shingles(one), shingles(other)
        assert len(first & second) <= 0.05 * min(len(first), len(second)), (one.file, other.file)


def test_recurring_notices_differ_from_day_to_day() -> None:
    notices = [story for story in TOLD if story.recurring]
    assert len({(story.title, story.day) for story in notices}) == len(notices) == 4
    for one, other in combinations(notices, 2):
        assert one.body != other.body


def test_stories_are_as_long_as_news_articles() -> None:
    for story in TOLD:
        if not story.recurring:
            assert 90 <= sum(len(p.split()) for p in story.body) <= 350, story.file
            assert 3 <= len(story.paragraphs) <= 9, story.file
