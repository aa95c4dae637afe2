"""Newspapers on different engines, to be crawled over loopback, with lists and pages that are not articles.

Each function returns one newspaper: its pages, and which of its addresses are articles.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.loopback import LoopbackNewspaper, serve

_WORDS = (
    "المدينة الحكومة الوزارة المجلس المواطنون السكان الجمعية الجامعة المدرسة المستشفى الطريق الميناء المصنع السوق "
    "المهرجان البلدية اللجنة المنطقة الساحل الجبل الواحة القرية الحديقة المكتبة المسرح الملعب الفريق المنتخب "
    "البطولة المباراة الموسم الدورة الجائزة المشروع البرنامج الاتفاق التقرير القانون الميزانية الأسعار الوقود "
    "الكهرباء المياه الأمطار الحرارة الرياح الزراعة القمح الزيتون الصيادون العمال الأطباء المعلمون الطلبة الشباب "
    "النساء الأطفال الخبراء الباحثون المهندسون التجار المسافرون القطار الحافلة الجسر المطار السفينة الرحلة "
    "الصناعة السياحة الثقافة الصحة التعليم البيئة الرياضة الاقتصاد العدالة الحوار التعاون التنمية الاستثمار "
    "التدريب البحث المسابقة المعرض الندوة الحملة الزيارة الافتتاح التوسعة الصيانة الدراسة الخطة المبادرة"
).split()
_VERBS = "أعلنت أكدت تستعد تواصل تفتتح تستقبل تناقش تدعم تطلق تراجع تشارك تنظم تبحث توسع تنهي".split()
_FILL = "في من إلى على خلال بعد قبل مع حول نحو عبر ضمن".split()
SECTIONS = {"siyassa": "سياسة", "iqtisad": "اقتصاد", "riyada": "رياضة", "mojtama": "مجتمع"}
_LATIN = "balad khabar jadid wizara majlis madina tariq souk masrah layla farid nadwa hiwar safar bahr jabal".split()
NAME = "صحيفة الأصداء"


@dataclass(frozen=True)
class Story:
    """An article of a newspaper."""

    n: int
    title: str
    paragraphs: tuple[str, ...]
    at: dt.datetime
    section: str
    latin: str
    """A slug in Latin letters."""

    @property
    def arabic(self) -> str:
        """A slug in Arabic letters."""
        return "-".join(self.title.split())


def stories(count: int, *, every: float = 2.5) -> list[Story]:
    """A number of articles, the newest first, at a fixed interval of hours."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    made = []
    for n in range(count):
        chance = random.Random(1000 + n)
        title = " ".join([chance.choice(_VERBS), *chance.sample(_WORDS, 3), "في", *chance.sample(_WORDS, 2)])
        made.append(
            Story(
                n,
                title,
                tuple(_paragraph(chance) for _ in range(4)),
                now - dt.timedelta(hours=every * n + 0.5),
                list(SECTIONS)[n % len(SECTIONS)],
                "-".join([*chance.sample(_LATIN, 4), f"{_LATIN[n % len(_LATIN)]}{n}"]),
            )
        )
    return made


def _paragraph(chance: random.Random, words: int = 40) -> str:
    said = [chance.choice(_FILL if k % 4 == 2 else _WORDS) for k in range(words)]
    said.insert(0, chance.choice(_VERBS))
    return " ".join(said) + "."


@dataclass
class Made:
    """A synthetic newspaper: the paths of its articles, and its pages."""

    articles: list[str] = field(default_factory=list)
    newspaper: LoopbackNewspaper = field(default_factory=LoopbackNewspaper)
    argument: str = "home"
    path: str = "/"
    later: list[Callable[[str], None]] = field(default_factory=list)
    """Pages that contain the newspaper's own address, which is known only when it is served."""

    def page(self, path: str, body: Any) -> None:
        """Add a page; its path may be in any spelling."""
        self.newspaper.pages[quote(path, safe="/?=&%.:_-,+~!")] = body

    def article(self, path: str, body: Any) -> None:
        """Add an article."""
        self.page(path, body)
        self.articles.append(quote(path, safe="/?=&%.:_-,+~!"))

    def at_root(self, make: Callable[[str], None]) -> None:
        """Call ``make`` with the root, such as ``http://127.0.0.1:8000``, once the newspaper is served."""
        self.later.append(make)

    @contextmanager
    def served(self) -> Iterator[Made]:
        """Serve the newspaper."""
        with serve(self.newspaper):
            for make in self.later:
                make(f"http://127.0.0.1:{self.newspaper.port}")
            yield self

    @property
    def given(self) -> tuple[str, str]:
        """The arguments of ``scrapy crawl any`` for the newspaper."""
        return "-a", f"{self.argument}=http://127.0.0.1:{self.newspaper.port}{self.path}"


def html(title: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}</title>{head}'
        f"</head><body>{body}</body></html>"
    )


def linked(story: Story, url: str = "", **more: str) -> str:
    """The machine-readable declarations of an article."""
    said = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title,
        "datePublished": story.at.isoformat(), "url": url, **more,
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script>'


def text(story: Story) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in story.paragraphs)


def about(title: str) -> str:
    """The text of a page about the newspaper, as long as an article."""
    return f"<h1>{title}</h1>" + "".join(f"<p>{_paragraph(random.Random(title))}</p>" for _ in range(3))


def parts(found: list[Story], size: int) -> list[list[Story]]:
    """A list, divided into pages."""
    return [found[start : start + size] for start in range(0, len(found), size)] or [[]]


def of_section(found: list[Story], section: str) -> list[Story]:
    return [story for story in found if story.section == section]


def rss(
    found: Iterable[Story], url: Callable[[Story], str], root: str, extra: str = ""
) -> tuple[int, dict[str, str], str]:
    items = "".join(
        f"<item><title>{story.title}</title><link>{root}{url(story)}</link><guid>{root}{url(story)}</guid>"
        f"<pubDate>{story.at:%a, %d %b %Y %H:%M:%S +0000}</pubDate>"
        f"<description>{story.paragraphs[0][:120]}</description></item>"
        for story in found
    )
    said = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{NAME}</title><link>{root}/</link>{extra}{items}</channel></rss>'
    return 200, {"Content-Type": "application/rss+xml; charset=UTF-8"}, said


# --- WordPress


