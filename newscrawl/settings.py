"""Every setting of the project, with its reason.

What a deployment changes is read from the environment by :func:`environment`, which keeps the
list that ``docs/settings.md`` shows.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from scrapy.settings import default_settings

from newscrawl import __version__, collecting, shown, timings
from newscrawl.download.network import NO_NETWORKS, networks
from newscrawl.vocabulary import SearchScope
from newscrawl.watch.addresses import mail_server, web_address

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

T = TypeVar("T")

collecting.collect_less()  # before all that is imported after this module

_KINDS: dict[object, str] = {int: "a whole number", float: "a number"}


class Variable(NamedTuple):
    """A setting that a deployment may change through the environment."""

    name: str
    """Of the environment variable."""
    setting: str
    """Of Scrapy's setting, as in ``-s NAME=VALUE``."""
    default: object
    reason: str
    read: Callable[[str], object]
    least: float | None = None

    @property
    def row(self) -> str:
        """Its line in the table of ``docs/settings.md``."""
        default = "" if self.default in (None, "", ()) else f"`{self.default}`"
        least = "" if self.least is None else f"`{self.least}`"
        setting = "" if self.setting == self.name else f"`{self.setting}`"
        return f"| `{self.name}` | {setting} | {default} | {least} | {self.reason} |"

    def value(self, name: str, given: str) -> object:
        """What a text means; raises ``ValueError`` with a sentence for one that cannot be used."""
        try:
            value = self.read(given)
            if not isinstance(value, int | float) or (self.least or 0) <= value < math.inf:
                return value
            allowed = ""
        except ValueError as error:
            allowed = str(error)
        if self.read in _KINDS:
            allowed = _KINDS[self.read] + (f", {self.least} or more" if self.least is not None else "")
        raise ValueError(f"{name}={given!r} should be {allowed}: {self.reason}")


VARIABLES: list[Variable] = []


def search_scope(given: str) -> SearchScope:
    """The scope of the search. Raises ``ValueError`` with what is allowed."""
    if given not in {*SearchScope}:
        raise ValueError(f"one of {', '.join(SearchScope)}")
    return SearchScope(given)


NO_HOSTS: tuple[str, ...] = ()


def host_names(given: str) -> tuple[str, ...]:
    """Names of hosts in a comma list, in small letters. Raises ``ValueError`` for what is no name."""
    names = tuple(name.strip().lower() for name in given.split(",") if name.strip())
    if any(not re.fullmatch(r"[\w.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?", name) for name in names):
        raise ValueError("names of hosts, such as news.example.org, without https://")
    return names


def environment(
    name: str,
    default: T,
    reason: str,
    read: Callable[[str], T],
    least: float | None = None,
    setting: str | None = None,
) -> T:
    """The value of an environment variable, or the default.

    ``read`` raises ``ValueError`` with what is allowed; ``least`` is the smallest number that is; ``setting``
    is the name of Scrapy's setting where it is not that of the variable without ``NEWSCRAWL_``. Scrapy
    loads this module before any command of ours could say what is wrong, so a value that cannot be used ends
    the program with exit status 2 (``SystemExit``) and one sentence on stderr.
    """
    variable = Variable(name, setting or name.removeprefix("NEWSCRAWL_"), default, reason, read, least)
    VARIABLES.append(variable)
    given = os.environ.get(name, "").strip()
    if not given:
        return default
    try:
        return cast(T, variable.value(name, given))
    except ValueError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def user_agent(contact: str) -> str:
    """Who we are: one honest name, and how to reach whoever runs this crawl.

    >>> user_agent("news@example.org").partition("/")[2].endswith(" (+news@example.org)")
    True
    """
    return f"newscrawl/{__version__}" + (f" (+{contact})" if contact else "")


def complete(settings: BaseSettings) -> None:
    """Read what was given as text (``-s NAME=VALUE``) as the environment is read, and what follows from it.

    Raises ``ValueError`` with a sentence for a value that cannot be used.
    """
    for variable in VARIABLES:
        given = settings.get(variable.setting)
        if isinstance(given, str) and given.strip():
            priority = settings.getpriority(variable.setting) or 0
            settings.set(variable.setting, variable.value(variable.setting, given.strip()), priority)
    try:
        heartbeat = settings.getfloat("HEARTBEAT")
    except ValueError:
        raise ValueError(f"HEARTBEAT={settings['HEARTBEAT']!r} should be a number of seconds") from None
    timings.check(dt.timedelta(seconds=heartbeat))
    if (settings.getpriority("CONTACT") or 0) > (settings.getpriority("USER_AGENT") or 0):
        settings.set("USER_AGENT", user_agent(settings["CONTACT"]), settings.getpriority("CONTACT") or 0)


