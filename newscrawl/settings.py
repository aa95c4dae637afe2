"""Every setting of the project, with its reason.

:func:`environment` reads the settings that a deployment may change from the environment, and keeps the list
that ``docs/settings.md`` shows.
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

collecting.collect_less()  # early, as many modules are imported after this one

_KINDS: dict[object, str] = {int: "a whole number", float: "a number"}


class Variable(NamedTuple):
    """A setting that a deployment may change through the environment."""

    name: str
    """Name of the environment variable."""
    setting: str
    """Name of Scrapy's setting, as in ``-s NAME=VALUE``."""
    default: object
    reason: str
    read: Callable[[str], object]
    least: float | None = None

    @property
    def row(self) -> str:
        """Its row in the table of ``docs/settings.md``."""
        default = "" if self.default in (None, "", ()) else f"`{self.default}`"
        least = "" if self.least is None else f"`{self.least}`"
        setting = "" if self.setting == self.name else f"`{self.setting}`"
        return f"| `{self.name}` | {setting} | {default} | {least} | {self.reason} |"

    def value(self, name: str, given: str) -> object:
        """The value of the setting, parsed from text. Raises ``ValueError`` with a message for the user."""
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
    """The search scope with this name. Raises ``ValueError`` with the allowed values."""
    if given not in {*SearchScope}:
        raise ValueError(f"one of {', '.join(SearchScope)}")
    return SearchScope(given)


NO_HOSTS: tuple[str, ...] = ()


def host_names(given: str) -> tuple[str, ...]:
    """Host names in a comma-separated list, in lower case. Raises ``ValueError`` for an invalid name."""
    names = tuple(name.strip().lower() for name in given.split(",") if name.strip())
    if any(not re.fullmatch(r"[\w.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?", name) for name in names):
        raise ValueError("host names such as news.example.org, without https://, separated by commas")
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

    ``read`` raises ``ValueError`` with the allowed values; ``least`` is the smallest allowed number;
    ``setting`` is the name of Scrapy's setting if it differs from the variable's name without ``NEWSCRAWL_``.
    Scrapy loads this module before any command of ours can report an error, so an invalid value ends the
    program with a message on stderr and exit status 2 (``SystemExit``).
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
    """The user agent: our true name, and how to contact the operator of this crawl.

    >>> user_agent("news@example.org").partition("/")[2].endswith(" (+news@example.org)")
    True
    """
    return f"newscrawl/{__version__}" + (f" (+{contact})" if contact else "")


