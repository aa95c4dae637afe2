import datetime as dt
import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.comparison import Text, similarity
from newscrawl.dates import names
from newscrawl.identity import (
    SEARCH_WORDS,
    allowed_days,
    are_copies,
    better_date,
    compared_words,
    content_hash,
    duplicate,
    order,
    search_text,
    text_of,
    title_key,
)
from newscrawl.signatures import BANDS, OPENING, band_keys, estimate, signature
from newscrawl.text import clean
from tests.pairs import changed
from tests.trials import growth

TEXT = (
    "أعلنت الجماعة الحضرية عن انطلاق أشغال تهيئة الحديقة الكبرى وسط المدينة بعد أشهر من التأخير "
    "الذي أثار استياء السكان ومن المنتظر أن تنتهي الأشغال قبل نهاية الصيف المقبل وفق ما أكده مسؤول بالمجلس"
)
OTHER = (
    "بلغ سعر الدولار اليوم تسعة دراهم وتسعين سنتيما بينما استقر اليورو عند عشرة دراهم "
    "وثمانين سنتيما في البنوك"
)
SIGNED = "6168cb92a6a9ddb0"
"""The first four values of the signature of ``TEXT``."""
words = st.lists(st.sampled_from((TEXT + " " + OTHER).split()), min_size=1, max_size=80)


def published(**given: Any) -> dict[str, Any]:
    return {
        "calendar": "gregorian",
        "precision": "day",
        "earliest": None,
        "latest": None,
        "warnings": [],
    } | given


HIJRI = published(calendar="hijri")
SETTLED = published(calendar="hijri", warnings=["hijri_day_settled_by_weekday"])


def fields(_id: str = "a", **given: Any) -> dict[str, Any]:
    made = {
        "_id": _id,
        "site": "alayam24",
        "source": "alayam24",
        "via": None,
        "day": "2024-04-02",
        "published_at": None,
        "published": published(),
        "first_seen_at": dt.datetime(2024, 4, 5, tzinfo=dt.UTC),
        "title": "تهيئة الحديقة",
        "lede": None,
        "body": TEXT,
        "dateline": None,
        "agencies": [],
    } | given
    return made | {"title_key": title_key(made["title"])}


def elsewhere(**given: Any) -> dict[str, Any]:
    return fields("b", **({"site": "hespress", "source": "hespress"} | given))


def copies(one: dict[str, Any], other: dict[str, Any]) -> bool:
    answer = are_copies(one, text_of(one), other, text_of(other))
    assert are_copies(other, text_of(other), one, text_of(one)) == answer
    return answer


def detail(root: dict[str, Any], copy: dict[str, Any]) -> Any:
    return duplicate(root, text_of(root), copy, text_of(copy))


_PIECES = (
    "الحكومة",
    "شوهد 123 مرة",
    "منذ يومين",
    "|",
    "•",
    "(",
    ")",
    "مشاهدات: 44",
    "-",
    "٥",
    "\u00a0",
    "\u200b",
)


