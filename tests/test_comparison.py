"""What two texts have in common, and what distinguishes texts made from one template."""

import random

import pytest

from newscrawl.comparison import Text, other_news, same_opening, same_page, same_text
from newscrawl.text import fold
from tests.pairs import DATA, changed

MOULDS = {mould["kind"]: mould for mould in DATA["moulds"]}


def text(title: str, body: str) -> Text:
    return Text(fold(title).split(), fold(body).split())


def filled(kind: str, number: int, title: str = "title") -> Text:
    slots = MOULDS[kind]["slots"][number]
    return text(MOULDS[kind][title].format(**slots), MOULDS[kind]["body"].format(**slots))


def tell_other_news(
    one: Text, other: Text, *, same_title: bool = False, same_day: bool | None = True
) -> bool:
    answer = other_news(one, other, same_title=same_title, same_day=same_day)
    assert other_news(other, one, same_title=same_title, same_day=same_day) == answer
    return answer


@pytest.mark.parametrize("kind", MOULDS)
def test_one_template_with_other_words_is_other_news(kind: str) -> None:
    for one in range(4):
        assert not tell_other_news(filled(kind, one), filled(kind, one, "other_title"))
        for other in range(one):
            for title in ("title", "other_title"):
                days = {"same_day": kind != "weather"}  # on the same day, the edited text is a copy, too
                assert tell_other_news(filled(kind, one), filled(kind, other, title), **days)


@pytest.mark.parametrize("number", range(len(DATA["values"])))
def test_numbers_are_compared_by_value(number: int) -> None:
    title, other_title, body, in_words = DATA["values"][number]
    one, other = text(title, body), text(other_title, in_words)
    assert same_text(one, other, same_title=False, same_frame=False)
    assert not tell_other_news(one, other)
    others = " ".join(str(int(word) * 2 + 7) if word.isdecimal() else word for word in fold(body).split())
    assert tell_other_news(one, text(other_title, others))


def test_an_editors_words_and_spellings_are_not_other_news() -> None:
    body = (
        "صارعت امرأة تمساحا بأواني الطبخ لتنقذ ابنتها من بين فكيه عند ضفة النهر قرب القرية. وقالت الأم إنها "
        "ضربت التمساح بملعقة كبيرة حتى أفلت ساق الفتاة، وأضافت أن أواني الطبخ كانت كل ما وقعت عليه يدها."
    )
    one = text("امرأة تصارع تمساحا بأواني الطبخ", body)
    other = text("أم تصارع تمساحا بأواني الطهي", body.replace("الطبخ", "الطهي").replace("وقالت", "وذكرت"))
    assert not tell_other_news(one, other)
    match = (
        "فاز فريق تشيلسي على ضيفه آرسنال بهدفين في مباراة مثيرة حضرها جمهور كبير، وقال مدرب تشيلسي إنه سعيد."
    )
    spelt = match.replace("تشيلسي", "تشلسي").replace("آرسنال", "أرسينال")
    assert not tell_other_news(text("تشيلسي يهزم آرسنال", match), text("تشلسي يتفوق على أرسينال", spelt))


CAPTAIN = (
    "أعلن نادي المدينة تعاقده مع قائد جديد لموسمين قابلين للتجديد بعد مفاوضات طويلة مع وكيله. وسيلتحق اللاعب "
    "بالفريق في معسكره المغلق مطلع الأسبوع، على أن يقدم لوسائل الإعلام في ندوة صحفية بمقر النادي يوم الخميس."
)


def test_two_towns_are_other_news_and_a_town_of_a_country_is_not() -> None:
    news = "قال متحدث باسم الحكومة في {} إن المحادثات ستستأنف مطلع الشهر المقبل بعد توقف دام أسبوعين."
    one, capital, country, other = (
        text("استئناف المحادثات قريبا", news.format(place))
        for place in ("القاهرة", "مصر", "جمهورية مصر", "دمشق")
    )
    assert not tell_other_news(one, capital, same_title=True)
    assert not tell_other_news(one, country, same_title=True)
    assert tell_other_news(one, other, same_title=True)
    assert tell_other_news(capital, other, same_title=True)


def test_other_names_in_one_template_are_other_news_even_under_one_title() -> None:
    def signed(name: str, club: str) -> Text:
        return text("صفقة جديدة في الدوري", f"انتقل اللاعب {name} رسميا من {club}. {CAPTAIN}")

    assert tell_other_news(
        signed("سفيان العزوزي", "الاتحاد البيضاوي"), signed("مراد بن يطو", "شباب الريف"), same_title=True
    )
    assert not tell_other_news(
        signed("سفيان العزوزي", "الاتحاد"), signed("سفيان العزوزى", "الإتحاد"), same_title=True
    )


def test_one_column_with_the_same_last_lines_is_other_news() -> None:
    lines = " ".join([CAPTAIN, CAPTAIN.replace("النادي", "الكاتب").replace("قائد", "محرر")])
    one, other = filled("weather", 0), filled("appointment", 1)
    assert tell_other_news(
        Text(["عمود"], one.words[:25] + fold(lines).split()),
        Text(["عمود"], other.words[:25] + fold(lines).split()),
    )


def test_prices_are_distinguished_by_their_figures_and_not_by_their_name() -> None:
    news = (
        "رفعت اللجنة أسعار الوقود ابتداء من منتصف الليل، ليصبح سعر لتر البنزين {} درهما والغازوال {} درهما، "
        "وعزت القرار إلى ارتفاع أسعار النفط في الأسواق العالمية، على أن تراجعها مطلع الشهر المقبل."
    )
    first, edited, later = (
        text(title, news.format(*figures))
        for title, figures in (
            ("رفع أسعار الوقود", (14, 12)),
            ("زيادة في أسعار الوقود", (14, 12)),
            ("زيادة جديدة في أسعار الوقود", (16, 13)),
        )
    )
    edited = Text(edited.title, edited.words[:-8])
    assert not tell_other_news(first, edited, same_day=False)
    assert tell_other_news(first, later, same_day=False)


def test_the_position_of_a_part_decides_whether_it_is_a_copy() -> None:
    words, chance = filled("police", 0).words, random.Random(1445)
    vocabulary = filled("fire", 1).words + filled("chart", 2).words
    more = chance.choices(vocabulary, k=3 * len(words))
    whole = Text(["عنوان"], words)
    opening, middle = Text(["موجز"], words + more), Text(["ملف"], more + words + more)
    assert same_opening(whole, opening) == 1
    assert same_text(whole, opening, same_title=False, same_frame=False)
    assert not same_text(whole, middle, same_title=False, same_frame=False)
    framed = Text(["عنوان"], more[:12] + words + more[12:30])
    assert same_text(whole, framed, same_title=False, same_frame=False)
    assert not tell_other_news(whole, framed)


def test_a_newspapers_second_page_repeats_the_text_and_not_the_background_alone() -> None:
    words, chance = filled("appointment", 0).words, random.Random(1445)
    other = chance.choices(filled("weather", 1).words, k=len(words))
    assert same_page(Text([], words), Text([], changed(words, 0.05, other, chance)))
    assert not same_page(Text([], words), Text([], other + words[len(words) // 3 :]))
