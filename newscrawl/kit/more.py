"""Finds how a script requests more of a list: the address of a button, or a call in the script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse

from newscrawl import discovery, jsontext
from newscrawl.discovery import Walk, api, pages
from newscrawl.discovery.entry import header
from newscrawl.discovery.listing import LINKS, absolute, selector
from newscrawl.discovery.unpack import text as unpacked
from newscrawl.kit.asking import Fetch
from newscrawl.sites import Api, Listing, Site

PAGE = "{page}"
"""The placeholder for the page number."""
SCRIPTS = 3
"""Maximum number of script files that are read."""
LONGEST_SCRIPT = 300_000
"""Maximum number of letters of a script that are read."""
CALLS = 6
"""Maximum number of calls that are tried."""
FEW = 3
"""Minimum number of articles in a page of a list."""

_COUNTS = re.compile(r"page|paged|pg|offset|start|skip|from|index|^p$|^n$|^i$|^num", re.IGNORECASE)
"""Matches names of parameters that count pages or articles."""
_OFFSET = re.compile(r"offset|start|skip|from", re.IGNORECASE)
_BUTTON = re.compile(r"^(?:data-\w[\w-]*|hx-get|hx-post|ic-get-from)$")
_STRING = re.compile(r"'([^'\n\\]{0,300})'|\"([^\"\n\\]{0,300})\"|`([^`\\]{0,300})`")
_JOINED = re.compile(r"\s*\+\s*(?:\(?\s*(?:\+\+)?\s*([\w.$]+)(?:\+\+)?(?:\s*\+\s*1)?\s*\)?|(?=['\"`]))")
_HOLE = re.compile(r"\$\{\s*(?:\+\+)?([\w.$]+)[^}]{0,40}\}")
_VALUE = r"\b(?:var|let|const)\s+{name}\s*=\s*['\"]?([\w-]{{1,60}})['\"]?"
_PAIR = re.compile(
    r"['\"]?([\w\[\]-]{1,40})['\"]?\s*:"
    r"\s*(?:'([^'\n]{0,200})'|\"([^\"\n]{0,200})\"|([\w.$+ ]{1,40}))(?=\s*[,}])"
)
_DATA = re.compile(
    r"[$\w.]+(?:\([^()\n]{0,60}\))?\.(?:(?:data|attr|getAttribute)\(\s*['\"](?:data-)?([a-z][a-z0-9-]{0,40})['\"]\s*\)"
    r"|dataset\.([a-z]\w{0,40}))"
)
"""Matches code that reads a ``data-`` attribute: ``$(this).data('section')``, ``button.dataset.section``."""
_SHORT = re.compile(r"([{,]\s*)(\w{1,40})(?=\s*[,}])")
"""Matches a shorthand property of an object: ``{ page }``."""
_OBJECT = re.compile(
    r"(?:data|body|params|URLSearchParams\(|post\([^{]{0,200})\s*[:,]?\s*"
    r"(?:[\w.]+\(\s*|new \w+\(\s*)?(\{[^{}]{1,600}\})"
)
_POSTS = re.compile(r"\.post\s*\(\s*$|method\s*:\s*['\"]post|type\s*:\s*['\"]post", re.IGNORECASE)
_ACTS = re.compile(
    r"(?<![a-z])(?:log-?(?:in|out|ger)?|sign-?(?:in|up)|register|votes?|polls?|likes?|comments?|subscribe|newsletter"
    r"|track(?:ing)?|stats?|statistics|counter|views|contact|send|e?mail|rate|rating|save|delete|remove|cart"
    r"|checkout|pay|report|share|upload|auth|token)(?![a-z])",
    re.IGNORECASE,
)
"""Matches names of calls that do more than list something; these calls are never made."""
_CALLS = re.compile(r"(?:fetch|ajax|get|post|getJSON|open|load|axios)\s*\(|url\s*:|=\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a page's script sends for more of its list, with ``{page}`` in one of its parts."""

    url: str
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None

    @property
    def by_offset(self) -> bool:
        """Does it count articles instead of pages?"""
        query = [*parse_qsl(urlsplit(self.url).query), *(self.form or {}).items(), *(self.json or {}).items()]
        return any(value == PAGE and _OFFSET.search(name) for name, value in query)


