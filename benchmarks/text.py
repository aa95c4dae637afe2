"""Speed of ``clean`` and ``fold``, compared with one regular expression and other projects' normalisers.

Run: ``python -m benchmarks.text [articles.txt]``. All figures are from one run on the same text: by default
articles of our own writing with features of news text (tashkeel, tatweel, no-break spaces, direction marks,
quotation marks, Arabic digits), or a UTF-8 file of yours. CAMeL Tools (``pip install --no-deps camel-tools``
and ``emoji``) and PyArabic are measured when they are installed. Exits with 1 when ``clean`` + ``fold`` run
below 0.06 of the speed of one ``re.sub`` of a character class.
"""

from __future__ import annotations

import importlib
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from newscrawl.text import clean, fold, language
from tests.trials import size

FLOOR = 0.06
TEXTS, ENOUGH = size(300), 100
"""Number of synthetic texts, and the number from which a ratio is meaningful."""
ARTICLE_SIZE = 1900  # letters, about 3.4 KB of UTF-8
WORDS = (
    "أعلنت وزارة الداخلية اليوم عن إطلاق برنامج جديد لتدبير الموارد المائية في عدد من الجهات وقال "
    "المسؤول إن الحكومة ستعمل على مراقبة الأسعار حتى نهاية السنة مؤكدا أن القرار يهم جميع المواطنين "
    "الذين ينتظرون هذه الإجراءات منذ شهور طويلة كما أضاف المتحدث أن اللجنة ستجتمع غدا بمدينة الرباط "
    "قصد دراسة الملف المطروح أمامها"
).split()


def article(rng: random.Random) -> str:
    """An article of words in random order, with as many defects as real articles have."""
    text = ""
    while len(text) < ARTICLE_SIZE:
        word = rng.choice(WORDS)
        spoil = rng.random()
        if spoil < 0.02:
            word += "ً"
        elif spoil < 0.04:
            word = word[:2] + "ّ" + word[2:]
        elif spoil < 0.05 and len(word) > 4:
            word = word[:3] + "ــ" + word[3:]
        elif spoil < 0.06:
            word = f"«{word}»"
        elif spoil < 0.07:
            word = str(rng.randrange(2030)).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        elif spoil < 0.071:
            word = "\u200f" + word
        end = rng.choices([" ", "، ", ".\n\n", "\xa0"], [90, 6, 3, 0.3])[0]
        text += word + end
    return text


def speed(function: Callable[[str], object], texts: list[str], rounds: int = 5) -> float:
    """Megabytes of UTF-8 per CPU second, the best of several rounds."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for text in texts:
            function(text)
        best = min(best, time.process_time() - start)
    return size / best


def others() -> dict[str, Callable[[str], object]]:
    """The closest functions of other projects, if they are installed."""
    found: dict[str, Callable[[str], object]] = {}
    try:
        camel = importlib.import_module("camel_tools.utils.normalize")
        dediac = importlib.import_module("camel_tools.utils.dediac").dediac_ar
        mapper = importlib.import_module("camel_tools.utils.charmap").CharMapper.builtin_mapper("arclean")
        found["CAMeL normalize_unicode"] = camel.normalize_unicode
        found["CAMeL arclean"] = mapper.map_string
        found["CAMeL dediac + alef, yeh, teh"] = lambda text: camel.normalize_teh_marbuta_ar(
            camel.normalize_alef_maksura_ar(camel.normalize_alef_ar(dediac(text)))
        )
    except ImportError:
        print("CAMeL Tools is not installed")
    try:
        araby = importlib.import_module("pyarabic.araby")
        found["PyArabic strip_tashkeel"] = araby.strip_tashkeel
        found["PyArabic strip, ligature, hamza"] = lambda text: araby.normalize_hamza(
            araby.normalize_ligature(araby.strip_tatweel(araby.strip_tashkeel(text)))
        )
    except ImportError:
        print("PyArabic is not installed")
    return found


def main() -> int:
    if len(sys.argv) > 1:
        texts = Path(sys.argv[1]).read_text(encoding="utf-8").split("\f")
    else:
        rng = random.Random(1445)
        texts = [article(rng) for _ in range(TEXTS)]
    tashkeel = re.compile("[\u064b-\u0652\u0640]")
    yardstick = speed(lambda text: tashkeel.sub("", text), texts)
    functions: dict[str, Callable[[str], object]] = {
        "clean": clean,
        "fold": fold,
        "language": language,
        "clean + fold": lambda text: fold(clean(text)),
        **others(),
    }
    print(f"{'re.sub of one character class':34} {yardstick:8.1f} MB/s")
    speeds = {name: speed(function, texts) for name, function in functions.items()}
    for name, megabytes in speeds.items():
        print(f"{name:34} {megabytes:8.1f} MB/s {megabytes / yardstick:7.3f}")
    ratio = speeds["clean + fold"] / yardstick
    print(f"clean + fold: {ratio:.3f} of re.sub, floor {FLOOR}")
    return int(ratio < FLOOR and len(texts) >= ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
