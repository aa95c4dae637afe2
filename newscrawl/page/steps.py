"""The steps that turn the content of a page into a document, as functions.

A crawl calls them one by one in ``pipelines``. To read pages without a crawl, call :func:`finish`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from newscrawl import identity
from newscrawl.items import Article, OfferedDate, RawArticle, Rejection
from newscrawl.page.assemble import build_article, clean_article, date_article
from newscrawl.page.check import check
from newscrawl.page.chosen_date import names_a_day
from newscrawl.sites import Site
from newscrawl.urls import key
from newscrawl.vocabulary import Origin

LOOK_AGAIN = dt.timedelta(days=7)
"""After this time a rejected page is downloaded again: its markup may be known by then, or its text
complete."""


def carry(
    raw: RawArticle, title: str | None, date: str | None, where: str, site: Site, now: dt.datetime
) -> None:
    """Add the headline and the date from a page's entry in its list, if the page itself gives none.

    ``where`` is the address of the list.
    """
    if not raw.title and title:
        raw.title, raw.origins["title"] = title, Origin.FEED
    if date and not names_a_day(raw.dates, site, now):
        raw.dates.append(OfferedDate(text=date, origin=Origin.FEED, where=where))


def build(raw: RawArticle, site: Site | None, name: str | None = None) -> Article:
    """The cleaned article without its date; ``name`` is the spider that declares the site."""
    article = build_article(clean_article(raw), site)
    if site is None or name is None:
        return article
    article.site = name
    article.made_by = article.made_by and replace(article.made_by, spider=name)
    if site.aggregator:
        article.via = name
    else:
        article.source, article.source_name = name, site.name
    return article


def reject(article: Article, site: Site | None) -> Rejection | None:
    """The rejection of a page that is not an article; None for an article."""
    problem = check(article, site)
    if problem is None:
        return None
    reason, detail = problem
    at = _fetched_at(article)
    return Rejection(
        url=article.url,
        urls=article.urls,
        site=article.site,
        owner=article.owner,
        reason=reason,
        detail=detail,
        status=article.http.status if article.http else None,
        rejected_at=at,
        retry_at=at + LOOK_AGAIN if at else None,
        page=article.page,
    )


def identify(item: Article | Rejection, site: Site | None, run: str = "") -> Article | Rejection:
    """The item with its keys, the fields of ``newscrawl.identity.identify``, and the times of this visit."""
    item.run = run
    if not item.keys:
        rules = site.url_rules if site else None
        item.keys = list(dict.fromkeys(key(url, rules) for url in item.urls))
    if isinstance(item, Rejection):
        return item
    item.first_seen_at = item.last_seen_at = item.checked_at = _fetched_at(item)
    return identity.identify(item)


def finish(raw: RawArticle, site: Site | None, name: str | None = None, run: str = "") -> Article | Rejection:
    """The article or rejection after all steps of the pipelines; ``raw.http`` has the time of download."""
    article = date_article(build(raw, site, name), site, _fetched_at(raw))
    return identify(reject(article, site) or article, site, run)


def _fetched_at(item: RawArticle | Article) -> dt.datetime | None:
    return item.http.fetched_at if item.http else None
