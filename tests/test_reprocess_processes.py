"""If a reading process dies, its unfinished work is done again, without the fatal record."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.processes import readers
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.watching import watching
from newscrawl.workers import ReadingError

PIECE = Range("/kept.warc.gz", 0, 100)


def fatal(
    plan: Plan, piece: Range, deed: str, counter: str, skipped: frozenset[int], watch: str
) -> list[int]:
    """Read ten records; at the fourth something happens to the process, as often as ``deed`` says."""
    read = []
    for offset in range(0, 100, 10):
        if offset in skipped:
            continue
        with watching(watch, plan.seconds) as watched:
            watched.begin(offset, len(read))
            if offset == 30:
                _suffer(deed, Path(counter))
            watched.end()
        read.append(offset)
    return read


def _suffer(deed: str, counter: Path) -> None:
    counter.write_text(counter.read_text() + "x")
    if deed == "spins":
        while True:
            pass
    if deed == "dies" or (deed == "is killed once" and len(counter.read_text()) == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if deed == "raises":
        raise ValueError("broken")


def done(deed: str, counter: Path) -> tuple[list[int], dict[str, int]]:
    counter.write_text("")

    async def work() -> tuple[list[int], dict[str, int]]:
        async with readers(Plan({}, seconds=0.2), 1) as (reader,):
            return await reader.do(fatal, PIECE, deed, str(counter)), dict(reader.lost)

    return asyncio.run(work())


ALL = list(range(0, 100, 10))
OTHERS = [offset for offset in ALL if offset != 30]


@pytest.mark.parametrize(
    ("deed", "read", "lost", "times"),
    [
        ("is killed once", ALL, {}, 2),
        ("dies", OTHERS, {"worker_died": 1}, 2),
        ("spins", OTHERS, {"too_slow": 1}, 1),
    ],
)
def test_a_record_that_no_process_survives_loses_only_itself(
    deed: str, read: list[int], lost: dict[str, int], times: int, tmp_path: Path
) -> None:
    assert done(deed, tmp_path / "times") == (read, lost)
    assert len((tmp_path / "times").read_text()) == times


def test_an_exception_of_the_job_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="broken"):
        done("raises", tmp_path / "times")
