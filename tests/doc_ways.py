"""How the commands of the pages are run that cannot be run as they are written; see ``tests.test_docs_run``.

``PORT1`` and ``PORT2`` are free ports, ``CLONE`` is the project's clone, ``ADDRESS`` that of the
MongoDB of its demo.
"""

import re
from dataclasses import dataclass

from tests import site_fixtures
from tests.doc_pages import Command

ORDER = """
README.md CONTRIBUTING.md docs/operate.md docs/web.md docs/data.md docs/export.md docs/sites.md
docs/settings.md docs/security.md docs/benchmarks.md docs/architecture.md docs/README.md CHANGELOG.md
""".split()
"""The order in which the pages are followed."""
SERVER = re.compile(r"/etc/|/opt/newscrawl|/var/lib/|systemctl|:6800/|--once")
"""What a command, or the block that it is in, names when it is for a server."""
FIRST = "From an empty server to a running schedule"
"""The section that sets a server up."""


@dataclass(frozen=True)
class Way:
    """How a command is run."""

    run: str = ""
    """What is run in its place; empty: the command itself."""
    before: str = ""
    """What the page assumes to have been done."""
    ready: str = ""
    """For a command that serves until Ctrl-C: a pattern of what it prints once it is up."""
    asks: str = ""
    """What is run while it serves."""
    status: int = 0
    """The exit status to expect: 3 where the page says so, 130 of a make that is interrupted."""
    within: str = ""
    """The command that runs it, too."""
    never: str = ""
    """Why it is not run."""


RAAY, JIHAT = (
    f"https://www.sada-elwaha.ma/{path}" for path in ("raay/7211/maktabat-hay", "jihat/7300/suq-usbui")
)
HESPRESS = site_fixtures.load("hespress").pages[0].answer.url
ASK = "curl -sSf -o /dev/null"
PRACTISE = "scrapy newsite http://127.0.0.1:PORT1/ --name practice --country MA"
PACKAGES = "it installs packages of the system"
MACHINE = "it takes a second machine"
TOOLS = "the MongoDB Database Tools are not among the requirements"
AS_SERVICE = "runuser -u newscrawl -- "

