# ruff: noqa: E501 (pages are long lines)
"""Article pages of our own writing in the structure of common systems and themes.

Element names, classes and their nesting are those that the systems print (WordPress and its themes, page builders,
Drupal, Joomla, Blogger, ASP.NET, single-page frameworks); all words are ours.
"""

from __future__ import annotations

from pathlib import Path

from tests.page_shapes import (
    COMMENTS,
    EXCERPT,
    HEADLINES,
    LEDE,
    SUBHEAD,
    TITLE,
    P,
    Shape,
    cards,
    frame,
    ld,
    links,
    ps,
)

SAVED = Path(__file__).parent / "data" / "saved_pages"
"""Pages of ours as Chromium's ``--dump-dom`` gives them after their scripts ran."""
ISO = "2024-10-07T18:45:00+01:00"
VERSES = (
    "يا بحر حدث عن الأسفار والزمن", "واذكر لنا ما جرى في غابر السفن", "كم موجة حملت للشط أغنية", "وأطفأت شوقها في رملك الحسن",
    "يا ليل طال بنا التجوال فاتئد", "لم يبق في القلب غير الشوق والوسن", "نمشي على وجع الأيام من أمل", "ونستعير من الأحلام ما يكن",
    "والدار تسأل عنا كل عابرة", "كأنها لم تنم يوما على حزن", "فارجع لنا الوصل بعد اليأس يا قمر", "فما لنا غير هذا الضوء من سكن",
)  # fmt: skip
QUESTIONS = (
    "متى ستنطلق الأشغال فعليا؟", "كيف سيمول المشروع؟", "ماذا عن سكان الأحياء المجاورة؟",
)  # fmt: skip
STEPS = (
    "1. تهيئة الممرات", "2. بناء المواقف", "3. غرس الأشجار",
)  # fmt: skip


def _comments(tag: str = "li") -> str:
    return "".join(
        f'<{tag} class="comment"><div class="comment-author">قارئ {i}</div><div class="comment-content"><p>{text}</p></div><a class="reply" href="#r">رد</a></{tag}>'
        for i, text in enumerate(COMMENTS)
    )


def _newspaper() -> Shape:
    return Shape(
        "tagDiv Newspaper: sharing above and below, an inline ad, next and previous, related blocks",
        frame(
            f"""<div class="td-main-content-wrap"><div class="td-container"><div class="td-crumb-container"><div class="entry-crumbs"><span><a href="/">الرئيسية</a></span> <span><a href="/m">مجتمع</a></span></div></div>
<div class="td-pb-row"><div class="td-pb-span8 td-main-content"><div class="td-ss-main-content"><article id="post-55" class="post-55 post type-post category-society">
<div class="td-post-header"><ul class="td-category"><li class="entry-category"><a href="/m">مجتمع</a></li></ul><header class="td-post-title"><h1 class="entry-title">{TITLE}</h1>
<div class="td-module-meta-info"><div class="td-post-author-name"><div class="td-author-by">بواسطة</div> <a href="/author/s">سلمى الإدريسي</a><div class="td-author-line"> - </div></div><span class="td-post-date"><time class="entry-date updated td-module-date" datetime="{ISO}">7 أكتوبر، 2024</time></span><div class="td-post-views"><i class="td-icon-views"></i><span class="td-nr-views-55">1532</span></div></div></header></div>
<div class="td-post-sharing-top"><div class="td-post-sharing-visible"><a class="td-social-sharing-button">Facebook</a><a class="td-social-sharing-button">Twitter</a></div></div>
<div class="td-post-content tagdiv-type"><div class="td-post-featured-image"><figure><img class="entry-thumb" src="/a.jpg"><figcaption class="wp-caption-text">جانب من أشغال الدورة العادية للمجلس.</figcaption></figure></div>{ps(P[:2])}<div class="td-a-rec td-a-rec-id-content_inline"><span class="td-adspot-title">- إعلان -</span></div>{ps(P[2:])}</div>
<footer><div class="td-post-source-tags"><ul class="td-tags"><li><span>الوسوم</span></li><li><a href="/t">كورنيش</a></li></ul></div><div class="td-post-next-prev"><div class="td-block-span6"><div class="td-post-next-prev-content"><span>المقالة السابقة</span><a href="/p">{HEADLINES[0]}</a></div></div></div>
<div class="author-box-wrap"><div class="desc"><div class="td-author-name"><a href="/a">سلمى الإدريسي</a></div><div class="td-author-description">صحافية تكتب في قضايا المدن والبيئة منذ سنوات، وتقيم في الساحل.</div></div></div></footer></article>
<div class="td_block_wrap td_block_related_posts"><h4 class="td-related-title"><a>مقالات ذات صلة</a></h4><div class="td_block_inner">{cards(3)}</div></div></div></div></div></div></div>"""
        ),
        without=("جانب من أشغال", "صحافية تكتب", HEADLINES[0]),
    )


