"""Distinguishes copies of a text (shortened, framed or edited) from other news in the same template.

Two texts are similar because of what they share, but the differences decide whether they are copies. A
telegram to another country, the weather of another day and the police report of another town share most of
their words. They differ in the slots of the template: in a place, in the words of the headline, in numbers.
Numbers are compared by value.

All words are folded (``newscrawl.text.fold``). ``benchmarks/identity.py`` prints the figures behind the
constants.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from newscrawl.dates import names
from newscrawl.dates.tables import rows
from newscrawl.signatures import shingles
from newscrawl.text import fold
from newscrawl.text.numbers import Token, same_number, with_values

SIGNED_WORDS = 15
"""Minimum number of words of a text that is evidence by itself. A shorter text (``شاهد الفيديو``) has no
bands, and counts only with the same title."""
SAME_WORDS, SAME_PAIRS = 0.68, 0.45
"""Minimum share of the shorter text's words, and of its shingles, in a copy with another title. If a fifth of
the words changes, 0.80 and 0.64 remain; a follow-up that repeats 60 % of a text shares 0.63 and 0.60."""
TITLED_WORDS, TITLED_PAIRS = 0.55, 0.40
"""Minimum shares in a copy with the same title, which is evidence, too: such a copy may be shortened and
framed."""
LEAST_SIMILAR = 0.3
"""Minimum similarity of copies with different titles, unless one contains the other or begins like it. A
digest or a sequel that repeats two thirds of a text is less similar; a framed copy of an edited copy is more
similar."""
LEAST_PART = 0.33
"""Minimum share of a text that a copy contains. A smaller part is a quotation, or one item among others,
unless the text begins with it."""
OPENING_WORDS, BEGINNING_WORDS = 25, 40
"""A text begins like another if its first 25 words are among the other's first 40."""
SAME_OPENING, OPENED_PAIRS = 0.7, 0.5
"""Minimum shares of the opening, and of the shorter text's shingles, in a copy that begins like the other
text."""
BRIEF_PAIRS = 0.6
"""``OPENED_PAIRS`` for a brief, that is, for a part smaller than :data:`LEAST_PART`."""
SAME_SITE_WORDS, SAME_SITE_PAIRS, SAME_SITE_OPENING = 0.85, 0.7, 0.8
"""Minimum shares in two pages of one newspaper with one text, at another address or on another day. They must
be higher than for two sites, because all pages share a frame and follow-ups repeat their background."""
SAME_FRAME = 0.6
"""Minimum similarity of copies at one aggregator, where all texts have the same frame."""
WHOLE_TEXT = 0.85
"""Minimum share of a text's shingles in a copy that contains the whole text, unedited."""

COMPARED_WORDS = 600
"""Number of words, from the beginning of a text, whose places, names and numbers are compared one by one."""
OTHER_NUMBERS = 0.4
"""Minimum share of differing numbers, in the same positions, of two different notices of one kind."""
SAME_TEMPLATE = 0.7
"""Minimum share of words that two notices of one kind have in common, in order, apart from numbers."""
SAME_NUMBERS = 0.7
"""Minimum share of the numbers that copies of a recurring notice on one day have in common."""
SAME_NOTICE = 0.95
"""Minimum similarity at which a recurring notice on another day is the same notice. If a day is not known,
containment counts instead, as the other page may add a frame of any length."""
SLOT_WORDS = 12
"""Maximum number of words in a slot; a longer difference is another paragraph."""
FILLED_SLOTS, MOULDED = 2, 0.62
"""Two texts share a template if at least this many slots have words of both headlines, and the similarity is
below this limit. In more similar texts, such words are synonyms: ``أواني الطبخ`` and ``أواني الطهي``."""
MOULD_SLOTS, MOULD_BEGINNING = 4, 30
"""Maximum number of differences between two texts of one template, and of words before the first
difference."""
HELD_OPENING = 0.1
"""At least one of two copies contains this share of the other text's opening, in shingles."""
NOTICE_SLOTS = 3
"""Minimum number of differing slots of two different daily notices, such as morning and evening weather."""
ALIKE_SPELLING = 0.7
"""Minimum similarity of two spellings of one name: ``تشيلسي`` and ``تشلسي``."""
OTHER_HEADLINE, ITEM_OPENING, ITEM_SIMILAR = 3, 0.35, 0.5
"""A text is one item of a digest if one headline has at least this many words that only its own text
confirms, and if the openings and the whole texts are less similar than these limits."""
ITEM_PART = 0.5
"""A text that contains another, not at its beginning, has further items if the other is a smaller part than
this."""
NOTICE_OPENING = 12
"""Number of opening words in which a recurring notice says what it is."""

