"""The gate for addresses: requests, ownership and the store use one parsed form of each."""

import csv
import random
from functools import cache
from urllib.parse import urlsplit

import ada_url  # the parser of Node.js: an address as browsers read it
import pytest
from scrapy import Request

from newscrawl.gate import LONGEST, RefusedAddressError, admit
from newscrawl.sites import Feed, Listing, Site
from newscrawl.urls import UrlRules, canonical, key, site_host
from tests.conftest import PROJECT
from tests.site_fixtures import SITES, load, spiders
from tests.trials import size

DATA = PROJECT / "tests" / "data"


@cache
def known() -> tuple[str, ...]:
    """Addresses as pages print them: those of all saved sites and of the lists of spellings."""
    saved = [answer.url for name in spiders() if (SITES / name).exists() for answer in load(name).answers]
    with (DATA / "url_groups.tsv").open(encoding="utf-8", newline="") as file:
        spelled = [row["url"] for row in csv.DictReader(file, delimiter="\t")]
    return tuple(dict.fromkeys(saved + [url for url in spelled if url.startswith("http")]))


def test_addresses_of_the_real_sites_pass_with_their_keys() -> None:
    sites = {name: spider.site for name, spider in spiders().items()}
    for name in sites:
        for answer in load(name).answers if (SITES / name).exists() else ():
            assert key(sites[name].admit(answer.url)) == key(answer.url)
        for url in sites[name].declared:
            sites[name].admit(url, sites[name].home)


@pytest.mark.parametrize(
    ("given", "admitted"),
    [
        ("https://www.hespress.com\\@evil.example/1.html", "https://www.hespress.com/@evil.example/1.html"),
        ("https://evil.example\\.hespress.com/1.html", "https://evil.example/.hespress.com/1.html"),
        ("https:\\\\hespress.com\\خبر", "https://hespress.com/%D8%AE%D8%A8%D8%B1"),
        ("//hespress.com/a", "https://hespress.com/a"),
        ("\\\\hespress.com\\a", "https://hespress.com/a"),
        ("////hespress.com/a", "https://hespress.com/a"),
        ("https:///hespress.com/a", "https://hespress.com/a"),
        ("HTTPS://WWW.Hespress.COM.:443/a", "https://www.hespress.com/a"),
        ("http://hespress.com:443/a", "http://hespress.com:443/a"),
        ("https://hes%70ress.com/a", "https://hespress.com/a"),
        ("https://ｈespress.com/a", "https://hespress.com/a"),
        ("https://hespress。com/a", "https://hespress.com/a"),
        ("https://جريدة.المغرب/a", "https://xn--ogbfjh9j.xn--mgbc0a9azcg/a"),
        ("\u200f https://hespress.com/a \u200e\n", "https://hespress.com/a"),
        ("https://hespress.com/a\tb\r\nc", "https://hespress.com/abc"),
        ("https://hespress.com/x/../../a/./%2e%2E/b/.", "https://hespress.com/b/"),
        ("?page=2", "https://www.alayam24.com/list?page=2"),
        ("../a?b=ج#c", "https://www.alayam24.com/a?b=%D8%AC"),
        ("#!/story/1", "https://www.alayam24.com/list#!/story/1"),
        ("https://hespress.com", "https://hespress.com/"),
        ("https://hespress.com/\ud800", "https://hespress.com/%EF%BF%BD"),
        ("http://[2001:DB8::1]/a", "http://[2001:db8::1]/a"),
    ],
)
def test_admitted_addresses(given: str, admitted: str) -> None:
    assert admit(given, "https://www.alayam24.com/list") == admitted
    assert Request(admitted).url == admitted


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("file://www.hespress.com/etc/passwd", "scheme"),
        ("file:///dev/zero", "scheme"),
        ("ftp://www.hespress.com/a", "scheme"),
        ("s3://www.hespress.com/a", "scheme"),
        ("data:text/html,x", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("mailto:press@hespress.com", "scheme"),
        ("feed:https://hespress.com/a", "scheme"),
        ("view-source:https://hespress.com/a", "scheme"),
        ("https://user:secret@hespress.com/a", "credentials"),
        ("https://hespress.com@evil.example/a", "credentials"),
        ("https://@hespress.com/a", "credentials"),
        ("http://[x", "malformed"),
        ("http://x]/", "malformed"),
        ("http://www.hespress[::1].com/a", "host"),
        ("http://[::1]hespress.com/a", "host"),
        ("http://", "host"),
        ("http:///", "host"),
        ("https://a..ma/", "host"),
        ("https://hespress-.cßom/", "host"),
        ("https://.hespress.com/", "host"),
        ("https://%2ehespress.com/", "host"),
        ("https://hes press.com/", "host"),
        ("https://hespress.com%2fa/", "host"),
        ("https://hespress%00.com/", "host"),
        ("https://127.1/", "host"),
        ("https://2130706433/", "host"),
        ("https://0x7f.0.0.1/", "host"),
        ("https://0177.0.0.1/", "host"),
        (f"https://{'a' * 64}.com/", "host"),
        ("https://hespress.com:99999/", "port"),
        ("https://hespress.com:x/", "port"),
        ("https://hespress.com:0/", "port"),
        ("https://hespress.com:8080/", "port"),
        ("https://hespress.com:22/", "port"),
        (f"https://hespress.com/{'a' * LONGEST}", "too_long"),
        (f"https://hespress.com/{'ا' * (LONGEST // 6)}", "too_long"),
    ],
)
def test_refused_addresses(given: str, reason: str) -> None:
    with pytest.raises(RefusedAddressError) as refused:
        admit(given)
    assert refused.value.reason == reason
    assert len(str(refused.value)) < 500
    assert str(refused.value).isascii()


