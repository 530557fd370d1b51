// The outer two layers of a token: Base45 (RFC 9285) and zlib (RFC 1950); the same bounds as idsvc/credential/qrtext.py.

import { inflate } from "./inflate.js";
import { Malformed } from "./malformed.js";

const LONGEST_TEXT = 4296;
const LARGEST_CONTENT = 4096;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));
const DEFLATE_32K = 0x78;
const PRESET_DICTIONARY = 0x20;

/** Give back the content of a QR code's text; throws Malformed when there is none, in bounded time and memory. */
export function readText(text) {
  const characters = [...text];
  if (characters.length === 0) throw new Malformed("empty");
  if (characters.length > LONGEST_TEXT) throw new Malformed("too_long");
  const packed = unbase45(characters);
  const header = (packed[0] << 8) | packed[1];
  if (packed.length < 2 || packed[0] !== DEFLATE_32K || header % 31 || header & PRESET_DICTIONARY) {
    throw new Malformed("not_zlib");
  }
  return inflate(packed, LARGEST_CONTENT);
}

function unbase45(characters) {
  const digits = characters.map((character) => VALUES.get(character));
  if (digits.includes(undefined)) throw new Malformed("base45");
  const data = new Uint8Array(Math.floor(digits.length / 3) * 2 + (digits.length % 3 ? 1 : 0));
  let at = 0;
  for (let index = 0; index < digits.length; index += 3) {
    const [first, second, third] = digits.slice(index, index + 3);
    if (second === undefined) throw new Malformed("base45");
    const value = first + 45 * second + 2025 * (third ?? 0);
    if (value > (third === undefined ? 255 : 65535)) throw new Malformed("base45");
    if (third !== undefined) data[at++] = value >> 8;
    data[at++] = value & 255;
  }
  return data;
}
