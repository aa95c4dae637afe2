"""Words are found in all their forms, and what only looks like them is not."""

import csv
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.search import search
from newscrawl.store.schema import INDEXES, document
from newscrawl.text import fold
from tests.conftest import PROJECT, Database
from tests.test_store import article

CASES = PROJECT / "tests" / "data" / "search_cases.tsv"
FRAMES = (
    "تحدث التقرير عن {} أمس في المدينة",
    "نشرت الصحيفة خبرا حول {} صباح اليوم",
    "ذكر المراسل {} خلال الندوة الأخيرة",
)


def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t"))


@pytest.fixture(scope="module")
def cased(mongodb: str) -> Iterator[Database]:
    """A collection with an article for each form of the cases, and what it says in its ``url``."""
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        database = Database(mongodb, "test_search", client)
        docs = []
        forms = dict.fromkeys(case["form"] for case in cases())
        for number, form in enumerate(forms):
            frame = FRAMES[number % len(FRAMES)].format(form)
            made = article(number, title=frame, body="نص آخر لا يهم")
            docs.append(document(made) | {"_id": made.keys[0], "story": made.keys[0], "byline": form})
        database["articles"].insert_many(docs)
        database["articles"].create_indexes(INDEXES["articles"])
        yield database
        client.drop_database(database.name)


def found(cased: Database, query: str) -> set[str]:
    """The forms whose articles a query finds."""
    db = cased.client[cased.name]
    ids = [hit.id for hit in search(db, query, limit=None)]
    return {doc["byline"] for doc in db["articles"].find({"_id": {"$in": ids}})}


def whole_words(cased: Database, query: str) -> set[str]:
    """What ``$text`` alone finds."""
    return {doc["byline"] for doc in cased["articles"].find({"$text": {"$search": fold(query)}})}


def measured(cased: Database, half: str, find: Callable[[Database, str], set[str]]) -> tuple[float, float]:
    """Recall and precision over the cases of a half."""
    count: Counter[tuple[str, bool]] = Counter()
    rows = [case for case in cases() if case["half"] == half]
    for word, some in itertools.groupby(rows, lambda case: case["word"]):
        there = find(cased, word)
        for case in some:
            count[case["is"], case["form"] in there] += 1
            if (case["is"] == "same") != (case["form"] in there):
                print(find.__name__, half, word, case["form"], "found" if case["form"] in there else "missed")
    right = count["same", True]
    return right / (right + count["same", False]), right / (right + count["other", True])


@pytest.mark.parametrize("half", ["tuned", "held"])
def test_a_word_is_found_in_its_forms_and_not_in_others(cased: Database, half: str) -> None:
    recall, precision = measured(cased, half, found)
    alone = measured(cased, half, whole_words)
    print(
        f"{half}: recall {recall:.3f}, precision {precision:.3f}; $text alone {alone[0]:.3f}, {alone[1]:.3f}"
    )
    assert recall >= 0.98
    assert precision >= 0.95
    assert alone[0] < 0.5