@pytest.mark.parametrize(
    ("given", "charset", "admitted"),
    [
        ("/خبر?ق=خبر#خبر", "windows-1256", "/%D8%AE%D8%A8%D8%B1?%DE=%CE%C8%D1"),
        ("/a?q=خبر", "iso-8859-6", "/a?q=%CE%C8%D1"),
        ("/a?q=پ خ", "iso-8859-6", "/a?q=%26%231662%3B%20%CE"),
        ("/a?q=漢", "windows-1256", "/a?q=%26%2328450%3B"),
        ("/a?q=%D8%AE&x=خ", "windows-1256", "/a?q=%D8%AE&x=%CE"),
        ("/a?q=été", "windows-1252", "/a?q=%E9t%E9"),
        ("/a?q=خ", "utf-16-le", "/a?q=%D8%AE"),
        ("/a?q=خ", "no-such-charset", "/a?q=%D8%AE"),
        ("/a#x?q=خ", "windows-1256", "/a"),
        ("?q=خ", "windows-1256", "/list?q=%CE"),
        ("\\a?q=خ\\", "windows-1256", "/a?q=%CE%5C"),
    ],
)
def test_a_query_is_sent_in_the_charset_of_its_page(given: str, charset: str, admitted: str) -> None:
    home = "https://www.alayam24.com"
    found = admit(given, f"{home}/list?page=1", charset=charset)
    assert found == home + admitted
    assert admit(found, charset=charset) == found
    assert admit(given, f"{home}/list?page=1") == admit(given, f"{home}/list?page=1", charset="utf-8")


def test_the_usual_addresses_are_admitted_by_the_same_rules_as_all_others() -> None:
    dice = random.Random(7)
    parts = [
        "a",
        "Z",
        "7",
        ".",
        "/",
        "//",
        "..",
        "/.",
        "%2e",
        "%2E",
        "%D8",
        "%d8%a7",
        "%",
        "-",
        "_",
        "~",
        "?",
        "&",
        "=",
    ]
    parts += ["#", ";", "'", "!", "@", ":", "+", " ", "خ", "xn--", "http://", "\\"]
    hosts = [
        "a.ma",
        "A.ma",
        "127.0.0.1",
        "127.1",
        "0x7f",
        "a..b",
        "-a.ma",
        "xn--a.ma",
        "a.ma.",
        ".ma",
        "a_b.ma",
    ]
    hosts += ["a.ma:80", "a.ma:99", "u@a.ma", "a" * 64 + ".ma", "a.123"]
    usual = 0
    for _ in range(size(200_000)):
        path = "".join(dice.choice(parts) for _ in range(dice.randrange(9)))
        url = (
            dice.choice(["http://", "https://", "HTTP://"])
            + dice.choice(hosts)
            + dice.choice(["/", "", "/?"])
            + path
        )
        usual += admitted(url) == url
        # All parsers drop a tab, and no usual address has one.
        assert admitted(url) == admitted(f"\t{url}"), url
    assert usual > size(200_000) / 20


def admitted(url: str) -> str:
    try:
        return admit(url)
    except RefusedAddressError as refused:
        return refused.reason


def test_an_address_of_1300_arabic_letters_is_admitted() -> None:
    assert key(admit("https://hespress.com/" + "خ" * 1300)) == key("https://hespress.com/" + "خ" * 1300)


BITS = (
    r"""
\ / // \\ @ : # ? % %2e .. /../ /./ ; & &amp; [ ] %00 %5c %2f %40 user:pass@ evil.example
https://evil.example //evil.example \evil.example .evil.example evil.example\ @evil.example
:80 :443 :8080 :99999 :0 http: https: file: ftp: javascript: 。 ． ／ ＼ ＠ ： é ß İ xn--
127.0.0.1 0x7f.1 [::1] &#x2f; ١ %25 %ff amp/ www. m. fr. google.com/amp/s/ ?utm_source=x #!/a
| ^ ` < > " '
""".split()
    + list(" \t\n\u200f\u202e\xad\ud800\x00\x7f")
)


