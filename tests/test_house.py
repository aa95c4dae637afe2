"""The structure of the code: which room may import which, and how long classes and functions may be."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import PROJECT

TOPS = ("newscrawl", "pipelines", "spiders")
LONGEST_CLASS, LONGEST_FUNCTION = 250, 45
"""Maximum number of lines, docstrings not counted."""
PUBLIC = {"etree._Element", "os._exit"}
"""Names of other packages that look private but are documented."""
NEVER = {"spiders"}
"""Rooms that nothing imports."""
ALONE = (
    "comparison",
    "dates",
    "frames",
    "identity",
    "items",
    "patterns",
    "signatures",
    "stored",
    "text",
    "urls",
    "vocabulary",
)
"""Rooms that import neither Scrapy nor MongoDB, and are useful in a notebook."""
FRAMEWORKS = {"bson", "itemadapter", "pymongo", "scrapy", "scrapy_playwright", "twisted"}
DATABASE = {"bson", "pymongo"}
SCRAPYS_CLASS = "Command"
"""The name under which Scrapy looks for the class of each command."""
VAGUE = {"read", "found", "said", "told", "one", "other"}
"""Names of functions and classes that say nothing of their results."""
FIXED = {"newscrawl/page/reader.py read"}
"""Vague names that others rely on."""


@cache
def may_import() -> dict[str, set[str]]:
    """Room → the rooms that it may import, as the table in ``docs/architecture.md`` says."""
    page = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
    before, _, table = page.partition("\n## Rooms\n")[2].partition("\n## ")[0].partition("| room |")
    ground, reading = (set(names.split()) for names in re.findall(r"`([\w ]+ [\w ]+)`", before))
    groups = {"*ground*": ground, "*reading*": ground | reading, "all": {"*"}, "–": set()}
    allowed = {}
    for row in re.findall(r"^\| (`.*) \|$", table, re.MULTILINE):
        named, _, cell = row.split(" | ")
        words = cell.replace("`", "").split()
        for name in re.findall(r"\w+", named):
            allowed[name] = set().union(*(groups.get(word, {word}) for word in words))
    return allowed


def modules() -> list[Path]:
    """Every module of the product."""
    return sorted(
        path for top in ("newscrawl", "pipelines", "spiders") for path in (PROJECT / top).rglob("*.py")
    )


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def room(path: Path) -> str:
    """The room of a module: the folder or file below ``newscrawl``, or the folder beside it."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return parts[1] if parts[0] == "newscrawl" else parts[0]


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, at any level."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(path: Path) -> set[str]:
    """The other rooms that a module imports."""
    found = set()
    for name in imports(path):
        top, _, rest = name.partition(".")
        inner = rest.partition(".")[0]
        if top in ("pipelines", "spiders"):
            found.add(top)
        elif top == "newscrawl" and inner and not inner.startswith("__"):
            found.add(inner)
    return found - {room(path)}


def size(node: ast.AST) -> int:
    """The number of lines of a class or function, without all docstrings in it."""
    docstrings = [
        inner.end_lineno - inner.lineno + 1
        for inner in ast.walk(node)
        if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant) and inner.end_lineno
        if isinstance(inner.value.value, str)
    ]
    assert isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return (node.end_lineno or 0) - node.lineno + 1 - sum(docstrings)