WEEKDAYS = frozenset("الاثنين الاحد الثلاثاء الاربعاء الخميس الجمعه السبت".split())
_WEEKDAY, _NUMBER = "@", "#"
_YEARS = ((1300, 1500), (1900, 2100))

_RECURRING = re.compile(
    r"\b(?:ال|و|ل|لل|ب|بال)?(?:طقس|ارصاد|اسعار|سعر|عملات|توقعات الابراج|برجك|حظك|بورصه|صيدليات|امساكيه"
    r"|تساقطات|نشره|مواقيت|درجات الحراره|مقاييس الامطار|(?:مواعيد|اوقات) (?:ال)?صلاه)\b"
)
"""Subjects of notices that recur with other figures."""
_DAILY = re.compile(
    r"\b(?:ال|و|ل|لل|ب|بال)?(?:ارصاد|(?:حاله|توقعات|احوال|يكون|يسود|يبقي) (?:ال)?طقس"
    r"|طقس (?:اليوم|غدا|ليوم|يوم)|الطقس المتوقع|توقعات الابراج|برج الحمل|برجك|حظك|صيدليات|امساكيه|مواقيت"
    r"|درجات الحراره|مقاييس الامطار)\b"
)
"""Subjects of daily notices, as their openings name them; not prices, which occur in other news, too."""
_COMMON_NOUNS = frozenset(
    fold(
        "العين "
        "جزيرة جزر جمهورية المتحدة الديمقراطية الشعبية سان سانت سانتا نيو بورت الجنوبية الشمالية الشرقية "
        "الغربية الوسطى العربية المملكة الولايات أم أبو رأس بيت دار سوق سيدي صلاح الدين كفر دير خميس "
        "أقاليم الأبيض الجديدة الشيخ البحر الدرب العقيق الوادي البيض الخبر الخليل صور معان الكبرى العظمى "
        "الاتحاد الأوروبي منطقة حجة إب عمران الريان سعيدة معسكر الداخلة العيون المهد البيضاء العمارة "
        "واسط بابل حولي تربة الليث غرب وسط شرق بحر أطار"
    ).split()
)
"""Words of place names that are also common words."""


