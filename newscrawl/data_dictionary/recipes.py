"""Longer examples of the data dictionary: a mirror, a sample, frames, a clock."""

from __future__ import annotations

from newscrawl.identity import SEARCH_WORDS
from newscrawl.store.schema import INTERNAL

BODY_COSTS = """With 3,000 synthetic articles of 320 words, the index then takes 2.3 KB per article instead of
0.5 KB, the stored text another 0.7 KB, and an insert 1.7 ms of the server's CPU time instead of 0.6 ms."""
"""The cost of indexing whole texts, as measured by ``benchmarks.readers``."""

MIRROR = f"""from datetime import timedelta

OVERLAP = timedelta(minutes=10)
MACHINERY = dict.fromkeys({list(INTERNAL)!r}, 0)

def follow(mirror, since):
    \"\"\"Bring a dict of articles by `_id` up to date; returns the `since` for the next call.\"\"\"
    now = client.admin.command("hello")["localTime"].replace(tzinfo=UTC)
    changed = {{"updated_at": {{"$gte": since - OVERLAP}}}}
    for article in db.articles.find(changed, MACHINERY):
        mirror[article["_id"]] = article
    for tombstone in db.forgotten.find(changed):
        mirror.pop(tombstone["article"], None)
        mirror.pop(tombstone["_id"], None)
    return now

mirror = {{}}
since = follow(mirror, datetime(2000, 1, 1, tzinfo=UTC))  # the first call copies everything
since = follow(mirror, since)  # later calls copy only the changes
print(len(mirror), since is not None)""".replace("'", '"').replace("'", '"')

SAMPLE = """def sample(percent):
    \"\"\"The filter of a sample that stays the same when articles are added.\"\"\"
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
tashkeel, digits), with its prefixes and with attached pronouns: a search for `حكومة` finds `والحكومة`,
`بالحكومة` and `لحكومتهم`. Other words of the collection rule out false matches: if it contains `الكتاب`, then
`كتاب` is not taken for `ك` + `تاب`. `expand=False` finds only whole words. An article must contain all words
of the query; words in quotation marks must be side by side. `source`, `country`, `since` and `until` narrow
the search, `copies=False` leaves copies out. The result is the best 20 articles; `limit=None` gives all. With
a limit, at most 250 documents are read for each article that is returned, the newest first, and the best of
these are chosen. To search further back, give `until`; `newscrawl.search.find` returns the day from which to
continue. [`scrapy web`](web.md) searches in a browser.

The search covers `search_text`: title, lede and first words, {SEARCH_WORDS} in all. With
`NEWSCRAWL_SEARCH=body` crawls index the whole text of the articles that they store from then on.
{{body_costs}}

`$text` alone, as in the queries above, finds only whole words: `الأسعار` and `أسعار` are different words. An
article matches if it contains any of the words; `'"اسعار" "العملات"'` finds articles with both. `fold` is
part of newscrawl. Without it, write words in this way: no tashkeel and no tatweel, أإآٱ → ا, ىیئ → ي, ة → ه,
ؤ → و, ک → ك, digits 0-9, lower case.

## A mirror

`updated_at` changes whenever a field changes that a reader sees, and `forgotten` names the articles that were
removed for good. So you can keep a copy equal to the collection, except for the fields of visits (`http`,
`raw`, `run`, `last_seen_at`, `checked_at`):

```python
{MIRROR}
```

Each call also reads the ten minutes before the last one, as a write gets its timestamp a little before it
becomes visible. The order matters: an article that was stored and forgotten since the last call must be
removed.

## A sample

`_id` is a hash, so a part of its range is a random sample. It separates the articles of a story; to keep
copies together, sample by `story`.

```python
{SAMPLE}
```

## Frames with fixed types

Run `pip install pymongoarrow polars` first; this also installs a matching pyarrow. Give the types: without a
schema, the first value of a column decides, and a similarity of 0.94 becomes 0 if the first value was 1.
Only the named fields are read.

```python
{ARROW}
```

[export.md](export.md) describes how to export files instead.

## The clock in Morocco

Morocco left UTC+1 for good on 20 September 2026. MongoDB has its own time zone data, which is older, so its
`$dateToString` with `timezone: "Africa/Casablanca"` has been an hour off since. Use `day` and
`published.time`, which are already on the publisher's clock, or convert outside MongoDB:

```python
{CLOCK}
```
"""
"""Sections of the page; ``page.py`` fills in ``body_costs``."""
