// Other people's JavaScript readers and writers: JSON requests on stdin, answers on stdout, a line each.

import { createRequire } from "node:module";
import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";
import { Headers, ProtectedHeaders, Sign1, UnprotectedHeaders } from "@auth0/cose";
import { getListFromStatusListJWT } from "@sd-jwt/jwt-status-list";

const require = createRequire(import.meta.url);
const pixelpass = require("@mosip/pixelpass");
const base45 = require("base45-web");
const pako = require("pako");

const algorithms = { EC: { name: "ECDSA", namedCurve: "P-256" }, OKP: { name: "Ed25519" } };
const importKey = (jwk, use) => {
  const { alg, use: _, ...bare } = jwk;
  return webcrypto.subtle.importKey("jwk", bare, algorithms[jwk.kty], true, [use]);
};
const hex = (bytes) => Buffer.from(bytes).toString("hex");

const acts = {
  async "read cose"({ token, jwk }) {
    const message = Sign1.decode(pako.inflate(base45.decode(token)));
    await message.verify(await importKey(jwk, "verify"));
    return { payload: hex(message.payload), kid: hex(message.protectedHeaders.get(Headers.KeyID)) };
  },
  async "read pixelpass"({ token }) {
    const decoded = JSON.parse(pixelpass.decode(token));
    const [, , payload] = decoded.value ?? decoded;
    return { tag: decoded.tag, payload: hex(Object.values(payload.data ?? payload)) };
  },
  async "read status list"({ jwt, places }) {
    const list = getListFromStatusListJWT(jwt);
    return { bits: list.getBitsPerStatus(), states: places.map((place) => list.getStatus(place)) };
  },
  async "write"({ payload, private_jwk: jwk, key_id: kid }) {
    const header = new ProtectedHeaders([
      [Headers.Algorithm, jwk.kty === "EC" ? -7 : -8],
      [Headers.KeyID, Buffer.from(kid, "hex")],
    ]);
    const key = await importKey(jwk, "sign");
    const message = await Sign1.sign(header, new UnprotectedHeaders(), Buffer.from(payload, "hex"), key);
    return pixelpass.generateQRData(message.encode());
  },
};

console.error = () => {}; // pixelpass says there that a COSE message is no JSON
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = await acts[request.act](request).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
