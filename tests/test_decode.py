"""Pages are decoded correctly, whatever encoding they declare."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.page.decode import decode, decode_pieces

TEXT = (
    "أعلنت وزارة الداخلية، اليوم الأربعاء، عن إطلاق برنامج جديد لتدبير الموارد المائية بالمغرب؛ "
    "وقال الوزير إنّ الأمر مستعجل، فمتى يبدأ؟ "
)
MARKUP = '<div class="col-md-4 card"><a href="/a/b/c.html"><img src="/x.png" alt=""></a></div>\n' * 400


def page(text: str = TEXT * 3, head: str = "", markup: str = "") -> str:
    return f"<html><head>{head}<title>{text[:24]}</title></head><body>{markup}<p>{text}</p></body></html>"


def header(charset: str | None) -> str | None:
    return charset and f"text/html; charset={charset}"


DECLARED = [None, "utf-8", "windows-1256", "iso-8859-6", "iso-8859-1", "utf-16", "base64", "no-such-charset"]


@pytest.mark.parametrize("charset", DECLARED)
@pytest.mark.parametrize("markup", ["", MARKUP], ids=["text", "markup"])
class TestWhateverIsDeclared:
    def test_utf8(self, charset: str | None, markup: str) -> None:
        assert decode(page(markup=markup).encode(), header(charset)) == (page(markup=markup), "utf-8")

    def test_windows_1256(self, charset: str | None, markup: str) -> None:
        body = page(markup=markup).encode("windows-1256")
        assert decode(body, header(charset)) == (page(markup=markup), "windows-1256")

    def test_iso_8859_6(self, charset: str | None, markup: str) -> None:
        body = page(markup=markup).encode("iso-8859-6")
        assert decode(body, header(charset)) == (page(markup=markup), "iso-8859-6")

    @pytest.mark.parametrize("bad", [b"\xff", b"\xc7", b"\xe2\x80", b"\x93", b"\xd8"])
    def test_utf8_with_one_bad_byte(self, charset: str | None, markup: str, bad: bytes) -> None:
        text, encoding = decode(b"<i>" + bad + b"</i>" + page(markup=markup).encode(), header(charset))
        assert (text.split("</i>")[1], encoding) == (page(markup=markup), "utf-8")

    def test_utf8_with_twenty_bad_bytes(self, charset: str | None, markup: str) -> None:
        parts = [page(TEXT, markup=markup).encode()] * 21
        text, encoding = decode(b"\xc7".join(parts), header(charset))
        assert text.split("\ufffd") == [page(TEXT, markup=markup)] * 21
        assert encoding == "utf-8"


@pytest.mark.parametrize("declared", ["utf-8", "windows-1256", "iso-8859-6"])
def test_a_meta_tag_is_a_declaration_like_the_header(declared: str) -> None:
    text = page(head=f'<meta charset="{declared}">')
    assert decode(text.encode("windows-1256")) == (text, "windows-1256")
    assert decode(text.encode()) == (text, "utf-8")


def test_a_short_title_alone() -> None:
    assert decode("<title>خبر</title>".encode("windows-1256")) == ("<title>خبر</title>", "windows-1256")


def test_a_vocalised_text() -> None:
    text = "مُحَمَّدٌ يُحِبُّ الْعِلْمَ"
    assert decode(text.encode("windows-1256")) == (text, "windows-1256")


@pytest.mark.parametrize("declared", ["windows-1256", "iso-8859-6"])
@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6"])
def test_a_headline_that_reads_as_letters_in_both_encodings(encoding: str, declared: str) -> None:
    text = "خبر عاجل عن مقتل شخص"
    assert decode(text.encode(encoding), header(declared)) == (text, encoding)


def test_utf8_cut_inside_a_letter() -> None:
    text, encoding = decode(TEXT.encode()[:-2])
    assert (text.rstrip("\ufffd"), encoding) == (TEXT[:-2], "utf-8")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [page(), TEXT], ids=["page", "text"])
def test_utf16_without_a_byte_order_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    text, used = decode(page().encode(encoding), "text/html; charset=windows-1256")
    assert text == page()
    assert used.startswith(encoding[:6].rstrip("-"))


@pytest.mark.parametrize("charset", [None, "utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize(
    "text",
    [
        "Le président a déclaré à Sète : « l'été », où ça ?",
        "El año próximo subirá también el precio del maíz, según José Núñez",
        "Größere Städte hören schöne Grüße",
    ],
    ids=["French", "Spanish", "German"],
)
def test_western_letters_are_not_mistaken_for_arabic(text: str, charset: str | None) -> None:
    assert decode(page(text).encode("cp1252"), header(charset)) == (page(text), "windows-1252")


@pytest.mark.parametrize(
    ("charset", "text"),
    [("windows-1251", "Президент сказал"), ("iso-8859-8", "שלום עולם"), ("shift_jis", "日本語の新聞")],
)
def test_another_alphabet_is_believed(charset: str, text: str) -> None:
    assert decode(page(text).encode(charset), header(charset))[0] == page(text)


def test_zero_bytes_are_dropped() -> None:
    assert decode(page().replace("الداخلية", "الداخ\x00لية").encode()) == (page(), "utf-8")


def test_an_empty_page() -> None:
    assert decode(b"") == ("", "utf-8")


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.binary(),
    st.one_of(
        st.none(),
        st.text(),
        st.sampled_from(["idna", "punycode", "hex", "utf-7", "undefined", "gbk"]).map(header),
    ),
)
def test_any_bytes_give_some_text(body: bytes, content_type: str | None) -> None:
    text, encoding = decode(body, content_type)
    assert isinstance(text, str)
    assert encoding


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_characters="\x00\ufeff", exclude_categories=["Cs"])),
    st.sampled_from(DECLARED),
)
def test_any_text_in_utf8(text: str, charset: str | None) -> None:
    assert decode(text.encode(), header(charset)) == (text, "utf-8")


def cut(body: bytes, length: int) -> list[bytes]:
    return [body[at : at + length] for at in range(0, len(body), length)]


@pytest.mark.parametrize("charset", DECLARED)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "windows-1256", "iso-8859-6", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize("length", [1, 7, 1000])
def test_pieces_are_decoded_like_the_whole(encoding: str, charset: str | None, length: int) -> None:
    body = page(markup=MARKUP[:3000]).encode(encoding)
    assert "".join(decode_pieces(cut(body, length), header(charset))) == decode(body, header(charset))[0]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(), st.integers(1, 9), st.sampled_from(DECLARED))
def test_any_pieces_give_some_text(body: bytes, length: int, charset: str | None) -> None:
    assert isinstance("".join(decode_pieces(cut(body, length), header(charset))), str)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256"])
def test_one_odd_byte_far_before_all_others_decides_nothing(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newscrawl.page.decode._HELD", 2000)
    body = b"<a>\xe9</a>" + b"<b></b>" * 1000 + page().encode(encoding)
    assert "".join(decode_pieces(cut(body, 500), header("utf-8"))).endswith(page())


def test_a_declaration_applies_to_text_far_behind_it() -> None:
    text = "Сообщение"
    body = b"<?xml version='1.0' encoding='windows-1251'?>" + b"<b></b>" * 1000 + text.encode("cp1251")
    assert "".join(decode_pieces(cut(body, 500))).endswith(text)
