// The part of CBOR that a card is written in: RFC 8949 section 4.2.1 (core deterministic encoding), nothing more.
// Rule for rule the same as idsvc/credential/cbor.py: one way to write each thing, and nothing is allocated on the
// word of a length. Integers above 2^53 become BigInt, maps become Map, byte strings Uint8Array.

import { Malformed } from "./malformed.js";

const DEEPEST = 8;
const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP] = [0, 1, 2, 3, 4, 5];
const NULL = 0xf6;
const INLINE = 24;
const INDEFINITE = 31;
const LEAST_OF_SIZE = new Map([
  [24, 24n],
  [25, 1n << 8n],
  [26, 1n << 16n],
  [27, 1n << 32n],
]);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Read exactly one value; throws Malformed at the first byte that breaks a rule. */
export function decode(data) {
  const [value, end] = item(data, 0, DEEPEST);
  if (end !== data.length) throw new Malformed("cbor_trailing");
  return value;
}

/** Write a value made of numbers, texts, Uint8Array, arrays and null (what a signature covers). */
export function encode(value) {
  if (value instanceof Uint8Array) return join([head(BYTES, value.length), value]);
  if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    return join([head(TEXT, text.length), text]);
  }
  if (Array.isArray(value)) return join([head(ARRAY, value.length), ...value.map(encode)]);
  if (value === null) return Uint8Array.of(NULL);
  return value >= 0 ? head(UNSIGNED, value) : head(NEGATIVE, -1 - value);
}

function head(kind, argument) {
  if (argument < INLINE) return Uint8Array.of((kind << 5) | argument);
  if (argument < 0x100) return Uint8Array.of((kind << 5) | 24, argument);
  if (argument < 0x10000) return Uint8Array.of((kind << 5) | 25, argument >> 8, argument & 255);
  const wide = new Uint8Array(5);
  wide[0] = (kind << 5) | 26;
  new DataView(wide.buffer).setUint32(1, argument);
  return wide;
}

function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function item(data, at, depth) {
  if (at >= data.length) throw new Malformed("cbor_truncated");
  const first = data[at++];
  if (first === NULL) return [null, at];
  const kind = first >> 5;
  let argument = BigInt(first & 31);
  const size = first & 31;
  if (kind > MAP) throw new Malformed("cbor_type");
  if (size >= INLINE) {
    const least = LEAST_OF_SIZE.get(size);
    if (least === undefined) throw new Malformed(size === INDEFINITE ? "cbor_indefinite" : "cbor_type");
    const end = at + (1 << (size - INLINE));
    if (end > data.length) throw new Malformed("cbor_truncated");
    argument = 0n;
    for (; at < end; at++) argument = (argument << 8n) | BigInt(data[at]);
    if (argument < least) throw new Malformed("cbor_not_shortest");
  }
  if (kind === UNSIGNED) return [narrow(argument), at];
  if (kind === NEGATIVE) return [narrow(-1n - argument), at];
  if (argument > BigInt(data.length - at)) throw new Malformed("cbor_truncated");
  const count = Number(argument);
  if (kind === BYTES) return [data.slice(at, at + count), at + count];
  if (kind === TEXT) return [text(data.subarray(at, at + count)), at + count];
  if (depth === 0) throw new Malformed("cbor_depth");
  return kind === ARRAY ? array(data, at, count, depth) : map(data, at, count, depth);
}

function narrow(integer) {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function text(data) {
  try {
    return utf8.decode(data);
  } catch {
    throw new Malformed("cbor_text");
  }
}

function array(data, at, count, depth) {
  const items = [];
  for (let left = count; left > 0; left--) {
    const [value, end] = item(data, at, depth - 1);
    items.push(value);
    at = end;
  }
  return [items, at];
}

function map(data, at, count, depth) {
  const entries = new Map();
  let before = new Uint8Array();
  for (let left = count; left > 0; left--) {
    const [key, end] = item(data, at, 0);
    if (!isInteger(key) && typeof key !== "string") throw new Malformed("cbor_key");
    const written = data.subarray(at, end);
    if (!isAfter(written, before)) throw new Malformed(entries.has(key) ? "cbor_duplicate_key" : "cbor_key_order");
    before = written;
    const [value, next] = item(data, end, depth - 1);
    entries.set(key, value);
    at = next;
  }
  return [entries, at];
}

/** Tell whether a decoded value is an integer of CBOR (a number, or a BigInt above 2^53). */
export function isInteger(value) {
  return typeof value === "number" || typeof value === "bigint";
}

function isAfter(left, right) {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    if (left[index] !== right[index]) return left[index] > right[index];
  }
  return left.length > right.length;
}
