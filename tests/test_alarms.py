"""Who receives an alarm, how often, and what happens when it cannot be sent."""

import datetime as dt
import json
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from newscrawl.watch.addresses import mail_server, web_address
from newscrawl.watch.alarms import Alarms
from newscrawl.watch.causes import SETTLED, Cause
from newscrawl.watch.delivery import AlarmCommand, DeliveryError, Email, Message, Webhook, ping
from newscrawl.watch.driver import Watchman, ending, full_disks
from tests.conftest import Database

NOW = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
GONE = Cause("silent sahifa", "sahifa: unreachable for 11 h", NOW, ("sahifa",))
MESSAGE = Message(
    "silent sahifa", "begun", "صحيفة: unreachable\nfor 11 h", "nothing comes", NOW, sites=("sahifa",)
)


class Heard:
    """A channel that keeps its messages."""

    def __init__(self, name: str = "webhook", fails: int = 0) -> None:
        self.name = name
        self.fails = fails
        self.messages: list[tuple[str, str]] = []

    def send(self, message: Message) -> None:
        if self.fails:
            self.fails -= 1
            raise DeliveryError("the web hook at hooks.example could not be reached (TimeoutError)")
        self.messages.append((message.key, message.state))


def look(alarms: Alarms, found: list[Cause], now: dt.datetime) -> list[str]:
    alarms.look({cause.key: cause for cause in found}, now)
    return alarms.tell(now)


def end(alarms: Alarms, now: dt.datetime) -> dt.datetime:
    look(alarms, [], now)
    look(alarms, [], now + SETTLED)
    return now + SETTLED


def test_an_alarm_is_sent_once_when_it_begins_and_once_when_it_is_over(database: Database) -> None:
    heard = Heard()
    alarms = Alarms(database.ops, [heard])
    for minute in range(3):
        assert look(alarms, [GONE], NOW + minute * MINUTE) == []
    assert list(alarms.ringing()) == ["silent sahifa"]
    now = end(alarms, NOW + 10 * MINUTE)
    assert heard.messages == [("silent sahifa", "begun"), ("silent sahifa", "over")]
    assert alarms.ringing() == {}
    look(alarms, [GONE], now + MINUTE)
    assert heard.messages[2:] == [("silent sahifa", "begun")]


def test_of_many_nodes_that_check_at_once_one_sends_the_alarm(database: Database) -> None:
    heard = [Heard() for _ in range(8)]
    barrier = threading.Barrier(len(heard))
    failures: list[BaseException] = []

    def work(channel: Heard) -> None:
        try:
            alarms = Alarms(database.ops, [channel])
            barrier.wait(30)
            look(alarms, [GONE], NOW)
            look(alarms, [], NOW + MINUTE)
            barrier.wait(30)
            look(alarms, [], NOW + MINUTE + SETTLED)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    told = sorted(state for one in heard for _, state in one.messages)
    assert told.count("begun") == 1
    assert told.count("over") <= 1


def test_a_message_that_fails_is_sent_again_later_by_that_channel_alone(database: Database) -> None:
    hook, mail = Heard("webhook", fails=2), Heard("email")
    alarms = Alarms(database.ops, [hook, mail])
    assert look(alarms, [GONE], NOW) == ["the web hook at hooks.example could not be reached (TimeoutError)"]
    assert look(alarms, [GONE], NOW + MINUTE / 2) == [], "not yet"
    assert len(look(alarms, [GONE], NOW + MINUTE)) == 1
    assert look(alarms, [GONE], NOW + 2 * MINUTE) == []
    assert look(alarms, [GONE], NOW + 3 * MINUTE) == []
    assert hook.messages == mail.messages == [("silent sahifa", "begun")]


def test_a_recipient_who_did_not_get_the_beginning_does_not_get_the_end(database: Database) -> None:
    hook, mail = Heard("webhook", fails=9), Heard("email")
    alarms = Alarms(database.ops, [hook, mail])
    look(alarms, [GONE], NOW)
    end(alarms, NOW + MINUTE)
    assert (len(mail.messages), hook.messages) == (2, [])
    assert database.ops["alarms"].count_documents({"waiting.0": {"$exists": True}}) == 0


@pytest.mark.parametrize("pattern", ["*", "silent *", "sahifa"])
def test_alarms_that_still_hold_when_a_silence_ends_are_sent(database: Database, pattern: str) -> None:
    heard = Heard()
    alarms = Alarms(database.ops, [heard])
    alarms.silence(pattern, NOW + 10 * MINUTE)
    look(alarms, [GONE], NOW)
    assert (heard.messages, list(alarms.ringing())) == ([], ["silent sahifa"])
    look(alarms, [GONE], NOW + 11 * MINUTE)
    assert heard.messages == [("silent sahifa", "begun")]
    assert not alarms.silences(NOW + 11 * MINUTE)


def test_an_alarm_that_begins_and_ends_in_a_silence_is_not_sent(database: Database) -> None:
    heard = Heard()
    alarms = Alarms(database.ops, [heard])
    alarms.silence("*", NOW + 600 * MINUTE)
    look(alarms, [GONE], NOW)
    now = end(alarms, NOW + MINUTE)
    assert alarms.unsilence("*")
    look(alarms, [], now + MINUTE)
    assert heard.messages == []


def test_a_process_that_dies_while_it_sends_leaves_the_alarm_to_the_next(database: Database) -> None:
    class Killed(Heard):
        def send(self, message: Message) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look(Alarms(database.ops, [Killed()]), [GONE], NOW)
    heard = Heard()
    alarms = Alarms(database.ops, [heard])
    look(alarms, [GONE], NOW + MINUTE)
    assert heard.messages == [], "it may still be about to"
    look(alarms, [GONE], NOW + 6 * MINUTE)
    assert heard.messages == [("silent sahifa", "begun")]


