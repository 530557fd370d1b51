// Keeps the page itself on this device. VERSION and FILES are written above by the server: any change of any file makes
// a new version, fetched whole before it replaces the old one. Lists, scans and cards never pass through here.

const CACHE = `idsvc-page-${VERSION}`;
const KEPT_LATER = /^\/verify\/static\/vendor\/.+\.woff2$/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((path) => new Request(path, { cache: "no-cache" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("idsvc-page-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  const path = address.pathname;
  if (FILES.includes(path)) event.respondWith(held(path, event.request));
  else if (KEPT_LATER.test(path)) event.respondWith(keptOnceUsed(path, event.request));
});

async function held(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

async function keptOnceUsed(path, request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(path);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(path, response.clone());
  return response;
}
