"""Reads a page into a :class:`RawArticle`: each field comes from the first origin that has it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from itertools import islice
from typing import Any, Literal, TypeVar, cast

from lxml import etree

from newscrawl.items import Http, Image, OfferedDate, RawArticle
from newscrawl.page import bylines, generic, headline, images, jsonld, markup, meta, parts
from newscrawl.page.blocks import Blocks, read_blocks
from newscrawl.page.body import Reading, lines_of, read_body
from newscrawl.page.document import Document, drop, parse, squeeze, text_of
from newscrawl.sites import Markup, Site
from newscrawl.vocabulary import Access, DateKind, Origin, TextWarning

_ARABIC = re.compile("[\u0620-\u064a]")
_WORD = re.compile(r"\w+")
_HOME = re.compile(r"\W*(?:الصفحة )?(?:ال)?رئيسية\W*")
_CRUMB_WORDS = 5
"""Maximum number of words in the name of a section."""
_AMONG = frozenset({"h2", "h3", "h4", "ul", "ol", "blockquote"})
_MOST_TAGS = 60
_MOST_DATES = 60
_MOST_AUTHORS = 60
T = TypeVar("T")
_OPENING = 30
"""Number of letters by which a paragraph is recognised."""
_TOLD = 40
"""A declared text with at least this many words shows where the article ends."""
MIN_WORDS = 8
"""Minimum number of words of a body."""


def extract(
    body: bytes,
    url: str,
    *,
    site: Site | None = None,
    headers: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
) -> RawArticle:
    """The content of a page as printed, with every date candidate and the origin of each field.

    ``url`` is the address after redirects. ``headers`` are the headers of the response, whose
    ``Content-Type`` may name the encoding. ``now`` is the aware moment of download, which selects the markup
    that was valid then. Never raises: broken, empty and hostile pages give an article with empty fields.

    >>> page = "<title>خبر</title><h1>المغرب يطلق برنامجا جديدا</h1>".encode()
    >>> extract(page, "https://example.ma/1").title
    'المغرب يطلق برنامجا جديدا'
    """
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    document = parse(body, url, lower.get("content-type"))
    raw = Fields(document, site, _markup(site, now)).raw_article()
    raw.page = body
    if now is not None and lower:
        raw.http = Http(
            status=200,
            fetched_at=now.astimezone(dt.UTC),
            content_type=lower.get("content-type"),
            charset=document.encoding,
            etag=lower.get("etag"),
            last_modified=lower.get("last-modified"),
        )
    return raw


def _markup(site: Site | None, now: dt.datetime | None) -> Markup | None:
    if site is None:
        return None
    return site.markup_on(now.astimezone(site.clock).date() if now else None)


Method = TypeVar("Method", bound="Callable[[Any], None]")


def _once(read: Method) -> Method:
    """A decorator for a method that reads a field: only the first call has an effect."""

    @wraps(read)
    def asked(page: _Shared) -> None:
        if read.__name__ not in page.read_already:
            page.read_already.add(read.__name__)
            read(page)

    return cast("Method", asked)


class _Shared:
    """A page while it is read. Values that several fields share are computed when they are first needed."""

    def __init__(self, document: Document, site: Site | None, selectors: Markup | None) -> None:
        self.document = document
        self.root = document.root
        self.site = site
        self.markup = selectors or Markup()
        self.finder = markup.ElementFinder(document.root, self.markup)
        self.meta = meta.read_meta(document)
        titles = [*self.meta.names.get("og:title", ()), self.meta.title or ""]
        self.linked = jsonld.read_jsonld(self.root, titles)
        self.raw = RawArticle(url=document.url, urls=[document.url])
        self.answered = False
        self.read_already: set[str] = set()
        """Fields that were read."""
        self.selectors: dict[str, str] = {}
        """Field → the site's selector that matched."""

    @cached_property
    def names(self) -> list[str]:
        """The names of the site, which are removed from titles and authors."""
        values = [self.site.name, self.site.domain] if self.site else []
        values += [value for name in meta.SITE_NAME for value in self.meta.names.get(name, ())]
        values += jsonld.texts(self.linked.article.get("publisher")) + jsonld.texts(
            self.linked.page.get("publisher")
        )
        return values

    @cached_property
    def blocks(self) -> Blocks:
        return read_blocks(self.root)

    @cached_property
    def head(self) -> headline.Headline | None:
        declared = [(text, Origin.MARKUP) for text in self.marked("title")[:1]]
        declared += [(text, Origin.JSONLD) for text in jsonld.texts(self.linked.article.get("headline"))[:1]]
        declared += [
            (text, Origin.META)
            for name in meta.TITLE
            if (text := next(iter(self.meta.names.get(name, ())), None))
        ]
        return headline.choose(declared, self.meta.title, self.blocks, self.names)

    @cached_property
    def reading(self) -> Reading:
        head = self.head
        sample = (head.text if head else "") or self.meta.title or ""
        arabic = bool(_ARABIC.search(sample)) or not sample
        index = head.index if head else None
        return read_body(self.blocks, index, arabic)

    def marked(
        self, field: Literal["title", "lede", "date", "modified", "authors", "section", "tags", "publisher"]
    ) -> list[str]:
        """The texts that the site's selector for a field gives."""
        texts, selector = markup.strings(self.finder, getattr(self.markup, field))
        if texts:
            self.answered = True
            self.selectors[field] = selector
        return texts

    def origin(self, field: str, origin: Origin, where: str = "") -> None:
        """Note how and where a field was found; for the site's markup, the place is the selector."""
        self.raw.origins[field] = origin
        if where := where or (self.selectors.get(field, "") if origin == Origin.MARKUP else ""):
            self.raw.places[field] = where

    @_once
    def visible(self) -> None:
        """Read the dates at the site's selectors, before ``remove`` deletes their elements."""
        for field, kind in (("date", DateKind.PUBLISHED), ("modified", DateKind.MODIFIED)):
            texts, selector = markup.strings(self.finder, getattr(self.markup, field))
            for text in texts[:2]:
                self.answered = True
                for candidate in generic.printed(text, Origin.MARKUP, selector):
                    if kind == DateKind.MODIFIED:
                        candidate.kind = DateKind.MODIFIED
                    self.raw.dates.append(candidate)
        self.bylines = self.marked("authors")
        self.sections = self.marked("section")
        self.publishers = self.marked("publisher")


