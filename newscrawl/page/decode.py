"""Bytes of a page to text: what the bytes are comes before what anyone says they are."""

from __future__ import annotations

import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

__all__ = ["decode"]

_ARABIC_BYTES_1256 = re.compile(rb"[\xc0-\xd6\xd8-\xdf\xe1\xe3-\xe6\xec\xed]{2,}")


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page and the encoding it was read with."""
    encoding, bom = read_bom(body)
    if encoding and bom:
        return body[len(bom) :].decode(encoding, "replace"), encoding
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    if good > 10 * bad:
        return text, "utf-8"
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body)
    if declared in (None, "utf-8", "iso8859-6", "cp1252", "iso8859-1"):
        if _ARABIC_BYTES_1256.search(body):
            return body.decode("cp1256", "replace"), "cp1256"
    return body.decode(declared or "cp1252", "replace"), declared or "cp1252"
