"""Makes the two users that a deployment needs: one that crawls, one that only reads.

Run: ``python deploy/mongodb_users.py``, with `MONGODB_URI` of an administrator (``userAdminAnyDatabase``),
`NEWSCRAWL_WRITER_PASSWORD` and `NEWSCRAWL_READER_PASSWORD` in the environment; passwords are taken from
nowhere else, since a command line is seen by every user of the machine. `MONGODB_DATABASE` is the database
of the articles (``newscrawl``). The users are made there, so they connect with
``mongodb://newscrawl_reader:…@db.example/newscrawl``. Run again it sets passwords and rights anew.

- ``newscrawl_writer`` crawls: it reads and writes the articles and the machinery's database, and changes
  their validators, views and indexes.
- ``newscrawl_reader`` reads the articles and views, and nothing of the machinery: its kept pages and
  addresses are no data for users.
"""

import os
import sys
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

NO_SUCH_USER = 11


def roles(database: str) -> dict[str, list[dict[str, str]]]:
    """The rights of each user."""
    both = (database, f"{database}_ops")
    writer = [{"role": role, "db": db} for db in both for role in ("readWrite", "dbAdmin")]
    return {"newscrawl_writer": writer, "newscrawl_reader": [{"role": "read", "db": database}]}


def main() -> str | None:
    """Make the users; returns what went wrong in one sentence."""
    database = os.environ.get("MONGODB_DATABASE") or "newscrawl"
    passwords = {}
    for user in roles(database):
        variable = f"{user.upper()}_PASSWORD"
        if not os.environ.get(variable):
            return f"{variable} is not set: give {user} a password in the environment"
        passwords[user] = os.environ[variable]
    if not os.environ.get("MONGODB_URI"):
        return "MONGODB_URI is not set: it names the server, with the credentials of an administrator"
    try:
        with MongoClient[dict[str, Any]](os.environ["MONGODB_URI"], serverSelectionTimeoutMS=5000) as client:
            for user, rights in roles(database).items():
                wanted = {"pwd": passwords[user], "roles": rights}
                try:
                    client[database].command("updateUser", user, **wanted)
                except OperationFailure as error:
                    if error.code != NO_SUCH_USER:
                        raise
                    client[database].command("createUser", user, **wanted)
                said = [f"{right['role']} on {right['db']}" for right in rights]
                print(f"{user}: {', '.join(said)}")
    except PyMongoError as error:
        return f"the users could not be made: {type(error).__name__}"
    return None


if __name__ == "__main__":
    sys.exit(main())