@dataclass(frozen=True)
class Text:
    """The compared words of an article, and properties computed from them."""

    title: list[str]
    """The folded words of the title."""
    words: list[str]
    """The folded words of lede and body, without datelines, credits and stamps."""

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word occurs in the text."""
        return Counter(self.words)

    @cached_property
    def shingles(self) -> frozenset[str]:
        """The set of shingles."""
        return frozenset(shingles(self.words))

    @cached_property
    def tokens(self) -> list[Token]:
        """The first words, with the values of numbers."""
        return with_values(_joined(self.words[:COMPARED_WORDS]))

    @cached_property
    def forms(self) -> list[str]:
        """The tokens for the alignment: numbers and weekdays are masked, words reduced to their skeletons."""
        return [_form(token) for token in self.tokens]

    @cached_property
    def numbers(self) -> list[float]:
        """The values of the numbers."""
        return [token for token in self.tokens if isinstance(token, float)]

    @cached_property
    def known(self) -> frozenset[str]:
        """The forms of all words, including those of the title."""
        return frozenset(map(_form, {*_joined(self.words), *_joined(self.title)}))

    @cached_property
    def headline(self) -> list[Token]:
        """The tokens of the title."""
        return with_values(_joined(self.title))

    @cached_property
    def named(self) -> frozenset[str]:
        """The forms of the title's words that also occur in the text: its subject."""
        text = {*self.forms, *map(_form, self.words[COMPARED_WORDS:])}
        return frozenset(
            form
            for token in self.headline
            if isinstance(token, str) and len(token) > 2 and (form := _form(token)) in text
        )

    @cached_property
    def places(self) -> frozenset[str]:
        """The places that text and title name."""
        return frozenset(filter(None, map(_place, {*self.words[:COMPARED_WORDS], *self.title})))

    @cached_property
    def is_notice(self) -> bool:
        """Is it a notice that recurs with other figures, judging by title or opening (``أسعار العملات``)?"""
        return self.is_daily or bool(_RECURRING.search(" ".join(self.title)))

    @cached_property
    def is_daily(self) -> bool:
        """Is it a daily notice, judging by its opening (``توقعت مصلحة الأرصاد``)?"""
        return bool(_DAILY.search(" ".join(self.words[:NOTICE_OPENING])))


# --- What two texts share ----------------------------------------------------------------------


def similarity(first: Text, second: Text) -> tuple[float, float]:
    """The Jaccard similarity and the containment of two texts' shingles, each 0 to 1."""
    common = len(first.shingles & second.shingles)
    shorter = min(len(first.shingles), len(second.shingles))
    return common / (len(first.shingles) + len(second.shingles) - common), common / shorter


def share(first: Text, second: Text) -> float:
    """The share of the shorter text's words that the longer text has, too, 0 to 1."""
    shorter = min(len(first.words), len(second.words))
    return (first.counts & second.counts).total() / shorter if shorter else 0.0


def same_opening(first: Text, second: Text) -> float:
    """The share of the shorter text's first words that are among the longer text's first words, 0 to 1."""
    shorter, longer = sorted((first, second), key=lambda text: len(text.words))
    opening = Counter(shorter.words[:OPENING_WORDS])
    return (opening & Counter(longer.words[:BEGINNING_WORDS])).total() / max(1, opening.total())


def same_text(first: Text, second: Text, *, same_title: bool, same_frame: bool) -> bool:
    """Do the two texts share enough to be one text, whether whole, shortened, framed or edited?

    ``same_frame`` is true if both have the same frame, as at an aggregator.
    """
    shorter, longer = sorted((first, second), key=lambda text: len(text.words))
    if not shorter.words or (not same_title and len(shorter.words) < SIGNED_WORDS):
        return False
    words, (jaccard, containment) = share(first, second), similarity(first, second)
    if same_title:
        return words >= TITLED_WORDS and containment >= TITLED_PAIRS
    alike = words >= SAME_WORDS and containment >= SAME_PAIRS
    is_part = len(shorter.words) < LEAST_PART * len(longer.words)
    if same_frame:
        return alike and not is_part and (jaccard >= SAME_FRAME or containment >= WHOLE_TEXT)
    opening = same_opening(first, second)
    if is_part:
        return opening >= SAME_OPENING and containment >= BRIEF_PAIRS
    if opening >= SAME_OPENING and containment >= OPENED_PAIRS:
        return True
    return alike and (jaccard >= LEAST_SIMILAR or containment >= WHOLE_TEXT)


def same_page(first: Text, second: Text) -> bool:
    """Do the two pages of one newspaper share enough to be one text at two addresses?"""
    return (
        min(len(first.words), len(second.words)) >= SIGNED_WORDS
        and share(first, second) >= SAME_SITE_WORDS
        and similarity(first, second)[1] >= SAME_SITE_PAIRS
        and same_opening(first, second) >= SAME_SITE_OPENING
    )


