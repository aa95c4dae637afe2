"""Writes the text of a site file, ready to edit."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from newscrawl.kit.probe import SiteDraft
from newscrawl.sites import Discovery, Markup
from newscrawl.sites.families import LISTS, THEMES, WORDPRESS_POST

_MISSING = "  # missing: "


def site_file(draft: SiteDraft, year: int) -> str:
    """The text of a spider file for a draft; comments mark what is missing."""
    theme = draft.theme.upper() if draft.markup and draft.theme in THEMES else None
    return "\n".join(
        [
            f'"""{draft.name or draft.domain}."""',
            "",
            *_imports(draft, theme),
            "",
            "",
            f"class {_class(draft.spider)}(NewsSpider):",
            f'    """{_rests_on(draft, year)}"""',
            "",
            f'    name = "{draft.spider}"',
            "    site = Site(",
            *_identity(draft),
            *([f"        hosts={json.dumps(draft.hosts)},"] if draft.hosts else []),
            *_articles(draft),
            *_discover(draft),
            *_themes(draft, theme, year),
            *(["        render=True,"] if draft.render else []),
            *(["        dated=True,"] if draft.site().dated else []),
            f'        evidence="{draft.evidence}",',
            f"        year={year},",
            *([f'        refused="{draft.refused} ({year})",'] if draft.refused else []),
            "    )",
            "",
        ]
    )


def _imports(draft: SiteDraft, theme: str | None) -> list[str]:
    own_markup = draft.markup and not theme
    names = {type(d).__name__ for d in draft.discover} | {"Site"} | ({"Markup"} if own_markup else set())
    family = [theme] if theme else []
    if draft.article == WORDPRESS_POST:
        family += ["WORDPRESS_PAGES", "WORDPRESS_POST"]
    elif draft.not_article == LISTS:
        family.append("LISTS")
    return [
        f"from newscrawl.sites import {', '.join(sorted(names))}",
        *([f"from newscrawl.sites.families import {', '.join(sorted(family))}"] if family else []),
        "from newscrawl.spider import NewsSpider",
    ]


def _identity(draft: SiteDraft) -> list[str]:
    unnamed = "" if draft.name else f"{_MISSING}the newspaper's name"
    clock = f'"{draft.timezone}",' if draft.timezone else f"None,{_MISSING}the clock of its pages"
    country = f'"{draft.country}",' if draft.country else f"None,{_MISSING}ISO 3166 code"
    return [
        f'        name="{draft.name or draft.spider}",{unnamed}',
        f'        domain="{draft.domain}",',
        f"        country={country}",
        f"        timezone={clock}",
    ]


def _articles(draft: SiteDraft) -> list[str]:
    posts = draft.article == WORDPRESS_POST
    if posts:
        return [_article(draft, posts), "        not_article=WORDPRESS_PAGES,"]
    lists = "LISTS" if draft.not_article == LISTS else f"r{draft.not_article!r}"
    excepted = [f"        not_article={lists},"] if draft.not_article else []
    return [_article(draft, posts), *excepted]


def _themes(draft: SiteDraft, theme: str | None, year: int) -> list[str]:
    if not draft.markup:
        return []
    return [f"        markup=[{theme}],"] if theme else _markup(draft.markup[0], year)


def _rests_on(draft: SiteDraft, year: int) -> str:
    if draft.refused:
        return f"It refuses to be crawled ({year})."
    return f"Its home page, what it names there and a few articles were read in {year}."


def _article(draft: SiteDraft, posts: bool) -> str:
    if posts:
        return "        article=WORDPRESS_POST,"
    if draft.article:
        return f'        article=r"{draft.article}",'
    return f'        article=r"^$",{_MISSING}what addresses of articles have in common'


def _discover(draft: SiteDraft) -> list[str]:
    if not draft.discover:
        return [f"        discover=[],{'' if draft.refused else _MISSING + 'where its articles are listed'}"]
    calls = [_call(source) for source in draft.discover]
    line = f"        discover=[{', '.join(calls)}],"
    if len(line) <= 110:
        return [line]
    return ["        discover=[", *(f"            {call}," for call in calls), "        ],"]


def _call(source: Discovery) -> str:
    """The code that declares a list: its address, and the fields that differ from the defaults."""
    kind = type(source).__name__
    usual = {field.name: field.default for field in fields(source)} | {"headers": {}}
    changed = {
        name: value for name in usual if (value := getattr(source, name)) != usual[name] and name != "url"
    }
    address = [json.dumps(source.url, ensure_ascii=False)] if source.url and kind != "WordPress" else []
    more = [f"{name}={_literal(value)}" for name, value in changed.items()]
    return f"{kind}({', '.join([*address, *more])})"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | dict) else repr(value)


def _markup(markup: Markup, year: int) -> list[str]:
    lines = ["        markup=[", "            Markup("]
    for field in fields(Markup):
        value = getattr(markup, field.name)
        if value and field.name not in ("version", "evidence"):
            quote = "'" if '"' in value else '"'
            lines.append(f"                {field.name}={quote}{value}{quote},")
    return [
        *lines,
        f'                evidence="pages read in {year}",',
        "            )",
        "        ],",
    ]


def _class(spider: str) -> str:
    return "".join(part.capitalize() for part in spider.split("_"))
