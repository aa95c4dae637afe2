"""Addresses: one key for every spelling of one article.

:func:`canonical` gives the spelling that stands for all others, :func:`key` its digest. Neither is an
address to request: a canonical form may answer nothing. Two articles with one key would be lost to
each other, two keys for one article are only met twice: in doubt, spellings stay apart.
"""

from __future__ import annotations

import hashlib
import html
import ipaddress
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, urljoin

import idna
import tldextract

__all__ = ["URLS_VERSION", "UrlRules", "canonical", "declared_canonical", "key", "same_site"]

URLS_VERSION = 1
"""Version of :func:`canonical`, stored with each article; it rises when any key would change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRules:
    """What counts as one address on a site, beyond what holds everywhere."""

    parameters: frozenset[str] | None = None
    """The only query parameters that matter; None when all do but the known tracking ones.
    Example: ``frozenset({"id"})``."""
    ignored_parameters: frozenset[str] = frozenset()
    """Parameters of this site that say nothing about the article. Example: ``frozenset({"tq"})``."""
    hosts: dict[str, str] = field(default_factory=dict, hash=False)
    """Host → the host it is the same site as, both without ``www``. Example: ``{"arabic.rt.com":
    "rtarabic.com"}``."""
    variants: frozenset[str] = frozenset({"www", "m", "mobile", "amp"})
    """Host labels before the registrable domain that show the same articles."""
    path_case: bool = True
    """Does the case of letters in the path matter?"""
    hash_routes: bool = True
    """Do fragments like ``#!/story/1`` and ``#/story/1`` name pages?"""
    rewrites: tuple[tuple[str, str], ...] = ()
    """Regular expressions on the decoded path and what they become. Example: ``((r"^/amp/(\\d{4}/)",
    r"/story/\\1"),)``."""


_DEFAULT_RULES = UrlRules()

# The Public Suffix List as packaged with tldextract: no network, no cache on disk.
_registrable = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

