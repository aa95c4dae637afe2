import datetime as dt
import itertools
from typing import Any

from newscrawl.identity import better_date, content_hash, first, relation, similarity, title_key

TEXT = (
    "أعلنت الجماعة الحضرية عن انطلاق أشغال تهيئة الحديقة الكبرى وسط المدينة بعد أشهر من التأخير "
    "الذي أثار استياء السكان ومن المنتظر أن تنتهي الأشغال قبل نهاية الصيف المقبل وفق ما أكده مسؤول بالمجلس"
)
OTHER = (
    "بلغ سعر الدولار اليوم تسعة دراهم وتسعين سنتيما بينما استقر اليورو عند عشرة دراهم "
    "وثمانين سنتيما في البنوك"
)


def fields(_id: str = "a", **given: Any) -> dict[str, Any]:
    return {
        "_id": _id,
        "site": "alayam24",
        "source": "alayam24",
        "via": None,
        "day": "2024-04-02",
        "published_at": None,
        "published": {"calendar": "gregorian", "precision": "day", "warnings": []},
        "first_seen_at": dt.datetime(2024, 4, 5, tzinfo=dt.UTC),
        "body": TEXT,
    } | given


HIJRI = {"calendar": "hijri", "precision": "day", "warnings": []}
SETTLED = {"calendar": "hijri", "precision": "day", "warnings": ["hijri_day_settled_by_weekday"]}


def test_spellings_of_one_text_have_one_hash() -> None:
    assert content_hash("الحكومة", None, "النّصّ") == content_hash("الحكـــومة", None, "النص")
    assert content_hash("الحكومة", None, "نص") != content_hash("الحكومة", "نص", "")
    assert title_key("أسعار العملات") == title_key("اسعار العملات")
    assert title_key("") == ""


def test_same_day_within_a_site() -> None:
    copy = relation(fields(), fields("b"))
    assert copy
    assert (copy.kind, copy.similarity, copy.containment) == ("same_day", 1.0, 1.0)
    assert relation(fields(), fields("b", day="2024-04-03")) is None
    assert relation(fields(), fields("b", body=OTHER)) is None
    assert relation(fields(), fields("b", day=None)) is None


def test_a_hijri_only_day_allows_a_day_either_way_unless_a_weekday_settled_it() -> None:
    assert relation(fields(), fields("b", day="2024-04-03", published=HIJRI))
    assert relation(fields(), fields("b", day="2024-04-03", published=SETTLED)) is None
    assert relation(fields(), fields("b", day="2024-04-04", published=HIJRI)) is None


def test_another_site_republishes() -> None:
    framed = f"تابعوا آخر الأخبار على موقعنا {TEXT} اقرأ أيضا"
    copy = relation(fields(), fields("b", site="maghress", via="maghress", day=None, body=framed))
    assert copy
    assert copy.kind == "republished"
    assert copy.containment == 1.0
    assert relation(fields(), fields("b", site="hespress", source="hespress", day="2024-04-20")) is None


def test_the_root_does_not_depend_on_the_order_of_arrival() -> None:
    own = fields("z")
    copies = [own, fields("a", via="maghress"), fields("b", via="maghress", day="2024-04-01")]
    assert {first(order)["_id"] for order in itertools.permutations(copies)} == {"z"}


def test_similarity_of_short_and_empty_texts() -> None:
    assert similarity("", "") == (1.0, 1.0)
    assert similarity("خبر", "خبر") == (1.0, 1.0)
    assert similarity("خبر", "نص") == (0.0, 0.0)


def test_a_coarser_date_never_replaces_a_better_one() -> None:
    exact = fields(published_at=dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC))
    assert better_date(fields(), exact)
    assert not better_date(exact, fields())
    assert better_date(fields(published=None), fields())
