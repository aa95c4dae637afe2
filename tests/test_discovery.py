import datetime as dt
import gzip
import json
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from newscrawl import discovery
from newscrawl.discovery import Entry, Walk, api, feed, listing, pager, pages, sitemap
from newscrawl.discovery.entry import entry, moment
from newscrawl.frontier import Validator
from newscrawl.sites import Api, Feed, Listing, Site, Sitemap, WordPress

SITE = Site(
    name="الأيام 24",
    domain="alayam24.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"^/articles-\d+\.html$",
    discover=[Listing("https://www.alayam24.com/")],
)
HOME = "https://www.alayam24.com/"
EXACT = Listing(HOME, links="h2 a")


def page(html: str, url: str = HOME) -> HtmlResponse:
    return HtmlResponse(url, body=html.encode(), encoding="utf-8")


def answer(body: str | bytes, url: str = HOME, number: int = 0) -> Response:
    request = Request(url, meta={"page": number})
    data = body.encode() if isinstance(body, str) else body
    return TextResponse(url, body=data, encoding="utf-8", request=request)


def urls(entries: list[Entry]) -> list[str]:
    return [found.url.removeprefix(HOME) for found in entries]


class TestEntry:
    def test_the_day_of_an_entry_is_on_the_publishers_clock(self) -> None:
        late = "2024-04-20T23:30:00Z"  # half past midnight in Morocco
        assert entry("u", SITE, date=late).day == dt.date(2024, 4, 21)
        changed = entry("u", SITE, modified=late).lastmod
        assert changed == dt.datetime(2024, 4, 20, 23, 30, tzinfo=dt.UTC)
        assert changed
        assert changed.date() == dt.date(2024, 4, 21)

    def test_a_day_without_a_time_begins_on_the_publishers_clock(self) -> None:
        assert entry("u", SITE, modified="2024-04-20").lastmod == dt.datetime(2024, 4, 19, 23, tzinfo=dt.UTC)

    def test_a_false_zone_is_read_as_local_time(self) -> None:
        cairo = Site(
            name="اليوم السابع",
            domain="youm7.com",
            timezone="Africa/Cairo",
            article="x",
            discover=[],
            false_zone=True,
        )
        _, at = moment("2020-08-24T23:23:13Z", cairo)
        assert at == dt.datetime(2020, 8, 24, 21, 23, 13, tzinfo=dt.UTC)

    @pytest.mark.parametrize(
        "printed", ["", "أمس", "2024", "99", -1, 0, 1e30, "١٤٤٥", float("nan"), True, None]
    )
    def test_a_text_without_a_day_gives_no_day(self, printed: Any) -> None:
        assert moment(printed, SITE) == (None, None)

    @pytest.mark.parametrize(
        "printed",
        [
            "31-02-2024", "2024-02-30", "21130", "15:05", "2024-13-45", "13-13-2024",
            "0000-00-00 00:00:00", "Mon, 01 Jan 0001 00:00:00 +0000", "0001-01-01T00:00:00Z",
            "1970-01-01", "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T01:00:00+01:00", "1900-01-01",
            "1980-01-01",
            "9999-12-31T23:59:59Z", "2099-01-01", 10**400, -(10**400), 253402300799, "00000000000000",
        ],
    )  # fmt: skip
    def test_an_impossible_date_gives_no_day(self, printed: Any) -> None:
        """None of these is read as another day, as lenient parsers do, and none ends the walk."""
        assert moment(printed, SITE) == (None, None)

    @pytest.mark.parametrize(
        ("printed", "day"),
        [
            ("12-13-2024", "2024-12-13"),
            ("29-09-1445هـ", "2024-04-09"),
            ("Wed, 27 Mar 24 23:30:00 +0100", "2024-03-27"),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("Sunday, 06-Nov-16 08:49:37 GMT", "2016-11-06"),
            ("1711571400", "2024-03-27"),
            (1711571400000, "2024-03-27"),
            (1711571400.5, "2024-03-27"),
            ("١٧١١٥٧١٤٠٠", "2024-03-27"),
            ("/Date(1711571400000)/", "2024-03-27"),
            ("الأربعاء 27 مارس 2024", "2024-03-27"),
            ("2025-11-03T08:15:09 03:00", "2025-11-03"),
        ],
    )
    def test_all_lists_use_one_date_reader(self, printed: Any, day: str | None) -> None:
        found = moment(printed, SITE)[0]
        assert (found and str(found)) == day

    @given(st.text(max_size=40) | st.floats() | st.integers() | st.datetimes(timezones=st.just(dt.UTC)))
    @settings(max_examples=300, derandomize=True, deadline=None)
    def test_no_date_raises_an_error(self, printed: Any) -> None:
        entry("https://www.alayam24.com/articles-1.html", SITE, date=printed, modified=printed)

    def test_the_title_of_an_entry_is_plain_text(self) -> None:
        assert entry("u", SITE, title="قمة <b>الرباط</b> &#8211; عاجل").title == "قمة الرباط – عاجل"


