// The city's signed lists: which keys may sign what, and the state of each card. The same rules as
// idsvc/credential/trust_list.py and status_list.py: a list with a bad signature, a lower number or an older date is refused.

import { decode, isInteger } from "./cbor.js";
import { check, hex, importJwk, importKey, readSign1 } from "./cose.js";
import { inflate } from "./inflate.js";
import { Malformed } from "./malformed.js";

const TRUST_TYPE = "application/idsvc-trust-list+cwt";
const ROOTS_TYPE = "application/idsvc-roots+json";
const STATUS_TYPE = "application/statuslist+cwt";
const LARGEST_TRUST = 65536;
const LARGEST_ARRAY = 2 ** 26 / 4;
const LARGEST_STATUS = LARGEST_ARRAY + 65536;
const LATEST = 2 ** 40;
const PURPOSES = new Set(["card", "status", "certificate"]);
const STATES = new Set(["active", "retired", "withdrawn"]);

/** Read a trust list that one of the pinned root keys signed; throws Malformed otherwise. A stale list is read too. */
export async function readTrustList(bytes, roots) {
  // 1. Size and form; nothing of it is believed yet.
  if (bytes.length > LARGEST_TRUST) throw new Malformed("too_large");
  const message = readSign1(bytes, TRUST_TYPE);
  // 2. The key is one of the pinned roots.
  const root = roots.find((key) => key.keyId === message.keyId);
  if (!root) throw new Malformed("key_unknown");
  // 3. Its signature, with its own algorithm.
  await check(message, root);
  // 4. Only now the contents.
  const fields = decode(message.payload);
  const [issuer, expiresAt, issuedAt, keys, sequence, statusUris] = exactly(fields, [1, 4, 6, "keys", "sequence", "status_uris"]);
  if (typeof issuer !== "string" || !isSpan(issuedAt, expiresAt) || !isInteger(sequence) || sequence < 0) {
    throw new Malformed("list_form");
  }
  if (!Array.isArray(keys) || !Array.isArray(statusUris) || statusUris.some((uri) => typeof uri !== "string")) {
    throw new Malformed("list_form");
  }
  const entries = new Map();
  for (const entry of await Promise.all(keys.map(readKey))) entries.set(entry.key.keyId, entry);
  if (entries.size !== keys.length) throw new Malformed("list_form");
  return { issuer, sequence, issuedAt, expiresAt, keys: entries, statusUris, signedBy: root.keyId, contents: hex(message.payload) };
}

/** Read a roots.json: the root keys to pin, and the number of the trust list that they came with. */
export async function readRoots({ keys, sequence = 0 }) {
  if (!Array.isArray(keys) || keys.length === 0 || !isInteger(sequence) || sequence < 0) throw new Malformed("list_form");
  return { keys: await Promise.all(keys.map(importJwk)), sequence };
}

/**
 * Read a roots.json that a pinned root key signed; throws Malformed otherwise. The set holds its signer and the signer of
 * the trust list in use, so that root keys change one at a time and what was accepted stays readable.
 */
export async function readSignedRoots(bytes, pinned, trust) {
  // 1. Size and form; nothing of it is believed yet.
  if (bytes.length > LARGEST_TRUST) throw new Malformed("too_large");
  const message = readSign1(bytes, ROOTS_TYPE);
  // 2. The key is one of the pinned roots.
  const root = pinned.keys.find((key) => key.keyId === message.keyId);
  if (!root) throw new Malformed("key_unknown");
  // 3. Its signature, with its own algorithm.
  await check(message, root);
  // 4. Only now the contents: never those of an earlier trust list.
  const document = JSON.parse(new TextDecoder().decode(message.payload));
  const offered = await readRoots(document);
  if (offered.sequence < pinned.sequence) throw new Malformed("list_older");
  for (const signer of [message.keyId, trust.signedBy]) {
    if (!offered.keys.some((key) => key.keyId === signer)) throw new Malformed("key_unknown");
  }
  return { document, offered };
}

async function readKey(map) {
  const [key, first, last, purpose, state] = exactly(map, ["key", "first", "last", "purpose", "state"]);
  if (!PURPOSES.has(purpose) || !STATES.has(state) || !isSpan(first, last)) throw new Malformed("list_form");
  return { key: await importKey(key), first, last, purpose, state };
}

/** Read a status list that a status key of the trust list signed; throws Malformed otherwise. A stale list is read too. */
export async function readStatusList(bytes, trust) {
  // 1. Size and form; nothing of it is believed yet.
  if (bytes.length > LARGEST_STATUS) throw new Malformed("too_large");
  const message = readSign1(bytes, STATUS_TYPE);
  // 2. The key is in the trust list, for this purpose, and not withdrawn.
  const entry = trust.keys.get(message.keyId);
  if (!entry) throw new Malformed("key_unknown");
  if (entry.purpose !== "status") throw new Malformed("key_purpose");
  if (entry.state === "withdrawn") throw new Malformed("key_withdrawn");
  // 3. Its signature, with its own algorithm.
  await check(message, entry.key);
  // 4. Only now the contents: a list that the trust list names, of a time when the key was in use.
  const [uri, expiresAt, issuedAt, ttl, list] = exactly(decode(message.payload), [2, 4, 6, 65534, 65533]);
  const [width, packed] = exactly(list, ["bits", "lst"]);
  const sound = typeof uri === "string" && isSpan(issuedAt, expiresAt) && isInteger(ttl) && ttl > 0 && ttl < LATEST;
  if (!sound || width !== 2 || !(packed instanceof Uint8Array)) throw new Malformed("list_form");
  const array = unpack(packed);
  if (!trust.statusUris.includes(uri)) throw new Malformed("status_uri_unknown");
  if (issuedAt < entry.first || issuedAt >= entry.last) throw new Malformed("key_period");
  return { uri, issuedAt, expiresAt, ttl, array };
}

/** Refuse a list that would turn back the clock: a lower number, or another list of the same number. */
export function refuseOlderTrust(kept, offered) {
  if (kept && kept.contents !== offered.contents && offered.sequence <= kept.sequence) throw new Malformed("list_older");
}

/** Refuse a status list of another place or of an earlier time. */
export function refuseOlderStatus(kept, offered) {
  if (kept && offered.uri !== kept.uri) throw new Malformed("status_uri_unknown");
  if (kept && offered.issuedAt < kept.issuedAt) throw new Malformed("list_older");
}

/** Give a card's two bits (0 valid, 1 revoked, 2 suspended); null if the list has no such place. */
export function stateOf(status, index) {
  const byte = Math.floor(index / 4);
  return byte < status.array.length ? (status.array[byte] >> (2 * (index % 4))) & 3 : null;
}

/** Tell from when on (seconds since 1970) a newer status list should have been fetched. */
export function staleFrom(status) {
  return Math.min(status.issuedAt + status.ttl, status.expiresAt);
}

function exactly(map, keys) {
  if (!(map instanceof Map) || map.size !== keys.length || keys.some((key) => !map.has(key))) {
    throw new Malformed("list_form");
  }
  return keys.map((key) => map.get(key));
}

function isSpan(first, last) {
  return isInteger(first) && isInteger(last) && first >= 0 && first < last && last < LATEST;
}

function unpack(packed) {
  const header = (packed[0] << 8) | packed[1];
  if (packed.length < 2 || (packed[0] & 15) !== 8 || header % 31 || header & 32) throw new Malformed("compression");
  return inflate(packed, LARGEST_ARRAY);
}
