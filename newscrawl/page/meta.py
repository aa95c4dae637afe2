"""Reads the declarations in a page's head and microdata: ``<meta>``, ``<link>``, ``<title>``,
``itemprop``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from newscrawl.items import Alternate
from newscrawl.page.document import Document, select, squeeze

PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "publish_date", "publish-date",
    "pubdate", "publishdate", "publication_date", "date.published", "dc.date.issued", "dcterms.created",
    "dcterms.issued", "dc.date", "dcterms.date", "dc.created", "article.published", "article_date_original",
    "datepublished", "og:pubdate", "originalpublicationdate", "publicationdate", "pub_date", "publish_time",
    "cxenseparse:publishtime", "date", "release_date", "rnews:datepublished",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "og:updated_time", "article:modified", "lastmod", "last-modified",
    "dcterms.modified", "dc.date.modified", "datemodified", "article.updated", "og:modified_time",
)  # fmt: skip
TITLE = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "title")
DESCRIPTION = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)
AUTHOR = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "byl",
    "twitter:author",
)
SECTION = (
    "article:section",
    "parsely-section",
    "section",
    "articlesection",
    "og:section",
    "cxenseparse:category",
)
TAGS = ("article:tag", "parsely-tags", "news_keywords", "keywords", "sailthru.tags")
SITE_NAME = (
    "og:site_name",
    "application-name",
    "al:ios:app_name",
    "al:android:app_name",
    "twitter:app:name:iphone",
)
IMAGE = (
    "og:image",
    "og:image:secure_url",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "parsely-image-url",
)


MOST = 200
"""Maximum number of values of one name, and of editions in other languages, that are kept."""
MOST_NAMES = 10
"""Maximum number of names of one element that are read."""


@dataclass(slots=True)
class MetaTags:
    """The declarations of a page, by lower-case name."""

    names: dict[str, list[str]] = field(default_factory=dict)
    """Values of ``<meta name|property|itemprop>``."""
    props: list[tuple[str, str]] = field(default_factory=list)
    """Microdata of the body: property in lower case, value."""
    canonical: str | None = None
    alternates: list[Alternate] = field(default_factory=list)
    lang: str | None = None
    title: str | None = None
    """Text of ``<title>``."""

    def first(self, names: tuple[str, ...]) -> tuple[str | None, str]:
        """The first value of these names, and its name; ``(None, "")`` if none has a value."""
        for name in names:
            for value in self.names.get(name, ()):
                return value, name
        return None, ""

    def all(self, names: tuple[str, ...]) -> list[str]:
        """All values of the first of these names that has a value."""
        for name in names:
            if name in self.names:
                return self.names[name]
        return []


def read_meta(document: Document) -> MetaTags:
    """The declarations of a page, collected in one pass over the elements that can contain them."""
    meta = MetaTags(
        lang=document.root.get("lang") or document.root.get("{http://www.w3.org/XML/1998/namespace}lang")
    )
    for element in document.root.iter("meta", "link", "title"):
        if element.tag == "meta":
            _meta(element, meta)
        elif element.tag == "link":
            _link(document, element, meta)
        else:
            meta.title = meta.title or squeeze((element.text or "")[:2000])[:500] or None
    for element in select(_ITEMPROP, document.root) if document.microdata else ():
        value = squeeze(element.get("content") or element.get("datetime"))
        names = (element.get("itemprop") or "").lower().split()
        meta.props += [(name, value) for name in names[:MOST_NAMES]]
    return meta


_ITEMPROP = etree.XPath("//@itemprop/parent::*[not(self::meta[ancestor::head])]")


def _meta(element: etree._Element, meta: MetaTags) -> None:
    value = squeeze(element.get("content"))
    if not value:
        return
    for attribute in ("property", "name", "itemprop"):
        if names := element.get(attribute):
            for name in names.lower().split()[:MOST_NAMES]:
                values = meta.names.setdefault(name, [])
                if len(values) < MOST and value not in values:
                    values.append(value)


def _link(document: Document, element: etree._Element, meta: MetaTags) -> None:
    rel = (element.get("rel") or "").lower().split()
    if "canonical" in rel:
        meta.canonical = meta.canonical or document.absolute(element.get("href"))
    elif "alternate" in rel:
        lang, address = squeeze(element.get("hreflang")), element.get("href")
        if (
            len(meta.alternates) < MOST
            and lang
            and lang.lower() != "x-default"
            and (full := document.absolute(address))
        ):
            meta.alternates.append(Alternate(lang=lang, url=full))