# --- Where they differ -------------------------------------------------------------------------


def other_news(first: Text, second: Text, *, same_title: bool, same_day: bool | None) -> bool:
    """Do the differences between two similar texts show that they report different news?"""
    if _other_issue(first, second) or (
        first.is_notice and second.is_notice and _other_notice(first, second, same_day)
    ):
        return True
    pieces = _pieces(first.forms, second.forms)
    if _other_numbers(first, second, pieces) or _other_places(first, second, pieces):
        return True
    if first.is_daily and second.is_daily and sum(1 for _ in _slots(first, second, pieces)) >= NOTICE_SLOTS:
        return True
    if _share_the_end_alone(first, second) or _fill_one_mould(first, second, pieces, same_title=same_title):
        return True
    return not same_title and (_other_names(first, second, pieces) or _item_of_many(first, second))


def _other_issue(first: Text, second: Text) -> bool:
    """Do the titles differ only in a number or a weekday?"""
    if [*map(_form, first.headline)] != [*map(_form, second.headline)]:
        return False
    return any(not _same(a, b) for a, b in zip(first.headline, second.headline, strict=True) if _is_mask(a))


def _other_notice(first: Text, second: Text, same_day: bool | None) -> bool:
    """Do days and figures show that the two notices of one kind differ?"""
    if not same_day:
        jaccard, containment = similarity(first, second)
        if (containment if same_day is None else jaccard) >= SAME_NOTICE:
            return False
        if (first.is_daily and second.is_daily) or not (first.numbers and second.numbers):
            return True
    fewer, more = sorted((first.numbers, second.numbers), key=len)
    return sum(_among(value, more) for value in fewer) < SAME_NUMBERS * len(fewer)


_Piece = tuple[range, range]
"""The index ranges of a piece in both texts."""


@dataclass(frozen=True)
class _Pieces:
    """The alignment of two texts."""

    equal: list[_Piece]
    replaced: list[_Piece]

    @property
    def slots(self) -> list[_Piece]:
        """The replaced pieces that are short enough to fill a slot."""
        return [piece for piece in self.replaced if max(map(len, piece)) <= SLOT_WORDS]


def _pieces(first: Sequence[str], second: Sequence[str]) -> _Pieces:
    if first == second:  # pages of one template, whose alignment would take quadratic time
        return _Pieces([(range(len(first)), range(len(first)))], [])
    aligned = _Pieces([], [])
    for kind, i, j, k, n in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind in ("equal", "replace"):
            (aligned.equal if kind == "equal" else aligned.replaced).append((range(i, j), range(k, n)))
    return aligned


def _other_numbers(first: Text, second: Text, pieces: _Pieces) -> bool:
    """Do the two texts differ only in their numbers?"""
    shorter = min(len(first.forms), len(second.forms))
    agree = differ = 0.0
    for here, there in pieces.equal:
        for i, j in zip(here, there, strict=True):
            a, b = first.tokens[i], second.tokens[j]
            if not _is_mask(a) or _is_year(a):
                continue
            if _same(a, b):
                agree += 1
            elif isinstance(a, float) and isinstance(b, float):
                if _among(a, second.numbers) and _among(b, first.numbers):
                    agree += 0.5  # in another position, like the parts of a decimal in right-to-left order
                elif not _in_other_month(first.tokens, i, second.tokens, j):
                    differ += 1
            else:
                differ += 1
    if sum(len(here) for here, _ in pieces.equal) < SAME_TEMPLATE * shorter:
        return False
    # One different number among others may be an edit, unless the notice has only one number.
    return differ > (1 if agree else 0) and differ >= OTHER_NUMBERS * (agree + differ)


