"""Takes the pictures of the site: ``PYTHONPATH=. python docs/pictures/make.py`` in the project.

The pictures for readers show what `make demo` has stored, which it runs first; those for operators a made
installation with newspapers in every state. It needs a Chromium, and a font for Arabic such as Debian's
fonts-noto-core.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from scrapy.settings import Settings

from newscrawl.download.render import find_browser
from newscrawl.store.session import session
from newscrawl.web.looking import Lookout
from newscrawl.web.page import Context
from tests.web_made import operators
from tests.web_served import served

HERE = Path(__file__).parent
DESKTOP, PHONE = {"width": 1080, "height": 640}, {"width": 390, "height": 640}
Picture = tuple[str, str, dict[str, int], str]
"""Page, language, screen and colours."""


def shown(browser: Browser, context: Context, wanted: Mapping[str, Picture]) -> None:
    """Take some pictures."""
    with served(context) as address:
        for name, (path, lang, size, scheme) in wanted.items():
            page = browser.new_page(viewport=size, color_scheme=scheme, locale=lang)  # type: ignore[arg-type]
            page.goto(address + path)
            page.screenshot(path=HERE / f"{name}.png")
            page.close()


def main() -> None:
    """Take them all."""
    subprocess.run([sys.executable, "-m", "scrapy", "demo"], check=True, stdout=subprocess.DEVNULL)
    settings = Settings({"NEWSCRAWL_DATA": os.environ.get("NEWSCRAWL_DATA", "")})
    with session(settings, demo=True) as (db, ops):
        made, made_ops = db.client["newscrawl_pictures"], db.client["newscrawl_pictures_ops"]
        copy = db["articles"].find_one({"duplicate_of": {"$ne": None}}) or {}
        try:
            operators(made, sites=12)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=find_browser(settings), args=["--no-sandbox"]
                )
                for_readers = {
                    "article": (f"/articles/{copy['duplicate_of']}", "ar", DESKTOP, "light"),
                    "rejected": ("/sites/alayam24/rejected", "en", PHONE, "light"),
                }
                shown(browser, Context(db, ops, settings, Lookout()), for_readers)
                for_operators = {
                    "overview": ("/", "en", DESKTOP, "light"),
                    "site": ("/sites/sada_rif", "ar", PHONE, "dark"),
                }
                shown(browser, Context(made, made_ops, settings, Lookout()), for_operators)
                browser.close()
        finally:
            db.client.drop_database(made)
            db.client.drop_database(made_ops)


if __name__ == "__main__":
    main()