WAYS = {
    # README.md
    # An environment of its own for the tests: the clone has no more packages than the pages install.
    "README.md: make test": Way("make test VENV=../tested ARGS=tests/test_urls.py"),
    ".venv/bin/scrapy web --demo": Way(
        ".venv/bin/scrapy web --demo --port PORT1 --kept-port PORT2",
        ready="http://127.0.0.1:PORT1/", asks=f"{ASK} http://127.0.0.1:PORT1/",
    ),
    'pip install ".[NAME]"': Way(
        'direct extra/bin/pip install -q ".[archive]"', before="python3 -m venv extra"
    ),
    'pip install -e ".[NAME]"': Way('pip install -q -e ".[archive]"'),
    # CONTRIBUTING.md
    "git clone <this repository> && cd newscrawl": Way("git clone -q CLONE newscrawl && cd newscrawl"),
    "python -m http.server 8000 --bind 127.0.0.1": Way(
        "python -m http.server PORT1 --bind 127.0.0.1 --directory ../practice", ready="Serving",
        asks=PRACTISE,
    ),
    "scrapy newsite http://127.0.0.1:8000/ --name practice --country MA": Way(
        within="python -m http.server 8000 --bind 127.0.0.1"
    ),
    "scrapy try --site sada_elwaha https://www.sada-elwaha.ma/jihat/7300/…": Way(
        f"scrapy try --site sada_elwaha {JIHAT}"
    ),
    "scrapy fixture sada_elwaha https://www.sada-elwaha.ma/raay/7211/…": Way(
        f"scrapy fixture sada_elwaha {RAAY}"
    ),
    "scrapy fixture sada_elwaha saved.html --url https://www.sada-elwaha.ma/raay/7211/…": Way(
        f"scrapy fixture sada_elwaha saved.html --url {JIHAT}",
        before=f"curl -sS --compressed -o saved.html {JIHAT}",
    ),
    "make test SITE=sada_elwaha": Way(
        before="""sed -i 's/"reviewed": false/"reviewed": true/' tests/sites/sada_elwaha/*.json"""
    ),
    "CONTRIBUTING.md: make test": Way(
        'make test ARGS="tests/test_sites.py tests/test_pages.py tests/test_gate.py"'
    ),
    "make mongo": Way(ready="mongodb://", status=130),
    "scrapy verify --all --report verified.md": Way(status=3),
    "make bench": Way(never="it takes an hour; tests/test_benchmarks.py runs each part of it"),
    # docs/operate.md
    "scrapy mongo": Way(ready="mongodb://"),
    "scrapy sites --relearn SLUG": Way("scrapy sites --relearn sahifa"),
    "scrapy sites --forget SLUG": Way(
        "scrapy sites --forget sahifa", before="scrapy crawl any -a home=https://sahifa.example/"
    ),
    "scrapy newsite --from-learned SLUG": Way(
        "scrapy newsite --from-learned sahifa && rm spiders/sahifa.py",
        before="scrapy crawl any -a home=https://sahifa.example/",
    ),
    "scrapy try saved.html --url https://www.alayam24.com/articles-73890.html": Way(
        before="curl -sS --compressed -o saved.html https://www.alayam24.com/articles-73890.html"
    ),
    "scrapy try --rejected https://www.alayam24.com/articles-73891.html": Way(
        before="scrapy crawl alayam24 -a url=https://www.alayam24.com/articles-73891.html", status=3
    ),
    ".venv/bin/scrapy archive": Way(
        before=f"{AS_SERVICE}.venv/bin/scrapy crawl hespress -a since=2026-09-01"
    ),
    ".venv/bin/scrapy archive --show https://www.hespress.com/1.html": Way(
        f".venv/bin/scrapy archive --show {HESPRESS}"
    ),
    "scrapy archive --remove DAYS": Way("scrapy archive --remove 30"),
    "scrapy verify SITE": Way("scrapy verify kech24"),
    "scrapy try URL": Way("scrapy try https://sahifa.example/mahalli/400-khabar.html"),
    "scrapy try --rejected URL": Way(
        "scrapy try --rejected https://www.alayam24.com/articles-73891.html", status=3
    ),
    "scrapy forget URL": Way("scrapy forget https://www.alayam24.com/articles-90048.html"),
    "scrapy report --out FILE": Way("scrapy report --out report.html"),
    "scrapy reprocess --site hespress --dry-run": Way(before="scrapy crawl hespress -a since=2026-09-01"),
    "scrapy reprocess CC-NEWS-2016*.warc.gz --lang ar": Way(
        before="cp recordings/demo.warc.gz CC-NEWS-20160826-00000.warc.gz"
    ),
    "scrapy reprocess --site hespress --rejected --dry-run": Way(
        before="scrapy crawl hespress -a since=2026-09-01"
    ),
    "scrapy crawl SITE -a url=URL": Way(
        "scrapy crawl alayam24 -a url=https://www.alayam24.com/articles-73891.html"
    ),
    "scrapy reprocess --stale": Way(before="scrapy crawl hespress -a since=2026-09-01"),
    "scrapy reprocess FILE… --lang ar": Way("scrapy reprocess recordings/demo.warc.gz --lang ar"),
    "dask worker tcp://scheduler:8786 --nworkers auto --nthreads 1 --memory-limit 400MB": Way(
        "dask worker tcp://127.0.0.1:PORT1 --nworkers auto --nthreads 1 --memory-limit 400MB --no-dashboard",
        before="dask scheduler --host 127.0.0.1 --port PORT1 --no-dashboard &>scheduler.log & sleep 3",
        ready="Registered to",
        asks="scrapy reprocess CC-NEWS-2016*.warc.gz --lang ar --to parquet --out shared "
        "--dask tcp://127.0.0.1:PORT1 && sleep 5",
    ),
    '.venv/bin/pip install -e ".[export]"': Way('direct .venv/bin/pip install -q -e ".[export]"'),
    '.venv/bin/pip install -e ".[s3]"': Way('direct .venv/bin/pip install -q -e ".[s3]"'),
    '.venv/bin/pip install -e ".[dask]"': Way('direct .venv/bin/pip install -q -e ".[dask]"'),
    ".venv/bin/python deploy/mongodb_users.py": Way(
        within=".venv/bin/python deploy/mongodb_users.py >> /etc/newscrawl/environment"
    ),
    "git pull": Way(before="git config --global --add safe.directory '*'"),
    "* * * * * scrapy status --prometheus /var/lib/node_exporter/newscrawl.prom": Way(
        ".venv/bin/scrapy status --prometheus /var/lib/node_exporter/newscrawl.prom",
        before="mkdir -p /var/lib/node_exporter",
    ),
    # It ends with 3 as long as the first crawls take all slots.
    "scrapy schedule --once": Way(
        "timeout 300 bash -c 'until .venv/bin/scrapy schedule --once --file /etc/newscrawl/schedule.toml; "
        "do sleep 2; done'"
    ),
    "scrapy alarms --test": Way("NEWSCRAWL_ALARM_COMMAND=cat scrapy alarms --test"),
    "scrapy alarms --once": Way(".venv/bin/scrapy alarms --once"),
    "scrapy alarms --silence KEY --for 8h": Way("scrapy alarms --silence months --for 8h"),
    "scrapy schedule --init --list newspapers.toml": Way(before="cp deploy/newspapers.toml ."),
    "curl -u newscrawl:PASSWORD http://127.0.0.1:6800/cancel.json -d project=newscrawl -d job=JOB": Way(
        'curl -sSf -u "newscrawl:$SCRAPYD_PASSWORD" http://127.0.0.1:6800/cancel.json -d project=newscrawl '
        "-d job=$(.venv/bin/python -c 'import uuid; print(uuid.uuid4().hex)')"
    ),
    ".venv/bin/scrapy doctor": Way(f"{AS_SERVICE}.venv/bin/scrapy doctor"),
    "set -a; . /etc/newscrawl/environment; set +a": Way(
        before="sed -i 's/^NEWSCRAWL_CONTACT=$/&you@example.org/' /etc/newscrawl/environment"
    ),
    # docs/web.md
    "scrapy web": Way(
        "scrapy web --port PORT1 --kept-port PORT2",
        ready="http://127.0.0.1:PORT1/", asks=f"{ASK} http://127.0.0.1:PORT1/alarms",
    ),
    "scrapy web --demo": Way(
        "scrapy web --demo --port PORT1 --kept-port PORT2",
        ready="http://127.0.0.1:PORT1/", asks=f"{ASK} http://127.0.0.1:PORT1/search",
    ),
    "install -m 0640 -g newscrawl /dev/null /etc/newscrawl/web": Way(
        "install -m 0640 -g newscrawl /dev/null /etc/newscrawl/web && "
        "grep ^MONGODB_URI= /etc/newscrawl/environment >> /etc/newscrawl/web"
    ),
    "NEWSCRAWL_WEB_PASSWORD=… NEWSCRAWL_WEB_HOSTS=10.1.0.5 scrapy web --host 10.1.0.5": Way(
        "NEWSCRAWL_WEB_PASSWORD=twelve-letters NEWSCRAWL_WEB_HOSTS=127.0.0.2 "
        "scrapy web --host 127.0.0.2 --port PORT1 --kept-port PORT2",
        ready="http://127.0.0.2:PORT1/", asks=f"{ASK} -u newscrawl:twelve-letters http://127.0.0.2:PORT1/",
    ),
    "NEWSCRAWL_WEB_HOSTS=news.example.org NEWSCRAWL_WEB_KEPT=https://kept.example.org "
    "NEWSCRAWL_WEB_PASSWORD=… scrapy web --prefix /news": Way(
        "NEWSCRAWL_WEB_HOSTS=news.example.org NEWSCRAWL_WEB_KEPT=https://kept.example.org "
        "NEWSCRAWL_WEB_PASSWORD=twelve-letters scrapy web --prefix /news --port PORT1 --kept-port PORT2",
        ready="http://127.0.0.1:PORT1/",
        asks=f"{ASK} -u newscrawl:twelve-letters -H 'Host: news.example.org' http://127.0.0.1:PORT1/news/",
    ),
    # docs/data.md
    "make mongo ARGS=--demo": Way(ready="mongodb://", status=130),
    "pip install pymongo": Way(
        "direct elsewhere/bin/pip install -q pymongo", before="python3 -m venv elsewhere"
    ),
    # docs/export.md
    'pip install "/path/to/newscrawl[export]"': Way('pip install -q "CLONE[export]"'),
    'pip install "pyarrow>=25,<27"': Way('direct CLONE/.venv/bin/pip install -q "pyarrow>=25,<27"'),
    "export MONGODB_URI=mongodb://reader:secret@db.example/": Way("export MONGODB_URI='ADDRESS'"),
    "export MONGODB_DATABASE=newscrawl": Way("export MONGODB_DATABASE=newscrawl_demo"),
    "scrapy export": Way("cd CLONE && .venv/bin/scrapy export exported --demo; cd -"),
    # CHANGELOG.md
    "pip install .": Way(never="tests/test_install.py does, and looks at what was installed"),
}  # fmt: skip
"""By the command, or by its page and the command."""

