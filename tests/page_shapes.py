# ruff: noqa: E501 (pages are long lines)
"""Article pages of our own writing in the shapes of Arabic news sites, each with the expected article."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

TITLE = "المجلس الجماعي يصادق على مشروع تهيئة الكورنيش الجديد بالمدينة"
LEDE = "صادق المجلس الجماعي في دورته العادية على مشروع لتهيئة الكورنيش، بكلفة تفوق ثمانين مليون درهم."
P = (
    "صادق أعضاء المجلس الجماعي، خلال الجلسة الثانية من دورة أكتوبر، على مشروع تهيئة الكورنيش الجديد الذي يمتد على طول سبعة كيلومترات من الميناء القديم إلى مصب الوادي.",
    "وأوضح رئيس المجلس، في كلمة بالمناسبة، أن الأشغال ستنطلق مطلع الربيع المقبل، وأن الدراسات التقنية أنجزت بشراكة مع مكتب مختص في الهندسة الساحلية.",
    "وأضاف المتحدث ذاته أن المشروع يشمل مسارات للدراجات وفضاءات خضراء ومواقف للسيارات، فضلا عن إعادة تأهيل الإنارة العمومية وشبكة تصريف مياه الأمطار.",
    "من جهتها، طالبت فرق المعارضة بنشر دفتر التحملات كاملا، معتبرة أن الكلفة المعلنة لا تتضمن مصاريف الصيانة خلال السنوات الخمس الأولى.",
    "وردا على هذه الملاحظات، قال نائب الرئيس المكلف بالتعمير إن الوثائق وضعت رهن إشارة العموم في مقر الجماعة، وإن الاجتماع المقبل سيخصص للأسئلة المالية.",
    "ويرتقب أن تعرض النسخة النهائية من المشروع على السلطات الإقليمية قبل نهاية الشهر الجاري، تمهيدا للإعلان عن طلب العروض الخاص بالشطر الأول.",
)
SHORT = "أعلنت مصالح الأرصاد أن أمطارا خفيفة مرتقبة مساء اليوم الخميس بالمناطق الشمالية، مع رياح معتدلة إلى قوية أحيانا بالسواحل، وانخفاض طفيف في درجات الحرارة بالمرتفعات ليلا."
SUBHEAD = "ملاحظات المعارضة"
HEADLINES = (
    "انطلاق الموسم الفلاحي الجديد وسط آمال بأمطار مبكرة",
    "المنتخب المحلي يستعد لمواجهة ودية نهاية الأسبوع",
    "ارتفاع أسعار السمك في أسواق الجملة بالمدن الساحلية",
    "معرض الكتاب يفتح أبوابه أمام الزوار ابتداء من الجمعة",
    "حادثة سير خطيرة تخلف ثلاثة جرحى بالطريق الوطنية",
    "باحثون يطورون تطبيقا لتعليم الخط العربي للأطفال",
    "افتتاح مستشفى جديد للقرب بالإقليم بطاقة ستين سريرا",
    "نقابات التعليم تدعو إلى جولة جديدة من الحوار",
)
EXCERPT = "قالت مصادر مطلعة إن الاجتماع الذي عقد أمس ناقش عددا من الملفات العالقة، ومنها ملف النقل الحضري وملف النظافة."
COMMENTS = (
    "مشروع مهم جدا للمدينة ونتمنى أن يحترم الآجال هذه المرة لأننا سئمنا من الوعود التي لا تتحقق في كل دورة.",
    "أتمنى أن يفكروا في مواقف السيارات أولا لأن المدينة تختنق في الصيف ولا أحد يستمع إلى شكاوى السكان.",
    "تعليق طويل من قارئ يسكن بعيدا عن المدينة ويرى أن الأولوية يجب أن تكون للطرق القروية والمدارس والمستوصفات قبل أي كورنيش جديد.",
)


@dataclass(frozen=True)
class Shape:
    """A page and the expected article."""

    name: str
    html: bytes
    url: str = "https://www.sahifa-example.com/news/1234567.html"
    title: str = TITLE
    body: tuple[str, ...] = P
    lede: str | None = None
    day: str | None = "2024-10-07"
    time: str | None = "18:45"
    without: tuple[str, ...] = field(default=())
    declared: bool = False
    """Is the text only in the declarations?"""


def ld(**fields: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **fields}
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


def ps(paragraphs: tuple[str, ...] = P, attributes: str = "") -> str:
    return "".join(f"<p{attributes}>{text}</p>\n" for text in paragraphs)


def links(count: int = 8, tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/news/{i}.html">{HEADLINES[i % 8]}</a></{tag}>' for i in range(count))


def cards(count: int = 5) -> str:
    return "".join(
        f'<div class="card"><h3><a href="/news/{i}.html">{HEADLINES[i % 8]}</a></h3><p>{EXCERPT}</p>'
        f'<span class="date">{i + 1} سبتمبر 2024</span></div>'
        for i in range(count)
    )


def frame(
    main: str,
    *,
    head: str = "",
    title: str = f"{TITLE} - صحيفة المثال",
    html: str = '<html lang="ar" dir="rtl">',
) -> bytes:
    """A whole page around an article: menus, clock, ticker, sidebar, consent, footer."""
    return f"""<!doctype html>{html}<head><meta charset="utf-8"><title>{title}</title>{head}
