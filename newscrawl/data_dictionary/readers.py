"""The collections beside ``articles`` that are counted or extracted for readers: what their fields mean."""

from __future__ import annotations

from collections.abc import Sequence

from newscrawl.store.extracts import REJECTION
from newscrawl.vocabulary import RunOutcome

Field = tuple[str, str, str]
"""Names, type, meaning."""


def _all(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


COVERAGE: Sequence[Field] = (
    ("_id", "string", "newspaper and day"),
    ("source", "string", "as in `articles`"),
    (
        "day",
        "string or null",
        "`YYYY-MM-DD` on the publisher's clock; null in the row of the articles without a day",
    ),
    ("articles", "integer", "how many, copies too"),
    ("copies", "integer", "how many of them are copies"),
    (
        "possible",
        "integer",
        "articles without a day that may be of it, of those that `published` bounds to two months or less",
    ),
    ("runs", "integer", "runs that looked for everything new and began that day"),
    (
        "complete",
        "true, false or null",
        "was all seen that the newspaper listed that day? null when it cannot be told",
    ),
    ("why", "string", "see below"),
)
"""The fields of ``coverage``."""

FORGOTTEN: Sequence[Field] = (
    ("_id", "string", "the key; no crawl stores an article that has it"),
    ("article", "string", "`_id` that the article had; the key itself when none was stored"),
    ("site", "string", "its spider; empty when no declared site has the address"),
    ("forgotten_at", "date", "server clock, UTC"),
    (
        "updated_at",
        "date",
        "server clock, UTC, when it last removed an article: one that a crawl had stored meanwhile, too",
    ),
)
"""The fields of ``forgotten``."""

RUNS: Sequence[Field] = (
    ("_id", "string", "the run, as `articles.run` names it"),
    ("site", "string", "its spider"),
    ("began", "date", "by the crawl's own clock, UTC; in a replay the recording's"),
    ("ended", "date", "by the same; missing where it was killed"),
    ("started_at", "date", "by the machine's clock, UTC"),
    ("finished_at", "date or null", "by the same; null while it runs"),
    ("outcome", "string or null", f"{_all([*RunOutcome])}; null while it runs"),
    ("reason", "string or null", "how it ended, in a word of Scrapy's or ours"),
    ("summary", "string", "the run in one sentence"),
    ("arguments", "object", "what it was told"),
    (
        "whole",
        "boolean",
        "did it look for everything new, not just for a section, a kind of list, former days or one page?",
    ),
    ("counts", "object", "articles that are `new`, `revised`, `seen`; pages that were `rejected`"),
    ("rejected", "object", "these pages by reason"),
    ("failed", "object", "pages of lists that could not be read, by reason"),
    ("downloaded", "integer", "pages of articles"),
    ("ledger", "object", "what became of each address"),
    ("goes_on", "boolean", "does the next run go on with what is left?"),
    ("drift", "list of string", "what is read otherwise than before"),
    (
        "seen",
        "object",
        "what `coverage` is judged by: `walks`, `timezone`, `aggregator`, `pending_since` and `lost`",
    ),
    ("newscrawl", "string", "version of newscrawl"),
    ("replay", "boolean", "was a recording read?"),
    ("stored_at", "date", "server clock of the last change, UTC"),
)
"""The fields of ``runs``."""

REJECTIONS = _all(("_id", *REJECTION))
"""The fields of ``rejections``."""


def table(fields: Sequence[Field]) -> str:
    """A table in Markdown."""
    rows = (f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in fields)
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])
