"""المصري اليوم, an Egyptian newspaper."""

from newscrawl.sites import Markup, Site, Sitemap
from newscrawl.spider import NewsSpider


class Almasryalyoum(NewsSpider):
    """Based on a fragment of a page of 2025-26 and three public scrapers. The second selectors are those of
    the markup of 2010. The printed date of the current markup is not known, so JSON-LD and the generic
    reading give it.
    """

    name = "almasryalyoum"
    site = Site(
        name="المصري اليوم",
        domain="almasryalyoum.com",
        country="EG",
        timezone="Africa/Cairo",
        article=r"^/news/details/\d+/?$",
        discover=[Sitemap("https://www.almasryalyoum.com/sitemapxmls/news/news-{year}-{month}.xml")],
        markup=[
            Markup(
                title=["div.masry-article-details h1.article-title", "div.article h1", "h1.tit_2"],
                date=".pinfo",
                body=[".article-details.update-font", "#NewsStory"],
                images=".article-main-img img",
                remove=".related-article-inside-body, .masry-article-horizontal-ads, .no-print, "
                ".min_related, #ad-container, #NewsStory .tags-u",
                evidence="page fragment, 2025-26; public scrapers, 2010-2024",
            )
        ],
        evidence="saved page",
        year=2026,
        addresses="2022-2026",
    )
