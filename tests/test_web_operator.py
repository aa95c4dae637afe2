"""The pages of `scrapy web` for operators."""

import datetime as dt
import platform
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from newscrawl.vocabulary import (
    AddressOutcome,
    AddressSource,
    AlarmKind,
    CoverageReason,
    FetchFailure,
    Interruption,
    Origin,
    RejectionReason,
    RunOutcome,
)
from newscrawl.watch.causes import REMEDIES, Cause, causes
from newscrawl.watch.known import Installation, SeenNode
from newscrawl.watch.status import status
from newscrawl.web import plots, telling
from newscrawl.web.access import AccessSettings
from newscrawl.web.app import WebApp
from newscrawl.web.looking import Look, Lookout
from newscrawl.web.machinery import show_nodes, show_schedule
from newscrawl.web.page import Context, WebRequest
from newscrawl.web.run import LINES, fetching, last_lines
from newscrawl.web.run import show as show_run
from newscrawl.web.words import has, table, word
from tests.conftest import PROJECT, Database, scrapy
from tests.web_made import PASSWORD

NOW, DAY = dt.datetime(2026, 11, 28, tzinfo=dt.UTC), dt.timedelta(days=1)
PAGES = (
    "/", "/sites/barid", "/sites/sada_rif", "/sites/waha", "/sites/nakhil", "/sites/jami3", "/sites/shams",
    "/sites/barid/runs", "/sites/sada_rif/pending", "/sites/barid/rejected?reason=no_body",
    "/rejected/barid01", "/rejected/barid03", "/schedule", "/nodes", "/alarms",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(installation: Database) -> Iterator[TestClient]:
    """A browser without a screen."""
    context = Context(installation.client[installation.name], installation.ops, {}, Lookout())
    with TestClient(WebApp(context, AccessSettings()), base_url="http://127.0.0.1:8765") as found:
        yield found


def test_red_comes_first(client: TestClient) -> None:
    page = client.get("/?lang=en").text
    table = page.partition("<tbody>")[2]
    states = re.findall(r'<td class="wide"><span class="state (\w+)"', table)
    assert states == ["red"] * 4 + ["yellow"] * 2 + ["green"] * 2


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_exists_in_both_languages_and_shows_no_secret(
    client: TestClient, path: str, lang: str
) -> None:
    client.cookies.clear()
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in answer.text
    assert PASSWORD not in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    for said in re.findall(r'(?:href|src)="([^"]*)"', answer.text):
        assert said.startswith(("/", "#", "http://127.0.0.1:8766/")), said


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404), ("/sites/nobody", 404), ("/runs/none", 404), ("/rejected/none", 404),
        ("/sites/nobody/runs", 404), ("/static/..%2Fapp.py", 404), ("/static/none.css", 404),
        ("/sites/barid/rejected?reason=because", 400), ("/sites/barid/runs?before=yesterday", 400),
    ],
)  # fmt: skip
def test_a_page_that_does_not_exist_says_so(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_a_fault_gives_a_page_without_its_details(
    installation: Database, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Lookout):
        def look(self, *_: object) -> Any:
            raise RuntimeError(PASSWORD)

    context = Context(installation.client[installation.name], installation.ops, {}, Broken())
    with TestClient(WebApp(context, AccessSettings()), base_url="http://127.0.0.1:8765") as client:
        answer = client.get("/?lang=en")
    assert answer.status_code == 500
    assert "a fault in newscrawl" in answer.text
    assert PASSWORD not in answer.text
    assert [record.message for record in caplog.records] == [
        "a fault of newscrawl, please report it: a page could not be shown"
    ]


def test_a_missing_page_can_be_read_in_the_other_language(client: TestClient) -> None:
    client.cookies.clear()
    page = client.get("/sites/nobody?x=1").text
    assert 'href="/sites/nobody?x=1&amp;lang=en"' in page
    assert 'href="/?lang=en"' in client.get("/nowhere").text


@pytest.mark.parametrize("prefix", ["", "/news"])
@pytest.mark.parametrize("taken_off", [True, False])
def test_behind_a_proxy_all_links_keep_its_prefix_and_its_password(
    installation: Database, prefix: str, taken_off: bool
) -> None:
    context = Context(installation.client[installation.name], installation.ops, {}, Lookout())
    access = AccessSettings(
        prefix=prefix, hosts=frozenset({"news.example.org"}), password="kitab-bahr-1445",
        kept_origin="https://kept.example.org",
    )  # fmt: skip
    below = "" if taken_off else prefix
    with TestClient(WebApp(context, access), base_url="http://127.0.0.1:8765") as client:
        asked = {
            "Host": "news.example.org",
            "X-Forwarded-Prefix": "/evil",
            "X-Forwarded-Host": "evil.example",
        }
        assert client.get(f"{below}/", headers=asked).status_code == 401
        client.auth = ("newscrawl", "kitab-bahr-1445")
        page = client.get(f"{below}/sites/barid?lang=en", headers=asked)
        assert page.status_code == 200
        assert page.headers["set-cookie"].endswith(f"Path={prefix or '/'}; SameSite=lax")
        links = re.findall(r'href="([^"#]*)"', page.text)
        assert links
        assert all(link.startswith(f"{prefix}/") for link in links), links
        assert client.get(f"{below}/static/site.css", headers=asked).status_code == 200
        frame = client.get(f"{below}/rejected/barid01", headers=asked)
        assert 'src="https://kept.example.org/rejected/barid01?' in frame.text
        assert "frame-src https://kept.example.org" in frame.headers["content-security-policy"]


def test_a_run_shows_the_end_of_its_log_without_secrets(
    client: TestClient, installation: Database, tmp_path: Path
) -> None:
    run = installation.ops["runs"].find_one({"site": "mizan"}, sort=[("started_at", -1)])
    log = tmp_path / "job.log"
    log.write_text("".join(f"line {n}\n" for n in range(9000)) + f"token={PASSWORD}\n\x1b[2Jend\n", "utf-8")
    link = tmp_path / "link.log"
    link.symlink_to(log)
    here = {**run, "host": platform.node()}
    lines = last_lines({**here, "log": str(log)})
    assert lines is not None
    assert (len(lines), lines[-1]) == (LINES, "\x1b[2Jend")
    for other in (
        tmp_path / "none.log",
        tmp_path / "job.txt",
        link,
        tmp_path,
        Path("/etc/passwd"),
        Path("job.log"),
    ):
        assert last_lines({**here, "log": str(other)}) is None
    assert last_lines({**run, "log": str(log)}) is None, "another machine's"
    shown = show_run({**here, "lines": lines}, WebRequest("en", run["started_at"]))
    assert shown["lines"][-2:] == ["token=***", "\\x1b[2Jend"]
    assert PASSWORD not in client.get(f"/runs/{run['_id']}").text


def test_every_word_of_the_closed_lists_has_an_arabic_wording() -> None:
    lists = (
        RunOutcome, RejectionReason, FetchFailure, Interruption, AddressSource, AddressOutcome, AlarmKind,
        CoverageReason, Origin,
    )  # fmt: skip
    for term in (term for words in lists for term in words):
        assert re.search("[ء-ي]", telling.meaning("ar", term)) or not term.meaning
        assert telling.meaning("en", term)
    for kind in AlarmKind:
        found = Cause(f"{kind} barid", "said", NOW, ("barid",))
        assert kind == AlarmKind.TEST or telling.remedy("ar", found, "https://barid.example/")
    for name in REMEDIES:
        assert has(f"remedy.{name}")
    for outcome in RunOutcome:
        assert word("ar", f"outcome.{outcome}")


def test_every_key_of_a_template_has_a_wording() -> None:
    keys = {
        key
        for file in (PROJECT / "newscrawl" / "web" / "templates").glob("*.html")
        for key in re.findall(r"""\bt\(["']([\w.]+)["'][,)]""", file.read_text("utf-8"))
    }
    assert {key for key in keys if not has(key)} == set()
    assert all(all(forms) for forms in table()["ar"].values()), "an Arabic wording is empty"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"what": "no_answer", "outcome": "unreachable", "length": DAY, "n": 3},
            "لا يستجيب منذ 24 ساعة (3 جولات)",
        ),
        (
            {"what": "no_answer", "outcome": "fault", "length": 4 * DAY, "n": 2},
            "فشلت جولتان متتاليتان منذ 4 أيام",
        ),
        ({"what": "quiet", "length": 2 * DAY}, "لم يظهر مقال جديد منذ 48 ساعة، خلافًا للمعتاد"),
        (
            {"what": "fewer", "came": 12, "days": 5, "usual": 60},
            "عدد المقالات 12 فقط في 5 أيام، والمعتاد نحو 60",
        ),
        (
            {"what": "read_worse", "shares": {"body": (0.6, 0.02)}},
            "حقل «النص» ناقص في 60% من المقالات، والمعتاد 2%",
        ),
        ({"what": "read_worse", "shares": {"rejected": (0.78, 0.15)}}, "تُرفض 78% من الصفحات، والمعتاد 15%"),
        (
            {"what": "drift", "sentences": ["waha: 40 % of articles now have no authors, was 1 %"]},
            "حقل «الكتّاب» ناقص في 40% من المقالات، وكان ذلك 1%",
        ),
        ({}, "waha said so"),
    ],
)
def test_problems_are_described_in_arabic(told: dict[str, Any], said: str) -> None:
    found = Cause("reduced waha", "waha: waha said so", NOW, ("waha",), facts=told)
    assert telling.cause("ar", found).striptags() == said
    assert telling.cause("en", found).striptags() == "waha said so"


