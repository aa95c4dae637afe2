"""Describes an article as a listing, a feed, a sitemap or an API names it, before its page is requested."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from dataclasses import dataclass

from scrapy.http import Response
from w3lib.html import remove_tags

from newscrawl.dates import Stamp, parse_stamp
from newscrawl.gate import RefusedAddressError
from newscrawl.page.generic import url_date
from newscrawl.sites import Site

_DAY = dt.timedelta(days=1)
_YEAR = re.compile(r"(?:19|20)\d\d[/%-]")
"""A quick test for every entry of a list: only an address that matches can contain a day."""
_FIRST_DAY = dt.date(1995, 1, 1)
"""Newspapers have been on the web since this day; an earlier day is a placeholder of some software."""
ESCAPED = 3
"""Maximum number of times that an address is unescaped."""
_REFERENCE = re.compile(r"&(?:amp|quot|apos|#\d{1,7}|#[xX][\da-fA-F]{1,6});")
DATE, TITLE = 600, 2_000
"""Maximum number of letters of a date and of a title that are read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a listing, feed, sitemap or API names it."""

    url: str
    day: dt.date | None = None
    """Day of publication on the publisher's clock, if the list gives one."""
    lastmod: dt.datetime | None = None
    """Instant of the last change on the publisher's clock, if the list gives one."""
    title: str | None = None
    """Headline, if the list gives one."""
    date: str | None = None
    """The date of publication as printed in the list, for a page that has none."""
    origin: str = ""
    """The address of the list that names it. Example: ``https://www.goud.ma/feed``."""

    @property
    def days(self) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day on which the article can have been published.

        A day in the path of the address may be off by one, as the server's midnight is not the publisher's. A
        day in a slug is ignored. An article that was changed on a day was published by then.

        >>> Entry("https://www.aljazeera.net/politics/2024/4/13/x").days
        (datetime.date(2024, 4, 12), datetime.date(2024, 4, 14))
        """
        if self.day:
            return self.day, self.day
        if written := _written(self.url):
            return written - _DAY, written + _DAY
        return None, self.lastmod.date() if self.lastmod else None


def admitted(url: str, base: str, site: Site, skipped: Counter[str]) -> str | None:
    """An address from a list, in the form in which it is requested; None if it is refused, which ``skipped``
    counts.

    Templates and APIs often escape addresses twice: ``&amp;`` or ``&#038;`` is an ampersand in any list.
    """
    for _ in range(ESCAPED):
        if not _REFERENCE.search(url):
            break
        url = _REFERENCE.sub(lambda match: html.unescape(match[0]), url)
    try:
        return site.admit(url, base)
    except RefusedAddressError as refused:
        skipped[refused.reason] += 1
        return None


def header(response: Response, name: str) -> str | None:
    """A header of a response as text; None when it is missing.

    >>> header(Response("https://goud.ma/feed", headers={"Content-Type": "text/xml"}), "Content-Type")
    'text/xml'
    """
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def entry(
    url: str,
    site: Site,
    *,
    date: Stamp = None,
    modified: Stamp = None,
    title: str | None = None,
    origin: str = "",
    skipped: Counter[str] | None = None,
) -> Entry:
    """An entry with its dates read on the publisher's clock.

    A date without an exact day becomes None, and is counted in ``skipped``.

    >>> site = Site(name="كود", domain="goud.ma", timezone="Africa/Casablanca", article="x", discover=[])
    >>> entry("https://goud.ma/x", site, date="Wed, 27 Mar 2024 23:30:00 -0200").day
    datetime.date(2024, 3, 28)
    """
    date = date[:DATE] if isinstance(date, str) else date
    day, at = moment(date, site)
    changed_day, changed = moment(modified[:DATE] if isinstance(modified, str) else modified, site)
    if changed is None and changed_day is not None:
        changed = dt.datetime.combine(changed_day, dt.time(), site.clock)
    printed = date.strip() if isinstance(date, str) else at.isoformat() if at else None
    plain = " ".join(html.unescape(remove_tags(title[:TITLE])).split()) if title else None
    if skipped is not None and ((date and not day) or (modified and not changed)):
        skipped["date"] += 1
    return Entry(url, day, changed, plain or None, printed or None if day else None, origin)


def moment(printed: Stamp, site: Site) -> tuple[dt.date | None, dt.datetime | None]:
    """The day on the publisher's clock and the instant, in the publisher's zone, of a printed date.

    Never raises. A text that names no exact day gives (None, None); a day without a time has no instant.

    >>> site = Site(name="واس", domain="spa.gov.sa", timezone="Asia/Riyadh", article="x", discover=[])
    >>> moment(1711571400, site)[0]
    datetime.date(2024, 3, 27)
    >>> moment("٢٠٢٤-٠٣-٢٧T٢١:٣٠:٠٠Z", site)[0]
    datetime.date(2024, 3, 28)
    """
    published = parse_stamp(
        printed,
        timezone=site.timezone,
        country=site.country,
        false_zone=site.false_zone,
        month_first=site.month_first,
    )
    if published is None or published.earliest is not None or published.date < _FIRST_DAY:
        return None, None
    try:
        return published.date, published.at.astimezone(site.clock) if published.at else None
    except OverflowError:  # the last day of the year 9999
        return None, None


def _written(url: str) -> dt.date | None:
    """The day in the parts of a path (``/2024/4/13/``), not one in a slug (``أحداث-2001-9-11``)."""
    if not _YEAR.search(url):
        return None
    candidate = url_date(url)
    try:
        day = dt.date.fromisoformat(candidate.text) if candidate and "/" in candidate.where else None
    except ValueError:
        return None
    return day if day and day >= _FIRST_DAY else None
