"""``newscrawl.page.read`` compared with other extractors on the same pages: speed, then texts.

    python -m benchmarks.read

The speed is that on the pages of the folder in ``NEWSCRAWL_PAGES`` (``*.html``, each with a ``.json`` that
contains its ``url``), or else on pages of our own writing, compared with trafilatura. Both read each page in
turn, so that a busy machine slows both; the figures are medians. ``read`` is timed without and, if the page's
site has a spider, with the site's declaration. ``NEWSCRAWL_BEFORE`` names the folder of another checkout: its
``read`` is timed in turn with this one.

The texts are those of our own pages, unchanged and under every change of ``tests.page_mutations``. The other
extractors are trafilatura with ``favor_precision=True, include_comments=False``, newspaper4k,
readability-lxml and resiliparse, if they are installed (``make bench`` installs them).
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import trafilatura
from lxml import html as lxml_html
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from newscrawl.page import read
from newscrawl.sites import Site
from tests.page_corpus import CORPUS
from tests.page_mutations import MUTATIONS, f1, foreign, mutated, score
from tests.page_shapes import Shape
from tests.trials import size

REPEAT = max(1, min(15, size(15)))
Text = Callable[[str, str], str]
"""From a page and its address to the text of its article, with line breaks between paragraphs."""


def pages() -> list[tuple[str, bytes, str]]:
    """Name, bytes and address of each page."""
    if folder := os.environ.get("NEWSCRAWL_PAGES"):
        found = sorted(Path(folder).glob("*.html"))
        return [
            (p.stem, p.read_bytes(), json.loads(p.with_suffix(".json").read_text("utf-8"))["url"])
            for p in found
        ]
    return [(shape.name[:30], shape.html, shape.url) for shape in CORPUS[:: 1 if REPEAT > 1 else 10]]


def milliseconds(reader: Callable[[bytes, str], object], page: bytes, url: str) -> float:
    """The CPU time of one call, in milliseconds."""
    started = time.process_time()
    reader(page, url)
    return (time.process_time() - started) * 1000


def extracted(page: bytes, url: str) -> object:
    """The text that trafilatura extracts."""
    return trafilatura.bare_extraction(page, url=url, favor_precision=True, include_comments=False)


def declared() -> dict[str, Site]:
    """The declared sites by domain."""
    spiders = SpiderLoader.from_settings(get_project_settings())
    return {
        site.domain: site for name in spiders.list() if (site := getattr(spiders.load(name), "site", None))
    }


def site_of(url: str, sites: dict[str, Site]) -> Site | None:
    """The declaration of an address's site."""
    return sites.get((urlsplit(url).hostname or "").removeprefix("www."))


def speed() -> None:
    """Print a table of times and of their ratios to trafilatura's, with the medians last."""
    sites = declared()
    rows: list[list[float]] = []
    print("| page | KB | read, ms | with the declaration, ms | trafilatura, ms | ratios to trafilatura |")
    print("|---|---|---|---|---|---|")
    for name, page, url in pages():
        readers = (read, partial(read, site=site_of(url, sites)), extracted)
        times = [[milliseconds(reader, page, url) for reader in readers] for _ in range(REPEAT)]
        rows.append([statistics.median(column) for column in zip(*times, strict=True)])
        if "NEWSCRAWL_PAGES" in os.environ:
            _print(f"| {name} | {len(page) / 1000:.0f} |", rows[-1])
    _print(f"| median of {len(rows)} | |", [statistics.median(column) for column in zip(*rows, strict=True)])


def _print(start: str, times: list[float]) -> None:
    one, site, other = times
    print(f"{start} {one:.2f} | {site:.2f} | {other:.2f} | {one / other:.2f}, {site / other:.2f} |")


# Compared with another checkout
# ---------------------------------------------------------------------------------------


WORKER = """
import base64, json, sys, time
from functools import partial
from urllib.parse import urlsplit
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings
from newscrawl.page import read

spiders = SpiderLoader.from_settings(get_project_settings())
sites = {s.domain: s for name in spiders.list() if (s := getattr(spiders.load(name), "site", None))}
calls = []
for page, url in json.loads(sys.stdin.readline()):
    for site in (None, sites.get((urlsplit(url).hostname or "").removeprefix("www."))):
        calls.append(partial(read, base64.b64decode(page), url, site=site))


def milliseconds(call):
    started = time.process_time()
    call()
    return (time.process_time() - started) * 1000


for _ in sys.stdin:
    print(json.dumps([min(milliseconds(call) for _ in range(4)) for call in calls]), flush=True)
"""
"""A program that times every page without and with a declaration, once for each line on stdin."""