def test_a_report_is_one_file_that_requests_nothing(installation: Database, tmp_path: Path) -> None:
    file = tmp_path / "overview.html"
    done = scrapy(
        "report", "--out", str(file), "--lang", "ar",
        MONGODB_URI=installation.uri, MONGODB_DATABASE=installation.name,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = file.read_text("utf-8")
    assert text.count('class="state red"') >= 4
    assert "<style>" in text
    assert not re.search(r"""(?:href|src|action)\s*=|@import|url\(|<script""", text)
    assert PASSWORD not in text


def test_a_report_that_cannot_be_written_is_refused(installation: Database, tmp_path: Path) -> None:
    where = {"MONGODB_URI": installation.uri, "MONGODB_DATABASE": installation.name}
    done = scrapy("report", "--out", str(tmp_path / "none" / "a.html"), **where)
    assert (done.returncode, "cannot be written" in done.stdout + done.stderr) == (2, True)


MOST = 30
"""The number of documents that MongoDB may examine for each line of a page."""
WRITES = {"insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop", "collMod"}


def lines(page: str) -> int:
    """The lines of a page: those of its tables and lists, and the page itself."""
    return 1 + page.count("<tr>") - page.count("<thead>") + page.partition("<main")[2].count("<li>")


@pytest.mark.parametrize("path", PAGES)
def test_few_documents_are_examined_for_each_line_and_nothing_is_written(
    client: TestClient, installation: Database, path: str
) -> None:
    client.get("/")  # the findings of the monitors are kept for a minute
    before = counters(installation)
    page = client.get(path).text
    after = counters(installation)
    assert after["examined"] - before["examined"] <= MOST * lines(page)
    assert {name: after[name] - before[name] for name in WRITES} == dict.fromkeys(WRITES, 0)


def counters(database: Database) -> dict[str, int]:
    """The numbers of examined documents and of writes so far."""
    metrics = database.client.admin.command("serverStatus")["metrics"]
    told = {name: int(metrics["commands"].get(name, {}).get("total", 0)) for name in WRITES}
    return told | {"examined": int(metrics["queryExecutor"]["scannedObjects"])}


def test_bars_follow_the_direction_of_the_language_and_a_silent_day_is_visible() -> None:
    days = [plots.Bar("2026-11-26", 10), plots.Bar("2026-11-27", 40), plots.Bar("2026-11-28", 0, "lost")]
    for rtl in (False, True):
        drawn = str(plots.bars(days, title="<days>", usual=[20, 20, None], rtl=rtl))
        found = re.findall(
            r'<rect class="bar (\w*)" x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn
        )
        places = [float(x) for _, x, _, _ in found]
        assert places == sorted(places, reverse=rtl)
        assert [kind for kind, _, _, _ in found] == ["", "", "lost"]
        heights = [float(height) for _, _, _, height in found]
        assert heights[1] == pytest.approx(4 * heights[0], abs=0.2)
        assert heights[2] == plots.LEAST
        assert len({round(float(y) + float(height)) for _, _, y, height in found}) == 1, (
            "all stand on the axis"
        )
        assert "&lt;days&gt;" in drawn
        assert drawn.count('class="usual"') == 1


@pytest.mark.parametrize(
    ("page", "english", "arabic"),
    [
        ("barid01", "due for 3 hours", "حان وقتها منذ 3 ساعات"),
        ("barid02", "in 3 hours", "بعد 3 ساعات"),
        ("barid03", "none planned", "لن يُطلب مرة أخرى"),
    ],
)
def test_a_rejected_page_says_when_it_is_requested_again(
    client: TestClient, page: str, english: str, arabic: str
) -> None:
    for lang, said in (("en", english), ("ar", arabic)):
        shown = client.get(f"/rejected/{page}?lang={lang}").text.partition(word(lang, "col.retry"))[2]
        assert re.match(rf"</dt><dd>(<time[^>]*>)?{said}<", shown)


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_pages_of_the_demo_print_commands_for_its_database(
    client: TestClient, installation: Database, lang: str
) -> None:
    context = Context(installation.client[installation.name], installation.ops, {}, Lookout(), demo=True)
    with TestClient(WebApp(context, AccessSettings()), base_url="http://127.0.0.1:8765") as demo:
        # Its key belongs to the address that was requested, which may lead to another.
        for page, path in (("barid01", "aqsam/1"), ("barid02", "khabar/2")):
            for browser, option in ((client, ""), (demo, " --demo")):
                shown = browser.get(f"/rejected/{page}?lang={lang}").text
                assert f">scrapy try --rejected{option} https://barid.example/{path}<" in shown
        assert word(lang, "nodes.checks_lead.demo") in demo.get(f"/nodes?lang={lang}").text


def test_wordings_that_name_a_command_fit_the_demo() -> None:
    """Each has a wording for the demo, unless its command reads no database or its cause is never there."""
    fine = re.compile(r".*\.demo$|remedy\.|alarm\.test$|reason\.forgotten$|error\.fault$")
    for lang in ("ar", "en"):
        naming = {
            key for key, forms in table()[lang].items() if re.search("scrapy [a-z]|make crawl", forms[0])
        }
        assert len(naming) > 5
        assert {key for key in naming if not fine.match(key) and not has(f"{key}.demo")} == set()


def test_nodes_that_are_away_and_failing_checks_come_first(client: TestClient) -> None:
    page = client.get("/nodes?lang=en").text
    assert page.index("crawler2") < page.index("crawler1")
    states = re.findall(r'<span class="state (\w+)"', page)
    nodes, checks = states[:2], states[2:]
    assert nodes == ["red", "green"]
    assert checks == sorted(checks, key=["red", "yellow", "green"].index)
    assert "rights" not in page, "a site that only reads needs few"
    for name in ("MongoDB", "indexes", "clock", "zones", "months"):
        assert f'<bdi class="mono" lang="en">{name}</bdi>' in page


def test_pages_agree_on_which_nodes_are_up_and_full(client: TestClient, installation: Database) -> None:
    def text(path: str) -> str:
        return client.get(f"{path}?lang=en").text

    for path in ("/", "/alarms"):
        assert "node crawler2 has sent no heartbeat" in text(path)
        assert "node crawler1" not in text(path)
        assert "Checked" in text(path)
    nodes = text("/nodes")
    assert nodes.count(">down</span>") == 1
    assert "1 of 1 in use" in nodes
    assert "All slots of <bdi>crawler1</bdi> are in use; waiting: " in text("/schedule")


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-1, "here"), (5, "late"), (60, "away"), (60 * 24 * 30, "retired"), (None, "retired")],
)
def test_a_node_has_the_state_of_its_alarm(minutes: int | None, state: str) -> None:
    until = None if minutes is None else NOW - dt.timedelta(minutes=minutes)
    seen = Installation(NOW, nodes=[SeenNode("a", until), SeenNode("b", NOW)])
    found = causes(seen)
    doc = {"_id": "a", "alive_until": NOW, "slots": 4, "waiting": ["barid"]}
    asked = WebRequest("en", NOW + DAY)
    data = {"look": Look(seen, found, status(seen, found), {}), "nodes": [doc], "leases": [], "checks": []}
    [shown] = show_nodes(data, asked)["nodes"]
    assert shown["state"] == state
    assert ("node a" in found) is (state == "away")
    up = state in ("here", "late")
    assert shown["taken"] == (4 if up else 0), "sites wait only where all slots are in use"
    assert len(show_schedule(data, asked)["crowded"]) == up


