"""The pages of the two sites, filled in from the templates of a recording."""

from __future__ import annotations

import datetime as dt
import json
from email.utils import format_datetime
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recordings.stories import Story

DEMO = Path(__file__).parent / "demo"
SECTIONS = {
    "politics": "سياسة",
    "economy": "اقتصاد",
    "society": "مجتمع",
    "culture": "ثقافة",
    "sport": "رياضة",
}
FORGOTTEN = {88102: "2024-02-11", 88467: "2024-02-19", 88913: "2024-03-02", 89240: "2024-03-14"}
"""Old addresses in the sitemap of alayam24 with their lastmod: too old for a first crawl."""


def template(name: str) -> Template:
    """A template of the recording. Example: ``alayam24/article.html``."""
    return Template((DEMO / name).read_text(encoding="utf-8"))


def link(href: str, text: str, rel: str = "") -> str:
    """An anchor."""
    relation = f' rel="{rel}"' if rel else ""
    return f'<a{relation} href="{escape(href)}">{escape(text)}</a>'


def turn(path: str, page: int, last: bool) -> str:
    """The links to the page before and the page after."""
    before = path if page == 2 else f"{path}?page={page - 1}"
    return (link(before, "الأحدث", "prev") if page > 1 else "") + (
        "" if last else " " + link(f"{path}?page={page + 1}", "الأقدم", "next")
    )


def numbered(path: str, stories: Sequence[Story], size: int) -> Iterator[tuple[str, Sequence[Story], str]]:
    """The pages of a listing: path, stories, links to its neighbours."""
    starts = range(0, max(len(stories), 1), size)
    for page, start in enumerate(starts, 1):
        address = path if page == 1 else f"{path}?page={page}"
        yield address, stories[start : start + size], turn(path, page, page == len(starts))