class TestListing:
    def test_article_links_are_found_once_each_in_their_order(self) -> None:
        response = page(
            "<a href='/articles-2.html'>ب</a><a href='https://www.alayam24.com/articles-1.html#top'>أ</a>"
            "<a href='/articles-2.html'>ب</a><a href='/about'>من نحن</a><a href='https://other.ma/articles-3.html'>ج</a>"
            "<a href='mailto:a@b.ma'>راسلنا</a><a href='http://[broken'>د</a><a>ه</a>"
        )
        found = listing.article_links(response, SITE, Listing(HOME))
        assert urls(found) == ["articles-2.html", "articles-1.html"]

    @pytest.mark.parametrize("links", ["div.card", "a.link", "a.link::attr(href)"])
    def test_a_selector_may_name_the_card_the_link_or_its_address(self, links: str) -> None:
        response = page(
            "<div class=card><a class=link href='/articles-2.html'>خبر</a></div><a href='/articles-3.html'>"
        )
        assert urls(listing.article_links(response, SITE, Listing(HOME, links=links))) == ["articles-2.html"]

    def test_a_tracked_link_counts_as_the_link_to_its_article(self) -> None:
        assert SITE.is_article("http://alayam24.com/articles-7.html?utm_source=home")
        assert not SITE.is_article("https://www.alayam24.com/articles-7.html?page=2")
        assert not SITE.is_article("https://notalayam24.com/articles-7.html")
        assert not SITE.is_article("http://[broken")

    def test_section_links_are_neither_articles_nor_services(self) -> None:
        response = page(
            "<a href='/politics'>سياسة</a><a href='/sport/football/'>كرة</a>"
            "<a href='/articles-1.html'>خبر</a><a href='/contact'>اتصل بنا</a>"
            "<a href='/feed'>RSS</a><a href='/a/b/c'>عميق</a><a href='/?s=x'>بحث</a>"
            "<a href='/file.pdf'>ملف</a><a href='https://other.ma/politics'>آخر</a><a href='/'>الرئيسية</a>"
        )
        assert listing.section_links(response, SITE) == [f"{HOME}politics", f"{HOME}sport/football/"]
        assert listing.section_name(f"{HOME}sport/football/") == "football"

    @pytest.mark.parametrize(
        ("link", "following"),
        [
            ("<a rel='nofollow next' href='?page=2'>2</a>", "?page=2"),
            ("<ul class=pagination><li class=next><a href='/page/2'>»</a></li></ul>", "page/2"),
            ("<a href='/archive/2'>التالي »</a>", "archive/2"),
            ("<a href='/old'>الصفحة التالية</a>", "old"),
            ("<a href='?paged=3'>3</a><a href='?paged=2'>2</a>", "?paged=2"),
            ("<a href='/page/2/'>2</a>", "page/2/"),
            ("<a rel=next href='/'>التالي</a>", None),
            ("<a rel=next href='https://other.ma/?page=2'>التالي</a>", None),
            ("<a rel=next href='/articles-4.html'>التالي</a>", None),
            ("<a href='?page=3'>3</a><p>لا شيء</p>", None),
            ("<a href='?p=3'>3</a><a href='?p=2'>٢</a>", "?p=2"),
            ("<a href='?p=2'>كرة القدم</a>", None),
            ("<a href='?cat=1&p=2'>2</a>", None),
        ],
    )
    def test_the_next_page(self, link: str, following: str | None) -> None:
        found = listing.next_page(page(link), Listing(HOME), SITE)
        assert found == (HOME + following if following else None)

    @given(
        st.sampled_from(
            ["{}?page=", "{}?x=1&page=", "{}?page={}&x=1", "{}?paged=", "{}page/", "{}articles/page:"]
        ),
        st.integers(1, 10**6),
        st.integers(1, 10**6),
    )
    @settings(max_examples=200, derandomize=True, deadline=None)
    def test_a_page_follows_another_only_if_its_number_is_one_higher(
        self, shape: str, here: int, there: int
    ) -> None:
        def at(number: int) -> str:
            return shape.format(HOME, number) if shape.count("{}") == 2 else shape.format(HOME) + str(number)

        assert pager.follows(at(there), at(here)) == (there == here + 1)

    def test_html_inside_json(self) -> None:
        okaz = Listing("/more", form={"page": "{page}"}, html="html", links="h3 a")
        found = listing.read_listing(
            answer(json.dumps({"html": "<h3><a href='/articles-5.html'>خبر</a></h3>"})), okaz, SITE
        )
        assert found
        assert urls(found.entries) == ["articles-5.html"]
        assert (found.after[0].method, found.after[0].body) == ("POST", b"page=2")
        for other in ("<html>خطأ</html>", "", "[1", '{"html": 3}'):
            nothing = listing.read_listing(answer(other), okaz, SITE)
            assert nothing is None or nothing.entries == []

    def test_a_file_is_not_a_page(self) -> None:
        assert listing.read_listing(Response(HOME, body=b"%PDF"), Listing(HOME), SITE) is None

    def test_feeds_of_comments_are_left_out(self) -> None:
        response = page(
            "<link rel=alternate type='application/rss+xml' href='/feed'>"
            "<link rel=alternate type='application/rss+xml' href='/comments/feed'>"
        )
        assert listing.advertised_feeds(response) == [f"{HOME}feed"]


