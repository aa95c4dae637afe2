# ruff: noqa: E501 (pages are long lines)
"""Article pages of our own writing with unusual markup: misused elements, lists, verses, tables."""

from __future__ import annotations

from collections.abc import Iterable

from tests.page_mutations import OTHER
from tests.page_shapes import COMMENTS, EXCERPT, HEADLINES, SHORT, TITLE, P, Shape, frame, ps
from tests.page_themes import ISO, QUESTIONS, VERSES

SENTENCES = (*(" ".join(p.split()[:6]) + "." for p in P), *(" ".join(p.split()[6:12]) + "." for p in P))
"""Sentences of six words."""


OTHERS = "".join(f"<p>{text}</p>" for text in OTHER)


def _odd(name: str, main: str, body: Iterable[str] = P) -> Shape:
    return Shape(name, frame(main), body=tuple(body))


ODDITIES: tuple[Shape, ...] = (
    _odd("old portal: story_date, comments in divs", f'<div id="article"><div class="page_title_w"><h1 class="page_title">{TITLE}</h1></div><span class="story_author">سلمى الإدريسي</span><span class="story_date">الإثنين 07 أكتوبر 2024 - 18:45</span><div id="article_body">{ps()}</div><div id="comment_list"><div class="comment_holder"><div class="comment_body"><h4>1 - قارئ</h4><p>{COMMENTS[0]}</p></div></div><div class="comment_holder"><h4>2 - قارئ</h4><p>{COMMENTS[1]}</p></div></div></div>'),
    _odd("live list", f'<div class="lb"><h1>{TITLE}</h1><div class="lb-date">7 أكتوبر 2024 18:45</div><p class="lb-intro">{P[0]}</p><ul class="lb-list">'+"".join(f'<li class="lb-post"><div class="lb-time">2{i}:1{i}</div><h2>{HEADLINES[i]}</h2><p>{P[i + 1]}</p><div class="lb-share"><a>فيسبوك</a><a>تويتر</a></div></li>' for i in range(4))+'</ul></div>', body=[P[0],HEADLINES[0],P[1],HEADLINES[1],P[2],HEADLINES[2],P[3],HEADLINES[3],P[4]]),
    _odd("opinion with the author's box above", f'<div class="opinion"><div class="op-author"><img src="/w.jpg"><h4><a href="/writer/3">سلمى الإدريسي</a></h4><p>كاتبة وباحثة في علم الاجتماع الحضري، تنشر مقالا كل أسبوع في هذه الصفحة.</p></div><h1>{TITLE}</h1><div class="op-date">07 أكتوبر 2024 18:45</div><div class="op-text">{ps()}</div></div>'),
    _odd("sections each with a heading", f'<main><h1>{TITLE}</h1><div>7 أكتوبر 2024 18:45</div>'+"".join(f'<section><h2>{HEADLINES[i]}</h2><div><p>{P[2 * i]}</p><p>{P[2 * i + 1]}</p></div></section>' for i in range(3))+'</main>', body=[P[0],P[1],HEADLINES[1],P[2],P[3],HEADLINES[2],P[4],P[5]]),
    _odd("text in a table cell with a nested table of links", f'<table><tr><td><h2>{TITLE}</h2></td></tr><tr><td>07-10-2024 18:45</td></tr><tr><td>{ps(P[:3])}<table align="left"><tr><td><a href="/1">{HEADLINES[0]}</a></td></tr><tr><td><a href="/2">{HEADLINES[1]}</a></td></tr></table>{ps(P[3:])}</td></tr></table>'),
    _odd("brief with teasers that scripts open", f'<div class="n"><h1>{TITLE}</h1><div class="nd">07 أكتوبر 2024 18:45</div><div class="nt"><p>{SHORT}</p></div></div><div class="other"><h3>شاهد أيضا</h3>'+"".join(f'<div class="box" onclick="go({i})"><div class="tt">{HEADLINES[i]}</div><div class="ex">{EXCERPT}</div></div>' for i in range(5))+'</div>', body=[SHORT]),
    _odd("the text stands in an aside", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><aside>{ps()}</aside></div>'),
    _odd("the text stands in a footer", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><footer class="a">{ps()}</footer></div>'),
    _odd("news in bullets", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><ul class="points">'+"".join(f"<li>{p}</li>" for p in P)+'</ul></div>'),
    _odd("short sentences", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">{ps(SENTENCES)}</div></div>', body=SENTENCES),
    _odd("paragraphs are h3", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">'+"".join(f"<h3>{p}</h3>" for p in P)+'</div></div>'),
    _odd("an anchor around everything", f'<a name="top"><div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">{ps()}</div></div></a>'),
    _odd("references at the end", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">{ps()}<ol class="refs"><li><a href="http://a.example/1">تقرير المكتب الهندسي حول الساحل</a></li><li><a href="http://a.example/2">دفتر التحملات الخاص بالكورنيش</a></li></ol></div></div>'),
    _odd("a speech in quotations", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z"><p>{P[0]}</p><blockquote><p>{P[1]}</p><p>{P[2]}</p></blockquote><p>{P[3]}</p><blockquote>{P[4]}</blockquote><p>{P[5]}</p></div></div>'),
    _odd("unclosed paragraphs in center", f'<center><font size=5>{TITLE}</font><p>07/10/2024 18:45<p>'+"<p>".join(P)+'</center>'),
    _odd("photo essay", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="gal">'+"".join(f'<div class="ph"><img src="/{i}.jpg"><p>{p}</p></div>' for i,p in enumerate(P))+'</div></div>'),
    _odd("twice, for phones and desks", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="d-none d-md-block">{ps()}</div><div class="d-md-none">{ps()}</div></div>'),
    _odd("sticky head with the headline", f'<div class="sticky-head"><h2>{TITLE}</h2><a>شارك</a></div><div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">{ps()}</div></div>'),
    _odd("read-also after each paragraph", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">'+"".join(f'<p>{p}</p><p><strong>اقرأ أيضا: </strong><a href="/{i}">{HEADLINES[i]}</a></p>' for i,p in enumerate(P))+'</div></div>'),
    _odd("definition list of questions", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><p>{P[0]}</p><dl>'+"".join(f'<dt>{q}</dt><dd>{a}</dd>' for q,a in zip(QUESTIONS, P[1:4], strict=True))+f'</dl><p>{P[4]}</p></div>', body=[P[0],QUESTIONS[0],P[1],QUESTIONS[1],P[2],QUESTIONS[2],P[3],P[4]]),
    _odd("results in a table after a paragraph", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">{ps(P[:2])}<table><tr><th>الفريق</th><th>النقاط</th></tr>'+"".join(f"<tr><td>فريق المدينة رقم {i}</td><td>{30 - i}</td></tr>" for i in range(6))+f'</table>{ps(P[2:4])}</div></div>', body=[*P[:2],"الفريق","النقاط",*[x for i in range(6) for x in (f"فريق المدينة رقم {i}",str(30 - i))],*P[2:4]]),
    _odd("sentences in divs among inline ads", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">'+"".join(f'<div>{p}</div><div id="ad{i}"><span>إعلان</span></div>' for i,p in enumerate(P))+'</div></div>'),
    _odd("a headline of the site is the first h1", f'<h1 class="site"><a href="/">صحيفة المثال</a></h1><div class="x"><h2 class="ttl">{TITLE}</h2><div class="y">07 أكتوبر 2024 18:45</div><div class="z">{ps()}</div></div>'),
    _odd("the text in the same box as the lists around it", f'<div id="page"><h1>{TITLE}</h1><p>07 أكتوبر 2024 18:45</p>{ps()}<p>مواضيع ذات صلة</p><p><a href="/1">{HEADLINES[0]}</a></p><p><a href="/2">{HEADLINES[1]}</a></p><p><a href="/3">{HEADLINES[2]}</a></p></div>'),
    _odd("poem with an introduction", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z"><p>{P[0]}</p><p>{"<br>".join(VERSES[:8])}</p></div></div>', body=[P[0],*VERSES[:8]]),
    _odd("unlinked related headlines below", f'<div class="x"><h1>{TITLE}</h1><div class="y">07 أكتوبر 2024 18:45</div><div class="z">{ps()}</div><div class="w"><div>{HEADLINES[0]}</div><div>{HEADLINES[1]}</div><div>{HEADLINES[2]}</div><div>{HEADLINES[3]}</div></div></div>'),
    _odd("long captions in nameless boxes", f'<div><h1>{TITLE}</h1><div>07 أكتوبر 2024 18:45</div><div><div><img src="/a.jpg"><div>جانب من الأشغال التي انطلقت قبل أسبوع قرب الميناء القديم بالمدينة</div></div>{ps(P[:3])}<div><img src="/b.jpg"><span>رئيس المجلس يتحدث إلى الصحافة بعد نهاية الجلسة العلنية أمس</span></div>{ps(P[3:])}</div></div>'),
    _odd("an audio box and a summary by machine", f'<article><h1>{TITLE}</h1><time datetime="{ISO}">07 أكتوبر 2024 18:45</time><div class="smart"><b>ملخص</b><ul><li>المجلس يصادق على تهيئة الكورنيش الجديد.</li><li>الأشغال تنطلق مطلع الربيع المقبل بكلفة ثمانين مليونا.</li></ul></div><div class="audio"><span>استمع إلى المقال</span><span>03:20</span></div><div class="content-txt">{ps()}</div></article>'),
    _odd("word html", f'<div><h1>{TITLE}</h1><p>07 أكتوبر 2024 18:45</p><div class="WordSection1">'+"".join(f'<p class="MsoNormal" dir="RTL" style="text-align:right"><span lang="AR-MA" style="font-size:14pt">{p}<o:p></o:p></span></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>' for p in P)+'</div></div>'),
    _odd("one pre", f'<div><h1>{TITLE}</h1><div>07 أكتوبر 2024 18:45</div><pre>'+"\n\n".join(P)+'</pre></div>', body=[" ".join(P)]),
    _odd("article per paragraph", f'<main><h1>{TITLE}</h1><time datetime="{ISO}">7 أكتوبر 2024 18:45</time>'+"".join(f'<article class="para"><p>{p}</p></article>' for p in P)+'</main>'),
    _odd("archive toolbar", f'<div id="wm-ipp-base"><div id="wm-ipp-inside"><p>حفظ أرشيف الويب هذه الصفحة 14 مرة بين 8 أكتوبر 2024 و3 يناير 2025 للاطلاع عليها لاحقا.</p><a>السابق</a></div></div><div id="c"><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div>{ps()}</div>'),
    _odd("newest first with day headings", f'<div class="live"><h1>{TITLE}</h1><div class="upd">07 أكتوبر 2024 18:45</div>'+"".join(f'<div class="li"><div class="lt">{20 - i}:00</div><div class="lc"><p>{P[i]}</p></div></div>' for i in range(6))+'</div>'),
    _odd("french translation below", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="ar">{ps()}</div></div>'),
    _odd("one paragraph only", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{" ".join(P)}</div></div>', body=[" ".join(P)]),
    _odd("hashtags at the end", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps()}<p>#كورنيش #تهيئة #المدينة</p></div></div>', body=(*P,)),
    _odd("many comments, long", f'<div class="post"><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps(P[:2])}</div></div><div class="disc"><h3>آراء القراء (18)</h3>'+"".join(f'<div class="it"><b>قارئ {i}</b><span>منذ {i + 2} أيام</span><p>{COMMENTS[i % 3]}</p></div>' for i in range(18))+'</div>', body=P[:2]),
    _odd("comments without a heading", f'<div class="post"><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps()}</div></div><ul class="xx">'+"".join(f'<li><b>أبو محمد</b> <i>08/10/2024 10:0{i}</i><p>{COMMENTS[i]}</p></li>' for i in range(3))+'</ul>'),
    _odd("two bylines and a source line inside", f'<div><h1>{TITLE}</h1><div class="t"><p>الرباط - سلمى الإدريسي</p><p>الإثنين 07 أكتوبر 2024 18:45</p>{ps()}<p>(وكالات)</p></div></div>'),
    _odd("related inside the last paragraph", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps(P[:5])}<p>{P[5]}<br><strong>اقرأ أيضا</strong><br><a href="/1">{HEADLINES[0]}</a><br><a href="/2">{HEADLINES[1]}</a></p></div></div>'),
    _odd("unlinked cards of a slider above", '<div class="slider">'+"".join(f'<div class="s"><b>{HEADLINES[i]}</b><p>{EXCERPT}</p></div>' for i in range(4))+f'</div><div class="det"><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div>{ps()}</div>'),
    _odd("a factbox inside", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps(P[:3])}<div class="box-info"><h4>أرقام المشروع</h4><ul><li>سبعة كيلومترات</li><li>ثمانون مليون درهم</li></ul></div>{ps(P[3:])}</div></div>', body=(*P[:3],"أرقام المشروع","سبعة كيلومترات","ثمانون مليون درهم",*P[3:])),
    _odd("the subtitle in a paragraph without an end", f'<div><h1>{TITLE}</h1><p class="sub">الكلفة تفوق ثمانين مليون درهم والأشغال تنطلق في الربيع المقبل</p><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps()}</div></div>'),
    _odd("promo paragraphs linked", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps(P[:3])}<p><a href="/v">شاهد بالفيديو لحظة افتتاح المعرض الدولي للكتاب في العاصمة</a></p>{ps(P[3:])}<p><a href="https://news.google.com/x">تابعوا آخر أخبارنا على غوغل نيوز</a></p></div></div>'),
    _odd("body in spans of a data list", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="rte">'+"".join(f'<span style="display:block" data-block="true">{p}</span>' for p in P)+'</div></div>'),
    _odd("editor's draft blocks", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="DraftEditor-root"><div class="public-DraftEditor-content">'+"".join(f'<div class="" data-block="true" data-editor="x"><div class="public-DraftStyleDefault-block public-DraftStyleDefault-rtl"><span><span data-text="true">{p}</span></span></div></div>' for p in P)+'</div></div></div>'),
    _odd("second article in a modal", f'<div class="p1"><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div>{ps()}</div><div class="popup-story" style="display:none"><h2>{HEADLINES[1]}</h2><div>05 أكتوبر 2024</div>'+"".join(f"<p>{t}</p>" for t in OTHER)+'</div>'),
    _odd("two articles side by side, the second first in size", f'<table><tr><td><h1>{TITLE}</h1><div>07 أكتوبر 2024 18:45</div>{ps(P[:3])}</td><td><h1>{HEADLINES[1]}</h1><div>05 أكتوبر 2024 10:00</div>'+"".join(f"<p>{t}</p>" for t in OTHER)+'</td></tr></table>', body=P[:3]),
    _odd("quiz and poll inside", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps(P[:3])}<div class="poll-box"><h4>هل تؤيد المشروع؟</h4><ul><li>نعم</li><li>لا</li><li>لا أدري</li></ul><button>صوت</button></div>{ps(P[3:])}</div></div>'),
    _odd("amp story of nested tables", f'<table><tbody><tr><td><table><tbody><tr><td><b>{TITLE}</b></td></tr><tr><td><i>الاثنين 7 أكتوبر 2024 - 18:45</i></td></tr></tbody></table></td></tr>'+"".join(f'<tr><td><table><tbody><tr><td>{p}</td></tr></tbody></table></td></tr>' for p in P)+'</tbody></table>'),
    _odd("footer like text at the end of the body", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps()}<p>جميع الحقوق محفوظة لصحيفة المثال</p><p>يمنع نقل الخبر دون ذكر المصدر</p></div></div>'),
    _odd("biography after a line", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps()}<hr><p><em>* كاتب وباحث في شؤون المدن</em></p></div></div>', body=(*P,"* كاتب وباحث في شؤون المدن")),
    _odd("second h2 article, same article class, no date", f'<article class="post"><h2 class="t">{TITLE}</h2><div class="d">07 أكتوبر 2024 18:45</div><div class="e">{ps()}</div></article><article class="post"><h2 class="t">{HEADLINES[1]}</h2><div class="e">{OTHERS}</div></article>'),
    _odd("second section with h2 link headline", f'<section class="art"><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div>{ps()}</section><section class="art"><h1><a href="/2">{HEADLINES[1]}</a></h1><div>05 أكتوبر 2024 09:00</div>{OTHERS}</section>'),
    _odd("next article in a list item", f'<ul class="feed"><li><h2>{TITLE}</h2><time datetime="2024-10-07T18:45:00+01:00">7 أكتوبر 2024</time>{ps()}</li><li><h2>{HEADLINES[1]}</h2><time datetime="2024-10-05T09:00:00+01:00">5 أكتوبر 2024</time>{OTHERS}</li></ul>'),
    _odd("drupal submitted", f'<div class="node"><h1>{TITLE}</h1><div class="submitted">أرسل بواسطة admin في إثن, 2024-10-07 18:45</div><div class="content">{ps()}</div></div>'),
    _odd("date below the text in a footer", f'<article><h1>{TITLE}</h1><div class="t">{ps()}</div><footer><span class="posted-on">نشر في: 07/10/2024 - 18:45</span> <a href="/c">مجتمع</a></footer></article>'),
    _odd("date in the last line of the text box", f'<div><h1>{TITLE}</h1><div class="t">{ps()}<p>الإثنين 07 أكتوبر 2024 - 18:45</p></div></div>'),
    _odd("caption-like date beside the picture", f'<div><h1>{TITLE}</h1><figure><img src="/a.jpg"><figcaption>الإثنين 07 أكتوبر 2024 18:45 | تصوير: المحرر</figcaption></figure><div class="t">{ps()}</div></div>'),
    _odd("ads named good", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="article-body">{ps(P[:3])}<div class="article-content-ad"><p>شقق فاخرة للبيع في قلب المدينة بأثمنة تبدأ من تسعين مليونا.</p></div>{ps(P[3:])}</div></div>'),
    _odd("sponsor box at the top of the text", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t"><div class="sponsor"><p>هذا المحتوى برعاية شركة المثال للاتصالات والخدمات الرقمية.</p></div>{ps()}</div></div>'),
    _odd("app banner between", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps(P[:3])}<div class="app-banner"><p>حمل تطبيق صحيفة المثال لتصلك الأخبار العاجلة أولا بأول.</p><a href="/app">حمل التطبيق</a></div>{ps(P[3:])}</div></div>'),
    _odd("image gallery captions list", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><ul class="gallery">'+"".join(f'<li><img src="/{i}.jpg"><span>الصورة رقم {i} من معرض أشغال الكورنيش القديم في المدينة</span></li>' for i in range(4))+f'</ul><div class="t">{ps()}</div></div>'),
    _odd("weather and prayer widgets above", f'<div class="tools"><div>الطقس في الرباط: غائم جزئيا ودرجة الحرارة اثنتان وعشرون</div><div>صلاة الظهر 13:32 صلاة العصر 16:44 صلاة المغرب 19:12</div></div><div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div>{ps()}</div>'),
    _odd("voice of the reader: quotes each in div", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t"><p>{P[0]}</p><div class="quote">"{P[1]}"</div><p>{P[2]}</p><div class="quote">"{P[3]}"</div><p>{P[4]}</p></div></div>', body=[P[0],f'"{P[1]}"',P[2],f'"{P[3]}"',P[4]]),
    _odd("tag cloud unlinked below", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps()}</div><div class="k">كورنيش، تهيئة، المجلس الجماعي، الأشغال العمومية، المدينة الساحلية، الميزانية</div></div>'),
    _odd("numbers of readers and share lines", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div>1532 مشاهدة</div><div>شارك هذا المقال</div><div class="t">{ps()}</div><div>هل أعجبك المقال؟ قيمه الآن</div></div>'),
    _odd("h5 subtitle above h1", f'<div><h5>بكلفة تفوق ثمانين مليون درهم</h5><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div>{ps()}</div>'),
    _odd("paragraph then list of four points closed", f'<div><h1>{TITLE}</h1><div class="d">07 أكتوبر 2024 18:45</div><div class="t">{ps(P[:2])}<ul><li>تهيئة الممرات.</li><li>بناء المواقف.</li><li>غرس الأشجار.</li></ul></div></div>', body=(*P[:2],"تهيئة الممرات.","بناء المواقف.","غرس الأشجار.")),
)  # fmt: skip