def _wordpress(
    made: Made, found: list[Story], path: Callable[[Story], str], *, head: str, page_size: int = 10
) -> None:
    """Home, categories, tags, authors, archives and pages, as a theme prints them."""
    menu = "".join(f'<li><a href="/category/{s}/">{name}</a></li>' for s, name in SECTIONS.items())
    nav = f'<ul class="menu"><li><a href="/">الرئيسية</a></li>{menu}<li><a href="/about-us/">من نحن</a></li></ul>'
    foot = (
        '<footer><a href="/privacy-policy/">سياسة الخصوصية</a><a href="/contact-us-and-advertise-here/">اتصل بنا</a>'
        f'<a href="/{found[0].at:%Y/%m}/">الأرشيف</a><a href="/wp-login.php">دخول</a><a href="/feed/">RSS</a></footer>'
    )

    def card(story: Story) -> str:
        link = quote(path(story), safe="/")
        return (
            f'<article class="post"><a class="thumb" href="{link}"><img src="/wp-content/uploads/{story.n}.jpg" alt="">'
            f'</a><h2 class="entry-title"><a href="{link}" rel="bookmark">{story.title}</a></h2>'
            f'<span class="cat"><a href="/category/{story.section}/" rel="category tag">{SECTIONS[story.section]}</a>'
            f'</span><time datetime="{story.at.isoformat()}">{story.at:%d/%m/%Y}</time>'
            f"<p>{story.paragraphs[0][:90]}…</p></article>"
        )

    def archive(base: str, title: str, chosen: list[Story]) -> None:
        pages = parts(chosen, page_size)
        for number, some in enumerate(pages, 1):
            here = base if number == 1 else f"{base}page/{number}/"
            after = (
                f'<a class="next page-numbers" href="{base}page/{number + 1}/">التالي</a>'
                if number < len(pages)
                else ""
            )
            body = f"{nav}<h1>{title}</h1>{''.join(map(card, some))}<div class=pagination>{after}</div>{foot}"
            made.page(here, html(f"{title} - {NAME}", body, head))

    archive("/", NAME, found)
    for s, name in SECTIONS.items():
        archive(f"/category/{s}/", name, of_section(found, s))
    archive(f"/{found[0].at:%Y/%m}/", "أرشيف الشهر", found)
    archive("/tag/الماء-والبيئة-والمناخ/", "وسم الماء", found[5:9])
    archive("/author/layla-bint-farid/", "ليلى", found[3:8])
    for slug, title in (
        ("about-us", "من نحن"),
        ("privacy-policy", "سياسة الخصوصية"),
        ("contact-us-and-advertise-here", "اتصل بنا"),
    ):
        made.page(
            f"/{slug}/",
            html(f"{title} - {NAME}", f"{nav}<div class=entry-content>{about(title)}</div>{foot}", head),
        )
    for at, story in enumerate(found):
        others = "".join(map(card, [found[(at + k) % len(found)] for k in (3, 7)]))
        body = (
            f'{nav}<article><h1 class="entry-title">{story.title}</h1><span class="author"><a href="/author/layla-bint-farid/">'
            f'ليلى بنت فريد</a></span><time class="entry-date" datetime="{story.at.isoformat()}">{story.at:%d/%m/%Y}</time>'
            f'<div class="entry-content">{text(story)}</div><div class="tags"><a rel="tag" '
            f'href="/tag/الماء-والبيئة-والمناخ/">الماء</a></div></article><aside>{others}</aside>{foot}'
        )
        meta = (
            f'<meta property="og:type" content="article"><meta property="og:title" content="{story.title}">'
        )
        made.article(path(story), html(f"{story.title} - {NAME}", body, head + meta + linked(story)))


def wordpress_open() -> Made:
    """WordPress with Arabic slugs, a feed and an open API."""
    made, found = Made(), stories(46)

    def path(story: Story) -> str:
        return f"/{story.arabic}/"

    head = (
        '<link rel="alternate" type="application/rss+xml" href="/feed/"><link rel="alternate" '
        'type="application/rss+xml" href="/comments/feed/"><link rel="https://api.w.org/" href="/wp-json/">'
    )
    _wordpress(made, found, path, head=head)

    def more(root: str) -> None:
        made.page("/feed/", rss(found[:10], lambda s: quote(path(s)), root))
        for page, some in enumerate(parts(found, 100), 1):
            posts = [
                {
                    "id": 900 - s.n,
                    "link": root + quote(path(s)),
                    "date_gmt": f"{s.at:%Y-%m-%dT%H:%M:%S}",
                    "title": {"rendered": s.title},
                }
                for s in some
            ]
            for query in (f"?per_page=100&page={page}&_fields=link,date_gmt,modified_gmt,title",):
                made.page(
                    f"/wp-json/wp/v2/posts{query}",
                    (200, {"Content-Type": "application/json"}, json.dumps(posts)),
                )

    made.at_root(more)
    return made


def wordpress_dated() -> Made:
    """WordPress with the day in the addresses, a closed API and a feed of ten entries."""
    made, found = Made(), stories(40)

    def path(story: Story) -> str:
        return f"/{story.at:%Y/%m/%d}/{story.latin}/"

    head = (
        '<link rel="alternate" type="application/rss+xml" href="/feed/">'
        '<link rel="https://api.w.org/" href="/wp-json/">'
    )
    _wordpress(made, found, path, head=head, page_size=8)
    made.page(
        "/wp-json/wp/v2/posts", (401, {"Content-Type": "application/json"}, '{"code":"rest_forbidden"}')
    )
    made.at_root(lambda root: made.page("/feed/", rss(found[:10], path, root)))
    return made


# --- Other engines


def _frame(nav: str, body: str, foot: str) -> str:
    return f"<header><nav>{nav}</nav></header><main>{body}</main><footer>{foot}</footer>"


def drupal() -> Made:
    """Drupal: nodes by number, sections with a pager that counts from 0, taxonomy and user pages."""
    made, found = Made(), stories(48)
    number = {story.n: 48200 - 3 * story.n for story in found}

    def path(story: Story) -> str:
        return f"/node/{number[story.n]}"

    nav = (
        "".join(f'<a href="/{s}">{name}</a>' for s, name in SECTIONS.items())
        + '<a href="/node/12">عن الصحيفة</a>'
    )
    foot = '<a href="/user/login">دخول</a><a href="/user/register">تسجيل</a><a href="/contact">اتصل بنا</a><a href="/node/14">الشروط</a>'

    def row(story: Story) -> str:
        return (
            f'<div class="views-row"><div class="views-field-title"><span class="field-content"><a href="{path(story)}">'
            f'{story.title}</a></span></div><span class="date">{story.at:%d/%m/%Y - %H:%M}</span></div>'
        )

    def lists(base: str, chosen: list[Story], size: int = 9) -> None:
        pages = parts(chosen, size)
        for at, some in enumerate(pages):
            items = "".join(
                f'<li class="pager__item"><a href="?page={k}">{k + 1}</a></li>' for k in range(len(pages))
            )
            after = (
                f'<li class="pager__item--next"><a href="?page={at + 1}" rel="next">التالي ›</a></li>'
                if at + 1 < len(pages)
                else ""
            )
            body = _frame(nav, "".join(map(row, some)) + f"<ul class=pager>{items}{after}</ul>", foot)
            made.page(
                base if at == 0 else f"{base}?page={at}",
                html(NAME, body, '<meta name="Generator" content="Drupal 9">'),
            )
            if at == 0:
                made.page(f"{base}?page=0", html(NAME, body))

    lists("/", found, 12)
    for s in SECTIONS:
        lists(f"/{s}", of_section(found, s))
    lists("/taxonomy/term/1204", found[4:9])
    for page, title in (
        ("/node/12", "عن الصحيفة"),
        ("/node/14", "الشروط"),
        ("/contact", "اتصل"),
        ("/user/login", "دخول"),
    ):
        made.page(page, html(title, _frame(nav, about(title), foot)))
    for story in found:
        body = (
            f'<h1 class="page-header"><span>{story.title}</span></h1><div class="submitted">كتبه المحرر في '
            f'{story.at:%d/%m/%Y - %H:%M}</div><div class="field--name-body">{text(story)}</div>'
            f'<div class="field--name-field-tags"><a href="/taxonomy/term/1204">الماء</a></div>'
        )
        made.article(
            path(story),
            html(
                f"{story.title} | {NAME}",
                _frame(nav, body, foot),
                '<meta name="Generator" content="Drupal 9">',
            ),
        )
    return made


