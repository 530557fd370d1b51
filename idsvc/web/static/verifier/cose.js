// COSE_Sign1 (RFC 9052, section 4.2) in the one form that a city signs; the same as idsvc/credential/cose.py.
// Tag 18; `alg` and `kid` protected; nothing unprotected; the payload inside; lists also have `typ`.

import { decode, encode, isInteger } from "./cbor.js";
import { Malformed } from "./malformed.js";

export const ES256 = -7;
export const EDDSA = -8;
const TAG_18 = 0xd2;
const SIGNATURE_BYTES = 64;
const [ALG, KID, TYP] = [1, 4, 16];

/** Take a message apart without judging its signature; throws Malformed when it is not of the one form. */
export function readSign1(data, typ = null) {
  if (data[0] !== TAG_18) throw new Malformed("cose_tag");
  const message = decode(data.subarray(1));
  const [protectedHeader, unprotected, payload, signature] = Array.isArray(message) ? message : [];
  if (
    message?.length !== 4 ||
    !(protectedHeader instanceof Uint8Array) ||
    !(unprotected instanceof Map) ||
    !(payload instanceof Uint8Array || payload === null) ||
    !(signature instanceof Uint8Array)
  ) {
    throw new Malformed("cose_form");
  }
  if (unprotected.size) throw new Malformed("unprotected_header");
  if (payload === null) throw new Malformed("payload_detached");
  return { protectedHeader, payload, signature, ...readHeader(protectedHeader, typ) };
}

function readHeader(bytes, typ) {
  const header = bytes.length ? decode(bytes) : new Map();
  if (!(header instanceof Map)) throw new Malformed("cose_form");
  const [alg, kid] = [header.get(ALG) ?? null, header.get(KID)];
  if (alg === null) throw new Malformed("alg_missing");
  if (!isInteger(alg) || (alg !== ES256 && alg !== EDDSA)) throw new Malformed("alg_unknown");
  if (!(kid instanceof Uint8Array)) throw new Malformed("kid_missing");
  if ((header.get(TYP) ?? null) !== typ) throw new Malformed(typ === null ? "unknown_header" : "list_type");
  if (header.size !== (typ === null ? 2 : 3)) throw new Malformed("unknown_header");
  return { alg, keyId: hex(kid) };
}

/** Pass only if this key signed these bytes with its own algorithm; throws Malformed otherwise. */
export async function check(message, key) {
  if (message.alg !== key.alg) throw new Malformed("alg_not_of_key");
  if (message.signature.length !== SIGNATURE_BYTES) throw new Malformed("signature_form");
  const signed = encode(["Signature1", message.protectedHeader, new Uint8Array(), message.payload]);
  if (!(await crypto.subtle.verify(key.algorithm, key.public, message.signature, signed))) {
    throw new Malformed("signature");
  }
}

/** Read a COSE_Key that holds exactly a P-256 or Ed25519 public key; throws Malformed otherwise. */
export async function importKey(map) {
  const [x, y] = map instanceof Map ? [map.get(-2), map.get(-3)] : [];
  const wide = (bytes) => bytes instanceof Uint8Array && bytes.length === 32;
  try {
    if (map.get(1) === 2 && map.get(-1) === 1 && map.size === 4 && wide(x) && wide(y)) {
      const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
      const point = Uint8Array.of(4, ...x, ...y);
      const key = await crypto.subtle.importKey("raw", point, algorithm, false, ["verify"]);
      return { alg: ES256, algorithm, public: key, keyId: await thumbprint(map) };
    }
    if (map.get(1) === 1 && map.get(-1) === 6 && map.size === 3 && wide(x)) {
      const algorithm = { name: "Ed25519" };
      const key = await crypto.subtle.importKey("raw", x, algorithm, false, ["verify"]);
      return { alg: EDDSA, algorithm, public: key, keyId: await thumbprint(map) };
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  throw new Malformed("key_form");
}

/** Read a JWK of the same two kinds; throws Malformed otherwise. */
export function importJwk({ kty, crv, x, y }) {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const map =
    kty === "EC"
      ? [[1, 2], [-1, crv === "P-256" ? 1 : 0], [-2, bytes(x)], [-3, bytes(y)]]
      : [[1, 1], [-1, crv === "Ed25519" ? 6 : 0], [-2, bytes(x)]];
  return importKey(new Map(map));
}

/** Name a key by the first 8 bytes of its COSE key thumbprint (RFC 9679), in hexadecimal. */
async function thumbprint(map) {
  const [x, y] = [map.get(-2), map.get(-3)];
  const bytes = y
    ? Uint8Array.of(0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 32, ...x, 0x22, 0x58, 32, ...y)
    : Uint8Array.of(0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 32, ...x);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hex(digest.subarray(0, 8));
}

export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
