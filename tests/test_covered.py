"""Which days are complete, in synthetic histories of newspapers and crawls whose truth is known.

The newspaper, its lists and the crawls are synthetic, the walks are the project's own. So the tests know of
each day whether everything that the newspaper published is stored.
"""

import datetime as dt
import random
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from scrapy import Request

from newscrawl.covered import History, SeenRun, bounds
from newscrawl.discovery import Entry, Walk
from newscrawl.sites import Discovery, Feed, Listing, Sitemap
from newscrawl.spider.seen import seen_by
from newscrawl.vocabulary import CoverageReason, RunOutcome
from tests.trials import size

ZONE = "Africa/Casablanca"
HOUR = dt.timedelta(hours=1)
BEGIN = dt.date(2026, 3, 1)
PAGE = 10
"""Number of entries on a page of the listing."""
MOST = 2000
"""Number of entries in any list."""


@dataclass
class SimulatedNewspaper:
    """A newspaper: when it published each article (article → moment), and which of them its lists show."""

    published: dict[str, dt.datetime]
    feed: int = 20
    pages: int = 20
    lists: tuple[str, ...] = ("listing", "feed")
    sections: int = 1
    sitemap_hours: int = 10**6

    def __post_init__(self) -> None:
        self.moments = sorted((at, key) for key, at in self.published.items())

    def shown(self, kind: str, now: dt.datetime) -> list[tuple[str, dt.datetime]]:
        """The entries of a list at a moment, the newest first."""
        there = self.moments[: bisect_right(self.moments, (now, "b"))][: -MOST - 1 : -1]
        name, _, section = kind.partition(" ")
        if section:
            there = [(at, key) for at, key in there if hash_of(key) % self.sections == int(section)]
        if name == "feed":
            there = there[: self.feed]
        if name == "listing":
            there = there[: self.pages * PAGE]
        if name == "sitemap":
            there = [(at, key) for at, key in there if now - at < self.sitemap_hours * HOUR]
        return [(key, at) for at, key in there]


def hash_of(key: str) -> int:
    return int(key.removeprefix("a"))


SOURCES: dict[str, Discovery] = {
    "listing": Listing("https://sahifa.example/?page={page}", links="a.post"),
    "feed": Feed("https://sahifa.example/feed"),
    "sitemap": Sitemap("https://sahifa.example/sitemap.xml"),
}


REQUESTS = [Request(f"https://sahifa.example/{n}") for n in range(50)]


