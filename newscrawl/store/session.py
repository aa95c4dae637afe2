"""A blocking connection to the store, for commands that run outside a crawl."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, PyMongoError

from newscrawl.mongod.server import Server, ServerError, data_folder, resolve_uri
from newscrawl.mongod.uri import redact
from newscrawl.store.patience import reason
from newscrawl.store.schema import Document

DEMO_DATABASE = "newscrawl_demo"
"""Where ``scrapy demo`` stores, whatever the environment says."""


class StoreError(Exception):
    """MongoDB cannot be used; the message is one sentence without credentials."""


def database_name() -> str:
    """The database of the articles, as ``MONGODB_DATABASE`` names it; the machinery's adds ``_ops``."""
    return os.environ.get("MONGODB_DATABASE") or "newscrawl"


@contextmanager
def session() -> Iterator[tuple[Database[Document], Database[Document]]]:
    """The databases of the articles and of the machinery, as the environment names them.

    Without ``MONGODB_URI`` the server of the data folder is started, or joined. Raises
    :class:`StoreError` with one sentence when MongoDB cannot be used.
    """
    uri = ""
    with ExitStack() as resources:
        try:
            uri = resolve_uri() or resources.enter_context(Server(data_folder()))
            client: MongoClient[Document] = resources.enter_context(
                MongoClient(uri, tz_aware=True, appname="newscrawl", w="majority", journal=True)
            )
            client.admin.command("ping")
        except (ServerError, PyMongoError) as error:
            raise cannot_be_used(uri, error) from None
        name = database_name()
        yield client[name], client[f"{name}_ops"]


def cannot_be_used(uri: str, error: Exception) -> StoreError:
    """One sentence about a MongoDB that does not answer or is not named rightly."""
    if isinstance(error, ServerError):
        return StoreError(redact(str(error), uri))
    said = redact(reason(error), uri)
    if isinstance(error, ConfigurationError):
        return StoreError(f"MONGODB_URI cannot be used: {said}")
    return StoreError(f"MongoDB at {redact(uri)} cannot be used: {said}")
