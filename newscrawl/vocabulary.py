"""The closed lists of words that are stored, counted or compared, with their meanings.

A member is the stored word itself (``Origin.MARKUP == "markup"``). The members of a list are ordered by rank,
the most reliable, best or first member first. The schema, the data dictionary, checks and messages use these
lists; mypy reports a word that is not in its list. ``Origin("markup")`` finds a member by its word; this is
why ``__new__`` has defaults.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self, TypeVar

__all__ = [
    "LOST",
    "MACHINE_READABLE",
    "NO_ORIGIN",
    "Access",
    "AddressOutcome",
    "AddressRefusal",
    "AddressSource",
    "Alarm",
    "AlarmKind",
    "Calendar",
    "CopyKind",
    "CoverageReason",
    "DateKind",
    "DateWarning",
    "FetchFailure",
    "HijriBasis",
    "HijriCalendar",
    "Interruption",
    "Origin",
    "PendingReason",
    "Precision",
    "RejectionReason",
    "RobotsState",
    "RunOutcome",
    "SearchScope",
    "TextWarning",
    "Word",
]

W = TypeVar("W", bound="Word")


class Word(StrEnum):
    """A word of a closed list.

    >>> Precision.DAY, f"{Precision.DAY}", Precision("day").rank
    ('day', 'day', 2)
    """

    meaning: str
    """One phrase for the data dictionary."""
    rank: int
    """Its place in the list, from 0."""

    def __new__(cls, word: str, meaning: str = "") -> Self:
        """A word and its meaning."""
        return _member(cls, word, meaning)

    def __repr__(self) -> str:
        return repr(self.value)


def _member(cls: type[W], word: str, meaning: str) -> W:
    """A new member, for ``__new__``."""
    member = str.__new__(cls, word)
    member._value_ = word
    member.meaning = meaning
    member.rank = len(cls.__members__)
    return member


# --- How a field was found


class Origin(Word):
    """How a field was found, the most reliable way first."""

    weight: float
    """How much a candidate date of this origin counts if the candidates disagree."""
    name_in_sentence: str
    """Its name in a sentence."""

    def __new__(cls, word: str, meaning: str = "", name_in_sentence: str = "", weight: float = 0.0) -> Self:
        """A word, its meaning, its name in a sentence, and its weight."""
        member = _member(cls, word, meaning)
        member.name_in_sentence = name_in_sentence
        member.weight = weight
        return member

    MARKUP = "markup", "a selector of the site's declaration", "the site's markup", 5.0
    JSONLD = "jsonld", "the page's JSON-LD (schema.org)", "JSON-LD", 4.0
    META = "meta", "the page's meta tags", "the meta tags", 4.0
    MICRODATA = "microdata", "schema.org attributes in the page", "microdata", 3.0
    FEED = "feed", "the feed or sitemap that led to the page", "the feed", 3.0
    GENERIC = "generic", "the shape of the page, without a declaration", "the generic reading", 2.5
    URL = "url", "a date in the address", "the address", 2.0


NO_ORIGIN: Final = "empty"
"""Counted in place of an origin if a field was not found; never stored with an article."""

MACHINE_READABLE: Final = frozenset({Origin.JSONLD, Origin.META, Origin.MICRODATA, Origin.FEED})
"""Origins that are written for programs, not for readers."""


# --- Dates


class DateKind(Word):
    """Which date a page says it is."""

    PUBLISHED = "published", "the article's publication"
    MODIFIED = "modified", "its last change"


class Calendar(Word):
    """The calendar in which a date was written."""

    GREGORIAN = "gregorian", "the Gregorian calendar"
    HIJRI = "hijri", "the Hijri calendar"
    BOTH = "both", "both, for one day"
    RELATIVE = "relative", "counted from the moment of reading (`أمس`)"


class Precision(Word):
    """How exact a date is, the most exact first."""

    MINUTE = "minute", "a printed time"
    HOUR = "hour", "a time that may be an hour off"
    DAY = "day", "a day without a time"
    WEEK = "week", "counted in weeks"
    MONTH = "month", "counted in months"
    YEAR = "year", "counted in years"


class HijriCalendar(Word):
    """The Hijri calendar whose months apply."""

    UMM_AL_QURA = "umm_al_qura", "the Saudi civil calendar"
    MOROCCO = "morocco", "the months sighted in Morocco"


class HijriBasis(Word):
    """How a Hijri day is known."""

    PRINTED = "printed", "no table covers the month; only the page states the day"
    TABLE = "table", "the month is official or was observed"
    FORECAST = "forecast", "the month was computed, so it may be a day off"


class DateWarning(Word):
    """A warning about a date."""

    WEEKDAY_MISMATCH = "weekday_mismatch", "the weekday printed on the page does not match the date"
    CALENDARS_DIFFER = "calendars_differ", "two printed dates do not agree"
    HIJRI_DAY_SETTLED_BY_WEEKDAY = (
        "hijri_day_settled_by_weekday",
        "only a Hijri date was printed; the weekday decided which of the possible days it is",
    )
    HIJRI_UNCONFIRMED = (
        "hijri_unconfirmed",
        "only a Hijri date was printed, in a month that was computed, so it may be a day off",
    )
    FALSE_ZONE_IGNORED = "false_zone_ignored", "a time stamp's zone was known to be wrong"
    STALE_ZONE = (
        "stale_zone",
        (
            "the server's zone files are older than Morocco's change of 20 September 2026, so it prints an "
            "hour too much; the instant is right"
        ),
    )
    UNKNOWN_ZONE = (
        "unknown_zone",
        "the printed zone is unknown or ambiguous (AST), so there is no instant",
    )
    FUTURE = "future", "a day more than two days after the download"


# --- Articles


class Access(Word):
    """Who may read an article, as its page declares."""

    FREE = "free", "everybody"
    PAID = "paid", "subscribers"


class TextWarning(Word):
    """A warning about a text."""

    PART = "part", "the article continues on other pages; the pages are not joined"


class CopyKind(Word):
    """Why an article is linked to another."""

    SAME_DAY = "same_day", "same site, title and day at two addresses"
    RETITLED = "retitled", "same site, day and text, at a new address and under another title"
    REPRINTED = (
        "reprinted",
        "same site and text on another day, such as the print edition of last evening's page",
    )
    REPUBLISHED = "republished", "another site's copy of the whole text"
    NEAR = "near", "another site's edited copy"


# --- Pages that are not articles, and downloads that fail


class RobotsState(Word):
    """The state of a site's robots.txt, the worst first."""

    UNREACHABLE = "unreachable", "it could not be read, so nothing was requested"
    RULES = "rules", "there are rules, and they were obeyed"
    NONE = "none", "there is none, which allows everything"


