"""The closed lists: every word that is stored, counted or compared, with its meaning, once.

A member is the stored word itself (``Origin.MARKUP == "markup"``). The members of a list stand in their order
of rank, the surest, best or first one first. Schema, data dictionary, checks and messages derive from here;
a word that is not in its list does not pass mypy. ``Origin("markup")`` finds a member by its word, hence the
defaults below.
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
    """How a field was found, the surest way first."""

    weight: float
    """How much its word counts for a day, when candidates disagree."""
    name_in_sentence: str
    """As a sentence names it."""

    def __new__(cls, word: str, meaning: str = "", name_in_sentence: str = "", weight: float = 0.0) -> Self:
        """A word, its meaning, its name in a sentence, and its weight."""
        member = _member(cls, word, meaning)
        member.name_in_sentence = name_in_sentence
        member.weight = weight
        return member

    MARKUP = "markup", "the place on the page that the site's declaration names", "the site's markup", 5.0
    JSONLD = "jsonld", "the page's JSON-LD (schema.org)", "JSON-LD", 4.0
    META = "meta", "the page's meta tags", "the meta tags", 4.0
    MICRODATA = "microdata", "schema.org attributes in the page", "microdata", 3.0
    FEED = "feed", "the feed or sitemap that led to the page", "the feed", 3.0
    GENERIC = "generic", "found by shape, as on a site nobody has declared", "the generic reading", 2.5
    URL = "url", "a date in the address", "the address", 2.0


NO_ORIGIN: Final = "empty"
"""Counted in place of an origin where nothing gave a field; never stored with an article."""

MACHINE_READABLE: Final = frozenset({Origin.JSONLD, Origin.META, Origin.MICRODATA, Origin.FEED})
"""Origins that are written for programs, not for readers."""


# --- Dates


class DateKind(Word):
    """What a page says a date is."""

    PUBLISHED = "published", "the article's publication"
    MODIFIED = "modified", "its last change"


class Calendar(Word):
    """What a date was written in."""

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
    """Whose Hijri months."""

    UMM_AL_QURA = "umm_al_qura", "the Saudi civil calendar"
    MOROCCO = "morocco", "the months sighted in Morocco"


class HijriBasis(Word):
    """How a Hijri day is known."""

    PRINTED = "printed", "no table reaches it, only the page vouches for it"
    TABLE = "table", "the month is official or was observed"
    FORECAST = "forecast", "the month was computed, the day may be one off"


class DateWarning(Word):
    """What to know of a date."""

    WEEKDAY_MISMATCH = "weekday_mismatch", "the printed weekday is not that of the day"
    CALENDARS_DIFFER = "calendars_differ", "two printed dates do not agree"
    HIJRI_DAY_SETTLED_BY_WEEKDAY = (
        "hijri_day_settled_by_weekday",
        "only a Hijri date was printed, the weekday chose among the days it may be",
    )
    HIJRI_UNCONFIRMED = (
        "hijri_unconfirmed",
        "only a Hijri date was printed, in a month that is computed, so the day may be one off",
    )
    FALSE_ZONE_IGNORED = "false_zone_ignored", "a time stamp's zone was known to be wrong"
    STALE_ZONE = (
        "stale_zone",
        (
            "the server's zone files are older than Morocco's change of 20 September 2026 and print an hour "
            "too much; the instant is right"
        ),
    )
    UNKNOWN_ZONE = (
        "unknown_zone",
        "a zone is named that is not known or that several places use (AST), so there is no instant",
    )
    FUTURE = "future", "a day more than two days after the download"


# --- Articles


class Access(Word):
    """Who may read an article, as its page declares."""

    FREE = "free", "everybody"
    PAID = "paid", "subscribers"


class TextWarning(Word):
    """What to know of a text."""

    PART = "part", "the page is one of several that the article stands on; they are not joined"


class CopyKind(Word):
    """Why an article is linked to another one."""

    SAME_DAY = "same_day", "same site, title and day at two addresses"
    RETITLED = "retitled", "same site and day, the same text at a new address and under another title"
    REPRINTED = (
        "reprinted",
        "same site, the same text on another day, as the print edition of the evening's page",
    )
    REPUBLISHED = "republished", "another site's copy of the whole text"
    NEAR = "near", "another site's edited copy"


# --- Pages that are no articles, and downloads that fail


class RobotsState(Word):
    """What a site's robots.txt was, the worst first."""

    UNREACHABLE = "unreachable", "it could not be read, so nothing was asked"
    RULES = "rules", "there are rules, and they were obeyed"
    NONE = "none", "there is none, which allows everything"


