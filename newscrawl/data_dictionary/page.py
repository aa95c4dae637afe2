"""The page ``docs/data.md``."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Mapping

from newscrawl import items
from newscrawl.data_dictionary.meanings import MISSING
from newscrawl.data_dictionary.queries import QUERIES
from newscrawl.data_dictionary.readers import COVERAGE, FORGOTTEN, REJECTIONS, RUNS, table
from newscrawl.data_dictionary.recipes import BODY_COSTS, RECIPES
from newscrawl.data_dictionary.tables import fields_table, parts_of
from newscrawl.items import SCHEMA_VERSION, Article, Rejection, Revision
from newscrawl.store.revisions import KEPT
from newscrawl.store.schema import INTERNAL, OF_COPY, RETENTION
from newscrawl.store.session import DEMO_DATABASE
from newscrawl.stored import paths
from newscrawl.vocabulary import (
    CopyKind,
    CoverageReason,
    DateWarning,
    Origin,
    RejectionReason,
    Word,
)

COLUMNS = tuple(path for path, says in paths(Article) if says.export)
"""The columns of a table for data analysis."""


def _names(fields: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in fields)


_HEAD = f"""# What is stored

For readers of the data. Collections and queries take 10 minutes to read; the rest is reference.

`python -m newscrawl.data_dictionary` writes this page from the item classes; tests check that the page, the
classes and the queries agree. Schema version {SCHEMA_VERSION}: MongoDB refuses what this page does not
allow.

The articles are in the database `newscrawl` (`MONGODB_DATABASE`), those of `make demo` in
`{DEMO_DATABASE}`. Days are strings `YYYY-MM-DD` on the publisher's clock, instants are dates in UTC, lists
are never null; a field that may be null says so. If a value is not known, the field is null.

