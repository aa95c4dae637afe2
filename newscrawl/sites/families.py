"""What many sites share: an engine under several names, or a WordPress theme.

Selectors of the themes are those that their templates print; which public scrapers and saved pages
show them is said beside each. A site takes one as it is, or changed by ``dataclasses.replace``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from newscrawl.sites import Discovery, Feed, Listing, Markup, Site, Sitemap

ID = r"(?!(?:19|20)\d\d(?:[/?.]|$))\d{3,}"
"""The number of an article, where a bare year in its place is an archive: ``/2021/`` is no article."""
LISTS = (
    r"^/(?:(?:ar|fr|en|es)/)?(?:category|categories|tags?|topics?|authors?|writers?|columnists?|page|search"
    r"|تصنيف|قسم|وسم|وسوم|كاتب|كتاب|الكاتب|مؤلف)(?:/|$)|/page/\d+/?$"
)
"""Lists of articles by the words that newspapers of any make have for them."""

# --- maghress and its sisters: one engine that republishes the newspapers of a country.

MAGHRESS = Markup(
    title="span.articletitle",
    date="span.articlenewspaper",
    publisher="span.articlenewspaper a",
    body="span.articlecontent",
    cut=[r"انقر هنا لقراءة الخبر من مصدره\.?"],
    evidence="public scrapers of maghress, 2019-2024; unverified",
)
"""An article of maghress: date, newspaper and link to the original stand in one element, the body is
parted over several, and a ticker of other headlines runs before it."""


def maghress(
    name: str,
    domain: str,
    *,
    country: str,
    timezone: str,
    discover: Sequence[Discovery] = (),
    evidence: Literal["seen live", "saved page", "public scraper", "guess"] = "guess",
    year: int,
    addresses: str = "",
) -> Site:
    """A site of the maghress engine; ``discover`` adds to what is walked on all of them.

    ``source`` of its articles is the newspaper, ``via`` the site. Addresses are ``/<newspaper>/<id>``,
    ``/fr/…`` for French and ``/en/…`` for English.

    >>> maghress("تورس", "turess.com", country="TN", timezone="Africa/Tunis", year=2019).is_article(
    ...     "http://turess.com/alchourouk/1234567")
    True
    """
    paper = r"(?P<source>(?!(?:fr|en|author|page|tag|politics)/)(?=[^/]*[a-z])[a-z0-9_-]+)"
    path = rf"^/(?:(?:fr|en)/)?{paper}/\d+/?$"
    return Site(
        name=name,
        domain=domain,
        country=country,
        timezone=timezone,
        article=path,
        aggregator=True,
        publisher=path,
        discover=[Listing(f"https://www.{domain}/", follow_sections=True), *discover, Sitemap(), Feed()],
        markup=[MAGHRESS],
        evidence=evidence,
        year=year,
        addresses=addresses,
    )


# --- WordPress. What a theme's row in a public scraper does not name (author, section, tags) is taken
# from the theme's own template and unverified.

WORDPRESS_POST = (
    r"^/(?:[^/?]+/){0,4}(?:[^/?]*\d{5,}|[^/?.-]+(?:-+[^/?.-]+){2,}-*)(?:\.html)?/?$"
    r"|^/(?:index\.php)?\?p=\d+$"
)
"""Address of a post, where a site's own form is not known: its last part ends in a number or is a slug
of three words or more; or WordPress's own short form ``/?p=123456``."""
WORDPRESS_PAGES = (
    LISTS + r"|^/(?:feed|rss|wp-[a-z]+)(?:/|$)|/(?:page|feed|comment-page-\d+)(?:/|$)"
    r"|^/(?:about|contact|privacy|terms|من-نحن|اتصل|للتواصل|سياسة-الخصوصية|شروط-|هيئة-التحرير|فريق-)[^/]*/?$"
    r"|^/(?:fr|en|es)/"
)
"""Addresses of WordPress that look like a post's and are none, or are another edition's."""

JANNAH = Markup(
    version="jannah",
    title="h1.post-title.entry-title",
    date="span.date.meta-item",
    body="div.entry-content.entry",
    authors=".meta-author a",
    section="#breadcrumb a:last-of-type",
    tags=".post-bottom-meta.post-tags-modern a, .post-bottom-meta .tagcloud a",
    remove=".entry-content .mag-box, #inline-related-post, .stream-item",
    evidence="theme Jannah (TieLabs): about 20 public scrapers, 2022-2024; its date is often relative",
)
SAHIFA = Markup(
    version="sahifa",
    title=["h1.name.post-title.entry-title > span[itemprop=name]", "h1.name.post-title"],
    date="span.tie-date",
    body=["div.entry", ".content-rules"],
    authors="span.post-meta-author a",
    section="span.post-cats a:first-child",
    tags="p.post-tag a",
    evidence="theme Sahifa (TieLabs): a page saved in 2020",
)
PUBLISHER = Markup(
    version="publisher",
    title="h1.single-post-title span.post-title",
    date=["time.post-published::attr(datetime)", ".post-published b"],
    body="div.entry-content.single-post-content",
    authors=".post-author-name b",
    section=".term-badges .term-badge a",
    tags=".post-tags a",
    evidence="theme Publisher (BetterStudio): public scrapers, 2020-2023",
)
NEWSPAPER = Markup(
    version="newspaper",
    title="h1.entry-title",
    date="time.entry-date::attr(datetime)",
    body="div.td-post-content",
    authors=".td-post-author-name a",
    section="ul.td-category li:first-child a",
    tags="ul.td-tags a",
    evidence="theme Newspaper (tagDiv): public scrapers, 2019-2021",
)
JNEWS = Markup(
    version="jnews",
    title="h1.jeg_post_title",
    lede="h2.jeg_post_subtitle",
    date=".jeg_meta_date",
    body="div.entry-content .content-inner",
    authors=".jeg_meta_author a",
    section=".jeg_meta_category a",
    tags=".jeg_post_tags a",
    remove=".jnews_inline_related_post_wrapper, .jeg_ad, .code-block",
    evidence="theme JNews: a page saved in 2020",
)
WORDPRESS = Markup(
    version="wordpress",
    title="h1.entry-title",
    body="div.entry-content",
    section="a[rel~=category]",
    tags="a[rel~=tag]:not([rel~=category])",
    evidence="template tags of WordPress itself; date and author come from the page's declarations",
)

THEMES = {theme.version: theme for theme in (JANNAH, SAHIFA, PUBLISHER, NEWSPAPER, JNEWS, WORDPRESS)}
"""The themes by name, plain WordPress last: the first whose title and body a page has is its theme."""
