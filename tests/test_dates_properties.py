"""Properties of every date and every text: written dates are read back, noise changes nothing."""

import datetime as dt
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hijridate import Gregorian
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.dates import machine, parse, reading
from newscrawl.dates.publishing import Options
from newscrawl.dates.tables import rows
from newscrawl.dates.usual import read_usual
from newscrawl.dates.words import KINDS, fold, names, spellings
from tests.date_lists import NOW, load
from tests.trials import growth, size

VOCABULARY = list(rows("words.tsv", ("kind", "value", "forms")))


def forms(kind: str) -> dict[int, list[str]]:
    """The values of one kind of word → their spellings."""
    table: dict[int, list[str]] = {}
    for name, value, written in VOCABULARY:
        if name == kind:
            table.setdefault(int(value), []).extend(spellings(written))
    return table


MONTHS, HIJRI_MONTHS, WEEKDAYS = forms("month"), forms("hijri_month"), forms("weekday")
ORDINALS = forms("ordinal")
DIGITS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]

days = st.dates(dt.date(1950, 1, 1), dt.date(2045, 12, 31))
times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
draw_from = st.sampled_from
quick = settings(max_examples=size(30_000), deadline=None, derandomize=True)


@st.composite
def gregorian(draw: st.DrawFn) -> tuple[str, dt.date]:
    """A day written in one of the supported Gregorian forms."""
    day = draw(days)
    month = draw(draw_from(MONTHS[day.month]))
    number = draw(draw_from([f"{day.day}", f"{day.day:02}"]))
    two = f"{day.month:02}"
    return draw(
        draw_from(
            [
                f"{number} {month} {day.year}",
                f"{number} {month}، {day.year}",
                f"{number}-{month}-{day.year}",
                f"{number} / {month} / {day.year}",
                f"{number} من {month} {day.year}",
                f"{number} من شهر {month} سنة {day.year}",
                f"{month} {number}, {day.year}",
                f"{day.year} {month} {number}",
                f"{number} {month} {day.year}م",
                f"{number} {month}/{MONTHS[day.month][0]} {day.year}",
                f"{draw(draw_from(ORDINALS[day.day]))} من {month} {day.year}",
                f"{number}/{day.month}/{day.year}",
                f"{number}/{two}/{day.year} م",
                f"{number} - {two} - {day.year}",
                f"{number}.{two}.{day.year}",
                f"{day:%Y-%m-%d}",
                f"{day:%Y/%m/%d}",
            ]
        )
    ), day


@st.composite
def hijri(draw: st.DrawFn) -> tuple[str, dt.date]:
    """A day written in the Umm al-Qura calendar."""
    day = draw(days)
    written = Gregorian(day.year, day.month, day.day).to_hijri()
    month = draw(draw_from(HIJRI_MONTHS[written.month]))
    year, number, two = written.year, written.day, f"{written.month:02}"
    era = draw(draw_from(["هـ", " هـ", " هجرية", " للهجرة", " ه"]))
    return draw(
        draw_from(
            [
                f"{number} {month} {year}",
                f"{number} {month} {year}{era}",
                f"{number} من {month} لعام {year}{era}",
                f"{number:02} {month}، {year}{era}",
                f"{month} {number}, {year}{era}",
                f"{number}/{two}/{year}{era}",
                f"{year}/{two}/{number:02}{era}",
            ]
        )
    ), day


@st.composite
def clock(draw: st.DrawFn) -> tuple[str, dt.time]:
    """A time of day in one of the supported forms, with the separator between it and a date."""
    at = draw(times)
    half = "ص" if at.hour < 12 else "م"
    word = "صباحا" if at.hour < 12 else "مساءً"
    hour = at.hour % 12 or 12
    gap = draw(draw_from([" - ", " ", " | ", "، ", " الساعة ", " على الساعة ", " @ ", " في تمام الساعة "]))
    text = draw(
        draw_from(
            [
                f"{at:%H:%M}",
                f"{at:%H:%M}:30",
                f"{at:%H}h{at:%M}",
                f"{hour}:{at:%M} {half}",
                f"{hour:02}:{at:%M} {word}",
            ]
        )
    )
    return gap + text, at


