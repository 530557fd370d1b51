// What stands on the screen: one of idle, scan, notice and verdict; a verdict leaves nothing behind when it goes.

import { factsFor } from "./facts.js";
import { announce, signal } from "./signals.js";
import { date, day, isoDay, say } from "./texts.js";

const at = (id) => document.getElementById(id);

let picture = null;

/** Show one screen and put the focus on its heading. */
export function show(screen, { focus = true } = {}) {
  document.body.dataset.screen = screen;
  if (focus) at(`${screen}-title`).focus();
}

/** Show a screen that says what is wrong and what to do; `name` is the text's name. Grey speaks of a card, amber of this device. */
export function showNotice(name, help = `${name}-help`, colour = "amber") {
  at("notice").dataset.colour = colour;
  at("notice-title").textContent = say(name);
  at("notice-help").textContent = say(help);
  document.body.dataset.notice = name;
  show("notice");
  announce(`${say(name)}. ${say(help)}`);
}

/** Show an answer. `isCurrent` tells that an update would bring nothing: then none is offered for an unknown key. */
export function showVerdict({ verdict, claims, moment }, colour, purpose, { now, isCurrent }) {
  clearVerdict();
  const ended = verdict === "EXPIRED" ? 1 : 0; // the moment is the midnight after the last day
  const final = verdict === "UNKNOWN_KEY" && isCurrent;
  const sentence = say(final ? "UNKNOWN_KEY.current" : `${verdict}.sentence`, { date: moment === null ? "" : day(moment - ended) });
  const section = at("verdict");
  section.dataset.colour = colour;
  section.dataset.verdict = verdict;
  at("verdict-title").textContent = say(`${verdict}.heading`);
  at("verdict-sentence").textContent = sentence;
  at("update-verdict").hidden = verdict !== "UNKNOWN_KEY" || final;
  if (claims) showPerson(claims, factsFor(purpose, claims, isoDay(now)));
  show("verdict");
  scrollTo(0, 0);
  announce(`${say(`${verdict}.heading`)}. ${sentence}`);
  signal(colour);
}

/** Say on the verdict's own screen what came of an update. */
export function showUpdated(name, { done }) {
  at("verdict-sentence").textContent = say(name);
  at("update-verdict").hidden = done;
  if (done) at("next").focus();
}

function showPerson(claims, { name, rows }) {
  at("person").hidden = false;
  at("name").textContent = name ?? "";
  at("name").hidden = name === null;
  const image = at("portrait");
  at("portrait-missing").hidden = claims.portrait !== null;
  image.hidden = claims.portrait === null;
  if (claims.portrait) {
    picture = URL.createObjectURL(new Blob([claims.portrait.picture], { type: claims.portrait.type }));
    image.alt = say("portrait");
    image.src = picture;
  }
  at("facts").replaceChildren(...rows.map(row));
}

function row({ label, kind, value, onTap, large }) {
  const pair = document.createElement("div");
  const term = document.createElement("dt");
  const description = document.createElement("dd");
  const text = write(kind, value);
  term.textContent = say(label);
  pair.className = large ? "answer whole" : kind === "text" ? "" : "whole";
  if (onTap) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = say("show-birth-date");
    button.addEventListener("click", () => {
      description.tabIndex = -1;
      description.replaceChildren(text);
      description.focus();
    });
    description.append(button);
  } else {
    description.textContent = text;
  }
  pair.append(term, description);
  return pair;
}

function write(kind, value) {
  switch (kind) {
    case "text":
      return say(value);
    case "moment":
      return day(value);
    case "date":
      return date(value);
    case "proved":
      return say("residence-proved", { date: day(value) });
    case "city":
      return document.body.dataset.city;
    default:
      return value;
  }
}

/** Remove every trace of a verdict from the page. */
export function clearVerdict() {
  at("person").hidden = true;
  for (const id of ["name", "facts", "verdict-title", "verdict-sentence", "announcer"]) at(id).replaceChildren();
  const image = at("portrait");
  image.removeAttribute("src");
  image.alt = "";
  if (picture) URL.revokeObjectURL(picture);
  picture = null;
  delete at("verdict").dataset.verdict;
}
