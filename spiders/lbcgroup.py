"""إل بي سي آي, a Lebanese television channel."""

from newscrawl.sites import Feed, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider


class Lbcgroup(NewsSpider):
    """Based on a page saved in 2026, whose printed time differs from that in JSON-LD. The body is one element
    with line breaks. Articles in English are on the same host; a crawl takes them only if the user names
    their address.
    """

    name = "lbcgroup"
    site = Site(
        name="إل بي سي آي",
        domain="lbcgroup.tv",
        country="LB",
        timezone="Asia/Beirut",
        article=r"^/news/(?:d/)?(?!category/)[a-z0-9-]+/\d+/[^/?]+/(?:ar|en)$",
        other_edition=r"/en$",
        discover=[
            Sitemap("https://www.lbcgroup.tv/newssitemap.xml"),
            Feed("https://www.lbcgroup.tv/Rss/latest-news/ar"),
        ],
        markup=[
            Markup(
                title="h1 .article_details_title",
                date="span[id$=lblDate]",
                body="div.LongDesc > div:first-child",
                section=".article_details_tag.cat-color h3",
                tags=".article_details_tag:not(.cat-color) h3",
                remove="bannerinjection, controlinjection",
                evidence="page saved in January 2026",
            )
        ],
        evidence="saved page",
        year=2026,
        addresses="2022-2026",
    )
