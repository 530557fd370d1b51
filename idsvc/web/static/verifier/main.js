// The verifier page: joins camera, decoder, lists and screens. A scan goes through here and is forgotten here.

import { Camera, troubleOf } from "./camera.js";
import { Decoder } from "./decoder.js";
import { PURPOSES } from "./facts.js";
import { placeOf } from "./places.js";
import { clearVerdict, show, showNotice, showUpdated, showVerdict } from "./screens.js";
import { announce, toggleSound } from "./signals.js";
import { Malformed } from "./malformed.js";
import * as texts from "./texts.js";
import { Upkeep } from "./upkeep.js";
import { verify } from "./verifier.js";
import { listen } from "./wedge.js";

const CLEAR_MS = 30_000;
const HINT_MS = 5_000;
const FRAME_MS = 60;

const at = (id) => document.getElementById(id);
const now = () => Math.floor(Date.now() / 1000);

const camera = new Camera(at("video"));
const decoder = new Decoder();
const upkeep = new Upkeep();
let config;
let scanning = 0; // counts the scans begun: a loop that is not the latest one stops
let clearing = 0;
let hinting = 0;
let shown = null; // the verdict's name, kept only to say it again in another language

async function start(deviceId = null) {
  if (!window.isSecureContext) return showNotice("insecure");
  if (!upkeep.ready && !(await upkeep.refresh())) return showNotice("no-lists");
  forget();
  decoder.warm();
  show("scan");
  at("scan-title").textContent = texts.say("starting");
  const turn = ++scanning;
  try {
    if ((deviceId || !camera.running) && !(await camera.open(deviceId))) return;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (turn !== scanning) return; // stopped while the browser asked
    camera.close();
    return showNotice(troubleOf(error));
  }
  if (turn !== scanning) return;
  at("scan-title").textContent = texts.say("scanning");
  announce(texts.say("scanning"));
  await offerTools();
  scan(turn);
}

async function scan(turn) {
  clearTimeout(hinting);
  at("hint").classList.remove("shown");
  hinting = setTimeout(() => {
    at("hint").classList.add("shown");
    announce(texts.say("scanning-hint"));
  }, HINT_MS);
  while (turn === scanning) {
    const began = performance.now();
    const text = await decoder.readFrame(at("video"));
    if (turn !== scanning) return;
    if (text !== null) return judge(text, began);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, FRAME_MS - (performance.now() - began))));
  }
}

/** Check a text and show the verdict; `began` is when its frame was taken. */
async function judge(text, began = performance.now()) {
  rest();
  if (!upkeep.ready && !(await upkeep.refresh())) return showNotice("no-lists");
  const moment = now();
  const answer = await verify(text, upkeep, moment);
  showVerdict(answer, config.colours[answer.verdict], purpose(), { now: moment, isCurrent: upkeep.isCurrent(moment) });
  shown = answer.verdict;
  performance.measure("frame-to-verdict", { start: began });
  clearing = setTimeout(() => {
    stop();
    announce(texts.say("cleared"));
  }, CLEAR_MS);
}

/** End the present scan and verdict; the camera may go on for the next card. */
function rest() {
  scanning++;
  clearTimeout(hinting);
  clearTimeout(clearing);
  at("hint").classList.remove("shown");
}

function forget() {
  rest();
  clearVerdict();
  shown = null;
}

function stop({ focus = true } = {}) {
  forget();
  camera.close();
  at("light").setAttribute("aria-pressed", "false");
  show("idle", { focus });
}

async function offerTools() {
  const cameras = await camera.list();
  at("cameras").hidden = cameras.length < 2;
  at("camera").replaceChildren(...cameras.map(({ id, name, current }) => new Option(name, id, current, current)));
  at("light").hidden = !camera.hasLight;
}

async function readPicture() {
  const [file] = at("picture").files;
  at("picture").value = "";
  if (!file) return;
  rest();
  const text = await decoder.readFile(file);
  if (text) return judge(text);
  camera.close();
  if (text === undefined) showNotice("not-picture");
  else showNotice("UNREADABLE.heading", "no-code", config.colours.UNREADABLE);
}

async function update() {
  at("age").textContent = texts.say("updating");
  const done = await upkeep.refresh();
  announce(texts.say(done ? "updated" : troubleOfUpdate()));
  tellAge();
}

