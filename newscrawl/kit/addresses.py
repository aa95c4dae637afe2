"""Guesses the pattern of a site's article addresses from links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit

from scrapy.http import TextResponse

from newscrawl.discovery.listing import absolute, readable
from newscrawl.sites import Site, place
from newscrawl.sites.families import WORDPRESS_PAGES
from newscrawl.urls import same_site

HEADLINE_WORDS = 5
"""Minimum number of words in the text of a link that is a headline."""
SHARE = 0.15
"""A form of address belongs to the pattern if at least this share of the articles has it."""

SECTION_WORDS = 4
"""Maximum number of words in a link to a section."""
_NO_SECTION = frozenset({"lang", "hl", "page", "paged", "print", "share", "sort", "s", "q", "search"})
"""Parameters that select another view of a page, not a section."""

MANY = 5
"""At least this many links of one form may be articles, whatever their texts."""
_LONG_NUMBER = 3
"""If the numbers of articles have at least this many digits, shorter numbers may be sections."""
_FEW_SECTIONS = 15
_SEPARATORS = {"-": "-", "_": "_", " ": " ", "+": r"\+"}
"""Separator of the words of a slug → its form in a regular expression."""
_DIGITS = re.compile(r"\d+")
_DIGITS_OF_A_YEAR = 4
"""If all numbers at the end of the addresses have more digits, ``/2021/`` is an archive, not an article."""
_ENDING = re.compile(r"(\.[a-z]{2,5})?/?$", re.IGNORECASE)
_NUMBER = re.compile(r"^(\D*?)(\d+)(\D*)$")
_PAGES = re.compile(WORDPRESS_PAGES)


def links(response: TextResponse, domain: str) -> dict[str, int]:
    """The links of a page to its own site, each with the number of words of its longest text.

    A picture's ``alt`` and a link's ``title`` count as its text.
    """
    words_of: dict[str, int] = {}
    response = readable(response)
    for link in response.css("a[href]"):
        url = absolute(response, link.attrib.get("href"))
        if url is None or not same_site(url, domain) or not place(url).strip("/"):
            continue
        texts = [
            link.xpath("string()").get(""),
            link.attrib.get("title", ""),
            *link.css("img::attr(alt)").getall(),
        ]
        words_of[url] = max(words_of.get(url, 0), *(len(text.split()) for text in texts))
    return words_of


def query_sections(response: TextResponse, site: Site) -> list[dict[str, str]]:
    """The links of a page that may lead to sections with addresses that differ only in the query; also their
    texts.

    Links of one form are one group: ``/list.php?cat=1`` and ``/list.php?cat=3``. Only a request shows whether
    they are sections.
    """
    groups: dict[tuple[str, ...], dict[str, str]] = {}
    response = readable(response)
    for link in response.css("a[href]"):
        url = absolute(response, link.attrib.get("href"))
        text = " ".join(link.xpath("string()").get("").split())
        if url is None or not site.owns(url) or site.is_article(url) or "?" not in place(url):
            continue
        names = sorted(name for name, _ in parse_qsl(urlsplit(url).query))
        if 1 <= len(text.split()) <= SECTION_WORDS and not _NO_SECTION.intersection(names):
            groups.setdefault((urlsplit(url).path, *names), {}).setdefault(url, text)
    return sorted((group for group in groups.values() if len(group) > 1), key=len, reverse=True)


def headlines(linked: dict[str, int]) -> list[str]:
    """The links with a text as long as a headline, in order."""
    return [url for url, words in linked.items() if words >= HEADLINE_WORDS and not _PAGES.search(place(url))]


def pattern(articles: Sequence[str], others: Iterable[str] = ()) -> str | None:
    r"""A regular expression that matches addresses of articles but none of the others; None if there is none.

    >>> pattern(["https://a.ma/articles-101.html", "https://a.ma/articles-112.html"], ["https://a.ma/sport/"])
    '^/articles-\\d+\\.html$'
    >>> pattern(["https://a.ma/sport/31415.html", "https://a.ma/monde/31416.html"], ["https://a.ma/sport/"])
    '^/[^/]+/\\d+\\.html$'
    >>> pattern(["https://a.ma/31415/", "https://a.ma/131416/"])
    '^/\\d{5,}/?$'
    >>> pattern(["https://a.ma/?do=show&id=101", "https://a.ma/?do=show&id=112"], ["https://a.ma/?do=list&id=3"])
    '^/\\?(?=.*\\bdo=show\\b).*\\bid=\\d+'
    """
    return "|".join(patterns(articles, others)) or None


def patterns(articles: Sequence[str], others: Iterable[str] = (), *, sure: bool = False) -> list[str]:
    """The expressions of :func:`pattern`, one for each frequent form of address.

    ``sure`` says that all of them are certainly articles, even if their addresses end in a word or two.
    """
    places = list(dict.fromkeys(map(place, articles)))
    not_articles = {place(url) for url in others} - set(places)
    sections = {part for path in not_articles for part in path.strip("/").split("/")[:1]}
    groups = Counter(_form(p) for p in places)
    expressions: list[str] = []
    for form, count in groups.most_common(4):
        if (form[-1] == "word" and not sure) or count < SHARE * len(places):
            continue
        own = [p for p in places if _form(p) == form]
        expression = _expression(own, sections)
        # Words of a query may distinguish kinds of pages, such as news and polls.
        by_words = [
            _expression(part, sections) for part in _by_words(own) if len(part) >= SHARE * len(places)
        ]
        for tried in ([expression], _longer(expression, own), by_words, _under(expression, own)):
            free = [form for form in tried if _free(form, not_articles)]
            expressions += [form for form in free if form not in expressions]
            if free:
                break
    return expressions


def _longer(expression: str, places: Sequence[str]) -> list[str]:
    """The expression with the minimum number of digits in the addresses: sections may have fewer."""
    digits = [_DIGITS.findall(p) for p in places]
    place = expression.rfind(r"\d+")
    least = min((len(numbers[-1]) for numbers in digits if numbers), default=0)
    if place < 0 or least < _LONG_NUMBER:
        return []
    return [rf"{expression[:place]}\d{{{least},}}{expression[place + 3 :]}"]


def _under(expression: str, places: Sequence[str]) -> list[str]:
    """The expression with the names of the sections in the addresses, if these are few."""
    first = sorted({p.strip("/").split("/")[0] for p in places})
    if not expression.startswith("^/[^/]+/") or len(first) > _FEW_SECTIONS:
        return []
    return [f"^/(?:{'|'.join(map(_literal, first))})/{expression[len('^/[^/]+/') :]}"]


def _free(expression: str, others: Iterable[str]) -> bool:
    return not any(re.search(expression, url) for url in others)


def _by_words(places: Sequence[str]) -> list[list[str]]:
    """Addresses of one form, grouped by the words in their queries, if few words occur in many of them."""
    if "?" not in places[0]:
        return []
    queries = [dict(parse_qsl(p.partition("?")[2])) for p in places]
    words = {name: {query.get(name, "") for query in queries} for name in queries[0]}
    telling = [
        name
        for name, values in words.items()
        if all(map(str.isalpha, values)) and len(values) * 3 <= len(places)
    ]
    groups: dict[tuple[str, ...], list[str]] = {}
    for p, query in zip(places, queries, strict=True):
        groups.setdefault(tuple(query.get(name, "") for name in telling), []).append(p)
    return list(groups.values()) if telling else []


def _form(path: str) -> tuple[str, ...]:
    """The form of an address: its depth, and the kind of its last part."""
    path, _, query = path.partition("?")
    parts = path.strip("/").split("/")
    if query:
        if any("=" not in part for part in query.split("&")):
            return str(len(parts)), query, "word"
        return (str(len(parts)), ",".join(sorted(q.partition("=")[0] for q in query.split("&"))), "query")
    ending = (_ENDING.search(parts[-1]) or [""])[0] or ""
    last = parts[-1][: len(parts[-1]) - len(ending)]
    if re.search(r"\d{3,}|^\d+$|^\d+[-_]|[-_]\d+$", last):
        kind = "digits" if last.isdigit() else "number first" if last[0].isdigit() else "number"
    else:
        kind = "slug" if len(re.findall(r"[^\W_]+", last)) >= 4 else "word"
    if kind == "word" and any(re.fullmatch(r"\d{4,}", part) for part in parts[:-1]):
        kind = "under a number"
    return str(len(parts)), ending, kind


def _query_expression(places: Sequence[str], sections: set[str]) -> str:
    """An expression with the parameter that differs between articles and the words that all share."""
    path = _column([p.partition("?")[0].strip("/") for p in places], sections)
    queries = [dict(q.split("=", 1) for q in p.partition("?")[2].split("&")) for p in places]
    values = {name: [query.get(name, "") for query in queries] for name in queries[0]}
    telling = max(sorted(values), key=lambda name: len(set(values[name])))
    same = [n for n in sorted(values) if n != telling and len(set(values[n])) == 1 and values[n][0].isalpha()]
    words = "".join(rf"(?=.*\b{_literal(name)}={_literal(values[name][0])}\b)" for name in same)
    value = r"\d+" if all(map(str.isdigit, values[telling])) else "[^&]+"
    if not path and not words:
        return rf"[?&]{_literal(telling)}={value}"
    return rf"^/{path}\?{words}.*\b{_literal(telling)}={value}"


def _expression(places: Sequence[str], sections: set[str]) -> str:
    if "?" in places[0]:
        return _query_expression(places, sections)
    slash = "/?" if any(p.endswith("/") for p in places) else ""
    columns = [list(column) for column in zip(*(p.strip("/").split("/") for p in places), strict=True)]
    expressions = [_column(column, sections) for column in columns]
    if expressions[-1] == r"\d+" and min(map(len, columns[-1])) > _DIGITS_OF_A_YEAR:
        expressions[-1] = r"\d{5,}"
    return "^/" + "/".join(expressions) + slash + "$"


def repeated(urls: Iterable[str]) -> list[str]:
    """The addresses of frequent forms, except forms without a number or a slug.

    >>> repeated([f"https://a.ma/khabar-{n}" for n in range(100, 106)] + ["https://a.ma/riyada"])[0]
    'https://a.ma/khabar-100'
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for url in urls:
        groups.setdefault(_form(place(url)), []).append(url)
    return [
        url for form, group in groups.items() if form[-1] != "word" and len(group) >= MANY for url in group
    ]


