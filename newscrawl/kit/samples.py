"""Reads pages whose addresses look like articles, to see what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from scrapy import Request
from scrapy.http import HtmlResponse

from newscrawl.kit import selectors
from newscrawl.kit.asking import Answer, Fetch
from newscrawl.page import check, read
from newscrawl.sites import Site
from newscrawl.vocabulary import Origin

_GOODS = re.compile(
    rb'"@type"\s*:\s*\[?\s*"(?:Product|ProductGroup|Offer|AggregateOffer|JobPosting|RealEstateListing'
    rb'|Vehicle|Car|Hotel|Restaurant|SoftwareApplication|Course)"'
)
_NEWS = re.compile(rb'"@type"\s*:\s*\[?\s*"(?:\w*Article|\w*BlogPosting|LiveBlogPosting|Report)"')
_PAGE = re.compile(
    rb'"@type"\s*:\s*\[?\s*"(?:WebPage|AboutPage|ContactPage|CollectionPage|ItemPage|Service)"'
)
_THREAD = re.compile(rb'"@type"\s*:\s*\[?\s*"(?:DiscussionForumPosting|QAPage|Question)"')
_FORUM = re.compile(
    rb"<html[^>]{0,300}\bid=[\"']XF[\"']|<body[^>]{0,300}\bid=[\"'](?:phpbb|vbulletin)"
    rb"|generator[\"'][^>]{0,40}(?:vBulletin|phpBB|XenForo|MyBB|SMF|Discourse|Invision|Vanilla|Flarum)"
    rb"|Powered by (?:vBulletin|phpBB|MyBB|SMF|XenForo)"
    rb"|vbulletin_\w+\.js|/phpbb|ipsLayout",
    re.IGNORECASE,
)
"""Matches marks of common forum software."""
_THREAD_ADDRESS = re.compile(
    r"/(?:threads?|showthread|viewtopic|forums?|discussions?|questions?)\b|[?&](?:topic|threadid|t)=\d|/topic,"
    r"|/(?:منتدى|منتديات|المنتدى|المنتديات)(?:/|$)",
    re.IGNORECASE,
)
_MEMBERS = (
    "اقتباس", "ردود", "إضافة رد", "مشاهدات", "عضو", "تاريخ التسجيل", "المشاركات", "الأعضاء", "أفضل إجابة",
    "quote", "reply", "replies", "joined", "posts:", "members",
)  # fmt: skip
"""Words around the posts of a thread."""
FEW_MEMBERS = 3


_MACHINE = (Origin.JSONLD, Origin.META, Origin.MICRODATA)


class PageKind(StrEnum):
    """The kind of a page."""

    ARTICLE = "article"
    GOODS = "goods"
    THREAD = "thread"
    NONE = "none"


@dataclass(slots=True)
class PageLook:
    """A page that was read, and its kind."""

    kind: PageKind
    detail: str = ""
    """The reason, in words."""
    sample: selectors.Sample | None = None
    dated: bool = False
    """Is it an article that states its day?"""


@dataclass(slots=True)
class Samples:
    """Reads pages, each only once."""

    fetch: Fetch
    render: bool = False
    seen: dict[str, PageLook] = field(default_factory=dict)

    async def look(self, url: str, site: Site) -> PageLook:
        """Read the page at an address."""
        if url not in self.seen:
            answer = await self.fetch(Request(url, meta={"playwright": self.render}))
            self.seen[url] = _look(answer, site)
        return self.seen[url]

    async def kept(self, expressions: Sequence[str], urls: Sequence[str], sites: Sequence[Site]) -> list[str]:
        """The forms of address (``expressions``) that lead to articles with a day.

        ``sites`` has, for each form, the site with that form as its only pattern.
        """
        sure = []
        for number, (expression, site) in enumerate(zip(expressions, sites, strict=True)):
            before = sites[:number]
            own = [url for url in urls if site.is_article(url) and not any(b.is_article(url) for b in before)]
            looks = [await self.look(url, site) for url in own[:EACH]]
            if any(look.dated for look in looks):
                sure.append(expression)
        return sure

    def counted(self, kind: PageKind) -> int:
        """The number of pages of a kind."""
        return sum(look.kind == kind for look in self.seen.values())


EACH = 2
"""Number of pages of each form of address that are read."""


def _look(answer: Answer, site: Site) -> PageLook:
    page = answer.response
    if not isinstance(page, HtmlResponse):
        return PageLook(PageKind.NONE, f"not read ({answer.kind or 'no web page'} {answer.reason})")
    if _sells(page):
        return PageLook(PageKind.GOODS, "offers something for sale")
    if _is_thread(page):
        return PageLook(PageKind.THREAD, "is a thread of a forum")
    article = read(page.body, page.url, site=site, headers=answer.headers, now=answer.at)
    if reason := check(article, site):
        return PageLook(PageKind.NONE, f"no article ({reason[0]}: {reason[1]})")
    sample = selectors.sample(page.body, page.url, site, answer.headers)
    return PageLook(
        PageKind.ARTICLE, sample=sample, dated=bool(sample.article.day) and not _is_page(page, sample)
    )


def _og_type(page: HtmlResponse) -> str:
    return page.css('meta[property="og:type"]::attr(content)').get("")


def _sells(page: HtmlResponse) -> bool:
    """Does the page offer something for sale, according to its machine-readable data?"""
    offers = page.css('[itemtype$="schema.org/Product"]').get() or _GOODS.search(page.body)
    return _og_type(page).startswith("product") or (bool(offers) and not _NEWS.search(page.body))


def _is_thread(page: HtmlResponse) -> bool:
    """Is the page a thread of a forum, by machine-readable data, software, or address and words?"""
    if _NEWS.search(page.body):
        return False
    if (
        _THREAD.search(page.body)
        or page.css('[itemtype$="DiscussionForumPosting"]')
        or _FORUM.search(page.body)
    ):
        return True
    if not _THREAD_ADDRESS.search(page.url):
        return False
    text = page.text.lower()
    return sum(word in text for word in _MEMBERS) >= FEW_MEMBERS


def _is_page(page: HtmlResponse, sample: selectors.Sample) -> bool:
    """Is it a static page? Its day is then that of its creation: no printed date confirms it, and its
    machine-readable data does not call the page an article.
    """
    says = _PAGE.search(page.body) and not _NEWS.search(page.body) and _og_type(page) != "article"
    return bool(says) and all(date.origin in _MACHINE for date in sample.raw.dates)