def calls(page: TextResponse, scripts: Sequence[str] = ()) -> list[Call]:
    """The calls for more in a page, the most likely first; ``scripts`` are the texts of its script files.

    >>> from scrapy.http import HtmlResponse
    >>> button = b"<button data-url='/ajax/more?page=2'>..</button>"
    >>> calls(HtmlResponse("https://sada.example/", body=button))[0].url
    'https://sada.example/ajax/more?page={page}'
    """
    asked = list(_of_buttons(page))
    inline = selector(page).xpath("//script[not(@src)]/text()")[:LINKS].getall()
    for script in [*inline, *scripts]:
        asked += _of_script(_with_data(script[:LONGEST_SCRIPT], page), page)
    unique = {repr(call): call for call in asked if not _ACTS.search(_parted(urlsplit(call.url).path))}
    return list(unique.values())[:CALLS]


def _parted(path: str) -> str:
    """A path with its camel case split: ``/addComment`` becomes ``/add-Comment``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", path)


def script_files(page: TextResponse, site: Site) -> list[str]:
    """The script files of a page on its own site, the last first, because libraries are loaded first."""
    urls = [absolute(page, src) for src in selector(page).xpath("//script/@src")[:LINKS].getall()]
    return [url for url in reversed(urls) if url and site.owns(url)][:SCRIPTS]


def _of_buttons(page: TextResponse) -> Iterator[Call]:
    for element in selector(page).xpath(
        "//*[@*[starts-with(name(), 'data-') or starts-with(name(), 'hx-')]]"
    )[:LINKS]:
        given = {name: value for name, value in element.root.attrib.items() if _BUTTON.match(str(name))}
        for name, value in given.items():
            if "/" not in value and "?" not in value:
                continue
            if (url := _counted(value, page)) is None:
                continue
            if PAGE not in url and any(
                _COUNTS.search(key.removeprefix("data-")) for key in given if key != name
            ):
                url += f"{'&' if '?' in url else '?'}page={PAGE}"
            if PAGE in url:
                yield Call(url, form={} if name == "hx-post" else None)


def _with_data(script: str, page: TextResponse) -> str:
    """A script with the values of the ``data-`` attributes that it reads, except for page counters."""

    def value(read: re.Match[str]) -> str:
        name = read[1] or re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", read[2])
        if _COUNTS.search(name):
            return name.replace("-", "_")
        value = selector(page).xpath(f"(//*[@data-{name}])[1]/@data-{name}").get("")
        return "'{}'".format(value.replace("'", ""))

    return _DATA.sub(value, script)


def _counted(value: str, page: TextResponse) -> str | None:
    """An address with ``{page}`` in place of its page number or of a script's placeholder for one."""
    value = re.sub(r"\{\{?\s*\w*\s*\}?\}|__\w+__|:page\b|%d|\[page\]", "PAGENUMBER", value.strip())
    url = absolute(page, value)
    if url is None:
        return None
    if "PAGENUMBER" in url:
        return url.replace("PAGENUMBER", PAGE, 1)
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    telling = [name for name, value in query if _COUNTS.search(name) and (value.isdecimal() or not value)]
    if telling:
        counted = [(name, PAGE if name == telling[-1] else value) for name, value in query]
        return parts._replace(query=urlencode(counted).replace("%7Bpage%7D", PAGE)).geturl()
    return re.sub(r"(/page[/-]?|/)\d{1,3}(/?)$", rf"\1{PAGE}\2", url, count=1, flags=re.IGNORECASE)