def joomla() -> Made:
    """Joomla: sections in the path, a number before the slug, pages by ``start=``."""
    made, found = Made(), stories(44)

    def path(story: Story) -> str:
        return f"/index.php/{story.section}/{7400 - story.n}-{story.arabic}"

    nav = "".join(f'<a href="/index.php/{s}">{name}</a>' for s, name in SECTIONS.items())
    nav += '<a href="/index.php/2-من-نحن">من نحن</a>'
    foot = '<a href="/index.php/component/users/?view=login">دخول</a><a href="/index.php/اتصل-بنا">اتصل</a>'

    def item(story: Story) -> str:
        return f'<div class="item"><h2><a href="{quote(path(story))}">{story.title}</a></h2><p>{story.paragraphs[0][:80]}</p></div>'

    def lists(base: str, chosen: list[Story], size: int) -> None:
        pages = parts(chosen, size)
        for at, some in enumerate(pages):
            links = "".join(
                f'<li><a href="{base}?start={k * size}" class="pagenav">{k + 1}</a></li>'
                for k in range(1, len(pages))
            )
            body = _frame(nav, "".join(map(item, some)) + f'<ul class="pagination">{links}</ul>', foot)
            made.page(base if at == 0 else f"{base}?start={at * size}", html(NAME, body))

    lists("/", found[:16], 16)
    for s in SECTIONS:
        lists(f"/index.php/{s}", of_section(found, s), 5)
    for page, title in (("/index.php/2-من-نحن", "من نحن"), ("/index.php/اتصل-بنا", "اتصل بنا")):
        made.page(page, html(title, _frame(nav, about(title), foot)))
    for story in found:
        body = (
            f'<div class="item-page"><h2 itemprop="headline">{story.title}</h2><dl class="article-info"><dd class="published">'
            f'<time datetime="{story.at.isoformat()}" itemprop="datePublished">نشر: {story.at:%d/%m/%Y}</time></dd></dl>'
            f'<div itemprop="articleBody">{text(story)}</div></div>'
        )
        made.article(
            path(story),
            html(
                story.title,
                _frame(nav, body, foot),
                '<meta name="generator" content="Joomla! - Open Source Content Management">',
            ),
        )
    return made


def blogger() -> Made:
    """Blogger: year and month in the address, labels, an Atom feed, older posts by date."""
    made, found = Made(), stories(42, every=3.5)

    def path(story: Story) -> str:
        return f"/{story.at:%Y/%m}/{story.latin}.html"

    nav = (
        "".join(f'<a href="/search/label/{name}">{name}</a>' for name in SECTIONS.values())
        + '<a href="/p/about-this-newspaper.html">من نحن</a>'
    )
    foot = (
        '<a href="/p/privacy-policy-of-us.html">الخصوصية</a><a href="/search/label/الماء%20والبيئة">الماء</a>'
    )
    head = '<link rel="alternate" type="application/atom+xml" title="Atom" href="/feeds/posts/default"><meta content="blogger" name="generator">'

    def post(story: Story) -> str:
        return f'<div class="post-outer"><h3 class="post-title"><a href="{path(story)}">{story.title}</a></h3><span class=snippet>{story.paragraphs[0][:60]}</span></div>'

    def lists(base: str, chosen: list[Story], size: int = 7) -> None:
        here = base
        for number, some in enumerate(parts(chosen, size)):
            following = (
                f"/search?updated-max={some[-1].at:%Y-%m-%dT%H:%M:%S}-08:00&max-results={size}"
                if base == "/"
                else f"{base}?updated-max={some[-1].at:%Y-%m-%dT%H:%M:%S}-08:00"
            )
            older = (
                f'<a class="blog-pager-older-link" href="{following}">رسائل أقدم</a>'
                if (number + 1) * size < len(chosen)
                else ""
            )
            made.page(here, html(NAME, _frame(nav, "".join(map(post, some)) + older, foot), head))
            here = following

    lists("/", found)
    for s, name in SECTIONS.items():
        lists(f"/search/label/{name}", of_section(found, s))
    for page in ("about-this-newspaper", "privacy-policy-of-us"):
        made.page(f"/p/{page}.html", html(page, _frame(nav, about(page), foot), head))
    for story in found:
        body = (
            f'<h3 class="post-title entry-title">{story.title}</h3><abbr class="published" title="{story.at.isoformat()}">'
            f'{story.at:%d/%m/%Y}</abbr><div class="post-body entry-content">{text(story)}</div>'
        )
        made.article(
            path(story), html(f"{story.title} ~ {NAME}", _frame(nav, body, foot), head + linked(story))
        )

    def atom(root: str) -> None:
        entries = "".join(
            f"<entry><id>tag:{s.n}</id><published>{s.at.isoformat()}</published><updated>{s.at.isoformat()}</updated>"
            f'<title>{s.title}</title><link rel="alternate" type="text/html" href="{root}{path(s)}"/></entry>'
            for s in found[:25]
        )
        body = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{NAME}</title>{entries}</feed>'
        made.page("/feeds/posts/default", (200, {"Content-Type": "application/atom+xml"}, body))

    made.at_root(atom)
    return made


def asp_1256() -> Made:
    """ASP pages in windows-1256: all addresses differ only in the query, links to further pages are bare
    numbers.
    """
    made, found = Made(), stories(45)
    number = {story.n: 9120 - 2 * story.n for story in found}
    nav = '<a href="default.asp">الرئيسية</a>' + "".join(
        f'<a href="list.asp?cat={k}">{name}</a>' for k, name in enumerate(SECTIONS.values(), 1)
    )
    foot = '<a href="page.asp?id=3">من نحن</a><a href="contact.asp">اتصل بنا</a><a href="archive.asp?y=2021">أرشيف 2021</a>'

    def old(title: str, body: str) -> tuple[int, dict[str, str], bytes]:
        page = f'<html dir=rtl><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1256"><title>{title}</title></head><body><table><tr><td>{nav}</td></tr><tr><td>{body}</td></tr></table>{foot}</body></html>'
        return 200, {"Content-Type": "text/html"}, page.encode("cp1256", "xmlcharrefreplace")

    def row(story: Story) -> str:
        return f'<tr><td><img src="dot.gif"></td><td><a href="news.asp?id={number[story.n]}" class="hd">{story.title}</a></td></tr>'

    home = old(NAME, f"<table>{''.join(map(row, found[:18]))}</table>")
    made.page("/", home)
    made.page("/default.asp", home)
    for k, s in enumerate(SECTIONS, 1):
        pages = parts(of_section(found, s), 5)
        pager = "".join(f'<a href="list.asp?cat={k}&page={p}">{p}</a> ' for p in range(1, len(pages) + 1))
        for p, some in enumerate(pages, 1):
            listed = old(SECTIONS[s], f"<table>{''.join(map(row, some))}</table>{pager}")
            made.page(f"/list.asp?cat={k}&page={p}", listed)
            if p == 1:
                made.page(f"/list.asp?cat={k}", listed)
    made.page("/archive.asp?y=2021", old("أرشيف", "<p>لا توجد مواد</p>"))
    made.page("/page.asp?id=3", old("من نحن", about("من نحن")))
    made.page("/contact.asp", old("اتصل بنا", about("اتصل بنا")))
    for story in found:
        body = f'<font class="title"><b>{story.title}</b></font><br><font class="date">{story.at:%d/%m/%Y} {story.at:%H:%M}</font><div class="news-text">{text(story)}</div>'
        made.article(f"/news.asp?id={number[story.n]}", old(story.title, body))
    return made


