"""Whether two texts are one: copied, cut, framed or edited, or one mould filled with other news.

What two texts share makes them alike, and what differs decides. A telegram to another country, the weather
of another day and the police report of another town share most of their words. They differ where the mould
has a slot: in a place, in the words of the headline, in numbers. Numbers are compared by value.

All words are folded (``newscrawl.text.fold``). The figures behind the constants are printed by
``benchmarks/identity.py``.
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
"""A shorter text (``شاهد الفيديو``) is no evidence: it has no bands, and counts only under one title."""
SAME_WORDS, SAME_PAIRS = 0.68, 0.45
"""Share of the shorter text's words, and of its shingles, that a copy under another title shares.
A fifth of the words changed leaves 0.80 and 0.64; a follow-up that repeats 60 % leaves 0.63 and 0.60."""
TITLED_WORDS, TITLED_PAIRS = 0.55, 0.40
"""The same under one title, which is evidence too: for a copy that was cut and framed."""
LEAST_SIMILAR = 0.3
"""Similarity of copies under two titles, unless one holds the other whole or begins as the other. A digest or
a sequel that repeats two thirds of a text is less similar to it; a framed copy of an edited one is not."""
LEAST_PART = 0.33
"""A shorter part of a text is a quotation, or one item among others, unless the text begins with it."""
OPENING_WORDS, BEGINNING_WORDS = 25, 40
"""A text begins as another when its first 25 words stand among the other's first 40."""
SAME_OPENING, OPENED_PAIRS = 0.7, 0.5
"""Share of the opening, and of the shorter text's shingles, that a copy shares which begins as the other
text."""
BRIEF_PAIRS = 0.6
"""The latter where the copy is a brief: a part of less than :data:`LEAST_PART`."""
SAME_SITE_WORDS, SAME_SITE_PAIRS, SAME_SITE_OPENING = 0.85, 0.7, 0.8
"""What one newspaper's second page of a text shares with the first, at a new address or on another day. The
frame that all of its pages have in common is no evidence, and it repeats its own background in what
follows."""
SAME_FRAME = 0.6
"""Similarity of copies at one aggregator, where what surrounds the texts is common to all of them."""
WHOLE_TEXT = 0.85
"""Share of a text's shingles from which a copy holds it whole, and is not an edited one."""

COMPARED_WORDS = 600
"""Words of a text in which places, names and numbers are compared one by one."""
OTHER_NUMBERS = 0.4
"""Share of other numbers, in the same places, from which two texts are notices of one kind."""
SAME_TEMPLATE = 0.7
"""Share of the words that such texts have in common, in their order, numbers aside."""
SAME_NUMBERS = 0.7
"""Share of the numbers that copies of a recurring notice of one day have in common."""
SAME_NOTICE = 0.95
"""Similarity from which a recurring notice is the same one although its day differs, and containment from
which it is the same although its day is not known: a page that holds it may have any frame."""
SLOT_WORDS = 12
"""A longer piece that differs is another paragraph and not the filling of a slot."""
FILLED_SLOTS, MOULDED = 2, 0.62
"""Slots with words of both headlines from which two texts are of one mould, and the similarity up to which.
Of copies that are more alike, both words say the same: ``أواني الطبخ`` and ``أواني الطهي``."""
MOULD_SLOTS, MOULD_BEGINNING = 4, 30
"""Pieces that differ in two texts of one mould, at most, and words among which the first of them stands."""
HELD_OPENING = 0.1
"""Share of a text's opening, in shingles, that a copy holds anywhere, if it does not hold the other's."""
NOTICE_SLOTS = 3
"""Slots with any words from which two notices of a day are two, like the weather of morning and evening."""
ALIKE_SPELLING = 0.7
"""Similarity of two spellings of one name: ``تشيلسي`` and ``تشلسي``."""
OTHER_HEADLINE, ITEM_OPENING, ITEM_SIMILAR = 3, 0.35, 0.5
"""A text is one item of a digest when the headline of one has so many words that only its own text bears
out, the two begin otherwise and are not more similar than that."""
ITEM_PART = 0.5
"""A text that holds another whole, not at its beginning, and is twice as long, has other items, too."""
NOTICE_OPENING = 12
"""Words of a text in which a recurring notice says what it is."""

WEEKDAYS = frozenset("الاثنين الاحد الثلاثاء الاربعاء الخميس الجمعه السبت".split())
_WEEKDAY, _NUMBER = "@", "#"
_YEARS = ((1300, 1500), (1900, 2100))