class RejectionReason(Word):
    """Why a page is kept aside."""

    NOT_HTML = "not_html", "the answer is no web page (a file, a feed, JSON, nothing)"
    REDIRECTED_HOME = "redirected_home", "the address leads to the site's home page"
    NOT_FOUND = (
        "not_found",
        "status 404 or 410, or the page says that nothing is there, although its status was 200",
    )
    LISTING = "listing", "the page lists articles and is none itself"
    NO_TITLE = "no_title", "no headline was found"
    NO_BODY = "no_body", "no text of an article was found"
    UNDATED = "undated", "the page says no day, and all articles of the site do (`Site.dated`)"
    REDIRECTED = "redirected", "the address leads to a page that is no article of the site"
    REFUSED = "refused", "the site answered with another 4xx status"
    ROBOTS = "robots", "robots.txt forbids the address"
    TOO_LARGE = "too_large", "more bytes than `NEWSCRAWL_DOWNLOAD_MAXSIZE`"
    UNREACHABLE = "unreachable", "the download failed ten times"
    TOO_SLOW = "too_slow", "reading the page took more CPU time than `NEWSCRAWL_WORKER_CPU_SECONDS`"
    WORKER_DIED = (
        "worker_died",
        "the process that read the page was killed (it may have lacked memory) or crashed",
    )
    FAULT = "fault", "reading the page failed: a mistake of newscrawl"
    STORE_REFUSED = "store_refused", "MongoDB did not take the article"
    FORGOTTEN = "forgotten", "removed by `scrapy forget`; it never comes back"


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
"""Reasons that say nothing of the page: it may be an article."""


class FetchFailure(Word):
    """Why a page could not be fetched."""

    passes: bool
    """Can the same request succeed at another time without anybody's decision being changed?"""
    retried: bool
    """Is it worth a second try at once?"""

    def __new__(cls, word: str, meaning: str = "", passes: bool = True, retried: bool = False) -> Self:
        """A word, its meaning, and whether trying again helps."""
        member = _member(cls, word, meaning)
        member.passes, member.retried = passes, retried
        return member

    DNS = "dns", "the name does not resolve", True, True
    REFUSED = "refused", "nobody listens there", True, True
    TIMEOUT = "timeout", "no answer in time", True, True
    LOST = "lost", "no connection, or it broke", True, True
    # A certificate expires and is renewed, so that passes although it is not worth a second try at once.
    CERTIFICATE = "certificate", "the server cannot prove who it is", True, False
    BUSY = "busy", "408, 429 or 503, or a pause the site asked for", True, True
    SERVER = "server", "any other 5xx", True, True
    CLIENT = "client", "any other 4xx", False, False
    ROBOTS = "robots", "robots.txt forbids it", False, False
    OFFSITE = "offsite", "it is on another site", False, False
    ADDRESS = "address", "the gate refuses it", False, False
    LOOP = "loop", "redirects without an end", True, False
    PRIVATE = "private", "its host leads to an address that is not public", True, False
    TOO_LARGE = "too_large", "more than `NEWSCRAWL_DOWNLOAD_MAXSIZE`", False, False
    NOT_RECORDED = "not_recorded", "the recording that is replayed lacks it", False, False
    # What is not understood counts as passing: asking again costs one request, giving up an article.
    OTHER = "other", "none of these", True, False


class AddressRefusal(Word):
    """Why the gate does not let an address be asked for."""

    MALFORMED = "malformed", "it cannot be taken apart"
    SCHEME = "scheme", "neither http nor https"
    CREDENTIALS = "credentials", "it carries a user or a password"
    HOST = "host", "it has no host, or none that a name server could know"
    PORT = "port", "a port that no declared address has"
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
    KNOWN = "known", "stored or rejected before, and not asked for"
    GONE = "gone", "an article that was removed"
    PENDING = "pending", "asked for again later"
    REJECTED = "rejected", "kept aside with its reason"
    REFUSED = "refused", "no address that may be asked for"
    UNWANTED = "unwanted", "outside the days or the arguments looked for, or no article"


