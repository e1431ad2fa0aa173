// The worker of the member's pages: asks the network first, and answers with the last wallet and the code where there is none.
"use strict";

const KEPT = "jifen-kept-1";
const FILES = "jifen-files-1";
const PAGES = ["/m/wallet", "/m/code"];
const OFFLINE = "/m/offline";
const PATIENCE_MS = 6000;
const CODE_FRESH_MS = 10 * 60 * 1000;
const LINKED = /(?:href|src)="(\/(?:static|pages)\/[^"]+)"/g;

self.addEventListener("install", (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name !== KEPT && name !== FILES) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) event.waitUntil(keepAll(event.data.keep));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(page(request, address));
  } else if (/^\/(static|pages)\//.test(address.pathname) && address.searchParams.has("v")) {
    event.respondWith(file(request));
  }
});

// A file's address names its content, so a kept one is as good as a new one.
async function file(request) {
  const files = await caches.open(FILES);
  const found = await files.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await keepFile(files, request.url, answer.clone());
  return answer;
}

async function keepFile(files, url, answer) {
  const path = new URL(url).pathname;
  for (const old of await files.keys()) {
    if (new URL(old.url).pathname === path && old.url !== url) await files.delete(old);
  }
  await files.put(url, answer);
}

async function page(request, address) {
  const own = PAGES.includes(address.pathname);
  let answer;
  try {
    answer = await timely(fetch(request));
  } catch {
    return (own && await old(address.pathname)) || await old(OFFLINE) || Response.error();
  }
  // Who is sent away from the wallet is not signed in any more: nothing of theirs stays.
  if (own && answer.type === "opaqueredirect") await caches.delete(KEPT);
  if (own && answer.ok) await keep(address.pathname, answer.clone());
  return answer;
}

function timely(asked) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("too slow")), PATIENCE_MS);
    asked.then(resolve, reject);
  });
}

async function keep(path, answer) {
  const kept = await caches.open(KEPT);
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8", "X-Kept-At": String(Date.now()) });
  const policy = answer.headers.get("Content-Security-Policy");
  if (policy) headers.set("Content-Security-Policy", policy);
  const text = await answer.text();
  await kept.put(path, new Response(text, { headers }));
  return text;
}

// A kept copy says that it is one; its time stands in it.
async function old(path) {
  const found = await (await caches.open(KEPT)).match(path);
  if (!found) return null;
  const text = (await found.text()).replace("<html ", '<html data-kept="yes" ');
  return new Response(text, { headers: found.headers });
}

// Keep the page that is open, the code where it is not fresh, and the page for no network, each with its files.
async function keepAll(open) {
  const kept = await caches.open(KEPT);
  for (const path of [...PAGES, OFFLINE]) {
    const found = await kept.match(path);
    const age = found ? Date.now() - Number(found.headers.get("X-Kept-At")) : Infinity;
    if (path === OFFLINE ? found : path === "/m/code" ? age < CODE_FRESH_MS : age < 2000 || (path !== open && found)) continue;
    const answer = await fetch(path, { redirect: "manual" });
    if (!answer.ok) return;
    await keepFiles(await keep(path, answer));
  }
}

async function keepFiles(text) {
  const files = await caches.open(FILES);
  for (const [, linked] of text.matchAll(LINKED)) {
    const url = new URL(linked.replaceAll("&amp;", "&"), location.origin).href;
    if (!url.includes("?v=") || await files.match(url)) continue;
    const answer = await fetch(url);
    if (answer.ok) await keepFile(files, url, answer);
  }
}