<style>.x{{color:red}}</style><script>var a = "<p>نص داخل شيفرة لا يقرأ أبدا مهما طال</p>";</script></head><body class="rtl single">
<div class="top-bar"><span class="today-date">الأربعاء 9 أكتوبر 2024</span><span>11:02</span></div>
<header id="header"><div class="logo"><a href="/">صحيفة المثال</a></div><nav><ul>{links(8)}</ul></nav></header>
<div class="breaking-news"><b>عاجل</b><ul>{links(6)}</ul></div>
{main}
<div class="sidebar"><h4>الأكثر قراءة</h4><ul>{links(8)}</ul>{cards(3)}</div>
<div id="cookie-notice">نستخدم في هذا الموقع ملفات تعريف الارتباط لتحسين تجربة التصفح وعرض إعلانات تناسب اهتماماتكم، وباستمراركم في التصفح فإنكم توافقون على ذلك.</div>
<footer><h1>صحيفة المثال</h1><p>صحيفة إلكترونية مستقلة شاملة تصدر كل يوم وتعنى بالشأن المحلي والوطني والدولي، مديرها المسؤول فلان الفلاني.</p>
<p>جميع الحقوق محفوظة © 2026</p></footer></body></html>""".encode()


def _jannah() -> Shape:
    graph = json.dumps(
        {"@context": "https://schema.org", "@graph": [
            {"@type": "WebSite", "name": "صحيفة المثال"},
            {"@type": "BreadcrumbList", "itemListElement": [{"name": "الرئيسية"}, {"name": "مجتمع"}, {"name": TITLE}]},
            {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2024-10-07T18:45:00+01:00", "dateModified": "2024-10-08T09:00:00+01:00",
             "author": {"@type": "Person", "name": "سلمى الإدريسي"}, "articleSection": "مجتمع", "keywords": ["كورنيش", "تهيئة"]},
        ]}, ensure_ascii=False)  # fmt: skip
    return Shape(
        "jannah: relative visible date, share buttons, author box, comments",
        frame(
            f"""<article id="the-post" class="container-wrapper post-content tie-standard">
<header class="entry-header"><h1 class="post-title entry-title">{TITLE}</h1>
<div class="single-post-meta post-meta"><span class="author-meta"><a class="author-name" href="/a">سلمى الإدريسي</a></span><span class="date meta-item tie-icon">منذ يومين</span><span class="meta-reading-time">3 دقائق</span></div></header>
<div class="entry-content entry clearfix"><figure><img src="/i.jpg"><figcaption>صورة توضيحية للكورنيش القديم قبل بدء الأشغال.</figcaption></figure>{ps(P[:3])}
<div id="inline-related-post" class="mag-box"><h3>مقالات ذات صلة</h3><ul>{links(3)}</ul></div><h2>{SUBHEAD}</h2>{ps(P[3:])}
<div class="stream-item">إعلان</div></div>
<div id="share-buttons-bottom" class="share-buttons"><a>فيسبوك</a><a>تويتر</a></div>
<div class="about-author"><h3>سلمى الإدريسي</h3><p>صحافية متخصصة في قضايا المدن والتعمير، عملت في عدد من المنابر قبل التحاقها بالصحيفة.</p></div>
<div id="related-posts" class="container-wrapper"><h3>مقالات ذات صلة</h3>{cards(4)}</div>
<div id="comments" class="comments-area"><h3>3 تعليقات</h3><ol class="comment-list">{"".join(f'<li class="comment"><p>{c}</p></li>' for c in COMMENTS)}</ol></div></article>""",
            head=f'<script type="application/ld+json">{graph}</script><meta property="og:title" content="{TITLE} - صحيفة المثال"><meta property="og:site_name" content="صحيفة المثال">',
        ),
        body=(*P[:3], SUBHEAD, *P[3:]),
        without=("صورة توضيحية", "ذات صلة", "صحافية متخصصة", COMMENTS[0]),
    )


def _breaks() -> Shape:
    text = (
        "<br><br>".join(P[:3])
        + "<bannerinjection><div>مساحة إعلانية</div></bannerinjection><br>"
        + "<br /><br />".join(P[3:])
    )
    return Shape(
        "a body of line breaks, custom tags inside, agency line, next and previous teasers",
        frame(
            f"""<form id="aspnetForm" action="x"><div class="detail_container"><div class="d-flex position-relative PrintThis">
