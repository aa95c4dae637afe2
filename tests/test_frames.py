"""Words that all pages of a newspaper have in common are learned, and left out of comparisons."""

import random

import pytest

from newscrawl.frames import LEAST_TEXTS, NO_FRAME, Frame, learned
from newscrawl.text import fold
from tests import pairs

VOCABULARY = [word for mould in pairs.DATA["moulds"] for word in fold(mould["body"]).split()]


def texts(begins: str, ends: str, number: int = 30, share: float = 1.0) -> list[list[str]]:
    """Texts of a source. A share of them has its frame, followed by the headline once more."""
    chance = random.Random(1445)
    made = []
    for n in range(number):
        body, title = chance.choices(VOCABULARY, k=chance.randrange(40, 200)), chance.choices(VOCABULARY, k=6)
        frame = begins.split(), [*ends.split(), *title] if ends else []
        made.append([*frame[0], *body, *frame[1]] if n < share * number else body)
    return made


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("", "رابط الخبر بصحيفه المسار"),
        ("المسار متابعات", ""),
        ("متابعه المسار الالكتروني", "تابعوا صفحتنا علي مواقع التواصل"),
        ("", "كلماتدلاليه"),
        ("", ""),
    ],
)
def test_a_frame_is_learned_and_left_out(begins: str, ends: str) -> None:
    framed = texts(begins, ends)
    frame = learned(framed)
    assert frame == Frame(tuple(begins.split()), tuple(ends.split()))
    assert [frame.without(words) for words in framed] == texts("", "")


def test_words_that_only_some_pages_have_are_not_a_frame() -> None:
    assert learned(texts("", "رابط الخبر بصحيفه المسار", share=0.5)) == NO_FRAME
    assert learned(texts("", "كلماتدلاليه", share=0.8)) == NO_FRAME
    assert learned(texts("", "رابط الخبر بصحيفه المسار", number=LEAST_TEXTS - 1)) == NO_FRAME


def test_words_of_a_frame_within_a_text_belong_to_the_text() -> None:
    frame = Frame(("عين", "اليوم"), ("رابط", "الخبر"))
    words = [*VOCABULARY[:30], "عين", "اليوم", "رابط", "الخبر", *VOCABULARY[:60]]
    assert frame.without(words) == words
    assert frame.without([]) == []
