"""What the data dictionary shows beside single queries: a mirror, a sample, frames, a clock."""

from __future__ import annotations

from newscrawl.identity import SEARCH_WORDS
from newscrawl.store.schema import INTERNAL

BODY_COSTS = """Of 3,000 made articles of 320 words the index then took 2.3 KB each instead of 0.5 KB, their
texts another 0.7 KB, and an insert 1.7 ms of the server's CPU instead of 0.6 ms."""
"""What indexing all of the text costs, as ``benchmarks.readers`` measures it."""

MIRROR = f"""from datetime import timedelta

OVERLAP = timedelta(minutes=10)
MACHINERY = dict.fromkeys({list(INTERNAL)!r}, 0)

def follow(mirror, since):
    \"\"\"Bring a dict of articles by `_id` up to date; returns what to give as `since` next time.\"\"\"
    now = client.admin.command("hello")["localTime"].replace(tzinfo=UTC)
    changed = {{"updated_at": {{"$gte": since - OVERLAP}}}}
    for article in db.articles.find(changed, MACHINERY):
        mirror[article["_id"]] = article
    for tombstone in db.forgotten.find(changed):
        mirror.pop(tombstone["article"], None)
        mirror.pop(tombstone["_id"], None)
    return now

mirror = {{}}
since = follow(mirror, datetime(2000, 1, 1, tzinfo=UTC))  # the first time: all of it
since = follow(mirror, since)  # and again, as often as you like
print(len(mirror), since is not None)""".replace("'", '"').replace("'", '"')

SAMPLE = """def sample(percent):
    \"\"\"The filter of a sample that is the same each time, and stays so when articles are added.\"\"\"
    return {"_id": {"$lt": f"{round(percent / 100 * 2**32):08x}"}} if percent < 100 else {}

show(db.articles.find(sample(10)))"""

ARROW = """import polars
from pymongoarrow.api import Schema, find_arrow_all

schema = Schema({
    "_id": str, "source": str, "day": str, "published_at": datetime, "title": str,
    "word_count": int, "duplicate": {"kind": str, "similarity": float}, "copies": int,
})
table = find_arrow_all(db.articles, {"day": {"$gte": "2024-04-03"}}, schema=schema)
print(polars.from_arrow(table).group_by("source").len())"""

CLOCK = """from zoneinfo import ZoneInfo  # with the package tzdata, 2026.3 or newer

article = db.articles.find_one({"country": "MA", "published_at": {"$ne": None}})
print(article["published_at"].astimezone(ZoneInfo("Africa/Casablanca")))"""

RECIPES = f"""
## Searching words

```python
from newscrawl.search import search

for hit in search(db, "الأسعار", since="1445-09-01H", country="MA"):
    print(hit.day, hit.source_name, hit.snippet.marked("[", "]"), sep=" | ")
```

`scrapy search الأسعار` does the same on a terminal. A word is found in every spelling (أ إ آ ا, ة ه, ى ي,
tashkeel, digits) and with what is attached to it: `والحكومة`, `بالحكومة` and `لحكومتهم` under `حكومة`. The
collection's own words tell what only looks like it: where `الكتاب` stands, `كتاب` is not taken for `ك` before
`تاب`. `expand=False` leaves it at whole words. All words have to be there; those in quotation marks stand
side by side. `source`, `country`, `since` and `until` narrow it down, `copies=False` leaves copies out. The
best 20 come first; `limit=None` gives all. With a limit no more than 250 documents are read for each article
that is asked for, the newest first, and the best are chosen among these. To look further back, give `until`;
`newscrawl.search.find` returns the day to go on from.
[`scrapy web`](web.md) searches in a browser.

What is searched is `search_text`: title, lede and first words, {SEARCH_WORDS} together. With
`NEWSCRAWL_SEARCH=body` crawls index all of the text of what they store from then on. {{body_costs}}

`$text` alone, as among the queries above, knows whole words: `الأسعار` is another one than `أسعار`. Of
several one is enough; `'"اسعار" "العملات"'` finds what has both. `fold` comes with this folder; without it
write words so: no tashkeel and no tatweel, أإآٱ → ا, ىیئ → ي, ة → ه, ؤ → و, ک → ك, digits 0-9, small letters.

## A mirror

`updated_at` moves when something that a reader sees changes, and `forgotten` names what was removed for good.
So a copy of your own stays equal to the collection, but for the fields of visits (`http`, `raw`, `run`,
`last_seen_at`, `checked_at`):

```python
{MIRROR}
```

Each time it asks for ten minutes more than is new: a write gets its moment a little before it is seen. The
order matters: what was stored and forgotten since the last time has to go.

## A sample

`_id` is a hash, so a part of its range is a fair sample. It cuts through stories: to keep copies together
draw by `story`.

```python
{SAMPLE}
```

## Frames with fixed types

`pip install pymongoarrow polars` first; it brings the pyarrow that it is built for. Name the types: without a
schema the first value of a column decides, and a similarity of 0.94 becomes 0 where the first one was 1.
Nothing but the fields that are named is read.

```python
{ARROW}
```

[export.md](export.md) has the same as files.

## The clock in Morocco

Morocco left UTC+1 for good on 20 September 2026. MongoDB has time zones of its own, which are older: its
`$dateToString` with `timezone: "Africa/Casablanca"` is an hour off since. Take `day` and `published.time`,
which are on the publisher's clock already, or reckon outside MongoDB:

```python
{CLOCK}
```
"""
"""Sections of the page; ``body_costs`` is filled in by it."""