class TestContentHash:
    def test_characters_that_clean_removes_change_no_hash(self) -> None:
        assert content_hash("الحكومة", None, "نص  الخبر") == content_hash(
            "الحكـــومة", None, "نص\u200b الخبر"
        )

    @pytest.mark.parametrize(
        "other", ["أعلنت الجماعة عن أشغال", "اعلنت الجماعة عن الأشغال", "أعلنت الجماعةُ عن الأشغال", ""]
    )
    def test_a_corrected_letter_gives_another_hash(self, other: str) -> None:
        assert content_hash("عنوان", None, other) != content_hash("عنوان", None, "أعلنت الجماعة عن الأشغال")

    @settings(max_examples=100)
    @given(st.lists(st.sampled_from([*_PIECES, " ", "\n", "\n\n"]) | st.text(max_size=3)).map("".join))
    def test_cleaning_changes_no_hash(self, text: str) -> None:
        assert content_hash(clean(text), None, clean(text)) == content_hash(text, None, text)

    def test_the_parts_are_not_confused(self) -> None:
        assert content_hash("الحكومة", None, "نص") != content_hash("الحكومة", "نص", "")

    @pytest.mark.parametrize(
        "stamp",
        [
            "شوهد {} مرة",
            "شوهد هذا الخبر {} مرة",
            "عدد المشاهدات: {}",
            "المشاهدات : {}",
            "{} قراءة",
            "({} مشاهدة)",
            "{},512 زيارة",
            "تمت قراءة هذا المقال {} مرة",
            "عدد القراءات {}",
            "{} تعليق",
            "{} تعليقا | {} مشاركة",
            "آخر تحديث: الثلاثاء 2 أبريل 2024 - 1{}:30",
            "آخر تحديث: {}/04/2024 14:30",
            "تاريخ التحديث {} رمضان 1445",
            "تم التحديث في {} أبريل 2024 على الساعة 10:15",
            "نشر في {} أبريل 2024",
            "منذ {} ساعات",
            "الثلاثاء {} أبريل 2024",
        ],
    )
    def test_counters_and_stamps_change_nothing(self, stamp: str) -> None:
        text = "أعلنت الجماعة عن انطلاق أشغال التهيئة.\n\nوتنتهي الأشغال قبل الصيف المقبل."
        plain = content_hash("عنوان", None, text)
        for stamped in (f"{text}\n\n{stamp}", f"{stamp}\n\n{text}", f"{text} {stamp}"):
            assert content_hash("عنوان", None, stamped.replace("{}", "3")) == plain
            assert content_hash("عنوان", None, stamped.replace("{}", "٧")) == plain

    @pytest.mark.parametrize(
        "sentence",
        [
            "وحقق الشريط {} مشاهدة في يومين على المنصة",
            "وبلغ عدد الزوار {} في اليوم الأول",
            "وهو التقرير الذي نشر في {} أبريل 2024",
            "يبدأ العمل به يوم {} أبريل 2024 في كل المدن",
            "الدولار {},95 والأورو 10,80",
            "قرأ الطفل {} كتب",
        ],
    )
    def test_numbers_in_sentences_count_as_text(self, sentence: str) -> None:
        one, other = (content_hash("عنوان", None, sentence.replace("{}", number)) for number in "37")
        assert one != other