class RejectionReason(Word):
    """Why a page was rejected."""

    NOT_HTML = "not_html", "the response is not a web page (a file, a feed, JSON, nothing)"
    REDIRECTED_HOME = "redirected_home", "the address leads to the site's home page"
    NOT_FOUND = (
        "not_found",
        "status 404 or 410, or the page says that nothing was found although its status is 200",
    )
    LISTING = "listing", "the page lists articles and is not one itself"
    NO_TITLE = "no_title", "no headline was found"
    NO_BODY = "no_body", "no article text was found"
    UNDATED = "undated", "the page states no day, although all articles of the site do (`Site.dated`)"
    REDIRECTED = "redirected", "the address leads to a page that is not an article of the site"
    REFUSED = "refused", "the site answered with another 4xx status"
    ROBOTS = "robots", "robots.txt forbids the address"
    TOO_LARGE = "too_large", "more bytes than `NEWSCRAWL_DOWNLOAD_MAXSIZE`"
    UNREACHABLE = "unreachable", "the download failed ten times"
    TOO_SLOW = "too_slow", "reading the page took more CPU time than `NEWSCRAWL_WORKER_CPU_SECONDS`"
    WORKER_DIED = (
        "worker_died",
        "the process that read the page crashed or was killed, perhaps because memory ran out",
    )
    FAULT = "fault", "reading the page failed because of a fault in newscrawl"
    STORE_REFUSED = "store_refused", "MongoDB refused the article"
    FORGOTTEN = "forgotten", "removed by `scrapy forget`; it is never stored again"


