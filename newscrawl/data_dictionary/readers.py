"""The fields of the other collections for readers, which are counted or extracted from the articles."""

from __future__ import annotations

from collections.abc import Sequence

from newscrawl.store.extracts import REJECTION
from newscrawl.vocabulary import RunOutcome

Field = tuple[str, str, str]
"""The names, type and meaning of fields."""


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
    ("articles", "integer", "number of articles, copies included"),
    ("copies", "integer", "how many of them are copies"),
    (
        "possible",
        "integer",
        "articles without an exact day that may be from this day, if `published` bounds them to two months",
    ),
    ("runs", "integer", "runs that looked for everything new and began that day"),
    (
        "complete",
        "true, false or null",
        "did walks see everything that the newspaper listed that day? null if that is unknown",
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
        "server clock, UTC, when it last removed an article, even one that a crawl stored later",
    ),
)
"""The fields of ``forgotten``."""

RUNS: Sequence[Field] = (
    ("_id", "string", "the run, as `articles.run` names it"),
    ("site", "string", "its spider"),
    ("began", "date", "by the crawl's own clock, UTC; in a replay the recording's"),
    ("ended", "date", "by the same clock; missing if the run was killed"),
    ("started_at", "date", "by the machine's clock, UTC"),
    ("finished_at", "date or null", "by the same clock; null while it runs"),
    ("outcome", "string or null", f"{_all([*RunOutcome])}; null while it runs"),
    ("reason", "string or null", "how it ended, as a word from Scrapy or newscrawl"),
    ("summary", "string", "the run in one sentence"),
    ("arguments", "object", "its spider arguments"),
    (
        "whole",
        "boolean",
        "did it look for everything new, not just for a section, a kind of list, former days or one page?",
    ),
    ("counts", "object", "numbers of articles that are `new`, `revised` or `seen`, and of `rejected` pages"),
    ("rejected", "object", "the rejected pages by reason"),
    ("failed", "object", "pages of lists that could not be read, by reason"),
    ("downloaded", "integer", "downloaded pages of articles"),
    ("ledger", "object", "what became of the addresses"),
    ("goes_on", "boolean", "does the next run continue with the rest?"),
    ("drift", "list of string", "how reading differs from earlier runs"),
    (
        "seen",
        "object",
        "the basis of `coverage`: `walks`, `timezone`, `aggregator`, `pending_since` and `lost`",
    ),
    ("newscrawl", "string", "version of newscrawl"),
    ("replay", "boolean", "was a recording read?"),
    ("stored_at", "date", "server clock of the last change, UTC"),
)
"""The fields of ``runs``."""

REJECTIONS = _all(("_id", *REJECTION))
"""The fields of ``rejections``."""


def table(fields: Sequence[Field]) -> str:
    """The fields as a Markdown table."""
    rows = (f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in fields)
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])
