"""Explains how a page is read, for those who write or repair the declaration of its site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from newscrawl.dates import parse as parse_date
from newscrawl.dates import parse_stamp
from newscrawl.items import READ_FIELDS, Article, OfferedDate, RawArticle
from newscrawl.page import build_article, check, clean_article, date_article, extract
from newscrawl.page.chosen_date import why_not
from newscrawl.shown import one_line
from newscrawl.sites import Site
from newscrawl.vocabulary import MACHINE_READABLE, DateKind, DateWarning

WIDTH = 100
"""Maximum number of letters of a value that are shown."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result of reading a page, with the reasons."""

    text: str
    """Tables for a terminal. Values come last in each line, so that Arabic does not disturb the columns."""
    accepted: bool
    """Would a crawl store it as an article?"""


def explain(
    body: bytes,
    url: str,
    *,
    site: Site | None = None,
    headers: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
) -> Explanation:
    """Explain how and where a crawl finds each field of a page, and why it takes or refuses each date.

    ``url``, ``site``, ``headers`` and ``now`` are those of ``newscrawl.page.read``; ``now`` is aware.

    >>> page = "<h1>المغرب يطلق برنامجا جديدا</h1><p>نص</p>".encode()
    >>> explain(page, "https://www.example.ma/1").accepted
    False

    Never raises, whatever the bytes.
    """
    raw = extract(body, url, site=site, headers=headers, now=now)
    article = date_article(build_article(clean_article(raw), site), site, now)
    rejected = check(article, site)
    lines = [f"{'page':<10}{url}", f"{'site':<10}{_site(site, raw)}"]
    if site and not site.is_article(url):
        lines.append(f"{'note':<10}the address does not match the site's article pattern {site.article!r}")
    if rejected:
        lines.append(f"{'verdict':<10}rejected: {rejected[0]} ({rejected[1]})")
    else:
        lines.append(f"{'verdict':<10}an article")
    lines += ["", *table(("field", "origin", "where", "value"), _fields(article, raw))]
    if raw.dates:
        head = ("date", "origin", "where", "verdict", "text")
        lines += ["", *table(head, _dates(raw.dates, article, site, now))]
    return Explanation("\n".join(map(one_line, lines)), rejected is None)


def table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Lines of a table whose columns are as wide as necessary; the last column is not padded.

    >>> table(("field", "value"), [("title", "خبر")])
    ['field  value', 'title  خبر']
    """
    every = [head, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(head) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in every
    ]


def _site(site: Site | None, raw: RawArticle) -> str:
    if site is None:
        return "no spider declares it: read without a declaration"
    return f"{site.name} ({site.domain}), " + (
        f"markup {raw.markup}" if raw.markup else "none of its selectors matches"
    )


def _fields(article: Article, raw: RawArticle) -> Iterator[Row]:
    origins = article.origins
    words = f"{article.word_count} words"
    paragraphs = article.body.split("\n\n") if article.body else []
    values: dict[str, Sequence[str]] = {
        "title": [article.title],
        "lede": [article.lede or ""],
        "body": [f"{words}: {paragraphs[0]} … {paragraphs[-1]}"] if paragraphs else [],
        "authors": article.authors or [article.byline or ""],
        "section": [article.section or ""],
        "tags": article.tags,
        "images": [image.url for image in article.images],
        "publisher": [f"{article.source} ({article.source_name})"],
    }
    for name in READ_FIELDS:
        if name not in values and name != "dates":
            values[name] = [str(getattr(article, name) or "")]
    for name, texts in values.items():
        origin = origins.get(name, "")
        value = "، ".join(text for text in texts if text)
        yield name, origin or "-", _short(raw.places.get(name, ""), 40) or "-", _short(value)
    when = article.published
    named = [c for c in raw.dates if c.origin == origins.get("dates") and c.kind == DateKind.PUBLISHED]
    element = next((c.where for c in sorted(named, key=lambda c: not _is_chosen(c, article))), "")
    warned = f"  [{', '.join(when.warnings)}]" if when and when.warnings else ""
    day = article.day + warned if article.day else article.published_missing
    for name, text in (
        ("day", day),
        ("time", when and when.time),
        ("published_at", _instant(article.published_at)),
        ("hijri_day", article.hijri_day),
    ):
        yield name, origins.get("dates", "-"), _short(element, 40) or "-", text or ""
    yield "modified_at", "-", "-", _instant(article.modified_at) or ""
    yield "lang", "-", "-", article.lang


def _dates(
    candidates: Sequence[OfferedDate], article: Article, site: Site | None, now: dt.datetime | None
) -> Iterator[Row]:
    for candidate in candidates:
        if _is_chosen(candidate, article):
            verdict = (
                "chosen"
                if article.day
                else f"chosen, but {(article.published_missing or '').rpartition(': ')[2]}"
            )
        else:
            verdict = _verdict(candidate, article, site, now)
        yield (
            candidate.kind,
            candidate.origin,
            _short(candidate.where, 40) or "-",
            verdict,
            _short(candidate.text),
        )


def _is_chosen(candidate: OfferedDate, article: Article) -> bool:
    published = article.published
    return bool(
        published
        and candidate.kind == DateKind.PUBLISHED
        and (candidate.text, candidate.origin) == (article.published_raw, published.origin)
    )


def _verdict(candidate: OfferedDate, article: Article, site: Site | None, now: dt.datetime | None) -> str:
    """Why a candidate is not the article's date."""
    published = (parse_stamp if candidate.origin in MACHINE_READABLE else parse_date)(
        candidate.text,
        timezone=site.timezone if site else None,
        country=site.country if site else None,
        now=now,
        false_zone=bool(site and site.false_zone and candidate.origin in MACHINE_READABLE),
        month_first=bool(site and site.month_first),
    )
    if published is None:
        ahead = parse_date(candidate.text) if now else None
        if ahead and now and ahead.date > now.date():
            return "refused: it is in the future"
        return "refused: " + why_not(candidate).rpartition(": ")[2]
    if published.earliest is not None:
        return f"refused: it may be any day from {published.earliest} to {published.latest}"
    if DateWarning.FUTURE in published.warnings:
        return "refused: it is in the future"
    if candidate.kind == DateKind.MODIFIED:
        return "a change"
    day = published.date.isoformat()
    if day == article.day:
        return "same day"
    return f"outvoted: it says {day}" if article.day else f"refused: it says {day}"


def _instant(at: dt.datetime | None) -> str | None:
    return at.isoformat(" ", "seconds") if at else None


def _short(text: str, width: int = WIDTH) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width // 2]} … {flat[-width // 2 :]}"