<h1 class="u-inherit PrintThis">{TITLE}</h1><div class="article_details_date"><span>2024-10-07 | 18:45</span></div></div>
<div class="article_details_body text-title-4" itemprop="articleBody"><div class="LongDesc"><div>{text}<br>رويترز</div></div>
<div class="article_details_prev_next"><div class="prev_next_text"><span>التالي</span><span>{HEADLINES[0]}</span></div><div class="prev_next_text"><span>السابق</span><span>{HEADLINES[1]}</span></div></div></div></div></form>
<div class="cards"><h2><a href="/r">مقالات ذات صلة</a></h2>{cards(6)}</div>""",
            head=ld(datePublished="2024-10-07T15:45:10+00:00"),
        ),
        without=("مساحة إعلانية", HEADLINES[0], "التالي"),
    )


def _lede() -> Shape:
    related = f'<sna><div><sna-related-article><div class="rel_article_cont"><div class="rel_article_group_title">أخبار ذات صلة</div><a href="/x"><div>{HEADLINES[2]}</div></a></div></sna-related-article></div></sna>'
    return Shape(
        "the first paragraph stands outside the body, dates in Arabic digits",
        frame(
            f"""<section class="content_body"><div class="head_cont"><h1 class="content_heading">{TITLE}</h1><span class="content_head_date">قبل 5 ساعات</span><p class="article-sub-heading">وكالات - الرباط</p></div>
<article class="print-full-width"><div class="article article-content"><div class="article-summary-container"><p class="article-summary">{P[0]}</p></div>
<div class="article-body"><div class="body-div-for-inread">{ps(P[1:3])}{related}{ps(P[3:])}</div></div></div></article>
<article class="print-full-width"><div class="related_contents_cont noprint"><h2><a href="/m">الأكثر قراءة</a></h2><ul>{links(6)}</ul></div></article></section>""",
            head=ld(datePublished="٢٠٢٤-١٠-٠٧T١٨:٤٥:٢١+0100")
            + f'<meta property="og:description" content="{P[0][:80]}">',
        ),
        without=("أخبار ذات صلة", HEADLINES[2], "وكالات - الرباط", "قبل 5 ساعات"),
    )


def _standfirst() -> Shape:
    return Shape(
        "a standfirst above the body, an interstitial inside, a copyright line",
        frame(
            f"""<main><article class="t-content"><h1 class="t-content__title">{TITLE}</h1><p class="t-content__chapo">{LEDE}</p>
<div class="t-content__dates"><span>نشرت في:</span><time datetime="2024-10-07T17:45:00+00:00" pubdate>07/10/2024 - 18:45</time></div>
<div class="t-content__body u-clearfix">{ps(P[:2])}<div class="m-interstitial"><p>{HEADLINES[3]}</p></div>{ps(P[2:])}<p class="t-copyright">صحيفة المثال/ أ ف ب</p></div></article></main>"""
        ),
        lede=LEDE,
        without=(HEADLINES[3],),
    )


def _bare() -> Shape:
    return Shape(
        "bare text in a div, no p, a subtitle above the headline",
        frame(
            f"""<div class="article-page"><h3 class="article-subtitle">خلال دورة أكتوبر العادية</h3><h1 class="autoHeight">{TITLE}</h1>
