"""Numbers in Arabic words and digits are compared by value."""

import pytest

from newscrawl.text import fold
from newscrawl.text.numbers import same_number, with_values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ثمانية", [8]),
        ("8", [8]),
        ("٨", [8]),
        ("بثمانية", [8]),
        ("والثمانية", [8]),
        ("صفر", [0]),
        ("خمسة عشر", [15]),
        ("إحدى عشرة", [11]),
        ("اثنتا عشرة", [12]),
        ("ثلاثة وعشرون", [23]),
        ("أحد وعشرين", [21]),
        ("مئتان وخمسون", [250]),
        ("ثلاثمائة وأربعين", [340]),
        ("ثلاث مئة وخمسة وعشرين ألفا وستة", [325_006]),
        ("ثمانية آلاف", [8000]),
        ("400 ألف", [400_000]),
        ("ألفين و500", [2500]),
        ("12 ألفا و345", [12_345]),
        ("ألف وثلاثمائة وستين", [1360]),
        ("1,059,593,121", [1_059_593_121]),
        ("مليار وتسعة وخمسين مليونا", [1_059_000_000]),
        ("157,7 مليون", [157_700_000]),
        ("مليون ونصف", [1_500_000]),
        ("مليون ونصف المليون", [1_500_000]),
        ("مليونان و200 ألف", [2_200_000]),
        ("30 في المائة", [30]),
        ("30 بالمئة", [30]),
        ("30%", [30]),
        ("ثلاثون في المئة", [30]),
        ("لـ14", [14]),
        ("الـ21", [21]),
        ("الحادية والعشرين", [21]),
        ("الثالث عشر", [13]),
        ("الخامسة", [5]),
        ("4-صفر", [4, 0]),
    ],
)
def test_one_number_however_it_is_written(text: str, values: list[float]) -> None:
    assert with_values(fold(text).split()) == values


@pytest.mark.parametrize(
    "text",
    [
        "يوم الأحد",
        "يوم الاثنين",
        "أحد رجال الأمن",
        "إحدى المدن",
        "عشرات السكان",
        "المئات",
        "في المدرسة",
        "واجهة البحر",
    ],
)
def test_words_that_look_like_numbers_stay_words(text: str) -> None:
    words = fold(text).split()
    assert with_values(words) == words


def test_the_words_around_a_number_stay() -> None:
    words = fold("ضبطت الشرطة ثلاثة وعشرين كيلوغراما و5 سيارات يوم الاثنين").split()
    assert with_values(words) == [*words[:2], 23, words[4], 5, *words[-3:]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (8, 8, True),
        (8, 9, False),
        (8012, 8000, True),
        (157_726_135, 157_700_000, True),
        (1_059_593_121, 1_059_000_000, True),
        (8807, 8904, False),
        (407_000, 400_000, True),
        (500_000, 400_000, False),
        (1436, 1400, True),
        (62, 60, False),
    ],
)
def test_a_rounded_sum_equals_the_exact_sum(one: float, other: float, same: bool) -> None:
    assert same_number(one, other) == same_number(other, one) == same