class TestRequests:
    def test_numbered_pages_forms_and_json(self) -> None:
        assert pages.page(Listing("/news?paged={page}"), 0, HOME).url == f"{HOME}news?paged=1"
        posted = pages.page(Api("/search", json={"from": "{page}", "q": "الرباط"}, first=0, step=20), 2, HOME)
        assert (posted.method, json.loads(posted.body)) == ("POST", {"from": 40, "q": "الرباط"})
        assert pages.name(Listing("/more", form={"page": "{page}"}), HOME) == f"{HOME}more page=1"

    def test_a_dated_sitemap_is_walked_from_the_newest_file_and_keeps_its_name(self) -> None:
        padded = Sitemap("/{year}/{month:02}/{day:02}.xml")
        asked = pages.first(padded, HOME, dt.date(2024, 2, 29), dt.date(2024, 3, 1))
        assert [request.url for request in asked] == [f"{HOME}2024/03/01.xml", f"{HOME}2024/02/29.xml"]
        assert pages.name(padded, HOME) == HOME + "{year}/{month:02}/{day:02}.xml"
        assert pages.first(padded, HOME, dt.date(2024, 3, 2), dt.date(2024, 3, 1)) == []

    def test_a_wrong_declaration_is_named_with_its_remedy(self) -> None:
        with pytest.raises(ValueError, match=r"month:02"):
            Sitemap("/news-{mm}.xml")
        with pytest.raises(ValueError, match=r"Api\(items='data\['\) is not valid JMESPath"):
            Api("/api", items="data[")

    def test_the_home_page_is_on_the_host_of_the_declaration(self) -> None:
        assert SITE.home == HOME
        abroad = Site(
            name="بي بي سي", domain="bbc.com", timezone="Europe/London", article="x",
            discover=[Feed("https://feeds.bbci.co.uk/arabic/rss.xml"), WordPress()],
        )  # fmt: skip
        assert abroad.home == "https://bbc.com/"


