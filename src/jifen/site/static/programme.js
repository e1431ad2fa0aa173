// Line numbers beside the text of a file, and the line that a finding names.
"use strict";

for (const area of document.querySelectorAll("textarea.code")) {
  const gutter = document.createElement("pre");
  gutter.setAttribute("aria-hidden", "true");
  area.before(gutter);
  const number = () => {
    const lines = area.value.split("\n").length;
    gutter.textContent = Array.from({ length: lines }, (_, place) => place + 1).join("\n");
    follow();
  };
  const follow = () => { gutter.scrollTop = area.scrollTop; };
  const size = new ResizeObserver(() => { gutter.setAttribute("height", area.clientHeight); follow(); });
  area.addEventListener("input", number);
  area.addEventListener("scroll", follow);
  size.observe(area);
  number();
  const wanted = Number(area.dataset.line || 0);
  if (wanted > 0) {
    const lines = area.value.split("\n");
    const start = lines.slice(0, wanted - 1).reduce((sum, line) => sum + line.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[wanted - 1] || "").length);
    area.scrollTop = Math.max(0, (wanted - 6) * 19.5);
    follow();
  }
}
