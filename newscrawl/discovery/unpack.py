"""Turns the bytes of lists into text: unpacks them, decodes them as pages are decoded, and repairs XML.

Servers print notices before a file, caches print comments after it, and templates do not escape addresses.
:func:`utf8` repairs all of that, so that feedparser and lxml can read the file.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from html.entities import html5

from newscrawl.page.decode import decode, decode_pieces

UNPACKED = 52_428_800
"""Maximum number of bytes of an unpacked sitemap or feed, as in the sitemap protocol."""
TEXT = 1 << 19
"""Maximum number of bytes between the ends of two tags."""
PACKED = 4
"""Maximum number of times that a file is unpacked: some servers compress a file that is already
compressed."""
_PIECE = 1 << 18
"""Number of bytes that are unpacked and decoded at a time."""
_GZIP = b"\x1f\x8b\x08"
BEFORE = 1_000
"""Maximum number of bytes that a server may print before a gzip file."""

_CONTROL = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_NO_LETTER = re.compile(rb"\xef\xbb\xbf|\xef\xbf[\xbe\xbf]")
"""Matches byte order marks, and characters that XML does not allow."""
_ROOT = re.compile(
    rb"<(?:[\w-]{1,20}:)?(?:urlset|sitemapindex|rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE
)
_ASIDE = re.compile(
    rb"<!--.*?-->|<\?.{0,500}?\?>|<!\[CDATA\[(?P<text>.*?)(?:\]\]>|\Z)|<!--(?!.*?-->).*\Z", re.DOTALL
)
"""Matches comments, instructions (such as a second XML declaration), and CDATA, where an ampersand stands for
itself."""
_REFERENCES = {
    b"&amp;": b"&#38;",
    b"&lt;": b"&#60;",
    b"&gt;": b"&#62;",
    b"&quot;": b"&#34;",
    b"&apos;": b"&#39;",
}
"""Named reference → numeric reference. After the first mistake in a file, libxml2 keeps only numeric ones."""
_AMPERSAND = re.compile(rb"&(?!#\d{1,7};|#[xX][\da-fA-F]{1,6};)(?:([a-zA-Z]\w{1,30});)?")
"""Matches a reference that XML does not know (``&nbsp;``), or an ampersand that begins no reference
(``?a=2&id=1``)."""


def pieces(body: bytes, skipped: Counter[str] | None = None) -> Iterator[bytes]:
    """The bytes of a file, unpacked again as long as the result is a gzip file.

    The broken rest of a gzip file is left out, and counted in ``skipped`` as ``cut``.
    """
    skipped = Counter() if skipped is None else skipped
    stream: Iterator[bytes] = (body[at : at + _PIECE] for at in range(0, min(len(body), UNPACKED), _PIECE))
    for _ in range(PACKED):
        first = next(stream, b"")
        while len(first) < len(_GZIP) and (more := next(stream, b"")):
            first += more
        packed = first.find(_GZIP, 0, BEFORE)
        stream = _chained(first[max(0, packed) :], stream)
        if packed < 0:
            break
        stream = _unzipped(stream, skipped)
    yield from stream


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _unzipped(packed: Iterator[bytes], skipped: Counter[str]) -> Iterator[bytes]:
    """The content of all members of a gzip file; zeros between members are padding."""
    left = UNPACKED
    member = zlib.decompressobj(wbits=31)
    for data in packed:
        while data and left > 0:
            if member.eof:
                data = data.lstrip(b"\0")
                if not data.startswith(_GZIP):
                    break
                member = zlib.decompressobj(wbits=31)
            try:
                piece = member.decompress(data, min(_PIECE, left))
            except zlib.error:
                skipped["cut"] = 1
                return
            left -= len(piece)
            if piece:
                yield piece
            data = member.unconsumed_tail or member.unused_data
    if left > 0 and not member.eof:
        yield member.flush()
    if left <= 0 or not member.eof:
        skipped["cut"] = 1


def texts(body: bytes, content_type: str | None = None, skipped: Counter[str] | None = None) -> Iterator[str]:
    """A file as pieces of text, unpacked and decoded.

    ``content_type`` is the header of the response; ``skipped`` counts as in :func:`pieces`.
    """
    return decode_pieces(pieces(body, skipped), content_type)


def text(body: bytes, content_type: str | None, most: int, skipped: Counter[str] | None = None) -> str:
    """The first ``most`` letters of a file; if there are more, ``skipped`` counts one ``cut``."""
    if len(body) <= most and _GZIP not in body[:BEFORE]:
        return decode(body, content_type)[0]
    kept: list[str] = []
    size = 0
    for piece in texts(body, content_type, skipped):
        kept.append(piece[: most - size])
        size += len(piece)
        if size > most:
            if skipped is not None:
                skipped["cut"] = 1
            break
    return "".join(kept)


def utf8(
    body: bytes, content_type: str | None = None, skipped: Counter[str] | None = None
) -> Iterator[bytes]:
    """An XML file as pieces of valid UTF-8, each of which ends with a tag.

    Byte order marks, control characters, comments, declarations and everything before the root are left out.
    CDATA becomes plain text, named references become numeric ones, a lone ampersand is escaped. Text after
    the last tag is left out, because it is incomplete. The file is cut off at a text longer than ``TEXT``
    bytes.
    """
    started = False
    for piece in _tagged(texts(body, content_type, skipped)):
        sound = _sound(piece)
        if not started and (root := _ROOT.search(sound)):
            sound = sound[root.start() :]
        started = True
        yield sound


def _tagged(chunks: Iterable[str]) -> Iterator[bytes]:
    """A file cut after tags, but never inside a comment or a CDATA section."""
    held = b""
    for piece in chunks:
        held += piece.encode("utf-8", "replace")
        end = _end(held)
        if not end and len(held) > TEXT:
            return
        if end:
            yield held[:end]
            held = held[end:]
    yield held[: held.rfind(b">") + 1]


def _end(data: bytes) -> int:
    end = data.rfind(b">") + 1
    text = data.rfind(b"<![CDATA[", 0, end)
    closed = data.find(b"]]>", text, end) if text >= 0 else 0
    if closed < 0:
        return text if len(data) - text <= TEXT else end
    comment = data.rfind(b"<!--", closed, end)
    if comment >= 0 and data.find(b"-->", comment, end) < 0 and len(data) - comment <= TEXT:
        return comment
    return end


def _sound(piece: bytes) -> bytes:
    piece = piece.translate(None, _CONTROL)
    if b"\xef" in piece:
        piece = _NO_LETTER.sub(b"", piece)
    if b"<!" in piece or b"<?" in piece:
        piece = _ASIDE.sub(_plain, piece)
    if b"&" in piece:
        for name, number in _REFERENCES.items():
            piece = piece.replace(name, number)
        piece = _AMPERSAND.sub(_meant, piece)
    return piece


def _plain(aside: re.Match[bytes]) -> bytes:
    content: bytes = aside["text"] or b""
    return content.replace(b"&", b"&#38;").replace(b"<", b"&#60;").replace(b">", b"&#62;")


def _meant(match: re.Match[bytes]) -> bytes:
    name = match[1]
    letters = html5.get(f"{name.decode()};") if name else None
    if letters and letters not in "&<>":
        return letters.encode()
    return b"&#%d;" % ord(letters) if letters else b"&#38;" + match[0][1:]