def _publisher() -> Shape:
    return Shape(
        "BetterStudio Publisher: a share list with counts, an inline related box, post tags",
        frame(
            f"""<main id="content" class="content-container"><div class="layout-2-col layout-2-col-1 layout-right-sidebar layout-bc-before post-template-10"><div class="main-section"><div class="single-container"><article id="post-7" class="single-post-content">
<div class="post-header"><div class="post-header-title"><div class="term-badges floated"><span class="term-badge term-2"><a href="/c">مجتمع</a></span></div><h1 class="single-post-title"><span class="post-title" itemprop="headline">{TITLE}</span></h1>
<div class="post-meta single-post-meta"><a href="/a" class="post-author-a"><i class="post-author author"><b>سلمى الإدريسي</b></i></a><span class="time"><time class="post-published updated" datetime="{ISO}">آخر تحديث <b>7 أكتوبر، 2024</b></time></span></div></div></div>
<div class="post-share single-post-share top-share clearfix style-1"><div class="post-share-btn-group"><span class="views post-share-btn post-share-btn-views"><b class="number">1,204</b></span></div><ul class="social-list"><li class="social-item facebook"><a>فيسبوك</a></li><li class="social-item twitter"><a>تويتر</a></li></ul></div>
<div class="entry-content clearfix single-post-content">{ps(P[:3])}<div class="bs-irp left bs-irp-text-1"><div class="bs-irp-heading"><span class="h-text">قد يعجبك أيضا</span></div><div class="bs-pagination-wrapper"><div class="listing listing-text"><article class="type-post"><h2 class="title"><a href="/x">{HEADLINES[1]}</a></h2></article></div></div></div>{ps(P[3:])}</div>
<div class="entry-terms post-tags clearfix"><span class="terms-label"><i class="fa fa-tags"></i></span><a href="/t">كورنيش</a></div></article></div></div><div class="sidebar-column sidebar-column-primary">{cards(2)}</div></div></main>"""
        ),
        without=(HEADLINES[1],),
    )


def _jnews() -> Shape:
    return Shape(
        "JNews: a subtitle, inline related posts, ads between paragraphs, comments",
        frame(
            f"""<div class="jeg_content jeg_singlepage"><div class="container"><div class="row"><div class="jeg_main_content col-md-8"><div class="jeg_inner_content"><div class="entry-header"><h1 class="jeg_post_title">{TITLE}</h1><h2 class="jeg_post_subtitle">{LEDE}</h2>
<div class="jeg_meta_container"><div class="jeg_post_meta jeg_post_meta_1"><div class="meta_left"><div class="jeg_meta_author"><span class="meta_text">بواسطة</span> <a href="/a">سلمى الإدريسي</a></div><div class="jeg_meta_date"><a href="/d">7 أكتوبر 2024 - 18:45</a></div><div class="jeg_meta_category"><span>في</span> <a href="/c">مجتمع</a></div></div></div></div></div>
<div class="jeg_share_top_container"><div class="jeg_share_button clearfix"><div class="jeg_sharelist"><a class="jeg_btn-facebook"><span>شارك على فيسبوك</span></a></div></div></div>
<div class="entry-content no-share"><div class="jeg_share_button share-float jeg_sticky_share"></div><div class="content-inner">{ps(P[:2])}<div class="jnews_inline_related_post_wrapper right"><div class="jnews_inline_related_post"><div class="jeg_postblock"><header class="jeg_block_heading"><h3>مقالات ذات صلة</h3></header>{cards(2)}</div></div></div>{ps(P[2:4])}<div class="jeg_ad jeg_ad_article jnews_content_inline_ads"><div class="ads-wrapper"><span>إعلان</span></div></div>{ps(P[4:])}<div class="jeg_post_tags"><span>الوسوم:</span> <a href="/t">كورنيش</a></div></div></div>
<div class="jnews_comment_container"><div id="comments" class="comments-area"><h3 class="comments-title">نقاش حول هذا المقال</h3><ol class="comment-list">{_comments()}</ol></div></div></div></div></div></div></div>"""
        ),
        lede=LEDE,
        without=(HEADLINES[0], COMMENTS[0]),
    )


