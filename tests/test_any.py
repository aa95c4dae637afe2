"""``scrapy crawl any``: a newspaper is learned once from its address, then crawled like a declared one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bson
import pytest
from scrapy.exceptions import UsageError

from newscrawl.any_newspaper import check_slug, lost
from newscrawl.kit import learn, probe
from newscrawl.kit.learn import RELEARN
from newscrawl.schedule import lease
from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap, WordPress
from newscrawl.sites.families import WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.sites.learned import from_document, to_document
from newscrawl.spider import newspaper as any_newspaper
from tests.conftest import Database, scrapy
from tests.loopback import LoopbackNewspaper, serve
from tests.test_kit import NAME, clone, page, plain, story, with_feed
from tests.trials import LONG, long

GIVEN = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_ENABLED=False")


__all__ = ["clone"]
ARTICLES = {f"/mojtama/{n}-khabar.html" for n in range(8)}


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    numbers = list(range(8))
    with serve(plain(numbers)) as served:
        with_feed(served, numbers)
        yield served


def crawl(database: Database, *args: str) -> Any:
    done = scrapy("crawl", "any", *args, *GIVEN, MONGODB_URI=database.uri, MONGODB_DATABASE=database.name)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def sites(database: Database, *args: str) -> Any:
    return scrapy("sites", *args, MONGODB_URI=database.uri, MONGODB_DATABASE=database.name)


def home(newspaper: LoopbackNewspaper) -> tuple[str, str]:
    return "-a", f"home=http://127.0.0.1:{newspaper.port}/"


def test_a_newspaper_is_learned_once_and_then_only_walked(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    given = {"title": "مرايا", "slug": "maraya", "country": "PS", "timezone": "Asia/Hebron"}
    now = dt.datetime.now(dt.UTC)
    leases = database.ops["leases"]
    leases.insert_one(lease.enrol("maraya", "every 1d", now))
    leases.update_one(*lease.claim(leases.find_one(), job="one", node="a", now=now, next_due=now + RELEARN))
    said = [f"-a{name}={value}" for name, value in given.items()]
    done = crawl(database, *home(newspaper), *said, "-a_job=one", "-s", "SCHEDULED=True")
    assert done.returncode == 0, done.stderr
    docs = {doc["title"]: doc for doc in database.articles()}
    assert set(docs) == {story(n)["title"] for n in range(8)}
    learned = database.ops["learned"].find_one()
    slug = learned["_id"]
    kept = learned["site"]
    assert {"slug": slug, "title": kept["name"]} | {
        key: kept[key] for key in ("country", "timezone")
    } == given
    assert f"learned {slug}: article   {learned['site']['article']}  (" in done.stderr
    assert {doc["site"] for doc in docs.values()} == {slug}
    runs = [(run["_id"], run["site"], run["scheduled"]) for run in database.ops["runs"].find()]
    assert runs == [("one", slug, True)]
    assert [(doc["_id"], doc["job"], doc["holder"]) for doc in leases.find()] == [(slug, None, None)]
    asked = len(newspaper.asked)
    done = crawl(database, *home(newspaper))
    assert done.returncode == 0, done.stderr
    assert database.ops["learned"].find_one() == learned
    assert [path for path in newspaper.asked[asked:] if path in ARTICLES] == []
    line = next(row for row in sites(database).stdout.splitlines() if row.startswith(slug))
    assert f"learned {learned['learned_at']:%Y-%m-%d}" in line
    assert "مرايا" in line
    assert learned["evidence"]
    assert sites(database, "--forget", slug).returncode == 0
    assert database.ops["learned"].count_documents({}) == 0
    assert len(database.articles()) == 8
    done = sites(database, "--forget", slug)
    assert (done.returncode, f"no newspaper named '{slug}' was learned" in done.stderr + done.stdout) == (
        2,
        True,
    )


@long
def test_a_newspaper_is_learned_from_its_feed(database: Database) -> None:
    numbers = list(range(5))
    newspaper = plain(numbers)
    del newspaper.pages["/"], newspaper.pages["/mojtama/"]
    with serve(newspaper):
        with_feed(newspaper, numbers)
        done = crawl(database, "-a", f"feed=http://127.0.0.1:{newspaper.port}/khabar.xml")
    assert done.returncode == 0, done.stderr
    assert {doc["title"] for doc in database.articles()} == {story(n)["title"] for n in numbers}
    assert database.ops["learned"].find_one()["site"]["timezone"] is None


@long
def test_a_newspaper_is_learned_from_its_sitemap(database: Database) -> None:
    newspaper = plain(list(range(5)))
    del newspaper.pages["/"], newspaper.pages["/mojtama/"]
    with serve(newspaper):
        root = f"http://127.0.0.1:{newspaper.port}"
        urls = "".join(
            f"<url><loc>{root}/mojtama/{n}-khabar.html</loc><lastmod>{story(n)['at']:%Y-%m-%d}</lastmod></url>"
            for n in range(5)
        )
        newspaper.pages["/map.xml"] = (
            200,
            {"Content-Type": "application/xml"},
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>',
        )
        done = crawl(database, "-a", f"sitemap={root}/map.xml")
    assert done.returncode == 0, done.stderr
    assert {doc["title"] for doc in database.articles()} == {story(n)["title"] for n in range(5)}


@long
def test_a_newspaper_that_needs_scripts_is_rendered_in_a_browser(database: Database) -> None:
    newspaper = plain(list(range(12)))
    whole = {path: body for path, body in newspaper.pages.items() if path != "/robots.txt"}
    for path, body in whole.items():
        assert isinstance(body, str)
        inside = body[body.index("<body>") + 6 : body.index("</body>")]
        shown = json.dumps(inside, ensure_ascii=False).replace("</", "<\\/")
        newspaper.pages[path] = (
            f"<html lang=ar dir=rtl><head><title>{NAME}</title></head><body><div id=app></div>"
            f"<script>document.getElementById('app').innerHTML = {shown}</script></body></html>"
        )
    with serve(newspaper):
        done = crawl(database, *home(newspaper))
    assert done.returncode == 0, done.stderr
    assert len(database.articles()) == 12
    assert database.ops["learned"].find_one()["site"]["render"] is True


@long
def test_a_learned_newspaper_becomes_a_declared_spider_without_new_requests(
    newspaper: LoopbackNewspaper, database: Database, clone: Path
) -> None:
    assert crawl(database, *home(newspaper)).returncode == 0
    slug = database.ops["learned"].find_one()["_id"]
    where = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}
    done = scrapy("newsite", "--from-learned", slug, cwd=clone, NEWSCRAWL_DOWNLOAD_DELAY="0.05", **where)
    assert done.returncode == 0, done.stderr
    written = (clone / "spiders" / f"{slug}.py").read_text("utf-8")
    assert f'name = "{slug}"' in written
    assert "not_article=LISTS," in written
    asked = len(newspaper.asked)
    done = scrapy("crawl", slug, *GIVEN, cwd=clone, **where)
    assert done.returncode == 0, done.stderr
    assert [path for path in newspaper.asked[asked:] if path in ARTICLES] == []
    assert {doc["site"] for doc in database.articles()} == {slug}
    assert database.ops["runs"].count_documents({"site": slug}) == 2
    done = scrapy("crawl", "any", *home(newspaper), cwd=clone, **where)
    assert (done.returncode, f"has a spider: run `scrapy crawl {slug}`" in done.stderr) == (2, True)


@long
def test_a_recording_leaves_out_the_requests_for_learning(
    newspaper: LoopbackNewspaper, database: Database, tmp_path: Path
) -> None:
    record = tmp_path / "crawl.warc.gz"
    done = crawl(database, *home(newspaper), "-s", f"REPLAY={record}")
    assert done.returncode == 2
    record.unlink(missing_ok=True)
    assert crawl(database, *home(newspaper), "-s", f"RECORD={record}").returncode == 0
    asked, before = len(newspaper.asked), database.articles()
    database["articles"].drop()
    for left in ("marks", "pending", "checkpoints"):
        database.ops[left].drop()
    done = crawl(database, *home(newspaper), "-s", f"REPLAY={record}")
    assert done.returncode == 0, done.stderr
    assert len(newspaper.asked) == asked
    assert {doc["content_hash"] for doc in database.articles()} == {doc["content_hash"] for doc in before}


@long
def test_a_redesign_is_learned_a_day_later_or_on_request(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    assert crawl(database, *home(newspaper)).returncode == 0
    learned = database.ops["learned"].find_one()
    moved = plain(list(range(20, 28)))
    newspaper.pages.clear()
    newspaper.pages |= {_moved(path): _moved(body) for path, body in moved.pages.items()}
    assert crawl(database, *home(newspaper)).returncode == 3
    assert crawl(database, *home(newspaper)).returncode == 3
    assert database.ops["learned"].find_one() == learned
    yesterday = learned["learned_at"] - dt.timedelta(hours=24)
    database.ops["learned"].update_one({}, {"$set": {"learned_at": yesterday}})
    assert crawl(database, *home(newspaper)).returncode == 0
    assert {doc["site"] for doc in database.articles()} == {learned["_id"]}
    assert len(database.articles()) == 16
    again = database.ops["learned"].find_one()
    assert f"again     {learned['_id']}: its last run found no article (refused)" in again["evidence"]
    assert sites(database, "--relearn", learned["_id"]).stdout.startswith(
        f"its next crawl learns {learned['_id']} again"
    )
    assert [doc["again"] for doc in database.ops["learned"].find()] == [True]


@long
def test_a_newspaper_that_forbids_us_later_keeps_what_was_learned_and_is_left_alone_for_a_day(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    assert crawl(database, *home(newspaper)).returncode == 0
    before = database.ops["learned"].find_one()
    assert sites(database, "--relearn", before["_id"]).returncode == 0
    newspaper.pages["/robots.txt"] = "User-agent: *\nDisallow: /\n"
    done = crawl(database, *home(newspaper))
    assert (done.returncode, "its robots.txt forbids it" in done.stderr) == (3, True)
    after = database.ops["learned"].find_one()
    assert (after["site"], after["again"]) == (before["site"], False)
    assert after["learned_at"] > before["learned_at"]
    asked = len(newspaper.asked)
    assert crawl(database, *home(newspaper)).returncode == 3
    assert set(newspaper.asked[asked:]) <= {"/robots.txt"}
    assert database.ops["learned"].find_one() == after


def _moved(text: Any) -> Any:
    """A path or a page after a redesign of the newspaper: its articles have other addresses."""
    if not isinstance(text, str):
        return text
    return text.replace("/mojtama/", "/khabar/").replace("-khabar.html", "")


def test_a_learned_declaration_is_stored_completely() -> None:
    site = Site(
        name="صدى", domain="sada.example", country="MA", article=r"^/\d+$", not_article="^/x",
        hosts=["sada.example:8"], evidence="saved page", year=2026,
        discover=[Feed("https://sada.example/feed"), WordPress(), Sitemap(), Listing("/", next=None)],
        markup=[Markup(title=["h1.a", "h1"], body="div.b", valid_until=None, evidence="pages read in 2026")],
    )  # fmt: skip
    kept = bson.decode(bson.encode(to_document(site)))
    again = from_document(kept | {"of_a_later_version": 1})
    assert to_document(again) == kept
    assert (again.discover, again.markup, again.article) == (site.discover, site.markup, site.article)


def found_at(article: str, *paths: str) -> probe.SiteDraft:
    """A newly learned pattern, and the addresses that it was made from."""
    found = probe.begin("https://sada.example/")
    found.article, found.articles = article, [f"https://sada.example{path}" for path in paths]
    return found


def test_a_pattern_that_was_learned_earlier_stays() -> None:
    before = Site(name="صدى", domain="sada.example", country="MA", article=r"^/a/\d+$", discover=[])
    found = found_at(r"^/b/\d+$", "/b/17", "/b/18")
    both = learn.learned(found, before, 2026)
    assert both.country == "MA"
    taken = {path for path in ("/a/1", "/b/1", "/c/1") if both.is_article(f"https://sada.example{path}")}
    assert taken == {"/a/1", "/b/1"}
    assert learn.learned(found, both, 2027).article == both.article


OLD, NEW = ("/ahbar/khabar-awwal-alyawm", "/siyassa/nas-thani-tawil"), ("/khabar/31415", "/khabar/31422")
PAGES = ("/about-us-and-our-team", "/privacy-policy-of-sada", "/fr/une-page-en-francais", "/tag/31415", "/")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ((WORDPRESS_POST, WORDPRESS_PAGES, OLD), (r"^/khabar/\d+$", None, NEW)),
        ((r"^/khabar/\d+$", None, NEW), (WORDPRESS_POST, WORDPRESS_PAGES, OLD)),
        ((r"^/khabar/\d+$", None, NEW), (r"^/(?:ahbar|siyassa)/", None, OLD)),
        ((r"/khabar/\d+", r"/31422$", NEW[:1]), (r"/\d+$", r"^/(?:tag|khabar/31415)", NEW[1:])),
    ],
    ids=["slugs then numbers", "numbers then slugs", "one exclusion", "each excludes the other's"],
)
def test_a_newly_learned_pattern_matches_what_either_pattern_matched_and_no_more(
    first: tuple[str, str | None, tuple[str, ...]], then: tuple[str, str | None, tuple[str, ...]]
) -> None:
    def at(article: str, not_article: str | None, paths: tuple[str, ...]) -> probe.SiteDraft:
        found = found_at(article, *paths)
        found.not_article = not_article
        return found

    once, again = (learn.learned(at(*said), None, 2026) for said in (first, then))
    both = learn.learned(at(*then), once, 2026)
    for path in (*OLD, *NEW, *PAGES):
        url = f"https://sada.example{path}"
        assert both.is_article(url) is (once.is_article(url) or again.is_article(url)), path
    assert all(both.is_article(f"https://sada.example{path}") for path in (*first[2], *then[2]))
    assert learn.learned(at(*first), both, 2026).article == both.article


def test_a_pattern_that_matches_all_articles_is_not_widened() -> None:
    before = Site(name="صدى", domain="sada.example", article=r"^/khabar/\d{5}$", discover=[])
    assert learn.learned(found_at(r"^/[^/]+/\d+$", *NEW), before, 2026).article == before.article


DRIFTED = "sada: body is now only guessed (generic reading) in 94% of articles, was 2%"


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        ([], None),
        ([{"outcome": "ok", "articles": 40}], None),
        ([{"outcome": "ok", "articles": 40, "drift": [DRIFTED]}], DRIFTED),
        ([{"articles": 40, "drift": [DRIFTED]}, {"outcome": "nothing_new", "articles": 0}], DRIFTED),
        ([{"articles": 40, "drift": [DRIFTED]}, {"articles": 40}], None),
        ([{"articles": 40, "drift": [DRIFTED], "replay": True}], None),
        ([{"articles": 40, "drift": [DRIFTED], "before": True}], None),
        ([{"articles": 40, "drift": [DRIFTED], "site": "maraya"}], None),
        ([{"outcome": "no_links"}], "sada: its last run found no article (no_links)"),
        ([{"outcome": "refused"}], "sada: its last run found no article (refused)"),
        ([{"outcome": "no_links"}, {"outcome": "unreachable"}], None),
    ],
)
def test_runs_show_whether_the_learned_declaration_still_fits(
    runs: list[dict[str, Any]], why: str | None, database: Database
) -> None:
    at = dt.datetime(2026, 11, 27, 6, tzinfo=dt.UTC)
    for n, run in enumerate(runs, 1):
        hours = dt.timedelta(hours=-n if run.get("before") else n)
        kept = {"site": run.get("site", "sada"), "started_at": at + hours, "drift": run.get("drift", [])}
        kept |= {"reading": {"articles": run.get("articles", 0)}, "replay": run.get("replay", False)}
        database.ops["runs"].insert_one(kept | {"outcome": run.get("outcome", "ok")})
    assert lost(database.ops, {"_id": "sada", "learned_at": at}) == why


def test_a_slug_belongs_to_one_newspaper_and_never_changes(database: Database) -> None:
    database.ops["learned"].insert_one({"_id": "sada", "place": "sada.example"})
    where = any_newspaper.Newspaper("home", "https://sada.example/")
    known = database.ops["learned"].find_one()
    for slug in (None, "sada"):
        check_slug(database.ops, replace(where, slug=slug), known, {"hespress"})
    with pytest.raises(UsageError, match=r"slug='maraya': https://sada.example/ was learned as 'sada'"):
        check_slug(database.ops, replace(where, slug="maraya"), known, {"hespress"})
    check_slug(database.ops, replace(where, slug="maraya"), None, {"hespress"})
    for slug in ("sada", "hespress"):
        with pytest.raises(UsageError, match=f"slug='{slug}' is the name of another newspaper"):
            check_slug(database.ops, replace(where, slug=slug), None, {"hespress"})


def _shop(n: int) -> str:
    return page(n).replace('"@type": "NewsArticle"', '"@type": "Product"')


@pytest.mark.parametrize(
    ("pages", "status", "said"),
    [
        ({f"/mojtama/{n}-khabar.html": _shop(n) for n in range(8)}, 3, "it is a shop"),
        ({"/robots.txt": "User-agent: *\nDisallow: /\n"}, 3, "its robots.txt forbids it"),
        pytest.param({"/": "<p>قريبا</p>"}, 3, "its links have no form in common", marks=LONG),
        pytest.param({"/": (404, {}, "")}, 3, "could not be read (client): HTTP status 404", marks=LONG),
    ],
    ids=["shop", "forbidden", "nothing", "gone"],
)
def test_a_site_that_is_not_a_newspaper_is_refused_with_the_reason(
    pages: dict[str, Any], status: int, said: str, database: Database
) -> None:
    newspaper = plain(list(range(8)))
    newspaper.pages |= pages
    with serve(newspaper):
        done = crawl(database, *home(newspaper))
        assert done.returncode == status, done.stderr
        assert said in done.stderr
        assert database.articles() == []
        if said.startswith("could not be read"):  # this may pass at any moment
            assert database.ops["learned"].find_one() is None
            return
        assert database.run()["outcome"] == "refused"
        asked = len(newspaper.asked)
        done = crawl(database, *home(newspaper))
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert len(newspaper.asked) == asked


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "any takes one of home=, feed= and sitemap="),
        (("-a", "home=https://a.example/", "-a", "feed=https://a.example/feed"), "any takes one of"),
        (("-a", "home=sada"), "home='sada' should be an address such as"),
        (("-a", "home=https://www.hespress.com/"), "has a spider: run `scrapy crawl hespress`"),
        (("-a", "home=https://a.example/", "-a", "limit=x"), "limit='x' should be a whole number"),
        (("-a", "home=https://a.example/", "-a", "hoem=x"), "unknown argument 'hoem'"),
        (("-a", "home=https://a.example/", "-a", "timezone=Rabat"), "timezone='Rabat' is not an IANA zone"),
    ],
)
def test_arguments_without_a_newspaper_are_wrong_use(given: tuple[str, ...], said: str) -> None:
    done = scrapy("crawl", "any", *given)
    assert done.returncode == 2
    assert said in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
