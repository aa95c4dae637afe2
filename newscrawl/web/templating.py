"""Templates, filled."""

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
from newscrawl.web.page import Asked
from newscrawl.web.words import LANGUAGES, number, word

_UNITS = ((60, "unit.minutes", 1), (72 * 60, "unit.hours", 60), (60 * 24 * 60, "unit.days", 1440))
"""Minutes below which a length of time is told in a unit, and the minutes that a unit has."""
_MONTH = 30 * 1440
_USER = re.compile(r"(//)[^/?#]*@")

Link = Callable[..., str]


def _template(name: str) -> str | None:
    file = resources.files("newscrawl.web").joinpath("templates", name)
    return file.read_text("utf-8") if file.is_file() else None


@cache
def environment() -> Environment:
    """Where templates are found, also in an egg. What they lack is an error, what they show is escaped."""
    return Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


@cache
def asset(name: str) -> tuple[bytes, str]:
    """A file of the folder ``static``, and a mark that changes with it. Raises ``FileNotFoundError``."""
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
    """How long ago a moment was, or how far off it is; exactly for who looks closer."""
    if moment is None:
        return Markup("–")
    apart = now - moment
    key = "just_now" if abs(apart) < dt.timedelta(minutes=1) else "ago" if apart > dt.timedelta(0) else "in"
    said = word(lang, key) if key == "just_now" else word(lang, key, length=long(lang, abs(apart)))
    return _time(moment, said, f"{moment:%Y-%m-%d %H:%M:%S} UTC")


def exact(moment: dt.datetime | None, zone: bool = False) -> Markup:
    """A moment to the minute, UTC; ``zone`` says so behind it."""
    if moment is None:
        return Markup("–")
    said = f"{moment:%Y-%m-%d %H:%M}{' UTC' if zone else ''}"
    return _time(moment, said, f"{moment:%Y-%m-%d %H:%M:%S} UTC", Markup(' dir="ltr"'))


def _time(moment: dt.datetime, said: str, title: str, runs: str = "") -> Markup:
    stamp = f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(stamp, title, runs, said)


def foreign(text: str | None) -> Markup:
    """Text of strangers: it runs in its own direction, and what cannot be seen is shown."""
    return Markup('<bdi dir="auto">{}</bdi>').format(visible(text or ""))


def readable(url: str) -> str:
    """An address as a person reads it: letters in place of ``%D8%AE``.

    >>> readable("https://sahifa.example/%D8%AE%D8%A8%D8%B1-1.html")
    'https://sahifa.example/خبر-1.html'
    """
    said = unquote(url, errors="strict") if _is_text(url) else url
    return visible(_USER.sub(r"\1", said).replace(" ", "%20"))


def _is_text(url: str) -> bool:
    try:
        unquote(url, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def linker(root: str, paths: Mapping[str, str], own: str, asked: Asked | None) -> Link:
    """What makes addresses of the site: ``link("site", site="hespress", days="30")``.

    What the path of a page does not name becomes its query. Without a name it is the page that is shown, with
    other values: ``link(lang="ar")``.
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


def render(template: str, asked: Asked, link: Link | None, model: Mapping[str, Any]) -> str:
    """A page as HTML; without links it is a file of its own."""
    lang = asked.lang
    shared = {
        "t": partial(word, lang),
        "link": link,
        "alone": link is None,
        "lang": lang,
        "dir": LANGUAGES[lang][1],
        "languages": {code: name for code, (name, _) in LANGUAGES.items()},
        "number": number,
        "foreign": foreign,
        "visible": visible,
        "ago": partial(ago, lang, asked.now),
        "readable": readable,
        "shell": shlex.quote,
        "exact": exact,
        "long": partial(long, lang),
        "now": asked.now,
        "style": Markup(asset("site.css")[0].decode()),  # noqa: S704 - our own file
        "mark": asset("site.css")[1],
    }
    return environment().get_template(template).render(**shared, **model)
