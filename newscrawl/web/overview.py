"""The first page: is all well? All sites, red first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newscrawl.watch.status import GREEN, RED, YELLOW
from newscrawl.web.looking import Look
from newscrawl.web.page import Asked, Context, Page


def read(context: Context, asked: Asked) -> Look:
    """What the monitors find."""
    return context.lookout.look(context, asked.now)


def show(look: Look, _asked: Asked) -> Mapping[str, Any]:
    """Red first, as `scrapy status` has them."""
    rows = look.found.rows
    return {
        "rows": rows,
        "others": look.found.others,
        "counts": {state: sum(row.state == state for row in rows) for state in (RED, YELLOW, GREEN)},
        "looked_at": look.seen.now,
    }


PAGES = (Page("overview", "/", read, show, is_entry=True),)
