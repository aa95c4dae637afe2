"""الشروق أونلاين, an Algerian newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.sites.families import WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.spider import NewsSpider


class Echoroukonline(NewsSpider):
    """Five public scrapers up to 2025 agree on the ``ech-`` theme. A public WordPress installation of 2026
    had a newer theme, whose selectors come first; it is not known whether that theme is live.
    """

    name = "echoroukonline"
    site = Site(
        name="الشروق أونلاين",
        domain="echoroukonline.com",
        country="DZ",
        timezone="Africa/Algiers",
        article=WORDPRESS_POST,
        not_article=WORDPRESS_PAGES,
        discover=[
            Feed("https://www.echoroukonline.com/feed"),
            Listing(
                "https://www.echoroukonline.com/algeria/",
                links=".news-card__title a, .ech-card__title a",
            ),
        ],
        markup=[
            Markup(
                title=["h1.single-article__title", "h1.ech-sgmn__title"],
                lede="p.single-article__deck",
                date=["time.single-article__date::attr(datetime)", "time.ech-card__mtil"],
                authors=["a.single-article__author-name", "a.ech-sgmn__aanm._link", ".ech-sgmn__aanm._noap"],
                body=["div.entry-content[itemprop=articleBody]", "div.ech-artx"],
                section="a.ech-bkbt._albk",
                tags=[".tag-list a", "ul.ech-sgmn__tgls a"],
                images="figure.ech-sgmn__figure img::attr(data-src)",
                remove="aside.ai-summary",
                evidence="public scrapers, up to 2025; the first selectors: a public repository, 2026",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2014-2020",
    )