def _gutenberg() -> Shape:
    return Shape(
        "WordPress block theme: groups in groups, a pull quote, a separator, post navigation",
        frame(
            f"""<div class="wp-site-blocks"><main class="wp-block-group is-layout-flow"><div class="wp-block-group has-global-padding is-layout-constrained"><h1 class="wp-block-post-title">{TITLE}</h1><div class="wp-block-group is-layout-flex"><div class="wp-block-post-date"><time datetime="{ISO}">أكتوبر 7, 2024</time></div><div class="wp-block-post-author-name">سلمى الإدريسي</div></div></div>
<div class="entry-content alignwide wp-block-post-content has-global-padding is-layout-constrained">{ps(P[:2], ' class="has-text-align-right wp-block-paragraph"')}<figure class="wp-block-image size-large"><img src="/a.jpg"><figcaption class="wp-element-caption">الكورنيش القديم كما بدا صباح الأحد</figcaption></figure><h2 class="wp-block-heading">{SUBHEAD}</h2>{ps(P[2:5])}<hr class="wp-block-separator"><blockquote class="wp-block-quote"><p>{P[5]}</p></blockquote></div>
<nav class="navigation post-navigation"><h2 class="screen-reader-text">تصفح المقالات</h2><div class="nav-links"><a href="/p">{HEADLINES[2]}</a></div></nav><section class="wp-block-template-part"><div id="respond" class="comment-respond"><h3>اترك تعليقاً</h3><form><p class="comment-notes"><span>لن يتم نشر عنوان بريدك الإلكتروني.</span> <span class="required-field-message">الحقول الإلزامية مشار إليها بـ *</span></p></form></div></section></main></div>"""
        ),
        body=(*P[:2], SUBHEAD, *P[2:]),
        without=("الكورنيش القديم كما", "لن يتم نشر"),
    )


def _elementor_widgets() -> Shape:
    widgets = "".join(
        f'<div class="elementor-element elementor-widget elementor-widget-text-editor" data-widget_type="text-editor.default"><div class="elementor-widget-container"><p>{text}</p></div></div>'
        for text in P
    )
    return Shape(
        "Elementor: each paragraph a widget, the headline one too",
        frame(
            f"""<div data-elementor-type="single-post" class="elementor elementor-31 elementor-location-single"><section class="elementor-section elementor-top-section"><div class="elementor-container"><div class="elementor-column elementor-col-66"><div class="elementor-widget-wrap elementor-element-populated">
<div class="elementor-element elementor-widget elementor-widget-theme-post-title"><div class="elementor-widget-container"><h1 class="elementor-heading-title elementor-size-default">{TITLE}</h1></div></div><div class="elementor-element elementor-widget elementor-widget-post-info"><div class="elementor-widget-container"><ul class="elementor-inline-items elementor-icon-list-items elementor-post-info"><li class="elementor-icon-list-item" itemprop="datePublished"><span class="elementor-icon-list-text elementor-post-info__item elementor-post-info__item--type-date"><time>7 أكتوبر، 2024</time></span></li></ul></div></div>
{widgets}<div class="elementor-element elementor-widget elementor-widget-share-buttons"><div class="elementor-widget-container"><div class="elementor-share-btn"><span class="elementor-share-btn__title">Facebook</span></div></div></div></div></div><div class="elementor-column elementor-col-33"><div class="elementor-widget elementor-widget-posts">{cards(3)}</div></div></div></section></div>""",
            head=ld(datePublished=ISO),
        ),
    )


def _divi() -> Shape:
    return Shape(
        "Divi: rows and modules, a sign-up form amid the text",
        frame(
            f"""<div id="main-content"><article id="post-9" class="post type-post et_pb_post"><div class="entry-content"><div id="et-boc" class="et-boc"><div class="et_builder_inner_content et_pb_gutters3"><div class="et_pb_section et_pb_section_0_tb_body"><div class="et_pb_row"><div class="et_pb_column et_pb_column_4_4"><div class="et_pb_module et_pb_post_title"><div class="et_pb_title_container"><h1 class="entry-title">{TITLE}</h1><p class="et_pb_title_meta_container"><span class="published">7 أكتوبر 2024 18:45</span></p></div></div>
<div class="et_pb_module et_pb_text et_pb_text_0"><div class="et_pb_text_inner">{ps(P[:3])}</div></div><div class="et_pb_module et_pb_signup_0 et_pb_newsletter"><div class="et_pb_newsletter_description"><h2 class="et_pb_module_header">النشرة الأسبوعية</h2><div>ضع بريدك هنا لتصلك خلاصة الأسبوع كل يوم أحد.</div></div></div><div class="et_pb_module et_pb_text et_pb_text_1"><div class="et_pb_text_inner">{ps(P[3:])}</div></div></div></div></div></div></div></div></article></div>"""
        ),
        without=("ضع بريدك",),
    )


