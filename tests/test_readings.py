"""``made_by`` shows which stored articles today's code would read differently."""

import json

from tests.readings import TABLE, readings


def test_the_same_version_reads_no_fixture_differently() -> None:
    table = json.loads(TABLE.read_text("utf-8"))
    every = list(readings(table["fields"]))
    changed = {name for name, given, read_as, _ in every if table["read"].get(given, read_as) != read_as}
    versions = every[0][3]
    assert not changed or versions != table["versions"], (
        f"{', '.join(sorted(changed))}: read differently than before. Raise the version of the changed part "
        "(PAGE_VERSION, DATES_VERSION, CLEAN_VERSION or URLS_VERSION), then run: python -m tests.readings"
    )
    assert versions == table["versions"], "a version was raised; run: python -m tests.readings"
    assert sum(given in table["read"] for _, given, _, _ in every) > len(every) / 2
