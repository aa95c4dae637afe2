"""The declarations of the stored fields, from which schema, writer, revisions and views derive."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.identity import identify
from newscrawl.items import DATE_FIELDS, READ_FIELDS, Article, RawArticle, Rejection, Revision
from newscrawl.kit import fixture
from newscrawl.page import read
from newscrawl.sites import Markup, Site
from newscrawl.store import decisions, revisions, schema
from newscrawl.store.migrations import COMPUTED
from newscrawl.stored import NOT_STORED, Changes, StoredField, changing, declared, default, paths, stored

NOW = dt.datetime(2024, 4, 5, 12, tzinfo=dt.UTC)
SITE = Site(
    name="صدى الواحة",
    domain="sada-elwaha.ma",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"\d+",
    discover=[],
    markup=[Markup(title="h1", lede="p.mulakhas", body="div.matn p", authors="b.katib", date="i.waqt")],
)
TEXT = " ".join(["الرباط - و م ع: أعلنت الوزارة اليوم عن برنامج جديد لتدبير الماء في القرى والمدن."] * 4)
RICH = f"""<html lang="ar"><head>
<link rel="alternate" hreflang="fr" href="https://fr.sada-elwaha.ma/7300">
<link rel="next" href="https://www.sada-elwaha.ma/jihat/7300/2">
<meta property="article:modified_time" content="2024-04-03T12:00:00+00:00">
<meta property="article:section" content="جهات"><meta name="keywords" content="الماء, القرى">
<meta property="og:image" content="https://www.sada-elwaha.ma/sadd.jpg">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "برنامج جديد لتدبير الماء", "isAccessibleForFree": true, "articleSection": "جهات"}}</script>
</head><body><h1>برنامج جديد لتدبير الماء</h1><b class="katib">كتب: محمد العلوي</b>
<i class="waqt">الأربعاء 3 أبريل 2024 - 10:30</i><p class="mulakhas">خمس سنوات لتزويد القرى بالماء</p>
<div class="matn"><p>{TEXT}</p><p>{TEXT}</p></div></body></html>"""
UNDATED = f"<h1>نصائح لترشيد ماء المطبخ</h1><i class=waqt>يوم 21130</i><div class=matn><p>{TEXT}</div>"
ELSEWHERE = {
    "via": "the date pipeline, at an aggregator",
}
"""Fields that no page fills → where they are filled."""


def test_a_field_that_does_not_say_how_it_is_stored_is_named() -> None:
    @dataclasses.dataclass
    class Sample:
        title: str = dataclasses.field(default="", metadata=stored("the page", Changes.TEXT))
        page: bytes = dataclasses.field(default=b"", metadata=NOT_STORED)
        reading_minutes: int = 0

    with pytest.raises(TypeError, match=r"Sample\.reading_minutes needs metadata=stored"):
        declared(Sample)


@pytest.mark.parametrize("cls", [Article, Rejection, Revision])
def test_every_field_of_a_document_says_where_it_comes_from_and_when_it_changes(cls: type) -> None:
    for name, says in declared(cls).items():
        assert says.source, f"{cls.__name__}.{name} does not say what it is derived from"
        assert says.changes, f"{cls.__name__}.{name} does not say when it changes"


def test_a_field_that_was_added_later_has_a_value_for_older_documents() -> None:
    for name, says in declared(Article).items():
        if says.since > 1 and name not in COMPUTED:
            assert default(Article, name) in (None, "", 0, []), f"Article.{name} needs a default"


def test_no_two_fields_share_a_name_in_the_saved_pages() -> None:
    assert len(fixture.FIELDS) == sum(says.expected for _, says in paths(Article))


def test_every_field_that_is_read_from_pages_is_filled_on_some_page() -> None:
    """Without this test, nobody would notice a field that keeps its default for ever."""
    articles = [
        identify(read(page.encode(), f"https://www.sada-elwaha.ma/jihat/{number}", site=SITE, now=NOW))
        for number, page in ((7300, RICH), (7301, UNDATED))
    ]
    empty = [
        name
        for name in changing(Article, Changes.TEXT, Changes.DATE)
        if name not in ELSEWHERE and all(getattr(article, name) in (None, "", 0, []) for article in articles)
    ]
    assert not empty, f"nothing fills {empty}"
    assert {name for name in READ_FIELDS if name not in articles[0].origins} == set()


def test_the_fields_of_a_date_and_those_read_on_a_page() -> None:
    assert set(DATE_FIELDS) > {"day", "published_at", "hijri_day", "published", "published_raw"}
    assert set(READ_FIELDS) <= {f.name for f in dataclasses.fields(RawArticle)}
    assert set(READ_FIELDS) - set(declared(Article)) == {"dates"}


# --- The writer and the revisions


OLD = Article(
    url="https://www.alayam24.com/articles-1.html",
    keys=["0a1b2c3d4e5f60718293a4b5c6d7e8f9"],
    source="alayam24",
    source_name="الأيام 24",
    site="alayam24",
    title="برنامج جديد لتدبير الماء",
    body=TEXT,
    content_hash="5e0c9d7b3a1f4e2d8c6b0a9f7e5d3c1b",
    first_seen_at=NOW,
    last_seen_at=NOW,
)


@pytest.mark.parametrize(
    ("what", "when"),
    [
        ({"text": False, "date": False}, {Changes.VISIT}),
        ({"text": True, "date": False}, {Changes.VISIT, Changes.TEXT}),
        ({"text": False, "date": True}, {Changes.VISIT, Changes.DATE}),
        ({"text": True, "date": True}, {Changes.VISIT, Changes.TEXT, Changes.DATE}),
    ],
)
def test_the_writer_updates_every_field_that_changes_then(what: dict[str, bool], when: set[Changes]) -> None:
    new = schema.document(OLD)
    expected = {name: new[name] for name, says in declared(Article).items() if says.changes in when}
    assert decisions.replaced_fields(new, **what) == expected


def test_a_revision_keeps_what_a_reader_saw() -> None:
    old = schema.document(OLD) | {"_id": OLD.keys[0]}
    kept = revisions.revision(old, dataclasses.replace(OLD, title="برنامج آخر"), NOW)
    shown = {name for name, says in declared(Article).items() if says.is_revised}
    assert shown <= kept.keys()
    assert kept["changed"] == ["title"]
    assert not kept.keys() & set(schema.INTERNAL)
    assert {name: kept[name] for name in shown} == {name: old[name] for name in shown}


def test_views_derive_from_the_declarations() -> None:
    (_, pipeline) = schema.VIEWS["news"]
    assert pipeline[-1]["$project"].keys() == {n for n, says in declared(Article).items() if says.internal}


@given(st.sampled_from(list(Changes)), st.booleans())
def test_a_revision_keeps_a_field_that_a_reader_sees_and_a_correction_changes(
    changes: Changes, internal: bool
) -> None:
    says = StoredField("the page", changes, internal=internal)
    assert says.is_revised == (changes in (Changes.TEXT, Changes.DATE) and not internal)
