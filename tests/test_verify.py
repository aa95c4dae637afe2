"""``scrapy verify --report`` writes one page about all sites, and survives a kill."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import time
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from newscrawl.kit.report import HEADING, DatedVerdict, Report, markdown
from newscrawl.kit.verify import Verdict
from newscrawl.sites import Site
from tests.conftest import scrapy, start
from tests.loopback import LoopbackNewspaper, article, listing, serve

AT = dt.datetime(2026, 11, 28, 9, 30, tzinfo=dt.UTC)
SITES = ("-s", "SPIDER_MODULES=tests.verified_sites", "-s", "RETRY_ENABLED=False")


def newspaper() -> LoopbackNewspaper:
    pages = {f"/articles-{number}.html": article(number) for number in range(4)}
    return LoopbackNewspaper({"/robots.txt": "", "/": listing([0, 1, 2, 3]), **pages})


def addresses(first: LoopbackNewspaper, second: LoopbackNewspaper) -> dict[str, str]:
    places = {"VERIFIED_FIRST": first.port, "VERIFIED_SECOND": second.port}
    given = {name: f"http://127.0.0.1:{port}/" for name, port in places.items()}
    return given | {"NEWSCRAWL_DOWNLOAD_DELAY": "0"}


def verified(page: Path, **environment: str) -> CompletedProcess[str]:
    done = scrapy("verify", "--all", "--report", str(page), *SITES, **environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def row(page: Path, site: str) -> list[str]:
    line = next(line for line in page.read_text("utf-8").splitlines() if line.startswith(f"| `{site}`"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_after_a_kill_the_report_continues_with_the_remaining_sites(tmp_path: Path) -> None:
    page, part = tmp_path / "report.md", tmp_path / "report.md.part"
    first, second = newspaper(), newspaper()
    second.stuck_at = "/robots.txt"
    with serve(first), serve(second):
        given = addresses(first, second)
        killed = start("verify", "--report", str(page), *SITES, **given)
        second.stuck.wait(60)
        until = time.monotonic() + 60
        while not (page.exists() and row(page, "first")[3] == "holds") and time.monotonic() < until:
            time.sleep(0.05)
        killed.kill()
        killed.wait()
        assert row(page, "first")[3] == "holds"
        assert row(page, "second")[3] == "not asked yet"
        with part.open("a", encoding="utf-8") as file:
            file.write('{"site": "second", "declared": "')  # as after a kill in the middle of a line
        asked, second.stuck_at = list(first.asked), None
        done = verified(page, **given)
        assert done.returncode == 0, done.stdout
        assert first.asked == asked
    assert len(asked) == 4
    assert second.asked == ["/", *(f"/articles-{number}.html" for number in range(3))]
    assert row(page, "closed")[3] == "left alone"
    told = ["`second`", "MA", "guess, 2024", "holds", "ok", "listing: ok", "3 of 3", *["markup 3"] * 3]
    assert row(page, "second")[:10] == told
    text = page.read_text("utf-8")
    assert text.startswith(HEADING)
    assert "holds 2, left alone 1." in text
    assert "ok   article   2024-03-27  http://127.0.0.1:" in text
    assert not part.exists()


def test_only_sites_that_gave_no_answer_are_asked_again(tmp_path: Path) -> None:
    page = tmp_path / "report.md"
    first, second = newspaper(), newspaper()
    with serve(first):
        with serve(second):
            given = addresses(first, second)
        done = verified(page, **given)
        assert done.returncode == 3
        assert "left      second: run the same command again to check only these" in done.stdout
        assert row(page, "second")[3:5] == ["no answer", "fails"]
        asked = list(first.asked)
        done = verified(page, **given)
        assert first.asked == asked
        assert (done.returncode, "first: holds" in done.stdout) == (3, True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--all", "first"), "--all already includes 'first'"),
        (("--report", "{}/there.md"), "this file exists and is not a report"),
        (("--report", "{}/none/report.md"), "No such file or directory; give a file that can be written"),
        (("--report", "{}"), "it is a directory"),
    ],
)
def test_a_report_overwrites_no_other_file(tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    there = tmp_path / "there.md"
    there.write_text("# ملاحظات\n", "utf-8")
    done = scrapy("verify", *(arg.format(tmp_path) for arg in args), *SITES)
    assert done.returncode == 2
    assert said in done.stderr + done.stdout
    assert there.read_text("utf-8") == "# ملاحظات\n"


def _site(**changes: str) -> Site:
    site = Site(name="صدى", domain="sada.ma", timezone="UTC", article=r"^/\d+$", discover=[])
    return dataclasses.replace(site, **changes)  # type: ignore[arg-type]


def test_a_site_whose_declaration_changed_is_asked_again(tmp_path: Path) -> None:
    sites = {"sada": _site(), "rajae": _site(name="رجاء")}
    Report(tmp_path / "page.md", sites).add("sada", Verdict(), AT)
    assert Report(tmp_path / "page.md", sites).asked_again() == ["rajae"]
    changed = sites | {"sada": _site(article=r"^/\d+-")}
    assert Report(tmp_path / "page.md", changed).asked_again() == ["sada", "rajae"]


def test_lines_that_are_not_a_site_are_skipped(tmp_path: Path) -> None:
    sites = {"sada": _site()}
    report = Report(tmp_path / "page.md", sites | {"rajae": _site()})
    report.add("sada", Verdict(), AT)
    kept = report.part.read_text("utf-8")
    report.part.write_text(
        f"[]\n{{}}\nnull\n{json.dumps({'site': 'sada', 'at': 7})}\n\udcff{kept[:40]}\n{kept}",
        "utf-8",
        errors="replace",
    )
    assert set(Report(tmp_path / "page.md", sites).done) == {"sada"}


def test_text_of_a_site_breaks_no_table_and_no_block() -> None:
    verdict = Verdict()
    verdict.say("robots", "```\n| x | y |\x1b[2J", holds=False)
    verdict.count("title", "mar|kup")
    page = markdown({"sada": _site()}, {"sada": DatedVerdict(verdict, AT)})
    cells = [line.replace("\\|", "").count("|") for line in page.splitlines() if line.startswith("|")]
    assert len(set(cells)) == 1
    assert page.count("```") == 2
    assert "\x1b" not in page
    assert "FAIL robots    '''\\n| x | y |\\x1b[2J" in page