def _bakery() -> Shape:
    return Shape(
        "WPBakery: columns in columns, text in wrappers, a carousel of posts after it",
        frame(
            f"""<div class="site-content-contain"><div id="primary" class="content-area"><main id="main" class="site-main"><h1 class="page-header-title">{TITLE}</h1><div class="post-meta-line">مجتمع | 7 أكتوبر 2024 | 18:45</div><div class="vc_row wpb_row vc_row-fluid"><div class="wpb_column vc_column_container vc_col-sm-12"><div class="vc_column-inner"><div class="wpb_wrapper"><div class="wpb_text_column wpb_content_element"><div class="wpb_wrapper">{ps()}</div></div></div></div></div></div>
<div class="vc_row wpb_row vc_row-fluid"><div class="wpb_column"><div class="wpb_wrapper"><div class="vc_grid-container-wrapper">{cards(4)}</div></div></div></div></main></div></div>"""
        ),
        without=(EXCERPT,),
    )


def _drupal7() -> Shape:
    return Shape(
        "Drupal 7: fields, RDFa, links of the node, comments with forms",
        frame(
            f"""<div id="main-wrapper"><div id="main" class="clearfix"><div id="content" class="column"><div class="section"><h1 class="title" id="page-title">{TITLE}</h1><div class="region region-content"><div id="block-system-main" class="block block-system"><div class="content"><div id="node-321" class="node node-article node-promoted clearfix" about="/n/321" typeof="sioc:Item foaf:Document">
<div class="meta submitted"><span property="dc:date dc:created" content="{ISO}" datatype="xsd:dateTime" rel="sioc:has_creator">نشره <span class="username" property="foaf:name">المحرر</span> يوم الإثنين, 07/10/2024 - 18:45</span></div>
<div class="content clearfix"><div class="field field-name-field-image field-type-image"><div class="field-items"><div class="field-item even"><img src="/a.jpg"></div></div></div><div class="field field-name-body field-type-text-with-summary field-label-hidden"><div class="field-items"><div class="field-item even" property="content:encoded">{ps()}</div></div></div><div class="field field-name-field-tags field-type-taxonomy-term-reference"><h3 class="field-label">الكلمات المفتاحية: </h3><ul class="links"><li class="taxonomy-term-reference-0"><a href="/t">كورنيش</a></li></ul></div></div>
<div class="link-wrapper"><ul class="links inline"><li class="comment-add"><a href="#c">أضف تعليق جديد</a></li></ul></div><div id="comments" class="comment-wrapper"><h2 class="title">التعليقات</h2><div class="comment clearfix"><div class="attribution"><span class="username">قارئ</span></div><div class="comment-text"><div class="content"><p>{COMMENTS[0]}</p></div></div></div></div></div></div></div></div></div></div></div></div>"""
        ),
        without=(COMMENTS[0],),
    )


def _drupal10() -> Shape:
    return Shape(
        "Drupal 10: layout builder, paragraphs of the paragraph module, a footer with the day",
        frame(
            f"""<div class="layout-container"><main role="main"><a id="main-content" tabindex="-1"></a><div class="layout-content"><div class="region region-content"><div class="block block-system block-system-main-block"><article class="node node--type-article node--view-mode-full"><div class="node__content"><div class="layout layout--onecol"><div class="layout__region layout__region--content"><div class="block block-layout-builder block-field-blocknodearticletitle"><h1><span class="field field--name-title field--type-string">{TITLE}</span></h1></div>
{"".join(f'<div class="field__item"><div class="paragraph paragraph--type--text paragraph--view-mode--default"><div class="clearfix text-formatted field field--name-field-text"><p>{text}</p></div></div></div>' for text in P)}</div></div></div><footer class="node__meta"><div class="node__submitted">بواسطة <span>المحرر</span>، الإثنين، 10/07/2024 - 18:45</div></footer></article></div><div class="views-element-container block block-views"><h2>آخر الأخبار</h2><div class="view-content">{cards(3)}</div></div></div></div></main></div>""",
            head=f'<meta property="article:published_time" content="{ISO}">',
        ),
        without=(EXCERPT,),
    )