class _Texts(_Shared):
    """The headline, the body and the lede, each of which limits the others."""

    @property
    def described(self) -> bool:
        """Did the site's markup give title, body and date, so that no guess is needed?"""
        self.body()
        origins = self.raw.origins
        dated = any(date.origin == Origin.MARKUP and generic.readable(date.text) for date in self.raw.dates)
        return dated and origins.get("title") == Origin.MARKUP and origins.get("body") == Origin.MARKUP

    @_once
    def title(self) -> None:
        if texts := self.marked("title"):
            self.raw.title = headline.without_site(texts[0], self.names)
            self.origin("title", Origin.MARKUP)
        elif self.head:
            self.raw.title = title = self.head.text
            named = (name for name in meta.TITLE if title in self.meta.names.get(name, ()))
            where = {Origin.JSONLD: "headline", Origin.META: next(named, "")}
            self.origin("title", self.head.origin, where.get(self.head.origin, ""))

    @_once
    def body(self) -> None:
        # ``remove`` deletes elements, which may contain these.
        self.title()
        self.visible()
        if self.markup.body:
            paragraphs = self._marked_body()
            if paragraphs is not None:
                self.answered = True
                self.raw.body = paragraphs
                if paragraphs:
                    self.origin("body", Origin.MARKUP)
                return
        taken = self.reading.paragraphs
        paragraphs, words = [block.text for block in taken], sum(block.words for block in taken)
        declared = self.linked.article.get("articleBody")
        lines = (
            [squeeze(line) for line in str(jsonld.text_lines(declared)).splitlines() if squeeze(line)]
            if declared
            else []
        )
        told_words = sum(len(p.split()) for p in lines)
        if lines:
            paragraphs, same = _bounded(paragraphs, lines)
            words = words if same or told_words < _TOLD else 0
        if told_words >= MIN_WORDS and told_words > 3 * words:
            self.raw.body = lines
            self.origin("body", Origin.JSONLD, "articleBody")
        elif words >= MIN_WORDS:
            self.raw.body = paragraphs
            self.origin("body", Origin.GENERIC)

    def _marked_body(self) -> list[str] | None:
        """The paragraphs at the site's selectors for the body; None when no selector matches.

        An empty list when the matches contain nothing but notices: then the page is not an article.
        """
        removed = markup.elements(self.finder, self.markup.remove)
        cut = [re.compile(pattern) for pattern in self.markup.cut]
        spoken = False
        for selector, hits in markup.matches(self.finder, self.markup.body):
            nodes = [hit for hit in hits if not isinstance(hit, str)]
            outside = removed.union(nodes)
            nodes = [
                node for node in nodes if node not in removed and outside.isdisjoint(node.iterancestors())
            ]
            nodes = _with_headings(self._of_one_article(nodes), removed)
            places = set(nodes)
            for element in removed:
                if not places.isdisjoint(element.iterancestors()):
                    drop(element)
            paragraphs = [line for node in nodes for line in lines_of(node)]
            paragraphs += [squeeze(hit) for hit in hits if isinstance(hit, str) and squeeze(hit)]
            if kept := [p for p in paragraphs if not any(pattern.fullmatch(p) for pattern in cut)]:
                self.selectors["body"] = selector
                return kept
            spoken = spoken or any(squeeze(hit if isinstance(hit, str) else text_of(hit)) for hit in hits)
        return [] if spoken else None

    def _of_one_article(self, nodes: list[etree._Element]) -> list[etree._Element]:
        """The matches that belong to the page's own headline, if another article follows on the page."""
        if len(nodes) < 2:
            return nodes
        hits = next((hits for _, hits in markup.matches(self.finder, self.markup.title)), [])
        heads = [hit for hit in hits if not isinstance(hit, str)]
        if not heads:
            return nodes
        owners = [next(node.iterancestors("article"), None) for node in nodes]
        own = next(heads[0].iterancestors("article"), None)
        if own is not None and own in owners:
            nodes = [
                node
                for node, owner in zip(nodes, owners, strict=True)
                if owner is own or (owner is not None and own in owner.iterancestors())
            ]
        title = text_of(heads[0])
        others = {head for head in [*heads[1:], *self.root.iter("h1")] if text_of(head) != title}
        others.difference_update(heads[:1])
        return _before(self.root, nodes, others, heads[0]) if others else nodes

    @_once
    def lede(self) -> None:
        """Read the summary above the body; if the body continues it, it becomes the first paragraph
        instead.
        """
        self.body()
        text, origin = "", Origin.MARKUP
        if texts := self.marked("lede"):
            text = " ".join(texts)
        elif self.raw.origins.get("body") == Origin.GENERIC:
            description, _ = self.meta.first(meta.DESCRIPTION)
            index = generic.lede(
                self.blocks, self.head.index if self.head else None, self.reading, description
            )
            if index is not None:
                text, origin = self.blocks.row[index].text, Origin.GENERIC
        if not text:
            return
        rest = [line for line in self.raw.body if line != text]
        if rest and generic.continues(rest[0]):
            self.raw.body = [text, *rest]
        else:
            self.raw.body = rest
            self.raw.lede = text
            self.origin("lede", origin)