def test_an_expired_lease_is_shown_as_ended(client: TestClient, installation: Database) -> None:
    leases = installation.ops["leases"]
    lease = leases.find_one({"_id": "shams"})
    assert "lease ends <time" in client.get("/schedule?lang=en").text
    leases.update_one({"_id": "shams"}, {"$set": {"until": lease["until"] - DAY}})
    try:
        assert "lease ended <time" in client.get("/schedule?lang=en").text
        assert "انتهى الحجز" in client.get("/schedule?lang=ar").text
    finally:
        leases.replace_one({"_id": "shams"}, lease)


def test_an_alarm_that_is_muted_is_marked(client: TestClient) -> None:
    page = client.get("/alarms?lang=en").text
    muted = [part for part in page.split("<li>") if "silenced until" in part]
    assert len(muted) == 1
    assert "silent manar" in muted[0]
    assert "Silenced alarms" in page


@pytest.mark.parametrize(
    ("doc", "command"),
    [
        ({"host": "crawler1", "log": "/var/a b.log"}, """ssh crawler1 'tail -n 40 '"'"'/var/a b.log'"'"''"""),
        ({"host": "-oProxyCommand=x", "log": "/var/a.log"}, ""),
        ({"host": "a;b", "log": "/var/a.log"}, ""),
        ({"host": platform.node(), "log": "/var/a.log"}, ""),
        ({"host": "crawler1", "log": None}, ""),
    ],
)
def test_the_command_for_a_log_on_another_machine(doc: dict[str, Any], command: str) -> None:
    assert fetching(doc) == command


