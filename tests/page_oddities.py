# ruff: noqa: E501 (pages are long lines)
"""Article pages of our own writing with odd nestings: elements used for what they are not, lists, verses, tables."""

from __future__ import annotations

from collections.abc import Iterable

from tests.page_shapes import COMMENTS, EXCERPT, HEADLINES, SHORT, TITLE, P, Shape, frame, ps
from tests.page_themes import ISO, QUESTIONS, VERSES

SENTENCES = (*(" ".join(p.split()[:6]) + "." for p in P), *(" ".join(p.split()[6:12]) + "." for p in P))
"""Sentences of six words."""


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
)  # fmt: skip
