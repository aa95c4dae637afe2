"""A blocking connection to the store, for commands that run outside a crawl."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pymongo import ReadPreference
from pymongo.database import Database
from pymongo.errors import PyMongoError

from newscrawl.mongod.opening import ServerError, cannot_be_used, connect, database_name, resolve_uri
from newscrawl.mongod.server import Server, data_folder
from newscrawl.store.schema import Document

if TYPE_CHECKING:
    from newscrawl.mongod.opening import Settings

DEMO_DATABASE = "newscrawl_demo"
"""The database of ``scrapy demo``, whatever the settings say."""


@contextmanager
def session(
    settings: Settings, *, demo: bool = False
) -> Iterator[tuple[Database[Document], Database[Document]]]:
    """The databases of articles and of operations that the settings name, or those of the demo.

    Starts or uses the embedded server of the data folder if no ``MONGODB_URI`` is set, and always for the
    demo. Raises :class:`StoreError` with a message for the user when MongoDB cannot be used.
    """
    uri = ""
    with ExitStack() as resources:
        try:
            uri = "" if demo else resolve_uri(settings) or ""
            uri = uri or resources.enter_context(Server(data_folder(settings, demo=demo)))
            client = resources.enter_context(connect(uri))
            client.admin.command("ping")
        except (ServerError, PyMongoError) as error:
            raise cannot_be_used(uri, error) from None
        name = DEMO_DATABASE if demo else database_name(settings)
        # Whatever `MONGODB_URI` says: commands change what they read, and a secondary may lag behind.
        articles, ops = (
            client.get_database(each, read_preference=ReadPreference.PRIMARY)
            for each in (name, f"{name}_ops")
        )
        yield articles, ops
