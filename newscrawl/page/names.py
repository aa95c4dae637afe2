"""What the class, id, itemprop and rel of an element say that it holds.

The words are those that Arabic, French and English news templates share; a name is only ever a hint,
which the text around it may overrule (see ``body``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

_FRAME = re.compile(
    r"""comment(?!able) | disqus | related | (?:^|[-_ ])rel[-_] | recommend | share | sharing
    | (?<!is-)social | bread-?c | sidebar | newsletter | subscri | taboola | outbrain | mgid | cognativex
    | most[-_]?(?:read|view|popular|comment|recent) | popular | trending | latest | copyright
    | (?:read|see|also)[-_]?(?:more|also|next|read) | (?:^|[-_ ])more[-_](?!content) | morenews | you[-_]?may
    | other[-_]?(?:news|articles|posts) | (?:inline|inner|inside)[-_]?(?:article|news|link)
    | cookie | consent | gdpr | modal | pop-?up | advert | adsense | sponsor | promo | banner | interstitial
    | (?:^|[-_ ])(?:ads?|adv|dfp|gpt|nav|menu|poll|vote|ticker|footer|pager|rss|login|search)(?=$|[-_ 0-9])
    | (?:^|[-_ ])print[-_](?:btn|button|icon|link) | no-?print | (?:^|[-_ ])widget(?=$|\s)
    | (?:^|[-_ ])tags?(?=$|\s|[-_](?:list|links|cloud|box|wrap|container|items?)) | keyword | hashtag
    | pagination | toolbar | next[-_]prev | prev[-_]next | post[-_]?nav | prayer | weather | breaking
    | follow | whatsapp | telegram | google[-_]?news | ai[-_]?summary | (?:^|[-_ ])listen(?=$|[-_ ])
    | (?:font|text)[-_]?(?:resize|size-|control) | visually-hidden | sr-only | screen-reader""",
    re.VERBOSE,
)
"""Boxes that are no part of an article."""
_SURE = re.compile(
    r"comment(?!able)|disqus|cookie|consent|gdpr|footer|sidebar|copyright|newsletter|subscri|modal|pop-?up|login"
    r"|(?:^|[-_ ])(?:nav|menu)(?=$|[-_ ])"
)
_CREDIT = re.compile(
    r"""(?:^|[-_ ])(?:bio|source)(?=$|[-_ 0-9]) | author[-_]?(?:box|bio|info|card|desc|about)
    | about[-_]?author | caption | img[-_]cap | image[-_]?(?:heading|title) | credit
    | (?:pic|photo|image|img)[-_]?(?:box|wrap|container|frame|desc|credit|text)
    | meta[-_]?(?:data|info|item|line|wrap) | (?:post|entry|article)[-_]?meta
    | publish-?date | byline | dateline | read(?:ing)?[-_]?time""",
    re.VERBOSE,
)
"""Boxes that tell of an article and are no part of its text: they may hold its date and author."""
_GOOD = re.compile(
    r"""article[-_]*(?:body|content|text|desc|holder|inner) | entry[-_]*content
    | post[-_]*(?:body|content|text) | story[-_]*(?:body|content|text) | news[-_]*(?:body|content|text|story)
    | content[-_]*(?:body|text|area) | details?[-_]*(?:body|content|text) | body[-_]*(?:text|str|content)
    | long-?text
    | text[-_]*body | long-?desc | wysiwyg | single[-_]*content | rich[-_]*text | field[-_]*name[-_]*body
    | itembody | p-content | the-?content""",
    re.VERBOSE,
)
"""Boxes of an article's text."""
_ROLES = {
    "author": r"""author | writer | by-?line | writeby | journalist | reporter
        | (?:^|[-_ ])editor(?=$|\s|[_-]?name)""",
    "date": r"date | time(?!line|r) | publish(?:ed)?(?:$|[-_ ]) | posted | pubdate | pinfo",
    "lede": r"""summary | (?:^|[-_ ])lede?(?:$|[-_ ]) | lead(?:$|[-_ ]) | lead-?(?:text|par) | chapo
        | standfirst | excerpt | intro(?!duct) | deck | sub-?(?:title|head|heading)(?!s) | abstract | synopsis
        | (?:article|post|news)-?desc""",
    "title": r"""(?:article|post|entry|news|story|single|page|main|detail|content)s?[-_]*
        (?:title|headline|heading) | (?:^|[-_ ])headline""",
}
_ROLE_PATTERNS = {role: re.compile(pattern, re.VERBOSE) for role, pattern in _ROLES.items()}
CLOCK = re.compile(
    r"""today | current | (?:^|[-_ ])now(?=$|[-_ ]) | clock | masthead | date-?header
    | head(?:er)?-?(?:date|top) | (?:site|page|main|top|global)[-_]?head | (?:^|\s)(?:header|top)(?=$|\s)
    | top-?(?:bar|menu|nav) | toolbar | (?:^|[-_ ])(?:menu|nav|ticker|footer)(?=$|[-_ ])""",
    re.VERBOSE,
)
"""Boxes whose date is that of the visit."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _named(names: str, prop: str | None, rel: str | None) -> tuple[str, tuple[str, ...]]:
    """What class and id (``names``), itemprop and rel say: a hint and roles."""
    split = _CAMEL.sub("-", names[:400]).lower()
    good = _GOOD.search(split) or _GOOD.search(names[:400].lower())
    frame = _FRAME.search(split)
    bad = frame or _CREDIT.search(split)
    kind = "mixed" if good and bad else "good" if good else "frame" if frame else "bad" if bad else ""
    if prop in ("articleBody", "articlebody"):
        kind = "body"
    full = f"{split} {(prop or '').lower()} {(rel or '').lower()}"
    return kind, tuple(role for role, pattern in _ROLE_PATTERNS.items() if pattern.search(full))


def named(element: etree._Element) -> tuple[str, tuple[str, ...]]:
    """What the names of an element say; that of a custom tag (``amp-sidebar``) is one of them.

    A hint: ``body`` (declared so), ``good`` (named like one), ``frame`` (not the article), ``bad``
    (beside its text), ``mixed``, or nothing. And roles, what it holds: ``author``, ``date``, ``lede``,
    ``title``.
    """
    get = element.get
    classes, identity, prop, rel = get("class"), get("id"), get("itemprop"), get("rel")
    style = get("style")
    if (style and _HIDDEN.search(style)) or get("hidden") is not None or get("aria-hidden") == "true":
        return "frame", ()
    custom = element.tag if "-" in element.tag else ""
    if classes or identity or prop or rel or custom:
        return _named(f"{custom} {identity or ''} {classes or ''}", prop, rel)
    return "", ()


def is_frame(element: etree._Element) -> bool:
    """Is an element surely of the page's frame or its readers' (menu, footer, comments, consent)?"""
    if element.tag in ("nav", "footer", "aside", "figcaption", "menu"):
        return True
    return bool(_SURE.search(f"{element.get('id') or ''} {element.get('class') or ''}".lower()))
