"""The steps of a crawl from the content of a page to a dated article, in one function."""

import datetime as dt

from newscrawl.items import Article, RawArticle
from newscrawl.page import build_article, date_article
from newscrawl.sites import Site


def assembled(raw: RawArticle, site: Site | None = None, now: dt.datetime | None = None) -> Article:
    """The article of an extracted page."""
    return date_article(build_article(raw, site), site, now)
