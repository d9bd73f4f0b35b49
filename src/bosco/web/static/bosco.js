// What pages do beyond links and forms: live parts, toasts, relative times, copying, dialogs. Everything works without it too.

const root = document.documentElement;
const body = document.body;
const script = document.querySelector("script[data-chart]");
root.classList.add("scripted");

// ---- Toasts ---------------------------------------------------------------------------------------------------------

const toasts = document.getElementById("toasts");

function toast(text) {
  const made = document.getElementById("toast").content.cloneNode(true);
  made.querySelector("p").textContent = text;
  toasts.append(made);
}

new MutationObserver((changes) => {
  for (const change of changes) for (const added of change.addedNodes) if (added.classList?.contains("toast")) fade(added);
}).observe(toasts, { childList: true });

// A trouble stays until it is closed; good news leave by themselves, unless somebody is reading them.
function fade(shown) {
  if (!shown.classList.contains("ok")) return;
  setTimeout(() => (shown.matches(":hover, :focus-within") ? fade(shown) : shown.remove()), 6000);
}
toasts.querySelectorAll(".toast").forEach(fade);

// ---- htmx: the token of our forms, and refusals that come as toasts ----------------------------------------------------

body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Forgery-Token"] = body.dataset.forgery;
});
body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // Only our own refusals say where they go; a proxy's error page must not land in the middle of a page.
  const ours = detail.xhr.getResponseHeader("HX-Retarget") !== null || detail.xhr.status === 422;
  if (detail.xhr.status >= 400) {
    // One note is enough when a part that refreshes by itself fails again and again.
    detail.shouldSwap = ours && !(live.expected(detail) && toasts.childElementCount);
    detail.isError = false;
    if (!ours && !live.expected(detail)) toast(body.dataset.failed);
  }
});
body.addEventListener("htmx:sendError", ({ detail }) => {
  if (!live.expected(detail)) toast(body.dataset.failed);
});

// ---- Live: one stream tells which topics changed; parts of the page fetch themselves anew --------------------------------

const live = {
  source: null,
  waiting: new Set(),
  flush: null,
  missed: false,
  tries: 0,
  retry: null,

  // A part that refreshes by itself while the line is down is no news: the indicator says so already.
  expected(detail) {
    return Boolean(detail.requestConfig?.triggeringEvent?.type?.startsWith("live:"));
  },
  show(state) {
    for (const shown of document.querySelectorAll(".live")) {
      shown.dataset.state = state;
      shown.firstElementChild.textContent = shown.dataset[state];
    }
  },
  hear(topic) {
    this.waiting.add(topic);
    // Many changes in a moment become one: each part asks at most twice a second.
    this.flush ??= setTimeout(() => {
      this.flush = null;
      const topics = [...this.waiting];
      this.waiting.clear();
      for (const one of topics) body.dispatchEvent(new CustomEvent(`live:${one}`));
    }, 500);
  },
  open() {
    if (this.source || document.hidden) return;
    clearTimeout(this.retry);
    const source = (this.source = new EventSource(body.dataset.live));
    source.onopen = () => {
      this.tries = 0;
      this.show("connected");
      if (this.missed) this.hear("again");
      this.missed = false;
    };
    source.onmessage = (event) => this.hear(event.data);
    source.addEventListener("behind", () => this.hear("again"));
    source.addEventListener("stopping", () => this.lost());
    source.onerror = () => this.lost();
  },
  close() {
    this.source?.close();
    this.source = null;
    this.missed = true;
  },
  lost() {
    this.close();
    this.show(navigator.onLine && this.tries < 6 ? "reconnecting" : "offline");
    // Everybody lost the line at the same moment: chance spreads their return.
    const pause = Math.min(30000, 500 * 2 ** this.tries++) * (0.5 + Math.random());
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), pause);
  },
};

if (body.dataset.live) {
  live.open();
  addEventListener("online", () => ((live.tries = 0), live.open()));
  addEventListener("offline", () => live.lost());
  addEventListener("pagehide", () => live.close());
  addEventListener("pageshow", () => live.open());
  // A browser keeps few lines to one server, so tabs that nobody sees give theirs back.
  let leaving;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(() => live.close(), 20000);
    else live.open();
  });
}

