#!/bin/sh
# A page that was compressed with Brotli, as many servers behind a CDN send it, cannot be read from a WARC file.
#
# warcio 1.8.1 with brotli 1.2.1: `content_stream()` of such a response raises AttributeError, because it uses the
# decompressor's attribute `unused_data`, which only zlib has; `warcio check` ends with the same traceback. The file is
# valid: its raw stream is what the server sent, and `brotli.decompress` gives the page. Expected: the page. Workaround:
# newscrawl's archive stores such pages decompressed, so that every tool can read them.
#
# Seen:
#   raw stream, unpacked by brotli: <h1>خبر</h1>
#   content_stream: AttributeError
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check warcio==1.8.1 brotli==1.2.1 2>/dev/null
cat >read.py <<'PY'
from io import BytesIO
import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

file, body = BytesIO(), brotli.compress("<h1>خبر</h1>".encode())
head = StatusAndHeaders("200 OK", [("Content-Encoding", "br")], protocol="HTTP/1.1")
writer = WARCWriter(file)
writer.write_record(
    writer.create_warc_record("https://example.org/", "response", payload=BytesIO(body), http_headers=head)
)
for stream in ("raw_stream", "content_stream"):
    file.seek(0)
    for record in ArchiveIterator(file):
        if stream == "raw_stream":
            print("raw stream, unpacked by brotli:", brotli.decompress(record.raw_stream.read()).decode())
            continue
        try:
            print("content_stream:", record.content_stream().read().decode())
        except Exception as error:
            print("content_stream:", type(error).__name__)
PY
PYTHONIOENCODING=utf-8 venv/bin/python read.py | tee seen
cat >expected <<'TXT'
raw stream, unpacked by brotli: <h1>خبر</h1>
content_stream: AttributeError
TXT
cmp -s seen expected || { echo "the output has changed"; exit 1; }