def test_a_run_that_goes_on_has_no_reason_for_closing(client: TestClient, installation: Database) -> None:
    runs = installation.ops["runs"]
    going = runs.find_one({"outcome": None})["_id"]
    ended = runs.find_one({"site": "shams", "outcome": "ok"})["_id"]
    assert "Reason for closing" not in client.get(f"/runs/{going}?lang=en").text
    page = client.get(f"/runs/{ended}?lang=ar").text
    assert "في جملة واحدة" in page
    assert "revised" not in page
    assert "<code" in page
    assert "ssh crawler" in page


def test_pages_name_sites_by_their_own_names(client: TestClient) -> None:
    for path in ("/schedule", "/alarms", "/sites/barid/runs", "/sites/barid/rejected", "/rejected/barid01"):
        page = client.get(path).text
        assert (
            '<bdi dir="auto">بريد الصباح</bdi></a> <bdi class="mono unit slug" lang="en">barid</bdi>' in page
        )
    assert "صدى الريف" in client.get("/sites/sada_rif/pending").text
    assert "كل 6 ساعات" in client.get("/schedule?lang=ar").text


def test_a_label_stays_inside_its_plot() -> None:
    half = 5 * 20 * 0.55 / 2  # five characters, on a phone
    for rtl in (False, True):
        drawn = str(
            plots.bars([plots.Bar(f"2026-11-{n:02}", n) for n in range(1, 31)], title="days", rtl=rtl)
        )
        places = re.findall(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="(\w+)" [^>]*>\d\d-\d\d<', drawn)
        assert len(places) >= 5
        reach = {"start": (0, 2 * half), "middle": (half, half), "end": (2 * half, 0)}
        for x, anchor in places:
            assert float(x) - reach[anchor][0] >= 0
            assert float(x) + reach[anchor][1] <= plots.WIDE
        assert places[-1][1] == ("start" if rtl else "end")


def test_a_command_in_an_arabic_remedy_runs_left_to_right_as_a_whole() -> None:
    found = Cause("silent barid", "said", NOW, ("barid",), facts={"what": "quiet"})
    said = telling.remedy("ar", found, "بريد الصباح")
    assert "<bdi>scrapy verify barid</bdi>" in said
    assert "<bdi>spiders/barid.py</bdi>" in said


def test_a_check_is_reused_for_a_minute_whatever_the_clocks_say(
    installation: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = 3 * DAY
    monkeypatch.setattr("newscrawl.watch.facts.now_of", lambda _: dt.datetime.now(dt.UTC) + apart)
    context = Context(installation.client[installation.name], installation.ops, {}, Lookout())
    first = context.lookout.look(context)
    assert context.lookout.look(context) is first
    assert abs(context.lookout.now() - dt.datetime.now(dt.UTC) - apart) < dt.timedelta(minutes=5)
    monkeypatch.setattr("newscrawl.web.looking.FRESH", dt.timedelta(0))
    assert context.lookout.look(context) is not first
