"""Arabic text: what is stored (:func:`clean`), what is searched (:func:`fold`), what lies between.

:func:`clean` repairs what a reader would call broken and keeps what a reader would miss;
:func:`fold` gives one form to every spelling of a word. ``fold(clean(x)) == fold(x)`` for every
``x``, and both are idempotent.

What a character is follows the Unicode Character Database (https://www.unicode.org/ucd/).
"""

from newscrawl.text.characters import compose
from newscrawl.text.cleaning import CLEAN_VERSION, clean
from newscrawl.text.folding import FOLD_VERSION, fold
from newscrawl.text.languages import language
from newscrawl.text.normalizing import normalize

__all__ = ["CLEAN_VERSION", "FOLD_VERSION", "clean", "compose", "fold", "language", "normalize"]