def ajax_listing() -> Made:
    """A home page with only the newest articles; a button requests older articles, as HTML inside JSON."""
    made, found = Made(), stories(40)

    def path(story: Story) -> str:
        return f"/{story.section}/{88100 - story.n}"

    nav = "".join(f'<a href="/{s}">{name}</a>' for s, name in SECTIONS.items())
    foot = '<a href="/about">من نحن</a><a href="/terms">شروط الاستخدام</a>'

    def card(story: Story) -> str:
        return f'<div class="card"><a class="stretched-link" href="{path(story)}"><h3>{story.title}</h3></a></div>'

    def listing(section: str, chosen: list[Story]) -> str:
        script = (
            "<script>var page = 1; document.getElementById('more').addEventListener('click', function () { page++; "
            f"fetch('/ajax/more-articles?section={section}&page=' + page)"
            ".then(function (r) { return r.json(); }).then(function (d) { "
            "document.getElementById('list').insertAdjacentHTML('beforeend', d.html); }); });</script>"
        )
        return (
            f'<div id="list">{"".join(map(card, chosen[:8]))}</div><button id="more">المزيد</button>{script}'
        )

    made.page("/", html(NAME, _frame(nav, listing("all", found), foot)))
    for s, chosen in [("all", found), *((s, of_section(found, s)) for s in SECTIONS)]:
        if s != "all":
            made.page(f"/{s}", html(NAME, _frame(nav, listing(s, chosen), foot)))
        for number, some in enumerate([*parts(chosen, 8), []], 1):
            answer = json.dumps({"html": "".join(map(card, some)), "more": bool(some)}, ensure_ascii=False)
            made.page(
                f"/ajax/more-articles?section={s}&page={number}",
                (200, {"Content-Type": "application/json"}, answer),
            )
    for page in ("/about", "/terms"):
        made.page(page, html(page, _frame(nav, about(page), foot)))
    for story in found:
        body = f'<article><h1>{story.title}</h1><p class="when">{story.at:%d/%m/%Y %H:%M}</p><div class="text">{text(story)}</div></article>'
        made.article(path(story), html(story.title, _frame(nav, body, foot), linked(story)))
    return made


def feed_only() -> Made:
    """A home page that shows only the address of its feed."""
    made, found = Made(), stories(30)

    def path(story: Story) -> str:
        return f"/khabar/{story.latin}-{6100 - story.n}"

    made.page(
        "/",
        html(
            NAME, "<h1>قريبا بحلة جديدة</h1>", '<link rel="alternate" type="application/rss+xml" href="/rss">'
        ),
    )
    made.at_root(lambda root: made.page("/rss", rss(found, path, root)))
    for story in found:
        body = f'<h1>{story.title}</h1><time datetime="{story.at.isoformat()}"></time><div class="b">{text(story)}</div>'
        made.article(path(story), html(story.title, body))
    return made


def sitemap_only() -> Made:
    """Only an index of sitemaps, named in robots.txt: articles by month, pages, sections."""
    made, found = Made(), stories(36)

    def path(story: Story) -> str:
        return f"/story/{story.n + 5000}/{story.latin}"

    made.page("/", html(NAME, "<div id=root></div>"))
    others = ("/", "/about", "/privacy", "/section/siyassa", "/section/riyada", "/tag/water")
    for other in others[1:]:
        made.page(other, html(other, about(other)))
    for story in found:
        body = f'<h1>{story.title}</h1><span class="d">{story.at:%Y-%m-%d %H:%M}</span><div class="b">{text(story)}</div>'
        made.article(path(story), html(story.title, body, linked(story)))

    def maps(root: str) -> None:
        xml = {"Content-Type": "application/xml"}
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

        def urlset(rows: Iterable[tuple[str, str]]) -> str:
            entries = "".join(
                f"<url><loc>{root}{p}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>" for p, at in rows
            )
            return f'<?xml version="1.0"?><urlset {space}>{entries}</urlset>'

        made.page("/robots.txt", f"User-agent: *\nDisallow: /admin/\nSitemap: {root}/sitemap.xml\n")
        index = "".join(
            f"<sitemap><loc>{root}/sitemap-{k}.xml</loc></sitemap>" for k in ("pages", "news-1", "news-2")
        )
        made.page(
            "/sitemap.xml", (200, xml, f'<?xml version="1.0"?><sitemapindex {space}>{index}</sitemapindex>')
        )
        made.page("/sitemap-pages.xml", (200, xml, urlset((p, "") for p in others)))
        for k, some in enumerate(parts(found, 18), 1):
            made.page(f"/sitemap-news-{k}.xml", (200, xml, urlset((path(s), s.at.isoformat()) for s in some)))

    made.at_root(maps)
    return made


def rendered() -> Made:
    """Pages that a script fills: they are empty without a browser."""
    made, found = Made(), stories(24)

    def path(story: Story) -> str:
        return f"/{story.section}/{story.n + 30100}-{story.latin}"

    nav = (
        "".join(f'<a href="/{s}">{name}</a>' for s, name in SECTIONS.items())
        + '<a href="/about-us">من نحن</a>'
    )

    def app(title: str, body: str) -> str:
        shown = json.dumps(body, ensure_ascii=False).replace("</", "<\\/")
        return html(
            title, f"<div id=app></div><script>document.getElementById('app').innerHTML = {shown}</script>"
        )

    def cards(chosen: list[Story]) -> str:
        return nav + "".join(f'<h3><a href="{path(s)}">{s.title}</a></h3>' for s in chosen)

    made.page("/", app(NAME, cards(found[:14])))
    for s, name in SECTIONS.items():
        made.page(f"/{s}", app(name, cards(of_section(found, s))))
    made.page("/about-us", app("من نحن", nav + about("من نحن")))
    for story in found:
        made.article(
            path(story),
            app(
                story.title,
                f"{nav}<h1>{story.title}</h1><p class=when>{story.at:%d/%m/%Y %H:%M}</p><div class=b>{text(story)}</div>",
            ),
        )
    return made


def numbers() -> Made:
    """Addresses that are a bare number for articles alone; sections have words and numbered pages."""
    made, found = Made(), stories(45)

    def path(story: Story) -> str:
        return f"/{104500 - 7 * story.n}"

    nav = (
        "".join(f'<a href="/{s}">{name}</a>' for s, name in SECTIONS.items())
        + '<a href="/2021">أرشيف 2021</a>'
    )
    foot = '<a href="/about">من نحن</a><a href="/tag/1204">الماء</a><a href="/author/31">ليلى</a>'

    def cards(chosen: list[Story]) -> str:
        return "".join(
            f'<li><a href="{path(s)}"><img alt="{s.title}" src="/i/{s.n}.jpg"></a><a href="{path(s)}">{s.title}</a></li>'
            for s in chosen
        )

    made.page("/", html(NAME, _frame(nav, cards(found[:15]), foot)))
    for s, name in SECTIONS.items():
        pages = parts(of_section(found, s), 6)
        for p, some in enumerate(pages, 1):
            pager = "".join(f'<a href="/{s}/page/{k}">{k}</a>' for k in range(1, len(pages) + 1))
            body = html(name, _frame(nav, cards(some) + pager, foot))
            made.page(f"/{s}/page/{p}", body)
            if p == 1:
                made.page(f"/{s}", body)
    made.page("/2021", html("2021", _frame(nav, "<p>لا مواد</p>", foot)))
    made.page("/about", html("من نحن", _frame(nav, about("من نحن"), foot)))
    made.page("/tag/1204", html("الماء", _frame(nav, cards(found[3:6]), foot)))
    made.page("/author/31", html("ليلى", _frame(nav, cards(found[6:9]), foot)))
    for story in found:
        body = f"<h1>{story.title}</h1><div class=info>{story.at:%d/%m/%Y} الساعة {story.at:%H:%M}</div><div class=t>{text(story)}</div>"
        made.article(path(story), html(story.title, _frame(nav, body, foot)))
    return made


