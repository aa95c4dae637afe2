import datetime as dt
import re
from dataclasses import replace

import pytest

from newscrawl.sites import Feed, Listing, Site
from newscrawl.spider.arguments import Arguments
from newscrawl.urls import UrlRules


def test_all_arguments_are_strings_as_scrapyd_passes_them() -> None:
    given = {
        "since": "2024-03-20",
        "until": "1445-09-17H",
        "limit": "10",
        "sections": "politics, sport",
        "discover": "feed,sitemap",
        "refresh": "2",
        "url": "https://www.alayam24.com/articles-1.html",
        "_job": "26d1b1a6d6f111e0be5c001e648c57f8",
    }
    arguments = Arguments.parse(given, "MA")
    assert arguments.since == dt.date(2024, 3, 20)
    assert arguments.until == dt.date(2024, 3, 28)  # Morocco began Ramadan 1445 on 12 March
    assert arguments.limit == 10
    assert arguments.sections == {"politics", "sport"}
    assert arguments.discover == {"feed", "sitemap"}
    assert arguments.refresh == 2
    assert Arguments.parse({}) == Arguments()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("since", "31-31-2024", "since='31-31-2024'"),
        ("since", "1445-09-31H", "since='1445-09-31H'"),
        ("limit", "0", "limit='0' should be a whole number above zero"),
        ("refresh", "-1", "refresh='-1'"),
        ("limit", "٣", "limit='٣'"),
        ("discover", "listing,magic", "discover='magic' should be one of: listing, feed, sitemap"),
        ("url", "www.alayam24.com", "url='www.alayam24.com' should begin with http"),
        ("since", "", "since='' is empty: give it a value, or leave it out"),
        ("limit", " ", "limit='' is empty"),
        ("sections", " , ", "sections=',' is empty"),
        ("jobdir", "x", "unknown argument 'jobdir'; the arguments are: since"),
    ],
)
def test_a_wrong_argument_is_named_with_its_value_and_the_remedy(name: str, value: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(")):
        Arguments.parse({name: value})


def test_since_after_until_is_refused() -> None:
    with pytest.raises(ValueError, match="should not be after"):
        Arguments.parse({"since": "2024-03-27", "until": "2024-03-20"})


NAMED = Site(
    name="الأيام 24",
    domain="alayam24.com",
    timezone="Africa/Casablanca",
    article=r"^/articles-[0-9]+",
    url_rules=UrlRules(hosts={"alayam24.ma": "alayam24.com"}),
    discover=[
        Listing("/"),
        Listing("/politics/"),
        Listing("/%D8%B1%D9%8A%D8%A7%D8%B6%D8%A9/?page={page}"),
        Listing("/latest", name="all"),
        Feed("/feed", name="feed"),
    ],
)
FOUND = replace(NAMED, discover=[Listing("/", follow_sections=True), Feed()])


@pytest.mark.parametrize(
    ("site", "given", "said"),
    [
        (NAMED, {"url": "https://www.hespress.com/x-1.html"},
         "url='https://www.hespress.com/x-1.html' is not an address of alayam24.com"),
        (NAMED, {"url": "https://alayam24.com.example/articles-1.html"}, "url='https://alayam24.com.example"),
        (NAMED, {"discover": "api"},
         "discover='api': alayam24.com declares no such list; it has: listing, feed"),
        (NAMED, {"discover": "sitemap,api"}, "discover='api,sitemap': alayam24.com declares no such list"),
        (NAMED, {"sections": "nosuch"},
         "sections='nosuch': alayam24.com has no such section; it has: politics, رياضة, all, feed"),
        (NAMED, {"sections": "politics,sprot"}, "sections='sprot': alayam24.com has no such section"),
        (NAMED, {"sections": "politics", "discover": "feed"},
         "sections='politics': alayam24.com has no such section; it has: feed"),
        (FOUND, {"sections": "politics", "discover": "feed"}, "it has: none that can be named"),
    ],
    ids=["other_site", "like_it", "kind", "kinds", "section", "one_section", "kind_of_section", "no_names"],
)  # fmt: skip
def test_arguments_that_do_not_fit_the_site_are_refused(site: Site, given: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Arguments.parse(given).check(site)


@pytest.mark.parametrize(
    ("site", "given"),
    [
        (NAMED, {}),
        (NAMED, {"url": "https://m.alayam24.com/articles-1.html"}),
        (NAMED, {"url": "http://alayam24.ma/articles-1.html"}),
        (NAMED, {"discover": "feed,api"}),
        (NAMED, {"sections": "رياضة,all"}),
        (FOUND, {"sections": "nosuch"}),
    ],
    ids=["nothing", "subdomain", "host", "kinds", "sections", "sections_on_the_page"],
)
def test_arguments_that_may_fit_the_site_are_accepted(site: Site, given: dict[str, str]) -> None:
    Arguments.parse(given).check(site)
