"""The largest size of a MongoDB document."""

from __future__ import annotations

from typing import Any

import bson
from bson.errors import BSONError

MAX_DOCUMENT = 16 * 1024 * 1024
"""Maximum bytes of a BSON document: https://www.mongodb.com/docs/manual/reference/limits/"""


def encoded(fields: dict[str, Any]) -> bytes:
    """A document as BSON. Raises ``ValueError`` with a message if it cannot be stored."""
    try:
        data = bson.encode(fields)
    except (BSONError, UnicodeError, OverflowError, TypeError) as error:
        raise ValueError(f"it cannot be written as BSON: {error}") from None
    if len(data) > MAX_DOCUMENT:
        raise ValueError(f"{len(data)} bytes are more than the {MAX_DOCUMENT} of a MongoDB document")
    return data
