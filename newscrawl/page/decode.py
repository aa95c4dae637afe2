"""Decodes pages: the bytes themselves count more than what headers and tags declare."""

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
# Defaults that servers and templates declare without looking at the text; any other declaration is trusted.
_CARELESS = {None, "cp1252", "iso8859-1", "iso8859-15"}
# Codecs of Python that no page uses, and encodings that are ruled out before the declaration is read.
_IMPOSSIBLE = re.compile("idna|punycode|(?:raw[_-])?unicode[_-]escape|undefined|ascii|utf-(?:8|16|32).*")
_ARABIC = ("cp1256", "iso8859-6")
# Including tashkeel, which \w does not match.
_WORD = re.compile("(?:[^\\W\\d_]|[\u064b-\u0652])+")
# The Arabic alphabet with its marks, and the other letters that windows-1256 has.
_ARABIC_WORD = re.compile("[\u0621-\u063a\u0640-\u0652ٹپچڈڑژکگںھہے]{2,}")
_READS_AS_ARABIC = 0.6
# The article, and the letters that make up two thirds of any Arabic text.
_COMMONEST = re.compile("(?=ال)|[اليمنورتبهعة]")
# The declared encoding starts with a lead of this many of these letters, which matters in short texts.
_DECLARED = 1.5
# The beginning of a file that may contain its declaration, as in browsers.
_BEGINNING = 4096
# Number of bytes outside ASCII that settle the encoding of a file; maximum number of bytes held until then.
_ENOUGH = 1 << 14
_HELD = 1 << 20


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page and the name of its encoding.

    The first of these applies: a byte order mark; UTF-16, recognised by its zero bytes; UTF-8, if all bytes
    or most letters are valid (an invalid byte becomes U+FFFD), whatever is declared; windows-1256 or
    ISO-8859-6, if that gives Arabic and no trustworthy charset is declared; the declared charset, first that
    of the ``Content-Type`` header, then that of the page; windows-1252. Zero bytes are dropped. The names are
    those of the Encoding Standard: ``utf-8``, ``windows-1256``.

    >>> decode("خبر".encode("cp1256"), "text/html; charset=utf-8")
    ('خبر', 'windows-1256')

    Never raises: any bytes give some text.
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
    """The text of a file that arrives in pieces, as :func:`decode` would return it for the whole.

    The first bytes outside ASCII decide the encoding; the ASCII before them is the same in every encoding. If
    1 MB has only a few bytes outside ASCII, it is decoded on its own, and later bytes decide about the rest.

    >>> "".join(decode_pieces([b"<loc>/", "خبر".encode("cp1256"), b"</loc>"], "text/xml; charset=utf-8"))
    '<loc>/خبر</loc>'

    Never raises.
    """
    coming = iter(pieces)
    beginning = b""
    while len(beginning) < _BEGINNING and (piece := next(coming, None)) is not None:
        beginning += piece
    held, letters = beginning, _telling(beginning)
    mark = (read_bom(beginning)[0] and "\ufeff") or ""
    while letters < _ENOUGH and (piece := next(coming, None)) is not None:
        if not letters:
            yield held.decode()
            held = b""
        elif len(held) > _HELD:
            end = max(held.rfind(b">"), held.rfind(b"\n")) + 1 or len(held)
            yield decode(held[:end], content_type)[0]
            held, letters = held[end:], _telling(held[end:])
        held += piece
        letters += _telling(piece)
    sample = held if held is beginning else beginning[:_BEGINNING] + held
    decoder = codecs.getincrementaldecoder(decode(sample, content_type)[1])("replace")
    for text in map(decoder.decode, chain([held], coming)):
        yield text.removeprefix(mark).replace("\x00", "")
        mark = ""
    yield decoder.decode(b"", final=True).replace("\x00", "")


def _telling(piece: bytes) -> int:
    """The number of bytes that are zero or outside ASCII."""
    return 0 if piece.isascii() and 0 not in piece else len(piece) - len(piece.translate(None, _TELLING))


def _utf16(body: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, recognised by the zero upper bytes of markup and spaces."""
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
            except (LookupError, UnicodeError, ValueError):  # such as base64, which does not give text
                continue
            return declared
    return None


def _arabic_share(text: str) -> float:
    """The share of the letters outside ASCII that are in purely Arabic words, 0 to 1."""
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
