"""Who is credited: the people in an author line, the news agencies, the place that opens a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from newscrawl.page.document import squeeze
from newscrawl.page.headline import bare
from newscrawl.sites.sources import resolve

LED = re.compile(
    r"^(?:(?:كتبت?|كتبها?|بقلم|بواسطة|by|par|written by)(?:\s*[:/|\-–]\s*|\s+)"
    r"|(?:تحرير|[إا]عداد|حوار|حاورت?ه?ا?|ترجمة|متابعة|تقرير|المحررة?|الكاتبة?|مراسلة?|authors?)\s*[:،,/|\-–]\s*)"
    r"(?P<name>\S.{1,80})$",
    re.IGNORECASE,
)
"""A line that names an author after a verb or a label (``بقلم …``, ``إعداد: …``, ``Author, …``)."""
_BETWEEN = re.compile(r"\s*[،,;؛/|&+•·–—]\s*|\s*-\s+|\s+-\s*|\s+ـ+\s+|\s+(?:و|and|et)\s+", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_WHENCE = re.compile(r"(?:^|\s)(?:من|في|لدى|from|à)\s.*")
_LETTERS = re.compile(r"[^\W\d_]+")
_PLACE = re.compile(
    r"(?:ال)?(?:دار|مدينة|مكة|رأس|بيت|خان|بني|كفر|دير|عين|وادي|تل|شرم|مرسى|حفر|جبل|قلعة|[إا]قليم|محافظة"
    r"|ولاية|جهة|عمالة|قطاع|منطقة|شمال|جنوب|شرق|غرب|نيو|سان|لوس|كوالا|هونغ)\s|أبو ظبي"
    r"|.*\s(?:المكرمة|المنورة|المحتلة)$"
)
"""Places of several words: they begin with what they are (``الدار البيضاء``, ``مرسى مطروح``)."""
_OTHER = re.compile(
    r"(?:ال)?(?:مراسل|محرر|كاتب|صحفي|صحافي|باحث|خبير|مدير|رئيس|محلل|محام|[إا]علامي|[أا]كاديمي|ناشط|عضو"
    r"|مستشار|موفد|مبعوث|متدرب|مصور|مترجم|مندوب)(?:[ةيو]|ية|[وي]ن|و?نا|ات)?\b|[أا]ستاذة?\b"
    r"|(?:[أا]خبار|شؤون|قضايا|ملفات?|مقالات|جميع|كل|المزيد|عرض|حول|عن|نبذة|تابع)\b"
    r"|.*\b(?:ال)?(?:وكالات|وكالة|رويترز|فرانس|[أا]ناضول|جريدة|صحيفة|مجلة|موقع|بوابة|منصة|شبكة|قناة|[إا]ذاعة"
    r"|تلفزيون|نيوز|نت|برس|بريس|تحرير|هيئة|متابعة|خاص|فريق|قسم|مكتب|وحدة|ديسك|مركز|مؤسسة|وزارة"
    r"|منذ|قبل|[أا]مس|يوم|ساعة|دقيقة)\b"
    r"|.*\b(?:admin|editor|news|desk|staff|webmaster|reuters|afp|agenc|www|http|reporter|correspond|r[ée]dact)"
    r"|.*[@«»\"“”\d]|.*\.[a-z]{2,3}$",
    re.IGNORECASE,
)
"""What stands in the place of a person: a job, a desk, an agency, a quoted newspaper, a day, an address."""
_LABEL = re.compile(
    r"(?:ال)?(?:تصوير|صور|صورة|مصور|عدسة|فيديو|مونتاج|رسم|رسوم|كاريكاتير|مصدر|[إا]خراج|غرافيك)ة?$"
)
"""What names someone other than the writer."""
_IN_WAW = frozenset(
    "وليد وائل وسام وفاء ولد ولاء وجدي وحيد وهبي وهيب وهبة وسيم وجيه وصفي والي وداد وردة وضاح وفيق ونيس وئام"
    " وصال واصف وصيف وديع وردي وجدان ونس وعد".split()
)
"""Given names whose first letter is no ``and``."""
_OF = frozenset("بن ابن بنت ولد آيت أيت أبو ابو آل عبد".split())
"""What a name goes on after, so that no other begins there."""
_LONGEST = 300
"""Letters of an author line."""
_WORDS = range(2, 7)
"""Words of a name: one alone may be a place, a desk or an alias."""
_OPENING = re.compile(r"^(?P<place>[^\d.،:؟!]{2,40}?)\s*(?:[-–—ـ/|]\s*)(?P<rest>.{2,40}?)\s*(?:[-–—ـ:|)]|$)")
_SIGNATURE = re.compile(r"[^()]{0,15}\((?P<names>[^()]{2,40})\)")
_BRACKET = re.compile(r"^(?P<place>[^\d.،:؟!()]{2,30}?)?\s*[-–—ـ]?\s*\((?P<rest>[^()]{2,40})\)\s*[-–—ـ:]?")


def people(line: str, papers: Iterable[str] = ()) -> list[str]:
    """The names of people in an author line; ``papers`` are the names of the site itself.

    Places, agencies, newspapers, desks and jobs beside them are left out, and so is a single word, which
    is more often a place than a name. What stands before an agency is the place it reports from, unless
    the line says that it was written by it.

    >>> people("سالم الحربي - حائل"), people("وكالات - أبوظبي"), people("كتبت هدى نصار وسعاد بناني")
    (['سالم الحربي'], [], ['هدى نصار', 'سعاد بناني'])
    """
    known = {plain for paper in papers if (plain := bare(paper))}
    line = squeeze(line)
    if len(line) > _LONGEST:
        return []
    led = LED.match(line)
    parts = _BETWEEN.split(led["name"] if led else line)
    agency = [bare(part) in _agencies() for part in parts] + [False]
    found = [
        name
        for index, part in enumerate(parts)
        if led or not agency[index + 1]
        for whole in [_person(part, known)]
        if whole
        for name in _joined(whole)
    ]
    return list(dict.fromkeys(found))


def _person(part: str, papers: set[str]) -> str | None:
    """The name of a person in a part of an author line."""
    if led := LED.match(part):
        part = led["name"]
    label, _, rest = part.rpartition(":")
    if rest.strip() and (label := label.strip()):
        if _LABEL.match(label) or (" " in label and bare(label) not in papers):
            return None
        part = rest
    if any(bare(inner) in _agencies().keys() | papers for inner in _BRACKETS.findall(part)):
        return None
    name = _WHENCE.sub("", _BRACKETS.sub(" ", part)).strip(" :-–—*.ـ")
    plain = bare(name)
    if len(_LETTERS.findall(name)) not in _WORDS or len(name) > 60 or set("()[]<>") & set(name):
        return None
    if plain in _agencies() or resolve(name) or any(f"{plain} ".startswith(f"{paper} ") for paper in papers):
        return None
    return None if _PLACE.match(name) or _OTHER.match(name) else name


def _joined(name: str) -> list[str]:
    """Two names that ``and`` joins; a surname or a given name in its letter joins nothing."""
    words = name.split()
    for index in range(2, len(words) - 1):
        word = words[index]
        if word.startswith("و") and len(word) > 3 and word not in _IN_WAW and words[index - 1] not in _OF:
            return [" ".join(words[:index]), *_joined(" ".join([word[1:], *words[index + 1 :]]))]
    return [name]


@lru_cache(maxsize=1)
def _agencies() -> dict[str, str]:
    table = resources.files("newscrawl.page").joinpath("agencies.tsv").read_text("utf-8")
    rows = (row.split("\t") for row in table.splitlines() if row and not row.startswith("#"))
    return {bare(spelling): name for spelling, name in rows}


def is_signature(line: str) -> bool:
    """Is a last line nothing but agencies, after the initials of an editor perhaps (``س.إ (رويترز)``)?"""
    hit = _SIGNATURE.fullmatch(line)
    names = re.split(r"\s*[،,/]\s*", hit["names"]) if hit else [line]
    return all(bare(name) in _agencies() for name in names)


def agencies(lines: list[str]) -> list[str]:
    """The news agencies credited in the opening, the author line and the last line of an article.

    >>> agencies(["الرباط - و م ع", "قال الوزير إن وكالة رويترز أخطأت في نقل الخبر."])
    ['و م ع']
    """
    found: list[str] = []
    known = _agencies()
    for line in lines:
        parts = [line] if len(line.split()) <= 4 else []
        for pattern in (_BRACKET, _OPENING):
            if hit := pattern.match(line):
                parts += [hit["rest"], hit["place"] or ""]
        if tail := re.search(r"[(/]\s*([^()/]{2,30})\s*[)/]?\s*$", line):
            parts.append(tail[1])
        for part in parts:
            for piece in re.split(r"\s*[-–—/،,+|()]\s*|\s+ـ\s+|\s+و(?=[أا]\s|وكالات)", part):
                if (name := known.get(bare(piece))) and name not in found:
                    found.append(name)
    return found


def dateline(paragraph: str) -> str | None:
    """Place and agency that open a text.

    >>> dateline("الرباط - و م ع: انطلقت أشغال القمة اليوم بالعاصمة")
    'الرباط - و م ع'
    >>> dateline("انطلقت أشغال القمة - بعد تأجيلها مرتين - بالعاصمة") is None
    True
    """
    for pattern in (_BRACKET, _OPENING):
        hit = pattern.match(paragraph)
        if hit and agencies([f"x ({hit['rest']})"]) and len((hit["place"] or "").split()) <= 3:
            return paragraph[: hit.end()].strip(" -–—ـ:|") if hit["place"] else None
    return None