def _joomla() -> Shape:
    return Shape(
        "Joomla: a definition list of details, a pager, hits",
        frame(
            f"""<div class="body"><main id="content" role="main"><div class="item-page" itemscope itemtype="https://schema.org/Article"><meta itemprop="inLanguage" content="ar-AA"><div class="page-header"><h2 itemprop="headline">{TITLE}</h2></div>
<dl class="article-info muted"><dt class="article-info-term">التفاصيل</dt><dd class="createdby" itemprop="author">كتب بواسطة: <span itemprop="name">سلمى الإدريسي</span></dd><dd class="category-name">المجموعة: <a href="/c">مجتمع</a></dd><dd class="published"><time datetime="{ISO}" itemprop="datePublished">نشر بتاريخ: 07 تشرين1/أكتوير 2024</time></dd><dd class="hits"><meta itemprop="interactionCount" content="UserPageVisits:1532">الزيارات: 1532</dd></dl>
<div itemprop="articleBody">{ps()}</div><ul class="pager pagenav"><li class="previous"><a href="/p">السابق</a></li><li class="next"><a href="/n">التالي</a></li></ul></div></main><div id="aside" class="span3"><div class="well"><h3 class="page-header">الأكثر قراءة</h3><ul class="mostread">{links(5)}</ul></div></div></div>"""
        ),
    )


def _k2() -> Shape:
    return Shape(
        "Joomla K2: intro and full text apart, a toolbar, the author's block, more from the author",
        frame(
            f"""<div id="k2Container" class="itemView"><div class="itemHeader"><span class="itemDateCreated">الإثنين, 07 أكتوبر 2024 18:45</span><h2 class="itemTitle">{TITLE}</h2><span class="itemAuthor">كتبه <a rel="author" href="/u">سلمى الإدريسي</a></span></div><div class="itemToolbar"><ul><li><span class="itemTextResizerTitle">حجم الخط</span></li><li><a class="itemPrintLink"><span>طباعة</span></a></li></ul></div>
<div class="itemBody"><div class="itemImageBlock"><span class="itemImage"><img src="/a.jpg"></span></div><div class="itemIntroText"><p>{P[0]}</p></div><div class="itemFullText">{ps(P[1:])}</div></div><div class="itemLinks"><div class="itemHits">قراءة <b>1532</b> مرات</div><div class="itemTagsBlock"><span>الوسوم</span><ul class="itemTags"><li><a href="/t">كورنيش</a></li></ul></div></div>
<div class="itemAuthorBlock"><div class="itemAuthorDetails"><h3 class="itemAuthorName"><a href="/u">سلمى الإدريسي</a></h3><p>كاتبة صحافية مهتمة بشؤون التعمير، صدر لها كتابان في تاريخ المدينة.</p></div></div><div class="itemAuthorLatest"><h3>أحدث مقالات الكاتب</h3><ul>{links(4)}</ul></div></div>"""
        ),
        without=("كاتبة صحافية",),
    )


def _blogger() -> Shape:
    text = "<br /><br />".join(f'<div style="text-align: right;">{one}</div>' for one in P)
    return Shape(
        "Blogger: text in aligned boxes and breaks, a label line, comments, related posts of a script",
        frame(
            f"""<div id="main" class="main section"><div class="widget Blog" id="Blog1"><div class="blog-posts hfeed"><div class="date-outer"><h2 class="date-header"><span>الاثنين، 7 أكتوبر 2024</span></h2><div class="date-posts"><div class="post-outer"><div class="post hentry uncustomized-post-template"><h3 class="post-title entry-title" itemprop="name">{TITLE}</h3><div class="post-header"></div>
<div class="post-body entry-content" id="post-body-88" itemprop="articleBody"><div dir="rtl" style="text-align: right;"><div class="separator"><a href="/a.jpg"><img src="/a.jpg"></a></div>{text}</div></div><div class="post-footer"><div class="post-footer-line post-footer-line-1"><span class="post-author vcard">مرسلة بواسطة <span class="fn">المحرر</span></span> <span class="post-timestamp">في <a class="timestamp-link" href="/x"><abbr class="published" title="{ISO}">6:45 م</abbr></a></span></div><div class="post-footer-line"><span class="post-labels">التسميات: <a href="/l">مدن</a></span></div></div></div>
<div class="comments" id="comments"><h4>3 تعليقات:</h4><div class="comments-content"><ol>{_comments()}</ol></div></div></div></div></div></div></div></div>""",
            head=ld(datePublished=ISO),
        ),
        without=(COMMENTS[1],),
    )


