"""The schedule on real Scrapyds with a password, on loopback, with the deployed egg and files."""

import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import pytest
import requests
from pymongo import MongoClient
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from newscrawl.schedule.node import PROJECT as NAME
from newscrawl.schedule.node import Jobs, Node, Scrapyd, ScrapydError
from newscrawl.schedule.scheduler import ScheduleFile, Scheduler
from newscrawl.vocabulary import RunOutcome
from spiders.alayam24 import Alayam24
from spiders.maghress import Maghress
from tests.conftest import PROJECT, RECORDING, Database, scrapy
from tests.loopback import Loopback, LoopbackNewspaper, article, listing, serve
from tests.test_kit import plain
from tests.trials import size

PACKAGES = ("newscrawl", "pipelines", "spiders")
CREDENTIALS = {"SCRAPYD_USERNAME": "newscrawl", "SCRAPYD_PASSWORD": "كلمة-سر %1".encode().hex()}
LIVE = 'settings = { DOWNLOAD_DELAY = "0", AUTOTHROTTLE_ENABLED = "False", STORE_AGE = "0.1" }'
SCHEDULE = f"""
[sites.alayam24]
cron = "0 0 1 1 *"
settings = {{ REPLAY = "{RECORDING}" }}
[sites.maghress]
cron = "0 0 1 1 *"
settings = {{ REPLAY = "{RECORDING}" }}
"""
LOOPBACK = f'[sites.loopback]\nevery = "1d"\n{LIVE}\n'
SITES = {spider.name: spider.site for spider in (Alayam24, Maghress, Loopback)}
DAY = 86400
LONG_AGO = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
T = TypeVar("T")


def until(found: Callable[[], T], seconds: float = 240) -> T:
    """Wait until another process has done something."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, f"{found} did not come about in {seconds} s"
        time.sleep(0.05)
    return result


def pass_time(database: Database, seconds: float) -> None:
    """Let time pass for the schedule by moving all stored moments into the past."""
    for name, fields in {
        "leases": ["due_at", "served", "claimed_at", "taken_at", "until"],
        "nodes": ["alive_until", "started_at"],
        "runs": ["started_at", "heartbeat_at"],
    }.items():
        moved = {
            moment: {"$cond": [f"${moment}", {"$subtract": [f"${moment}", 1000 * seconds]}, f"${moment}"]}
            for moment in fields
        }
        database.ops[name].update_many({}, [{"$set": moved}])


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the deployed files with the spider of the loopback newspaper, in which the egg is built."""
    copy = tmp_path_factory.mktemp("project")
    for name in PACKAGES:
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "requirements.txt"):
        shutil.copy(PROJECT / name, copy)
    config = (PROJECT / "scrapy.cfg").read_text("utf-8")
    (copy / "scrapy.cfg").write_text(config.replace(":6800\n", ":$SCRAPYD_HTTP_PORT\n", 1), "utf-8")
    shutil.copy(PROJECT / "tests" / "loopback.py", copy / "spiders" / "loopback.py")
    subprocess.run(
        [sys.executable, "-m", "scrapyd_client", "deploy", "--build-egg", str(copy / "newscrawl.egg")],
        cwd=copy, check=True, capture_output=True,
    )  # fmt: skip
    return copy


