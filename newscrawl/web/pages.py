"""All pages of the site."""

from newscrawl.web import (
    article,
    corrections,
    coverage,
    machinery,
    overview,
    run,
    searching,
    site,
    site_lists,
    story,
)
from newscrawl.web.page import WebPage

PAGES: tuple[WebPage, ...] = (
    *overview.PAGES,
    *machinery.PAGES,
    *site.PAGES,
    *site_lists.PAGES,
    *run.PAGES,
    *searching.PAGES,
    *article.PAGES,
    *story.PAGES,
    *corrections.PAGES,
    *coverage.PAGES,
)
