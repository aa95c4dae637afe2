"""The Scrapyd beside a scheduler: where it listens, what it can take, what became of its jobs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from scrapyd.config import Config
from scrapyd_client.exceptions import ErrorResponse, MalformedResponse
from scrapyd_client.pyclient import ScrapydClient

PROJECT = "newscrawl"


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
    """The jobs that a Scrapyd knows, by id."""

    pending: frozenset[str]
    running: frozenset[str]
    finished: frozenset[str]

    def knows(self, job: str) -> bool:
        """Is the job anywhere in it?"""
        return job in self.pending | self.running | self.finished


class Scrapyd:
    """Scrapyd on this machine, as its own configuration files and environment describe it."""

    def __init__(self) -> None:
        config = Config()
        # Scrapyd itself reads these variables before its files.
        address = os.environ.get("SCRAPYD_BIND_ADDRESS") or config.get("bind_address", "127.0.0.1")
        port = os.environ.get("SCRAPYD_HTTP_PORT") or config.get("http_port", "6800")
        self.url = f"http://{address}:{port}"
        self.slots: int = config.getint("max_proc", 0) or (
            (os.cpu_count() or 1) * config.getint("max_proc_per_cpu", 4)
        )
        self._client = ScrapydClient(
            self.url,
            os.environ.get("SCRAPYD_USERNAME") or config.get("username", ""),
            os.environ.get("SCRAPYD_PASSWORD") or config.get("password", ""),
        )

    def jobs(self) -> Jobs:
        """Its jobs of this project. Raises :class:`ScrapydError`."""
        found = self._ask("jobs", PROJECT)
        return Jobs(*(frozenset(job["id"] for job in found[state]) for state in Jobs.__dataclass_fields__))

    def submit(
        self, site: str, job: str, args: Mapping[str, str], settings: Mapping[str, str], *, first: bool = True
    ) -> None:
        """Put a job into its queue; ``first``: before those that are not. Raises :class:`ScrapydError`."""
        given = [("jobid", job), ("priority", "1" if first else "0"), *args.items()]
        given += [("setting", f"{name}={value}") for name, value in settings.items()]
        self._ask("schedule", PROJECT, site, given)

    def cancel(self, job: str) -> None:
        """End a job in order; asked a second time, at once. Raises :class:`ScrapydError`."""
        self._ask("cancel", PROJECT, job)

    def _ask(self, what: str, *args: object) -> dict[str, list[dict[str, str]]]:
        try:
            answer: dict[str, list[dict[str, str]]] = getattr(self._client, what)(*args)
        except ErrorResponse as error:
            raise ScrapydError(f"Scrapyd at {self.url} refuses: {error}") from None
        except MalformedResponse as error:
            said = str(error).strip()
            if "Unauthorized" in said:
                said = "SCRAPYD_USERNAME and SCRAPYD_PASSWORD are not those it was started with"
            raise ScrapydError(f"Scrapyd at {self.url} answers wrongly: {said[:200]}") from None
        except requests.RequestException as error:
            raise ScrapydError(f"Scrapyd at {self.url} does not answer ({type(error).__name__})") from None
        return answer