<ul class="article_media"><li class="media_article_publish_time"><p>الاثنين 07 أكتوبر 2024 18:45</p></li></ul>
<div class="bodyText">{"<br>".join(P[:3])}<div class="box_ad"><a href="/x">اشترك في النشرة البريدية</a></div>{"<br>".join(P[3:])}</div>
<div class="tags"><a>كورنيش</a><a>تهيئة</a></div></div>"""
        ),
    )


def _false_zone() -> Shape:
    return Shape(
        "a Z that is local time, a clock in the header, two h1, no lang, consent text",
        frame(
            f"""<div class="header"><span class="date-header">الأربعاء، 09 أكتوبر 2024 11:02 ص</span></div><div class="right-Content article-cont"><article><div class="articleHeader"><h1>
{TITLE}</h1><span class="newsStoryDate">الإثنين، 07 أكتوبر 2024 06:45 م</span></div><div class="img-cont"><img src="/x.jpg"><span class="img-cap">رئيس المجلس خلال الجلسة</span></div>
<div class="articleCont"><span class="writeBy">كتبت سلمى الإدريسي</span><div id="articleBody">{ps()}</div>
<div class="container"><div class="most-read"><p>الموضوعات المتعلقة</p></div>{cards(3)}</div></div></article>
<div id="commentsList" class="component"><div class="titleComment">لا توجد تعليقات على الخبر</div></div></div><h1>جميع الحقوق محفوظة لصحيفة المثال</h1>""",
            head=f'<meta property="article:published_time" content="2024-10-07T18:45:13Z"><meta property="og:title" content="{TITLE} - صحيفة المثال"><meta property="og:site_name" content="صحيفة المثال">',
            html="<html>",
        ),
        without=("كتبت سلمى", "الموضوعات المتعلقة", "لا توجد تعليقات", "رئيس المجلس خلال"),
    )


def _metadata_inside() -> Shape:
    return Shape(
        "date, source and promotion inside the body, modified before published",
        frame(
            f"""<article><h1 class="title" itemprop="headline name">{TITLE}</h1><div id="mainarea"><div id="articledetails" class="articlecontent" itemprop="articleBody">
<div class="metadata"><div class="source"><span class="label">المصدر:</span> (الرباط - المثال)</div><div class="publish-date"><span class="label">التاريخ:</span>
<time class="date published" itemprop="datePublished" datetime="2024-10-07T18:45+0100">07 أكتوبر 2024</time></div></div>{ps()}<p class="follow-google"><a href="/g">تابعوا أخبار المثال عبر غوغل نيوز</a></p></div></div>
<div id="sidearea"><div class="widget poll"><h2>استطلاع الرأي</h2><h3>هل تؤيد إلزام المدن الساحلية بمخططات لحماية الشواطئ من التلوث؟</h3></div></div></article>""",
            head='<meta property="article:published_time" content="2024-10-07T18:45+0100"><meta property="article:modified_time" content="2024-03-15T20:18+0100">',
        ),
        without=("المصدر:", "غوغل نيوز", "هل تؤيد"),
    )


def _byline_first() -> Shape:
    return Shape(
        "the author is the first paragraph, read-also lines between paragraphs",
        frame(
            f"""<div class="col-lg-8"><h1 class="text-end artical-content-heads lc-fs24">{TITLE}</h1><h4 class="mb-3 lc-clr1">المثال المغربية - سلمى الإدريسي</h4><span class="story_date">07/10/2024 18:45:00</span>
<div class="bodystr"><p>بقلم سلمى الإدريسي</p>{ps(P[:2])}<p>اقرأ أيضا: <a href="/x">{HEADLINES[4]}</a></p>{ps(P[2:4])}<p><strong>إقرأ أيضاً</strong></p><ul>{links(2)}</ul>{ps(P[4:])}<p>شارك هذا المقال على فيسبوك</p></div></div>"""
        ),
        without=(HEADLINES[4], "اقرأ أيضا", "شارك هذا", HEADLINES[0]),
    )


def _ambiguous() -> Shape:
    return Shape(
        "numeric JSON-LD date, related boxes inside the body",
        frame(
            f"""<div class="masry-article-details"><h1 class="article-title">{TITLE}</h1><div class="article-info"><span>الإثنين 07-10-2024 18:45</span> | <span>كتب: سلمى الإدريسي</span></div>
<div class="article-details update-font">{ps(P[:2])}<div class="related-article-inside-body no-print"><p>{HEADLINES[5]}</p><p>{EXCERPT}</p></div>{ps(P[2:])}<div class="masry-article-horizontal-ads">مساحة إعلانية</div></div></div>""",
            head=ld(datePublished="07-10-2024"),
        ),
        without=(HEADLINES[5], EXCERPT),
    )


def _both_calendars() -> Shape:
    return Shape(
        "both calendars in one line, inline dateline",
        frame(
            f"""<main class="MuiBox-root"><h1 class="css-1x2y3z">{TITLE}</h1><div class="css-9k8j7h">الرياض 04 ربيع الآخر 1446 هـ الموافق 07 أكتوبر 2024 م واس</div>
