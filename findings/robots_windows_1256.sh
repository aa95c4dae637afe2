#!/bin/sh
# A rule for one folder, in windows-1256, forbids the whole site; a rule for one escaped folder forbids another, too.
#
# Scrapy 2.19.0 decodes robots.txt as UTF-8 and drops all other bytes. So «Disallow: /أرشيف» in windows-1256, which old
# Arabic sites use, becomes «Disallow: /». Expected: the other bytes as escapes (RFC 9309, section 2.2.2), or decoded as
# windows-1256.
# Protego 0.7.0 decodes escapes that are not UTF-8 to U+FFFD before it compares. So a rule for one windows-1256 folder
# applies to another of the same length: /%C3%D1 (أر) and /%C8%CD (بح). Expected: only equal octets match.
# Workaround: newscrawl detects the encoding of each line and compares escapes in UTF-8 (newscrawl/robotstxt.py).
#
# Seen:
#   Scrapy, UTF-8           /أخبار allowed    /أرشيف forbidden
#   Scrapy, windows-1256    /أخبار forbidden  /أرشيف forbidden
#   Protego, /%C3%D1        /%C8%CD forbidden
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scrapy==2.19.0 protego==0.7.0 2>/dev/null
cat >robots.py <<'PY'
from protego import Protego
from scrapy.robotstxt import ProtegoRobotParser

def verdict(allowed):
    return "allowed" if allowed else "forbidden"

rules = "User-agent: *\nDisallow: /أرشيف\n"
for name, encoding in (("UTF-8", "utf-8"), ("windows-1256", "cp1256")):
    parser = ProtegoRobotParser(rules.encode(encoding), None)
    verdicts = [f"{path} {verdict(parser.allowed('https://example.com' + path, 'crawler')):<9}" for path in ("/أخبار", "/أرشيف")]
    print(f"Scrapy, {name:<15} {'  '.join(verdicts)}".rstrip())
allowed = Protego.parse("User-agent: *\nDisallow: /%C3%D1\n").can_fetch("https://example.com/%C8%CD", "crawler")
print(f"Protego, /%C3%D1        /%C8%CD {verdict(allowed)}")
PY
PYTHONIOENCODING=utf-8 venv/bin/python robots.py | tee seen
cat >expected <<'TXT'
Scrapy, UTF-8           /أخبار allowed    /أرشيف forbidden
Scrapy, windows-1256    /أخبار forbidden  /أرشيف forbidden
Protego, /%C3%D1        /%C8%CD forbidden
TXT
cmp -s seen expected || { echo "the output has changed"; exit 1; }
