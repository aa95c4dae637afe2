# ruff: noqa: E501 (pages are long lines)
"""The fields that ``extract`` reads, and their origins."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from newscrawl.items import RawArticle
from newscrawl.page import extract
from newscrawl.sites import Markup, Site
from tests.page_shapes import HEADLINES, TITLE, P, frame, ld, ps

URL = "https://www.sahifa-example.com/news/1.html"
NOW = dt.datetime(2024, 10, 9, 10, tzinfo=dt.UTC)


def site(*markup: Markup) -> Site:
    return Site(
        name="صحيفة المثال",
        domain="sahifa-example.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"/news/\d+\.html$",
        discover=[],
        markup=markup,
    )


def read(page: str | bytes, *markup: Markup) -> RawArticle:
    body = page if isinstance(page, bytes) else page.encode()
    return extract(body, URL, site=site(*markup) if markup else None, now=NOW)


MARKUP = Markup(
    version="2",
    title="h2.t",
    lede="p.chapo",
    body=("div.new-theme p", "div.story > p"),
    date="span.when",
    modified="span.changed",
    authors="a.who::text",
    section=".crumb a",
    tags=".tags a",
    images="img.lazy::attr(data-original)",
    remove=".inside-box",
    cut=[r"انقر هنا .*"],
)
PAGE = frame(
    f"""<div class="crumb"><a>الرئيسية</a><a>مجتمع</a></div><h1>صحيفة المثال</h1><h2 class="t">{TITLE} </h2><p class="chapo">خلاصة الخبر في سطر.</p>
