// Unpack one zlib stream (RFC 1950, RFC 1951) with a cap on the output, step by step and without allocating on its word.
// The browser's DecompressionStream hands out what it has only after an error further on: a bomb and a broken stream
// could not be told apart as idsvc/credential/qrtext.py does. After Mark Adler's `puff`, which defines the format.

import { Malformed } from "./malformed.js";

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST_CODE = 15;
const END_OF_BLOCK = 256;
const ADLER = 65521;
const START = 16384;

/**
 * Unpack; throws Malformed with `compression`, or with `too_large` when the output passes `most` bytes before
 * anything else is wrong. As in zlib, one byte more than `most` is made, and a stream may be found broken right after it.
 */
export function inflate(packed, most) {
  const source = { data: packed, at: 2, hold: 0, held: 0, ended: false };
  const target = { data: new Uint8Array(Math.min(most + 1, START)), length: 0, most: most + 1 };
  try {
    blocks(source, target);
  } catch (refusal) {
    if (source.ended && target.length > most) throw new Malformed("too_large");
    throw refusal;
  }
  const content = target.data.slice(0, target.length);
  const trailer = packed.slice(source.at);
  const summed = trailer.length >= 4 && new DataView(trailer.buffer).getUint32(0) === adler(content);
  if (trailer.length >= 4 && !summed) throw new Malformed("compression");
  if (content.length > most) throw new Malformed("too_large");
  if (trailer.length !== 4) throw new Malformed("compression");
  return content;
}

function blocks(source, target) {
  let last = 0;
  while (!last) {
    last = bits(source, 1);
    const kind = bits(source, 2);
    if (kind === 0) stored(source, target);
    else if (kind === 1) block(source, target, FIXED.lengths, FIXED.distances);
    else if (kind === 2) dynamic(source, target);
    else throw new Malformed("compression");
  }
}

function bits(source, need) {
  let { hold, held } = source;
  while (held < need) {
    if (source.at === source.data.length) {
      source.ended = true;
      throw new Malformed("compression");
    }
    hold |= source.data[source.at++] << held;
    held += 8;
  }
  source.hold = hold >>> need;
  source.held = held - need;
  return hold & ((1 << need) - 1);
}

function emit(target, byte) {
  if (target.length === target.most) throw new Malformed("too_large");
  if (target.length === target.data.length) {
    const wider = new Uint8Array(Math.min(target.most, 2 * target.length));
    wider.set(target.data);
    target.data = wider;
  }
  target.data[target.length++] = byte;
}

function stored(source, target) {
  source.hold = 0;
  source.held = 0;
  const length = bits(source, 16);
  if (length !== (~bits(source, 16) & 0xffff)) throw new Malformed("compression");
  for (let left = length; left > 0; left--) emit(target, bits(source, 8));
}

/** Build the decoding table of code lengths; `left` is the number of codes unused (negative: too many). */
function table(lengths) {
  const count = new Uint16Array(LONGEST_CODE + 1);
  for (const length of lengths) count[length]++;
  let left = 1;
  for (let length = 1; length <= LONGEST_CODE; length++) left = left * 2 - count[length];
  const offset = new Uint16Array(LONGEST_CODE + 2);
  for (let length = 1; length <= LONGEST_CODE; length++) offset[length + 1] = offset[length] + count[length];
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length) symbols[offset[length]++] = symbol;
  });
  return { count, symbols, left };
}

function symbol(source, { count, symbols }) {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    code |= bits(source, 1);
    if (code - count[length] < first) return symbols[index + (code - first)];
    index += count[length];
    first = (first + count[length]) << 1;
    code <<= 1;
  }
  throw new Malformed("compression");
}

function block(source, target, lengths, distances) {
  for (;;) {
    const found = symbol(source, lengths);
    if (found === END_OF_BLOCK) return;
    if (found < END_OF_BLOCK) {
      emit(target, found);
      continue;
    }
    const kind = found - END_OF_BLOCK - 1;
    if (kind >= LENGTH_BASE.length) throw new Malformed("compression");
    const length = LENGTH_BASE[kind] + bits(source, LENGTH_EXTRA[kind]);
    const far = symbol(source, distances);
    if (far >= DISTANCE_BASE.length) throw new Malformed("compression");
    const distance = DISTANCE_BASE[far] + bits(source, DISTANCE_EXTRA[far]);
    if (distance > target.length) throw new Malformed("compression");
    for (let left = length; left > 0; left--) emit(target, target.data[target.length - distance]);
  }
}

function dynamic(source, target) {
  const literals = bits(source, 5) + 257;
  const distances = bits(source, 5) + 1;
  const described = bits(source, 4) + 4;
  if (literals > 286 || distances > 30) throw new Malformed("compression");
  const lengths = new Array(19).fill(0);
  for (let index = 0; index < described; index++) lengths[ORDER[index]] = bits(source, 3);
  const meta = table(lengths);
  if (meta.left !== 0) throw new Malformed("compression");
  const all = [];
  while (all.length < literals + distances) {
    const found = symbol(source, meta);
    if (found < 16) {
      all.push(found);
      continue;
    }
    if (found === 16 && all.length === 0) throw new Malformed("compression");
    const value = found === 16 ? all[all.length - 1] : 0;
    const times = found === 16 ? 3 + bits(source, 2) : found === 17 ? 3 + bits(source, 3) : 11 + bits(source, 7);
    if (all.length + times > literals + distances) throw new Malformed("compression");
    for (let left = times; left > 0; left--) all.push(value);
  }
  if (all[END_OF_BLOCK] === 0) throw new Malformed("compression");
  block(source, target, complete(all.slice(0, literals)), complete(all.slice(literals)));
}

/** Build a table that uses every code, or a single code of one bit (the only incomplete set the format allows). */
function complete(lengths) {
  const made = table(lengths);
  const used = lengths.length - made.count[0];
  if (made.left < 0 || (made.left > 0 && !(used <= 1 && made.count[1] === used))) throw new Malformed("compression");
  return made;
}

function adler(content) {
  let low = 1;
  let high = 0;
  for (const byte of content) {
    low = (low + byte) % ADLER;
    high = (high + low) % ADLER;
  }
  return ((high << 16) | low) >>> 0;
}

const FIXED = (() => {
  const lengths = Array.from({ length: 288 }, (_, index) => (index < 144 ? 8 : index < 256 ? 9 : index < 280 ? 7 : 8));
  return { lengths: table(lengths), distances: table(new Array(30).fill(5)) };
})();
