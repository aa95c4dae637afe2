"""All files have one schema, which is derived from the declaration, whatever is null."""

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newscrawl.export.parts import Parquet
from newscrawl.export.rows import from_articles, from_documents
from newscrawl.export.schema import COLUMNS, schema
from newscrawl.identity import identify
from newscrawl.items import Article, Image
from newscrawl.page import read
from newscrawl.store.schema import document
from newscrawl.stored import stored_fields

NOW = dt.datetime(2024, 3, 27, 12, 30, 5, 123456, tzinfo=dt.UTC)
TEXT = "أعلنت الوزارة اليوم عن برنامج جديد لتدبير الماء في عشر مدن من المملكة. "
PAGE = (
    "<h1>المغرب يطلق برنامجا جديدا للماء</h1><time datetime='2024-03-27T10:00+01:00'></time>"
    f"<div><p>{TEXT * 5}</p></div>"
).encode()


def article() -> Article:
    read_now = read(PAGE, "https://sada.example/1", headers={"Content-Type": "text/html"}, now=NOW)
    read_now.images = [Image(url="https://sada.example/1.jpg", caption="سد")]
    read_now.first_seen_at = read_now.last_seen_at = read_now.checked_at = NOW
    return identify(read_now)


def null() -> dict[str, Any]:
    return dict.fromkeys(stored_fields(Article))


def test_it_has_every_field_that_a_reader_sees_and_those_that_find_copies():
    assert set(stored_fields(Article)) - set(COLUMNS) == {"search_text", "title_key", "bands"}
    assert schema().names == list(COLUMNS)


def test_documents_and_articles_give_the_same_rows():
    one = article()
    (stored,) = from_documents([document(one) | {"_id": one.keys[0], "story": None}]).to_pylist()
    (row,) = from_articles([one]).to_pylist()
    assert row == stored
    assert row["day"] == dt.date(2024, 3, 27)
    assert row["published"]["candidates"][0]["origin"]
    assert row["origins"]["title"] == one.origins["title"]
    assert row["images"] == [{"url": "https://sada.example/1.jpg", "caption": "سد"}]
    assert row["http"]["fetched_at"] == NOW.replace(microsecond=123000)
    assert row["signature"]["values"] == one.signature.values
    assert row["made_by"]["reader"] == one.made_by.reader


def test_naive_instants_of_mongodb_are_utc():
    (row,) = from_documents([{"updated_at": NOW.replace(tzinfo=None)}], ("updated_at",)).to_pylist()
    assert row["updated_at"] == NOW.replace(microsecond=123000)


@pytest.mark.parametrize("column", COLUMNS)
def test_files_open_together_whatever_is_null(column: str, tmp_path: Path):
    full = document(article()) | {"raw": {"archive": "a.warc.gz", "offset": 7, "digest": "d", "node": "n"}}
    documents = [full, null(), full | {column: None}, null() | {column: full[column]}]
    for place, doc in enumerate(documents):
        with Parquet(tmp_path / f"{place}.parquet") as part:
            part.add([from_documents([doc])])
    found = [pq.read_schema(path) for path in sorted(tmp_path.glob("*.parquet"))]
    assert all(one == other for one, other in itertools.combinations([*found, schema()], 2))
    assert pa.concat_tables([pq.read_table(path) for path in tmp_path.glob("*.parquet")]).num_rows == 4


def test_a_document_of_an_older_version_has_defaults():
    (row,) = from_documents([{"_id": "9f0c"}]).to_pylist()
    assert (row["warnings"], row["revision"], row["signature"]) == ([], 1, None)


def test_a_value_of_another_type_is_named():
    with pytest.raises(ValueError, match="word_count"):
        from_documents([{"word_count": "viele"}])


def test_a_part_appears_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "folder" / "part.parquet"
    with pytest.raises(ValueError, match="word_count"), Parquet(path) as part:
        part.add([from_articles([article()]), from_documents([{"word_count": "viele"}])])
    assert list(path.parent.iterdir()) == []
    (path.parent / ".part.parquet.1").write_bytes(b"left by a writer that was killed")
    with Parquet(path) as part:
        part.add([from_articles([article()])])
    assert [each.name for each in path.parent.iterdir()] == ["part.parquet"]
    assert pq.read_metadata(path).row_group(0).column(0).compression == "ZSTD"
    assert pq.read_schema(path).metadata[b"newscrawl.schema"]


def test_an_empty_part_has_the_schema_too(tmp_path: Path):
    with Parquet(tmp_path / "part.parquet"):
        pass
    assert pq.read_schema(tmp_path / "part.parquet") == schema()
