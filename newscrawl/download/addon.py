"""Checks and applies RECORD and REPLAY before a crawl starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def replay_settings() -> dict[str, Any]:
    """The settings of a replay, which override those of project, spider and command line. A replay never
    waits and sends no request.
    """
    return {
        "AUTOTHROTTLE_ENABLED": False,
        "COOKIES_ENABLED": False,  # Scrapy's cookies fetch a list of public suffixes
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_SLOTS": {},
        "HTTPCACHE_ENABLED": False,
    }


def check(settings: BaseSettings) -> None:
    """Raise :class:`RecordingError` (wrong use) when the RECORD or REPLAY setting cannot be used."""
    record, replay = settings.get("RECORD"), settings.get("REPLAY")
    if record is None and replay is None:
        return
    from newscrawl.download.recording import RecordingError, first_moment, try_to_record

    for name in ("RECORD", "REPLAY"):
        if settings.get(name) == "":
            raise RecordingError(f"{name} is empty: name a file, or leave {name} out")
    if record and replay:
        raise RecordingError(f"RECORD={record} and REPLAY={replay} exclude each other; give one of them")
    if record:
        try_to_record(record)
    if replay:
        first_moment(replay)


class RecordReplay:
    """A Scrapy add-on that stops a crawl with an unusable RECORD or REPLAY setting before it starts."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Check both settings, and apply those of a replay."""
        check(settings)
        if settings.get("REPLAY"):
            for name, value in replay_settings().items():
                settings.set(name, value, priority="cmdline")