def compared(before: str) -> None:
    """Print the CPU time of this ``read`` divided by that of another checkout's, measured in turn."""
    here = str(Path(__file__).resolve().parent.parent)
    given = json.dumps([(base64.b64encode(page).decode(), url) for _, page, url in pages()])
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=folder, env=os.environ | {"PYTHONPATH": folder},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for folder in (before, here)
    ]  # fmt: skip
    for process in workers:
        assert process.stdin
        process.stdin.write(given + "\n")
    rounds: list[list[list[float]]] = [[], []]
    for _ in range(max(2, REPEAT // 2)):
        for process, taken in zip(workers, rounds, strict=True):
            assert process.stdin
            assert process.stdout
            process.stdin.write("\n")
            process.stdin.flush()
            taken.append(json.loads(process.stdout.readline()))
    for process in workers:
        process.communicate()
    old, new = ([min(column) for column in zip(*taken, strict=True)] for taken in rounds)
    for name, start in (("without a declaration", 0), ("with it", 1)):
        ratios = [now / then for now, then in zip(new[start::2], old[start::2], strict=True)]
        total = sum(new[start::2]) / sum(old[start::2])
        median = statistics.median(ratios)
        print(f"\nCPU time divided by the other checkout's, {name}: sum {total:.3f}, median {median:.3f}")


# Texts ------------------------------------------------------------------------------------------------


def _ours(page: str, url: str) -> str:
    article = read(page.encode(), url)
    return "\n\n".join(text for text in (article.lede, article.body) if text)


def _trafilatura(page: str, url: str) -> str:
    return trafilatura.extract(page, url=url, favor_precision=True, include_comments=False) or ""


def _newspaper(page: str, url: str) -> str:
    import newspaper

    article = newspaper.Article(url, language="ar", fetch_images=False)
    article.download(input_html=page)
    article.parse()
    return str(article.text)


def _readability(page: str, _url: str) -> str:
    from readability import Document

    tree = lxml_html.fromstring(Document(page).summary())
    for element in tree.iter("p", "li", "br", "div", "h2", "h3", "td"):
        element.tail = "\n" + (element.tail or "")
    return str(tree.text_content())


def _resiliparse(page: str, _url: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page, main_content=True, alt_texts=False, links=False))


READERS: dict[str, tuple[str, Text]] = {
    "newscrawl": ("newscrawl", _ours),
    "trafilatura": ("trafilatura", _trafilatura),
    "newspaper4k": ("newspaper", _newspaper),
    "readability-lxml": ("readability", _readability),
    "resiliparse": ("resiliparse", _resiliparse),
}


def texts() -> None:
    """Print the mean similarity, the share of pages without foreign text, and the CPU time per page."""
    pairs = [(shape, kind) for shape in CORPUS for kind in ("as it is", *MUTATIONS)]
    pairs = [p for p in pairs if not (p[0].declared and p[1] == "no declarations")]
    pairs = pairs[:: max(1, len(pairs) // max(10, size(len(pairs))))]
    print(f"\n{len(pairs)} pages of our own\n")
    print("| | mean F1 | mean F1 unchanged | pages below 0.80 | no foreign text | ms a page |")
    print("|---|---|---|---|---|---|")
    for name, (module, reader) in READERS.items():
        if find_spec(module) is None:
            print(f"| {name} | not installed | | | | |")
            continue
        _judged(*pairs[0], reader)  # loading is not part of the cost of a page
        found = [(kind, *_judged(shape, kind, reader)) for shape, kind in pairs]
        likeness = [row[1] for row in found]
        plain = [row[1] for row in found if row[0] == "as it is"] or [0.0]
        low, clean = sum(one < 0.8 for one in likeness), sum(row[2] for row in found) / len(found)
        cost = statistics.median(row[3] for row in found)
        print(
            f"| {name} | {statistics.mean(likeness):.3f} | {statistics.mean(plain):.3f} | {low} | {clean:.1%}"
            f" | {cost:.2f} |"
        )


def _judged(shape: Shape, kind: str, reader: Text) -> tuple[float, bool, float]:
    """The similarity of the extracted text, whether it contains only the article, and the CPU time."""
    page = mutated(shape, kind) if kind in MUTATIONS else shape.html
    charset = "windows-1256" if b"windows-1256" in page else "utf-8"
    text = page.decode(charset)
    started = time.process_time()
    found = reader(text, shape.url)
    cost = (time.process_time() - started) * 1000
    lines = "\n\n".join(line.strip() for line in found.splitlines() if line.strip())
    told = "\n\n".join(text for text in (shape.lede, *shape.body) if text)
    return max(score(shape, None, lines), f1(told, lines)), not foreign(shape, lines), cost


def main() -> None:
    """Print the speed, then the texts."""
    speed()
    if before := os.environ.get("NEWSCRAWL_BEFORE"):
        compared(before)
    texts()


if __name__ == "__main__":
    main()