def shop() -> Made:
    """A shop, not a newspaper: goods with prices, and a few pages about them."""
    made, found = Made(), stories(30)

    def path(story: Story) -> str:
        return f"/product/{story.latin}-{story.n + 300}"

    nav = (
        "".join(f'<a href="/category/{s}">{name}</a>' for s, name in SECTIONS.items())
        + '<a href="/cart">السلة</a>'
    )

    def card(story: Story) -> str:
        return f'<div><a href="{path(story)}">{story.title}</a><b>{story.n + 20} ريال</b><button>أضف إلى السلة</button></div>'

    made.page(
        "/", html("متجر الأصداء", _frame(nav, "".join(map(card, found)), '<a href="/returns">الإرجاع</a>'))
    )
    for s in SECTIONS:
        made.page(f"/category/{s}", html(s, _frame(nav, "".join(map(card, of_section(found, s))), "")))
    for story in found:
        said = {
            "@type": "Product",
            "name": story.title,
            "offers": {"@type": "Offer", "price": "20", "priceCurrency": "SAR"},
        }
        head = f'<meta property="og:type" content="product"><script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script>'
        made.page(
            path(story),
            html(story.title, _frame(nav, f"<h1>{story.title}</h1><b>20 ريال</b>{text(story)}", ""), head),
        )
    return made


MAKES: dict[str, Callable[[], Made]] = {
    "WordPress, open": wordpress_open,
    "WordPress by day, closed": wordpress_dated,
    "Drupal": drupal,
    "Joomla": joomla,
    "like Blogger": blogger,
    "ASP in windows-1256": asp_1256,
    "an AJAX listing": ajax_listing,
    "a feed alone": feed_only,
    "a sitemap alone": sitemap_only,
    "made by a script": rendered,
    "numbers as slugs": numbers,
}


# --- More newspapers


def _simple(made: Made, path: str, title: str, nav: str, body: str, foot: str = "", head: str = "") -> None:
    made.page(path, html(f"{title} | {NAME}", _frame(nav, body, foot), head))


def two_languages() -> Made:
    """Arabic and English side by side; the home page redirects to the Arabic one."""
    made, found = Made(), stories(40)

    def path(story: Story, language: str = "ar") -> str:
        return f"/{language}/news/{story.section}/{2600300 - story.n}/{story.latin}"

    made.newspaper.pages["/"] = (302, {"Location": "/ar"}, "")
    for language in ("ar", "en"):
        nav = "".join(
            f'<a href="/{language}/{s}">{SECTIONS[s] if language == "ar" else s}</a>' for s in SECTIONS
        )
        nav += f'<a href="/{"en" if language == "ar" else "ar"}">{"English" if language == "ar" else "العربية"}</a>'
        foot = f'<a href="/{language}/page/about-us">عن الصحيفة</a><a href="/{language}/page/terms-of-use-and-privacy">الشروط</a>'
        own = found if language == "ar" else found[:12]
        word = {s.n: s.title if language == "ar" else s.latin.replace("-", " ") for s in own}
        cards = {
            s.n: f'<div class=item><a href="{path(s, language)}"><h3>{word[s.n]}</h3></a></div>' for s in own
        }
        _simple(made, f"/{language}", NAME, nav, "".join(cards[s.n] for s in own[:12]), foot)
        for section in SECTIONS:
            for p, some in enumerate(parts(of_section(own, section), 5), 1):
                more = (
                    f'<a href="/{language}/{section}?p={p + 1}">»</a>'
                    if p * 5 < len(of_section(own, section))
                    else ""
                )
                _simple(
                    made,
                    f"/{language}/{section}{f'?p={p}' if p > 1 else ''}",
                    section,
                    nav,
                    "".join(cards[s.n] for s in some) + more,
                    foot,
                )
        for page in ("about-us", "terms-of-use-and-privacy"):
            _simple(made, f"/{language}/page/{page}", page, nav, about(page), foot)
        for story in own:
            body = (
                text(story)
                if language == "ar"
                else "".join(f"<p>{' '.join(_LATIN * 2)} {k} {story.n}.</p>" for k in range(4))
            )
            at = f'<span class="date">{story.at:%Y-%m-%d %H:%M}</span>'
            shown = html(
                f"{word[story.n]} | {NAME}",
                _frame(nav, f"<h1>{word[story.n]}</h1>{at}<div class=body>{body}</div>", foot),
                linked(story),
            )
            made.article(path(story, language), shown)
    return made


def by_query() -> Made:
    """All addresses are index.php; the query has the number of the article, page or section."""
    made, found = Made(), stories(44)

    def path(story: Story) -> str:
        return f"/index.php?module=news&id={5200 - story.n}"

    nav = "".join(
        f'<a href="/index.php?module=section&sid={k}">{name}</a>'
        for k, name in enumerate(SECTIONS.values(), 11)
    )
    foot = '<a href="/index.php?module=page&id=4">من نحن</a><a href="/index.php?module=contact">اتصل بنا</a><a href="/index.php?module=poll&id=77">نتائج استطلاع رأي القراء حول المدينة</a>'
    cards = {s.n: f'<li><a href="{path(s)}">{s.title}</a></li>' for s in found}
    front = "<ul>" + "".join(cards[s.n] for s in found[:14]) + "</ul>"
    _simple(made, "/", NAME, nav, front, foot)
    _simple(made, "/index.php", NAME, nav, front, foot)
    for k, section in enumerate(SECTIONS, 11):
        pages = parts(of_section(found, section), 4)
        for p, some in enumerate(pages):
            pager = "".join(
                f'<a href="/index.php?module=section&sid={k}&pg={q}">{q + 1}</a>' for q in range(len(pages))
            )
            made_at = f"/index.php?module=section&sid={k}{f'&pg={p}' if p else ''}"
            _simple(made, made_at, section, nav, "".join(cards[s.n] for s in some) + pager, foot)
            if not p:
                _simple(
                    made, f"{made_at}&pg=0", section, nav, "".join(cards[s.n] for s in some) + pager, foot
                )
    _simple(made, "/index.php?module=page&id=4", "من نحن", nav, about("من نحن"), foot)
    _simple(made, "/index.php?module=contact", "اتصل", nav, about("اتصل"), foot)
    _simple(made, "/index.php?module=poll&id=77", "استطلاع", nav, about("استطلاع"), foot)
    for story in found:
        _simple(
            made,
            path(story),
            story.title,
            nav,
            f"<h2>{story.title}</h2><small>{story.at:%d-%m-%Y %H:%M}</small><div id=txt>{text(story)}</div>",
            foot,
        )
        made.articles.append(quote(path(story), safe="/?=&"))
    return made


