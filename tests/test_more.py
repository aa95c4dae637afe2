"""The requests by which a page's script gets more of its list, in the styles of different scripts."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.http import HtmlResponse

from newscrawl.kit import more

HOME = "https://sahifa.example"


def calls(html: str, *scripts: str) -> list[more.Call]:
    return more.calls(HtmlResponse(f"{HOME}/", body=html.encode(), encoding="utf-8"), scripts)


@pytest.mark.parametrize(
    ("script", "url"),
    [
        ("fetch('/ajax/more?page=' + page)", "/ajax/more?page={page}"),
        ("fetch('/reports/country/list?page=' + page)", "/reports/country/list?page={page}"),
        ('fetch("/ajax/more?page=" + (page + 1) + "&cat=4")', "/ajax/more?page={page}&cat=4"),
        ("fetch(`/api/list?limit=10&page=${page}`)", "/api/list?limit=10&page={page}"),
        ("const size = 12; fetch(`/api/list?n=${size}&offset=${offset}`)", "/api/list?n=12&offset={page}"),
        ("$.get('/load/' + nextPage, function (d) {})", "/load/{page}"),
        ("$.getJSON('/news/load', { page: page, section: 'all' })", "/news/load?page={page}&section=all"),
        ("$.ajax({ url: '/more.php', data: { p: p, type: 3 }, success: f })", "/more.php?p={page}&type=3"),
        ("xhr.open('GET', 'more.aspx?p=' + p, true)", "/more.aspx?p={page}"),
        ("axios.get('/api/news', { params: { page: thisPage, size: 9 } })", "/api/news?page={page}&size=9"),
        ("axios.get('/api/news', { params: { page } })", "/api/news?page={page}"),
        ("fetch('/api/news?' + new URLSearchParams({ page, limit: 10 }))", "/api/news?page={page}&limit=10"),
        ("var url = '/tag/list?start=' + start; load(url)", "/tag/list?start={page}"),
        ("$('#list').load('/section/riyada/page/' + page + ' #list > li')", "/section/riyada/page/{page}"),
    ],
)  # fmt: skip
def test_a_call_by_its_address(script: str, url: str) -> None:
    html = f"<div id=list></div><script>var page = 1; {script}</script>"
    assert HOME + url in [call.url for call in calls(html)]
    assert HOME + url in [call.url for call in calls("<script src=/a.js></script>", script)]


@pytest.mark.parametrize(
    ("script", "form", "json"),
    [
        ("$.post('/ajax/load', { page: page, cat: 4 }, f)", {"page": "{page}", "cat": "4"}, None),
        (
            "$.ajax({ url: '/ajax/load', type: 'POST', data: { action: 'more', paged: n } })",
            {"action": "more", "paged": "{page}"}, None,
        ),
        ("$.ajax({ type: 'POST', url: '/ajax/load', data: 'page=' + page })", {"page": "{page}"}, None),
        (
            "fetch('/ajax/load', { method: 'POST', body: new URLSearchParams({ page }) })",
            {"page": "{page}"}, None,
        ),
        (
            "fetch('/ajax/load', { method: 'POST', body: JSON.stringify({ page: page, lang: 'ar' }) })",
            None, {"page": "{page}", "lang": "ar"},
        ),
        ("axios.post('/ajax/load', { offset: offset })", None, {"offset": "{page}"}),
    ],
)  # fmt: skip
def test_a_call_by_the_data_that_it_sends(script: str, form: Any, json: Any) -> None:
    found = calls(f"<script>{script}</script>")
    assert [(call.url, call.form, call.json) for call in found] == [(f"{HOME}/ajax/load", form, json)]


@pytest.mark.parametrize(
    "read",
    [
        "$(this).data('section')",
        "$('#more').attr('data-section')",
        "button.dataset.section",
        "document.getElementById('more').getAttribute('data-section')",
    ],
)
def test_the_data_of_a_call_may_be_in_the_page(read: str) -> None:
    button = "<button id=more data-section=57 data-page=2>"
    script = f"$.post('/ajax-more', {{ page: $(this).data('page'), section: {read}, sub: 247 }})"
    (call,) = calls(f"{button}<script>{script}</script>")
    assert call.form == {"page": "{page}", "section": "57", "sub": "247"}
    (call,) = calls(f"{button}<script>fetch('/more?section=' + {read} + '&page=' + page)</script>")
    assert call.url == f"{HOME}/more?section=57&page={{page}}"


@pytest.mark.parametrize(
    ("button", "url"),
    [
        ("<button data-url='/more?page=2'>", "/more?page={page}"),
        ("<a class=more data-href='/riyada/page/2'>", "/riyada/page/{page}"),
        ("<div data-ajax-url='/load' data-page='1'>", "/load?page={page}"),
        ("<button hx-get='/list?offset=10' hx-target='#list'>", "/list?offset={page}"),
        ("<ul data-next-page='/api/list?p=2'>", "/api/list?p={page}"),
        ("<ul data-endpoint='/api/list?p={{page}}'>", "/api/list?p={page}"),
    ],
)
def test_a_call_behind_a_button(button: str, url: str) -> None:
    assert [call.url for call in calls(button)] == [HOME + url]


@pytest.mark.parametrize(
    "html",
    [
        "<script>ga('send', '/page/view'); var img = '/i/logo-2.png';</script>",
        "<a data-share='https://x.example/?u=/khabar'>",
        "<script>$.post('/track', { id: 7 });</script>",
        "<script src='/js/jquery.js'></script><button data-toggle='menu'>",
        "<script>$.post('/comments/add', { page: page, text: t })</script>",
        "<script>$.post('/api/addComment', { page: page, text: t })</script>",
        "<script>fetch('/stats?page=' + page)</script><button data-url='/vote?page=2'>",
        "<script>location.href = '/login?next=' + encodeURIComponent('/')</script>",
    ],
)
def test_calls_that_request_no_list(html: str) -> None:
    assert calls(html) == []
