"""`scrapy web` in a real Chromium, one for all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from scrapy.settings import Settings

from newscrawl.download.errors import BrowserMissing
from newscrawl.download.render import find_browser
from newscrawl.web.kept import KeptPage
from newscrawl.web.looking import Lookout
from newscrawl.web.page import Context
from tests.conftest import Database
from tests.trials import long
from tests.web_articles import IDS
from tests.web_made import Outside
from tests.web_served import served


def installed() -> str | None:
    try:
        return find_browser(Settings({"BROWSER": os.environ.get("NEWSCRAWL_BROWSER", "")}))
    except BrowserMissing:
        return None


pytestmark = pytest.mark.skipif(installed() is None, reason="no Chromium: apt-get install chromium")

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PAGES = (
    "/", "/sites/waha", "/rejected/barid01", "/alarms", "/search?q=السوق", f"/articles/{IDS['corrected']}",
    f"/stories/{IDS['corrected']}", "/coverage/manar",
)  # fmt: skip
MORE = (
    "/sites/sada_rif", "/sites/barid/runs", "/sites/barid/rejected", "/sites/sada_rif/pending", "/schedule",
    "/nodes", f"/articles/{IDS['copy']}?with={IDS['corrected']}", f"/articles/{IDS['corrected']}/page",
    "/coverage",
)  # fmt: skip
LOOKS: tuple[tuple[str, dict[str, int], str], ...] = (("ar", PHONE, "dark"), ("en", DESKTOP, "light"))


@pytest.fixture(scope="module")
def site(installation: Database, web_archive: Path) -> Iterator[str]:
    """The address of a site that is served from a thread."""
    db, settings = installation.client[installation.name], {"ARCHIVE": str(web_archive)}
    with served(Context(db, installation.ops, settings, Lookout())) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=installed(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield found
        found.close()


@dataclass
class BrowserVisit:
    """A page in a browser, with all its errors."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    """The hosts and ports that it requested."""


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., BrowserVisit]]:
    """Opens pages, each in a fresh browser."""
    opened = []

    def open_(
        address: str, lang: str = "en", size: dict[str, int] | None = None, scheme: str = "light"
    ) -> BrowserVisit:
        context = browser.new_context(
            viewport=size or DESKTOP, color_scheme=scheme, locale="ar-MA" if lang == "ar" else "en-GB"
        )  # type: ignore[arg-type]
        opened.append(context)
        found = BrowserVisit(context.new_page())
        found.page.on("console", lambda said: found.errors.append(said.text))
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on("request", lambda request: found.asked.add(request.url.split("/")[2]))
        found.page.goto(address, wait_until="load")
        return found

    yield open_
    for context in opened:
        context.close()


@pytest.mark.parametrize(("lang", "size", "scheme"), LOOKS)
def test_pages_have_the_right_direction_fit_the_screen_and_send_no_request_elsewhere(
    site: str, visit: Callable[..., BrowserVisit], lang: str, size: dict[str, int], scheme: str
) -> None:
    seen = visit(site, lang, size, scheme)
    page = seen.page
    for path in PAGES:
        page.goto(site + path, wait_until="load")
        assert page.evaluate("getComputedStyle(document.body).direction") == (
            "rtl" if lang == "ar" else "ltr"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
        back = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, back[4:-1].split(","))) < 300) == (scheme == "dark")
    assert seen.errors == []
    assert {host.partition(":")[0] for host in seen.asked} == {"127.0.0.1"}


def test_the_keyboard_and_the_back_button_lead_through_the_site(
    site: str, visit: Callable[..., BrowserVisit]
) -> None:
    page = visit(site, "ar").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.locator("tbody tr").first.get_by_role("link").press("Enter")
    page.wait_for_url("**/sites/barid")
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("/sites/barid?lang=en")
    page.goto(f"{site}/alarms")
    assert page.evaluate("document.documentElement.lang") == "en", "the language is kept"
    page.go_back()
    page.go_back()
    assert page.url.endswith("/sites/barid")


def test_a_kept_page_runs_nothing_and_requests_nothing(
    site: str, visit: Callable[..., BrowserVisit], outside: Outside
) -> None:
    seen = visit(f"{site}/rejected/barid01", "ar")
    frame = seen.page.frame_locator("iframe.kept")
    assert frame.locator("h1").inner_text() == "هذه قائمة لا خبر"
    frame.get_by_text("أرسل").click()
    frame.get_by_text("رابط إلى موقع آخر").click()
    inside = next(frame for frame in seen.page.frames if frame != seen.page.main_frame)
    assert inside.url.split("/")[2] != seen.page.url.split("/")[2], "another origin"
    seen.page.wait_for_timeout(300)
    assert frame.locator("h1").inner_text() == "هذه قائمة لا خبر"
    assert outside.came == []
    assert seen.errors == []


def test_the_policy_alone_restrains_a_kept_page_that_is_not_rebuilt(
    site: str, visit: Callable[..., BrowserVisit], outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_it_is(page: KeptPage) -> str:
        return page.body.decode().replace('<link rel="preconnect"', "<link")  # which no policy covers

    monkeypatch.setattr("newscrawl.web.app.tamed", as_it_is)
    seen = visit(f"{site}/rejected/barid01", "ar")
    frame = seen.page.frame_locator("iframe.kept")
    frame.get_by_text("أرسل").click()
    seen.page.wait_for_timeout(300)
    assert frame.locator("h1").inner_text() == "هذه قائمة لا خبر"
    assert outside.came == []
    assert any("script" in error for error in seen.errors), "the browser says what it has refused"


@pytest.mark.parametrize("is_tamed", [True, False])
def test_the_archived_page_of_an_article_runs_nothing_and_requests_nothing(
    site: str,
    visit: Callable[..., BrowserVisit],
    outside: Outside,
    monkeypatch: pytest.MonkeyPatch,
    is_tamed: bool,
) -> None:
    if not is_tamed:  # the policy and the sandbox alone
        monkeypatch.setattr("newscrawl.web.app.tamed", lambda page: page.body.decode())
    seen = visit(f"{site}/articles/{IDS['corrected']}/page", "ar")
    frame = seen.page.frame_locator("iframe.kept")
    for words in ("أرسل الطلب", "رابط خارجي", "رابط آخر"):
        frame.get_by_text(words).click(force=True)
    seen.page.wait_for_timeout(300)
    assert seen.page.url == f"{site}/articles/{IDS['corrected']}/page"
    assert outside.came == []
    if is_tamed:
        assert frame.locator("h1").inner_text() == "عنوان الصفحة المؤرشفة"
        assert seen.errors == []
        assert {host.partition(":")[0] for host in seen.asked} == {"127.0.0.1"}


@long
def test_axe_finds_nothing_serious(site: str, visit: Callable[..., BrowserVisit], tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm: axe-core is not at hand")
    subprocess.run([npm, "pack", "axe-core@4", "--silent"], cwd=tmp_path, check=True)
    (packed,) = tmp_path.glob("*.tgz")
    shutil.unpack_archive(packed, tmp_path)
    axe = (tmp_path / "package" / "axe.min.js").read_text("utf-8")
    worst: dict[str, Any] = {}
    for lang, size, scheme in (*LOOKS, ("ar", DESKTOP, "light"), ("en", PHONE, "dark")):
        page = visit(site, lang, size, scheme).page
        for path in (*PAGES, *MORE):
            page.goto(site + path, wait_until="load")
            page.evaluate(axe)  # the driver's own script, to which the page's policy does not apply
            found = page.evaluate("axe.run(document, {iframes: false})")
            for one in found["violations"]:
                if one["impact"] in ("serious", "critical"):
                    worst[f"{path} {lang} {scheme}: {one['id']}"] = [node["html"] for node in one["nodes"]][
                        :3
                    ]
    assert worst == {}
