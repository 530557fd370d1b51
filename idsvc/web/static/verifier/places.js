// The only two scripts that this page starts by address. Under Trusted Types a browser runs no other.

const PLACES = ["/verify/static/verifier/decode-worker.js", "/verify/service-worker.js"];

const policy = globalThis.trustedTypes?.createPolicy("verifier", {
  createScriptURL(path) {
    if (!PLACES.includes(path)) throw new TypeError("not a script of this page");
    return path;
  },
});

/** Give the address of one of the page's own scripts in the form that the browser accepts. */
export function placeOf(path) {
  return policy ? policy.createScriptURL(path) : path;
}
