"""Which pages are articles, and why the others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newscrawl.items import Article
from newscrawl.page import check, read
from newscrawl.page.check import NO_ARTICLE
from newscrawl.sites import Markup, Site
from tests.page_shapes import SHORT, TITLE, frame, listing

URL = "https://www.sahifa-example.com/news/1.html"
SITE = Site(
    name="صحيفة المثال",
    domain="sahifa-example.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"/news/\d+\.html$",
    discover=[],
    markup=[Markup(title="h1", body="div.story p")],
)


def reason(article: Article, site: Site | None = None) -> str | None:
    found = check(article, site)
    assert found is None or found[0] in NO_ARTICLE
    assert found is None or found[1]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"", "not_html"),
        (b"%PDF-1.7 ...", "not_html"),
        (b'{"title": "x"}', "not_html"),
        (b"<?xml version='1.0'?><rss><channel><title>x</title></channel></rss>", "not_html"),
        (b"<?xml version='1.0'?><!-- by x --><urlset></urlset>", "not_html"),
        (
            "<title>404</title><h1>الصفحة غير موجودة</h1><p>عفوا، الصفحة المطلوبة غير متوفرة.</p>".encode(),
            "not_found",
        ),
        ("<html><body><p>قصير.</p></body></html>".encode(), "no_title"),
        (frame(f"<article><h1>{TITLE}</h1></article>"), "no_body"),
        (listing(), "listing"),
    ],
)
def test_reasons(page: bytes, expected: str) -> None:
    assert reason(read(page, URL)) == expected


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_page_in_utf_16_is_a_web_page(charset: str) -> None:
    page = frame(f"<article><h1>{TITLE}</h1>" + f"<p>{SHORT}</p>" * 9 + "</article>").decode()
    assert reason(read(page.encode(charset), URL)) is None
    feed = "<?xml version='1.0'?><rss><channel><title>x</title></channel></rss>"
    assert reason(read(feed.encode(charset), URL)) == "not_html"


def test_redirect_to_the_home_page() -> None:
    article = read(frame(f"<h1>{TITLE}</h1><p>{SHORT}</p>"), "https://www.sahifa-example.com/")
    article.urls = [URL, *article.urls]
    found = check(article)
    assert found == ("redirected_home", f"{URL} leads to https://www.sahifa-example.com/")


@pytest.mark.parametrize("words", [25, 12])
def test_short_text_in_the_declared_body_is_an_article(words: int) -> None:
    text = " ".join(SHORT.split()[:words]) + "."
    page = frame(f"<h1>{TITLE}</h1><div class='story'><p>{text}</p></div>")
    assert reason(read(page, URL, site=SITE), SITE) is None


def test_a_listing_at_the_address_of_an_article_is_rejected_with_a_declaration_too() -> None:
    assert reason(read(listing(), URL, site=SITE), SITE) == "listing"


@pytest.mark.parametrize("tag", ["p", "li", "div", "h3"])
@pytest.mark.parametrize("body", ["div.text", "div.text p, div.text li, div.text div, div.text h3"])
def test_a_list_of_links_instead_of_the_body_is_not_an_article(tag: str, body: str) -> None:
    links = "".join(f"<{tag}><a href='/news/{n}'>عنوان خبر محلي طويل رقم {n}</a></{tag}>" for n in range(40))
    page = f"<html lang=ar><body><h1>كل المقالات</h1><div class=text>{links}</div></body></html>"
    site = replace(SITE, markup=[Markup(title="h1", body=body)])
    assert reason(read(page.encode(), URL, site=site), site) in ("no_body", "listing")


def test_xhtml_is_html() -> None:
    page = f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{TITLE}</h1><p>{SHORT}</p></body></html>'
    assert reason(read(page.encode(), URL)) is None