def day_paths() -> Made:
    """Year, month and day in the path; sections by number; the link to older pages has no words."""
    made, found = Made(), stories(45)

    def path(story: Story) -> str:
        return f"/{story.at.year}/{story.at.month}/{story.at.day}/{story.arabic}"

    nav = "".join(f'<a href="/section/{k}">{name}</a>' for k, name in enumerate(SECTIONS.values(), 3))
    nav += f'<a href="/{found[0].at.year}/{found[0].at.month}">أرشيف الشهر</a>'
    foot = '<a href="/static/1">من نحن</a><a href="/static/2">سياسة الخصوصية وشروط استخدام الموقع</a>'
    cards = {
        s.n: f'<div class=c><a href="{quote(path(s))}"><img src=x alt=""></a><a href="{quote(path(s))}">{s.title}</a></div>'
        for s in found
    }
    _simple(made, "/", NAME, nav, "".join(cards[s.n] for s in found[:13]), foot)
    for k, section in enumerate(SECTIONS, 3):
        pages = parts(of_section(found, section), 4)
        for p, some in enumerate(pages, 1):
            after = f'<a class=arrow href="/section/{k}/{p + 1}"><i></i></a>' if p < len(pages) else ""
            _simple(
                made,
                f"/section/{k}{f'/{p}' if p > 1 else ''}",
                section,
                nav,
                "".join(cards[s.n] for s in some) + after,
                foot,
            )
    _simple(
        made,
        f"/{found[0].at.year}/{found[0].at.month}",
        "أرشيف",
        nav,
        "".join(cards[s.n] for s in found[:6]),
        foot,
    )
    for n in (1, 2):
        _simple(made, f"/static/{n}", "صفحة", nav, about("صفحة"), foot)
    for story in found:
        said = f"<h1 class=hl>{story.title}</h1><div class=dt>نشر في: {story.at:%Y/%m/%d}</div><div class=bd>{text(story)}</div>"
        made.article(path(story), html(story.title, _frame(nav, said, foot)))
    return made


def tags_like_articles() -> Made:
    """Addresses of tags and writers look like those of articles, with slugs of many words; only articles end
    in a number.
    """
    made, found = Made(), stories(42)

    def path(story: Story) -> str:
        return f"/{story.section}/{story.arabic}-{870000 - story.n}"

    tags = [
        "أزمة-المياه-في-القرى-الجبلية",
        "مهرجان-الموسيقى-في-المدينة-القديمة",
        "أسعار-الوقود-في-الأسواق-المحلية",
    ]
    nav = "".join(f'<a href="/{s}">{name}</a>' for s, name in SECTIONS.items())
    foot = '<a href="/siyassa/عن-صحيفة-الأصداء-وفريق-التحرير">عن صحيفة الأصداء وفريق التحرير</a>'
    side = "".join(f'<a href="/mojtama/{tag}">{tag.replace("-", " ")}</a>' for tag in tags)
    cards = {
        s.n: f'<article><h2><a href="{quote(path(s))}">{s.title}</a></h2><p>{s.paragraphs[0][:70]}</p></article>'
        for s in found
    }
    _simple(made, "/", NAME, nav, "".join(cards[s.n] for s in found[:12]) + side, foot)
    for s in SECTIONS:
        pages = parts(of_section(found, s), 5)
        for p, some in enumerate(pages, 1):
            after = f'<a href="/{s}?page={p + 1}">الصفحة التالية</a>' if p < len(pages) else ""
            _simple(
                made,
                f"/{s}{f'?page={p}' if p > 1 else ''}",
                s,
                nav,
                "".join(cards[x.n] for x in some) + after + side,
                foot,
            )
    for tag in tags:
        _simple(
            made,
            f"/mojtama/{tag}",
            tag,
            nav,
            f"<h1>{tag.replace('-', ' ')}</h1><p>{_paragraph(random.Random(tag))}</p>"
            + "".join(cards[x.n] for x in found[2:12]),
            foot,
        )
    _simple(made, "/siyassa/عن-صحيفة-الأصداء-وفريق-التحرير", "عن الصحيفة", nav, about("عن الصحيفة"), foot)
    for story in found:
        said = f"<h1>{story.title}</h1><time>{story.at:%d/%m/%Y - %H:%M}</time><div class=content>{text(story)}</div><div class=tags>{side}</div>"
        made.article(path(story), html(story.title, _frame(nav, said, foot), linked(story)))
    return made


def foreign_feed() -> Made:
    """A feed that lists other newspapers first; a form's response continues the list of the home page."""
    made, found = Made(), stories(36)

    def path(story: Story) -> str:
        return f"/akhbar/{story.latin}"

    nav = (
        "".join(f'<a href="/qism/{s}">{name}</a>' for s, name in SECTIONS.items())
        + '<a href="/qism/man-nahnu">من نحن</a>'
    )
    foot = '<a href="/rss/all.xml">خلاصات</a><a href="/ittisal">اتصل</a>'
    cards = {s.n: f'<div class=n><a href="{path(s)}" title="{s.title}">{s.title}</a></div>' for s in found}
    script = (
        "<script>var pageNumber = 1; var busy = false; function loadMore() { if (busy) return; busy = true; pageNumber += 1; "
        "$.post('/ajax/loadNews', { page: pageNumber, category: 0, lang: 'ar' }, function (html) { $('#news').append(html); "
        "busy = false; }); }</script>"
    )
    front = f'<div id=news>{"".join(cards[s.n] for s in found[:12])}</div><a href="javascript:loadMore()">تحميل المزيد</a>{script}'
    _simple(made, "/", NAME, nav, front, foot)
    for p, some in enumerate([*parts(found, 12), []], 1):
        made.newspaper.pages[f"/ajax/loadNews page={p}&category=0&lang=ar"] = "".join(
            cards[s.n] for s in some
        )
    for s in SECTIONS:
        _simple(made, f"/qism/{s}", s, nav, "".join(cards[x.n] for x in of_section(found, s)[:4]), foot)
    _simple(made, "/qism/man-nahnu", "من نحن", nav, about("من نحن"), foot)
    _simple(made, "/ittisal", "اتصل", nav, about("اتصل"), foot)

    def feed(root: str) -> None:
        status, headers, said = rss(found[:5], path, root)
        others = "".join(
            f"<item><title>خبر من صحيفة أخرى رقم {k}</title><link>https://okhra.example/news/{k}</link></item>"
            for k in range(10)
        )
        made.page("/rss/all.xml", (status, headers, said.replace("<item>", f"{others}<item>", 1)))

    made.at_root(feed)
    for story in found:
        said = f'<h1>{story.title}</h1><div class="meta">{story.at:%d.%m.%Y}</div><div class="story">{text(story)}</div>'
        made.article(path(story), html(story.title, _frame(nav, said, foot), linked(story)))
    return made


def json_api() -> Made:
    """A page whose script, in a separate file, requests more from an API that gives numbers instead of
    addresses.
    """
    made, found = Made(), stories(40)

    def path(story: Story) -> str:
        return f"/article/{66000 - story.n}"

    nav = "".join(f'<a href="/c/{s}">{name}</a>' for s, name in SECTIONS.items())
    foot = '<a href="/about">من نحن</a>'
    cards = {s.n: f'<li class=tile><a href="{path(s)}">{s.title}</a></li>' for s in found}
    made.page(
        "/",
        html(
            NAME,
            _frame(nav, "".join(cards[s.n] for s in found[:10]), foot)
            + '<script src="/js/jquery.js"></script><script src="/js/app.js"></script>',
        ),
    )
    made.page(
        "/js/jquery.js",
        (200, {"Content-Type": "text/javascript"}, "var jQuery = function () { return '/'; };"),
    )
    made.page(
        "/js/app.js",
        (
            200,
            {"Content-Type": "text/javascript"},
            "const limit = 10; let offset = 10; async function more() { const r = await fetch(`/api/articles?limit=${limit}&offset=${offset}`); const d = await r.json(); offset += limit; d.data.items.forEach(draw); }",
        ),
    )
    for start in range(0, 60, 10):
        items = [
            {"id": 66000 - s.n, "title": s.title, "published": s.at.isoformat()}
            for s in found[start : start + 10]
        ]
        made.page(
            f"/api/articles?limit=10&offset={start}",
            (200, {"Content-Type": "application/json"}, json.dumps({"data": {"items": items}})),
        )
    for s in SECTIONS:
        _simple(made, f"/c/{s}", s, nav, "".join(cards[x.n] for x in of_section(found, s)[:3]), foot)
    _simple(made, "/about", "من نحن", nav, about("من نحن"), foot)
    for story in found:
        said = f'<h1>{story.title}</h1><time datetime="{story.at.isoformat()}">{story.at:%d/%m/%Y}</time><section>{text(story)}</section>'
        made.article(path(story), html(story.title, _frame(nav, said, foot)))
    return made


