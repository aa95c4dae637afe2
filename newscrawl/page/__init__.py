"""Read any Arabic news page: from bytes and an address to an article.

``extract`` returns the content of the page as printed. In a crawl ``clean_article``, ``build_article``,
``date_article`` and ``check`` follow. ``read`` does all of this in one call, except ``check``.
"""

from newscrawl.page.assemble import build_article, clean_article, date_article
from newscrawl.page.check import check
from newscrawl.page.fields import extract
from newscrawl.page.reader import read

__all__ = ["build_article", "check", "clean_article", "date_article", "extract", "read"]
