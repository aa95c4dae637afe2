"""Reads ``schedule.toml``, which says when each site is crawled. Reports mistakes with their lines."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.dates import zone
from newscrawl.files import read_regular
from newscrawl.schedule.mistakes import Mistake, ScheduleError, lines, meant, parsed
from newscrawl.schedule.times import Cron, Rule, count_pieces, duration, every, pieces, shares
from newscrawl.sites import Site, site_of
from newscrawl.spider.any import AnySpider
from newscrawl.spider.arguments import Arguments
from newscrawl.spider.newspaper import ABOUT, Newspaper, is_named, others

if TYPE_CHECKING:
    from newscrawl.schedule.newspapers import ListedNewspaper

BROWSER = "browser"
"""The capability that a site with ``render`` needs."""
LARGEST_FILE = 1_000_000
"""Maximum bytes of a schedule file."""
MOST_PIECES = 5000
"""Maximum number of jobs in all backfills of a file."""
CUTTING_ARGS = ("limit", "url")
"""Arguments that would leave a piece of a backfill incomplete."""
_CUTTING_SETTINGS = "CLOSESPIDER_"
"""Prefix of the settings that would have the same effect."""


_LAST = dt.timezone(-dt.timedelta(hours=12))
"""The time zone in which days end last, used for sites whose own zone is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledSite:
    """When and how one site is crawled."""

    site: str
    """The spider's name."""
    rule: Rule
    """When it is due."""
    args: Mapping[str, str] = field(default_factory=dict)
    """Spider arguments."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Scrapy settings of its jobs."""
    longest: dt.timedelta
    """How long a run may take before it is stopped."""
    needs: frozenset[str] = frozenset()
    """Capabilities that a node must have, such as ``browser``."""
    rank: int
    """Its position among the enabled sites."""
    timezone: str | None = "UTC"
    """The site's IANA zone, in which its days end; None if unknown."""

    @property
    def is_learned(self) -> bool:
        """Is it a newspaper without a declaration? Its job may have to learn it before taking the lease."""
        return is_named(self.args)

    @property
    def spider(self) -> str:
        """The name of the spider that its jobs run."""
        return AnySpider.name if self.is_learned else self.site

    def arguments(self, piece: Piece | None = None) -> dict[str, str]:
        """The spider arguments of a regular run, or of a piece of a backfill, which has no limits."""
        if piece is None:
            return dict(self.args)
        kept = {name: value for name, value in self.args.items() if name not in CUTTING_ARGS}
        return kept | {"since": str(piece.since), "until": str(piece.until)}

    def job_settings(self, piece: Piece | None = None) -> dict[str, str]:
        """The Scrapy settings of a regular run, or of a piece of a backfill."""
        kept = {
            name: value
            for name, value in self.settings.items()
            if piece is None or not name.startswith(_CUTTING_SETTINGS)
        }
        return kept | {"SCHEDULED": "True", "CLOSESPIDER_TIMEOUT": f"{self.longest.total_seconds():.0f}"}

    def is_over(self, piece: Piece, now: dt.datetime) -> bool:
        """Have all days of the piece ended at the site?"""
        own = zone(self.timezone) if self.timezone else _LAST
        return piece.until < now.astimezone(own).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One job of a backfill: a range of days, both ends included."""

    site: str
    since: dt.date
    until: dt.date

    @property
    def id(self) -> str:
        """Its ``_id`` in ``backfills``."""
        return f"{self.site} {self.since} {self.until}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The contents of a schedule file: enabled sites only."""

    entries: Mapping[str, ScheduledSite]
    pieces: tuple[Piece, ...] = ()
    remarks: tuple[Mistake, ...] = ()
    """Warnings: valid lines that may not do what their author expects."""

    def warnings(self, now: dt.datetime) -> list[str]:
        """The remarks as sentences, and a note on backfill jobs whose days have not ended yet."""
        waiting = [
            piece
            for piece in self.pieces
            if (entry := self.entries.get(piece.site)) and not entry.is_over(piece, now)
        ]
        future = (
            [f"{_count(waiting, 'backfill job')} will start when the last of their days has ended"]
            if waiting
            else []
        )
        return [*map(str, self.remarks), *future]

    def __str__(self) -> str:
        """The numbers of sites and backfill jobs."""
        if not self.entries:
            return "no site is enabled, so nothing would run"
        jobs = f", {_count(self.pieces, 'backfill job')}" if self.pieces else ""
        return f"{_count(self.entries, 'site')}{jobs}"