@dataclass
class Crawler:
    """Crawls the newspaper as the spider does, and remembers what the store would."""

    paper: SimulatedNewspaper
    zone: str | None = ZONE
    stored: set[str] = field(default_factory=set)
    pending: dict[str, dt.datetime] = field(default_factory=dict)
    marks: dict[str, tuple[frozenset[str], dt.datetime]] = field(default_factory=dict)
    ran: list[SeenRun] = field(default_factory=list)

    def run(
        self,
        now: dt.datetime,
        *,
        silent: bool = False,
        stops_after: int | None = None,
        fails: str | None = None,
        articles_fail: bool = False,
        killed: bool = False,
        since: dt.date | None = None,
        until: dt.date | None = None,
        only: str | None = None,
    ) -> None:
        """One run, which may stop after a number of pages (``stops_after``), fail to read one list
        (``fails``), or download no article.
        """
        ended = now + 0.3 * HOUR
        left, walks, marks = stops_after if stops_after is not None else 10**6, [], {}
        new = 0
        if not articles_fail and not silent:
            new += len(self.pending)
            self.stored |= set(self.pending)
            self.pending = {}
        for kind in self.lists():
            if only and kind != only:
                continue
            walk = self._walk(kind, now, since, until)
            page = 0
            while walk.next():
                if left <= 0:
                    break
                left -= 1
                if silent or fails == kind:
                    walk.fail()
                    continue
                entries = self._page(kind, now, page)
                fresh = walk.turn([key for key, _ in entries])
                known = {key for key in fresh if key in self.stored}
                for key, at in entries:
                    day = at.astimezone(bounds(BEGIN, self.zone)[0].tzinfo).date()
                    entry = Entry(f"https://sahifa.example/{key}", date=str(day))
                    if not walk.wants(entry) or key in known:
                        walk.days.append(day)
                        continue
                    walk.days.append(day)
                    if articles_fail:
                        self.pending.setdefault(key, now)
                    else:
                        new += key not in self.stored
                        self.stored.add(key)
                page += 1
            if killed:
                continue
            walks.append((kind, walk))
            if walk.leaves_mark:
                marks[kind] = (frozenset(walk.newest), ended)
        if killed:
            self.ran.append(SeenRun(began=now, ended=now, outcome=RunOutcome.KILLED, whole=True))
            return
        finished = stops_after is None
        self.marks |= marks if finished else {}
        seen = [seen_by(walk, now, self.zone) for _, walk in walks]
        outcome = RunOutcome.UNREACHABLE if silent else RunOutcome.OK if finished else RunOutcome.PARTIAL
        marked = [
            w if kind not in marks or not finished else type(w)(*(*_parts(w)[:-1], ended))
            for (kind, _), w in zip(walks, seen, strict=True)
        ]
        whole = not (until or only)
        oldest = min(self.pending.values(), default=None)
        self.ran.append(SeenRun(now, ended, outcome, whole, tuple(marked), oldest, new, 0))

    def lists(self) -> list[str]:
        names = []
        for kind in self.paper.lists:
            if kind == "listing" and self.paper.sections > 1:
                names += [f"listing {n}" for n in range(self.paper.sections)]
            else:
                names.append(kind)
        return names

    def _page(self, kind: str, now: dt.datetime, page: int) -> list[tuple[str, dt.datetime]]:
        shown = self.paper.shown(kind, now)
        return shown[page * PAGE : (page + 1) * PAGE] if kind.startswith("listing") else shown

    def _walk(self, kind: str, now: dt.datetime, since: dt.date | None, until: dt.date | None) -> Walk:
        keys, marked_at = self.marks.get(kind, (frozenset(), None))
        clock = bounds(BEGIN, self.zone)[0].tzinfo
        horizon = (marked_at or now).astimezone(clock).date() - dt.timedelta(days=7)
        source = SOURCES[kind.partition(" ")[0]]
        in_order = not isinstance(source, Sitemap)
        walk = Walk(
            kind,
            source,
            mark=keys,
            marked_at=marked_at,
            since=since or horizon,
            until=until,
            today=now.astimezone(clock).date(),
            pages_left=50 if since is None and not (keys and in_order) else 500,
            to_mark=since is None and in_order,
            gapless=since is None or not keys,
        )
        pages = -(-len(self.paper.shown(kind, now)) // PAGE) if kind.startswith("listing") else 1
        walk.upcoming.extend(REQUESTS[:pages])
        return walk


def _parts(walked: Any) -> tuple[Any, ...]:
    return tuple(getattr(walked, name) for name in walked.__slots__)


def paper(days: int = 20, a_day: int = 12, quiet: tuple[int, ...] = (), **lists: Any) -> SimulatedNewspaper:
    """A newspaper that publishes this many articles a day, from morning to evening."""
    published = {}
    for day in range(-30, days):
        on = bounds(BEGIN + dt.timedelta(days=day), ZONE)[0]
        for n in range(0 if day in quiet else a_day):
            published[f"a{(day + 30) * 1000 + n}"] = on + (0.5 + n * 23 / a_day) * HOUR
    return SimulatedNewspaper(published, **lists)


def at(day: int, hour: float = 0) -> dt.datetime:
    return bounds(BEGIN + dt.timedelta(days=day), ZONE)[0].astimezone(dt.UTC) + hour * HOUR


def judged(crawler: Crawler, day: int) -> tuple[bool | None, CoverageReason]:
    return History(crawler.ran, crawler.zone).judge(BEGIN + dt.timedelta(days=day))


def all_stored(crawler: Crawler, day: int) -> bool:
    start, end = bounds(BEGIN + dt.timedelta(days=day), ZONE)
    return all(key in crawler.stored for key, at in crawler.paper.published.items() if start <= at < end)


def crawl(crawler: Crawler, first: float, last: float, **how: Any) -> None:
    """Run every three hours, from one day to another."""
    hour = first * 24
    while hour < last * 24:
        crawler.run(at(0, hour), **how)
        hour += 3


def test_each_day_of_undisturbed_crawls_is_complete_except_the_last() -> None:
    crawler = Crawler(paper())
    crawl(crawler, 0.5, 5.2)
    assert [judged(crawler, day)[0] for day in range(6)] == [True] * 5 + [None]
    assert judged(crawler, 5)[1] == CoverageReason.NOT_OVER


def test_a_quiet_friday_is_not_an_outage() -> None:
    crawler = Crawler(paper(quiet=(5,)))
    crawl(crawler, 0.5, 8.2)
    assert judged(crawler, 5) == (True, CoverageReason.SEEN)


def test_a_day_whose_articles_are_read_later_is_complete() -> None:
    crawler = Crawler(paper())
    crawl(crawler, 0, 3.5)
    crawl(crawler, 6.5, 8.1)
    assert [judged(crawler, day)[0] for day in range(8)] == [True] * 8
    assert all(all_stored(crawler, day) for day in range(8))


def test_articles_that_the_lists_no_longer_show_after_an_outage_of_ours_are_missing() -> None:
    crawler = Crawler(paper(lists=("feed",), feed=15))
    crawl(crawler, 0, 3.5)
    crawl(crawler, 6.5, 8.1)
    assert [judged(crawler, day) for day in (4, 5)] == [(False, CoverageReason.NOT_RUN)] * 2
    assert not all_stored(crawler, 4)
    assert [judged(crawler, day)[0] for day in (2, 3, 7)] == [True, False, True]


def test_runs_too_far_apart_leave_a_gap() -> None:
    crawler = Crawler(paper(lists=("feed",), feed=5, a_day=40))
    for day in range(6):
        for hour in (1, 12):
            crawler.run(at(day, hour))
    assert judged(crawler, 3) == (False, CoverageReason.GAP)


def test_a_sitemap_fills_what_the_feed_no_longer_shows() -> None:
    crawler = Crawler(paper(lists=("feed", "sitemap"), feed=15))
    crawl(crawler, 0, 3.5)
    crawl(crawler, 6.5, 8.1)
    assert all(judged(crawler, day)[0] and all_stored(crawler, day) for day in range(8))
    news = Crawler(paper(lists=("feed", "sitemap"), feed=15, sitemap_hours=48))
    crawl(news, 0, 3.5)
    crawl(news, 6.5, 8.1)
    assert [judged(news, day)[0] for day in (4, 5)] == [False, True]


def test_a_day_on_which_the_site_is_down_does_not_count_as_quiet() -> None:
    crawler = Crawler(paper())
    crawl(crawler, 0, 3.5)
    crawl(crawler, 3.5, 9, silent=True)
    assert [judged(crawler, day) for day in range(3, 8)] == [(False, CoverageReason.SITE_SILENT)] * 5
    crawl(crawler, 9, 10.1)
    assert all(judged(crawler, day)[0] for day in range(3, 10)), "its lists show what was published meanwhile"


def test_half_a_run_does_not_count_as_a_run() -> None:
    crawler = Crawler(paper(a_day=60))
    crawl(crawler, 0, 3.5)
    crawler.run(at(5, 1), stops_after=3)
    assert judged(crawler, 4) == (False, CoverageReason.CUT_SHORT)
    crawler.run(at(5, 2), killed=True)
    assert judged(crawler, 4) == (False, CoverageReason.CUT_SHORT)
    crawler.run(at(5, 3))
    assert judged(crawler, 4) == (True, CoverageReason.SEEN)
    assert all_stored(crawler, 4)


def test_one_section_that_failed_makes_the_day_incomplete_until_it_is_read() -> None:
    crawler = Crawler(paper(lists=("listing",), sections=3))
    crawl(crawler, 0, 3.5)
    crawl(crawler, 3.5, 5, fails="listing 1")
    assert judged(crawler, 3) == (False, CoverageReason.CUT_SHORT)
    crawl(crawler, 5, 5.1)
    assert judged(crawler, 3) == (True, CoverageReason.SEEN)


def test_articles_that_cannot_be_downloaded_are_missing() -> None:
    crawler = Crawler(paper())
    crawl(crawler, 0, 3)
    crawl(crawler, 3, 5.1, articles_fail=True)
    assert judged(crawler, 3) == (False, CoverageReason.PENDING)
    crawl(crawler, 5.1, 5.2)
    assert judged(crawler, 3) == (True, CoverageReason.SEEN)
    given_up = [SeenRun(r.began, r.ended, r.outcome, r.whole, r.walks, None, r.new, 12) for r in crawler.ran]
    assert History(given_up, ZONE).judge(BEGIN + dt.timedelta(days=3)) == (False, CoverageReason.LOST)


def test_before_the_first_run_only_the_days_within_its_horizon_are_known() -> None:
    crawler = Crawler(paper())
    crawl(crawler, 0.5, 1.2)
    assert [judged(crawler, day)[0] for day in (-9, -8, -6, -1)] == [None, None, True, True]
    assert judged(crawler, -9)[1] == CoverageReason.BEFORE


def test_a_backfill_makes_its_days_known() -> None:
    crawler = Crawler(paper(pages=40))
    crawl(crawler, 0.5, 1.2)
    first, last = BEGIN - dt.timedelta(days=20), BEGIN - dt.timedelta(days=15)
    crawler.run(at(1, 6), since=first, until=last)
    assert [judged(crawler, day)[0] for day in (-21, -20, -15, -14)] == [None, True, True, None]
    alone = Crawler(paper(pages=40))
    alone.run(at(1, 6), since=first, until=last, only="listing")
    assert [judged(alone, day)[0] for day in (-21, -20, -15, -14)] == [None, True, True, None]


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "Africa/Nouakchott", "Asia/Dubai", None])
def test_a_day_ends_on_the_publishers_clock(zone: str | None) -> None:
    start, end = bounds(BEGIN, zone)
    assert end - start == dt.timedelta(hours=24 if zone else 30)
    crawler = Crawler(paper(), zone)
    first = start - 30 * HOUR
    for hour in range(100):
        if (now := first + hour * HOUR + dt.timedelta(minutes=30)) < end:
            crawler.run(now.astimezone(dt.UTC))
    assert History(crawler.ran, zone).judge(BEGIN)[0] is None
    crawler.run(end.astimezone(dt.UTC))
    assert History(crawler.ran, zone).judge(BEGIN)[0] is True


