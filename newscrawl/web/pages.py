"""Every page of the site."""

from newscrawl.web import machinery, overview, run, site, site_lists
from newscrawl.web.page import Page

PAGES: tuple[Page, ...] = (
    *overview.PAGES,
    *machinery.PAGES,
    *site.PAGES,
    *site_lists.PAGES,
    *run.PAGES,
)
