"""البيان, a newspaper of Dubai."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.sites.families import ID, LISTS
from newscrawl.spider import NewsSpider


class Albayan(NewsSpider):
    """Based on a page saved in 2020; the current markup is not known. Listings are found from the home
    page.
    """

    name = "albayan"
    site = Site(
        name="البيان",
        domain="albayan.ae",
        country="AE",
        timezone="Asia/Dubai",
        article=rf"^/(?:[a-z0-9-]+/)+\d{{4}}-\d{{2}}-\d{{2}}-1\.\d+$|^/(?:[a-z][a-z0-9-]*/){{1,3}}{ID}$",
        not_article=LISTS,
        discover=[Listing("https://www.albayan.ae/", follow_sections=True), Sitemap(), Feed()],
        markup=[
            Markup(
                title="h1.title",
                date="time.date.published::attr(datetime)",
                section="ul.breadcrumb li.last-child span",
                body="#articledetails.articlecontent",
                images="figure.detailsmedia img",
                remove="#articledetails .metadata, p.follow-google",
                evidence="page saved in June 2020",
            )
        ],
        evidence="saved page",
        year=2020,
        addresses="2010-2026",
    )
