"""Synthetic articles for the tests of `scrapy web`: what readers look at. All words are ours.

``readers`` fills ``articles`` and ``revisions``; the page of one article is archived. ``IDS`` has the
articles that tests request, by what they show.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from pymongo.database import Database
from scrapy.http import HtmlResponse, Request

from newscrawl.dates import to_hijri
from newscrawl.identity import identify
from newscrawl.items import (
    Alternate,
    Article,
    Duplicate,
    HijriDetail,
    Http,
    Image,
    MadeBy,
    OfferedDate,
    PublishedDetail,
    Raw,
)
from newscrawl.store.revisions import revision
from newscrawl.store.schema import document
from newscrawl.urls import key
from newscrawl.vocabulary import (
    Access,
    Calendar,
    CopyKind,
    DateKind,
    DateWarning,
    HijriBasis,
    HijriCalendar,
    Origin,
    Precision,
    TextWarning,
)
from tests.archiving import Archiving
from tests.web_made import NAMES

Document = dict[str, Any]

WORSE = """<!doctype html><html manifest="{out}/manifest" onload="fetch('{out}/html')"><head>
<base href="{out}/base/"><meta http-equiv="refresh" content="0;url=data:text/html,<h1>other</h1>">
<meta http-equiv="refresh" content="1;url={out}/refresh"><meta http-equiv="set-cookie" content="a=1">
<link rel="prefetch" href="{out}/prefetch"><link rel="icon" href="{out}/icon">
<link rel="modulepreload" href="{out}/m">
<style>@import "{out}/import"; @font-face { font-family: f; src: url({out}/font) } h1 { font-family: f;
background: url({out}/background); cursor: url({out}/cursor), auto }</style>
<script type="speculationrules">{"prefetch": [{"urls": ["{out}/rules"]}]}</script></head>
<body background="{out}/body" style="background-image: url({out}/style)"
 onpageshow="top.location='{out}/top'">