class TestDay:
    def test_one_text_of_a_site_on_one_day_and_on_two(self) -> None:
        for other, kind in (
            (fields("b"), "same_day"),
            (fields("b", title="عنوان آخر"), "retitled"),
            (fields("b", day="2024-04-03"), "reprinted"),
            (fields("b", day="2024-04-03", title="عنوان آخر"), "reprinted"),
        ):
            assert copies(fields(), other)
            assert detail(fields(), other).kind == kind
        assert not copies(fields(), fields("b", body=OTHER))
        assert not copies(fields(), fields("b", title="عنوان آخر", body=OTHER))
        assert not copies(fields(), fields("b", day=None))
        assert not copies(fields(), fields("b", day="2024-04-13"))

    def test_a_hijri_only_day_allows_a_day_either_way_unless_a_weekday_settled_it(self) -> None:
        for day, published, kind in (
            ("2024-04-03", HIJRI, "same_day"),
            ("2024-04-01", HIJRI, "same_day"),
            ("2024-04-03", SETTLED, "reprinted"),
            ("2024-04-04", HIJRI, "reprinted"),
        ):
            assert detail(fields(), fields("b", day=day, published=published)).kind == kind

    def test_every_name_of_a_month_is_known_in_stamps(self) -> None:
        plain = content_hash("عنوان", None, TEXT)
        known = names("month", "hijri_month", "libyan_month", "short_month")
        for name in (name for name in known if "." not in name):  # a line ends at a dot
            for stamp in (f"آخر تحديث: 7 {name} 2021", f"7 {name} 2021"):
                assert content_hash("عنوان", None, f"{TEXT}\n\n{stamp}") == plain, name

    def test_copies_at_two_sites_are_within_a_window_of_days(self) -> None:
        assert copies(fields(), elsewhere(day="2024-04-05"))
        assert copies(fields(), elsewhere(day=None, published=None))
        assert not copies(fields(), elsewhere(day="2024-05-02"))
        month = published(precision="month", earliest="2024-06-01", latest="2024-06-30")
        assert not copies(fields(), elsewhere(day=None, published=month))

    def test_a_coarser_date_never_replaces_a_better_one(self) -> None:
        exact = fields(published_at=dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC))
        assert better_date(fields(), exact)
        assert not better_date(exact, fields())
        assert better_date(fields(published=None), fields())
        days, month = (
            fields(day=None, published=published(earliest=first, latest="2024-04-03"))
            for first in ("2024-04-02", "2024-03-02")
        )
        assert better_date(month, days)
        assert better_date(days, fields())
        assert not better_date(fields(), days)

    def test_an_unknown_day_is_any_day_of_its_interval(self) -> None:
        counted = published(precision="day", earliest="2024-04-01", latest="2024-04-03")
        assert allowed_days(fields(day=None, published=counted)) == (dt.date(2024, 4, 1), dt.date(2024, 4, 3))
        assert copies(fields(), elsewhere(day=None, published=counted))
        assert copies(fields(), fields("b", day=None, published=counted))
        month = published(precision="month", earliest="2024-03-05", latest="2024-04-05")
        assert not copies(fields(), fields("b", day=None, published=month))
        later = published(earliest="2024-04-04", latest="2024-04-06")
        apart = elsewhere(day=None, published=later)
        assert copies(fields(), apart)
        rates = {"title": "أسعار العملات اليوم"}  # certainly a notice of another day
        assert not copies(fields(**rates), elsewhere(day=None, published=later, **rates))
        assert copies(fields(**rates), elsewhere(day=None, published=counted, **rates))
        assert order(apart) < order(elsewhere(day=None, published=None))
        assert order(elsewhere(day="2024-04-06")) <= order(apart)


def test_a_signature_that_this_version_cannot_compare_agrees_with_none() -> None:
    values = signature(TEXT.split()).values
    assert estimate(values, values) == (1, 1)
    assert estimate(values, b"") == estimate(values[:-4], values) == (0, 0)


