#!/bin/sh
# Three months ago is printed as "within 3 months".
#
# Babel 2.17.0 (CLDR 46), locale ar, short form: for 3 to 10 months in the past CLDR has «خلال {0} أشهر», the phrase for the
# future; two months, and the long form, have «قبل». ICU 78 in Node 20 (CLDR 48) prints the same with
# `new Intl.RelativeTimeFormat("ar", {style: "short"}).format(-3, "month")`. Expected: «قبل 3 أشهر».
# newscrawl does not read «خلال …» at all, since it may mean either.
#
# Seen:
#   long    -3 months  قبل 3 أشهر
#   short   -2 months  قبل شهرين
#   short   -3 months  خلال 3 أشهر
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check babel==2.17.0 2>/dev/null
cat >months.py <<'PY'
from datetime import timedelta
from babel.dates import format_timedelta
for form, months in (("long", 3), ("short", 2), ("short", 3)):
    age = timedelta(days=-30 * months)
    text = format_timedelta(age, granularity="month", add_direction=True, format=form, locale="ar")
    print(f"{form:<6} {-months:>3} months  {text}")
PY
PYTHONIOENCODING=utf-8 venv/bin/python months.py | tee seen
cat >expected <<'TXT'
long    -3 months  قبل 3 أشهر
short   -2 months  قبل شهرين
short   -3 months  خلال 3 أشهر
TXT
cmp -s seen expected || { echo "the output has changed"; exit 1; }