class _Range(NamedTuple):
    """The days of one backfill."""

    line: int
    site: str
    since: dt.date
    until: dt.date


class _Keys(NamedTuple):
    """The keys that each table may have, with the types of their values."""

    top: Mapping[str, type]
    site: Mapping[str, type]
    backfill: Mapping[str, type]


_DEFAULTS: Mapping[str, type] = {"longest": str, "args": dict, "settings": dict, "needs": list}
_KEYS = _Keys(
    top={"timezone": str, "defaults": dict, "sites": dict, "backfills": list},
    site={"every": str, "cron": str, "enabled": bool, **_DEFAULTS},
    backfill={"site": str, "since": object, "until": object, "by": str},
)
_WORDS = {str: "a string", bool: "true or false", dict: "a table", list: "a list"}
_LONGEST = "2h"


def read_schedule(text: str, sites: Mapping[str, Site]) -> Schedule:
    r"""The schedule in the text of a file; ``sites`` holds the declared sites by spider.

    >>> from newscrawl.sites import Feed
    >>> hespress = Site(name="هسبريس", domain="hespress.com", timezone="Africa/Casablanca",
    ...                 article=r"html$", discover=[Feed()])
    >>> schedule = read_schedule('[sites.hespress]\nevery = "15m"', {"hespress": hespress})
    >>> str(schedule.entries["hespress"].rule)
    'every 15m'

    Raises :class:`ScheduleError` with the line and reason of every mistake.
    """
    return _Reader(text, parsed(text), sites).schedule()


def load_schedule(path: Path, sites: Mapping[str, Site]) -> Schedule:
    """The schedule in a file; see :func:`read_schedule`. Raises ``ScheduleError`` also for a missing file."""
    try:
        return read_schedule(read_regular(path, LARGEST_FILE).decode(), sites)
    except FileNotFoundError:
        message = f"there is no such file; `scrapy schedule --init{option(path)}` writes a first one"
    except (OSError, UnicodeDecodeError) as error:
        message = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
    raise ScheduleError([Mistake(None, message)])


def usual_file() -> Path:
    """The file that ``scrapy schedule`` reads without ``--file``."""
    return Path(closest_scrapy_cfg()).parent / "schedule.toml"


def option(path: Path) -> str:
    """The option that names this file to ``scrapy schedule``; empty for the default file.

    >>> option(Path("/etc/newscrawl/schedule.toml"))
    ' --file /etc/newscrawl/schedule.toml'
    """
    return "" if path.absolute() == usual_file().absolute() else f" --file {shlex.quote(str(path))}"


def first_file(sites: Mapping[str, Site], option: str = "", listed: Iterable[ListedNewspaper] = ()) -> str:
    """The text of a first schedule file for the user to edit: every declared site, and the newspapers of a
    list.

    ``option`` names the file in the commands that its comments mention.
    """
    parts = [_HEAD.format(option=option)]
    for name, site in sorted(sites.items()):
        table = [f"[sites.{name}]  # {site.name}"]
        if site.refused:
            table.append(f"enabled = false  # {site.refused}".replace("\n", " "))
        if site.render:
            table.append(f'needs = ["{BROWSER}"]')
        parts.append("\n".join(table))
    return "\n\n".join([*parts, *map(_table_of, listed)]) + "\n"


