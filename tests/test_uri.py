"""The credentials of a MongoDB address never appear in a log or an error."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from newscrawl.mongod.uri import redact

SECRETS = st.text(st.characters(exclude_characters="*@", exclude_categories=["Cs"]), min_size=4, max_size=20)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mongodb://db.example:27017/news", "mongodb://db.example:27017/news"),
        ("mongodb://محرر:سرّي@db.example/news", "mongodb://***@db.example/news"),
        (
            "mongodb+srv://editor:s3cret@a.example,b.example/?w=1",
            "mongodb+srv://***@a.example,b.example/?w=1",
        ),
        ("Failed: 'mongodb://editor:s3cret@db.example/'", "Failed: 'mongodb://***@db.example/'"),
        ("mongodb://editor:s@cr/et:x@db.example/", "mongodb://***@db.example/"),
        ("mongodb://editor:s%40cret@db.example/?appName=a%40b", "mongodb://***@db.example/?appName=a%40b"),
        ("next=mongodb%3A%2F%2Feditor%3As3cret%40db.example", "next=mongodb%3A%2F%2F***@db.example"),
        (
            "mongodb://db.example/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN%3Aabc&w=1",
            "mongodb://db.example/?authMechanism=MONGODB-AWS&authMechanismProperties=***&w=1",
        ),
        (
            "mongodb://h/?tlsCertificateKeyFilePassword=s3cret",
            "mongodb://h/?tlsCertificateKeyFilePassword=***",
        ),
        ("{'AWS_SESSION_TOKEN': 'abc'}", "{'AWS_SESSION_TOKEN': '***'}"),
        ("راسل editor@example.com", "راسل editor@example.com"),
    ],
)
def test_credentials_are_masked_and_the_rest_is_kept(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("escape", [quote_plus, lambda plain: quote(plain, safe=""), str])
@settings(max_examples=150, derandomize=True, deadline=None)
@given(secret=SECRETS)
def test_a_known_password_is_masked_in_every_spelling(escape: object, secret: str) -> None:
    assert callable(escape)
    uri = f"mongodb://e:{escape(secret)}@127.0.0.1:1/"
    for text in (uri, f"refused {secret} twice", f"refused {secret!r}", quote_plus(secret), quote(secret)):
        shown = redact(text, uri)
        assert secret not in shown
        assert escape(secret) not in shown


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://editor:s3c:r@et/x@db.example/",
        "mongodb://editor:s3cret@127.0.0.1:1/",
        "mongodb://editor:s3cret@127.0.0.1:999999/",
        "mongodb://editor:s3cret@/news",
    ],
)
def test_errors_of_the_driver_show_none(uri: str) -> None:
    with (
        pytest.raises((PyMongoError, ValueError)) as raised,
        MongoClient[dict[str, str]](uri, serverSelectionTimeoutMS=1) as client,
    ):
        client.admin.command("ping")
    shown = redact(str(raised.value), uri)
    assert "s3c" not in shown
    assert shown
