"""Learns a newspaper without a declaration: what it offers, whether it is a newspaper, and its name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from newscrawl.kit import clock, probe
from newscrawl.kit.asking import Fetch
from newscrawl.sites import Discovery, Feed, Site, Sitemap, place
from newscrawl.sites.families import LISTS, THEMES
from newscrawl.sites.sources import resolve
from newscrawl.spider.newspaper import Newspaper

RELEARN = dt.timedelta(days=1)
"""Minimum time before a newspaper is learned again."""
LEFT_ALONE = dt.timedelta(days=7)
"""Time for which a site is left alone if it is not a newspaper, or if it refused our first request."""
_LONGEST = 1000
"""Maximum length, in letters, of a pattern that was joined over several rounds of learning."""
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def begin(newspaper: Newspaper) -> probe.SiteDraft:
    """The draft from the address and the arguments alone."""
    draft = probe.begin(newspaper.home, country=newspaper.country, timezone=newspaper.timezone)
    given: dict[str, list[Discovery]] = {
        "home": [], "feed": [Feed(newspaper.address)], "sitemap": [Sitemap(newspaper.address)],
    }  # fmt: skip
    draft.given = given[newspaper.kind]
    draft.name = newspaper.title or draft.name
    draft.clock_given = newspaper.timezone is not None
    return draft


def slug(draft: probe.SiteDraft, taken: Collection[str]) -> str:
    """The newspaper's slug: the name in its domain, or the whole domain if that name is taken.

    >>> draft = probe.begin("https://www.sada.example/")
    >>> slug(draft, {"any"}), slug(draft, {"sada"})
    ('sada', 'sada_example')
    """
    if draft.spider not in taken:
        return draft.spider
    whole = _NO_SLUG.sub("_", draft.domain).strip("_")
    whole = whole if whole[:1].isalpha() else f"site_{whole}"
    return whole if whole not in taken else f"{whole}_{len(taken)}"


async def learn(draft: probe.SiteDraft, fetch: Fetch) -> str | None:
    """Complete the draft by requests to the site; returns the reason why it cannot be crawled, or None if it
    can.
    """
    await probe.probe(draft, fetch)
    _set_clock(draft)
    return why_not(draft)


def _set_clock(draft: probe.SiteDraft) -> None:
    """Check the clock against the offsets on the newspaper's own pages.

    A clock from the table of newspapers or from the user stays. If all pages contradict a clock that comes
    only from the country, the clock becomes unknown.
    """
    known = resolve(draft.spider) or resolve(draft.domain)
    if draft.clock_given or (known and known.timezone) or not clock.agree(draft.stamps):
        return
    before, draft.timezone = draft.timezone, clock.of_pages(draft.country, draft.stamps)
    offsets = f"{len(draft.stamps)} pages state {clock.offsets(draft.stamps)}"
    note = f"; {draft.country} has {before}" if before else f" in {draft.country or 'an unknown country'}"
    draft.facts.append(
        f"clock     {draft.timezone or 'unknown'}  ({offsets}{'' if draft.timezone else note})"
    )
    if draft.timezone:
        draft.missing = [line for line in draft.missing if not line.startswith("`timezone`")]


def why_not(draft: probe.SiteDraft) -> str | None:
    """One sentence that says why a site cannot be crawled as a newspaper; None if it can."""
    if draft.refused:
        return draft.refused
    if draft.unreachable:
        return draft.unreachable
    if not draft.article:
        return (
            "its links have no form in common, as links to articles have: it does not look like a newspaper"
        )
    if not draft.discover:
        return "neither a feed nor a sitemap nor its links lead to articles"
    pages = draft.read + draft.sold + draft.threads
    if draft.sold * 2 > pages:
        return f"it is a shop: {draft.sold} of {pages} of its pages offer goods"
    if draft.threads * 2 > pages:
        return f"it is a forum: {draft.threads} of {pages} of its pages are threads"
    if not draft.read:
        return "none of the pages that look like articles can be read as one"
    dated = draft.dated + draft.dated_by_lists
    if dated * 2 < draft.read:
        return f"it is not a newspaper: {draft.read - dated} of {draft.read} pages state no day"
    return None


def learned(draft: probe.SiteDraft, before: Site | None, year: int) -> Site:
    """The declaration from a draft; patterns that were learned ``before`` still match older articles."""
    site = draft.site(year=year)
    if site.not_article is None and not any(re.search(LISTS, place(url)) for url in draft.articles):
        site = replace(site, not_article=LISTS)
    if before is None:
        return site
    article, not_article = _joined(site, before, draft.articles)
    return replace(
        site,
        country=site.country or before.country,
        timezone=site.timezone or _still(before.timezone, draft),
        article=article,
        not_article=not_article,
    )


def _joined(site: Site, before: Site, seen: Sequence[str]) -> tuple[str, str | None]:
    """The patterns ``article`` and ``not_article``, joined from the new and the earlier declaration.

    They match an address if it is an article of either declaration. The earlier patterns stay if they match
    all articles of today.
    """
    taken = [url for url in seen if site.is_article(url)]
    if taken and all(map(before.is_article, taken)):
        return before.article, before.not_article
    if site.not_article == before.not_article:
        article, not_article = f"{site.article}|{before.article}", site.not_article
    else:  # each ``not_article`` limits only its own ``article``
        article, not_article = f"{_alone(site)}|{_alone(before)}", None
    return (article, not_article) if len(article) <= _LONGEST else (site.article, site.not_article)


def _alone(site: Site) -> str:
    """One pattern that combines a site's ``article`` and ``not_article``."""
    if site.not_article is None:
        return site.article
    return f"^(?s:(?!.*(?:{site.not_article})).*)(?:{site.article})"


def _still(timezone: str | None, draft: probe.SiteDraft) -> str | None:
    """The clock that was learned before, unless today's pages contradict it."""
    contradicted = timezone and clock.agree(draft.stamps) and not clock.fits(timezone, draft.stamps)
    return None if contradicted else timezone


def draft_of(slug: str, site: Site) -> probe.SiteDraft:
    """A draft from a learned declaration, for its site file."""
    markup = list(site.markup)
    port = next((host for host in site.hosts if ":" in host), None)
    others = [host for host in site.hosts if host != port]
    return probe.SiteDraft(
        url=f"http://{port}/" if port else site.home,
        domain=site.domain,
        spider=slug,
        name=site.name,
        country=site.country,
        timezone=site.timezone,
        article=site.article,
        not_article=site.not_article,
        discover=list(site.discover),
        markup=markup,
        theme=markup[0].version if markup and markup[0].version in THEMES else None,
        hosts=others,
        render=site.render,
        read=probe.SAMPLES if site.dated else 0,
        dated=probe.SAMPLES if site.dated else 0,
        refused=site.refused,
    )


def is_due(at: dt.datetime, now: dt.datetime, pause: dt.timedelta, *, asked: bool, lost: bool) -> bool:
    """Must the newspaper be learned again, because the user ``asked`` or the declaration no longer fits
    (``lost``)?

    >>> day = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
    >>> is_due(day, day + dt.timedelta(hours=5), RELEARN, asked=False, lost=True)
    False
    """
    return asked or (lost and now - at >= pause)
