from newscrawl.page import check, extract
from newscrawl.page.assemble import clean_article
from spiders.maghress import Maghress
from tests.assembled import assembled

TICKER = "    ".join(f"عنوان خبر لا علاقة له بالمقال رقم {number} في الشريط المتحرك" for number in range(40))
URL = "https://www.maghress.com/almassae/1"


def page(content: str) -> bytes:
    return f"""<html><body><div>{TICKER}</div><table><tr><td><span class="articletitle">صورة اليوم</span>
<span class="articlenewspaper">نشر في المساء يوم 30 - 03 - 2024</span>
<span class="articlecontent">{content}</span></td></tr></table></body></html>""".encode()


def test_a_ticker_does_not_replace_a_body_without_text() -> None:
    raw = extract(page("انقر هنا لقراءة الخبر من مصدره."), URL, site=Maghress.site)
    assert raw.body == []
    reason = check(assembled(clean_article(raw), Maghress.site), Maghress.site)
    assert reason
    assert reason[0] == "no_body"


def test_a_ticker_is_not_a_body_on_an_unknown_site() -> None:
    assert extract(page(""), URL).body == []
