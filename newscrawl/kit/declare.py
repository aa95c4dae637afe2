"""The text of a site file, ready to edit."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from newscrawl.kit.probe import Found
from newscrawl.sites import Discovery, Markup
from newscrawl.sites.families import LISTS, THEMES, WORDPRESS_POST

_MISSING = "  # missing: "


def site_file(found: Found, year: int) -> str:
    """A spider file that declares what was found; comments stand only where something is missing."""
    theme = found.theme.upper() if found.markup and found.theme in THEMES else None
    return "\n".join(
        [
            f'"""{found.name or found.domain}."""',
            "",
            *_imports(found, theme),
            "",
            "",
            f"class {_class(found.spider)}(NewsSpider):",
            f'    """{_rests_on(found, year)}"""',
            "",
            f'    name = "{found.spider}"',
            "    site = Site(",
            *_identity(found),
            *([f"        hosts={json.dumps(found.hosts)},"] if found.hosts else []),
            *_articles(found),
            *_discover(found),
            *_themes(found, theme, year),
            *(["        render=True,"] if found.render else []),
            *(["        dated=True,"] if found.site().dated else []),
            f'        evidence="{found.evidence}",',
            f"        year={year},",
            *([f'        refused="{found.refused} ({year})",'] if found.refused else []),
            "    )",
            "",
        ]
    )


def _imports(found: Found, theme: str | None) -> list[str]:
    own_markup = found.markup and not theme
    names = {type(d).__name__ for d in found.discover} | {"Site"} | ({"Markup"} if own_markup else set())
    family = [theme] if theme else []
    if found.article == WORDPRESS_POST:
        family += ["WORDPRESS_PAGES", "WORDPRESS_POST"]
    elif found.not_article == LISTS:
        family.append("LISTS")
    return [
        f"from newscrawl.sites import {', '.join(sorted(names))}",
        *([f"from newscrawl.sites.families import {', '.join(sorted(family))}"] if family else []),
        "from newscrawl.spider import NewsSpider",
    ]


def _identity(found: Found) -> list[str]:
    unnamed = "" if found.name else f"{_MISSING}the newspaper's name"
    clock = f'"{found.timezone}",' if found.timezone else f"None,{_MISSING}the clock of its pages"
    country = f'"{found.country}",' if found.country else f"None,{_MISSING}ISO 3166 code"
    return [
        f'        name="{found.name or found.spider}",{unnamed}',
        f'        domain="{found.domain}",',
        f"        country={country}",
        f"        timezone={clock}",
    ]


def _articles(found: Found) -> list[str]:
    posts = found.article == WORDPRESS_POST
    if posts:
        return [_article(found, posts), "        not_article=WORDPRESS_PAGES,"]
    lists = "LISTS" if found.not_article == LISTS else f"r{found.not_article!r}"
    excepted = [f"        not_article={lists},"] if found.not_article else []
    return [_article(found, posts), *excepted]


def _themes(found: Found, theme: str | None, year: int) -> list[str]:
    if not found.markup:
        return []
    return [f"        markup=[{theme}],"] if theme else _markup(found.markup[0], year)


def _rests_on(found: Found, year: int) -> str:
    if found.refused:
        return f"It refuses to be crawled ({year})."
    return f"Its home page, what it names there and a few articles were read in {year}."


def _article(found: Found, posts: bool) -> str:
    if posts:
        return "        article=WORDPRESS_POST,"
    if found.article:
        return f'        article=r"{found.article}",'
    return f'        article=r"^$",{_MISSING}what addresses of articles have in common'


def _discover(found: Found) -> list[str]:
    if not found.discover:
        return [f"        discover=[],{'' if found.refused else _MISSING + 'where its articles are listed'}"]
    calls = [_call(source) for source in found.discover]
    line = f"        discover=[{', '.join(calls)}],"
    if len(line) <= 110:
        return [line]
    return ["        discover=[", *(f"            {call}," for call in calls), "        ],"]


def _call(source: Discovery) -> str:
    """What makes the same source: its address, and what else differs from the defaults."""
    kind = type(source).__name__
    usual = {field.name: field.default for field in fields(source)} | {"headers": {}}
    said = {
        name: value for name in usual if (value := getattr(source, name)) != usual[name] and name != "url"
    }
    address = [json.dumps(source.url, ensure_ascii=False)] if source.url and kind != "WordPress" else []
    more = [f"{name}={_literal(value)}" for name, value in said.items()]
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