def _of_script(script: str, page: TextResponse) -> Iterator[Call]:
    """The calls whose addresses are strings in a script."""
    for hit in _STRING.finditer(script):
        printed = next(group for group in hit.groups() if group is not None)
        before = script[max(0, hit.start() - 60) : hit.start()]
        if not _is_place(printed) or not _CALLS.search(before):
            continue
        printed, end = _joined(script, hit, printed)
        following = script[end : end + 700]
        posts = bool(_POSTS.search(before) or _POSTS.search(following[:300]))
        sent = _sent(before[-12:] + "," + following if ".post" in before else following, script)
        url = absolute(page, printed.replace(PAGE, "PAGENUMBER"))
        if url is None:
            continue
        url = url.replace("PAGENUMBER", PAGE)
        if sent and not posts and PAGE not in url:
            url += f"{'&' if '?' in url else '?'}{urlencode(sent).replace('%7Bpage%7D', PAGE)}"
        if PAGE in url and not posts:
            yield Call(url)
        elif posts and (PAGE in url or PAGE in (sent or {}).values()):
            as_json = "JSON.stringify" in following[:400] or "axios" in before
            yield Call(url, json=sent) if as_json and sent else Call(url, form=sent or {})


def _is_place(text: str) -> bool:
    return bool(
        re.match(r"(?:https?:/)?/[\w%.-]|[\w-]+\.(?:php|aspx?|ashx)\b|\?[\w-]+=", text)
    ) and not re.search(r"\.(?:css|js|png|jpe?g|gif|svg|woff2?)(?:\?|$)", text)


def _joined(script: str, hit: re.Match[str], text: str) -> tuple[str, int]:
    """A string with everything that the script appends to it: ``'/more?page=' + page`` becomes
    ``/more?page={page}``.
    """
    if hit[3] is not None:
        text = _HOLE.sub(lambda hole: _named(hole[1], text[: hole.start()], script), text)
    end = hit.end()
    for _ in range(8):
        added = _JOINED.match(script, end)
        if added is None:
            break
        end = added.end()
        if added[1]:
            text += _named(added[1], text, script)
        elif more := _STRING.match(script, end):
            text += next(group for group in more.groups() if group is not None)
            end = more.end()
    return text, end


def _named(name: str, before: str, script: str) -> str:
    """The value of a variable in an address, or ``{page}`` if it counts pages."""
    last = re.search(r"([\w-]+)[=/]$", before)
    value = re.search(_VALUE.format(name=re.escape(name.rpartition(".")[2])), script)
    if PAGE not in before and (_COUNTS.search(name) or (not value and last and _COUNTS.search(last[1]))):
        return PAGE
    return value[1] if value else ""


def _sent(following: str, script: str) -> dict[str, str]:
    """The fields of the object that a call sends, with ``{page}`` for the one that counts pages."""
    hit = _OBJECT.search(following) or re.match(r"\s*,\s*(\{[^{}]{1,600}\})", following)
    fields: dict[str, str] = {}
    if hit is None:
        query = re.search(r"(?:data|body)\s*:\s*['\"]([\w=&%.-]*?\b(\w+)=)['\"]\s*\+", following[:400])
        return dict([*parse_qsl(query[1]), (query[2], PAGE)]) if query else {}
    for name, single, double, bare in _PAIR.findall(_SHORT.sub(r"\1\2: \2", hit[1])):
        value = single or double
        if not value and bare:
            bare = bare.strip()
            value = bare if bare.isdecimal() else _named(re.sub(r"\W.*", "", bare), "", script)
        if PAGE not in fields.values() and _COUNTS.search(name) and (bare or value.isdecimal()):
            value = PAGE
        fields[name] = "" if value == PAGE and PAGE in fields.values() else value
    return fields


# --- Responses


async def listing_of(call: Call, site: Site, known: Sequence[str], fetch: Fetch) -> Listing | Api | None:
    """The list behind a call, confirmed by two pages with different articles.

    ``known`` are the addresses of the articles on the page that makes the call.
    """
    made = await _first(call, site, known, fetch)
    if made is None:
        return None
    source, shown = made
    if call.by_offset:
        source = replace(source, first=0, step=len(shown))
    number = 1 if call.by_offset or source.first else 2
    after = await _listed(source, pages.page(source, number, site.home), site, fetch)
    fresh = set(after) - set(shown)
    return source if fresh or not set(shown) <= set(known) else None