class TestFeed:
    def test_entries_carry_their_dates(self) -> None:
        body = (
            "<rss version='2.0'><channel>"
            "<item><title>خبر</title><link> https://www.alayam24.com/articles-1.html </link>"
            "<pubDate>Sat, 20 Apr 2024 23:30:00 +0000</pubDate></item>"
            "<item><link>https://www.alayam24.com/about</link></item>"
            "<item><link>https://feeds.example.org/x</link>"
            "<guid>https://www.alayam24.com/articles-2.html</guid></item></channel></rss>"
        )
        found = feed.read_feed(answer(body), Feed(), SITE)
        assert found
        one, two = found.entries
        assert (one.title, one.day, one.lastmod) == ("خبر", dt.date(2024, 4, 21), None)
        assert one.date == "Sat, 20 Apr 2024 23:30:00 +0000"
        assert two.url == f"{HOME}articles-2.html"

    def test_an_arabic_date_in_a_feed(self) -> None:
        body = (
            "<rss version='2.0'><channel><item><link>https://www.alayam24.com/articles-1.html</link>"
            "<pubDate>الأربعاء، 27 مارس 2024 10:00</pubDate></item></channel></rss>"
        )
        found = feed.read_feed(answer(body), Feed(), SITE)
        assert found
        assert found.entries[0].day == dt.date(2024, 3, 27)

    def test_the_older_part_of_a_feed(self) -> None:
        atom = (
            "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='/feed?p=2'/>"
            "<entry><link href='https://www.alayam24.com/articles-1.html'/>"
            "<published>2024-03-27T10:00:00Z</published><updated>2024-03-28T10:00:00Z</updated></entry></feed>"
        )
        found = feed.read_feed(answer(atom), Feed(), SITE)
        assert found
        assert [request.url for request in found.after] == [f"{HOME}feed?p=2"]
        assert found.entries[0].lastmod == dt.datetime(2024, 3, 28, 10, tzinfo=dt.UTC)
        numbered = feed.read_feed(answer(atom), Feed("/feed/?paged={page}"), SITE)
        assert numbered
        assert [request.url for request in numbered.after] == [f"{HOME}feed/?paged=2"]

    def test_a_response_that_is_not_a_feed(self) -> None:
        for body in (b"<html>not a feed", b"", b"/etc/passwd", b"\x1f\x8b broken"):
            assert feed.read_feed(answer(body), Feed(), SITE) is None

    def test_an_impossible_date_does_not_lose_the_entry(self) -> None:
        dates = (
            "31-02-2024",
            "0000-00-00 00:00:00",
            "Mon, 01 Jan 0001 00:00:00 +0000",
            "9999-12-31T23:59:59Z",
            "",
        )
        items = "".join(
            f"<item><link>{HOME}articles-{n}.html</link><pubDate>{date}</pubDate><atom:updated>{date}</atom:updated></item>"
            for n, date in enumerate((*dates, "Wed, 27 Mar 24 10:00:00 +0000"))
        )
        body = f"<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>{items}</channel></rss>"
        found = feed.read_feed(answer(body), Feed(), SITE)
        assert found
        assert [entry.day for entry in found.entries] == [None] * len(dates) + [dt.date(2024, 3, 27)]


def urlset(*entries: tuple[str, str | None]) -> bytes:
    rows = "".join(
        f"<url><loc>{loc}</loc>{f'<lastmod>{mod}</lastmod>' if mod else ''}"
        "<image:image><image:loc>https://www.alayam24.com/articles-9.html</image:loc></image:image></url>"
        for loc, mod in entries
    )
    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>{rows}</urlset>"
    ).encode()


def files(*entries: tuple[str, str | None]) -> bytes:
    return (
        urlset(*entries)
        .replace(b"<url>", b"<sitemap>")
        .replace(b"</url>", b"</sitemap>")
        .replace(b"urlset", b"sitemapindex")
    )


