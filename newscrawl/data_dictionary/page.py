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
"""The columns of a table for analysis."""


def _names(fields: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in fields)


_HEAD = f"""# What is stored

For readers of the data. The first 10 minutes are collections and queries; the rest is to look things up.

`python -m newscrawl.data_dictionary` writes this page from the item classes; tests hold the page, the
classes and the queries together. Schema version {SCHEMA_VERSION}: MongoDB refuses what this page does not
allow.

The articles are in the database `newscrawl` (`MONGODB_DATABASE`), those of `make demo` in
`{DEMO_DATABASE}`. Days are strings `YYYY-MM-DD` on the publisher's clock, instants are dates in UTC, lists
are never null; a field that may be null says so. Where the truth is not known the field is null.

| collection | what it holds |
|---|---|
| [`articles`](#articles) | every article, copies too |
| `news` (view) | articles that are no copies, without {_names(INTERNAL)} |
| [`stories`](#stories) (view) | the same, each with the list of its `copies` |
| [`coverage`](#coverage) | numbers by newspaper and day, and whether the day was seen whole |
| [`revisions`](#revisions) | former states of corrected articles |
| [`forgotten`](#forgotten) | keys of what was removed on request |
| `sources` | each site that was crawled: domain, country, clock, and what its robots.txt was, when |
| [`runs`](#runs) | what each crawl saw and how it ended; kept {RETENTION["runs"].days} days |
| [`rejections`](#rejections) | pages that were no articles, and why; kept {RETENTION["rejected"].days} days |

The user that `deploy/mongodb_users.py` makes for readers may read all of these. The database beside it, with
`_ops` at the end of its name, is the machinery's own: the rejected pages themselves
([`rejected`](#rejected)), `runs` with hosts and logs, and what it remembers: `pending`, `marks`, `frames`,
`schema`, and `learned`: what is known of newspapers that no spider declares.

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

A counted phrase names no day: software rounds such counts or cuts them, so `منذ يومين` is another day in up
to half of all cases. Then `day` is null, and the article was published from `published.earliest` to
`published.latest`, both days included; `منذ 3 ساعات` around midnight keeps its `published_at` beside them. A
filter on `day` leaves such articles out; `coverage` counts them under the day null, and as `possible` on the
days that they may be of. Ask for the intervals that meet yours, as above. Where `published.latest` is null
too, the article may be of any day.

For changes ask `articles`: an article that became a copy is in `news` no longer. What `scrapy forget` removed
is in none of them; its keys are in [`forgotten`](#forgotten).

A query on a view runs on `articles` and is fast where its filter names the same fields as one of those above.
To sort a view, even for ten rows, MongoDB first reads all that the filter finds: filter by a range of days,
or ask `articles` with `"duplicate_of": None`.
{{recipes}}
## A table for pandas

With newscrawl installed, `articles(db, source="alayam24").to_pandas()` gives a typed frame, and
`python -m newscrawl export` writes Parquet: see [export.md](export.md), and [tour.ipynb](tour.ipynb) for a
walk through the collection. Without it, `pip install pandas pyarrow` first. The table has `_id` and the
columns named here. Left out are how an article was read, and the machinery (`signature`, `bands`,
`search_text` …).

```python
{{pandas}}
```

## Articles without a day

`published_missing` quotes the date as printed (also in `published_raw`), and ends with one of these:

{{missing}}

## Origins

`origins` says for each field how it was found, `places` where on the page. The surest origin comes first:

{{origins}}

Two of its keys are no fields. `dates` is the surest origin that gives this day, and stands for
{_names(items.DATE_FIELDS)}.
`publisher` is where the page names the newspaper, which on an aggregator decides `source` and `source_name`.

## Warnings

Words in `published.warnings`:

{{warnings}}

## Kinds of copies

Words in `duplicate.kind`:

{{copies}}

The root of a story is the newspaper's own page before an aggregator's page, and of those the one that
newscrawl saw first, whatever dates the others state. So the root is not always who published first: for that
compare `published_at` among own pages (`via` is null) of a story, where it is known.

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

Every field of `news`, but for one that is a list here:

| field | type | meaning |
|---|---|---|
| `copies` | list of object | the other articles of the story: `_id`, {_names(OF_COPY)} of each |

## coverage

A row for each day from a newspaper's first article to its last, and where it has a site of its own to the
last run of that site: also the days without any article. It is counted anew from `articles` whenever they
change.

A newspaper's lists are its sections, feeds and sitemaps; a walk goes through one of them from its newest
entry back to where the last walk began. `complete` says whether walks saw all that was listed on a day.
True: few articles mean little news. False: articles are missing, `why` says how. Null: it cannot be told, so
leave the day out where days are compared.

{{coverage}}

{{why}}

## revisions

One document for each state of an article that a later one replaced: what a reader saw of it
({_names(KEPT)}), and these:

{{revision}}

## forgotten

One document for each key of an article that `scrapy forget` removed. It has no words and no addresses, and
never expires.

{{forgotten}}

## runs

{{runs}}

## rejections

What [`rejected`](#rejected) holds, less the page itself: {REJECTIONS}.

"""

_DAYS = RETENTION["rejected"].days
_EXPIRY = (
    f"server clock at the last visit, UTC; {_DAYS} days later the document expires, and the address may \
be asked for again"
)

_REJECTED = f"""
The store adds:

| field | type | meaning |
|---|---|---|
| `_id` | string | the first of `keys` |
| `stored_at` | date | {_EXPIRY} |
| `times` | integer | visits that ended in `rejected` |

### Reasons

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
    where = "In the machinery's database, beside that of the articles."
    parts += [f"{beside}## rejected\n", f"{text} {where}", "", fields_table(Rejection)]
    return "\n".join(parts) + "\n" + _REJECTED.format(reasons=_words(RejectionReason, "reason"))
