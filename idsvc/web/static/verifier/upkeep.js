// Keep the city's lists on this device: read at the start, fetched again on a timer and when the network returns.
// A scan never fetches anything. What was accepted once is the floor: an older list is refused. The root keys that this
// device saw first stay pinned on it: only a root key that is pinned already can bring in others.

import { readRoots, readSignedRoots, readStatusList, readTrustList, refuseOlderStatus, refuseOlderTrust, staleFrom } from "./lists.js";
import { Malformed } from "./malformed.js";

const CACHE = "idsvc-lists";
const TRUST = "/trust/list.cwt";
const ROOTS = "/trust/roots.json";
const SIGNED_ROOTS = "/trust/roots.cose";
const EVERY_MS = 3600 * 1000;
const CURRENT_S = 2 * 3600; // two rounds of fetching

export class Upkeep extends EventTarget {
  #roots = null;
  #refreshing = null;
  #completeAt = -Infinity;
  trust = null;
  statusLists = new Map();
  refused = false;

  /** Pin the root keys, unless this device pins some, and read what it holds; then fetch at once and every hour. */
  async open(roots) {
    const pinned = await kept(ROOTS);
    this.#roots = await readRoots(pinned ? JSON.parse(new TextDecoder().decode(pinned)) : roots);
    if (!pinned) await keepRoots(roots);
    await this.#load();
    setInterval(() => this.refresh(), EVERY_MS);
    addEventListener("online", () => this.refresh());
    this.refresh();
  }

  get ready() {
    return this.trust !== null;
  }

  /** Tell of when the lists are (seconds since 1970): the oldest of those that a card is checked against. */
  get date() {
    const dates = [...this.statusLists.values()].map((status) => status.issuedAt);
    return dates.length ? Math.min(...dates) : this.trust?.issuedAt ?? null;
  }

  /** Tell whether a list is past its day. */
  isStale(now) {
    const lists = [...this.statusLists.values()];
    return lists.length === 0 || now >= this.trust.expiresAt || lists.some((status) => now >= staleFrom(status));
  }

  /** Tell whether the city's server gave all that it has within the last two hours: there is nothing newer to update to. */
  isCurrent(now) {
    return this.ready && !this.refused && now - this.#completeAt < CURRENT_S;
  }

  /** Fetch every list again; gives whether all of them were had and accepted. */
  refresh() {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refresh() {
    let all = true;
    this.refused = false;
    const offer = async (path, accept) => {
      const bytes = await download(path);
      try {
        if (bytes) await accept(bytes);
        else if (bytes === null) all = false;
      } catch (refusal) {
        if (!(refusal instanceof Malformed)) throw refusal;
        this.refused = true;
        all = false;
      }
    };
    await offer(TRUST, (bytes) => this.#acceptTrust(bytes));
    await offer(SIGNED_ROOTS, (bytes) => this.#acceptRoots(bytes));
    const uris = this.trust?.statusUris ?? [];
    await Promise.all(uris.map((uri) => offer(pathOf(uri), (bytes) => this.#acceptStatus(uri, bytes))));
    if (all) this.#completeAt = Date.now() / 1000;
    this.dispatchEvent(new Event("change"));
    if (all) this.dispatchEvent(new Event("fetched"));
    return all && this.ready;
  }

  async #acceptTrust(bytes) {
    const offered = await readTrustList(bytes, this.#roots.keys);
    refuseOlderTrust(this.trust, offered);
    await keep(TRUST, bytes);
    this.trust = offered;
    await this.#loadStatusLists(); // a key may have been withdrawn: what we hold is judged again
  }

  async #acceptRoots(bytes) {
    if (!this.trust) return; // whose list is in use is not known yet
    const { document, offered } = await readSignedRoots(bytes, this.#roots, this.trust);
    await keepRoots(document);
    this.#roots = offered;
  }

  async #acceptStatus(uri, bytes) {
    const offered = await readStatusList(bytes, this.trust);
    if (offered.uri !== uri) throw new Malformed("status_uri_unknown");
    refuseOlderStatus(this.statusLists.get(uri), offered);
    await keep(pathOf(uri), bytes);
    this.statusLists.set(uri, offered);
  }

  async #load() {
    const bytes = await kept(TRUST);
    if (!bytes) return;
    try {
      this.trust = await readTrustList(bytes, this.#roots.keys);
    } catch (refusal) {
      if (!(refusal instanceof Malformed)) throw refusal;
      return; // damaged here; the pinned root keys stay
    }
    await this.#loadStatusLists();
    this.dispatchEvent(new Event("change"));
  }

  async #loadStatusLists() {
    const lists = new Map();
    for (const uri of this.trust.statusUris) {
      const bytes = await kept(pathOf(uri));
      try {
        if (bytes) lists.set(uri, await readStatusList(bytes, this.trust));
      } catch (refusal) {
        if (!(refusal instanceof Malformed)) throw refusal;
      }
    }
    this.statusLists = lists;
  }
}

/** A list is fetched from this page's own origin, whatever host its name speaks of. */
function pathOf(uri) {
  return `/status/${uri.slice(uri.lastIndexOf("/") + 1)}`;
}

/** Fetch one list: its bytes, undefined where there is none (a place named ahead of need), null without network. */
async function download(path) {
  try {
    const response = await fetch(path, { cache: "no-cache", credentials: "omit" });
    if (response.status === 404) return undefined;
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch (failure) {
    if (failure instanceof TypeError) return null;
    throw failure;
  }
}

async function keep(path, bytes) {
  const cache = await caches.open(CACHE);
  await cache.put(path, new Response(bytes));
}

function keepRoots(document) {
  return keep(ROOTS, new TextEncoder().encode(JSON.stringify(document)));
}

async function kept(path) {
  const response = await (await caches.open(CACHE)).match(path);
  return response ? new Uint8Array(await response.arrayBuffer()) : null;
}