LOST: Final = frozenset(
    {
        RejectionReason.REFUSED,
        RejectionReason.UNREACHABLE,
        RejectionReason.TOO_SLOW,
        RejectionReason.WORKER_DIED,
        RejectionReason.FAULT,
        RejectionReason.STORE_REFUSED,
    }
)
"""Reasons that say nothing about the page: it may be an article."""


class FetchFailure(Word):
    """Why a page could not be fetched."""

    passes: bool
    """Can the request succeed later, without a change of settings or of the site's rules?"""
    retried: bool
    """Is it worth retrying at once?"""

    def __new__(cls, word: str, meaning: str = "", passes: bool = True, retried: bool = False) -> Self:
        """A word, its meaning, and whether another try helps."""
        member = _member(cls, word, meaning)
        member.passes, member.retried = passes, retried
        return member

    DNS = "dns", "the host name does not resolve", True, True
    REFUSED = "refused", "the server refuses the connection", True, True
    TIMEOUT = "timeout", "no answer in time", True, True
    LOST = "lost", "the connection failed or broke off", True, True
    # An expired certificate is usually renewed, so this passes, but retrying at once does not help.
    CERTIFICATE = "certificate", "the server's certificate is not valid", True, False
    BUSY = "busy", "HTTP status 408, 429 or 503, or the site asked for a pause", True, True
    SERVER = "server", "another HTTP status 5xx", True, True
    CLIENT = "client", "another HTTP status 4xx", False, False
    ROBOTS = "robots", "robots.txt forbids it", False, False
    OFFSITE = "offsite", "it is on another site", False, False
    ADDRESS = "address", "the address is not allowed, such as ftp://", False, False
    LOOP = "loop", "endless redirects", True, False
    PRIVATE = "private", "its host leads to an address that is not public", True, False
    TOO_LARGE = "too_large", "more than `NEWSCRAWL_DOWNLOAD_MAXSIZE`", False, False
    NOT_RECORDED = "not_recorded", "the recording that is replayed lacks it", False, False
    # An unknown failure counts as passing: another request costs little, while giving up may cost an article.
    OTHER = "other", "another failure, which the log describes", True, False


class AddressRefusal(Word):
    """Why the gate does not allow a request to an address."""

    MALFORMED = "malformed", "it cannot be parsed"
    SCHEME = "scheme", "neither http nor https"
    CREDENTIALS = "credentials", "it contains a user name or a password"
    HOST = "host", "it has no host, or an invalid one"
    PORT = "port", "a port that no declared address uses"
    TOO_LONG = "too_long", "more than 8,192 characters"


# --- What becomes of an address, and of a run


class AddressSource(Word):
    """Where an address came from."""

    LISTING = "listing", "a page that lists articles"
    FEED = "feed", "RSS or Atom"
    SITEMAP = "sitemap", "a sitemap"
    API = "api", "an API of the site"
    PENDING = "pending", "the pending list of an earlier run"
    AGAIN = "again", "a stored article that is due for another visit"
    URL = "url", "the command line"


class AddressOutcome(Word):
    """What became of an address in a run."""

    STORED = "stored", "a new article, or a new state of one"
    SEEN = "seen", "an article as it was"
    KNOWN = "known", "stored or rejected before, and not requested again"
    GONE = "gone", "an article that was removed"
    PENDING = "pending", "to be requested again later"
    REJECTED = "rejected", "the page is not an article; it is kept with the reason"
    REFUSED = "refused", "an address that must not be requested"
    UNWANTED = "unwanted", "outside the requested days or arguments, or not an article"


