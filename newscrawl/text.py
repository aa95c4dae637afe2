"""Arabic text: what is stored (:func:`clean`), what is searched (:func:`fold`), what lies between.

:func:`clean` repairs what a reader would call broken and keeps what a reader would miss;
:func:`fold` gives one form to every spelling of a word. ``fold(clean(x)) == fold(x)`` for every
``x``, and both are idempotent.

Character properties are those of the Unicode Character Database; the reasons for each choice
stand beside the choice.
"""

from __future__ import annotations

import html.entities
import re
import unicodedata
from collections.abc import Callable
from typing import Literal

__all__ = ["CLEAN_VERSION", "FOLD_VERSION", "clean", "fold", "language", "normalize"]

CLEAN_VERSION = 1
"""Version of :func:`clean`, stored with each article; it rises when any text would change."""
FOLD_VERSION = 1
"""Version of :func:`fold`, stored with each article; it rises when any text would change."""

# --- Unicode, as ranges for character classes ------------------------------------------------------

TATWEEL = "\u0640"
ZWNJ = "\u200c"
ZWJ = "\u200d"

_ARABIC_LETTERS = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u0870-\u0887\u0889-\u088e\u08a0-\u08c8"
)
# Tashkeel, Qur'anic signs and the small letters written above others.
_ARABIC_MARKS = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0897-\u089f\u08c9-\u08e1\u08e3-\u08ff"
)
_ARABIC = "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc"

# Letters in their printed shapes. Not among them: the ornate brackets, the honorifics (FD40-FD4F,
# FDCF, FDF4-FDFB), the rial sign and the basmala, which a reader would miss.
_PRESENTATION = re.compile("[\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdcc\ufdf0-\ufdf3\ufe70-\ufefc]+")

# Invisible in every text: C0 and C1 controls, soft hyphen, bidi controls, zero-width space and
# joiners of words, annotation marks, the object box, noncharacters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff]"
)
_ODD_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_ODD_LINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
_SPACE_RUN = re.compile(" {2,}")
_LINE_EDGE = re.compile(" ?\n ?")
_LINE_RUN = re.compile("\n{3,}")

_SURROGATE_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_SURROGATE = re.compile("[\ud800-\udfff]")

_ENTITY = re.compile("&(#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31})(;|(?![=A-Za-z0-9]))")
_AMPERSANDS = re.compile("&(?:amp;|#0{0,4}38;|#[xX]0{0,4}26;)+")

# A joiner means something only between emoji or letters of scripts that join; beside Latin, beside
# a space and beside an Arabic letter it is a left-over of typing.
_LOOSE_ZWJ = re.compile(f"(?<![^\\s\x00-\u02ff{_ARABIC}]){ZWJ}|{ZWJ}(?![^\\s\x00-\u02ff{_ARABIC}])")
_LOOSE_ZWNJ = re.compile(f"(?<![^\\W\x00-\u02ff]){ZWNJ}|{ZWNJ}(?![^\\W\x00-\u02ff])")
_ARABIC_SELECTOR = re.compile(f"(?<![^\\s{_ARABIC}])[\ufe00-\ufe0f]+")

# هـ, the year marker (1445هـ): a heh that stands alone. Its tatweel is part of the abbreviation.
_TATWEELS = re.compile(
    f"(?P<heh>(?<![{_ARABIC_LETTERS}{_ARABIC_MARKS}{TATWEEL}])ه{TATWEEL}+(?![{_ARABIC_LETTERS}{_ARABIC_MARKS}]))"
    # Some newsrooms type the tatweel for a dash: الرباط ـ وكالات, 2020ـ2021.
    f"|(?P<dash>(?:^|(?<=\\s)){TATWEEL}{{1,2}}(?=[^\\S\n][^\\s{TATWEEL}])|(?<=\\d){TATWEEL}+(?=\\d))"
    f"|{TATWEEL}+",
    re.MULTILINE,
)
_HAMZA_ON_YEH = re.compile("[\u0649\u06cc]([\u064b-\u0652\u0670]*)\u0654")