<span class="when">نشر في 07/10/2024 18:45</span><span class="changed">2024-10-08 10:00</span><a class="who">كتبت سلمى الإدريسي</a><img class="lazy" src="data:x" data-original="/a.jpg">
<div class="story"><p>{P[0]}</p><p>{P[2]}<span class="inside-box">نص دخيل</span> وتتمة.</p><p>انقر هنا لقراءة المزيد</p></div><div class="tags"><a>كورنيش</a><a>تهيئة</a></div>"""
)


def test_the_site_s_markup_comes_first() -> None:
    raw = read(PAGE, MARKUP)
    assert raw.title == TITLE
    assert raw.lede == "خلاصة الخبر في سطر."
    assert raw.body == [P[0], f"{P[2]} وتتمة."]
    assert [(d.text, d.kind) for d in raw.dates if d.origin == "markup"] == [
        ("نشر في 07/10/2024 18:45", "published"),
        ("2024-10-08 10:00", "modified"),
    ]
    assert (raw.byline, raw.authors) == ("كتبت سلمى الإدريسي", ["سلمى الإدريسي"])
    assert (raw.section, raw.tags) == ("مجتمع", ["كورنيش", "تهيئة"])
    assert raw.images[0].url == "https://www.sahifa-example.com/a.jpg"
    assert raw.markup == "2"
    named = ("title", "lede", "body", "authors", "section", "tags", "images", "dates")
    assert {raw.origins[field] for field in named} == {"markup"}


def test_markup_that_no_longer_fits_leaves_the_field_to_a_later_origin() -> None:
    raw = read(
        frame(
            f"<h1>{TITLE}</h1><div class='x'>{ps()}</div>", head=ld(datePublished="2024-10-07T18:45:00+01:00")
        ),
        MARKUP,
    )
    assert (raw.title, raw.body) == (TITLE, list(P))
    assert (raw.origins["title"], raw.origins["body"], raw.origins["dates"]) == (
        "jsonld",
        "generic",
        "jsonld",
    )
    assert raw.markup is None


def test_old_recording_is_read_with_old_markup() -> None:
    old = replace(MARKUP, version="1", title="h3.old", valid_until=dt.date(2023, 12, 31))
    page = frame(f'<h3 class="old">{HEADLINES[0]}</h3><h2 class="t">{TITLE}</h2>')
    before = dt.datetime(2023, 5, 1, tzinfo=dt.UTC)
    assert extract(page, URL, site=site(MARKUP, old), now=before).title == HEADLINES[0]
    assert extract(page, URL, site=site(MARKUP, old), now=NOW).title == TITLE


def test_body_of_containers_and_line_breaks() -> None:
    page = f'<span class="c">{P[0]}<br><br>{P[1]}</span><i>دخيل</i><span class="c"><p>{P[2]}</p></span>'
    assert read(page, Markup(body="span.c")).body == list(P[:3])


def test_nested_matches_are_read_once() -> None:
    assert read(f"<div class='c'><div class='c'><p>{P[0]}</p></div></div>", Markup(body=".c")).body == [P[0]]


def test_an_invalid_selector_is_named() -> None:
    with pytest.raises(ValueError, match=r"not a CSS selector: 'h1\[\['"):
        read(PAGE, Markup(title="h1[["))


@pytest.mark.parametrize(
    "script",
    [
        {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2024-10-07"},
        {"@graph": [{"@type": "Organization", "name": "x"}, {"@type": ["Article", "NewsArticle"], "headline": TITLE, "datePublished": "2024-10-07"}]},
        [{"@type": "WebSite"}, {"@type": "https://schema.org/NewsArticle", "headline": [TITLE], "datePublished": "2024-10-07"}],
        {"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2024-10-07"}},
    ],
)  # fmt: skip
def test_forms_of_json_ld(script: object) -> None:
    raw = read(f'<script type="application/ld+json">{json.dumps(script)}</script>')
    assert (raw.title, raw.origins["title"]) == (TITLE, "jsonld")
    assert [(d.text, d.origin) for d in raw.dates] == [("2024-10-07", "jsonld")]


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"%s","datePublished":"2024-10-07",}',
        '<!-- {"@type":"NewsArticle","headline":"%s","datePublished":"2024-10-07"} -->',
        '{"@type":"NewsArticle","headline":"%s","datePublished":"2024-10-07"};',
        '{"@type":"NewsArticle","headline":"%s","datePublished":"2024-10-07","description":"قال "نعم" ثم\nذهب"}',
        '{"@type":"NewsArticle","headline":"%s","datePublished":"2024-10-07"}{"@type":"WebSite"}',
        '{"@type":"NewsArticle","headline":"%s","datePublished":"2024-10-07","author":{"name":"x"',
    ],
)
def test_broken_json_ld_is_tolerated(script: str) -> None:
    raw = read(f'<script type="application/ld+json">{script.replace("%s", TITLE)}</script>')
    assert raw.title == TITLE
    assert raw.dates[0].text == "2024-10-07"


def test_entities_and_organisations_in_json_ld() -> None:
    raw = read(
        ld(
            headline="&quot;الكورنيش&quot; الجديد",
            author=[
                {"@type": "Organization", "name": "صحيفة المثال"},
                {"@type": "Person", "name": "سلمى الإدريسي"},
            ],
            publisher={"@type": "Organization", "name": "صحيفة المثال"},
            isAccessibleForFree=False,
            image={"@list": ["/a.jpg"]},
        )
    )
    assert raw.title == '"الكورنيش" الجديد'
    assert raw.authors == ["سلمى الإدريسي"]
    assert (raw.publisher, raw.access) == ("صحيفة المثال", "paid")
    assert [image.url for image in raw.images] == ["https://www.sahifa-example.com/a.jpg"]


def test_meta_tags_are_used_if_there_is_nothing_else() -> None:
    raw = read(
        f"""<html lang="ar-MA"><head><meta property="og:title" content="{TITLE} | صحيفة المثال"><meta property="og:site_name" content="صحيفة المثال">
