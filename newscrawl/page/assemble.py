"""Turns the content of a page into the stored article, in pure steps that the pipelines call one by one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from newscrawl import __version__, urls
from newscrawl.dates import DATES_VERSION, to_hijri
from newscrawl.gate import RefusedAddressError, admit
from newscrawl.items import (
    SCHEMA_VERSION,
    Article,
    HijriDetail,
    Image,
    MadeBy,
    Published,
    PublishedDetail,
    RawArticle,
    changed,
)
from newscrawl.page import bylines, chosen_date
from newscrawl.page.document import path_of
from newscrawl.page.headline import bare
from newscrawl.sites import Site
from newscrawl.sites.sources import Source, resolve
from newscrawl.text import CLEAN_VERSION, FOLD_VERSION, clean, language
from newscrawl.vocabulary import HijriBasis, HijriCalendar, Origin

if TYPE_CHECKING:
    from tldextract import ExtractResult

PAGE_VERSION = 2
"""Version of the page reader, stored with each article. Raise it with every change that alters a result."""

_LETTER = re.compile(r"[^\W\d_]")
_LONG = 15
"""A repeated line with at least this many words is a mistake; a shorter one may be a refrain."""
_STYLE = re.compile(
    r"(?:@[\w-]{1,30}[^{};\u0600-\u06ff]{0,100}\{\s*)?[.#@]?[a-zA-Z*][^{};\u0600-\u06ff]{0,200}"
    r"\{(?:[^{}\u0600-\u06ff]{0,2000}:[^{}\u0600-\u06ff]{0,2000}|\s*)\}(?:\s*\})?"
)
"""Matches a CSS rule: a selector and declarations in braces, without Arabic letters."""
_AUTHORITY = re.compile(r"(?:[^/?#]*//)?[^/?#]*")


def clean_article(raw: RawArticle) -> RawArticle:
    """The same article with every text field cleaned (``newscrawl.text.clean``).

    Empty and repeated paragraphs are removed. A lede that is also a paragraph of the body is kept in one of
    the two places only. Date candidates stay as printed.

    >>> raw = RawArticle(url="https://example.ma/1", title="المغـرب", body=["نص", "نص", " "])
    >>> clean_article(raw).title, clean_article(raw).body
    ('المغرب', ['نص'])
    """
    title, lede = _line(raw.title), _line(raw.lede)
    body = _told_once([line for text in raw.body for line in clean(_without_code(text)).split("\n")])
    if title and body and _is_again(body[0], bare(title)):
        body = body[1:]
    if lede and body:
        folded = bare(lede)
        body = [text for text in body if not _is_again(text, folded)]
        if not body:
            body, lede = [lede], None
        elif not folded or (_may_begin(body[0], folded) and bare(body[0]).startswith(folded)):
            lede = None
    if lede and title and bare(lede) == bare(title):
        lede = None
    byline, authors = _line(raw.byline), raw.authors
    if len(body) > 1 and _is_byline(body[0], byline, _line(raw.publisher)):
        byline = byline or body[0]
        authors = authors or bylines.people(body[0], [raw.publisher or ""])
        body = body[1:]
    return changed(
        raw,
        title=title,
        lede=lede,
        body=body,
        byline=byline,
        section=_line(raw.section),
        publisher=_line(raw.publisher),
        authors=_unique([clean(text) for text in authors]),
        tags=_unique([clean(text) for text in raw.tags]),
        images=[Image(url=image.url, caption=_line(image.caption)) for image in raw.images],
    )


def _is_again(text: str, folded: str) -> bool:
    """Is ``text`` the same as the folded text, apart from its spelling?"""
    return _may_begin(text, folded) and bare(text) == folded


def _may_begin(text: str, folded: str) -> bool:
    """Can ``text`` begin like the folded text? For nearly all texts the first letter rules it out."""
    first = text[0]
    if first.isalnum() and not folded.startswith(first.lower()):
        return False
    return folded.startswith(bare(text[:40])[: len(folded)])


def _is_byline(first: str, byline: str | None, publisher: str | None) -> bool:
    """Is the first paragraph an author line (``بقلم …``, ``الجريدة ـ …``, ``الرياض - واس``)?"""
    if bylines.is_credit(first, [publisher or ""]):
        return True
    if len(first.split()) > 8 or first.endswith((".", "؟", "!", ":")):
        return False
    if byline and bare(first) == bare(byline):
        return True
    led = bool(publisher) and bare(first).startswith(bare(publisher or "") + " ")
    return led or bool(bylines.LED.match(first))


def _line(text: str | None) -> str | None:
    return " ".join(clean(text).split()) or None if text else None


def _told_once(lines: list[str]) -> list[str]:
    """The lines of a text without repetitions: no long line occurs twice, and no line follows itself.

    Repeated refrains, ``* *`` and sub-headings stay.
    """
    seen: set[str] = set()
    kept: list[str] = []
    for line in lines:
        if not line.strip() or (kept and kept[-1] == line and _LETTER.search(line)):
            continue
        if line in seen and len(line.split()) >= _LONG:
            continue
        seen.add(line)
        kept.append(line)
    half = len(kept) // 2  # a whole text that is printed twice, even if its lines are short
    return kept[:half] if half > 2 and len(kept) == 2 * half and kept[:half] == kept[half:] else kept


def _without_code(text: str) -> str:
    """A text without CSS rules that a widget left in it."""
    return _STYLE.sub(" ", text) if "{" in text else text


def _unique(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text.strip()))


def build_article(raw: RawArticle, site: Site | None = None) -> Article:
    """The article as it is stored, without its date and without the fields that the crawl or the store sets.

    ``published.candidates`` holds every date that was offered, for :func:`date_article`. Never raises for a
    RawArticle from ``extract``.
    """
    source = _source(raw, site)
    body = "\n\n".join(_unsigned(raw, site, source))
    opening = [raw.byline or "", *raw.body[:1]]
    met, keys = _addresses(raw, site)
    return Article(
        url=raw.url,
        urls=met,
        keys=keys,
        source=source.slug,
        source_name=source.name,
        site=_slug(site.domain if site else raw.url),
        owner=site.owner if site else urls.owner(raw.url),
        via=_slug(site.domain) if site and site.aggregator else None,
        country=source.country,
        title=raw.title or "",
        lede=raw.lede,
        body=body,
        word_count=len(body.split()),
        lang=language(f"{raw.title or ''}\n{raw.lede or ''}\n{body[:1500]}"),
        authors=raw.authors,
        byline=raw.byline,
        agencies=bylines.agencies(opening + raw.body[-1:]),
        dateline=next((line for text in reversed(opening) if (line := bylines.dateline(text))), None),
        section=raw.section,
        tags=raw.tags,
        images=raw.images,
        access=raw.access,
        warnings=raw.warnings,
        alternates=raw.alternates,
        published=PublishedDetail(candidates=list(raw.dates)) if raw.dates else None,
        origins=dict(raw.origins),
        places=dict(raw.places),
        http=raw.http,
        raw=raw.kept,
        made_by=_made_by(raw, site),
        page=raw.page,
    )


def date_article(article: Article, site: Site | None = None, now: dt.datetime | None = None) -> Article:
    """The same article with its date chosen among those that were offered; nothing else changes.

    The choice (``newscrawl.page.chosen_date``) uses the site's clock and calendar; without a site, those of
    the newspaper with this domain (``newscrawl.sites.sources``). If neither is known, the date is taken as
    printed. ``now`` is the aware moment of download; without it relative phrases give no day.
    """
    offered = article.published.candidates if article.published else []
    place = site or _newspaper(article.url)
    choice = chosen_date.choose(
        offered,
        timezone=place.timezone if place else None,
        country=place.country if place else None,
        now=now,
        false_zone=site.false_zone if site else False,
        month_first=site.month_first if site else False,
    )
    dated = changed(article, origins=dict(article.origins), modified_at=choice.modified, published=None)
    _when(dated, choice)
    if offered:
        dated.published = dated.published or PublishedDetail()
        dated.published.candidates = offered
    return dated


def _unsigned(raw: RawArticle, site: Site | None, source: Source) -> list[str]:
    """The paragraphs without the newspaper's signature below them."""
    papers = [name for name in (raw.publisher, source.name, site.name if site else None) if name]
    signed = len(raw.body) > 1 and bylines.is_signature(raw.body[-1], papers)
    return raw.body[:-1] if signed else raw.body


