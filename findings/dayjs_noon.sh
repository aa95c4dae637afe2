#!/bin/sh
# Half past noon is printed as half past midnight.
#
# dayjs 1.11.19, locales ar, ar-dz, ar-iq, ar-ly, ar-sa: `meridiem: hour => hour > 12 ? "م" : "ص"` calls the hour from
# 12:00 to 12:59 ص (before noon), so `h:mm A` prints the same for 00:30 and 12:30. moment's locales say م. Expected:
# "12:30 م". A reader cannot tell the two apart; newscrawl reads "12:30 ص" as 00:30, as CLDR defines it.
#
# Seen (ar, 00:30 and 12:30):
#   dayjs   12:30 ص  12:30 ص
#   moment  12:30 ص  12:30 م
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save dayjs@1.11.19 moment@2.30.1 >/dev/null
cat >noon.js <<'JS'
const dayjs = require("dayjs"), moment = require("moment");
require("dayjs/locale/ar-ly"); require("moment/locale/ar-ly");
const times = ["2026-11-20T00:30:00", "2026-11-20T12:30:00"];
console.log("dayjs   " + times.map((time) => dayjs(time).locale("ar-ly").format("h:mm A")).join("  "));
console.log("moment  " + times.map((time) => moment(time).locale("ar-ly").format("h:mm A")).join("  "));
JS
node noon.js | tee seen
cat >expected <<'TXT'
dayjs   12:30 ص  12:30 ص
moment  12:30 ص  12:30 م
TXT
cmp -s seen expected || { echo "the output has changed"; exit 1; }