def _webforms() -> Shape:
    return Shape(
        "ASP.NET: labels of a form, text in one span with breaks, a table around it",
        frame(
            f"""<form name="aspnetForm" method="post" action="details.aspx?id=55" id="aspnetForm"><div class="aspNetHidden"><input type="hidden" value="x"></div><table id="ctl00_tbl" width="960"><tr><td class="menuCell">{links(5, "div")}</td><td><div id="ctl00_cph_pnlDetails"><span id="ctl00_cph_lblTitle" class="NewsTitle">{TITLE}</span><br><span id="ctl00_cph_lblDate" class="smallText">07/10/2024 06:45 م</span><br><img id="ctl00_cph_img" src="/a.jpg"><br><span id="ctl00_cph_lblBody">{"<br /><br />".join(P)}</span><br><a id="ctl00_cph_print">نسخة للطباعة</a></div></td></tr></table></form>""",
            title=TITLE,
        ),
    )


def _react() -> Shape:
    state = '{"props":{"pageProps":{"post":{"title":"x"}}}}'
    return Shape(
        "a framework's page: hashed classes, paragraphs in boxes, state in a script, a bar of actions",
        frame(
            f"""<div id="__next"><div class="sc-bdVaJa kXyzAb"><div class="sc-htpNat dEfGhI"><h1 class="sc-ifAKCX qRsTuV">{TITLE}</h1><div class="sc-EHOje wXyZaB"><span>سلمى الإدريسي</span><span class="sc-bZQynM"><time dateTime="{ISO}">الإثنين 7 أكتوبر 2024</time></span><span>3 دقائق قراءة</span></div><div class="sc-gzVnrw"><button>حفظ</button><button>مشاركة</button></div>
<div class="sc-bwzfXH">{"".join(f'<div class="sc-dnqmqq"><div><p class="sc-iwsKbI">{text}</p></div></div>' for text in P)}</div><div class="sc-gZMcBi"><div>اقرأ أيضا</div><div class="sc-gqjmRU"><a href="/x"><div class="sc-VigVT">{HEADLINES[3]}</div></a></div><div class="sc-gqjmRU"><a href="/y"><div class="sc-VigVT">{HEADLINES[4]}</div></a></div></div></div></div></div><script id="__NEXT_DATA__" type="application/json">{state}</script>"""
        ),
        without=(HEADLINES[3],),
    )


def _angular() -> Shape:
    return Shape(
        "a framework's page with custom elements and attributes of its own",
        frame(
            f"""<app-root ng-version="17.0"><app-header></app-header><app-article-page _nghost-ng-c1><section _ngcontent-ng-c1 class="page-grid"><div _ngcontent-ng-c1 class="page-grid__main"><app-article-head><h1 _ngcontent-ng-c2 class="head__t">{TITLE}</h1><app-date-line><span _ngcontent-ng-c3>07 أكتوبر 2024 | 18:45</span></app-date-line></app-article-head><app-share-bar><span>مشاركة</span></app-share-bar><app-rich-text><div _ngcontent-ng-c4 class="html">{ps()}</div></app-rich-text><app-related-list><h3>أخبار ذات صلة</h3>{cards(3)}</app-related-list></div></section></app-article-page></app-root>"""
        ),
        without=(EXCERPT,),
    )


def _arc() -> Shape:
    return Shape(
        "a publishing platform: paragraphs with component classes, ads and promos as siblings of them",
        frame(
            f"""<main class="b-right-rail"><section class="b-right-rail__main-right-rail"><nav class="c-breadcrumbs"><a href="/">الرئيسية</a><a href="/s">مجتمع</a></nav><h1 class="b-headline">{TITLE}</h1><div class="b-byline">بقلم <span class="b-byline__names">سلمى الإدريسي</span></div><time as="time" class="b-date" datetime="2024-10-07T17:45:00Z">7 أكتوبر 2024 في 18:45</time>
<article class="b-article-body">{"".join(f'<p class="c-paragraph">{text}</p>' + (f'<div class="arcad-feature-custom"><div class="c-stack b-ads-block"><span>إعلان</span></div></div><div class="b-single-promo"><a href="/p"><h2 class="c-heading">{HEADLINES[i]}</h2></a><p class="c-paragraph b-promo-text">{EXCERPT}</p></div>' if i in (1, 3) else "") for i, text in enumerate(P))}</article></section><aside class="b-right-rail__rail">{cards(3)}</aside></main>"""
        ),
        without=(HEADLINES[1], EXCERPT),
    )