/** Update from the screen of an unknown key: its outcome stands there, and the card is scanned again. */
async function updateVerdict() {
  const asked = scanning;
  const done = await upkeep.refresh();
  if (asked !== scanning) return; // the verdict is gone already
  const outcome = done ? "updated-scan" : troubleOfUpdate();
  showUpdated(outcome, { done });
  announce(texts.say(outcome));
}

function troubleOfUpdate() {
  return upkeep.refused ? "lists-refused" : "update-failed";
}

function tellAge() {
  const date = upkeep.date;
  document.body.dataset.lists = date === null ? "none" : upkeep.refused ? "refused" : upkeep.isStale(now()) ? "stale" : "fresh";
  const age =
    date === null ? texts.say("no-lists-help") : texts.say(upkeep.isStale(now()) ? "lists-old" : "lists-of", { date: texts.day(date) });
  at("age").textContent = upkeep.refused ? `${texts.say("lists-refused")} ${age}` : age;
}

function purpose() {
  return document.querySelector("input[name=purpose]:checked").value;
}

function remember(name, value) {
  const address = new URL(location.href);
  address.searchParams.set(name, value);
  history.replaceState(null, "", address);
}

function offerLanguages() {
  const select = at("language");
  select.replaceChildren(
    ...Object.entries(config.languages).map(([code, { name }]) => {
      const option = new Option(name, code, false, code === texts.language());
      option.lang = code;
      return option;
    }),
  );
  select.addEventListener("change", async () => {
    await texts.choose(select.value);
    remember("lang", select.value);
    if (shown) stop({ focus: false });
    tellAge();
  });
}

function wire() {
  at("start").addEventListener("click", () => start());
  at("again").addEventListener("click", () => start());
  at("next").addEventListener("click", () => (camera.running ? start() : stop()));
  at("stop").addEventListener("click", () => stop());
  for (const button of document.querySelectorAll(".pick")) button.addEventListener("click", () => at("picture").click());
  at("picture").addEventListener("change", readPicture);
  at("camera").addEventListener("change", (event) => start(event.target.value));
  at("light").addEventListener("click", async ({ currentTarget: button }) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await camera.setLight(on);
    button.setAttribute("aria-pressed", String(on));
  });
  at("sound").addEventListener("click", ({ currentTarget: button }) => button.setAttribute("aria-pressed", String(toggleSound())));
  at("update").addEventListener("click", update);
  at("update-verdict").addEventListener("click", updateVerdict);
  const asked = new URLSearchParams(location.search).get("purpose");
  for (const radio of document.querySelectorAll("input[name=purpose]")) {
    radio.checked = radio.value === (PURPOSES.includes(asked) ? asked : PURPOSES[0]);
    radio.addEventListener("change", () => remember("purpose", radio.value));
  }
  document.addEventListener("visibilitychange", () => document.hidden && stop({ focus: false }));
  addEventListener("pagehide", () => stop({ focus: false }));
  listen((text) => judge(text));
  upkeep.addEventListener("change", tellAge);
}

async function install() {
  if (!("serviceWorker" in navigator)) return; // an insecure page has none
  const held = navigator.serviceWorker.controller !== null;
  let stale = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => (stale = held));
  // a newer page waits for a quiet moment: never under a verdict or a running camera
  setInterval(() => stale && document.body.dataset.screen === "idle" && location.reload(), 1000);
  const place = { scope: "/verify/", updateViaCache: "none" };
  const registration = await navigator.serviceWorker.register(placeOf("/verify/service-worker.js"), place);
  upkeep.addEventListener("fetched", () => registration.update().catch(() => {})); // without network: the next time
}

config = await texts.open();
document.body.dataset.city = config.city;
wire();
offerLanguages();
at("age").textContent = texts.say("updating");
install();
try {
  // without https a browser gives neither camera nor cryptography
  if (window.isSecureContext) await upkeep.open(config.roots);
  else showNotice("insecure");
} catch (refusal) {
  if (!(refusal instanceof Malformed)) throw refusal;
  showNotice("old-browser"); // it cannot use the kind of key that the city's lists are signed with
}
document.body.dataset.ready = "yes";