@cache
def month_names() -> list[list[str]]:
    """The folded words of the names of months, in all spellings that ``newscrawl.dates`` reads.

    >>> ["كانون", "الثاني"] in month_names()
    True
    """
    gregorian = names("month", "short_month", "saturday_or_september", "libyan_month")
    hijri = (name for name in names("hijri_month") if not name.isascii())
    return [fold(name).split() for name in (*gregorian, *hijri)]


@cache
def _months() -> frozenset[str]:
    """The first words of the names of months."""
    return frozenset(words[0] for words in month_names())


def _in_other_month(first: Sequence[Token], i: int, second: Sequence[Token], j: int) -> bool:
    """Are the two numbers days of different months? If so, they may be one day in two calendars."""
    a, b = first[i + 1 : i + 2], second[j + 1 : j + 2]
    return a != b and not _months().isdisjoint([*a, *b])


def _slots(first: Text, second: Text, pieces: _Pieces) -> Iterator[tuple[list[str], list[str]]]:
    """The words in each slot of both texts, without words that occur anywhere in the other text."""
    for here, there in pieces.slots:
        own = _words(first, here, second.known), _words(second, there, first.known)
        if all(own):
            yield own


def _words(text: Text, places: range, but: Collection[str]) -> list[str]:
    return [
        token
        for place in places
        if isinstance(token := text.tokens[place], str) and text.forms[place] not in but
    ]


def _other_places(first: Text, second: Text, pieces: _Pieces) -> bool:
    """Do the two texts name different places in the same slot, neither of which occurs in both texts?

    A town and its country count as one place: one newspaper writes ``طهران``, another writes ``إيران``.
    """
    for here, there in pieces.slots:
        ours = _places(first.tokens, here) - second.places
        theirs = _places(second.tokens, there) - first.places
        one_place = any(_is_within(a, b) or _is_within(b, a) for a in ours for b in theirs)
        if ours and theirs and not one_place:
            return True
    return False


def _is_within(town: str, country: str) -> bool:
    places = _gazetteer()
    return places[country].is_country and bool(places[country].countries & places[town].countries)


def _places(tokens: Sequence[Token], span: range) -> set[str]:
    words = (token for place in span if isinstance(token := tokens[place], str))
    return {place for word in words if (place := _place(word))}


def _other_names(first: Text, second: Text, pieces: _Pieces) -> bool:
    """Do slots of one template hold different words from both headlines?

    For a name of two words, one slot is enough; single words need two slots, in texts that are not too
    similar.
    """
    filled: set[tuple[str, str]] = set()
    for ours, theirs in _slots(first, second, pieces):
        own = [form for word in ours if (form := _form(word)) in first.named]
        others = [form for word in theirs if (form := _form(word)) in second.named]
        if own and others and not any(_alike(a, b) for a in own for b in others):
            if min(len(own), len(others)) > 1:
                return True
            filled.add((own[0], others[0]))
    return len(filled) >= FILLED_SLOTS and similarity(first, second)[0] < MOULDED


def _fill_one_mould(first: Text, second: Text, pieces: _Pieces, *, same_title: bool) -> bool:
    """Do the two texts differ in only a few slots, one with a name and one at the beginning?"""
    if similarity(first, second)[0] < MOULDED or not 0 < len(pieces.replaced) <= MOULD_SLOTS:
        return False
    if min(here.start for here, _ in pieces.replaced) >= MOULD_BEGINNING:
        return False
    if not same_title and not (first.named - second.known and second.named - first.known):
        return False
    return any(
        min(len(ours), len(theirs)) > 1 and not any(_alike(a, b) for a in ours for b in theirs)
        for ours, theirs in _slots(first, second, pieces)
        if not any(word.isascii() for word in (*ours, *theirs))  # except addresses, which some pages hide
    )


def _share_the_end_alone(first: Text, second: Text) -> bool:
    """Does neither text contain the other's opening? Then they share only background or a column's footer."""

    def held(text: Text, by: Text) -> float:
        opening = frozenset(shingles(text.words[:OPENING_WORDS]))
        return len(opening & by.shingles) / len(opening)

    return max(held(first, second), held(second, first)) < HELD_OPENING


