import datetime as dt
from typing import Any

from scrapy import Request
from scrapy.http import HtmlResponse

from newscrawl import discovery
from newscrawl.discovery import Entry, Walk
from newscrawl.sites import Listing, Site

SITE = Site(
    name="الأيام 24",
    domain="alayam24.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"^/articles-\d+\.html$",
    discover=[],
)
HOME = "https://www.alayam24.com/"


def page(html: str, url: str = HOME) -> HtmlResponse:
    return HtmlResponse(url, body=html.encode(), encoding="utf-8")


def test_article_links_each_once_in_their_order() -> None:
    response = page(
        "<a href='/articles-2.html'>ب</a><a href='https://www.alayam24.com/articles-1.html#top'>أ</a>"
        "<a href='/articles-2.html'>ب</a><a href='/about'>من نحن</a><a href='https://other.ma/articles-3.html'>ج</a>"
        "<a href='mailto:a@b.ma'>راسلنا</a><a href='http://[broken'>د</a><a>ه</a>"
    )
    found = discovery.article_links(response, SITE, Listing(HOME))
    assert [entry.url for entry in found] == [f"{HOME}articles-2.html", f"{HOME}articles-1.html"]


def test_a_tracked_link_to_an_article_is_one() -> None:
    assert SITE.is_article("http://alayam24.com/articles-7.html?utm_source=home")
    assert not SITE.is_article("https://www.alayam24.com/articles-7.html?page=2")
    assert not SITE.is_article("https://notalayam24.com/articles-7.html")


def test_section_links_are_neither_articles_nor_services() -> None:
    response = page(
        "<a href='/politics'>سياسة</a><a href='/sport/football/'>كرة</a><a href='/articles-1.html'>خبر</a>"
        "<a href='/contact'>اتصل بنا</a><a href='/feed'>RSS</a><a href='/a/b/c'>عميق</a><a href='/?s=x'>بحث</a>"
        "<a href='/file.pdf'>ملف</a><a href='https://other.ma/politics'>آخر</a><a href='/'>الرئيسية</a>"
    )
    assert discovery.section_links(response, SITE) == [f"{HOME}politics", f"{HOME}sport/football/"]
    assert discovery.section_name(f"{HOME}sport/football/") == "football"


def test_the_next_page() -> None:
    listing = Listing(HOME)
    assert (
        discovery.next_page(page("<a rel='nofollow next' href='?page=2'>التالي</a>"), listing)
        == f"{HOME}?page=2"
    )
    assert discovery.next_page(page("<a rel=next href='/'>التالي</a>"), listing) is None
    assert discovery.next_page(page("<p>لا شيء</p>"), listing) is None


def test_feed_entries_carry_their_dates() -> None:
    body = (
        "<rss version='2.0'><channel>"
        "<item><title>خبر</title><link>https://www.alayam24.com/articles-1.html</link>"
        "<pubDate>Wed, 27 Mar 2024 23:30:00 +0000</pubDate></item>"
        "<item><link>https://www.alayam24.com/about</link></item></channel></rss>"
    ).encode()
    (entry,) = discovery.feed_entries(body, SITE)
    assert (entry.title, entry.day, entry.lastmod) == ("خبر", dt.date(2024, 3, 27), None)
    assert discovery.feed_entries(b"<html>not a feed", SITE) == []
    assert discovery.feed_entries(b"", SITE) == []


def sitemap(*entries: tuple[str, str | None], index: bool = False) -> bytes:
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    rows = "".join(
        f"<{inner}><loc>{loc}</loc>{f'<lastmod>{mod}</lastmod>' if mod else ''}</{inner}>"
        for loc, mod in entries
    )
    return f"<{outer} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</{outer}>".encode()


def test_sitemaps_are_read_newest_first() -> None:
    body = sitemap(
        (f"{HOME}articles-1.html", "2024-03-01"),
        (f"{HOME}articles-2.html", "2024-03-27T10:00:00+01:00"),
        (f"{HOME}politics", "2024-03-28"),
    )
    entries = discovery.sitemap_entries(body, SITE)
    assert [entry.url[-15:] for entry in entries] == ["articles-2.html", "articles-1.html"]
    assert entries[0].lastmod == dt.datetime(2024, 3, 27, 9, tzinfo=dt.UTC)