# Marks without a shape, which copying from a right-to-left page leaves in an address.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]+")
_URL = re.compile(r"(?:(?P<scheme>https?):[/\\]*|//)?(?P<authority>[^/\\?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_BARE_HOST = re.compile(r"(?:[^\s/\\?#:@.]+\.)+[^\s/\\?#:@.\d]{2,}(?::\d*)?", re.IGNORECASE)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")

_INDEX = re.compile(r"(?:index|default)\.(?:html?|php|aspx?|jsp|cfm)", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_ASP_SESSION = re.compile(r"\((?:[ASF]\([\w-]+\))+\)")

_TRACKING = re.compile(
    r"""(?:utm|mtm|pk|piwik|matomo|hsa|mc|at|fb|ga|ns|itm|wt|guce)_.+
    |_(?:ga|gl|gac|ke|hsenc|hsmi|openstat|branch_match_id)|__(?:s|hstc|hssc|hsfp|twitter_impression|cf_chl_.+)
    |(?:fb|g|d|ms|y|ys|tw|tt|wick|irclick|scc|ttc|sc|rb_)clid|gclsrc|gbraid|wbraid|igsh|igshid|mibextid|sfnsn|srsltid
    |li_fat_id|s_kwcid|epik|vero_id|vero_conv|oly_(?:anon|enc)_id|mkt_tok|wickedid|zanpid|ef_id|s_cid|ncid|ocid|cmpid
    |smid|smtyp|xtor|xtref|xtcr|spm|scm|guccounter|ck_subscriber_id|hsctatracking|irclickid|rb_clickid
    |wt\.\w+|replytocom|doing_wp_cron|nocache|usqp|amp(?:_.+)?|fromamp|isamp
    |phpsessid|jsessionid|aspsessionid\w*|session_?id|cfid|cftoken|oscsid|zenid|aspxautodetectcookiesupport""",
    re.IGNORECASE | re.VERBOSE,
)
# Names that mean tracking only with such a value: ?ref=facebook but not ?ref=123.
_SOURCE = re.compile(r"ref|ref_?src|ref_?url|referr?er|source|src|from|via|share|origin|platform", re.IGNORECASE)
_SOURCE_VALUE = re.compile(
    r"(?:facebook|fb|twitter|tw|x|t\.co|whatsapp|wa|telegram|tg|instagram|ig|linkedin|pinterest|youtube|tiktok|viber|messenger"
    r"|google|googlenews|news|bing|rss|feed|feeds|newsletter|email|mail|social|share|sharing|push|notification|app|web|mobile|amp"
    r"|home|homepage|home_?page|related|most_?read|latest|ticker|sidebar|footer|header|widget|twsrc.*|https?:.*|www\..*)?",
    re.IGNORECASE,
)
_SESSION = re.compile(r"s|sid|session|sess|sessid", re.IGNORECASE)
_SESSION_VALUE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9]{16,}|[0-9a-fA-F]{32,}")


def key(url: str, rules: UrlRules | None = None) -> str:
    """The key of an address: 32 hex digits of its :func:`canonical` form (BLAKE2b).

    >>> key("http://hespress.com/المغرب-1.html") == key("https://www.hespress.com/%d8%a7%d9%84%d9%85%d8%ba%d8%b1%d8%a8-1.html")
    True

    Never raises for a ``str``.
    """
    return hashlib.blake2b(canonical(url, rules).encode(), digest_size=16).hexdigest()


def canonical(url: str, rules: UrlRules | None = None) -> str:
    """The one spelling of an address that stands for all of them: ASCII, ``https``, no ``www``.

    >>> canonical("HTTP://WWW.Hespress.com:80//المغرب-1.html?utm_source=fb#c")
    'https://hespress.com/%D8%A7%D9%84%D9%85%D8%BA%D8%B1%D8%A8-1.html'

    Idempotent; never raises for a ``str``: what is no web address (another scheme, no host) is
    only stripped of spaces and percent-encoded.
    """
    rules = rules or _DEFAULT_RULES
    text = _tidy(url)
    match = _URL.fullmatch(text)
    if match is None or not match["authority"] or not _is_web(text, match):
        return quote(text, safe="!#$%&'()*+,/:;=?@[]~", errors="surrogatepass")
    host, port = _split_authority(match["authority"])
    if not host:
        return quote(text, safe="!#$%&'()*+,/:;=?@[]~", errors="surrogatepass")
    path, query, fragment = match["path"], match["query"] or "", match["fragment"] or ""
    host, path, query = _unwrap_amp_cache(host, path, query)
    tail = _resource(path, query, rules)
    if rules.hash_routes and re.match("!.|/.", fragment):
        route, _, route_query = fragment.removeprefix("!").partition("?")
        tail += "#!" + _resource(route, route_query, rules)
    return f"https://{_host(host, rules)}{port}{tail}"


def _tidy(url: str) -> str:
    text = _INVISIBLE.sub("", url).strip()
    while "&amp;" in text:
        text = html.unescape(text.replace("&amp;", "&")) if False else text.replace("&amp;", "&")
    return text


def _is_web(text: str, match: re.Match[str]) -> bool:
    if match["scheme"] or text.startswith("//"):
        return True
    return bool(_BARE_HOST.fullmatch(match["authority"]))


def _split_authority(authority: str) -> tuple[str, str]:
    authority = authority.rpartition("@")[2]
    if authority.startswith("["):
        host, bracket, port = authority.partition("]")
        host += bracket
        port = port.removeprefix(":")
    else:
        host, _, port = authority.partition(":")
    if port.isdecimal():
        port = str(int(port[:8]))
    return host, "" if port in ("", "80", "443") else ":" + quote(port, safe="", errors="surrogatepass")


def _host(host: str, rules: UrlRules) -> str:
    host = _ascii_host(host)
    host = rules.hosts.get(host.removeprefix("www."), host)
    labels = host.split(".")
    registrable = _registrable_domain(host)
    if registrable:
        own = registrable.count(".") + 1
        labels = [label for label in labels[:-own] if label not in rules.variants] + labels[-own:]
    host = ".".join(labels)
    return rules.hosts.get(host, host)


@lru_cache(maxsize=4096)
def _registrable_domain(host: str) -> str:
    return _registrable(host).top_domain_under_public_suffix


def _ascii_host(host: str) -> str:
    host = _decode(host).strip(".").lower()
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
        except ValueError:
            return quote(host, safe="[]:", errors="surrogatepass")
    if not host.isascii():
        try:
            return idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            pass
    return quote(unicodedata.normalize("NFC", host), safe="!$&'()*+,;=~", errors="surrogatepass")


def _decode(text: str) -> str:
    """Percent-decoded, composed, without invisible marks; bytes that are no UTF-8 stay as surrogates."""
    text = _PERCENT.sub(lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "surrogateescape"), text)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _encode(text: str, safe: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape") if True else text, safe=safe)


def _resource(path: str, query: str, rules: UrlRules) -> str:
    return _path(path, rules) + _query(query, rules)


def _path(path: str, rules: UrlRules) -> str:
    segments: list[str] = []
    for raw in re.split(r"[/\\]", _SESSION_IN_PATH.sub("", path)):
        segment = _decode(raw)
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", ".") and not _ASP_SESSION.fullmatch(segment):
            segments.append(segment)
    if rules.rewrites:
        decoded = "/" + "/".join(segments)
        for pattern, replacement in rules.rewrites:
            decoded = re.sub(pattern, replacement, decoded)
        segments = [segment for segment in decoded.split("/") if segment]
    if segments and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    if len(segments) > 1 and segments[-1].lower() in ("amp", "amphtml"):
        segments.pop()
    if len(segments) > 1 and segments[0].lower() == "amp":
        del segments[0]
    if segments:
        segments[-1] = re.sub(r"(?i)\.amp(?=\.html?$|$)", "", segments[-1])
    if not rules.path_case:
        segments = [segment.lower() for segment in segments]
    return "/" + "/".join(quote(s.encode("utf-8", "surrogateescape"), safe="!$&'()*+,;=:@~") for s in segments)


def _query(query: str, rules: UrlRules) -> str:
    pairs: list[tuple[str, str]] = []
    for part in query.split("&"):
        name, _, value = (_decode(side.replace("+", " ")) for side in part.partition("="))
        pair = (name, value)
        if (name or value) and pair not in pairs and _matters(name, value, rules):
            pairs.append(pair)
    pairs.sort(key=lambda pair: pair[0])
    encoded = "&".join(
        "=".join(quote(side.encode("utf-8", "surrogateescape"), safe="!$'()*,;:@~/[]") for side in pair) for pair in pairs
    )
    return "?" + encoded if encoded else ""


def _matters(name: str, value: str, rules: UrlRules) -> bool:
    if rules.parameters is not None:
        return name in rules.parameters
    if name in rules.ignored_parameters or _TRACKING.fullmatch(name):
        return False
    if _SOURCE.fullmatch(name):
        return not _SOURCE_VALUE.fullmatch(value)
    if _SESSION.fullmatch(name):
        return not _SESSION_VALUE.fullmatch(value)
    if name == "_":
        return not value.isdecimal()
    return not (name.lower() == "outputtype" and value.lower() == "amp")


def _unwrap_amp_cache(host: str, path: str, query: str) -> tuple[str, str, str]:
    return host, path, query


def same_site(url: str, domain: str, rules: UrlRules | None = None) -> bool:
    """Is the address on the site of this domain: the domain, a subdomain, or a host of its rules?"""
    rules = rules or _DEFAULT_RULES
    match = _URL.fullmatch(_tidy(url))
    if match is None:
        return False
    host = _host(_split_authority(match["authority"])[0], rules)
    domain = _host(domain, rules)
    return host == domain or host.endswith("." + domain)


def declared_canonical(
    page_url: str, canonical_href: str | None, is_article: Callable[[str], bool], rules: UrlRules | None = None
) -> str | None:
    """The address a page declares for itself (``rel=canonical``), when it can be believed."""
    if not canonical_href:
        return None
    try:
        declared = urljoin(page_url, canonical_href.strip())
    except ValueError:
        return None
    return declared if is_article(declared) else None
