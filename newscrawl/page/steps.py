"""What becomes of a page that was read: the steps of the pipelines, as functions.

A crawl takes them one by one in ``pipelines``; whoever reads pages without a crawl takes :func:`finish`.
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
"""A page that was no article may become one: its markup was unknown, or its text came later."""


def carry(
    raw: RawArticle, title: str | None, date: str | None, where: str, site: Site, now: dt.datetime
) -> None:
    """Fill in what the page does not say itself from the entry of its list: its headline, its date.

    ``where`` is the address of the list.
    """
    if not raw.title and title:
        raw.title, raw.origins["title"] = title, Origin.FEED
    if date and not names_a_day(raw.dates, site, now):
        raw.dates.append(OfferedDate(text=date, origin=Origin.FEED, where=where))


def build(raw: RawArticle, site: Site | None, name: str | None = None) -> Article:
    """The article of clean text, without its date; ``name`` is that of the spider that declares the site."""
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
    """The rejection of what is no article; None for one."""
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
    """Keys, what ``newscrawl.identity.identify`` computes, and the moments of this visit."""
    item.run = run
    if not item.keys:
        rules = site.url_rules if site else None
        item.keys = list(dict.fromkeys(key(url, rules) for url in item.urls))
    if isinstance(item, Rejection):
        return item
    item.first_seen_at = item.last_seen_at = item.checked_at = _fetched_at(item)
    return identity.identify(item)


def finish(raw: RawArticle, site: Site | None, name: str | None = None, run: str = "") -> Article | Rejection:
    """All steps in the order of the pipelines; ``raw.http`` says when the page was fetched."""
    article = date_article(build(raw, site, name), site, _fetched_at(raw))
    return identify(reject(article, site) or article, site, run)


def _fetched_at(item: RawArticle | Article) -> dt.datetime | None:
    return item.http.fetched_at if item.http else None