class Alayam24:
    """alayam24.com: its articles in the markup that public scrapers used in 2019-2021, the rest our own."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self.stories = [s for s in stories if s.site == "alayam24"]
        self.listed = [s for s in self.stories if not s.only]
        self.news = [s for s in self.listed if not s.rejected]
        self.layout = template("alayam24/layout.html")

    def page(self, title: str, content: str, head: str = "", lang: str = "ar", charset: str = "") -> str:
        """A whole page around its content."""
        return self.layout.substitute(
            title=escape(title),
            lang=lang,
            dir="rtl" if lang == "ar" else "ltr",
            charset=charset or '<meta charset="utf-8">',
            head=head,
            content=content,
            mostread="\n".join(
                f'    <li>{link(s.path, s.title)} <em class="when">منذ {hours} ساعة</em></li>'
                for hours, s in enumerate(self.news[3:18:3], 11)
            ),
        )

    def home(self) -> str:
        """The front page."""
        ticker = " ".join(link(s.path, s.title) for s in self.news[:5])
        cards = "\n".join(
            f'<div class="card"><h3>{link(s.url, s.title)}</h3><b>{SECTIONS[s.section]}</b></div>'
            for s in self.news[:18]
        )
        media = "\n".join(f"<li>{link(s.path, s.title)}</li>" for s in self.listed if s.rejected == "no_body")
        return self.page(
            "الرئيسية",
            f'<div class="ticker"><b>عاجل</b> {ticker}</div>\n{cards}\n<ul class="media">{media}</ul>\n'
            '<a href="https://play.google.com/store/apps/details?id=ma.example.demo">تطبيق الهاتف</a>\n'
            '<a href="tel:+212500000000">هاتف التحرير</a>',
        )

    def listings(self) -> Iterator[tuple[str, str]]:
        """The section pages."""
        for section, name in SECTIONS.items():
            stories = [s for s in self.listed if s.section == section]
            for path, some, pages in numbered(f"/{section}", stories, 3):
                items = "\n".join(
                    f'<div class="item">{link(s.listed or s.moved_from or s.path, s.title)}</div>'
                    for s in some
                )
                listing = template("alayam24/listing.html")
                yield path, self.page(name, listing.substitute(heading=name, items=items, pages=pages))

    def all_articles(self) -> str:
        """A listing at an address that looks like an article's."""
        items = "\n".join(f"<li>{link(s.path, s.title)}</li>" for s in self.news)
        return self.page(
            "كل المقالات",
            f'<h1 class="heading">كل المقالات</h1>\n<div class="articlecontent"><ul>\n{items}\n</ul></div>',
        )

    def article(self, story: Story) -> str:
        """An article page."""
        section = [s for s in self.news if s.section == story.section]
        related = section[(section.index(story) + 1) % len(section)] if story in section else section[0]
        return self.page(
            story.title,
            template("alayam24/article.html").substitute(
                section=story.section,
                section_name=SECTIONS[story.section],
                title=escape(story.title, quote=False),
                date=f'<span class="date">{story.date}</span>' if story.date else "",
                writer=self._writer(story),
                path=story.path,
                escaped_url=quote(story.url, safe=""),
                image=self._media(story),
                body="\n".join(f"    <p>{escape(p, quote=False)}</p>" for p in story.body),
                related_path=related.path,
                related_title=escape(related.title),
                tags=self._tags(story),
                comments=self._comments(story),
            ),
            head="\n".join(self._head(story)),
            lang=story.lang,
            charset=self._charset(story),
        )

    def feed(self) -> str:
        """The RSS feed."""
        items = "\n".join(
            f"<item><title>{escape(s.title)}</title><link>{escape(s.feed_url or s.url)}</link>"
            f'<guid isPermaLink="false">{s.number}</guid><pubDate>{format_datetime(moment(s))}</pubDate>'
            f"<category>{SECTIONS[s.section]}</category><description>{escape(s.body[0])}</description></item>"
            for s in self.stories
            if s.feed
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>\n'
            "<title>الأيام 24</title><link>https://www.alayam24.com/</link><language>ar</language>\n"
            f"{items}\n</channel></rss>\n"
        )

    def sitemap(self) -> str:
        """The sitemap: the front page, the dated articles, and addresses too old to be asked."""
        named = [s for s in self.stories if s.day and s.only != "feed"]
        entries = [("https://www.alayam24.com/", "2024-04-05T11:55:00+00:00")]
        entries += [(s.url, moment(s).isoformat() if s.time else str(s.day)) for s in named]
        entries += [(f"https://www.alayam24.com/articles-{n}.html", day) for n, day in FORGOTTEN.items()]
        rows = "\n".join(f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>" for url, day in entries)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}\n</urlset>\n'
        )

    def about(self, title: str, text: str) -> str:
        """A page about the site itself."""
        return self.page(title, f"<h2>{title}</h2>\n<p>{text}</p>")

    def _head(self, story: Story) -> Iterator[str]:
        if story.number % 2 == 0:
            yield f'<link rel="canonical" href="{story.url}">'
        if story.meta:
            yield f'<meta property="og:title" content="{escape(story.title)}">'
            yield '<meta property="og:type" content="article">'
            yield f'<meta property="article:published_time" content="{story.meta}">'
        if story.jsonld:
            data = {
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "headline": story.title,
                "datePublished": story.jsonld,
                "articleSection": SECTIONS[story.section],
                "mainEntityOfPage": story.url,
                "publisher": {"@type": "Organization", "name": "الأيام 24"},
            }
            if story.writer:
                data["author"] = {"@type": "Person", "name": story.writer}
            yield f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'

    def _charset(self, story: Story) -> str:
        if story.charset_in == "header":
            return "<!-- -->"
        if story.charset_in == "meta":
            return f'<meta http-equiv="Content-Type" content="text/html; charset={story.charset}">'
        return ""

    def _writer(self, story: Story) -> str:
        name = story.byline or story.writer
        return f' <span class="writer">{name}</span>' if name else ""

    def _media(self, story: Story) -> str:
        if story.video:
            return f'<iframe src="{story.video}" allowfullscreen></iframe>'
        if not story.image:
            return ""
        src = f"/uploads/2024/04/{story.image}"
        return (
            f'<figure><a class="zoom" href="{src}"><img class="lazy" src="/assets/blank.gif" '
            f'data-original="{src}" alt=""></a></figure>'
        )

    def _tags(self, story: Story) -> str:
        links = " ".join(link(f"/search/?q={quote(t)}", t) for t in story.tags.split("، ") if t)
        return f'<div class="tags">{links}</div>' if links else ""

    def _comments(self, story: Story) -> str:
        if not story.comments:
            return ""
        name, day, text = story.comments.split(" | ")
        return f'<li><b>{name}</b> <span class="when">{day}</span><p>{text}</p></li>'