// ---- Times that stay true --------------------------------------------------------------------------------------------

const units = body.dataset.units.trim().split(" ").reduce((pairs, word, at) => (at % 2 ? pairs.at(-1).push(word) : pairs.push([Number(word)]), pairs), []);

function relative(gap) {
  const seconds = Math.abs(gap) / 1000;
  const [size, unit] = units.findLast(([size]) => seconds >= size * 1.5) ?? units[0];
  return (gap < 0 ? body.dataset.ago : body.dataset.ahead).replace("{}", `${Math.round(seconds / size)}\u00a0${unit}`);
}
function refreshTimes() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const gap = Date.parse(time.dateTime) - Date.now();
    // Seconds are left as the server said them: a page that ticks all over is not calm.
    if (Math.abs(gap) >= 60000) {
      const said = relative(gap);
      if (time.textContent !== said) time.textContent = said;
    }
  }
}
setInterval(refreshTimes, 15000);

const wallClock = document.querySelector("[data-clock]");
if (wallClock) {
  const face = new Intl.DateTimeFormat(body.dataset.locale, { timeZone: body.dataset.zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  setInterval(() => (wallClock.textContent = face.format(new Date())), 5000);
}

// ---- Small things pressed --------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const pressed = event.target.closest("[data-copy], [data-opens], [data-closes]");
  if (!pressed) return;
  if (pressed.dataset.copy !== undefined) {
    // What stands in a field is copied as it was edited.
    const field = pressed.dataset.copyFrom && document.getElementById(pressed.dataset.copyFrom);
    await copy(field ? field.value : pressed.dataset.copy);
    pressed.dataset.done = "";
    setTimeout(() => delete pressed.dataset.done, 2000);
  } else if (pressed.dataset.opens) {
    document.getElementById(pressed.dataset.opens)?.showModal();
  } else {
    pressed.closest(".toast, .note")?.remove();
  }
});

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https the clipboard is closed to scripts; a selected text still goes.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden-but-read";
  body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const field = document.querySelector(`main [data-hotkey="${CSS.escape(event.key)}"]`) ?? document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  if (field?.matches("a, button")) {
    event.preventDefault();
    field.click();
  } else if (field) {
    event.preventDefault();
    const menu = field.closest("[popover]");
    if (menu && getComputedStyle(menu).display === "none") menu.showPopover();
    field.focus();
    field.select?.();
  } else if ("jkx".includes(event.key)) {
    walk(event);
  }
});

// j and k go through the links of a list, x ticks the one that is reached; Enter follows it, as everywhere.
function walk(event) {
  const links = [...document.querySelectorAll("main :is(.table tbody tr, .rows > li, [data-list] article)")].map((row) => row.querySelector("a")).filter(Boolean);
  const row = (link) => link.closest("tr, li, article");
  const here = links.findIndex((link) => row(link).contains(document.activeElement));
  if (!links.length) return;
  event.preventDefault();
  if (event.key === "x") {
    const tick = here >= 0 && row(links[here]).querySelector("input[type=checkbox]");
    if (tick) tick.checked = !tick.checked;
  } else {
    links[Math.max(0, Math.min(links.length - 1, here + (event.key === "j" ? 1 : here < 0 ? 1 : -1)))].focus();
  }
}

// ---- Files dropped on a form, or pasted into its page, are sent by it ---------------------------------------------------

for (const form of document.querySelectorAll("form[data-drops]")) {
  const field = form.querySelector("input[type=file]");
  const send = (files) => {
    if (!files?.length) return false;
    field.files = files;
    form.requestSubmit();
    return true;
  };
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    form.classList.remove("dropping");
    if (send(event.dataTransfer?.files)) event.preventDefault();
  });
  addEventListener("paste", (event) => {
    if (send(event.clipboardData?.files)) event.preventDefault();
  });
}

// ---- Charts are fetched only where there are any -----------------------------------------------------------------------

async function draw(within) {
  const charts = within.querySelectorAll(".chart:not([data-drawn])");
  if (!charts.length) return;
  const { drawChart } = await import(script.dataset.chart);
  for (const chart of charts) await drawChart(chart, script.dataset.uplot);
}
draw(document);
body.addEventListener("htmx:load", (event) => {
  draw(event.target);
  refreshTimes();
});
