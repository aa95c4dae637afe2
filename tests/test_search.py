"""Words are found in all their forms, and similar words are not."""

import asyncio
import csv
import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.choice import Choice, first_day, last_day
from newscrawl.commands.search import how_far, is_visual
from newscrawl.identity import use_search_scope
from newscrawl.items import PublishedDetail
from newscrawl.search import Hit, SearchResult, find, search, searching
from newscrawl.search.words import WIDTH, snippet, tokens
from newscrawl.store.schema import INDEXES, document
from newscrawl.text import fold
from tests.conftest import PROJECT, Database, scrapy
from tests.test_store import article, writing

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
    """A collection with an article for each form in the cases; its ``url`` is the form."""
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
    """The forms that ``$text`` alone finds."""
    return {doc["byline"] for doc in cased["articles"].find({"$text": {"$search": fold(query)}})}


def measured(cased: Database, half: str, find: Callable[[Database, str], set[str]]) -> tuple[float, float]:
    """Recall and precision for one half of the cases."""
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


@pytest.fixture(scope="module")
def few(mongodb: str) -> Iterator[Any]:
    """A few articles, as the writer stores them."""
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        database = Database(mongodb, "test_search_few", client)
        between = PublishedDetail(earliest="2024-03-30", latest="2024-04-01", origin="markup")
        made = [
            article(
                1,
                title="وزير الصحة يزور المستشفى",
                body="قال الوزير إن الأشغال تتقدم.",
                day="2024-03-27",
                country="MA",
            ),
            article(2, title="المستشفى يستقبل وزير التعليم", body="تحدث عن الصحة.", source="hespress"),
            article(3, title="خبر", body="زار وزيرُ الصِّحّة المدينة أمس، ولوزير الصحة رأي.", day="2024-04-01"),
            article(4, title="خبر آخر", body="لا شيء هنا عن المستشفى.", day=None, published=between),
            article(5, title="خبر بعيد", body=f"{'كلمة ' * 300} نهاية فيها مستشفى"),
        ]
        asyncio.run(written(database, made))
        yield client[database.name]
        client.drop_database(database.name)
        client.drop_database(database.ops.name)


async def written(database: Database, items: list[Any]) -> None:
    async with writing(database) as writer:
        for item in items:
            await writer.put(item)


def numbers(hits: list[Hit]) -> list[str]:
    return [hit.url.removeprefix("https://www.alayam24.com/articles-").removesuffix(".html") for hit in hits]


def test_an_article_must_contain_all_words_and_a_phrase_side_by_side(few: Any) -> None:
    assert set(numbers(search(few, "وزير الصحة"))) == {"1", "2", "3"}
    assert set(numbers(search(few, '"وزير الصحة"'))) == {"1", "3"}
    assert set(numbers(search(few, "«وزير الصحة» المستشفى"))) == {"1"}
    assert search(few, '"الصحة وزير"') == []


def test_articles_with_the_word_in_the_title_come_first(few: Any) -> None:
    hits = search(few, "المستشفى")
    assert set(numbers(hits)) == {"1", "2", "4"}
    assert numbers(hits)[-1] == "4"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(search(few, "المستشفى", limit=1)) == 1


def test_search_in_a_newspaper_and_in_days_of_either_calendar(few: Any) -> None:
    assert numbers(search(few, "المستشفى", source="hespress")) == ["2"]
    assert set(numbers(search(few, "المستشفى", since="2024-03-31", until="2024-04-01"))) == {"4"}
    assert set(numbers(search(few, "المستشفى", since="2024-04-02"))) == {"2"}
    assert set(numbers(search(few, "المستشفى", until="2024-03-27"))) == {"1"}
    # 27 March 2024 was 16 Ramadan in Morocco, 17 by Umm al-Qura: each article has its country's calendar.
    assert set(numbers(search(few, "المستشفى", since="1445-09-16H", until="1445-09-16H"))) == {"1"}
    assert set(numbers(search(few, "المستشفى", since="1445-09H", until="1445-09-16H", country="MA"))) == {"1"}
    assert numbers(search(few, "المستشفى", country="EG")) == []
    with pytest.raises(ValueError, match="since='gestern'"):
        search(few, "المستشفى", since="gestern")


