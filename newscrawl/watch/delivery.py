"""Sends alarms by web hook, e-mail or command, and pings the dead man's switch.

Sending waits for other servers, so it runs outside crawls: in a thread of the schedule, or in a command that
cron starts. Addresses may hold credentials; messages and logs name only the host.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shlex
import smtplib
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

SECONDS = 15.0
"""How long a server, or a command, may take."""


class DeliveryError(Exception):
    """A message could not be sent; says why in one sentence without credentials."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message about an alarm."""

    key: str
    """The alarm's key: ``silent hespress``."""
    state: str
    """``begun`` or ``over``."""
    sentence: str
    """The problem: ``hespress: unreachable for 11 h (12 runs)``."""
    meaning: str
    """What such an alarm means."""
    since: dt.datetime
    """When it began, UTC."""
    ended_at: dt.datetime | None = None
    sites: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The subject line. Example: ``newscrawl: hespress: unreachable for 11 h (12 runs)``."""
        return f"newscrawl: {'over: ' if self.ended_at else ''}{self.sentence}"

    @property
    def text(self) -> str:
        """The body of a mail."""
        until = f"\nover:  {self.ended_at:%Y-%m-%d %H:%M} UTC" if self.ended_at else ""
        sites = f"\nsites: {', '.join(self.sites)}" if self.sites else ""
        return (
            f"{self.sentence}\n\nalarm: {self.key} ({self.meaning})\nsince: {self.since:%Y-%m-%d %H:%M} UTC"
            f"{until}{sites}\n\nWhat to do: run `scrapy doctor`; see docs/operate.md, "
            '"When an alarm arrives".\n'
            f"To silence it: scrapy alarms --silence {shlex.quote(self.key)} --for 8h\n"
        )

    def document(self) -> dict[str, Any]:
        """The message as JSON for programs; chat services show ``text``."""
        return {
            "text": self.subject,
            "alarm": self.key,
            "state": self.state,
            "said": self.sentence,
            "since": self.since.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "sites": [*self.sites],
        }


class Channel(Protocol):
    """A way to send messages to people."""

    name: str

    def send(self, message: Message) -> None:
        """Send it. Raises :class:`DeliveryError`."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Refuse redirects, so that the secret in a hook's address does not reach another host."""


def _ask(receiver: str, setting: str, url: str, body: bytes | None = None) -> None:
    """Send one request to a setting's address; raises :class:`DeliveryError` unless the answer is 2xx."""
    host = urlsplit(url).hostname
    headers = {"User-Agent": "newscrawl", **({"Content-Type": "application/json"} if body else {})}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 (the setting allows http alone)
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise DeliveryError(
            f"{receiver} at {host} answered with HTTP {error.code}; check {setting}"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None)
        kind = type(reason if isinstance(reason, Exception) else error).__name__
        raise DeliveryError(f"{receiver} at {host} could not be reached ({kind}); check {setting}") from None


class Webhook:
    """Posts JSON to an address, in a form that Slack and Mattermost accept."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, message: Message) -> None:
        """Post it. Raises :class:`DeliveryError`."""
        body = json.dumps(message.document(), ensure_ascii=False).encode()
        _ask("the web hook", "NEWSCRAWL_ALARM_WEBHOOK", self._url, body)


class Email:
    """Sends mail through a server: ``smtp://user:password@mail.example.org:587``."""

    name = "email"

    def __init__(self, recipients: str, server: str, sender: str = "") -> None:
        self._recipients = [each.strip() for each in recipients.split(",") if each.strip()]
        self._server: SplitResult = urlsplit(server)
        self._sender = sender or self._recipients[0]

    def send(self, message: Message) -> None:
        """Send it; a password is sent over TLS only. Raises :class:`DeliveryError`."""
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())[:200]
        mail["From"], mail["To"] = self._sender, ", ".join(self._recipients)
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="newscrawl.invalid")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        host, port = self._server.hostname or "", self._server.port
        try:
            with self._connected(host, port) as server:
                server.send_message(mail)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            sentence = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
            raise DeliveryError(
                f"the mail server {host} did not take a message ({sentence}); check NEWSCRAWL_ALARM_SMTP"
            ) from None

    def _connected(self, host: str, port: int | None) -> smtplib.SMTP:
        user, password = self._server.username, self._server.password
        if self._server.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port or 25, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            elif user:
                server.close()
                raise DeliveryError(
                    f"the mail server {host} offers no TLS, so the password was not sent: use smtps:// in "
                    "NEWSCRAWL_ALARM_SMTP, or leave out user and password"
                )
        if user:
            server.login(unquote(user), unquote(password or ""))
        return server


class AlarmCommand:
    """Runs the operator's command with the message as JSON on its standard input."""

    name = "command"

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)

    def send(self, message: Message) -> None:
        """Run the command. Raises :class:`DeliveryError` unless it exits with status 0 in time."""
        name = self._command[0]
        given = json.dumps(message.document() | {"details": message.text}, ensure_ascii=False).encode()
        # The operator's script needs PATH, but not the credentials of the database.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        try:
            done = subprocess.run(  # noqa: S603 (the operator's own command)
                self._command, input=given, env=kept, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise DeliveryError(
                f"the alarm command {name} did not end within {SECONDS:g} s; make it faster"
            ) from None
        except OSError as error:
            raise DeliveryError(
                f"the alarm command {name} could not be run: {error.strerror}; check NEWSCRAWL_ALARM_COMMAND"
            ) from None
        if done.returncode:
            raise DeliveryError(
                f"the alarm command {name} ended with exit status {done.returncode}; run it by hand"
            )


_OURS = ("MONGODB_", "NEWSCRAWL_", "SCRAPYD_")


def ping(url: str) -> None:
    """Tell the dead man's switch that alarms still work. Raises :class:`DeliveryError`."""
    _ask("the dead man's switch", "NEWSCRAWL_ALARM_PING", url)


def channels(settings: Mapping[str, Any]) -> list[Channel]:
    """The channels that the settings configure."""
    chosen: list[Channel] = []
    if url := settings.get("ALARM_WEBHOOK"):
        chosen.append(Webhook(url))
    if recipients := settings.get("ALARM_EMAIL"):
        chosen.append(
            Email(
                recipients, settings.get("ALARM_SMTP") or "smtp://127.0.0.1", settings.get("ALARM_FROM") or ""
            )
        )
    if command := settings.get("ALARM_COMMAND"):
        chosen.append(AlarmCommand(command))
    return chosen


def trial(now: dt.datetime) -> Message:
    """The message that ``scrapy alarms --test`` sends."""
    sentence = f"this is a test from {platform.node()}: alarms reach you"
    return Message("test", "begun", sentence, "nothing is wrong", now)
