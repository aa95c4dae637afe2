"""Labelled articles, some of which are copies of others: our own stories, with changes that newspapers make.

Every story of the recording is the original of a group; fixed rules and a fixed seed produce its copies.
``data/pairs.json`` has the articles that must never be linked: recurring notices, follow-ups that repeat the
background, other stories under one title.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from newscrawl import identity
from newscrawl.comparison import similarity
from newscrawl.identity import identify, text_of
from newscrawl.items import Article, Http, MadeBy, PublishedDetail
from newscrawl.signatures import band_keys
from newscrawl.store.links import SHARED
from newscrawl.urls import key
from recordings.stories import Story, read_all

HERE = Path(__file__).parent
DATA = json.loads((HERE / "data" / "pairs.json").read_text("utf-8"))
SPAN = dt.date(2024, 4, 2)
SEEN = dt.datetime(2024, 4, 20, 12, tzinfo=dt.UTC)
WEEKDAYS = "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد".split()


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """One labelled article."""

    group: str
    """Articles of one group are copies of one another."""
    variant: str
    """What was done to the original."""
    article: Article


def article(url: str, title: str, body: str, day: dt.date | None, **fields: Any) -> Article:
    """An article as the pipelines hand it to the writer."""
    site = re.sub(r"^www\.|\.\w+$", "", url.split("/")[2])
    made = Article(
        url=url,
        urls=[url],
        keys=[key(url)],
        source=site,
        source_name=site,
        site=site,
        title=title,
        body=body,
        word_count=len(body.split()),
        lang="ar",
        day=str(day) if day else None,
        published=PublishedDetail(origin="markup") if day else None,
        origins={"title": "markup", "body": "markup"},
        http=Http(status=200, fetched_at=SEEN),
        made_by=MadeBy(
            newscrawl="1",
            spider=site,
            markup="1",
            clean=1,
            fold=1,
            reader=1,
            dates=1,
            urls=1,
            identity=3,
            schema=1,
        ),
        run="pairs",
        first_seen_at=SEEN,
        last_seen_at=SEEN,
        checked_at=SEEN,
    )
    return identify(replace(made, **fields))


def records(seed: int = 1445) -> list[LabelledArticle]:
    """All labelled articles, in random order."""
    chance = random.Random(seed)
    found = [*_copies(chance), *_notices(chance), *_others()]
    chance.shuffle(found)
    return found


def shapes(seed: int = 1445) -> list[LabelledArticle]:
    """More labelled articles, in forms that real news has: one template for many events, numbers in words,
    briefs, digests, copies of copies, and several pages of one newspaper with one text.
    """
    chance = random.Random(seed)
    made = [*_moulds(chance), *_values(), *_parts(chance)]
    chance.shuffle(made)
    return made


def labelled_pairs(found: list[LabelledArticle]) -> Iterator[tuple[str, LabelledArticle, LabelledArticle]]:
    """The pairs of the set: each original with each of its copies, and those that must not be linked."""
    groups: dict[str, list[LabelledArticle]] = {}
    for record in found:
        groups.setdefault(record.group.split("#")[0], []).append(record)
    for members in groups.values():
        for one, other in combinations(members, 2):
            if one.group != other.group:
                yield f"other {one.variant}", one, other
            elif one.variant == "original":
                yield other.variant, one, other
            elif other.variant == "original" or not one.group.startswith("story"):
                yield one.variant, one, other


def decided(documents: Sequence[dict[str, Any]], shared: float = SHARED) -> dict[str, str]:
    """The stories of a whole collection by the rule, one article after the other."""
    texts = {doc["_id"]: text_of(doc) for doc in documents}
    holders: dict[Any, dict[str, dict[str, Any]]] = defaultdict(dict)
    story: dict[str, str] = {}
    by_id = {doc["_id"]: doc for doc in documents}
    for doc in sorted(documents, key=identity.order):
        text, likeness, keys = texts[doc["_id"]], [], {doc["title_key"], *keys_of(doc)}
        for other in {id_: other for held in keys for id_, other in holders[held].items()}.values():
            root = by_id[story[other["_id"]]]
            if identity.are_copies(other, texts[other["_id"]], doc, text) and (
                root is other
                or (
                    similarity(texts[root["_id"]], text)[1] >= shared
                    and identity.may_be_copies(root, doc)
                    and not identity.are_other_news(root, texts[root["_id"]], doc, text)
                )
            ):
                alike = similarity(texts[other["_id"]], text)[0]
                likeness.append((-alike, identity.order(root), root["_id"]))
        story[doc["_id"]] = min(likeness)[-1] if likeness else doc["_id"]
        for held in keys:
            holders[held][doc["_id"]] = doc
    return story


def keys_of(doc: dict[str, Any]) -> set[int]:
    return set(band_keys(doc["signature"]["values"]))


def changed(words: list[str], share: float, vocabulary: list[str], chance: random.Random) -> list[str]:
    """The text with a share of its words replaced, dropped, followed by another, or swapped with the next."""
    out: list[str] = []
    places = set(chance.sample(range(len(words)), round(share * len(words))))
    for place, word in enumerate(words):
        if place not in places:
            out.append(word)
            continue
        edit = chance.choice(["replace", "replace", "drop", "insert", "swap"])
        if edit == "insert":
            out += [word, chance.choice(vocabulary)]
        elif edit == "replace":
            out.append(chance.choice(vocabulary))
        elif edit == "swap" and out:
            out.insert(-1, word)
    return out


def _respelt(text: str) -> str:
    """The same words in the spelling of another keyboard."""
    text = text.replace("أ", "ا").replace("إ", "ا").replace("ة", "ه").replace("ى", "ي").replace("،", ",")
    return re.sub(r"\d", lambda digit: "٠١٢٣٤٥٦٧٨٩"[int(digit[0])], text).replace("ال", "الـ", 3)


def _in_hijri(text: str) -> str:
    """The text with its printed days in the other calendar (12 March 2024 was 1 Ramadan 1445 in Morocco)."""

    def converted(match: re.Match[str]) -> str:
        day = dt.date(2024, 3 if match[2] == "مارس" else 4, int(match[1]))
        return f"{(day - dt.date(2024, 3, 12)).days + 1} رمضان"

    return re.sub(r"\b(\d{1,2}) (مارس|أبريل)\b", converted, text).replace("رمضان 2024", "رمضان 1445")


def _copies(chance: random.Random) -> Iterator[LabelledArticle]:
    stories = [s for s in read_all(HERE.parent / "recordings" / "demo") if not s.rejected and s.lang == "ar"]
    stories = [s for s in stories if not s.recurring and not s.copy]
    vocabulary = [word for story in stories for word in " ".join(story.paragraphs).split()]
    for number, story in enumerate(stories):
        yield from _copies_of(story, number, vocabulary, chance)


def _copies_of(
    story: Story, number: int, vocabulary: list[str], chance: random.Random
) -> Iterator[LabelledArticle]:
    day = dt.date.fromisoformat(story.day) if story.day else SPAN
    when = f"{WEEKDAYS[day.weekday()]} {day.day} {'مارس' if day.month == 3 else 'أبريل'} 2024"
    title, body = story.title, "\n\n".join([*story.paragraphs, f"وقع ذلك يوم {when}."])
    other_title = f"{title.split('،')[0]} بالتفاصيل"
    words = body.split()

    def made(variant: str, host: str, title: str, body: str, **given: Any) -> LabelledArticle:
        url = f"https://www.{host}.com/story-{number}-{variant.replace(' ', '-').replace('%', 'pct')}.html"
        return LabelledArticle(
            f"story {number}", variant, article(url, title, body, given.pop("day", day), **given)
        )

    yield made("original", "alayam24", title, body)
    yield made("same_day", "alayam24", title, body)
    framed = "\n\n".join(
        [*chance.sample(DATA["boilerplate"], 2), body, *chance.sample(DATA["boilerplate"], 3)]
    )
    aggregator = {"via": "maghress", "source": "alayam24", "site": "maghress"}
    yield made("boilerplate", "maghress", title, framed, day=None, published=None, **aggregator)
    hijri = PublishedDetail(calendar="hijri", precision="day", origin="markup")
    apart = dt.timedelta(days=chance.choice([-1, 0, 1]))
    yield made("calendar", "sahifa1", title, _in_hijri(body), day=day + apart, published=hijri)
    yield made("spelling", "sahifa2", _respelt(title), _respelt(body))
    dateline = "الرباط - و م ع"
    credited = f"{dateline}: {body}\n\n(و م ع)"
    yield made("wire", "sahifa3", other_title, credited, dateline=dateline, agencies=["و م ع"])
    for percent, host in ((10, "sahifa4"), (20, "sahifa5")):
        text = " ".join(changed(words, percent / 100, vocabulary, chance))
        yield made(f"changed {percent} %", host, other_title, text)
    yield made("cut to 60 %", "sahifa6", other_title, " ".join(words[: round(0.6 * len(words))]))


def _notices(chance: random.Random) -> Iterator[LabelledArticle]:
    """Notices of some days, at one site and at another."""
    for number, notice in enumerate(DATA["notices"]):
        for on in range(5):
            slots = {name: chance.choice(values) for name, values in DATA["slots"].items()}
            slots |= {name: str(chance.randint(2, 9)) for name in "adg"}
            slots |= {name: str(chance.randint(10, 59)) for name in "bcef"}
            day = SPAN + dt.timedelta(days=on)
            slots["weekday"] = WEEKDAYS[day.weekday()]
            title, body = notice["title"].format(**slots), notice["body"].format(**slots)
            url = f"https://www.{'nashra' if on % 2 else 'bayan'}.com/notice-{number}-{on}.html"
            yield LabelledArticle(f"notice {number}#{on}", "notice", article(url, title, body, day))
            if on == 2:
                url = f"https://www.maghress.com/bayan/{number}"
                fields = {"via": "maghress", "source": "bayan"}
                yield LabelledArticle(
                    f"notice {number}#{on}", "notice", article(url, title, body, None, **fields)
                )


def _others() -> Iterator[LabelledArticle]:
    for number, (title, body, later, follow_up) in enumerate(DATA["follow_ups"]):
        for turn, (name, text) in enumerate([(title, body), (later, follow_up)]):
            url = f"https://www.mowaqit{turn}.com/follow-up-{number}.html"
            day = SPAN + dt.timedelta(days=turn)
            yield LabelledArticle(f"follow-up {number}#{turn}", "follow-up", article(url, name, text, day))
    for number, (title, *bodies) in enumerate(DATA["same_titles"]):
        for turn, body in enumerate(bodies):
            for site in range(2):
                url = f"https://www.unwan{site}.com/title-{number}-{turn}-{site}.html"
                group = f"title {number}#{turn}"
                yield LabelledArticle(group, "same title", article(url, title, body, SPAN))


def _stories() -> list[Story]:
    stories = [s for s in read_all(HERE.parent / "recordings" / "demo") if not s.rejected and s.lang == "ar"]
    return [s for s in stories if not s.recurring and not s.copy and len(" ".join(s.paragraphs).split()) > 60]


def _moulds(chance: random.Random) -> Iterator[LabelledArticle]:
    """One template with other names, places, numbers or days; each result has copies of its own."""
    for mould in DATA["moulds"]:
        for number, slots in enumerate(mould["slots"]):
            title, other_title, body = (mould[n].format(**slots) for n in ("title", "other_title", "body"))
            day, newspaper = SPAN + dt.timedelta(days=number % 3), f"jarida{number % 2}"
            frame = chance.sample(DATA["boilerplate"], 3)
            framed = "\n\n".join([frame[0], body, *frame[1:]])
            aggregator = {"via": "maghress", "source": newspaper, "published": None}
            for variant, host, name, text, fields in (
                ("original", newspaper, title, body, {"day": day}),
                ("retold", "wakala", other_title, f"{body.rsplit('. ', 1)[0]}.", {"day": day}),
                ("at an aggregator", "maghress", title, framed, {"day": None, **aggregator}),
                ("as a brief", "mowjaz", other_title, " ".join(body.split()[:30]), {"day": day}),
            ):
                url = f"https://www.{host}.com/{mould['kind']}-{number}-{variant.replace(' ', '-')}.html"
                yield LabelledArticle(
                    f"{mould['kind']}#{number}", variant, article(url, name, text, **fields)
                )


def _values() -> Iterator[LabelledArticle]:
    for number, (title, other_title, body, in_words) in enumerate(DATA["values"]):
        for variant, host, name, text in (
            ("original", "arqam", title, body),
            ("numbers in words", "huruf", other_title, in_words),
        ):
            url = f"https://www.{host}.com/values-{number}.html"
            yield LabelledArticle(f"values {number}#", variant, article(url, name, text, SPAN))


def _parts(chance: random.Random) -> Iterator[LabelledArticle]:
    """Briefs, copies of copies, the pages of one newspaper, and digests of several texts."""
    stories = _stories()
    vocabulary = [word for story in stories for word in " ".join(story.paragraphs).split()]
    texts = ["\n\n".join(story.paragraphs) for story in stories]
    for number, (story, text) in enumerate(zip(stories, texts, strict=True)):
        day, words = SPAN + dt.timedelta(days=number % 3), text.split()
        edited = changed(words, 0.15, vocabulary, chance)
        pages = [
            ("original", "masdar", story.title, text, day),
            ("brief", "mowjaz", f"باختصار: {story.title}", " ".join(words[: max(30, len(words) // 3)]), day),
            ("copy", "naqil", f"{story.title.split('،')[0]} بالتفاصيل", " ".join(edited), day),
            ("copy of a copy", "naqil2", f"تابعوا {story.title}", " ".join(edited[: -len(edited) // 5]), day),
            ("new headline", "masdar", f"تفاصيل {story.title}", text, day),
            ("print edition", "masdar", f"{story.title} في عدد اليوم", text, day + dt.timedelta(days=1)),
        ]  # fmt: skip
        for variant, host, title, body, on in pages:
            path = f"part-{number}-{variant.replace(' ', '-')}"
            yield LabelledArticle(
                f"part {number}#", variant, article(f"https://www.{host}.com/{path}.html", title, body, on)
            )
    for number in range(0, len(texts) - 4, 4):
        body = "\n\n".join([texts[number + 3], *texts[number : number + 3]])
        url = f"https://www.malaf.com/digest-{number}.html"
        lead = "نستعرض في ملف اليوم أبرز ما جاء في صحف الصباح من أخبار متفرقة شغلت الرأي العام هذا الأسبوع."
        yield LabelledArticle(
            f"digest {number}#", "digest", article(url, "ملف الصحافة", f"{lead}\n\n{lead}\n\n{body}", SPAN)
        )