def encoded_slugs() -> Made:
    """Percent-encoded addresses with Arabic sections, numbers and slugs; pages are below an Arabic word."""
    made, found = Made(), stories(41)

    def path(story: Story) -> str:
        return f"/أخبار/{SECTIONS[story.section]}/{31800 - story.n}/{story.arabic}"

    nav = "".join(f'<a href="{quote(f"/أخبار/{name}")}">{name}</a>' for name in SECTIONS.values())
    foot = f'<a href="{quote("/عن-الصحيفة")}">عن الصحيفة</a><a href="{quote("/اتصل-بنا")}">اتصل بنا</a>'
    cards = {s.n: f'<h4><a href="{quote(path(s))}">{s.title}</a></h4>' for s in found}
    _simple(made, "/", NAME, nav, "".join(cards[s.n] for s in found[:12]), foot)
    for s, name in SECTIONS.items():
        pages = parts(of_section(found, s), 5)
        for p, some in enumerate(pages, 1):
            pager = "".join(
                f'<a href="{quote(f"/أخبار/{name}/صفحة/{q}")}">{q}</a>' for q in range(1, len(pages) + 1)
            )
            _simple(
                made,
                f"/أخبار/{name}" + (f"/صفحة/{p}" if p > 1 else ""),
                name,
                nav,
                "".join(cards[x.n] for x in some) + pager,
                foot,
            )
    for page in ("/عن-الصحيفة", "/اتصل-بنا"):
        _simple(made, page, page, nav, about(page), foot)
    for story in found:
        said = f"<h1>{story.title}</h1><p class=t>{story.at.day}-{story.at.month}-{story.at.year} | {story.at:%H:%M}</p><div class=x>{text(story)}</div>"
        made.article(path(story), html(story.title, _frame(nav, said, foot)))
    return made


def short_posts() -> Made:
    """WordPress with only ``?p=``: feed and API are closed, sections are ``?cat=``, older pages ``&paged=``."""
    made, found = Made(), stories(38)

    def path(story: Story) -> str:
        return f"/?p={1900 - story.n}"

    nav = (
        "".join(f'<a href="/?cat={k}">{name}</a>' for k, name in enumerate(SECTIONS.values(), 2))
        + '<a href="/?page_id=2">من نحن</a>'
    )
    foot = '<a href="/?author=1">ليلى</a><a href="/?m=202611">الأرشيف</a><a href="/?tag=water">الماء</a>'
    head = '<link rel="https://api.w.org/" href="/index.php?rest_route=/"><link rel=stylesheet href="/wp-content/themes/x/style.css">'
    cards = {
        s.n: f'<div class="post-{s.n} post"><h2><a href="{path(s)}" rel="bookmark">{s.title}</a></h2></div>'
        for s in found
    }
    for base, chosen in [
        ("/", found),
        *((f"/?cat={k}", of_section(found, s)) for k, s in enumerate(SECTIONS, 2)),
    ]:
        pages = parts(chosen, 6)
        for p, some in enumerate(pages, 1):
            mark = "&" if "?" in base else "?"
            after = (
                f'<div class="nav-previous"><a href="{base}{mark}paged={p + 1}">مقالات أقدم</a></div>'
                if p < len(pages)
                else ""
            )
            at = base if p == 1 else f"{base}{mark}paged={p}"
            _simple(made, at, NAME, nav, "".join(cards[s.n] for s in some) + after, foot, head)
    for at in ("/?author=1", "/?m=202611", "/?tag=water"):
        _simple(made, at, NAME, nav, "".join(cards[s.n] for s in found[:5]), foot, head)
    _simple(made, "/?page_id=2", "من نحن", nav, about("من نحن"), foot, head)
    for story in found:
        said = f'<h1 class="entry-title">{story.title}</h1><time class="entry-date" datetime="{story.at.isoformat()}"></time><div class="entry-content">{text(story)}</div>'
        made.article(path(story), html(story.title, _frame(nav, said, foot), head))
    return made


def short_titles() -> Made:
    """Headlines of four words; a splash page with a refresh and links to two languages."""
    made, found = Made(), stories(36)

    def path(story: Story) -> str:
        return f"/ar/khabar-{400 - story.n}.html"

    nav = (
        "".join(f'<a href="/ar/{s}/">{name}</a>' for s, name in SECTIONS.items())
        + '<a href="/ar/man-nahnu.html">من نحن</a>'
    )
    made.page(
        "/",
        html(
            NAME,
            '<a href="/fr/">Français</a><a href="/ar/">العربية</a>',
            '<meta http-equiv="refresh" content="5; url=/ar/">',
        ),
    )
    cards = {s.n: f'<li><a href="{path(s)}">{" ".join(s.title.split()[:4])}</a></li>' for s in found}
    _simple(made, "/ar/", NAME, nav, "".join(cards[s.n] for s in found[:14]))
    for s in SECTIONS:
        pages = parts(of_section(found, s), 5)
        for p, some in enumerate(pages, 1):
            after = f'<a href="/ar/{s}/{p + 1}.html">التالي</a>' if p < len(pages) else ""
            _simple(
                made,
                f"/ar/{s}/{f'{p}.html' if p > 1 else ''}",
                s,
                nav,
                "".join(cards[x.n] for x in some) + after,
            )
    _simple(made, "/ar/man-nahnu.html", "من نحن", nav, about("من نحن"))
    for story in found:
        title = " ".join(story.title.split()[:4])
        said = f"<h1>{title}</h1><b>{story.at:%d-%m-%Y}</b><div class=n>{text(story)}</div>"
        made.article(path(story), html(title, _frame(nav, said, "")))
    return made


def small_numbers() -> Made:
    """Numbers in all addresses: four digits for articles, one for sections, two for pages about the
    newspaper.
    """
    made, found = Made(), stories(40)

    def path(story: Story) -> str:
        return f"/{2900 - story.n}"

    nav = "".join(f'<a href="/{k}">{name}</a>' for k, name in enumerate(SECTIONS.values(), 3))
    foot = '<a href="/11">من نحن</a><a href="/12">سياسة الخصوصية</a>'
    cards = {s.n: f'<div><a href="{path(s)}"><b>{s.title}</b></a></div>' for s in found}
    _simple(made, "/", NAME, nav, "".join(cards[s.n] for s in found[:14]), foot)
    for k, s in enumerate(SECTIONS, 3):
        pages = parts(of_section(found, s), 5)
        for p, some in enumerate(pages, 1):
            pager = "".join(f'<a href="/{k}?start={5 * q}">{q + 1}</a>' for q in range(len(pages)))
            _simple(
                made,
                f"/{k}{f'?start={5 * (p - 1)}' if p > 1 else ''}",
                s,
                nav,
                "".join(cards[x.n] for x in some) + pager,
                foot,
            )
    for k in (11, 12):
        _simple(made, f"/{k}", "صفحة", nav, about("صفحة"), foot)
    for story in found:
        said = f"<h1>{story.title}</h1><i>{story.at:%Y-%m-%d}</i><div class=n>{text(story)}</div>"
        made.article(path(story), html(story.title, _frame(nav, said, foot)))
    return made


