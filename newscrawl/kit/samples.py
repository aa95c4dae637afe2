"""Pages that look like articles by their addresses, read to see what they are."""

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
"""What the pages of the usual forums say of their engine."""
_THREAD_ADDRESS = re.compile(
    r"/(?:threads?|showthread|viewtopic|forums?|discussions?|questions?)\b|[?&](?:topic|threadid|t)=\d|/topic,"
    r"|/(?:منتدى|منتديات|المنتدى|المنتديات)(?:/|$)",
    re.IGNORECASE,
)
_MEMBERS = (
    "اقتباس", "ردود", "إضافة رد", "مشاهدات", "عضو", "تاريخ التسجيل", "المشاركات", "الأعضاء", "أفضل إجابة",
    "quote", "reply", "replies", "joined", "posts:", "members",
)  # fmt: skip
"""Words that stand around the posts of a thread."""
FEW_MEMBERS = 3


_MACHINE = (Origin.JSONLD, Origin.META, Origin.MICRODATA)


class PageKind(StrEnum):
    """What a page turned out to be."""

    ARTICLE = "article"
    GOODS = "goods"
    THREAD = "thread"
    NONE = "none"


@dataclass(slots=True)
class PageLook:
    """One page that was read."""

    kind: PageKind
    detail: str = ""
    """What was seen, in words."""
    sample: selectors.Sample | None = None
    dated: bool = False
    """Is it an article that says its day?"""


@dataclass(slots=True)
class Samples:
    """Reads pages, each once."""

    fetch: Fetch
    render: bool = False
    seen: dict[str, PageLook] = field(default_factory=dict)

    async def look(self, url: str, site: Site) -> PageLook:
        """What is at an address."""
        if url not in self.seen:
            answer = await self.fetch(Request(url, meta={"playwright": self.render}))
            self.seen[url] = _look(answer, site)
        return self.seen[url]

    async def kept(self, expressions: Sequence[str], urls: Sequence[str], sites: Sequence[Site]) -> list[str]:
        """Of several forms of addresses those under which articles with a day lie.

        ``sites`` has the site with each form alone.
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
        """How many pages of a kind were read."""
        return sum(look.kind == kind for look in self.seen.values())


EACH = 2
"""Pages of each form of addresses that are read."""


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
    """Does a page offer something, by its own words for machines?"""
    offers = page.css('[itemtype$="schema.org/Product"]').get() or _GOODS.search(page.body)
    return _og_type(page).startswith("product") or (bool(offers) and not _NEWS.search(page.body))


def _is_thread(page: HtmlResponse) -> bool:
    """Is a page a thread of a forum: by its words for machines, its engine, or its address and its words?"""
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
    """Is it a page of a site whose day is that of its making: nothing printed says it, and it is no article
    by its own words for machines?
    """
    says = _PAGE.search(page.body) and not _NEWS.search(page.body) and _og_type(page) != "article"
    return bool(says) and all(date.origin in _MACHINE for date in sample.raw.dates)
