"""What a process does with a range of a file: it writes a part, or returns some articles.

These functions run in worker processes and on Dask. They get all that they need as arguments, and keep no
state.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from newscrawl.items import Article
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.reading import Tally, read_range
from newscrawl.reprocess.watching import watching
from newscrawl.store.kept_visits import KeptVisit

_AT_ONCE = 250
"""Number of articles that are turned into rows together."""


@dataclass(slots=True)
class RangeArticles:
    """Some articles of a range, and the place where the rest of the range begins."""

    articles: list[Article] = field(default_factory=list)
    visits: list[KeptVisit] = field(default_factory=list)
    """Visits to record once these articles are stored."""
    rest: int | None = None
    """Offset at which the next piece begins, in bytes; None at the end of the range."""
    tally: Tally = field(default_factory=Tally)


def part(
    plan: Plan,
    piece: Range,
    folder: str,
    prefix: str,
    skipped: frozenset[int] = frozenset(),
    watch: str | None = None,
) -> Tally:
    """Write the articles of a range into one Parquet file, which appears when the range is done.

    A second call gives the same file. ``watch`` names the file in which a parent process sees the progress;
    with it, a page that exceeds the CPU time of the plan ends the process. Raises ``OSError`` and
    ``ValueError`` if a file cannot be read or written.
    """
    from newscrawl.export.parts import Parquet
    from newscrawl.export.rows import from_articles

    tally = Tally()
    with ExitStack() as resources:
        written = resources.enter_context(Parquet(part_path(folder, prefix, piece)))
        watched = resources.enter_context(watching(watch, plan.seconds))
        results = read_range(plan, piece, piece.start, tally, skipped, watched)
        articles = (read.article for read in results if read.article)
        while some := list(islice(articles, _AT_ONCE)):
            written.add([from_articles(some)])
    return tally


def part_path(folder: str, prefix: str, piece: Range) -> Path:
    """The file with the articles of a range."""
    return Path(folder) / f"{prefix}-{piece.id}.parquet"


def some(
    plan: Plan,
    piece: Range,
    start: int,
    most: int,
    skipped: frozenset[int] = frozenset(),
    watch: str | None = None,
) -> RangeArticles:
    """The next articles and visits of a range from offset ``start`` on, at most ``most`` of each.

    ``watch`` is that of :func:`part`. Raises ``OSError`` and ``ValueError`` if the file cannot be read.
    """
    given, visited = RangeArticles(), set[str]()
    with watching(watch, plan.seconds) as watched:
        for read in read_range(plan, piece, start, given.tally, skipped, watched):
            if read.article and not visited.isdisjoint(read.article.keys):
                given.rest = read.offset  # earlier visits must be recorded before this page is stored
                given.tally.leave(read)
                break
            if read.article:
                given.articles.append(read.article)
            if read.visit:
                given.visits.append(read.visit)
                visited.add(read.visit.key)
            if max(len(given.articles), len(given.visits)) == most:
                given.rest = read.offset + 1
                break
    return given
