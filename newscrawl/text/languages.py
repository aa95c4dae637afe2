"""Detects the language of a text by its letters and most frequent words."""

from __future__ import annotations

import re
from functools import lru_cache

from newscrawl import lazy
from newscrawl.text.characters import (
    ALPHABET,
    LATIN_RUN,
    LETTERS,
    MARKS,
    PRESENTATION,
    PRESENTATION_RUN,
    TASHKEEL_RUN,
    ZWNJ,
    base_letters,
    character_class,
)

_ADDRESS = lazy.pattern(r"(?:https?://|www\.)\S+|(?<!\S)[^\s@]*+@\S*", re.IGNORECASE)
_ARABIC_RUN = lazy.pattern(f"[{LETTERS}{MARKS}{ZWNJ}{PRESENTATION}]+")
# Leaves out 3likom and lbar7, which are Arabic typed on a Latin keyboard.
_LATIN_WORD = lazy.pattern(rf"(?<!\w){LATIN_RUN.pattern}(?!\w)")
_OTHER_LETTER = character_class(
    "\u0250-\u05ff\u0700-\u074f\u0780-\u086f\u0900-\u1dff\u1f00-\u1fff\u2c00-\u2dff\u2e80-\ud7ff",
    "\uf900-\ufb4f\U00010000-\U0001e7ff\U00020000-\U0003ffff",
)
_SCRIPTS = {
    "zgh": character_class("\u2d30-\u2d6f"),
    "he": character_class("\u05d0-\u05ea"),
    "el": character_class("\u0370-\u03ff\u1f00-\u1fff"),
}

# Letters that Arabic uses for foreign names only (أگادير, ڤيديو), and those it never uses.
_NAME_LETTERS = "گپچژڤڭڨݣڥ"
_NAME_LETTER = character_class(_NAME_LETTERS)
_FOREIGN_LETTER = lazy.pattern(f"[^{ALPHABET}{_NAME_LETTERS}{ZWNJ}]")
_MAYBE_FOREIGN = re.compile(f"[^{ALPHABET}{ZWNJ} ]")
"""Matches a letter in words of Arabic script that may indicate another language."""
_HAMZA_OR_TA = re.compile("[أإةؤ]")
_ENOUGH_WORDS = 400
_ARTICLE = re.compile("(?:[وفبك]?ال|ولل|لل)..")
# Common words of Arabic that related languages do not use, and the reverse; ی and ک are written as ي and ك.
_ARABIC_WORDS = frozenset(
    "في وفي على وعلى إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين أن إن أو ثم قد لقد لم لن هو هي كان "
    "كانت يكون عند خلال حتى لدى منذ أمام نحو حيث كما إذا لكن ليس قال وقال أكد وهو وهي ومن فيه فيها "
    "عليها منه منها لها بها ديال هاد اللي كاين واش غادي لا لماذا كيف".split()
)
_FOREIGN_WORDS = frozenset(
    "از كه اين است را براي هاي شده شود خواهد نيز گفت كرده هستند دارد دارند بايد نمي پس اگر چه در البته "
    "كنند كند امروز وزارت هر همه بود باشد هيچ په اور".split()
)
_OWN_LETTERS = {
    "ur": lazy.pattern(r"[ٹڈڑںےۓہۂۃھ]|\b(?:کا|کی|کو|آج|اور)\b"),
    "ps": lazy.pattern(r"[ټډړږښځڅۍڼې]|\b(?:د|په)\b"),
    "ckb": character_class("ێۆڵڕە"),
    "ug": character_class("ۈۋېۇەڭھ"),
    "sd": character_class("ڄڃٿڻٻڀڪڦڏڍ"),
    "ms": character_class("ڠڽݢۏ"),
}
_STOP_WORDS = {
    "fr": (
        "le la les des du une un et est dans pour que qui sur au aux avec ne pas par plus ce cette ces "
        "son sa ses il elle ils nous vous ont été être sont mais ou où leur leurs comme à selon après "
        "entre d l n c j qu tout de en je se contre lors vers depuis sous"
    ),
    "en": (
        "the of and to in is that for on with as was it at by from are be this has have an his her not "
        "but or its which were their they he she will been said after who than when into more i you a "
        "over against about between during before under would says new"
    ),
    "es": (
        "el la los las de del y en que un una es por con para no se su al lo como más pero sus este "
        "esta fue son ha entre sobre también según desde hasta muy ya o"
    ),
    "pt": (
        "o os as de do da dos das e em que um uma é por com para não se ao como mais mas seu sua foi "
        "são entre sobre também no na nos nas"
    ),
    "it": (
        "il lo la i gli le di del della dei e in che un una è per con non si al come più ma sono nel "
        "nella da ha"
    ),
    "de": (
        "der die das den dem und in ist ein eine zu mit von für auf nicht im sich auch als an bei "
        "aus nach wird"
    ),
    "tr": "ve bir bu da de için ile olarak olan çok daha gibi en ne",
}
_STOP_SETS = {code: frozenset(words.split()) for code, words in _STOP_WORDS.items()}
_ACCENTS = {
    "fr": character_class("éèêëàâçîïôûùœ"),
    "es": character_class("áíóúñ"),
    "pt": character_class("ãõçáâêíóú"),
    "it": character_class("àèìòù"),
    "de": character_class("äöüß"),
    "tr": character_class("ğışüöç"),
}


