"""البيان, a newspaper of Dubai."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider


class Albayan(NewsSpider):
    """A page saved in 2020; the markup of today is not known. Listings are found from the home page."""

    name = "albayan"
    site = Site(
        name="البيان",
        domain="albayan.ae",
        country="AE",
        timezone="Asia/Dubai",
        article=r"/\d{4}-\d{2}-\d{2}-1\.\d+$",
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
    )
