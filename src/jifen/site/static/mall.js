// The clock of a quote: shown where scripts run, said once a minute, and what follows when it has run out.
"use strict";

for (const clock of document.querySelectorAll(".clock [data-until]")) {
  clock.closest(".ticks").hidden = false;
  const spoken = document.querySelector("[data-minutes]");
  const words = spoken ? spoken.dataset.minutes : "";
  let before = "";
  const speak = () => {
    const minutes = clock.textContent.split(":")[0];
    if (spoken && minutes !== before && minutes !== "") {
      before = minutes;
      spoken.textContent = words.replace("#", minutes);
    }
  };
  setInterval(speak, 1000);
  clock.addEventListener("over", () => {
    document.querySelectorAll("[data-while]").forEach((part) => { part.hidden = true; });
    document.querySelectorAll("[data-after]").forEach((part) => { part.hidden = false; });
  });
}
