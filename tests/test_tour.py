"""The notebook for readers: its cells run unchanged on the articles of the demo."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Database, inherited
from tests.trials import long

TOUR = PROJECT / "docs" / "tour.ipynb"
SHOWN = """
import sys, types
import matplotlib
matplotlib.use("agg")
shown = types.ModuleType("IPython.display")
shown.HTML = str
sys.modules["IPython.display"] = shown
exec(compile(sys.stdin.read(), "tour.ipynb", "exec"))
"""
"""Runs the cells without Jupyter."""


def cells() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(TOUR.read_text("utf-8"))["cells"]
    return found


def code() -> str:
    return "\n".join("".join(cell["source"]) for cell in cells() if cell["cell_type"] == "code")


def environment(database: Database) -> dict[str, str]:
    return inherited() | {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}


def test_its_cells_run_on_the_demo(recorded: Database) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", SHOWN], cwd=PROJECT, input=code(),
        env=environment(recorded), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    stored = recorded["articles"].count_documents({})
    assert done.stdout.startswith(f"{stored} articles of "), done.stdout


def test_it_contains_its_results() -> None:
    executed = [cell for cell in cells() if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in executed)
    kinds = {kind for cell in executed for output in cell["outputs"] for kind in output.get("data", {})}
    assert {"image/png", "text/html"} <= kinds
    assert not any(output["output_type"] == "error" for cell in executed for output in cell["outputs"])
    assert "http" not in json.dumps([cell["outputs"] for cell in executed]), "plots need no network"


@long
def test_it_runs_in_jupyter(recorded: Database, tmp_path: Path) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(TOUR, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(recorded).items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", str(PROJECT))
        resources = {"metadata": {"path": str(tmp_path)}}
        nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
