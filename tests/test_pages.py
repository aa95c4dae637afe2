"""The documentation: its commands parse, its links lead somewhere, its examples compile."""

import argparse
import ast
import re
import shlex
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from scrapy.cmdline import ScrapyArgumentParser
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

import newscrawl
from newscrawl import __main__ as readers
from newscrawl.settings import VARIABLES
from newscrawl.spider.arguments import Arguments
from newscrawl.spider.newspaper import ABOUT, KINDS
from newscrawl.vocabulary import RejectionReason
from newscrawl.web import pages as web_pages
from tests.conftest import PROJECT
from tests.doc_pages import FENCE, PAGES, SPAN, START, blocks, commands
from tests.test_install import lists
from tests.test_install import parsed as parsed_requirements

TOPS = re.compile(r"(?:benchmarks|deploy|findings|newscrawl|pipelines|recordings|spiders|tests)/[\w./-]+")
MADE_UP = "sada_elwaha"
"""The newspaper of CONTRIBUTING.md, whose files do not exist."""
ELSEWHERE = {"FIELDS_OF_NEWEST", "LONG", "Request"}
"""Names of the tests and of Scrapy."""
UNLISTED = {"NEWSCRAWL_PAGES", "NEWSCRAWL_TRIALS", "NEWSCRAWL_WEB_PASSWORD"}
"""Variables of trials, and a secret that is not a setting."""


def words(command: str) -> list[str]:
    """The words of the first command of a line: up to a comment, a pipe or a redirection."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[str] = []
    for word in lexer:
        if set(word) <= set("();<>|&"):
            break
        found.append(word)
    return found


def mistake(given: list[str]) -> str | None:
    """What is wrong with a command; None if nothing is."""
    match given:
        case ["scrapy", name, *rest]:
            return scrapy_mistake(name, rest)
        case ["python", "-m", "newscrawl", *rest] if rest not in ([], ["export"]):  # a mention of the program
            return parsed(readers.parser(), rest)
        case ["python", "-m", module, *_]:
            return None if find_spec(module) else f"there is no module {module}"
        case ["make", *rest]:
            targets = re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
            unknown = [word for word in rest if "=" not in word and word not in targets]
            return f"there is no target {unknown[0]}" if unknown else None
    return None


def scrapy_mistake(name: str, rest: list[str]) -> str | None:
    for package in ("newscrawl.commands", "scrapy.commands"):
        if find_spec(f"{package}.{name}"):
            command: ScrapyCommand = import_module(f"{package}.{name}").Command()
            break
    else:
        return f"there is no command {name}"
    command.settings = Settings()
    command.settings.setmodule("newscrawl.settings")
    parser = ScrapyArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    if wrong := parsed(parser, rest):
        return wrong
    opts = parser.parse_known_args(rest)[0]
    pairs = [("setting", pair, {*command.settings, "RECORD", "REPLAY"}) for pair in opts.set]
    arguments = {*Arguments.__dataclass_fields__, *KINDS, *ABOUT}
    pairs += [("argument", pair, arguments) for pair in getattr(opts, "spargs", [])]
    for kind, pair, known in pairs:
        if pair.partition("=")[0] not in known:
            return f"there is no {kind} {pair}"
    return None


def parsed(parser: argparse.ArgumentParser, given: list[str]) -> str | None:
    """The error of a parser for these arguments, or None."""
    try:
        _, left = parser.parse_known_args(given)
    except SystemExit as end:
        return "it is not understood" if end.code else None
    unknown = [word for word in left if word.startswith("-") and word != "-"]
    return f"there is no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_every_page_can_be_parsed(page: str) -> None:
    wrong = {}
    for line in (command.text for command in commands(page)):
        if (start := START.match(line)) and (said := mistake(words(line[start.end() :]))):
            wrong[line] = said
    assert not wrong


@pytest.mark.parametrize("page", PAGES)
def test_blocks_of_commands_are_marked_as_shell(page: str) -> None:
    lines = (line for block in blocks(page) if not block.language for line in block.text.splitlines())
    assert not list(filter(START.match, lines))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("scrapy craw hespress", "there is no command craw"),
        ("scrapy archive --chek", "there is no option --chek"),
        ("scrapy crawl hespress -a sinse=2024-03-27", "there is no argument sinse=2024-03-27"),
        ("scrapy crawl hespress -s RECRD=a.warc.gz", "there is no setting RECRD=a.warc.gz"),
        ("scrapy reprocess --to xml", "it is not understood"),
        ("python -m newscrawl export --followed news", "there is no option --followed"),
        ("python -m newscrawl.dictionary > docs/data.md", "there is no module newscrawl.dictionary"),
        ("make tests", "there is no target tests"),
        ("scrapy crawl hespress -a since=2024-03-27 -s RECORD=a.warc.gz  # any day", None),
    ],
)
def test_a_wrong_command_is_distinguished_from_a_right_one(command: str, said: str | None) -> None:
    assert mistake(words(command)) == said


@pytest.mark.parametrize("page", PAGES)
def test_examples_in_python_and_toml_compile_and_import_existing_names(page: str) -> None:
    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "python":
            for node in ast.walk(ast.parse(block.text)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("newscrawl"):
                    module = import_module(node.module or "")
                    assert [name.name for name in node.names if not hasattr(module, name.name)] == []


def anchors(text: str) -> set[str]:
    """The anchors of the headings of a page, as GitHub and GitLab make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_existing_files_and_headings(page: str) -> None:
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (PROJECT / page).parent / path if path else PROJECT / page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            wrong.append(link)
    assert not wrong


