"""The checks of ``scrapy doctor``: what an installation lacks, and how to fix it.

Each check is a function of its arguments, and reports in one sentence what it saw. A check that could not be
carried out says so, and never counts as passed.
"""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pymongo.database import Database
from pymongo.errors import PyMongoError

from newscrawl.dates import last_month, to_hijri, zone
from newscrawl.mongod.opening import reason
from newscrawl.store.schema import INDEXES, OPS_INDEXES
from newscrawl.store.supported import GROWN, is_supported
from newscrawl.vocabulary import HijriBasis
from newscrawl.watch.driver import MONTHS_LEFT, full_disks
from newscrawl.watch.facts import now_of

Document = dict[str, Any]

APART = dt.timedelta(seconds=30)
"""How far two clocks may differ without a warning."""
_RIGHTS = frozenset({"find", "insert", "update", "remove", "createIndex", "createCollection", "collMod"})
"""MongoDB's names of the actions that a crawl needs in both databases."""
_PACKAGES = ("newscrawl", "pipelines", "spiders")
"""The packages that `make deploy` uploads."""
_CHANGED = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
"""Morocco has kept UTC since 20 September 2026; older zone data are an hour ahead."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check."""

    name: str
    wrong: bool | None
    """True: something must be fixed. None: it could not be determined, or is only worth knowing. False: all
    is well."""
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        """The result in at most two lines."""
        word = {True: "wrong", False: "ok", None: "note"}[self.wrong]
        remedy = f"\n{'':7}{'':12}do: {self.remedy}" if self.remedy else ""
        return f"{word:<7}{self.name:<12}{self.sentence}{remedy}"


def attempted(name: str, check: Callable[[], Iterable[Check]], remedy: str) -> list[Check]:
    """The results of a check that queries MongoDB; a note when MongoDB refuses the query."""
    try:
        return [*check()]
    except PyMongoError as error:
        return [Check(name, None, f"could not be checked: {reason(error)}", remedy)]


def mongodb(db: Database[Document], ops: Database[Document]) -> list[Check]:
    """The checks of MongoDB: its version, the user's rights, the indexes, and their size against memory.

    Raises ``PyMongoError`` if there is no answer.
    """
    version, wire = db.client.server_info()["version"], db.client.admin.command("hello")["maxWireVersion"]
    supported = is_supported(wire)
    checks = [
        Check(
            "MongoDB", not supported, f"version {version}", "" if supported else "upgrade it to 5.0 or newer"
        )
    ]
    checks += attempted("rights", lambda: _rights(db, ops), "")
    make = "have the MongoDB administrator run deploy/mongodb_users.py"
    checks += attempted("indexes", lambda: _indexes(db, ops), make)
    return [
        *checks,
        *attempted("size", lambda: _size(db), "nothing; only an administrator of MongoDB may see the sizes"),
    ]


def _rights(db: Database[Document], ops: Database[Document]) -> Iterator[Check]:
    auth = db.command("connectionStatus", showPrivileges=True)["authInfo"]
    if not auth["authenticatedUsers"]:
        local = "the server asks for no password"
        yield Check("rights", None, local, "make sure that only this machine can reach it, or set passwords")
        return
    for name in (db.name, ops.name):
        may = {
            action
            for each in auth["authenticatedUserPrivileges"]
            if each["resource"].get("db") in (name, "") and each["resource"].get("collection") == ""
            for action in each["actions"]
        }
        lacks = sorted(_RIGHTS - may)
        remedy = "have the MongoDB administrator run deploy/mongodb_users.py again" if lacks else ""
        sentence = (
            f"missing in {name}: {', '.join(lacks)}" if lacks else f"the user has all it needs in {name}"
        )
        yield Check("rights", bool(lacks), sentence, remedy)


def _indexes(db: Database[Document], ops: Database[Document]) -> Iterator[Check]:
    lost = [
        f"{base.name}.{collection}.{model.document['name']}"
        for base, wanted in ((db, INDEXES), (ops, OPS_INDEXES))
        for collection, models in wanted.items()
        if (there := base[collection].index_information())
        for model in models
        if model.document["name"] not in there
    ]
    more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
    sentence = f"missing: {', '.join(lost[:3])}{more}" if lost else "all exist"
    remedy = "run `scrapy crawl SITE -a limit=1`: every crawl builds missing indexes"
    yield Check("indexes", bool(lost), sentence, remedy if lost else "")


def _size(db: Database[Document]) -> Iterator[Check]:
    indexes = db.command("dbStats")["indexSize"]
    cache = db.client.admin.command({"serverStatus": 1, "wiredTiger": 1})["wiredTiger"]["cache"]
    most = cache["maximum bytes configured"]
    wrong = indexes > GROWN * most
    sentence = f"indexes {indexes / 1e9:.1f} GB, cache {most / 1e9:.1f} GB"
    yield Check("size", wrong, sentence, "give MongoDB more memory; see docs/operate.md" if wrong else "")


def clock(db: Database[Document], ops: Database[Document], wall: dt.datetime) -> Iterator[Check]:
    """The checks of this machine's clock against MongoDB's, and against the start times of runs."""
    there = now_of(db)
    apart = wall - there
    remedy = "synchronize both clocks by NTP: timedatectl set-ntp true"
    if abs(apart) > APART:
        way = "ahead of" if apart > dt.timedelta() else "behind"
        sentence = (
            f"this machine is {dt.timedelta(seconds=round(abs(apart).total_seconds()))} {way} MongoDB's"
        )
        yield Check("clock", True, sentence, remedy)
    newest = ops["runs"].find_one({"started_at": {"$gt": there + APART}, "outcome": None}, {"host": 1})
    if newest:
        agrees = "its clock is ahead" if abs(apart) <= APART else "its clock is ahead, or this one is behind"
        sentence = f"a run of {newest.get('host')} began in the future: {agrees}"
        yield Check("clock", True, sentence, f"on {newest.get('host')}: timedatectl set-ntp true")
    elif abs(apart) <= APART:
        yield Check("clock", False, f"agrees with MongoDB's within {APART.total_seconds():g} s")


