"""Canonical forms of addresses, compared with other libraries: ``python -m benchmarks.addresses``.

The cases are those of the tests (``tests/data/url_groups.tsv``, ``url_pairs.tsv``): spellings of one page,
and pairs of similar addresses that are two pages. Scrapy's duplicate filter uses w3lib's form, trafilatura
uses courlan's; url-normalize is measured if it is installed.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable

from courlan import clean_url
from w3lib.url import canonicalize_url

from newscrawl.urls import canonical
from tests.test_urls import GROUPS, PAIRS


def others() -> dict[str, Callable[[str], object]]:
    """From an address to its canonical form."""
    found: dict[str, Callable[[str], object]] = {
        "as it is": str, "w3lib canonicalize_url": canonicalize_url, "courlan clean_url": clean_url,
    }  # fmt: skip
    try:
        found["url-normalize"] = importlib.import_module("url_normalize").url_normalize
    except ImportError:
        print("url-normalize is not installed\n")
    return found


def form(reader: Callable[[str], object], url: str) -> object:
    """The form of an address; an address that a library cannot parse stays unchanged."""
    try:
        return reader(url) or url
    except Exception:  # the libraries raise many unrelated classes
        return url


def main() -> None:
    urls = [url for group in GROUPS.values() for url in group]
    readers = {"newscrawl": canonical, **others()}
    print(f"{len(GROUPS)} pages in {len(urls)} spellings, {len(PAIRS)} pairs of pages\n")
    print("| | pages with one form | pairs with two | µs |\n|---|---|---|---|")
    for name, reader in readers.items():
        one = sum(len({form(reader, url) for url in group}) == 1 for group in GROUPS.values())
        two = sum(form(reader, pair[0]) != form(reader, pair[1]) for pair in PAIRS)
        began = time.process_time()
        for url in urls:
            form(reader, url)
        print(f"| {name} | {one} | {two} | {(time.process_time() - began) / len(urls) * 1e6:.0f} |")


if __name__ == "__main__":
    main()
