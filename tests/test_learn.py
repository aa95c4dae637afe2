"""What is learned about newspapers with different engines, from their pages alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

import pytest
from scrapy.http import HtmlResponse, Response

from newscrawl.kit import clock, learn
from newscrawl.kit.probe import SiteDraft
from newscrawl.sites import Feed, Listing, Sitemap, WordPress
from newscrawl.spider.newspaper import Newspaper
from newscrawl.vocabulary import FetchFailure
from tests.any_newspapers import HOME, NOW, Made, article, learned, made, rss, sitemap

PAGES = (
    "/about/", "/contact/", "/privacy-policy/", "/author/layla/", "/tag/الماء/", "/2026/", "/2026/11/",
    "/page/2/", "/?s=ماء",
)  # fmt: skip
"""Pages that every site has and that are not articles."""
SECTIONS = ("/siyassa/", "/riyada/", "/mojtama/", "/taqafa/")
FEED = '<link rel=alternate type="application/rss+xml" href="/feed">'
API = '<link rel="https://api.w.org/" href="/wp-json/">'


def with_feed() -> Made:
    newspaper = made("/{slug}/", ("/category/siyassa/", "/category/riyada/", *PAGES), head=API + FEED)
    newspaper.pages[f"{HOME}feed"] = rss(list(newspaper.articles)[:10])
    return newspaper


def feed_alone() -> Made:
    newspaper = made("/{slug}-{n}", (), head=FEED)
    newspaper.shown = 0
    newspaper.pages[f"{HOME}feed"] = rss(list(newspaper.articles)[:15])
    return newspaper


def sitemap_alone() -> Made:
    newspaper = made("/story/{n}/{slug}", PAGES)
    newspaper.shown = 0
    robots = Response(f"{HOME}robots.txt", body=f"Sitemap: {HOME}map.xml".encode())
    newspaper.pages |= {
        f"{HOME}robots.txt": robots,
        f"{HOME}map.xml": sitemap(f"{HOME}map.xml", [*newspaper.articles, *newspaper.others]),
    }
    return newspaper


def windows_1256() -> Made:
    newspaper = made(
        "/news.asp?id={n}", ("/list.asp?cat=1", "/list.asp?cat=2", "/contact.asp", "/archive.asp?y=2021")
    )
    for url, html in [(HOME, newspaper.home()), *newspaper.articles.items()]:
        head = html.replace(
            "<head>", '<head><meta http-equiv="Content-Type" content="text/html; charset=windows-1256">'
        )
        newspaper.pages[url] = HtmlResponse(url, body=head.encode("cp1256", "replace"), encoding="cp1256")
    return newspaper


def rendered() -> Made:
    newspaper = made("/{s}/{n}-{slug}", (*SECTIONS, *PAGES))
    newspaper.rendered = {HOME: newspaper.home()}
    newspaper.pages[HOME] = HtmlResponse(HOME, body=b"<div id=app></div>", encoding="utf-8")
    return newspaper


NEWSPAPERS: dict[str, Callable[[], Made]] = {
    "WordPress with a feed": with_feed,
    "WordPress by number": lambda: made("/{s}/{n}/", (*SECTIONS, *PAGES), head=API),
    "Drupal": lambda: made("/node/{n}", ("/taxonomy/term/1204", "/user/login", "/siyassa", "/node", *PAGES)),
    "Joomla": lambda: made("/{s}/{n}-{slug}", ("/siyassa", "/riyada", "/siyassa?start=20", *PAGES)),
    "Blogger": lambda: made(
        "/2026/{m}/{slug}.html",
        ("/search/label/سياسة", "/search?updated-max=2026-11-20", "/p/about-us.html", *PAGES),
    ),
    "ASP in windows-1256": windows_1256,
    "numbers as slugs": lambda: made("/{n}", (*SECTIONS, "/2021", "/12", *PAGES)),
    "details of a section": lambda: made(
        "/{s}/details-{n}.html", ("/siyassa/index.2.html", *SECTIONS, *PAGES)
    ),
    "the day in the address": lambda: made("/{s}/2026/{m}/{d}/{slug}", (*SECTIONS, *PAGES)),
    "a feed alone": feed_alone,
    "a sitemap alone": sitemap_alone,
    "rendered": rendered,
}


@pytest.mark.parametrize("make", NEWSPAPERS.values(), ids=NEWSPAPERS)
def test_a_newspaper_is_learned_by_its_articles_and_nothing_else(make: Callable[[], Made]) -> None:
    newspaper = make()
    found, why = learned(newspaper)
    assert why is None, found.facts
    site = learn.learned(found, None, 2026)
    taken = [url for url in newspaper.articles if site.is_article(url)]
    assert len(taken) >= 0.95 * len(newspaper.articles), site.article
    assert [unquote(url) for url in (HOME, *newspaper.others) if site.is_article(url)] == []
    assert found.discover
    assert site.render is (make is rendered)


def test_the_lists_of_the_articles_are_found() -> None:
    kinds = {
        name: [type(source) for source in learned(make())[0].discover] for name, make in NEWSPAPERS.items()
    }
    assert kinds["WordPress with a feed"][0] is Feed
    assert kinds["a feed alone"] == [Feed]
    assert kinds["a sitemap alone"] == [Sitemap]
    assert kinds["Drupal"] == [Listing]
    assert WordPress not in kinds["WordPress by number"]  # it declares an API, and answers 404


@pytest.mark.parametrize(
    ("kind", "said"),
    [("Product", "it is a shop"), ("WebPage", "it is not a newspaper: 3 of 3 pages state no day")],
)
def test_a_shop_is_not_a_newspaper(kind: str, said: str) -> None:
    shop = made("/product/{slug}-{n}", ("/cart/", "/category/ahdia/", *PAGES))
    shop.articles = {url: article(n, kind=kind, date=False) for n, url in enumerate(shop.articles)}
    assert said in str(learned(shop)[1])


def test_a_site_that_refuses_us_or_does_not_answer_says_so() -> None:
    closed = made("/{n}", ())
    closed.pages[HOME] = FetchFailure.ROBOTS
    assert learned(closed)[1] == "its robots.txt forbids it"
    away = made("/{n}", ())
    away.pages[HOME] = FetchFailure.DNS
    assert "could not be read (dns)" in str(learned(away)[1])


def test_lists_are_not_articles_unless_the_newspaper_has_its_articles_there() -> None:
    newspaper = made("/topic/{n}", SECTIONS, head=FEED)
    newspaper.pages[f"{HOME}feed"] = rss(list(newspaper.articles)[:10])
    site = learn.learned(learned(newspaper)[0], None, 2026)
    assert all(map(site.is_article, newspaper.articles))
    site = learn.learned(learned(made("/{s}/{n}", SECTIONS))[0], None, 2026)
    assert not site.is_article(f"{HOME}page/12345")


def stating(*stamps: str, country: str | None, timezone: str | None, name: str = "sahifa") -> SiteDraft:
    """The learned declaration of a newspaper whose pages state these machine-readable moments, one each."""
    newspaper = made("/{s}/{n}", SECTIONS)
    for n, (url, html) in enumerate(newspaper.articles.items()):
        stamp = stamps[n % len(stamps)]
        newspaper.articles[url] = html.replace('"headline"', f'"datePublished": "{stamp}", "headline"')
    found = learn.begin(Newspaper("home", HOME))
    found.spider, found.country, found.timezone = name, country, timezone
    assert asyncio.run(learn.learn(found, newspaper.fetch())) is None
    return found


WINTER, SUMMER = "2026-11-28T09:40:00", "2026-07-14T09:40:00"


@pytest.mark.parametrize(
    ("country", "domain_has", "stamps", "zone"),
    [
        ("PS", None, [f"{WINTER}+02:00"], "Asia/Gaza"),
        ("PS", None, [f"{WINTER}+02:00", f"{SUMMER}+03:00"], "Asia/Gaza"),
        ("ES", None, [f"{WINTER}+0100"], "Europe/Madrid"),
        ("US", None, [f"{SUMMER}-07:00"], None),  # Phoenix and Los Angeles
        ("PS", None, [f"{WINTER}+02:00", f"{WINTER}+03:00"], None),
        ("PS", None, [f"{WINTER}+02:00", WINTER], None),  # one page states no moment
        ("ES", None, [f"{WINTER}+00:00"], None),  # which servers print everywhere
        ("ES", None, [f"{WINTER}Z"], None),
        (None, None, [f"{WINTER}+03:00"], None),  # Riyadh, Baghdad, Kuwait, Istanbul
        ("SA", "Asia/Riyadh", [f"{WINTER}+03:00"], "Asia/Riyadh"),
        ("SA", "Asia/Riyadh", [f"{WINTER}+00:00"], "Asia/Riyadh"),
        ("SA", "Asia/Riyadh", [WINTER], "Asia/Riyadh"),
        ("SA", "Asia/Riyadh", [f"{WINTER}+01:00"], None),
        ("MA", "Africa/Casablanca", [f"{WINTER}+01:00"], "Africa/Casablanca"),  # old zone files
        ("MA", "Africa/Casablanca", [f"{SUMMER}+02:00"], None),
    ],
)
def test_the_clock_is_the_one_of_the_country_that_fits_all_pages(
    country: str | None, domain_has: str | None, stamps: list[str], zone: str | None
) -> None:
    found = stating(*stamps, country=country, timezone=domain_has)
    assert (found.country, found.timezone) == (country, zone)
    lines = [line for line in found.facts if line.startswith("clock ")]
    assert len(lines) == clock.agree(found.stamps)
    assert all((zone or "unknown") in line and "3 pages state" in line for line in lines)
    assert any(line.startswith("`timezone`") for line in found.missing) is (not zone and not domain_has)


def test_the_table_of_newspapers_takes_precedence_over_a_server() -> None:
    given = {"country": "MA", "timezone": "Africa/Casablanca"}
    assert stating(f"{WINTER}+03:00", **given).timezone is None
    assert stating(f"{WINTER}+03:00", **given, name="hespress").timezone == "Africa/Casablanca"


def test_a_clock_that_was_learned_stays_until_the_pages_contradict_it() -> None:
    before = replace(
        learn.learned(learned(made("/{s}/{n}", SECTIONS))[0], None, 2026), timezone="Asia/Riyadh"
    )
    silent = learned(made("/{s}/{n}", SECTIONS))[0]
    assert learn.learned(silent, before, NOW.year).timezone == "Asia/Riyadh"
    same = stating(f"{WINTER}+03:00", country=None, timezone=None)
    assert learn.learned(same, before, NOW.year).timezone == "Asia/Riyadh"
    other = stating(f"{WINTER}+01:00", country=None, timezone=None)
    assert learn.learned(other, before, NOW.year).timezone is None