def _table_of(listed: ListedNewspaper) -> str:
    """The table of a newspaper without a declaration."""
    newspaper = listed.newspaper
    arguments: dict[str, str] = {newspaper.kind: newspaper.address}
    arguments |= {key: value for key in ABOUT if key != "slug" and (value := getattr(newspaper, key))}
    args = ", ".join(f"{key} = {_string(value)}" for key, value in arguments.items())
    parts = [f"[sites.{newspaper.slug}]", f"args = {{ {args} }}"]
    parts += [f"every = {_string(listed.every or 'auto')}"]
    parts += [f"needs = [{', '.join(map(_string, listed.needs))}]"] if listed.needs else []
    return "\n".join(parts)


def _string(text: str) -> str:
    """A text as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_HEAD = """\
# When each site is crawled. Changes take effect within seconds, without a restart.
#   scrapy schedule --check{option}   lists mistakes in this file
#   scrapy schedule --next{option}    shows when each site is due

timezone = "UTC"  # the time zone of cron rules

[defaults]  # for sites below that do not set these keys themselves
every = "30m"
longest = "2h"  # a run that takes longer is stopped; the next one continues

# [sites.example]
# every = "15m"              # or: cron = "30 6-22 * * *"  (minute hour day month weekday)
#                            # or: every = "auto", as often as it publishes, from 15m to 1d
# enabled = false
# longest = "1h"
# args = {{ sections = "politics,sport", limit = "200" }}
# settings = {{ DOWNLOAD_DELAY = "5" }}
# needs = ["browser"]        # only on a node started with --can browser

# [[backfills]]              # past days, crawled once in jobs of `by` days, between the regular runs
# site = "example"
# since = 2024-01-01
# until = 2024-03-31
# by = "7d\""""


