"""The share of copies that different shingles and bands find, and the cost of a signature.

Run: ``python -m benchmarks.identity``. The first table gives, for each kind of copy of the labelled set
(``tests/pairs.py``), its true similarity and the share that each choice of shingle and bands makes a
candidate; the last row has pairs of unrelated stories. The second table shows the effect of the share of an
article that the root must contain when another member brings the article into the story. The third table
gives the time for the signature of an article of 600 words, also in the former scheme; datasketch (with
xxhash) and rensa are measured if they are installed.
"""

from __future__ import annotations

import importlib
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from statistics import mean
from typing import Any

from newscrawl.identity import text_of
from newscrawl.signatures import BANDS, FORMER_SCHEME, OPENING_BANDS, ROWS, SHINGLE, former_bands, signature
from newscrawl.store.links import SHARED
from newscrawl.store.schema import document
from tests import pairs
from tests.trials import size

CHOICES = [(1, 25, 5), (2, 25, 5), (2, 32, 4), (2, 36, 3), (2, 42, 3), (2, 48, 3), (3, 25, 5), (3, 42, 3)]
"""Choices: words in a shingle, bands, values in a band."""
SIGNED, WORDS = max(20, size(300)), 600
SHARES = (0.0, 0.25, 0.4, 0.6, 1.0) if size(100) == 100 else (SHARED,)


def shingles(words: Sequence[str], length: int) -> set[str]:
    return {" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1))}


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def found(similarities: Iterable[float], bands: int, rows: int) -> float:
    """The expected share of pairs that have a band in common, over all hash functions."""
    return mean(1 - (1 - similarity**rows) ** bands for similarity in similarities)


def recall() -> None:
    records = pairs.records()
    words = {id(record): text_of(document(record.article)).words for record in records}
    kinds: dict[str, list[tuple[list[str], list[str]]]] = defaultdict(list)
    for variant, one, other in pairs.labelled_pairs(records):
        kinds[variant].append((words[id(one)], words[id(other)]))
    originals = [words[id(record)] for record in records if record.variant == "original"]
    kinds["unrelated stories"] = list(combinations(originals, 2))

    lengths = sorted({length for length, _, _ in CHOICES})
    head = [f"J{length}" for length in lengths] + [f"{w}:{b}x{r}" for w, b, r in CHOICES]
    print(f"{'copies':<20}" + "".join(f"{name:>9}" for name in head))
    for kind, some in kinds.items():
        similar = {
            length: [jaccard(shingles(a, length), shingles(b, length)) for a, b in some] for length in lengths
        }
        cells = [f"{mean(similar[length]):9.3f}" for length in lengths]
        cells += [f"{found(similar[length], bands, rows):9.4f}" for length, bands, rows in CHOICES]
        print(f"{kind:<20}" + "".join(cells))
    print(f"chosen: {SHINGLE}:{BANDS - OPENING_BANDS}x{ROWS}, and {OPENING_BANDS} of the opening\n")


def joined() -> None:
    """The effect of the share of an article that a root must contain when another member brings it in."""
    labelled = pairs.shapes()
    documents = {r.article.keys[0]: document(r.article) | {"_id": r.article.keys[0]} for r in labelled}
    groups = {r.article.keys[0]: r.group for r in labelled}
    print("share of the root   linked pairs   right   found")
    for shared in SHARES:
        stories = pairs.decided(list(documents.values()), shared)
        linked = [groups[a] == groups[b] for a, b in combinations(groups, 2) if stories[a] == stories[b]]
        copies = sum(groups[a] == groups[b] for a, b in combinations(groups, 2))
        print(f"{shared:17.2f}{len(linked):15}{sum(linked) / len(linked):8.3f}{sum(linked) / copies:8.3f}")
    print(f"chosen: {SHARED}\n")


def speed() -> None:
    chance = random.Random(1445)
    records = [r for r in pairs.records() if r.variant == "original"]
    vocabulary = [word for r in records for word in text_of(document(r.article)).words]
    texts = [chance.choices(vocabulary, k=WORDS) for _ in range(SIGNED)]
    makers: dict[str, Callable[[list[str]], Any]] = {"newscrawl": signature, FORMER_SCHEME: former_bands}
    sketch = installed("datasketch"), installed("xxhash")
    if all(sketch):

        def datasketch(words: list[str]) -> Any:
            made = sketch[0].MinHash(num_perm=BANDS * ROWS, hashfunc=sketch[1].xxh32_intdigest)
            made.update_batch([shingle.encode() for shingle in shingles(words, SHINGLE)])
            return made

        makers["datasketch, xxhash"] = datasketch
    if rensa := installed("rensa"):

        def with_rensa(words: list[str]) -> Any:
            made = rensa.RMinHash(num_perm=BANDS * ROWS, seed=42)
            made.update(list(shingles(words, SHINGLE)))
            return made.digest()

        makers["rensa"] = with_rensa
    for name, make in makers.items():
        make(texts[0])
        began = time.process_time()
        for words in texts:
            make(words)
        taken = (time.process_time() - began) / SIGNED
        print(f"{name:<32}{taken * 1e3:7.3f} ms a signature, {1 / taken:8,.0f} a second")


def installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


if __name__ == "__main__":
    recall()
    joined()
    speed()
