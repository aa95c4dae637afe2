"""Bytes of a page to text: what the bytes are comes before what anyone says they are."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

__all__ = ["decode", "decode_pieces"]

_NOT_ASCII = bytes(range(0x80, 0x100))
_TELLING = b"\0" + _NOT_ASCII
# Declarations that servers and templates make without looking; any other one is believed.
_CARELESS = {None, "cp1252", "iso8859-1", "iso8859-15"}
# Python's codecs that encode no page, and what the bytes are found not to be before this is asked.
_IMPOSSIBLE = re.compile("idna|punycode|(?:raw[_-])?unicode[_-]escape|undefined|ascii|utf-(?:8|16|32).*")
_ARABIC = ("cp1256", "iso8859-6")
# With the tashkeel, which is no letter to \w.
_WORD = re.compile("(?:[^\\W\\d_]|[\u064b-\u0652])+")
# The Arabic alphabet with its marks, and the other letters that windows-1256 has.
_ARABIC_WORD = re.compile("[\u0621-\u063a\u0640-\u0652ٹپچڈڑژکگںھہے]{2,}")
_READS_AS_ARABIC = 0.6
# Two letters of three in any Arabic text, and its article.
_COMMONEST = re.compile("(?=ال)|[اليمنورتبهعة]")
# So many more of those overrule a declaration, in a text of few words that both encodings read as Arabic.
_DECLARED = 1.5
# The beginning of a file in which its declaration stands, as browsers look for it in a page.
_BEGINNING = 4096
# So many bytes outside ASCII tell the encoding of a whole file; so many bytes are held until they have come.
_ENOUGH = 1 << 14
_HELD = 1 << 20


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page and the name of the encoding it was read with.

    In this order: a byte order mark; UTF-16 by its zero bytes; UTF-8 when the bytes are valid, or when
    most letters are (a bad byte becomes U+FFFD and leaves its neighbours alone), whatever is
    declared; the charset of the ``Content-Type`` header, then of the page itself; windows-1256 or
    ISO-8859-6 when that reads as Arabic and the declaration does not, or when there is none; in the
    end windows-1252. Zero bytes are dropped. The names are those of the Encoding Standard:
    ``utf-8``, ``windows-1256``.

    >>> decode("خبر".encode("cp1256"), "text/html; charset=utf-8")
    ('خبر', 'windows-1256')

    Never raises: any bytes are some text.
    """
    encoding, bom = read_bom(body)
    if encoding and bom:
        text = body[len(bom) :].decode(encoding, "replace")
    elif encoding := _utf16(body):
        text = body.decode(encoding, "replace")
    else:
        text, encoding = _decode_bytes(body, content_type)
    return text.replace("\x00", "") if 0 in body else text, _standard_name(encoding)


def decode_pieces(pieces: Iterable[bytes], content_type: str | None = None) -> Iterator[str]:
    """The text of a file that comes in pieces, as :func:`decode` reads it whole.

    The encoding is that of the first bytes that tell it: what stands before them is ASCII in any. Where few
    bytes of 1 MB tell it, they tell no more than their own.

    >>> "".join(decode_pieces([b"<loc>/", "خبر".encode("cp1256"), b"</loc>"], "text/xml; charset=utf-8"))
    '<loc>/خبر</loc>'

    Never raises.
    """
    coming = iter(pieces)
    beginning = b""
    while len(beginning) < _BEGINNING and (piece := next(coming, None)) is not None:
        beginning += piece
    held, told = beginning, _telling(beginning)
    mark = (read_bom(beginning)[0] and "\ufeff") or ""
    while told < _ENOUGH and (piece := next(coming, None)) is not None:
        if not told:
            yield held.decode()
            held = b""
        elif len(held) > _HELD:
            end = max(held.rfind(b">"), held.rfind(b"\n")) + 1 or len(held)
            yield decode(held[:end], content_type)[0]
            held, told = held[end:], _telling(held[end:])
        held += piece
        told += _telling(piece)
    sample = held if held is beginning else beginning[:_BEGINNING] + held
    decoder = codecs.getincrementaldecoder(decode(sample, content_type)[1])("replace")
    for text in map(decoder.decode, chain([held], coming)):
        yield text.removeprefix(mark).replace("\x00", "")
        mark = ""
    yield decoder.decode(b"", final=True).replace("\x00", "")


def _telling(piece: bytes) -> int:
    """How many bytes of a piece are outside ASCII, or are zero."""
    return 0 if piece.isascii() and 0 not in piece else len(piece) - len(piece.translate(None, _TELLING))


def _utf16(body: bytes) -> str | None:
    """UTF-16 without a mark: zeros in every second byte, the upper halves of markup and spaces."""
    if 0 not in body or (zeros := body.count(0)) * 20 < len(body):
        return None
    upper = body[1::2].count(0)
    if upper * 20 >= zeros * 19:
        return "utf-16-le"
    return "utf-16-be" if upper * 20 <= zeros else None


def _decode_bytes(body: bytes, content_type: str | None) -> tuple[str, str]:
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - len(body.translate(None, _NOT_ASCII)) - bad
    if good > bad:
        return text, "utf-8"
    declared = _declared(body, content_type)
    if declared in _CARELESS or declared in _ARABIC:
        readings = {encoding: body.decode(encoding, "replace") for encoding in _ARABIC}
        shares = {encoding: _arabic_share(reading) for encoding, reading in readings.items()}
        common: dict[str, float] = {
            encoding: len(_COMMONEST.findall(reading)) for encoding, reading in readings.items()
        }
        if declared in common:
            common[declared] += _DECLARED
        best = max(_ARABIC, key=lambda encoding: (shares[encoding], common[encoding]))
        if shares[best] >= _READS_AS_ARABIC:
            return readings[best], best
    declared = declared or "cp1252"
    return body.decode(declared, "replace"), declared


def _declared(body: bytes, content_type: str | None) -> str | None:
    for declared in (http_content_type_encoding(content_type), html_body_declared_encoding(body)):
        if declared and not _IMPOSSIBLE.fullmatch(declared):
            try:
                body.decode(declared, "replace")
            except (LookupError, UnicodeError, ValueError):  # base64 and other codecs that give no text
                continue
            return declared
    return None


def _arabic_share(text: str) -> float:
    """Of the letters outside ASCII, the share that stands in words of nothing but Arabic letters."""
    arabic = letters = 0
    for word in _WORD.findall(text.replace("\ufffd", "\u00ff")):
        if not word.isascii():
            size = sum(character > "\x7f" for character in word)
            letters += size
            if _ARABIC_WORD.fullmatch(word):
                arabic += size
    return arabic / letters if letters else 0.0


@lru_cache(maxsize=64)
def _standard_name(encoding: str) -> str:
    return re.sub(r"^cp(?=125\d$)", "windows-", re.sub(r"^iso8859-", "iso-8859-", encoding))