@dataclass
class Machine:
    """A machine with a Scrapyd and a scheduler."""

    name: str
    folder: Path
    project: Path
    database: Database
    newspaper: LoopbackNewspaper
    port: int = 0
    scrapyd: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("MONGODB", "NEWSCRAWL", "SCRAPY"))
        }
        return (
            inherited
            | CREDENTIALS
            | self.newspaper.environment
            | {
                "HOME": str(self.folder),
                "SCRAPYD_HTTP_PORT": str(self.port),
                "MONGODB_URI": self.database.uri,
                "MONGODB_DATABASE": self.database.name,
            }
        )

    def start(self) -> None:
        """Start Scrapyd with the configuration that is shipped, on a free port."""
        self.folder.mkdir(exist_ok=True)
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        shipped = (PROJECT / "deploy" / "scrapyd.conf").read_text("utf-8")
        own = shipped.replace("/var/lib/newscrawl", str(self.folder)).replace(
            "interval = 1", "interval = 0.1"
        )
        (self.folder / ".scrapyd.conf").write_text(own, "utf-8")
        with (self.folder / "scrapyd.log").open("ab") as log:
            self.scrapyd = subprocess.Popen(
                [sys.executable, "-m", "scrapyd", "--pidfile="],
                cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(self.is_up)

    def is_up(self) -> bool:
        with suppress(requests.ConnectionError):
            return self.ask("daemonstatus").ok
        return False

    def kill(self) -> None:
        """Kill the processes, as when the machine or the service dies."""
        if self.scrapyd:
            with suppress(ProcessLookupError):
                os.killpg(self.scrapyd.pid, signal.SIGKILL)
            self.scrapyd.wait()
            self.scrapyd = None

    def ask(self, what: str, **data: str | list[str]) -> requests.Response:
        auth = (CREDENTIALS["SCRAPYD_USERNAME"], CREDENTIALS["SCRAPYD_PASSWORD"])
        url = f"http://127.0.0.1:{self.port}/{what}.json"
        if data:
            return requests.post(url, data=data, auth=auth, timeout=120)
        return requests.get(url, auth=auth, timeout=120)

    def deploy(self, *args: str) -> dict[str, Any]:
        """Deploy the egg as `make deploy` does; returns Scrapyd's answer."""
        command = [sys.executable, "-m", "scrapyd_client", "deploy", "node1", "--egg", "newscrawl.egg", *args]
        done = subprocess.run(
            command, cwd=self.project, env=self.environment, capture_output=True, text=True, check=True
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def schedule(self, text: str) -> list[str]:
        """Run one tick of the scheduler, and return the jobs that it started."""
        with mock.patch.dict(os.environ, self.environment):
            scrapyd = Scrapyd()
        file = ScheduleFile(self.write(text), SITES)
        return sorted(Scheduler(file, self.database.ops, scrapyd, Node(self.name)).tick())

    def write(self, text: str) -> Path:
        file = self.folder / "schedule.toml"
        file.write_text(text, "utf-8")
        return file

    def command(self, *args: str) -> subprocess.CompletedProcess[str]:
        """`scrapy schedule`, as an operator runs it."""
        file = str(self.folder / "schedule.toml")
        return scrapy(
            "schedule", "--node", self.name, "--file", file, *args, cwd=self.project, **self.environment
        )

    def submit(self, spider: str, **data: str | list[str]) -> str:
        """Start a job by hand."""
        answer = self.ask("schedule", project=NAME, spider=spider, **data).json()
        assert answer["status"] == "ok", answer
        return str(answer["jobid"])

    def jobs(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("listjobs").json()
        return found

    def idle(self) -> bool:
        jobs = self.jobs()
        return not jobs["pending"] and not jobs["running"]

    def log_of(self, job: str) -> str:
        return next(self.folder.glob(f"logs/*/*/{job}.log")).read_text("utf-8")


def everything(jobs: dict[str, Any]) -> set[str]:
    return {job["id"] for state in ("pending", "running", "finished") for job in jobs[state]}


class Gate(dict[str, Any]):
    """Pages of a newspaper that holds back its articles until it is opened, so that a crawl goes on."""

    def __init__(self, pages: dict[str, Any]) -> None:
        super().__init__(pages)
        self.opened = threading.Event()

    def get(self, path: str, default: Any = None) -> Any:
        if path.startswith("/articles-"):
            self.opened.wait(240)
        return super().get(path, default)


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    pages = Gate({"/": listing([3, 2, 1]), **{f"/articles-{n}.html": article(n) for n in (1, 2, 3)}})
    with serve(LoopbackNewspaper(pages)) as served:
        yield served
        pages.opened.set()


@pytest.fixture(scope="session")
def deployed(
    project: Path, mongodb: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """Scrapyd's answer to the deployment, and the folder of eggs that it left."""
    folder = tmp_path_factory.mktemp("deployed")
    machine = Machine(
        "deploying", folder, project, Database(mongodb, "none", MongoClient(mongodb)), LoopbackNewspaper()
    )
    try:
        machine.start()
        return machine.deploy(), folder / "eggs"
    finally:
        machine.kill()
        machine.database.client.close()


Machines = Callable[[str], Machine]


@pytest.fixture
def machines(
    tmp_path: Path,
    project: Path,
    deployed: tuple[dict[str, Any], Path],
    database: Database,
    newspaper: LoopbackNewspaper,
) -> Iterator[Machines]:
    """Starts machines that have the egg and share a database."""
    started = []

    def start(name: str) -> Machine:
        machine = Machine(name, tmp_path / name, project, database, newspaper)
        started.append(machine)
        shutil.copytree(deployed[1], machine.folder / "eggs")
        machine.start()
        return machine

    yield start
    newspaper.pages.opened.set()  # type: ignore[attr-defined]
    for machine in started:
        machine.kill()


@pytest.fixture
def machine(machines: Machines) -> Machine:
    return machines("node1")


class TestDeploy:
    def test_the_egg_contains_every_spider(self, deployed: tuple[dict[str, Any], Path]) -> None:
        ours = SpiderLoader(
            Settings({"SPIDER_MODULES": ["spiders", "newscrawl.spider.any", "tests.loopback"]})
        ).list()
        assert (deployed[0]["status"], deployed[0]["spiders"]) == ("ok", len(ours)), deployed[0]

    def test_the_egg_has_every_data_file_and_no_test(self, project: Path) -> None:
        names = set(zipfile.ZipFile(project / "newscrawl.egg").namelist())
        wanted = {
            path.relative_to(project).as_posix()
            for package in PACKAGES
            for path in (project / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert wanted - names == set()
        assert {name.split("/")[0] for name in names} == {*PACKAGES, "EGG-INFO"}

    def test_scrapyd_needs_the_password_and_a_wrong_one_is_reported(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = f"http://127.0.0.1:{machine.port}"
        for page in ("", "/daemonstatus.json", "/logs/"):
            assert requests.get(url + page, timeout=120).status_code == 401
        for name, value in machine.environment.items():
            monkeypatch.setenv(name, value)
        assert Scrapyd().jobs() == Jobs(frozenset(), frozenset(), frozenset())
        assert Scrapyd().slots == 4
        monkeypatch.setenv("SCRAPYD_PASSWORD", "another")
        with pytest.raises(ScrapydError, match="SCRAPYD_PASSWORD"):
            Scrapyd().jobs()


class TestSchedule:
    def test_two_sites_from_the_file(self, machine: Machine, database: Database) -> None:
        machine.write(SCHEDULE)
        assert "2 sites" in machine.command("--check").stdout
        assert machine.schedule(SCHEDULE) == [], "nothing is due before new year"
        pass_time(database, 366 * DAY)
        assert machine.command("--next").stdout.count("overdue") == 2
        done = machine.command("--once")
        assert done.returncode == 0, done.stderr
        until(machine.idle)
        started = sorted(everything(machine.jobs()))
        assert len(started) == 2
        runs = {run["_id"]: run for run in database.ops["runs"].find()}
        assert sorted(runs) == started
        assert {run["site"]: run["outcome"] for run in runs.values()} == {"alayam24": "ok", "maghress": "ok"}
        assert {doc["site"] for doc in database.articles()} == {"alayam24", "maghress"}
        assert {doc["run"] for doc in database.articles()} <= set(started)
        for run in runs.values():
            assert run["scheduled"]
            assert f"{run['site']}: ok." in Path(run["log"]).read_text("utf-8")
        assert machine.schedule(SCHEDULE) == [], "nothing is due again"
        assert database.ops["leases"].count_documents({"job": None}) == 2

    def test_sites_that_were_due_while_the_service_was_down_are_crawled_once(
        self, machine: Machine, database: Database, newspaper: LoopbackNewspaper
    ) -> None:
        (killed,) = machine.schedule(LOOPBACK)
        until(lambda: newspaper.articles_asked())
        machine.kill()
        pass_time(database, 5 * DAY)
        newspaper.pages.opened.set()  # type: ignore[attr-defined]
        machine.start()
        (made_up,) = machine.schedule(LOOPBACK)
        until(machine.idle)
        assert machine.schedule(LOOPBACK) == []
        outcomes = {run["_id"]: run["outcome"] for run in database.ops["runs"].find()}
        assert outcomes == {killed: "killed", made_up: "ok"}
        assert len(database.articles()) == 3

    def test_a_running_spider_is_not_started_again(
        self, machine: Machine, database: Database, newspaper: LoopbackNewspaper
    ) -> None:
        (running,) = machine.schedule(LOOPBACK)
        until(lambda: newspaper.articles_asked())
        database.ops["leases"].update_one({}, {"$set": {"due_at": LONG_AGO}})
        assert machine.schedule(LOOPBACK) == [], "due again, but the run is not over"
        # The same job, and another scheduled one, submitted without the scheduler.
        machine.submit("loopback", setting="SCHEDULED=True", jobid=running)
        other = machine.submit("loopback", setting="SCHEDULED=True")
        until(lambda: len(machine.jobs()["finished"]) == 2)
        assert "another job has the site's lease" in machine.log_of(other)
        assert newspaper.asked.count("/") == 1
        assert database.ops["runs"].count_documents({}) == 1
        # A run that is started by hand is never refused.
        by_hand = machine.submit("loopback", setting=["DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False"])
        until(lambda: newspaper.asked.count("/") == 2)
        newspaper.pages.opened.set()  # type: ignore[attr-defined]
        until(machine.idle)
        assert {run["_id"] for run in database.ops["runs"].find()} == {running, by_hand}

    def test_a_cancelled_job_ends_cleanly(
        self, machine: Machine, database: Database, newspaper: LoopbackNewspaper
    ) -> None:
        (job,) = machine.schedule(LOOPBACK)
        until(lambda: newspaper.articles_asked())
        machine.ask("cancel", project=NAME, job=job)
        newspaper.pages.opened.set()  # type: ignore[attr-defined]
        until(machine.idle)
        run = database.run()
        assert (run["outcome"], run["reason"]) == ("partial", "shutdown")
        assert "Traceback" not in machine.log_of(job)
        assert database.ops["leases"].find_one()["job"] is None
        assert database.ops["marks"].count_documents({}) == 0

    def test_a_killed_crawl_shows_as_killed_and_is_not_repeated_at_once(
        self, machine: Machine, database: Database, newspaper: LoopbackNewspaper
    ) -> None:
        machine.schedule(LOOPBACK)
        until(lambda: newspaper.articles_asked())
        os.kill(database.run()["pid"], signal.SIGKILL)
        until(machine.idle)
        assert machine.schedule(LOOPBACK) == []
        run = database.run()
        assert (run["outcome"], run["reason"]) == ("killed", "silent")
        assert run["finished_at"] == run["heartbeat_at"]

    def test_a_job_that_cannot_begin_leaves_a_record(self, machine: Machine, database: Database) -> None:
        broken = LOOPBACK.replace("settings = {", 'settings = { DOWNLOAD_HANDLERS = "no JSON",')
        (job,) = machine.schedule(broken)
        until(machine.idle)
        assert machine.schedule(broken) == []
        run = database.run()
        assert (run["_id"], run["outcome"], run["reason"]) == (job, "fault", "did_not_begin")


@pytest.mark.trials
def test_newspapers_without_a_declaration_are_learned_and_crawled_by_their_own_jobs(
    machine: Machine, database: Database
) -> None:
    """Two run side by side; the job of a third site, not a newspaper, leaves a record that says so."""
    with (
        serve(plain(list(range(8)))) as sada,
        serve(plain(list(range(20, 28)))) as raya,
        serve(LoopbackNewspaper()) as shop,
    ):
        homes = {"sada": sada, "raya": raya, "shop": shop}
        text = "\n".join(
            f'[sites.{slug}]\nevery = "1d"\n{LIVE}\n'
            f'args = {{ home = "http://127.0.0.1:{served.port}/", title = "صدى {slug}" }}'
            for slug, served in homes.items()
        )
        machine.schedule(text)
        pass_time(database, 120)
        machine.schedule(text)
        until(machine.idle)
    learned = {doc["_id"]: doc["site"]["name"] for doc in database.ops["learned"].find()}
    assert learned == {"sada": "صدى sada", "raya": "صدى raya"}
    runs = {run["site"]: run for run in database.ops["runs"].find()}
    for slug in learned:
        assert runs[slug]["scheduled"]
        assert RunOutcome(runs[slug]["outcome"]).exit_status == 0
        assert f"{slug}: {runs[slug]['outcome']}" in Path(runs[slug]["log"]).read_text("utf-8")
    assert {run["site"] for run in runs.values()} == set(learned)
    assert Counter(doc["site"] for doc in database.articles()) == {"sada": 8, "raya": 8}
    machine.schedule(text)
    assert database.ops["leases"].count_documents({"job": None}) == 3
    failed = database.ops["runs"].find_one({"site": "shop"})
    assert failed is not None
    assert "is not crawled" in machine.log_of(failed["_id"])
    assert machine.schedule(text) == [], "nothing is due again"


@pytest.mark.trials
def test_one_of_two_machines_is_killed_and_its_site_runs_on_the_other(
    machines: Machines, database: Database, newspaper: LoopbackNewspaper
) -> None:
    skip = 0 if size(100) == 100 else 5  # in a small trial time passes more quickly
    both = {name: machines(name) for name in ("node1", "node2")}
    schedulers = {}
    try:
        for name, machine in both.items():
            file = machine.write(LOOPBACK.replace("1d", "1m"))
            schedulers[name] = subprocess.Popen(
                [sys.executable, "-m", "scrapy", "schedule", "--node", name, "--file", str(file)],
                cwd=machine.project, env=machine.environment, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        until(lambda: newspaper.articles_asked())
        victim = database.ops["leases"].find_one()["node"]
        schedulers[victim].kill()
        both[victim].kill()
        newspaper.pages.opened.set()  # type: ignore[attr-defined]
        (other,) = (machine for name, machine in both.items() if name != victim)
        while database.ops["leases"].find_one()["node"] == victim:
            time.sleep(0.5)
            pass_time(database, skip)
        until(lambda: other.jobs()["finished"])
    finally:
        for scheduler in schedulers.values():
            scheduler.terminate()
            scheduler.wait()
    assert sorted(run["outcome"] for run in database.ops["runs"].find()) == ["killed", "ok"]