class CoverageReason(Word):
    """Why a day counts as complete, or not."""

    SEEN = "seen", "completed walks saw everything that the newspaper listed that day"
    CUT_SHORT = "cut_short", "later runs were stopped, failed, or could not read a list to its end"
    SITE_SILENT = "site_silent", "the site did not answer or refused, or its lists led to no article"
    NOT_RUN = "not_run", "no run started that day, and the lists no longer showed all of it at the next run"
    GAP = "gap", "too much time passed between runs: the lists no longer showed all of the day"
    PENDING = "pending", "some articles of these lists are not downloaded yet"
    LOST = "lost", "more than a tenth of the articles in these lists could not be read"
    NOT_OVER = "not_over", "no run that started after the end of the day has ended yet"
    BEFORE = "before", "the day is older than everything that the first run saw"
    AGGREGATOR = (
        "aggregator",
        "everything that the aggregator lists was seen; only the newspaper knows whether that is all",
    )
    NOT_JUDGED = "not_judged", "the next run of the site decides"
    NO_DAY = "no_day", "articles without a day"


class SearchScope(Word):
    """How much of an article the text index holds."""

    OPENING = "opening", "title, lede and first words, 120 together"
    BODY = "body", "all of the text"


class Interruption(Word):
    """Why the download of an address did not finish."""

    STOPPED = "stopped", "the run was stopped first"
    DROPPED = "dropped", "a component of Scrapy dropped the request"


PendingReason = FetchFailure | RejectionReason | Interruption
"""Why an address is on the pending list: its download failed for a reason that passes, its page was not ready
yet, or the run was interrupted."""


class RunOutcome(Word):
    """What became of a run; the log adds the meaning if the word alone says too little."""

    exit_status: int
    """Exit status of ``scrapy crawl``; 2 means wrong use, which is refused before anything runs."""

    def __new__(cls, word: str, exit_status: int = 0, meaning: str = "") -> Self:
        """A word, its exit status, and its meaning."""
        member = _member(cls, word, meaning)
        member.exit_status = exit_status
        return member

    OK = "ok", 0
    NOTHING_NEW = "nothing_new", 0
    PARTIAL = "partial", 0, "some pages could not be read; the next run requests them first"
    NO_LINKS = (
        "no_links",
        3,
        "its listings contain no link to an article; the site may have changed, see docs/operate.md",
    )
    REFUSED = "refused", 3, "the site refuses us (its robots.txt, or HTTP 401/403)"
    UNREACHABLE = "unreachable", 3, "the site does not answer"
    STORE_DOWN = "store_down", 4, "MongoDB cannot be used"
    KILLED = "killed", 1
    FAULT = "fault", 1, "newscrawl has a fault, please report it; the traceback is above"


class Alarm(Word):
    """What an operator should know about a run, whatever its outcome."""

    ARCHIVE_STOPPED = "archive_stopped", "pages could not be archived"
    ARCHIVE_WAITING = (
        "archive_waiting",
        "finished archive files wait for upkeep or for the hand-over",
    )


class AlarmKind(Word):
    """The subject of an alarm, the widest cause first; the first word of its key."""

    SCHEDULE = "schedule", "no schedule is running, so nothing is crawled"
    NETWORK = "network", "nearly all sites are unreachable: the fault is on our side"
    NODE = "node", "a node no longer reports"
    FAULT = "fault", "runs of a site end as fault or killed, one after another"
    DISK = "disk", "a disk of this machine is nearly full"
    ARCHIVE = "archive", "a node cannot archive its pages"
    OVERDUE = "overdue", "sites are due and not crawled"
    SILENT = "silent", "a site brings no new articles any more, unlike before"
    REDUCED = "reduced", "a site brings far fewer articles, or fields are missing more often than before"
    MONTHS = "months", "the table of Moroccan months is about to end"
    TEST = "test", "a test, by `scrapy alarms --test`"
