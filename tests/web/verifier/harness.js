// Runs in the page: the verifier of the page over many cases; gives [verdict, reason, moment, name, number] for each.
async ({ world, cases }) => {
  const from = (path) => import(`/verify/static/verifier/${path}`);
  const [{ importKey }, { readStatusList, readTrustList }, { verify }] = await Promise.all(
    ["cose.js", "lists.js", "verifier.js"].map(from),
  );
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const fromJwk = (jwk) =>
    importKey(
      new Map(
        jwk.kty === "EC"
          ? [[1, 2], [-1, 1], [-2, bytes(jwk.x)], [-3, bytes(jwk.y)]]
          : [[1, 1], [-1, 6], [-2, bytes(jwk.x)]],
      ),
    );
  const roots = await Promise.all(world.roots.map(fromJwk));
  const made = new Map();
  const listsFor = async ({ trust: name, status, issuer }) => {
    const place = JSON.stringify([name, status, issuer]);
    if (made.has(place)) return made.get(place);
    let trust;
    if (name === null) {
      const keys = new Map();
      for (const jwk of world.key_set.keys) {
        const key = await fromJwk(jwk);
        keys.set(key.keyId, { key, purpose: "card", state: "active", first: 0, last: 2 ** 40 });
      }
      trust = { issuer: null, sequence: 0, issuedAt: 0, expiresAt: 2 ** 40, keys, statusUris: [] };
    } else {
      trust = await readTrustList(bytes(world.trust[name]), roots);
    }
    if (issuer !== null) trust.issuer = issuer;
    const lists = new Map();
    const current = await readTrustList(bytes(world.trust.current), roots);
    for (const each of name === null ? [] : status) {
      const read = await readStatusList(bytes(world.status[each]), current);
      lists.set(read.uri, read);
    }
    made.set(place, { trust, statusLists: lists });
    return made.get(place);
  };
  const answers = [];
  for (const each of cases) {
    const { verdict, reason, claims, moment } = await verify(each.token, await listsFor(each), each.at);
    answers.push([verdict, reason, moment, claims && claims.name, claims && claims.number]);
  }
  return answers;
}
