"""A table of how every fixture is read, so that no reading changes without its version.

    python -m tests.readings

writes ``tests/data/readings.json`` again, once the version of the changed part is raised.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from pathlib import Path

from newscrawl.items import Article
from newscrawl.page import read
from newscrawl.sites import Site
from newscrawl.store.schema import document
from newscrawl.stored import stored_fields
from tests.site_fixtures import load, names, spiders

TABLE = Path(__file__).parent / "data" / "readings.json"
VERSIONS = ("reader", "dates", "clean", "urls")
"""The versions in ``made_by`` that a reading depends on."""
LEFT_OUT = ("made_by", "source", "source_name")
"""Left out: the versions themselves, and names from a table that grows with every newspaper."""


def _digest(*texts: object) -> str:
    return hashlib.sha256("\x00".join(map(str, texts)).encode()).hexdigest()[:16]


def _declared(site: Site) -> str:
    """The parts of a reading that come from a declaration, whose changes raise no version."""
    return repr(
        (site.name, site.domain, site.country, site.timezone, site.article, site.markup, site.aggregator,
         site.publisher, site.false_zone, site.month_first)
    )  # fmt: skip


def readings(fields: Collection[str]) -> Iterator[tuple[str, str, str, dict[str, int]]]:
    """For each fixture its name, digests of the input and of the reading, and the versions.

    A digest covers these fields only; which fields an article has depends on ``made_by.schema``.
    """
    for name in names():
        declared, offline = spiders()[name].site, load(name)
        for page in offline.pages:
            answer = page.answer
            for site in (declared, None):
                headers = {"Content-Type": answer.type}
                article = read(answer.body, answer.url, site=site, headers=headers, now=offline.fetched_at)
                doc = document(article)
                made_by = doc["made_by"]
                given = _digest(answer.url, answer.body, site and _declared(site))
                versions = {version: made_by[version] for version in VERSIONS}
                read_as = {field: doc[field] for field in fields}
                text = json.dumps(read_as, sort_keys=True, ensure_ascii=False, default=str)
                yield f"{name}/{page.name}", given, _digest(text), versions


def main() -> None:
    """Write the table."""
    fields = [field for field in stored_fields(Article) if field not in LEFT_OUT]
    every = list(readings(fields))
    table = {
        "fields": fields,
        "versions": every[0][3],
        "read": {given: read_as for _, given, read_as, _ in every},
    }
    TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
