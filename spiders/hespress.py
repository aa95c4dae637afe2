"""هسبريس, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.sites.families import LISTS
from newscrawl.spider import NewsSpider


class Hespress(NewsSpider):
    """Several public scrapers agree on the listing and the current theme. The second selectors are those of
    the theme of 2013-2020, whose pages may still be at their old addresses.
    """

    name = "hespress"
    site = Site(
        name="هسبريس",
        domain="hespress.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/[^/?]+-\d+\.html$|^/[^/?]+/\d+\.html$",
        not_article=LISTS,
        discover=[
            Listing(
                "https://www.hespress.com/?action=ajax_listing&paged={page}",
                links="a.stretched-link",
                name="latest",
            ),
            Feed("https://www.hespress.com/feed"),
        ],
        markup=[
            Markup(
                title=["h1.post-title", "h1.page_title"],
                date=["span.date-post", "span.story_date"],
                authors=["span.author a", "span.story_author"],
                body=["div.article-content", "#article_body"],
                section=".breadcrumb > li:last-child",
                tags="section.box-tags a.tag_post_tag",
                images=["div.post-thumbnail.featured-img img", ".ratio-medium > img", "#article_holder img"],
                evidence="public scrapers, 2019-2026",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2014-2025",
    )
