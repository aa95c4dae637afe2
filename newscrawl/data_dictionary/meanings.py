"""What stored words mean: how ``published_missing`` ends, rungs, reasons."""

from __future__ import annotations

from collections.abc import Mapping

from newscrawl.page.check import REASONS as NO_ARTICLE
from newscrawl.store.rejections import FORGOTTEN

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
