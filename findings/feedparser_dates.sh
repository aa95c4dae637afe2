#!/bin/sh
# A date in digits, day first, is read as a day of another year.
#
# feedparser 6.0.12 fills `published_parsed` with whatever its patterns match in a `pubDate`. It takes a date with hyphens
# and the day first, as Arabic feeds print it, for an ISO 8601 date with a two-digit year, and a Hijri date for a Gregorian
# one. Expected: the day, or None, as for a date in words. Workaround: newscrawl parses feeds with feedparser, and reads
# their dates with newscrawl.dates alone.
#
# Seen:
#   27-03-2024     2027-03-20
#   31-12-2024     2031-12-20
#   30-09-1445     2030-09-14
#   1445-09-30     1445-09-30
#   27 مارس 2024   None
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check feedparser==6.0.12 2>/dev/null
cat >dates.py <<'PY'
import feedparser
for text in ("27-03-2024", "31-12-2024", "30-09-1445", "1445-09-30", "27 مارس 2024"):
    item = f"<item><title>خبر</title><pubDate>{text}</pubDate></item>"
    (entry,) = feedparser.parse(f'<rss version="2.0"><channel>{item}</channel></rss>').entries
    parsed = entry.get("published_parsed")
    print(f"{text:<15}{'%04d-%02d-%02d' % parsed[:3] if parsed else None}")
PY
PYTHONIOENCODING=utf-8 venv/bin/python dates.py | tee seen
cat >expected <<'TXT'
27-03-2024     2027-03-20
31-12-2024     2031-12-20
30-09-1445     2030-09-14
1445-09-30     1445-09-30
27 مارس 2024   None
TXT
cmp -s seen expected || { echo "the output has changed"; exit 1; }