class TestSitemap:
    def read(self, body: bytes, walk: Walk | None = None) -> discovery.ListPage | None:
        return discovery.read_list_page(answer(body), walk or Walk(HOME, Sitemap(f"{HOME}sitemap.xml")), SITE)

    def entries(self, body: bytes) -> list[Entry]:
        found = self.read(body)
        assert found
        return found.entries

    def test_the_newest_come_first(self) -> None:
        body = urlset(
            (f"{HOME}articles-1.html", "2024-03-01"),
            (f"{HOME}articles-2.html", "2024-03-27T10:00:00+01:00"),
            (f"{HOME}politics", "2024-03-28"),
        )
        for packed in (body, gzip.compress(body)):
            found = self.entries(packed)
            assert urls(found) == ["articles-2.html", "articles-1.html"]
            assert found[0].lastmod == dt.datetime(2024, 3, 27, 9, tzinfo=dt.UTC)

    def test_a_change_is_not_a_publication(self) -> None:
        (found,) = self.entries(urlset((f"{HOME}articles-1.html", "2024-03-27")))
        walk = Walk(HOME, Sitemap(HOME), until=dt.date(2024, 3, 20))
        assert found.day is None
        assert walk.wants(found)  # published by the 27th, perhaps before the 20th

    def test_a_long_sitemap_without_dates_lists_no_recent_articles(self) -> None:
        many = [(f"{HOME}articles-{n}.html", None) for n in range(sitemap.UNDATED + 1)]
        assert self.entries(urlset(*many)) == []
        assert len(self.entries(urlset(*many[:9]))) == 9

    def test_a_moment_shared_by_all_entries_is_that_of_the_file(self) -> None:
        every = [(f"{HOME}articles-{n}.html", "2024-03-27T10:00:00Z") for n in range(sitemap.SAME_MOMENT)]
        assert {found.lastmod for found in self.entries(urlset(*every))} == {None}
        assert None not in {found.lastmod for found in self.entries(urlset(*every[:5]))}

    def test_an_index_gives_the_files_that_may_contain_the_requested_days(self) -> None:
        walk = Walk(HOME, Sitemap(HOME), since=dt.date(2024, 3, 20), until=dt.date(2024, 4, 10))
        body = files(
            (f"{HOME}post-sitemap1.xml", None), (f"{HOME}post-sitemap2.xml", None),
            (f"{HOME}post-sitemap3.xml", None), (f"{HOME}old.xml", "2019-01-01"),
            (f"{HOME}news-2024-2.xml", None), (f"{HOME}news-2024-3.xml", None),
            (f"{HOME}2024/04/x.xml", None), (f"{HOME}news-202405.xml", None),
            (f"{HOME}new.xml", "2024-05-27"), (f"{HOME}post_tag-sitemap.xml", "2024-05-27"),
            (f"{HOME}wp-sitemap-taxonomies-category-1.xml", None),
        )  # fmt: skip
        found = self.read(body, walk)
        assert found
        assert found.index
        assert [request.url.removeprefix(HOME) for request in found.after] == [
            "new.xml", "2024/04/x.xml", "news-2024-3.xml",
            "post-sitemap3.xml", "post-sitemap1.xml", "post-sitemap2.xml",
        ]  # fmt: skip

    def test_the_declaration_may_say_which_files_hold_articles(self) -> None:
        walk = Walk(HOME, Sitemap(HOME, files=r"/tag-"))
        found = self.read(files((f"{HOME}tag-sitemap.xml", None), (f"{HOME}post-sitemap.xml", None)), walk)
        assert found
        assert [request.url for request in found.after] == [f"{HOME}tag-sitemap.xml"]

    @given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), st.sampled_from("-_/."), st.booleans())
    @settings(max_examples=200, derandomize=True, deadline=None)
    def test_a_file_named_by_a_period_holds_its_days(self, day: dt.date, sep: str, padded: bool) -> None:
        y, m, d = (
            (f"{day.year}", f"{day.month:02}", f"{day.day:02}")
            if padded
            else map(str, (day.year, day.month, day.day))
        )
        month = sitemap.period(f"/news{sep}{y}{sep}{m}.xml")
        assert month
        assert month[0] <= day <= month[1]
        assert (month[1] - month[0]).days < 31
        assert sitemap.period(f"/news{sep}{y}{sep}{m}{sep}{d}.xml") == (day, day)
        assert sitemap.period(f"/news-{day:%Y%m%d}.xml") == (day, day)
        year = sitemap.period(f"/news-{y}.xml")
        assert year
        assert year[0] <= day <= year[1]

    def test_a_number_of_files_is_not_a_year(self) -> None:
        assert sitemap.period("/post-sitemap2024.xml") is None
        assert sitemap.period("/post-sitemap12.xml") is None

    def test_a_feed_that_is_declared_as_a_sitemap(self) -> None:
        rss = f"<rss version='2.0'><channel><item><link>{HOME}articles-1.html</link></item></channel></rss>"
        assert urls(self.entries(rss.encode())) == ["articles-1.html"]

    def test_a_response_that_is_not_a_sitemap(self) -> None:
        for body in (b"", b"<html><p>404", b"\x1f\x8b broken gzip", "غير موجود".encode()):
            assert self.read(body) is None

    def test_a_truncated_sitemap_gives_the_entries_that_it_has(self) -> None:
        whole = urlset((f"{HOME}articles-1.html", None), (f"{HOME}articles-2.html", None))
        assert urls(self.entries(whole[: whole.index(b"articles-2")])) == ["articles-1.html"]

    def test_no_entity_is_expanded(self) -> None:
        body = b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + urlset(
            (f"{HOME}articles-1.html", "&e;")
        )
        (found,) = self.entries(body)
        assert found.lastmod is None

    def test_an_article_or_file_with_a_zero_date_does_not_count_as_old(self) -> None:
        body = urlset(
            (f"{HOME}articles-1.html", "1970-01-01T00:00:00Z"), (f"{HOME}articles-2.html", "0001-01-01")
        )
        walk = Walk(HOME, Sitemap(f"{HOME}sitemap.xml"), since=dt.date(2024, 3, 20))
        entries = self.entries(body)
        assert [entry.days for entry in entries] == [(None, None)] * 2
        assert all(map(walk.wants, entries))
        files = [(f"{HOME}a.xml", "1970-01-01"), (f"{HOME}b.xml", "0000-00-00")]
        assert sitemap.wanted_files(files, walk, SITE) == [f"{HOME}a.xml", f"{HOME}b.xml"]


