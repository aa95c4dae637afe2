"""Arabic text for storage (:func:`clean`), for search (:func:`fold`), and for training (:func:`normalize`).

:func:`clean` repairs broken text and keeps everything that a reader would miss; :func:`fold` returns one form
for all spellings of a word. ``fold(clean(x)) == fold(x)`` for every ``x``, and both are idempotent.

Properties of characters are those of the Unicode Character Database (https://www.unicode.org/ucd/).
"""

from newscrawl.text.characters import compose
from newscrawl.text.cleaning import CLEAN_VERSION, clean
from newscrawl.text.folding import FOLD_VERSION, fold
from newscrawl.text.languages import language
from newscrawl.text.normalizing import normalize

__all__ = ["CLEAN_VERSION", "FOLD_VERSION", "clean", "compose", "fold", "language", "normalize"]
