"""Connects to MongoDB: the address, the options, and the message for a server that cannot be used.

Every connection of the project is made here. Scrapy's settings name the server and the database; their
defaults come from the environment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import BulkWriteError, ConfigurationError, OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

from newscrawl.mongod.uri import keep_secret, redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.settings import BaseSettings

    Settings = BaseSettings | Mapping[str, Any]

Document = dict[str, Any]

OPTIONS: Mapping[str, Any] = {
    "appname": "newscrawl",
    "serverSelectionTimeoutMS": 5000,
    "connectTimeoutMS": 5000,
    # How soon a server that has announced its shutdown is checked again.
    "heartbeatFrequencyMS": 2000,
    # An operation without an answer is retried after this time, as its connection may be dead.
    "socketTimeoutMS": 30_000,
}
"""Options of connections; ``MONGODB_URI`` may override them."""
_CONCERN: dict[str, Any] = {"w": "majority", "journal": True}
"""A write counts as stored only if no failover can undo it."""
_LONGEST = 200
"""Maximum characters of a reason."""


class ServerError(RuntimeError):
    """No MongoDB server can be reached or started; the message is written for the user."""


class StoreConfigError(ServerError):
    """The settings name an invalid address, or no server although one is required."""


class StoreError(Exception):
    """MongoDB cannot be used; the message says why, without credentials."""


def text_of(settings: Settings, name: str) -> str:
    """A setting as text; empty when it is unset or blank."""
    return str(settings.get(name) or "").strip()


def resolve_uri(settings: Settings, needed_by: str = "") -> str | None:
    """The address of the server that the settings name, or None for the embedded server.

    ``MONGODB_URI`` is used unchanged; blank counts as unset. ``needed_by`` names a caller that cannot use the
    embedded server. A job of Scrapyd (``SCRAPYD_JOB``) cannot: it runs from an egg, without a data folder.

    >>> resolve_uri({"MONGODB_URI": "mongodb://db.example/أخبار"})
    'mongodb://db.example/أخبار'
    >>> resolve_uri({})

    Raises StoreConfigError if it is unset but needed, has another scheme, or is not valid.
    """
    uri = text_of(settings, "MONGODB_URI")
    if uri.startswith(("mongodb://", "mongodb+srv://")):
        _check(uri)
        keep_secret(uri)
        return uri
    if uri:
        raise StoreConfigError(
            "MONGODB_URI must begin with mongodb:// or mongodb+srv://, for example mongodb://127.0.0.1:27017"
        )
    if text_of(settings, "SCRAPYD_JOB"):
        needed_by = needed_by or "a crawl under Scrapyd"
    if needed_by:
        raise StoreConfigError(
            f"MONGODB_URI is not set: {needed_by} needs the address of a MongoDB server, for example "
            "mongodb://127.0.0.1:27017, in its environment or settings"
        )
    return None


def _check(uri: str) -> None:
    # pymongo mistakes what follows a slash in a password for the database, and repeats it in its message.
    if "@" in uri.partition("://")[2].partition("/")[2].partition("?")[0]:
        raise StoreConfigError(
            "MONGODB_URI cannot be understood: write / : @ and % in a user name or password as "
            "%2F %3A %40 and %25"
        )
    if uri.startswith("mongodb://"):
        try:
            parse_uri(uri)
        except PyMongoError:
            pass  # the caller reports it when it connects
        except ValueError as error:  # an invalid port
            raise StoreConfigError(
                f"MONGODB_URI cannot be used: {redact(str(error), uri)}; correct this part of it"
            ) from None


def database_name(settings: Settings) -> str:
    """The name of the articles' database, ``MONGODB_DATABASE``; that of operations is ``<name>_ops``."""
    return text_of(settings, "MONGODB_DATABASE") or "newscrawl"


def connect(uri: str, **options: Any) -> MongoClient[Document]:
    """A blocking client of the server at an address. Raises ``PyMongoError`` for an invalid address."""
    return MongoClient(uri, tz_aware=True, **_CONCERN, **_options(uri, options))


def connect_async(uri: str, **options: Any) -> AsyncMongoClient[Document]:
    """An asynchronous client of the server at an address. Raises ``PyMongoError`` for an invalid address."""
    return AsyncMongoClient(uri, tz_aware=True, **_CONCERN, **_options(uri, options))


def _options(uri: str, own: Mapping[str, Any]) -> dict[str, Any]:
    usual = {name: value for name, value in OPTIONS.items() if name.lower() not in uri.lower()}
    return usual | dict(own)


def reason(error: BaseException) -> str:
    """The reason of an error in MongoDB's own words, without text of documents and without credentials.

    >>> said = 'not authorized on newscrawl to execute command { insert: "articles", docs: [ { title: "خبر'
    >>> reason(OperationFailure(said, 13, {"errmsg": said, "codeName": "Unauthorized"}))
    'not authorized on newscrawl to execute command (Unauthorized)'
    """
    if isinstance(error, OperationFailure):
        details = _refusal(error)
        message = re.split(r"[{\"'\[]", str(details.get("errmsg") or error))[0].strip(" :,")
        name = details.get("codeName") or (f"code {details['code']}" if details.get("code") else "")
        message = f"{message} ({name})" if name else message
    else:
        message = re.split(r",? \(?(?:configured timeouts|Timeout):", str(error))[0] or type(error).__name__
    return redact(" ".join(message.split())[:_LONGEST])


def _refusal(error: OperationFailure) -> Document:
    """The error in a server's answer; for a batch, the first."""
    details: Document = dict(error.details or {})
    if isinstance(error, BulkWriteError):
        errors = [*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())]
        details = errors[0] if errors else {}
    return {"code": error.code, **details}


def cannot_be_used(uri: str, error: Exception) -> StoreError:
    """The error for a MongoDB that does not answer, or whose address is wrong."""
    if isinstance(error, ServerError):
        return StoreError(redact(str(error), uri))
    problem = redact(reason(error), uri)
    if isinstance(error, ConfigurationError):
        return StoreError(
            f"MONGODB_URI cannot be used: {problem}; write it as mongodb://user:password@host:27017"
        )
    server = f"MongoDB at {redact(uri)}" if uri else "The embedded MongoDB"
    return StoreError(
        f"{server} cannot be used: {problem}; check that it runs, and that MONGODB_URI is right"
    )
