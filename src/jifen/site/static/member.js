// The member's pages on a phone: the worker that keeps the code and the wallet, and what a kept copy says of itself.
"use strict";

const page = document.documentElement;
page.classList.add("script");

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/m/sw.js", { scope: "/m/" }).then(() => navigator.serviceWorker.ready).then((ready) => {
    // What was just shown is kept with its files, and the code too, so that it can be shown without the network.
    if (!page.dataset.kept) ready.active.postMessage({ keep: location.pathname });
  }).catch(() => { /* Where no worker may run, the pages work with the network alone. */ });
}

if (page.dataset.kept) {
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  document.querySelectorAll(".kept").forEach((kept) => {
    kept.hidden = false;
    if (kept.dataset.day === today) kept.querySelector(".kept-day").hidden = true;
  });
  window.addEventListener("online", () => location.reload());
}
