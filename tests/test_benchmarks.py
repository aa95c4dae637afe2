import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

SCRIPTS = sorted(path.stem for path in (PROJECT / "benchmarks").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_benchmark_runs(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{script}"],
        cwd=PROJECT, env=os.environ | {"NEWSCRAWL_TRIALS": "0.01"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
