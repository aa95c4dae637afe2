"""The overview as one self-contained file: for an e-mail, a ticket, a printer."""

from __future__ import annotations

from newscrawl.web import overview
from newscrawl.web.page import Context, WebRequest
from newscrawl.web.templating import render


def report(context: Context, asked: WebRequest) -> str:
    """The page as HTML with its styles, without links. Raises ``PyMongoError``."""
    model = overview.show(overview.read_overview(context, asked), asked)
    return render("overview.html", asked, None, {"page": "overview", **model})
