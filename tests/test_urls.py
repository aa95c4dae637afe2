"""All spellings of an address have one key, and two articles have two keys."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.urls import UrlRules, canonical, declared_canonical, key, same_site
from tests.trials import growth

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


GROUPS: dict[str, list[str]] = defaultdict(list)
for row in rows("url_groups.tsv"):
    GROUPS[row["group"]].append(json.loads(row["url"]))
PAIRS = [(json.loads(row["one"]), json.loads(row["other"]), row["reason"]) for row in rows("url_pairs.tsv")]

PIECES = (
    r"https:// http: // / ? # & = . .. : @ % %2e %D8 %E2%80%8F [ ] [::1] \ ;jsessionid=1 www. m. amp /amp "
    r"خبر hespress.com index.html #!/ utm_source=x id=1 xn-- &amp; (S(a1)) www.google.com/amp/s/ "
    r"cdn.ampproject.org/c/s/ %25D8 %25A7 %2525D8%A7 %25 D8 %20 comment-page-1 &#038; m=1 print"
)
pieces = st.lists(
    st.one_of(
        st.sampled_from(
            [*PIECES.split(), "\u200f", "\u0654", "\ud800"],
        ),
        st.text(max_size=3),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("urls", GROUPS.values(), ids=GROUPS)
def test_one_key_for_every_spelling(urls: list[str]) -> None:
    assert len({canonical(url) for url in urls}) == 1
    assert len({key(url) for url in urls}) == 1


@pytest.mark.parametrize(("one", "other"), [pair[:2] for pair in PAIRS], ids=[pair[2] for pair in PAIRS])
def test_two_keys_for_two_pages(one: str, other: str) -> None:
    assert key(one) != key(other)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(pieces)
def test_canonical_is_idempotent_ascii_and_never_raises(url: str) -> None:
    form = canonical(url)
    assert canonical(form) == form
    assert form.isascii()
    assert re.fullmatch("[0-9a-f]{32}", key(url))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(pieces, pieces)
def test_garbage_is_answered_without_an_error(url: str, other: str) -> None:
    assert same_site(url, other) in (True, False)
    declared_canonical(url, other, lambda _: True)


def test_key_is_a_digest_of_the_canonical_form() -> None:
    assert key("http://hespress.com/1.html") == key(canonical("http://hespress.com/1.html"))
    # Keys are stored: a change of this one needs a new URLS_VERSION.
    assert key("https://www.hespress.com/خبر-1.html") == "e01abcd6fb1f9a64e6dd21d99ac516bc"


@pytest.mark.parametrize(
    "url", ["", " ", "http://", "http://[::1", "mailto:a@b.ma", "javascript:void(0)", "/خبر", "\ud800"]
)
def test_text_that_is_not_a_web_address_is_only_escaped(url: str) -> None:
    assert not canonical(url).startswith("https://")


def test_one_invalid_host_has_one_key() -> None:
    assert key("http://[::1") == key("http://[::1 ")
    assert key("http://a.ma:x/b") == key("https://www.a.ma:x//b/")


class TestRules:
    def test_parameters_that_distinguish_pages(self) -> None:
        rules = UrlRules(parameters=frozenset({"id"}))
        assert key("https://a.ma/x?id=1&v=2", rules) == key("https://a.ma/x?id=1", rules)
        assert key("https://a.ma/x?id=1", rules) != key("https://a.ma/x?id=2", rules)

    def test_a_parameter_that_is_for_tracking_elsewhere(self) -> None:
        rules = UrlRules(parameters=frozenset({"spm"}))
        assert key("https://a.ma/x?spm=1", rules) != key("https://a.ma/x?spm=2", rules)

    def test_ignored_parameters(self) -> None:
        rules = UrlRules(ignored_parameters=frozenset({"tq"}))
        assert key("https://a.ma/x?tq=1&id=1", rules) == key("https://a.ma/x?id=1", rules)

    def test_a_host_that_moved(self) -> None:
        rules = UrlRules(hosts={"arabic.rt.com": "rtarabic.com"})
        new = key("https://rtarabic.com/middle_east/1839452/", rules)
        assert key("http://arabic.rt.com/middle_east/1839452", rules) == new
        assert key("https://www.rtarabic.com/middle_east/1839452", rules) == new
        assert same_site("https://arabic.rt.com/x", "rtarabic.com", rules)

    def test_a_mobile_host_that_is_another_site(self) -> None:
        rules = UrlRules(variants=frozenset({"www"}))
        assert key("https://mobile.a.ma/x", rules) != key("https://a.ma/x", rules)

    def test_the_case_of_paths(self) -> None:
        rules = UrlRules(path_case=False)
        assert key("https://a.ma/Story/1", rules) == key("https://a.ma/story/1", rules)

    def test_fragments_that_do_not_name_a_page(self) -> None:
        rules = UrlRules(hash_routes=False)
        assert key("https://a.ma/x#!/y", rules) == key("https://a.ma/x", rules)

    def test_rewrites(self) -> None:
        rules = UrlRules(rewrites=((r"^/amp/(\d{4}/)", r"/story/\1"),))
        amp, story = "https://m.youm7.com/amp/2024/3/27/خبر/1", "https://www.youm7.com/story/2024/3/27/خبر/1"
        assert key(amp, rules) == key(story, rules)

    def test_rules_can_be_part_of_a_key(self) -> None:
        assert hash(UrlRules()) == hash(UrlRules())


class TestDeclaredCanonical:
    PAGE = "https://m.hespress.com/خبر-1.html?utm_source=x"

    @staticmethod
    def is_article(url: str) -> bool:
        return url.endswith(".html")

    def test_an_article_of_the_same_site(self) -> None:
        href = "https://www.hespress.com/خبر-1.html"
        assert declared_canonical(self.PAGE, href, self.is_article) == href

    def test_a_relative_canonical_address(self) -> None:
        assert (
            declared_canonical(self.PAGE, "/خبر-1.html", self.is_article)
            == "https://m.hespress.com/خبر-1.html"
        )

    @pytest.mark.parametrize(
        "href",
        [
            None,
            "",
            " ",
            "https://www.hespress.com/",
            "https://other.ma/خبر-1.html",
            "http://[::1/x.html",
            "x:y.html",
        ],
        ids=["none", "empty", "blank", "home page", "another site", "broken", "no web address"],
    )
    def test_anything_else_is_not_believed(self, href: str | None) -> None:
        assert declared_canonical(self.PAGE, href, self.is_article) is None

    def test_a_host_that_the_rules_name(self) -> None:
        rules = UrlRules(hosts={"arabic.rt.com": "rtarabic.com"})
        href = "https://rtarabic.com/a/1.html"
        assert declared_canonical("https://arabic.rt.com/a/1.html", href, self.is_article, rules) == href


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://youm7.com/a", True),
        ("https://www.youm7.com/a", True),
        ("http://m.youm7.com/a", True),
        ("https://english.youm7.com/a", True),
        ("https://notyoum7.com/a", False),
        ("https://youm7.com.example/a", False),
        ("/a", False),
    ],
)
def test_same_site(url: str, expected: bool) -> None:
    assert same_site(url, "youm7.com") is expected


@pytest.mark.parametrize("copy", ["cdn.ampproject.org/c/s/", "google.com/amp/", "google.com/amp/s/"])
def test_the_cost_of_resolving_copies_of_copies_grows_with_their_length(copy: str) -> None:
    assert canonical("https://" + copy * 50 + "hespress.com/amp/x-1.html") == "https://hespress.com/x-1.html"
    made = lambda n: "https://" + copy * (n // len(copy)) + "hespress.com/x-1.html"  # noqa: E731
    assert canonical(made(8000)) == "https://hespress.com/x-1.html"
    assert growth(canonical, made, 40_000) <= 2.5