# Letters of other alphabets with the same shape as the Arabic letter.
_LOOKALIKES = {"ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۃ": "ة"}
_LOOKALIKE = re.compile(f"[{''.join(_LOOKALIKES)}]")
_ARABIC_ALPHABET = "\u0621-\u063a\u0641-\u064a\u0671"
_FOREIGN_WORD = re.compile(f"[{_ARABIC_LETTERS}{_ARABIC_MARKS}{TATWEEL}{ZWNJ}]+")
_OTHER_LETTER = re.compile(f"[^{_ARABIC_ALPHABET}{_ARABIC_MARKS}{TATWEEL}{ZWNJ}{''.join(_LOOKALIKES)}]")

_QUOTES = '"“”„‟″'


def clean(text: str) -> str:
    """The storage text: near-lossless, the same words as a reader sees on the page.

    Repairs presentation letters, tatweel (but not in هـ), bidi and zero-width controls, odd
    spaces, entities (also escaped twice), decomposed letters, Persian letters inside Arabic words,
    mojibake, and the double prime that WordPress makes of a closing quote. Keeps tashkeel, hamzas,
    ة and ى, Qur'anic quotations, ﷺ, digits as printed, Arabic punctuation, URLs, emoji, Tifinagh
    and French. Paragraphs stay parted by one blank line, lines by one line break.

    >>> clean("الحـــكومة&nbsp;المغربية سنة 1445هـ")
    'الحكومة المغربية سنة 1445هـ'

    Idempotent; never raises for a ``str``.
    """
    while (cleaned := _clean_once(text)) != text:
        text = cleaned
    return text