class TestApi:
    def test_a_number_of_any_length_does_not_lose_the_entry(self) -> None:
        api_ = Api("/news", items="data", link="url", date="at")
        for number in (10**30, "9" * 5000):
            body = f'{{"data": [{{"url": "{HOME}articles-1.html", "at": {number}, "views": {"8" * 5000}}}]}}'
            found = api.read_api(answer(body), api_, SITE)
            assert found
            assert [(entry.url, entry.day) for entry in found.entries] == [(f"{HOME}articles-1.html", None)]

    def test_declared_paths(self) -> None:
        spa = Api(
            "/news?start={page}", first=0, step=10, items="data",
            link="join('', ['https://www.alayam24.com/articles-', to_string(uuid), '.html'])",
            date="published_at", title="title", modified="changed",
        )  # fmt: skip
        body = json.dumps({"data": [
            {"uuid": 7, "title": "خبر", "published_at": 1711571400, "changed": "2024-03-28T10:00:00Z"},
            {"uuid": None}, {"title": "بلا رابط"}, "x", None,
        ]})  # fmt: skip
        found = api.read_api(answer(body), spa, SITE)
        assert found
        (first,) = [entry for entry in found.entries if entry.url.endswith("-7.html")]
        assert (first.day, first.title) == (dt.date(2024, 3, 27), "خبر")
        assert first.lastmod == dt.datetime(2024, 3, 28, 10, tzinfo=dt.UTC)
        assert [request.url for request in found.after] == [f"{HOME}news?start=10"]

    def test_dates_of_wordpress_without_a_zone_are_utc(self) -> None:
        body = json.dumps([
            {"link": f"{HOME}articles-1.html", "date_gmt": "2024-04-20T23:30:00", "modified_gmt": None,
             "title": {"rendered": "قمة &#8211; الرباط"}},
        ])  # fmt: skip
        found = api.read_api(answer(body), WordPress(), SITE)
        assert found
        (first,) = found.entries
        assert (first.day, first.title, first.lastmod) == (dt.date(2024, 4, 21), "قمة – الرباط", None)

    def test_the_next_page_by_its_address(self) -> None:
        body = json.dumps({"items": [], "links": {"next": "/api?cursor=abc"}})
        found = api.read_api(answer(body), Api("/api", items="items", next="links.next"), SITE)
        assert found
        assert [request.url for request in found.after] == [f"{HOME}api?cursor=abc"]

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from(["data", "title", "link"]), inner)
            ),
            max_leaves=12,
        )
    )
    @settings(max_examples=200, derandomize=True, deadline=None)
    def test_no_response_raises_an_error(self, data: Any) -> None:
        for declared in (Api("/x", items="data", date="title", title="title"), WordPress()):
            api.read_api(answer(json.dumps(data)), declared, SITE)

    def test_a_response_that_is_not_json(self) -> None:
        for body in (b"", b"<html>", b"[1", b'{"code": "rest_no_route"}', b"\xff\xfe"):
            assert api.read_api(answer(body), WordPress(), SITE) is None


