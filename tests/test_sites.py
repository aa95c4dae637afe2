"""Every site has a valid declaration, and all its offline pages are found and read correctly.

The tests of one site need no server: ``pytest tests/test_sites.py -k hespress``.
"""

import dataclasses
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html
from pymongo import MongoClient
from scrapy.exceptions import CloseSpider

from newscrawl.page import read
from newscrawl.page.markup import compiled, each
from newscrawl.sites import Api, Markup, Site
from newscrawl.sites.families import THEMES, WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.sites.sources import resolve
from newscrawl.urls import key
from tests.conftest import PROJECT
from tests.site_fixtures import OfflineCrawl, OfflineSite, differences, load, names, spiders

SITES = sorted(spiders())
CRAWLED = [name for name in SITES if not spiders()[name].site.refused]
SELECTORS = [
    field.name
    for field in dataclasses.fields(Markup)
    if field.name not in ("version", "valid_until", "cut", "evidence")
]


ARTICLES = [
    ("alayam24", "https://www.alayam24.com/articles-73890.html"),
    ("maghress", "https://www.maghress.com/alittihad/2082123"),
    ("maghress", "https://maghress.com/ksarsouk/4419"),
    ("maghress", "https://www.maghress.com/fr/albayane/211548"),
    ("masress", "https://www.masress.com/akhersaa/2898"),
    ("djazairess", "http://www.djazairess.com/fr/lesoirdalgerie/98894"),
    ("hespress", "https://www.hespress.com/%D8%A7%D9%84%D9%85%D8%BA%D8%B1%D8%A8-970965.html"),
    ("hespress", "https://www.hespress.com/politique/436105.html"),
    ("hespress", "https://www.hespress.com/permalink/73678.html"),
    ("akhbarona", "https://www.akhbarona.com/economy/425405.html"),
    ("goud", "https://www.goud.ma/%D8%B9%D8%A7%D8%AC%D9%84-458329/"),
    ("alyaoum24", "http://www.alyaoum24.com/1265553.html"),
    ("al3omk", "https://al3omk.com/169433.html"),
    ("febrayer", "https://febrayer.com/1092812.html"),
    ("barlamane", "https://www.barlamane.com/بلاغ-من-الوزارة/"),
    ("kifache", "https://kifache.com/414668/"),
    ("lakome2", "https://lakome2.com/reportage/208501/"),
    ("elkhabar", "https://www.elkhabar.com/press/article/149718/"),
    ("youm7", "https://www.youm7.com/story/2020/8/24/%D9%88%D8%B2%D9%8A%D8%B1/4943459"),
    ("almasryalyoum", "https://www.almasryalyoum.com/news/details/3104455"),
    ("aljazeera", "https://www.aljazeera.net/politics/2024/4/13/%D8%AE%D8%A8%D8%B1"),
    ("skynewsarabia", "https://www.skynewsarabia.com/middle-east/1884498"),
    ("albayan", "https://www.albayan.ae/across-the-uae/news-and-reports/2020-06-03-1.3874341"),
    ("spa", "https://www.spa.gov.sa/N2018136"),
    ("lbcgroup", "https://www.lbcgroup.tv/news/lifestyle/898682/lbci-lebanon-articles/ar"),
]
"""Addresses of articles, from public sources."""
NO_ARTICLES = [
    ("maghress", "https://www.maghress.com/politics"),
    ("maghress", "https://www.maghress.com/alittihad"),
    ("hespress", "https://www.hespress.com/?action=ajax_listing&paged=2"),
    ("hespress", "https://www.hespress.com/politique/index.1.html"),
    ("akhbarona", "https://www.akhbarona.com/economy/index.2.html"),
    ("goud", "https://www.goud.ma/topics/%D8%A2%D8%B4-%D9%88%D8%A7%D9%82%D8%B9/"),
    ("barlamane", "https://www.barlamane.com/feed/"),
    ("youm7", "https://www.youm7.com/Section/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/319/1"),
    ("aljazeera", "https://www.aljazeera.net/politics"),
    ("aljazeera", "https://www.aljazeera.net/"),
    ("okaz", "https://www.okaz.com.sa/morearticles/57/247"),
    ("bbc_arabic", "https://www.bbc.com/arabic/topics/c719d2el19nt"),
    ("bbc_arabic", "https://www.bbc.com/news/articles/cx2k4y7zl9qo"),
]
SAME = [
    ("maghress", "https://maghress.com/ksarsouk/4419", "http://www.maghress.com/ksarsouk/4419"),
    (
        "youm7",
        "https://www.youm7.com/story/2020/8/24/%D9%88%D8%B2%D9%8A%D8%B1/4943459",
        "https://www.youm7.com/4943459",
    ),
    (
        "skynewsarabia",
        "https://www.skynewsarabia.com/middle-east/1884498-%D8%AE%D8%A8%D8%B1",
        "https://www.skynewsarabia.com/middle-east/1884498",
    ),
    (
        "aljazeera",
        "https://www.aljazeera.net/news/2026/8/5/%D8%AE%D8%A8%D8%B1",
        "https://www.ajnet.me/news/2026/8/5/%D8%AE%D8%A8%D8%B1",
    ),
]


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = spiders()[request.param].site
    return found


