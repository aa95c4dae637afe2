import pytest

from benchmarks.report.__main__ import SECTIONS, page, section
from tests.conftest import PROJECT, scrapy

SCRIPTS = sorted(path.stem for path in (PROJECT / "benchmarks").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_benchmark_runs(script: str) -> None:
    done = scrapy("-m", f"benchmarks.{script}", NEWSCRAWL_TRIALS="0.01")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_report_has_a_part_for_each_benchmark() -> None:
    assert sorted(SECTIONS) == SCRIPTS
    written = page([section("crawl", "| a |\n|---|"), section("dates", "right 7")], "v1")
    assert "## A whole crawl\n\n`python -m benchmarks.crawl`\n\n| a |\n|---|\n" in written
    assert "```\nright 7\n```" in written
    assert "newscrawl at v1" in written
    assert "Scrapy 2" in written
