// Check the text of a card's QR code: pure, offline, and with an answer for every text.
// Step for step the same as idsvc/credential/verifier.py; a test gives both the same tokens and compares every answer.

import { readClaims } from "./claims.js";
import { check, readSign1 } from "./cose.js";
import { staleFrom, stateOf } from "./lists.js";
import { Malformed } from "./malformed.js";
import { readText } from "./qrtext.js";
import { verdictOf } from "./verdicts.js";

/**
 * Check a token at a moment (seconds since 1970) against lists that were read with their signatures.
 * Gives {verdict, reason, claims, moment}; the holder's claims are there only when the verdict is one of GENUINE*.
 *
 * 1. Unpack: length, Base45, zlib, the cap on what comes out.
 * 2. Form: one COSE_Sign1, protected `alg` and `kid` and no other header, payload inside.
 * 3. Key: named by the trust list, for cards, not withdrawn. Keys in or named by the token are never used.
 * 4. Signature: the key's own algorithm, 64 bytes, over the very bytes received. Nothing of the payload has been
 *    believed before.
 * 5. Claims: the closed set, each in its one form.
 * 6. Issuer: the one that is expected; and the card was issued while its key was in use.
 * 7. Time: begun, not ended.
 * 8. Status: in a list that the trust list names.
 * 9. Age of what we believe: neither the status list nor the trust list is past its day.
 */
export async function verify(token, { trust, statusLists }, now) {
  let claims;
  let key;
  try {
    // 1. and 2.
    const message = readSign1(readText(token));
    // 3.
    key = cardKey(message, trust);
    // 4.
    await check(message, key.key);
    // 5.
    claims = readClaims(message.payload);
  } catch (refusal) {
    if (!(refusal instanceof Malformed)) throw refusal;
    return answer(refusal.reason);
  }
  return judge(claims, key, trust, statusLists, now);
}

function cardKey(message, trust) {
  const key = trust.keys.get(message.keyId);
  if (key && key.purpose === "card") {
    if (key.state === "withdrawn") throw new Malformed("key_withdrawn");
    return key;
  }
  // Nothing here can be believed. What it claims to be only decides what to say of it.
  const claims = readClaims(message.payload);
  if (isOther(claims.issuer, trust)) throw new Malformed("issuer");
  throw new Malformed(key ? "key_purpose" : "key_unknown");
}

function judge(claims, key, trust, statusLists, now) {
  // 6.
  if (isOther(claims.issuer, trust)) return answer("issuer");
  if (claims.issuedAt < key.first || claims.issuedAt >= key.last) return answer("key_period");
  // 7.
  if (now < claims.validFrom) return answer("not_yet_valid", null, claims.validFrom);
  if (now >= claims.expiresAt) return answer("expired", null, claims.expiresAt);
  // 8.
  if (!trust.statusUris.includes(claims.statusUri)) return answer("status_uri_unknown", claims);
  const status = statusLists.get(claims.statusUri);
  if (!status) return answer("status_list_missing", claims);
  const state = stateOf(status, claims.statusIndex);
  if (state === null) return answer("status_index_unknown", claims);
  if (state === 1) return answer("revoked");
  if (state === 2) return answer("suspended");
  if (state !== 0) return answer("status_value_unknown", claims);
  // 9.
  if (now >= staleFrom(status)) return answer("status_stale", claims, status.issuedAt);
  if (now >= trust.expiresAt) return answer("trust_stale", claims, trust.issuedAt);
  return answer("genuine", claims, status.issuedAt);
}

function answer(reason, claims = null, moment = null) {
  return { verdict: verdictOf(reason), reason, claims, moment };
}

/** A bare key set names no issuer: then whoever holds its keys is the issuer. */
function isOther(issuer, trust) {
  return trust.issuer !== null && issuer !== trust.issuer;
}
