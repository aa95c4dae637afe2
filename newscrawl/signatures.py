"""Fingerprints of texts, and the keys under which an index finds similar texts.

MinHash (Broder 1997; Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, chapter 3): the share of
equal values in two signatures estimates the share of shingles that the two texts have in common.
The values are computed with wrapping integer arithmetic only, so they are the same on every machine and with
every version of a library.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import eq
from typing import TYPE_CHECKING

from newscrawl.items import Signature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIGNATURE_VERSION = 3
"""Version of the signed text, stored with each signature."""
SHINGLE = 2
"""Number of words in a shingle. If 20 of 100 words change, 64 pairs stay the same, but only 51 triples;
single words occur in any two articles."""
BANDS, ROWS = 48, 3
"""A copy is found if ``ROWS`` values of any band agree, as in 99 % of copies with 20 % of their words
changed."""
OPENING_BANDS, OPENING = 12, 30
"""The last 12 bands are made from the first 30 words, because a brief copies only the opening of a much
longer text, and shares no other band with it."""
SEED = 1445
"""Chooses the hash functions; signatures with different seeds cannot be compared."""
SCHEME = f"minhash crc32 16 bit {SHINGLE} words {BANDS}x{ROWS}, {OPENING_BANDS} of {OPENING}"
"""How a signature is made: CRC-32 of each word, mixed for each pair (the finalizer of MurmurHash3). A value
is the minimum of a * x + b modulo 2^32 over all pairs, of which 16 bits are kept."""
FORMER_BANDS = 42
FORMER_SCHEME = f"minhash shake128 {SHINGLE} words {FORMER_BANDS}x{ROWS}"
"""The scheme of older signatures, which ``scrapy dedupe`` replaces."""

_VALUES = struct.Struct(f"<{BANDS * ROWS}H")
_WHOLE = (BANDS - OPENING_BANDS) * ROWS
"""Number of values for the whole text; the values for the opening follow."""
_FORMER_VALUES = struct.Struct(f"<{FORMER_BANDS * ROWS}I")
_KEY_BITS = 48
"""Number of bits of a band: ``ROWS`` values of 16 bits."""
FORMER_KEYS = 1 << _KEY_BITS
"""Keys of the former scheme are below this, all others are above."""

_FIRST_DAY = dt.date(1900, 1, 1).toordinal()
_WEEK, _SPAN = 7, 63
"""Number of days in a bucket of articles with an exact day, and of articles without an exact day."""
_BUCKETS = 1 << 14
"""Number of buckets of each kind (314 years); days outside them are in the first or the last bucket."""


def shingles(words: Sequence[str]) -> list[str]:
    """The pairs of adjacent words; a single word is a shingle by itself.

    >>> shingles(["انطلقت", "القمه", "العربيه"])
    ['انطلقت القمه', 'القمه العربيه']
    """
    return [" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))]


@cache
def _functions() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The odd factors and the summands of the hash functions, one row for each function."""
    import numpy as np  # imported here: only processes that sign need it

    drawn = hashlib.shake_128(str(SEED).encode()).digest(2 * 4 * BANDS * ROWS)
    factors, summands = np.frombuffer(drawn, dtype="<u4").astype(np.uint32).reshape(2, -1, 1)
    return factors | np.uint32(1), summands


def signature(words: Sequence[str]) -> Signature:
    """The signature of folded words; without words, that of an empty text."""
    import numpy as np

    factors, summands = _functions()
    encoded = " ".join(words).encode("utf-8", "surrogatepass").split(b" ")
    hashes = np.fromiter(map(zlib.crc32, encoded), np.uint64, len(encoded))
    pairs = hashes if len(hashes) < SHINGLE else (hashes[:-1] << np.uint64(32)) | hashes[1:]
    mixed = _mixed(pairs)
    least = np.empty(len(factors), np.uint32)
    for rows, seen in (
        (slice(0, _WHOLE), mixed),
        (slice(_WHOLE, None), mixed[: OPENING - SHINGLE + 1]),
    ):
        hashed = seen * factors[rows]
        hashed += summands[rows]  # in place, as a third of the time goes into memory
        np.minimum.reduce(hashed, axis=1, out=least[rows])
    values = (least & np.uint32(0xFFFF)).astype("<u2").tobytes()
    return Signature(version=SIGNATURE_VERSION, scheme=SCHEME, seed=SEED, values=values)


