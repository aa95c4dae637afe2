"""A site asked what it offers: feeds, sitemaps, an API, the form of its addresses and of its pages."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from newscrawl.discovery import feed, listing, sitemap
from newscrawl.kit import addresses, clock, selectors
from newscrawl.kit.asking import Answer, Fetch
from newscrawl.kit.listed import listed
from newscrawl.page import check, read
from newscrawl.page import meta as meta_
from newscrawl.page.document import parse
from newscrawl.sites import Discovery, Feed, Listing, Markup, Site, Sitemap, WordPress
from newscrawl.sites.families import WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.sites.sources import resolve
from newscrawl.urls import owner
from newscrawl.vocabulary import NO_ORIGIN, FetchFailure, Origin

FEW_LINKS = 10
"""A home page that leads to fewer addresses shows its articles in a browser alone, or has none."""
SAMPLES = 3
"""Article pages that the markup is guessed from."""
_PRODUCT = re.compile(rb'"@type"\s*:\s*\[?\s*"(?:Product|ProductGroup|Offer)"')
_NEWS = re.compile(rb'"@type"\s*:\s*\[?\s*"(?:\w*Article|\w*Posting)"')
_NO_SPIDER = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Found:
    """What is known of a site after a few questions."""

    url: str
    domain: str
    spider: str
    """A name for its spider."""
    name: str = ""
    """The newspaper's own name; empty when no page says it."""
    country: str | None = None
    timezone: str | None = None
    article: str | None = None
    not_article: str | None = None
    discover: list[Discovery] = field(default_factory=list)
    markup: list[Markup] = field(default_factory=list)
    theme: str | None = None
    refused: str | None = None
    missing: list[str] = field(default_factory=list)
    """What somebody has to find out, a sentence each."""
    told: list[str] = field(default_factory=list)
    """What was found, a line each."""
    articles: list[str] = field(default_factory=list)
    """The addresses from which the pattern of articles was made."""
    browser: bool = False
    """May a browser be asked for what a home page shows only there?"""
    render: bool = False
    given: list[Discovery] = field(default_factory=list)
    """The feed or the sitemap that somebody named."""
    unreachable: str | None = None
    """Why the home page could not be read, where that is all that is known."""
    read: int = 0
    """Pages that could be read as articles; ``dated`` of them say their day."""
    dated: int = 0
    sold: int = 0
    """Pages that offer something for sale."""
    clock_given: bool = False
    """Did somebody say which clock it has?"""
    stamps: list[list[dt.datetime]] = field(default_factory=list)
    """The moments that each page that was read states with an offset from UTC, see ``kit.clock``."""

    def site(self, *, article: str | None = None, year: int | None = None) -> Site:
        """The declaration so far, with placeholders for what is missing, or with another article pattern."""
        return Site(
            name=self.name or self.spider,
            domain=self.domain,
            country=self.country,
            timezone=self.timezone,
            article=(self.article or "^$") if article is None else article,
            not_article=self.not_article,
            discover=self.discover,
            markup=self.markup,
            evidence=self.evidence,
            year=year,
            # A newspaper that is asked at a port of its own is allowed it.
            hosts=[urlsplit(self.url).netloc] if urlsplit(self.url).port else (),
            render=self.render,
            refused=self.refused,
        )

    @property
    def evidence(self) -> Literal["saved page", "guess"]:
        """What the declaration rests on: without selectors nobody has looked at how pages are marked up."""
        return "saved page" if self.markup else "guess"


def begin(
    url: str, *, name: str | None = None, country: str | None = None, timezone: str | None = None
) -> Found:
    """What the address alone tells: domain, a name for the spider, country and clock.

    >>> begin("https://www.elbalad.news/").spider, begin("https://ar.sada-elwaha.press.ma/").spider
    ('elbalad', 'sada_elwaha')
    """
    host = (urlsplit(url).hostname or "").lower()
    domain = host.removeprefix("www.")
    spider = name or _NO_SPIDER.sub("_", owner(url).partition(".")[0]).strip("_")
    if not re.match("[a-z]", spider):
        spider = f"site_{spider}"
    known = resolve(spider) or resolve(domain)
    country = country or (known.country if known else None) or _country(domain)
    timezone = timezone or (known.timezone if known else None) or _zone(country)
    return Found(url, domain, spider, known.name if known else "", country, timezone)