def _poem() -> Shape:
    return Shape(
        "a poem in line breaks, its poet above and below",
        frame(
            f"""<article class="post"><header><h1 class="entry-title">{TITLE}</h1><div class="entry-meta"><span class="posted-on">7 أكتوبر 2024 18:45</span></div></header><div class="entry-content"><p style="text-align:center">{"<br>".join(VERSES[:6])}</p><p>* * *</p><p style="text-align:center">{"<br>".join(VERSES[6:])}</p></div><div class="sharedaddy"><a>فيسبوك</a><a>تويتر</a></div></article>"""
        ),
        body=(*VERSES[:6], "* * *", *VERSES[6:]),
    )


def _interview() -> Shape:
    pairs = "".join(f"<p><strong>{q}</strong></p><p>{a}</p>" for q, a in zip(QUESTIONS, P[1:4], strict=True))
    return Shape(
        "an interview: bold questions of a line, long answers",
        frame(
            f"""<div class="article-wrapper"><div class="article-title"><h1>{TITLE}</h1></div><div class="info"><span class="writer">حاورته: سلمى الإدريسي</span><span class="dt">2024/10/07 18:45</span></div><div class="article-text-area"><p>{P[0]}</p>{pairs}<p>{P[4]}</p><p>{P[5]}</p></div></div>"""
        ),
        body=(P[0], QUESTIONS[0], P[1], QUESTIONS[1], P[2], QUESTIONS[2], P[3], P[4], P[5]),
    )


def _listicle() -> Shape:
    parts = "".join(
        f'<h2>{step}</h2><figure><img src="/{i}.jpg"><figcaption>صورة توضيحية رقم {i} من الأرشيف</figcaption></figure><p>{P[i + 1]}</p>'
        for i, step in enumerate(STEPS)
    )
    return Shape(
        "a list of numbered parts with pictures",
        frame(
            f"""<div class="container"><div class="post-page"><h1 class="main-title">{TITLE}</h1><p class="date-time">الإثنين 07 أكتوبر 2024 - 06:45 م</p><div class="paragraph-list"><p>{P[0]}</p>{parts}<p>{P[4]}</p></div></div></div>"""
        ),
        body=(P[0], STEPS[0], P[1], STEPS[1], P[2], STEPS[2], P[3], P[4]),
        without=("صورة توضيحية",),
    )


def _sidebar_first() -> Shape:
    return Shape(
        "the sidebar with its long teasers stands before the article",
        frame(
            f"""<div class="wrap"><div class="col-side"><h4>كتاب وآراء</h4>{cards(4)}</div><div class="col-main"><h1>{TITLE}</h1><div class="d">07-10-2024 18:45</div><div class="tx">{ps()}</div></div></div>"""
        ),
        without=(EXCERPT,),
    )


def _translated() -> Shape:
    wrapped = "".join(
        f'<p><font style="vertical-align: inherit;"><font style="vertical-align: inherit;">{text.split("،")[0]}، </font><font style="vertical-align: inherit;">{"،".join(text.split("،")[1:]).strip()}</font></font></p>'
        for text in P
    )
    return Shape(
        "saved from a browser that had translated it: fonts in fonts",
        frame(
            f"""<article class="translated-rtl"><h1><font style="vertical-align: inherit;"><font>{TITLE}</font></font></h1><div class="dateline"><font>7 أكتوبر 2024 18:45</font></div><div class="story">{wrapped}</div></article><div id="goog-gt-tt" class="skiptranslate" dir="rtl"><div><h1>النص الأصلي</h1><p>ساهم في تحسين الترجمة واقترح صياغة أفضل للنص.</p></div></div>"""
        ),
        without=("ساهم في",),
    )


def _infinite() -> Shape:
    return Shape(
        "the next article was loaded below, without the element of an article",
        frame(
            f"""<div class="scroll"><div class="news-item" data-id="1"><h1 class="news-title">{TITLE}</h1><div class="news-date">07 أكتوبر 2024 - 18:45</div><div class="news-text">{ps()}</div><div class="share">فيسبوك تويتر</div></div><div class="news-item" data-id="2"><h1 class="news-title">{HEADLINES[3]}</h1><div class="news-date">06 أكتوبر 2024 - 10:00</div><div class="news-text">{"".join(f"<p>{text}</p>" for text in COMMENTS)}</div></div></div>"""
        ),
        without=(COMMENTS[0], HEADLINES[3]),
    )