def language(text: str) -> str:
    """The language of a text as an ISO 639 code; ``und`` when it cannot be determined.

    Arabic script, by letters that only one language uses and by frequent words: ``ar`` (also dialects),
    ``fa``, ``ur``, ``ps``, ``ckb`` (Sorani Kurdish), ``ug``, ``sd``, ``ms``. Latin script, by frequent words:
    ``fr``, ``en``, ``es``, ``pt``, ``it``, ``de``, ``tr``. By script alone: ``zgh`` (Amazigh in Tifinagh),
    ``he``, ``el``; other scripts are ``und``. Addresses in the text are ignored.

    >>> language("المغرب يطلق برنامجا جديدا")
    'ar'
    >>> language("این کتاب را خوانده است")
    'fa'

    Never raises for a ``str``.
    """
    if "@" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    words = _ARABIC_RUN.findall(text)
    arabic = sum(map(len, words))
    if 2 * arabic > len(text):  # more than all other letters together
        return _arabic_script(words[:_ENOUGH_WORDS])
    latin = sum(map(len, LATIN_RUN.findall(text)))
    foreign = "".join(filter(str.isalpha, _OTHER_LETTER.findall(text)))
    if len(foreign) > max(arabic, latin):
        counts = {code: len(letters.findall(foreign)) for code, letters in _SCRIPTS.items()}
        best = max(counts, key=counts.__getitem__)
        return best if counts[best] * 2 > len(foreign) else "und"
    if arabic > latin:
        return _arabic_script(words[:_ENOUGH_WORDS])
    return _latin_script(text) if latin else "und"


def _arabic_script(words: list[str]) -> str:
    different = set(words)
    if different.isdisjoint(_FOREIGN_WORDS) and not _MAYBE_FOREIGN.search(" ".join(words)):
        return "ar"  # no word can indicate another language
    if min(map(_evidence, different), default=0) >= 0:
        return "ar"
    weights = list(map(_evidence, words))
    arabic = sum(weight for weight in weights if weight > 0)
    foreign = -sum(weight for weight in weights if weight < 0)
    text = " ".join(words)
    if ("ي" in text or "ك" in text) and not ("ی" in text or "ک" in text):
        # Typed on an Arabic keyboard: گ and پ alone only show that a name is foreign.
        foreign -= 0.5 * weights.count(-0.5)
    if arabic >= foreign:
        return "ar"
    own = {code: len(pattern.findall(text)) for code, pattern in _OWN_LETTERS.items()}
    best = max(own, key=own.__getitem__)
    return best if own[best] * 100 > len(text) else "fa"


@lru_cache(maxsize=1 << 15)
def _evidence(printed: str) -> float:
    """How strongly a word indicates Arabic (above zero) or another language (below zero)."""
    word = TASHKEEL_RUN.sub("", PRESENTATION_RUN.sub(base_letters, printed))
    typed = word.replace("ی", "ي").replace("ک", "ك")
    if typed in _FOREIGN_WORDS:
        return -1
    if typed in _ARABIC_WORDS:
        return 1 if typed == word else 0.5
    if _FOREIGN_LETTER.search(typed):
        return -1
    if _HAMZA_OR_TA.search(word):
        return 1
    if _NAME_LETTER.search(word):
        return -0.5
    if _ARTICLE.match(word):
        return 1 if typed == word else 0
    if typed != word:
        return -0.6
    return 0.25 if "ي" in word or "ك" in word else 0


def _latin_script(text: str) -> str:
    words = [word.lower() for word in _LATIN_WORD.findall(text)[:_ENOUGH_WORDS]]
    # A single letter (l', a) counts less than a word.
    hits = {
        code: sum(min(len(word), 2) / 2 for word in words if word in stop)
        for code, stop in _STOP_SETS.items()
    }
    for code, accent in _ACCENTS.items():
        hits[code] += 0.5 * sum(bool(accent.search(word)) for word in words)
    first, second = sorted(hits, key=hits.__getitem__, reverse=True)[:2]
    sure = hits[first] > hits[second] and hits[first] >= max(1, len(words) / 8)
    return first if sure else "und"
