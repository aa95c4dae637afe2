"""A site asked what it offers: feeds, sitemaps, an API, the form of its addresses and of its pages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse

from newscrawl.discovery import listing
from newscrawl.kit import addresses, clock, doorway, more, offers, selectors
from newscrawl.kit.asking import Answer, Fetch
from newscrawl.kit.listed import listed
from newscrawl.kit.samples import Kind, Look, Samples
from newscrawl.page import meta
from newscrawl.page.document import parse
from newscrawl.sites import Api, Discovery, Listing, Markup, Site, Sitemap
from newscrawl.sites.families import WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.sites.sources import resolve
from newscrawl.urls import owner
from newscrawl.vocabulary import NO_ORIGIN, FetchFailure, Origin

FEW_LINKS = 10
"""A home page that leads to fewer addresses shows its articles in a browser alone, or has none."""
SAMPLES = 3
"""Article pages that the markup is guessed from."""
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
    sitemaps: list[Sitemap] = field(default_factory=list)
    """The sitemaps that list something; ``names_sitemaps``: does ``robots.txt`` name them?"""
    names_sitemaps: bool = False
    hosts: list[str] = field(default_factory=list)
    """Further hosts on which its articles lie."""
    listed: set[str] = field(default_factory=set)
    """Articles whose day a feed says."""
    dated_by_lists: int = 0
    """Of the pages that were read and say no day, those whose day a feed says."""
    given: list[Discovery] = field(default_factory=list)
    """The feed or the sitemap that somebody named."""
    unreachable: str | None = None
    """Why the home page could not be read, where that is all that is known."""
    read: int = 0
    """Pages that could be read as articles; ``dated`` of them say their day."""
    dated: int = 0
    sold: int = 0
    """Pages that offer something for sale."""
    threads: int = 0
    """Pages that are threads of a forum."""
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
            hosts=[*([urlsplit(self.url).netloc] if urlsplit(self.url).port else ()), *self.hosts],
            render=self.render,
            dated=self.dated == self.read >= SAMPLES,
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
    """Ask the site; about twenty pages."""
    home = await fetch(Request(found.url if urlsplit(found.url).path else urljoin(found.url, "/")))
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
    doorway.settle_host(found, response)
    response = await doorway.behind(found, response, FEW_LINKS, fetch)
    doorway.settle_host(found, response)
    response = await _rendered(found, response, fetch)
    linked = addresses.links(response, owner(f"https://{found.domain}/"))
    found.hosts = doorway.other_hosts(found, addresses.headlines(linked))
    sure = await offers.offered(found, response, fetch)
    pages = Samples(fetch, found.render)
    await _addresses(found, response, sure, linked, pages)
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
    await _markup(found, list(dict.fromkeys(candidates)), pages)
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
    """The home page as a list, with those of the sections and what scripts ask for."""
    lists = any(isinstance(d, Listing) for d in found.discover)
    older = any(isinstance(d, Api) for d in found.discover)
    if linked and not lists:
        site = found.site()
        sections = await _query_sections(home, site, linked, fetch)
        found.discover += [Listing(home.url, follow_sections=not sections), *sections]
        if sections:
            found.told.append(f"sections  {len(sections)} that a query tells apart: {sections[0].url}, …")
        paths = [section.url for section in sections] or listing.section_links(home, site)
        if not older:
            older = await _older(found, home, paths, site, linked, fetch)
        if not paths:
            found.missing.append(
                "`discover`: no link of the home page looks like a section's; add a Listing for each section"
            )
    offers.settle_sitemaps(found, older=older)


async def _query_sections(
    home: TextResponse, site: Site, at_home: Sequence[str], fetch: Fetch
) -> list[Listing]:
    """The sections whose addresses differ in the query alone: one lists what the home page has not, or each
    of two what the other has not.
    """
    for group in addresses.query_sections(home, site)[:2]:
        shown: list[set[str]] = []
        for url in list(group)[:2]:
            answer = await fetch(Request(url))
            if isinstance(answer.response, TextResponse):
                links = addresses.links(answer.response, site.domain)
                shown.append({link for link in links if site.is_article(link)})
        own = [len(articles - set(at_home)) for articles in shown]
        apart = [len(shown[0] - shown[1]), len(shown[1] - shown[0])] if len(shown) > 1 else [0]
        if max(own, default=0) >= SAMPLES or min(apart) >= SAMPLES:
            return [Listing(url, name=text) for url, text in group.items()][: listing.SECTIONS]
    return []


async def _older(
    found: Found, home: TextResponse, sections: Sequence[str], site: Site, linked: Sequence[str], fetch: Fetch
) -> bool:
    """Does anything lead to older articles? Where no link does, a call that a script makes may be added."""
    shown: list[tuple[TextResponse, list[str]]] = [(home, list(linked))]
    for url in sections[:2]:
        source = Listing(url)
        page = (await listed(source, Request(url, meta={"playwright": site.render}), site, fetch))[0]
        if page.entries and isinstance(page.answer.response, TextResponse):
            if listing.next_page(page.answer.response, source, site):
                return True
            shown.append((page.answer.response, [entry.url for entry in page.entries]))
    if listing.next_page(home, Listing(home.url), site):
        return True
    called = [await _by_script(page, known, site, fetch) for page, known in shown]
    added = [one for at, one in enumerate(called) if one and one not in called[:at]]
    found.discover += added
    if added:
        found.told.append(f"script    a script asks for more: {added[0].url}")
        return True
    if sections and all(isinstance(d, Listing) for d in found.discover):
        found.missing.append(
            f"`discover`: no way from {sections[0]} to its older articles is known; if its pages are "
            "numbered, write {page} in the address where the number stands"
        )
    return False


async def _by_script(
    page: TextResponse, known: Sequence[str], site: Site, fetch: Fetch
) -> Listing | Api | None:
    """The list for which a script of a page asks, by what stands in the page, else in its files."""
    called = more.calls(page)
    files = [] if called else more.script_files(page, site)
    texts = [
        answer.response.text
        for url in files
        if isinstance((answer := await fetch(Request(url))).response, TextResponse)
    ]
    for call in called or more.calls(page, texts):
        if source := await more.listing_of(call, site, known, fetch):
            return source
    return None


async def _addresses(
    found: Found, home: TextResponse, sure: Sequence[str], linked: dict[str, int], pages: Samples
) -> None:
    """The article pattern, from what is sure and from the links that read like headlines.

    Where these have several forms, pages of each are read, and a form without an article is left out.
    """
    likely = [url for url in addresses.headlines(linked) if found.site(article="").owns(url)]
    sections = [url for url, words in linked.items() if words <= 3 and url not in likely and url not in sure]
    sections += listing.section_links(home, found.site(article="^$")) if not sure else []
    sections = [url for url in sections if url not in likely]
    articles = list(sure) if len(sure) >= SAMPLES else [*sure, *likely]
    forms = addresses.patterns(articles, sections) or addresses.patterns(sure, sections, sure=True)
    found.articles = articles
    slugs = found.theme == "wordpress" and not any(re.search(r"\\d", form) for form in forms)
    if slugs:
        found.article, found.not_article = WORDPRESS_POST, WORDPRESS_PAGES
    else:
        if len(forms) > 1:
            forms = await pages.kept(forms, articles, [found.site(article=form) for form in forms]) or forms
        elif not forms:
            forms = await _repeated(found, linked, pages)
        found.article = "|".join(forms) or None
    if found.article:
        site = found.site()
        fitting = sum(map(site.is_article, found.articles))
        found.told.append(f"article   {found.article}  ({fitting} of {len(found.articles)} article links)")
        wrong = [url for url in sections if site.is_article(url)]
        if wrong:
            found.missing.append(f"`not_article`: {wrong[0]} looks like a section and matches `article`")


async def _repeated(found: Found, linked: dict[str, int], pages: Samples) -> list[str]:
    """The forms of address of many links, whatever their texts, under which articles with a day lie."""
    own = [url for url in linked if found.site(article="").owns(url)]
    many = addresses.repeated(own)
    forms = addresses.patterns(many, [url for url in own if url not in many])
    kept = await pages.kept(forms, many, [found.site(article=form) for form in forms])
    if kept:
        found.articles = [url for url in many if found.site(article="|".join(kept)).is_article(url)]
    return kept


async def _markup(found: Found, candidates: Sequence[str], pages: Samples) -> None:
    """Read a few articles generically, and guess the selectors that give the same."""
    site = found.site()
    read: list[Look] = []
    for url in candidates[: SAMPLES + 3]:
        if len(read) == SAMPLES:
            break
        look = await pages.look(url, site)
        if look.sample:
            read.append(look)
        else:
            found.told.append(f"page      {url}: {look.said}")
    samples = [look.sample for look in read if look.sample]
    found.read, found.dated = len(read), sum(look.dated for look in read)
    found.dated_by_lists = sum(s.url in found.listed and not s.article.day for s in samples)
    found.sold, found.threads = pages.counted(Kind.GOODS), pages.counted(Kind.THREAD)
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
    said = meta.read_meta(parse(home.body, home.url))
    declared = next((said.names[n][0] for n in meta.SITE_NAME if said.names.get(n)), "")
    return declared or re.split(r"\s[-–|:]\s|\s*\|\s*", said.title or "")[0].strip()


def _country(domain: str) -> str | None:
    ending = domain.rpartition(".")[2].upper()
    codes = {"UK": "GB"}
    code = codes.get(ending, ending)
    return code if code in clock.zones() and ending not in ("TV", "ME", "IO", "CO", "AI") else None


def _zone(country: str | None) -> str | None:
    known = clock.zones().get(country or "", [])
    return known[0] if len(known) == 1 else None