class TestWalk:
    def turned(self, walk: Walk, keys: list[str], days: list[str] | None = None, more: bool = True) -> Any:
        walk.upcoming = deque([Request(f"{HOME}?page={walk.pages_read + 2}")] if more else [])
        walk.turn(keys)
        walk.days = [dt.date.fromisoformat(day) for day in days or []]
        return walk.next()

    @pytest.mark.parametrize("source", [EXACT, Listing(HOME), WordPress()])
    def test_a_walk_ends_at_the_mark_of_the_last_walk(self, source: Listing | Api) -> None:
        walk = Walk(HOME, source, mark=frozenset("def"))
        assert self.turned(walk, ["a", "b", "c"])
        assert self.turned(walk, ["c", "d"]) is None
        assert walk.leaves_mark
        assert walk.newest == ["a", "b", "c", "d"]

    def test_a_pinned_article_does_not_end_a_walk(self) -> None:
        for source in (EXACT, Listing(HOME)):
            assert self.turned(Walk(HOME, source, mark=frozenset("def")), ["d", "a", "b"])

    def test_a_sidebar_does_not_end_a_walk(self) -> None:
        walk = Walk(HOME, Listing(HOME), mark=frozenset("def"))
        assert self.turned(walk, ["a", "b", "f"])
        assert self.turned(walk, ["c", "d", "f"])
        assert self.turned(walk, ["e", "f"]) is None

    def test_a_walk_ends_when_a_whole_page_is_too_old(self) -> None:
        walk = Walk(HOME, EXACT, since=dt.date(2024, 3, 20))
        assert self.turned(walk, ["a", "b"], ["2024-03-19", "2024-03-21"])
        assert self.turned(walk, ["c", "d"], ["2024-03-18", "2024-03-19"]) is None
        assert walk.completed

    def test_a_first_walk_has_a_horizon_in_pages(self) -> None:
        walk = Walk(HOME, EXACT, pages_left=2)
        assert self.turned(walk, ["a"])
        assert self.turned(walk, ["b"]) is None
        assert walk.leaves_mark

    def test_a_walk_leaves_a_site_that_repeats_its_pages(self) -> None:
        walk = Walk(HOME, EXACT)
        assert self.turned(walk, ["a", "b"])
        assert [bool(self.turned(walk, ["a", "b"])) for _ in range(4)] == [True, True, True, False]
        assert walk.completed
        circle = Walk(HOME, EXACT)
        circle.upcoming = deque([Request(HOME), Request(HOME)])
        assert circle.next()
        assert circle.next() is None

    def test_a_sitemap_without_articles_does_not_end_a_walk(self) -> None:
        walk = Walk(HOME, Sitemap(HOME))
        assert self.turned(walk, [])

    def test_a_failed_page_leaves_no_mark(self) -> None:
        walk = Walk(HOME, EXACT, failed=True)
        self.turned(walk, ["a"], more=False)
        assert not walk.leaves_mark

    def test_days_that_were_left_out_leave_no_mark(self) -> None:
        until = Walk(HOME, EXACT, until=dt.date(2024, 3, 20))
        since = Walk(HOME, EXACT, mark=frozenset("z"), since=dt.date(2024, 3, 20), gapless=False)
        for walk in (until, since):
            self.turned(walk, ["a"], more=False)
            assert walk.completed
            assert not walk.leaves_mark

    def test_an_unchanged_page_ends_a_walk_and_renews_the_mark(self) -> None:
        known = Validator(HOME, '"1"', None, dt.datetime(2024, 3, 27, tzinfo=dt.UTC))
        walk = Walk(HOME, EXACT, mark=frozenset("ab"))
        walk.unchanged(known, ["a", "b"])
        assert walk.next() is None
        assert walk.leaves_mark
        assert (walk.newest, walk.validators) == (["a", "b"], {HOME: known})
        several = Walk(HOME, Sitemap(HOME), mark=frozenset("ab"), upcoming=deque([Request(f"{HOME}2.xml")]))
        several.unchanged(known, ["a", "b"])
        assert several.next()

    def test_a_list_that_no_longer_reaches_the_mark_has_a_gap(self) -> None:
        lost = Walk(HOME, Feed(HOME), mark=frozenset("xyz"))
        kept = Walk(HOME, Feed(HOME), mark=frozenset("ayz"))
        for walk in (lost, kept):
            self.turned(walk, ["b", "a", "c"], more=False)
        assert (lost.gap, kept.gap) == (True, False)

    def test_an_entry_is_wanted_by_its_own_date(self) -> None:
        walk = Walk(HOME, EXACT, since=dt.date(2024, 3, 20), until=dt.date(2024, 3, 25))
        assert walk.wants(Entry("u"))
        assert walk.wants(Entry("u", day=dt.date(2024, 3, 20)))
        assert not walk.wants(Entry("u", day=dt.date(2024, 3, 19)))
        assert not walk.wants(Entry("u", day=dt.date(2024, 3, 26)))
        changed = dt.datetime(2024, 3, 22, tzinfo=dt.UTC)
        assert walk.wants(Entry("u", day=dt.date(2024, 3, 1), lastmod=changed))
        assert not walk.wants(Entry("u", lastmod=dt.datetime(2024, 3, 1, tzinfo=dt.UTC)))

    def test_a_day_in_the_address_may_be_off_by_one(self) -> None:
        walk = Walk(HOME, EXACT, since=dt.date(2024, 3, 20), until=dt.date(2024, 3, 25))
        story = "https://www.aljazeera.net/politics/2024/3/{}/x"
        assert [day for day in range(17, 29) if walk.wants(Entry(story.format(day)))] == list(range(19, 27))

    def test_neither_a_day_in_a_slug_nor_a_future_day_ends_a_walk(self) -> None:
        history = Entry(f"{HOME}أحداث-2001-9-11-وما-بعدها-1.html")
        assert history.days == (None, None)
        walk = Walk(HOME, Listing(HOME), since=dt.date(2024, 3, 20), today=dt.date(2024, 3, 27))
        assert walk.wants(history)
        to_come = Entry("u", day=dt.date(2044, 3, 27))
        assert walk.days_of(to_come) == (None, None)
        assert walk.wants(to_come)
        walk.until = dt.date(2024, 3, 25)
        assert walk.wants(to_come)

    @given(data=st.data())
    @settings(max_examples=300, derandomize=True, deadline=None)
    def test_after_any_gap_a_walk_finds_every_new_article(self, data: st.DataObject) -> None:
        """Whatever else a page shows, walks from mark to mark miss no article, and they end."""
        size = data.draw(st.integers(2, 8), label="articles on a page")
        frame = [
            str(n) for n in data.draw(st.lists(st.integers(0, 99), max_size=6, unique=True), label="sidebar")
        ]
        exact = data.draw(st.booleans(), label="exact")
        on_site = [str(n) for n in range(100, 100 - data.draw(st.integers(1, 40)), -1)]
        mark: frozenset[str] = frozenset()
        known: set[str] = set()
        for new in data.draw(st.lists(st.integers(0, 30), min_size=1, max_size=4), label="new articles"):
            highest = int(on_site[0])
            on_site = [str(highest + n) for n in range(new, 0, -1)] + on_site
            parts = [on_site[start : start + size] for start in range(0, len(on_site), size)]
            walk = Walk(HOME, EXACT if exact else Listing(HOME), mark=mark)
            for number, part in enumerate(parts):
                shown = part if exact else [*frame, *part, *frame[::-1]]
                walk.upcoming = deque(
                    [Request(f"{HOME}?page={number + 2}")] if number + 1 < len(parts) else []
                )
                walk.turn(list(dict.fromkeys(shown)))
                known |= set(shown)
                if walk.next() is None:
                    break
            assert walk.leaves_mark
            assert set(on_site) <= known
            mark = frozenset(walk.newest)
