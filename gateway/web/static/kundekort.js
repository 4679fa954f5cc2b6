"use strict";
// What HTML and htmx cannot do alone: the dialog opens when a form arrives and closes when it is saved, what
// somebody typed is never lost by accident, an upload shows how far it is, and people who cannot see are told.

const texts = document.body.dataset;
const dialog = document.getElementById("dialog");
const content = document.getElementById("dialog-content");
const discard = document.getElementById("discard");
let opened = null; // what the form held when it was opened; null once the server has sent it back
let opener = ""; // id of what was clicked to open the dialog
let released = false; // somebody wanted the dialog closed, and knew what was lost by it

const form = () => document.querySelector("form[data-guard]");
const typed = () => JSON.stringify([...new FormData(form())].map(([name, value]) => [name, value.name ?? value]));
const unsaved = () => form() !== null && typed() !== opened;

function say(text, tone = "info") {
  const place = document.querySelector("dialog[open] > .status") ?? document.getElementById("page-status");
  if (!place) return;
  place.textContent = text;
  place.dataset.tone = tone;
  if (tone === "info") setTimeout(() => place.textContent === text && (place.textContent = ""), 4000);
}

function remember() {
  const refused = form()?.querySelector("[aria-invalid=true], .ds-error-summary");
  opened = form() && !refused ? typed() : null;
}

function focusFirst() {
  const field = ["[data-settles]:checked", "[aria-invalid=true]", "[autofocus]", ".form-body :is(input:not([type=hidden]), select, textarea)", ".form-end .ds-button"]
    .map((selector) => content.querySelector(selector)).find(Boolean);
  field?.focus();
}

function close() {
  released = true;
  dialog.close();
}

function leave() {
  if (!unsaved()) return close();
  discard.hidden = false;
  discard.querySelector("[data-keep]").focus();
}

// htmx overlooks the button that sent a form from outside of it.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const { submitter } = detail.triggeringEvent ?? {};
  if (submitter?.name) detail.parameters[submitter.name] = submitter.value;
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target !== content) return;
  if (!dialog.open) {
    opener = document.activeElement?.id ?? "";
    dialog.showModal();
  }
  document.getElementById("dialog-status").textContent = "";
  remember();
  focusFirst();
});

// 204: it is saved. So it is where the answer is an offer to take it back.
const isSaved = ({ xhr, target }) => xhr.status === 204 || (target?.id === "undo" && xhr.status === 200);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!isSaved(detail)) return;
  const said = detail.elt.dataset.said;
  if (content.contains(detail.elt)) close();
  if (detail.xhr.status === 204) say(said ?? texts.saved);
});

// Only in a form has somebody typed something that could be lost.
const isTyped = ({ elt }) => content.contains(elt) && elt.querySelector("input:not([type=hidden]), select, textarea") !== null;
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (content.contains(detail.target) && [409, 412, 413, 422].includes(detail.xhr.status)) return; // stands in the form
  say(texts[`failed${detail.xhr.status}`] ?? (isTyped(detail) ? texts.failed : texts.refused), "danger");
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => say(isTyped(detail) ? texts.offline : texts.away, "danger"));
}

// A part of the card took the place of another: mark it in the row, name the page after it, and go to its heading.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("#parts a")) {
    link.toggleAttribute("aria-current", link.pathname === location.pathname);
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id !== "view") return;
  const heading = detail.target.querySelector("h2");
  document.title = [heading.textContent, document.querySelector("h1").textContent, "Kundekort"].join(" – ");
  heading.focus();
});

document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const place = target.querySelector(".progress");
  if (!place || !detail.lengthComputable) return;
  const [bar, words] = place.children;
  place.hidden = false;
  bar.value = detail.loaded / detail.total;
  words.textContent = `${texts.uploading} ${Math.round(bar.value * 100)} %`;
});

document.addEventListener("change", ({ target }) => {
  if (target.type !== "file") return;
  const names = [...target.files].map((file) => Object.assign(document.createElement("li"), { textContent: file.name }));
  document.getElementById(`${target.id}-chosen`).replaceChildren(...names);
});

dialog?.addEventListener("click", ({ target }) => {
  if (target.closest("[data-close]")) leave();
  if (target.closest("[data-discard]")) close();
  if (!target.closest("[data-keep]")) return;
  discard.hidden = true;
  focusFirst();
});
// Escape, a click outside, the back gesture of a telephone: the browser asks once …
dialog?.addEventListener("cancel", (event) => {
  if (event.target !== dialog || !unsaved()) return;
  event.preventDefault();
  leave();
});
// … and the next time some of them close without asking. Then it opens again with what was typed.
dialog?.addEventListener("close", () => {
  if (!released && unsaved()) {
    dialog.showModal();
    return leave();
  }
  released = false;
  discard.hidden = true;
  content.replaceChildren();
  // The browser gives the focus back to what was clicked, unless something new stands in its place by now.
  if (document.activeElement === document.body) document.getElementById(opener)?.focus();
});

document.addEventListener("click", ({ target }) => target.closest("[data-print]") && window.print());
window.addEventListener("beforeprint", () => {
  const when = document.querySelector(".printed time");
  const language = document.documentElement.lang === "en" ? "en-GB" : "nb-NO";
  if (when) when.textContent = new Date().toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
});

// A form on a page of its own is guarded too, and is let go when it is sent.
remember();
document.addEventListener("submit", ({ target }) => {
  if (target === form() && !dialog?.open) opened = typed();
});
window.addEventListener("beforeunload", (event) => unsaved() && event.preventDefault());