<h1>عنوان الصفحة المؤرشفة</h1><p>فقرة من الصفحة.</p>
<iframe srcdoc="<script>parent.fetch('{out}/srcdoc')</script><img src={out}/srcdoc>"></iframe>
<iframe src="javascript:fetch('{out}/javascript')"></iframe><iframe src="{out}/frame" name="f"></iframe>
<frameset><frame src="{out}/frameset"></frameset><object data="data:text/html,<script>1</script>"></object>
<embed src="{out}/embed"><img src="{out}/img" srcset="{out}/set 2x" onerror="fetch('{out}/onerror')">
<picture><source srcset="{out}/source"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></picture>
<video poster="{out}/poster" autoplay><source src="{out}/video"><track src="{out}/track" default></video>
<svg><image href="{out}/image"/><use href="{out}/use#a"/>
<style><img src="{out}/mutated" onerror="fetch('{out}/m')">
</style><a xlink:href="javascript:fetch('{out}/svg')"><text y="20">رسم</text></a></svg>
<math href="javascript:fetch('{out}/math')"><mtext>صيغة</mtext></math>
<noscript><img src="{out}/noscript"></noscript>
<p><template shadowrootmode="open"><img src="{out}/shadow"></template></p>
<details open ontoggle="fetch('{out}/toggle')"><summary>تفاصيل</summary></details>
<input autofocus onfocus="fetch('{out}/focus')">
<input type="image" src="{out}/input" formaction="{out}/formaction">
<form action="{out}/form" method="post" target="_top">
<button formaction="{out}/button">أرسل الطلب</button></form>
<a href="{out}/link" ping="{out}/ping" target="_top" download>رابط خارجي</a>
<a href="javascript:fetch('{out}/click')">رابط آخر</a></body></html>"""
"""A page that uses every means of HTML, CSS and SVG to run code or to send a request."""
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MANY = 45
"""Plain articles, which all contain the word ``السوق``."""
TITLE = "بلدية الواحة تفتح السوق الجديد أمام التجار"
LEDE = "يضم السوق مئتي دكان وساحة للمنتجات المحلية"
BODY = (
    "افتتحت بلدية الواحة صباح الخميس السوق الجديد في وسط المدينة، بعد أشغال دامت ثمانية عشر شهرا.\n\n"
    "وقال رئيس البلدية إن كلفة المشروع بلغت 42 مليون درهم، وإن السوق يضم 200 دكان موزعة على طابقين.\n\n"
    "ورحب التجار بالمشروع، وطالب بعضهم بتوفير مواقف للسيارات وبتسهيل النقل من الأحياء البعيدة.\n\n"
    "ومن المنتظر أن يفتح السوق أبوابه كل يوم من الثامنة صباحا حتى العاشرة ليلا."
)
FIRST_BODY = BODY.replace("42 مليون", "24 مليون").replace("ثمانية عشر شهرا", "عام ونصف العام")
HOSTILE_TITLE = "خبر \u202eمقلوب <script>alert(1)</script> and English, 12:30 ثم عربية"


def _at(name: str, number: int) -> str:
    return f"https://www.{name}.example/akhbar/{number}.html"


IDS = {
    what: key(_at(*place))
    for what, place in {
        "corrected": ("manar", 1), "edited": ("mizan", 2), "copy": ("shams", 3), "aggregated": ("jami3", 4),
        "undated": ("barid", 5), "hostile": ("barid", 6), "french": ("waha", 7),
    }.items()
}  # fmt: skip


def article(name: str, number: int, at: dt.datetime, **given: Any) -> Article:
    """An article of a newspaper; one whose name has five letters counts as Moroccan."""
    url, country = _at(name, number), "MA" if len(name) % 2 else "EG"
    day = at.date()
    own, saudi = to_hijri(day, country), to_hijri(day)
    assert own
    assert saudi
    made = Article(
        url=url, urls=[url], keys=[key(url)], source=name, source_name=NAMES[name], site=name,
        owner=f"{name}.example", country=country, title=f"السوق رقم {number}", body="نص قصير عن السوق. " * 9,
        lang="ar", section="مجتمع", day=str(day), published_at=at, hijri_day=own.day,
        hijri_month=own.day[:7], hijri_day_uaq=saudi.day, hijri_month_uaq=saudi.day[:7],
        published=PublishedDetail(
            time=f"{at:%H:%M}", timezone="Africa/Casablanca", utc_offset="+00:00",
            calendar=Calendar.GREGORIAN,
            precision=Precision.MINUTE, origin=Origin.MARKUP,
            hijri=HijriDetail(calendar=own.calendar, basis=own.basis),
            candidates=[OfferedDate(text=f"{at:%Y-%m-%d %H:%M}", origin=Origin.MARKUP, where="span.waqt")],
        ),
        published_raw=f"{at:%Y-%m-%d %H:%M}",
        origins={
            "title": Origin.MARKUP, "body": Origin.MARKUP, "dates": Origin.MARKUP, "section": Origin.JSONLD,
        },
        places={"title": "h1.unwan", "body": "div.matn p", "section": "articleSection"},
        http=Http(status=200, fetched_at=at + HOUR, content_type="text/html; charset=utf-8", charset="utf-8"),
        made_by=MadeBy(
            newscrawl="1.0.0", spider=name, markup="2024", clean=1, fold=1, reader=2, dates=1, urls=1,
            identity=3, schema=3,
        ),
        run=f"{name}-1", first_seen_at=at + HOUR, last_seen_at=at + 7 * HOUR, checked_at=at + DAY,
        updated_at=at + HOUR,
    )  # fmt: skip
    made = identify(replace(made, **given))
    made._id = made.story = made.keys[0]
    made.word_count = len(made.body.split())
    made.updated_at = made.first_seen_at
    return made


def readers(db: Database[Document], folder: Path, out: str = "//evil.example") -> None:
    """Fill the collections that readers look at; ``folder`` is the archive's."""
    corrected, former = _corrected(_archived(folder, out))
    copies = [_edited(), _copy(), _aggregated()]
    linked = [
        replace(each, duplicate_of=corrected._id, story=corrected._id, updated_at=NOON) for each in copies
    ]
    for each, whole in zip(linked, copies, strict=True):
        each._id = whole._id
    others = [_undated(), _hostile(), _french()]
    plain = [article("waha", 100 + n, NOON - n * 7 * HOUR) for n in range(MANY)]
    db["articles"].insert_many([document(each) for each in (corrected, *linked, *others, *plain)])
    db["revisions"].insert_many(former)


def _archived(folder: Path, out: str) -> Raw | None:
    """The archived page of the corrected article, which tries all that a page can."""
    url = _at("manar", 1)
    run = Archiving(folder, "manar", NOON, "5f2c81d0", "node1")
    page = HtmlResponse(
        url,
        headers={"Content-Type": "text/html; charset=utf-8"},
        body=WORSE.replace("{out}", out).encode(),
    )
    asked = Request(url, meta={"key": key(url), "asked": url, "fetched_at": NOON + HOUR})
    raw = run.add(asked, page, page)
    run.close()
    return raw