def _item_of_many(first: Text, second: Text) -> bool:
    """Is one text only an item of the other, which is about something else or about several things?"""
    if same_opening(first, second) >= ITEM_OPENING:
        return False
    jaccard, containment = similarity(first, second)
    own = max(len(first.named - second.known), len(second.named - first.known))
    shorter, longer = sorted((len(first.words), len(second.words)))
    is_held = containment >= WHOLE_TEXT and shorter < ITEM_PART * longer
    return is_held or (own >= OTHER_HEADLINE and jaccard < ITEM_SIMILAR)


# --- Words -------------------------------------------------------------------------------------


def _joined(words: Sequence[str]) -> list[str]:
    """The words, with ``عبد`` joined to the next word: ``عبد العزيز`` and ``عبدالعزيز`` are one name."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "عبد":
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _is_mask(token: Token) -> bool:
    return isinstance(token, float) or token in WEEKDAYS


def _form(token: Token) -> str:
    return _NUMBER if isinstance(token, float) else _WEEKDAY if token in WEEKDAYS else _skeleton(token)


_LETTERS = str.maketrans("غقكگڤپچ", "ججججفبج")
_ARTICLES = ("بال", "كال", "لل", "ال", "ب", "ل", "ك")
_VOWELS = re.compile("[اويه]")


@lru_cache(maxsize=1 << 14)
def _skeleton(word: str) -> str:
    """A word without prefixes and spelling variants: ``الانكليزي`` and ``الانجليزيه`` become equal."""
    rest = word[1:] if word[0] in "وف" and len(word) > 4 else word
    for prefix in _ARTICLES:
        if rest.startswith(prefix) and len(rest) >= len(prefix) + 3:
            rest = rest[len(prefix) :]
            break
    rest = rest.translate(_LETTERS)
    bones = rest[0] + _VOWELS.sub("", rest[1:])
    return bones if len(bones) > 1 else rest


def _alike(first: str, second: str) -> bool:
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE_SPELLING


@dataclass(frozen=True, slots=True)
class _Named:
    """The places that a name stands for."""

    countries: frozenset[str]
    """The countries with a place of that name, ISO 3166."""
    is_country: bool


@cache
def _gazetteer() -> dict[str, _Named]:
    """The one-word names of places in ``places.tsv``, without the article."""
    places: dict[str, _Named] = {}
    common = {_bare(word) for word in _COMMON_NOUNS}
    table = rows("places.tsv", ("name", "kind", "country"), files(__package__).joinpath("places.tsv"))
    for name, kind, country in table:
        word = _bare(fold(name))
        if " " not in word and word not in common:
            known = places.get(word, _Named(frozenset(), False))
            places[word] = _Named(known.countries | {country}, known.is_country or kind == "country")
    return places


def _place(word: str) -> str:
    """The place that a word names, without preposition and article; empty if it names no place.

    >>> _place("والنيبال"), _place("نيبال"), _place("والقاهره")
    ('نيبال', 'نيبال', 'قاهره')
    """
    places = _gazetteer()
    for prefix in ("", "وب", "ول", "و", "ب", "ل", "ف"):
        if word.startswith(prefix) and (rest := _bare(word[len(prefix) :])) in places:
            return rest
    return rest if word.startswith("لل") and (rest := word[2:]) in places else ""


def _bare(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def _is_year(token: Token) -> bool:
    return isinstance(token, float) and any(first <= token < last for first, last in _YEARS)


def _same(first: Token, second: Token) -> bool:
    if isinstance(first, float) and isinstance(second, float):
        return same_number(first, second)
    return first == second


def _among(value: float, values: Sequence[float]) -> bool:
    return value in values or any(same_number(value, candidate) for candidate in values)
