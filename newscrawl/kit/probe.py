"""Finds out what a site offers: feeds, sitemaps, an API, the form of its addresses and of its pages."""

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
from newscrawl.kit.samples import PageKind, PageLook, Samples
from newscrawl.page import meta
from newscrawl.page.document import parse
from newscrawl.sites import Api, Discovery, Listing, Markup, Site, Sitemap, place
from newscrawl.sites.families import LISTS, WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.sites.sources import resolve
from newscrawl.urls import owner
from newscrawl.vocabulary import NO_ORIGIN, FetchFailure, Origin

FEW_LINKS = 10
"""A home page with fewer links shows its articles only in a browser, or has none."""
SAMPLES = 3
"""Number of article pages from which the markup is guessed."""
COMMON_LISTS = (
    "/2021",
    "/2021/05/",
    "/2021/05/12",
    "/page/12345/",
    "/tag/خبر-12345/",
    "/category/خبر/page/3/",
)
"""Examples of lists that any site may have: archives of days, and further pages."""
_NO_SPIDER = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class SiteDraft:
    """A draft of a site's declaration, and what was found about the site on the way."""

    url: str
    domain: str
    spider: str
    """A name for its spider."""
    name: str = ""
    """The newspaper's own name; empty if no page gives it."""
    country: str | None = None
    timezone: str | None = None
    article: str | None = None
    not_article: str | None = None
    discover: list[Discovery] = field(default_factory=list)
    markup: list[Markup] = field(default_factory=list)
    theme: str | None = None
    refused: str | None = None
    missing: list[str] = field(default_factory=list)
    """One sentence for each fact that the user has to find out."""
    facts: list[str] = field(default_factory=list)
    """One line for each fact that was found."""
    articles: list[str] = field(default_factory=list)
    """The addresses from which the article pattern was made."""
    browser: bool = False
    """May a browser be used if the home page is empty without one?"""
    render: bool = False
    sitemaps: list[Sitemap] = field(default_factory=list)
    """The sitemaps with entries; ``names_sitemaps`` says whether ``robots.txt`` names them."""
    names_sitemaps: bool = False
    hosts: list[str] = field(default_factory=list)
    """Further hosts with its articles."""
    listed: set[str] = field(default_factory=set)
    """Articles whose day is in a feed."""
    dated_by_lists: int = 0
    """Number of read pages without a day of their own whose day is in a feed."""
    given: list[Discovery] = field(default_factory=list)
    """The feed or sitemap that the user named."""
    unreachable: str | None = None
    """Why the home page could not be read; None if it could."""
    read: int = 0
    """Number of pages that could be read as articles; ``dated`` of them state their day."""
    dated: int = 0
    sold: int = 0
    """Number of pages that offer something for sale."""
    threads: int = 0
    """Number of pages that are threads of a forum."""
    clock_given: bool = False
    """Did the user name the time zone?"""
    stamps: list[list[dt.datetime]] = field(default_factory=list)
    """For each read page, the moments that it states with an offset from UTC, see ``kit.clock``."""

    def site(self, *, article: str | None = None, year: int | None = None) -> Site:
        """The declaration so far, with placeholders for missing fields, or with another article pattern."""
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
            # The port in the newspaper's address is allowed.
            hosts=[*([urlsplit(self.url).netloc] if urlsplit(self.url).port else ()), *self.hosts],
            render=self.render,
            dated=self.dated == self.read >= SAMPLES,
            refused=self.refused,
        )

    @property
    def evidence(self) -> Literal["saved page", "guess"]:
        """The kind of evidence: ``saved page`` if pages gave selectors, otherwise ``guess``."""
        return "saved page" if self.markup else "guess"