def _made_by(raw: RawArticle, site: Site | None) -> MadeBy:
    from newscrawl.identity import (
        IDENTITY_VERSION,
    )  # not by a process that reads pages: its patterns take 0.04 s

    return MadeBy(
        newscrawl=__version__,
        spider=_slug(site.domain if site else raw.url),
        markup=raw.markup,
        clean=CLEAN_VERSION,
        fold=FOLD_VERSION,
        reader=PAGE_VERSION,
        dates=DATES_VERSION,
        urls=urls.URLS_VERSION,
        identity=IDENTITY_VERSION,
        schema=SCHEMA_VERSION,
    )


def _when(article: Article, choice: chosen_date.DateChoice) -> None:
    published = choice.published
    if published is None:
        article.published_missing = chosen_date.why_not(choice.refused)
        article.published_raw = choice.refused.text if choice.refused else None
        article.origins.pop("dates", None)
        return
    article.published_raw = published.raw
    article.published = _detail(published)
    article.origins["dates"] = choice.origin or Origin(published.origin)
    if published.earliest is None:
        article.day = published.date.isoformat()
        article.published_at = published.at
        hijri = published.hijri
        article.hijri_day = hijri.day if hijri else None
        article.hijri_month = hijri.day[:7] if hijri else None
        article.hijri_day_uaq = uaq = _umm_al_qura(published)
        article.hijri_month_uaq = uaq[:7] if uaq else None
    else:
        article.published_at = published.at
        article.published_missing = f'"{published.raw}": names no exact day'