# --- Channels


@contextmanager
def web(status: int = 204) -> Iterator[tuple[str, list[bytes]]]:
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hooks/s3cret", bodies
    finally:
        server.shutdown()
        server.server_close()


def test_a_web_hook_gets_json() -> None:
    with web() as (url, bodies):
        Webhook(url).send(MESSAGE)
        ping(url)
    told = json.loads(bodies[0])
    assert (told["alarm"], told["state"], told["sites"]) == ("silent sahifa", "begun", ["sahifa"])
    assert told["text"].startswith("newscrawl: صحيفة")
    assert bodies[1] == b""


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_failure_does_not_repeat_the_secret_of_an_address(status: int) -> None:
    with web(status) as (url, _), pytest.raises(DeliveryError) as failed:
        Webhook(url).send(MESSAGE)
    assert (
        str(failed.value)
        == f"the web hook at 127.0.0.1 answered with HTTP {status}; check NEWSCRAWL_ALARM_WEBHOOK"
    )
    with pytest.raises(DeliveryError) as failed:
        Webhook("http://user:s3cret@127.0.0.1:9/s3cret").send(MESSAGE)
    assert "s3cret" not in str(failed.value)
    with pytest.raises(DeliveryError) as failed:
        Email("ops@example.org", "smtp://user:s3cret@127.0.0.1:9").send(MESSAGE)
    assert "s3cret" not in str(failed.value)


@contextmanager
def mail(extensions: bytes = b"250 mail.example\r\n") -> Iterator[tuple[str, list[bytes]]]:
    lines: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail.example\r\n")
            data = False
            for line in self.rfile:
                lines.append(line)
                if data and line != b".\r\n":
                    continue
                starts = line.strip().upper().startswith(b"DATA")
                said = {b"EHLO": extensions, b"QUIT": b"221 bye\r\n"}.get(line[:4].upper(), b"250 ok\r\n")
                self.wfile.write(b"354 go on\r\n" if starts else said)
                data = starts

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", lines
        server.shutdown()


def test_a_mail_goes_to_all_and_its_subject_is_one_line() -> None:
    with mail() as (host, lines):
        Email("ops@example.org, night@example.org", f"smtp://{host}").send(MESSAGE)
    assert sum(line.lower().startswith(b"rcpt to:") for line in lines) == 2
    assert b"Auto-Submitted: auto-generated\r\n" in lines
    assert sum(line.startswith(b"Subject: ") for line in lines) == 1


def test_a_password_is_not_sent_without_tls() -> None:
    with mail() as (host, lines), pytest.raises(DeliveryError, match="offers no TLS"):
        Email("ops@example.org", f"smtp://user:s3cret@{host}").send(MESSAGE)
    assert not any(line.upper().startswith(b"AUTH") for line in lines)


def test_a_command_gets_json_and_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://user:s3cret@db.example")
    script = (
        "import os, sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read() + str(os.environ).encode())"
    )
    AlarmCommand(f'{sys.executable} -c "{script}" {tmp_path / "told"}').send(MESSAGE)
    told = (tmp_path / "told").read_text("utf-8")
    assert '"alarm": "silent sahifa"' in told
    assert "s3cret" not in told
    with pytest.raises(DeliveryError, match="exit status 3"):
        AlarmCommand(f'{sys.executable} -c "raise SystemExit(3)"').send(MESSAGE)
    with pytest.raises(DeliveryError, match="could not be run: No such file"):
        AlarmCommand("/nowhere/at-all").send(MESSAGE)


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (web_address, "file:///etc/passwd"),
        (web_address, "hooks.example"),
        (mail_server, "mail.example"),
        (mail_server, "smtp://"),
        (mail_server, "smtp://mail.example:0"),
    ],
)
def test_an_unusable_address_is_refused(read: Callable[[str], str], given: str) -> None:
    with pytest.raises(ValueError, match=r"such as|begins with"):
        read(given)


# --- The whole installation


def test_two_nodes_check_once_a_minute_and_request_the_switch(database: Database) -> None:
    heard = Heard()
    database.ops["nodes"].insert_many([
        {"_id": "node1", "alive_until": dt.datetime.now(dt.UTC)},
        {"_id": "node2", "alive_until": dt.datetime.now(dt.UTC) - 60 * MINUTE},
    ])  # fmt: skip
    db = database.client[database.name]
    with web() as (url, bodies):
        watchmen = [Watchman(db, database.ops, [heard], switch=url) for _ in range(2)]
        assert [who.look() for who in watchmen] == [[], []]
    assert heard.messages == [("node node2", "begun")]
    assert len(bodies) == 2
    (sentence,) = watchmen[0].look()
    assert sentence.startswith("the dead man's switch at 127.0.0.1 could not be reached (ConnectionRefused")
    assert sentence.endswith("check NEWSCRAWL_ALARM_PING")


def test_full_disks_and_an_ending_table_of_months_raise_alarms(tmp_path: Path) -> None:
    both = [tmp_path / "archive" / "of" / "tomorrow", tmp_path]
    assert list(full_disks(both, 0, NOW)) == []
    (full,) = full_disks(both, 10**18, NOW)
    assert full.key.startswith("disk ")
    assert list(ending(NOW, ["MA"])) == []
    late = dt.datetime(2038, 12, 1, tzinfo=dt.UTC)
    assert list(ending(late, ["EG", None])) == []
    assert [cause.key for cause in ending(late, ["EG", "MA"])] == ["months"]