class Fields(_Texts):
    """Every field of a page. They may be read in any order; each first reads those on which it depends."""

    FIELDS = (
        "title", "visible", "body", "lede", "dates", "authors", "section", "tags", "images", "access",
        "publisher", "part",
    )  # fmt: skip

    def raw_article(self) -> RawArticle:
        """The raw article with all fields."""
        raw = self.raw
        raw.lang = self.meta.lang or jsonld.text(self.linked.article.get("inLanguage"))
        raw.canonical = self.meta.canonical
        if raw.canonical and raw.canonical not in raw.urls:
            raw.urls.append(raw.canonical)
        raw.alternates = self.meta.alternates
        for name in self.FIELDS:
            getattr(self, name)()
        raw.markup = self.markup.version if self.answered else None
        return raw

    @_once
    def dates(self) -> None:
        """Collect every date that the page offers, the most reliable origin first."""
        self.visible()
        raw = self.raw
        article, page = self.linked.article, self.linked.page
        for node in (article, page):
            for name in ("datePublished", "dateCreated", "uploadDate"):
                if name in node:
                    self._dates(jsonld.texts(node[name]), Origin.JSONLD, DateKind.PUBLISHED, name)
            modified = jsonld.texts(node.get("dateModified"))
            self._dates(modified, Origin.JSONLD, DateKind.MODIFIED, "dateModified")
        named = self.meta.names
        for name in meta.PUBLISHED:
            if name in named:
                self._dates(named[name], Origin.META, DateKind.PUBLISHED, name)
        for name in meta.MODIFIED:
            if name in named:
                self._dates(named[name], Origin.META, DateKind.MODIFIED, name)
        for name, value in self.meta.props:
            if name in ("datepublished", "datecreated") and value:
                self._dates([value], Origin.MICRODATA, DateKind.PUBLISHED, name)
            elif name == "datemodified" and value:
                self._dates([value], Origin.MICRODATA, DateKind.MODIFIED, name)
        day = generic.url_date(raw.url)
        if not self.described:
            index = self.head.index if self.head else None
            if index is not None or self.reading.paragraphs:
                for candidate in generic.dates(self.blocks, index, self.reading, alone=day is not None):
                    self._candidate(candidate)
        if day:
            self._candidate(day)
        if raw.dates:
            self.origin("dates", raw.dates[0].origin)

    def _dates(self, texts: list[str], origin: Origin, kind: DateKind, where: str) -> None:
        for text in texts:
            self._candidate(OfferedDate(text=text, origin=origin, kind=kind, where=where))

    def _candidate(self, candidate: OfferedDate) -> None:
        candidate.text = candidate.text[:300]
        if any(
            known.text == candidate.text and known.kind == candidate.kind and known.origin == candidate.origin
            for known in self.raw.dates
        ):
            return
        if len(self.raw.dates) < _MOST_DATES:
            self.raw.dates.append(candidate)
        else:
            self._cut("dates")

    def _cut(self, field: str) -> None:
        """Note that a field has more values on the page than are kept."""
        if field not in self.raw.cut:
            self.raw.cut.append(field)

    def _first(self, field: str, values: list[T], most: int) -> list[T]:
        """The first ``most`` values of a field; notes if there are more."""
        if len(values) > most:
            self._cut(field)
        return values[:most]

    @_once
    def authors(self) -> None:
        """Read the people who wrote the article, and the line that names them."""
        self.body()
        raw = self.raw
        if self.bylines:
            raw.byline = self.bylines[0]
            raw.authors = self._people(self.bylines)
            self.origin("authors", Origin.MARKUP)
            return
        named_people = jsonld.people(self.linked, self.linked.article.get("author"))
        named_people = named_people or jsonld.people(self.linked, self.linked.article.get("creator"))
        declared = [
            value for value in self.meta.all(meta.AUTHOR) if not value.startswith(("http:", "https:", "@"))
        ]
        lines: list[str] = []
        if not self.described:
            raw.byline, lines = generic.byline(
                self.blocks, self.head.index if self.head else None, self.reading
            )
        for origin, printed, where in (
            (Origin.JSONLD, named_people, "author"),
            (Origin.META, declared, self.meta.first(meta.AUTHOR)[1]),
            (Origin.GENERIC, lines, ""),
        ):
            if people := self._people(printed):
                raw.authors = people
                self.origin("authors", origin, where)
                return

    def _people(self, lines: list[str]) -> list[str]:
        if not lines:
            return []
        after = headline.suffix(self.meta.title or "", self.raw.title or "")
        papers = [*self.names, after or ""]
        lines = self._first("authors", lines, _MOST_AUTHORS)
        people = dict.fromkeys(name for line in lines for name in bylines.people(line, papers))
        return self._first("authors", list(people), _MOST_AUTHORS)

    @_once
    def section(self) -> None:
        """Read the article's section in the newspaper."""
        self.body()
        title = headline.bare(self.raw.title or "")
        crumbs = [text for text in self.linked.breadcrumb if headline.bare(text) != title]
        choices = (
            (self.sections[-1:], Origin.MARKUP, ""),
            (jsonld.texts(self.linked.article.get("articleSection"))[:1], Origin.JSONLD, "articleSection"),
            (self.meta.all(meta.SECTION)[:1], Origin.META, self.meta.first(meta.SECTION)[1]),
            (crumbs[-1:] if len(crumbs) > 1 else [], Origin.JSONLD, "BreadcrumbList"),
        )
        sections = [
            (t[0], origin, where) for t, origin, where in choices if t and t[0] and t[0][:4] != "http"
        ]
        if not sections or not _ARABIC.search(sections[0][0]):  # nothing, or the slug of an Arabic name
            sections = (
                [value for value in sections if _ARABIC.search(value[0])] or self._crumb(title) or sections
            )
        if sections:
            self.raw.section, origin, where = sections[0]
            self.origin("section", origin, where)

    def _crumb(self, title: str) -> list[tuple[str, Origin, str]]:
        """The last link of the printed breadcrumb, if the page was cut into blocks anyway."""
        if self.described:
            return []
        for mark in self.blocks.marks:
            if mark.role == "crumb":
                texts = [text_of(link) for link in islice(mark.element.iter("a"), 8)]
                names = [text for text in texts if _ARABIC.search(text) and headline.bare(text) != title]
                if names and not _HOME.fullmatch(names[-1]) and len(names[-1].split()) <= _CRUMB_WORDS:
                    return [(names[-1], Origin.GENERIC, "")]
        return []

    @_once
    def tags(self) -> None:
        """Read the keywords."""
        self.body()
        for origin, texts, where in (
            (Origin.MARKUP, self.marked("tags"), ""),
            (Origin.JSONLD, jsonld.texts(self.linked.article.get("keywords")), "keywords"),
            (Origin.META, self.meta.all(meta.TAGS), self.meta.first(meta.TAGS)[1]),
        ):
            out: dict[str, None] = {}
            for text in self._first("tags", texts, _MOST_TAGS):
                for tag in (
                    re.split(r"[،,;|]", text) if origin != Origin.MARKUP or len(texts) == 1 else [text]
                ):
                    if tag := squeeze(tag).lstrip("#"):
                        out[tag] = None
            if out and (origin == Origin.MARKUP or not self._is_title(list(out))):
                self.raw.tags = self._first("tags", list(out), _MOST_TAGS)
                self.origin("tags", origin, where)
                return

    def _is_title(self, tags: list[str]) -> bool:
        """Are the keywords just the single words of the headline?"""
        words = set(headline.bare(self.raw.title or "").split())
        plain = [headline.bare(tag) for tag in tags]
        return len(tags) > 2 and all(" " not in tag and (tag in words or not tag) for tag in plain)

    @_once
    def images(self) -> None:
        """Read the pictures of the article."""
        self.body()
        offered: list[tuple[Origin, str, str | None]] = []
        if self.markup.images:
            for selector, hits in markup.matches(self.finder, self.markup.images):
                self.selectors["images"] = selector
                for hit in hits:
                    if isinstance(hit, str):
                        offered.append((Origin.MARKUP, hit, None))
                    else:
                        offered.append((Origin.MARKUP, images.address(hit), images.caption(hit)))
                break
        links = jsonld.addresses(self.linked.article.get("image"), self.linked.nodes)
        offered += [(Origin.JSONLD, link, None) for link in links]
        offered += [(Origin.META, link, None) for link in self.meta.all(meta.IMAGE)[:1]]
        if self.raw.origins.get("body") == Origin.GENERIC:
            printed = islice(images.of_article(self.reading, self.document.url), images.MOST)
            offered += [(Origin.GENERIC, link, caption) for link, caption in printed]
        seen: dict[str, Image] = {}
        for origin, link, caption in self._first("images", offered, 2 * images.MOST):
            address = self.document.absolute(link)
            if address and address not in seen and not images.is_decoration(address, self.document.url):
                seen[address] = Image(url=address, caption=caption)
                if len(seen) == 1:
                    named = {Origin.JSONLD: "image", Origin.META: self.meta.first(meta.IMAGE)[1]}
                    self.origin("images", origin, named.get(origin, ""))
            elif address in seen and caption and not seen[address].caption:
                seen[address].caption = caption
        self.raw.images = self._first("images", list(seen.values()), images.MOST)

    @_once
    def part(self) -> None:
        """Add a warning if the article continues on other pages."""
        self.body()
        if parts.is_part(self.root, self.document):
            self.raw.warnings.append(TextWarning.PART)

    @_once
    def access(self) -> None:
        """Read whether the article is free or paid, as the page declares."""
        free = jsonld.text(self.linked.article.get("isAccessibleForFree"))
        value: Any = self.linked.article.get("isAccessibleForFree")
        if value is True or (free or "").lower() in ("true", "yes", "1"):
            self.raw.access = Access.FREE
        elif value is False or (free or "").lower() in ("false", "no", "0"):
            self.raw.access = Access.PAID

    @_once
    def publisher(self) -> None:
        """Read the newspaper's name, as the page declares it."""
        self.visible()
        if self.publishers:
            self.raw.publisher = self.publishers[0]
            self.origin("publisher", Origin.MARKUP)
        elif name := jsonld.text(self.linked.article.get("publisher")):
            self.raw.publisher = name
            self.origin("publisher", Origin.JSONLD, "publisher")
        elif name := self.meta.first(("og:site_name",))[0]:
            self.raw.publisher = name
            self.origin("publisher", Origin.META, "og:site_name")


