"""The data dictionary ``docs/data.md``, from the item classes: ``python -m newscrawl.store.dictionary``."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import inspect
import json
import re
import textwrap
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newscrawl import items
from newscrawl.items import SCHEMA_VERSION, Article, Rejection
from newscrawl.page.check import REASONS as NO_ARTICLE
from newscrawl.store.schema import COPY_FIELDS, INTERNAL, OPS_INDEXES, RETENTION, document, stored_fields
from newscrawl.store.session import DEMO_DATABASE
from newscrawl.store.writer import FORGOTTEN, READER_FIELDS


class Expression(str):
    """A value of a query that the page writes as Python, because it is known only when it runs."""

    __slots__ = ()
    __repr__ = str.__str__


@dataclass(frozen=True)
class Query:
    """A query that the page shows, and that tests measure and run against the demo."""

    says: str
    collection: str
    filter: Mapping[str, Any]
    sort: tuple[tuple[str, int], ...] = ()
    limit: int = 0
    shows: str = ""
    """What it prints of each document, parted by spaces; nothing for what ``show`` prints anyway."""
    name: str = ""
    """Of a query for one document that others use: the variable it is kept in."""

    @property
    def python(self) -> str:
        """As one writes it."""
        moment = r"datetime\.datetime\((.*?), tzinfo=datetime\.timezone\.utc\)"
        wanted = re.sub(moment, r"datetime(\1, tzinfo=UTC)", repr(dict(self.filter)).replace("'", '"'))
        collection = f"ops.{self.collection}" if self.collection in OPS_INDEXES else f"db.{self.collection}"
        order = ", ".join(f'("{name}", {direction})' for name, direction in self.sort)
        sort = f".sort([{order}])" if self.sort else ""
        limit = f".limit({self.limit})" if self.limit else ""
        columns = f', "{self.shows}"' if self.shows else ""
        if self.name:
            return f"{self.name} = {collection}.find_one({wanted})\nshow([{self.name}]{columns})"
        return f"show({collection}.find({wanted}){sort}{limit}{columns})"


_NEWEST = (("day", -1), ("published_at", -1))

QUERIES = (
    Query("The ten newest of a newspaper, copies and all", "articles", {"source": "alayam24"}, _NEWEST, 10),
    Query("… without copies", "articles", {"source": "alayam24", "duplicate_of": None}, _NEWEST, 10),
    Query(
        "The newest of a newspaper since a day",
        "news",
        {"source": "alayam24", "day": {"$gte": "2024-04-03"}},
        _NEWEST,
    ),
    Query(
        "One Hijri month (رمضان 1445)",
        "news",
        {"hijri_month": "1445-09"},
        (("hijri_day", 1),),
        shows="hijri_day source title",
    ),
    Query("One day", "news", {"day": "2024-04-03"}),
    Query(
        "What may be of that day, too: articles with a counted date (the demo has none)",
        "articles",
        {"published.latest": {"$gte": "2024-04-03"}, "published.earliest": {"$lte": "2024-04-03"}},
        shows="source title published",
    ),
    Query("A section of a newspaper", "news", {"source": "alayam24", "section": "رياضة"}, (("day", -1),)),
    Query(
        "What has changed since a moment: new, corrected, removed, or linked to another story",
        "articles",
        {"updated_at": {"$gte": dt.datetime(2024, 4, 1, 12, 0, tzinfo=dt.UTC)}},
        (("updated_at", 1),),
        shows="updated_at revision gone_at duplicate_of title",
    ),
    Query(
        "Words, folded as the text index has them",
        "articles",
        {"$text": {"$search": Expression('fold("أسعار")')}},
    ),
    Query(
        "Articles without a day, and why",
        "articles",
        {"source": "alayam24", "day": None},
        shows="published_missing title",
    ),
    Query(
        "One copy, to have the id of a story",
        "articles",
        {"source": "alayam24", "duplicate_of": {"$ne": None}},
        name="copy",
        shows="story title",
    ),
    Query(
        "The story of an article: its root and all copies",
        "articles",
        {"story": Expression('copy["story"]')},
        shows="duplicate_of site title",
    ),
    Query(
        "The same as one document",
        "stories",
        {"_id": Expression('copy["story"]')},
        shows="title copies",
    ),
    Query(
        "How many articles of a newspaper a day",
        "coverage",
        {"_id.source": "alayam24"},
        shows="day articles copies",
    ),
    Query(
        "What the text of an article was before (the demo has no corrected one)",
        "revisions",
        {"article": Expression('copy["_id"]')},
        (("revision", 1),),
        shows="revision seen_until changed title body",
    ),
    Query(
        "Pages of a site that were no articles, and why",
        "rejected",
        {"site": "alayam24", "reason": "no_body"},
        shows="reason detail url",
    ),
)

COLUMNS = (
    "url", "source", "source_name", "via", "country", "title", "lede", "body", "word_count", "lang",
    "authors", "agencies", "section", "tags", "day", "published_at", "published.precision", "hijri_day",
    "hijri_month", "first_seen_at", "updated_at", "gone_at", "revision", "story",
)  # fmt: skip
"""What a table for analysis keeps; the rest is how the article was read, and machinery."""

MISSING: Mapping[str, str] = {
    "the page shows no date of publication": "no date stands on the page, in its address or in the feed",
    "21130 is not a day": "the date holds a number that no day, month or year can be",
    "no day is written in it": "the best date of the page holds no number",
    "no full date can be read from it": "it holds numbers, but no whole or no existing date, "
    "or one whose calendar is unclear",
    "names no exact day": "the text counts back (`منذ يومين`, `منذ شهر`); `published.earliest` and "
    "`latest` bound it",
}
"""How ``published_missing`` ends, and what that means; before it stands the text, in quotes."""

RUNGS: Mapping[str, str] = {
    "markup": "the place on the page that the site's declaration names",
    "jsonld": "the page's JSON-LD (schema.org)",
    "meta": "the page's meta tags",
    "microdata": "schema.org attributes in the page",
    "feed": "the feed or sitemap that led to the page",
    "generic": "found by shape, as on a site nobody has declared",
    "url": "a date in the address",
}
"""Where a field was read, the surest first."""

REASONS: Mapping[str, str] = dict[str, str](NO_ARTICLE.items()) | {
    "not_found": f"status 404 or 410, or {NO_ARTICLE['not_found']}",
    "redirected": "the address leads to a page that is no article of the site",
    "refused": "the site answered with another 4xx status",
    "robots": "robots.txt forbids the address",
    "too_large": "more bytes than `NEWSCRAWL_DOWNLOAD_MAXSIZE`",
    "unreachable": "the download failed ten times",
    "too_slow": "reading the page took more CPU time than `NEWSCRAWL_WORKER_CPU_SECONDS`",
    "worker_died": "the process that read the page was killed (it may have lacked memory) or crashed",
    "fault": "reading the page failed: a mistake of newscrawl",
    "store_refused": "MongoDB did not take the article",
    FORGOTTEN: "removed by `scrapy forget`; it never comes back",
}
"""The closed list of ``reason`` in ``rejected``."""

_AT = dt.datetime(2024, 3, 27, 14, 30, tzinfo=dt.UTC)
_KEY, _OTHER = "9b2f6c1e8d3a4f5b7c0d1e2f3a4b5c6d", "1c5e7a9b0d2f4e6a8b1c3d5e7f9a0b2c"
_MADE_BY = items.MadeBy(
    newscrawl="0.1.0",
    spider="alayam24",
    markup="2022",
    clean=1,
    fold=1,
    dates=1,
    urls=1,
    schema=SCHEMA_VERSION,
)
_BODY = (
    "الرباط - و م ع: أعطيت اليوم الأربعاء انطلاقة برنامج جديد لتدبير الماء في المدن الكبرى.\n\n"
    "ويمتد البرنامج على خمس سنوات، بحسب بلاغ للوزارة."
)

EXAMPLES: tuple[Article | Rejection, ...] = (
    Article(
        _id=_KEY,
        url="https://www.alayam24.com/articles-73890.html",
        urls=["https://www.alayam24.com/articles-73890.html"],
        keys=[_KEY],
        source="alayam24",
        source_name="الأيام 24",
        site="alayam24",
        country="MA",
        title="المغرب يطلق برنامجا جديدا لتدبير الماء",
        lede="برنامج على خمس سنوات لتزويد المدن الكبرى بالماء",
        body=_BODY,
        word_count=len(_BODY.split()),
        lang="ar",
        authors=["محمد العلوي"],
        byline="كتب: محمد العلوي",
        agencies=["و م ع"],
        dateline="الرباط - و م ع",
        section="سياسة",
        tags=["الماء", "الجفاف"],
        images=[items.Image(url="https://www.alayam24.com/water.jpg", caption="منظر عام لسد قرب الرباط")],
        access="free",
        warnings=["part"],
        alternates=[items.Alternate(lang="fr", url="https://www.alayam24.com/fr/articles-73890.html")],
        day="2024-03-27",
        published_at=_AT,
        hijri_day="1445-09-16",
        hijri_month="1445-09",
        hijri_day_uaq="1445-09-17",
        published=items.PublishedDetail(
            time="14:30",
            timezone="Africa/Casablanca",
            utc_offset="+00:00",
            calendar="both",
            precision="minute",
            hijri=items.HijriDetail(calendar="morocco", basis="table", printed="1445-09-16"),
            origin="markup",
            warnings=["weekday_mismatch"],
        ),
        published_raw="الأربعاء 16 رمضان 1445 الموافق 27 مارس 2024 - 14:30",
        modified_at=_AT + dt.timedelta(hours=1),
        origins={"title": "markup", "body": "markup", "dates": "markup"},
        http=items.Http(
            status=200,
            fetched_at=_AT + dt.timedelta(minutes=20),
            content_type="text/html; charset=utf-8",
            charset="utf-8",
            etag='"5f2b"',
            last_modified="Wed, 27 Mar 2024 14:31:00 GMT",
        ),
        raw={"archive": "alayam24-2024-03.warc.gz", "offset": 81920},
        made_by=_MADE_BY,
        run="20240327T150000Z-1f2e3d4c",
        first_seen_at=_AT + dt.timedelta(minutes=20),
        last_seen_at=_AT + dt.timedelta(hours=7),
        checked_at=_AT + dt.timedelta(hours=25),
        gone_at=_AT + dt.timedelta(hours=25),
        updated_at=_AT + dt.timedelta(hours=25),
        revision=2,
        content_hash="5e0c9d7b3a1f4e2d8c6b0a9f7e5d3c1b",
        story=_KEY,
        search_text="المغرب يطلق برنامجا جديدا لتدبير الماء",
        title_key="7d3f1b5a9c8e4d2f6b0a1c3e5d7f9b8a",
        signature=items.Signature(
            version=2, scheme="minhash shake128 2 words 42x3", seed=1445, values=bytes(4)
        ),
        bands=[199270264510713],
    ),
    Article(
        _id=_OTHER,
        url="https://www.maghress.com/alayam24/21130",
        urls=["https://www.maghress.com/alayam24/21130"],
        keys=[_OTHER],
        source="alayam24",
        source_name="الأيام 24",
        site="maghress",
        owner="maghress.com",
        via="maghress",
        published=items.PublishedDetail(precision="month", earliest="2024-03-01", latest="2024-03-31"),
        published_raw="نشر في الأيام 24 يوم 21130",
        published_missing="21130 is not a day",
        content_hash="5e0c9d7b3a1f4e2d8c6b0a9f7e5d3c1b",
        duplicate_of=_KEY,
        duplicate=items.Duplicate(kind="republished", similarity=0.94, containment=0.99),
        story=_KEY,
    ),
    Rejection(
        url="https://www.alayam24.com/articles-73891.html",
        urls=["https://www.alayam24.com/articles-73891.html"],
        keys=["0a1b2c3d4e5f60718293a4b5c6d7e8f9"],
        site="alayam24",
        owner="alayam24.com",
        reason="not_found",
        detail='the page says "الصفحة غير موجودة"',
        status=200,
        rejected_at=_AT,
        retry_at=_AT + dt.timedelta(days=7),
        run="20240327T150000Z-1f2e3d4c",
        page=bytes.fromhex("789c"),
    ),
)
"""Documents as they might be stored; the page takes its examples from them."""

FROM: Mapping[str, str] = {
    "the address": "_id url urls keys",
    "the site's declaration, or the table of newspapers": "source source_name site owner via country",
    "the page": "title lede body authors byline agencies dateline section tags images access warnings "
    "alternates published_raw modified_at",
    "computed from the text": "word_count lang content_hash search_text title_key signature bands",
    "the date on the page and the site's clock": "day published_at hijri_day hijri_month hijri_day_uaq "
    "published published_missing",
    "the reading of the page": "origins",
    "the site's answer": "http",
    "the crawl": "raw made_by run first_seen_at last_seen_at checked_at gone_at",
    "the database": "updated_at revision",
    "comparison with other articles": "duplicate_of duplicate story",
}
"""Where each field of an article comes from."""
PARTS: Mapping[type, str] = {
    items.PublishedDetail: "the date on the page and the site's clock",
    items.HijriDetail: "the calendar tables; `printed` from the page",
    items.Image: "the page",
    items.Alternate: "the page",
    items.Http: "the site's answer",
    items.Duplicate: "comparison with the root of the story",
    items.Signature: "computed from the text",
    items.MadeBy: "the code that made the document",
}
"""The parts of an article, and where their fields come from."""
UNITS: Mapping[str, str] = {
    "word_count": "words",
    "revision": "states",
    "similarity": "share, 0 to 1",
    "containment": "share, 0 to 1",
    "status": "HTTP status code",
    "day": "YYYY-MM-DD",
    "earliest": "YYYY-MM-DD",
    "latest": "YYYY-MM-DD",
    "hijri_day": "YYYY-MM-DD, Hijri",
    "hijri_day_uaq": "YYYY-MM-DD, Hijri",
    "printed": "YYYY-MM-DD, Hijri",
    "hijri_month": "YYYY-MM, Hijri",
    "time": "HH:MM[:SS]",
    "utc_offset": "±HH:MM",
    "country": "ISO 3166-1 alpha-2",
    "lang": "ISO 639",
    "timezone": "IANA name",
    "page": "zlib",
    "values": "unsigned 32-bit integers",
}
"""Units and formats."""


def _names(fields: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in fields)


_HEAD = f"""# What is stored