<div class="css-a1b2c3"><p>{P[0]}</p><p>{P[1]}</p><p>{P[2]}</p><p>{P[3]}</p><p>{P[4]}</p><p>{P[5]}</p><p>// انتهى //</p></div></main>"""
        ),
        time=None,
    )


def _hashed() -> Shape:
    blocks = "".join(
        f'<div dir="rtl" class="bbc-19j92fr ebmt73l0"><p dir="rtl" class="bbc-1gjryo4 e17g058b0">{text}</p></div>'
        for text in P
    )
    parts = blocks.split("</div>")
    inserted = (
        "</div>".join(parts[:3])
        + f'</div><section role="region" class="bbc-x1"><strong>قصص مقترحة</strong><ul>{links(4)}</ul><p><span>نهاية</span></p></section>'
        + "</div>".join(parts[3:])
    )
    return Shape(
        "hashed class names, each paragraph in its own box",
        frame(
            f"""<main role="main" class="bbc-fa0wmp"><div class="bbc-1151pbn"><h1 class="bbc-14gqcmb" id="content" tabindex="-1">{TITLE}</h1></div><div class="bbc-1oc9ch"><ul role="list"><li>سلمى الإدريسي</li><li>الرباط</li></ul></div>
<div class="bbc-4wucq3"><time datetime="2024-10-07" class="bbc-1eu2r82">7 أكتوبر/ تشرين الأول 2024</time></div>{inserted}<section aria-labelledby="related-content-heading" class="bbc-r"><h2 id="related-content-heading">مواضيع ذات صلة</h2><ul>{links(5)}</ul></section></main>"""
        ),
        time=None,
        without=("قصص مقترحة",),
    )


def _old_table() -> Shape:
    return Shape(
        "an old page of tables and fonts in windows-1256",
        frame(
            f"""<table width="100%"><tr><td width="160" valign="top"><table>{"".join(f'<tr><td><a href="/{i}">{h}</a></td></tr>' for i, h in enumerate(HEADLINES))}</table></td>
<td valign="top"><table><tr><td><font size="5"><b>{TITLE}</b></font></td></tr><tr><td><font size="2">نشر بتاريخ: 07/10/2024 - 18:45</font></td></tr>
<tr><td><font face="Tahoma"><div align="justify">{"<br><br>".join(P)}</div></font></td></tr><tr><td><a href="/print">طباعة</a> | <a href="/send">أرسل لصديق</a></td></tr></table></td></tr></table>""",
            title=f"صحيفة المثال | {TITLE}",
        )
        .replace(b'charset="utf-8"', b'charset="windows-1256"')
        .decode()
        .encode("cp1256", "ignore"),
    )


def _next_article() -> Shape:
    other = tuple(text.replace("الكورنيش", "الميناء").replace("المجلس", "المكتب") for text in P)
    return Shape(
        "another whole article follows",
        frame(
            f"""<div class="infinite"><article class="single-post"><h1>{TITLE}</h1><time datetime="2024-10-07T18:45:00+01:00">07 أكتوبر 2024</time><div class="post-text">{ps()}</div></article>
<article class="single-post"><h1>{HEADLINES[6]}</h1><time datetime="2024-10-06T10:00:00+01:00">06 أكتوبر 2024</time><div class="post-text">{ps(other)}</div></article></div>"""
        ),
        without=("الميناء المقبل", other[1]),
    )


def _brief() -> Shape:
    return Shape(
        "news in brief: one paragraph, many comments",
        frame(
            f"""<div class="post-single"><h1 class="post-title">{TITLE}</h1><div class="post-date">الإثنين 7 أكتوبر 2024 - 18:45</div><div class="post-body"><p>{SHORT}</p></div></div>
<section id="comments"><h3>تعليقات الزوار</h3><ul class="comment-list">{"".join(f'<li class="comment even"><div class="comment-text"><p>{c}</p></div></li>' for c in COMMENTS * 3)}</ul></section>"""
        ),
        body=(SHORT,),
        without=(COMMENTS[0],),
    )


def _client_rendered() -> Shape:
    return Shape(
        "the body stands in JSON-LD alone",
        frame(
            '<div id="__next"></div>',
            head=ld(datePublished="2024-10-07T18:45:00+01:00", articleBody="\n".join(P)),
        ),
        declared=True,
    )


