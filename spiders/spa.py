"""واس, the news agency of Saudi Arabia."""

from newscrawl.sites import Api, Site
from newscrawl.spider import NewsSpider


class Spa(NewsSpider):
    """A public scraper and fifty saved responses of 2023 show the API. That scraper posed as a search
    engine; whether the API accepts an honest user agent is not known. The pages are rendered in the browser
    and read generically: their information line has the day in both calendars.
    """

    name = "spa"
    site = Site(
        name="وكالة الأنباء السعودية",
        domain="spa.gov.sa",
        country="SA",
        timezone="Asia/Riyadh",
        article=r"^/(?:ar/)?[NnWw]\d{6,}(?:\?|$)|^/\d{6,}(?:\?|$)|^/viewstory\.php\?(?:.*&)?newsid=\d+",
        not_article=r"[?&]lang=(?!ar)",
        discover=[
            Api(
                "https://portalapi.spa.gov.sa/api/v1/news/search?by_latest=1&start={page}&rows=10&l=ar",
                first=0,
                step=10,
                items="data",
                link="join('', ['https://www.spa.gov.sa/', uuid])",
                title="title",
                date="published_at",
            )
        ],
        render=True,
        evidence="public scraper",
        year=2023,
        addresses="2017-2026",
    )