def _clean_once(text: str) -> str:
    if text.isascii() and text.isprintable() and "&" not in text and "  " not in text:
        return text.strip()
    if _SURROGATE.search(text):
        text = _SURROGATE_PAIR.sub(_join_surrogates, text)
        text = _SURROGATE.sub("\ufffd", text)
    if "&" in text:
        text = _unescape(text)
    while (repaired := _repair_mojibake(text)) != text:
        text = repaired
    text = _INVISIBLE.sub("", text)
    text = _ODD_SPACE.sub(" ", text)
    if _ODD_LINE.search(text):
        text = _ODD_LINE.sub("\n", text)
    if "\u2029" in text:
        text = text.replace("\u2029", "\n\n")
    if _PRESENTATION.search(text):
        text = _PRESENTATION.sub(_base_letters, text)
    if TATWEEL in text:
        text = _TATWEELS.sub(_tatweel, text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "\u0654" in text:
        text = _HAMZA_ON_YEH.sub(r"ئ\1", text)
    if ZWJ in text:
        text = _LOOSE_ZWJ.sub("", text)
    text = _ARABIC_SELECTOR.sub("", text)
    text = _arabic_letters(text)
    if "  " in text:
        text = _SPACE_RUN.sub(" ", text)
    if "\n" in text:
        text = _LINE_EDGE.sub("\n", text)
        text = _LINE_RUN.sub("\n\n", text)
    if "″" in text:
        text = "\n".join(_close_quotes(line) if "″" in line else line for line in text.split("\n"))
    return text.strip()


def _join_surrogates(match: re.Match[str]) -> str:
    return chr(0x10000 + ((ord(match[1]) - 0xD800) << 10) + ord(match[2]) - 0xDC00)


def _unescape(text: str) -> str:
    # The chain of ampersands first: one pass for a page escaped many times over.
    while (unescaped := _ENTITY.sub(_character, _AMPERSANDS.sub("&", text))) != text:
        text = unescaped
    return text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name[0] == "#":
        return html.unescape(f"&{name};")
    # No guess by prefix as in HTML: &section in an address is no section sign.
    return html.entities.html5.get(name + match[2], match[0])


def _base_letters(match: re.Match[str]) -> str:
    # The isolated shapes of marks decompose to a space or tatweel that carries them.
    return unicodedata.normalize("NFKC", match[0]).replace(" ", "").replace(TATWEEL, "")


def _tatweel(match: re.Match[str]) -> str:
    if match["heh"]:
        return "ه" + TATWEEL
    return "-" if match["dash"] else ""


def _arabic_letters(text: str) -> str:
    """Letters typed on a Persian keyboard, and the zero-width non-joiner, in an Arabic text."""
    joined = ZWNJ in text
    if joined:
        text = _LOOSE_ZWNJ.sub("", text)
        joined = ZWNJ in text
    if not (joined or _LOOKALIKE.search(text)) or language(text) != "ar":
        return text
    if joined:
        text = re.sub(f"(?<=[{_ARABIC}]){ZWNJ}+(?=[{_ARABIC}])", "", text)
    return _FOREIGN_WORD.sub(_arabic_word, text)


def _arabic_word(match: re.Match[str]) -> str:
    word = match[0]
    if not _LOOKALIKE.search(word) or _OTHER_LETTER.search(word):
        return word
    for foreign, arabic in _LOOKALIKES.items():
        word = word.replace(foreign, arabic)
    return word


def _close_quotes(line: str) -> str:
    """A double prime closes a quotation; only after a number and outside of one is it inches."""
    parts = re.split(f"([{_QUOTES}])", line)
    left = len(parts) // 2
    is_open = False
    for i in range(1, len(parts), 2):
        left -= 1
        if parts[i] == "″":
            after_number = parts[i - 1][-1:].isdigit()
            if after_number and not (is_open and left % 2 == 0):
                continue
            parts[i] = '"'
        is_open = not is_open
    return "".join(parts)


# --- Mojibake --------------------------------------------------------------------------------------


# Bytes 80-FF as each wrong reading shows them: Latin-1 and windows-1252 (mixed in practice), and
# windows-1256. Source: the Python codecs, which follow the Unicode Consortium's mapping tables.
_AS_LATIN = {chr(b): b for b in range(0x80, 0x100)} | {
    c: b for b in range(0x80, 0xA0) if (c := bytes([b]).decode("cp1252", "ignore"))
}
_AS_ARABIC = {bytes([b]).decode("cp1256"): b for b in range(0x80, 0x100)}


def _utf8_runs(table: dict[str, int]) -> re.Pattern[str]:
    """Runs of UTF-8 sequences of what newspapers print, as ``table`` shows their bytes."""

    def shown(first: int, last: int) -> str:
        return "[" + "".join(re.escape(c) for c, b in table.items() if first <= b <= last) + "]"

    tail = shown(0x80, 0xBF)
    return re.compile(
        # Latin letters with accents, « » and the no-break space; Arabic
        f"(?:[{shown(0xC2, 0xC3)[1:-1]}{shown(0xC5, 0xC5)[1:-1]}{shown(0xD8, 0xDB)[1:-1]}]{tail}"
        # quotes and dashes, Tifinagh, ligatures; emoji
        f"|{shown(0xE2, 0xE2)}{tail}{tail}|{shown(0xEF, 0xEF)}{tail}{tail}|{shown(0xF0, 0xF0)}{shown(0x9F, 0x9F)}{tail}{tail})+"
    )


_UTF8_AS_LATIN = _utf8_runs(_AS_LATIN)
_UTF8_AS_ARABIC = _utf8_runs(_AS_ARABIC)
_MAY_BE_UTF8_AS_LATIN = re.compile("[ÂÃÅØÙÚÛâïð][\x80-\xbf\u0152-\u2122]")
_MAY_BE_UTF8_AS_ARABIC = re.compile("[آأطظعغâïً][\x80-\xb9\xbb-\xbe\u0152-\u0192\u02c6\u200c-\u2122ھٹپ]")

# windows-1256 read as windows-1252: ÇáãÛÑÈ. The letters that stand for Arabic ones.
_ARABIC_AS_LATIN = {
    c: arabic
    for c, b in _AS_LATIN.items()
    if (arabic := bytes([b]).decode("cp1256"))
    and re.match(f"[{_ARABIC_LETTERS}{_ARABIC_MARKS}{TATWEEL}،؛؟]", arabic)
}
_LATIN_LETTER = "A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f"
_ARABIC_LETTERS_AS_LATIN = "".join(c for c, a in _ARABIC_AS_LATIN.items() if a not in "،؛؟")
_ARABIC_WORD_AS_LATIN = re.compile(
    f"(?<![{_LATIN_LETTER}])[{_ARABIC_LETTERS_AS_LATIN}]+(?![{_LATIN_LETTER}])"
)
_MARK_AS_LATIN = re.compile("[¡º¿\x80-\x84\x86-\x9f]")
_MAY_BE_ARABIC_AS_LATIN = re.compile("[À-Þ][À-ÿ]{2}|[À-ÿ][À-Þ][À-ÿ]|[À-ÿ]{2}[À-Þ]")


def _repair_mojibake(text: str) -> str:
    """Arabic bytes read in a wrong encoding, put right only where the text tests as bad.

    Three kinds: UTF-8 read as Latin-1 or windows-1252 (Ø§Ù„), UTF-8 read as windows-1256 (ط§ظ„),
    windows-1256 read as windows-1252 (ÇáãÛÑÈ). The test asks for what no correct text holds: letters
    and symbols in the pattern of UTF-8, or words of nothing but Latin letters with accents.
    """
    if _MAY_BE_UTF8_AS_LATIN.search(text):
        text = _repair_utf8(text, _UTF8_AS_LATIN, _AS_LATIN, _is_utf8_as_latin)
    if _MAY_BE_UTF8_AS_ARABIC.search(text):
        text = _repair_utf8(text, _UTF8_AS_ARABIC, _AS_ARABIC, _is_utf8_as_arabic)
    if _MAY_BE_ARABIC_AS_LATIN.search(text):
        words = _ARABIC_WORD_AS_LATIN.findall(text)
        long = [word for word in words if len(word) >= 3 and not word.islower()]
        if len(long) > 1 or (long and (len(words) > 1 or len(long[0]) > 3)):
            text = _ARABIC_WORD_AS_LATIN.sub(
                lambda word: "".join(map(_ARABIC_AS_LATIN.__getitem__, word[0])), text
            )
            text = _MARK_AS_LATIN.sub(lambda mark: bytes([_AS_LATIN[mark[0]]]).decode("cp1256"), text)
    return text


def _repair_utf8(
    text: str, runs: re.Pattern[str], table: dict[str, int], is_bad: Callable[[re.Match[str], str], bool]
) -> str:
    decoded = {match.span(): _as_utf8(match[0], table) for match in runs.finditer(text)}
    if not any(
        decoded[match.span()] and is_bad(match, decoded[match.span()]) for match in runs.finditer(text)
    ):
        return text

    def repair(match: re.Match[str]) -> str:
        right = decoded[match.span()]
        before = text[match.start() - 1 : match.start()]
        # In a text that is bad in part: حفظ، is a word and a comma, not UTF-8.
        single = len(right) == 1 and table is _AS_ARABIC and re.match(f"[{_ARABIC_LETTERS}]", before)
        return match[0] if not right or single else right

    return runs.sub(repair, text)


def _as_utf8(run: str, table: dict[str, int]) -> str:
    try:
        return bytes(map(table.__getitem__, run)).decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _is_utf8_as_latin(run: re.Match[str], decoded: str) -> bool:
    if len(decoded) > 1 or run[0][0] in "âïð":
        # âˆš in lower-case text may be letters; a symbol or a capital never is.
        return not run[0].isalpha() or not run[0].islower()
    # dÃ©cidÃ©, 25Â°: one sequence alone counts only where no capital letter would stand.
    before = run.string[run.start() - 1 : run.start()]
    after = run.string[run.end() : run.end() + 1]
    if run[0][0] == "Ã":
        return (before.islower() or after.islower()) and not run[0][1].isspace()
    return run[0][0] == "Â" and not before.isalpha() and not run[0][1].isspace()


def _is_utf8_as_arabic(run: re.Match[str], decoded: str) -> bool:
    before = run.string[run.start() - 1 : run.start()]
    symbols = sum(not (c.isalpha() or c in "،؛؟«»") for c in run[0])
    return len(decoded) > 1 and symbols > 0 and not re.match(f"[{_ARABIC_LETTERS}]", before)


# --- Search text -----------------------------------------------------------------------------------

_MARKS = re.compile(f"[{_ARABIC_MARKS}{TATWEEL}]+")
# Words written as one sign; other honorifics say nothing that is searched for.
_WORD_SIGNS = re.compile("[\ufdf4-\ufdf9]")
_SIGNS = re.compile("[\u0600-\u0605\u06dd\u08e2\u0890\u0891\ufd40-\ufd4f\ufdcf\ufdfa-\ufdff]")
_FOLDED_LETTERS = {
    "ا": "أإآٱٲٳٵ",
    "ي": "ىیئٸۍێې",
    "ه": "ةۃہھەۀۂ",
    "و": "ؤٶ",
    "ك": "کڪ",
}
_UNFOLDED = re.compile("[^ء-غف-يa-z0-9 ]+")
_FOLDED = re.compile("[^ءا-غف-يa-z0-9 ]|[ةى]")


def fold(text: str) -> str:
    """The search text: one form for every spelling of the same words. Never show it.

    :func:`clean`, then without tashkeel and Qur'anic marks; أإآٱ → ا, ى ی ئ → ي, ة → ه, ؤ → و,
    ک → ك; digits ASCII; honorifics (ﷺ), punctuation, symbols and emoji are a space; lower case.

    >>> fold("إعلانُ الحكومة المغربيّة: ٢٠٢٤")
    'اعلان الحكومه المغربيه 2024'

    Idempotent; never raises for a ``str``.
    """
    text = _fold_once(clean(text))
    # What holds other letters than the folded alphabet may not be settled yet (İ, entities of words).
    while _FOLDED.search(text) and (folded := _fold_once(clean(text))) != text:
        text = folded
    return text


def _fold_once(text: str) -> str:
    text = _drop_marks(text)
    for letter, others in _FOLDED_LETTERS.items():
        for other in others:
            if other in text:
                text = text.replace(other, letter)
    return " ".join(_UNFOLDED.sub(_fold_run, text.lower()).split())


def _drop_marks(text: str) -> str:
    return _MARKS.sub("", text)


def _fold_run(match: re.Match[str]) -> str:
    run = match[0]
    run = _WORD_SIGNS.sub(lambda sign: f" {unicodedata.normalize('NFKC', sign[0])} ", run)
    run = _SIGNS.sub(" ", run)
    return "".join(map(_fold_character, run))


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] == "L":
        return character
    return "" if category[0] == "M" or character in (ZWNJ, ZWJ) else " "


