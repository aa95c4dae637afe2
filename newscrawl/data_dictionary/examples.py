"""Sample documents for the data dictionary."""

from __future__ import annotations

import datetime as dt

from newscrawl import items
from newscrawl.items import SCHEMA_VERSION, Article, Raw, Rejection, Revision
from newscrawl.vocabulary import (
    Access,
    Calendar,
    CopyKind,
    DateWarning,
    HijriBasis,
    HijriCalendar,
    Origin,
    Precision,
    RejectionReason,
    TextWarning,
)

_AT = dt.datetime(2024, 3, 27, 14, 30, tzinfo=dt.UTC)
_FORMER_HASH = "2a7d4f6b8c1e3a5d7f9b0c2e4a6d8f1b"
_KEY, _OTHER = "9b2f6c1e8d3a4f5b7c0d1e2f3a4b5c6d", "1c5e7a9b0d2f4e6a8b1c3d5e7f9a0b2c"
_MADE_BY = items.MadeBy(
    newscrawl="1.0.0",
    spider="alayam24",
    markup="2022",
    clean=1,
    fold=1,
    reader=1,
    dates=1,
    urls=1,
    identity=3,
    schema=SCHEMA_VERSION,
)
_BODY = (
    "الرباط - و م ع: أعطيت اليوم الأربعاء انطلاقة برنامج جديد لتدبير الماء في المدن الكبرى.\n\n"
    "ويمتد البرنامج على خمس سنوات، بحسب بلاغ للوزارة."
)

EXAMPLES: tuple[Article | Rejection | Revision, ...] = (
    Article(
        _id=_KEY,
        url="https://www.alayam24.com/articles-73890.html",
        urls=["https://www.alayam24.com/articles-73890.html"],
        keys=[_KEY],
        source="alayam24",
        source_name="الأيام 24",
        site="alayam24",
        country="MA",
        title="المغرب يطلق برنامجا جديدا لتدبير الماء",
        lede="برنامج على خمس سنوات لتزويد المدن الكبرى بالماء",
        body=_BODY,
        word_count=len(_BODY.split()),
        lang="ar",
        authors=["محمد العلوي"],
        byline="كتب: محمد العلوي",
        agencies=["و م ع"],
        dateline="الرباط - و م ع",
        section="سياسة",
        tags=["الماء", "الجفاف"],
        images=[items.Image(url="https://www.alayam24.com/water.jpg", caption="منظر عام لسد قرب الرباط")],
        access=Access.FREE,
        warnings=[TextWarning.PART],
        alternates=[items.Alternate(lang="fr", url="https://www.alayam24.com/fr/articles-73890.html")],
        day="2024-03-27",
        published_at=_AT,
        hijri_day="1445-09-16",
        hijri_month="1445-09",
        hijri_day_uaq="1445-09-17",
        hijri_month_uaq="1445-09",
        published=items.PublishedDetail(
            time="14:30",
            timezone="Africa/Casablanca",
            utc_offset="+00:00",
            calendar=Calendar.BOTH,
            precision=Precision.MINUTE,
            hijri=items.HijriDetail(
                calendar=HijriCalendar.MOROCCO, basis=HijriBasis.TABLE, printed="1445-09-16"
            ),
            origin="markup",
            candidates=[
                items.OfferedDate(
                    text="الأربعاء 16 رمضان 1445 الموافق 27 مارس 2024 - 14:30",
                    origin=Origin.MARKUP,
                    where=".date",
                ),
            ],
            warnings=[DateWarning.WEEKDAY_MISMATCH],
        ),
        published_raw="الأربعاء 16 رمضان 1445 الموافق 27 مارس 2024 - 14:30",
        modified_at=_AT + dt.timedelta(hours=1),
        origins=dict.fromkeys(("title", "body", "dates"), Origin.MARKUP),
        places={"title": "h1.post-title", "body": "div.article-content p"},
        http=items.Http(
            status=200,
            fetched_at=_AT + dt.timedelta(minutes=20),
            content_type="text/html; charset=utf-8",
            charset="utf-8",
            etag='"5f2b"',
            last_modified="Wed, 27 Mar 2024 14:31:00 GMT",
        ),
        raw=Raw(
            archive="alayam24/alayam24-20240327T143000Z-5f2c81d0-node1.warc.gz",
            offset=81920,
            digest="sha1:XW7QJ4ULPZBRTDVEYMQGUNWHB6N2MKFC",
            node="node1",
        ),
        made_by=_MADE_BY,
        run="20240327T150000Z-1f2e3d4c",
        first_seen_at=_AT + dt.timedelta(minutes=20),
        last_seen_at=_AT + dt.timedelta(hours=7),
        checked_at=_AT + dt.timedelta(hours=25),
        gone_at=_AT + dt.timedelta(hours=25),
        updated_at=_AT + dt.timedelta(hours=25),
        revision=2,
        content_hash="5e0c9d7b3a1f4e2d8c6b0a9f7e5d3c1b",
        story=_KEY,
        copies=1,
        search_text="المغرب يطلق برنامجا جديدا لتدبير الماء",
        title_key="7d3f1b5a9c8e4d2f6b0a1c3e5d7f9b8a",
        signature=items.Signature(
            version=3, scheme="minhash crc32 16 bit 2 words 48x3, 12 of 30", seed=1445, values=bytes(4)
        ),
        bands=[1825001544279693561],
    ),
    Article(
        _id=_OTHER,
        url="https://www.maghress.com/alayam24/21130",
        urls=["https://www.maghress.com/alayam24/21130"],
        keys=[_OTHER],
        source="alayam24",
        source_name="الأيام 24",
        site="maghress",
        owner="maghress.com",
        via="maghress",
        published=items.PublishedDetail(
            precision=Precision.MONTH, earliest="2024-03-01", latest="2024-03-31"
        ),
        published_raw="نشر في الأيام 24 يوم 21130",
        published_missing="21130 is not a day",
        content_hash="5e0c9d7b3a1f4e2d8c6b0a9f7e5d3c1b",
        duplicate_of=_KEY,
        duplicate=items.Duplicate(kind=CopyKind.REPUBLISHED, similarity=0.94, containment=0.99),
        story=_KEY,
    ),
    Rejection(
        url="https://www.alayam24.com/articles-73891.html",
        urls=["https://www.alayam24.com/articles-73891.html"],
        keys=["0a1b2c3d4e5f60718293a4b5c6d7e8f9"],
        site="alayam24",
        owner="alayam24.com",
        reason=RejectionReason.NOT_FOUND,
        detail='the page says "الصفحة غير موجودة"',
        status=200,
        rejected_at=_AT,
        retry_at=_AT + dt.timedelta(days=7),
        run="20240327T150000Z-1f2e3d4c",
        page=bytes.fromhex("789c"),
    ),
    Revision(
        _id=f"{_KEY}:{_FORMER_HASH}",
        article=_KEY,
        revision=1,
        changed=["body"],
        seen_from=_AT + dt.timedelta(minutes=20),
        seen_until=_AT + dt.timedelta(hours=1),
        replaced_at=_AT + dt.timedelta(hours=7),
    ),
)
"""Sample documents, from which the page takes its examples."""
