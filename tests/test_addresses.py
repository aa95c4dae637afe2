"""Which addresses of the declared newspapers are articles: each publicly known form, and other pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

from newscrawl.kit.address_table import TABLE, with_rows
from newscrawl.sites import Listing, Site
from newscrawl.urls import key
from tests.conftest import PROJECT
from tests.site_fixtures import spiders

ROWS = [
    tuple(line.split("\t"))
    for line in (PROJECT / TABLE).read_text("utf-8").splitlines()
    if not line.startswith("#")
]
SITES = {name: spider.site for name, spider in spiders().items()}
ARTICLES = [(name, url) for name, said, url in ROWS if said == "yes" and name in SITES]
NO_ARTICLES = [(name, url) for name, said, url in ROWS if said == "no" and name in SITES]
NUMBERED = {name for name, site in SITES.items() if site.aggregator} | {"almasryalyoum"}
"""Sites whose article numbers begin at 1, so that a number like 2021 is an article."""
EVERYWHERE = (
    "/",
    "/feed",
    "/feed/",
    "/rss",
    "/2021",
    "/2021/",
    "/2021/05/",
    "/2021/05/12/",
    "/2021/05/12",
    "/tag/2021/",
    "/page/2/",
    "/page/12345/",
    "/category/مجتمع/",
    "/category/أخبار-الماء-والزراعة/page/3/",
    "/tag/أخبار-الماء-الشروب/",
    "/author/ليلى-الصبان-الكاتبة/",
    "/search?q=خزان-ماء-جديد-12345",
    "/?s=خزان-ماء-جديد-12345",
    "/?page=12345",
    "/robots.txt",
    "/sitemap.xml",
    "/wp-json/wp/v2/posts/12345",
)


def changed(url: str, **parts: str) -> str:
    return urlunsplit(urlsplit(url)._replace(**parts))


def spellings(url: str) -> list[str]:
    """Other addresses of the same article: scheme, mobile hosts, escapes, tracking, final slash."""
    parts = urlsplit(url)
    bare = parts.netloc.removeprefix("www.")
    hosts = (
        []
        if bare.count(".") > 2 or bare.startswith(("m.", "m2.", "www1."))
        else ["m", "mobile", "m2", "amp", "wap", "www2"]
    )
    tracked = "&".join(filter(None, (parts.query, "utm_source=facebook&fbclid=IwAR0")))
    return [
        changed(url, scheme="http" if parts.scheme == "https" else "https"),
        *(changed(url, netloc=f"{host}.{bare}") for host in hosts),
        changed(url, path=quote(parts.path)),
        changed(url, path=re.sub("%..", lambda hit: hit[0].lower(), quote(parts.path))),
        changed(url, query=tracked),
        changed(url, fragment="comments"),
        *([] if parts.query else [changed(url, path=parts.path.rstrip("/") + "/")]),
    ]


def wrong_rows(rows: Iterable[tuple[str, ...]], crawled: set[str], refused: set[str]) -> list[str]:
    """What to change in the table, one sentence for each site; refused sites need no rows."""
    have = {(name, said) for name, said, _ in rows}
    what = {"yes": "an article", "no": "a page that is none, such as its home page"}
    return [
        f"{TABLE}: `{name}` has no row for {page}; add: {name}<tab>{said}<tab>https://…"
        for name in sorted(crawled)
        for said, page in what.items()
        if (name, said) not in have
    ] + [
        f"{TABLE}: there is no spiders/{name}.py; remove the rows of `{name}`"
        for name in sorted({name for name, _ in have} - crawled - refused)
    ]


def test_every_site_has_articles_and_other_addresses() -> None:
    refused = {name for name, site in SITES.items() if site.refused}
    if wrong := wrong_rows(ROWS, set(SITES) - refused, refused):
        pytest.fail("\n".join(wrong), pytrace=False)


def test_a_missing_row_and_one_without_a_site_are_named_with_their_remedy() -> None:
    rows = [("nakhla", "no", "https://nakhla.ma/"), ("gone", "yes", "https://gone.ma/1")]
    assert wrong_rows(rows, {"nakhla"}, {"closed"}) == [
        "tests/data/site_addresses.tsv: `nakhla` has no row for an article; add: nakhla<tab>yes<tab>https://…",
        "tests/data/site_addresses.tsv: there is no spiders/gone.py; remove the rows of `gone`",
    ]


class TestRowsOfANewSite:
    SITE = Site(
        name="نخلة", domain="nakhla.ma", country="MA", timezone="Africa/Casablanca", article="/[0-9]+/$",
        discover=[Listing("/page/{page}/"), Listing("https://nakhla.ma/mahalli/")],
    )  # fmt: skip
    HEAD = "# site\tis it an article?\n"
    URLS = ("https://nakhla.ma/%E3%C7%C1/8/", "https://nakhla.ma/%D9%85%D8%A7%D8%A1/7/")

    def test_they_are_sorted_in_and_written_once(self) -> None:
        table = f"{self.HEAD}goud\tyes\thttps://goud.ma/1\nzad\tno\thttps://zad.ma/\n"
        after = with_rows(table, "nakhla", self.SITE, self.URLS)
        assert after.splitlines()[2:4] == [
            "nakhla\tyes\thttps://nakhla.ma/ماء/7/",
            "nakhla\tno\thttps://nakhla.ma/mahalli/",
        ]
        assert sorted(after.splitlines()) == sorted({*table.splitlines(), *after.splitlines()[2:4]})
        assert with_rows(after, "nakhla", self.SITE, self.URLS) == after

    def test_rows_that_are_there_stay(self) -> None:
        table = f"{self.HEAD}nakhla\tno\thttps://nakhla.ma/tag/7\n"
        after = with_rows(table, "nakhla", self.SITE, self.URLS)
        assert after == f"{table}nakhla\tyes\thttps://nakhla.ma/ماء/7/\n"

    def test_without_an_article_nothing_is_written(self) -> None:
        assert with_rows(self.HEAD, "nakhla", self.SITE, []) == self.HEAD
        assert with_rows(self.HEAD, "nakhla", self.SITE, ["https://nakhla.ma/"]).count("\tyes\t") == 0


@pytest.mark.parametrize(("name", "url"), ARTICLES)
def test_any_spelling_of_its_address_leads_to_an_article(name: str, url: str) -> None:
    site = SITES[name]
    refused = [other for other in (url, *spellings(url)) if not site.is_article(other)]
    assert refused == []
    keys = {key(other, site.url_rules) for other in (url, *spellings(url))}
    assert len(keys) == 1


@pytest.mark.parametrize(("name", "url"), NO_ARTICLES)
def test_another_page_is_not_an_article(name: str, url: str) -> None:
    assert not SITES[name].is_article(url)
    assert not SITES[name].is_article(changed(url, path=quote(urlsplit(url).path)))


@pytest.mark.parametrize("name", SITES)
def test_pages_that_every_site_may_have_are_not_articles(name: str) -> None:
    site = SITES[name]
    assert [path for path in EVERYWHERE if site.is_article(site.home.rstrip("/") + path)] == []


@pytest.mark.parametrize(
    ("name", "url"), [row for row in ARTICLES if row[0] not in ("hibapress", "le360_ar", "yabiladi_ar")]
)
def test_an_edition_on_a_host_of_its_own_is_another_site(name: str, url: str) -> None:
    bare = (
        urlsplit(url).netloc.split(".", 1)[1] if urlsplit(url).netloc.count(".") > 1 else urlsplit(url).netloc
    )
    for label in ("fr", "en", "english", "tv", "static"):
        assert not SITES[name].is_article(changed(url, netloc=f"{label}.{bare}")), label


@pytest.mark.parametrize("name", sorted(set(SITES) - NUMBERED))
def test_a_year_in_the_place_of_a_number_is_an_archive(name: str) -> None:
    site = SITES[name]
    for path in (
        "/2021/",
        "/societe/2021/",
        "/web/2021",
        "/news/local/2021",
        "/economy/2019",
        "/sport/football/2020/",
    ):
        assert not site.is_article(site.home.rstrip("/") + path), path


class TestKeys:
    def test_parts_of_an_address_that_change_nothing_make_no_other_article(self) -> None:
        for name, one, other in (
            ("almadina", "https://www.al-madina.com/article/812044", "https://www.al-madina.com/article/812044?live"),
            ("almadina", "https://www.al-madina.com/article/812044", "https://www.al-madina.com/article/812044?weekly"),
            ("aljazeera", "https://www.aljazeera.net/news/2024/7/4/خبر", "https://www.aljazeera.net/news/2024/7/4/خبر?update=7"),
            ("youm7", "https://m2.youm7.com/story/2026/4/12/7348204", "https://www.youm7.com/story/2026/4/12/خبر/7348204"),
            ("alriyadh", "https://www.alriyadh.com/2012/06/09/article7.html", "https://www.alriyadh.com/article7.html"),
        ):  # fmt: skip
            assert key(one, SITES[name].url_rules) == key(other, SITES[name].url_rules), other

    def test_a_parameter_utm_distinguishes_pages(self) -> None:
        assert key("https://a.ma/view?utm=12") != key("https://a.ma/view?utm=13")
        assert key("https://a.ma/view?utm_source=12") == key("https://a.ma/view?utm_source=13")


def test_a_crawl_leaves_the_articles_of_another_edition() -> None:
    site: Site = SITES["lbcgroup"]
    base = "https://www.lbcgroup.tv/news/press/918204/خزان/"
    assert [(site.is_article(base + end), site.wants(base + end)) for end in ("ar", "en")] == [
        (True, True),
        (True, False),
    ]