def _before(
    root: etree._Element, nodes: list[etree._Element], heads: set[etree._Element], title: etree._Element
) -> list[etree._Element]:
    """The elements up to the next article's headline; a heading between paragraphs is a sub-heading."""
    wanted = set(nodes)
    kept: list[etree._Element] = []
    for element in root.iter(etree.Element):
        if element in wanted:
            kept.append(element)
        elif element in heads and kept:
            above = element.getparent()
            beside = kept[-1].tag == "p" and above is kept[-1].getparent() and above is not title.getparent()
            if not beside and above not in kept:
                break
    return kept


def _with_headings(nodes: list[etree._Element], removed: set[etree._Element]) -> list[etree._Element]:
    """Paragraphs with the sub-headings, lists and quotations between them in the same box."""
    if len(nodes) < 2 or any(node.tag != "p" for node in nodes):
        return nodes
    own = set(nodes)
    held = {above for node in nodes for above in islice(node.iterancestors(), 3)}
    last = {node.getparent(): node for node in nodes}
    kept: list[etree._Element] = []
    for node in nodes:
        kept.append(node)
        after = node.getnext()
        while after is not None and after not in own and last[node.getparent()] is not node:
            if after.tag in _AMONG and after not in held and after not in removed and not _is_links(after):
                kept.append(after)
            after = after.getnext()
    return kept


def _is_links(element: etree._Element) -> bool:
    row = read_blocks(element).row
    return sum(block.linked for block in row) >= 0.5 * len(row)


def _bounded(paragraphs: list[str], declared: list[str]) -> tuple[list[str], bool]:
    """The paragraphs up to the end of the declared text, and whether any paragraph belongs to that text.

    Text after that end is another article if it is long enough for one.
    """
    whole = headline.bare(" ".join(declared))
    plain = [headline.bare(text) for text in paragraphs]
    own = [i for i, text in enumerate(plain) if len(text) >= _OPENING and text[:_OPENING] in whole]
    if not own:
        return paragraphs, not paragraphs
    rest = sum(len(text.split()) for text in paragraphs[own[-1] + 1 :])
    ended = headline.bare(declared[-1])[-_OPENING:] in plain[own[-1]]
    return (paragraphs[: own[-1] + 1] if ended and rest >= _TOLD else paragraphs), True
