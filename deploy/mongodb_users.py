"""Makes the users that a deployment needs, and prints the line that /etc/newscrawl/environment wants.

Run: ``python deploy/mongodb_users.py >> /etc/newscrawl/environment``. `MONGODB_URI` in the environment is the
address of an administrator (``userAdminAnyDatabase``). If it names no user, by default the MongoDB of this
machine, that one must have none yet: its first one, ``admin``, is then made too. No secret is taken from the
command line, since every user of the machine sees it. `MONGODB_DATABASE` is the database of the articles
(``newscrawl``).

- ``newscrawl_writer`` crawls: it reads and writes the articles and the machinery's database, and changes
  their validators, views and indexes. Its address is the line on standard output.
- ``newscrawl_reader`` reads the articles and views, and nothing of the machinery: its kept pages and
  addresses are no data for users.
- ``admin`` administers users and makes backups.

Passwords are `NEWSCRAWL_WRITER_PASSWORD` and `NEWSCRAWL_READER_PASSWORD`, else made. Run again it sets the
rights anew, and a password only if it is given. The addresses of reader and admin are told once, on standard
error.
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
    """The address `uri` for another user, made in `database`; hosts and options such as TLS stay."""
    parts = urlsplit(uri)
    hosts = parts.netloc.rpartition("@")[2]
    options = urlencode([(k, v) for k, v in parse_qsl(parts.query) if k.lower() not in ACCOUNT])
    account = f"{quote_plus(user)}:{quote_plus(password)}"
    return parts._replace(netloc=f"{account}@{hosts}", path=f"/{database}", query=options).geturl()


def tell(sentence: str) -> None:
    """Say something that is not for the environment file."""
    print(sentence, file=sys.stderr)


def first_user(uri: str) -> str:
    """Make the administrator of a MongoDB on this machine, which lets the first user be made without one."""
    password = secrets.token_urlsafe(24)
    with MongoClient[dict[str, Any]](uri) as client:
        client.admin.command("createUser", "admin", pwd=password, roles=FIRST_USER)
    made = address(uri, "admin", password, "admin")
    tell(f"for administration, keep it: {made}")
    return made


def make(client: MongoClient[dict[str, Any]], database: str, user: str) -> str | None:
    """Make the user, or set its rights anew; its password if that was set."""
    given = os.environ.get(f"{user.upper()}_PASSWORD")
    rights = roles(database)[user]
    try:
        client[database].command("updateUser", user, roles=rights, **({"pwd": given} if given else {}))
    except OperationFailure as error:
        if error.code != NO_SUCH_USER:
            raise
        given = given or secrets.token_urlsafe(24)
        client[database].command("createUser", user, roles=rights, pwd=given)
    said = [f"{right['role']} on {right['db']}" for right in rights]
    tell(f"{user}: {', '.join(said)}")
    return given


def main() -> str | None:
    """Make the users; returns what went wrong in one sentence."""
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
            f"the users could not be made at {hosts} ({type(error).__name__}): set MONGODB_URI to the "
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
