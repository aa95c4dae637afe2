"""Judges what an element contains by its class, id, itemprop and rel.

The words are those that Arabic, French and English news templates share. A name is only a hint, which the
text may overrule (see ``body``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

_PART = (
    r"(?:[-_ ]?(?:s|ed|ing|ations?|bars?|box(?:es)?|lists?|news|posts?|articles?|links?|items?|areas?|blocks?"
    r"|wrap(?:per)?|container|section|form|btns?|buttons?|widgets?|holder|icons?|inner|count|stor(?:y|ies)"
    r"|topics?))*"
)
"""Further words in the name of a box, after the word that says what it contains."""
_FRAME = re.compile(
    rf"""(?<![a-z])(?:
    (?:comment | disqus | related | recommend | sharing | sharethis | addthis | share | social | bread-?cr?umb
        | sidebar | news-?letter | taboola | outbrain | mgid | cognativex | popular | trending | latest
        | copyrights? | cookie | consent | gdpr | modal | pop-?up | advert(?:s | is(?:e|ing|ement)s?)?
        | ad-?sense | sponsor | promo(?:tion)? | banner | interstitial | pagination | toolbar | prayer
        | weather | pay-?wall | breaking | keyword | hashtag | subscri(?:be | bers? | ption)
        | follow(?:us)?){_PART}
    | rel(?=[-_]) | most[-_]?(?:read | view(?:ed|s)? | popular | comment(?:ed|s)? | recent)
    | (?:read | see | also)[-_]?(?:more | also | next | read)
    | more[-_]?(?:news | posts? | articles? | stories | from | links?)
    | you[-_]?may | other[-_]?(?:news | articles | posts)
    | (?:inline | inner | inside)[-_]?(?:articles? | news | links?)
    | (?:ads? | adv | dfp | gpt | nav | menu | poll | vote | ticker | footer | pager | rss | login | search)
        (?=$ | [-_ 0-9])
    | print[-_](?:btn | button | icon | link) | no-?print | widget(?=$ | \s)
    | tags?(?=$ | \s | [-_](?:list | links | cloud | box | wrap | container | items?))
    | next[-_]prev | prev[-_]next | post[-_]?nav(?:igation)? | whatsapp | telegram | google[-_]?news
    | ai[-_]?summary | listen(?=$ | [-_ ]) | (?:font | text)[-_]?(?:resize | size-(?=[a-z]) | control)
    | visually-hidden | sr-only | screen-reader )(?![a-z])""",
    re.VERBOSE,
)
"""Matches names of boxes that do not belong to an article. Only whole words match: ``shareable`` and
``shadow`` do not."""
_NEGATED = re.compile(r"(?<![a-z])(?:no|not|has|have|with|without|is|hide)[-_ ](?!print)[a-z]+")
"""Matches names that say what a layout has or lacks (``has-sidebar``)."""
_COMMENTS = re.compile(rf"(?<![a-z])(?:comment|disqus|respond|replies){_PART}(?![a-z])")
"""Matches names of boxes of the readers' comments."""
_CREDIT = re.compile(
    r"""(?:^|[-_ ])(?:bio|source)(?=$|[-_ 0-9]) | author[-_]?(?:box|bio|info|card|desc|about)
    | about[-_]?author | caption | img[-_]cap | image[-_]?(?:heading|title) | credit
    | (?:pic|photo|image|img)[-_]?(?:box|wrap|container|frame|desc|credit|text)
    | meta[-_]?(?:data|info|item|line|wrap) | (?:post|entry|article)[-_]?meta
    | publish-?date | byline | dateline | read(?:ing)?[-_]?time""",
    re.VERBOSE,
)
"""Matches names of boxes with information about an article, such as date and author, outside its text."""
_GOOD = re.compile(
    r"""article[-_]*(?:body|content|text|desc|holder|inner) | entry[-_]*content
    | post[-_]*(?:body|content|text) | story[-_]*(?:body|content|text) | news[-_]*(?:body|content|text|story)
    | content[-_]*(?:body|text|area) | details?[-_]*(?:body|content|text) | body[-_]*(?:text|str|content)
    | long-?text
    | text[-_]*body | long-?desc | wysiwyg | single[-_]*content | rich[-_]*text | field[-_]*name[-_]*body
    | itembody | p-content | the-?content""",
    re.VERBOSE,
)
"""Matches names of boxes of an article's text."""
_ROLES = {
    "author": r"""author | writer | by-?line | writeby | journalist | reporter
        | (?:^|[-_ ])editor(?=$|\s|[_-]?name)""",
    "date": r"date | time(?!line|r) | publish(?:ed)?(?:$|[-_ ]) | posted | pubdate | pinfo",
    "lede": r"""summary | (?:^|[-_ ])lede?(?:$|[-_ ]) | lead(?:$|[-_ ]) | lead-?(?:text|par) | chapo
        | standfirst | excerpt | intro(?!duct) | deck | sub-?(?:title|head|heading)(?!s) | abstract | synopsis
        | (?:article|post|news)-?desc""",
    "crumb": r"bread-?cr?umb",
    "title": r"""(?:article|post|entry|news|story|single|page|main|detail|content)s?[-_]*
        (?:title|headline|heading) | (?:^|[-_ ])headline""",
}
_ROLE_PATTERNS = {role: re.compile(pattern, re.VERBOSE) for role, pattern in _ROLES.items()}
_CLOCK = re.compile(
    r"""today | current | (?:^|[-_ ])now(?=$|[-_ ]) | clock | masthead | date-?header
    | head(?:er)?-?(?:date|top) | (?:site|page|main|top|global)[-_]?head | (?:^|\s)(?:header|top)(?=$|\s)
    | top-?(?:bar|menu|nav) | toolbar | (?:^|[-_ ])(?:menu|nav|ticker|footer)(?=$|[-_ ])""",
    re.VERBOSE,
)
"""Matches names of boxes whose date is that of the visit."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER = re.compile(r"\d+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _named(names: str, prop: str | None, rel: str | None) -> tuple[str, tuple[str, ...]]:
    """The hint and the roles that class and id (``names``), itemprop and rel give."""
    split = _CAMEL.sub("-", names[:400]).lower()
    good = _GOOD.search(split) or _GOOD.search(names[:400].lower())
    frame = _FRAME.search(_NEGATED.sub(" ", split))
    bad = frame or _CREDIT.search(split)
    kind = "mixed" if good and bad else "good" if good else "frame" if frame else "bad" if bad else ""
    if prop and prop.rpartition(":")[2].lower() == "articlebody":
        kind = "body"
    full = f"{split} {(prop or '').lower()} {(rel or '').lower()}"
    return kind, tuple(role for role, pattern in _ROLE_PATTERNS.items() if pattern.search(full))


_ASKED = frozenset({"class", "id", "style", "aria-hidden", "hidden", "itemprop", "property", "rel"})


def named(element: etree._Element) -> tuple[str, tuple[str, ...]]:
    """The hint and the roles that the names of an element give; a custom tag (``amp-sidebar``) is a name too.

    The hint is ``body`` (declared as the body), ``good`` (named like a body), ``frame`` (outside the
    article), ``bad`` (outside its text), ``mixed`` (``good`` and ``bad``), ``block`` (displayed as a block)
    or empty. Roles are ``author``, ``date``, ``lede``, ``title`` and ``crumb``.
    """
    tag = element.tag
    custom = tag if "-" in tag else ""
    classes = identity = ""
    prop = rel = None
    block = False
    attributes = element.keys()  # items() copies every address and style, and takes twice the time
    for name in attributes:
        if name not in _ASKED:
            continue
        value = element.get(name) or ""
        if name == "class":
            classes = value
        elif name == "id":
            identity = value
        elif name in ("style", "aria-hidden", "hidden"):
            if name == "hidden" or (value == "true" if name != "style" else _HIDDEN.search(value)):
                return "frame", ()
            block = block or (name == "style" and _BLOCK.search(value) is not None)
        elif name == "itemprop" or (name == "property" and prop is None and tag != "meta"):
            prop = value
        elif name == "rel":
            rel = value
    if classes or identity or prop or rel or custom:
        kind, roles = _named(f"{custom} {identity} {classes}", prop, rel)
        return kind or ("block" if block else ""), roles
    return "block" if block else "", ()


@lru_cache(maxsize=4096)
def is_clock(names: str) -> bool:
    """Do ``names`` (id and class) belong to a box that shows the date of the visit?

    >>> is_clock("header-date"), is_clock("post-date")
    (True, False)
    """
    return bool(_CLOCK.search(names.lower()))


def kind_of(element: etree._Element) -> tuple[str, str]:
    """Tag and class of an element, without numbers: equal for boxes of one kind."""
    return str(element.tag), _unnumbered(element.get("class") or "")


@lru_cache(maxsize=4096)
def _unnumbered(names: str) -> str:
    return _NUMBER.sub("", names)


def is_comments(element: etree._Element) -> bool:
    """Is the element named after readers' comments?"""
    return _are_comments(f"{element.get('id') or ''} {element.get('class') or ''}")


@lru_cache(maxsize=4096)
def _are_comments(names: str) -> bool:
    return bool(_COMMENTS.search(_CAMEL.sub("-", names).lower()))