def _column(values: Sequence[str], sections: set[str]) -> str:
    """An expression for one part of the path, as narrow as possible but open to future values."""
    if all(value.isdigit() for value in values):
        longest = max(map(len, values))
        return (
            r"\d{4}"
            if all(re.fullmatch(r"(?:19|20)\d\d", v) for v in values)
            else r"\d{1,2}"
            if longest <= 2
            else r"\d+"
        )
    if len(set(values)) == 1 and not re.search(r"\d{3}", values[0]):
        return "[^/]+" if values[0] in sections or not values[0].isascii() else _literal(values[0])
    numbers = [_NUMBER.match(value) for value in values]
    if all(numbers) and len({(hit[1], hit[3]) for hit in numbers if hit}) == 1 and numbers[0]:
        return _literal(numbers[0][1]) + r"\d+" + _literal(numbers[0][3])
    endings = {(_ENDING.search(value) or [""])[0] or "" for value in values}
    ending = next(iter(endings)) if len(endings) == 1 else ""
    stems = [value[: len(value) - len(ending)] for value in values]
    if all(re.search(r"-\d+$", stem) for stem in stems):
        return r"[^/]+-\d+" + _literal(ending)
    if all(re.search(r"\d{3,}$", stem) for stem in stems):
        return r"[^/]*\d{3,}" + _literal(ending)
    if all(re.match(r"\d+-", stem) for stem in stems):
        return r"\d+-[^/]+" + _literal(ending)
    if all(re.match(r"\d{3,}", stem) for stem in stems):
        return r"\d{3,}[^/]*" + _literal(ending)
    for separator, written in _SEPARATORS.items():
        if all(stem.count(separator) >= 2 for stem in stems):
            word = f"[^/{separator}]+"
            return f"{word}(?:{written}{word}){{2,}}{_literal(ending)}"
    return "[^/]+" + _literal(ending)


def _literal(text: str) -> str:
    """A text as part of an expression, escaped as little as possible."""
    return re.escape(text).replace(r"\-", "-")