def _corrected(raw: Raw | None) -> tuple[Article, list[Document]]:
    """An article in its third state: first the sum was wrong, then the headline."""
    common: dict[str, Any] = {
        "lede": LEDE, "authors": ["سلمى الراشدي", "يونس بن علي"], "byline": "سلمى الراشدي ويونس بن علي",
        "agencies": ["و م ع"], "tags": ["الواحة", "تجارة", "أسواق"],
        "section": "اقتصاد", "access": Access.FREE,
        "images": [Image(url="https://www.manar.example/souk.jpg", caption="السوق الجديد صباح الافتتاح")],
        "alternates": [Alternate(lang="fr", url="https://www.manar.example/fr/1.html")],
    }  # fmt: skip
    first = article("manar", 1, NOON, title="السوق الجديد في الواحة يفتح أبوابه", body=FIRST_BODY, **common)
    second = article("manar", 1, NOON, title=first.title, body=BODY, **common)
    third = article("manar", 1, NOON, title=TITLE, body=BODY, **common)
    third.origins |= dict.fromkeys(("lede", "images"), Origin.META) | {"authors": Origin.GENERIC}
    third.revision, third.copies, third.raw = 3, 3, raw
    states = []
    for number, (old, new) in enumerate(((first, second), (second, third)), start=1):
        old.revision = number
        states.append(revision(document(old), new, NOON + number * 5 * HOUR))
    third.updated_at = NOON + 10 * HOUR
    third.published = replace(
        third.published or PublishedDetail(),
        candidates=[
            OfferedDate(text="2026-11-20 12:00", origin=Origin.MARKUP, where="span.waqt"),
            OfferedDate(text="2026-11-20T17:00:00Z", origin=Origin.META, kind=DateKind.MODIFIED,
                        where="article:modified_time"),
        ],
        warnings=[DateWarning.WEEKDAY_MISMATCH],
    )  # fmt: skip
    return third, states


def _edited() -> Article:
    body = BODY.replace("ورحب التجار بالمشروع، وطالب بعضهم", "وطالب تجار").replace("200 دكان", "مئتي دكان")
    made = article("mizan", 2, NOON + 3 * HOUR, title="الواحة: سوق جديد بكلفة 42 مليون درهم", body=body)
    made.duplicate = _kind(CopyKind.NEAR, 0.71, 0.86)
    return made


def _copy() -> Article:
    made = article("shams", 3, NOON + 26 * HOUR, title=TITLE, body=BODY, agencies=["و م ع"])
    made.duplicate = _kind(CopyKind.REPUBLISHED, 1.0, 1.0)
    return made


def _aggregated() -> Article:
    made = article("jami3", 4, NOON + 30 * HOUR, title=TITLE, body=BODY, via="jami3")
    made.published_at, made.published = None, None
    made.duplicate = _kind(CopyKind.REPUBLISHED, 0.98, 1.0)
    return made


def _kind(kind: CopyKind, similarity: float, containment: float) -> Duplicate:
    return Duplicate(kind=kind, similarity=similarity, containment=containment)


def _undated() -> Article:
    """A removed article of whose date only an interval is known."""
    made = article("barid", 5, NOON, title="حصيلة الأسبوع في الواحة", warnings=[TextWarning.PART])
    for name in ("day", "published_at", "hijri_day", "hijri_month", "hijri_day_uaq", "hijri_month_uaq"):
        setattr(made, name, None)
    made.published = PublishedDetail(
        calendar=Calendar.RELATIVE, precision=Precision.WEEK, earliest="2026-11-10", latest="2026-11-14",
        origin=Origin.GENERIC, warnings=[DateWarning.UNKNOWN_ZONE],
        hijri=HijriDetail(calendar=HijriCalendar.MOROCCO, basis=HijriBasis.FORECAST),
    )  # fmt: skip
    made.published_raw, made.published_missing = "منذ أسبوع", "منذ أسبوع names no exact day"
    made.gone_at, made.access = NOON + 2 * DAY, Access.PAID
    return made


def _hostile() -> Article:
    """Text that would reverse the direction of a page, run as code in it, or overflow it."""
    body = (
        f"فقرة أولى {'ط' * 400}\n\n</p><script>alert(2)</script>"
        "<img src=//evil.example/x onerror=alert(3)>\n\n"
        "English sentence (2026), ثم عربية."
    )
    return article(
        "barid",
        6,
        NOON - HOUR,
        title=HOSTILE_TITLE,
        body=body,
        tags=["<b>", "\u202eوسم"],
        images=[Image(url="javascript:alert(4)")],
    )


def _french() -> Article:
    body = "Le nouveau marché a ouvert ses portes jeudi.\n\nLe maire, السيد العلوي, a salué le projet."
    return article(
        "waha", 7, NOON - 2 * HOUR, title="Un nouveau marché ouvre à l'oasis", body=body, lang="fr"
    )
