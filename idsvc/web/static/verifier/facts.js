// Which facts of a genuine card a purpose needs, and nothing else of it. Pure: no page, no clock.

import { NO_EXPIRY } from "./claims.js";

export const PURPOSES = ["identity", "age21", "residency", "bank"];

/** Tell whether a person has completed that many years of age on a day; both days are YYYY-MM-DD. */
export function isOver(years, birthDate, today) {
  const [year, month, day] = birthDate.split("-").map(Number);
  // Born on 29 February: the birthday of a common year is 1 March, as in the card's own rules.
  const reached = new Date(Date.UTC(year + years, month - 1, day)).toISOString().slice(0, 10);
  return today >= reached;
}

/**
 * Choose what to show: {name, rows: [{label, value, kind}]}. A row's value is a text name (kind "text"), a moment
 * (kind "moment"), a date (kind "date"), or plain (kind "plain").
 */
export function factsFor(purpose, claims, today) {
  const over = (years) => ({
    label: `over${years}`,
    kind: "text",
    value: claims.birthDate === null ? "unsaid" : isOver(years, claims.birthDate, today) ? "yes" : "no",
  });
  const until =
    claims.expiresAt === NO_EXPIRY
      ? { label: "validity", kind: "text", value: "no-expiry" }
      : { label: "valid-until", kind: "moment", value: claims.expiresAt - 1 };
  const birth = claims.birthDate === null ? [] : [{ label: "birth-date", kind: "date", value: claims.birthDate }];
  const issued = { label: "issued-on", kind: "moment", value: claims.issuedAt };
  switch (purpose) {
    case "age21":
      return { name: null, rows: [{ ...over(21), large: true }] };
    case "residency":
      return { name: claims.name, rows: [{ label: "residence", kind: "proved", value: claims.issuedAt }] };
    case "bank":
      return {
        name: claims.name,
        rows: [...birth, { label: "number", kind: "plain", value: claims.number }, { label: "issuer", kind: "city" }, issued, until],
      };
    default:
      return { name: claims.name, rows: [...birth.map((row) => ({ ...row, onTap: true })), until, over(18), over(21)] };
  }
}
