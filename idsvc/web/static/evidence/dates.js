// Plain dates as "YYYY-MM-DD" texts, which compare as they are; no Date object crosses a time zone here.
// In step with idsvc/domain/dates.py.

const FORM = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 86_400_000;
const FIRST = "0001-01-01";
const LAST = "9999-12-31";

/** Give the calendar day that it is now in a time zone. */
export function todayIn(timezone, now = new Date()) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(now);
  const part = (type) => Number(parts.find((one) => one.type === type).value);
  return written(part("year"), part("month"), part("day"));
}

/** Tell whether a text is a day of the calendar. */
export function isDate(text) {
  const match = FORM.exec(text);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** Go forward; a day that the month does not have becomes its last (29 February + 1 year: 28 February). */
export function after(day, span) {
  return moved(day, span, 1);
}

/** Go back, by the same rule. */
export function before(day, span) {
  return moved(day, span, -1);
}

/** Count the completed years of life; born on 29 February, the birthday is 1 March in common years. */
export function ageOn(birthDate, day) {
  const [birthYear, birthMonth, birthDay] = read(birthDate);
  const [year] = read(day);
  const leapling = birthMonth === 2 && birthDay === 29 && daysIn(year, 2) === 28;
  const birthday = leapling ? written(year, 3, 1) : written(year, birthMonth, birthDay);
  return year - birthYear - (birthday <= day ? 0 : 1);
}

function moved(day, span, sign) {
  const [year, month, date] = read(day);
  if (span.unit === "day") {
    const moment = new Date(utc(year, month, date) + sign * span.count * DAY_MS);
    const text = written(moment.getUTCFullYear(), moment.getUTCMonth() + 1, moment.getUTCDate());
    return moment.getUTCFullYear() < 1 ? FIRST : moment.getUTCFullYear() > 9999 ? LAST : text;
  }
  const months = year * 12 + month - 1 + sign * span.count * (span.unit === "year" ? 12 : 1);
  const newYear = Math.floor(months / 12);
  const newMonth = months - newYear * 12 + 1;
  if (newYear < 1) return FIRST;
  if (newYear > 9999) return LAST;
  return written(newYear, newMonth, Math.min(date, daysIn(newYear, newMonth)));
}

function daysIn(year, month) {
  return new Date(utc(year, month + 1, 0)).getUTCDate();
}

function utc(year, month, day) {
  return new Date(0).setUTCFullYear(year, month - 1, day); // Date.UTC would take year 99 for 1999
}

function read(day) {
  if (!isDate(day)) throw new RangeError("This is no day of the calendar.");
  return FORM.exec(day).slice(1).map(Number);
}

function written(year, month, day) {
  return [String(year).padStart(4, "0"), String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
}
