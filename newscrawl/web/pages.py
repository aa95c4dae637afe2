"""Every page of the site."""

from newscrawl.web import overview
from newscrawl.web.page import Page

PAGES: tuple[Page, ...] = (*overview.PAGES,)
