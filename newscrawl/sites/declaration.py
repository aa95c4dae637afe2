"""How a site is declared: where its articles are listed and how its pages are marked up.

A spider file holds one :class:`Site` and nothing else. The code that uses it is in
``newscrawl.spider``, ``newscrawl.discovery`` and ``newscrawl.page``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from urllib.parse import unquote, urljoin, urlsplit

import jmespath  # type: ignore[import-untyped]

from newscrawl.gate import RefusedAddressError, admit
from newscrawl.urls import UrlRules, owner, site_host, telling, without_amp

Selectors = str | Sequence[str]
"""One CSS selector (``::text`` and ``::attr(name)`` are allowed) or several, the newest theme's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """The markup of a site's article pages, in one period of its history."""

    version: str = "1"
    """Name of this markup, stored with each article that was read with it."""
    valid_until: dt.date | None = None
    """Last day on which pages had this markup; None for the current markup. A recorded page is read with the
    markup of the day of its download."""
    title: Selectors = ()
    """The headline."""
    lede: Selectors = ()
    """The summary above the body, when it is outside the body's element."""
    body: Selectors = ()
    """The paragraphs, or the element that holds them."""
    date: Selectors = ()
    """The visible publication date."""
    modified: Selectors = ()
    """The visible date of the last change."""
    authors: Selectors = ()
    """The names of the authors."""
    section: Selectors = ()
    """The section's name."""
    tags: Selectors = ()
    """The keywords."""
    images: Selectors = ()
    """Addresses of the pictures (``img::attr(data-original)``)."""
    publisher: Selectors = ()
    """On an aggregator: the newspaper's name."""
    remove: Selectors = ()
    """Elements inside the body that do not belong to it."""
    cut: Sequence[str] = ()
    """Regular expressions; a paragraph that matches one as a whole does not belong to the article."""
    evidence: str = ""
    """The source of these selectors, with the year. Example: ``public scrapers, 2019-2021; unverified``."""


NEXT = (
    "a[rel~=next], link[rel~=next], a.next, a.nextpostslink, .next > a, .nav-previous > a, "
    "a[aria-label=Next], a[aria-label=Suivant], .pagination-next a, .pager-next a, a.blog-pager-older-link, "
    "span.last-page.first-last-pages a"
)
"""CSS selector of the link to the next (older) page, for common themes and pagers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """How to request the pages of a listing, a feed or an API."""

    form: Mapping[str, str] | None = None
    """Form fields; they make the request a POST. ``{page}`` in a value stands for the page number.
    Example: ``{"page": "{page}", "section": "57"}``."""
    json: Mapping[str, Any] | None = None
    """A JSON body; it makes the request a POST. The value ``"{page}"`` becomes the page number."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that the endpoint requires. Example: ``{"X-Requested-With": "XMLHttpRequest"}``."""
    first: int = 1
    """The value of ``{page}`` for the newest page."""
    step: int = 1
    """The step of ``{page}``: 1 for page numbers, the page size for offsets (``start=20``)."""
    name: str | None = None
    """Section name for the argument ``sections``; by default the last part of a listing's path."""


@dataclass(frozen=True, slots=True)
class Listing(Paged):
    """A page with links to articles, newest first, and the pages after it.

    >>> Listing("/?action=ajax_listing&paged={page}", links="a.stretched-link").numbered
    True
    """

    url: str
    """Address; a path alone is on the site's own host. ``{page}`` stands for the page number."""
    links: str = "a"
    """CSS selector of the article links; links that match the site's article pattern are followed. A selector
    other than the default must match only the listing's own articles: no ticker, no sidebar."""
    next: str | None = NEXT
    """CSS selector of the link to the next (older) page; None for a single page. If the default matches
    nothing, a link with the right text (``التالي``) or the next number is followed."""
    follow_sections: bool = False
    """Also walk the sections of the site that this page links to, but not those that they link to."""
    html: str | None = None
    """JMESPath of the HTML inside a JSON response. Example: ``html``, ``data[].card``."""

    def __post_init__(self) -> None:
        _jmespath(self, "html")

    @property
    def numbered(self) -> bool:
        """Are its pages requested by number?"""
        return "{page}" in f"{self.url} {self.form} {self.json}"