| collection | what it holds |
|---|---|
| [`articles`](#articles) | every article, copies too |
| `news` (view) | articles that are not copies, without {_names(INTERNAL)} |
| [`stories`](#stories) (view) | the same, each with the list of its `copies` |
| [`coverage`](#coverage) | numbers of articles by newspaper and day, and whether they are complete |
| [`revisions`](#revisions) | former states of corrected articles |
| [`forgotten`](#forgotten) | keys of articles that were removed on request |
| `sources` | each crawled site: domain, country, clock, and the state of its robots.txt with its date |
| [`runs`](#runs) | what each crawl saw and how it ended; kept {RETENTION["runs"].days} days |
| [`rejections`](#rejections) | pages that were no articles, and why; kept {RETENTION["rejected"].days} days |

The user that `deploy/mongodb_users.py` creates for readers can read all of these. A second database, whose
name ends with `_ops`, is for internal use. It holds the rejected pages themselves ([`rejected`](#rejected)),
`runs` with hosts and logs, and the crawler's memory: `pending`, `marks`, `frames`, `schema`, and `learned`,
which describes newspapers without a spider.

## Queries

Run `make demo` once; then `make mongo ARGS=--demo` keeps its MongoDB running and prints the address (without
`ARGS`: that of your own crawls). Set `ADDRESS` to it, and paste the code into `.venv/bin/python`, started in
this folder. Elsewhere, run `pip install pymongo` first.

```python
{{setup}}
```

Each of these queries uses an index, and reads at most twice as many documents as it returns.

```python
{{queries}}
```

A counted phrase does not give an exact day: software rounds or truncates such counts, so `منذ يومين` is the
wrong day in up to half of all cases. Then `day` is null, and the article was published between
`published.earliest` and `published.latest`, both days included; `منذ 3 ساعات` around midnight also keeps its
`published_at`. A filter on `day` leaves such articles out; `coverage` counts them under the day null, and as
`possible` on each day that may be theirs. Query for the intervals that overlap yours, as above. If
`published.latest` is null, too, the article may be from any day.

To follow changes, query `articles`: an article that became a copy is no longer in `news`. Articles that
`scrapy forget` removed are in neither; their keys are in [`forgotten`](#forgotten).

A query on a view runs on `articles`, and is fast if its filter uses the same fields as a query above. To sort
a view, even for ten rows, MongoDB first reads all documents that match: filter by a range of days, or query
`articles` with `"duplicate_of": None`.
{{recipes}}
## A table for pandas

With newscrawl installed, `articles(db, source="alayam24").to_pandas()` gives a typed frame, and
`python -m newscrawl export` writes Parquet: see [export.md](export.md), and [tour.ipynb](tour.ipynb) for a
walk through the collection. Without newscrawl, run `pip install pandas pyarrow` first. The table has `_id`
and the columns below. It leaves out how an article was read, and internal fields (`signature`, `bands`,
`search_text` …).

```python
{{pandas}}
```

## Articles without a day

`published_missing` quotes the date as printed (also in `published_raw`), and ends with one of these phrases:

{{missing}}

## Origins

`origins` says for each field how it was found, `places` where on the page. The most reliable origin comes
first:

{{origins}}

Two keys of `origins` are not fields. `dates` is the most reliable origin that gives this day; it applies to
{_names(items.DATE_FIELDS)}.
`publisher` says where the page names the newspaper; on an aggregator, this decides `source` and
`source_name`.

## Warnings

Values in `published.warnings`:

{{warnings}}

## Kinds of copies

Values of `duplicate.kind`:

{{copies}}

The root of a story is a newspaper's own page rather than an aggregator's, and among those the page that
newscrawl saw first, whatever dates the others state. So the root is not always the first publication. To find
that, compare `published_at`, where it is known, among the newspapers' own pages of a story (`via` is null).

"""

_SETUP = f"""import os
from datetime import UTC, datetime
from pymongo import MongoClient
from newscrawl.text import fold  # only for searching words; leave it out where newscrawl is not installed

ADDRESS = os.environ.get("MONGODB_URI", "mongodb://127.0.0.1:27017")  # as printed
DATABASE = os.environ.get("MONGODB_DATABASE", "{DEMO_DATABASE}")  # your own crawls: "newscrawl"

def show(documents, fields="day source title"):
    for document in documents:
        print(*(document[field] for field in fields.split()), sep=" | ")

client = MongoClient(ADDRESS, tz_aware=True)
db = client[DATABASE]"""

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

_BESIDE = f"""
## stories

The fields of `news`, except that `copies` is a list here:

| field | type | meaning |
|---|---|---|
| `copies` | list of object | the other articles of the story: `_id`, {_names(OF_COPY)} of each |

## coverage

A row for each day from a newspaper's first article to its last, or, if it has its own site, to the
last run of that site. Days without articles have a row, too. The counts are updated whenever `articles`
change.

A newspaper's lists are its sections, feeds and sitemaps. A walk goes through one of them, from the newest
entry back to where the last walk began. `complete` says whether walks saw everything that was listed on a
day. True: few articles mean little news. False: articles are missing, and `why` says why. Null: it is
unknown, so leave the day out when you compare days.

{{coverage}}

{{why}}

## revisions

One document for each state of an article that a later state replaced. It has the fields that a reader saw
({_names(KEPT)}), and these:

{{revision}}

## forgotten

One document for each key of an article that `scrapy forget` removed. It contains no text and no address, and
never expires.

{{forgotten}}

## runs

{{runs}}

## rejections

The fields of [`rejected`](#rejected) without the page itself: {REJECTIONS}.

"""

_DAYS = RETENTION["rejected"].days
_EXPIRY = (
    f"server clock at the last visit, UTC; {_DAYS} days later the document expires, and the address may \
be requested again"
)

_REJECTED = f"""
The store adds:

| field | type | meaning |
|---|---|---|
| `_id` | string | the first of `keys` |
| `stored_at` | date | {_EXPIRY} |
| `times` | integer | visits that ended in `rejected` |

### Reasons

What to do about them: [When pages are rejected](operate.md#when-pages-are-rejected).

{{reasons}}
"""


def _list(meanings: Mapping[str, str], head: str) -> str:
    rows = (f"| `{name}` | {meaning} |" for name, meaning in meanings.items())
    return "\n".join([f"| {head} | meaning |", "|---|---|", *rows])


def _words(words: type[Word], head: str) -> str:
    return _list({word: word.meaning for word in words}, head)


def page() -> str:
    """The whole page in Markdown."""
    head = _HEAD.format(
        setup=_SETUP,
        queries="\n".join(f"# {query.says}\n{query.python}" for query in QUERIES),
        recipes=RECIPES.replace("{body_costs}", BODY_COSTS),
        pandas=_PANDAS,
        missing=_list(MISSING, "ends with"),
        origins=_words(Origin, "origin"),
        warnings=_words(DateWarning, "warning"),
        copies=_words(CopyKind, "kind"),
    )
    parts = [f"{head}## articles\n", fields_table(Article)]
    for cls, source in parts_of(Article).items():
        text = (inspect.getdoc(cls) or "").replace("``", "`")
        parts += [f"\n### {cls.__name__}\n", text, "", fields_table(cls, source)]
    text = inspect.getdoc(Rejection) or ""
    beside = _BESIDE.format(
        revision=fields_table(Revision),
        coverage=table(COVERAGE),
        why=_words(CoverageReason, "why"),
        forgotten=table(FORGOTTEN),
        runs=table(RUNS),
    )
    sentence = "It is in the internal database (`_ops`)."
    parts += [f"{beside}## rejected\n", f"{text} {sentence}", "", fields_table(Rejection)]
    return "\n".join(parts) + "\n" + _REJECTED.format(reasons=_words(RejectionReason, "reason"))
