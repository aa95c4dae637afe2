"""Every command and example of the pages, run as a reader runs them.

``make trials ARGS=tests/test_docs_run.py`` runs it.

A fresh clone is set up and followed page by page. Newspapers answer behind a proxy on loopback. What is for
a server runs as root in a file system, a process table and a network of its own.
"""

import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.conftest import PROJECT, inherited
from tests.doc_pages import PAGES, Block, Command, blocks, commands
from tests.doc_ways import FIRST, NAMED, ORDER, PATTERNS, WAYS, on_server, way
from tests.internet import CERTIFICATE, answers
from tests.mongod import free_port
from tests.shell import Shell
from tests.trials import long

PROXY = ("http_proxy", "https_proxy")
DIRECT = """
direct() { http_proxy="$OWN_http_proxy" https_proxy="$OWN_https_proxy" env -u SSL_CERT_FILE "$@"; }
pip() { direct pip "$@"; }
make() { case "$1" in crawl) command make "$@";; *) direct make "$@";; esac; }
"""
"""Packages are not behind the proxy of the newspapers."""
MOUNTS = """
set -e
mount -t tmpfs tmpfs {space}
for folder in /etc /opt /var/lib /usr/local /run {closed}; do
    mkdir -p {space}$folder/upper {space}$folder/work
    own=upperdir={space}$folder/upper,workdir={space}$folder/work
    mount -t overlay overlay -o lowerdir=$folder,$own $folder
done
for folder in {closed}; do chmod o+x $folder; done
mkdir -p /opt/newscrawl /etc/systemd/system
mount --bind {checkout} /opt/newscrawl
printf '#!/bin/sh\\nexec {python} {systemctl} "$@"\\n' > /usr/local/bin/systemctl
chmod +x /usr/local/bin/systemctl
"""
"""What a server finds: its own copy of the folders that the page writes to, and a systemctl."""


def planned() -> list[Command]:
    """The commands to run, in order: all of the blocks, and each of the sentences that is in no block."""
    shown = [command for page in ORDER for command in commands(page)]
    known = {command.text for command in shown if command.block} | NAMED
    chosen = []
    for command in shown:
        if command.block or command.text not in known:
            chosen.append(command)
            known.add(command.text)
    return chosen


def test_each_command_is_run_or_has_a_reason_not_to_be() -> None:
    plan = planned()
    keys = {command.text for command in plan} | {f"{command.page}: {command.text}" for command in plan}
    assert set(ORDER) == set(PAGES)
    assert WAYS.keys() - keys == set(), "no page has these any more"
    for pattern in PATTERNS:
        assert any(re.match(pattern, command.text) for command in plan), pattern
    assert all(way(command).within in keys | {""} for command in plan)
    ran = {command.text.removeprefix(".venv/bin/") for command in plan if not way(command).never}
    for name in NAMED:
        assert any(f"{text} ".startswith(f"{name} ") for text in ran), name


