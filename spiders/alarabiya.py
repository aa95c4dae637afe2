"""العربية نت, a news channel of Dubai; not crawled."""

from newscrawl.sites import Feed, Markup, Site
from newscrawl.spider import NewsSpider


class Alarabiya(NewsSpider):
    """Seven public scrapers of 2019-2026 agree on the markup, but Cloudflare blocks everything except
    browsers. The site stays declared for those who have its permission.
    """

    name = "alarabiya"
    site = Site(
        name="العربية نت",
        domain="alarabiya.net",
        timezone="Asia/Dubai",
        article=r"^/(?:[a-z0-9-]+/)+\d{4}/\d{2}/\d{2}/[^/?]+$",
        discover=[Feed("https://www.alarabiya.net/.mrss/ar.xml")],
        markup=[
            Markup(
                title=["h1.headingInfo_title", ".article-hdr h1"],
                date=".timeDate_element time::attr(datetime)",
                authors="h4.avatar_name",
                body=["#body-text", "p.body-1.paragraph"],
                tags=".tags a",
                evidence="public scrapers, 2019-2026",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2014-2026",
        refused="Cloudflare answers 403 to clients that are not browsers (seen by others up to 2026)",
    )