def days_in_the_feed() -> Made:
    """Pages without a day, which only the feed states. Slugs of two words, separated by ``_``, below
    sections.
    """
    made, found = Made(), stories(30)

    def path(story: Story) -> str:
        return f"/{story.section}/{'_'.join(story.latin.split('-')[:2])}{story.n}"

    nav = "".join(f'<a href="/{s}">{name}</a>' for s, name in SECTIONS.items())
    foot = '<a href="/page/about">من نحن</a><a href="/page/terms">شروط الاستخدام</a>'
    cards = {s.n: f'<h3><a href="{path(s)}">{s.title}</a></h3>' for s in found}
    made.page(
        "/",
        html(
            NAME,
            _frame(nav, "".join(cards[s.n] for s in found[:12]), foot),
            '<link rel="alternate" type="application/rss+xml" href="/rss.php">',
        ),
    )
    for s in SECTIONS:
        _simple(made, f"/{s}", s, nav, "".join(cards[x.n] for x in of_section(found, s)), foot)
    for page in ("about", "terms"):
        _simple(made, f"/page/{page}", page, nav, about(page), foot)
    made.at_root(lambda root: made.page("/rss.php", rss(found, path, root)))
    for story in found:
        made.article(
            path(story),
            html(story.title, _frame(nav, f"<h1>{story.title}</h1><div class=n>{text(story)}</div>", foot)),
        )
    return made


# --- Sites that are not newspapers


def forum() -> Made:
    """A forum: threads with days and texts of many people."""
    made, found = Made(), stories(40)

    def path(story: Story) -> str:
        return f"/threads/{story.arabic}.{4100 - story.n}/"

    nav = (
        "".join(f'<a href="/forums/{s}.{k}/">{name}</a>' for k, (s, name) in enumerate(SECTIONS.items(), 2))
        + '<a href="/members/">الأعضاء</a>'
    )
    rows = {
        s.n: f'<li class="thread"><a href="{quote(path(s))}">{s.title}</a><span>ردود: {s.n + 2}</span><span>مشاهدات: {s.n * 31}</span></li>'
        for s in found
    }
    made.page(
        "/",
        html(
            "منتدى الأصداء",
            _frame(nav, "".join(rows[s.n] for s in found[:20]), '<a href="/help/">القوانين</a>'),
        ),
    )
    for k, s in enumerate(SECTIONS, 2):
        made.page(
            f"/forums/{s}.{k}/", html(s, _frame(nav, "".join(rows[x.n] for x in of_section(found, s)), ""))
        )
    for story in found:
        posts = "".join(
            f'<div class="message"><a class="username" href="/members/{k}/">عضو {k}</a><time datetime="{(story.at + dt.timedelta(minutes=k)).isoformat()}">'
            f'{story.at:%d/%m/%Y}</time><div class="message-body"><p>{said}</p></div><a href="#">رد</a><a href="#">اقتباس</a></div>'
            for k, said in enumerate(story.paragraphs)
        )
        made.page(
            path(story),
            html(story.title, _frame(nav, f"<h1>{story.title}</h1>{posts}<form>إضافة رد</form>", "")),
        )
    return made


def company() -> Made:
    """A company: services and products in long sentences, and two news items from years ago."""
    made, found = Made(), stories(16)
    nav = '<a href="/">الرئيسية</a><a href="/services/">خدماتنا</a><a href="/about-us/">من نحن</a><a href="/contact/">اتصل بنا</a><a href="/careers/">الوظائف</a>'
    services = {s.n: (f"/services/{s.latin}/", f"خدمات {s.title}") for s in found[:12]}
    cards = "".join(
        f'<div><h3><a href="{path}">{title}</a></h3><a href="{path}">اطلب الخدمة</a></div>'
        for path, title in services.values()
    )
    news = "".join(f'<a href="/news/{s.latin}/">{s.title}</a>' for s in found[12:14])
    said = {"@context": "https://schema.org", "@type": "Organization", "name": "شركة الأصداء"}
    head = f'<script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script>'
    made.page("/", html("شركة الأصداء للخدمات", _frame(nav, cards + news, "© 2026"), head))
    made.page("/services/", html("خدماتنا", _frame(nav, cards, ""), head))
    for page in ("/about-us/", "/contact/", "/careers/"):
        made.page(page, html(page, _frame(nav, about(page), ""), head))
    for story in found[:12]:
        path, title = services[story.n]
        page_said = {
            "@type": "WebPage",
            "name": title,
            "datePublished": "2021-03-04T10:00:00+00:00",
            "dateModified": "2024-05-06T10:00:00+00:00",
        }
        more = f'<script type="application/ld+json">{json.dumps(page_said, ensure_ascii=False)}</script>'
        made.page(path, html(title, _frame(nav, f"<h1>{title}</h1>{text(story)}", ""), head + more))
    for story in found[12:14]:
        made.page(
            f"/news/{story.latin}/",
            html(
                story.title,
                _frame(nav, f"<h1>{story.title}</h1><span>04/03/2021</span>{text(story)}", ""),
                head,
            ),
        )
    return made


def plain_shop() -> Made:
    """A shop without machine-readable declarations: prices, a basket, and reviews with days."""
    made, found = Made(), stories(30)

    def path(story: Story) -> str:
        return f"/items/{story.n + 700}-{story.latin}"

    nav = (
        "".join(f'<a href="/list/{s}">{name}</a>' for s, name in SECTIONS.items())
        + '<a href="/cart">سلة المشتريات</a>'
    )
    card = {
        s.n: f'<div class=p><a href="{path(s)}">{s.title}</a><span>{s.n * 3 + 20}.00 ر.س</span><a href="/cart/add/{s.n}">أضف للسلة</a></div>'
        for s in found
    }
    made.page(
        "/",
        html(
            "متجر",
            _frame(nav, "".join(card.values()), '<a href="/policy">سياسة الاسترجاع والاستبدال والشحن</a>'),
        ),
    )
    for s in SECTIONS:
        made.page(f"/list/{s}", html(s, _frame(nav, "".join(card[x.n] for x in of_section(found, s)), "")))
    for story in found:
        opinions = "".join(
            f"<div class=review><b>زبون {k}</b> <span>{story.at:%d/%m/%Y}</span><p>{story.paragraphs[k][:60]}</p></div>"
            for k in (1, 2)
        )
        said = f"<h1>{story.title}</h1><div class=price>{story.n * 3 + 20}.00 ر.س</div><button>أضف للسلة</button><div class=desc><p>{story.paragraphs[0]}</p></div>{opinions}"
        made.page(path(story), html(story.title, _frame(nav, said, "")))
    return made


FURTHER: dict[str, Callable[[], Made]] = {
    "two languages, home redirects": two_languages,
    "all by query": by_query,
    "day paths": day_paths,
    "tags like articles": tags_like_articles,
    "foreign feed, POST": foreign_feed,
    "JSON API": json_api,
    "encoded slugs": encoded_slugs,
    "short posts": short_posts,
    "short titles behind a splash page": short_titles,
    "small numbers": small_numbers,
    "days in the feed": days_in_the_feed,
}
NONE: dict[str, Callable[[], Made]] = {
    "shop": shop,
    "forum": forum,
    "company": company,
    "plain shop": plain_shop,
}