@dataclass(frozen=True, slots=True)
class Feed(Paged):
    """An RSS or Atom feed."""

    url: str | None = None
    """Address; ``{page}`` stands for the page number if the feed has older pages (``/feed/?paged={page}``).
    None means the feeds that the site's home page advertises."""

    @property
    def numbered(self) -> bool:
        """Are its pages requested by number?"""
        return self.url is not None and "{page}" in self.url


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap, a news sitemap or an index of them.

    >>> Sitemap("https://www.almasryalyoum.com/sitemapxmls/news/news-{year}-{month}.xml").dated
    True
    """

    url: str | None = None
    """Address. ``{year}``, ``{month}`` and ``{day}`` stand for the period of each file, unpadded;
    ``{month:02}`` is padded. None means the sitemaps that ``robots.txt`` names."""
    files: str | None = None
    """Regular expression for the files of an index that list articles; None for all files that may."""
    name: str | None = None
    """Section name for the argument ``sections``."""

    def __post_init__(self) -> None:
        if self.url:
            try:
                self.url.format(year=2024, month=3, day=27)
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(
                    f"Sitemap(url={self.url!r}): {error} is not part of a date; use {{year}}, {{month}}, "
                    "{month:02} or {day}"
                ) from None

    @property
    def dated(self) -> bool:
        """Is there a file for each year, month or day?"""
        return self.url is not None and "{year" in self.url


@dataclass(frozen=True, slots=True)
class Api(Paged):
    """A JSON endpoint that lists articles, newest first. ``items`` and the fields after it are JMESPath.

    >>> spa = Api(
    ...     "https://portalapi.spa.gov.sa/api/v1/news/search?by_latest=1&start={page}&rows=10&l=ar",
    ...     first=0, step=10, items="data", link="join('', ['https://www.spa.gov.sa/', uuid])",
    ...     date="published_at", title="title",
    ... )
    >>> spa.numbered
    True
    """

    url: str
    """Address; a path alone is on the site's own host. ``{page}`` stands for the page number."""
    items: str = "@"
    """The list of articles in the response."""
    link: str = "link"
    """In an item: the address of its page, absolute or relative."""
    title: str | None = None
    """In an item: the headline."""
    date: str | None = None
    """In an item: the date of publication, a text or a Unix time. If it is UTC but does not say so, add the
    ``Z`` here: ``join('', [date_gmt, 'Z'])``."""
    modified: str | None = None
    """In an item: the date of the last change."""
    next: str | None = None
    """In the response: the address of the next page."""

    def __post_init__(self) -> None:
        for name in ("items", "link", "title", "date", "modified", "next"):
            _jmespath(self, name)

    @property
    def numbered(self) -> bool:
        """Are its pages requested by number?"""
        return "{page}" in f"{self.url} {self.form} {self.json}"


@dataclass(frozen=True, slots=True)
class WordPress(Api):
    """The posts of a WordPress site, from its REST API, a hundred a page.

    >>> WordPress().url
    '/wp-json/wp/v2/posts?per_page=100&page={page}&_fields=link,date_gmt,modified_gmt,title'
    """

    url: str = "/wp-json/wp/v2/posts?per_page=100&page={page}&_fields=link,date_gmt,modified_gmt,title"
    title: str | None = "title.rendered"
    date: str | None = "join('', [date_gmt, 'Z'])"
    modified: str | None = "join('', [modified_gmt, 'Z'])"


Discovery = Listing | Feed | Sitemap | Api


def _jmespath(declared: Listing | Api, name: str) -> None:
    """Raise ``ValueError`` for an expression that is not JMESPath."""
    expression = getattr(declared, name)
    try:
        if expression is not None:
            jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"{type(declared).__name__}({name}={expression!r}) is not valid JMESPath ({reason}); "
            "see jmespath.org"
        ) from None