def _mixed(pairs: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """64 bits mixed to 32, as by MurmurHash3's ``fmix64``."""
    import numpy as np

    shift = np.uint64(33)
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        pairs = (pairs ^ (pairs >> shift)) * np.uint64(factor)
    return (pairs >> np.uint64(32)).astype(np.uint32)


def is_current(made: Signature | dict[str, object] | None) -> bool:
    """Does the signature (or its document) have the version, scheme and seed of :func:`signature`?"""
    if made is None:
        return False
    if isinstance(made, Signature):
        return (made.version, made.scheme, made.seed) == (SIGNATURE_VERSION, SCHEME, SEED)
    return (made.get("version"), made.get("scheme"), made.get("seed")) == (SIGNATURE_VERSION, SCHEME, SEED)


def estimate(first: bytes, second: bytes) -> tuple[float, float]:
    """The estimated similarity of two texts and of their openings, each 0 to 1 (± 0.05 and ± 0.08), by the
    values of their signatures.

    0 if a text has no values, or if the numbers of values differ, as those of different versions do.
    """
    if not len(first) == len(second) == _VALUES.size:
        return 0.0, 0.0
    agreeing = list(map(eq, _VALUES.unpack(first), _VALUES.unpack(second)))
    return sum(agreeing[:_WHOLE]) / _WHOLE, sum(agreeing[_WHOLE:]) / (OPENING_BANDS * ROWS)


# --- Keys --------------------------------------------------------------------------------------


def band_keys(values: bytes) -> list[int]:
    """The keys (48 bits) of a signature's values, one for each band; none for values of another scheme."""
    if len(values) != _VALUES.size:
        return []
    parts = iter(_VALUES.unpack(values))
    return [
        first << 32 | second << 16 | third for first, second, third in zip(parts, parts, parts, strict=True)
    ]


def in_buckets(keys: Iterable[int], buckets: Iterable[int]) -> list[int]:
    """Keys in some buckets, in the form of the index, with the bucket first.

    So the articles of a week are adjacent in the index: new articles need only the part for their own weeks
    in memory, however many years the collection covers.
    """
    keys = list(keys)
    return [bucket << _KEY_BITS | key for bucket in buckets for key in keys]


def filed(keys: Iterable[int], buckets: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """Each key with its forms in the index for some buckets."""
    weeks = [bucket << _KEY_BITS for bucket in buckets]
    for key in keys:
        yield key, [week | key for week in weeks]


def keys_of_buckets(first: int, last: int) -> tuple[int, int]:
    """The lowest and the highest key that the index may contain in the buckets ``first`` to ``last``."""
    return first << _KEY_BITS, (last + 1 << _KEY_BITS) - 1


def day_buckets(first: dt.date, last: dt.date) -> range:
    """The buckets of articles with an exact day, from a first to a last day."""
    return range(_bucket(first, _WEEK), _bucket(last, _WEEK) + 1)


def span_buckets(first: dt.date, last: dt.date) -> range:
    """The buckets of articles without an exact day, published between a first and a last day."""
    return range(_BUCKETS + _bucket(first, _SPAN), _BUCKETS + _bucket(last, _SPAN) + 1)


def _bucket(day: dt.date, length: int) -> int:
    return min(max((day.toordinal() - _FIRST_DAY) // length, 0) + 1, _BUCKETS - 1)


# --- The former scheme -------------------------------------------------------------------------


def former_bands(words: Sequence[str]) -> list[int]:
    """The keys of a text in collections that ``scrapy dedupe`` has not yet signed again."""
    rows: Iterator[tuple[int, ...]] = (
        _FORMER_VALUES.unpack(
            hashlib.shake_128(f"{SEED} {shingle}".encode("utf-8", "surrogatepass")).digest(
                _FORMER_VALUES.size
            )
        )
        for shingle in set(shingles(words))
    )
    values = _FORMER_VALUES.pack(*map(min, zip(*rows, strict=True)))
    made, width = f"3 {FORMER_SCHEME} {SEED}".encode(), 4 * ROWS
    return [
        int.from_bytes(
            hashlib.blake2b(
                made + bytes([band]) + values[band * width : (band + 1) * width], digest_size=6
            ).digest()
        )
        for band in range(FORMER_BANDS)
    ]
