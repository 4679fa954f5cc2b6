"use strict";
// What the page says of what it does: whatever takes longer than a moment is seen to be under way, what can be undone
// is done at once and offered to be taken back, and a session that was renewed elsewhere goes on here.

const MOMENT = 300; // milliseconds after which the eye wants to know
const WHILE = 1000; // milliseconds after which the ear does
const LINGERS = 12_000; // milliseconds that the offer to undo stays, and longer while somebody is at it
const undo = document.getElementById("undo");
const underWay = new Map(); // each request → how to say that it is over
let fading = null;

// Show that something is under way; what this returns ends it.
function begin(pressed) {
  const told = setTimeout(() => {
    for (const place of document.querySelectorAll("[data-busy]")) place.textContent = texts.working;
  }, WHILE);
  const shown = setTimeout(() => {
    document.body.classList.add("under-way");
    pressed?.setAttribute("aria-busy", "true");
  }, MOMENT);
  return () => {
    clearTimeout(told);
    clearTimeout(shown);
    pressed?.removeAttribute("aria-busy");
    if (underWay.size) return;
    document.body.classList.remove("under-way");
    for (const place of document.querySelectorAll("[data-busy]")) place.textContent = "";
  };
}

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  underWay.set(detail.xhr, begin(detail.requestConfig.triggeringEvent?.submitter ?? detail.elt));
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const end = underWay.get(detail.xhr);
  underWay.delete(detail.xhr);
  end?.();
});

// The token of the session at hand, whatever form sends it. Another session, begun in another tab, has another.
document.addEventListener("htmx:configRequest", ({ detail }) => (detail.headers["X-CSRF-Token"] = texts.csrf));
document.addEventListener("forged", async () => {
  const answer = await fetch("/api/session").catch(() => null);
  if (!answer?.ok) return;
  texts.csrf = (await answer.json()).csrf_token;
  say(texts.renewed, "danger");
});

// What is taken away goes at once, and the focus to what is beside it.
function vanish(act) {
  const gone = act.closest("li, tr");
  const beside = gone.nextElementSibling ?? gone.previousElementSibling;
  const kind = act.querySelector("button").id.split("-")[1];
  const next = beside?.querySelector(`[id^="do-${kind}-"]`) ?? gone.closest(".item").querySelector("h2, h3");
  if (gone.contains(document.activeElement)) next.focus();
  gone.hidden = true;
  return () => (gone.hidden = false);
}

function fold(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", open);
  button.closest(".item").classList.toggle("folded", !open);
  document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
  return () => fold(button);
}

// Both are seen before they are answered; refused, they are as they were.
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const pressed = detail.requestConfig.triggeringEvent?.submitter;
  if (detail.elt.matches("[data-vanishes]")) detail.xhr.takeBack = vanish(detail.elt);
  if (pressed?.matches(".fold")) detail.xhr.takeBack = fold(pressed);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful) detail.xhr.takeBack?.();
  detail.xhr.takeBack = null;
});

function linger() {
  clearTimeout(fading);
  fading = setTimeout(() => (undo.matches(":hover, :focus-within") || document.hidden || dialog.open ? linger() : dismiss()), LINGERS);
}

function dismiss() {
  clearTimeout(fading);
  if (undo.contains(document.activeElement)) document.getElementById(undo.dataset.from)?.focus();
  undo.replaceChildren();
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== undo) return;
  const from = detail.requestConfig.elt.closest(".item") ?? document.querySelector(".item");
  undo.dataset.from = `${from.id}-title`;
  document.getElementById("page-status").textContent = "";
  linger();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (undo?.contains(detail.elt) && detail.successful) setTimeout(dismiss); // htmx would tell it again, of a form that is gone
});
for (const name of ["pointerleave", "focusout"]) undo?.addEventListener(name, () => undo.childElementCount && linger());
undo?.addEventListener("click", ({ target }) => target.closest("[data-dismiss]") && dismiss());
// Where somebody types, the keys take back what was typed.
document.addEventListener("keydown", (event) => {
  const button = undo?.querySelector("form button");
  if (!button || dialog.open || event.key?.toLowerCase() !== "z" || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  button.click();
});

// A choice between theirs and yours fills the field it is about; whoever types there has chosen something else.
document.addEventListener("change", ({ target }) => {
  const field = target.dataset.settles;
  if (!field) return;
  const sides = new FormData(target.form);
  for (const input of target.form.querySelectorAll(`[name="${field}"], [name^="${field}."]`)) {
    const values = sides.getAll(`${target.value}.${input.name}`);
    if (["checkbox", "radio"].includes(input.type)) input.checked = values.includes(input.value);
    else input.value = values[0] ?? "";
  }
});
document.addEventListener("input", ({ target }) => {
  for (const choice of target.form?.querySelectorAll(`[data-settles="${target.name?.split(".")[0]}"]`) ?? []) choice.checked = false;
});
