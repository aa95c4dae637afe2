"""Computes one key for all spellings of an article's address.

:func:`canonical` returns the spelling that represents all others, and :func:`key` its digest. Neither can be
requested: there may be no page at a canonical form. Two articles with one key would hide each other, while an
article with two keys is merely found twice; so in doubt, two spellings get two keys.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from ipaddress import IPv6Address
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

import idna

from newscrawl import lazy
from newscrawl.text import compose

if TYPE_CHECKING:
    from tldextract import ExtractResult, TLDExtract

__all__ = [
    "URLS_VERSION", "UrlRules", "ascii_host", "canonical", "declared_canonical", "has_public_suffix",
    "is_hash_route", "key", "owner", "parts_of", "same_site", "site_host", "telling", "without_amp",
]  # fmt: skip

URLS_VERSION = 2
"""Version of :func:`canonical`, stored with each article; raised whenever any key changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRules:
    """Which spellings of an address are the same on one site, in addition to the rules for every site."""

    parameters: frozenset[str] | None = None
    """The only query parameters that matter; None if all matter except the known tracking parameters.
    Example: ``frozenset({"id"})``."""
    ignored_parameters: frozenset[str] = frozenset()
    """Parameters that do not matter on this site. Example: ``frozenset({"tq"})``."""
    hosts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Host → the host of the same site that represents it, both without ``www``.
    Example: ``{"arabic.rt.com": "rtarabic.com"}``."""
    variants: frozenset[str] = frozenset({"www", "m", "mobile", "wap", "amp"})
    """Labels before the registrable domain that lead to the same articles, also with one or two digits:
    ``m2``, ``www1``."""
    path_case: bool = True
    """Does the case of letters in a path matter?"""
    hash_routes: bool = True
    """Do fragments like ``#!/story/1`` and ``#/story/1`` name pages?"""
    rewrites: tuple[tuple[str, str], ...] = ()
    r"""Regular expressions for the decoded path, and their replacements.
    Example: ``((r"^/amp/(\d{4}/)", r"/story/\1"),)``."""


_ANY_SITE = UrlRules()