def begin(
    url: str, *, name: str | None = None, country: str | None = None, timezone: str | None = None
) -> SiteDraft:
    """The draft from the address alone: domain, a name for the spider, country and time zone.

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
    return SiteDraft(url, domain, spider, known.name if known else "", country, timezone)


async def probe(draft: SiteDraft, fetch: Fetch) -> SiteDraft:
    """Complete the draft with about twenty requests to the site."""
    home = await fetch(Request(draft.url if urlsplit(draft.url).path else urljoin(draft.url, "/")))
    if refused := _refusal(home):
        draft.refused = refused
        draft.missing.append(f"nothing: {refused}, so the site is declared as refused and not crawled")
        return draft
    if isinstance(home.response, TextResponse):
        response = listing.readable(home.response)
    elif draft.given:  # the given list may be enough
        response = HtmlResponse(home.url, body=b"", encoding="utf-8")
    else:
        draft.unreachable = f"{home.url} could not be read ({home.kind or 'no web page'}): {home.reason}"
        draft.missing.append(draft.unreachable)
        return draft
    draft.name = draft.name or _name(response)
    _say_place(draft)
    doorway.settle_host(draft, response)
    response = await doorway.behind(draft, response, FEW_LINKS, fetch)
    doorway.settle_host(draft, response)
    response = await _rendered(draft, response, fetch)
    linked = addresses.links(response, owner(f"https://{draft.domain}/"))
    draft.hosts = doorway.other_hosts(draft, addresses.headlines(linked))
    sure = await offers.offered(draft, response, fetch)
    pages = Samples(fetch, draft.render)
    await _addresses(draft, response, sure, linked, pages)
    if len(linked) < FEW_LINKS and not draft.render:
        draft.missing.append(
            f"the home page has only {len(linked)} links: if a browser shows more, set `render=True`"
        )
    if not draft.article:
        draft.missing.append(
            "`article`: the links have no form in common; write a pattern that fits the addresses of three "
            "articles"
        )
        return draft
    site = draft.site()
    candidates = [url for url in [*sure, *addresses.headlines(linked), *linked] if site.is_article(url)]
    await _listings(draft, response, [url for url in linked if site.is_article(url)], fetch)
    if not draft.discover:
        draft.missing.append(
            "`discover`: no feed, sitemap or link of the home page leads to articles; add a list of articles"
        )
    await _markup(draft, list(dict.fromkeys(candidates)), pages)
    return draft


def settle_lists(draft: SiteDraft) -> None:
    """Exclude the lists that any site may have, if `article` matches some of them and no article looks so."""
    site = draft.site()
    matched = any(site.is_article(urljoin(site.home, path)) for path in COMMON_LISTS)
    if matched and not draft.not_article and not any(re.search(LISTS, place(url)) for url in draft.articles):
        draft.not_article = LISTS


async def _rendered(draft: SiteDraft, home: TextResponse, fetch: Fetch) -> TextResponse:
    """The home page as rendered by a browser, if it has few links without one and a browser may be used."""
    if not draft.browser or draft.given or len(addresses.links(home, draft.domain)) >= FEW_LINKS:
        return home
    shown = (await fetch(Request(home.url, meta={"playwright": True}))).response
    if not isinstance(shown, TextResponse) or len(addresses.links(shown, draft.domain)) < FEW_LINKS:
        return home
    draft.render = True
    draft.facts.append("rendered  the home page leads to its articles only in a browser")
    return shown


def _refusal(home: Answer) -> str | None:
    """How a site refuses to be crawled; None if it does not."""
    if home.kind == FetchFailure.ROBOTS:
        return "its robots.txt forbids it"
    if home.response is None and home.reason in ("HTTP status 401", "HTTP status 403"):
        return f"it answers our user agent with {home.reason}"
    return None


async def _listings(draft: SiteDraft, home: TextResponse, linked: list[str], fetch: Fetch) -> None:
    """Add the home page as a list, and the lists of the sections and of scripts."""
    lists = any(isinstance(d, Listing) for d in draft.discover)
    older = any(isinstance(d, Api) for d in draft.discover)
    if linked and not lists:
        site = draft.site()
        sections = await _query_sections(home, site, linked, fetch)
        draft.discover += [Listing(home.url, follow_sections=not sections), *sections]
        if sections:
            draft.facts.append(f"sections  {len(sections)} that differ in the query: {sections[0].url}, …")
        paths = [section.url for section in sections] or listing.section_links(home, site)
        if not older:
            older = await _older(draft, home, paths, site, linked, fetch)
        if not paths:
            draft.missing.append(
                "`discover`: no link of the home page looks like a section's; add a Listing for each "
                "section, or nothing if the newspaper has none"
            )
    offers.settle_sitemaps(draft, older=older)


async def _query_sections(
    home: TextResponse, site: Site, at_home: Sequence[str], fetch: Fetch
) -> list[Listing]:
    """The sections whose addresses differ only in the query.

    They count if one lists articles that are not on the home page, or if two of them each list articles that
    the other does not.
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
    draft: SiteDraft,
    home: TextResponse,
    sections: Sequence[str],
    site: Site,
    linked: Sequence[str],
    fetch: Fetch,
) -> bool:
    """Does anything lead to older articles? If no link does, a call that a script makes is added, if there is
    one.
    """
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
    added = [source for at, source in enumerate(called) if source and source not in called[:at]]
    draft.discover += added
    if added:
        draft.facts.append(f"script    a script asks for more: {added[0].url}")
        return True
    if sections and all(isinstance(d, Listing) for d in draft.discover):
        draft.missing.append(
            f"`discover`: nothing leads from {sections[0]} to older articles; if its pages are numbered, "
            "write {page} in place of the number in its address"
        )
    return False


