"""Checks whether a declaration still holds, with a listing and three articles of the live site."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from scrapy import Request

from newscrawl.items import READ_FIELDS
from newscrawl.kit.asking import Answer, Fetch
from newscrawl.kit.listed import first_requests, listed
from newscrawl.page import check, read
from newscrawl.sites import Discovery, Site
from newscrawl.vocabulary import NO_ORIGIN, FetchFailure

ARTICLES = 3
"""Number of articles that are requested."""
_AWAY = (FetchFailure.DNS, FetchFailure.REFUSED, FetchFailure.TIMEOUT, FetchFailure.LOST)
"""Failures that say nothing about the site, because the network may be down."""


@dataclass(frozen=True, slots=True)
class SiteFinding:
    """The result of one check."""

    subject: str
    """The subject: ``robots``, ``feed``, ``listing``, ``article``, ``fields``, ``markup`` and the like."""
    text: str
    """The result in one sentence."""
    holds: bool | None = True
    """Does the declaration hold here? None if that is not known."""

    @property
    def line(self) -> str:
        """The finding as a line for a terminal."""
        mark = "?" if self.holds is None else "ok" if self.holds else "FAIL"
        return f"  {mark:<4} {self.subject:<9} {self.text}"


@dataclass(slots=True)
class Verdict:
    """The result of all checks of one site."""

    holds: bool = True
    findings: list[SiteFinding] = field(default_factory=list)
    origins: dict[str, dict[str, int]] = field(default_factory=dict)
    """Field → origin → number of articles. Example: ``{"title": {"markup": 3}}``."""
    reached: bool = True
    """Did the site answer at all? If not, another try later may help."""

    @property
    def lines(self) -> list[str]:
        """The findings as lines for a terminal."""
        return [finding.line for finding in self.findings]

    def say(self, subject: str, text: str, *, holds: bool | None = True) -> None:
        """Add a finding. If one does not hold, the whole verdict does not hold; None means not known."""
        self.holds = self.holds and holds is not False
        self.findings.append(SiteFinding(subject, text, holds))

    def count(self, name: str, origin: str) -> None:
        """Count one more article with this origin of a field."""
        methods = self.origins.setdefault(name, {})
        methods[origin] = methods.get(origin, 0) + 1


async def verify(site: Site, fetch: Fetch) -> Verdict:
    """Check a site with robots.txt, one listing and three articles; nothing is stored."""
    verdict = Verdict()
    if site.refused:
        verdict.say("refused", f"{site.refused}: not requested")
        return verdict
    robots = await fetch(Request(f"{site.home}robots.txt", meta={"dont_obey_robotstxt": True}))
    verdict.reached = robots.kind not in _AWAY
    verdict.say("robots", robots.reason or "read", holds=robots.kind in (None, FetchFailure.CLIENT))
    urls: list[str] = []
    for source in site.discover:
        sentence, addresses = await _listed(source, site, fetch, robots)
        urls = addresses or []
        verdict.say(type(source).__name__.lower(), sentence, holds=None if addresses is None else bool(urls))
        if urls:
            break
    else:
        verdict.holds = False
    for url in urls[:ARTICLES]:
        await _article(url, site, fetch, verdict)
    _fields(site, verdict)
    return verdict


async def _article(url: str, site: Site, fetch: Fetch, verdict: Verdict) -> None:
    """Request one article, and note how it is read."""
    answer = await fetch(Request(url, meta={"playwright": site.render}))
    if answer.response is None:
        verdict.say("article", f"{url}: {answer.kind}, {answer.reason}", holds=False)
        return
    article = read(
        answer.response.body, answer.response.url, site=site, headers=answer.headers, now=answer.at
    )
    if reason := check(article, site):
        verdict.say("article", f"{url}: {reason[0]}, {reason[1]}", holds=False)
        return
    for name in READ_FIELDS:
        verdict.count(name, article.origins.get(name, NO_ORIGIN))
    verdict.say("article", f"{article.day or 'no day'}  {url}", holds=article.day is not None)


def _fields(site: Site, verdict: Verdict) -> None:
    """Note the origins of the fields, and the selectors that no longer match."""
    if not verdict.origins:
        return
    counted = Counter(
        {
            f"{name} {origin}": count
            for name, methods in verdict.origins.items()
            for origin, count in methods.items()
        }
    )
    verdict.say("fields", ", ".join(f"{name} {count}" for name, count in sorted(counted.items())))
    for name in ("title", "body", "date"):
        methods = verdict.origins["dates" if name == "date" else name]
        if "markup" not in methods and any(getattr(markup, name) for markup in site.markup):
            verdict.say("markup", f"the selectors for {name} no longer match", holds=False)


async def _listed(
    source: Discovery, site: Site, fetch: Fetch, robots: Answer
) -> tuple[str, list[str] | None]:
    """One sentence about a declared list, and the addresses of its articles.

    The addresses are None if the page that names the list could not be read.
    """
    asked = [robots]

    async def noted(request: Request) -> Answer:
        asked.append(await fetch(request))
        return asked[-1]

    requests = await first_requests(source, site, noted, robots)
    if not requests:
        naming = asked[-1]
        if naming.response is None and not (naming is robots and robots.kind == FetchFailure.CLIENT):
            return f"unknown, because {naming.url} could not be read ({naming.kind})", None
        return "the site names none", []
    last = (await listed(*requests[0], site, fetch))[-1]
    if last.answer.response is None:
        return f"{last.answer.url}: {last.answer.kind}, {last.answer.reason}", []
    if last.entries is None:
        return f"{last.answer.url} is not a {type(source).__name__.lower()}", []
    return f"{last.answer.url}: {len(last.entries)} articles", [entry.url for entry in last.entries]
