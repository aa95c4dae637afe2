"""The Scrapyd of a scheduler's machine: its address, its slots, its jobs."""

from __future__ import annotations

import configparser
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from requests.auth import HTTPBasicAuth
from scrapyd.config import Config

from newscrawl.spider.any import AnySpider

PROJECT = "newscrawl"
CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 5.0
"""Limits for a Scrapyd on the same machine: to accept a connection, and between two parts of an answer."""
LISTING_SECONDS = 30.0
"""Limit for accepting a job: for the first job after a deployment, Scrapyd lists all spiders."""
LARGEST_ANSWER = 10_000_000
"""Maximum bytes of an answer; a thousand finished jobs take 400 KB."""


SET_BOTH = "set SCRAPYD_USERNAME and SCRAPYD_PASSWORD for both Scrapyd and the schedule"
"""The remedy for a Scrapyd without credentials."""
IS_OPEN = f"Scrapyd then needs no password, and anybody who can reach it can run code; {SET_BOTH}"
"""The danger of a Scrapyd without credentials, and the remedy."""


class ScrapydError(Exception):
    """Scrapyd cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Node:
    """One machine that crawls."""

    name: str = field(default_factory=platform.node)
    """Unique among the machines that share a MongoDB."""
    can: frozenset[str] = frozenset()
    """Its capabilities, such as ``browser``."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """The ids of the jobs that a Scrapyd knows, by state."""

    pending: frozenset[str]
    running: frozenset[str]
    finished: frozenset[str]

    def knows(self, job: str) -> bool:
        """Does it know this job?"""
        return job in self.pending | self.running | self.finished


class Scrapyd:
    """The Scrapyd of this machine, as its configuration files and the environment describe it.

    Every request has a time limit, so that a Scrapyd that hangs does not stop the schedule.
    """

    def __init__(self) -> None:
        try:
            config = Config()
            self.slots = _slots(config)
            self._logs = Path(config.get("logs_dir", "logs"))
            self.eggs = Path(config.get("eggs_dir", "eggs")) / PROJECT
        except (configparser.Error, ValueError, OSError) as error:
            raise ScrapydError(f"Scrapyd's configuration cannot be read: {error}; correct it") from None
        # As in Scrapyd itself, these variables override the configuration files.
        address = os.environ.get("SCRAPYD_BIND_ADDRESS") or config.get("bind_address", "127.0.0.1")
        port = os.environ.get("SCRAPYD_HTTP_PORT") or config.get("http_port", "6800")
        self.url = f"http://{address}:{port}"
        username = os.environ.get("SCRAPYD_USERNAME") or config.get("username", "")
        password = os.environ.get("SCRAPYD_PASSWORD") or config.get("password", "")
        self.is_open = not (username and password)
        """Does it need no password? Scrapyd ignores credentials if the user name or the password is empty."""
        tried = username or password or {"SCRAPYD_USERNAME", "SCRAPYD_PASSWORD"} & os.environ.keys()
        if self.is_open and tried:
            raise ScrapydError(
                f"{'SCRAPYD_PASSWORD' if username else 'SCRAPYD_USERNAME'} is empty: {IS_OPEN}"
            )
        self._auth = HTTPBasicAuth(username.encode(), password.encode()) if username else None

    def jobs(self) -> Jobs:
        """Its jobs of this project. Raises :class:`ScrapydError`."""
        answer = self._ask("GET", "listjobs", [("project", PROJECT)])
        try:
            states = [frozenset(job["id"] for job in answer[state]) for state in Jobs.__dataclass_fields__]
        except (KeyError, TypeError):
            raise self._strange("it lists no jobs") from None
        if not all(isinstance(job, str) for state in states for job in state):
            raise self._strange("its jobs have no ids")
        return Jobs(*states)

    def submit(
        self, site: str, job: str, args: Mapping[str, str], settings: Mapping[str, str], *, first: bool = True
    ) -> None:
        """Put a job into its queue, before jobs without ``first``. Raises :class:`ScrapydError`."""
        given = [("project", PROJECT), ("spider", site), ("jobid", job), ("priority", "1" if first else "0")]
        given += [*args.items(), *(("setting", f"{name}={value}") for name, value in settings.items())]
        self._ask("POST", "schedule", given, LISTING_SECONDS)

    def cancel(self, job: str, *, kill: bool = False) -> None:
        """Stop a job gracefully, or kill it. Raises :class:`ScrapydError`."""
        given = [("project", PROJECT), ("job", job)]
        self._ask("POST", "cancel", [*given, ("signal", "KILL")] if kill else given)

    def log_of(self, site: str, job: str) -> Path:
        """The log file of a job; for a newspaper without a declaration, it is in the folder of ``any``."""
        own, learned = (self._logs / PROJECT / spider / f"{job}.log" for spider in (site, AnySpider.name))
        return learned if learned.exists() else own

    def _ask(
        self, method: str, purpose: str, given: list[tuple[str, str]], seconds: float | None = None
    ) -> dict[str, Any]:
        """The answer of Scrapyd's API to a request. Raises :class:`ScrapydError` for anything unexpected."""
        try:
            answer = requests.request(
                method,
                f"{self.url}/{purpose}.json",
                params=given if method == "GET" else None,
                data=given if method == "POST" else None,
                auth=self._auth,
                timeout=(CONNECT_SECONDS, seconds or ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with answer:
                if answer.status_code == requests.codes.unauthorized:
                    raise self._strange(
                        "it refuses SCRAPYD_USERNAME and SCRAPYD_PASSWORD (401); give both processes the same"
                    )
                document = _json(answer)
        except requests.RequestException as error:
            raise ScrapydError(
                f"Scrapyd at {self.url} does not answer ({type(error).__name__}); check that it runs: "
                "systemctl status newscrawl-scrapyd"
            ) from None
        except (ValueError, RecursionError):
            raise self._strange(
                f"HTTP {answer.status_code} without JSON; is it another service? See SCRAPYD_HTTP_PORT"
            ) from None
        if not isinstance(document, dict) or document.get("status") not in ("ok", "error"):
            raise self._strange("JSON of another service; is SCRAPYD_HTTP_PORT right?")
        if document["status"] == "error":
            raise ScrapydError(
                f"Scrapyd at {self.url} refused the request: {str(document.get('message'))[:200]}"
            )
        return document

    def _strange(self, reason: str) -> ScrapydError:
        return ScrapydError(f"Scrapyd at {self.url} gives an unexpected answer: {reason}")


def _slots(config: Config) -> int:
    """How many jobs a Scrapyd runs at once."""
    per_cpu: int = config.getint("max_proc_per_cpu", 4)
    return config.getint("max_proc", 0) or (os.cpu_count() or 1) * per_cpu


def _json(answer: requests.Response) -> object:
    """The JSON of an answer. Raises ``ValueError`` for anything else, and for an answer that is too long."""
    body = b""
    for chunk in answer.iter_content(65536):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise ValueError("too long")
    parsed: object = json.loads(body)
    return parsed