def log_level(given: str) -> str:
    """The name of a log level, in either case. Raises ``ValueError`` for another word."""
    if given.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValueError("a level of the log")
    return given.upper()


BOT_NAME = "newscrawl"
SPIDER_MODULES = ["spiders", "newscrawl.spider.any"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "newscrawl.commands"

# --- Where to store.
MONGODB_URI = environment(
    "MONGODB_URI", "", "where to store; unset: a mongod of its own (an error under Scrapyd)", str
)
MONGODB_DATABASE = environment(
    "MONGODB_DATABASE", "newscrawl", "database of the articles; the machinery uses `<name>_ops`", str
)
NEWSCRAWL_DATA = environment(
    "NEWSCRAWL_DATA",
    "",
    "folder of that mongod's data; unset: `.newscrawl` beside `scrapy.cfg`",
    str,
    setting="NEWSCRAWL_DATA",
)
NEWSCRAWL_MOROCCO_MONTHS = environment(
    "NEWSCRAWL_MOROCCO_MONTHS",
    "",
    "TSV of Moroccan Hijri months announced since the release",
    str,
    setting="NEWSCRAWL_MOROCCO_MONTHS",
)
SCRAPYD_JOB = os.environ.get("SCRAPYD_JOB") or os.environ.get("SCRAPYD_SPIDER", "")  # who runs under Scrapyd

# --- Who we are: one honest name, and how to reach whoever runs this crawl.
CONTACT = environment(
    "NEWSCRAWL_CONTACT", "", "address or page where a site can reach you; sent with every request", str
)
USER_AGENT = user_agent(CONTACT)
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ar",
}

# --- Politeness.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 4  # what waits here is still downloaded, politely slowly, after a crawl was told to end
DOWNLOAD_DELAY = environment(
    "NEWSCRAWL_DOWNLOAD_DELAY", 2.0, "seconds between two requests to one site", float, least=0
)
AUTOTHROTTLE_ENABLED = True  # a slow site is asked more slowly
AUTOTHROTTLE_START_DELAY = DOWNLOAD_DELAY
AUTOTHROTTLE_MAX_DELAY = 60.0
CRAWL_DELAY_MAX = environment(
    "NEWSCRAWL_CRAWL_DELAY_MAX",
    60.0,
    "seconds; a robots.txt that asks for more gets this, and a warning",
    float,
    least=0,
)
RETRY_AFTER_MAX = environment(
    "NEWSCRAWL_RETRY_AFTER_MAX",
    300.0,
    "seconds to wait on Retry-After; a longer wait is left to the next run",
    float,
    least=0,
)
RETRY_TIMES = 2

# --- Limits: a crawl ends, and no page can fill the memory.
DOWNLOAD_TIMEOUT = environment("NEWSCRAWL_DOWNLOAD_TIMEOUT", 60.0, "seconds for one download", float, least=1)
DOWNLOAD_MAXSIZE = environment(
    "NEWSCRAWL_DOWNLOAD_MAXSIZE", 20_000_000, "bytes of one page at most", int, least=100_000
)
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
MEMUSAGE_LIMIT_MB = environment(
    "NEWSCRAWL_MEMORY_MB",
    1024,
    "megabytes a crawl may use before it stops, and a worker before its page is given up",
    int,
    least=128,
    setting="MEMUSAGE_LIMIT_MB",
)
CLOSESPIDER_TIMEOUT = environment(
    "NEWSCRAWL_TIMEOUT",
    0,
    "seconds a crawl may take; 0 is no limit",
    int,
    least=0,
    setting="CLOSESPIDER_TIMEOUT",
)
WORKERS = environment(
    "NEWSCRAWL_WORKERS",
    1,
    "processes that read pages; 0 reads in the crawl's own, without a limit",
    int,
    least=0,
)
WORKER_CPU_SECONDS = environment(
    "NEWSCRAWL_WORKER_CPU_SECONDS", 30.0, "seconds of CPU time for reading one page", float, least=1
)
WORKER_PATIENCE = 5.0  # seconds a crawl that was told to end waits for pages that are being read
CONCURRENT_ITEMS = 1  # Scrapy starts that many tasks for every response, and no page has two articles
REDIRECT_MAX_TIMES = 5
COOKIES_ENABLED = False  # no session, so that every visit sees the same page
METAREFRESH_ENABLED = False  # news sites use it to reload, not to redirect