class CoverageReason(Word):
    """Why a day counts as seen whole, or not."""

    SEEN = "seen", "walks that came to their end saw all that the newspaper's lists got that day"
    CUT_SHORT = "cut_short", "the runs after it were stopped or failed, or could not read a list to its end"
    SITE_SILENT = "site_silent", "the site did not answer, refused, or its lists led to no article"
    NOT_RUN = "not_run", "no run began that day, and the lists no longer showed all of it when the next did"
    GAP = "gap", "runs were too far apart: the lists no longer showed all of it"
    PENDING = "pending", "articles of these lists are still to be downloaded"
    LOST = "lost", "more than a tenth of the articles that these lists led to could not be read"
    NOT_OVER = "not_over", "no run that began after its end has ended"
    BEFORE = "before", "before what the first run saw"
    AGGREGATOR = (
        "aggregator",
        "all was seen that an aggregator lists; whether that is all, only the newspaper knows",
    )
    NOT_JUDGED = "not_judged", "the next run of its site says it"
    NO_DAY = "no_day", "articles without a day"


class SearchScope(Word):
    """How much of an article the text index holds."""

    OPENING = "opening", "title, lede and first words, 120 together"
    BODY = "body", "all of the text"


class Interruption(Word):
    """Why an address was taken and not asked for to the end."""

    STOPPED = "stopped", "the run was stopped before"
    DROPPED = "dropped", "something between dropped the request"


PendingReason = FetchFailure | RejectionReason | Interruption
"""Why an address is on the pending list: its download failed for a reason that passes, its page may have come
too early, or the run was interrupted."""


class RunOutcome(Word):
    """What became of a run; its meaning is what the log adds to the word, where that says too little."""

    exit_status: int
    """Of ``scrapy crawl``; 2 is a wrong use, refused before anything runs."""

    def __new__(cls, word: str, exit_status: int = 0, meaning: str = "") -> Self:
        """A word, its exit status, and its meaning."""
        member = _member(cls, word, meaning)
        member.exit_status = exit_status
        return member

    OK = "ok", 0
    NOTHING_NEW = "nothing_new", 0
    PARTIAL = "partial", 0, "not all could be read; what is missing is asked first next time"
    NO_LINKS = (
        "no_links",
        3,
        "its listings gave no link to an article; has the site changed? See docs/operate.md",
    )
    REFUSED = "refused", 3, "the site refuses us (its robots.txt, or HTTP 401/403)"
    UNREACHABLE = "unreachable", 3, "the site does not answer"
    STORE_DOWN = "store_down", 4, "MongoDB cannot be used"
    KILLED = "killed", 1
    FAULT = "fault", 1, "newscrawl has a fault; the traceback is above"


class Alarm(Word):
    """What an operator should know of a run, whatever its outcome."""

    ARCHIVE_STOPPED = "archive_stopped", "pages could not be archived"
    ARCHIVE_WAITING = (
        "archive_waiting",
        "finished files of the archive wait to be looked after or handed over",
    )


class AlarmKind(Word):
    """What an alarm is about, the widest cause first; the first word of its key."""

    SCHEDULE = "schedule", "no schedule gives a sign of life, so nothing is crawled"
    NETWORK = "network", "nearly all sites cannot be reached: the fault is on our side"
    NODE = "node", "a node gives no sign of life"
    FAULT = "fault", "runs of a site end as fault or killed, one after another"
    DISK = "disk", "a disk of this machine is nearly full"
    ARCHIVE = "archive", "a node cannot archive its pages"
    OVERDUE = "overdue", "sites are due and not crawled"
    SILENT = "silent", "nothing comes from a site any more, against its own rhythm"
    REDUCED = "reduced", "far less comes from a site, or it is read worse than before"
    MONTHS = "months", "the table of Moroccan months is about to end"
    TEST = "test", "a test, by `scrapy alarms --test`"
