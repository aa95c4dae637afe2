"""Whatever fails, at any moment: after one complete crawl every article is stored once.

In each trial something fails during a crawl of a newspaper on loopback into a real mongod. If MongoDB comes
back in time, the crawl ends as if nothing had happened; after a kill, the next crawl stores the rest.
"""

import random
import signal
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.conftest import Database, start
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.mongod import (
    Mongod,
    Proxy,
    mongod,
    primary,
    proxy,
    replica_set,
    replica_set_uri,
    small_file_system,
)
from tests.trials import size

pytestmark = pytest.mark.trials

ARTICLES, A_PAGE = 40, 10
TRIALS = size(20)
HANG_SECONDS = 10.0 if TRIALS == 20 else 1.0
FULL_SECONDS = 2.0
REFUSALS: list[dict[str, Any]] = [
    {"errorCode": 91},  # ShutdownInProgress
    {"errorCode": 8},  # UnknownError, as with a failing disk
    {"errorCode": 14031},  # OutOfDiskSpace
    {"errorCode": 11600},  # InterruptedAtShutdown
    {"errorCode": 50},  # MaxTimeMSExpired
    {"closeConnection": True},
    {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}},
]


class Asked(list[str]):
    """The requested paths; ``enough`` is set once there are this many."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.enough = threading.Event()
        self._number = number

    def append(self, path: str) -> None:
        super().append(path)
        if len(self) >= self._number:
            self.enough.set()


@pytest.fixture(scope="module")
def newspaper() -> Iterator[LoopbackNewspaper]:
    pages = range(ARTICLES // A_PAGE)
    served = LoopbackNewspaper({f"/articles-{n}.html": article(n) for n in range(ARTICLES)})
    for page in pages:
        following = f"/?page={page + 1}" if page + 1 < len(pages) else None
        numbers = list(range(page * A_PAGE, (page + 1) * A_PAGE))
        served.pages[f"/?page={page}" if page else "/"] = listing(numbers, following)
    with serve(served):
        yield served


def begin(newspaper: LoopbackNewspaper, uri: str, database: str) -> Any:
    return start(
        "crawl", "loopback", "-a", "since=2024-03-01",
        "-s", "SPIDER_MODULES=tests.loopback", "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "STORE_BATCH=5", "-s", "STORE_AGE=0.05",
        stderr=subprocess.PIPE, MONGODB_URI=uri, MONGODB_DATABASE=database, **newspaper.environment,
    )  # fmt: skip


def trials(
    fault: str,
    newspaper: LoopbackNewspaper,
    uri: str,
    fail: Callable[[random.Random, Any], str],
    *,
    survives: bool = True,
) -> None:
    """Let it fail at random moments, crawl once more, and check the articles."""
    chance = random.Random(fault)
    rows = []
    for _ in range(TRIALS):
        name = f"fault_{uuid.uuid4().hex[:12]}"
        moment = chance.randint(1, ARTICLES + ARTICLES // A_PAGE)
        newspaper.asked = asked = Asked(moment)
        crawl = begin(newspaper, uri, name)
        said: list[str] = []
        reader = threading.Thread(target=lambda c=crawl, s=said: s.append(c.stderr.read()), daemon=True)  # type: ignore[misc]
        reader.start()
        assert asked.enough.wait(240), said
        time.sleep(chance.uniform(0, 0.1))
        detail = fail(chance, crawl)
        status = crawl.wait(600)
        reader.join()
        with MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
            database = Database(uri, name, client)
            stored = database["articles"].count_documents({})
            if survives:
                assert (status, stored) == (0, ARTICLES), said[0]
                assert database.run()["counts"]["new"] == ARTICLES, said[0]
            again = begin(newspaper, uri, name)
            words = again.communicate()[1]
            assert again.returncode == 0, words
            keys = Counter(key for doc in database.articles() for key in doc["keys"])
            paths = Counter("/" + doc["url"].rpartition("/")[2] for doc in database.articles())
            there = {path for path in newspaper.pages if path.startswith("/articles-")}
            lost, twice = len(there - paths.keys()), sum(count > 1 for count in (paths | keys).values())
            after = len(database.articles())
            waits = "".join(said).count("trying again")
            rows.append(
                f"{moment:>5} {detail:<44} {waits:>5} {status:>6} {stored:>7} {after:>6} {lost:>5} {twice:>6}"
            )
            assert (after, lost, twice) == (ARTICLES, 0, 0), "\n".join(rows)
            assert database.ops["pending"].count_documents({}) == 0
            client.drop_database(name)
            client.drop_database(f"{name}_ops")
    print(f"\n{fault}: {len(rows)} crawls of {ARTICLES} articles")
    print(f"{'at':>5} {'what happened':<44} waits status  stored  after  lost  twice")
    print("\n".join(rows))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with mongod(tmp_path_factory.mktemp("faults")) as started:
        yield started


def test_kill_9_of_the_server(newspaper: LoopbackNewspaper, server: Mongod) -> None:
    def fail(chance: random.Random, _: Any) -> str:
        away = chance.uniform(0, 2)
        server.kill()
        time.sleep(away)
        server.start()
        return f"mongod killed, started again after {away:.1f} s"

    trials("kill -9 of the server", newspaper, server.uri, fail)


def test_the_server_hangs(newspaper: LoopbackNewspaper, server: Mongod) -> None:
    def fail(_: random.Random, __: Any) -> str:
        server.send(signal.SIGSTOP)
        time.sleep(HANG_SECONDS)
        server.send(signal.SIGCONT)
        return f"mongod stopped for {HANG_SECONDS:.0f} s"

    trials("SIGSTOP of the server", newspaper, server.uri, fail)


def test_connections_are_cut(newspaper: LoopbackNewspaper, server: Mongod) -> None:
    def fail(chance: random.Random, through: Proxy) -> str:
        cuts = chance.randint(1, 5)
        through.refusing = refusing = chance.random() < 0.5
        for _ in range(cuts):
            through.cut()
            time.sleep(chance.uniform(0, 0.3))
        through.refusing = False
        return f"cut {cuts} times{', connections refused' if refusing else ''}"

    with proxy(server.port) as through:
        uri = f"mongodb://127.0.0.1:{through.port}/?directConnection=true"
        trials("connections cut", newspaper, uri, lambda chance, _: fail(chance, through))


def test_the_server_refuses_writes(newspaper: LoopbackNewspaper, server: Mongod) -> None:
    def fail(chance: random.Random, _: Any) -> str:
        refusal = chance.choice(REFUSALS)
        times = chance.randint(1, 6)
        server.fail(mode={"times": times}, data={"failCommands": ["insert", "update", "delete"], **refusal})
        return f"{times} × {next(iter(refusal.items()))}"[:44]

    trials("writes refused", newspaper, server.uri, fail)


@contextmanager
def kept_up(server: Mongod, ballast: Path) -> Iterator[list[float]]:
    """Start a server again whenever it has ended and the disk has space. It may end once the disk is no
    longer full.

    Yields the moments of its starts.
    """
    over = threading.Event()
    restarts: list[float] = []

    def watch() -> None:
        while not over.wait(0.1):
            if server.process and server.process.poll() is not None and not ballast.exists():
                restarts.append(time.monotonic())
                with suppress(AssertionError):  # the disk is full again
                    server.start()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield restarts
    finally:
        over.set()
        watching.join()


def test_the_disk_is_full(newspaper: LoopbackNewspaper, tmp_path: Path) -> None:
    try:
        with (
            small_file_system(tmp_path / "disk", 600) as folder,
            mongod(folder / "db") as server,
            kept_up(server, folder / "ballast") as restarts,
        ):

            def fail(_: random.Random, __: Any) -> str:
                ballast = folder / "ballast"
                with ballast.open("wb") as file:
                    try:
                        while True:
                            file.write(bytes(1_000_000))
                            file.flush()
                    except OSError:
                        pass
                time.sleep(FULL_SECONDS)
                ballast.unlink(missing_ok=True)
                return "full disk"

            trials("full disk", newspaper, server.uri, fail)
            print(f"mongod ended and was started again {len(restarts)} times")
    except PermissionError as reason:
        pytest.skip(str(reason))


def test_kill_9_of_the_crawler(newspaper: LoopbackNewspaper, server: Mongod) -> None:
    def fail(_: random.Random, crawl: Any) -> str:
        crawl.kill()
        return "crawler killed"

    trials("kill -9 of the crawler", newspaper, server.uri, fail, survives=False)


def test_the_primary_steps_down(newspaper: LoopbackNewspaper, tmp_path: Path) -> None:
    with replica_set(tmp_path) as members:

        def fail(_: random.Random, __: Any) -> str:
            before = primary(members)
            try:
                with before.client() as client:
                    client.admin.command("replSetStepDown", 5, secondaryCatchUpPeriodSecs=1, force=True)
            except PyMongoError:
                pass
            after = primary(members)
            return f"primary {members.index(before)} stepped down, then {members.index(after)}"

        trials("primary stepping down", newspaper, replica_set_uri(members), fail)


PAPER = 20_000


def peak(process: Any) -> int:
    """The most memory that a process has used so far, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