Written from the item classes by `python -m newscrawl.store.dictionary`; tests hold the page, the classes and
the queries together. Schema version {SCHEMA_VERSION}: MongoDB refuses what this page does not allow.

The articles are in the database `newscrawl` (`MONGODB_DATABASE`), those of `make demo` in
`{DEMO_DATABASE}`. Days are strings `YYYY-MM-DD` on the publisher's clock, instants are dates in UTC, lists
are never null; a field that may be null says so. Where the truth is not known the field is null.

| collection | what it holds |
|---|---|
| [`articles`](#articles) | every article, copies too |
| `news` (view) | articles that are no copies, without {_names(INTERNAL)} |
| [`stories`](#stories) (view) | the same, each with the list of its `copies` |
| [`coverage`](#coverage) (view) | numbers by newspaper and day |
| [`revisions`](#revisions) | former states of corrected articles |

The database beside it, with `_ops` at the end of its name, holds [`rejected`](#rejected), `runs` (kept
{RETENTION["runs"].days} days), and what the machinery remembers: `pending`, `marks`, `schema`.

## Queries

`make demo` once; then `make mongo ARGS=--demo` keeps its MongoDB up and prints the address (without `ARGS`:
that of your own crawls). Write it at `ADDRESS` and paste into `.venv/bin/python`, started in this folder.
Elsewhere `pip install pymongo` comes first.

```python
{{setup}}
```

Each of these reads at most twice as many documents as it returns, through an index.

```python
{{queries}}
```

The text index knows whole words, `الأسعار` is another one than `أسعار`. Of several one is enough;
`'"اسعار" "العملات"'` finds what has both. `fold` comes with this folder; without it write words so: no
tashkeel and no tatweel, أإآٱ → ا, ىیئ → ي, ة → ه, ؤ → و, ک → ك, digits 0-9, small letters.

A counted phrase names no day: software rounds such counts or cuts them, so `منذ يومين` is another day in up
to half of all cases. Then `day` is null, and the article was published from `published.earliest` to
`published.latest`, both days included; `منذ 3 ساعات` around midnight keeps its `published_at` beside them. A
filter on `day` leaves such articles out, and `coverage` counts them under the day null: ask for the intervals
that meet yours, as above. Where `published.latest` is null too, the article may be of any day.

For changes ask `articles`: an article that became a copy is in `news` no longer. What `scrapy forget` removed
is in none of them; its key is in `rejected` with the reason `forgotten`.

A query on a view runs on `articles` and is fast where its filter names the same fields as one of those above
(on `coverage`: `_id.source`, `_id.day`). To sort a view, even for ten rows, MongoDB first reads all that the
filter finds: filter by a range of days, or ask `articles` with `"duplicate_of": None`.

## A table for pandas

`pip install pandas pyarrow` first. The table has `_id` and the columns named here. Left out are how an
article was read, and the machinery (`signature`, `bands`, `search_text` …).

```python
{{pandas}}
```

## Articles without a day

`published_missing` quotes the date as printed (also in `published_raw`), and ends with one of these:

{{missing}}

## Rungs

`origins` names for each field the rung that gave it, the surest first:

{{rungs}}

Two of its keys are no fields. `dates` is the surest rung that gives this day, and stands for
{_names(items.DATE_FIELDS)}.
`publisher` is where the page names the newspaper, which on an aggregator decides `source` and `source_name`.

"""

_SETUP = f"""import os
from datetime import UTC, datetime
from pymongo import MongoClient
from newscrawl.text import fold  # for the search of words alone; elsewhere leave it out

ADDRESS = os.environ.get("MONGODB_URI", "mongodb://127.0.0.1:27017")  # as printed
DATABASE = os.environ.get("MONGODB_DATABASE", "{DEMO_DATABASE}")  # your own crawls: "newscrawl"

def show(found, fields="day source title"):
    for document in found:
        print(*(document[field] for field in fields.split()), sep=" | ")

client = MongoClient(ADDRESS, tz_aware=True)
db, ops = client[DATABASE], client[DATABASE + "_ops"]"""

_PANDAS = f"""import pandas as pd

columns = \"\"\"
{textwrap.fill(" ".join(COLUMNS), 110)}
\"\"\".split()
news = db.news.find({{"source": "alayam24", "day": {{"$gte": "2024-04-03"}}}}, columns)
frame = pd.json_normalize(list(news)).rename(columns={{"published.precision": "precision"}})
for name in ("day", "published_at", "first_seen_at", "updated_at", "gone_at"):
    frame[name] = pd.to_datetime(frame[name], utc=name != "day")

frame.to_parquet("news.parquet")
print(frame.groupby("day").size())"""

_OF_A_STORY = f"""
## stories

Every field of `news`, and one more:

| field | type | meaning |
|---|---|---|
| `copies` | list of object | the other articles of the story: `_id`, {_names(COPY_FIELDS)} of each |

## coverage

| field | type | meaning |
|---|---|---|
| `_id` | object | `{{source, day}}` of these articles, to filter by; `day` may be null |
| `source`, `day` | string | the same, to read |
| `articles` | integer | how many, copies too |
| `copies` | integer | how many of them are copies |

## revisions

One document for each state of an article that a later one replaced: what a reader saw of it
({_names((*READER_FIELDS, *items.DATE_FIELDS))}), and these:

| field | type | meaning |
|---|---|---|
| `_id` | string | `article:content_hash` |
| `article` | string | `_id` of the article |
| `revision` | integer | which state this was: 1 is the first |
| `changed` | list of string | what the next state changed, of `title`, `lede` and `body` |
| `seen_from` | date | when the article was first downloaded, UTC |
| `seen_until` | date | last download that found this state, UTC |
| `replaced_at` | date | when the next one was stored, UTC |

"""

_DAYS = RETENTION["rejected"].days
_EXPIRY = (
    f"server clock at the last visit, UTC; {_DAYS} days later the document expires, and the address may \
be asked for again. Tombstones have none and stay"
)

_REJECTED = f"""
The store adds:

| field | type | meaning |
|---|---|---|
| `_id` | string | the first of `keys`; of a tombstone (`{FORGOTTEN}`) `{FORGOTTEN}:` and the key |
| `stored_at` | date | {_EXPIRY} |
| `times` | integer | visits that ended in `rejected`; tombstones have none |

### Reasons

{{reasons}}
"""


def docstrings(cls: type) -> dict[str, str]:
    """The docstring under each field of a dataclass."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(text.value, ast.Constant)
            found[field.target.id] = inspect.cleandoc(str(text.value.value)).replace("\n", " ")
    return found


def _words(hint: object) -> str:
    """A type annotation for a reader who knows no Python."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_words(arg) for arg in args)
    if origin is typing.Literal:
        return ", ".join(f"`{arg}`" for arg in args)
    if origin is list:
        return f"list of {_words(args[0])}"
    if origin is dict or hint is dict:
        return "object"
    names = {"str": "string", "int": "integer", "float": "number", "datetime": "date", "NoneType": "null"}
    name = getattr(hint, "__name__", str(hint))
    return f"[{name}](#{name.lower()})" if dataclasses.is_dataclass(hint) else names.get(name, name)


def example(cls: type, name: str) -> object:
    """The value of a field in the first of the examples that has one; None when none has."""
    root = Rejection if cls is Rejection else Article
    documents = [document(item) for item in EXAMPLES if isinstance(item, root)]
    values = (fields[name] for fields in _parts(cls, root, documents))
    return next((value for value in values if value not in (None, [], "")), None)


def _parts(wanted: type, cls: type, documents: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What the examples hold of one class: the documents, or the parts of them that are of that class."""
    if cls is wanted:
        yield from documents
        return
    hints = typing.get_type_hints(cls)
    for name in stored_fields(cls):
        for inner in _classes(hints[name]):
            values = [fields[name] for fields in documents if fields[name]]
            inside = [part for value in values for part in (value if isinstance(value, list) else [value])]
            yield from _parts(wanted, inner, inside)


def _classes(hint: object) -> Iterator[type]:
    if dataclasses.is_dataclass(hint):
        yield typing.cast("type", hint)
    for arg in typing.get_args(hint):
        yield from _classes(arg)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"`{value:%Y-%m-%dT%H:%M:%SZ}`"
    if isinstance(value, dict) and any(
        isinstance(part, dict | list | bytes | dt.datetime) for part in value.values()
    ):
        return "see below"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "see below"
    if isinstance(value, bytes):
        return f"`{value.hex()}…`"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "⏎").replace("|", "\\|")
    return f"`{text[:60]}…`" if len(text) > 60 else f"`{text}`"


def _table(cls: type, origins: Mapping[str, str]) -> str:
    hints, said = typing.get_type_hints(cls), docstrings(cls)
    rows = []
    for name in stored_fields(cls):
        meaning = re.sub(r"\.? ?Example: .*?(?:\.$|(; )|$)", lambda hit: hit[1] or ".", said[name])
        unit = UNITS.get(name) or ("UTC" if "date" in _words(hints[name]).split() else "")
        cells = [f"`{name}`", _words(hints[name]), meaning.replace("``", "`"), unit]
        rows.append(f"| {' | '.join([*cells, _shown(example(cls, name)), origins[name]])} |")
    return "\n".join(
        ["| field | type | meaning | unit | example | from |", "|---|---|---|---|---|---|", *rows]
    )


def _list(meanings: Mapping[str, str], head: str) -> str:
    rows = (f"| `{name}` | {meaning} |" for name, meaning in meanings.items())
    return "\n".join([f"| {head} | meaning |", "|---|---|", *rows])


def page() -> str:
    """The whole page in Markdown."""
    head = _HEAD.format(
        setup=_SETUP,
        queries="\n".join(f"# {query.says}\n{query.python}" for query in QUERIES),
        pandas=_PANDAS,
        missing=_list(MISSING, "ends with"),
        rungs=_list(RUNGS, "rung"),
    )
    origins = {name: origin for origin, names in FROM.items() for name in names.split()}
    parts = [f"{head}## articles\n", _table(Article, origins)]
    for cls, origin in PARTS.items():
        said = (inspect.getdoc(cls) or "").replace("``", "`")
        parts += [f"\n### {cls.__name__}\n", said, "", _table(cls, dict.fromkeys(stored_fields(cls), origin))]
    said = inspect.getdoc(Rejection) or ""
    origins = dict.fromkeys(stored_fields(Rejection), "the visit")
    parts += [f"{_OF_A_STORY}## rejected\n", said, "", _table(Rejection, origins)]
    return "\n".join(parts) + "\n" + _REJECTED.format(reasons=_list(REASONS, "reason"))


if __name__ == "__main__":
    print(page(), end="")