async def _by_script(
    page: TextResponse, known: Sequence[str], site: Site, fetch: Fetch
) -> Listing | Api | None:
    """The list that a script of a page requests, found in the page or in its script files."""
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
    draft: SiteDraft, home: TextResponse, sure: Sequence[str], linked: dict[str, int], pages: Samples
) -> None:
    """Set the article pattern, from the articles in lists and from links that look like headlines.

    If the addresses have several forms, pages of each form are read, and a form without articles is left out.
    """
    likely = [url for url in addresses.headlines(linked) if draft.site(article="").owns(url)]
    sections = [url for url, words in linked.items() if words <= 3 and url not in likely and url not in sure]
    sections += listing.section_links(home, draft.site(article="^$")) if not sure else []
    sections = [url for url in sections if url not in likely]
    articles = list(sure) if len(sure) >= SAMPLES else [*sure, *likely]
    forms = addresses.patterns(articles, sections) or addresses.patterns(sure, sections, sure=True)
    draft.articles = articles
    slugs = draft.theme == "wordpress" and not any(re.search(r"\\d", form) for form in forms)
    if slugs:
        draft.article, draft.not_article = WORDPRESS_POST, WORDPRESS_PAGES
    else:
        if len(forms) > 1:
            forms = await pages.kept(forms, articles, [draft.site(article=form) for form in forms]) or forms
        elif not forms:
            forms = await _repeated(draft, linked, pages)
        draft.article = "|".join(forms) or None
    if draft.article:
        site = draft.site()
        fitting = sum(map(site.is_article, draft.articles))
        draft.facts.append(f"article   {draft.article}  ({fitting} of {len(draft.articles)} article links)")
        wrong = [url for url in sections if site.is_article(url)]
        if wrong:
            draft.missing.append(
                f"`not_article`: {wrong[0]} looks like a section and matches `article`; exclude it"
            )


async def _repeated(draft: SiteDraft, linked: dict[str, int], pages: Samples) -> list[str]:
    """The frequent forms of address that lead to articles with a day, whatever the texts of the links."""
    own = [url for url in linked if draft.site(article="").owns(url)]
    many = addresses.repeated(own)
    forms = addresses.patterns(many, [url for url in own if url not in many])
    kept = await pages.kept(forms, many, [draft.site(article=form) for form in forms])
    if kept:
        draft.articles = [url for url in many if draft.site(article="|".join(kept)).is_article(url)]
    return kept