@pytest.mark.parametrize("page", PAGES)
def test_files_and_variables_that_a_page_names_exist(page: str) -> None:
    spans = [span for span in SPAN.findall(FENCE.sub("", PAGES[page])) if MADE_UP not in span]
    files = [span for span in spans if TOPS.fullmatch(span) and not (PROJECT / span).exists()]
    assert not files
    known = {variable.name for variable in VARIABLES} | UNLISTED
    assert set(re.findall(r"\bNEWSCRAWL_[A-Z_]+[A-Z]\b(?!_)", PAGES[page])) <= known


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_classes_constants_and_attributes_that_pages_for_engineers_name_exist(page: str) -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (PROJECT / "newscrawl").rglob("*.py"))
    text = FENCE.sub("", PAGES[page])
    names = set(re.findall(r"`([A-Z]\w+)(?:\(.*?\))?`", text)) - ELSEWHERE
    assert names - {*re.findall(r"^ *(?:class |def )?([A-Z]\w+)(?=[:(]| *=)", sources, re.MULTILINE)} == set()
    for name, attribute in re.findall(r"`([A-Z][a-z]\w*)\.(\w+)`", text):
        bodies = re.findall(rf"^class {name}\b.*?(?=^\S)", sources, re.MULTILINE | re.DOTALL)
        known = name in ELSEWHERE or re.search(rf"^    (?:def )?{attribute}\b", "".join(bodies), re.MULTILINE)
        assert known, f"{name}.{attribute}"


def test_the_index_names_every_page_and_each_says_for_whom_it_is_and_how_long_it_takes() -> None:
    index = PAGES["docs/README.md"]
    there = {path.name for path in (PROJECT / "docs").iterdir() if path.suffix in (".md", ".ipynb")}
    assert there - {"README.md"} <= set(re.findall(r"\]\(([\w.]+)\)", index))
    for page in sorted(there & {Path(name).name for name in PAGES}):
        first = PAGES[f"docs/{page}"].split("\n\n")[1]
        assert re.match(r"For .* minutes?\b", first, re.DOTALL), f"{page}: for whom, how many minutes?"


def test_the_page_about_the_site_names_every_address_of_it() -> None:
    there = {re.sub(r"\{\w+\}", "*", page.path) for page in web_pages.PAGES}
    rows = re.findall(r"^\| (`/.*?) \|", PAGES["docs/web.md"], re.MULTILINE)
    named = {re.sub("[A-Z]+", "*", span.partition("?")[0]) for row in rows for span in SPAN.findall(row)}
    assert named == there


def test_the_page_for_operators_says_what_to_do_about_every_reason_for_rejection() -> None:
    section = PAGES["docs/operate.md"].partition("## When pages are rejected")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert sorted(word for row in rows for word in SPAN.findall(row)) == sorted(RejectionReason)


def test_the_readme_says_what_each_dependency_is_for() -> None:
    required = {name for extra in lists().values() for name in parsed_requirements(extra)} - {"newscrawl"}
    assert required == set(re.findall(r"^\| `([\w-]+)` \|", PAGES["README.md"], re.MULTILINE))


def test_the_version_is_the_first_one_in_the_changelog(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        readers.main(["--version"])
    assert capsys.readouterr().out == f"newscrawl {newscrawl.__version__}\n"
    assert re.findall(r"^## (\S+)", PAGES["CHANGELOG.md"], re.MULTILINE)[0] == newscrawl.__version__