def normalize(
    text: str,
    *,
    tashkeel: Literal["keep", "drop"] = "keep",
    alef: Literal["keep", "fold"] = "keep",
    ya: Literal["keep", "fold"] = "keep",
    ta: Literal["keep", "fold"] = "keep",
    digits: Literal["keep", "ascii", "arabic"] = "keep",
    punctuation: Literal["keep", "ascii", "drop"] = "keep",
) -> str:
    return clean(text)


# --- Language --------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+", re.IGNORECASE)
_SCRIPTS = {
    "arabic": re.compile(f"[{_ARABIC_LETTERS}\ufb50-\ufdfb\ufe70-\ufefc]"),
    "latin": re.compile("[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff]"),
    "zgh": re.compile("[\u2d30-\u2d67]"),
    "he": re.compile("[\u05d0-\u05ea]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "other": re.compile(
        "[\u0400-\u052f\u0530-\u058f\u0900-\u10ff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
    ),
}
_ARABIC_SCRIPT_WORD = re.compile(f"[{_ARABIC_LETTERS}{_ARABIC_MARKS}{ZWNJ}]+")
# Letters that no Arabic word holds. What Arabic writes in foreign names (گ پ چ ژ ڤ ڭ ڨ ݣ ڥ) weighs less.
_NAME_LETTER = re.compile("[گپچژڤڭڨݣڥ]")
_NOT_ARABIC = re.compile(f"[^{_ARABIC_ALPHABET}{_ARABIC_MARKS}{ZWNJ}گپچژڤڭڨݣڥ]")
_OWN_LETTERS = {
    "ur": re.compile("[ٹڈڑںےۓہۂۃ]"),
    "ps": re.compile("[ټډړږښځڅۍڼې]"),
    "ckb": re.compile("[ێۆڵڕ]|ە"),
    "ug": re.compile("[ۈۋېۇ]|ە|ڭ"),
    "sd": re.compile("[ڄڃٿڻٻڀڪڦ]"),
}
_ARABIC_SHAPE = re.compile("[ةأإؤ]|^(?:[وفبك]?ال|ولل|لل)..")
_ARABIC_WORDS = frozenset(
    "في من على إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين أن إن ان أو او ثم قد لقد لا لم لن ما هو هي كان كانت "
    "يكون بعد قبل بين عند حول خلال ضد كل حتى لدى منذ أمام نحو غير حيث كما إذا لكن ليس قال وقال أكد وهو وهي وفي ومن "
    "وعلى ديال هاد اللي كاين واش غادي فيه فيها عليه عليها منه منها له لها به بها نشر فيديو".split()
)
_PERSIAN_WORDS = frozenset(
    "از كه اين است را با براي هاي ها شد شده شود خواهد نيز گفت كرده بود هستند دارد بايد ني تا مي نمي يك آن پس اگر "
    "چه هم بر در به وي دو سال".split()
)
_BOTH = frozenset("من با هم بر به در تا آن سال دو".split())
_STOP_WORDS = {
    "fr": frozenset(
        "le la les des du une un et est dans pour que qui sur au aux avec ne pas par plus ce cette ces son sa ses il elle "
        "ils nous vous ont été être sont mais ou où leur leurs comme à selon après entre d l s n c j qu".split()
    ),
    "en": frozenset(
        "the of and to in is that for on with as was it at by from are be this has have an his her not but or its which "
        "were their they he she will been said after who than when into more".split()
    ),
    "es": frozenset(
        "el la los las de del y en que un una es por con para no se su al lo como más pero sus este esta fue son ha entre "
        "sobre también según desde hasta muy ya o".split()
    ),
}


