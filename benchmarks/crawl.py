"""What a crawl costs: ``python -m benchmarks.crawl [FOLDER]``.

Crawls a made newspaper on loopback into a real mongod: 1,000 articles of 66 KB. By turns, pages are read in
a worker and in the crawl's own process, and with FOLDER also by the newscrawl of that checkout. The figures
are CPU, the crawl's and its workers' together, mongod's and the newspaper's left out. The crawl of a
newspaper with one article is the start-up; what the others cost beyond it is the cost of a page. Of all
rounds the least counts, because what a busy machine adds is never the same twice.

Sending a page to a worker and its article back has a price: ends with 1 when it is more than a seventh of
the page's cost, or when a page costs more than in FOLDER.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from pymongo import MongoClient

from newscrawl.mongod.server import Server
from tests.conftest import PROJECT
from tests.loopback import WORDS, Newspaper, listing, serve
from tests.trials import size

PAGES, PAGE_BYTES = size(1000), 66_000
ROUNDS = 3 if PAGES >= 1000 else 1
ENOUGH = 500
"""Pages from which a difference is more than noise."""
DEARER, NOISE = 1.15, 1.03
"""How much more than in the crawl's own process a page may cost in a worker, and than in another checkout."""


@dataclass(frozen=True)
class Variant:
    """A way to crawl."""

    name: str
    folder: Path
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cost:
    """What one crawl took: seconds of CPU, megabytes of its largest process."""

    cpu: float
    peak: float


def made(number: int, chance: random.Random) -> str:
    """An article of 400 words amid the frame of a usual page: menus, a ticker, cards, scripts."""
    said = [" ".join(chance.choices(WORDS, k=40)) + f" {number * 7919}." for _ in range(10)]
    cards = "".join(
        f'<div class="card c{n}"><a class=card-link href="/section-{n % 9}/page-{n}.html" title="{word}">'
        f'<img class=thumb src="/media/{n}.jpg" alt="">'
        f"<span class=card-title>{' '.join(chance.choices(WORDS, k=9))}</span></a></div>"
        for n, word in enumerate(chance.choices(WORDS, k=60))
    )
    menu = "".join(f"<li><a href=/s/{n}>{word}</a></li>" for n, word in enumerate(WORDS))
    head = (
        f"<html lang=ar dir=rtl><head><meta charset=utf-8><title>خبر محلي رقم {number}</title>"
        f'<meta property="og:title" content="خبر محلي رقم {number}"></head><body><nav><ul>{menu}</ul></nav>'
        f"<h1 class=heading>خبر محلي رقم {number}</h1><span class=date>27 مارس 2024 - 10:30</span>"
        f"<div class=articlecontent>{''.join(f'<p>{text}</p>' for text in said)}</div><aside>{cards}</aside>"
    )
    room = PAGE_BYTES - len(head.encode()) - 40
    script = "".join(f'dataLayer.push({{"slot":{n},"size":[300,250]}});' for n in range(room // 44 + 1))
    return f"{head}<script>{script[:room]}</script></body></html>"


def crawl(variant: Variant, newspaper: Newspaper, uri: str, articles: int) -> Cost:
    """Crawl it once, into a database of its own; all articles have to be stored."""
    database = f"bench_{uuid.uuid4().hex[:12]}"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MONGODB", "NEWSCRAWL", "SCRAPY"))}
    of_the_crawl = {"MONGODB_URI": uri, "MONGODB_DATABASE": database, **newspaper.environment}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "loopback", "-s", "SPIDER_MODULES=tests.loopback",
             "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False"],
            cwd=variant.folder, env=inherited | of_the_crawl | dict(variant.environment), stderr=log,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        said = log.read().decode("utf-8", "replace")
    with MongoClient[dict[str, object]](uri) as client:
        stored = client[database]["articles"].count_documents({})
        client.drop_database(database)
        client.drop_database(f"{database}_ops")
    if process.returncode or stored != articles:
        raise SystemExit(
            f"{variant.name}: {stored} of {articles} stored, status {process.returncode}\n{said}"
        )
    megabyte = 1024 if sys.platform == "linux" else 1024 * 1024
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / megabyte)


def main() -> int:
    variants = [
        Variant("in a worker", PROJECT, (("NEWSCRAWL_WORKERS", "1"),)),
        Variant("in process", PROJECT, (("NEWSCRAWL_WORKERS", "0"),)),
    ]
    if PAGES < ENOUGH:  # just to see that it runs
        del variants[1:]
    variants += [Variant(folder, Path(folder)) for folder in sys.argv[1:]]
    chance = random.Random(1445)
    pages = {f"/articles-{number}.html": made(number, chance) for number in range(PAGES + 1)}
    one = Newspaper(pages | {"/": listing([PAGES])})
    all_of_them = Newspaper(pages | {"/": listing(list(range(PAGES + 1)))})
    costs: dict[tuple[str, int], list[Cost]] = {}
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as uri, serve(one), serve(all_of_them):
        for turn in range(ROUNDS):
            for variant in variants if turn % 2 == 0 else variants[::-1]:
                for newspaper, articles in ((one, 1), (all_of_them, PAGES + 1)):
                    cost = crawl(variant, newspaper, uri, articles)
                    costs.setdefault((variant.name, articles), []).append(cost)
    print(f"{PAGES} pages of {PAGE_BYTES // 1000} KB, the least of {ROUNDS} rounds")
    print(f"{'':24}{'start-up, s':>12}{'a page, ms':>12}{'peak, MB':>10}")
    page: dict[str, float] = {}
    for variant in variants:
        started, whole = costs[variant.name, 1], costs[variant.name, PAGES + 1]
        start_up = min(cost.cpu for cost in started)
        page[variant.name] = (min(cost.cpu for cost in whole) - start_up) / PAGES * 1000
        peak = max(cost.peak for cost in whole)
        print(f"{variant.name:24}{start_up:12.2f}{page[variant.name]:12.2f}{peak:10.0f}")
    mine = page.pop("in a worker")
    return int(
        PAGES >= ENOUGH
        and any(mine > cost * (DEARER if name == "in process" else NOISE) for name, cost in page.items())
    )


if __name__ == "__main__":
    sys.exit(main())