@dataclass(frozen=True, kw_only=True)
class Site:
    """Everything that the crawler knows about one site."""

    name: str
    """The newspaper's own name. Example: ``الأيام 24``."""
    domain: str
    """Registrable domain without ``www``. Example: ``alayam24.com``."""
    country: str | None = None
    """ISO 3166 code of the publisher. Example: ``MA``; it selects the Hijri calendar."""
    timezone: str | None = None
    """IANA zone of the publisher's clock. Example: ``Africa/Casablanca``. None when it is not known: days are
    then stored as printed, and only a time with its own UTC offset gives an instant."""
    article: str
    """Regular expression for articles, searched in the decoded path and query of an address."""
    not_article: str | None = None
    """Regular expression for addresses that match ``article`` but are not articles."""
    other_edition: str | None = None
    """Regular expression for articles on the site's own hosts in another language. A crawl does not take them
    from lists, only if the user names their address. Example: ``/en$``."""
    discover: Sequence[Discovery]
    """Where articles are listed; any number, of any kind."""
    markup: Sequence[Markup] = ()
    """Markup versions, the newest first; the generic reading fills the fields that they do not give."""
    aggregator: bool = False
    """True when the site republishes other newspapers: ``source`` is then the newspaper, ``via`` the site."""
    publisher: str | None = None
    """On an aggregator: regular expression whose group ``source`` is the newspaper in the path."""
    url_rules: UrlRules = field(default_factory=UrlRules)
    """Rules for which spellings of an address are equal on this site, see ``newscrawl.urls``."""
    false_zone: bool = False
    """True when the site's machine-readable dates carry a zone (``Z``) that is really local time."""
    month_first: bool = False
    """True when the site prints numeric dates with the month first (``3/27/2024``), as date-fns does in
    ar-SA."""
    render: bool = False
    """True when the pages need a browser."""
    dated: bool = False
    """True when every article of the site states its day: a page without one (``من نحن``) is not an
    article."""
    delay: float | None = None
    """Seconds between two requests, when the site needs more than the default."""
    evidence: Literal["seen live", "saved page", "public scraper", "guess"] = "guess"
    """The kind of evidence for the declaration as a whole."""
    year: int | None = None
    """Year of that evidence."""
    addresses: str = ""
    """Years of the article addresses with which ``article`` was checked, taken from public source code, data
    sets and papers. Example: ``2014, 2020-2026``; empty when there are none."""
    hosts: Sequence[str] = ()
    """Further hosts of this site, in addition to those of ``discover``, with the port if it is not the
    default. Example: ``ar.hibapress.com``. Any other subdomain is another site."""
    refused: str | None = None
    """Why the site is not crawled (its robots.txt or a refusal of our user agent); None to crawl it."""

    @cached_property
    def clock(self) -> dt.tzinfo:
        """The publisher's time zone, or UTC when it is not known.

        >>> str(Site(name="واس", domain="spa.gov.sa", article="x", discover=[]).clock)
        'UTC'
        """
        from newscrawl.dates import zone  # here, because a declaration itself needs no date vocabulary

        return zone(self.timezone) if self.timezone else dt.UTC

    @cached_property
    def _article(self) -> re.Pattern[str]:
        return re.compile(self.article)

    @cached_property
    def _not_article(self) -> re.Pattern[str] | None:
        return re.compile(self.not_article) if self.not_article else None

    @cached_property
    def declared(self) -> tuple[str, ...]:
        """The addresses in the declaration, as written: home pages first, then those of ``discover``."""
        named = (f"https://{host}/" for host in (self.domain, *self.hosts))
        return (*named, *(source.url for source in self.discover if source.url))

    @cached_property
    def ports(self) -> frozenset[int]:
        """The ports of the declared addresses."""
        ports = (urlsplit(url).port for url in self.declared if _is_absolute(url))
        return frozenset(port for port in ports if port)

    @cached_property
    def owner(self) -> str:
        """The registrable domain of the site: only crawls of this domain change what is stored about an
        address.

        >>> Site(name="يابلادي", domain="ar.yabiladi.com", timezone="Africa/Casablanca", article="x",
        ...      discover=[]).owner
        'yabiladi.com'
        """
        return owner(f"https://{self.domain}/")

    @cached_property
    def _declared_hosts(self) -> frozenset[str]:
        return frozenset(site_host(url, self.url_rules) for url in self.declared if _is_absolute(url))

    @cached_property
    def _own_hosts(self) -> frozenset[str]:
        """The hosts of this site, each in the form that represents its variants."""
        named = (f"https://{host}/" for host in (*self.hosts, *self.url_rules.hosts))
        listed = (url for url in self.declared if _is_absolute(url) and owner(url) == self.owner)
        return frozenset(site_host(url, self.url_rules) for url in (*named, *listed))

    def admit(self, url: str, base: str | None = None) -> str:
        """An address from this site in the form in which it is requested; see :func:`newscrawl.gate.admit`.

        Raises :class:`newscrawl.gate.RefusedAddressError` with the reason.
        """
        return admit(url, base, self.ports)

    def owns(self, url: str) -> bool:
        """Is the address on this site: its domain, a mobile or AMP host of it, or a host that it names?

        Any other subdomain is another site: ``fr.``, ``en.`` and ``tv.`` are editions of their own.

        >>> site = Site(name="هسبريس", domain="hespress.com", timezone="Africa/Casablanca", article="x",
        ...             discover=[])
        >>> site.owns("https://m.hespress.com/"), site.owns("https://fr.hespress.com/")
        (True, False)
        """
        try:
            return site_host(self.admit(url), self.url_rules) in self._own_hosts
        except RefusedAddressError:
            return False

    def lists_at(self, url: str, page: str | None = None) -> bool:
        """Can there be a list of articles at this address? ``page`` is the address of the page with the link.

        Lists may be on any host of the owner, on the hosts that the declaration names, and on the host
        of ``page``. Articles are on the site's own hosts only.
        """
        try:
            url = self.admit(url)
        except RefusedAddressError:
            return False
        host = site_host(url, self.url_rules)
        there = page is not None and host == site_host(page, self.url_rules)
        return there or host in self._declared_hosts or owner(url) == self.owner

    @cached_property
    def home(self) -> str:
        """The address of the home page, on the host that the declaration uses (``www`` or not).

        >>> Site(name="كود", domain="goud.ma", timezone="Africa/Casablanca", article="-[0-9]+/?$",
        ...      discover=[Feed("https://www.goud.ma/feed")]).home
        'https://www.goud.ma/'
        """
        declared = [source.url for source in self.discover if source.url and not isinstance(source, Api)]
        own = next((url for url in declared if self.owns(url)), f"https://{self.domain}/")
        return urljoin(own, "/")

    def is_article(self, url: str) -> bool:
        """Does the address look like an article of this site, or like the AMP copy of one?"""
        if not self.owns(url):
            return False
        searched = place(self.admit(url), self.url_rules)
        if self._not_article and self._not_article.search(searched):
            return False
        path, mark, query = searched.partition("?")
        plain = without_amp(path)
        forms = dict.fromkeys((searched, *(f"{p}{mark}{query}" for p in (plain, plain.removesuffix("/")))))
        return any(self._article.search(form) for form in forms)

    def wants(self, url: str) -> bool:
        """Is the address an article of this site, in the site's own language?

        >>> site = Site(name="إل بي سي آي", domain="lbcgroup.tv", timezone="Asia/Beirut",
        ...             article=r"^/news/[0-9]+/(?:ar|en)$", other_edition="/en$", discover=[])
        >>> [site.wants(f"https://lbcgroup.tv/news/7/{language}") for language in ("ar", "en")]
        [True, False]
        """
        return self.is_article(url) and not (self.other_edition and re.search(self.other_edition, place(url)))

    def markup_on(self, day: dt.date | None) -> Markup | None:
        """The markup that was valid on a day: of the versions that had not ended by then, the one that ends
        first.
        """
        valid = [m for m in self.markup if day is None or m.valid_until is None or day <= m.valid_until]
        ended = [m for m in valid if m.valid_until is not None]
        if day is not None and ended:
            return min(ended, key=lambda m: m.valid_until or dt.date.max)
        return valid[0] if valid else None


