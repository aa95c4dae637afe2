"""Decides whether a page is an article; if not, gives a reason from a closed list."""

from __future__ import annotations

import re

from newscrawl.items import Article
from newscrawl.page import blocks, boilerplate, frames
from newscrawl.page.document import parse, path_of
from newscrawl.sites import Site
from newscrawl.vocabulary import Origin, RejectionReason

NO_ARTICLE = (
    RejectionReason.NOT_HTML,
    RejectionReason.REDIRECTED_HOME,
    RejectionReason.NOT_FOUND,
    RejectionReason.LISTING,
    RejectionReason.NO_TITLE,
    RejectionReason.NO_BODY,
)
"""The reasons for rejection that the page itself shows."""

_TAG = re.compile(
    rb"<\s*(?:html|head|body|title|meta|div|p|h[1-6]|article|span|a|table|center|font)\b", re.IGNORECASE
)
_FEED = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b",
    re.IGNORECASE | re.DOTALL,
)
_HOME = re.compile(r"^/?(?:ar|fr|en|index|home|default)?(?:\.\w{2,5})?/?$", re.IGNORECASE)
_LOST = re.compile(
    r"الصفحه (?:التي تبحث عنها |المطلوبه )?(?:غير موجوده|لم تعد موجوده|غير متوفره|غير متاحه)"
    r"|لم (?:يتم|نتمكن من) العثور علي|هذا (?:الخبر|المقال) (?:غير موجود|تم حذفه)"
    r"|(?:خطا|عفوا|error|erreur).{0,15}404|^404\b|page not found|page (?:introuvable|non trouvee)"
)
MIN_WORDS = 20
"""Minimum number of words in body and lede of an article. A news brief has about 25."""
MIN_WORDS_DECLARED = 8
"""The minimum if a selector of the site found the body: a short text is then really a short article."""
_CARDS = 8


def check(article: Article, site: Site | None = None) -> tuple[RejectionReason, str] | None:
    """The reason why a page is not an article, and a sentence with the details; None for an article.

    The language does not matter: a French page of an Arabic site is an article. A short text is an article if
    a selector of the site found it.

    >>> from newscrawl.page import read
    >>> check(read(b"%PDF-1.7", "https://example.ma/1"))
    ('not_html', 'the answer begins with "%PDF-1.7"')
    """
    beginning = article.page[:65536].replace(b"\0", b"")  # turns the markup of UTF-16 into ASCII
    head = beginning[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    nothing = not (article.page or article.title or article.body)
    if nothing or (article.page and (_FEED.match(head) or not _TAG.search(beginning))):
        start = head[:40].decode("utf-8", "replace")
        return (
            RejectionReason.NOT_HTML,
            f'the answer begins with "{start}"' if start else "the answer is empty",
        )
    if home := _redirected_home(article):
        return RejectionReason.REDIRECTED_HOME, home
    if lost := _lost(article):
        return RejectionReason.NOT_FOUND, lost
    words = article.word_count + len((article.lede or "").split())
    declared = article.origins.get("body") == Origin.MARKUP
    enough = words >= (MIN_WORDS_DECLARED if declared else MIN_WORDS)
    elsewhere = site is not None and not declared and not site.is_article(article.url)
    if (not enough or elsewhere) and (links := _links(article)) >= _CARDS:
        return RejectionReason.LISTING, f"{links} headlines with links, {words} words of text"
    if not article.title:
        return (
            RejectionReason.NO_TITLE,
            "no selector, declaration or heading of the page gives a headline",
        )
    if not enough:
        return RejectionReason.NO_BODY, f"{words} words of text" if words else "no paragraph of text"
    if site is not None and site.dated and _says_no_day(article):
        return RejectionReason.UNDATED, "the page states no day, although all articles of the site do"
    return None


def _says_no_day(article: Article) -> bool:
    published = article.published
    return article.day is None and not (published and (published.earliest or published.latest))


def _redirected_home(article: Article) -> str | None:
    """The sentence for an address that leads to a home page; None if it does not."""
    if not _HOME.match(path_of(article.url)) or "?" in article.url:
        return None
    for url in article.urls:
        if url != article.url and not _HOME.match(path_of(url)):
            return f"{url} leads to {article.url}"
    return f"{article.url} is a home page"


def _lost(article: Article) -> str | None:
    if article.word_count > 80:
        return None
    for text in (article.title[:200], article.body[:200]):
        if hit := _LOST.search(boilerplate.folded(text)):
            return f'the page says "{hit[0]}"'
    return None


def _links(article: Article) -> int:
    """The number of headlines outside the page's frame that link to other articles."""
    cut = blocks.read_blocks(parse(article.page, article.url).root)
    frame = frames.named(cut, None)
    return sum(
        frames.is_headline_link(block) for block, outside in zip(cut.row, frame, strict=True) if not outside
    )