# --- What may be asked, see docs/security.md.
PRIVATE_NETWORKS = environment(
    "NEWSCRAWL_PRIVATE_NETWORKS",
    NO_NETWORKS,
    "private networks that sites may be on, such as `10.1.0.0/16`, in a comma list",
    networks,
)

# --- Nothing listens for commands.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# --- The newest article of a listing first, not the last one found.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"

# --- Again: young articles are visited again at these ages, this many a run.
REVISIT_HOURS = [1, 6, 24, 168]
REVISIT_BUDGET = environment(
    "NEWSCRAWL_REVISITS",
    50,
    "known articles visited again in one run, at most",
    int,
    least=0,
    setting="REVISIT_BUDGET",
)
HORIZON_DAYS = environment(
    "NEWSCRAWL_HORIZON_DAYS", 7, "how far back the first walk of a listing goes, in days", int, least=1
)
WALK_PAGES = environment(
    "NEWSCRAWL_WALK_PAGES",
    500,
    "pages of one listing, feed, sitemap or API in one run; the next run goes on there",
    int,
    least=1,
)
HORIZON_PAGES = environment(
    "NEWSCRAWL_HORIZON_PAGES", 50, "how far back the first walk of a listing goes, in pages", int, least=1
)

# --- Storing.
STORE_BATCH = 50  # articles in one bulk write
STORE_AGE = 2.0  # seconds an article waits for its batch to fill
STORE_QUEUE = 500  # articles waiting before the crawl slows down
STORE_PATIENCE = environment(
    "NEWSCRAWL_STORE_PATIENCE", 300.0, "seconds a crawl waits for a MongoDB that went away", float, least=0
)

SEARCH = environment(
    "NEWSCRAWL_SEARCH", SearchScope.OPENING,
    "what the text index holds of the articles stored from then on: `opening` (title, lede and first words) "
    "or `body` (all of the text; docs/data.md says what it costs)", search_scope,
)  # fmt: skip

# --- Set by `scrapy schedule` for the jobs that it starts: they hold their site's lease.
SCHEDULED = False
HEARTBEAT = timings.HEARTBEAT.total_seconds()  # between two signs of life of a run

# --- Recording and replaying a crawl: -s RECORD=file.warc.gz, -s REPLAY=file.warc.gz
RECORD: str | None = None
REPLAY: str | None = None

# --- Keeping every page, see docs/operate.md.
ARCHIVE = environment(
    "NEWSCRAWL_ARCHIVE",
    "",
    "folder of the archive of all pages; unset: scheduled runs have one in `archive` beside the data of the "
    "embedded `mongod`; `off`: there is none",
    str,
)
ARCHIVE_STORE = environment(
    "NEWSCRAWL_ARCHIVE_STORE",
    "",
    "where finished files are moved to, an address of `fsspec`: `s3://bucket/news`",
    str,
)
ARCHIVE_DAYS = environment(
    "NEWSCRAWL_ARCHIVE_DAYS", 0, "days for which archive files are kept; 0 is no limit", int, least=0
)
ARCHIVE_MB = environment(
    "NEWSCRAWL_ARCHIVE_MB",
    0,
    "megabytes of archive files kept of one site, the newest; 0 is no limit",
    int,
    least=0,
)
ARCHIVE_FREE_MB = environment(
    "NEWSCRAWL_ARCHIVE_FREE_MB",
    1000,
    "megabytes of its disk that the archive leaves free; below that nothing is archived",
    int,
    least=0,
)

