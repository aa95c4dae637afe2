"""Bytes of feeds and sitemaps in pieces of UTF-8: unpacked, decoded as pages are, with sound ampersands."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from newscrawl.page.decode import decode

UNPACKED = 52_428_800
"""Bytes of an unpacked sitemap or feed that are read, at most, as in the sitemap protocol."""
TEXT = 1 << 19
"""Bytes of a file between the ends of two tags, at most."""
_PIECE = 1 << 18
"""Bytes that are unpacked and decoded at a time."""
_GZIP = b"\x1f\x8b"
_DECLARATION = re.compile(rb"^\s*<\?xml\b[^>]{0,200}?\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
WIDE = 20_000_000
"""Bytes that are read of a file in two-byte letters."""
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
"""How a document of two-byte letters begins."""
_BARE = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos|[a-zA-Z]\w{1,30}|#\d{1,7}|#[xX][\da-fA-F]{1,6});)",
    re.DOTALL,
)
"""An ampersand that begins no reference (``?cat=2&id=1``), and what such a one means itself in."""


def pieces(body: bytes) -> Iterator[bytes]:
    """The bytes of a file, unpacked where it is a gzip file; what is broken of one is left out."""
    left = UNPACKED
    if body[:2] != _GZIP:
        for start in range(0, min(len(body), left), _PIECE):
            yield body[start : start + _PIECE]
        return
    while body[:2] == _GZIP and left > 0:
        member = zlib.decompressobj(wbits=31)
        data = body
        while data and left > 0 and not member.eof:
            try:
                piece = member.decompress(data, min(_PIECE, left))
            except zlib.error:
                return
            left -= len(piece)
            if piece:
                yield piece
            elif not member.unconsumed_tail:
                break
            data = member.unconsumed_tail
        body = member.unused_data.lstrip(b"\0") if member.eof else b""


def utf8(body: bytes, content_type: str | None = None) -> Iterator[bytes]:
    """An XML file as pieces of UTF-8, whatever it is packed in, written in and declared as.

    ``content_type`` is the header of the answer. Each piece ends with a tag; a lone ampersand is escaped.
    It ends where one text goes on for more than ``TEXT`` bytes.
    """
    found = pieces(body)
    first = next(found, b"").removeprefix(b"\xef\xbb\xbf")
    if first.startswith(_WIDE):
        first, found = decode(unpacked(body, WIDE), content_type)[0].encode("utf-8", "replace"), iter(())
        content_type = None
    if declaration := _DECLARATION.match(first):
        named = _ENCODING.search(declaration[0])
        content_type = content_type if "charset" in (content_type or "").lower() or not named else None
        content_type = content_type or (f"text/xml; charset={named[1].decode()}" if named else None)
        first = first[declaration.end() :]
    held = b""
    for piece in _chained(first, found):
        whole = held + piece
        end = whole.rfind(b">") + 1
        if not end and len(whole) > TEXT:
            return
        whole, held = whole[:end], whole[end:]
        yield _sound(whole, content_type)
    yield _sound(held, content_type)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _sound(piece: bytes, content_type: str | None) -> bytes:
    if not piece.isascii():
        piece = decode(piece, content_type)[0].encode("utf-8", "replace")
    return _BARE.sub(lambda hit: b"&amp;" if hit[0] == b"&" else hit[0], piece) if b"&" in piece else piece


def unpacked(body: bytes, most: int = UNPACKED) -> bytes:
    """The first bytes of a file, unpacked where it is a gzip file."""
    kept: list[bytes] = []
    size = 0
    for piece in pieces(body):
        kept.append(piece[: most - size])
        size += len(kept[-1])
        if size >= most:
            break
    return b"".join(kept)
