#!/bin/sh
# A windows-1256 robots.txt that closes one folder closes the whole site; two escaped folders are one.
#
# Scrapy 2.19.0 decodes robots.txt as UTF-8 and leaves out what is none, so that «Disallow: /أرشيف», written in
# windows-1256 as old Arabic sites do, becomes «Disallow: /». What one would expect: the other bytes as escapes
# (RFC 9309, section 2.2.2), or as the text that they are.
# Protego 0.7.0 decodes escapes that are no UTF-8 to U+FFFD before it compares, so that a rule for one
# windows-1256 folder holds for another of the same length: /%C3%D1 (أر) and /%C8%CD (بح). What one would expect:
# that only equal octets match.
# newscrawl reads each line as its bytes mean and compares escapes in UTF-8 (newscrawl/robotstxt.py).
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
    said = [f"{path} {verdict(parser.allowed('https://example.com' + path, 'crawler')):<9}" for path in ("/أخبار", "/أرشيف")]
    print(f"Scrapy, {name:<15} {'  '.join(said)}".rstrip())
found = Protego.parse("User-agent: *\nDisallow: /%C3%D1\n").can_fetch("https://example.com/%C8%CD", "crawler")
print(f"Protego, /%C3%D1        /%C8%CD {verdict(found)}")
PY
PYTHONIOENCODING=utf-8 venv/bin/python robots.py | tee seen
cat >expected <<'TXT'
Scrapy, UTF-8           /أخبار allowed    /أرشيف forbidden
Scrapy, windows-1256    /أخبار forbidden  /أرشيف forbidden
Protego, /%C3%D1        /%C8%CD forbidden
TXT
cmp -s seen expected || { echo "behaves otherwise now"; exit 1; }
