"""The text is repaired; nothing that a reader would miss is lost."""

from newscrawl.items import RawArticle
from newscrawl.page import clean_article


class CleanPipeline:
    """``RawArticle`` → ``RawArticle`` with clean text."""

    async def process_item(self, item: object) -> object:
        """Clean an article; anything else passes."""
        return clean_article(item) if isinstance(item, RawArticle) else item
