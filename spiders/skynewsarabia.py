"""سكاي نيوز عربية, a news channel of the Emirates."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.sites.families import LISTS
from newscrawl.spider import NewsSpider
from newscrawl.urls import UrlRules


class Skynewsarabia(NewsSpider):
    """Based on a page saved in a browser in 2026; its content before scripts run is not known. The id alone
    leads to an article. The dates in JSON-LD have Arabic digits.
    """

    name = "skynewsarabia"
    site = Site(
        name="سكاي نيوز عربية",
        domain="skynewsarabia.com",
        country="AE",
        timezone="Asia/Dubai",
        article=r"^/[a-z-]+(?:/[a-z-]+)?/\d{5,}(?:-[^/?]*)?$",
        not_article=LISTS,
        url_rules=UrlRules(rewrites=((r"^/[a-z-]+(?:/[a-z-]+)?/(\d+)(?:-[^/]*)?$", r"/\1"),)),
        discover=[
            Listing("https://www.skynewsarabia.com/middle-east", links=".comp_1_item a"),
            Listing("https://www.skynewsarabia.com/world", links=".comp_1_item a"),
            Listing("https://www.skynewsarabia.com/business", links=".comp_1_item a"),
        ],
        markup=[
            Markup(
                title="h1.sna_content_heading",
                lede="p.article-summary",
                date="span.sna_content_head_date",
                body=".article-content .article-body",
                section="article h2 a.sna_title_1_text",
                images="img.article-image",
                remove=".article-body sna, .article-body [class*=rel], .article-body .noprint",
                cut=["أخبار ذات صلة", "الأكثر قراءة", "(?:اشترك في|لم تفعّل) خدمة .*"],
                evidence="page saved in July 2026",
            )
        ],
        evidence="saved page",
        year=2026,
        addresses="2020-2026",
    )
