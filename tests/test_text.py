"""Cleaning, folding and normalizing: what is kept, what is repaired, and what search compares."""

from __future__ import annotations

import csv
import json
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.text import clean, compose, fold, language, normalize
from tests.trials import growth

FUNCTIONS = {"clean": clean, "fold": fold, "language": language}

with (Path(__file__).parent / "data" / "text_cases.tsv").open(encoding="utf-8", newline="") as lines:
    CASES = [
        (row["function"], json.loads(row["input"]), json.loads(row["expected"]), row["reason"])
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]

# Arabic, its supplements and extensions, its presentation forms, Rumi digits, Arabic mathematics.
ARABIC_BLOCKS = [
    (0x0600, 0x06FF),
    (0x0750, 0x077F),
    (0x0870, 0x08FF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFF),
    (0x10E60, 0x10E7F),
    (0x10EC0, 0x10EFF),
    (0x1EC70, 0x1ECBF),
    (0x1EE00, 0x1EEFF),
]
ARABIC_CHARACTERS = [
    chr(point)
    for first, last in ARABIC_BLOCKS
    for point in range(first, last + 1)
    if unicodedata.category(chr(point)) != "Cn"
]
KEPT_SIGNS = "ﷺﷻ﷽﷼﴾﴿"
# Each character alone, in a word, next to a tatweel, in an Arabic and in a Persian sentence.
PLACES = ["{}", "ب{}ب", "ـ{}ـ", "قال الوزير إن {}كتب{} هذا", "این {}کتاب{} را خوانده است"]

broken = st.text(
    st.one_of(
        st.sampled_from(
            '&;#x26amplt&quot;\u0640هـ\u200b\u200c\u200d\u200f\xa0\xad\u2028\r\n ″"“ØÙÃÂ§„ÇáãÛÑÈطظ€™یکپ'
        ),
        st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
        st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
        st.characters(),
    )
)
surrogates = st.text(st.characters(categories=["Cs", "Lo", "So"]))


def letters(text: str) -> list[str]:
    """The letters as readers see them: without shape and tatweel, with ی and ي equal."""
    plain = unicodedata.normalize("NFKD", text).translate(str.maketrans("یکھہەۃ", "يكهههة"))
    return [c for c in plain.replace("ـ", "") if c.isalpha() and unicodedata.category(c) != "Mn"]


@pytest.mark.parametrize(
    ("function", "text", "expected"), [case[:3] for case in CASES], ids=[f"{c[0]}: {c[3]}" for c in CASES]
)
def test_case(function: str, text: str, expected: str) -> None:
    assert FUNCTIONS[function](text) == expected


@pytest.mark.parametrize("text", [case[1] for case in CASES], ids=[case[3] for case in CASES])
def test_laws_hold_for_every_case(text: str) -> None:
    check_laws(text)


def check_laws(text: str) -> None:
    cleaned, folded = clean(text), fold(text)
    assert clean(cleaned) == cleaned
    assert fold(folded) == folded
    assert fold(cleaned) == folded
    cleaned.encode()  # MongoDB takes it


@settings(derandomize=True, max_examples=500, deadline=None)
@given(broken)
def test_laws_hold_for_broken_text(text: str) -> None:
    check_laws(text)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(surrogates)
def test_laws_hold_for_surrogates(text: str) -> None:
    check_laws(text)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(["latin-1", "cp1256"]))
def test_laws_hold_for_mojibake(text: str, wrong: str) -> None:
    check_laws(text.encode().decode(wrong))


@pytest.mark.parametrize("place", PLACES)
def test_walk_of_every_arabic_character(place: str) -> None:
    for character in ARABIC_CHARACTERS:
        text = place.replace("{}", character)
        check_laws(text)
        if "ـ" not in place:
            assert letters(clean(text)) == letters(text), f"U+{ord(character):04X}"


def test_walk_of_marks_and_punctuation() -> None:
    for character in ARABIC_CHARACTERS:
        category = unicodedata.category(character)
        if category[0] in "MPSN" and unicodedata.normalize("NFC", character) == character:
            assert character in clean(f"قال{character}ها")


def test_no_presentation_letter_is_left() -> None:
    for character in filter(unicodedata.decomposition, ARABIC_CHARACTERS):
        if character in KEPT_SIGNS or "\ufdf4" <= character <= "\ufdfb":
            assert clean(character) == character
        elif "\ufb50" <= character <= "\ufefc":
            assert clean(character) != character


@pytest.mark.parametrize("sign", KEPT_SIGNS)
def test_signs_are_kept(sign: str) -> None:
    assert clean(f"قال {sign} نعم") == f"قال {sign} نعم"


def test_every_letter_of_unicode_survives() -> None:
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if character.isalpha() and character != "ـ":
            assert clean(character), f"U+{point:04X}"


def test_surrogate_pair_is_joined() -> None:
    assert clean("\ud83c\udf89 مبروك") == "🎉 مبروك"


def test_entities_escaped_ten_thousand_times() -> None:
    assert clean("&" + "amp;" * 10_000 + "quot;نعم&quot;") == '"نعم"'


def test_a_huge_number_is_not_an_entity() -> None:
    text = f"&#{'9' * 5000};"
    assert clean(text) == text


