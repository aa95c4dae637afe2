"""``scrapy doctor``: checks this installation, and says how to fix what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from newscrawl.command import ProjectCommand, why_store_is_down
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from newscrawl.watch.causes import Cause
    from newscrawl.watch.doctor import Check

PATIENCE = 30
"""Total seconds that MongoDB may take to answer."""


class Command(ProjectCommand):
    """Exit status: 1 something is wrong, 4 MongoDB cannot be used (everything else is still checked)."""

    reads_dates = True

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Check this installation; say what is wrong and how to fix it"

    def execute(self, args: list[str], opts: object) -> None:
        """Print a line for each check, with its remedy."""
        import pymongo
        from pymongo.errors import PyMongoError

        from newscrawl.mongod.opening import ServerError, StoreError
        from newscrawl.store.session import session
        from newscrawl.watch import doctor, facts
        from newscrawl.watch.alarms import Alarms
        from newscrawl.watch.causes import causes
        from newscrawl.watch.doctor import Check

        assert self.settings
        away = False
        checks: list[Check] = []
        try:
            with session(self.settings) as (db, ops), pymongo.timeout(PATIENCE):
                seen = facts.installation(db, ops)
                before = {key: alarm.cause for key, alarm in Alarms(ops).ringing().items()}
                problems = causes(seen, before)
                checks += doctor.mongodb(db, ops)
                checks += doctor.clock(db, ops, dt.datetime.now(dt.UTC))
            countries = [site.country for site in seen.sites]
            checks += [
                Check(cause.kind, True, cause.sentence, self._remedy(cause)) for cause in problems.values()
            ]
        except (StoreError, ServerError, PyMongoError) as error:
            away = True
            remedy = "fix this first; then run `scrapy doctor` again, to check what is in MongoDB, too"
            checks.append(Check("MongoDB", True, why_store_is_down(error, self.settings) or "", remedy))
            countries = [site.country for site in self.sites.values()]
        checks += self._here()
        checks.append(doctor.months(dt.datetime.now(dt.UTC).date(), countries))
        checks.sort(key=lambda check: (True, None, False).index(check.wrong))
        for check in checks:
            print(check)
        if away:
            self.exitcode = RunOutcome.STORE_DOWN.exit_status
        elif any(check.wrong for check in checks):
            self.exitcode = RunOutcome.FAULT.exit_status

    def _remedy(self, cause: Cause) -> str:
        """What an operator should do first about an alarm."""
        from newscrawl.watch.causes import REMEDIES

        name = cause.sites[0] if cause.sites else ""
        home = self.sites[name].home if name in self.sites else f"the home page of {name}"
        return REMEDIES[cause.remedy].format(home=home, site=name)

    def _here(self) -> Iterator[Check]:
        """The checks that do not need MongoDB."""
        from newscrawl.download.render import find_browser
        from newscrawl.mongod.opening import text_of
        from newscrawl.watch import doctor
        from newscrawl.watch.delivery import channels
        from newscrawl.watch.wanted import folders, least_free

        settings = self.settings
        assert settings
        rendered = [name for name, site in self.sites.items() if site.render]
        yield doctor.browser(rendered, find_browser(settings))
        yield from doctor.disk(folders(settings), least_free(settings), dt.datetime.now(dt.UTC))
        names = [channel.name for channel in channels(settings)]
        yield doctor.alarms(names, text_of(settings, "ALARM_PING"))
        yield from _scrapyd(self.root)
        yield doctor.contact(text_of(settings, "CONTACT"))
        yield doctor.zones()


def _scrapyd(root: Path) -> Iterator[Check]:
    """The checks of this machine's Scrapyd: its password, and the egg that it runs."""
    from newscrawl.watch import doctor
    from newscrawl.watch.doctor import Check

    try:
        from newscrawl.schedule.node import SET_BOTH, Scrapyd, ScrapydError
    except ImportError:
        yield Check(
            "Scrapyd",
            None,
            "not installed, so this machine cannot run a schedule",
            "run `make node` if it should",
        )
        return
    remedy = (
        "systemctl restart newscrawl-scrapyd; if it refuses the password, compare SCRAPYD_PASSWORD in this "
        "shell with /etc/newscrawl/environment"
    )
    try:
        scrapyd = Scrapyd()
    except ScrapydError as error:
        yield Check("Scrapyd", True, str(error), remedy)
        return
    if scrapyd.is_open:
        sentence = "it asks for no password, so anybody who can reach it can run code"
        yield Check("Scrapyd", True, sentence, SET_BOTH)
    try:
        running = len(scrapyd.jobs().running)
        yield Check("Scrapyd", False, f"answers at {scrapyd.url}, jobs running: {running}")
    except ScrapydError as error:
        yield Check("Scrapyd", True, str(error), remedy)
    yield doctor.egg(scrapyd.eggs, root)
