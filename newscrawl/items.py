"""The items of a crawl, and the stored documents.

A page becomes a :class:`RawArticle` (strings as printed), then an :class:`Article`
(the document in MongoDB) or a :class:`Rejection` (a page set aside, with the reason).
The docstring under each field is its entry in the data dictionary.

Days are ``YYYY-MM-DD`` strings on the publisher's clock; instants are aware
``datetime`` values in UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, TypeVar

from newscrawl import patterns
from newscrawl.stored import NOT_STORED, Changes, Rule, changing, stored
from newscrawl.vocabulary import (
    Access,
    Calendar,
    CopyKind,
    DateKind,
    DateWarning,
    HijriBasis,
    HijriCalendar,
    Origin,
    Precision,
    RejectionReason,
    TextWarning,
)

SCHEMA_VERSION = 3
"""Version of the stored fields: raised with every change of a field, and stored with each article."""

_ADDRESS = "the address"
_SITE = "the site's declaration, or the table of newspapers"
_PAGE = "the page"
_OFFER = "the page, or the list that named it"
_TEXT = "computed from the text"
_DATE = "the date on the page and the site's clock"
_MONTHS = "the calendar tables"
_CRAWL = "the crawl"
_CODE = "the code that made the document"
_DATABASE = "the database"
_OTHERS = "comparison with other articles"
_VISIT = "the visit"

_OF_REVISION = stored(_DATABASE, Changes.NEVER)
_OF_VISIT = stored(_VISIT, Changes.VISIT)
HAS_ORIGIN = {"has_origin": True}
"""The ``metadata`` of a field that is read from the page: ``origins`` says how it was found."""


Item = TypeVar("Item")


@cache
def _fields(cls: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(cls))


def changed(item: Item, **values: Any) -> Item:
    """A copy of an item with some values replaced; takes half as long as ``dataclasses.replace``.

    >>> changed(Image(url="https://a.ma/1.jpg"), caption="الرباط").caption
    'الرباط'

    Raises ``AttributeError`` for a name that is not a field.
    """
    kind: type = item.__class__
    copy: Item = object.__new__(kind)
    for name in _fields(kind):
        setattr(copy, name, getattr(item, name))
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


def _named(value: Rule) -> Rule:
    """The schema rule for an object whose keys are names of fields."""
    return {"patternProperties": {patterns.WORD: value}, "additionalProperties": False}


@dataclass(slots=True, kw_only=True, frozen=True)
class HijriDay:
    """A day of the Hijri calendar, and how it is known."""

    day: str
    """Hijri day as ``YYYY-MM-DD``. Example: ``1445-09-17`` (17 رمضان 1445)."""
    calendar: HijriCalendar
    """The calendar whose months apply: ``umm_al_qura`` (the Saudi civil calendar) or ``morocco`` (sighted
    months)."""
    basis: HijriBasis
    """``table`` (an observed or official month), ``forecast`` (a computed month after the table's end), or
    ``printed`` (no table covers the month; only the page states the day)."""
    printed: str | None = None
    """The Hijri day as the page printed it, ``YYYY-MM-DD``, even if it differs from the computed one."""


@dataclass(slots=True, kw_only=True, frozen=True)
class Published:
    """A date of publication, as read from one printed date."""

    date: dt.date
    """Gregorian day on the publisher's clock. For a phrase that counts (``منذ أسبوعين``) it is the nominal
    day (fourteen days ago), between ``earliest`` and ``latest``."""
    time: dt.time | None = None
    """Clock time on the publisher's clock; None when none is printed. Example: ``14:30``."""
    at: dt.datetime | None = None
    """The instant in UTC; None when no time is printed or the zone is not known."""
    timezone: str | None = None
    """IANA name of the publisher's zone. Example: ``Africa/Casablanca``."""
    utc_offset: str | None = None
    """Offset from UTC at that instant as ``+HH:MM``. Example: ``+01:00``."""
    hijri: HijriDay | None = None
    """The day in the publisher's Hijri calendar; None outside every known table."""
    calendar: Calendar = Calendar.GREGORIAN
    """Which calendar the text used."""
    precision: Precision = Precision.DAY
    """How exact the text is; the day itself is exact when ``earliest`` is None."""
    earliest: dt.date | None = None
    """The first possible day, when the text names no exact day."""
    latest: dt.date | None = None
    """The last possible day, when the text names no exact day."""
    raw: str = ""
    """The string that was read, as printed. Example: ``الأربعاء 16 رمضان 1445``."""
    origin: str = ""
    """How the string was found. Example: ``markup``."""
    warnings: tuple[DateWarning, ...] = ()
    """What a reader should know about the date."""


@dataclass(slots=True, kw_only=True)
class OfferedDate:
    """A date that the page or its listing offers, kept so that the date can be chosen again."""

    text: str = field(metadata=stored(_OFFER))
    """The string as printed, or as found in an attribute, up to 300 characters. Example:
    ``الأربعاء 16 رمضان 1445``."""
    origin: Origin = field(metadata=stored(_OFFER))
    """How it was found, see Origins."""
    kind: DateKind = field(default=DateKind.PUBLISHED, metadata=stored(_OFFER))
    """Which date it claims to be: the date of publication, or of a change."""
    where: str = field(default="", metadata=stored(_OFFER))
    """Selector, JSON-LD property or meta name."""


@dataclass(slots=True, kw_only=True)
class Image:
    """A picture of the article."""

    url: str
    """Absolute address of the picture."""
    caption: str | None = None
    """Caption as printed. Example: ``منظر عام لمدينة الرباط``."""


@dataclass(slots=True, kw_only=True)
class Alternate:
    """The same article in another language, as the page declares it (``hreflang``)."""

    lang: str = field(metadata=stored(unit="ISO 639"))
    """Language tag. Example: ``fr``."""
    url: str
    """Absolute address."""


@dataclass(slots=True, kw_only=True)
class Http:
    """How the page was fetched."""

    status: int = field(metadata=stored(unit="HTTP status code", rule={"minimum": 100, "maximum": 599}))
    """HTTP status. Example: ``200``."""
    fetched_at: dt.datetime
    """Moment of download, UTC; in a replay, that of the recording."""
    content_type: str | None = None
    """The Content-Type header as sent."""
    charset: str | None = None
    """The encoding in which the page was decoded. Example: ``utf-8``, ``windows-1256``."""
    etag: str | None = None
    """The ETag header, for the next conditional request."""
    last_modified: str | None = None
    """The Last-Modified header, for the next conditional request."""


@dataclass(slots=True, kw_only=True, frozen=True)
class Raw:
    """Where the page itself is archived, in a WARC file."""

    archive: str = field(metadata=stored(since=3))
    """Name of the file in the archive: the site's folder, then site, start of the run (UTC), run and node.
    Example: ``hespress/hespress-20261128T201751Z-5f2c81d0-node1.warc.gz``."""
    offset: int = field(metadata=stored(since=3, unit="bytes", rule={"minimum": 0}))
    """Position in that file where its record begins."""
    digest: str = field(metadata=stored(since=3))
    """Hash of the body as archived, in the form of ``WARC-Payload-Digest``. Example: ``sha1:XW7QJ4…``
    (base 32)."""
    node: str = field(metadata=stored(since=3))
    """The node that archived the page and holds the file, unless the file was handed over to a store.
    Example: ``node1``."""


@dataclass(slots=True, kw_only=True)
class RawArticle:
    """The content of a page as printed, before cleaning and before any decision."""

    url: str
    """Address after redirects."""
    urls: list[str] = field(default_factory=list)
    """Every known address of this page: requested, redirected, ``rel=canonical``."""
    title: str | None = field(default=None, metadata=HAS_ORIGIN)
    """Headline as printed."""
    lede: str | None = field(default=None, metadata=HAS_ORIGIN)
    """Summary paragraph above the body, when it is separate from the body."""
    body: list[str] = field(default_factory=list, metadata=HAS_ORIGIN)
    """Paragraphs as printed."""
    authors: list[str] = field(default_factory=list, metadata=HAS_ORIGIN)
    """Names as printed."""
    byline: str | None = None
    """The whole author line as printed. Example: ``كتب: محمد العلوي``."""
    section: str | None = field(default=None, metadata=HAS_ORIGIN)
    """Section name as printed. Example: ``سياسة``."""
    tags: list[str] = field(default_factory=list, metadata=HAS_ORIGIN)
    """Keywords as printed."""
    images: list[Image] = field(default_factory=list, metadata=HAS_ORIGIN)
    """Pictures of the article, absolute addresses."""
    access: Access | None = None
    """Free or paid, as the page declares (``isAccessibleForFree``)."""
    warnings: list[TextWarning] = field(default_factory=list)
    """What a reader should know about the text: ``part`` when the article continues on other pages."""
    alternates: list[Alternate] = field(default_factory=list)
    """Other language editions."""
    lang: str | None = None
    """Language that the page declares; the stored language is detected from the text instead."""
    publisher: str | None = None
    """The newspaper as an aggregator names it. Example: ``الأيام 24``."""
    dates: list[OfferedDate] = field(default_factory=list, metadata=HAS_ORIGIN)
    """Every date candidate, the most reliable origin first."""
    origins: dict[str, Origin] = field(default_factory=dict)
    """Field → how it was found."""
    places: dict[str, str] = field(default_factory=dict)
    """Field → where it was found: a selector, a JSON-LD property or a meta name."""
    markup: str | None = None
    """Version of the site's markup that was used."""
    canonical: str | None = None
    """``rel=canonical`` as printed, absolute."""
    http: Http | None = None
    """How the page was fetched; None outside a crawl if no headers are given."""
    cut: list[str] = field(default_factory=list)
    """Fields with more values on the page than are kept. Example: ``tags``."""
    kept: Raw | None = None
    """Where the page was archived; None if it was not archived."""
    page: bytes = b""
    """The page itself, so that a rejection can keep it."""


@dataclass(slots=True, kw_only=True)
class PublishedDetail:
    """The stored details of ``Published``, in addition to ``day`` and ``published_at``."""

    time: str | None = field(
        default=None, metadata=stored(unit="HH:MM[:SS]", rule={"pattern": patterns.TIME}, expected=True)
    )
    """Clock time, ``HH:MM`` or ``HH:MM:SS``, on the publisher's clock: as printed, or, where ``precision`` is
    ``hour``, counted back from the download (``منذ 3 ساعات``)."""
    timezone: str | None = field(default=None, metadata=stored(unit="IANA name"))
    """IANA zone of the publisher's clock. Example: ``Africa/Casablanca``."""
    utc_offset: str | None = field(
        default=None, metadata=stored(unit="±HH:MM", rule={"pattern": patterns.UTC_OFFSET})
    )
    """Offset from UTC at that time, ``+HH:MM``."""
    calendar: Calendar | None = None
    """Calendar of the text: one calendar, ``both``, or ``relative`` to the download (``أمس``); null when no
    text could be read as a date."""
    precision: Precision | None = field(default=None, metadata=stored(export=True))
    """How exact the text is: the unit that it counts in (``منذ 3 أيام``: ``day``), or the smallest unit that
    it prints. ``hour`` means a time that may be an hour off; ``day`` means no time. If the text names no
    exact day, ``day`` is null and ``earliest`` and ``latest`` bound it. Null when no text could be read as
    a date."""
    earliest: str | None = field(
        default=None, metadata=stored(unit="YYYY-MM-DD", rule={"pattern": patterns.DAY})
    )
    """The first possible day, ``YYYY-MM-DD``, when the text names no exact day."""
    latest: str | None = field(
        default=None, metadata=stored(unit="YYYY-MM-DD", rule={"pattern": patterns.DAY})
    )
    """The last possible day, ``YYYY-MM-DD``, when the text names no exact day."""
    hijri: HijriDetail | None = None
    """How the Hijri day is known; null outside every known table."""
    origin: str = ""
    """How ``published_raw`` was found, see Origins; empty when no text could be read as a date."""
    candidates: list[OfferedDate] = field(default_factory=list, metadata=stored(since=3))
    """Every date that the page or its listing offered, the most reliable origin first; ``scrapy redate``
    chooses among them again."""
    warnings: list[DateWarning] = field(default_factory=list)
    """What to know about the date, see Warnings."""


@dataclass(slots=True, kw_only=True)
class HijriDetail:
    """Calendar and basis of ``hijri_day``."""

    calendar: HijriCalendar = field(metadata=stored(_MONTHS))
    """The calendar whose months apply: ``umm_al_qura`` (the Saudi civil calendar) or ``morocco`` (the months
    sighted there)."""
    basis: HijriBasis = field(metadata=stored(_MONTHS))
    """``table``: the month is official or was observed. ``forecast``: the month was computed, so the day may
    be off by one. ``printed``: no table covers the month; only the page states the day."""
    printed: str | None = field(default=None, metadata=stored(_PAGE, unit="YYYY-MM-DD, Hijri"))
    """The Hijri day as the page printed it, ``YYYY-MM-DD``, even if it differs from the computed one."""


@dataclass(slots=True, kw_only=True)
class Duplicate:
    """Why an article is linked to another."""

    kind: CopyKind
    """What kind of copy it is, see Kinds of copies."""
    similarity: float = field(metadata=stored(unit="share, 0 to 1", rule={"minimum": 0, "maximum": 1}))
    """Jaccard similarity of the folded word shingles, 0 to 1."""
    containment: float = field(metadata=stored(unit="share, 0 to 1", rule={"minimum": 0, "maximum": 1}))
    """Share of the shorter text found in the longer one, 0 to 1."""


@dataclass(slots=True, kw_only=True)
class Signature:
    """Fingerprint of a text, by which copies are found without reading every text."""

    version: int
    """Version of the comparison for which it was made."""
    scheme: str
    """How it was made. Example: ``minhash crc32 16 bit 2 words 48x3, 12 of 30``."""
    seed: int
    """Seed of the hash functions."""
    values: bytes = field(metadata=stored(unit="unsigned 16-bit integers"))
    """The values as unsigned 16-bit integers, little-endian; empty for a text of a few words."""


@dataclass(slots=True, kw_only=True)
class MadeBy:
    """The versions of the code that made this document."""

    newscrawl: str
    """Version of newscrawl. Example: ``1.0.0``."""
    spider: str
    """Name of the spider. Example: ``alayam24``."""
    markup: str | None
    """Version of the site's markup that was used; null when no selector found anything."""
    clean: int
    """Version of the text cleaner."""
    fold: int
    """Version of the search folding."""
    reader: int = field(metadata=stored(since=3))
    """Version of the page reader."""
    dates: int
    """Version of the date reader."""
    urls: int
    """Version of the address keys."""
    identity: int = field(metadata=stored(since=3))
    """Version of the comparison of texts."""
    schema: int
    """Version of this schema."""


@dataclass(slots=True, kw_only=True)
class Article:
    """One news article as stored in the collection ``articles``."""

    _id: str = field(default="", metadata=stored(_ADDRESS, Changes.NEVER, rule={"pattern": patterns.KEY}))
    """Identity: the first key of the article. Never changes. Example: ``9f0c…`` (32 hex digits)."""
    url: str = field(
        metadata=stored(_ADDRESS, Changes.TEXT, rule={"pattern": patterns.ADDRESS}, of_copy=True, export=True)
    )
    """Address as fetched, after redirects. Example: ``https://www.alayam24.com/articles-73890.html``."""
    urls: list[str] = field(
        default_factory=list, metadata=stored(_ADDRESS, Changes.GATHERED, each={"pattern": patterns.ADDRESS})
    )
    """Every known address of this article: requested, redirected, canonical."""
    keys: list[str] = field(
        default_factory=list,
        metadata=stored(_ADDRESS, Changes.GATHERED, rule={"minItems": 1}, each={"pattern": patterns.KEY}),
    )
    """Keys of all addresses in ``urls``; unique across documents."""

    source: str = field(
        metadata=stored(
            _SITE, Changes.TEXT, rule={"pattern": patterns.SLUG}, of_copy=True, export=True, expected=True
        )
    )
    """Slug of the newspaper, the same at all sites that carry it. Example: ``alayam24``."""
    source_name: str = field(metadata=stored(_SITE, Changes.TEXT, of_copy=True, export=True, expected=True))
    """Name of the newspaper. Example: ``الأيام 24``."""
    site: str = field(metadata=stored(_SITE, Changes.NEVER, rule={"pattern": patterns.SLUG}, of_copy=True))
    """The spider that fetched it. Example: ``maghress``."""
    owner: str = field(default="", metadata=stored(_SITE, Changes.NEVER, since=3))
    """Registrable domain of the site from which it was fetched. Only crawls of that domain change this
    document. Example: ``maghress.com``."""
    via: str | None = field(
        default=None, metadata=stored(_SITE, Changes.TEXT, of_copy=True, export=True, expected=True)
    )
    """The aggregator from which it was fetched; null when it came from the newspaper itself. Example:
    ``maghress``."""
    country: str | None = field(
        default=None,
        metadata=stored(
            _SITE,
            Changes.TEXT,
            unit="ISO 3166-1 alpha-2",
            rule={"pattern": patterns.COUNTRY},
            export=True,
            expected=True,
        ),
    )
    """Country of the newspaper, ISO 3166. Example: ``MA``."""

    title: str = field(
        default="",
        metadata=stored(_PAGE, Changes.TEXT, corrected=True, of_copy=True, export=True, expected=True),
    )
    """Headline, cleaned. Example: ``المغرب يطلق برنامجا جديدا لتدبير الماء``."""
    lede: str | None = field(
        default=None, metadata=stored(_PAGE, Changes.TEXT, corrected=True, export=True, expected=True)
    )
    """Summary above the body; never repeated in ``body``."""
    body: str = field(
        default="", metadata=stored(_PAGE, Changes.TEXT, corrected=True, export=True, expected=True)
    )
    """Text, cleaned; one blank line separates paragraphs."""
    word_count: int = field(
        default=0, metadata=stored(_TEXT, Changes.TEXT, unit="words", rule={"minimum": 0}, export=True)
    )
    """Number of words of ``body``."""
    lang: str = field(
        default="und",
        metadata=stored(
            _TEXT,
            Changes.TEXT,
            unit="ISO 639",
            rule={"pattern": patterns.LANGUAGE},
            export=True,
            expected=True,
        ),
    )
    """Language detected in the text, ISO 639. Example: ``ar``; ``und`` when it cannot be determined."""
    authors: list[str] = field(
        default_factory=list, metadata=stored(_PAGE, Changes.TEXT, export=True, expected=True)
    )
    """Names of people. Example: ``["محمد العلوي"]``."""
    byline: str | None = field(default=None, metadata=stored(_PAGE, Changes.TEXT, expected=True))
    """The author line as printed. Example: ``كتب: محمد العلوي``."""
    agencies: list[str] = field(
        default_factory=list, metadata=stored(_PAGE, Changes.TEXT, export=True, expected=True)
    )
    """News agencies named as source. Example: ``["و م ع"]``."""
    dateline: str | None = field(default=None, metadata=stored(_PAGE, Changes.TEXT, expected=True))
    """Place and agency at the start of the text. Example: ``الرباط - و م ع``."""
    section: str | None = field(
        default=None, metadata=stored(_PAGE, Changes.TEXT, export=True, expected=True)
    )
    """Section of the newspaper, as printed. Example: ``سياسة``."""
    tags: list[str] = field(
        default_factory=list, metadata=stored(_PAGE, Changes.TEXT, export=True, expected=True)
    )
    """Keywords, as printed."""
    images: list[Image] = field(default_factory=list, metadata=stored(_PAGE, Changes.TEXT, expected=True))
    """Pictures of the article."""
    access: Access | None = field(default=None, metadata=stored(_PAGE, Changes.TEXT))
    """``free`` or ``paid``, when the page says so."""
    warnings: list[TextWarning] = field(default_factory=list, metadata=stored(_PAGE, Changes.TEXT, since=3))
    """``part`` when the article continues on other pages; the pages are not joined. Example: ``["part"]``."""
    alternates: list[Alternate] = field(default_factory=list, metadata=stored(_PAGE, Changes.TEXT))
    """The same article in other languages."""

    day: str | None = field(
        default=None,
        metadata=stored(
            _DATE,
            Changes.DATE,
            unit="YYYY-MM-DD",
            rule={"pattern": patterns.DAY},
            of_copy=True,
            export=True,
            expected=True,
        ),
    )
    """Day of publication on the publisher's clock, ``YYYY-MM-DD``; null when it is not known exactly: then
    see ``published.earliest`` and ``published.latest``."""
    published_at: dt.datetime | None = field(
        default=None, metadata=stored(_DATE, Changes.DATE, of_copy=True, export=True, expected=True)
    )
    """Instant of publication, UTC. Null when the time or the zone is not known. Where ``published.precision``
    is ``hour``, it was counted back from the download (``منذ 3 ساعات``), and ``day`` is null if midnight is
    near."""
    hijri_day: str | None = field(
        default=None,
        metadata=stored(
            _DATE,
            Changes.DATE,
            unit="YYYY-MM-DD, Hijri",
            rule={"pattern": patterns.HIJRI_DAY},
            export=True,
            expected=True,
        ),
    )
    """The day in the publisher's Hijri calendar. Example: ``1445-09-17``."""
    hijri_month: str | None = field(
        default=None,
        metadata=stored(
            _DATE, Changes.DATE, unit="YYYY-MM, Hijri", rule={"pattern": patterns.HIJRI_MONTH}, export=True
        ),
    )
    """The month of ``hijri_day``. Example: ``1445-09`` (رمضان 1445)."""
    hijri_day_uaq: str | None = field(
        default=None,
        metadata=stored(_DATE, Changes.DATE, unit="YYYY-MM-DD, Hijri", rule={"pattern": patterns.HIJRI_DAY}),
    )
    """The day in the Umm al-Qura calendar. Example: ``1445-09-17``."""
    hijri_month_uaq: str | None = field(
        default=None,
        metadata=stored(
            _DATE,
            Changes.DATE,
            since=3,
            unit="YYYY-MM, Hijri",
            rule={"pattern": patterns.HIJRI_MONTH},
            export=True,
        ),
    )
    """The month of ``hijri_day_uaq``, comparable across countries. Example: ``1445-09`` (رمضان 1445)."""
    published: PublishedDetail | None = field(default=None, metadata=stored(_DATE, Changes.DATE))
    """How the date was read; null when no date was read."""
    published_raw: str | None = field(default=None, metadata=stored(_PAGE, Changes.DATE))
    """The printed date, kept even when it could not be read. Example: ``نشر في الأيام 24 يوم 21130``."""
    published_missing: str | None = field(default=None, metadata=stored(_DATE, Changes.DATE, expected=True))
    """Why ``day`` is null, see Articles without a day. Example: ``21130 is not a day``; null when ``day`` is
    known."""
    modified_at: dt.datetime | None = field(default=None, metadata=stored(_PAGE, Changes.TEXT, expected=True))
    """Instant of the last change that the page declares, UTC."""

    origins: dict[str, Origin] = field(
        default_factory=dict,
        metadata=stored(
            "the reading of the page",
            Changes.TEXT,
            rule=_named({"enum": [origin.value for origin in Origin]}),
        ),
    )
    """Field → how it was found, see Origins."""
    places: dict[str, str] | None = field(
        default=None,
        metadata=stored(
            "the reading of the page", Changes.TEXT, since=3, rule=_named({"bsonType": "string"})
        ),
    )
    """Field → where it was found: a selector, a JSON-LD property or a meta name; for the date see
    ``published.candidates``. Null in an article that an older version stored."""
    http: Http | None = field(default=None, metadata=stored("the site's answer", Changes.VISIT))
    """How the page was fetched."""
    raw: Raw | None = field(
        default=None, metadata=stored(_CRAWL, Changes.VISIT, rule={"additionalProperties": False})
    )
    """Where the page itself is archived; null if it is not. A visit that finds the same text and archives
    nothing leaves this field unchanged."""
    made_by: MadeBy | None = field(default=None, metadata=stored(_CODE, Changes.TEXT))
    """Versions of the code that made this document."""
    run: str = field(default="", metadata=stored(_CRAWL, Changes.VISIT))
    """The run that last wrote this document (``_id`` in ``runs``). ``reprocess-…`` is a run of ``scrapy
    reprocess``, which has no record there."""

    first_seen_at: dt.datetime | None = field(
        default=None, metadata=stored(_CRAWL, Changes.EARLIEST, export=True)
    )
    """Moment of the first download, UTC."""
    last_seen_at: dt.datetime | None = field(default=None, metadata=stored(_CRAWL, Changes.LATEST))
    """Moment of the last download that found the article, UTC."""
    checked_at: dt.datetime | None = field(default=None, metadata=stored(_CRAWL, Changes.LATEST))
    """Moment of the last visit, whatever it found, UTC."""
    gone_at: dt.datetime | None = field(default=None, metadata=stored(_CRAWL, Changes.STORE, export=True))
    """Moment when a visit found that the article had been removed, UTC; null while it is there."""
    updated_at: dt.datetime | None = field(
        default=None, metadata=stored(_DATABASE, Changes.STORE, export=True)
    )
    """Server clock, UTC, at the last change of a link or of a field that a reader sees. A visit that finds
    nothing new does not change it, but only ``http``, ``raw``, ``run``, ``last_seen_at`` and
    ``checked_at``."""
    revision: int = field(
        default=1, metadata=stored(_DATABASE, Changes.STORE, unit="states", rule={"minimum": 1}, export=True)
    )
    """1 for the first state; each change by the newspaper adds 1."""
    content_hash: str = field(default="", metadata=stored(_TEXT, Changes.TEXT))
    """Hash of title, lede and body without view counters and date stamps: equal if readers see the same
    text."""

    duplicate_of: str | None = field(
        default=None, metadata=stored(_OTHERS, Changes.STORE, rule={"pattern": patterns.KEY})
    )
    """``_id`` of the root of its story; null when it is the root itself."""
    duplicate: Duplicate | None = field(default=None, metadata=stored(_OTHERS, Changes.STORE, of_copy=True))
    """Why the article counts as a copy; null if it is not a copy."""
    story: str = field(
        default="", metadata=stored(_OTHERS, Changes.STORE, rule={"pattern": patterns.KEY}, export=True)
    )
    """``_id`` of the root of its story; its own ``_id`` if it is the root."""
    copies: int = field(
        default=0,
        metadata=stored(_OTHERS, Changes.STORE, since=3, unit="articles", rule={"minimum": 0}, export=True),
    )
    """In a root: the number of articles that name it in ``duplicate_of``; 0 in a copy. ``updated_at`` changes
    with it. Example: ``3``."""

    search_text: str = field(default="", metadata=stored(_TEXT, Changes.TEXT, internal=True))
    """Internal. Folded title, lede and first words, for the text index."""
    title_key: str = field(default="", metadata=stored(_TEXT, Changes.TEXT, internal=True))
    """Internal. Hash of the folded title, for matching within a day."""
    signature: Signature | None = field(
        default=None, metadata=stored(_TEXT, Changes.TEXT, since=2, internal=True, read_back=True)
    )
    """Internal. Fingerprint of the text."""
    bands: list[int] = field(
        default_factory=list, metadata=stored(_TEXT, Changes.TEXT, since=2, internal=True)
    )
    """Internal. Keys made from the week of publication and parts of the signature: copies from one week share
    at least one key."""

    page: bytes = field(default=b"", repr=False, metadata=NOT_STORED)
    """Not stored. The page itself, so that a rejection can keep it."""


@dataclass(slots=True, kw_only=True)
class Rejection:
    """A page that is not an article, kept with the reason."""

    url: str = field(metadata=_OF_VISIT)
    """Address after redirects."""
    urls: list[str] = field(default_factory=list, metadata=_OF_VISIT)
    """Every known address of this page."""
    keys: list[str] = field(default_factory=list, metadata=_OF_VISIT)
    """Keys of all addresses in ``urls``."""
    site: str = field(default="", metadata=_OF_VISIT)
    """The spider that fetched it."""
    owner: str = field(default="", metadata=_OF_VISIT)
    """Registrable domain of the crawled site; only crawls of that domain treat the address as known."""
    reason: RejectionReason = field(metadata=_OF_VISIT)
    """Why it is not an article, see Reasons."""
    detail: str = field(default="", metadata=_OF_VISIT)
    """What the page contained, in one sentence."""
    status: int | None = field(default=None, metadata=stored(_VISIT, Changes.VISIT, unit="HTTP status code"))
    """HTTP status, if the site answered."""
    rejected_at: dt.datetime | None = field(default=None, metadata=_OF_VISIT)
    """Moment of the visit, UTC."""
    retry_at: dt.datetime | None = field(default=None, metadata=_OF_VISIT)
    """When the address may be requested again; null if only after this document expires."""
    run: str = field(default="", metadata=_OF_VISIT)
    """The run that wrote it."""
    page: bytes = field(default=b"", repr=False, metadata=stored(_VISIT, Changes.VISIT, unit="zlib"))
    """The page, compressed; null if there was none."""


@dataclass(slots=True, kw_only=True)
class Revision:
    """An earlier state of an article: what readers saw, and when."""

    _id: str = field(metadata=_OF_REVISION)
    """The article and the ``content_hash`` of this state. Example: ``9f0c…:5e0c…``."""
    article: str = field(metadata=_OF_REVISION)
    """``_id`` of the article."""
    revision: int = field(metadata=stored(_DATABASE, Changes.NEVER, unit="states"))
    """Which state this was; 1 is the first. Example: ``1``."""
    changed: list[str] = field(metadata=_OF_REVISION)
    """The fields among title, lede and body that the next state changed. Example: ``["body"]``."""
    seen_from: dt.datetime = field(metadata=_OF_REVISION)
    """Moment of the first download of the article, UTC."""
    seen_until: dt.datetime = field(metadata=_OF_REVISION)
    """Moment of the last download that found this state, UTC."""
    replaced_at: dt.datetime = field(metadata=_OF_REVISION)
    """Server clock when the next state was stored, UTC."""


DATE_FIELDS = changing(Article, Changes.DATE)
"""The stored fields about the date of publication; they change together."""

READ_FIELDS = tuple(f.name for f in fields(RawArticle) if "has_origin" in f.metadata)
"""The fields that are read from the page of an article; ``origins`` says how each was found."""