_RECURRING = re.compile(
    r"\b(?:ال|و|ل|لل|ب|بال)?(?:طقس|ارصاد|اسعار|سعر|عملات|توقعات الابراج|برجك|حظك|بورصه|صيدليات|امساكيه"
    r"|تساقطات|نشره|مواقيت|درجات الحراره|مقاييس الامطار|(?:مواعيد|اوقات) (?:ال)?صلاه)\b"
)
"""What notices are about that return with other figures."""
_DAILY = re.compile(
    r"\b(?:ال|و|ل|لل|ب|بال)?(?:ارصاد|(?:حاله|توقعات|احوال|يكون|يسود|يبقي) (?:ال)?طقس"
    r"|طقس (?:اليوم|غدا|ليوم|يوم)|الطقس المتوقع|توقعات الابراج|برج الحمل|برجك|حظك|صيدليات|امساكيه|مواقيت"
    r"|درجات الحراره|مقاييس الامطار)\b"
)
"""What such notices are about, as their openings say; prices are spoken of in other news, too."""
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
"""Words of names of places that are words of the language, too."""


@dataclass(frozen=True)
class Text:
    """What is compared of an article's text."""

    title: list[str]
    """The folded words of the title."""
    words: list[str]
    """The words of lede and body, without what is not the newspaper's own."""

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word stands in the text."""
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
        """The tokens as they are aligned: numbers and weekdays masked, words without what spelling varies."""
        return [_form(token) for token in self.tokens]

    @cached_property
    def numbers(self) -> list[float]:
        """The values of the numbers."""
        return [token for token in self.tokens if isinstance(token, float)]

    @cached_property
    def known(self) -> frozenset[str]:
        """The forms of all words, of the title too."""
        return frozenset(map(_form, {*_joined(self.words), *_joined(self.title)}))

    @cached_property
    def headline(self) -> list[Token]:
        """The tokens of the title."""
        return with_values(_joined(self.title))

    @cached_property
    def named(self) -> frozenset[str]:
        """The forms of the title's words that the text bears out: what it is about."""
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
        """Is it a notice that returns with other figures, as title or opening say (``أسعار العملات``)?"""
        return self.is_daily or bool(_RECURRING.search(" ".join(self.title)))

    @cached_property
    def is_daily(self) -> bool:
        """Does the opening say that it is a notice of the day (``توقعت مصلحة الأرصاد``)?"""
        return bool(_DAILY.search(" ".join(self.words[:NOTICE_OPENING])))


# --- What two texts share ----------------------------------------------------------------------


def similarity(first: Text, second: Text) -> tuple[float, float]:
    """Jaccard similarity and containment of two texts' shingles, each 0 to 1."""
    common = len(first.shingles & second.shingles)
    shorter = min(len(first.shingles), len(second.shingles))
    return common / (len(first.shingles) + len(second.shingles) - common), common / shorter


def share(first: Text, second: Text) -> float:
    """The share of the shorter text's words that the longer one has too, 0 to 1."""
    shorter = min(len(first.words), len(second.words))
    return (first.counts & second.counts).total() / shorter if shorter else 0.0


def same_opening(first: Text, second: Text) -> float:
    """The share of the shorter text's first words that stand among the other's first ones, 0 to 1."""
    shorter, longer = sorted((first, second), key=lambda text: len(text.words))
    opening = Counter(shorter.words[:OPENING_WORDS])
    return (opening & Counter(longer.words[:BEGINNING_WORDS])).total() / max(1, opening.total())


