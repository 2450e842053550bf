// Lets the product stand on a home screen and say calmly that there is no connection. The server writes two lines above
// this file: SHELL, what the quiet page without a connection is made of, and RELEASE, a name that changes with it.
//
// It answers only when the network does not, and it keeps no page of a person: phones and computers are shared, and what
// was read must be gone with the session.

/** @type {string[]} */
const shell = SHELL;
const cacheName = `shell-${RELEASE}`;
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(open(event, url));
  else if (isShell(url)) event.respondWith(fetch(request).catch(() => kept(url)));
});

async function install() {
  const cache = await caches.open(cacheName);
  await cache.addAll(shell);
  await worker.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name !== cacheName) await caches.delete(name);
  }
  await worker.registration.navigationPreload?.enable();
  await worker.clients.claim();
}

/**
 * A page from the network; without one, the quiet page of that office.
 * @param {FetchEvent} event
 * @param {URL} url
 */
async function open(event, url) {
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    event.waitUntil(keepOffice(url));
    return answer;
  } catch {
    return kept(new URL(`${office(url)}/offline`, url));
  }
}

/**
 * Keep the quiet page of an office, as a stranger sees it, when the office is first visited.
 * @param {URL} url
 */
async function keepOffice(url) {
  const cache = await caches.open(cacheName);
  for (const path of [`${office(url)}/offline`, `${office(url)}/brand.css`]) {
    if (!office(url) || (await cache.match(path))) continue;
    const answer = await fetch(path, { credentials: "omit" }).catch(() => Response.error());
    if (answer.ok) await cache.put(path, answer);
  }
}

/** @param {URL} url */
async function kept(url) {
  const cache = await caches.open(cacheName);
  return (
    (await cache.match(url.pathname, { ignoreVary: true })) ??
    (url.pathname.endsWith("/offline") ? await cache.match("/offline", { ignoreVary: true }) : undefined) ??
    Response.error()
  );
}

/** @param {URL} url */
function isShell(url) {
  return shell.includes(url.pathname) || url.pathname.endsWith("/brand.css");
}

/** @param {URL} url */
function office(url) {
  return url.pathname.match(/^\/o\/[^/]+/)?.[0] ?? "";
}
