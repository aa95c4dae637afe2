"""The words of the interface, in English and in Arabic: the tables ``words/*.tsv``.

A table has a line for each key: key, English, Arabic. Names in braces are replaced by values. If a wording
depends on the number ``n``, ``|`` separates its forms, which are those of CLDR: one and other in English;
zero, one, two, few (3-10), many (11-99) and other (100, 101, 102) in Arabic. If an English cell is empty, the
code provides the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from markupsafe import Markup, escape

LANGUAGES: Mapping[str, tuple[str, str]] = {"ar": ("العربية", "rtl"), "en": ("English", "ltr")}
"""Language → its own name, and the direction in which it runs."""
_TABLES = ("frame", "operator", "reader")
_FORMS = {"en": ("one", "other"), "ar": ("zero", "one", "two", "few", "many", "other")}


@cache
def table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Language → key → its forms: one, or all that the language has. Raises ``ValueError``."""
    by_language: dict[str, dict[str, tuple[str, ...]]] = {"en": {}, "ar": {}}
    for name in _TABLES:
        text = resources.files("newscrawl.web").joinpath("words", f"{name}.tsv").read_text("utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if not line or line.startswith("#"):
                continue
            key, *cells = line.split("\t")
            if len(cells) != 2 or key in by_language["en"]:
                raise ValueError(f"words/{name}.tsv, line {number}: {key!r} needs one line, English, Arabic")
            for lang, cell in zip(("en", "ar"), cells, strict=True):
                forms = tuple(form.strip() for form in cell.split("|")) if "|" in cell else (cell,)
                if len(forms) not in (1, len(_FORMS[lang])):
                    raise ValueError(f"words/{name}.tsv, line {number}: {len(forms)} forms in {lang}")
                by_language[lang][key] = forms
    return by_language


def form(lang: str, n: float) -> str:
    """The form of a wording that a number requires.

    >>> [form("ar", n) for n in (0, 1, 2, 7, 11, 100, 103)]
    ['zero', 'one', 'two', 'few', 'many', 'other', 'few']
    """
    if lang == "en":
        return "one" if n == 1 else "other"
    if n != int(n):
        return "other"
    if n in (0, 1, 2):
        return ("zero", "one", "two")[int(n)]
    rest = int(n) % 100
    return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"


def number(n: float | None) -> str:
    """A number, the same in both languages: Arabic newspapers from Rabat to Beirut print these digits, too.

    >>> number(200000), number(12.25), number(None)
    ('200,000', '12.2', '–')
    """
    if n is None:
        return "–"
    return f"{n:,}" if isinstance(n, int) else f"{n:,.1f}".removesuffix(".0")


def word(lang: str, key: str, **values: object) -> Markup:
    """A wording with its values, each in its own direction. Raises ``KeyError``.

    >>> word("en", "unit.hours", n=3), word("ar", "unit.hours", n=2)
    (Markup('3 hours'), Markup('ساعتين'))
    """
    forms = table()[lang][key]
    n = values.get("n")
    chosen = forms[0]
    if len(forms) > 1:
        if not isinstance(n, int | float):
            raise KeyError(f"{key} needs a number n")
        chosen = forms[_FORMS[lang].index(form(lang, n))]
    shown = {name: _isolated(value) for name, value in values.items()}
    return Markup(escape(chosen)).format(**shown)  # noqa: S704 - what it holds is escaped


def has(key: str) -> bool:
    """Do the tables have this key?"""
    return key in table()["en"]


def fit(key: str, demo: bool) -> str:
    """The key of a wording that names commands: those of the demo's database differ.

    >>> fit("overview.none", demo=True), fit("overview.lead", demo=True), fit("overview.none", demo=False)
    ('overview.none.demo', 'overview.lead', 'overview.none')
    """
    return f"{key}.demo" if demo and has(f"{key}.demo") else key


def _isolated(value: object) -> Markup:
    """A value in a sentence, isolated so that its direction does not affect the text around it."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, int | float):
        return Markup(escape(number(value)))  # noqa: S704
    return Markup("<bdi>{}</bdi>").format(value)
