import datetime as dt
import gzip
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import AsyncMongoClient

from newscrawl.drift import drift, facts, shares
from newscrawl.store.runs import Runs
from newscrawl.vocabulary import NO_ORIGIN, Origin
from tests.conftest import RECORDING, Database

MARKED = {"body": {"markup": 0.98, "generic": 0.02}, "tags": {"meta": 0.9, "empty": 0.1}}


def test_shares_count_every_field_and_missing_values() -> None:
    total, found = shares([{"title": "markup", "body": "markup"}, {"title": "jsonld", "body": "markup"}])
    assert total == 2
    assert found["title"] == {"jsonld": 0.5, "markup": 0.5}
    assert found["body"] == {"markup": 1.0}
    assert found["tags"] == {"empty": 1.0}
    assert shares([]) == (0, {})


def test_a_fall_is_reported_with_the_former_share() -> None:
    fallen = {"body": {"markup": 0.06, "generic": 0.94}, "tags": {"meta": 0.2, "empty": 0.8}}
    assert drift("hespress", 100, fallen, [MARKED]) == [
        "hespress: body is now only guessed (generic reading) in 94% of articles, was 2%",
        "hespress: 80% of articles now have no tags, was 10%",
    ]


def test_only_a_fall_is_reported_and_not_chance() -> None:
    assert drift("hespress", 100, MARKED, [MARKED]) == []
    assert drift("hespress", 100, {"body": {"markup": 0.06, "generic": 0.94}}, []) == []
    assert drift("hespress", 4, {"body": {"generic": 1.0}}, [MARKED]) == []
    few = {"tags": {"meta": 0.6, "empty": 0.4}}  # two of five articles: it happens
    assert drift("hespress", 5, few, [MARKED]) == []
    mended = {"body": {"markup": 1.0}}
    assert drift("hespress", 100, mended, [{"body": {"generic": 1.0}}]) == []


def test_records_of_older_versions_are_read_too() -> None:
    told = {"field": "body", "origin": "generic", "now": "94", "was": "2"}
    assert facts("hespress: body now comes from the generic reading in 94 % of articles, was 2 %") == told
    assert facts("hespress: body is now only guessed (generic reading) in 94% of articles, was 2%") == told
    for origin in Origin:
        [said] = drift("hespress", 100, {"tags": {origin: 1.0}}, [{"tags": {"markup": 1.0}}]) or [""]
        assert facts(said).get("origin", Origin.MARKUP) == origin


def test_the_order_of_origins_is_that_of_their_weights() -> None:
    assert list(Origin) == sorted(Origin, key=lambda origin: -origin.weight)
    fed = {"title": {"feed": 0.95, "generic": 0.05}}
    shaped = {"title": {"feed": 0.05, "generic": 0.95}}
    assert drift("hespress", 100, shaped, [fed]) == [
        "hespress: title is now only guessed (generic reading) in 95% of articles, was 5%"
    ]
    assert drift("hespress", 100, fed, [shaped]) == []


def test_one_unusual_run_does_not_count_as_the_history() -> None:
    odd = {"body": {"generic": 1.0}}
    assert drift("hespress", 100, odd, [MARKED, odd, MARKED])
    assert drift("hespress", 100, odd, [odd, odd, MARKED]) == []


@given(
    st.integers(0, 400),
    st.lists(
        st.dictionaries(st.sampled_from([*Origin, NO_ORIGIN]), st.floats(0, 1), max_size=4),
        min_size=1,
        max_size=6,
    ),
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_the_history_itself_is_not_a_drift(articles: int, history: list[dict[str, float]]) -> None:
    runs = [{"body": origins} for origins in history]
    assert drift("hespress", articles, runs[0], [runs[0]] * 3) == []
    for run in runs:
        assert len(drift("hespress", articles, run, runs)) <= 1


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The recording of a site with other markup."""
    pages = gzip.decompress(RECORDING.read_bytes())
    other = pages.replace(b"articlecontent", b"storybodytext1").replace(b'class="date"', b'class="when"')
    assert other != pages
    (tmp_path / "changed.warc").write_bytes(other)
    return tmp_path / "changed.warc"


def test_a_site_whose_markup_changes_is_still_stored_and_the_run_says_so(
    database: Database, changed: Path
) -> None:
    database.crawl("alayam24")
    run = database.run()
    before = {doc["url"]: doc for doc in database.articles()}
    assert run["reading"]["articles"] == len(before)
    assert run["reading"]["shares"]["body"] == {"markup": 1.0}
    assert run["drift"] == []
    for collection in (database["articles"], database.ops["marks"], database.ops["rejected"]):
        collection.delete_many({})
    done = database.crawl("alayam24", replay=changed)
    after = {doc["url"]: doc for doc in database.articles()}
    assert done.returncode == 0, done.stderr
    assert len(after) >= 0.9 * len(before)
    assert {doc["origins"]["body"] for doc in after.values()} == {"generic"}
    said = database.run()["drift"]
    assert "alayam24: body is now only guessed (generic reading) in 100% of articles, was 0%" in said
    assert all(sentence in done.stderr for sentence in said)


def test_a_site_is_compared_with_its_runs_since_its_declaration_changed(database: Database, run: Any) -> None:
    learned = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    shares = {n: {"body": {"generic": n / 10}} for n in range(6)}
    for n, read in shares.items():
        kept = {"site": "sada", "started_at": learned + dt.timedelta(days=n - 3)}
        database.ops["runs"].insert_one(kept | {"reading": {"articles": 9, "shares": read}})

    async def readings(since: dt.datetime | None) -> list[Any]:
        async with AsyncMongoClient(database.uri, tz_aware=True) as client:

            async def patiently(act: Any) -> Any:
                return await act()

            ops = client[f"{database.name}_ops"]
            return await Runs(SimpleNamespace(ops=ops, patiently=patiently)).readings("sada", 5, 20, since)  # type: ignore[arg-type]

    assert run(readings(None)) == [shares[n] for n in (5, 4, 3, 2, 1, 0)]
    assert run(readings(learned)) == [shares[n] for n in (5, 4, 3)]