def _umm_al_qura(published: Published) -> str | None:
    if (
        published.hijri
        and published.hijri.calendar == HijriCalendar.UMM_AL_QURA
        and published.hijri.basis == HijriBasis.TABLE
    ):
        return published.hijri.day
    hijri = to_hijri(published.date)
    return hijri.day if hijri else None


def _detail(published: Published) -> PublishedDetail:
    time, hijri = published.time, published.hijri
    return PublishedDetail(
        time=time.isoformat("seconds" if time.second else "minutes") if time else None,
        timezone=published.timezone,
        utc_offset=published.utc_offset,
        calendar=published.calendar,
        precision=published.precision,
        earliest=published.earliest.isoformat() if published.earliest else None,
        latest=published.latest.isoformat() if published.latest else None,
        hijri=HijriDetail(calendar=hijri.calendar, basis=hijri.basis, printed=hijri.printed)
        if hijri
        else None,
        origin=published.origin,
        warnings=list(published.warnings),
    )


def _addresses(raw: RawArticle, site: Site | None) -> tuple[list[str], list[str]]:
    rules = site.url_rules if site else None
    home: Callable[[str], bool] = lambda url: len(path_of(url)) > 1 and _slug(url) == _slug(raw.url)  # noqa: E731
    met = [url for url in [*raw.urls, raw.url] if url == raw.url or url != raw.canonical]
    named = _admitted(raw.canonical, raw.url, site)
    if named != raw.url:  # nearly always it is the page's own address, which need not be added
        declared = urls.declared_canonical(raw.url, named, site.is_article if site else home, rules)
        met += [declared] if declared else []
    met = list(dict.fromkeys(met))
    return met, list(dict.fromkeys(urls.key(url, rules) for url in met))


def _admitted(canonical: str | None, page: str, site: Site | None) -> str | None:
    try:
        return admit(canonical, page, site.ports if site else frozenset()) if canonical else None
    except RefusedAddressError:
        return None


def _source(raw: RawArticle, site: Site | None) -> Source:
    if site is None:
        slug = _slug(raw.url)
        return _newspaper(raw.url) or Source(slug, raw.publisher or slug, None)
    if not site.aggregator:
        known = resolve(site.domain)
        return Source(known.slug if known else _slug(site.domain), site.name, site.country)
    hit = re.search(site.publisher, path_of(raw.url)) if site.publisher else None
    printed = hit["source"] if hit else None
    names = [name for name in (printed, raw.publisher) if name]
    known = next((known for name in names if (known := resolve(name, site.country))), None)
    if known:
        return Source(known.slug, known.name, known.country or site.country)
    return Source(printed or _slug(site.domain), raw.publisher or printed or site.name, site.country)


def _authority(address: str) -> str:
    """An address without path and query: a good cache key, because few sites have many pages."""
    hit = _AUTHORITY.match(address)
    return hit[0] if hit else address


def _newspaper(url: str) -> Source | None:
    """The newspaper of an address; None when its domain is not known."""
    parts = _domain(_authority(url))
    return resolve(parts.fqdn) or resolve(parts.top_domain_under_public_suffix)


@lru_cache(maxsize=2048)
def _domain(authority: str) -> ExtractResult:
    return urls.parts_of(authority, private=False)


def _slug(address: str) -> str:
    """The name of a site from its domain: ``alayam24`` for ``https://www.alayam24.com/x``."""
    parts = _domain(_authority(address))
    return parts.domain.replace("-", "_") or parts.suffix or "unknown"
