// What the page says: the texts of the chosen language, and dates as people there write them.

const CALENDAR = "-u-ca-gregory-nu-latn"; // the digits and the calendar that stand on the card

let config;
let texts = {};
let code = "en";

/** Load the page's configuration and the language of the visit: named in the address, else the browser's. */
export async function open() {
  config = await load("/verify/config.json");
  const wanted = new URLSearchParams(location.search).get("lang");
  const known = (tag) => Object.keys(config.languages).find((each) => each === tag || each === tag?.split("-")[0]);
  await choose([wanted, ...navigator.languages].map(known).find(Boolean) ?? "en");
  return config;
}

/** Change the language of the whole page; the choice stays in the address and nowhere else. */
export async function choose(language) {
  texts = await load(`/verify/texts.${language}.json`);
  code = language;
  document.documentElement.lang = language;
  document.documentElement.dir = config.languages[language].dir;
  document.title = `${say("title")} · ${config.card}`;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
}

export function language() {
  return code;
}

/** Say a text by its name, with values in place of `{date}` or `%(date)s`. */
export function say(name, values = {}) {
  return texts[name].replace(/\{(\w+)\}|%\((\w+)\)s/g, (_, brace, percent) => values[brace ?? percent] ?? "");
}

/** Write the city's date of a moment (seconds since 1970). */
export function day(seconds) {
  return write(new Date(seconds * 1000), config.timezone);
}

/** Write a date given as YYYY-MM-DD. */
export function date(text) {
  return write(new Date(`${text}T12:00:00Z`), "UTC");
}

/** Give the city's date of a moment (seconds since 1970) as YYYY-MM-DD. */
export function isoDay(seconds) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: config.timezone, dateStyle: "short" });
  return parts.format(new Date(seconds * 1000));
}

function write(moment, timeZone) {
  return new Intl.DateTimeFormat(code + CALENDAR, { dateStyle: "long", timeZone }).format(moment);
}

async function load(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} ${response.status}`);
  return response.json();
}