def _broken_json() -> Shape:
    broken = (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
        f'"headline":"{TITLE}","datePublished":"2024-10-07T18:45:00+01:00",'
        '"description":"قال "الرئيس" إن", }</script>'
    )
    return Shape(
        "broken JSON-LD, an Elementor page",
        frame(
            f"""<div class="elementor elementor-123 elementor-location-single post-1 post type-post tag-share category-related has-post-thumbnail"><section class="elementor-section"><div class="elementor-widget-container"><h2 class="elementor-heading-title">{TITLE}</h2></div></section>
<div class="elementor-widget elementor-widget-theme-post-content"><div class="elementor-widget-container">{ps(P[:4])}<blockquote><p>{P[4]}</p></blockquote>{ps(P[5:])}</div></div>
<div class="elementor-widget elementor-widget-posts">{cards(4)}</div></div>""",
            head=broken,
        ),
    )


def _lists() -> Shape:
    items = (
        "تهيئة الممرات المخصصة للراجلين والدراجات على طول الكورنيش.",
        "بناء ثلاثة مواقف للسيارات تحت أرضية.",
        "غرس أكثر من ألفي شجرة من الأصناف المحلية.",
    )
    return Shape(
        "a list and a sub-heading inside, a kicker in the headline, a suffix in the title",
        frame(
            f"""<main><div class="story"><h1><span class="kicker">مدن</span> {TITLE}</h1><div class="byline">سلمى الإدريسي</div><div class="pub">7 أكتوبر 2024 الساعة 18:45</div><div class="story-body">{ps(P[:2])}<h3>{SUBHEAD}</h3><ul>{"".join(f"<li>{i}</li>" for i in items)}</ul>{ps(P[2:])}
<div class="newsletter-box"><h4>النشرة البريدية</h4><p>توصل بأهم الأخبار كل صباح في بريدك الإلكتروني، يمكنك إلغاء الاشتراك متى شئت.</p></div></div></div></main>""",
            title=f"{TITLE} | مدن | صحيفة المثال",
            head=f'<meta property="og:title" content="{TITLE}">',
        ),
        body=(*P[:2], SUBHEAD, *items, *P[2:]),
        without=("توصل بأهم",),
    )


def _date_list() -> Shape:
    return Shape(
        "the date in a list after the body, an intro paragraph, a picture box inside",
        frame(
            f"""<div id="bodyContent"><div class="col3"><h4 class="artikel">مجتمع</h4><h1>{TITLE}</h1><p class="intro">{LEDE}</p>
<div class="picBox full"><img src="/p.jpg"><p>منظر عام للكورنيش القديم عند الغروب</p></div><div class="group"><div class="longText">{ps(P[:3])}<div class="picBox medium rightFloat"><img src="/m.jpg"><p>خريطة المشروع كما عرضت في الجلسة</p></div>{ps(P[3:])}<p><em>س.إ (د ب أ، رويترز)</em></p></div></div></div>
<div class="col1"><div class="group"><ul class="smallList"><li><strong>تاريخ</strong> 07.10.2024</li><li><strong>الكاتب</strong> سلمى الإدريسي</li><li><strong>مواضيع ذات صلة</strong> <a href="/t/1">البيئة</a></li></ul></div></div></div>"""
        ),
        lede=LEDE,
        time=None,
        without=("منظر عام", "خريطة المشروع"),
    )


def _split_date() -> Shape:
    return Shape(
        "date and time in boxes of their own, a body cut in two by an ad",
        frame(
            f"""<div class="articleHeader"><h1>{TITLE}</h1><div class="time icon-time"><span>06:45 م</span><span>الإثنين 07 أكتوبر 2024</span></div></div>
<div class="wrap"><div class="details"><div>{ps(P[:4])}</div></div><div class="gads" id="div-gpt-ad-1"><p>إعلان</p></div><div class="details">{ps(P[4:])}</div></div>"""
        ),
    )


def _published_and_updated() -> Shape:
    return Shape(
        "published and updated in one line, both calendars",
        frame(
            f"""<article class="node"><h1 class="page-title"><span class="field field--name-title">{TITLE}</span></h1><div class="submitted"><div class="published">نُشر: 18:45-7 أكتوبر 2024 م ـ 04 ربيع الثاني 1446 هـ</div><div class="updated">آخر تحديث: 20:10-8 أكتوبر 2024 م ـ 05 ربيع الثاني 1446 هـ</div></div>
<div class="field field--name-body field--type-text-with-summary"><div class="field__item">{ps()}</div></div></article>"""
        ),
    )


