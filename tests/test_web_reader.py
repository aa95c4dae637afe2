"""The pages of `scrapy web` for readers."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from newscrawl.items import Article
from newscrawl.stored import declared
from newscrawl.vocabulary import (
    CopyKind,
    CoverageReason,
    DateKind,
    DateWarning,
    HijriBasis,
    Origin,
    TextWarning,
)
from newscrawl.web import differences, story
from newscrawl.web.access import AccessSettings
from newscrawl.web.app import WebApp
from newscrawl.web.coverage import DayState
from newscrawl.web.looking import Lookout
from newscrawl.web.page import Context, WebRequest
from newscrawl.web.words import has
from tests.conftest import Database
from tests.web_articles import IDS, MANY

PAGES = (
    "/search", "/search?q=السوق", "/search?q=السوق&page=2", "/search?source=waha&since=2026-11-01",
    "/search?q=السوق&since=1448-05H&copies=no&order=newest", "/search?q=كلمةلاتوجد", "/search?tag=تجارة",
    *(f"/articles/{IDS[what]}" for what in IDS), f"/articles/{IDS['copy']}?with={IDS['corrected']}",
    f"/articles/{IDS['edited']}?with={IDS['corrected']}", f"/articles/{IDS['corrected']}/page",
    f"/articles/{IDS['copy']}/page", f"/stories/{IDS['corrected']}", f"/stories/{IDS['french']}",
    "/corrections", "/corrections?before=2026-11-20T18:00Z", "/coverage", "/coverage/manar",
    "/coverage/manar?calendar=hijri", "/coverage/sada_rif?year=2026",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(installation: Database, web_archive: Path) -> Iterator[TestClient]:
    """A browser without a screen."""
    db = installation.client[installation.name]
    context = Context(db, installation.ops, {"ARCHIVE": str(web_archive)}, Lookout())
    with TestClient(WebApp(context, AccessSettings()), base_url="http://127.0.0.1:8765") as found:
        yield found


def get(client: TestClient, path: str, lang: str = "en", status: int = 200) -> str:
    client.cookies.clear()
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_every_page_exists_in_both_languages(client: TestClient, lang: str) -> None:
    for path in PAGES:
        page = get(client, path, lang)
        assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in page
        assert "<script" not in page
        assert "style=" not in page
        # The dot after a name belongs to the line, not to the name.
        assert not re.search(r'class="by">(?:<span>.*?</span>)*<bdi', page), path
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page), path
        for said in re.findall(r'<(?:img|iframe|link|source)[^>]*(?:href|src)="([^"]*)"', page):
            assert said.startswith(("/", "http://127.0.0.1:8766/")), said


def test_no_page_reads_more_than_30_documents_for_a_line(client: TestClient, installation: Database) -> None:
    db = installation.client[installation.name]
    for path in PAGES:
        db.command("profile", 2)
        page = get(client, path)
        db.command("profile", 0)
        read = sum(entry.get("docsExamined", 0) for entry in db["system.profile"].find())
        db.drop_collection("system.profile")
        lines = len(re.findall(r"<(?:li|tr|p|dt|option)\b", page))
        assert read <= 30 * lines, (path, read, lines)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_corrected_article_says_so_and_shows_what_changed(client: TestClient) -> None:
    page = get(client, f"/articles/{IDS['corrected']}")
    assert "this is version 3" in page
    assert "#history" in page
    history = page.partition('id="history"')[2].partition('id="provenance"')[0]
    assert history.index('id="state-2"') < history.index('id="state-1"')
    assert re.search(r"<del><bdi[^>]*>24</bdi></del>\s*<ins><bdi[^>]*>42</bdi></ins>", history)
    assert re.search(r"<ins><bdi[^>]*>بلدية الواحة تفتح</bdi></ins>", history)
    assert "3 paragraphs unchanged" not in history.partition('id="state-1"')[0]
    assert "2 paragraphs unchanged" in history.partition('id="state-1"')[2]


def test_corrections_are_listed_the_last_first(client: TestClient) -> None:
    page = get(client, "/corrections")
    links = re.findall(r'<h2><a href="/articles/(\w+)#state-(\d)">', page)
    assert links == [(IDS["corrected"], "2"), (IDS["corrected"], "1")]
    assert page.count("<ins>") == 1 + 2 + 1  # the key, the headline, the first place of the text
    assert 'id="state-1"' in get(client, f"/articles/{IDS['corrected']}")
    assert text_of(page).count("and 1 more change") == 1  # the second place of the text
    earlier = get(client, "/corrections?before=2026-11-20T18:00:00%2B00:00")
    assert re.findall(r"#state-(\d)", earlier) == ["1"]
    assert f'/articles/{IDS["corrected"]}#history">corrected</a>' in get(client, "/search?q=بلدية")


def test_both_calendars_are_shown_side_by_side(client: TestClient) -> None:
    page = text_of(get(client, f"/articles/{IDS['corrected']}", "ar"))
    assert "الجمعة 20 نوفمبر 2026" in page
    assert "9 جمادى الآخرة 1448 هـ" in page or "10 جمادى الآخرة 1448 هـ" in page
    assert "جمادى الآخرة 1448 هـ (بحساب المغرب)" in page
    assert "جمادى الآخرة 1448 هـ (بتقويم أم القرى)" in page
    other = text_of(get(client, "/articles/" + IDS["undated"]))
    assert "between Tuesday, 10 November 2026 and Saturday, 14 November 2026" in other
    assert "Its day is not known: منذ أسبوع names no exact day" in other
    assert "ورد في الصفحة: منذ أسبوع" in text_of(get(client, "/articles/" + IDS["undated"], "ar"))


def test_each_field_has_its_origin_and_place(client: TestClient) -> None:
    page = get(client, f"/articles/{IDS['corrected']}").partition('id="provenance"')[2]
    rows = {row.partition("</th>")[0]: text_of(row) for row in page.split('<th scope="row">')[1:]}
    assert "site&#39;s markup" in rows["date"]
    assert "span.waqt" in rows["date"]
    assert "JSON-LD articleSection" in rows["section"]
    assert "div.matn p" in rows["body"]
    assert "not found" in rows["tags"]
    assert "article:modified_time" in page


def test_a_copy_names_its_root_and_the_differences(client: TestClient) -> None:
    page = get(client, f"/articles/{IDS['edited']}")
    compare = f"/articles/{IDS['edited']}?with={IDS['corrected']}#differences"
    assert compare in page
    shown = get(client, compare).partition('id="differences"')[2]
    assert re.search(r"<del><bdi[^>]*>200</bdi></del>\s*<ins><bdi[^>]*>مئتي</bdi></ins>", shown)
    assert "% of the words of the other text also appear here" in text_of(shown)
    same = get(client, f"/articles/{IDS['copy']}?with={IDS['corrected']}")
    assert "word for word" not in same  # there is no lede
    assert "ساحة" in same.partition('id="differences"')[2]


def test_a_story_is_shown_in_order_of_time_with_its_owners(client: TestClient) -> None:
    page = get(client, f"/stories/{IDS['copy']}")
    shown = text_of(page)
    assert "4 articles in 4 newspapers" in shown
    for said in (
        "3 hours after the first",
        "at jami3.example",
        "agency: و م ع",
        "first seen",
        "86% of its words",
    ):
        assert said in shown
    assert "the first, which the others copy" in shown
    ids = re.findall(r'<h2><a href="/articles/(\w+)">', page)
    assert ids == [IDS[what] for what in ("corrected", "edited", "copy", "aggregated")]
    assert page.count("<circle") == 4


def test_text_of_a_page_cannot_change_the_direction_or_run_code(client: TestClient) -> None:
    page = get(client, f"/articles/{IDS['hostile']}")
    assert "alert(1)&lt;/script&gt;" in page
    assert "\\u202e" in page
    assert 'href="javascript' not in page
    assert "javascript:alert(4)" in page
    assert 'dir="rtl"' in page
    french = get(client, f"/articles/{IDS['french']}", "ar")
    assert '<article class="news" lang="fr" dir="ltr">' in french


def test_search_marks_the_words_and_continues_by_its_address(client: TestClient) -> None:
    page = get(client, "/search?q=سوق")
    assert "<mark>السوق</mark>" in page
    assert f"{MANY + 5} articles" in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    last = get(client, following[1].replace("&amp;", "&").replace("page=2", "page=3"))
    assert 'start="41"' in last
    assert 'rel="next"' not in last
    assert 'value="سوق"' in last
    past = get(client, "/search?q=سوق&page=9")
    assert "There are only 3 pages of results" in text_of(past)
    assert "page=3" in past
    assert "Page 9" not in past
    one = get(client, "/search?source=waha&since=2026-11-20&until=2026-11-20")
    assert set(re.findall(r'<p class="by"><span><bdi dir="auto">([^<]+)', one)) == {"الواحة اليوم"}


def test_the_link_of_a_tag_or_a_section_finds_the_article(client: TestClient) -> None:
    article = get(client, f"/articles/{IDS['corrected']}")
    links = re.findall(r'href="(/search\?(?:tag|source=\w+&amp;section)=[^"]+)"', article)
    assert len(links) == 1 + 3
    for link in links:
        page = get(client, link.replace("&amp;", "&"))
        assert f'href="/articles/{IDS["corrected"]}"' in page
    assert 'name="tag" dir="auto" value="أسواق"' in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=؟!", "no word to look for"), (f"q={'كلمة+' * 13}", "Give 12 at most"),
        ("q=سوق&since=gestern", "gestern is not a valid day or month"),
        ("q=سوق&until=2026-13", "2026-13 is not a valid day or month"),
        ("q=سوق&since=1448-06", "For a Hijri date add an H: 1448-06H"),
        ("q=سوق&since=2026-11-20&until=2026-11-01", "comes after the last one"),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_searched_is_reported_with_the_remedy(
    client: TestClient, query: str, said: str
) -> None:
    page = get(client, f"/search?{query}")
    assert said in text_of(page)
    assert 'role="alert"' in page
    assert "تعذّر" not in get(client, f"/search?{query}", "ar")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/articles/none", 404), ("/articles/none/page", 404), ("/stories/none", 404),
        ("/coverage/nobody", 404),
        ("/coverage/manar?year=5", 400), ("/coverage/manar?year=0000", 400),
        ("/coverage/manar?year=2999&calendar=hijri", 400), ("/corrections?before=yesterday", 400),
    ],
)  # fmt: skip
def test_a_page_that_does_not_exist_says_so(client: TestClient, path: str, status: int) -> None:
    get(client, path, status=status)


def test_an_article_is_found_by_any_of_its_keys_and_not_once_it_is_forgotten(
    client: TestClient, installation: Database
) -> None:
    db = installation.client[installation.name]
    db["forgotten"].insert_one({"_id": IDS["french"]})
    try:
        get(client, f"/articles/{IDS['french']}", status=404)
    finally:
        db["forgotten"].delete_one({"_id": IDS["french"]})


def test_an_article_of_an_older_version_is_shown_without_what_it_lacks(
    client: TestClient, installation: Database
) -> None:
    db = installation.client[installation.name]
    later = [name for name, says in declared(Article).items() if says.since > 1]
    doc = {k: v for k, v in (db["articles"].find_one({"_id": IDS["copy"]}) or {}).items() if k not in later}
    old = "0" * 32
    doc |= {"_id": old, "keys": [old], "title": "خبر قديم جدا", "search_text": "خبر قديم جدا"}
    db["articles"].insert_one(doc)
    try:
        for path in (f"/articles/{old}", f"/articles/{old}/page", f"/stories/{old}", "/search?q=قديم+جدا"):
            assert "خبر قديم جدا" in get(client, path)
    finally:
        db["articles"].delete_one({"_id": old})


def test_coverage_is_shown_in_words_and_patterns(client: TestClient) -> None:
    page = get(client, "/coverage/sada_rif")
    silent = re.search(r'<a class="day part"[^>]*aria-label="([^"]+)"', page)
    assert silent
    assert "incomplete, 0 articles" in silent[1]
    assert "the site did not answer" in silent[1]
    assert 'class="day unknown"' in page
    assert page.count('class="day today"') == 1 + 1  # the key, today
    assert 'href="#after-calendar">Skip the calendar</a>' in page
    assert 'id="after-calendar"' in page
    assert "25 of 27" in get(client, "/coverage")  # today, the last of 28 days, is not over
    hijri = get(client, "/coverage/manar?calendar=hijri", "ar")
    assert "جمادى الآخرة 1448 هـ" in text_of(hijri)
    assert "(بحساب المغرب)" in hijri  # the country is that of its articles
    assert "قبل أن نبدأ" in hijri
    assert not re.search(r'aria-label="[^"]*,[^"]*"', hijri)
    first = re.search(r'href="(/search\?source=manar[^"]+)"', page.replace("sada_rif", "manar"))
    assert first


def test_every_word_of_the_closed_lists_has_a_wording(client: TestClient) -> None:
    lists: dict[str, Any] = {
        "copy": CopyKind, "coverage": CoverageReason, "date_kind": DateKind, "date_warning": DateWarning,
        "text_warning": TextWarning, "method": Origin, "covered": DayState,
    }  # fmt: skip
    for prefix, words in lists.items():
        assert not [word for word in words if not has(f"{prefix}.{word}")]
    assert all(has(f"basis.{word}") for word in HijriBasis if word != HijriBasis.TABLE)


# --- Differences


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""), ("أ", ""), ("", "أ ب"), ("أ ب\n\nج", "أ ب ج"), ("أ\n\nب\n\nج", "أ\n\nج"),
        ("أ ب ج " * 900, "أ ب د " * 900), ("\n\n".join("أبجد") * 500, "\n\n".join("أبجه") * 500),
    ],
)  # fmt: skip
def test_the_parts_of_a_difference_make_up_the_two_texts(old: str, new: str) -> None:
    shown = differences.of_texts(old, new)
    kinds = differences.Kind
    for text, other in ((old, kinds.IN), (new, kinds.OUT)):
        words = [w for one in shown for part in one.parts if part.kind != other for w in part.text.split()]
        paragraphs = [part for part in text.split("\n\n") if part.strip()]
        unchanged = sum(one.unchanged for one in shown)
        assert len(paragraphs) >= unchanged or not paragraphs
        assert set(words) <= set(text.split())
        if not unchanged:
            assert words == text.split()


def test_a_copy_that_claims_to_be_older_than_its_root_comes_before_it_on_the_time_line() -> None:
    noon = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
    root, copy = (
        dict.fromkeys(("day", "duplicate", "agencies"))
        | {"_id": name, "title": "خبر", "source": name, "duplicate_of": of, "published_at": at}
        for name, of, at in (("root", None, noon), ("copy", "root", noon - dt.timedelta(hours=3)))
    )
    for lang, places in (("en", [980, 20]), ("ar", [20, 980])):
        shown = story.show([root, copy], WebRequest(lang, noon))
        assert shown["dots"] == places
        assert (shown["first"], shown["last"]) == (noon - dt.timedelta(hours=3), noon)
        assert shown["members"][1]["it"].after == dt.timedelta(hours=-3)
