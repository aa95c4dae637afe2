"""The state of all sites, red sites first: for people, for programs and for Prometheus."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from newscrawl.vocabulary import AlarmKind, RunOutcome
from newscrawl.watch.causes import Cause
from newscrawl.watch.known import OURS, SILENT, Installation, WatchedSite
from newscrawl.watch.monitors import beat_of, last_article

RED, YELLOW, GREEN = "red", "yellow", "green"
"""Something is wrong; not known yet; all is well. Rows are shown in this order."""
_ORDER = (RED, YELLOW, GREEN)
_SUCCESS = frozenset({RunOutcome.OK, RunOutcome.NOTHING_NEW})


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """The state of one site."""

    site: str
    state: str
    """``red``, ``yellow`` or ``green``."""
    last_article: dt.datetime | None
    """When something new was last seen, UTC; None if that is longer ago than the examined runs and days."""
    articles: int | None
    """Number of articles of the last seven whole days; None without coverage, as for an aggregator."""
    usual: float | None
    """The lowest number to expect on these days, by the site's own rhythm; None while that is unknown."""
    last_success: dt.datetime | None
    """When a run last ended well, UTC."""
    outcome: str | None
    """The outcome of the newest run."""
    sentence: str = ""
    """The problem, or why the state is not known."""
    why: str = ""
    """The problem in one word: ``silent``, ``reduced``; while the state is not known, ``not_run``,
    ``failed``, ``young``."""


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the whole installation."""

    now: dt.datetime
    rows: Sequence[SiteStatus]
    others: Sequence[Cause]
    """Problems that are not one site's: nodes, network, archive."""

    @property
    def is_red(self) -> bool:
        """Is anything wrong?"""
        return bool(self.others) or any(row.state == RED for row in self.rows)


def status(seen: Installation, problems: Mapping[str, Cause]) -> Status:
    """The status of an installation with these problems, by key."""
    of_site = {
        cause.sites[0]: cause
        for cause in problems.values()
        if cause.kind in (AlarmKind.SILENT, AlarmKind.REDUCED) and cause.sites
    }
    others = sorted(
        (cause for cause in problems.values() if cause.kind not in (AlarmKind.SILENT, AlarmKind.REDUCED)),
        key=lambda cause: (cause.kind.rank, cause.key),
    )
    rows = [_row(site, seen.now, of_site.get(site.name)) for site in seen.sites]
    rows.sort(key=lambda row: (_ORDER.index(row.state), row.site))
    return Status(seen.now, rows, others)


def _row(site: WatchedSite, now: dt.datetime, cause: Cause | None) -> SiteStatus:
    beat = beat_of(site, now)
    past = [day for day in site.days if day.day < now.date()][-7:]
    newest = site.runs[0] if site.runs else None
    state, why = YELLOW, ""
    if cause:
        state, why, sentence = RED, str(cause.kind), cause.sentence.removeprefix(f"{site.name}: ")
    elif newest is None:
        why, sentence = "not_run", "no run has ended yet"
    elif newest.outcome in SILENT | OURS:
        why, sentence = "failed", "the last run failed; the next one may succeed"
    elif beat is None and site.days:
        why, sentence = "young", f"too new to know its usual pace: {_days(len(site.days))}"
    else:
        state, sentence = GREEN, ""
    return SiteStatus(
        site.name,
        state,
        last_article(site),
        sum(day.articles for day in past) if past else None,
        sum(beat.expected(day.day) for day in past) if beat and past else None,
        next((run.ended for run in site.runs if run.outcome in _SUCCESS), None),
        newest.outcome if newest else None,
        sentence,
        why,
    )


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"


_NO_SITE = (
    "no site has been crawled yet, and none is scheduled: start with `scrapy crawl SITE` or "
    "`scrapy schedule --init`"
)


