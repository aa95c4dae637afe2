#!/bin/sh
# A day-first date of a feed is read as a day of another year.
#
# feedparser 6.0.12 fills `published_parsed` from what its patterns can make of a `pubDate`. Dates in digits with hyphens, day
# first as Arabic feeds have them, are taken for two-digit years of ISO 8601, and Hijri dates for years of ours. What one
# would expect: the day, or None, as for a date in words. Remedy here: feeds are parsed by feedparser, their dates by
# newscrawl.dates alone.
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
    found = entry.get("published_parsed")
    print(f"{text:<15}{'%04d-%02d-%02d' % found[:3] if found else None}")
PY
PYTHONIOENCODING=utf-8 venv/bin/python dates.py | tee seen
cat >expected <<'TXT'
27-03-2024     2027-03-20
31-12-2024     2031-12-20
30-09-1445     2030-09-14
1445-09-30     1445-09-30
27 مارس 2024   None
TXT
cmp -s seen expected || { echo "behaves otherwise now"; exit 1; }
