"""The stories of a recording: one text file each, its facts above, its paragraphs below.

A file holds ``name: value`` lines, a blank line, then paragraphs parted by blank lines; a paragraph
that opens with ``## `` is a sub-heading. The names that are read are the fields of :class:`Story`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = {"alayam24": "https://www.alayam24.com", "maghress": "https://www.maghress.com"}
RAMADAN_1445 = dt.date(2024, 3, 12)
"""1 Ramadan 1445 in Morocco, as its Ministry of Habous announced it."""


@dataclass(slots=True, kw_only=True)
class Story:
    """One article page: what it prints, and what is true of it."""

    site: str
    file: str
    section: str
    title: str
    lang: str = "ar"
    date: str | None = None
    """The visible date, as printed; None where the page prints none."""
    jsonld: str | None = None
    """``datePublished`` of the page's JSON-LD."""
    meta: str | None = None
    """``article:published_time`` of the page's head."""
    day: str | None = None
    """The true day, Morocco's clock; None when the page does not tell it."""
    time: str | None = None
    """The true time, Morocco's clock; None when the page does not tell it."""
    precision: str | None = None
    calendar: str = "gregorian"
    hijri_printed: str | None = None
    writer: str | None = None
    byline: str | None = None
    agency: str | None = None
    dateline: str | None = None
    """Place, day and agency that open the text."""
    tags: str = ""
    image: str | None = None
    video: str | None = None
    comments: str | None = None
    charset: str = "utf-8"
    charset_in: str = "both"
    """Where the page declares its encoding: ``header``, ``meta`` or ``both``."""
    layout: str = "p"
    """How maghress parts the paragraphs: ``br``, ``p`` or ``span``."""
    newspaper: str | None = None
    original: str | None = None
    """Where maghress says it took the text from."""
    copy: str | None = None
    """``site/file`` of the story that this page repeats word for word."""
    listed: str | None = None
    """Another spelling of the address, used by the section's listing."""
    feed: str = ""
    feed_url: str | None = None
    """Another spelling of the address, used by the feed."""
    moved_from: str | None = None
    """An older path that redirects here, used by the section's listing."""
    only: str | None = None
    """The one place that names this page: ``feed`` or ``sitemap``."""
    recurring: str = ""
    """``yes`` for a daily notice, alike from day to day."""
    rejected: str | None = None
    """Why this page is no article."""
    status: str = "200"
    location: str | None = None
    """Where this address redirects to."""
    body: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Path of the page. Example: ``/articles-90048.html``, ``/almassae/318402``."""
        if self.site == "alayam24":
            return f"/articles-{self.file}.html"
        return "/" + self.file.replace("-", "/")

    @property
    def url(self) -> str:
        """Address of the page."""
        return HOSTS[self.site] + self.path

    @property
    def number(self) -> int:
        """The page's number on its site."""
        return int(self.file.rpartition("-")[2])

    @property
    def source(self) -> str:
        """Slug of the newspaper, the same for every site that carries it."""
        path = self.path.split("/")[-2] if self.site == "maghress" else self.site
        return {"almassae": "almassaa"}.get(path, path)

    @property
    def order(self) -> tuple[str, str, int]:
        """Sorts by age; a page without a day counts as the oldest."""
        return self.day or "", self.time or "12:00", self.number

    @property
    def hijri_day(self) -> str | None:
        """The true day in Morocco's calendar; the stories stay inside Ramadan 1445."""
        if self.day is None:
            return None
        return f"1445-09-{(dt.date.fromisoformat(self.day) - RAMADAN_1445).days + 1:02d}"

    @property
    def paragraphs(self) -> list[str]:
        """The body without its sub-headings."""
        return [p for p in self.body if not p.startswith("## ")]


def read(file: Path) -> Story:
    """Read one story; a name that no field has is a TypeError that says so."""
    head, _, body = file.read_text(encoding="utf-8").strip().partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    unknown = facts.keys() - {f.name for f in fields(Story)}
    if unknown:
        raise TypeError(f"{file.name} has the unknown name {min(unknown)!r}: see recordings.stories.Story")
    return Story(
        site=file.parent.parent.name,
        file=file.stem,
        body=body.split("\n\n") if body else [],
        **facts,
    )


def read_all(folder: Path) -> list[Story]:
    """Every story below a folder, the newest first; copies carry the text of their original."""
    stories = [read(file) for file in sorted(folder.glob("*/articles/*.txt"))]
    named = {f"{s.site}/{s.file}": s for s in stories}
    for position, story in enumerate(stories):
        if story.copy:
            original = named[story.copy]
            stories[position] = replace(story, body=original.body, original=original.url)
    return sorted(stories, key=lambda s: s.order, reverse=True)