@pytest.fixture(params=CRAWLED)
def offline(request: pytest.FixtureRequest) -> OfflineSite:
    return load(request.param)


class TestDeclarations:
    def test_selectors_are_valid(self, site: Site) -> None:
        for markup in site.markup:
            for field in SELECTORS:
                for selector in each(getattr(markup, field)):
                    compiled(selector)

    def test_its_evidence_is_stated(self, site: Site) -> None:
        assert site.year
        assert site.year >= 2019
        assert all(markup.evidence for markup in site.markup)
        if any("guess" in markup.evidence for markup in site.markup) or not site.markup:
            assert site.evidence == "guess" or any(isinstance(source, Api) for source in site.discover)

    def test_its_listings_are_not_articles(self, site: Site) -> None:
        for source in site.discover:
            if source.url and site.owns(source.url) and "{year" not in source.url:
                assert not site.is_article(source.url.replace("{page}", "2")), source.url

    def test_a_spider_file_only_declares(self) -> None:
        lines = {
            path.stem: len(path.read_text("utf-8").splitlines())
            for path in (PROJECT / "spiders").glob("[!_]*.py")
        }
        assert set(lines) == set(SITES)
        assert len(lines) >= 32
        assert sum(count <= 40 for count in lines.values()) >= 25
        assert max(lines.values()) <= 50

    def test_the_newspaper_is_known_by_the_same_name(self) -> None:
        for name in SITES:
            known, site = resolve(name), spiders()[name].site
            assert known is not None, f"{name} has no row in sources.tsv; run: scrapy sites --write"
            assert (known.slug, known.name, known.country) == (name, site.name, site.country)

    def test_a_refused_site_is_left_alone(self) -> None:
        refused = [name for name in SITES if name not in CRAWLED]
        assert refused
        assert not set(refused) & set(names())
        for name in refused:
            with pytest.raises(CloseSpider):
                OfflineCrawl(OfflineSite(name, dt.datetime(2026, 9, 20, tzinfo=dt.UTC), [], [])).run()

    @pytest.mark.parametrize(("name", "url"), ARTICLES)
    def test_an_address_of_an_article(self, name: str, url: str) -> None:
        assert spiders()[name].site.is_article(url)

    @pytest.mark.parametrize(("name", "url"), NO_ARTICLES)
    def test_an_address_of_another_page(self, name: str, url: str) -> None:
        assert not spiders()[name].site.is_article(url)

    @pytest.mark.parametrize(("name", "one", "other"), SAME)
    def test_one_article_at_two_addresses(self, name: str, one: str, other: str) -> None:
        rules = spiders()[name].site.url_rules
        assert key(one, rules) == key(other, rules)


