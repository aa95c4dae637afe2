"""Fills the templates."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shlex
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources
from typing import Any
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from newscrawl.shown import visible
from newscrawl.web.page import WebRequest
from newscrawl.web.words import LANGUAGES, fit, number, word

_UNITS = ((60, "unit.minutes", 1), (72 * 60, "unit.hours", 60), (60 * 24 * 60, "unit.days", 1440))
"""The units for lengths of time: the minutes below which a unit is used, its word, and its minutes."""
_MONTH = 30 * 1440
_USER = re.compile(r"(//)[^/?#]*@")

Link = Callable[..., str]


def _template(name: str) -> str | None:
    file = resources.files("newscrawl.web").joinpath("templates", name)
    return file.read_text("utf-8") if file.is_file() else None


@cache
def environment() -> Environment:
    """The Jinja environment: finds templates in an egg, too, fails on missing variables, escapes values."""
    return Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


@cache
def asset(name: str) -> tuple[bytes, str]:
    """A file of the folder ``static``, and a hash of its content. Raises ``FileNotFoundError``."""
    body = resources.files("newscrawl.web").joinpath("static", name).read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:12]


def long(lang: str, length: dt.timedelta) -> Markup:
    """A length of time in words.

    >>> str(long("en", dt.timedelta(hours=30))), str(long("ar", dt.timedelta(minutes=3)))
    ('30 hours', '3 دقائق')
    """
    minutes = max(0.0, length.total_seconds() / 60)
    for below, key, size in _UNITS:
        if minutes < below:
            return word(lang, key, n=round(minutes / size))
    return word(lang, "unit.months", n=round(minutes / _MONTH))


def ago(lang: str, now: dt.datetime, moment: dt.datetime | None) -> Markup:
    """How long ago a moment was, or how far off it is; the tooltip has the exact time."""
    if moment is None:
        return Markup("–")
    apart = now - moment
    key = "just_now" if abs(apart) < dt.timedelta(minutes=1) else "ago" if apart > dt.timedelta(0) else "in"
    text = word(lang, key) if key == "just_now" else word(lang, key, length=long(lang, abs(apart)))
    return _time(moment, text, f"{moment:%Y-%m-%d %H:%M:%S} UTC")


def due(lang: str, now: dt.datetime, moment: dt.datetime) -> Markup:
    """How far off a due time is, or for how long it has been due; the tooltip has the exact time.

    >>> noon = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
    >>> due("ar", noon, noon - dt.timedelta(hours=3)).striptags()
    'حان وقتها منذ 3 ساعات'
    """
    if now - moment < dt.timedelta(minutes=1):
        return ago(lang, now, moment)
    return _time(
        moment, word(lang, "due", length=long(lang, now - moment)), f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    )


def exact(moment: dt.datetime | None, zone: bool = False) -> Markup:
    """A moment to the minute, in UTC; ``zone`` appends the zone."""
    if moment is None:
        return Markup("–")
    text = f"{moment:%Y-%m-%d %H:%M}{' UTC' if zone else ''}"
    return _time(moment, text, f"{moment:%Y-%m-%d %H:%M:%S} UTC", Markup(' dir="ltr"'))


def _time(moment: dt.datetime, text: str, title: str, runs: str = "") -> Markup:
    stamp = f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(stamp, title, runs, text)


def foreign(text: str | None) -> Markup:
    """Text from outside, in its own direction, with invisible characters made visible."""
    return Markup('<bdi dir="auto">{}</bdi>').format(visible(text or ""))


def readable(url: str) -> str:
    """An address as a person reads it: letters in place of ``%D8%AE``.

    >>> readable("https://sahifa.example/%D8%AE%D8%A8%D8%B1-1.html")
    'https://sahifa.example/خبر-1.html'
    """
    text = unquote(url, errors="strict") if _is_text(url) else url
    return visible(_USER.sub(r"\1", text).replace(" ", "%20"))


def _is_text(url: str) -> bool:
    try:
        unquote(url, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def linker(root: str, paths: Mapping[str, str], own: str, asked: WebRequest | None) -> Link:
    """The function that makes addresses of the site: ``link("site", site="hespress", days="30")``.

    Values that the page's path does not name go into the query. Without a name, the link leads to the current
    page with other values: ``link(lang="ar")``.
    """

    def link(name: str = "", **values: object) -> str:
        given = {key: str(value) for key, value in values.items() if value is not None}
        if not name and asked is not None:
            name = own
            given = {**asked.place, **asked.query, **given}
        path = paths[name]
        for key in [key for key in given if f"{{{key}}}" in path or f"{{{key}:path}}" in path]:
            value = given.pop(key)
            path = path.replace(f"{{{key}:path}}", quote(value)).replace(f"{{{key}}}", quote(value, safe=""))
        query = urlencode({key: value for key, value in given.items() if value != ""})
        return f"{root}{path}{'?' if query else ''}{query}"

    return link


def render(template: str, asked: WebRequest, link: Link | None, model: Mapping[str, Any]) -> str:
    """A page as HTML; without ``link``, a self-contained file."""
    lang = asked.lang
    shared = {
        "t": lambda key, **values: word(lang, fit(key, asked.demo), **values),
        "link": link,
        "alone": link is None,
        "lang": lang,
        "dir": LANGUAGES[lang][1],
        "languages": {code: name for code, (name, _) in LANGUAGES.items()},
        "number": number,
        "foreign": foreign,
        "visible": visible,
        "ago": partial(ago, lang, asked.now),
        "due": partial(due, lang, asked.now),
        "readable": readable,
        "shell": shlex.quote,
        "exact": exact,
        "long": partial(long, lang),
        "now": asked.now,
        "demo": asked.demo,
        "style": Markup(asset("site.css")[0].decode()),  # noqa: S704 - our own file
        "mark": asset("site.css")[1],
    }
    return environment().get_template(template).render(**shared, **model)
