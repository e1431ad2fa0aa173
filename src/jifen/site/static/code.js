// The member's code: shows the one whose time it is, of those that came with the page, and how long it stays.
"use strict";

(() => {
  const given = JSON.parse(document.getElementById("codes").textContent);
  const place = document.getElementById("code");
  const over = document.getElementById("over");
  const left = document.getElementById("left");
  const seconds = document.getElementById("seconds");
  const QUIET = 2;
  const BARS_QUIET = 10;
  const SKEW = "jifen.skew";
  let shown = 0;

  // The server's clock decides, not the phone's: how far they are apart is known from the last fresh page.
  function skewed() {
    try {
      if (document.documentElement.dataset.kept) return Number(localStorage.getItem(SKEW) || 0);
      const apart = given.now - Date.now();
      localStorage.setItem(SKEW, String(apart));
      return apart;
    } catch {
      return document.documentElement.dataset.kept ? 0 : given.now - Date.now();
    }
  }

  function unpacked(text, count) {
    const raw = atob(text);
    return Array.from({ length: count }, (_, at) => (raw.charCodeAt(at >> 3) >> (7 - (at & 7))) & 1);
  }

  // Runs of dark modules in a row of them, as one stretch each.
  function runs(modules, draw) {
    for (let at = 0; at < modules.length; at += 1) {
      if (!modules[at]) continue;
      let end = at;
      while (end < modules.length && modules[end]) end += 1;
      draw(at, end - at);
      at = end;
    }
  }

  function redraw(svg, path, look) {
    while (svg.children.length > 1) svg.lastElementChild.remove();
    const made = document.createElementNS("http://www.w3.org/2000/svg", "path");
    made.setAttribute("d", path);
    made.setAttribute("class", look);
    svg.append(made);
  }

  function show(number) {
    const [digits, squares, bars] = given.codes[number];
    let path = "";
    const modules = unpacked(squares, given.side * given.side);
    for (let row = 0; row < given.side; row += 1) {
      runs(modules.slice(row * given.side, (row + 1) * given.side), (at, wide) => {
        path += `M${QUIET + at} ${QUIET + row + 0.5}h${wide}`;
      });
    }
    redraw(place.querySelector(".qr"), path, "qrline");
    path = "";
    runs(unpacked(bars, given.bars), (at, wide) => { path += `M${BARS_QUIET + at} 0h${wide}v60h-${wide}z`; });
    redraw(place.querySelector(".barcode"), path, "bars");
    document.getElementById("digits").textContent = digits.replace(/(.{4})(?=.)/g, "$1 ");
  }

  const skew = skewed();
  function tick() {
    const gone = Date.now() + skew - given.first;
    const number = Math.floor(gone / given.every);
    const none = number >= given.codes.length || number < 0;
    place.hidden = none;
    over.hidden = !none;
    if (none) return;
    if (number !== shown) {
      shown = number;
      show(number);
    }
    const rest = given.every - (gone % given.every);
    left.querySelector(".filled").setAttribute("width", `${Math.round(rest * 1000 / given.every) / 10}%`);
    seconds.textContent = seconds.dataset.said.replace("#", String(Math.ceil(rest / 1000)));
  }

  tick();
  setInterval(tick, 500);

  // Codes for another half hour while the page stays open and there is a network.
  setInterval(() => {
    if (navigator.onLine && document.visibilityState === "visible" && shown > given.codes.length / 2) location.reload();
  }, 5000);

  // The screen stays on while the code is shown.
  async function awake() {
    try {
      if (document.visibilityState === "visible") await navigator.wakeLock.request("screen");
    } catch { /* Not on this phone. */ }
  }
  if ("wakeLock" in navigator) {
    awake();
    document.addEventListener("visibilitychange", awake);
  }
})();
