// The command palette: Ctrl-K opens it anywhere, the arrow keys go through what is found, Enter goes there. The server
// finds; htmx asks it when nothing was typed for a moment, one question after the other: no answer comes after a later one.

const palette = document.getElementById("palette");
const finder = palette?.querySelector("form");
const late = palette?.querySelector(".late");
const held = /Mac|iPhone|iPad/.test(navigator.platform) ? "metaKey" : "ctrlKey";
const LATE = 300; // milliseconds without an answer, then somebody is told that it is on its way
let lateness = null;
let eager = false; // Enter was pressed before the answer was there

const options = () => [...palette.querySelectorAll("[role=option]")];
const chosen = () => palette.querySelector("[aria-selected=true]");
const answered = () => document.getElementById("palette-hits").dataset.text === finder.elements.text.value;

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  finder.elements.text.setAttribute("aria-activedescendant", option?.id ?? "");
}

function openPalette() {
  if (document.querySelector("dialog[open]")) return; // what is typed there comes first
  finder.reset();
  document.getElementById("palette-hits").replaceChildren();
  palette.showModal();
  htmx.trigger(finder, "look");
}

function forgetLateness() {
  clearTimeout(lateness);
  late.textContent = "";
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (event.key?.toLowerCase() !== "k" || !event[held] || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else openPalette();
  });
  document.querySelector(".bar-search").addEventListener("submit", (event) => {
    event.preventDefault();
    openPalette();
  });

  finder.addEventListener("keydown", (event) => {
    const all = options();
    const place = all.indexOf(chosen());
    const to = { ArrowDown: (place + 1) % all.length, ArrowUp: (place || all.length) - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || event.isComposing || event.shiftKey || event.target.name !== "text") return;
    event.preventDefault();
    choose(all[to]);
  });
  finder.addEventListener("submit", (event) => {
    event.preventDefault();
    if (answered() && chosen()) chosen().click();
    else eager = true;
  });
  finder.addEventListener("input", () => (eager = false));
  palette.addEventListener("pointermove", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  palette.addEventListener("click", ({ target }) => target.closest("[role=option], [data-close]") && palette.close());

  finder.addEventListener("htmx:beforeRequest", () => {
    clearTimeout(lateness);
    lateness = setTimeout(() => (late.textContent = late.dataset.late), LATE);
  });
  finder.addEventListener("htmx:afterRequest", forgetLateness);
  palette.addEventListener("htmx:afterSettle", () => {
    const [first] = options();
    finder.elements.text.setAttribute("aria-expanded", String(Boolean(first)));
    document.getElementById("palette-heard").textContent = document.getElementById("palette-hits").dataset.said;
    palette.querySelector(".status").textContent = "";
    choose(first);
    if (eager && answered()) first?.click();
  });
}