class TestText:
    def test_a_framed_copy_is_republished_and_an_edited_one_near(self) -> None:
        framed = elsewhere(
            body=f"تابعوا آخر الأخبار على موقعنا\n\n{TEXT}\n\nاقرأ أيضا ملف اليوم", title="عنوان آخر"
        )
        assert copies(fields(), framed)
        assert (detail(fields(), framed).kind, detail(fields(), framed).containment) == ("republished", 1.0)
        edited = elsewhere(
            body=" ".join(changed(TEXT.split(), 0.2, OTHER.split(), random.Random(1))), title="عنوان آخر"
        )
        assert copies(fields(), edited)
        assert detail(fields(), edited).kind == "near"

    def test_the_opening_of_a_text_is_a_copy_and_an_item_of_a_digest_is_not(self) -> None:
        half = " ".join(TEXT.split()[:18])
        assert copies(fields(), elsewhere(body=half, title="عنوان آخر"))
        more = " ".join(f"كلمة{n}" for n in range(200))
        assert copies(fields(), elsewhere(body=f"{TEXT} {more}", title="عنوان آخر"))
        assert not copies(fields(), elsewhere(body=f"{more} {TEXT} {more}", title="عنوان آخر"))

    def test_a_sequel_that_repeats_part_of_the_former_text_is_not_a_copy(self) -> None:
        own = " ".join(f"كلمة{n}" for n in range(60))
        sequel = {"title": "عنوان آخر", "body": f"{own}\n\n{' '.join(TEXT.split()[:28])}"}
        assert not copies(fields(), elsewhere(**sequel))

    def test_the_frame_around_the_texts_of_one_site_is_not_evidence(self) -> None:
        frame = " ".join(f"كلمة{n}" for n in range(60))
        one = fields(site="maghress", via="maghress", body=f"{TEXT}\n\n{frame}")
        other = {"title": "عنوان آخر", "site": "maghress", "via": "maghress"}
        assert not copies(one, elsewhere(body=f"{OTHER}\n\n{frame}", **other))
        assert copies(one, elsewhere(body=f"{TEXT}\n\n{frame}", **other))

    def test_short_and_empty_texts_prove_nothing(self) -> None:
        video = {"body": "شاهد الفيديو الكامل على قناتنا"}
        assert not copies(fields(**video), elsewhere(title="عنوان آخر", **video))
        assert copies(fields(**video), elsewhere(**video))
        assert not copies(fields(body=""), elsewhere(body=""))

    def test_agencies_and_datelines_are_left_out(self) -> None:
        wire = elsewhere(
            body=f"الرباط / 2 أبريل (و م ع) - {TEXT}\n\nوكالة المغرب العربي للأنباء",
            dateline="الرباط / 2 أبريل (و م ع)",
            agencies=["و م ع"],
        )
        assert text_of(wire).words == text_of(fields()).words
        assert compared_words("مقدمة", TEXT, None, []) == ["مقدمه", *text_of(fields()).words]

    @given(words, words)
    @settings(max_examples=60, derandomize=True, deadline=None)
    def test_similarity_is_a_share_and_symmetric(self, one: list[str], other: list[str]) -> None:
        a, b = (text_of(fields(body=" ".join(some))) for some in (one, other))
        jaccard, containment = similarity(a, b)
        assert 0 <= jaccard <= containment <= 1
        assert similarity(b, a) == (jaccard, containment)
        assert similarity(a, a) == (1, 1)

    @given(words, words)
    @settings(max_examples=40, derandomize=True, deadline=None)
    def test_signatures_estimate_the_similarity(self, one: list[str], other: list[str]) -> None:
        a, b = (text_of(fields(body=" ".join(some))) for some in (one, other))
        whole, opening = estimate(signature(a.words).values, signature(b.words).values)
        assert abs(whole - similarity(a, b)[0]) < 0.25
        a, b = (Text([], text.words[:OPENING]) for text in (a, b))
        assert abs(opening - similarity(a, b)[0]) < 0.45

    def test_a_signature_is_the_same_on_every_machine(self) -> None:
        signed = signature(text_of(fields()).words)
        assert (signed.version, signed.scheme, signed.seed) == (
            3,
            "minhash crc32 16 bit 2 words 48x3, 12 of 30",
            1445,
        )
        assert signed.values[:8].hex() == SIGNED
        keys = band_keys(signed.values)
        assert len(keys) == BANDS
        assert all(0 <= key < 2**48 for key in keys)


