"""Creates the MongoDB users of newscrawl and prints the line for /etc/newscrawl/environment.

``python deploy/mongodb_users.py [URI]``: URI is an administrator's address. Without it: the MongoDB of this
machine, which must have no user yet (MongoDB lets the first one be created from the machine itself).

- ``admin``: administers users and makes backups;
- ``newscrawl``: writes articles, what crawls call with ``MONGODB_URI``;
- ``reader``: reads articles, for data teams.
"""

from __future__ import annotations

import os
import secrets
import sys

from pymongo import MongoClient
from pymongo.errors import OperationFailure
from pymongo.uri_parser import parse_uri

LOCAL = "mongodb://127.0.0.1:27017/?directConnection=true"
_EXISTS = 51003


def main() -> None:
    """Create what is missing; passwords are shown once, here."""
    database = os.environ.get("MONGODB_DATABASE") or "newscrawl"
    given = sys.argv[1] if len(sys.argv) > 1 else None
    uri = given or _first_user()
    both = [
        {"role": role, "db": name}
        for name in (database, f"{database}_ops")
        for role in ("readWrite", "dbAdmin")
    ]
    host = ",".join(f"{name}:{port}" for name, port in parse_uri(uri)["nodelist"])
    with MongoClient[dict[str, object]](uri) as client:
        written = _create(client, "newscrawl", both)
        read = _create(client, "reader", [{"role": "read", "db": database}])
    if read:
        print(f"for data teams: mongodb://reader:{read}@{host}/?authSource=admin", file=sys.stderr)
    if written:
        print(f"MONGODB_URI=mongodb://newscrawl:{written}@{host}/?authSource=admin")


def _first_user() -> str:
    roles = [{"role": name, "db": "admin"} for name in ("root", "backup", "restore")]
    with MongoClient[dict[str, object]](LOCAL) as client:
        try:
            password = _create(client, "admin", roles)
        except OperationFailure:
            password = None
    if not password:
        sys.exit(
            "this MongoDB has users already: python deploy/mongodb_users.py "
            "'mongodb://admin:PASSWORD@127.0.0.1:27017/?authSource=admin'"
        )
    uri = f"mongodb://admin:{password}@127.0.0.1:27017/?authSource=admin"
    print(f"for administration, keep it: {uri}", file=sys.stderr)
    return uri


def _create(client: MongoClient[dict[str, object]], name: str, roles: list[dict[str, str]]) -> str | None:
    """The new user's password; None when there is one of that name."""
    password = secrets.token_urlsafe(24)
    try:
        client.admin.command("createUser", name, pwd=password, roles=roles)
    except OperationFailure as error:
        if error.code != _EXISTS:
            raise
        print(f"user {name} exists and is left as it is", file=sys.stderr)
        return None
    return password


if __name__ == "__main__":
    main()