def test_good_text_with_a_mojibake_paragraph() -> None:
    good = "قالت الحكومة إن «البرنامج» سيبدأ قريبا… وأضافت: حفظ، ثم ضغط."
    assert clean(f"{good}\n\n{good.encode().decode('cp1256')}") == f"{good}\n\n{good}"
    assert clean(f"{good}\n\n{good.encode().decode('latin-1')}") == f"{good}\n\n{good}"


class TestNormalize:
    TEXT = "إلى المدرسةِ، ٢٠٢٤"

    def test_without_options_it_equals_clean(self) -> None:
        assert normalize("الحـــكومة&nbsp;المغربية") == clean("الحـــكومة&nbsp;المغربية")

    def test_tashkeel(self) -> None:
        assert normalize("كِتابٌ مُفيدٌ", tashkeel="drop") == "كتاب مفيد"

    def test_alef(self) -> None:
        assert normalize("أإآٱ", alef="fold") == "اااا"

    def test_ya(self) -> None:
        assert normalize("إلى علی", ya="fold") == "إلي علي"

    def test_ta(self) -> None:
        assert normalize("مدرسة", ta="fold") == "مدرسه"

    def test_digits(self) -> None:
        assert normalize("٢٠٢٤ ۱۲ 3", digits="ascii") == "2024 12 3"
        assert normalize("2024 ۱۲", digits="arabic") == "٢٠٢٤ ١٢"

    def test_punctuation(self) -> None:
        assert normalize("نعم، «لا»؟ 5٪…", punctuation="ascii") == 'نعم, "لا"? 5%...'
        assert normalize("نعم، «لا»؟", punctuation="drop") == "نعم لا"
        assert normalize("كِتابٌ، 5€ 🎉", punctuation="drop") == "كِتابٌ 5€ 🎉"

    def test_all_options_together_come_close_to_fold(self) -> None:
        text = normalize(
            self.TEXT, tashkeel="drop", alef="fold", ya="fold", ta="fold", digits="ascii", punctuation="drop"
        )
        assert text == fold(self.TEXT)

    def test_an_unknown_option_is_named(self) -> None:
        with pytest.raises(ValueError, match=r"alef='yes' is not a choice; use one of 'keep', 'fold'"):
            normalize("نعم", alef="yes")  # type: ignore[arg-type]

    @settings(derandomize=True, max_examples=200, deadline=None)
    @given(broken)
    def test_the_language_of_clean_text_is_the_same(self, text: str) -> None:
        assert normalize(clean(text), tashkeel="drop", alef="fold") == normalize(
            text, tashkeel="drop", alef="fold"
        )


class TestLanguage:
    def test_majority_of_script_decides(self) -> None:
        assert language("قال المدير العام لشركة Renault Maroc إن الإنتاج ارتفع") == "ar"
        assert language("Le journal المساء a publié un article sur le Maroc et les pays du Golfe") == "fr"

    def test_persian_word_in_an_arabic_text(self) -> None:
        assert language("قال الوزير إن جريدة «کیهان» الإيرانية نشرت الخبر") == "ar"

    @pytest.mark.parametrize(
        "text",
        [
            "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند",
            "تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں",
            "ټول انسانان آزاد نړۍ ته راځي او د حيثيت او حقوقو له پلوه سره برابر دي",
            "هەموو مرۆڤەکان بە ئازادی و یەکسان لە کەرامەت و مافەکاندا لەدایک دەبن",
            "ھەممە ئادەم تۇغۇلۇشىدىنلا ئەركىن، ئىززەت-ھۆرمەت ۋە ھوقۇقتا باپباراۋەر",
            "Tous les êtres humains naissent libres et égaux en dignité et en droits",
            "All human beings are born free and equal in dignity and rights",
            "ⵉⵎⴷⴰⵏⴻⵏ ⴰⴽⴽ ⵜⵍⴰⵍⴻⵏ ⴷ ⵉⵍⴻⵍⵍⵉⵢⴻⵏ",
        ],
    )
    def test_the_first_article_of_the_declaration_is_not_arabic(self, text: str) -> None:
        assert language(text) != "ar"

    @settings(derandomize=True, max_examples=200, deadline=None)
    @given(broken)
    def test_never_raises(self, text: str) -> None:
        assert language(text)


class TestMarks:
    @pytest.mark.parametrize("piece", ["َّ", "\u0315\u0300", "\u0651\u064e\u0654"])
    def test_the_cost_of_marks_grows_with_their_number(self, piece: str) -> None:
        for function in (clean, fold, compose):
            assert growth(function, lambda n: "خبر" + piece * (n // len(piece)), 40_000) <= 2.5

    def test_thirty_marks_stay_in_their_order(self) -> None:
        assert compose("ب" + "\u0651\u064e" * 40) == "ب" + "\u064e" * 15 + "\u0651" * 15
        assert compose("ب" + "\u064e" * 40) == "ب" + "\u064e" * 40  # already in order: nothing to do
        assert clean("قُلّ \u0651\u064e") == "قُلّ \u064e\u0651"


@pytest.mark.parametrize(
    ("printed", "cleaned"),
    [
        ("قال “الأيام 24″ إن", "قال “الأيام 24” إن"),
        ("„الأيام 24″", "„الأيام 24”"),
        ('"الأيام 24″', '"الأيام 24"'),
        ("شاشة 24″ جديدة", "شاشة 24″ جديدة"),
    ],
)
def test_a_double_prime_gets_the_matching_closing_mark(printed: str, cleaned: str) -> None:
    assert clean(printed) == cleaned