def _is_absolute(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def place(url: str, rules: UrlRules | None = None) -> str:
    """The text in which ``article`` is searched: the decoded path and the query without tracking parameters.

    >>> place("https://www.goud.ma/%D8%AE%D8%A8%D8%B1-7/?utm_source=facebook"), place("https://a.ma/n.php?id=7&ref=rss")
    ('/خبر-7/', '/n.php?id=7')
    """
    parts = urlsplit(url)
    query = telling(parts.query, rules)
    return unquote(parts.path) + (f"?{_unescaped(query)}" if query else "")


def _unescaped(query: str) -> str:
    """A decoded query: links on pages in windows-1256 encode their query in windows-1256."""
    try:
        return unquote(query, errors="strict")
    except UnicodeDecodeError:
        return unquote(query, "cp1256")


def site_of(url: str, sites: Mapping[str, Site]) -> str | None:
    """The key of the site to which an address belongs; None when it belongs to none of them.

    If several sites share a host, the site whose ``article`` pattern matches comes first.

    >>> alayam24 = Site(name="الأيام 24", domain="alayam24.com", timezone="Africa/Casablanca",
    ...                 article=r"/articles-[0-9]+", discover=[])
    >>> site_of("https://www.alayam24.com/articles-7.html", {"alayam24": alayam24})
    'alayam24'
    >>> site_of("https://www.alayam24.com.example/", {"alayam24": alayam24})
    """
    own = [name for name, site in sites.items() if site.owns(url)]
    return next((name for name in own if sites[name].is_article(url)), own[0] if own else None)