def dress(draw: Callable[..., Any], text: str) -> str:
    """The same text as a page may print it: other digits, invisible marks, tashkeel, tatweel."""
    digits = draw(draw_from(DIGITS))
    text = text.translate(str.maketrans(DIGITS[0], digits))
    seed = draw(st.integers(0, 10**6))
    rng = random.Random(seed)
    dressed = []
    for index, letter in enumerate(text):
        dressed.append(letter)
        following = text[index + 1 : index + 2]
        if rng.random() < 0.15:
            arabic = "ء" <= letter <= "ي"
            marks = ["\u200f", "\u200e", "\u202b", "\u202c", "\u061c", "\ufeff"]
            if arabic:
                marks += ["\u064e", "\u064f", "\u0650", "\u0651", "\u0652", "\u064b"]
                if "ء" <= following <= "ي":
                    marks += ["ـ", "ـــ"]
            dressed.append(rng.choice(marks))
    text = "".join(dressed)
    if draw(st.booleans()):
        text = text.replace(" ", draw(draw_from(["\u00a0", "\u2009", "  ", "\n", "\t "])))
    if draw(st.booleans()):
        text = re.sub("[أإآ]", "ا", text).replace("ي", "ی").replace("ك", "ک")
    return text


BEFORE = [
    "", "", "نشر في ", "نُشر بتاريخ: ", "تاريخ النشر: ", "آخر تحديث: ", "الرباط - ", "الدار البيضاء، ",
    "كتب: محمد العلوي | ", "نشر في المساء يوم ", "نشر في الأيام 24 يوم ", "و م ع - ", "العدد : 6816 - ",
    "سياسة | ", "بقلم سعيد أمين • ", "أخبارنا المغربية ـ ", "\n   ", "(", "Publié le ", "هسبريس من الرباط ",
]  # fmt: skip
AFTER = [
    "",
    "",
    " ",
    " | 532 مشاهدة",
    " - الرباط",
    " |",
    ".",
    ")",
    " | كتب: سارة",
    "\n\n",
    " واس",
    " • سياسة",
    " - العدد : 6816",
]


@quick
@given(st.data(), gregorian(), draw_from(BEFORE), draw_from(AFTER), st.booleans())
def test_gregorian_dates_are_read_back(
    data: st.DataObject, written: tuple[str, dt.date], before: str, after: str, named: bool
) -> None:
    text, day = written
    weekday = data.draw(draw_from(WEEKDAYS[day.weekday()]))
    text = f"{weekday} {text}" if named else text
    text = before + dress(data.draw, text) + after
    published = parse(text)
    assert published is not None, ascii(text)
    assert published.date == day
    assert published.time is None
    assert published.warnings == ()


@quick
@given(st.data(), hijri(), draw_from(BEFORE), draw_from(AFTER))
def test_hijri_dates_are_read_back(
    data: st.DataObject, written: tuple[str, dt.date], before: str, after: str
) -> None:
    text, day = written
    bare_digits = text.replace("/", "").isdecimal()
    text = before + dress(data.draw, text) + after
    published = parse(text)
    assert published is not None, ascii(text)
    assert not bare_digits
    assert (published.date, published.calendar) == (day, "hijri")
    assert published.hijri is not None
    assert published.hijri.day == published.hijri.printed


@quick
@given(st.data(), gregorian(), clock(), draw_from(BEFORE), draw_from(["", " |", "\n", " - الرباط"]))
def test_times_are_read_back(
    data: st.DataObject, written: tuple[str, dt.date], at: tuple[str, dt.time], before: str, after: str
) -> None:
    text = before + dress(data.draw, written[0] + at[0]) + after
    published = parse(text)
    assert published is not None, ascii(text)
    assert published.date == written[1]
    assert published.time is not None, ascii(text)
    assert published.time.replace(second=0) == at[1]