class Maghress:
    """maghress.com: its articles in the markup that public scrapers used in 2019-2024, the rest our own."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self.stories = [s for s in stories if s.site == "maghress"]
        self.layout = template("maghress/layout.html")
        self.headlines = (DEMO / "maghress/ticker.txt").read_text(encoding="utf-8").splitlines()

    def page(self, title: str, content: str, turned: int = 0, head: str = "") -> str:
        """A whole page around its content; the ticker has moved on by ``turned`` headlines."""
        turned %= len(self.headlines)
        ticker = "    ".join(self.headlines[turned:] + self.headlines[:turned])
        return self.layout.substitute(
            title=escape(title), head=head, ticker=escape(ticker, quote=False), content=content
        )

    def home(self) -> str:
        """The front page."""
        items = "\n".join(
            f'<div><a href="{s.path}"><b>{escape(s.title)}</b></a> <small>{s.newspaper}</small></div>'
            for s in self.stories
            if s.status == "200"
        )
        return self.page("جرائد مغربية", f'<div class="home">\n{items}\n</div>')

    def listings(self) -> Iterator[tuple[str, str]]:
        """The pages of the sections, of the newspapers and of the French edition."""
        listings = {f"/{name}": [s for s in self.stories if s.section == name] for name in SECTIONS}
        listings["/fr"] = [s for s in self.stories if s.lang == "fr"]
        for story in self.stories:
            path = story.path.rpartition("/")[0]
            listings.setdefault(path, [s for s in self.stories if s.path.rpartition("/")[0] == path])
        listings = {
            path: stories for path, stories in listings.items() if path not in ("/economy", "/culture")
        }
        for path, stories in listings.items():
            for turned, (address, some, pages) in enumerate(numbered(path, stories, 5)):
                items = "\n".join(f"<div>{link(s.listed or s.path, s.title)}</div>" for s in some)
                listing = template("maghress/listing.html")
                content = listing.substitute(heading=path.strip("/"), items=items, pages=pages)
                yield address, self.page(path.strip("/"), content, turned)

    def article(self, story: Story) -> str:
        """An article page."""
        original = story.original or f"https://www.{story.source}.example/news/{story.number}"
        closing = f'انقر <a href="{original}" target="_blank">هنا</a> لقراءة الخبر من مصدره.'
        content = template("maghress/article.html").substitute(
            title=escape(story.title, quote=False),
            listing=story.path.rpartition("/")[0].strip("/"),
            newspaper=story.newspaper,
            day=f" يوم {story.date}" if story.date else "",
            original=original,
            body="\n".join(self._spans(story, closing)),
            number=story.number,
        )
        return self.page(story.title, content, story.number)

    def _spans(self, story: Story, closing: str) -> Iterator[str]:
        if story.image:
            yield f'<img src="/img/{story.image}" alt="">'
        paragraphs = [escape(p.removeprefix("## "), quote=False) for p in story.body]
        if story.layout == "span":
            groups, glue = [[p] for p in paragraphs], ""
        else:
            groups = [paragraphs[i : i + 2] for i in range(0, len(paragraphs), 2)]
            glue = "<br><br>\n"
        for group in groups:
            text = "\n".join(f"<p>{p}</p>" for p in group) if story.layout == "p" else glue.join(group)
            yield f'<span class="articlecontent">{text}</span><br><br>'
        yield f'<span class="articlecontent">{closing}</span>'


def moment(story: Story) -> dt.datetime:
    """The instant of a story; Morocco's clock stands at UTC while the recording lasts."""
    return dt.datetime.fromisoformat(f"{story.day}T{story.time or '12:00'}:00+00:00")