STEMS = "كتاب مدين طريق وزار سوق مدرس جمعي موسم برنامج مشروع صناع زراع ملعب رحل نقاب ميزاني".split()
WORDS = [start + stem + end for start in ("", "ال", "وال") for stem in STEMS for end in ("", "ة", "ات", "هم")]


def unlike_any_other(number: int) -> str:
    """An article page with a unique text, so that it is not a copy."""
    chance = random.Random(number)
    title, *paragraphs = (" ".join(chance.choices(WORDS, k=words)) for words in (8, 60, 60, 60))
    body = "".join(f"<p>{paragraph}.</p>" for paragraph in paragraphs)
    return (
        f"<html lang=ar dir=rtl><body><h1 class=heading>{title}</h1><span class=date>27 مارس 2024</span>"
        f"<div class=articlecontent>{body}</div></body></html>"
    )


class Large(dict[str, Any]):
    """A newspaper of this many articles, which are produced when they are requested."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def get(self, path: str, default: Any = None) -> Any:
        if path.startswith("/articles-"):
            return unlike_any_other(int(path.removeprefix("/articles-").removesuffix(".html")))
        if path == "/" or path.startswith("/?page="):
            page = int(path.partition("=")[2] or 0)
            first, last = page * 50, min(page * 50 + 50, self.number)
            return listing(list(range(first, last)), f"/?page={page + 1}" if last < self.number else None)
        return default


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak of a process")
def test_memory_does_not_grow_with_the_crawl(mongodb: str) -> None:
    number = max(size(PAPER), 400)
    early = max(number // 10, 200)
    newspaper = LoopbackNewspaper(Large(number))
    newspaper.asked = asked = Asked(early)
    name = f"large_{uuid.uuid4().hex[:12]}"
    with serve(newspaper), MongoClient[dict[str, Any]](mongodb) as client:
        crawl = begin(newspaper, mongodb, name)
        samples = []
        try:
            assert asked.enough.wait(600)
            while crawl.poll() is None and len(asked) < number:
                samples.append((len(asked), peak(crawl)))
                time.sleep(0.2)
            words = crawl.communicate(timeout=600)[1]
        finally:
            crawl.kill()
        assert client[name]["articles"].count_documents({}) == number, words
        client.drop_database(name)
        client.drop_database(f"{name}_ops")
    (_, first), (_, last) = samples[0], samples[-1]
    print(
        f"\npeak memory of the crawler after {early} articles {first} MB, after {number} articles {last} MB"
    )
    print("  ".join(f"{count}: {mb}" for count, mb in samples[:: max(1, len(samples) // 20)]))
    assert last - first <= 0.1 * first