def complete(settings: BaseSettings) -> None:
    """Parse settings given as text (``-s NAME=VALUE``) like the environment, and derive others from them.

    Raises ``ValueError`` for an invalid value, with a message for the user.
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
    """The name of a log level, in upper case. Raises ``ValueError`` for anything else."""
    if given.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValueError("a log level")
    return given.upper()


BOT_NAME = "newscrawl"
SPIDER_MODULES = ["spiders", "newscrawl.spider.any"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "newscrawl.commands"

# --- Where articles are stored.
MONGODB_URI = environment(
    "MONGODB_URI", "", "address of MongoDB; unset: an embedded `mongod` (an error under Scrapyd)", str
)
MONGODB_DATABASE = environment(
    "MONGODB_DATABASE", "newscrawl", "database of the articles; internal data are in `<name>_ops`", str
)
NEWSCRAWL_DATA = environment(
    "NEWSCRAWL_DATA",
    "",
    "data folder of the embedded `mongod`; unset: `.newscrawl` next to `scrapy.cfg`",
    str,
    setting="NEWSCRAWL_DATA",
)
NEWSCRAWL_MOROCCO_MONTHS = environment(
    "NEWSCRAWL_MOROCCO_MONTHS",
    "",
    "path of a TSV file with Moroccan Hijri months announced since the release",
    str,
    setting="NEWSCRAWL_MOROCCO_MONTHS",
)
SCRAPYD_JOB = os.environ.get("SCRAPYD_JOB") or os.environ.get("SCRAPYD_SPIDER", "")  # under Scrapyd

# --- Identity: our true name, and how to contact the operator of this crawl.
CONTACT = environment(
    "NEWSCRAWL_CONTACT", "", "mail address or web page to contact you; sent with every request", str
)
USER_AGENT = user_agent(CONTACT)
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ar",
}

# --- Politeness.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 4  # waiting requests are still sent, slowly, after a crawl was told to end
DOWNLOAD_DELAY = environment(
    "NEWSCRAWL_DOWNLOAD_DELAY", 2.0, "seconds between two requests to one site", float, least=0
)
AUTOTHROTTLE_ENABLED = True  # requests to a slow site are slower
AUTOTHROTTLE_START_DELAY = DOWNLOAD_DELAY
AUTOTHROTTLE_MAX_DELAY = 60.0
CRAWL_DELAY_MAX = environment(
    "NEWSCRAWL_CRAWL_DELAY_MAX",
    60.0,
    "longest Crawl-delay that is obeyed, in seconds; a longer one in a robots.txt causes a warning",
    float,
    least=0,
)
RETRY_AFTER_MAX = environment(
    "NEWSCRAWL_RETRY_AFTER_MAX",
    300.0,
    "longest Retry-After that a run waits for, in seconds; a longer wait is left to the next run",
    float,
    least=0,
)
RETRY_TIMES = 2

# --- Limits, so that every crawl ends and no page can fill the memory.
DOWNLOAD_TIMEOUT = environment(
    "NEWSCRAWL_DOWNLOAD_TIMEOUT", 60.0, "seconds that a download may take", float, least=1
)
DOWNLOAD_MAXSIZE = environment(
    "NEWSCRAWL_DOWNLOAD_MAXSIZE", 20_000_000, "largest page that is downloaded, in bytes", int, least=100_000
)
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
MEMUSAGE_LIMIT_MB = environment(
    "NEWSCRAWL_MEMORY_MB",
    1024,
    "megabytes of memory that a crawl may use before it stops, or a worker before it gives up its page",
    int,
    least=128,
    setting="MEMUSAGE_LIMIT_MB",
)
CLOSESPIDER_TIMEOUT = environment(
    "NEWSCRAWL_TIMEOUT",
    0,
    "seconds a crawl may take; 0: no limit",
    int,
    least=0,
    setting="CLOSESPIDER_TIMEOUT",
)
WORKERS = environment(
    "NEWSCRAWL_WORKERS",
    1,
    "number of processes that read pages; 0: the crawl reads them itself, without a time limit",
    int,
    least=0,
)
WORKER_CPU_SECONDS = environment(
    "NEWSCRAWL_WORKER_CPU_SECONDS",
    30.0,
    "CPU time that reading one page may take, in seconds",
    float,
    least=1,
)
WORKER_PATIENCE = 5.0  # seconds that a stopped crawl waits for pages that are still being read
CONCURRENT_ITEMS = 1  # Scrapy starts this many tasks for every response, but a page has only one article
REDIRECT_MAX_TIMES = 5
COOKIES_ENABLED = False  # no session, so that every visit sees the same page
METAREFRESH_ENABLED = False  # news sites use it to reload, not to redirect

# --- Which addresses may be requested, see docs/security.md.
PRIVATE_NETWORKS = environment(
    "NEWSCRAWL_PRIVATE_NETWORKS",
    NO_NETWORKS,
    "private networks that sites may be on, such as `10.1.0.0/16`, separated by commas",
    networks,
)

# --- No port listens for commands.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# --- The newest article of a listing is downloaded first, not the last that was found.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"

# --- Revisits: young articles are visited again at these ages, up to this many in one run.
REVISIT_HOURS = [1, 6, 24, 168]
REVISIT_BUDGET = environment(
    "NEWSCRAWL_REVISITS",
    50,
    "how many articles one run visits again at most",
    int,
    least=0,
    setting="REVISIT_BUDGET",
)
HORIZON_DAYS = environment(
    "NEWSCRAWL_HORIZON_DAYS", 7, "how many days back the first walk of a listing goes", int, least=1
)
WALK_PAGES = environment(
    "NEWSCRAWL_WALK_PAGES",
    500,
    "how many pages of a listing, feed, sitemap or API one run reads at most; the next run continues there",
    int,
    least=1,
)
HORIZON_PAGES = environment(
    "NEWSCRAWL_HORIZON_PAGES", 50, "how many pages back the first walk of a listing goes", int, least=1
)

# --- Storing.
STORE_BATCH = 50  # articles in one bulk write
STORE_AGE = 2.0  # seconds that an article waits for its batch to fill
STORE_QUEUE = 500  # number of waiting articles at which the crawl slows down
STORE_PATIENCE = environment(
    "NEWSCRAWL_STORE_PATIENCE", 300.0, "seconds a crawl waits while MongoDB is unavailable", float, least=0
)

SEARCH = environment(
    "NEWSCRAWL_SEARCH", SearchScope.OPENING,
    "what the text index covers of articles stored from now on: `opening` (title, lede and first words) or "
    "`body` (all of the text; for its cost see docs/data.md)", search_scope,
)  # fmt: skip

# --- `scrapy schedule` sets this for the jobs that it starts: they hold their site's lease.
SCHEDULED = False
HEARTBEAT = timings.HEARTBEAT.total_seconds()  # seconds between heartbeats of a run

# --- Recording and replaying a crawl: -s RECORD=file.warc.gz, -s REPLAY=file.warc.gz
RECORD: str | None = None
REPLAY: str | None = None

# --- Keeping every page, see docs/operate.md.
ARCHIVE = environment(
    "NEWSCRAWL_ARCHIVE",
    "",
    "folder of the archive of all pages; unset: `archive` next to the data of the embedded `mongod`, for "
    "scheduled runs only; `off`: no archive",
    str,
)
ARCHIVE_STORE = environment(
    "NEWSCRAWL_ARCHIVE_STORE",
    "",
    "`fsspec` address that finished archive files are moved to: `s3://bucket/news`",
    str,
)
ARCHIVE_DAYS = environment(
    "NEWSCRAWL_ARCHIVE_DAYS", 0, "days for which archive files are kept; 0: no limit", int, least=0
)
ARCHIVE_MB = environment(
    "NEWSCRAWL_ARCHIVE_MB",
    0,
    "megabytes of archive files kept for each site, the newest first; 0: no limit",
    int,
    least=0,
)
ARCHIVE_FREE_MB = environment(
    "NEWSCRAWL_ARCHIVE_FREE_MB",
    1000,
    "megabytes that the archive leaves free on its disk; with less nothing is archived",
    int,
    least=0,
)

# --- Who receives alarms, see docs/operate.md.
ALARM_WEBHOOK = environment(
    "NEWSCRAWL_ALARM_WEBHOOK",
    "",
    "address that alarms are posted to as JSON, in a form for Slack and Mattermost",
    web_address,
)
ALARM_EMAIL = environment(
    "NEWSCRAWL_ALARM_EMAIL", "", "addresses that alarms are mailed to, separated by commas", str
)
ALARM_SMTP = environment(
    "NEWSCRAWL_ALARM_SMTP",
    "",
    "mail server, such as `smtps://user:password@mail.example.org`; unset: that of this machine",
    mail_server,
)
ALARM_FROM = environment("NEWSCRAWL_ALARM_FROM", "", "sender of the mails; unset: the first recipient", str)
ALARM_COMMAND = environment(
    "NEWSCRAWL_ALARM_COMMAND", "", "command that is run for each alarm, with JSON on its standard input", str
)
ALARM_PING = environment(
    "NEWSCRAWL_ALARM_PING",
    "",
    "address of a dead man's switch, requested once a minute while alarms work",
    web_address,
)

# --- The site of `scrapy web`, see docs/web.md. Its password is read only from the environment.
WEB_HOSTS = environment(
    "NEWSCRAWL_WEB_HOSTS",
    NO_HOSTS,
    "host names of `scrapy web` behind a proxy, such as `news.example.org`, separated by commas",
    host_names,
)
WEB_KEPT = environment(
    "NEWSCRAWL_WEB_KEPT",
    "",
    "address of the second port of `scrapy web` (kept pages) behind a proxy: `https://kept.example.org`",
    str,
)
WEB_USER = environment(
    "NEWSCRAWL_WEB_USER", "newscrawl", "user name that goes with `NEWSCRAWL_WEB_PASSWORD`", str
)

ADDONS = {"newscrawl.download.addon.RecordReplay": 0}
DOWNLOAD_HANDLERS = {
    "http": "newscrawl.download.handler.DownloadHandler",
    "https": "newscrawl.download.handler.DownloadHandler",
    # Addresses that a site lists must not lead to files of this machine, or bypass the handler above.
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}

# --- Pages that need a browser (Site.render), see newscrawl.download.render.
BROWSER = environment(
    "NEWSCRAWL_BROWSER", "", "path of Chromium, for sites that need a browser; unset: the one on PATH", str
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
    # Scrapy calls these for every request and article. The gate refuses long addresses, and walks have their
    # own limits; the last of these only warns developers.
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
# Scrapy imports every component that a project lists, even a disabled one, but not a component that is
# disabled in Scrapy's own list. Importing these two takes 0.1 s at every start, although they are switched
# off above.
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
shown.clean_logs()  # every process of the project loads this module first
LOG_LEVEL = environment("NEWSCRAWL_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL", log_level)
LOG_FORMATTER = "newscrawl.runs.LogFormatter"
FEED_EXPORT_ENCODING = "utf-8"