async def probe(found: Found, fetch: Fetch) -> Found:
    """Ask the site; about a dozen pages, none of them twice."""
    home = await fetch(Request(urljoin(found.url, "/")))
    if refused := _refusal(home):
        found.refused = refused
        found.missing.append(f"nothing: {refused}, so it is declared as refused and left alone")
        return found
    if isinstance(home.response, TextResponse):
        response = listing.readable(home.response)
    elif found.given:  # all that is needed may stand there
        response = HtmlResponse(home.url, body=b"", encoding="utf-8")
    else:
        found.unreachable = f"{home.url} could not be read ({home.kind or 'no web page'}): {home.said}"
        found.missing.append(found.unreachable)
        return found
    found.name = found.name or _name(response)
    _say_place(found)
    response = await _rendered(found, response, fetch)
    linked = addresses.links(response, found.domain)
    sure = await _sources(found, response, fetch)
    _addresses(found, response, sure, linked)
    if len(linked) < FEW_LINKS and not found.render:
        found.missing.append(
            f"only {len(linked)} links stand in the home page: if a browser shows more, set `render=True`"
        )
    if not found.article:
        found.missing.append(
            "`article`: no form of address stands out among the links; look at three articles"
        )
        return found
    site = found.site()
    candidates = [url for url in [*sure, *addresses.headlines(linked), *linked] if site.is_article(url)]
    await _listings(found, response, [url for url in linked if site.is_article(url)], fetch)
    if not found.discover:
        found.missing.append(
            "`discover`: neither feed nor sitemap nor links of the home page lead to articles"
        )
    await _markup(found, list(dict.fromkeys(candidates)), fetch)
    return found


async def _rendered(found: Found, home: TextResponse, fetch: Fetch) -> TextResponse:
    """The home page as a browser shows it, where it leads nowhere without one and a browser may be asked."""
    if not found.browser or found.given or len(addresses.links(home, found.domain)) >= FEW_LINKS:
        return home
    shown = (await fetch(Request(home.url, meta={"playwright": True}))).response
    if not isinstance(shown, TextResponse) or len(addresses.links(shown, found.domain)) < FEW_LINKS:
        return home
    found.render = True
    found.told.append("rendered  the home page leads to its articles only in a browser")
    return shown


def _refusal(home: Answer) -> str | None:
    """How a site refuses to be crawled, if it does."""
    if home.kind == FetchFailure.ROBOTS:
        return "its robots.txt forbids it"
    if home.response is None and home.said in ("HTTP status 401", "HTTP status 403"):
        return f"it answers our user agent with {home.said}"
    return None


async def _listings(found: Found, home: TextResponse, linked: list[str], fetch: Fetch) -> None:
    """The home page as a list, with those of the sections, unless something surer lists the articles."""
    if not linked or any(isinstance(d, Listing) for d in found.discover):
        return
    site = found.site()
    sections = await _query_sections(home, site, linked, fetch)
    found.discover += [Listing(home.url, follow_sections=not sections), *sections]
    if sections:
        found.told.append(f"sections  {len(sections)} that a query tells apart: {sections[0].url}, …")
    if all(isinstance(d, Listing) for d in found.discover):
        paths = [section.url for section in sections] or listing.section_links(home, site)
        await _older_pages(found, paths[:2], site, fetch)
    if not sections and not listing.section_links(home, site):
        found.missing.append(
            "`discover`: no link of the home page looks like a section's; add a Listing for each section"
        )


async def _sources(found: Found, home: TextResponse, fetch: Fetch) -> list[str]:
    """Add feeds, API and sitemaps to what is declared; gives the articles that they name."""
    every = found.site(article="")
    sure: list[str] = await _given(found, every, fetch)
    advertised = [url for url in listing.advertised_feeds(home) if "comments" not in url][:2]
    for url in advertised or [urljoin(home.url, "/feed")]:
        answer = await fetch(Request(url))
        parsed = (
            feed.parsed(answer.response.body, answer.headers.get("Content-Type")) if answer.response else None
        )
        urls = [entry.url for entry in feed.articles(parsed, url, every, Counter())] if parsed else []
        if urls:
            found.discover.append(Feed(url))
            found.told.append(f"feed      {url}: {len(urls)} articles")
            sure += urls
            break
        if advertised:
            found.told.append(f"feed      {url}: none ({answer.said or 'no article in it'})")
    wordpress = home.css('link[rel="https://api.w.org/"]::attr(href)').get()
    oembed = home.css('link[type="application/json+oembed"]::attr(href)').get("")
    if wordpress or "/wp-json/" in oembed:
        api = WordPress()
        answer = await fetch(Request(urljoin(home.url, api.url.replace("{page}", "1"))))
        if urls := _posts(answer.response):
            found.discover.append(api)
            found.told.append(f"api       WordPress: {len(urls)} posts a page")
            sure += urls
        else:
            found.told.append(f"api       WordPress, closed ({answer.said or 'no list of posts'})")
    if wordpress or oembed or b"/wp-content/" in home.body:
        found.theme = "wordpress"
    robots = await fetch(Request(urljoin(home.url, "/robots.txt"), meta={"dont_obey_robotstxt": True}))
    named = sitemap.named_by_robots(robots.response.body, home.url, every) if robots.response else []
    for url in named[:2]:
        entries = (await listed(Sitemap(url), Request(url), every, fetch))[-1].entries or []
        urls = [entry.url for entry in entries]
        found.told.append(f"sitemap   {url}: {len(urls)} addresses")
        if urls:
            sure += urls[:50]
            if not any(isinstance(d, Sitemap) for d in found.discover):
                found.discover.append(Sitemap())
    if named and len([d for d in found.discover if not isinstance(d, Sitemap)]) > 0:
        # What a feed or an API lists is newer and smaller than a sitemap.
        found.discover = [d for d in found.discover if not isinstance(d, Sitemap)]
    return list(dict.fromkeys(sure))