def _two_times() -> Shape:
    return Shape(
        "two time elements, the second of the change",
        frame(
            f"""<div class="article-hdr"><h1 class="headingInfo_title">{TITLE}</h1><div class="timeDate_element"><span>نشر في:</span><time datetime="2024-10-07T18:45:00+01:00">07 أكتوبر 2024: 18:45</time><span>آخر تحديث:</span><time datetime="2024-10-08T08:00:00+01:00">08 أكتوبر 2024: 08:00</time></div></div>
<div id="body-text">{"".join(f'<div class="paragraph-wrapper"><p class="body-1 paragraph">{text}</p></div>' for text in P)}<div class="readMore"><a href="/x">{HEADLINES[7]}</a><span>{HEADLINES[7]}</span></div></div>"""
        ),
        without=(HEADLINES[7],),
    )


def _source_line() -> Shape:
    return Shape(
        "a summary box, a source line and a follow line at the end",
        frame(
            f"""<div class="article"><h1 class="article__heading">{TITLE}</h1><div class="article__date">تاريخ النشر: 07.10.2024 | 18:45 GMT</div><div class="article__summary article__summary_article-page">{LEDE}</div>
<div class="article__text text"><p>{P[0]}</p><div class="read-more"><div class="read-more__img"></div><div class="read-more__text"><strong>{HEADLINES[1]}</strong></div></div>{ps(P[1:])}<p>المصدر: وكالات</p><p><strong>تابعوا صحيفة المثال على <a href="https://t.me/x">تليغرام</a></strong></p></div></div>"""
        ),
        lede=LEDE,
        without=("المصدر", "تابعوا", HEADLINES[1]),
    )


def _misleading_names() -> Shape:
    return Shape(
        "the body stands in a box named after its share buttons, comments are longer",
        frame(
            f"""<h1>{TITLE}</h1><div class="post-date">07 أكتوبر 2024 18:45</div><div class="col-md-8 share-wrap"><div class="txt">{ps()}</div></div>
<div class="comments">{"".join(f"<p>{text}</p>" for text in COMMENTS)}</div>"""
        ),
        without=(COMMENTS[0],),
    )


def _cards_below() -> Shape:
    return Shape(
        "cards of other articles in nameless boxes below the text",
        frame(
            f"""<div class="sc-c"><h1 class="sc-e">{TITLE}</h1><div class="sc-f">07 أكتوبر 2024, 6:45 مساءً</div><div class="sc-h">{"".join(f'<div class="sc-i"><div class="sc-j"><span>{text}</span></div></div>' for text in P)}</div>
<div class="sc-l"><div>أخبار قد تعجبك</div>{cards(6).replace('class="card"', 'class="sc-m"').replace('class="date"', 'class="sc-n"')}</div></div>"""
        ),
        without=(EXCERPT,),
    )


def _closing_line() -> Shape:
    return Shape(
        "a footnote closes the text, a line for followers and a widget's label stand in it",
        frame(
            f"""<article><h1>{TITLE}</h1><div class="date">07 أكتوبر 2024 18:45</div><div class="txt">{ps(P[:3])}<div>تابع المثال على:</div>{ps(P[3:])}<p>* صحافية من المغرب</p><p>فيديو قد يعجبك:</p></div></article>"""
        ),
        body=(*P, "* صحافية من المغرب"),
        without=("فيديو قد",),
    )


def _brief_among_cards() -> Shape:
    return Shape(
        "news in brief above many cards of other articles",
        frame(
            f"""<div class="page"><div class="one"><h1>{TITLE}</h1><small>7 تشرين الأول 2024 06:45 مساءً</small><p>{SHORT}</p></div><div class="grid">{cards(10)}</div></div>"""
        ),
        body=(SHORT,),
    )


def _old_comments() -> Shape:
    return Shape(
        "readers' comments in a table cell below the text, a counter between",
        frame(
            f"""<table><tr><td><span class="x1">{TITLE}</span><br><span class="x2">الاثنين, 7 تشرين الأول 2024 18:45</span><div id="x3">{"<br><br>".join(P[:4])}</div><br>عدد القراءات: 1532<br><b>أضف تعليقك</b><form><textarea></textarea></form><b>تعليقات القراء</b>{"".join(f"<div><b>أبو محمد</b> (08/10/2024)<br>{text}</div>" for text in COMMENTS)}</td></tr></table>"""
        ),
        body=P[:4],
        without=("عدد القراءات", "أبو محمد", COMMENTS[0]),
    )