def test_a_long_sitemap_without_dates_says_nothing_about_news() -> None:
    many = [(f"{HOME}articles-{n}.html", None) for n in range(discovery.UNDATED_SITEMAP + 1)]
    assert discovery.sitemap_entries(sitemap(*many), SITE) == []
    assert len(discovery.sitemap_entries(sitemap(*many[:9]), SITE)) == 9


def test_an_index_gives_the_sitemaps_that_are_not_too_old() -> None:
    body = sitemap(
        (f"{HOME}old.xml", "2019-01-01"),
        (f"{HOME}new.xml", "2024-03-27"),
        (f"{HOME}any.xml", None),
        index=True,
    )
    walk = Walk(HOME, since=dt.date(2024, 3, 20))
    assert discovery.sitemap_pages(body, walk) == [f"{HOME}new.xml", f"{HOME}any.xml"]
    assert discovery.sitemap_pages(sitemap((f"{HOME}articles-1.html", None)), walk) is None


def test_what_is_no_sitemap_has_no_entries() -> None:
    for body in (b"", b"<html><p>404", b"\x1f\x8b broken gzip", "غير موجود".encode()):
        assert discovery.sitemap_entries(body, SITE) == []
        assert discovery.sitemap_pages(body, Walk(HOME)) is None


class TestWalk:
    def turned(self, walk: Walk, keys: list[str], days: list[str] | None = None, more: bool = True) -> Any:
        walk.upcoming = [Request(f"{HOME}?page={len(walk.newest)}")] if more else []
        walk.turn(keys)
        walk.days = [dt.date.fromisoformat(day) for day in days or []]
        return walk.next()

    def test_it_ends_where_the_last_one_began(self) -> None:
        walk = Walk(HOME, mark=frozenset("def"))
        assert self.turned(walk, ["a", "b", "c"])
        assert self.turned(walk, ["c", "d"]) is None
        assert walk.leaves_mark
        assert walk.newest == ["a", "b", "c", "d"]

    def test_a_pinned_article_of_the_mark_does_not_end_it(self) -> None:
        walk = Walk(HOME, mark=frozenset("def"))
        assert self.turned(walk, ["d", "a", "b"])

    def test_it_ends_when_a_whole_page_is_too_old(self) -> None:
        walk = Walk(HOME, since=dt.date(2024, 3, 20))
        assert self.turned(walk, ["a", "b"], ["2024-03-19", "2024-03-21"])
        assert self.turned(walk, ["c", "d"], ["2024-03-18", "2024-03-19"]) is None
        assert walk.completed

    def test_a_first_walk_has_a_horizon_in_pages(self) -> None:
        walk = Walk(HOME, pages_left=2)
        assert self.turned(walk, ["a"])
        assert self.turned(walk, ["b"]) is None
        assert walk.leaves_mark

    def test_a_site_that_repeats_its_last_page_is_left(self) -> None:
        walk = Walk(HOME)
        assert self.turned(walk, ["a", "b"])
        assert self.turned(walk, ["a", "b"]) is None

    def test_a_failed_page_leaves_no_mark(self) -> None:
        walk = Walk(HOME, failed=True)
        self.turned(walk, ["a"], more=False)
        assert not walk.leaves_mark

    def test_days_that_were_left_out_leave_no_mark(self) -> None:
        until = Walk(HOME, until=dt.date(2024, 3, 20))
        since = Walk(HOME, mark=frozenset("z"), since=dt.date(2024, 3, 20), gapless=False)
        for walk in (until, since):
            self.turned(walk, ["a"], more=False)
            assert walk.completed
            assert not walk.leaves_mark

    def test_an_entry_is_wanted_by_its_own_date(self) -> None:
        walk = Walk(HOME, since=dt.date(2024, 3, 20), until=dt.date(2024, 3, 25))
        assert walk.wants(Entry("u"))
        assert walk.wants(Entry("u", day=dt.date(2024, 3, 20)))
        assert not walk.wants(Entry("u", day=dt.date(2024, 3, 19)))
        assert not walk.wants(Entry("u", day=dt.date(2024, 3, 26)))
        changed = dt.datetime(2024, 3, 22, tzinfo=dt.UTC)
        assert walk.wants(Entry("u", day=dt.date(2024, 3, 1), lastmod=changed))
