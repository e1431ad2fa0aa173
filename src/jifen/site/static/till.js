// The till beside what htmx does: keys, keypad, slider, held bills, and what is kept while the network is away.
"use strict";
(() => {
  const AWAY_S = 10, HERE_S = 30, GIVE_UP_S = 5, KEPT_MOST = 500;
  const byId = (id) => document.getElementById(id);
  const tell = (text) => { const told = byId("told"); if (told) told.textContent = text; };
  document.body.classList.add("alive");
  // The slider's filling is a style that a script set: copied as an attribute the policy would refuse it.
  if (window.htmx) Object.assign(window.htmx.config, { attributesToSettle: ["class"], timeout: 8000 });

  // What stays in this browser.
  function kept(name) {
    try { return JSON.parse(localStorage.getItem(`jifen.till.${name}`)) || []; } catch { return []; }
  }
  function keep(name, value) {
    try { localStorage.setItem(`jifen.till.${name}`, JSON.stringify(value)); return true; } catch { return false; }
  }
  const yuan = (fen) => `¥${Math.floor(fen / 100).toLocaleString("en-US")}.${String(fen % 100).padStart(2, "0")}`;
  function fenOf(text) {
    const found = /^¥?(\d{1,3}(?:,\d{3})+|\d{1,11})(?:\.(\d{0,2}))?$/.exec(text.trim());
    return found ? Number(found[1].replaceAll(",", "")) * 100 + Number((found[2] || "").padEnd(2, "0")) : 0;
  }

  // The time of the page's server, and a clock that goes on from it.
  const away = byId("away");
  const began = away ? Date.parse(away.dataset.now) : Date.now();
  const since = performance.now();
  const now = () => new Date(began + performance.now() - since);

  // A figure that is being worked out anew is greyed, and is not paid.
  const bill = byId("bill");
  function stale(is) {
    const answer = byId("answer"), pay = byId("pay");
    if (answer) answer.classList.toggle("stale-now", is);
    if (pay && !pay.classList.contains("locked")) pay.disabled = is;
  }
  if (bill) {
    bill.addEventListener("input", (event) => {
      const sum = byId("keep-sum");
      if (event.target.id === "amount" && sum) sum.textContent = fenOf(event.target.value) ? yuan(fenOf(event.target.value)) : "";
      if (event.target.matches("#amount, #points, #slider")) stale(true);
    });
    document.addEventListener("htmx:beforeRequest", () => stale(true));
    document.addEventListener("htmx:responseError", () => stale(false));
    document.addEventListener("htmx:sendError", () => { stale(false); setLine(false); });
    document.addEventListener("htmx:timeout", () => { stale(false); ask(); });
    document.addEventListener("htmx:afterSwap", () => { stale(false); parkedList(); });
  }
  // What changed is said once, by an element that stays: what is to be paid, or what the return gives.
  document.addEventListener("htmx:afterSwap", () => {
    const due = byId("due"), pay = byId("pay");
    if (due) tell(`${due.previousElementSibling.textContent} ${due.textContent}`);
    else if (pay) tell(pay.firstChild.textContent);
  });
  // The filled part of the slider, where the browser does not draw it by itself.
  function fill() {
    const slider = byId("slider");
    if (slider) slider.style.setProperty("--at", `${(100 * slider.value) / (slider.max || 1)}%`);
  }
  fill();
  document.addEventListener("htmx:afterSwap", fill);
  function choose(points) {
    const typed = byId("points"), own = byId("use-own");
    if (!typed || !own) return;
    typed.value = points;
    own.checked = true;
    window.htmx.trigger(bill, "requote");
  }
  document.addEventListener("change", (event) => {
    if (event.target.id === "slider") choose(event.target.value);
    if (event.target.id === "points") choose(event.target.value);
    if (event.target.id === "amount" && fenOf(event.target.value)) event.target.value = yuan(fenOf(event.target.value)).slice(1);
    if (event.target.name === "paper") document.body.classList.toggle("paper-58", event.target.value === "58");
  });
  document.addEventListener("input", (event) => {
    if (event.target.id !== "slider") return;
    fill();
    const shown = byId("points");
    if (shown) shown.value = Number(event.target.value).toLocaleString("en-US");
  });

  // The keypad writes into the amount as keys do.
  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-digit]");
    if (!key) return;
    const amount = byId("amount");
    const digit = key.dataset.digit, text = amount.value.replaceAll(",", "");
    amount.value = digit === "back" ? text.slice(0, -1) : (text === "0" ? "" : text) + digit;
    amount.dispatchEvent(new Event("input", { bubbles: true }));
    amount.focus();
  });

  // Keys: F2 member, F4 hold, Enter finish, Esc clear. Enter pays only what stands there, and once.
  // Who put the focus where it is: a button that a hand pressed keeps it, and Enter is not meant for that button.
  let byHand = true;
  document.addEventListener("pointerdown", () => { byHand = true; }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Tab") byHand = false;
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) {
      if (event.repeat && event.key === "Enter") event.preventDefault();
      return;
    }
    const at = event.target;
    if (event.key === "F2") {
      event.preventDefault();
      const other = byId("other"), scan = byId("scan");
      if (other) other.click(); else if (scan) scan.focus();
    } else if (event.key === "F4") {
      event.preventDefault();
      const park = byId("park");
      if (park) park.click();
    } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      const clear = byId("clear") || byId("next");
      if (clear) { event.preventDefault(); clear.click(); }
    } else if (event.key === "Enter" && at.tagName !== "TEXTAREA" && at.tagName !== "SUMMARY") {
      enter(event, at);
    }
  });
  function enter(event, at) {
    const own = { scan: "identify", sms: "confirm", voucher_code: "add-voucher" }[at.id];
    if (document.body.classList.contains("offline") && bill) {
      event.preventDefault();
      if (at.id === "scan" || (at.id === "away-member" && !byId("amount")?.value)) byId("amount")?.focus(); else byId("keep").click();
    } else if (own && at.value.trim()) {
      event.preventDefault();
      byId(own).click();
    } else if (own || at.id === "points") {
      event.preventDefault();
      if (at.id === "points") choose(at.value);
    } else if (!at.closest(byHand ? "a, .segments, form:not(#bill, #return)" : "button, a, .segments, form:not(#bill, #return)")) {
      const pay = byId("pay") || byId("next");
      const waits = document.querySelector(".stale-now");
      event.preventDefault();
      if (pay && !pay.disabled && !waits) pay.click();
    }
  }

  // What is typed while the member is being looked up is not lost: the next page goes on with it.
  const carried = sessionStorage.getItem("jifen.till.carried");
  sessionStorage.removeItem("jifen.till.carried");
  if (carried && bill && byId("amount") && byId("pane-who")) {
    byId("amount").value = carried;
    window.addEventListener("load", () => byId("amount").dispatchEvent(new Event("input", { bubbles: true })));
  }
  document.addEventListener("input", (event) => {
    if (event.target.id === "amount" && bill && bill.dataset.sent === "yes") {
      sessionStorage.setItem("jifen.till.carried", event.target.value);
    }
  });

  // Where the next hand goes: member, then amount.
  const first = byId("sms") || byId("scan") || byId("code") || byId("amount");
  if (first && !document.activeElement?.matches("input, textarea, select")) first.focus({ preventScroll: true });

  // Held bills stay on this machine.
  function parkedList() {
    const list = byId("parked");
    if (!list) return;
    const held = kept("parked");
    list.hidden = !held.length;
    const head = document.createElement("li");
    head.className = "note";
    head.textContent = list.dataset.title;
    list.replaceChildren(head, ...held.map((one, place) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      const label = document.createElement("span"), at = document.createElement("span");
      label.textContent = `${list.dataset.take} ${one.label}`;
      at.textContent = one.at;
      button.append(label, at);
      button.addEventListener("click", () => take(place));
      item.append(button);
      return item;
    }));
  }
  function take(place) {
    const held = kept("parked");
    const [one] = held.splice(place, 1);
    keep("parked", held);
    for (const input of [...bill.querySelectorAll("[name=who], [name=amount], [name=lines], [name=use], [name=points], [name=voucher]")]) {
      if (input.name !== "csrf") input.removeAttribute("name");
    }
    for (const [name, value] of one.fields) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      bill.append(field);
    }
    bill.action = "/till/quote";
    bill.submit();
  }
  document.addEventListener("click", (event) => {
    const park = event.target.closest("#park");
    if (!park) return;
    const kinds = ["who", "amount", "lines", "use", "points", "voucher"];
    const fields = [...new FormData(bill)].filter(([name, value]) => kinds.includes(name) && value);
    const sum = byId("amount-sum"), amount = byId("amount");
    const fen = fenOf(sum ? sum.textContent : amount.value);
    const name = byId("pane-who").dataset.name;
    if (!fen && !name) return;
    const held = kept("parked");
    held.push({ fields, label: [fen ? yuan(fen) : "", name].filter(Boolean).join(" · "), at: byId("clock").textContent });
    if (keep("parked", held)) {
      tell(park.dataset.said);
      window.location.assign("/till");
    }
  });
  parkedList();

  // The line: asked for by itself, more often while it is away.
  let here = true, awaySince = "", asking = 0, sending = false;
  const local = () => byId("clock")?.textContent || now().toTimeString().slice(0, 5);
  function setLine(is) {
    if (here && !is) awaySince = local();
    here = is;
    document.body.classList.toggle("offline", !is);
    const whose = byId("away-member"), typed = byId("scan");
    if (!is && whose && !whose.value) whose.value = byId("pane-who").dataset.member || (typed ? typed.value : "");
    showKept();
    clearTimeout(asking);
    asking = setTimeout(ask, (is ? HERE_S : AWAY_S) * 1000);
  }
  const pulse = () => fetch("/till/pulse", { cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_S * 1000) });
  // Money is taken only where the answer can come back: a line that went away just now shows before, not after.
  document.addEventListener("click", (event) => {
    const pay = event.target.closest("#pay");
    if (!pay || !pay.form || pay.dataset.sure) return;
    event.preventDefault();
    if (pay.dataset.asking) return;
    pay.dataset.asking = "yes";
    pulse().then(() => {
      pay.dataset.sure = "yes";
      pay.click();
    }).catch(() => setLine(false)).finally(() => {
      delete pay.dataset.sure;
      delete pay.dataset.asking;
    });
  }, true);
  async function ask() {
    try {
      const answer = await pulse();
      if (answer.redirected) { setLine(true); tell(away.dataset.signedOut); byId("away-since").textContent = away.dataset.signedOut; return; }
      setLine(answer.ok);
      if (answer.ok) await send();
    } catch {
      setLine(false);
    }
  }
  function showKept() {
    if (!away) return;
    const waiting = kept("waiting"), refusals = kept("refused");
    away.hidden = here && !waiting.length && !refusals.length;
    away.classList.toggle("away-sent", here && !refusals.length);
    const title = byId("away-title");
    title.textContent = !here ? title.dataset.off : waiting.length ? title.dataset.on : title.dataset.left;
    byId("away-waits").hidden = here && !waiting.length;
    const list = byId("kept");
    if (list) {
      list.replaceChildren(...waiting.slice(-8).reverse().map((one) => {
        const item = document.createElement("li"), whose = document.createElement("span"), much = document.createElement("b");
        whose.textContent = `${one.sequence} · ${one.member}`;
        much.textContent = yuan(one.fen);
        item.append(whose, much);
        return item;
      }));
    }
    byId("away-sum").textContent = said(away.dataset.bills, waiting);
    byId("away-since").textContent = here ? "" : away.dataset.since.replace("AT", awaySince);
    byId("away-refused").replaceChildren(...refusals.map((one, place) => {
      const item = document.createElement("li"), drop = document.createElement("button"), text = document.createElement("span");
      text.textContent = away.dataset.refused.replace("NUMBER", one.sequence) + `${one.said} · ${one.member} · ${yuan(one.fen)}`;
      drop.type = "button";
      drop.className = "button";
      drop.textContent = away.dataset.drop;
      drop.addEventListener("click", () => { const left = kept("refused"); left.splice(place, 1); keep("refused", left); showKept(); });
      item.append(text, drop);
      return item;
    }));
  }
  function said(text, bills) {
    return text.replace("COUNT", bills.length).replace("SUM", yuan(bills.reduce((sum, one) => sum + one.fen, 0)));
  }

  // Without the network this page is all there is: its links would lead nowhere, and lose what was typed.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='/']");
    if (here || !link) return;
    event.preventDefault();
    tell(byId("away-title").textContent);
    if (link.id === "clear") {
      for (const field of [byId("away-member"), byId("amount"), byId("lines")]) if (field) field.value = "";
      byId("away-member")?.focus();
    }
  });

  // Without the network: earning is kept, with its own key and number; spending waits.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#keep")) return;
    const scan = byId("away-member"), amount = byId("amount"), sum = byId("amount-sum");
    const member = scan.value.replaceAll(/[\s-]/g, "");
    const text = sum ? sum.textContent : amount.value;
    const fen = fenOf(text);
    if (!member || /^77\d{18}$/.test(member)) { tell(away.dataset.noMember); byId("away-since").textContent = away.dataset.noMember; scan.focus(); return; }
    if (!fen) { tell(away.dataset.noAmount); byId("away-since").textContent = away.dataset.noAmount; amount?.focus(); return; }
    const waiting = kept("waiting"), till = away.dataset.till;
    const numbers = kept("numbers");
    const last = numbers.find(([name]) => name === till);
    const sequence = (last ? last[1] : 0) + 1;
    const one = { key: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`, member, fen, amount: sum ? "" : text,
      lines: byId("lines")?.value || "", at: now().toISOString(), till, store: away.dataset.store, sequence };
    if (waiting.length >= KEPT_MOST || !keep("waiting", [...waiting, one])) { tell(away.dataset.full); byId("away-since").textContent = away.dataset.full; return; }
    keep("numbers", [...numbers.filter(([name]) => name !== till), [till, sequence]]);
    scan.value = "";
    byId("keep-sum").textContent = "";
    if (amount) amount.value = "";
    if (byId("lines")) byId("lines").value = "";
    showKept();
    tell(said(away.dataset.kept, kept("waiting")));
    scan.focus();
  });
  async function send() {
    if (sending || !here || !kept("waiting").length) return;
    sending = true;
    let sent = 0;
    try {
      while (kept("waiting").length) {
        const one = kept("waiting")[0];
        const body = new URLSearchParams({ ...one, csrf: away.dataset.csrf });
        const answer = await fetch("/till/offline", { method: "POST", body, redirect: "error" });
        if (!answer.ok) break;
        const told = await answer.json();
        if (told.state === "refused") keep("refused", [...kept("refused"), { ...one, said: told.said }]);
        keep("waiting", kept("waiting").filter((other) => other.key !== one.key));
        if (told.state === "booked") sent += 1;
        showKept();
      }
    } catch {
      setLine(false);
    } finally {
      sending = false;
    }
    showKept();
    if (sent) tell(away.dataset.sent.replace("COUNT", sent));
  }
  if (away) {
    window.addEventListener("offline", () => setLine(false));
    window.addEventListener("online", ask);
    if (!navigator.onLine) setLine(false); else { showKept(); if (kept("waiting").length) ask(); else asking = setTimeout(ask, HERE_S * 1000); }
  }

  // The clock goes on in the programme's zone: it was right when the page was made.
  const clock = byId("clock");
  if (clock) {
    const [hours, minutes] = clock.textContent.split(":").map(Number);
    const start = hours * 60 + minutes, seconds = new Date(began).getUTCSeconds();
    setInterval(() => {
      const gone = Math.floor((seconds + (performance.now() - since) / 1000) / 60);
      const minute = (start + gone) % 1440;
      clock.textContent = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    }, 5000);
  }
})();
