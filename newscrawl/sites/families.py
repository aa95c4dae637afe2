"""Declarations that many sites share: one engine under several names, or a WordPress theme.

The selectors are those that the templates of the themes print; each theme names the public scrapers and saved
pages that show them. A site uses a theme as it is, or a copy changed with ``dataclasses.replace``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from newscrawl.sites import Discovery, Feed, Listing, Markup, Site, Sitemap

ID = r"(?!(?:19|20)\d\d(?:[/?.]|$))\d{3,}"
"""Regular expression for the number of an article; a year in its place (``/2021/``) is an archive."""
LISTS = (
    r"^/(?:(?:ar|fr|en|es)/)?(?:category|categories|tags?|topics?|authors?|writers?|columnists?|page|search"
    r"|تصنيف|قسم|وسم|وسوم|كاتب|كتاب|الكاتب|مؤلف)(?:/|$)|/page/\d+/?$"
    r"|^/(?:19|20)\d\d(?:/\d\d?){0,2}/?$"
)
"""Regular expression for paths of lists of articles: by the words that newspapers of all kinds use, and the
archive of a year, month or day."""

# --- maghress and its sisters: one engine that republishes the newspapers of a country.

MAGHRESS = Markup(
    title="span.articletitle",
    date="span.articlenewspaper",
    publisher="span.articlenewspaper a",
    body="span.articlecontent",
    cut=[r"انقر هنا لقراءة الخبر من مصدره\.?"],
    evidence="public scrapers of maghress, 2019-2024; unverified",
)
"""An article page of maghress. One element holds date, newspaper and the link to the original; the body is
split over several elements, and a ticker of other headlines precedes it."""


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
    """The declaration of a site that runs the maghress engine; ``discover`` adds lists to the common ones.

    In its articles ``source`` is the newspaper and ``via`` the site. Addresses are ``/<newspaper>/<id>``,
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


# --- WordPress. Selectors that public scrapers do not name (author, section, tags) come from the theme's
# own template and are unverified.

WORDPRESS_POST = (
    r"^/(?:[^/?]+/){0,4}(?:[^/?]*\d{5,}|[^/?.-]+(?:-+[^/?.-]+){2,}-*)(?:\.html)?/?$"
    r"|^/(?:index\.php)?\?p=\d+$"
)
"""Regular expression for posts when the site's own form is not known: the last part ends in a number or is a
slug of at least three words; or WordPress's short form ``/?p=123456``."""
WORDPRESS_PAGES = (
    LISTS + r"|^/(?:feed|rss|wp-[a-z]+)(?:/|$)|/(?:page|feed|comment-page-\d+)(?:/|$)"
    r"|^/(?:about|contact|privacy|terms|من-نحن|اتصل|للتواصل|سياسة-الخصوصية|شروط-|هيئة-التحرير|فريق-)[^/]*/?$"
    r"|^/(?:fr|en|es)/"
)
"""Regular expression for addresses of WordPress that look like a post but are not one, or belong to another
edition."""

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
"""The themes by name, plain WordPress last. A page's theme is the first one whose title and body it has."""
