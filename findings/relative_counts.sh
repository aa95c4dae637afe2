#!/bin/sh
# For one age, some libraries print one day, others two.
#
# moment 2.30.1, dayjs 1.11.19 and date-fns 4.1.0 round: 43 hours are two days. luxon 3.7.2 and timeago.js 4.0.2 truncate:
# 43 hours are one day. So the former print "two days ago" from 36 (or 42) to 60 hours after an event, the latter from 48
# to 72. None of them looks at the calendar: printed at noon, the phrase may mean any of three days. So such a phrase
# gives an interval, not a day. Workaround: newscrawl/dates/counting.py.
#
# Seen:
#   moment      منذ يومين
#   dayjs       منذ 2 أيام
#   date-fns    منذ يومين
#   luxon       قبل يوم واحد
#   timeago.js  منذ يوم
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save moment@2.30.1 dayjs@1.11.19 date-fns@4.1.0 luxon@3.7.2 timeago.js@4.0.2 >/dev/null
cat >ages.js <<'JS'
const now = Date.UTC(2026, 10, 20, 12), then = now - 43 * 3600 * 1000;
const moment = require("moment"); require("moment/locale/ar-ly");
const dayjs = require("dayjs"); dayjs.extend(require("dayjs/plugin/relativeTime")); require("dayjs/locale/ar-sa");
const { formatDistance } = require("date-fns"), { arSA } = require("date-fns/locale");
const { DateTime } = require("luxon");
const timeago = require("timeago.js"); timeago.register("ar", require("timeago.js/lib/lang/ar").default);
console.log("moment      " + moment(then).locale("ar-ly").from(moment(now)));
console.log("dayjs       " + dayjs(then).locale("ar-sa").from(dayjs(now)));
console.log("date-fns    " + formatDistance(then, now, { addSuffix: true, locale: arSA }));
console.log("luxon       " + DateTime.fromMillis(then, { locale: "ar-u-nu-latn" }).toRelative({ base: DateTime.fromMillis(now) }));
console.log("timeago.js  " + timeago.format(then, "ar", { relativeDate: new Date(now) }));
JS
TZ=UTC node ages.js | tee seen
cat >expected <<'TXT'
moment      منذ يومين
dayjs       منذ 2 أيام
date-fns    منذ يومين
luxon       قبل يوم واحد
timeago.js  منذ يوم
TXT
cmp -s seen expected || { echo "the output has changed"; exit 1; }
