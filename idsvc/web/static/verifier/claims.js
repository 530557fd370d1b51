// The facts in a card's signed code; rule for rule and in the same order as idsvc/credential/claims.py.

import { decode, isInteger } from "./cbor.js";
import { Malformed } from "./malformed.js";

export const NO_EXPIRY = 4102444800;
const PROFILE_VERSION = "1";
const LARGEST_STATUS_INDEX = 2 ** 26 - 1;

const [ISS, EXP, NBF, IAT, STATUS, CLAIM_169] = [1, 4, 5, 6, 65535, 169];
const CLAIMS = new Set([ISS, EXP, NBF, IAT, STATUS, CLAIM_169]);
const [ID, VERSION, FULL_NAME, BIRTH_DATE, GENDER, FACE] = [1, 2, 4, 8, 9, 62];
const REQUIRED = new Set([ID, VERSION, FULL_NAME]);
const ALLOWED = new Set([...REQUIRED, BIRTH_DATE, GENDER, FACE]);

const URI = /^[!-~]{1,200}$/u;
const NUMBER = /^[0-9A-Z-]{1,32}$/u;
const DAY = /^[0-9]{8}$/u;
const NAME = new RegExp(
  "^[^" +
    "\\x00-\\x1f\\x7f-\\x9f" + // controls
    "\\xad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e" +
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb" + // invisible, bidirectional and line-breaking, but not the two joiners
    "\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}" +
    "\\ufffe\\uffff\\u{e0000}-\\u{e007f}" + // no characters at all, tags
    "]{1,100}$",
  "u",
);
const PICTURES = new Map([
  [0, { type: "image/png", begins: [[0, "\x89PNG\r\n\x1a\n"]] }],
  [1, { type: "image/jpeg", begins: [[0, "\xff\xd8\xff"]] }],
  [3, { type: "image/avif", begins: [[4, "ftypavif"]] }],
  [4, { type: "image/webp", begins: [[0, "RIFF"], [8, "WEBP"]] }],
]);

/** Read a claims set; throws Malformed with the first rule that it breaks. */
export function readClaims(payload) {
  const claims = decode(payload);
  if (!(claims instanceof Map)) throw new Malformed("claims_form");
  if (!claims.has(CLAIM_169)) throw new Malformed("claim_169_missing");
  const holder = claims.get(CLAIM_169);
  if (!(holder instanceof Map) || [...holder.keys()].some((key) => typeof key === "string")) {
    throw new Malformed("claim_169_form");
  }
  if (hasOther(claims, CLAIMS) || hasOther(holder, ALLOWED)) throw new Malformed("claim_forbidden");
  if (lacks(claims, CLAIMS) || lacks(holder, REQUIRED)) throw new Malformed("claim_missing");
  if (holder.get(VERSION) !== PROFILE_VERSION) throw new Malformed("version");
  const [issuedAt, validFrom, expiresAt] = [IAT, NBF, EXP].map((label) => time(claims.get(label)));
  if (Math.max(issuedAt, validFrom) >= expiresAt) throw new Malformed("time_range");
  const { index, uri } = status(claims.get(STATUS));
  return {
    issuer: text(claims.get(ISS), URI, "issuer_form"),
    issuedAt,
    validFrom,
    expiresAt,
    statusIndex: index,
    statusUri: uri,
    number: text(holder.get(ID), NUMBER, "number_form"),
    name: text(holder.get(FULL_NAME), NAME, "name_form"),
    birthDate: holder.has(BIRTH_DATE) ? birthDate(holder.get(BIRTH_DATE)) : null,
    gender: holder.has(GENDER) ? gender(holder.get(GENDER)) : null,
    portrait: holder.has(FACE) ? portrait(holder.get(FACE)) : null,
  };
}

function hasOther(map, allowed) {
  return [...map.keys()].some((key) => !allowed.has(key));
}

function lacks(map, required) {
  return [...required].some((key) => !map.has(key));
}

function text(value, form, otherwise) {
  if (typeof value !== "string" || !form.test(value)) throw new Malformed(otherwise);
  return value;
}

function time(value) {
  if (!isInteger(value)) throw new Malformed("time_form");
  if (value < 0 || value > NO_EXPIRY) throw new Malformed("time_range");
  return value;
}

function status(value) {
  const list = value instanceof Map && value.size === 1 ? value.get("status_list") : null;
  if (list instanceof Map && list.size === 2) {
    const [index, uri] = [list.get("idx"), list.get("uri")];
    const placed = isInteger(index) && index >= 0 && index <= LARGEST_STATUS_INDEX;
    if (placed && typeof uri === "string" && URI.test(uri)) return { index, uri };
  }
  throw new Malformed("status_form");
}

/** Give the day as YYYY-MM-DD. */
function birthDate(value) {
  const day = text(value, DAY, "birth_date_form");
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6)];
  const moment = new Date(0);
  moment.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  const real = moment.getUTCMonth() === Number(month) - 1 && moment.getUTCDate() === Number(date);
  if (!real || Number(year) < 1) throw new Malformed("birth_date_form");
  return `${year}-${month}-${date}`;
}

function gender(value) {
  if (!isInteger(value) || value < 1 || value > 3) throw new Malformed("gender_form");
  return value;
}

function portrait(value) {
  const face = Array.isArray(value) && value.length === 1 ? value[0] : null;
  if (face instanceof Map && face.size === 3 && face.get(1) === 0) {
    const [picture, kind] = [face.get(0), PICTURES.get(face.get(2))];
    if (picture instanceof Uint8Array && kind && kind.begins.every(([at, bytes]) => holds(picture, at, bytes))) {
      return { picture, type: kind.type };
    }
  }
  throw new Malformed("portrait_form");
}

function holds(picture, at, bytes) {
  return [...bytes].every((character, index) => picture[at + index] === character.charCodeAt(0));
}