# --- Who is told when something is not well, see docs/operate.md.
ALARM_WEBHOOK = environment(
    "NEWSCRAWL_ALARM_WEBHOOK",
    "",
    "address that alarms are posted to as JSON; Slack and Mattermost take it",
    web_address,
)
ALARM_EMAIL = environment(
    "NEWSCRAWL_ALARM_EMAIL", "", "addresses that alarms are mailed to, in a comma list", str
)
ALARM_SMTP = environment(
    "NEWSCRAWL_ALARM_SMTP",
    "",
    "mail server, `smtps://user:password@mail.example.org`; unset: the one of this machine",
    mail_server,
)
ALARM_FROM = environment(
    "NEWSCRAWL_ALARM_FROM", "", "sender of the mails; unset: the first of their recipients", str
)
ALARM_COMMAND = environment(
    "NEWSCRAWL_ALARM_COMMAND", "", "command that is run for each alarm, with JSON on its standard input", str
)
ALARM_PING = environment(
    "NEWSCRAWL_ALARM_PING",
    "",
    "address of a dead man's switch, asked once a minute while all alarms work",
    web_address,
)

# --- The site of `scrapy web`, see docs/web.md. Its password is read from the environment alone.
WEB_HOSTS = environment(
    "NEWSCRAWL_WEB_HOSTS",
    NO_HOSTS,
    "names by which browsers may call `scrapy web` behind a proxy, in a comma list: `news.example.org`",
    host_names,
)
WEB_KEPT = environment(
    "NEWSCRAWL_WEB_KEPT",
    "",
    "address at which a proxy shows the second port of `scrapy web`, for kept pages: `https://kept.example.org`",
    str,
)
WEB_USER = environment(
    "NEWSCRAWL_WEB_USER", "newscrawl", "user name that goes with `NEWSCRAWL_WEB_PASSWORD`", str
)

ADDONS = {"newscrawl.download.addon.RecordReplay": 0}
DOWNLOAD_HANDLERS = {
    "http": "newscrawl.download.handler.DownloadHandler",
    "https": "newscrawl.download.handler.DownloadHandler",
    # What a site lists is never a file of this machine, nor a way around the handler above.
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}

# --- Pages that need a browser (Site.render), see newscrawl.download.render.
BROWSER = environment(
    "NEWSCRAWL_BROWSER", "", "path of the Chromium for sites that need one; unset: the one on PATH", str
)
PLAYWRIGHT_LAUNCH_OPTIONS = {"headless": True}
PLAYWRIGHT_MAX_PAGES_PER_CONTEXT = 4

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "newscrawl.download.gate.GateMiddleware": 50,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "newscrawl.download.gate.RedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "newscrawl.download.robots.RobotsTxtMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "newscrawl.download.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "newscrawl.download.lengths.WireStats": 850,
}
SPIDER_MIDDLEWARES = {
    # Each is asked about every request and article. The gate refuses long addresses, and walks have bounds of
    # their own; the last one warns developers.
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
# Scrapy imports every component that a project names, be it for leaving it out; not so what its own list says
# is left out. Importing these two takes 0.1 s of a start, though they are switched off above.
EXTENSIONS_BASE = default_settings.EXTENSIONS_BASE | dict.fromkeys(
    ("scrapy.extensions.telnet.TelnetConsole", "scrapy.extensions.remote_control.RemoteControl")
)
EXTENSIONS = {
    "newscrawl.download.crawl_delay.CrawlDelay": 0,
    "scrapy.extensions.throttle.AutoThrottle": None,
    "newscrawl.download.crawl_delay.AutoThrottle": 0,  # never below the Crawl-delay
    "newscrawl.runs.RunRecord": 0,
    "scrapy.extensions.logstats.LogStats": None,
    "newscrawl.watch.live.Live": 0,
}
ITEM_PIPELINES = {
    "pipelines.clean.CleanPipeline": 100,
    "pipelines.date.DatePipeline": 200,
    "pipelines.check.CheckPipeline": 300,
    "pipelines.identify.IdentifyPipeline": 400,
    "pipelines.store.StorePipeline": 500,
}

# --- Log: a line for each event that an operator acts on.
shown.clean_logs()  # this module is what every process of the project loads first
LOG_LEVEL = environment("NEWSCRAWL_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL", log_level)
LOG_FORMATTER = "newscrawl.runs.LogFormatter"
FEED_EXPORT_ENCODING = "utf-8"