class _Reader:
    """Reads one file; collects all mistakes instead of stopping at the first."""

    def __init__(self, text: str, given: Mapping[str, Any], sites: Mapping[str, Site]) -> None:
        self._lines = dict(lines(text))
        self._given = given
        self._sites = sites
        self._mistakes: list[Mistake] = []
        self._remarks: list[Mistake] = []
        self._ranges: list[_Range] = []
        self._count = 0
        self._places: dict[str, str] = {}
        """Place → name, for each newspaper without a declaration."""

    def schedule(self) -> Schedule:
        self._table((), self._given, _KEYS.top)
        defaults = self._get("defaults", {})
        if not self._table(("defaults",), defaults, _KEYS.site):
            defaults = {"every": "1d"}
        self._zone = self._get("timezone", "UTC")
        with self._noting("timezone"):
            try:
                zone(self._zone)
            except ValueError:
                self._zone = "UTC"
                raise ValueError(
                    f"{self._given['timezone']!r} should be a time zone such as 'Africa/Casablanca'"
                ) from None
        tables = self._get("sites", {})
        enabled = [name for name, table in tables.items() if self._is_enabled(name, table, defaults)]
        entries = {}
        for rank, (name, share) in enumerate(zip(sorted(enabled), shares(len(enabled)), strict=True)):
            entry = self._entry(name, defaults | tables[name], rank, share, tables[name])
            if entry:
                entries[name] = entry
        jobs = [
            piece
            for number, table in enumerate(self._get("backfills", []))
            for piece in self._backfill(("backfills", str(number)), table)
        ]
        if self._mistakes:
            raise ScheduleError(self._mistakes)
        self._remark_ranges(entries)
        return Schedule(entries, tuple(jobs), tuple(sorted(self._remarks)))

    def _is_enabled(self, name: str, table: Any, defaults: Mapping[str, Any]) -> bool:
        """Is the site enabled, and is its table valid? Tables that are not enabled are checked, too."""
        path = ("sites", name)
        if not isinstance(table, dict):
            self._note(path, f"{name} should be a table: [sites.{name}]")
            return False
        sound = self._table(path, table, _KEYS.site)
        if name not in self._sites and not (sound and is_named(table.get("args", {}))):
            self._note(path, f"there is no spider {name!r}{meant(name, self._sites, 'see `scrapy list`')}")
            return False
        if not sound:
            return False
        if not table.get("enabled", defaults.get("enabled", True)):
            return False
        if name in self._sites and (refused := self._sites[name].refused):
            self._note(path, f"{name} must not be crawled ({refused}): set enabled = false")
            return False
        return True

    def _entry(
        self, name: str, table: Mapping[str, Any], rank: int, share: float, own: Mapping[str, Any]
    ) -> ScheduledSite | None:
        path = ("sites", name)
        before = len(self._mistakes)
        rule: Rule | None = None
        longest = dt.timedelta()
        given = [key for key in ("every", "cron") if key in own] or [
            key for key in ("every", "cron") if key in table
        ]
        if len(given) != 1:
            self._note(path, f'{name} needs exactly one of every = "15m" and cron = "30 6 * * *"')
        else:
            with self._noting(*path, given[0]):
                text = table[given[0]]
                rule = every(text, share) if given[0] == "every" else Cron(text, self._zone, share)
        with self._noting(*path, "longest"):
            longest = duration(table.get("longest", _LONGEST))
        args = {key: str(value) for key, value in table.get("args", {}).items()}
        timezone: str | None = None
        with self._noting(*path, "args"):
            args, timezone = self._arguments(name, args)
        needs = frozenset(map(str, table.get("needs", [])))
        if name in self._sites and self._sites[name].render and BROWSER not in needs:
            self._note(path, f'{name} needs a browser: add needs = ["{BROWSER}"]')
        if rule is None or len(self._mistakes) > before:
            return None
        settings = {key: str(value) for key, value in table.get("settings", {}).items()}
        return ScheduledSite(
            site=name,
            rule=rule,
            args=args,
            settings=settings,
            longest=longest,
            needs=needs,
            rank=rank,
            timezone=timezone,
        )

    def _arguments(self, name: str, args: dict[str, str]) -> tuple[dict[str, str], str | None]:
        """The arguments of a site's jobs, and its time zone. Raises ``ValueError`` for unsuitable values."""
        if "_job" in args:
            raise ValueError("_job is set by the schedule itself; leave it out")
        if site := self._sites.get(name):
            Arguments.parse(args, site.country).check(site)
            return args, site.timezone
        if "slug" in args:
            raise ValueError("slug is the name of the table; leave it out")
        args = args | {"slug": name}
        newspaper = Newspaper.parse(args)
        shown = f"{newspaper.kind}={newspaper.address!r}"
        if spider := site_of(newspaper.address, self._sites):
            raise ValueError(f"a spider declares {shown}: write [sites.{spider}] without it")
        if (first := self._places.setdefault(newspaper.place, name)) != name:
            raise ValueError(f"{shown} is the same newspaper as [sites.{first}]; leave one of them out")
        Arguments.parse(others(args), newspaper.country)
        return args, newspaper.timezone

    def _backfill(self, path: tuple[str, ...], table: Any) -> list[Piece]:
        if not isinstance(table, dict) or not self._table(path, table, _KEYS.backfill):
            return []
        if missing := [key for key in ("site", "since", "until") if key not in table]:
            self._note(path, f"a backfill needs {missing[0]}")
            return []
        name = table["site"]
        if name not in self._get("sites", {}):
            self._note((*path, "site"), f"{name!r} has no table [sites.{name}] in this file; add it")
            return []
        country = self._sites[name].country if name in self._sites else None
        days = {}
        for key in ("since", "until"):
            with self._noting(*path, key):
                days[key] = getattr(Arguments.parse({key: str(table[key])}, country), key)
        by = 0
        with self._noting(*path, "by"):
            by, rest = divmod(duration(table.get("by", "30d")), dt.timedelta(days=1))
            if rest:
                by = 0
                raise ValueError(f"{table['by']!r} should be whole days such as '7d'")
        if len(days) < 2 or not by:
            return []
        if days["since"] > days["until"]:
            self._note((*path, "since"), f"since={table['since']} is after until={table['until']}; swap them")
            return []
        self._count += (count := count_pieces(days["since"], days["until"], by))
        if self._count > MOST_PIECES:
            self._note(
                (*path, "by"),
                f"by={table.get('by', '30d')!r} makes {count} jobs, so the schedule has more than "
                f"{MOST_PIECES}: use a longer by",
            )
            return []
        self._ranges.append(_Range(self._line(path), name, days["since"], days["until"]))
        return [
            Piece(site=name, since=first, until=last)
            for first, last in pieces(days["since"], days["until"], by)
        ]

    def _remark_ranges(self, entries: Mapping[str, ScheduledSite]) -> None:
        """Add remarks about backfills that may not do what their author expects."""
        for days in self._ranges:
            entry = entries.get(days.site)
            if entry is None:
                self._remarks.append(
                    Mistake(days.line, f"the backfill of {days.site} waits until the site is enabled")
                )
            elif cutting := [
                *entry.args.keys() & set(CUTTING_ARGS),
                *(name for name in entry.settings if name.startswith(_CUTTING_SETTINGS)),
            ]:
                names = ", ".join(sorted(cutting))
                self._remarks.append(
                    Mistake(days.line, f"the backfill of {days.site} ignores {names}, to miss no article")
                )
        self._remark_overlaps()

    def _remark_overlaps(self) -> None:
        """Add remarks about days that two backfills of a site have in common."""
        last: dict[str, _Range] = {}
        """For each site, the range that ends last so far."""
        for days in sorted(self._ranges, key=attrgetter("site", "since")):
            before = last.get(days.site)
            if before and days.since <= before.until:
                until = min(days.until, before.until)
                common = f"{days.site} from {days.since} to {until}"
                self._remarks.append(
                    Mistake(days.line, f"{common} is also in the backfill of line {before.line}")
                )
            if before is None or days.until > before.until:
                last[days.site] = days

    def _get(self, key: str, otherwise: Any) -> Any:
        """The value of a top-level key, or ``otherwise`` if it is missing or of the wrong type."""
        value = self._given.get(key, otherwise)
        return value if isinstance(value, _KEYS.top[key]) else otherwise

    def _table(self, path: tuple[str, ...], table: Mapping[str, Any], keys: Mapping[str, type[Any]]) -> bool:
        """Are all keys of the table known, and their values of the right types?"""
        before = len(self._mistakes)
        for key, value in table.items():
            if key not in keys:
                self._note((*path, key), f"unknown key {key!r}{meant(key, keys)}")
            elif not isinstance(value, keys[key]):
                self._note((*path, key), f"{key} should be {_WORDS[keys[key]]}, not {value!r}")
            elif key in ("args", "settings"):
                for name in (name for name, given in value.items() if isinstance(given, dict | list)):
                    self._note((*path, key, name), f"{name} should be a string, not {value[name]!r}")
        return len(self._mistakes) == before

    def _note(self, path: tuple[str, ...], reason: str) -> None:
        mistake = Mistake(self._line(path), reason)
        if mistake not in self._mistakes:
            self._mistakes.append(mistake)

    def _line(self, path: tuple[str, ...]) -> int:
        """The line of a key, or of the nearest table around it."""
        inherited = ("defaults", *path[2:]) if path[:1] == ("sites",) else path
        for known in (path, inherited, *(path[:n] for n in range(len(path) - 1, 0, -1))):
            if known in self._lines:
                return self._lines[known]
        return 1

    @contextmanager
    def _noting(self, *path: str) -> Iterator[None]:
        """Turn a ``ValueError`` into a mistake."""
        try:
            yield
        except ValueError as error:
            reason = str(error)
            self._note(path, reason if reason.startswith(path[-1]) else f"{path[-1]}: {reason}")


def _count(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
