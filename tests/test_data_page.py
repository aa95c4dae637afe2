"""The code of docs/data.md, run on the articles of the demo as a reader runs it."""

import code
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl.data_dictionary import meanings, page, queries, tables
from newscrawl.items import Article, PublishedDetail
from newscrawl.page import chosen_date
from newscrawl.store.schema import INTERNAL, OF_COPY
from newscrawl.stored import stored_fields
from newscrawl.text import fold
from newscrawl.vocabulary import CopyKind, CoverageReason, DateWarning, Origin, RejectionReason
from tests.conftest import PROJECT, Database
from tests.test_forget import forgetting
from tests.test_store import article, store

PAGE = (PROJECT / "docs" / "data.md").read_text("utf-8")
SETUP, EXAMPLES, SEARCH, MIRROR, SAMPLE, ARROW, CLOCK, TABLE = re.findall(
    r"```python\n(.*?)```", PAGE, re.DOTALL
)


class NotebookReader:
    """A reader who pastes the code of the page into Python, line by line."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.console = code.InteractiveConsole()
        self.capsys = capsys

    def paste(self, text: str) -> str:
        """Run the code, and return what it prints; an error fails the test."""
        for line in [*text.splitlines(), ""]:
            self.console.push(line)
        printed = self.capsys.readouterr()
        assert not printed.err
        return printed.out


@pytest.fixture
def reader(
    recorded: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[NotebookReader]:
    monkeypatch.setenv("MONGODB_URI", recorded.uri)
    monkeypatch.setenv("MONGODB_DATABASE", recorded.name)
    monkeypatch.chdir(tmp_path)
    pasting = NotebookReader(capsys)
    assert not pasting.paste(SETUP)
    yield pasting
    pasting.paste("client.close()")


def test_every_example_prints_something_from_the_demo(reader: NotebookReader) -> None:
    examples = re.split(r"^# ", EXAMPLES, flags=re.MULTILINE)[1:]
    assert len(examples) == len(queries.QUERIES)
    for example in examples:
        printed = reader.paste(f"# {example}")
        assert printed or "the demo has no" in example.splitlines()[0], example


def test_the_set_up_names_the_database_of_the_demo() -> None:
    assert '"MONGODB_DATABASE", "newscrawl_demo"' in SETUP


def test_the_columns_for_pandas_exist_and_none_is_internal(recorded: Database) -> None:
    assert {name.partition(".")[0] for name in page.COLUMNS} <= set(stored_fields(Article))
    assert not {*INTERNAL, "http", "made_by", "keys", "origins"}.intersection(page.COLUMNS)
    (columns,) = re.findall(r'columns = """(.*?)"""', TABLE, re.DOTALL)
    assert tuple(columns.split()) == page.COLUMNS
    found = recorded["news"].find_one({"source": "alayam24", "day": {"$ne": None}}, columns.split())
    assert found["published"].keys() == {"precision"}
    assert found.keys() == {"_id", *(name.partition(".")[0] for name in page.COLUMNS)}


def test_a_table_for_pandas(reader: NotebookReader) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    assert "2024-04-03" in reader.paste(TABLE)
    frame = pandas.read_parquet("news.parquet")
    assert len(frame) > 5
    assert set(frame.columns) == {"_id", "precision", *page.COLUMNS} - {"published.precision"}
    assert str(frame["published_at"].dtype).endswith("UTC]")
    assert frame["precision"].isin(["minute", "hour", "day"]).all()


@pytest.mark.parametrize("recipe", [SEARCH, SAMPLE, CLOCK])
def test_a_recipe_prints_something_from_the_demo(reader: NotebookReader, recipe: str) -> None:
    assert reader.paste(recipe)


def test_the_recipe_of_a_mirror_copies_everything(reader: NotebookReader, recorded: Database) -> None:
    assert reader.paste(MIRROR).split() == [str(recorded["articles"].count_documents({})), "True"]


def test_frames_have_the_types_that_the_recipe_names(reader: NotebookReader) -> None:
    for package in ("pymongoarrow", "polars"):
        pytest.importorskip(package)
    assert "alayam24" in reader.paste(ARROW)


def test_every_kind_of_missing_day_is_explained(recorded: Database) -> None:
    found = {doc["published_missing"] for doc in recorded["articles"].find({"day": None})}
    ends = [re.sub("[0-9]+", "[0-9]+", re.escape(end)) for end in meanings.MISSING]
    for text in ("نشر في الأيام 24 يوم 21130", "قبل قليل من الآن", "15 رمضان 2024"):
        found.add(chosen_date.why_not(chosen_date.OfferedDate(text=text, origin="markup")))
    assert len(found) > 4
    for why in found:
        assert any(re.search(f"{end}$", why) for end in ends), why


def test_every_word_of_the_closed_lists_is_explained(recorded: Database) -> None:
    for words in (Origin, RejectionReason, DateWarning, CopyKind):
        for word in words:
            assert f"| `{word}` | {word.meaning} |" in PAGE
    for doc in recorded["articles"].find():
        assert set(doc["origins"].values()) <= {*Origin}


def test_every_reason_of_a_rejection_is_explained(recorded: Database) -> None:
    rejected = list(recorded.ops["rejected"].find())
    assert {doc["reason"] for doc in rejected} <= {*RejectionReason}
    for name in rejected[0]:
        assert f"| `{name}` |" in PAGE.partition("## rejected")[2]


def test_the_fields_of_a_tombstone_are_documented(database: Database, run: Any) -> None:
    forgetting(run, database, "https://www.alayam24.com/articles-1.html")
    assert said_of("forgotten") == database["forgotten"].find_one().keys()


def test_the_fields_of_the_views_are_documented(recorded: Database) -> None:
    story = recorded["stories"].find_one({"copies": {"$ne": []}})
    assert story.keys() == recorded["news"].find_one().keys()
    assert len(story["copies"]) == recorded["news"].find_one(story["_id"])["copies"]
    assert story["copies"][0].keys() == {"_id", *OF_COPY}


def said_of(collection: str) -> set[str]:
    """The fields of a collection that the page names."""
    said = re.search(rf"^## {collection}\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)
    assert said
    return set(re.findall(r"^\| `(\w+)` \| [a-z, ]+ \|", said[1], re.MULTILINE))


def test_the_fields_of_counted_and_extracted_collections_are_documented(recorded: Database) -> None:
    words = {*CoverageReason}
    for row in recorded["coverage"].find():
        assert row.keys() == said_of("coverage") - words
    for ran in recorded["runs"].find():
        assert ran.keys() == said_of("runs")
    extract = recorded["rejections"].find_one()
    said = PAGE.partition("## rejections")[2].partition("## rejected")[0]
    assert set(re.findall(r"`(\w+)`", said)) - {"rejected"} == extract.keys()


def test_the_fields_of_a_revision_are_documented(database: Database, run: Any) -> None:
    first = article(1)
    later = dt.timedelta(hours=1)
    second = article(1, body=f"{first.body} وصحح الخبر.", checked_at=first.checked_at + later)
    store(run, database, first)
    store(run, database, second)
    (revision,) = database["revisions"].find()
    said = PAGE.partition("## revisions")[2].partition("## forgotten")[0]
    assert set(re.findall(r"`(\w+)`", said)) >= revision.keys()
    assert (revision["body"], revision["changed"]) == (first.body, ["body"])


def test_folding_by_hand_as_the_page_says_gives_the_same() -> None:
    said = re.search(r"no\s+tashkeel\s+and\s+no\s+tatweel, (.*?) digits", PAGE, re.DOTALL)
    assert said
    for former, latter in re.findall(r"(\w+) → (\w)", said[1]):
        assert {fold(letter) for letter in former} == {latter}


def test_a_time_counted_back_has_the_precision_that_the_page_names(recorded: Database) -> None:
    doc = recorded["articles"].find_one({"published.precision": "hour"})
    assert doc["published"]["time"]
    assert doc["published_at"]
    for said in (
        tables.docstrings(PublishedDetail)["time"],
        tables.docstrings(Article)["published_at"],
    ):
        assert "``hour``" in said