def pieces(node: ast.AST, name: str = "") -> Iterator[tuple[str, ast.AST]]:
    """The classes and functions below a node, with their names."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}{inner.name}", inner
            yield from pieces(inner, f"{name}{inner.name}.")
        else:
            yield from pieces(inner, name)


@cache
def all_pieces() -> list[tuple[str, str, ast.AST]]:
    """The classes and functions of the product: module, dotted name, node."""
    return [
        (str(path.relative_to(PROJECT)), name, node)
        for path in modules()
        for name, node in pieces(tree(path))
    ]


def test_no_class_and_no_function_is_too_long() -> None:
    long = {}
    for module, name, node in all_pieces():
        limit = LONGEST_CLASS if isinstance(node, ast.ClassDef) else LONGEST_FUNCTION
        if (lines := size(node)) > limit:
            long[f"{module} {name}"] = lines
    assert not long, f"longer than {LONGEST_CLASS} or {LONGEST_FUNCTION} lines: {long}"


def test_no_two_classes_share_a_name() -> None:
    places: dict[str, list[str]] = {}
    for module, name, node in all_pieces():
        is_command = name == SCRAPYS_CLASS and module.startswith("newscrawl/commands/")
        if isinstance(node, ast.ClassDef) and not is_command:
            places.setdefault(node.name, []).append(f"{module} {name}")
    shared = [where for where in places.values() if len(where) > 1]
    assert not shared, f"give one of each pair a name of its own: {shared}"


def test_the_name_of_a_function_or_class_says_what_it_returns_or_holds() -> None:
    vague = {
        f"{module} {name}" for module, name, _ in all_pieces() if name.rpartition(".")[2].lower() in VAGUE
    }
    assert vague <= FIXED, f"add a noun, as in read_feed: {sorted(vague - FIXED)}"


def test_docstrings_are_not_counted() -> None:
    (node,) = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n').body
    assert size(node) == 2


def test_a_room_imports_only_the_rooms_below_it() -> None:
    wrong = {}
    for path in modules():
        if path == PROJECT / "newscrawl" / "__init__.py":
            allowed = set()
        elif "*" in (allowed := may_import().get(room(path), set())):
            allowed = rooms(path) - NEVER
        if more := rooms(path) - allowed:
            wrong[str(path.relative_to(PROJECT))] = sorted(more)
    there = {room(path) for path in modules()} - {"__init__"}
    assert there == may_import().keys(), "the table in docs/architecture.md names every room, and no other"
    assert not wrong, f"{wrong}: docs/architecture.md says which room may import which"


def test_no_room_reaches_itself_through_others() -> None:
    remaining = {room: allowed - {room, "*"} for room, allowed in may_import().items()}
    while free := {room for room, allowed in remaining.items() if allowed.isdisjoint(remaining)}:
        remaining = {room: allowed for room, allowed in remaining.items() if room not in free}
    assert not remaining, f"these rooms import each other: {sorted(remaining)}"


def test_the_rooms_for_notebooks_import_neither_scrapy_nor_mongodb() -> None:
    for path in modules():
        tops = {name.partition(".")[0] for name in imports(path)}
        if room(path) in ALONE:
            assert not tops & FRAMEWORKS, path
        if room(path) in ("discovery", "page", "sites"):
            assert not tops & DATABASE, path


def private(path: Path) -> Iterator[str]:
    """The private names of other modules that a module uses."""
    imported = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            yield from (alias.name for alias in node.names if is_private(alias.name.rpartition(".")[2]))
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id in imported and is_private(node.attr):
            yield f"{node.value.id}.{node.attr}"


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_no_module_uses_a_private_name_of_another() -> None:
    used = {name: path for path in modules() for name in private(path)}
    assert used.keys() <= PUBLIC, used


def test_packages_only_re_export_names() -> None:
    inside = {
        str(path.relative_to(PROJECT))
        for path in modules()
        if path.name == "__init__.py" and any(pieces(tree(path)))
    }
    assert not inside, f"move what these define into modules: {sorted(inside)}"


def test_numpy_is_imported_only_when_something_is_signed() -> None:
    """The import takes a tenth of a second, which most commands need not spend."""
    early = [
        path.name
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any("numpy" in (alias.name, getattr(node, "module", None)) for alias in node.names)
    ]
    assert not early


def test_files_of_the_project_are_read_as_resources_so_that_an_egg_has_them_too() -> None:
    here = [
        str(path.relative_to(PROJECT))
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Name) and node.id == "__file__"
    ]
    assert not here, f"{here}: a deployed module is in a zip file; use importlib.resources.files"