def zones() -> Check:
    """Do the time zone data include Morocco's change of 2026?"""
    if _CHANGED.astimezone(zone("Africa/Casablanca")).utcoffset():
        sentence = "the package tzdata is older than Morocco's change of 20 September 2026"
        return Check("zones", True, sentence, "pip install -U tzdata")
    if _CHANGED.astimezone(ZoneInfo("Africa/Casablanca")).utcoffset():
        sentence = (
            "newscrawl's are up to date; the system's are older than Morocco's change of 20 September 2026"
        )
        return Check("zones", None, sentence, "apt-get install tzdata, if other programs read these dates")
    return Check("zones", False, "up to date with Morocco's change of 2026")


def months(today: dt.date, countries: Iterable[str | None]) -> Check:
    """How far the table of Moroccan months reaches."""
    last, needed = last_month(), any(country in ("MA", "EH") for country in countries)
    here = to_hijri(today, "MA")
    if needed and last - today < MONTHS_LEFT:
        return Check("months", True, f"the table of Moroccan months ends with {last}", "upgrade newscrawl")
    if needed and here and here.basis == HijriBasis.FORECAST:
        sentence = (
            f"{here.day[:7]} is computed, not announced: Hijri dates of Moroccan newspapers may be a day off"
        )
        return Check(
            "months", None, sentence, "add announced months to the file that NEWSCRAWL_MOROCCO_MONTHS names"
        )
    return Check("months", False, f"the table of Moroccan months reaches to {last}")


def disk(folders: Iterable[Path], least: int, now: dt.datetime) -> Iterator[Check]:
    """Is enough space left on the disks of this machine?"""
    full = [*full_disks(folders, least, now)]
    remedy = (
        "free disk space, or delete old archive files with `scrapy archive --remove DAYS`; with less than "
        "NEWSCRAWL_ARCHIVE_FREE_MB left no page is archived"
    )
    yield from (Check("disk", True, cause.sentence, remedy) for cause in full)
    if not full:
        yield Check("disk", False, f"more than {least / 1e6:.0f} MB left on this machine")


def contact(given: str) -> Check:
    """Can a site contact the operator of this crawler?"""
    if "@" in given or given.startswith(("http://", "https://")):
        return Check("contact", False, given)
    sentence = (
        f"NEWSCRAWL_CONTACT={given!r} is neither a mail address nor a web page"
        if given
        else ("sites that are crawled cannot contact you")
    )
    return Check("contact", True, sentence, "set NEWSCRAWL_CONTACT to a mail address or a web page")


def browser(needing: Sequence[str], path: str | None) -> Check:
    """Is there a browser for the sites that need one?"""
    if path or not needing:
        return Check("browser", False, path or "no site needs one")
    sentence = f"no browser is installed, and {len(needing)} sites need one: {', '.join(needing[:3])}"
    return Check(
        "browser", None, sentence, "apt-get install chromium, on the nodes started with --can browser"
    )


def alarms(channels: Sequence[str], switch: str) -> Check:
    """Does anybody receive alarms?"""
    if not channels:
        remedy = (
            "set NEWSCRAWL_ALARM_EMAIL, NEWSCRAWL_ALARM_WEBHOOK or NEWSCRAWL_ALARM_COMMAND, "
            "then: scrapy alarms --test"
        )
        return Check("alarms", None, "nobody receives alarms", remedy)
    if not switch:
        remedy = "set NEWSCRAWL_ALARM_PING to the address of a dead man's switch"
        sentence = f"sent by {', '.join(channels)}; none can be sent when MongoDB is down"
        return Check("alarms", None, sentence, remedy)
    return Check("alarms", False, f"sent by {', '.join(channels)}, with a dead man's switch")


def egg(folder: Path, root: Path) -> Check:
    """Does Scrapyd run this project? Compares its newest egg with the files here."""
    eggs = sorted(folder.glob("*.egg"))
    remedy = "make deploy, or check out the version that should run"
    if not eggs:
        return Check(
            "egg", None, f"no egg in {folder}", "make deploy; or run this command as the user newscrawl"
        )
    try:
        with zipfile.ZipFile(eggs[-1]) as packed:
            there = {name: packed.getinfo(name).CRC for name in packed.namelist() if _is_ours(name)}
    except (OSError, zipfile.BadZipFile) as error:
        return Check(
            "egg",
            None,
            f"{eggs[-1]} cannot be read ({type(error).__name__})",
            "run this command as the user newscrawl",
        )
    here = _files(root)
    differ = sorted(name for name in here.keys() | there if here.get(name) != there.get(name))
    if not differ:
        return Check("egg", False, f"Scrapyd runs {eggs[-1].stem}, which equals this project")
    sentence = (
        f"Scrapyd runs {eggs[-1].stem}, which is not this project: {len(differ)} files differ, "
        f"such as {differ[0]}"
    )
    return Check("egg", True, sentence, remedy)


def _is_ours(name: str) -> bool:
    return name.endswith(".py") and name.partition("/")[0] in _PACKAGES


def _files(root: Path) -> Mapping[str, int]:
    return {
        str(path.relative_to(root)): zlib.crc32(path.read_bytes())
        for package in _PACKAGES
        for path in (root / package).rglob("*.py")
    }
