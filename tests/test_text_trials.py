"""Random and mutated input to all functions over foreign text: no exceptions, and the laws hold."""

from __future__ import annotations

import random

import pytest

from newscrawl.text import clean, fold
from newscrawl.urls import canonical
from tests.trials import size

TEXTS = [
    "أعلنت وزارة الداخلية، يوم 3 شوال 1445هـ، عن «برنامج» جديد… وقالَ الوزيرُ: ﴿وَقُل رَّبِّ زِدْنِي عِلْمًا﴾ ﷺ",
    'الحـــكومة&nbsp;المغربية &amp;quot;اليوم&amp;quot; ل"الأيام 24″ \u200f٢٠٢٤ 👨\u200d👩\u200d👧',
    "ÇáãÛÑÈ æÇáÌÒÇÆÑ Ø§Ù„Ù…ØºØ±Ø¨ ط§ظ„ظ…ط؛ط±ط¨ dÃ©cidÃ©",
    "این کتاب را می‌خوانم یہ کتاب ہے ⴰⵣⵓⵍ L'été à Rabat",
]
URLS = [
    "https://www.hespress.com/%D8%AE%D8%A8%D8%B1-970965.html?utm_source=x&id=1#!/a",
    "http://m.youm7.com:80//amp/2024/3/27/خبر/1/index.html;jsessionid=1?a=1&a=2",
    "https://www.google.com/amp/s/موقع.المغرب/خبر/amp/?ref=x",
]
ALPHABET = [
    *'&;#/?=%@:.[]\\ \t\r\n"″«»،؛؟ـهیکپطظعغ§„…†Ã©ØÙÇáãÛÑÈ0aZ',
    "&amp;",
    "%D8",
    "\u200c",
    "\u200d",
    "\ufe0f",
]


def mutated(text: str, rng: random.Random) -> str:
    characters = list(text)
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(characters) + 1)
        action = rng.randrange(4)
        if action == 0:
            characters.insert(at, rng.choice(ALPHABET))
        elif action == 1:
            characters.insert(at, chr(rng.randrange(0x110000)))
        elif action == 2:
            del characters[at : at + rng.randrange(1, 9)]
        else:
            characters[at:at] = characters[at - 9 : at]
    return "".join(characters)


def random_text(rng: random.Random) -> str:
    kind = rng.randrange(3)
    if kind == 0:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(20)))
    if kind == 1:
        return "".join(rng.choices(ALPHABET, k=rng.randrange(30)))
    return rng.randbytes(rng.randrange(40)).decode(rng.choice(["latin-1", "cp1256"]))


@pytest.mark.trials
def test_a_million_inputs() -> None:
    rng = random.Random(2024)
    for number in range(size(1_000_000)):
        of = (TEXTS, URLS)[number % 2]
        text = mutated(rng.choice(of), rng) if number % 4 < 3 else random_text(rng)
        if number % 2:
            assert canonical(canonical(text)) == canonical(text), ascii(text)
        cleaned, folded = clean(text), fold(text)
        assert (clean(cleaned), fold(folded), fold(cleaned)) == (cleaned, folded, folded), ascii(text)