def _live() -> Shape:
    entries = "".join(
        f'<div class="entry"><time datetime="2024-10-07T2{i}:05:00+01:00">2{i}:05</time><h3>{HEADLINES[i]}</h3><p>{P[i + 1]}</p></div>'
        for i in range(3)
    )
    return Shape(
        "a running account: each entry has its clock time",
        frame(
            f"""<article><h1>{TITLE}</h1><div class="meta"><time datetime="2024-10-07T18:45:00+01:00">7 أكتوبر 2024 18:45</time></div><div class="intro-text"><p>{P[0]}</p></div><div class="entries">{entries}</div></article>"""
        ),
        body=(P[0], HEADLINES[0], P[1], HEADLINES[1], P[2], HEADLINES[2], P[3]),
    )


def _amp() -> Shape:
    return Shape(
        "custom tags that say what they hold",
        frame(
            f"""<amp-sidebar><ul>{links(4)}</ul></amp-sidebar><main><h1>{TITLE}</h1><div>الإثنين، 7 أكتوبر 2024 06:45 م</div><div class="amp-content">{ps(P[:2])}<amp-ad>إعلان ممول من شركة المثال للسيارات الجديدة والمستعملة في المغرب</amp-ad>{ps(P[2:])}<amp-social-share>تويتر</amp-social-share></div></main>"""
        ),
        without=("شركة المثال", "تويتر"),
    )


def _glued_line() -> Shape:
    return Shape(
        "author, date and section glued in one line, a clock above, the day of another article amid the text",
        frame(
            f"""<div class="header-top"><span class="date">الأربعاء 9 أكتوبر 2024</span></div><article><h1>{TITLE}</h1><p class="post-meta"><span><a href="/a">المحرر</a></span><span class="tie-date">7 أكتوبر، 2024</span><span><a>محلي</a></span></p>
<div class="entry">{ps(P[:3])}<div class="box"><a href="/x">{HEADLINES[2]}</a><div>12 سبتمبر 2024, 10:13 GMT</div></div>{ps(P[3:])}</div></article>"""
        ),
        time=None,
        without=("12 سبتمبر",),
    )


def _updated_class() -> Shape:
    return Shape(
        "the time of publication is of class updated",
        frame(
            f"""<article><header><h1 class="entry-title">{TITLE}</h1><div class="td-post-author-name"><div>بواسطة</div> <a href="/a">سلمى الإدريسي</a><div> - </div></div><time class="entry-date updated td-module-date" datetime="2024-10-07T18:45:00+01:00">أكتوبر 7, 2024</time></header><div class="td-post-content">{ps()}</div></article>""",
            head=ld(datePublished="2024-10-07T17:45:00+00:00"),
        ),
    )


SHAPES: tuple[Shape, ...] = tuple(
    make()
    for make in (
        _jannah, _breaks, _lede, _standfirst, _bare, _false_zone, _metadata_inside, _byline_first, _ambiguous, _both_calendars,
        _hashed, _old_table, _next_article, _brief, _client_rendered, _broken_json, _lists,
        _date_list, _split_date, _published_and_updated, _two_times, _source_line,
        _misleading_names, _cards_below, _closing_line, _brief_among_cards, _old_comments, _live, _amp, _glued_line,
        _updated_class,
    )
)  # fmt: skip


def listing() -> bytes:
    """A page of teasers at an address that looks like an article."""
    return frame(
        f'<div class="archive"><h1>مجتمع</h1>{cards(12)}<div class="pagination"><a href="?page=2">التالي</a></div></div>',
        title="مجتمع - صحيفة المثال",
    )


def without_body() -> bytes:
    """The frame of an article without its text."""
    return frame(f'<article><h1>{TITLE}</h1><div class="entry-content"></div></article>')


def french() -> bytes:
    """A French page of an Arabic site."""
    text = (
        "<p>Le conseil communal a adopté, lors de sa session ordinaire, le projet d'aménagement de la nouvelle corniche qui s'étend sur sept kilomètres.</p>"
        * 1
    )
    more = "<p>Selon le président du conseil, les travaux seront lancés au début du printemps prochain avec un bureau d'études spécialisé dans le littoral.</p>"
    return frame(
        f'<article><h1>Le conseil adopte le projet de la nouvelle corniche</h1><div class="entry-content">{text}{more}</div></article>',
        title="Le conseil adopte le projet de la nouvelle corniche",
        html='<html lang="fr">',
    )