async def _given(found: Found, every: Site, fetch: Fetch) -> list[str]:
    """The articles of the feed or the sitemap that somebody named."""
    sure: list[str] = []
    for source in found.given:
        assert source.url
        page = (await listed(source, Request(source.url), every, fetch))[-1]
        urls = [entry.url for entry in page.entries or []]
        kind = type(source).__name__.lower()
        found.told.append(f"{kind:<10}{source.url}: {len(urls)} addresses, as was given")
        if urls:
            found.discover.append(source)
            sure += urls[:50]
    return sure


async def _query_sections(
    home: TextResponse, site: Site, at_home: Sequence[str], fetch: Fetch
) -> list[Listing]:
    """The sections whose addresses differ in the query alone, when one of them lists articles of its own."""
    for group in addresses.query_sections(home, site)[:2]:
        answer = await fetch(Request(next(iter(group))))
        if not isinstance(answer.response, TextResponse):
            continue
        links = addresses.links(answer.response, site.domain)
        if len([url for url in links if site.is_article(url) and url not in at_home]) >= SAMPLES:
            return [Listing(url, name=text) for url, text in group.items()][: listing.SECTIONS]
    return []


async def _older_pages(found: Found, sections: Sequence[str], site: Site, fetch: Fetch) -> None:
    """Say so when nothing leads from a section to its older pages: a crawl would stop at the first."""
    for url in sections:
        source = Listing(url)
        page = (await listed(source, Request(url), site, fetch))[0]
        if page.entries and isinstance(page.answer.response, TextResponse):
            if listing.next_page(page.answer.response, source, site) is None:
                found.missing.append(
                    f"`discover`: no way from {url} to its older articles is known; if its pages are "
                    "numbered, write {page} in the address where the number stands"
                )
            return


def _posts(response: Response | None) -> list[str]:
    try:
        said = json.loads(response.body) if response else []
    except ValueError:
        return []
    return [post["link"] for post in said if isinstance(post, dict) and isinstance(post.get("link"), str)]


def _addresses(found: Found, home: TextResponse, sure: Sequence[str], linked: dict[str, int]) -> None:
    """The article pattern, from what is sure; else from the links that read like headlines."""
    likely = addresses.headlines(linked)
    sections = [url for url, words in linked.items() if words <= 3 and url not in likely and url not in sure]
    sections += listing.section_links(home, found.site(article="^$")) if not sure else []
    sections = [url for url in sections if url not in likely]
    articles = list(sure) if len(sure) >= 3 else [*sure, *likely]
    pattern, found.articles = addresses.pattern(articles, sections), articles
    slugs = found.theme == "wordpress" and (not pattern or not re.search(r"\\d", pattern))
    if slugs:
        pattern, found.not_article = WORDPRESS_POST, WORDPRESS_PAGES
    found.article = pattern
    if pattern:
        site = found.site(article=pattern)
        fitting = sum(map(site.is_article, articles))
        found.told.append(f"article   {pattern}  ({fitting} of {len(articles)} article links)")
        wrong = [url for url in sections if site.is_article(url)]
        if wrong:
            found.missing.append(f"`not_article`: {wrong[0]} looks like a section and matches `article`")