def language(text: str) -> str:
    """The language by script and letters, as an ISO 639 code; ``und`` when it cannot be told.

    ``ar`` (also in its spoken forms), ``fa``, ``ur``, ``ps``, ``ckb`` (Sorani Kurdish), ``ug``, ``sd``;
    ``zgh`` (Amazigh in Tifinagh); ``fr``, ``en``, ``es`` by their commonest words; ``he``, ``el``. Other
    scripts are ``und``. Addresses are not read. Never raises for a ``str``.

    >>> language("المغرب يطلق برنامجا جديدا")
    'ar'
    >>> language("این کتاب را خوانده است")
    'fa'
    """
    text = _ADDRESS.sub(" ", text)
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    script = max(counts, key=counts.__getitem__)
    if not counts[script] or script == "other":
        return "und"
    if script == "latin":
        return _latin_language(text)
    return _arabic_script_language(text) if script == "arabic" else script


def _arabic_script_language(text: str) -> str:
    text = _MARKS.sub("", _PRESENTATION.sub(_base_letters, text))
    arabic = foreign = persian = 0.0
    for word in _ARABIC_SCRIPT_WORD.findall(text):
        typed = word.replace("ی", "ي").replace("ک", "ك")
        if typed in _ARABIC_WORDS or _ARABIC_SHAPE.search(typed):
            if not _NAME_LETTER.search(word):
                arabic += 1
        elif typed in _PERSIAN_WORDS:
            persian += 1
        elif _NOT_ARABIC.search(word):
            foreign += 1
        elif _NAME_LETTER.search(word):
            foreign += 0.5
        elif "ي" in word or "ك" in word:
            arabic += 0.25
    if arabic >= foreign + persian:
        return "ar"
    own = {code: len(letters.findall(text)) for code, letters in _OWN_LETTERS.items()}
    best = max(own, key=own.__getitem__)
    if own[best]:
        return best
    return "fa"


def _latin_language(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = {code: sum(word in stop for word in words) for code, stop in _STOP_WORDS.items()}
    first, second = sorted(hits, key=hits.__getitem__, reverse=True)[:2]
    if hits[first] > hits[second] and hits[first] >= max(2, len(words) / 12):
        return first
    return "und"