def same_text(first: Text, second: Text, *, same_title: bool, same_frame: bool) -> bool:
    """Is one text the other's, whole, cut, framed or edited, for all that they share?

    ``same_frame`` says that both stand in one frame, as at an aggregator.
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
    """Are two texts of one newspaper one text at two addresses, for all that they share?"""
    return (
        min(len(first.words), len(second.words)) >= SIGNED_WORDS
        and share(first, second) >= SAME_SITE_WORDS
        and similarity(first, second)[1] >= SAME_SITE_PAIRS
        and same_opening(first, second) >= SAME_SITE_OPENING
    )


# --- Where they differ -------------------------------------------------------------------------


def other_news(first: Text, second: Text, *, same_title: bool, same_day: bool | None) -> bool:
    """Do two texts that share most of their words tell different news, as the places where they differ
    show?
    """
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
    """Do the titles differ in a number or a weekday alone?"""
    if [*map(_form, first.headline)] != [*map(_form, second.headline)]:
        return False
    return any(not _same(a, b) for a, b in zip(first.headline, second.headline, strict=True) if _is_mask(a))


def _other_notice(first: Text, second: Text, same_day: bool | None) -> bool:
    """Are two notices of one kind not the same one, as days and figures say?"""
    if not same_day:
        jaccard, containment = similarity(first, second)
        if (containment if same_day is None else jaccard) >= SAME_NOTICE:
            return False
        if (first.is_daily and second.is_daily) or not (first.numbers and second.numbers):
            return True
    fewer, more = sorted((first.numbers, second.numbers), key=len)
    return sum(_among(value, more) for value in fewer) < SAME_NUMBERS * len(fewer)


_Piece = tuple[range, range]
"""Places in one text and in the other."""


@dataclass(frozen=True)
class _Pieces:
    """How two texts are aligned."""

    equal: list[_Piece]
    replaced: list[_Piece]

    @property
    def slots(self) -> list[_Piece]:
        """The replaced pieces that are short enough for the filling of a slot."""
        return [piece for piece in self.replaced if max(map(len, piece)) <= SLOT_WORDS]


def _pieces(first: Sequence[str], second: Sequence[str]) -> _Pieces:
    if first == second:  # as any two pages of one template are: quadratic otherwise
        return _Pieces([(range(len(first)), range(len(first)))], [])
    aligned = _Pieces([], [])
    for kind, i, j, k, n in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind in ("equal", "replace"):
            (aligned.equal if kind == "equal" else aligned.replaced).append((range(i, j), range(k, n)))
    return aligned


def _other_numbers(first: Text, second: Text, pieces: _Pieces) -> bool:
    """Are two texts one but for the numbers in it?"""
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
                    agree += 0.5  # moved, like the parts of a decimal that is printed from right to left
                elif not _in_other_month(first.tokens, i, second.tokens, j):
                    differ += 1
            else:
                differ += 1
    if sum(len(here) for here, _ in pieces.equal) < SAME_TEMPLATE * shorter:
        return False
    # One number among others may be an edit; a notice of one number has no other.
    return differ > (1 if agree else 0) and differ >= OTHER_NUMBERS * (agree + differ)


@cache
def month_names() -> list[list[str]]:
    """The folded words of the names of months, in every spelling that ``newscrawl.dates`` reads.

    >>> ["كانون", "الثاني"] in month_names()
    True
    """
    gregorian = names("month", "short_month", "saturday_or_september", "libyan_month")
    hijri = (name for name in names("hijri_month") if not name.isascii())
    return [fold(name).split() for name in (*gregorian, *hijri)]


@cache
def _months() -> frozenset[str]:
    """The first words of these names."""
    return frozenset(words[0] for words in month_names())


def _in_other_month(first: Sequence[Token], i: int, second: Sequence[Token], j: int) -> bool:
    """Are the numbers days of two months? They may be one day in two calendars."""
    a, b = first[i + 1 : i + 2], second[j + 1 : j + 2]
    return a != b and not _months().isdisjoint([*a, *b])


def _slots(first: Text, second: Text, pieces: _Pieces) -> Iterator[tuple[list[str], list[str]]]:
    """The words that stand in the same place of two texts, and which the other text has nowhere."""
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
    """Does each name a place where the other names another one, and neither names both?

    A town and its country are one place: one newspaper reports from ``طهران``, another from ``إيران``.
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


def _places(tokens: Sequence[Token], where: range) -> set[str]:
    words = (token for place in where if isinstance(token := tokens[place], str))
    return {place for word in words if (place := _place(word))}


def _other_names(first: Text, second: Text, pieces: _Pieces) -> bool:
    """Do the words of the two headlines stand against each other in the slots of one mould?

    A name of two words in one slot says it; single words say it in two slots of texts that are not too alike.
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
    """Are two texts equal but for a few slots, of which one holds a name and one stands at the beginning?"""
    if similarity(first, second)[0] < MOULDED or not 0 < len(pieces.replaced) <= MOULD_SLOTS:
        return False
    if min(here.start for here, _ in pieces.replaced) >= MOULD_BEGINNING:
        return False
    if not same_title and not (first.named - second.known and second.named - first.known):
        return False
    return any(
        min(len(ours), len(theirs)) > 1 and not any(_alike(a, b) for a in ours for b in theirs)
        for ours, theirs in _slots(first, second, pieces)
        if not any(word.isascii() for word in (*ours, *theirs))  # addresses and e-mails, which pages hide
    )


def _share_the_end_alone(first: Text, second: Text) -> bool:
    """Does neither text hold how the other begins? Then they share a background, or a column's last lines."""

    def held(text: Text, by: Text) -> float:
        opening = frozenset(shingles(text.words[:OPENING_WORDS]))
        return len(opening & by.shingles) / len(opening)

    return max(held(first, second), held(second, first)) < HELD_OPENING


def _item_of_many(first: Text, second: Text) -> bool:
    """Is one text an item that the other, about something else or about many things, holds too?"""
    if same_opening(first, second) >= ITEM_OPENING:
        return False
    jaccard, containment = similarity(first, second)
    own = max(len(first.named - second.known), len(second.named - first.known))
    shorter, longer = sorted((len(first.words), len(second.words)))
    is_held = containment >= WHOLE_TEXT and shorter < ITEM_PART * longer
    return is_held or (own >= OTHER_HEADLINE and jaccard < ITEM_SIMILAR)


# --- Words -------------------------------------------------------------------------------------


def _joined(words: Sequence[str]) -> list[str]:
    """Words with ``عبد`` joined to what follows: ``عبد العزيز`` and ``عبدالعزيز`` are one name."""
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
    """A word without its prefixes and without what spelling varies: ``الانكليزي`` and ``الانجليزيه`` are
    one.
    """
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
    """What a name stands for."""

    countries: frozenset[str]
    """The countries that have a place of that name, ISO 3166."""
    is_country: bool


@cache
def _gazetteer() -> dict[str, _Named]:
    """The names of places in ``places.tsv`` that are one word, without the article."""
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
    """The place that a word names, without preposition and article; empty where it names none.

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