def test_a_day_of_23_or_25_hours_is_complete_too() -> None:
    cairo = "Africa/Cairo"
    for day, hours in ((dt.date(2026, 4, 24), 23), (dt.date(2026, 10, 29), 25)):
        start, end = bounds(day, cairo)
        assert end.astimezone(dt.UTC) - start.astimezone(dt.UTC) == dt.timedelta(hours=hours)


def history_of(seed: int) -> Crawler:
    """A random newspaper and random crawls, some of which go wrong."""
    chance = random.Random(seed)
    lists = chance.choice([("listing",), ("feed",), ("listing", "feed"), ("feed", "sitemap"), ("sitemap",)])
    made = paper(
        a_day=chance.choice([1, 6, 30, 80]),
        quiet=tuple(chance.sample(range(20), 3)),
        lists=lists,
        feed=chance.choice([10, 30, 100]),
        pages=chance.choice([1, 5, 20]),
        sections=chance.choice([1, 3]),
        sitemap_hours=chance.choice([48, 10**6]),
    )
    crawler = Crawler(made)
    hour = 8.0
    while hour < 19 * 24:
        how: dict[str, Any] = chance.choices(
            [{}, {"silent": True}, {"stops_after": chance.randrange(4)}, {"killed": True},
             {"articles_fail": True}, {"fails": chance.choice(crawler.lists())}],
            [20, 2, 2, 1, 1, 2],
        )[0]  # fmt: skip
        crawler.run(at(0, hour), **how)
        hour += chance.choice([0.5, 3, 6, 8, 30 if chance.random() < 0.1 else 3])
    crawler.run(at(0, hour))
    return crawler


@pytest.mark.trials
def test_no_random_history_has_an_incomplete_day_that_counts_as_complete() -> None:
    seen: Counter[tuple[bool, bool | None]] = Counter()
    for seed in range(max(6, size(400))):
        crawler = history_of(seed)
        history, again = History(crawler.ran, ZONE), History([*crawler.ran, *crawler.ran[::-1]], ZONE)
        for day in range(-15, 19):
            complete = history.judge(BEGIN + dt.timedelta(days=day))[0]
            assert again.judge(BEGIN + dt.timedelta(days=day))[0] == complete
            assert all_stored(crawler, day) or not complete, (seed, day)
            if day > 0:
                seen[all_stored(crawler, day), complete] += 1
    print({f"stored: {stored}, complete: {called}": n for (stored, called), n in seen.items()})
    assert seen[True, True] > 0.9 * (seen[True, True] + seen[True, False])
    assert seen[False, False]
