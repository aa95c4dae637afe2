// Reads pairs [now, then] (ms) and prints [library, phrase, now, then] of each library in Arabic, as JSON.
process.env.TZ = "UTC";
const moment = require("moment");
for (const locale of ["ar", "ar-ma", "ar-sa", "ar-dz", "ar-ly"]) require(`moment/locale/${locale}`);
const dayjs = require("dayjs");
for (const name of ["relativeTime", "utc"]) dayjs.extend(require(`dayjs/plugin/${name}`));
for (const locale of ["ar", "ar-ma"]) require(`dayjs/locale/${locale}`);
const { formatDistance, formatDistanceStrict } = require("date-fns");
const locales = require("date-fns/locale");
const timeago = require("timeago.js");
timeago.register("ar", require("timeago.js/lib/lang/ar").default);
const { DateTime } = require("luxon");

const rows = [];
for (const [now, then] of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  const add = (library, phrase) => rows.push([library, phrase, now, then]);
  for (const locale of ["ar", "ar-ma", "ar-sa", "ar-dz", "ar-ly"])
    add(`moment ${locale}`, moment.utc(then).locale(locale).from(moment.utc(now)));
  for (const locale of ["ar", "ar-ma"])
    add(`dayjs ${locale}`, dayjs.utc(then).locale(locale).from(dayjs.utc(now)));
  for (const name of ["ar", "arSA", "arDZ", "arMA", "arTN", "arEG"]) {
    const options = { addSuffix: true, locale: locales[name] };
    add(`date-fns ${name}`, formatDistance(then, now, options));
    add(`date-fns strict ${name}`, formatDistanceStrict(then, now, options));
  }
  add("timeago.js", timeago.format(then, "ar", { relativeDate: new Date(now) }));
  const base = DateTime.fromMillis(now, { zone: "utc" });
  add("luxon", DateTime.fromMillis(then, { zone: "utc", locale: "ar" }).toRelative({ base }));
}
process.stdout.write(JSON.stringify(rows));
