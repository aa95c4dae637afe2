"""The archive for those who read it: its files, their pages, and a single page by its place."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress

from newscrawl.archive.pages import ArchivedPage, page_at, pages_of
from newscrawl.archive.places import ArchiveFile, ArchiveStore, Folder, Place
from newscrawl.archive.reading import NotWarcError
from newscrawl.items import Raw

__all__ = ["Archive", "Forgotten", "PageGone"]

Forgotten = Callable[[Sequence[str]], Collection[str]]
"""A function that returns which of these keys were forgotten, as ``newscrawl.store.tombstones.forgotten``
does for a database."""

_AT_ONCE = 64
"""Number of pages whose keys are looked up together among the tombstones."""


class PageGone(LookupError):
    """The archive has no such page; the message says why."""


class Archive:
    """All archive files that this machine can reach: in its folder, and in the store that receives finished
    files.

    ``forgotten`` is called for every page before it is returned, so that no forgotten page is read again.

    >>> archive = Archive(Folder("/var/lib/newscrawl/archive"), None, forgotten=lambda keys: ())
    >>> [page.asked for file in archive.files("hespress") for page in archive.pages(file)]
    []
    """

    def __init__(self, folder: Folder | None, store: ArchiveStore | None, *, forgotten: Forgotten) -> None:
        self.folder = folder
        self.store = store
        self._forgotten = forgotten

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of its files: folder and store."""
        return tuple(place for place in (self.folder, self.store) if place is not None)

    def files(
        self, site: str | None = None, *, since: dt.date | None = None, until: dt.date | None = None
    ) -> list[ArchiveFile]:
        """The files of runs that began on these days (UTC), of one site or of all, oldest first.

        A file that is both in the folder and in the store is listed once.
        """
        by_name: dict[str, ArchiveFile] = {}
        for place in self.places:
            for file in place.files(site):
                day = file.parsed_name.began.date()
                if (since is None or day >= since) and (until is None or day <= until):
                    by_name.setdefault(file.name, file)
        return sorted(by_name.values(), key=lambda file: (file.parsed_name.began, file.parsed_name))

    def pages(self, file: ArchiveFile | str) -> Iterator[ArchivedPage]:
        """The pages in a file, in order, without forgotten ones. Raises :class:`PageGone`.

        A ``revisit`` is a page without a body (``ArchivedPage.same_as`` says where the body is). A file
        that is being written has the pages written so far.
        """
        name = file if isinstance(file, str) else file.name
        for place in self.places:
            with suppress(FileNotFoundError), place.open(name) as opened:
                pages = pages_of(opened, name)
                while some := list(itertools.islice(pages, _AT_ONCE)):
                    gone = set(self._forgotten([page.key for page in some]))
                    yield from (page for page in some if page.key not in gone)
                return
        raise PageGone(f"the archive file {name} is not here: it was removed, or is on another machine")

    def page(self, raw: Raw) -> ArchivedPage:
        """The page that ``articles.raw`` names, with its body.

        Raises :class:`PageGone` with a sentence: the file is gone or on another machine, the page was removed
        on request, or another page is at that place.
        """
        page = self._at(raw)
        if page.key and page.key in self._forgotten([page.key]):
            raise PageGone("the page was removed on request")
        if page.body is None:
            raise PageGone("the page equals an earlier one, and the archive does not say which one")
        return page

    def _at(self, raw: Raw) -> ArchivedPage:
        for place in self.places:
            try:
                with place.open(raw.archive) as opened:
                    page = page_at(opened, raw)
            except FileNotFoundError:
                continue
            except (NotWarcError, ValueError, StopIteration) as error:
                raise PageGone(
                    f"{raw.archive} does not contain this page: {error}; run `scrapy archive --check`"
                ) from None
            if page is None:
                raise PageGone("the page was removed on request")
            return page
        places = " or ".join(map(str, self.places)) or "any archive of this machine"
        raise PageGone(
            f"its archive file {raw.archive} is not in {places}: it was removed by age or size, "
            f"or it is on the machine {raw.node}"
        )