@dataclass
class Desk:
    """A fresh clone in a folder, with what surrounds it."""

    folder: Path
    shells: list[Shell] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def clone(self) -> Path:
        """The project, as it is here."""
        return self.folder / "newscrawl"

    def copy(self) -> None:
        """Clone the project, with changes that are not committed yet."""
        git("clone", "--quiet", PROJECT, self.clone, cwd=self.folder)
        listed = git(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", cwd=PROJECT
        )
        for name in filter(None, listed.split("\0")):
            (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
            if (PROJECT / name).is_file():
                shutil.copy(PROJECT / name, self.clone / name)
        git("add", "--all", cwd=self.clone)
        author = ("-c", "user.name=reader", "-c", "user.email=reader@example.org")
        git(*author, "commit", "--quiet", "--allow-empty", "-m", "The project as it is", cwd=self.clone)

    def environment(self, port: int) -> dict[str, str]:
        """Variables of a shell behind the proxy on this port."""
        given = inherited() | {f"OWN_{name}": os.environ.get(name, "") for name in PROXY}
        del given["NEWSCRAWL_ARCHIVE"]
        given |= dict.fromkeys(PROXY, f"http://127.0.0.1:{port}")
        trusted = str(self.folder / "trusted.pem")
        given |= {
            "no_proxy": "127.0.0.1,127.0.0.2,localhost",
            "SSL_CERT_FILE": trusted,
            "CURL_CA_BUNDLE": trusted,
        }
        path = [part for part in given["PATH"].split(":") if not part.startswith(str(PROJECT))]
        quick = {"NEWSCRAWL_DOWNLOAD_DELAY": "0", "NEWSCRAWL_CRAWL_DELAY_MAX": "0"}
        return given | quick | {"PATH": ":".join(path), "HF_HUB_OFFLINE": "1"}

    def internet(self) -> int:
        """Start the newspapers; returns the port of their proxy."""
        port = free_port()
        command = [sys.executable, "-m", "tests.internet", self.folder, str(port)]
        self.processes.append(subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL))
        wait_for(lambda: (self.folder / CERTIFICATE).exists())
        system = Path(ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt")
        own = (self.folder / CERTIFICATE).read_text("utf-8")
        (self.folder / "trusted.pem").write_text(f"{system.read_text('utf-8')}\n{own}", "utf-8")
        return port

    @cached_property
    def port(self) -> int:
        """The port of the proxy."""
        return self.internet()

    def shell(self, name: str, folder: Path, **more: str) -> Shell:
        """A shell with an own folder for what its commands print."""
        opened = Shell(folder, self.folder / "printed" / name, self.environment(self.port) | more)
        self.shells.append(opened)
        assert opened.run(DIRECT).status == 0
        return opened

    def activated(self, name: str) -> Shell:
        """A shell in the clone, with its environment active; crawls archive their pages."""
        path = f"{self.clone}/.venv/bin:{self.environment(self.port)['PATH']}"
        return self.shell(name, self.clone, PATH=path, NEWSCRAWL_ARCHIVE=str(self.folder / "archive"))

    @cached_property
    def address(self) -> str:
        """The address of the clone's MongoDB, which is kept up from then on."""
        return self._kept("scrapy mongo")

    @cached_property
    def demo(self) -> str:
        """The address of that of ``make demo``."""
        return self._kept("scrapy mongo --demo")

    def _kept(self, command: str) -> str:
        printed = self.folder / command.replace(" ", "")
        self.activated("mongo").run(f"{command} >{printed} 2>&1 &")
        wait_for(lambda: printed.exists() and "mongodb://" in printed.read_text("utf-8"))
        return re.findall(r"mongodb://\S+", printed.read_text("utf-8"))[0]

    def close(self) -> None:
        """End everything that runs."""
        for shell in reversed(self.shells):
            shell.close()
        for process in self.processes:
            process.kill()
            process.wait()


def git(*args: object, cwd: Path) -> str:
    """Run git; returns what it prints."""
    done = subprocess.run(["git", *map(str, args)], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout


def wait_for(ready: Callable[[], object], seconds: float = 120) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A clone in which README's first command has been run."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    try:
        made.copy()
        done = made.shell("demo", made.clone).run("make demo", seconds=1800)
        assert done.status == 0, done.output
        assert "articles are stored" in done.output
        yield made
    finally:
        made.close()


def follow(desk: Desk, shell: Shell, command: Command) -> str:
    """Run a command as a reader would; returns what is wrong with it, empty if nothing."""
    given = way(command)
    if given.never or given.within:
        return ""
    ports = {"PORT1": str(free_port()), "PORT2": str(free_port()), "CLONE": str(desk.clone)}

    def filled(text: str) -> str:
        for name, value in ports.items():
            text = text.replace(name, value)
        return text.replace("ADDRESS", desk.demo) if "ADDRESS" in text else text

    print(f"{command.page}: {command.text}", flush=True)
    try:
        if given.before and (done := shell.run(filled(given.before))).status:
            return f"{command.text}\nbefore it, {given.before}: {done.status}\n{done.output}"
        run = filled(given.run or command.text)
        if given.ready:
            done = shell.serve(run, filled(given.ready), filled(given.asks))
        else:
            done = shell.run(run, seconds=1800)
    except (TimeoutError, ChildProcessError) as error:
        return f"{command.text}\n{error}"
    broken = "Traceback" in done.output and not run.startswith("dask ")  # which prints one on Ctrl-C
    if done.status == given.status and not broken:
        return ""
    wrong = f"{command.text}\nas {run}: exit status {done.status}\n{done.output[-4000:]}"
    print(wrong, flush=True)
    return wrong


def of(page: str, *, server: bool = False) -> list[Command]:
    """The commands of a page."""
    return [command for command in planned() if command.page == page and on_server(command) == server]


def follow_all(desk: Desk, shell: Shell, those: list[Command]) -> list[str]:
    """Run commands one after another; returns what is wrong."""
    return [follow(desk, shell, command) for command in those]


def assert_right(wrong: Iterable[str]) -> None:
    """Fail with everything that is wrong."""
    if said := "\n\n".join(filter(None, wrong)):
        pytest.fail(said, pytrace=False)


@long
def test_readme(desk: Desk) -> None:
    """``make demo`` again, when all is there, and what its last lines tell one to do."""
    shell = desk.activated("readme")
    assert_right(follow_all(desk, shell, of("README.md")))
    said = shell.run("make demo").output
    for line in re.findall(r"^  (\S*scrapy try .*)$", said, re.MULTILINE):
        assert "verdict" in shell.run(line).output


@long
def test_contributing(desk: Desk) -> None:
    folder = desk.folder / "contributor"
    practice = folder / "practice"
    practice.mkdir(parents=True)
    for url, answer in answers().items():
        path = url.removeprefix("https://sahifa.example/")
        if path != url and not path.endswith("/"):
            file = practice / (path or "index.html")
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(answer.body)
    clone = folder / "newscrawl"
    shell = desk.shell("contributing", folder)
    wrong: list[str] = []
    newsite, declared, *_ = (block for block in blocks("CONTRIBUTING.md") if block.language != "sh")
    for command in of("CONTRIBUTING.md"):
        wrong.append(follow(desk, shell, command))
        if command.text == "scrapy newsite https://www.sada-elwaha.ma/":
            printed = (shell.notes / f"{shell.count:03}").read_text("utf-8")
            wrong += differences(newsite.text, printed)
            file = clone / "spiders" / "sada_elwaha.py"
            head, mark, body = file.read_text("utf-8").partition("class ")
            wrong += differences(re.sub(r".*# added by hand\n", "", declared.text), mark + body)
            file.write_text(head + re.sub(r" *# added by hand", "", declared.text), "utf-8")
    assert_right(wrong)
    assert "docs/data.md" not in git("status", "--porcelain", cwd=clone)


@long
def test_a_stored_field_is_added_as_contributing_says(desk: Desk) -> None:
    clone = desk.folder / "field"
    git("clone", "--quiet", desk.clone, clone, cwd=desk.folder)
    (declared,) = (block for block in blocks("CONTRIBUTING.md") if "stored(" in block.text)
    items = clone / "newscrawl" / "items.py"
    text = items.read_text("utf-8").replace("SCHEMA_VERSION = 3", "SCHEMA_VERSION = 4")
    field_ = f"\\g<0>\n{textwrap.indent(declared.text.rstrip(), ' ' * 4)}"
    items.write_text(
        re.sub(r"^class Article\b.*?(?=\n\n\n)", field_, text, flags=re.MULTILINE | re.DOTALL), "utf-8"
    )
    counted = clone / "tests" / "test_schema.py"
    counted.write_text(
        re.sub(r"^(FIELDS_OF_NEWEST =) \d+", r"\1 1", counted.read_text("utf-8"), flags=re.MULTILINE)
    )
    for name, before in (
        ("page/assemble.py", "word_count=len(body.split()),"),
        ("data_dictionary/examples.py", "word_count=len(_BODY.split()),"),
    ):
        file = clone / "newscrawl" / name
        filled = file.read_text("utf-8").replace(before, f"{before} reading_minutes=1,")
        assert "reading_minutes" in filled
        file.write_text(filled, "utf-8")
    for command in ("newscrawl.data_dictionary", "pytest -q tests/test_data_page.py tests/test_schema.py"):
        run = [sys.executable, "-m", *command.split()]
        done = subprocess.run(run, cwd=clone, env=inherited(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        if "pytest" not in command:
            (clone / "docs" / "data.md").write_text(done.stdout, "utf-8")


def differences(shown: str, real: str) -> list[str]:
    """The lines that only a page shows, and those that only its command prints; ``…`` ends both."""
    pairs = [shown.strip().splitlines(), real.strip().splitlines()]
    lines = [{line.rstrip() for line in part if line.strip()} for part in pairs]
    starts = tuple(line.partition("…")[0] for line in lines[0] if "…" in line) or ("\0",)
    return sorted(
        f"{said}: {line}"
        for said, some, others in (("not printed", *lines), ("not shown", *reversed(lines)))
        for line in some - others
        if not line.startswith(starts)
    )


@long
def test_operate(desk: Desk) -> None:
    shell = desk.activated("operate")
    assert desk.address
    assert shell.run("make node", seconds=1800).status == 0
    wrong = []
    examples = [block for block in blocks("docs/operate.md") if block.language in ("python", "toml", "js")]
    for item in sorted([*of("docs/operate.md"), *examples], key=lambda item: item.place):
        wrong.append(follow(desk, shell, item) if isinstance(item, Command) else example(desk, shell, item))
    origin = shell.run("cd / && python -c 'import newscrawl; print(newscrawl.__file__)'; cd -").output
    assert_right(wrong)
    assert origin.startswith(str(desk.clone)), "an extra has installed a second copy of the project"


def example(desk: Desk, shell: Shell, block: Block) -> str:
    """Run an example that is not shell; returns what is wrong."""
    file = desk.folder / f"example.{block.language}"
    file.write_text(block.text, "utf-8")
    match block.language:
        case "python":
            run = f"MONGODB_URI={shlex.quote(desk.address)} python {file}"
        case "js":
            said = re.sub(r"(\w+): ", r'"\1": ', re.findall(r"\((\{.*\})\)", block.text)[0])
            with MongoClient(desk.address) as client:
                client.admin.command(json.loads(said))
            return ""
        case _:
            kind = "--init --list" if "[[newspapers]]" in block.text else "--check --file"
            text = block.text
            if "[[backfills]]" in text:
                file.write_text(f'[sites.alayam24]\nevery = "15m"\n{text}', "utf-8")
            run = f"scrapy schedule {kind} {file}" + (f" --file {file}.out" if "init" in kind else "")
    done = shell.run(run)
    return f"{block.text}\n{done.status}\n{done.output}" if done.status or "Traceback" in done.output else ""


@long
def test_web(desk: Desk) -> None:
    assert_right(follow_all(desk, desk.activated("web"), of("docs/web.md")))


@long
def test_data(desk: Desk) -> None:
    """Its examples run one after another, in the clone."""
    shell = desk.activated("data")
    wrong = follow_all(desk, shell, of("docs/data.md"))
    parts = [block.text for block in blocks("docs/data.md") if block.language == "python"]
    file = desk.clone / "examples.py"
    file.write_text("\n".join(parts), "utf-8")
    done = shell.run(f"MONGODB_URI={shlex.quote(desk.demo)} python examples.py")
    assert_right(wrong)
    assert done.status == 0, done.output


@long
def test_export(desk: Desk) -> None:
    """In the environment of a reader, who has no Scrapy."""
    folder = desk.folder / "reader"
    folder.mkdir()
    shell = desk.shell("export", folder)
    assert shell.run("python3 -m venv venv && . venv/bin/activate").status == 0
    wrong = follow_all(desk, shell, of("docs/export.md"))
    readers, collection = (block.text for block in blocks("docs/export.md") if block.language == "python")
    assert shell.run("pip install -q polars pandas duckdb datasets").status == 0
    for text in (readers, collection.replace("mongodb://db.example/", desk.demo)):
        (folder / "example.py").write_text(text, "utf-8")
        done = shell.run(f"HF_HOME={folder} python example.py")
        assert done.status == 0, done.output
    assert_right(wrong)


@long
@pytest.mark.parametrize("page", [page for page in ORDER if page not in (
    "README.md", "CONTRIBUTING.md", "docs/operate.md", "docs/web.md", "docs/data.md", "docs/export.md"
)])  # fmt: skip
def test_a_page_that_names_commands(desk: Desk, page: str) -> None:
    assert_right(follow_all(desk, desk.activated(page.replace("/", "-")), of(page)))


@long
def test_a_server(desk: Desk) -> None:
    """From an empty server to a running schedule, and what else is for a server."""
    spaces = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    checkout, space = desk.folder / "server", desk.folder / "space"
    if subprocess.run(
        [*spaces, "--net", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True
    ).returncode:
        pytest.skip("only root may have a file system and a network of its own")
    git("clone", "--quiet", desk.clone, checkout, cwd=desk.folder)
    space.mkdir()
    closed = [str(path) for path in Path(sys.base_prefix).parents if not path.stat().st_mode & 1]
    mounts = MOUNTS.format(
        space=space, checkout=checkout, closed=" ".join(closed), python=sys.executable,
        systemctl=PROJECT / "tests" / "systemctl.py",
    )  # fmt: skip
    (desk.folder / "mounts").write_text(mounts, "utf-8")
    begin = ["bash", "-c", f'. {desk.folder}/mounts && exec "$@"', "begin"]
    environment = desk.environment(desk.port)
    ahead = Shell(desk.folder, desk.folder / "printed" / "ahead", environment, [*spaces, *begin])
    desk.shells.append(ahead)
    made = ahead.run(f"{DIRECT} cd /opt/newscrawl && make node", seconds=1800)
    assert made.status == 0, made.output
    trusted = "/usr/local/trusted.pem"
    online = desk.environment(8888) | {"SSL_CERT_FILE": trusted, "CURL_CA_BUNDLE": trusted}
    notes = desk.folder / "printed" / "server"
    shell = Shell(desk.folder, notes, online | {"HOME": str(space)}, [*spaces, "--net", *begin])
    desk.shells.append(shell)
    internet = (
        f"ip link set lo up; cd {PROJECT}; {sys.executable} -m tests.internet {space} 8888 2>/dev/null &"
    )
    assert shell.run(f"{DIRECT} {internet} cd /").status == 0
    waiting = f"while [ ! -s {space}/{CERTIFICATE} ]; do sleep 0.2; done"
    assert (
        shell.run(f"{waiting}; cat {desk.folder}/trusted.pem {space}/{CERTIFICATE} > {trusted}").status == 0
    )
    those = [command for page in ORDER for command in of(page, server=True)]
    those.sort(key=lambda command: command.section != FIRST)
    assert_right(follow_all(desk, shell, those))
    well = "until .venv/bin/scrapy status | grep -q ' ok'; do sleep 1; done"
    done = shell.run(f"timeout 120 bash -c {shlex.quote(well)}; .venv/bin/scrapy status")
    assert " ok" in done.output, shell.run("tail -n 30 /var/lib/newscrawl/logs/newscrawl/*/*.log").output
