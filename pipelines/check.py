"""Is this an article? If not it travels on as a rejection, never as an article."""

import datetime as dt

from newscrawl.items import Article, Rejection
from newscrawl.page import check
from pipelines import SpiderPipeline

LOOK_AGAIN = dt.timedelta(days=7)
"""A page that was no article may become one: its markup was unknown, or its text came later."""


class CheckPipeline(SpiderPipeline):
    """``Article`` → ``Article`` or ``Rejection``."""

    async def process_item(self, item: object) -> object:
        """Reject what is no article; anything else passes."""
        if not isinstance(item, Article):
            return item
        problem = check(item, self.spider.site)
        if problem is None:
            return item
        reason, detail = problem
        assert item.http
        return Rejection(
            url=item.url,
            urls=item.urls,
            site=item.site,
            owner=item.owner,
            reason=reason,
            detail=detail,
            status=item.http.status,
            rejected_at=item.http.fetched_at,
            retry_at=item.http.fetched_at + LOOK_AGAIN,
            page=item.page,
        )
