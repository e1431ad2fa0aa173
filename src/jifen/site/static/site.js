// Small things that pages do beside what htmx does; every page works without them where it only shows or sends.
"use strict";

// A form is sent once: its button waits until the answer is there. Its key makes a second sending harmless anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "yes";
    setTimeout(() => { form.dataset.sent = ""; }, 8000);
  }
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => { form.dataset.sent = ""; });
});

// Dialogs: data-open names one; data-close closes the one around it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  const printer = event.target.closest("[data-print]");
  if (printer) {
    event.preventDefault();
    window.print();
  }
});

// A control with data-auto sends its form as soon as it changes.
document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-auto]");
  if (control) control.form.requestSubmit();
});

// "/" goes to the search, as its hint says.
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select") && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector("form.search input");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// Clocks: data-until holds the instant, data-over what is said after it; whole minutes until the last one.
function tick() {
  document.querySelectorAll("[data-until]").forEach((clock) => {
    const left = Math.floor((Date.parse(clock.dataset.until) - Date.now() - Number(clock.dataset.skew || 0)) / 1000);
    if (left <= 0) {
      if (!clock.dataset.ended) {
        clock.dataset.ended = "yes";
        clock.textContent = clock.dataset.over || "";
        clock.dispatchEvent(new CustomEvent("over", { bubbles: true }));
      }
      return;
    }
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  });
}
if (document.querySelector("[data-until]")) {
  tick();
  setInterval(tick, 1000);
}
document.addEventListener("htmx:afterSwap", tick);
