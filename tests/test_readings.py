"""Who reads stored articles can tell by ``made_by`` which of them today's code would read otherwise."""

import json

from tests.readings import TABLE, readings


def test_no_fixture_is_read_otherwise_by_the_same_version() -> None:
    table = json.loads(TABLE.read_text("utf-8"))
    every = list(readings(table["fields"]))
    changed = {name for name, given, read_as, _ in every if table["read"].get(given, read_as) != read_as}
    versions = every[0][3]
    assert not changed or versions != table["versions"], (
        f"{', '.join(sorted(changed))}: read otherwise than before. Raise the version of what changed "
        "(PAGE_VERSION, DATES_VERSION, CLEAN_VERSION or URLS_VERSION), then run: python -m tests.readings"
    )
    assert versions == table["versions"], "a version was raised; run: python -m tests.readings"
    assert sum(given in table["read"] for _, given, _, _ in every) > len(every) / 2
