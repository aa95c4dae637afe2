"""`pip install .` gives readers newscrawl without Scrapy."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT
from tests.trials import long

ROOMS = "text dates urls items page identity sites mongod.opening store.schema export"
"""The imports of a reader."""
WITHOUT_SCRAPY = """
import importlib, sys
CRAWL = set(sys.argv[1].split())
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in CRAWL:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
for room in sys.argv[2].split():
    importlib.import_module(f"newscrawl.{room}")
from newscrawl.page import read
html = "<html lang=ar><h1>قطار مسائي إضافي بين القنيطرة والدار البيضاء</h1><p>" + "نص الخبر كاملا هنا. " * 30
print(read(html.encode(), "https://sahifa.example/akhbar/73890.html").title)
"""
"""The Python of a reader, without the packages of the extras."""


def lists() -> dict[str, list[str]]:
    """The requirements in pyproject.toml: those of readers, and those of each extra."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def parsed(lines: list[str]) -> dict[str, tuple[str, str]]:
    """Package → versions and marker."""
    found = [Requirement(line.partition(" #")[0]) for line in lines if line[:1].isalpha()]
    return {canonicalize_name(one.name): (str(one.specifier), str(one.marker)) for one in found}


def test_the_lists_of_requirements_agree() -> None:
    def file(name: str) -> dict[str, tuple[str, str]]:
        return parsed((PROJECT / name).read_text("utf-8").splitlines())

    crawl = parsed([line for extra in ("", "crawl", "browser", "web") for line in lists()[extra]])
    assert file("requirements.txt") == crawl
    node = parsed(lists()["node"])
    assert node.pop("newscrawl"), "a node crawls"
    assert file("deploy/requirements.txt") == node


def test_an_installed_package_has_the_files_of_the_site() -> None:
    tools = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    web = PROJECT / "newscrawl" / "web"
    packed = {file for glob in tools["package-data"]["newscrawl.web"] for file in web.glob(glob)}
    beside = {file for file in web.rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")}
    assert beside == packed


def test_pages_and_collections_are_read_without_scrapy() -> None:
    only_crawls = parsed([line for extra in ("crawl", "browser", "web", "node") for line in lists()[extra]])
    missing = " ".join({name.replace("-", "_") for name in only_crawls} - {"newscrawl", "setuptools"})
    command = [sys.executable, "-c", WITHOUT_SCRAPY, f"{missing} twisted fiftyone", ROOMS]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout.strip() == "قطار مسائي إضافي بين القنيطرة والدار البيضاء", done.stderr


def test_what_needs_pyarrow_says_how_to_install_it(tmp_path: Path) -> None:
    export = "from newscrawl.__main__ import main as execute"
    scrapy = "from scrapy.cmdline import execute"
    crawl, out = PROJECT / "recordings" / "demo.warc.gz", tmp_path / "out"
    for found, command in (
        (export, ["export", str(out), "--from", "mongodb://127.0.0.1:1/"]),
        (scrapy, ["scrapy", "export", str(out), "-s", "MONGODB_URI=mongodb://127.0.0.1:1/"]),
        (scrapy, ["scrapy", "reprocess", str(crawl), "--to", "parquet", "--out", str(out)]),
    ):
        code = f"import sys\nsys.modules['pyarrow'] = None\n{found}\nsys.exit(execute({command}))"
        done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
        assert done.returncode == 2, done.stderr
        assert 'pyarrow is not installed: run `pip install -e ".[export]"`' in done.stdout + done.stderr


@long
def test_a_reader_installs_newscrawl_alone(tmp_path: Path) -> None:
    """Installs it into a new environment, with the packages that it needs and no others."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", PROJECT], check=True)
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, PROJECT]
    subprocess.run(wheel, check=True)
    (built,) = tmp_path.glob("*.whl")
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(built).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"newscrawl"}
    done = subprocess.run(
        [python, "-c", WITHOUT_SCRAPY, "", ROOMS], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert subprocess.run([python, "-c", "import scrapy"], capture_output=True).returncode
