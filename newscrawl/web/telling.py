"""Translates what the monitors, the runs and the closed lists say into the language of the reader.

The rest of the project speaks English, so English cells of the tables are empty. Arabic sentences are built
from the numbers behind the English sentences.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from newscrawl import drift
from newscrawl.vocabulary import NO_ORIGIN, RejectionReason, Word
from newscrawl.watch.causes import REMEDIES, Cause
from newscrawl.watch.status import SiteStatus
from newscrawl.web.secret import machine
from newscrawl.web.templating import long
from newscrawl.web.words import has, number, word

_LISTS = {
    "RunOutcome": "because",
    "RejectionReason": "reason",
    "FetchFailure": "failure",
    "Interruption": "failure",
    "AddressSource": "taken",
    "AddressOutcome": "ended",
    "AlarmKind": "alarm",
    "CoverageReason": "coverage",
    "Origin": "origin",
}
"""Closed list → prefix of its keys."""


def meaning(lang: str, term: Word) -> Markup:
    """The meaning of a word in a closed list; the word itself if it needs no explanation."""
    if lang == "en" or not term.meaning:
        return Markup("{}").format((term.meaning or str(term)).replace("`", ""))
    return word(lang, f"{_LISTS[type(term).__name__]}.{term}")


def reason(lang: str, name: str) -> Markup:
    """The meaning of a reason for rejection; the word itself if it belongs to another version."""
    try:
        return meaning(lang, RejectionReason(name))
    except ValueError:
        return Markup("{}").format(name)


_DETAILS = {
    re.compile(r"(?P<n>\d+) words of text"): "detail.words",
    re.compile(r"no paragraph of text"): "detail.no_text",
    re.compile(r"(?P<links>\d+) headlines with links, (?P<n>\d+) words of text"): "detail.headlines",
    re.compile(r"no selector, declaration or heading of the page gives a headline"): "detail.no_title",
    re.compile(r"the page states no day, although all articles of the site do"): "detail.no_day",
    re.compile(r"HTTP status (?P<status>\d+)"): "detail.status",
    re.compile(r"failed (?P<n>\d+) times, the last time: (?P<kind>\w+)"): "detail.failed",
    re.compile(r'the page says "(?P<said>.*)"'): "detail.says",
    re.compile(r"(?P<url>\S+) is a home page"): "detail.home",
    re.compile(r"(?P<url>\S+) leads to (?P<home>\S+)"): "detail.leads",
}
"""Forms of the details of a rejection, and the keys of their wording."""


def detail(lang: str, sentence: str) -> Markup:
    """The detail of a rejection; the English sentence if there is no translation.

    >>> print(detail("ar", "12 words of text"), detail("en", "12 words of text"), sep="; ")
    12 كلمة من النص; <bdi class="any">12 words of text</bdi>
    """
    if not sentence:
        return Markup("")
    sentence = machine(sentence)
    for pattern, key in _DETAILS.items() if lang != "en" else ():
        if match := pattern.fullmatch(sentence):
            values = {
                name: int(text) if text.isdecimal() else text for name, text in match.groupdict().items()
            }
            return word(lang, key, **values)
    return Markup('<bdi class="any"{}>{}</bdi>').format(
        Markup("") if lang == "en" else Markup(' lang="en" dir="ltr"'), sentence
    )


def cause(lang: str, problem: Cause) -> Markup:
    """A problem, in a sentence without the name of the site."""
    kind = str(problem.facts.get("what", ""))
    if lang == "en" or not has(f"cause.{kind}"):
        name = f"{problem.sites[0]}: " if len(problem.sites) == 1 else ""
        return _english(lang, problem.sentence.removeprefix(name))
    facts = dict(problem.facts)
    if kind == "no_answer":
        key = f"cause.no_answer.{facts['outcome']}"
        return word(lang, key if has(key) else "cause.no_answer", **_filled(lang, facts))
    if kind == "read_worse":
        return Markup("؛ ").join(_worse(lang, name, *shares) for name, shares in facts["shares"].items())
    if kind == "drift":
        return Markup("؛ ").join(drifted(lang, sentence) for sentence in facts["sentences"])
    return word(lang, f"cause.{kind}", **_filled(lang, facts))


def why(lang: str, row: SiteStatus, of_site: Cause | None, days: int) -> Markup:
    """Why a site is not green; empty if it is."""
    if of_site is not None:
        return cause(lang, of_site)
    if lang == "en" or not row.why:
        return Markup("{}").format(row.sentence)
    return word(lang, f"why.{row.why}", n=days)


def remedy(lang: str, problem: Cause, home: str) -> Markup:
    """What an operator should do first about a problem."""
    site = problem.sites[0] if problem.sites else ""
    if lang == "en":
        return Markup("{}").format(REMEDIES[problem.remedy].format(home=home, site=site).replace("`", ""))
    # Commands and paths run left to right as a whole.
    verify, spider = f"scrapy verify {site}", f"spiders/{site}.py"
    return word(lang, f"remedy.{problem.remedy}", home=home, verify=verify, spider=spider)


_EVERY = re.compile(r"every ([\dsmhd]+)(?:\.\.([\dsmhd]+))?")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def rule(lang: str, text: str) -> Markup:
    """When a site is crawled, in words; an unknown rule stays as it is in the schedule file.

    >>> print(rule("ar", "every 6h"), rule("ar", "every 1d"), rule("en", "every 15m"), sep="; ")
    كل 6 ساعات; كل يوم; every 15 minutes
    """
    if match := _EVERY.fullmatch(text):
        least, most = (_interval(lang, part) if part else None for part in match.groups())
        if most is None:
            return word(lang, "rule.every", length=least)
        return word(lang, "rule.between", least=least, most=most)
    if text == "every auto":
        return word(lang, "rule.auto")
    if text.startswith("cron "):
        return word(lang, "rule.cron", text=text.removeprefix("cron "))
    return Markup('<bdi class="mono" lang="en">{}</bdi>').format(text)


def _interval(lang: str, text: str) -> Markup:
    seconds = sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([smhd])", text))
    if seconds and seconds % 86400 == 0:
        return word(lang, "unit.days", n=seconds // 86400)
    return long(lang, dt.timedelta(seconds=seconds))


def drifted(lang: str, sentence: str) -> Markup:
    """A run's sentence about a field whose origin has changed."""
    facts = drift.facts(sentence)
    if lang == "en" or not facts:
        return _english(lang, sentence.partition(": ")[2] or sentence)
    field = "dates" if facts["field"] == "date" else facts["field"]
    key = "drift.empty" if facts["origin"] == NO_ORIGIN else "drift.origin"
    return word(
        lang, key, field=word(lang, f"field.{field}"), origin=word(lang, f"origin.{facts['origin']}"),
        now=f"{facts['now']}%", was=f"{facts['was']}%",
    )  # fmt: skip


def _worse(lang: str, name: str, now: float, was: float) -> Markup:
    key = "cause.read_worse.rejected" if name == "rejected" else "cause.read_worse"
    field = "" if name == "rejected" else word(lang, f"field.{name}")
    return word(lang, key, field=field, now=f"{now:.0%}", was=f"{was:.0%}")


def _filled(lang: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a sentence, with lengths of time in words."""
    return {
        name: long(lang, value) if isinstance(value, dt.timedelta) else value
        for name, value in values.items()
    }


def _english(lang: str, sentence: str) -> Markup:
    """An English sentence without a translation."""
    if lang == "en":
        return Markup("{}").format(machine(sentence))
    return Markup('<span lang="en" dir="ltr">{}</span>').format(machine(sentence))


def share(value: float) -> str:
    """A share in percent.

    >>> share(0.943)
    '94%'
    """
    return f"{number(round(100 * value))}%"
