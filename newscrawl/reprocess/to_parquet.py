"""Writes the articles of kept pages as Parquet parts: one part for each range, written by the process that
reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from newscrawl.reprocess import jobs
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.processes import MEGABYTES, Reader, readers, share
from newscrawl.reprocess.progress import RangeProgress
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.reading import Tally
from newscrawl.workers import ReadingError


class OtherPartsError(ValueError):
    """The folder has parts of another plan or version; the message is a sentence."""


def prefix(plan: Plan) -> str:
    """The beginning of the names of parts, which is different for each plan and version.

    >>> prefix(Plan({}, lang="ar")) == prefix(Plan({}, lang="ar")) != prefix(Plan({}, lang="fa"))
    True
    """
    return f"part-{plan.mark[:8]}"


def left(plan: Plan, pieces: Sequence[Range], folder: Path) -> list[Range]:
    """The ranges whose parts are still missing.

    Raises :class:`OtherPartsError` if the folder has parts of another plan or version, as the two must not be
    mixed.
    """
    own = prefix(plan)
    if foreign := next(
        (path for path in folder.glob("part-*.parquet") if not path.name.startswith(own)), None
    ):
        raise OtherPartsError(
            f"{folder} holds {foreign.name}, which was made with other options or by another version of "
            "newscrawl: name another folder, or remove its parts"
        )
    return [piece for piece in pieces if not jobs.part_path(str(folder), own, piece).exists()]


async def to_parquet(
    plan: Plan,
    pieces: Sequence[Range],
    folder: Path,
    processes: int,
    failed: list[str],
    *,
    megabytes: int = MEGABYTES,
    quiet: bool = False,
) -> Tally:
    """Write a part for each of these ranges; adds one sentence to ``failed`` for each file that cannot be
    read.
    """
    async with readers(plan, processes, megabytes) as some:
        reached = RangeProgress(pieces, some)

        async def work(reader: Reader, piece: Range) -> None:
            try:
                tally = await reader.do(jobs.part, piece, str(folder), prefix(plan))
            except ReadingError as error:
                failed.append(f"{piece.path}: {error}")
                tally = Tally()
            tally.outcomes.update(reader.lost)
            reader.lost.clear()
            reached.add(piece, tally)

        async with reached.showing(quiet=quiet):
            await share(some, pieces, work)
        return reached.tally
