"""Recordings as files: what is written can be read back, even from a truncated file."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import random
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import HtmlResponse, Request, Response
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newscrawl.download.chromium import as_read
from newscrawl.download.confine import PageVisit
from newscrawl.download.errors import HostBusy, NotRecorded
from newscrawl.download.recording import (
    Recorder,
    Recording,
    RecordingError,
    first_moment,
    try_to_record,
)
from newscrawl.page.decode import decode
from tests.conftest import scrapy
from tests.trials import size

HOME = "https://www.alayam24.com/"
BEGAN = dt.datetime(2024, 3, 27, 14, 30, 0, 123456, dt.UTC)


def asked(url: str = HOME, seconds: float = 0, **kwargs: object) -> Request:
    return Request(url, meta={"fetched_at": BEGAN + dt.timedelta(seconds=seconds)}, **kwargs)  # type: ignore[arg-type]


def record(path: Path, *exchanges: tuple[Request, Response | Exception]) -> Path:
    recorder = Recorder(path)
    for request, outcome in exchanges:
        recorder.write(request, outcome)
    recorder.close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crawl.warc.gz"


def answers(*bodies: str, **headers: str) -> list[tuple[Request, Response]]:
    return [
        (asked(seconds=place), Response(HOME, headers=headers, body=body.encode()))
        for place, body in enumerate(bodies)
    ]


def test_exchanges_of_one_request_come_in_their_order_and_the_last_one_repeats(path: Path) -> None:
    recording = Recording(record(path, *answers("صباح", "ظهر", "مساء")))
    requests = [Request(HOME) for _ in range(5)]
    bodies = [recording.answer(request).body.decode() for request in requests]
    assert bodies == ["صباح", "ظهر", "مساء", "مساء", "مساء"]
    assert [(r.meta["fetched_at"] - BEGAN).total_seconds() for r in requests] == [0, 1, 2, 2, 2]


def test_a_request_with_another_method_address_or_body_is_another_request(path: Path) -> None:
    variants = [
        asked(),
        asked(method="POST"),
        asked(method="POST", body="مراكش".encode()),
        asked(HOME + "?q=1"),
        asked(HOME + "أخبار"),
    ]
    recording = Recording(
        record(path, *((request, Response(HOME, body=bytes([n]))) for n, request in enumerate(variants)))
    )
    assert [recording.answer(request).body for request in variants] == [bytes([n]) for n in range(5)]
    with pytest.raises(NotRecorded, match=r"PUT https://www\.alayam24\.com/ is not in the recording"):
        recording.answer(Request(HOME, method="PUT"))


def test_a_query_in_windows_1256_is_also_that_of_a_recording_in_utf8(path: Path) -> None:
    old, new = HOME + "?q=خبر", HOME + "?q=%CE%C8%D1"
    recording = Recording(record(path, (asked(old), Response(old, body=b"old"))))
    assert recording.answer(Request(new)).body == b"old"
    path.unlink()
    both = ((asked(url), Response(url, body=url.encode()[-3:])) for url in (new, old))
    recording = Recording(record(path, *both))
    assert recording.answer(Request(new)).body == b"%D1"
    with pytest.raises(NotRecorded):
        recording.answer(Request(HOME + "?q=%CE"))


def test_fragment_and_password_are_not_part_of_a_request(path: Path) -> None:
    request = asked("https://user:s3cret@example.org#top")
    timeout = DownloadTimeoutError(f"Getting {request.url} took longer than 60 seconds.")
    recording = Recording(record(path, (request, Response(HOME, body=b"yes")), (request, timeout)))
    assert recording.answer(Request("https://example.org/#end")).body == b"yes"
    assert b"s3cret" not in gzip.decompress(path.read_bytes())


class TestConditionalRequests:
    def test_a_page_that_is_known_and_unchanged_gives_304(self, path: Path) -> None:
        recording = Recording(record(path, *answers("خبر", ETag='W/"1"', **{"Last-Modified": "x"})))
        for headers in (
            {"If-None-Match": '"1"'},
            {"If-None-Match": 'W/"1"', "If-Modified-Since": "y"},
            {"If-Modified-Since": "x"},
        ):
            response = recording.answer(Request(HOME, headers=headers))
            assert (response.status, response.body) == (304, b"")
            assert response.headers[b"ETag"] == b'W/"1"'

    def test_a_page_that_is_known_in_another_state_is_sent(self, path: Path) -> None:
        recording = Recording(record(path, *answers("خبر", ETag='"1"')))
        assert recording.answer(Request(HOME, headers={"If-None-Match": '"0"'})).status == 200

    def test_a_later_exchange_is_sent_as_a_new_state(self, path: Path) -> None:
        first, second = answers("خبر", "خبر معدل")
        first[1].headers["ETag"], second[1].headers["ETag"] = '"1"', '"2"'
        recording = Recording(record(path, first, second))
        known = Request(HOME, headers={"If-None-Match": '"1"'})
        assert recording.answer(known).body.decode() == "خبر معدل"
        assert recording.answer(Request(HOME, headers={"If-None-Match": '"2"'})).status == 304

    def test_a_recorded_304_does_not_answer_an_unconditional_request(self, path: Path) -> None:
        conditional = asked(headers={"If-None-Match": '"1"'})
        recording = Recording(
            record(path, (conditional, Response(HOME, status=304, headers={"ETag": '"1"'})))
        )
        with pytest.raises(NotRecorded, match="only as 304"):
            recording.answer(Request(HOME))
        assert recording.answer(conditional).status == 304


def test_failures_are_raised_again(path: Path) -> None:
    retry_at = BEGAN + dt.timedelta(hours=1)
    held = asked("https://b.example/")
    held.meta["retry_at"] = retry_at
    recording = Recording(
        record(
            path,
            (asked(), CannotResolveHostError("لا\nعنوان")),
            (asked(), DownloadTimeoutError()),
            (asked(), Response(HOME, body=b"at last")),
            (held, HostBusy("later", retry_at)),
            (asked("https://c.example/"), KeyError("unforeseen")),
        )
    )
    request = Request(HOME)
    with pytest.raises(CannotResolveHostError, match="لا عنوان"):
        recording.answer(request)
    assert request.meta["fetched_at"] == BEGAN
    with pytest.raises(DownloadTimeoutError):
        recording.answer(Request(HOME))
    assert recording.answer(Request(HOME)).body == b"at last"
    request = Request("https://b.example/")
    with pytest.raises(HostBusy):
        recording.answer(request)
    assert request.meta["retry_at"] == retry_at
    with pytest.raises(DownloadFailedError, match="unforeseen"):
        recording.answer(Request("https://c.example/"))


def test_the_recording_begins_with_its_first_exchange(path: Path) -> None:
    record(path, (asked(seconds=5), DownloadTimeoutError()), *answers("خبر"))
    began = BEGAN + dt.timedelta(seconds=5)
    assert first_moment(path) == began
    assert Recording(path).began == began


def test_a_rendered_page_keeps_the_address_at_which_the_browser_ended(path: Path) -> None:
    request = asked()
    request.meta["redirect_urls"] = [HOME, HOME + "a"]
    record(path, (request, HtmlResponse(HOME + "b", body="مرسوم".encode(), flags=["playwright"])))
    again = Request(HOME)
    response = Recording(path).answer(again)
    assert (response.url, response.flags) == (HOME + "b", ["playwright"])
    assert again.meta["redirect_urls"] == [HOME, HOME + "a"]


@pytest.mark.parametrize("charset", ["windows-1256", "iso-8859-6", "utf-8", "koi8-r", "no-such"])
def test_a_rendered_page_replays_with_the_text_that_was_shown(path: Path, charset: str) -> None:
    # Its script prints letters that the declared charset does not have.
    shown = f"<meta charset={charset}><h1>افتتاح معرض ۞ 日本 ✓</h1>"
    document = SimpleNamespace(url=HOME)
    visit = PageVisit(HOME, documents=[document], headers={"content-type": f"text/html; charset={charset}"})
    sent = HtmlResponse(HOME, body=shown, encoding="utf-8", flags=["playwright"], request=asked())
    read = as_read(sent, visit)
    back = Recording(record(path, (asked(), read))).answer(Request(HOME))
    for response in (read, back):
        assert isinstance(response, HtmlResponse)
        assert response.text == shown
        assert decode(response.body, response.headers["Content-Type"].decode())[0] == shown
        assert back.headers["Content-Type"] == b"text/html; charset=utf-8"


def test_a_rendered_page_is_recorded_in_utf8_whatever_it_declares(path: Path) -> None:
    headers = {"Content-Type": "text/html; charset=windows-1256"}
    sent = HtmlResponse(HOME, body="<h1>۞ خبر</h1>", encoding="utf-8", headers=headers, flags=["playwright"])
    back = Recording(record(path, (asked(), sent))).answer(Request(HOME))
    assert isinstance(back, HtmlResponse)
    assert back.css("h1::text").get() == "۞ خبر"
    # as in an older recording
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=windows-1256\r\n\r\n" + sent.body
    old = Recording(foreign(path, warc(body, Newscrawl_Rendered_URL=HOME))).answer(Request(HOME))
    assert isinstance(old, HtmlResponse)
    assert old.css("h1::text").get() == "۞ خبر"


def test_a_script_cannot_give_a_page_another_address() -> None:
    for shown, url in {HOME + "2.html": HOME + "1.html", HOME + "1.html#!/a": HOME + "1.html#!/a"}.items():
        visit = PageVisit(HOME, documents=[SimpleNamespace(url=HOME + "1.html")])
        assert as_read(HtmlResponse(shown, body=b"", encoding="utf-8"), visit).url == url
    with pytest.raises(DownloadFailedError, match="to about:blank, which is not a web page"):
        as_read(HtmlResponse("about:blank", body=b"", encoding="utf-8"), visit)


def test_other_tools_can_read_a_recording(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(path, *answers("خبر"), (asked(HOME + "x"), DownloadTimeoutError("30 s")))
    with path.open("rb") as file:
        kinds = [(r.rec_type, r.rec_headers.get_header("WARC-Date")) for r in ArchiveIterator(file)]
    date = "2024-03-27T14:30:00.123456Z"
    assert [kind for kind, _ in kinds] == ["warcinfo", "request", "response", "request", "metadata"]
    assert {at for _, at in kinds[1:]} == {date}
    checker = Checker(type("Arguments", (), {"inputs": [str(path)], "verbose": True}))
    checker.process_all()
    assert checker.exit_value == 0


@pytest.mark.parametrize("zipped", [True, False])
def test_files_of_other_tools_can_be_replayed(path: Path, zipped: bool) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=zipped)
        for place, (coding, body) in enumerate(
            [({}, "خبر".encode()), ({"Transfer-Encoding": "chunked"}, b"3\r\nabc\r\n0\r\n\r\n")]
        ):
            head = StatusAndHeaders("200 OK", list(coding.items()), protocol="HTTP/1.1")
            uri = f"https://www.alayam24.com/مقال/{place}"
            writer.write_record(
                writer.create_warc_record(uri, "response", payload=BytesIO(body), http_headers=head)
            )
    recording = Recording(path)
    assert recording.answer(Request("https://www.alayam24.com/مقال/0")).body.decode() == "خبر"
    assert recording.answer(Request("https://www.alayam24.com/مقال/1")).body == b"abc"


def test_a_file_cut_anywhere_gives_what_was_complete(path: Path, tmp_path: Path) -> None:
    ends = []
    recorder = Recorder(path)
    for place in range(3):
        url = f"{HOME}{place}"
        recorder.write(asked(url), Response(url, body=(f"خبر {place} " * 20).encode()))
        ends.append(path.stat().st_size)
    recorder.close()
    whole = path.read_bytes()
    cut = tmp_path / "cut.warc.gz"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        complete = sum(end <= length for end in ends)
        try:
            recording = Recording(cut)
        except RecordingError:
            assert complete == 0
            continue
        for place in range(complete):
            body = recording.answer(Request(f"{HOME}{place}")).body.decode()
            assert body == f"خبر {place} " * 20
        recording.close()


def test_a_truncation_is_reported(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    record(path, *answers("خبر", "آخر" * 500))
    path.write_bytes(path.read_bytes()[:-40])
    assert Recording(path).answer(Request(HOME)).body.decode() == "خبر"
    assert "cut off" in caplog.text


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no exchange"), (b"<html>", "not a WARC"), (gzip.compress(b"x"), "not a WARC")],
    ids=["empty", "page", "packed"],
)
def test_a_file_that_is_not_a_recording_is_refused(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    for read in (first_moment, Recording):
        with pytest.raises(RecordingError, match=words):
            read(path)


def test_a_pipe_is_not_a_recording(path: Path) -> None:
    os.mkfifo(path)
    for read in (first_moment, Recording):
        with pytest.raises(RecordingError, match="it is a pipe, not a regular file"):
            read(path)


def test_an_existing_file_is_not_overwritten(path: Path) -> None:
    path.write_bytes(b"kept")
    with pytest.raises(RecordingError, match="not overwritten"):
        Recorder(path)
    assert path.read_bytes() == b"kept"


header_value = st.binary(max_size=20).map(lambda b: bytes(c for c in b if c not in b"\r\n\x00").strip())


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    status=st.sampled_from([200, 203, 301, 404, 429, 503, 599]),
    body=st.binary(max_size=300),
    location=header_value | st.text(max_size=8).map(lambda t: "".join(t.split()).encode("utf-8", "replace")),
)
def test_any_response_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, status: int, body: bytes, location: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.warc.gz"
    location = bytes(c for c in location if c not in b"\r\n\x00").strip()
    sent = Response(HOME, status=status, headers={"Location": location, "X-A": [b"1", b"2"]}, body=body)
    back = Recording(record(path, (asked(), sent))).answer(Request(HOME))
    assert (back.status, back.body, back.headers[b"Location"]) == (status, body, location)
    assert back.headers.getlist(b"X-A") == [b"1", b"2"]


def test_only_its_user_can_read_a_recording(path: Path) -> None:
    before = os.umask(0)
    try:
        record(path, *answers("خبر"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file that this process writes may grow beyond a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_no_part_of_an_exchange(path: Path) -> None:
    noise = random.Random(12)
    recorder = Recorder(path)
    sent = [(asked(f"{HOME}{n}", n), Response(f"{HOME}{n}", body=noise.randbytes(3000))) for n in range(9)]
    written = 0
    with largest_file(12_000):
        for request, outcome in sent:
            try:
                recorder.write(request, outcome)
                written += 1
            except RecordingError:
                continue
    with pytest.raises(RecordingError, match=r"File too large; the recording ends after \d+ bytes"):
        recorder.write(*sent[-1])  # even when there is space again: the exchanges in between are missing
    recorder.close()
    assert 0 < written < len(sent)
    recording = Recording(path)
    assert [recording.answer(request).body for request, _ in sent[:written]] == [
        outcome.body for _, outcome in sent[:written]
    ]
    with pytest.raises(NotRecorded):
        recording.answer(sent[written][0])


class TestWhereNoRecordingCanBe:
    def test_a_full_disk_is_reported_and_nothing_is_left(self, path: Path, tmp_path: Path) -> None:
        dangling = tmp_path / "dangling"
        dangling.symlink_to(tmp_path / "nowhere" / "file")
        for place in (
            tmp_path,
            tmp_path / "no" / "a.gz",
            dangling,
            Path("/dev/full"),
            tmp_path / ("a" * 300),
        ):
            with pytest.raises(RecordingError, match="RECORD="):
                try_to_record(place)
        with pytest.raises(RecordingError, match="RECORD="):
            try_to_record("nul\0.gz")
        with largest_file(100), pytest.raises(RecordingError, match="File too large; make room"):
            try_to_record(path)
        try_to_record(path)
        assert [left.name for left in tmp_path.iterdir()] == ["dangling"]

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="takes a file system without room for files")
    def test_a_command_ends_with_status_2(self) -> None:
        done = scrapy("crawl", "alayam24", "-s", "RECORD=/proc/self/crawl.warc.gz")
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert "RECORD=/proc/self/crawl.warc.gz: No such file" in done.stdout + done.stderr


def foreign(path: Path, *records: bytes) -> Path:
    """A WARC file of another tool, or a malformed one."""
    path.write_bytes(b"".join(records))
    return path


def warc(block: bytes, kind: str = "response", **headers: str | None) -> bytes:
    """One record; None leaves a header out."""
    given = {
        "WARC-Type": kind, "WARC-Record-ID": "<urn:uuid:1>", "WARC-Date": "2024-03-27T14:30:00Z",
        "WARC-Target-URI": HOME, "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>x</h1>"
GOOD = warc(PAGE, WARC_Target_URI=HOME + "good", WARC_Record_ID="<urn:uuid:good>")
ODD: dict[str, bytes] = {
    "no date": warc(PAGE, WARC_Date=None),
    "an empty date": warc(PAGE, WARC_Date=""),
    "a date that is none": warc(PAGE, WARC_Date="2024-13-45T99:99:99Z"),
    "a day alone": warc(PAGE, WARC_Date="yesterday"),
    "no status": warc(b"HTTP/1.1\r\n\r\n"),
    "a word for a status": warc(b"HTTP/1.1 OK\r\n\r\n"),
    "a status beyond all": warc(b"HTTP/1.1 99999 x\r\n\r\n"),
    "a status of other digits": warc("HTTP/1.1 ٢٠٠ OK\r\n\r\n".encode()),
    "another protocol": warc(b"ICY 200 OK\r\n\r\n"),
    "no HTTP at all": warc(b"<html>"),
    "nothing": warc(b""),
    "zeros": warc(b"\0" * 20),
    "no address": warc(PAGE, WARC_Target_URI=None),
    "an address that is none": warc(PAGE, WARC_Target_URI="http://[x"),
    "another scheme": warc(PAGE, WARC_Target_URI="dns:www.alayam24.com"),
    "no kind": warc(PAGE, WARC_Type=None),
    "an unknown kind": warc(PAGE, "conversion"),
    "a revisit": warc(PAGE, "revisit"),
    "a request of nothing": warc(b"", "request"),
    "a request for nowhere": warc(b"GET / HTTP/1.1\r\n\r\n", "request", WARC_Target_URI="http://[x"),
    "metadata of another tool": warc(b"fetchTimeMs: 7\r\nerror\r\n", "metadata"),
    "a failure without words": warc(b"error:\r\n", "metadata", WARC_Target_URI=HOME + "failed"),
    "a rendered page of nowhere": warc(PAGE, Newscrawl_Rendered_URL="http://[x"),
    "a rendered page of a file": warc(PAGE, Newscrawl_Rendered_URL="file:///etc/passwd"),
    "redirects from nowhere": warc(PAGE, Newscrawl_Rendered_Via="a http://[y  "),
    "no number": warc(PAGE, WARC_Record_ID=None),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_a_foreign_record_that_cannot_be_read_is_left_out(path: Path, odd: bytes) -> None:
    for records in ((odd, GOOD), (GOOD, odd)):
        recording = Recording(foreign(path, *records))
        assert recording.answer(Request(HOME + "good")).css("h1::text").get() == "x"
        assert first_moment(path) == dt.datetime(2024, 3, 27, 14, 30, tzinfo=dt.UTC)
        with suppress(NotRecorded, DownloadFailedError):
            assert recording.answer(Request(HOME)).status == 200
        recording.close()
    with suppress(RecordingError, NotRecorded, DownloadFailedError):
        Recording(foreign(path, odd)).answer(Request(HOME + "failed"))


def test_what_is_left_out_is_counted(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Recording(foreign(path, ODD["no date"], GOOD, ODD["an empty date"], ODD["no status"]))
    assert "2 unreadable records were left out: no date that can be read" in caplog.text
    assert "1 unreadable records were left out: no HTTP status" in caplog.text


def test_line_feeds_alone_end_lines_too(path: Path) -> None:
    page = PAGE.replace(b"\r\n", b"\n") + b"\r\n\r\n"
    response = Recording(foreign(path, warc(page))).answer(Request(HOME))
    assert (response.headers["Content-Type"], response.body[:4]) == (b"text/html", b"<h1>")


def test_an_address_in_angle_brackets_is_read(path: Path) -> None:
    recording = Recording(foreign(path, warc(PAGE, WARC_Target_URI=f"<{HOME}>")))
    assert recording.answer(Request(HOME)).status == 200


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.data())
def test_a_damaged_file_gives_a_sentence_or_what_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(b"".join([GOOD, warc(b"GET / HTTP/1.1\r\n\r\n", "request"), warc(PAGE)]))
    packed = data.draw(st.booleans())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "a.warc.gz"
    content = bytearray(gzip.compress(whole)) if packed else whole
    if packed:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        first_moment(path)
        recording = Recording(path)
    except RecordingError:
        return
    for url in (HOME, HOME + "good"):
        with suppress(NotRecorded, DownloadFailedError):
            recording.answer(Request(url))
    recording.close()


@pytest.mark.trials
@pytest.mark.parametrize("packed", [True, False])
def test_damage_to_one_record_does_not_affect_the_others(path: Path, packed: bool) -> None:
    dice = random.Random(1445)
    names = [f"{HOME}articles-{number}.html" for number in range(6)]
    whole = [
        warc(PAGE + b"%d" % number, WARC_Target_URI=name, WARC_Record_ID=f"<urn:uuid:{number}>")
        for number, name in enumerate(names)
    ]
    records = [gzip.compress(record, mtime=0) for record in whole] if packed else whole
    for _ in range(size(20_000)):
        number = dice.randrange(len(records))
        # In an uncompressed file the headers of a record say where the next one begins.
        kept = 0 if packed else records[number].index(b"\r\n\r\n") + 4
        head, damaged = records[number][:kept], records[number][kept:]
        length = len(damaged)
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(damaged))
            junk = dice.randbytes(dice.randrange(1, 9))
            damaged = damaged[:at] + dice.choice([junk, b""]) + damaged[at + dice.randrange(9) :]
        damaged = head + (damaged if packed else damaged[:length].ljust(length, b"x"))
        recording = Recording(foreign(path, *records[:number], damaged, *records[number + 1 :]))
        for other, name in enumerate(names):
            if other != number:
                assert recording.answer(Request(name)).body.endswith(b"%d" % other), (number, other, damaged)
        with suppress(NotRecorded, DownloadFailedError):
            recording.answer(Request(names[number]))
        recording.close()