PATTERNS = {
    r"make trials\b": Way(never="it would run this trial again"),
    r"apt-get ": Way(never=PACKAGES),
    r"ssh ": Way(never=MACHINE),
    r"mongo(dump|restore) ": Way(never=TOOLS),
    r"python -m benchmarks\.": Way(never="it takes minutes; tests/test_benchmarks.py runs it with few pages"),
}
"""The same for every command that begins so."""

NAMED = {
    "git clone", "make crawl", "python -m newscrawl", "python -m newscrawl export", "scrapy crawl",
    "scrapy crawl any", "scrapy doctor", "scrapy fixture", "scrapy forget", "scrapy newsite", "scrapy report",
    "scrapy schedule", "scrapy schedule --init", "scrapy schedule --check", "scrapy schedule --next",
    "scrapy search", "scrapy verify",
}  # fmt: skip
"""What sentences call a command that is run elsewhere with its arguments."""


def way(command: Command) -> Way:
    """How a command is run."""
    for key in (f"{command.page}: {command.text}", command.text):
        if key in WAYS:
            return WAYS[key]
    for pattern, given in PATTERNS.items():
        if re.match(pattern, command.text):
            return given
    return Way()


def on_server(command: Command) -> bool:
    """Whether it is for a server, where the project is in ``/opt/newscrawl``."""
    return bool(SERVER.search(command.block or command.text))
