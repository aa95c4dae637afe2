import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import bson
import pytest
from mypy import api

from newscrawl import vocabulary
from newscrawl.dates import ASCII_DIGITS, names
from newscrawl.store.schema import articles_validator
from newscrawl.vocabulary import Calendar, CopyKind, HijriBasis, Origin, Precision, Word
from tests.conftest import PROJECT

LISTS = [found for found in vars(vocabulary).values() if isinstance(found, type) and issubclass(found, Word)]
LISTS.remove(Word)


@pytest.mark.parametrize("words", LISTS)
def test_a_member_is_its_stored_word(words: type[Word]) -> None:
    stored = bson.decode(bson.encode({"words": [*words]}))["words"]
    assert stored == [*words]
    assert {type(word) for word in stored} == {str}
    assert [word.rank for word in words] == list(range(len(words)))
    for word in words:
        assert words(str(word)) is word
        assert pickle.loads(pickle.dumps(word)) is word
        assert re.fullmatch("[a-z_]+", word)


def test_every_list_except_that_of_outcomes_gives_the_meaning_of_each_word() -> None:
    silent = {word for words in LISTS for word in words if not word.meaning}
    assert silent == {"ok", "nothing_new", "killed"}


def test_the_validator_contains_the_closed_lists() -> None:
    fields = articles_validator()["$jsonSchema"]["properties"]
    published = fields["published"]["properties"]
    assert published["calendar"]["enum"] == [*Calendar, None]
    assert published["precision"]["enum"] == [*Precision, None]
    assert published["hijri"]["properties"]["basis"]["enum"] == [*HijriBasis]
    assert fields["duplicate"]["properties"]["kind"]["enum"] == [*CopyKind]
    (origins,) = fields["origins"]["patternProperties"].values()
    assert origins["enum"] == [*Origin]


WRONG = {
    'Rejection(url="https://example.ma/1", reason="no_bdy")': "RejectionReason",
    'Rejection(url="https://example.ma/1", reason=RejectionReason.NO_BDY)': "NO_BDY",
    'OfferedDate(text="27 مارس 2024", origin="jsonld")': "Origin",
    'Ledger[str]().end("9f0c", "storred")': "AddressOutcome",
    'summary("hespress", "okay", {}, {}, 0)': "RunOutcome",
    'meta(Request("https://example.ma/1"))["kye"]': "kye",
}


def test_mypy_refuses_a_word_that_is_not_in_its_list(tmp_path: Path) -> None:
    lines = [
        "from newscrawl.items import OfferedDate, Rejection",
        "from scrapy import Request",
        "from newscrawl.ledger import Ledger",
        "from newscrawl.meta import meta",
        "from newscrawl.runs import summary",
        "from newscrawl.vocabulary import RejectionReason",
        'Rejection(url="https://example.ma/1", reason=RejectionReason.NO_BODY)',
        *WRONG,
    ]
    script = tmp_path / "misspelt.py"
    script.write_text("\n".join(lines) + "\n", "utf-8")
    said, _, status = api.run(["--config-file", str(PROJECT / "pyproject.toml"), str(script)])
    assert status == 1
    errors = re.findall(r"misspelt\.py:(\d+): error: (.*)", said)
    assert [int(line) for line, _ in errors] == [lines.index(wrong) + 1 for wrong in WRONG], said
    for (_, sentence), word in zip(errors, WRONG.values(), strict=True):
        assert word in sentence


def _strings() -> Iterator[tuple[Path, str]]:
    """All strings of the product's code, except docstrings and the examples of docs/data.md."""
    for path in sorted(PROJECT.glob("newscrawl/**/*.py")):
        if path.parent.name == "data_dictionary":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield path, node.value


def test_names_of_months_are_in_their_table_only() -> None:
    known = {name for name in names("month", "hijri_month") if len(name) > 3 and not name.isascii()}
    assert len(known) > 100
    month = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(known)))})\b")
    assert {(path.name, text) for path, text in _strings() if month.search(text)} == set()


def test_digits_are_in_one_table() -> None:
    zero = re.compile(r"0x0?6[6f]0|ord\(.[٠۰].\)|[٠۰].?[١۱].?[٢۲]", re.IGNORECASE)
    found = {path.name for path in PROJECT.glob("newscrawl/**/*.py") if zero.search(path.read_text("utf-8"))}
    assert found == {"words.py"}
    assert "٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹".translate(ASCII_DIGITS) == "0123456789 0123456789"
