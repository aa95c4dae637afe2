"""Turns one download of an article's page into archive records: request, page, metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newscrawl.archive.messages import (
    NOT_MODIFIED,
    address,
    in_utf8,
    is_rendered,
    request_head,
    response_message,
    says_utf8,
)
from newscrawl.archive.pages import KEY, PLACE, ListEntry, entry_lines, place
from newscrawl.archive.writing import make_record, sha1
from newscrawl.meta import meta

if TYPE_CHECKING:
    import datetime as dt

    from scrapy.http import Request, Response

    from newscrawl.archive.messages import HttpHead
    from newscrawl.archive.writing import PackedRecord
    from newscrawl.items import Raw

__all__ = ["Original", "as_sent", "digest_of", "records_of"]

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_GZIP = (b"gzip", b"x-gzip")


@dataclass(frozen=True, slots=True)
class Original:
    """The record of a page that was archived before, to which a ``revisit`` refers."""

    raw: Raw
    id: str
    url: str
    at: str
    """Its ``WARC-Date``."""
    entry: ListEntry
    """What its list said about it then."""


def as_sent(sent: Response, read: Response) -> Response:
    """The response that the archive keeps: as it was sent if any tool can decompress it, otherwise as the
    crawl read it. A compressed page need not be compressed again. (warcio 1.8 fails on bodies compressed by
    brotli 1.2.)
    """
    coding = (sent.headers.get("Content-Encoding") or b"").strip().lower()
    # A complete gzip member ends with the length of its content (RFC 1952).
    whole = int.from_bytes(sent.body[-4:], "little") == len(read.body)
    return sent if coding in _GZIP and whole and not is_rendered(read) else read


def digest_of(response: Response) -> str:
    """The ``WARC-Payload-Digest`` of a page."""
    body = in_utf8(response).body if is_rendered(response) else response.body
    return sha1(body)


def records_of(
    request: Request,
    answer: Response,
    *,
    same_as: Original | Raw | None = None,
    earlier: Original | None = None,
) -> list[PackedRecord]:
    """The records of one download; the second one is the page.

    ``same_as`` makes it a ``revisit``. It is an earlier record with the same body or, for status 304, only
    its place, because the earlier page may be out of reach. ``earlier`` is the page of the last visit. Its
    list entry is repeated, because no list leads to a repeated visit, and the article could not be built
    again without that entry.
    """
    carried = meta(request)
    at = carried["fetched_at"]
    of_page = {KEY: carried["key"]}
    head = request_head(request).data
    asked = make_record("request", address(request.url), at, head=head, body=request.body, headers=of_page)
    concurrent = of_page | {"WARC-Concurrent-To": asked.id}
    message, body = response_message(request, answer)
    url = address(answer.url if is_rendered(answer) else request.url)
    page = _page(url, at, answer, message.data, body, concurrent, same_as)
    listed = entry_lines(_entry(request, earlier))
    fields = _lines([*_fields(request, answer, url), *listed, *_message_lines(answer, message)])
    about = make_record("metadata", url, at, body=fields, headers=of_page | {"WARC-Concurrent-To": page.id})
    return [asked, page, about]


def _page(
    url: str,
    at: dt.datetime,
    answer: Response,
    head: bytes,
    body: bytes,
    headers: dict[str, str],
    same_as: Original | Raw | None,
) -> PackedRecord:
    """The record of the page itself."""
    if answer.ip_address:
        headers = headers | {"WARC-IP-Address": str(answer.ip_address)}
    if same_as is not None:
        return make_record("revisit", url, at, head=head, headers=headers | _refers(answer, same_as))
    if is_rendered(answer):
        kind = says_utf8(answer.headers).decode("latin-1")
        return make_record("resource", url, at, body=body, content_type=kind, headers=headers)
    is_packed = answer.headers.get("Content-Encoding") is not None
    return make_record("response", url, at, head=head, body=body, headers=headers, is_packed=is_packed)


def _refers(answer: Response, same_as: Original | Raw) -> dict[str, str]:
    unchanged = answer.status == NOT_MODIFIED
    profile = _PROFILE + ("server-not-modified" if unchanged else "identical-payload-digest")
    raw = same_as.raw if isinstance(same_as, Original) else same_as
    headers = {"WARC-Profile": profile, "WARC-Payload-Digest": raw.digest, PLACE: place(raw)}
    if isinstance(same_as, Original):
        headers |= {
            "WARC-Refers-To": same_as.id,
            "WARC-Refers-To-Target-URI": same_as.url,
            "WARC-Refers-To-Date": same_as.at,
        }
    return headers


def _fields(request: Request, answer: Response, url: str) -> Iterator[tuple[str, str]]:
    """The fields about a page that its HTTP message does not have."""
    carried = meta(request)
    yield "asked", address(carried["asked"])
    for hop in carried.get("redirect_urls", ()):
        yield "redirect", address(hop)
    if answer.url != url:
        yield "url", answer.url


def _entry(request: Request, earlier: Original | None) -> ListEntry:
    """What a page's list said about it, now or at an earlier visit."""
    entry = meta(request).get("entry")
    if entry is None or (earlier and not (entry.title or entry.date or entry.lastmod)):
        return earlier.entry if earlier else ListEntry()
    return ListEntry(
        title=entry.title, date=entry.date, day=entry.day, lastmod=entry.lastmod, origin=entry.origin
    )


def _message_lines(answer: Response, head: HttpHead) -> Iterator[tuple[str, str]]:
    """Status and headers of a rendered page, for which its record has no room."""
    if is_rendered(answer):
        yield "http-status", str(answer.status)
        for header in head.headers:
            yield "http-header", b": ".join(header).decode("latin-1")


def _lines(fields: Iterable[tuple[str, str]]) -> bytes:
    """Lines of the form ``name: value``, without empty values."""
    return "".join(
        f"{name}: {' '.join(value.split())}\r\n" for name, value in fields if value.strip()
    ).encode("utf-8", "replace")
