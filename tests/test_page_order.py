"""The fields of a page are independent: reading them in any order gives the same values."""

import random

import pytest

from newscrawl.items import RawArticle
from newscrawl.page import fields
from newscrawl.page.document import parse
from newscrawl.sites import Site
from tests.page_corpus import CORPUS
from tests.site_fixtures import load, names, spiders
from tests.trials import size

PAGES = [(page.name, page.html, page.url, None) for page in CORPUS]
PAGES += [
    (f"{name}/{page.name}", page.answer.body, page.answer.url, spiders()[name].site)
    for name in names()
    for page in load(name).pages
]


def read(body: bytes, url: str, site: Site | None, order: random.Random | None) -> RawArticle:
    page = fields.Fields(parse(body, url, None), site, site.markup_on(None) if site else None)
    if order:
        for name in order.sample(page.FIELDS, len(page.FIELDS)):
            getattr(page, name)()
    raw = page.raw_article()
    raw.cut.sort()
    return raw


@pytest.mark.trials
def test_fields_are_read_in_any_order() -> None:
    order = random.Random(1445)
    for name, body, url, site in PAGES:
        expected = read(body, url, site, None)
        for _ in range(max(2, size(40))):
            assert read(body, url, site, order) == expected, name
