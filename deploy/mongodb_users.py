"""Creates the MongoDB users of a deployment, and prints the line to append to /etc/newscrawl/environment.

Run: ``python deploy/mongodb_users.py >> /etc/newscrawl/environment``. `MONGODB_URI` in the environment is the
address of an administrator (``userAdminAnyDatabase``). If it names no user (the default, the MongoDB of this
machine, does not), the MongoDB must have no users yet: the script then also creates its first user,
``admin``. The script takes no secrets from the command line, since every user of the machine can read that.
`MONGODB_DATABASE` is the database of the articles (``newscrawl``).

- ``newscrawl_writer`` is for crawls: it reads and writes both databases, and changes their validators, views
  and indexes. The line on standard output is its address.
- ``newscrawl_reader`` is for readers of the data: it reads the database of the articles, and not the internal
  one.
- ``admin`` administers users and makes backups.

The passwords are `NEWSCRAWL_WRITER_PASSWORD` and `NEWSCRAWL_READER_PASSWORD`, or else random. A second run
sets the rights again, and only those passwords that are given. The addresses of the reader and of ``admin``
appear once, on standard error.
"""

import os
import secrets
import sys
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

LOCAL = "mongodb://127.0.0.1:27017"
NO_SUCH_USER = 11
FIRST_USER = ["userAdminAnyDatabase", "backup", "restore"]
ACCOUNT = ("authsource", "authmechanism", "authmechanismproperties")
"""The options of an address that belong to its user."""


def roles(database: str) -> dict[str, list[dict[str, str]]]:
    """The rights of each user."""
    both = (database, f"{database}_ops")
    writer = [{"role": role, "db": db} for db in both for role in ("readWrite", "dbAdmin")]
    return {"newscrawl_writer": writer, "newscrawl_reader": [{"role": "read", "db": database}]}


def address(uri: str, user: str, password: str, database: str) -> str:
    """The address `uri` for another user, who is in `database`; hosts and options such as TLS stay."""
    parts = urlsplit(uri)
    hosts = parts.netloc.rpartition("@")[2]
    options = urlencode([(k, v) for k, v in parse_qsl(parts.query) if k.lower() not in ACCOUNT])
    account = f"{quote_plus(user)}:{quote_plus(password)}"
    return parts._replace(netloc=f"{account}@{hosts}", path=f"/{database}", query=options).geturl()


def tell(sentence: str) -> None:
    """Print a sentence that is not for the environment file."""
    print(sentence, file=sys.stderr)


def first_user(uri: str) -> str:
    """Create the administrator of a MongoDB on this machine, which needs no password for its first user."""
    password = secrets.token_urlsafe(24)
    with MongoClient[dict[str, Any]](uri) as client:
        client.admin.command("createUser", "admin", pwd=password, roles=FIRST_USER)
    made = address(uri, "admin", password, "admin")
    tell(f"for administration, keep it safe: {made}")
    return made


def make(client: MongoClient[dict[str, Any]], database: str, user: str) -> str | None:
    """Create the user, or set its rights again. Return its password if that was set."""
    given = os.environ.get(f"{user.upper()}_PASSWORD")
    rights = roles(database)[user]
    try:
        client[database].command("updateUser", user, roles=rights, **({"pwd": given} if given else {}))
    except OperationFailure as error:
        if error.code != NO_SUCH_USER:
            raise
        given = given or secrets.token_urlsafe(24)
        client[database].command("createUser", user, roles=rights, pwd=given)
    granted = [f"{right['role']} on {right['db']}" for right in rights]
    tell(f"{user}: {', '.join(granted)}")
    return given


def main() -> str | None:
    """Create the users. Return what went wrong in one sentence, or None."""
    database = os.environ.get("MONGODB_DATABASE") or "newscrawl"
    uri = os.environ.get("MONGODB_URI") or LOCAL
    try:
        if "@" not in uri:
            uri = first_user(uri)
        with MongoClient[dict[str, Any]](uri) as client:
            passwords = {user: make(client, database, user) for user in roles(database)}
    except PyMongoError as error:
        hosts = urlsplit(uri).netloc.rpartition("@")[2]
        return (
            f"the users could not be created at {hosts} ({type(error).__name__}): set MONGODB_URI to the "
            "address of an administrator, or of a MongoDB on this machine that has no user yet"
        )
    for user, password in passwords.items():
        if not password:
            tell(f"{user} keeps its password")
        elif user == "newscrawl_reader":
            tell(f"for data teams: {address(uri, user, password, database)}")
        else:
            print(f"MONGODB_URI={address(uri, user, password, database)}")
    return None


if __name__ == "__main__":
    sys.exit(main())
