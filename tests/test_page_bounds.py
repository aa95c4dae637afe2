"""If a page has too much of something, a useful part is kept, and ``RawArticle.cut`` says what was cut."""

from __future__ import annotations

import json
from typing import Any

import pytest

from newscrawl.items import RawArticle
from newscrawl.page import blocks, boilerplate, extract, frames, read
from newscrawl.page.document import MAX_BYTES, parse
from newscrawl.store.schema import document
from tests.page_shapes import P
from tests.trials import growth

URL = "https://www.sahifa-example.com/news/1"


def page(said: dict[str, Any], head: str = "", text: str = "") -> bytes:
    told = {"@type": "NewsArticle", "headline": "المجلس يصادق على مشروع جديد", **said}
    return (
        f'<html lang=ar><head>{head}<script type="application/ld+json">{json.dumps(told)}</script></head>'
        f"<body>"
        f"<h1>المجلس يصادق على مشروع جديد</h1>{text}{''.join(f'<p>{line}</p>' for line in P)}</body></html>"
    ).encode()


def metas(name: str, *values: str) -> str:
    return "".join(f'<meta property="{name}" content="{value}">' for value in values)


MANY = 10_000
NAMES = [f"سالم {'ا' * (n % 50 + 1)} الحربي" for n in range(2_000)]
CASES: dict[str, tuple[bytes, str]] = {
    "tags of a keyword line": (page({"keywords": ",".join(f"وسم {n}" for n in range(MANY))}), "tags"),
    "tags of a list": (page({"keywords": [f"وسم {n}" for n in range(MANY)]}), "tags"),
    "tags of metas": (page({}, metas("article:tag", *(f"وسم {n}" for n in range(MANY // 5)))), "tags"),
    "authors": (page({"author": [{"@type": "Person", "name": name} for name in NAMES]}), "authors"),
    "dates": (page({"datePublished": [f"2024-03-{n % 28 + 1:02} {n}" for n in range(MANY)]}), "dates"),
    "images": (page({"image": [f"https://a.ma/{n}.jpg" for n in range(MANY)]}), "images"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_of_very_many_are_kept(case: str) -> None:
    html, field = CASES[case]
    raw = extract(html, URL)
    assert raw.cut == [field]
    assert 20 <= len(getattr(raw, field)) <= 200


def test_nothing_is_cut_from_a_usual_page() -> None:
    said = {"keywords": "وسم, آخر", "author": "سالم الحربي", "datePublished": "2024-03-27"}
    assert extract(page(said), URL).cut == []


def test_editions_crumbs_and_names_are_bounded() -> None:
    links = "".join(f'<link rel=alternate hreflang=l{n} href="/{n}">' for n in range(5_000))
    names = f'<meta property="{" ".join(f"n{n}" for n in range(5_000))}" content="x">'
    crumbs = {"@type": "BreadcrumbList", "itemListElement": [{"name": f"قسم {n}"} for n in range(5_000)]}
    raw = extract(page({"breadcrumb": crumbs}, links + names), URL)
    assert len(raw.alternates) == 200


HALF = "\ud83d"


@pytest.mark.parametrize(
    "said",
    [
        {"image": f"https://a.ma/{HALF}.jpg"},
        {"image": {"url": f"/{HALF}.jpg"}},
        {"datePublished": f"2024-03-27 {HALF}"},
        {"keywords": [HALF, f"وسم{HALF}"]},
        {"author": {"@type": "Person", "name": f"سالم {HALF} الحربي"}},
        {"headline": f"المجلس {HALF} يصادق"},
        {"articleBody": " ".join([*P, HALF])},
        {"articleSection": HALF},
    ],
)
def test_halves_of_surrogate_pairs_are_never_stored(said: dict[str, Any]) -> None:
    for entity in ("", "<p class=date>27 مارس 2024 &#xD83D;</p><img src='/&#xD83D;.jpg'>"):
        article = read(page(said, metas("og:image", "/&#xDC00;.jpg"), entity), URL)
        repr(document(article)).encode()
        json.dumps(document(article), ensure_ascii=False, default=str).encode()


def test_a_site_names_a_field_in_json_of_any_kind() -> None:
    raw = RawArticle(url=URL)
    for text in ("[" * 100_000, "9" * 5_000, '{"a": "\\ud83d"}', '{"a": ' + "9" * 5_000 + "}", ""):
        raw = extract(page({}).replace(b'{"@type"', text.encode() + b'{"@type"', 1), URL)
        assert raw.title == "المجلس يصادق على مشروع جديد"


def test_json_above_the_limit_gives_what_is_at_its_beginning() -> None:
    told = {
        "datePublished": "2024-03-27T10:00:00+01:00",
        "articleSection": "رياضة",
        "keywords": "ا" * 2_000_000,
    }
    article = extract(page(told), URL)
    assert article.title == "المجلس يصادق على مشروع جديد"
    assert article.dates[0].text == "2024-03-27T10:00:00+01:00"
    assert article.section == "رياضة"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("<!--", "-->"), ("//<![CDATA[\n", "\n//]]>"), ("/* <![CDATA[ */", "]]>"), ("", " ; "), ("", ",}")],
)
def test_json_between_marks_is_read(opening: str, closing: str) -> None:
    said = '{"@type":"NewsArticle","headline":"المجلس يصادق على مشروع جديد","articleSection":"رياضة"}'
    if closing == ",}":
        said = said[:-1]
    text = f'<script type="application/ld+json">{opening}{said}{closing}</script>'
    assert extract(text.encode(), URL).section == "رياضة"


def test_a_string_of_broken_json_is_read_with_its_escapes_or_unchanged() -> None:
    escaped = json.dumps("رياضة").strip('"')
    for printed, section in ((escaped, "رياضة"), ("رياضة \\q", "رياضة \\q")):
        said = f'{{"@type":"NewsArticle","articleSection":"{printed}","articleBody":"قال "نعم" له"}}'
        text = f'<script type="application/ld+json">{said}</script>'
        assert extract(text.encode(), URL).section == section


def test_a_page_without_text_has_no_second_article() -> None:
    assert frames.second_article(blocks.Blocks(), 0) is None


def test_a_long_line_is_not_a_label() -> None:
    assert boilerplate.kind("أخبار ذات صلة") == "stop"
    assert boilerplate.kind("أخبار ذات صلة" + "\u200d" * 1_000) == ""


SPEECH = "نص طويل لا يحمله أي رابط ولا يبدو عنوانا لشيء آخر هنا"


@pytest.mark.parametrize(
    "box",
    [
        "<div class=related>",
        "<div class=related><a href=/1>خبر</a>",
        f"<div class=related><div class=x>{SPEECH}</div>",
        "<div class=related><a href=/1>رابط إلى خبر آخر بعنوان طويل من ثلاثين حرفا وأكثر</a><h1>خبر</h1>",
    ],
)
@pytest.mark.parametrize("end", ["", SPEECH])
def test_nested_boxes_of_the_frame_are_examined_once(box: str, end: str) -> None:
    def made(depth: int) -> Any:
        return parse((box * depth + end + "</div>" * depth).encode(), URL).root

    assert growth(blocks.read_blocks, made, 400) <= 2.5


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("letter", ["ا", "ﷺ", "😀"])
def test_a_long_page_is_not_cut_within_a_letter(shift: int, letter: str) -> None:
    document = parse(b"<p>" + b"x" * shift + letter.encode() * (MAX_BYTES // 2), URL)
    text = "".join(map(str, document.root.itertext()))
    assert document.encoding == "utf-8"
    assert set(text) <= {"x", letter}
    assert MAX_BYTES - 8 < len(text.encode()) <= MAX_BYTES