class TestOffline:
    def test_its_pages_are_reviewed(self, offline: OfflineSite) -> None:
        assert len([page for page in offline.pages if page.found]) >= 2
        assert [page.name for page in offline.pages if not page.reviewed] == [], (
            "compare the page with its expected fields, then set reviewed to true"
        )

    def test_every_article_is_found_and_nothing_else(self, offline: OfflineSite) -> None:
        crawl = OfflineCrawl(offline).run()
        assert crawl.missing == [], f"after a change of the site file: scrapy fixture {offline.name} --afresh"
        assert crawl.forbidden == []
        wanted = {_place(page.answer.url) for page in offline.pages if page.found}
        assert {_place(url) for url in crawl.articles} == wanted
        assert {url: (no.reason, no.detail) for url, no in crawl.rejections.items()} == {}

    def test_all_fields_are_correct(self, offline: OfflineSite) -> None:
        problems = []
        for page in offline.pages:
            read = OfflineCrawl(offline).page(page).articles
            problems += (
                differences(page, read[page.answer.url])
                if read
                else [f"{page.name}: is taken for no article"]
            )
        assert problems == []


def _place(url: str) -> str:
    """An address without its query."""
    parts = urlsplit(url)
    return unquote(f"{parts.netloc}{parts.path}")


def test_all_sites_crawled_at_once_are_stored_correctly(tmp_path: Path, mongodb: str) -> None:
    sites = [load(name) for name in CRAWLED]
    for site in sites:
        site.record(tmp_path / f"{site.name}.warc.gz")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MONGODB", "NEWSCRAWL", "SCRAPY"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawl_sites", str(tmp_path)],
        cwd=PROJECT,
        env=inherited | {"MONGODB_URI": mongodb, "MONGODB_DATABASE": "test_sites"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        stored = {
            (doc["site"], _place(url)): doc
            for doc in client["test_sites"]["articles"].find()
            for url in doc["urls"]
        }
        client.drop_database("test_sites")
        client.drop_database("test_sites_ops")
    problems = []
    count = 0
    for site in sites:
        for page in site.pages:
            if page.found:
                count += 1
                doc = stored.get((site.name, _place(page.answer.url)))
                found = differences(page, doc) if doc else [f"{page.name}: is not stored"]
                problems += [f"{site.name}/{problem}" for problem in found]
    assert problems == []
    assert len({doc["_id"] for doc in stored.values()}) == count
    assert json.loads(done.stdout.splitlines()[-1]) == dict.fromkeys(CRAWLED, "ok")


THEME_PAGES = {
    "sahifa": """
        <h1 class="name post-title entry-title"><span itemprop="name">{title}</span></h1>
        <p class="post-meta"><span class="post-meta-author"><a>ليلى الصبان</a></span>
        <span class="tie-date">سبتمبر 19, 2026</span></p>
        <div class="entry"><div class="share-post"><span>شاركها</span></div>{body}</div>""",
    "newspaper": """
        <h1 class="entry-title">{title}</h1><div class="td-module-meta-info">
        <div class="td-post-author-name"><a>ليلى الصبان</a></div>
        <time class="entry-date updated" datetime="2026-09-19T08:00:00+01:00">19/09/2026</time></div>
        <div class="td-post-content">{body}</div>
        <div class="td-module-thumb"><a href="/x">عنوان آخر</a></div>""",
    "jnews": """
        <h1 class="jeg_post_title">{title}</h1>
        <div class="jeg_meta_author"><a>ليلى الصبان</a></div>
        <div class="jeg_meta_date"><a>سبتمبر 19, 2026</a></div>
        <div class="entry-content"><div class="content-inner">{body}
        <div class="jnews_inline_related_post_wrapper"><p>اقرأ أيضا عناوين كثيرة</p></div></div></div>""",
    "wordpress": """
        <h1 class="entry-title">{title}</h1><meta name="author" content="ليلى الصبان">
        <meta property="article:published_time" content="2026-09-19T08:00:00+01:00">
        <div class="entry-content">{body}</div><a rel="category tag" href="/c">مجتمع</a>""",
}
THEME_TITLE = "خزان ماء جديد يدخل الخدمة في القرية"
THEME_BODY = (
    "دخل خزان ماء جديد الخدمة في قرية جبلية صباح اليوم وأنهى انتظارا دام ثلاثة أعوام كاملة.",
    "ويكفي الخزان حاجة مئتي بيت ويُملأ من نبع قريب بواسطة مضخة تعمل بأشعة الشمس.",
)


def theme_page(theme: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in THEME_BODY)
    return f"<html lang=ar><body>{THEME_PAGES[theme].format(title=THEME_TITLE, body=body)}</body></html>"


class TestFamilies:
    @pytest.mark.parametrize("theme", THEME_PAGES)
    def test_a_theme_is_read_by_its_markup(self, theme: str) -> None:
        site = Site(
            name="صحيفة التجربة", domain="example.ma", country="MA", timezone="Africa/Casablanca",
            article=WORDPRESS_POST, discover=[], markup=[THEMES[theme]],
        )  # fmt: skip
        article = read(theme_page(theme).encode(), "https://example.ma/p-12345/", site=site)
        assert (article.title, tuple(article.body.split("\n\n"))) == (THEME_TITLE, THEME_BODY)
        assert article.origins["title"] == article.origins["body"] == "markup"
        assert (article.day, article.authors) == ("2026-09-19", ["ليلى الصبان"])

    def test_the_theme_of_a_page_is_the_first_that_matches(self) -> None:
        def theme(name: str) -> str | None:
            page = html.fromstring(theme_page(name))
            fits = (
                found
                for found, markup in THEMES.items()
                if all(
                    any(compiled(selector)(page) for selector in each(field))
                    for field in (markup.title, markup.body)
                )
            )
            return next(fits, None)

        assert {name: theme(name) for name in THEME_PAGES} == {name: name for name in THEME_PAGES}

    @pytest.mark.parametrize(
        ("path", "post"),
        [
            ("/خزان-ماء-جديد-يدخل-الخدمة/", True),
            ("/2026/09/خزان-ماء-جديد/", True),
            ("/details-421837.html", True),
            ("/societe/308501/", True),
            ("/2026/", False),
            ("/2026/09/", False),
            ("/category/سياسة-واقتصاد-ومجتمع/", False),
            ("/tag/ماء-شروب-جديد/page/2/", False),
            ("/مجتمع/", False),
            ("/سياسة-الخصوصية-وملفات-التعريف/", False),
            ("/خزان-ماء-جديد-يدخل-الخدمة/feed/", False),
        ],
    )
    def test_the_address_of_a_wordpress_post(self, path: str, post: bool) -> None:
        site = Site(
            name="صحيفة التجربة", domain="example.ma", timezone="Africa/Casablanca",
            article=WORDPRESS_POST, not_article=WORDPRESS_PAGES, discover=[],
        )  # fmt: skip
        assert site.is_article(f"https://example.ma{path}") is post


def test_an_old_page_is_read_with_the_markup_of_its_time() -> None:
    site = Site(
        name="صحيفة التجربة", domain="example.ma", timezone="Africa/Casablanca", article="-", discover=[],
        markup=[
            Markup(version="2", title="h1.new", body="div.new p"),
            Markup(version="1", valid_until=dt.date(2020, 12, 31), title="h1.old", body="div.old p"),
        ],
    )  # fmt: skip
    text = "عاد التيار الكهربائي إلى أحياء المدينة بعد إصلاح المحول الذي تعطل ليلا بسبب العاصفة."
    page = (
        f"<h1 class=old>عودة التيار</h1><div class=old><p>{text}</p></div><div class=new><p>لا شيء.</p></div>"
    )
    old = read(page.encode(), "https://example.ma/a-1", site=site, now=dt.datetime(2020, 6, 1, tzinfo=dt.UTC))
    assert (old.title, old.body) == ("عودة التيار", text)