# Invisible characters that get into addresses copied from right-to-left pages.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]+"
)
_AMPERSAND = re.compile("&(?:(?:amp|#0*38|#[xX]0*26);)+")  # copied from markup
_SURROGATE = re.compile("[\ud800-\udfff]")
_URL = re.compile(
    r"(?:(?P<scheme>https?):[/\\]*|//)?(?P<authority>[^/\\?#]*)"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_HOST = 1000
"""Maximum length of a host, in characters; DNS allows 253 in Punycode."""
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_IP = re.compile(r"\[.*\]|[\d.]+")
_NUMBERED = re.compile(r"(?<=\D)\d{1,2}$")
_SLASHES = re.compile(r"[/\\]+")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# Letters that are escaped more than once: at least two bytes, because a single one may be a literal percent
# sign.
_ESCAPED_AGAIN = re.compile(r"(?:%(?:25)*[89A-Fa-f][0-9A-Fa-f]){2,}")
_PERCENT_SIGN = re.compile("%(?:25)*")
_HASH_ROUTE = re.compile(r"!.|/.", re.DOTALL)

# Google's copies of AMP pages name the original. https://developers.google.com/amp/cache/overview
_AMP_COPIES = lazy.pattern(r"(?:^|\.)(?:cdn\.ampproject\.org|google\.[a-z.]{2,6})$")
_AMP_COPY = lazy.pattern(
    r"[^/]+(?:\.org/(?:c|v|wp)|/amp)/(?:s/)?(?P<host>(?:[a-z0-9-]+\.)+[a-z-][a-z0-9-]+)(?:/|$)", re.IGNORECASE
)
_AMP_SEGMENTS = ("amp", "amphtml")
_AMP_SUFFIX = lazy.pattern(r"(?<=[^.])(?:\.amp)+(?=\.html?$|$)", re.IGNORECASE)
# Not index.2.html: pages of a listing differ.
_INDEX = lazy.pattern(r"(?:index|default)\.(?:[sx]?html?|php\d?|aspx?|jsp|cfm)", re.IGNORECASE)
# Other pages of the comments below one article. https://developer.wordpress.org/reference/functions/get_comments_pagenum_link/
_COMMENT_PAGE = lazy.pattern(r"comment-page-\d+")
_SESSION_IN_PATH = lazy.pattern(r";(?:jsessionid|phpsessid|sid|sessionid)=[^/;]*", re.IGNORECASE)
_ASP_SESSION = lazy.pattern(r"\((?:[ASF]\([\w-]{10,}\))+\)")

# Names documented by the services that add them (Google and Bing ads, Facebook, Twitter, Yandex, Matomo,
# HubSpot, Mailchimp, AT Internet, Adobe, Marketo, Salesforce, Outbrain, Taboola, Piano, LinkedIn, Yahoo, BBC,
# WordPress, Blogger, PHP, Java, ColdFusion).
_TRACKING = lazy.pattern(
    r"""utm[_-].+|mtm_.+|matomo_.+|piwik_.+|hsa_.+|itm_.+|guce_.+|_hs(?:enc|mi)|hsctatracking
    |__(?:s|hstc|hssc|hsfp)|pk_(?:campaign|kwd|keyword|source|medium|content|cid)
    |ga_(?:source|medium|term|content|campaign|place)|mc_(?:cid|eid|tc)
    |fb_(?:action_ids|action_types|source|ref|comment_id)|fref|hc_(?:ref|location)
    |ns_(?:mchannel|source|campaign|linkname|fee)
    |at_(?:medium|campaign|custom\w*|bbc_team|link\w*|format|ptr_name|recipient\w*|send_date|creation|variant|platform)
    |wt[._](?:z?mc\w*|srch|tsrc)|fbclid|gclid|gclsrc|dclid|gad_\w+|gs_l|ved|gbraid|wbraid|msclkid|ys?clid
    |twclid|ttclid|sccid|rdt_cid|li_fat_id|igshid|igsh|mibextid|sfnsn|srsltid|__tn__|__xts__\[\d\]
    |__twitter_impression|_(?:ga|gl|gac|ke|openstat|branch_match_id)|s_kwcid|ef_id|epik|s_cid|ncid|ocid
    |cmpid|icid|smid|smtyp|xtor|xtref|xtcr|spm|scm|mkt_tok|vero_(?:id|conv)|oly_(?:anon|enc)_id
    |ck_subscriber_id|hss_channel|dicbo|oborigurl|tblci|taboola_\w+|cx_\w+|soc_(?:src|trk)|sfmc_\w+
    |trk(?:info)?|taid|traffic_?source|sr_share|spref|irclickid|rb_clickid|wickedid|zanpid|guccounter
    |echobox|__cf_chl_\w+|cf_chl_\w+|replytocom|cpage|unapproved|moderation-hash|showcomment
    |relatedposts(?:_\w+)?|doing_wp_cron|nocache|amp(?:_js_v|_gsa|_markup)?|usqp|is_?amp|fromamp|phpsessid
    |jsessionid|aspsessionid\w*|session_?id|cfid|cftoken|oscsid|zenid|aspxautodetectcookiesupport""",
    re.IGNORECASE | re.VERBOSE,
)
# Names that say where a reader came from, but only with such a value: ?ref=menu, but not ?ref=123;
# ?from=whatsapp, but not ?from=rabat.
_REFERRER = lazy.pattern(r"ref(?:_?(?:src|url|source))?|referr?er|via", re.IGNORECASE)
_REFERRER_VALUE = lazy.pattern(r"\D*|(?:https?:|www\.|@|twsrc).*", re.IGNORECASE | re.DOTALL)
_ORIGIN = lazy.pattern(
    r"source|src|from|share|origin|feature|partner|medium|platform|cid|emc|ito", re.IGNORECASE
)
_ORIGIN_VALUE = lazy.pattern(
    r"(?:(?:jetpack-)?(?:facebook|fb|twitter|tw|x|t\.co|whatsapp|wa|telegram|tg|instagram|ig|linkedin|pinterest|youtube"
    r"|tiktok|viber|messenger|reddit|threads|bluesky)(?:\.com)?"
    r"|google|google_?news|bing|rss|feed|newsletter|e?mail|social|sharing|share|push|notification|app|web|mobile|amp"
    r"|android|ios|iphone|hootsuite|home|home_?page|related|most_?read|youtu\.be|timeline|(?:single|group)message)?",
    re.IGNORECASE,
)
# Names that say how a page is shown, not which page: ?print=1, but not ?print=123; ?view=amp, but not
# ?view=category. Blogger uses m, WordPress noamp and nb, Joomla tmpl.
_VIEW = lazy.pattern(r"m|mobile|desktop|print(?:able|er)?|no[nt]?_?amp|nb|isappinstalled", re.IGNORECASE)
_VIEW_FLAG = lazy.pattern(r"(?:[01]|true|false|yes|no|on|off|mobile|desktop|available|print)?", re.IGNORECASE)
_VIEW_KIND = lazy.pattern(
    r"output(?:_?type)?|view|format|layout|mode|tmpl|template|theme|device", re.IGNORECASE
)
_VIEW_NAME = lazy.pattern(r"amp|print|printable|mobile|component", re.IGNORECASE)
# sid is a session or a story; the id of a session is long and random.
_SESSION = lazy.pattern(r"sid|session|sess|sessid", re.IGNORECASE)
_SESSION_VALUE = lazy.pattern(r"(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9]{16,}")

# Characters that the standard (RFC 3986) allows unescaped in each part; all others are %XX in capitals.
_SAFE_IN_PATH = "!$&'()*+,;=:@~"
_SAFE_IN_QUERY = "!$'()*,:@~/[]"
_SAFE_ANYWHERE = "!#$%&'()*+,/:;=?@[\\]~"


@cache
def _suffixes() -> TLDExtract:
    import tldextract  # imported here, as it takes 0.03 s and not every process needs it

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def parts_of(host: str, *, private: bool) -> ExtractResult:
    """The parts of a host according to the Public Suffix List of tldextract, without network or cache files.

    With ``private``, the private part of the list counts, too: ``blogspot.com`` is then a suffix.

    >>> [parts_of("khabar.blogspot.com", private=private).suffix for private in (True, False)]
    ['blogspot.com', 'com']
    """
    return _suffixes()(host, include_psl_private_domains=private)


@lru_cache(maxsize=4096)  # needed several times between a list and the stored page
def key(url: str, rules: UrlRules | None = None) -> str:
    """The key of an address: 32 hex digits, the BLAKE2b digest of its :func:`canonical` form.

    >>> key("http://hespress.com/خبر-1.html") == key("https://www.hespress.com/%d8%ae%d8%a8%d8%b1-1.html")
    True

    ``rules`` are those of the site, by default none. Never raises for a ``str``.
    """
    return hashlib.blake2b(canonical(url, rules).encode(), digest_size=16).hexdigest()


def canonical(url: str, rules: UrlRules | None = None) -> str:
    """The spelling of an address that represents all others: ASCII, ``https``, without ``www``.

    >>> canonical("HTTP://WWW.Hespress.com:80//خبر-1.html?utm_source=fb#c")
    'https://hespress.com/%D8%AE%D8%A8%D8%B1-1.html'

    It ignores these differences: http or https, ``www``, mobile and AMP hosts and paths, Unicode or Punycode
    host names, default ports, IRIs or %XX (even escaped twice), composed or decomposed letters, bidi marks,
    repeated and trailing slashes, index pages, pages of comments, views of the same article (``?print=1``,
    ``?m=1``), session ids, tracking, the order of parameters, and fragments. It keeps these differences: ids,
    page numbers (even ``?utm=12``), language editions, hash routes, the case of a path, the order of a
    repeated parameter, paths of print views, and whether a parameter has a value.

    Idempotent; never raises for a ``str``. If it is not a web address (another scheme, no host), only spaces
    and invisible marks are removed and the rest is escaped.
    """
    rules = rules or _ANY_SITE
    text = _tidy(url)
    match = _URL.fullmatch(text)
    host, port = _split_authority(match["authority"]) if match else ("", "")
    host = ascii_host(host)
    if match is None or not host or not (match["scheme"] or text.startswith("//") or _is_bare_host(match)):
        return quote(text, safe=_SAFE_ANYWHERE)
    path, fragment = match["path"], match["fragment"] or ""
    if _AMP_COPIES.search(host):
        host, port, path = _original(host, port, path)
    resource = _resource(path, match["query"] or "", rules)
    if rules.hash_routes and is_hash_route(fragment):
        path, _, query = fragment.removeprefix("!").partition("?")
        route = _resource(path, query, rules)
        resource += "#!" + route if route != "/" else ""
    return f"https://{_host(host, rules)}{port}{resource}"


def without_amp(path: str) -> str:
    """A decoded path without the parts that mark an AMP copy.

    >>> without_amp("/amp/culture/1"), without_amp("/خبر-1.html/amp/"), without_amp("/خبر-1.amp.html")
    ('/culture/1', '/خبر-1.html/', '/خبر-1.html')
    """
    segments = path.split("/")
    if len(segments) > 2 and segments[1].lower() in _AMP_SEGMENTS:
        del segments[1]
    last = len(segments) - (2 if segments[-1] == "" else 1)
    if last > 1 and segments[last].lower() in _AMP_SEGMENTS:
        del segments[last]
    elif last > 0:
        segments[last] = _AMP_SUFFIX.sub("", segments[last])
    return "/".join(segments)


def telling(query: str, rules: UrlRules | None = None) -> str:
    """The parameters of a query that identify the page, unchanged and in their order.

    >>> telling("p=7&utm_source=facebook"), telling("fbclid=IwAR0")
    ('p=7', '')
    """
    rules = rules or _ANY_SITE
    parts = ((part, *_parameter(part)) for part in query.split("&") if part)
    return "&".join(part for part, name, value in parts if _matters(name, value, rules))


def is_hash_route(fragment: str) -> bool:
    """Can the fragment name a separate page?

    >>> is_hash_route("!/story/1"), is_hash_route("comments")
    (True, False)
    """
    return bool(_HASH_ROUTE.match(fragment))


def _tidy(url: str) -> str:
    if url.isascii() and url.isprintable() and "&" not in url:
        return url.strip()
    text = _INVISIBLE.sub("", url).strip()
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _AMPERSAND.sub("&", text)


def _original(host: str, port: str, path: str) -> tuple[str, str, str]:
    """The host, port and path of the original of Google's AMP copy (or copy of a copy), else unchanged."""
    whole = host + _plain(path)
    start = 0
    while _AMP_COPIES.search(host) and (copy := _AMP_COPY.match(whole, start)):
        host, port, path = copy["host"].lower(), "", whole[copy.end("host") :]
        start = copy.start("host")
    return host, port, path


def _is_bare_host(match: re.Match[str]) -> bool:
    """Is it an address without a scheme, such as ``hespress.com/خبر``?"""
    if "@" in match["authority"]:
        return False
    host = ascii_host(_split_authority(match["authority"])[0])
    return bool(_registrable_domain(host))


# --- Host ------------------------------------------------------------------------------------------


# A crawl has few hosts, and each occurs several times on a page.
@lru_cache(maxsize=1024)
def _split_authority(authority: str) -> tuple[str, str]:
    """The host and ``:port``, without user and password; the port is empty if it is a default port."""
    authority = _decode(authority).rpartition("@")[2]
    host, bracket, rest = authority.partition("]") if authority.startswith("[") else ("", "", authority)
    name, _, port = rest.partition(":")
    if port.isdecimal():
        port = str(int(port[-8:]))
    return host + bracket + name, "" if port in ("", "80", "443") else ":" + _encode(port, "")


@lru_cache(maxsize=1024)
def _host(host: str, rules: UrlRules) -> str:
    """The host that represents its variants; ``host`` comes from :func:`ascii_host`."""
    labels = host.split(".")
    own = (_registrable_domain(host) or ".".join(labels[-2:])).count(".") + 1
    if not _IP.fullmatch(host):
        labels = [label for label in labels[:-own] if not _is_variant(label, rules)] + labels[-own:]
    host = rules.hosts.get(host.removeprefix("www."), ".".join(labels))
    return rules.hosts.get(host, host)


def _is_variant(label: str, rules: UrlRules) -> bool:
    return label in rules.variants or _NUMBERED.sub("", label) in rules.variants


@lru_cache(maxsize=1024)
def ascii_host(host: str) -> str:
    """A host in lower case, in Punycode and without empty labels; empty if it is not a valid host.

    >>> ascii_host("WWW.Hespress.com."), ascii_host("جريدة.المغرب"), ascii_host("hespress com")
    ('www.hespress.com', 'xn--ogbfjh9j.xn--mgbc0a9azcg', '')
    """
    if len(host) > _LONGEST_HOST:
        return ""
    host = ".".join(filter(None, host.lower().split(".")))
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii").strip(".")
        except UnicodeError:  # the base class of idna.IDNAError; before 2008, emoji and the like were allowed
            try:
                host = host.encode("idna").decode("ascii").lower()
            except UnicodeError:
                return ""
    if _HOST.fullmatch(host):
        return host
    try:
        return f"[{IPv6Address(host[1:-1])}]" if host[:1] == "[" and host[-1:] == "]" else ""
    except ValueError:
        return ""


def has_public_suffix(host: str) -> bool:
    """Does the host name end in a public suffix?

    >>> has_public_suffix("www.hespress.com"), has_public_suffix("news.intranet")
    (True, False)
    """
    return bool(_registrable_domain(host))


@lru_cache(maxsize=4096)
def _registrable_domain(host: str) -> str:
    """The registrable domain: ``hespress.com`` of ``www.hespress.com``; empty without a public suffix."""
    return parts_of(host, private=True).top_domain_under_public_suffix


# --- Path and query --------------------------------------------------------------------------------


_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")
"""Text that needs neither escaping nor unescaping (RFC 3986), like most parts of most addresses."""


def _decode(text: str) -> str:
    """The text unescaped, composed and without invisible marks; bytes outside UTF-8 become surrogates."""
    if _UNRESERVED.fullmatch(text):
        return text
    if "%" in text:
        text = _PERCENT.sub(_unescape, text)
    # Removing a mark may join two halves of a letter, so this is repeated.
    while (plain := _decode_once(text)) != text:
        text = plain
    return text


def _decode_once(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if "%" in text:
        text = _ESCAPED_AGAIN.sub(_unescape_again, text)
    if text.isascii():
        return text
    if _SURROGATE.search(text):
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return compose(text)


def _unescape(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "surrogateescape")


def _unescape_again(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(_PERCENT_SIGN.sub("", match[0])).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _encode(text: str, safe: str) -> str:
    if _UNRESERVED.fullmatch(text):
        return text
    return quote(text.encode("utf-8", "surrogateescape"), safe=safe)


def _plain(path: str) -> str:
    return "/".join(_encode(_decode(segment), _SAFE_IN_PATH) for segment in _SLASHES.split(path))


def _resource(path: str, query: str, rules: UrlRules) -> str:
    return _path(path, rules) + _query(query, rules)


def _path(path: str, rules: UrlRules) -> str:
    segments: list[str] = []
    for escaped in _SLASHES.split(_SESSION_IN_PATH.sub("", path)):
        segment = _decode(escaped).strip()
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", ".") and not _ASP_SESSION.fullmatch(segment):
            segments.append(segment)
    if rules.rewrites:
        segments = _rewrite(segments, rules)
    while len(segments) > 1 and segments[0].lower() in _AMP_SEGMENTS:
        del segments[0]
    while segments:
        segments[-1] = _AMP_SUFFIX.sub("", segments[-1])
        is_amp = len(segments) > 1 and segments[-1].lower() in _AMP_SEGMENTS
        is_comments = len(segments) > 1 and _COMMENT_PAGE.fullmatch(segments[-1])
        if not (is_amp or is_comments or _INDEX.fullmatch(segments[-1])):
            break
        segments.pop()
    if not rules.path_case:
        segments = [segment.lower() for segment in segments]
    return "/" + "/".join(_encode(segment, _SAFE_IN_PATH) for segment in segments)


def _rewrite(segments: list[str], rules: UrlRules) -> list[str]:
    path = "/" + "/".join(segments)
    for pattern, replacement in rules.rewrites:
        path = re.sub(pattern, replacement, path)
    return [segment for segment in path.split("/") if segment]


def _query(query: str, rules: UrlRules) -> str:
    if not query:
        return ""
    pairs: dict[tuple[str, str], None] = {}
    for part in query.split("&"):
        name, value = _parameter(part)
        if (name or value) and _matters(name, value, rules):
            pairs[name, value] = None
    # Sorted by name only, because the order of a repeated parameter matters.
    ordered = sorted(pairs, key=lambda pair: pair[0])
    encoded = "&".join(
        f"{_encode(name, _SAFE_IN_QUERY)}={_encode(value, _SAFE_IN_QUERY)}" for name, value in ordered
    )
    return "?" + encoded if encoded else ""


def _parameter(part: str) -> tuple[str, str]:
    """The name and value of one parameter, decoded."""
    name, _, value = part.partition("=")
    return _decode(name.replace("+", " ")), _decode(value.replace("+", " "))


def _matters(name: str, value: str, rules: UrlRules) -> bool:
    """Does the parameter help to identify the article?"""
    if rules.parameters is not None:
        return name in rules.parameters
    if name in rules.ignored_parameters or _TRACKING.fullmatch(name):
        return False
    if _REFERRER.fullmatch(name):
        return not _REFERRER_VALUE.fullmatch(value)
    if _ORIGIN.fullmatch(name):
        return not _ORIGIN_VALUE.fullmatch(value)
    if _SESSION.fullmatch(name):
        return not _SESSION_VALUE.fullmatch(value)
    if name == "_":  # jQuery adds this parameter to bypass caches
        return not value.isdecimal()
    if _VIEW.fullmatch(name):
        return not _VIEW_FLAG.fullmatch(value)
    return not (_VIEW_KIND.fullmatch(name) and _VIEW_NAME.fullmatch(value))


# --- Sites -----------------------------------------------------------------------------------------


def site_host(url: str, rules: UrlRules | None = None) -> str:
    """The host of an address in the form that represents its variants; empty without a host.

    >>> site_host("https://m.youm7.com/خبر"), site_host("https://fr.hespress.com/")
    ('youm7.com', 'fr.hespress.com')

    Never raises for a ``str``.
    """
    match = _URL.fullmatch(_tidy(url))
    return _host(ascii_host(_split_authority(match["authority"])[0]), rules or _ANY_SITE) if match else ""


def owner(url: str) -> str:
    """The owner of an address: its registrable domain, or its host if it has none.

    >>> owner("https://fr.hespress.com/خبر"), owner("https://www.okaz.com.sa/"), owner("http://127.0.0.1:80/")
    ('hespress.com', 'okaz.com.sa', '127.0.0.1')

    The private part of the Public Suffix List counts, so two blogs at one host are two owners. Never raises
    for a ``str``.
    """
    host = site_host(url)
    return _registrable_domain(host) or host


def same_site(url: str, domain: str, rules: UrlRules | None = None) -> bool:
    """Is the address on this domain, on one of its subdomains, or on a host that the rules name?

    >>> same_site("https://m.youm7.com/خبر", "youm7.com")
    True

    Never raises for a ``str``.
    """
    host, own = site_host(url, rules), site_host(f"https://{domain}/", rules)
    return bool(host) and (host == own or host.endswith("." + own))


def declared_canonical(
    page_url: str,
    canonical_href: str | None,
    is_article: Callable[[str], bool],
    rules: UrlRules | None = None,
) -> str | None:
    """The absolute address that a page declares for itself (``rel=canonical``); None if it is not credible.

    It must be on the registrable domain of ``page_url`` (or on a host that the rules name for it) and be an
    article's address by ``is_article``: some templates declare the home page or a listing, and aggregators
    declare another site.

    >>> declared_canonical("https://m.hespress.com/خبر-1.html", "/خبر-1.html", lambda url: "-1.html" in url)
    'https://m.hespress.com/خبر-1.html'

    Never raises for ``str``, unless ``is_article`` raises anything but ``ValueError``.
    """
    rules = rules or _ANY_SITE
    if not canonical_href or not canonical_href.strip():
        return None
    try:
        declared = urljoin(_tidy(page_url), _tidy(canonical_href))
        host = site_host(page_url, rules)
        site = _registrable_domain(host) or host
        believed = bool(site) and same_site(declared, site, rules) and is_article(declared)
    except ValueError:
        return None
    return declared if believed else None