def test_for_a_frequent_word_the_newest_articles_are_scored(
    few: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MANY", 1)
    monkeypatch.setattr(searching, "READ", 1)
    assert numbers(search(few, "المستشفى", limit=1)) == ["2"]
    assert numbers(search(few, '"وزير الصحة"', limit=1)) == ["3"]
    assert numbers(search(few, "المستشفى", limit=1, until="2024-03-27")) == ["1"]


def test_search_for_whole_words_only(few: Any) -> None:
    assert set(numbers(search(few, "مستشفى", expand=False))) == set()
    assert set(numbers(search(few, "مستشفى"))) == {"1", "2", "4"}


def test_a_snippet_marks_the_words_as_they_are_spelled(few: Any) -> None:
    (hit,) = search(few, '"وزير الصحة"', since="2024-04-01", until="2024-04-01")
    assert "[وزيرُ] [الصِّحّة] المدينة أمس، [ولوزير] [الصحة] رأي" in hit.snippet.marked("[", "]")
    assert (hit.day, hit.source, hit.is_copy) == ("2024-04-01", "alayam24", False)


def test_a_snippet_of_a_long_text_surrounds_the_words() -> None:
    text = f"{'قبل ' * 100}الحكومة {'بعد ' * 100}"
    found = [token for token in tokens(text) if token.folded == "الحكومه"]
    cut = snippet(text, found)
    assert len(cut.text.split()) <= WIDTH + 2
    assert cut.marked("<", ">").count("<الحكومة>") == 1
    assert snippet("", []).text == ""


@pytest.mark.parametrize("query", ["", "  ", "؟!", '""'])
def test_a_query_without_a_word_is_refused(few: Any, query: str) -> None:
    with pytest.raises(ValueError, match="contains no word"):
        search(few, query)
    with pytest.raises(ValueError, match="12 at most"):
        search(few, "كلمة " * 13)


def test_a_query_is_words_and_not_a_pattern(few: Any) -> None:
    for query in ("(.*) وزير", "-وزير $text", "وزير {$ne: 1}", "\\ وزير"):
        assert all(hit.title for hit in search(few, query))


def test_the_whole_text_is_searched_if_it_is_indexed(few: Any) -> None:
    assert numbers(search(few, "نهاية مستشفى")) == []
    try:
        use_search_scope("body")
        again = article(5, title="خبر بعيد", body=f"{'كلمة ' * 300} نهاية فيها مستشفى")
    finally:
        use_search_scope("opening")
    few["articles"].update_one({"_id": again.keys[0]}, {"$set": {"search_text": again.search_text}})
    (hit,) = search(few, "نهاية مستشفى")
    assert hit.snippet.marked("[", "]").endswith("[نهاية] فيها [مستشفى]")
    with pytest.raises(ValueError, match="everything"):
        use_search_scope("everything")


def test_a_field_named_language_breaks_no_write(few: Any) -> None:
    doc = few["articles"].find_one()
    other = "0" * 32
    few["articles"].insert_one(doc | {"_id": other, "keys": [other], "language": "ar"})
    assert other in {hit.id for hit in search(few, doc["title"])}
    few["articles"].delete_one({"_id": other})


def test_the_command(recorded: Database) -> None:
    environment = {"MONGODB_URI": recorded.uri, "MONGODB_DATABASE": recorded.name}
    done = scrapy("search", "سوق", "--source", "alayam24", "--until", "2024-04-05", **environment)
    assert done.returncode == 0, done.stderr
    assert "سوق" in done.stdout
    assert "[" in done.stdout
    assert "; searched: title, lede and first words, 120 together" in done.stderr
    told = scrapy("search", "سوق", "--json", "--limit", "1", **environment)
    assert json.loads(told.stdout)["title"]
    none = scrapy("search", "كلمةلاتوجد", **environment)
    assert (none.stdout, "try another form of the word" in none.stderr) == ("", True)
    for wrong in (["؟"], ["سوق", "--since", "soon"], ["سوق", "--limit", "0"], []):
        assert scrapy("search", *wrong, **environment).returncode == 2


def test_terminals_without_right_to_left_get_text_in_visual_order() -> None:
    assert not is_visual({}, is_terminal=False)
    assert is_visual({"TERM": "xterm"}, is_terminal=True)
    assert not is_visual({"VTE_VERSION": "7200"}, is_terminal=True)
    assert not is_visual({"TERM_PROGRAM": "Apple_Terminal"}, is_terminal=True)


# --- How much is read


@pytest.fixture(scope="module")
def many(mongodb: str) -> Iterator[Any]:
    """Articles of two newspapers, with words in all of them, every tenth, every hundredth, and one."""
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        db = client["test_search_many"]
        db["articles"].create_indexes(INDEXES["articles"])
        like = document(article(1))
        docs = []
        for n in range(1500):
            words = [
                "الدوري",
                *["البطولة"] * (n % 10 == 3),
                *["الكأس"] * (n % 100 == 57),
                *["المونديال"] * (n == 5),
            ]
            day = str(dt.date(2024, 1, 1) + dt.timedelta(days=n * 400 // 1500)) if n % 50 else None
            title = " ".join(words)
            docs.append(
                like | {"_id": f"{n:032x}", "keys": [f"{n:032x}"], "title": title, "search_text": fold(title),
                        "lede": None, "body": "", "day": day,
                        "tags": ["رياضة", *["كرة"] * (n % 7 == 0), *["سلة"] * (n % 300 == 1)],
                        "source": "assabah" if n < 30 else "hespress" if n % 3 else "goud",
                        "country": "TN" if n < 30 else "MA"}
            )  # fmt: skip
        db["articles"].insert_many(docs)
        yield db
        client.drop_database(db.name)


def read_for(db: Any, query: str, choice: Choice, **given: Any) -> tuple[SearchResult, int]:
    """The result of a search, and the number of documents that the server read for it."""
    db.command("profile", 2)
    found = find(db, query, choice, **given)
    db.command("profile", 0)
    read = sum(
        entry.get("docsExamined", 0) for entry in db["system.profile"].find({"ns": f"{db.name}.articles"})
    )
    db.drop_collection("system.profile")
    return found, read


CHOICES: list[dict[str, Any]] = [
    {},
    {"source": "goud"},
    {"source": "goud,hespress", "since": "2024-06-01"},
    {"since": "2024-03", "until": "2024-05"},
    {"since": "1445-09H", "until": "1445-10H", "country": "MA"},
    {"country": "TN"},
    {"tag": "كرة,سلة", "since": "2024-06-01"},
]


@pytest.mark.parametrize(
    ("texts", "choice"),
    [
        (("1448-6H", "1448-06h", "١٤٤٨-٠٦هـ", "۱۴۴۸/۶ ه", "6/1448H", "\u200e1448-06H"), "1448-06H"),
        (("20/11/2026", "2026/11/20", "20-11-2026", "٢٠٢٦-١١-٢٠"), "2026-11-20"),
        (("9/6/1448هـ", "1448-6-9h"), "1448-06-09H"),
        (("2026-3", "3/2026", "٢٠٢٦/٠٣"), "2026-03"), (("١٤٤٨هـ", "1448 H"), "1448H"),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(texts: tuple[str, ...], choice: str) -> None:
    assert {Choice.parse(since=text, until=text).since for text in texts} == {choice}
    assert first_day(texts[0], "MA") == first_day(choice, "MA")
    assert last_day(texts[0], "MA") == last_day(choice, "MA")


@pytest.mark.parametrize("given", CHOICES)
def test_the_limit_of_documents_is_kept_and_unread_days_are_named(many: Any, given: dict[str, str]) -> None:
    choice = Choice.parse(**given, intervals=True)
    for query, every in (("الدوري", 1), ("البطولة", 10), ("الكأس", 100), ('"الدوري البطولة" الكأس', 0)):
        found, read = read_for(many, query, choice, limit=10)
        assert read <= 30 * 10, (query, given)
        there = {doc["_id"] for doc in many["articles"].find(choice.query()) if every and holds(doc, every)}
        assert {hit.id for hit in found.hits} <= there
        assert found.fitting <= len(there)
        if found.older is None:
            assert found.fitting == len(there), query


def test_old_articles_of_a_country_are_found_even_if_others_publish_more(many: Any) -> None:
    found = find(many, "الدوري", Choice(countries=("TN",), intervals=True), limit=10)
    assert (found.fitting, found.older) == (30, None)


def holds(doc: dict[str, Any], every: int) -> bool:
    n = int(doc["_id"], 16)
    return {1: True, 10: n % 10 == 3, 100: n % 100 == 57}[every]


def test_unread_days_are_found_by_continuing_the_search(many: Any) -> None:
    since = "2024-10-01"
    choice, ids = Choice(since=since, intervals=True), set()
    first = find(many, "الدوري", choice, limit=10)
    assert f"only the newest {first.looked} articles were searched" in how_far(first)
    assert how_far(first).endswith(f"--until {first.older}")
    for _ in range(100):
        found = find(many, "الدوري", choice, limit=10, newest=True)
        pages = [
            find(many, "الدوري", choice, limit=10, page=n + 1, newest=True)
            for n in range(found.fitting // 10 + 1)
        ]
        hits = [hit for page in pages for hit in page.hits]
        assert len(hits) == found.fitting
        assert [hit.day for hit in hits] == sorted((hit.day or "" for hit in hits), reverse=True)
        ids |= {hit.id for hit in hits}
        if found.older is None:
            break
        assert choice.until is None or found.older < choice.until
        choice = Choice(since=since, intervals=True, until=found.older)
    assert len(ids) == many["articles"].count_documents({"day": {"$gte": since}}) > 200


@pytest.mark.parametrize("given", CHOICES)
def test_the_predicate_of_a_choice_agrees_with_its_query(many: Any, given: dict[str, Any]) -> None:
    all_of = list(many["articles"].find({}, {"body": 0, "signature": 0}))
    for roots in (False, True):
        choice = Choice.parse(**given, intervals=True, roots=roots)
        holds = choice.predicate()
        found = {doc["_id"] for doc in many["articles"].find(choice.query(), {"_id": 1})}
        assert found == {doc["_id"] for doc in all_of if holds(doc)}
