"""robots.txt in every encoding in use, and of any length."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from newscrawl.robotstxt import LONGEST, LONGEST_LINE, comparable, read_robots

RULES = "User-agent: *\r\nDisallow: /أرشيف\r\nAllow: /أرشيف/مفتوح\r\nDisallow: /بحث?q=\r\nCrawl-delay: 7\r\n"
HOME = "https://www.alayam24.com"
OPEN = ["/", "/أخبار/1.html", "/أرشيف/مفتوح/1.html", "/بحث", "/إعلان"]
CLOSED = ["/أرشيف", "/أرشيف/1.html", "/أرشيفات", "/بحث?q=مراكش"]


def verdicts(body: bytes, urls: list[str], encoding: str = "utf-8") -> list[bool]:
    """Which of the paths may be requested, when a link spells them in an encoding."""
    rules = Protego.parse(read_robots(body))
    escaped = ["".join(c if c.isascii() else escape(c, encoding) for c in url) for url in urls]
    return [rules.can_fetch(comparable(HOME + url), "newscrawl/1.0") for url in escaped]


def escape(letter: str, encoding: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode(encoding))


@pytest.mark.parametrize("linked", ["utf-8", "cp1256"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1256", "iso8859-6", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_rules_are_read_in_their_encoding(encoding: str, linked: str) -> None:
    body = RULES.encode(encoding)
    assert verdicts(body, OPEN, linked) == [True] * len(OPEN)
    assert verdicts(body, CLOSED, linked) == [False] * len(CLOSED)
    assert Protego.parse(read_robots(body)).crawl_delay("newscrawl") == 7


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
def test_every_kind_of_line_break_ends_a_line(ending: str, bom: bytes) -> None:
    body = bom + RULES.replace("\r\n", ending).encode()
    assert verdicts(body, OPEN + CLOSED) == [True] * len(OPEN) + [False] * len(CLOSED)


def test_a_bad_line_changes_no_other_line() -> None:
    body = "Disallow: /خبر".encode()[:-1] + b"\n" + "Disallow: /إعلان".encode("cp1256") + b"\n"
    assert verdicts(b"User-agent: *\nDisallow: /\xff\xfe\n" + RULES.encode() + body, OPEN[:4]) == [True] * 4


def test_escaped_rules_are_compared_as_text() -> None:
    written = "".join(escape(c, "cp1256") for c in "أرشيف").lower()
    body = f"User-agent: *\nDisallow: /{written}\n".encode()
    for linked in ("utf-8", "cp1256"):
        assert verdicts(body, ["/أرشيف/1.html", "/أخبار"], linked) == [False, True]


def test_the_address_of_a_sitemap_stays_as_it_is_written() -> None:
    line = "Sitemap: https://www.alayam24.com/%C3%D1/sitemap.xml\n"
    assert read_robots(line.encode("utf-16")) == line


def test_nothing_above_the_limit_is_read_not_even_a_truncated_line() -> None:
    filler = b"# " + b"x" * 97 + b"\n"
    head = b"User-agent: *\nDisallow: /private\n"
    room = LONGEST - len(head) - len(b"Disallow: /a")
    body = (
        head + filler * (room // 100) + b"#" * (room % 100 - 1) + b"\nDisallow: /archive\nDisallow: /later\n"
    )
    assert body[:LONGEST].endswith(b"Disallow: /a")
    assert verdicts(body, ["/private", "/a", "/archive", "/later"]) == [False, True, True, True]


def test_an_endless_line_is_left_out() -> None:
    body = b"User-agent: *\nDisallow: /" + b"a" * LONGEST_LINE + b"\nDisallow: /private\n"
    assert verdicts(body, ["/aaa", "/private"]) == [True, False]
    assert len(read_robots(b"Disallow: /*" + b"*a" * 1_000_000)) == 0


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
@example(b"\xef\xbb\xbf\xfe\xff\x01\x01")  # two byte order marks, of two encodings
@example("\ufeff\ufeff\n\ufeffa".encode())
def test_any_bytes_give_some_rules(body: bytes) -> None:
    text = read_robots(body)
    Protego.parse(text)
    assert read_robots(text.encode()) == text or len(text) > LONGEST_LINE


@given(st.text(alphabet="abc/%?0123456789ABCDEFxyz", max_size=60))
def test_any_address_can_be_compared(url: str) -> None:
    assert comparable(comparable(url)) == comparable(url)
