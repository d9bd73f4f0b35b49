// Offers what may stand where somebody types: a list below the field, led by the keyboard alone.

const field = document.querySelector("[data-complete]");
const list = document.getElementById(field.getAttribute("aria-controls"));
const kinds = JSON.parse(list.dataset.kinds);
let items = [];
let begins = 0;
let chosen = -1;
let turn = 0;
let waiting;

async function ask() {
  const mine = ++turn;
  const query = new URLSearchParams({ text: field.value, at: field.selectionStart });
  const answer = await fetch(`${field.dataset.complete}?${query}`).catch(() => null);
  if (mine !== turn || !answer?.ok) return;
  ({ items, begins } = await answer.json());
  const typed = field.value.slice(begins, field.selectionStart);
  // What stands there already whole is no news.
  if (items.length === 1 && items[0].text === typed) items = [];
  show();
}

function show() {
  chosen = -1;
  list.replaceChildren(
    ...items.map((item, place) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `word-${place}`, role: "option" });
      option.setAttribute("aria-selected", "false");
      const kind = document.createElement("small");
      kind.textContent = kinds[item.kind] ?? "";
      option.append(item.text, kind);
      return option;
    }),
  );
  open(items.length > 0);
}

function open(wanted) {
  list.hidden = !wanted;
  field.setAttribute("aria-expanded", String(wanted));
  if (!wanted) field.removeAttribute("aria-activedescendant");
}

function choose(place) {
  list.children[chosen]?.setAttribute("aria-selected", "false");
  chosen = (place + items.length) % items.length;
  const option = list.children[chosen];
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

function take(place) {
  const { text, kind } = items[place];
  const after = field.value.slice(field.selectionStart);
  const more = kind === "function" && !after.startsWith("(") ? "(" : "";
  field.value = field.value.slice(0, begins) + text + more + after;
  const end = begins + text.length + more.length;
  field.setSelectionRange(end, end);
  turn++;
  open(false);
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 120);
});
field.addEventListener("blur", () => setTimeout(() => open(false), 150));
field.addEventListener("keydown", (event) => {
  if (event.key === " " && event.ctrlKey) {
    event.preventDefault();
    ask();
  } else if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
  } else if (!list.hidden && event.key === "Escape") {
    event.preventDefault();
    open(false);
  } else if (!list.hidden && ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && chosen >= 0))) {
    event.preventDefault();
    take(Math.max(chosen, 0));
  } else if (event.key === "Enter") {
    turn++;
    clearTimeout(waiting);
    open(false);
  }
});
list.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  event.preventDefault();
  take([...list.children].indexOf(option));
});