@quick
@given(
    st.data(),
    gregorian(),
    draw_from([" الموافق ", " - ", " | ", " / ", "، ", " الموافق لـ ", " موافق ل "]),
    st.integers(-1, 1),
    st.booleans(),
)
def test_a_gregorian_date_takes_precedence_over_a_hijri_date(
    data: st.DataObject, written: tuple[str, dt.date], link: str, shift: int, hijri_first: bool
) -> None:
    text, day = written
    other = day + dt.timedelta(days=shift)
    printed = Gregorian(other.year, other.month, other.day).to_hijri()
    hijri_text = f"{printed.day} {data.draw(draw_from(HIJRI_MONTHS[printed.month]))} {printed.year} هـ"
    text = hijri_text + link + text if hijri_first else text + link + hijri_text
    published = parse(dress(data.draw, text))
    assert published is not None, ascii(text)
    assert (published.date, published.calendar) == (day, "both")
    assert published.hijri is not None
    assert published.hijri.printed == f"{printed.year}-{printed.month:02}-{printed.day:02}"
    assert published.warnings == ()


@quick
@given(st.integers(1900, 2049), st.integers(0, 40), st.integers(0, 15))
def test_impossible_days_are_refused_in_every_form(year: int, day: int, month: int) -> None:
    try:
        expected: dt.date | None = dt.date(year, month, day)
    except ValueError:
        expected = None
    swapped = dt.date(year, day, month) if 1 <= day <= 12 < month else expected  # the month first
    for text, day_of_it in (
        (f"{day}/{month}/{year}", swapped),
        (f"{year}-{month:02}-{day:02}", expected),
        (f"{day:02}.{month:02}.{year}", expected),
    ):
        published = parse(text)
        if day_of_it in (None, dt.date(1900, 1, 1), dt.date(1970, 1, 1)):
            assert published is None
        else:
            assert published is not None
            assert published.date == day_of_it


@quick
@given(
    days,
    st.times(),
    draw_from(["", "Z", "+0100", "+03:00", "-05:30", "-00:30", "+14:00", "+14:15", "-12:30", "+01:07"]),
    draw_from(["", "T%H:%M", " %H:%M", "T%H:%M:%S", " %H:%M:%S", "T%H:%M:%S.%f"]),
    draw_from([None, "Africa/Casablanca", "Asia/Riyadh"]),
    st.booleans(),
)
def test_the_fast_path_of_iso_stamps_reads_what_the_grammar_reads(
    day: dt.date, time: dt.time, offset: str, form: str, timezone: str | None, false: bool
) -> None:
    text = f"{day}{time.strftime(form)}{offset if form else ''}"
    options = {"timezone": timezone, "now": NOW, "false_zone": false}
    short = parse(text, **options)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "_ISO", re.compile("(?!)"))
        assert parse(text, **options) == short  # type: ignore[arg-type]


@quick
@given(gregorian(), draw_from([
    "شارع {}", "القرار رقم {}", "العدد {}", "تاريخ الميلاد: {}", "قبل {}", "حتى {}", "منذ {}",
    "من {} إلى 30 ماي 2046", "25 و{}",
]))  # fmt: skip
def test_references_limits_and_ranges_are_not_dates_of_publication(
    written: tuple[str, dt.date], frame: str
) -> None:
    text, day = written
    if frame.startswith("25") and (
        day.day == 25 or not text[0].isdecimal() or text.startswith(str(day.year))
    ):
        return
    published = parse(frame.format(text))
    assert published is None, frame.format(text)


@quick
@given(st.integers(2, 59), draw_from(["منذ", "قبل", "مند"]), draw_from(DIGITS))
def test_counted_minutes_hours_and_days(count: int, ago: str, digits: str) -> None:
    for unit, length in (("دقيقة", "minutes"), ("ساعة", "hours"), ("يوما", "days")):
        text = f"{ago} {count} {unit}".translate(str.maketrans(DIGITS[0], digits))
        published = parse(text, now=NOW)
        assert published is not None
        moment = NOW - dt.timedelta(**{length: count})
        assert published.date == moment.date()
        assert published.time == (None if length == "days" else moment.time())


@quick
@given(st.text(max_size=200))
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@quick
@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    parse(text, now=NOW, timezone="Africa/Casablanca", country="MA")


ALPHABET = (
    [form for _kind, _value, written in VOCABULARY for form in spellings(written)]
    + [
        " ",
        " ",
        " ",
        "-",
        "/",
        ".",
        ":",
        "،",
        "|",
        "(",
        ")",
        "+",
        "و",
        "هـ",
        "م",
        "\u200f",
        "ـ",
        "\n",
        "ﷺ",
        "ﷻ",
    ]
    + [
        str(number)
        for number in (*range(32), 45, 99, 1300, 1403, 1445, 1446, 1500, 1900, 2024, 2026, 2049, 21130)
    ]
)


