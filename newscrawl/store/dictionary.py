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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newscrawl import items
from newscrawl.items import SCHEMA_VERSION, Article, Rejection
from newscrawl.store.schema import INTERNAL, RETENTION, document, stored_fields


@dataclass(frozen=True)
class Query:
    """A query that the page shows, and that a test measures."""

    says: str
    collection: str
    filter: Mapping[str, Any]
    sort: tuple[tuple[str, int], ...] = ()
    limit: int = 0

    @property
    def python(self) -> str:
        """As one writes it."""
        moment = r"datetime\.datetime\((.*?), tzinfo=datetime\.timezone\.utc\)"
        wanted = re.sub(moment, r"datetime(\1, tzinfo=UTC)", repr(dict(self.filter)).replace("'", '"'))
        order = ", ".join(f'("{name}", {direction})' for name, direction in self.sort)
        sort = f".sort([{order}])" if self.sort else ""
        limit = f".limit({self.limit})" if self.limit else ""
        return f"db.{self.collection}.find({wanted}){sort}{limit}"


_NEWEST = (("day", -1), ("published_at", -1))

QUERIES = (
    Query("The ten newest of a newspaper, copies and all", "articles", {"source": "alayam24"}, _NEWEST, 10),
    Query("… without copies", "articles", {"source": "alayam24", "duplicate_of": None}, _NEWEST, 10),
    Query(
        "The newest of a newspaper since a day",
        "news",
        {"source": "alayam24", "day": {"$gte": "2024-03-20"}},
        _NEWEST,
    ),
    Query("One Hijri month (رمضان 1445)", "news", {"hijri_month": "1445-09"}, (("hijri_day", 1),)),
    Query("One day", "news", {"day": "2024-03-27"}),
    Query("A section of a newspaper", "news", {"source": "alayam24", "section": "سياسة"}, (("day", -1),)),
    Query(
        "What has changed since a moment: new, corrected, removed, or linked to another story",
        "news",
        {"updated_at": {"$gte": dt.datetime(2024, 3, 27, 12, 0, tzinfo=dt.UTC)}},
        (("updated_at", 1),),
    ),
    Query(
        "All copies of a story, by the `story` of any of them",
        "articles",
        {"story": "9b2f6c1e8d3a4f5b7c0d1e2f3a4b5c6d"},
    ),
    Query("A story with its copies in one row", "stories", {"_id": "9b2f6c1e8d3a4f5b7c0d1e2f3a4b5c6d"}),
    Query("How many articles of a newspaper a day", "coverage", {"_id.source": "alayam24"}),
)

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
    "the site's declaration, or the table of newspapers": "source source_name site via country",
    "the page": "title lede body authors byline agencies dateline section tags images access alternates "
    "published_raw modified_at",
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

_HEAD = f"""# What is stored

Written from the item classes by `python -m newscrawl.store.dictionary`; a test holds both together. Schema
version {SCHEMA_VERSION}. The validator of the collection is made from the same classes: MongoDB refuses what
this page does not allow.

The articles are in the collection `articles` of the database `newscrawl` (`MONGODB_DATABASE`). Days are
strings `YYYY-MM-DD` on the publisher's clock, instants are dates in UTC, lists are never null; a field
that may be null says so. Where the truth is not known the field is null.

| collection | what it holds |
|---|---|
| `articles` | every article, copies too |
| `news` (view) | articles that are no copies, without {", ".join(f"`{name}`" for name in INTERNAL)} |
| `stories` (view) | one row a story: its root with all fields, and `copies` |
| `coverage` (view) | `articles` and, of these, `copies` by `source` and `day` |
| `revisions` | former states of corrected articles: `article` is the article's `_id` |

In `newscrawl_ops`: `runs` (kept {RETENTION["runs"].days} days), `rejected` (kept {RETENTION["rejected"].days}
days; the tombstones of `scrapy forget` for good), `pending`, `marks`, `schema` and what else the machinery
remembers.

## Queries

Each of these reads at most twice as many documents as it returns, through an index; a test measures them.

```python
from datetime import UTC, datetime
from pymongo import MongoClient

db = MongoClient("mongodb://127.0.0.1:27017", tz_aware=True).newscrawl

"""

_NOTES = """```

A view leaves fields out and renames none, so a filter on it uses the indexes of `articles`. MongoDB sorts a
view after that, however: through `news`, bound a sorted query by `day`, as above; with `limit` alone ask
`articles`. `coverage` is fast when filtered by `_id.source` and `_id.day`.

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


def page() -> str:
    """The whole page in Markdown."""
    queries = "\n".join(f"# {query.says}\n{query.python}" for query in QUERIES)
    origins = {name: origin for origin, names in FROM.items() for name in names.split()}
    parts = [f"{_HEAD}{queries}\n{_NOTES}## articles\n", _table(Article, origins)]
    for cls, origin in PARTS.items():
        said = (inspect.getdoc(cls) or "").replace("``", "`")
        parts += [f"\n### {cls.__name__}\n", said, "", _table(cls, dict.fromkeys(stored_fields(cls), origin))]
    said = inspect.getdoc(Rejection) or ""
    origins = dict.fromkeys(stored_fields(Rejection), "the visit")
    parts += ["\n## rejected\n", said, "", _table(Rejection, origins)]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(page(), end="")