def text(whole: Status) -> str:
    """The status for a terminal: problems of the whole installation, then one line for each site.

    The problem is at the end of the line, as it may be long.
    """
    lines = [f"{RED}  {cause.sentence}" for cause in whole.others]
    if not whole.rows:
        return "\n".join([*lines, _NO_SITE])
    head = ("", "site", "new", "7 days", "usual", "success", "last run", "")
    rows = [head, *(_cells(row, whole.now) for row in whole.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head) - 1)]
    lines += [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
    counts = ", ".join(f"{sum(row.state == state for row in whole.rows)} {state}" for state in _ORDER)
    todo = "; run `scrapy doctor` for remedies" if whole.is_red else ""
    return "\n".join([*lines, f"{len(whole.rows)} sites: {counts}{todo}"])


def _cells(row: SiteStatus, now: dt.datetime) -> tuple[str, ...]:
    articles = "-" if row.articles is None else str(row.articles)
    usual = "-" if row.usual is None else f"{row.usual:.0f}"
    new, success = _ago(row.last_article, now), _ago(row.last_success, now)
    return row.state, row.site, new, articles, usual, success, row.outcome or "-", row.sentence


def _ago(moment: dt.datetime | None, now: dt.datetime) -> str:
    """How long ago something was.

    >>> now = dt.datetime(2026, 3, 27, 12, tzinfo=dt.UTC)
    >>> [_ago(now - dt.timedelta(minutes=n), now) for n in (5, 300, 9000)], _ago(None, now)
    (['5 min', '5 h', '6 d'], '-')
    """
    if moment is None:
        return "-"
    minutes = max(0.0, (now - moment).total_seconds() / 60)
    if minutes < 100:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 72 * 60 else f"{minutes / 1440:.0f} d"


_JSON_NAMES = {"sentence": "said"}
"""Fields that have another name in the JSON, on which programs rely."""


def document(whole: Status) -> dict[str, Any]:
    """The status for programs: moments in ISO 8601, UTC."""
    return {
        "now": whole.now.isoformat(),
        "red": whole.is_red,
        "causes": [
            {"alarm": cause.key, "said": cause.sentence, "since": cause.since.isoformat()}
            for cause in whole.others
        ],
        "sites": [
            {
                _JSON_NAMES.get(name, name): value.isoformat() if isinstance(value, dt.datetime) else value
                for name, value in asdict(row).items()
            }
            for row in whole.rows
        ],
    }


# --- Prometheus

_METRICS = {
    "newscrawl_site_state": "1 for the state that a site is in",
    "newscrawl_site_last_article_timestamp_seconds": "when something new was seen last",
    "newscrawl_site_last_success_timestamp_seconds": "when a run ended well",
    "newscrawl_site_articles": "articles of the last seven whole days",
    "newscrawl_site_usual_articles": "least number of articles to expect on these days",
    "newscrawl_alarm": "1 for each cause that is found",
    "newscrawl_status_timestamp_seconds": "when this was written, by MongoDB's clock",
}


def prometheus(whole: Status) -> str:
    """The status in the text format of Prometheus; unknown values are left out."""
    samples: dict[str, list[str]] = {name: [] for name in _METRICS}
    for name, labels, value in _samples(whole):
        inner = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        samples[name].append(f"{name}{{{inner}}} {_number(value)}" if inner else f"{name} {_number(value)}")
    lines = []
    for name, meaning in _METRICS.items():
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge", *samples[name]]
    return "\n".join(lines) + "\n"


def _samples(whole: Status) -> Iterator[tuple[str, Mapping[str, str], float]]:
    for row in whole.rows:
        site = {"site": row.site}
        for state in _ORDER:
            yield "newscrawl_site_state", site | {"state": state}, float(row.state == state)
        values: dict[str, float | None] = {
            "last_article_timestamp_seconds": row.last_article.timestamp() if row.last_article else None,
            "last_success_timestamp_seconds": row.last_success.timestamp() if row.last_success else None,
            "articles": row.articles,
            "usual_articles": row.usual,
        }
        for name, value in values.items():
            if value is not None:
                yield f"newscrawl_site_{name}", site, float(value)
    for cause in whole.others:
        yield "newscrawl_alarm", {"alarm": cause.key}, 1.0
    yield "newscrawl_status_timestamp_seconds", {}, whole.now.timestamp()


def _number(value: float) -> str:
    """A number in full: seconds since 1970 have ten digits.

    >>> _number(1774612800.0), _number(12.5)
    ('1774612800', '12.5')
    """
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _escaped(label: str) -> str:
    r"""A label's value, escaped for Prometheus.

    >>> print(_escaped('صحيفة "أ"\n'))
    صحيفة \"أ\"\n
    """
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def write(path: Path, text: str) -> None:
    """Write a file that all can read in one step, so that nobody sees it half written. Raises ``OSError``."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        written = Path(file.name)
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            written.chmod(0o644)
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