async def _first(
    call: Call, site: Site, known: Sequence[str], fetch: Fetch
) -> tuple[Listing | Api, list[str]] | None:
    """The list as its first page shows it, and the articles on that page."""
    for first in (0,) if call.by_offset else (1, 2):
        asked = Listing(call.url, form=call.form, json=call.json, headers=_AS_SCRIPT, first=first)
        answer = await fetch(pages.page(asked, 0, site.home))
        if answer.response is None:
            continue
        for source in _forms(asked, answer.response, known):
            shown = _urls(source, answer.response, site)
            if len(shown) >= FEW:
                return source, shown
    return None


_AS_SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


def _forms(asked: Listing, answer: Response, known: Sequence[str]) -> Iterator[Listing | Api]:
    """The declarations that may fit a response: HTML, JSON with HTML in it, or JSON that lists articles."""
    try:
        value = jsontext.loads(unpacked(answer.body, header(answer, "Content-Type"), LONGEST_SCRIPT))
    except ValueError:
        yield asked
        return
    for path in _paths(value, lambda value: isinstance(value, str) and "<a" in value and "href" in value):
        yield replace(asked, html=path)
    paged = {name: getattr(asked, name) for name in ("form", "json", "headers", "first")}
    for path in _paths(
        value, lambda value: isinstance(value, list) and len(value) >= FEW and isinstance(value[0], dict)
    ):
        items = _objects(value, path)
        for link in _links(items, known):
            title = next((name for name in ("title", "headline", "name") if name in items[0]), None)
            yield Api(asked.url, items=path, link=link, title=title, **paged)


def _objects(value: Any, path: str) -> list[dict[str, Any]]:
    """The objects of a list in a JSON value."""
    items = api.find(path, value)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _links(items: Sequence[Mapping[str, Any]], known: Sequence[str]) -> Iterator[str]:
    """JMESPath expressions for the address in an item: a field with an address, or with a part of one."""
    for name, value in items[0].items() if items else ():
        if (
            isinstance(value, str)
            and ("/" in value or value.startswith("?"))
            and " " not in value
            and "<" not in value
        ):
            yield _quoted(name)
    for name, value in items[0].items() if items else ():
        if not isinstance(value, str | int) or len(str(value)) < 2:
            continue
        ends = [_around(str(item.get(name)), known) for item in items]
        known_ends = [end for end in ends if end]
        if len(known_ends) >= FEW and len(set(known_ends)) == 1:
            before, after = known_ends[0]
            yield f"join('', ['{before}', to_string({_quoted(name)}), '{after}'])"


def _around(value: str, known: Sequence[str]) -> tuple[str, str] | None:
    """The text before and after a value in the known address that contains it; None if none does."""
    for url in known:
        before, hit, after = url.rpartition(value)
        if hit and not (before[-1:].isalnum() or after[:1].isalnum()) and "'" not in before + after:
            return before, after
    return None


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else f'"{name}"'


def _paths(value: Any, fits: Callable[[Any], bool], depth: int = 4) -> Iterator[str]:
    """JMESPath expressions for the values that fit, from the outermost to the innermost."""
    if fits(value):
        yield "@"
    level: list[tuple[str, Any]] = [("", value)]
    for _ in range(depth):
        following: list[tuple[str, Any]] = []
        for path, value in level:
            if isinstance(value, dict):
                following += [(f"{path}.{_quoted(name)}".lstrip("."), inner) for name, inner in value.items()]
            elif isinstance(value, list) and value:
                following.append((f"{path}[]", value[0]))
        yield from (path for path, value in following if fits(value))
        level = following


def _urls(source: Listing | Api, answer: Response, site: Site) -> list[str]:
    """The articles in a response that is read as this list."""
    page = discovery.read_list_page(answer, Walk(source.url, source), site)
    return [entry.url for entry in page.entries] if page else []


async def _listed(source: Listing | Api, request: Request, site: Site, fetch: Fetch) -> list[str]:
    answer = await fetch(request)
    return _urls(source, answer.response, site) if answer.response else []