class TestNotices:
    RATES = "بلغ سعر الأورو صباح {} {} دراهم عند الشراء و{} عند البيع حسب مكاتب الصرف بالدار البيضاء وضواحيها"

    def test_other_numbers_make_another_notice(self) -> None:
        one = fields(title="أسعار العملات", body=self.RATES.format("الثلاثاء", "10,94", "10,98"))
        other = {"title": "أسعار العملات", "body": self.RATES.format("الأربعاء", "10,87", "10,91")}
        assert not copies(one, elsewhere(**other))
        assert not copies(one, elsewhere(day="2024-04-03", **other))
        assert not copies(one, elsewhere(day=None, published=None, **other))

    def test_notices_of_two_towns_on_one_day_are_not_copies(self) -> None:
        text = "مواقيت الصلاة ليوم الثلاثاء 2 أبريل حسب التوقيت المحلي: "
        text += "الفجر 05:{} الظهر 13:{} العصر 16:{} العشاء 20:{}"
        one = fields(title="مواقيت الصلاة بالرباط", body=text.format(11, 36, 52, 17))
        assert not copies(one, elsewhere(title="مواقيت الصلاة بفاس", body=text.format(19, 27, 48, 31)))

    def test_the_same_notice_elsewhere_is_a_copy(self) -> None:
        notice = {"title": "أسعار العملات", "body": self.RATES.format("الثلاثاء", "10,94", "10,98")}
        assert copies(fields(**notice), elsewhere(**notice))
        assert copies(fields(**notice), elsewhere(day=None, published=None, **notice))
        assert not copies(fields(**notice), elsewhere(day="2024-04-03", **notice))

    def test_titles_that_differ_in_a_number_are_two_issues(self) -> None:
        one = fields(title="توقعات الطقس ليوم 3 أبريل")
        assert not copies(one, elsewhere(title="توقعات الطقس ليوم 4 أبريل"))

    def test_a_day_in_the_other_calendar_is_not_another_number(self) -> None:
        gregorian = f"{TEXT} وذلك يوم الثلاثاء 2 أبريل 2024 بحضور الوالي"
        hijri = f"{TEXT} وذلك يوم الثلاثاء 22 رمضان 1445 بحضور الوالي"
        assert copies(fields(body=gregorian), elsewhere(body=hijri))


class TestOrder:
    def test_the_root_does_not_depend_on_the_order_of_arrival(self) -> None:
        own = fields("z")
        some = [own, fields("a", via="maghress"), fields("b", via="maghress", day="2024-04-01")]
        assert {min(turn, key=order)["_id"] for turn in itertools.permutations(some)} == {"z"}

    def test_the_root_is_the_newspapers_own_page_then_the_earlier_page(self) -> None:
        nine = dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC)
        some = [
            fields("e", published_at=nine),
            fields("d", published_at=nine + dt.timedelta(hours=1)),
            fields("c", day="2024-04-01"),
            fields("b", day=None),
            fields("a", via="maghress", published_at=nine - dt.timedelta(hours=1)),
        ]
        assert [doc["_id"] for doc in sorted(some, key=order)] == list("edcba")

    @pytest.mark.parametrize("earlier", [{"minutes": 1}, {"hours": 5}, {"days": 3}], ids=str)
    def test_a_date_that_a_later_page_claims_does_not_change_the_root(self, earlier: dict[str, int]) -> None:
        nine = dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC)
        first = fields("b", published_at=nine, first_seen_at=nine + dt.timedelta(minutes=10))
        claimed = nine - dt.timedelta(**earlier)
        later = fields(
            "a", published_at=claimed, day=str(claimed.date()), first_seen_at=nine + dt.timedelta(hours=1)
        )
        aggregator = fields("0", via="maghress", published_at=claimed, first_seen_at=nine)
        assert sorted([aggregator, later, first], key=order) == [first, later, aggregator]


@pytest.mark.parametrize("piece", [" \n", "\n \n", " \u00a0", " | ", " - "])
def test_the_cost_of_gaps_grows_with_their_length(piece: str) -> None:
    for compare in (
        lambda body: content_hash(None, None, body),
        lambda body: compared_words(None, body, "", []),
    ):
        assert growth(compare, lambda n: "خبر" + piece * (n // len(piece)) + "خبر", 20_000) <= 2.5


@pytest.mark.parametrize("lede", [None, "خلاصة الخبر، في سطر", "كلمة - " * 200])
def test_the_search_text_of_every_long_article_has_the_same_number_of_words(lede: str | None) -> None:
    words = search_text("«أسعار» الخضر: 5%", lede, "تراجعت الأسعار، ... " * 100).split(" ")
    assert len(words) == SEARCH_WORDS
    assert words[:3] == ["اسعار", "الخضر", "5"]
    assert search_text("أسعار", None, "تراجعت!") == "اسعار تراجعت"
