"""Read any Arabic news page: bytes and an address to an article.

``extract`` gives what the page says, as printed; ``clean_article``, ``build_article``, ``date_article`` and
``check`` are the steps that a crawl takes after it; ``read`` is all of them but the last at once.
"""

from newscrawl.page.assemble import build_article, clean_article, date_article
from newscrawl.page.check import check
from newscrawl.page.fields import extract
from newscrawl.page.reader import read

__all__ = ["build_article", "check", "clean_article", "date_article", "extract", "read"]
