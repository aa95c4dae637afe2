"""الصحراء, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.sites.families import WORDPRESS_PAGES
from newscrawl.spider import NewsSpider


class Assahraa(NewsSpider):
    """The selectors come from the scraper of one team in 2023; sections are found from the home page."""

    name = "assahraa"
    site = Site(
        name="الصحراء",
        domain="assahraa.ma",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/(?:web|journal)/(?:19|20)\d\d/\d+/?$",
        not_article=WORDPRESS_PAGES,
        discover=[Listing("https://assahraa.ma/", follow_sections=True), Feed(), Sitemap()],
        markup=[
            Markup(
                title=".sec-info > h1",
                date=".sec-info .time",
                body=".article > p",
                section=".main-title",
                evidence="public scraper, 2023",
            )
        ],
        evidence="public scraper",
        year=2023,
        addresses="2007, 2021",
    )