async def _markup(found: Found, candidates: Sequence[str], fetch: Fetch) -> None:
    """Read a few articles generically, and guess the selectors that give the same."""
    site = found.site()
    samples: list[selectors.Sample] = []
    for url in candidates[: SAMPLES + 3]:
        if len(samples) == SAMPLES:
            break
        answer = await fetch(Request(url, meta={"playwright": found.render}))
        if not isinstance(answer.response, HtmlResponse):
            found.told.append(f"page      {url}: not read ({answer.kind or 'no web page'} {answer.said})")
            continue
        if _sells(answer.response):
            found.sold += 1
            found.told.append(f"page      {url}: offers something for sale")
            continue
        reason = check(
            read(answer.response.body, answer.response.url, site=site, headers=answer.headers, now=answer.at),
            site,
        )
        if reason:
            found.told.append(f"page      {url}: no article ({reason[0]}: {reason[1]})")
            continue
        samples.append(selectors.sample(answer.response.body, answer.response.url, site, answer.headers))
    found.read, found.dated = len(samples), sum(bool(s.article.day) for s in samples)
    found.stamps = [clock.stamped(s.raw.dates) for s in samples]
    if not samples:
        found.missing.append("`markup`: no article page could be read; see `scrapy try <address>`")
        return
    markup = selectors.theme(samples) if found.theme else None
    if markup:
        found.theme = markup.version
        found.told.append(f"markup    WordPress theme {markup.version}")
        found.markup = [markup]
    else:
        found.theme = None
        guessed = selectors.kept(selectors.guess(samples), samples, site)
        found.markup = [] if selectors.empty(guessed) else [guessed]
    _say_fields(found, samples)


def _sells(page: HtmlResponse) -> bool:
    """Does a page offer something for sale, by its own words for machines?"""
    kinds = page.css('meta[property="og:type"]::attr(content)').get("")
    offers = page.css('[itemtype$="schema.org/Product"]').get() or _PRODUCT.search(page.body)
    return kinds.startswith("product") or (bool(offers) and not _NEWS.search(page.body))


def _say_place(found: Found) -> None:
    """Name the country and the clock as missing where neither the options nor the address give them."""
    if not found.country:
        found.missing.append(
            f"`country`: {found.domain} does not say which; set the ISO 3166 code (`--country MA`)"
        )
    if not found.timezone:
        unknown = f"{found.country} has no single zone" if found.country else "the country is not known"
        found.missing.append(
            f"`timezone`: {unknown}; set the newspaper's IANA zone (`--timezone Africa/Casablanca`)"
        )


def _say_fields(found: Found, samples: Sequence[selectors.Sample]) -> None:
    markup = found.markup[0] if found.markup else Markup()
    for name in ("title", "body", "date", "authors", "section"):
        origins = sorted(
            {s.article.origins.get("dates" if name == "date" else name, NO_ORIGIN) for s in samples}
        )
        selector = getattr(markup, name)
        found.told.append(f"{name:<10}{selector or '-'}  (without it: {', '.join(origins)})")
    count = len(samples)
    undated = [s for s in samples if not s.article.day]
    if undated:
        printed = selectors.printed_days(undated[0], found.site())
        hint = "".join(f"; `{text}` in {place} may be it" for text, place in printed[:2])
        found.missing.append(
            f"`date`: {len(undated)} of {count} pages give no day, see `scrapy try {undated[0].url}`{hint}"
        )
    for name, nothing in (("authors", "the newspaper names none"), ("section", "its pages name none")):
        if not any(getattr(s.article, name) for s in samples) and not getattr(markup, name):
            found.missing.append(f"`{name}`: none found on {count} pages; leave it out if {nothing}")
    lacking = [
        name
        for name, origin in (("title", "title"), ("body", "body"), ("date", "dates"))
        if not getattr(markup, name) and any(s.article.origins.get(origin) == Origin.GENERIC for s in samples)
    ]
    if lacking:
        found.missing.append(f"a selector for {' and '.join(lacking)}: the generic reading carries it so far")


def _name(home: TextResponse) -> str:
    """The newspaper's name as its home page declares it."""
    said = meta_.read(parse(home.body, home.url))
    declared = next((said.names[n][0] for n in meta_.SITE_NAME if said.names.get(n)), "")
    return declared or re.split(r"\s[-–|:]\s|\s*\|\s*", said.title or "")[0].strip()


def _country(domain: str) -> str | None:
    ending = domain.rpartition(".")[2].upper()
    codes = {"UK": "GB"}
    code = codes.get(ending, ending)
    return code if code in clock.zones() and ending not in ("TV", "ME", "IO", "CO", "AI") else None


def _zone(country: str | None) -> str | None:
    known = clock.zones().get(country or "", [])
    return known[0] if len(known) == 1 else None
