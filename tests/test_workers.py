"""Workers: pages that never finish, that kill their worker, or that are being read when the crawl ends."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from newscrawl.workers import ReadingError, StoppedError, TooSlowError, WorkerDiedError, articles
from newscrawl.workers.pool import Pool
from newscrawl.workers.wire import unpacked
from tests import worker_tasks as tasks
from tests.conftest import PROJECT, Database, start
from tests.loopback import ENDLESS, Loopback, LoopbackNewspaper, article, listing, serve

Run = Callable[[Coroutine[Any, Any, Any]], Any]
LONG = 3600.0


def alive(pid: int) -> bool:
    """Is the process running, rather than a zombie?"""
    if sys.platform == "linux":
        with suppress(FileNotFoundError):
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return not state.stdout.startswith("Z") and bool(state.stdout.strip())


def exists(pid: int) -> bool:
    """Does the process exist, if only as a zombie?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def await_that(what: Callable[[], Any], crawl: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until a condition holds; fail if the crawl ends first."""
    while not what():
        assert crawl is None or crawl.poll() is None, "the crawl ended first"
        time.sleep(0.05)


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    with serve(LoopbackNewspaper()) as served:
        yield served


class TestPool:
    def test_jobs_are_done_in_order_and_the_site_is_sent_once(self, run: Run) -> None:
        async def work() -> list[Any]:
            pool, site, order = Pool(1), tasks.Unpacked(), list[int]()
            futures = [pool.submit(LONG, tasks.echo, site, number) for number in range(20)]
            for number, future in enumerate(futures):
                future.add_done_callback(lambda _, number=number: order.append(number))
            done = await asyncio.gather(*futures)
            await pool.close()
            assert order == list(range(20))
            return done

        tasks.Unpacked.sent = 0
        done = run(work())
        assert [number for _, number, _ in done] == list(range(20))
        assert len({pid for *_, pid in done}) == 1
        # Once to the worker; each result brings it back.
        assert tasks.Unpacked.sent == 1

    def test_an_endless_job_is_too_slow_and_the_next_gets_a_new_worker(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            *_, first = await pool.submit(LONG, tasks.echo, "a")
            hangs, after = pool.submit(0.2, tasks.never, "a"), pool.submit(LONG, tasks.echo, "a", 1)
            with pytest.raises(TooSlowError, match=r"more than 0\.2 s of CPU time"):
                await hangs
            *_, second = await after
            assert first != second
            assert not alive(first)
            await pool.close()

        run(work())

    def test_an_answer_does_not_wait_for_a_slow_page_sent_with_it(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            quick, _endless = pool.submit(LONG, tasks.echo, "a", 1), pool.submit(LONG, tasks.never, "a")
            assert (await asyncio.wait_for(quick, 60))[1] == 1
            await pool.close()

        run(work())

    def test_stopping_a_page_that_waits_for_another_interrupts_nothing(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            *_, first = await pool.submit(LONG, tasks.echo, "a")
            slow, stopped = pool.submit(LONG, tasks.waits, "a", 0.1), pool.submit(LONG, tasks.echo, "a")
            pool.stop(stopped)
            with pytest.raises(StoppedError):
                await stopped
            assert await slow == "done"
            assert (await pool.submit(LONG, tasks.echo, "a"))[-1] == first
            await pool.close()

        run(work())

    @pytest.mark.parametrize("number", range(3))
    def test_stopping_a_page_loses_no_other(self, run: Run, number: int) -> None:
        """Whether the page is answered, being read or waiting at that moment."""

        async def work() -> None:
            pool = Pool(1)
            futures = [pool.submit(LONG, tasks.echo, "a"), pool.submit(LONG, tasks.waits, "a", 0.2)]
            futures.append(pool.submit(LONG, tasks.echo, "a"))
            await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
            pool.stop(futures[number])
            await asyncio.gather(*(future for future in futures if future is not futures[number]))
            await pool.close()

        run(work())

    def test_a_stopped_page_is_not_read_later(self, run: Run) -> None:
        """It was sent together with the page before it, which must not be interrupted."""

        async def work() -> None:
            pool = Pool(1)
            busy = pool.submit(LONG, tasks.waits, "a", 0.1)
            slow, endless = pool.submit(LONG, tasks.waits, "a", 0.1), pool.submit(LONG, tasks.never, "a")
            after = pool.submit(LONG, tasks.echo, "a", 1)
            await busy
            pool.stop(endless)
            assert await asyncio.wait_for(slow, 60) == "done"
            assert (await asyncio.wait_for(after, 60))[1] == 1
            with pytest.raises(StoppedError):
                await endless
            await pool.close()

        run(work())

    def test_an_answered_page_survives_a_worker_that_dies_while_pages_are_sent(self, run: Run) -> None:
        async def work() -> None:
            pool, large = Pool(1), "x" * 900_000  # more than a socket holds
            await pool.submit(LONG, tasks.echo, "a")
            busy = pool.submit(LONG, tasks.waits, "a", 0.05)
            answered, dies = (
                pool.submit(LONG, tasks.echo, "a"),
                pool.submit(LONG, tasks.killed, "a", "SIGKILL"),
            )
            after = pool.submit(LONG, tasks.echo, "a", large)
            await busy
            with pytest.raises(WorkerDiedError):
                await dies
            assert (await answered)[0] == "a"
            assert (await after)[1] == large
            await pool.close()

        for _ in range(3):
            run(work())

    def test_closing_leaves_no_answer_open(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A large answer is unpacked in a thread."""

        def slowly(message: bytes) -> Any:
            time.sleep(len(message) / 5_000_000)
            return unpacked(message)

        async def work() -> None:
            pool = Pool(1)
            large = pool.submit(LONG, tasks.echo, "a", "x" * 1_500_000)
            await pool.submit(LONG, tasks.echo, "a")
            await pool.close()
            assert large.done()

        monkeypatch.setattr("newscrawl.workers.pool._unpacked", slowly)

        run(work())

    def test_waiting_for_a_busy_machine_is_not_too_slow(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            assert await pool.submit(0.2, tasks.waits, "a", 0.6) == "done"
            # The limit is counted for each page separately.
            assert await pool.submit(0.2, tasks.waits, "a", 0.1) == "done"
            await pool.close()

        run(work())

    @pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
    def test_a_worker_that_dies_loses_one_page(self, run: Run, name: str) -> None:
        async def work() -> None:
            pool = Pool(1)
            before, dies = pool.submit(LONG, tasks.echo, 1), pool.submit(LONG, tasks.killed, 1, name)
            after = pool.submit(LONG, tasks.echo, 1)
            with pytest.raises(WorkerDiedError, match=f"signal {int(getattr(signal, name))}$"):
                await dies
            assert (await before)[-1] != (await after)[-1]
            await pool.close()

        run(work())

    def test_an_idle_worker_that_is_killed_loses_nothing(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            *_, first = await pool.submit(LONG, tasks.echo, 1)
            os.kill(first, signal.SIGKILL)
            await asyncio.to_thread(await_that, lambda: not exists(first))  # the pool has noticed its end
            *_, second = await pool.submit(LONG, tasks.echo, 1)
            assert first != second
            await pool.close()

        run(work())

    def test_signals_for_the_crawl_do_not_affect_its_worker(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            first = await pool.submit(LONG, tasks.signalled, 1)
            assert first == await pool.submit(LONG, tasks.signalled, 1)
            await pool.close()

        run(work())

    def test_an_exception_arrives_with_its_traceback(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            with pytest.raises(ReadingError, match=r"^ValueError: the date is no date$") as caught:
                await pool.submit(LONG, tasks.wrong, 1)
            assert caught.value.reason == "fault"
            assert "worker_tasks.py" in str(caught.value.__cause__)
            await pool.close()

        run(work())

    def test_a_large_result_arrives_complete(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            large = "خ" * 3_000_000
            futures = [pool.submit(LONG, tasks.echo, 1, text) for text in (large, "short")]
            assert [(await future)[1] for future in futures] == [large, "short"]
            await pool.close()

        run(work())

    def test_workers_are_started_for_waiting_work_up_to_the_limit(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(2)
            alone = {(await pool.submit(LONG, tasks.echo, 1))[-1] for _ in range(3)}
            assert len(alone) == 1
            hang = [pool.submit(LONG, tasks.never, 1) for _ in range(2)]
            waits = pool.submit(LONG, tasks.echo, 1)
            pool.stop(hang[0])
            assert (await waits)[-1] not in alone
            with pytest.raises(StoppedError):
                await hang[0]
            await pool.close()
            with pytest.raises(StoppedError):
                await hang[1]

        run(work())

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not bound it")
    def test_a_page_that_needs_too_much_memory_fails_alone(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1, megabytes=200)
            large, fits = pool.submit(LONG, tasks.large, 1, 400), pool.submit(LONG, tasks.large, 1, 100)
            with pytest.raises(WorkerDiedError, match="exit status 1"):
                await large
            assert await fits == 100 * 2**20
            await pool.close()
            assert 100 < pool.peak < 200

        run(work())

    def test_closing_stops_everything(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            *_, pid = await pool.submit(LONG, tasks.echo, 1)
            futures = [pool.submit(LONG, tasks.never, 1) for _ in range(3)]
            await pool.close()
            assert not alive(pid)
            for future in futures:
                with pytest.raises(StoppedError):
                    await future

        run(work())

    def test_stopping_a_page_whose_worker_has_just_died(self, run: Run) -> None:
        """The kill must not take the exit status from the pool, which continues."""

        async def work() -> None:
            pool = Pool(1)
            *_, pid = await pool.submit(LONG, tasks.echo, 1)
            future = pool.submit(LONG, tasks.never, 1)
            os.kill(pid, signal.SIGKILL)
            await_that(lambda: not alive(pid))  # in this thread, so that the pool does not see it yet
            pool.stop(future)
            pool.stop(future)
            with pytest.raises(StoppedError):
                await future
            assert (await pool.submit(LONG, tasks.echo, 1))[-1] != pid
            await pool.close()

        run(work())

    def test_a_missing_worker_is_a_fault_of_the_run_and_not_of_a_page(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "path", ["/nowhere", *(path for path in sys.path if "site" not in path)])

        async def work() -> None:
            pool = Pool(1)
            futures = [pool.submit(LONG, tasks.echo, 1) for _ in range(2)]
            for future in futures:
                with pytest.raises(RuntimeError, match="no worker could be started"):
                    await future

        run(work())

    def test_a_process_that_cannot_be_started_blocks_nothing(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def work() -> None:
            pool = Pool(1)
            with monkeypatch.context() as patched:
                patched.setattr(sys, "executable", "/nowhere/python")
                futures = [pool.submit(LONG, tasks.echo, 1) for _ in range(2)]
                for future in futures:
                    with pytest.raises(RuntimeError, match=r"no worker could be started: .*/nowhere/python"):
                        await future
            assert (await pool.submit(LONG, tasks.echo, 1))[0] == 1
            await pool.close()

        run(work())

    def test_a_message_that_cannot_be_pickled_blocks_nothing(self, run: Run) -> None:
        async def work() -> None:
            pool = Pool(1)
            futures = [pool.submit(LONG, tasks.echo, lambda: 1), pool.submit(LONG, tasks.unreadable, 1)]
            after = pool.submit(LONG, tasks.echo, 1)
            with pytest.raises(RuntimeError, match="the page cannot be sent to a worker"):
                await futures[0]
            with pytest.raises(ReadingError, match="ValueError: invalid literal"):
                await futures[1]
            assert (await after)[0] == 1
            await pool.close()

        run(work())

    def test_a_page_needs_neither_scrapy_nor_mongodb(self, run: Run) -> None:
        async def work() -> set[str]:
            pool = Pool(1)
            page = article(1).encode()
            raw = await pool.submit(
                LONG, articles.read_article, Loopback.site, page, "http://127.0.0.1/articles-1.html", {}, None
            )
            assert raw.title == "خبر محلي رقم 1"
            found = await pool.submit(LONG, tasks.modules, 1)
            await pool.close()
            return found

        assert run(work()).isdisjoint({"scrapy", "twisted", "pymongo", "asyncio", "pytest"})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends with the CPU time of its page")
def test_a_worker_ends_with_a_crawl_that_is_killed() -> None:
    """This includes a worker that never gets to check whether its crawl still runs."""
    script = """
import asyncio
from newscrawl.workers.ahead import fork
from newscrawl.workers.pool import Pool
from tests import worker_tasks as tasks

ahead = fork(500)
print(ahead.pid, flush=True)

async def main():
    pool = Pool(1, ahead=ahead)
    *_, pid = await pool.submit(3600, tasks.echo, 1)
    print(pid, flush=True)
    await pool.submit(3600, tasks.never, 1)

asyncio.run(main())
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as crawl:
        assert crawl.stdout
        ahead, worker = int(crawl.stdout.readline()), int(crawl.stdout.readline())
        assert worker == ahead, "it was forked before"
        assert alive(worker)
        assert len(list(Path(f"/proc/{worker}/fd").iterdir())) == 4, "it keeps no files of its parent open"
        crawl.kill()
    await_that(lambda: not alive(worker))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no worker is forked")
def test_a_forked_worker_is_replaced_like_the_others() -> None:
    script = """
import asyncio, threading
from newscrawl.workers import TooSlowError
from newscrawl.workers.ahead import fork
from newscrawl.workers.pool import Pool
from tests import worker_tasks as tasks

ahead = fork(500)

async def main():
    pool = Pool(1, ahead=ahead)
    try:
        await pool.submit(0.05, tasks.never, 1)
    except TooSlowError:
        *_, pid = await pool.submit(3600, tasks.echo, 1)
        print(pid != ahead.pid)
        await asyncio.to_thread(int)
        print(fork(500))
    await pool.close()

asyncio.run(main())
"""
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert said.stdout.split() == ["True", "None"], said.stderr


def begin(newspaper: LoopbackNewspaper, database: Database, log: Path, *args: str) -> Any:
    """Start a crawl of a hostile newspaper, without delays."""
    with log.open("wb") as stderr:
        return start(
            "crawl", "loopback_hostile", "-L", "DEBUG", "-s", "SPIDER_MODULES=tests.loopback",
            "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "STORE_AGE=0.05", *args,
            stderr=stderr.fileno(),
            MONGODB_URI=database.uri, MONGODB_DATABASE=database.name, **newspaper.environment,
        )  # fmt: skip


class TestCrawl:
    def test_an_endless_page_is_named_and_all_others_are_stored(
        self, newspaper: LoopbackNewspaper, database: Database, tmp_path: Path
    ) -> None:
        newspaper.pages = {f"/articles-{n}.html": article(n) for n in range(50)}
        newspaper.pages["/articles-7.html"] = article(7, text=f"</p><p>{ENDLESS}</p><p>")
        newspaper.pages["/front"] = listing(list(range(50)))
        for path in ("/", "/endless"):
            newspaper.pages[path] = f"<html><body><a href='/{ENDLESS}'>خبر</a></body></html>"
        log = tmp_path / "log"
        status = begin(newspaper, database, log, "-s", "WORKER_CPU_SECONDS=1").wait()
        said = log.read_text("utf-8")
        assert status == 0, said
        assert {doc["title"] for doc in database.articles()} == {
            f"خبر محلي رقم {n}" for n in range(50) if n != 7
        }
        (rejected,) = database.ops["rejected"].find()
        assert (rejected["reason"], rejected["detail"]) == (
            "too_slow", "reading it took more than 1 s of CPU time",
        )  # fmt: skip
        assert rejected["url"].endswith("/articles-7.html")
        assert rejected["retry_at"] > rejected["rejected_at"]
        record = database.run()
        assert record["outcome"] == "partial"
        assert record["failed"] == {"too_slow": 2}
        named = re.findall(r"(\S+) could not be read: reading it took more than 1 s of CPU time", said)
        home = newspaper.environment["LOOPBACK"]
        assert sorted(named) == [f"{home}/", f"{home}/articles-7.html", f"{home}/endless"]
        assert not [pid for pid in workers(said) if alive(pid)]

    def test_killed_workers_and_sigterm(
        self, newspaper: LoopbackNewspaper, database: Database, tmp_path: Path
    ) -> None:
        """A killed worker loses its page; when the crawl has ended, the next crawl requests the page."""
        newspaper.pages = {f"/articles-{n}.html": article(n) for n in range(6)}
        for number in (2, 5):
            newspaper.pages[f"/articles-{number}.html"] = article(number, text=f"</p><p>{ENDLESS}</p><p>")
        newspaper.pages |= {"/": listing([]), "/endless": listing([])}
        newspaper.pages["/front"] = listing([0, 1, 2, 3, 4], following="/front?page=2")
        newspaper.pages["/front?page=2"] = listing([5])
        log = tmp_path / "log"
        # One worker for the page that never ends, one for all others.
        arguments = ("-s", f"WORKER_CPU_SECONDS={LONG}", "-s", "WORKER_PATIENCE=0.1", "-s", "WORKERS=2")
        arguments += ("-a", "since=2024-01-01")
        crawl = begin(newspaper, database, log, *arguments)

        def costs_a_page() -> bool:
            said = log.read_text("utf-8")
            if "could not be read: the process that read it ended: signal 9" in said:
                return True
            read = len(re.findall(r"Article http\S+", said))
            # Nothing else is left to read, and no worker reads further pages.
            if read == 4 and "/articles-5.html" not in newspaper.asked:
                for worker in workers(said):
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
            return False

        await_that(costs_a_page, crawl)
        await_that(lambda: "/articles-5.html" in newspaper.asked, crawl)
        crawl.send_signal(signal.SIGTERM)
        status, said = crawl.wait(), log.read_text("utf-8")
        assert status == 0, said
        assert {doc["title"] for doc in database.articles()} == {f"خبر محلي رقم {n}" for n in (0, 1, 3, 4)}
        (rejected,) = database.ops["rejected"].find()
        assert (rejected["reason"], rejected["url"][-16:]) == ("worker_died", "/articles-2.html")
        assert rejected["retry_at"] > rejected["rejected_at"]
        (pending,) = database.ops["pending"].find()
        assert (pending["reason"], pending["url"][-16:]) == ("stopped", "/articles-5.html")
        assert (database.run()["outcome"], database.run()["reason"]) == ("partial", "shutdown")
        assert not [pid for pid in workers(said) if alive(pid)]


def workers(said: str) -> list[int]:
    """The process ids of a crawl's workers, from its log."""
    found = [int(pid) for pid in re.findall(r"worker (\d+) is ready", said)]
    assert found, "the log names no worker"
    return found