def mutated(dice: random.Random) -> str:
    url = dice.choice(known())
    for _ in range(dice.choice([1, 1, 2, 3])):
        at = dice.randrange(len(url) + 1) if dice.random() < 0.4 else min(len(url), dice.randrange(40))
        kind = dice.random()
        if kind < 0.6:
            url = url[:at] + dice.choice(BITS) + url[at:]
        elif kind < 0.75:
            url = url[:at] + url[at + dice.randrange(1, 4) :]
        elif kind < 0.85 and at < len(url):
            url = url[:at] + chr(ord(url[at]) ^ dice.choice([1, 2, 32, 64])) + url[at + 1 :]
        else:
            other = dice.choice(known())
            url = url[:at] + other[dice.randrange(min(40, len(other))) :]
    return url


def test_all_parsers_agree_on_a_mutated_address() -> None:
    """Compares the gate with the parser of browsers; ownership, patterns and keys with the gate."""
    dice = random.Random("addresses")
    every = [spider.site for spider in spiders().values()]
    hosts = {site.domain: {site_host(url, site.url_rules) for url in site.declared} for site in every}
    admitted_ones = 0
    for _ in range(size(1_000_000)):
        given = mutated(dice)
        sites = [site for site in every if site.domain in given] + dice.sample(every, 2)
        owners = [site for site in sites if site.owns(given)]
        articles = [site for site in sites if site.is_article(given)]
        try:
            url = admit(given)
        except RefusedAddressError:
            assert not owners, given
            assert not articles, given
            continue
        admitted_ones += 1
        assert admit(url) == url
        parts = urlsplit(url)
        if ada_url.check_url(given.encode("utf-8", "replace").decode()):
            read = ada_url.URL(given.encode("utf-8", "replace").decode())
            default = {"https": 443, "http": 80}[parts.scheme]
            assert (read.protocol[:-1], read.hostname.rstrip("."), int(read.port or default)) == (
                parts.scheme,
                urlsplit(url).netloc.rpartition(":")[0] if parts.port else parts.netloc,
                parts.port or default,
            ), given
        assert all(site_host(url, site.url_rules) in hosts[site.domain] for site in owners), given
        for site in articles:
            assert site in owners
            assert urlsplit(canonical(url, site.url_rules)).hostname in hosts[site.domain]
            assert key(url, site.url_rules) == key(site.admit(given), site.url_rules)
    assert admitted_ones > size(1_000_000) // 3


class TestSite:
    SITE = Site(
        name="صحيفة",
        domain="sahifa.example.com",
        timezone="Africa/Casablanca",
        article=r"^/\d+$",
        url_rules=UrlRules(hosts={"sahifa.ma": "sahifa.example.com"}),
        hosts=["alt.example.com"],
        discover=[
            Listing("https://ar.example.com:8443/"),
            Feed("https://feeds.example.net/sahifa"),
        ],
    )

    @pytest.mark.parametrize(
        "host",
        (
            "sahifa.example.com www.sahifa.example.com m.sahifa.example.com amp.sahifa.example.com "
            "sahifa.ma www.sahifa.ma alt.example.com m2.sahifa.example.com ar.example.com SAHIFA.example.com."
        ).split(),
    )
    def test_the_hosts_of_a_site(self, host: str) -> None:
        assert self.SITE.is_article(f"https://{host}/7")

    @pytest.mark.parametrize("name", "fr en english tv wadifa observers es media2 m2tv api old".split())
    def test_other_editions_are_other_sites(self, name: str) -> None:
        assert not self.SITE.owns(f"https://{name}.sahifa.example.com/7")

    @pytest.mark.parametrize(
        "host",
        (
            "example.com feeds.example.net evil-sahifa.example.com sahifa.example.com.evil.example "
            "sahifa.example.com:22 sahifa.example.com@evil.example fr.sahifa.ma"
        ).split(),
    )
    def test_hosts_of_others(self, host: str) -> None:
        assert not self.SITE.owns(f"https://{host}/7")
        assert not self.SITE.is_article(f"https://{host}/7")

    def test_ports_are_those_of_the_declared_addresses(self) -> None:
        assert self.SITE.owns("https://ar.example.com:8443/7")
        assert self.SITE.owns("http://ar.example.com/7")
        assert not self.SITE.owns("https://ar.example.com:8080/7")

    def test_lists_may_be_on_the_owners_hosts_and_on_declared_ones(self) -> None:
        assert self.SITE.lists_at("https://sitemaps.example.com/1.xml")
        assert self.SITE.lists_at("https://feeds.example.net/sahifa?paged=2")
        assert self.SITE.lists_at("https://other.example.net/2", "https://other.example.net/1")
        assert not self.SITE.lists_at("https://other.example.net/2", "https://sahifa.example.com/")
        assert not self.SITE.lists_at("file://sahifa.example.com/etc/passwd")
