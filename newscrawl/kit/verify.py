"""Does a declaration still hold? The live site is asked for a listing and three articles."""

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
"""Articles that are asked for."""


@dataclass(slots=True)
class Verdict:
    """What still holds of one site."""

    holds: bool = True
    lines: list[str] = field(default_factory=list)

    def say(self, what: str, text: str, *, holds: bool | None = True) -> None:
        """Add a line; one that does not hold condemns the whole. None: it could not be learned."""
        self.holds = self.holds and holds is not False
        mark = "?" if holds is None else "ok" if holds else "FAIL"
        self.lines.append(f"  {mark:<4} {what:<9} {text}")


async def verify(site: Site, fetch: Fetch) -> Verdict:
    """Ask for robots.txt, one listing and three articles; nothing is stored."""
    verdict = Verdict()
    if site.refused:
        verdict.say("refused", f"{site.refused}: not asked")
        return verdict
    robots = await fetch(Request(f"{site.home}robots.txt", meta={"dont_obey_robotstxt": True}))
    verdict.say("robots", robots.said or "read", holds=robots.kind in (None, FetchFailure.CLIENT))
    urls: list[str] = []
    for source in site.discover:
        said, found = await _listed(source, site, fetch, robots)
        urls = found or []
        verdict.say(type(source).__name__.lower(), said, holds=None if found is None else bool(urls))
        if urls:
            break
    else:
        verdict.holds = False
    fields: Counter[str] = Counter()
    for url in urls[:ARTICLES]:
        answer = await fetch(Request(url, meta={"playwright": site.render}))
        if answer.response is None:
            verdict.say("article", f"{url}: {answer.kind}, {answer.said}", holds=False)
            continue
        article = read(
            answer.response.body, answer.response.url, site=site, headers=answer.headers, now=answer.at
        )
        if reason := check(article, site):
            verdict.say("article", f"{url}: {reason[0]}, {reason[1]}", holds=False)
            continue
        fields.update(f"{name} {article.origins.get(name, NO_ORIGIN)}" for name in READ_FIELDS)
        verdict.say("article", f"{article.day or 'no day'}  {url}", holds=article.day is not None)
    if fields:
        verdict.say("fields", ", ".join(f"{name} {count}" for name, count in sorted(fields.items())))
    for name in ("title", "body", "date"):
        origin = f"{'dates' if name == 'date' else name} markup"
        if fields and not fields[origin] and any(getattr(markup, name) for markup in site.markup):
            verdict.say("markup", f"the selectors for {name} find nothing any more", holds=False)
    return verdict


async def _listed(
    source: Discovery, site: Site, fetch: Fetch, robots: Answer
) -> tuple[str, list[str] | None]:
    """What one declared way to find articles gives: a sentence, and the articles' addresses.

    None where the page that would name its address could not be read.
    """
    asked = [robots]

    async def noted(request: Request) -> Answer:
        asked.append(await fetch(request))
        return asked[-1]

    requests = await first_requests(source, site, noted, robots)
    if not requests:
        naming = asked[-1]
        if naming.response is None and not (naming is robots and robots.kind == FetchFailure.CLIENT):
            return f"not known, {naming.url} could not be read ({naming.kind})", None
        return "the site names none", []
    last = (await listed(*requests[0], site, fetch))[-1]
    if last.answer.response is None:
        return f"{last.answer.url}: {last.answer.kind}, {last.answer.said}", []
    if last.entries is None:
        return f"{last.answer.url} is nothing of the kind", []
    return f"{last.answer.url}: {len(last.entries)} articles", [entry.url for entry in last.entries]