async def _markup(draft: SiteDraft, candidates: Sequence[str], pages: Samples) -> None:
    """Read a few articles generically, and guess selectors that give the same result."""
    site = draft.site()
    read: list[PageLook] = []
    for url in candidates[: SAMPLES + 3]:
        if len(read) == SAMPLES:
            break
        look = await pages.look(url, site)
        if look.sample:
            read.append(look)
        else:
            draft.facts.append(f"page      {url}: {look.detail}")
    samples = [look.sample for look in read if look.sample]
    draft.read, draft.dated = len(read), sum(look.dated for look in read)
    draft.dated_by_lists = sum(s.url in draft.listed and not s.article.day for s in samples)
    draft.sold, draft.threads = pages.counted(PageKind.GOODS), pages.counted(PageKind.THREAD)
    draft.stamps = [clock.stamped(s.raw.dates) for s in samples]
    if not samples:
        draft.missing.append("`markup`: no article page could be read; see `scrapy try <address>`")
        return
    markup = selectors.theme(samples) if draft.theme else None
    if markup:
        draft.theme = markup.version
        draft.facts.append(f"markup    WordPress theme {markup.version}")
        draft.markup = [markup]
    else:
        draft.theme = None
        guessed = selectors.kept(selectors.guess(samples), samples, site)
        draft.markup = [] if selectors.empty(guessed) else [guessed]
    _say_fields(draft, samples)


def _say_place(draft: SiteDraft) -> None:
    """Note country and time zone as missing if neither the options nor the address give them."""
    if not draft.country:
        draft.missing.append(
            f"`country`: {draft.domain} does not show it; set the ISO 3166 code (`--country MA`)"
        )
    if not draft.timezone:
        unknown = f"{draft.country} has no single zone" if draft.country else "the country is not known"
        draft.missing.append(
            f"`timezone`: {unknown}; set the newspaper's IANA zone (`--timezone Africa/Casablanca`)"
        )


def _say_fields(draft: SiteDraft, samples: Sequence[selectors.Sample]) -> None:
    markup = draft.markup[0] if draft.markup else Markup()
    for name in ("title", "body", "date", "authors", "section"):
        origins = sorted(
            {s.article.origins.get("dates" if name == "date" else name, NO_ORIGIN) for s in samples}
        )
        selector = getattr(markup, name)
        draft.facts.append(f"{name:<10}{selector or '-'}  (without it: {', '.join(origins)})")
    count = len(samples)
    undated = [s for s in samples if not s.article.day]
    if undated:
        printed = selectors.printed_days(undated[0], draft.site())
        hint = "".join(f"; `{text}` in {place} may be it" for text, place in printed[:2])
        draft.missing.append(
            f"`date`: {len(undated)} of {count} pages give no day, see `scrapy try {undated[0].url}`{hint}"
        )
    for name, nothing in (("authors", "the newspaper names none"), ("section", "its pages name none")):
        if not any(getattr(s.article, name) for s in samples) and not getattr(markup, name):
            draft.missing.append(f"`{name}`: none found on {count} pages; leave it out if {nothing}")
    lacking = [
        name
        for name, origin in (("title", "title"), ("body", "body"), ("date", "dates"))
        if not getattr(markup, name) and any(s.article.origins.get(origin) == Origin.GENERIC for s in samples)
    ]
    if lacking:
        draft.missing.append(f"a selector for {' and '.join(lacking)}: only the generic reading finds it")


def _name(home: TextResponse) -> str:
    """The newspaper's name as its home page declares it."""
    tags = meta.read_meta(parse(home.body, home.url))
    declared = next((tags.names[n][0] for n in meta.SITE_NAME if tags.names.get(n)), "")
    return declared or re.split(r"\s[-–|:]\s|\s*\|\s*", tags.title or "")[0].strip()


def _country(domain: str) -> str | None:
    ending = domain.rpartition(".")[2].upper()
    codes = {"UK": "GB"}
    code = codes.get(ending, ending)
    return code if code in clock.zones() and ending not in ("TV", "ME", "IO", "CO", "AI") else None


def _zone(country: str | None) -> str | None:
    known = clock.zones().get(country or "", [])
    return known[0] if len(known) == 1 else None