def _hidden_rest() -> Shape:
    return Shape(
        "the rest of the text is hidden behind a button",
        frame(
            f"""<div class="post-view"><h1>{TITLE}</h1><p class="when">07 أكتوبر 2024، 18:45</p><div class="text-part">{ps(P[:2])}</div><div class="read-all" style="display:none">{ps(P[2:])}</div><button>اقرأ المزيد</button></div>"""
        ),
    )


def _paywall() -> Shape:
    return Shape(
        "the text ends at a wall: an offer follows it",
        frame(
            f"""<article><h1>{TITLE}</h1><time datetime="{ISO}">7 أكتوبر 2024 18:45</time><div class="article-content">{ps(P[:2])}<div class="paywall-overlay"><h3>هذا المقال للمشتركين</h3><p>اشترك الآن بثلاثين درهما في الشهر لتقرأ كل مقالاتنا وملحقاتنا دون إعلانات.</p><a href="/s">اشترك</a></div></div></article>""",
            head=ld(isAccessibleForFree=False),
        ),
        body=P[:2],
        without=("اشترك الآن",),
    )


def _tweets() -> Shape:
    tweet = f'<blockquote class="twitter-tweet"><p lang="ar" dir="rtl">{COMMENTS[0]}</p>&mdash; حساب (@hisab) <a href="https://twitter.com/x/status/1">October 7, 2024</a></blockquote>'
    return Shape(
        "embedded posts of a network between the paragraphs",
        frame(
            f"""<div class="single"><h1>{TITLE}</h1><div class="single-date">07 أكتوبر 2024 - 18:45</div><div class="single-text">{ps(P[:2])}{tweet}<script async src="https://platform.twitter.com/widgets.js"></script>{ps(P[2:4])}<iframe src="https://www.youtube.com/embed/x"></iframe>{ps(P[4:])}</div></div>"""
        ),
        without=(COMMENTS[0],),
    )


def _table_inside() -> Shape:
    table = "<table><tbody><tr><td>الشطر الأول من الكورنيش</td><td>سنة 2025</td></tr><tr><td>الشطر الثاني من الكورنيش</td><td>سنة 2026</td></tr></tbody></table>"
    return Shape(
        "a table of figures amid the text",
        frame(
            f"""<section class="news-details"><h1>{TITLE}</h1><span class="news-time">07 أكتوبر 2024 18:45</span><div class="news-details-body">{ps(P[:3])}{table}{ps(P[3:])}</div></section>"""
        ),
        body=(*P[:3], "الشطر الأول من الكورنيش", "سنة 2025", "الشطر الثاني من الكورنيش", "سنة 2026", *P[3:]),
    )


def _link_heavy() -> Shape:
    linked = tuple(
        text.replace("المجلس", '<a href="/tag/1">المجلس</a>')
        .replace("الكورنيش", '<a href="/tag/2">الكورنيش</a>')
        .replace("المشروع", '<a href="/tag/3">المشروع</a>')
        for text in P
    )
    return Shape(
        "keywords of the text are links to topics",
        frame(
            f"""<div class="topic-page"><h1>{TITLE}</h1><p class="stamp">تاريخ النشر: 07/10/2024 18:45</p><div class="rich">{ps(linked)}</div><div class="topics"><a href="/tag/1">المجلس</a><a href="/tag/2">الكورنيش</a></div></div>"""
        ),
    )


def _misnamed() -> Shape:
    return Shape(
        "everything is named after the frame: a widget in a sidebar of ads",
        frame(
            f"""<div class="widget-area sidebar"><div class="widget widget_text ads-box"><h1 class="widget-title">{TITLE}</h1><div class="share-date">07 أكتوبر 2024 18:45</div><div class="textwidget banner-text">{ps()}</div></div></div>"""
        ),
    )


def _saved(name: str, title: str) -> Shape:
    return Shape(f"as Chromium saves it: {title}", (SAVED / f"{name}.html").read_bytes())


THEMES: tuple[Shape, ...] = (
    *(
        make()
        for make in (
            _newspaper, _publisher, _jnews, _gutenberg, _elementor_widgets, _divi, _bakery, _drupal7, _drupal10, _joomla,
            _k2, _blogger, _webforms, _react, _angular, _arc, _poem, _interview, _listicle, _sidebar_first, _translated,
            _infinite, _hidden_rest, _paywall, _tweets, _table_inside, _link_heavy, _misnamed,
        )
    ),
    _saved("share", "a share bar, a class on each paragraph, the rest folded"),
    _saved("ads", "ads between the paragraphs, offers below, a dialog of consent"),
    _saved("reading", "sentences in spans for a reading voice, a relative day"),
)  # fmt: skip