@pytest.mark.trials
def test_random_and_mutated_texts_never_raise() -> None:
    rng = random.Random(1445)
    seeds = [one.raw for one in load("dates_dev.tsv") + load("dates_more.tsv")]
    for number in range(size(1_000_000)):
        if number % 2:
            pieces = [rng.choice(ALPHABET) for _ in range(rng.randrange(1, 60 if number % 10 == 1 else 12))]
            text = rng.choice(["", " "]).join(pieces)
        else:
            letters = list(rng.choice(seeds))
            for _ in range(rng.randrange(1, 6)):
                at = rng.randrange(len(letters) + 1)
                match rng.randrange(4):
                    case 0:
                        letters.insert(at, rng.choice(ALPHABET))
                    case 1:
                        del letters[at : at + rng.randrange(1, 4)]
                    case 2:
                        letters[at : at + 1] = [chr(rng.randrange(0x20, 0x700))]
                    case _:
                        letters[at:at] = letters[at - 8 : at] * rng.randrange(1, 10)
            text = "".join(letters)
        published = parse(text, now=NOW, timezone="Africa/Casablanca", country="MA")
        assert published is None or published.raw == text


@pytest.mark.parametrize(
    "piece",
    ["1/", "1 ", "27 مارس ", "27-03-", "منذ 3 ساعات و ", "14:30 ", "الساعة 9 ", "ﷺ", "j ", "( ", "في "],
)
def test_the_cost_of_repetitions_grows_with_their_length(piece: str) -> None:
    assert (
        growth(
            lambda text: [parse(text, now=NOW) for _ in range(20)], lambda n: piece * (n // len(piece)), 300
        )
        <= 2.5
    )
    assert growth(lambda text: parse(text, now=NOW), lambda n: piece * (n // len(piece)), 40_000) <= 2.5


def test_the_usual_line_is_read_as_the_grammar_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of reading agree for any weekday, month, clock time and marks."""
    dice = random.Random(5)
    arabic = [name for kind in KINDS for name in names(kind) if re.fullmatch("[ء-ي]+", name)]
    months = [name for name in names("month", "short_month", "libyan_month", "hijri_month") if name in arabic]
    weekdays = [name for name in names("weekday", "weekday_letter") if name in arabic]
    gaps = [*([" "] * 12), "، ", ", ", " - ", " | ", "|", "\u00a0", "  ", "\n", ": "]
    fast = 0
    for _ in range(size(100_000)):
        month, weekday = (
            dice.choice(["", "", "", "و", "ب", "ال"]) + dice.choice(own if dice.random() < 0.85 else arabic)
            for own in (months, weekdays)
        )
        day, year = (
            dice.choice([f"{dice.randrange(33)}", f"{dice.randrange(32):02}"]),
            dice.randrange(1895, 2055),
        )
        text = dice.choice(gaps).join(["", weekday]) + dice.choice(gaps) if dice.random() < 0.5 else ""
        text += f"{day}{dice.choice(gaps)}{month}{dice.choice(gaps)}{year}"
        if dice.random() < 0.7:
            clock = f"{dice.randrange(25):0{dice.choice([1, 2])}}:{dice.randrange(62):02}"
            text += dice.choice(gaps) + clock + dice.choice(["", "", " م", " ص", "ص", " مساء", ":22", " GMT"])
        options = Options(
            dice.choice([None, "Africa/Casablanca"]), dice.choice([None, "MA", "SA"]),
            dice.choice([None, NOW]), dice.random() < 0.2, dice.random() < 0.2,
        )  # fmt: skip
        is_read, published = read_usual(text, options)
        if is_read:
            fast += 1
            with monkeypatch.context() as patched:
                patched.setattr(reading, "read_usual", lambda *_: (False, None))
                assert published == parse(text, **options._asdict()), text
    assert fast > size(100_000) / 20


@pytest.mark.parametrize("piece", ["\u0651\u064e", "\u0315\u0300", "{", "{a,b"])
def test_the_cost_of_words_grows_with_their_length(piece: str) -> None:
    for function in (fold, spellings):
        assert growth(function, lambda n: "خبر" + piece * (n // len(piece)), 40_000) <= 2.5