<meta property="article:published_time" content="2024-10-07T18:45:00+01:00"><meta property="article:tag" content="كورنيش"><meta property="article:tag" content="تهيئة">
<meta property="article:section" content="مجتمع"><meta name="author" content="سلمى الإدريسي"><meta property="og:image" content="//cdn.example.com/a.jpg">
<link rel="canonical" href="/news/1-slug.html"><link rel="alternate" hreflang="fr" href="https://fr.example.com/1"><link rel="alternate" hreflang="x-default" href="/"></head></html>"""
    )
    assert (raw.title, raw.origins["title"]) == (TITLE, "meta")
    assert (raw.section, raw.tags, raw.authors) == ("مجتمع", ["كورنيش", "تهيئة"], ["سلمى الإدريسي"])
    assert raw.canonical == "https://www.sahifa-example.com/news/1-slug.html"
    assert [(a.lang, a.url) for a in raw.alternates] == [("fr", "https://fr.example.com/1")]
    assert raw.images[0].url == "https://cdn.example.com/a.jpg"
    assert raw.lang == "ar-MA"


@pytest.mark.parametrize(
    "title",
    [f"{TITLE} - صحيفة المثال", f"{TITLE} | مجتمع | صحيفة المثال", f"صحيفة المثال : {TITLE}", f"{TITLE} — صحيفة المثال", f"{TITLE} » صحيفة المثال"],
)  # fmt: skip
def test_titles_lose_the_site_s_name(title: str) -> None:
    page = f'<title>{title}</title><meta property="og:site_name" content="صحيفة المثال"><h1>{TITLE}</h1>'
    assert read(page).title == TITLE
    plain = read(f'<title>{title}</title><meta property="og:site_name" content="صحيفة المثال">').title
    assert plain is not None
    assert plain.startswith(TITLE)
    assert "صحيفة" not in plain


def test_dash_inside_a_headline_stays() -> None:
    title = "الرباط - الدار البيضاء: انطلاق أشغال الطريق السيار"
    assert read(f"<title>{title} - صحيفة المثال</title><h1>{title}</h1>").title == title


def test_cut_declaration_gives_way_to_the_printed_headline() -> None:
    page = frame(f"<h1>{TITLE}</h1>", head=ld(headline=TITLE[:40] + "..."))
    assert read(page).title == TITLE


def test_headline_broken_into_lines_is_one() -> None:
    first, _, second = TITLE.partition(" على ")
    page = f'<meta property="og:title" content="{TITLE}"><h1>{first} على<br>{second}</h1>'
    assert read(page).title == TITLE
    assert read(f"<h1>{first} على<br>{second}</h1>").title == TITLE


def test_headers_give_encoding_and_validators() -> None:
    page = f"<h1>{TITLE}</h1>".encode("cp1256")
    headers = {"Content-Type": "text/html; charset=windows-1256", "ETag": '"x"'}
    raw = extract(page, URL, headers=headers, now=NOW)
    assert raw.title == TITLE
    assert raw.http is not None
    assert (raw.http.etag, raw.http.content_type) == ('"x"', "text/html; charset=windows-1256")


def test_the_page_and_its_addresses_are_kept() -> None:
    raw = read(PAGE)
    assert raw.page == PAGE
    assert raw.urls == [URL]


def test_of_several_declared_articles_the_page_s_own_is_read() -> None:
    other = {
        "author": {"@type": "Person", "name": "كاتب آخر"},
        "headline": HEADLINES[0],
        "datePublished": "2024-10-09T09:00:00Z",
    }
    mine = {
        "author": {"@type": "Person", "name": "سلمى الإدريسي"},
        "datePublished": "2024-10-07T18:45:00+01:00",
    }
    raw = read(frame(f"<h1>{TITLE}</h1>{ps()}", head=ld(**other) + ld(**mine)))
    assert raw.authors == ["سلمى الإدريسي"]
    assert [date.text for date in raw.dates if date.origin == "jsonld"] == [mine["datePublished"]]


def test_day_with_the_letter_of_its_calendar() -> None:
    page = frame(f"<h2>{TITLE}</h2><div><time>الاثنين 4 ربيع الآخر 1446هـ 7 أكتوبر 2024م</time></div>{ps()}")
    assert [date.text for date in read(page).dates] == ["الاثنين 4 ربيع الآخر 1446هـ 7 أكتوبر 2024م"]


def test_a_caption_that_is_a_sentence_is_not_a_lede() -> None:
    picture = '<div class="top"><img src="/a.jpg"><div>جانب من الجلسة الثانية لدورة أكتوبر بمقر الجماعة.</div></div>'
    assert read(frame(f"<h1>{TITLE}</h1>{picture}<div>{ps()}</div>")).body == list(P)


@pytest.mark.parametrize(
    ("signature", "names"),
    [("الرباط - صحيفة المثال", []), ("صحيفة المثال - سلمى الإدريسي", ["سلمى الإدريسي"])],
)
def test_a_place_before_the_newspaper_is_not_an_author(signature: str, names: list[str]) -> None:
    head = ld(author={"@type": "Person", "name": signature}, publisher={"name": "صحيفة المثال"})
    assert read(frame(f"<h1>{TITLE}</h1>{ps()}", head=head)).authors == names


def test_author_in_a_box_of_the_editor() -> None:
    page = frame(
        f'<h1>{TITLE}</h1><div class="editor"><span>سلمى الإدريسي</span></div><div class="t">{ps()}</div>'
    )
    assert read(page).authors == ["سلمى الإدريسي"]


def test_a_comment_button_within_the_text_does_not_end_it() -> None:
    page = frame(f'<h1>{TITLE}</h1><div class="t">{ps(P[:3])}<div>أضف تعليقك</div>{ps(P[3:])}</div>')
    assert read(page).body == list(P)


def test_keywords_that_repeat_the_headline_are_not_tags() -> None:
    assert read(frame(f"<h1>{TITLE}</h1>{ps()}", head=ld(keywords=TITLE.split()))).tags == []
    assert (
        read(frame(f"<h1>{TITLE}</h1>{ps()}", head=ld(keywords=["الكورنيش", "تهيئة", "الساحل"]))).tags != []
    )


@pytest.mark.parametrize(
    "crumbs",
    [
        '<div class="breadcrumb"><a href="/">الرئيسية</a> » <a href="/society">مجتمع</a></div>',
        '<nav id="breadcrumbs"><ul><li><a href="/">الرئيسية</a></li><li><a href="/s">مجتمع</a></li></ul></nav>',
    ],
)
def test_an_arabic_breadcrumb_takes_precedence_over_a_latin_slug(crumbs: str) -> None:
    page = f"{crumbs}<h1>{TITLE}</h1>{ps()}"
    assert read(frame(page, head=ld(articleSection="society"))).section == "مجتمع"
    assert read(frame(page)).section == "مجتمع"
    assert read(frame(page, head=ld(articleSection="مدن"))).section == "مدن"
    assert read(frame(f"<h1>{TITLE}</h1>{ps()}", head=ld(articleSection="society"))).section == "society"


def test_pictures_are_the_article_s_own() -> None:
    card = f'<div class="item"><a href="/news/2.html"><img src="/other.jpg"></a><h4><a href="/news/2.html">{HEADLINES[0]}</a></h4></div>'
    text = f'<figure><img src="/own.jpg"><figcaption>التعليق على الصورة، جانب من الجلسة</figcaption></figure>{ps(P[:3])}{card}<img src="/img/icon-share.png"><img src="/second.jpg"><img src="/t.gif" width="1" height="1">{ps(P[3:])}'
    graph = {"@id": "https://www.sahifa-example.com/news/1.html#primaryimage"}
    raw = read(frame(f'<h1>{TITLE}</h1><div class="t">{text}{card}</div>', head=ld(image=graph)))
    assert [(image.url.rsplit("/", 1)[1], image.caption) for image in raw.images] == [
        ("own.jpg", "جانب من الجلسة"),
        ("second.jpg", None),
    ]


def test_a_picture_given_by_reference_is_looked_up() -> None:
    nodes = [
        {"@type": "ImageObject", "@id": "#primaryimage", "url": "/lead.jpg"},
        {"@type": "NewsArticle", "headline": TITLE, "image": {"@id": "#primaryimage"}},
    ]
    page = f'<script type="application/ld+json">{json.dumps({"@graph": nodes})}</script><h1>{TITLE}</h1>'
    assert [image.url for image in read(page).images] == ["https://www.sahifa-example.com/lead.jpg"]


@pytest.mark.parametrize(
    "name",
    ["default.jpg", "no-image.png", "logo.png", "og-default.jpg", "placeholder_600x400.jpg", "icons/pdf.png"],
)
def test_a_placeholder_is_not_a_picture(name: str) -> None:
    page = frame(f"<h1>{TITLE}</h1>{ps()}", head=f'<meta property="og:image" content="/img/{name}">')
    assert read(page).images == []


def test_what_a_skip_link_skips_is_left_out() -> None:
    inset = f'<p><a href="#end-of-podcasts">تخطى البودكاست وواصل القراءة</a></p><div><p>بودكاست المثال</p><p>{HEADLINES[0]} في حلقة جديدة من البرنامج الأسبوعي.</p></div><p id="end-of-podcasts">نهاية البودكاست</p>'
    page = frame(f'<h1>{TITLE}</h1><div class="t">{ps(P[:3])}{inset}{ps(P[3:])}</div>')
    assert read(page).body == list(P)


@pytest.mark.parametrize("selector", [".t p", ".t > p", ".t"])
def test_a_declared_body_keeps_sub_headings_lists_and_quotations(selector: str) -> None:
    inner = f"{ps(P[:2])}<h3>{HEADLINES[2]}</h3><ul><li>{P[2]}</li><li>{P[3]}</li></ul><blockquote>{P[4]}</blockquote>{ps(P[5:])}"
    buttons = "<p>فيسبوك</p><p>تويتر</p>" if selector == ".t" else ""
    page = frame(
        f'<h1>{TITLE}</h1><div class="t">{inner}{buttons}</div><ul><li><a href="/2">{HEADLINES[0]}</a></li></ul>'
    )
    assert read(page, Markup(title="h1", body=selector)).body == [*P[:2], HEADLINES[2], *P[2:]]


def test_a_list_of_links_among_declared_paragraphs_is_left_out() -> None:
    links_ = "".join(f'<li><a href="/{i}">{HEADLINES[i]}</a></li>' for i in range(3))
    page = frame(f'<h1>{TITLE}</h1><div class="t">{ps(P[:3])}<ul>{links_}</ul>{ps(P[3:])}</div>')
    assert read(page, Markup(title="h1", body=".t p")).body == list(P)


@pytest.mark.parametrize(
    ("link", "part"),
    [
        ('<div class="pages"><b>1</b> <a href="/news/1.html?page=2">2</a></div>', True),
        ('<div class="post-nav-links"><a href="/news/1.html/2/">2</a></div>', True),
        ('<link rel="next" href="/news/1.html?page=2">', True),
        ('<div>الصفحة <a href="?page=2">٢</a></div>', True),
        ('<link rel="next" href="/news/2.html">', False),
        ('<a href="/news/2.html">2</a>', False),
        ('<div id="comments"><p>تعليق</p><div class="pager"><a href="?page=2">2</a></div></div>', False),
        ('<a href="/list?page=2">2</a>', False),
        ("", False),
    ],
)
def test_a_page_that_is_one_of_several_is_marked(link: str, part: bool) -> None:
    assert read(frame(f"<h1>{TITLE}</h1>{ps()}{link}")).warnings == (["part"] if part else [])
