"use strict";
// What changed comes onto the open card by itself, whoever changed it: after a save, when the server says that a service
// knows something new, and while one is silent, the card is fetched once, and only what differs takes the place of what
// stood there. What somebody types or reads stays.

const CALM = 250; // milliseconds in which several changes become one look
const LOG = 1200; // milliseconds after which the log has heard of it as well
const LATE = 5000; // milliseconds between two looks while something is not as it should be
const PRESS = 5000; // milliseconds that a press may last: some are let go of where nobody tells
const OWN = 3000; // milliseconds after a save of one's own: what changes then is no news
const view = document.getElementById("view");
let source = null;
let waiting = null;
let again = null;
let later = null;
let saved = 0;
let lifted = null; // kept when what was pressed last is let go of
let lift = () => {};

const differing = (fresh) => [...fresh.querySelectorAll("[data-seal]")].filter(({ id, dataset }) => {
  const here = document.getElementById(id);
  return here && here.dataset.seal !== dataset.seal && dataset.status !== "unavailable"; // better old than nothing
});

// A click is a press and a release on the same thing: what took its place in between would swallow it.
function press() {
  lifted = new Promise((done) => {
    lift = done;
    setTimeout(done, PRESS);
  });
}
document.addEventListener("pointerdown", ({ button }) => button === 0 && press());
document.addEventListener("keydown", ({ key }) => key === " " && press());
for (const name of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(name, () => setTimeout(lift));

// An item in which somebody unfolded something or stands with the keyboard is put back the same way.
function replace(fresh) {
  const here = document.getElementById(fresh.id);
  const unfolded = [...here.querySelectorAll("details")].map((each) => each.open);
  const focused = here.contains(document.activeElement) ? document.activeElement.id : null;
  [...fresh.querySelectorAll("details")].forEach((each, place) => (each.open = unfolded[place] ?? false));
  const put = document.importNode(fresh, true);
  here.replaceWith(put);
  htmx.process(put);
  if (focused !== null) (document.getElementById(focused) ?? put.querySelector("a, button, [tabindex]"))?.focus({ preventScroll: true });
  return put;
}

function mark(items) {
  const named = items.filter((each) => each.classList.contains("item"));
  for (const each of named) {
    each.dataset.fresh = view.dataset.fresh;
    setTimeout(() => delete each.dataset.fresh, 8000);
  }
  const names = new Set(items.map((each) => each.querySelector("h2, h3")?.textContent).filter(Boolean));
  if (names.size) document.getElementById("news").textContent = `${view.dataset.fresh}: ${[...names].join(", ")}`;
}

async function look() {
  clearTimeout(later);
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    await lifted;
    const changed = differing(fresh).map(replace);
    if (changed.length && Date.now() - saved > OWN) mark(changed);
  }
  lookLater();
}

// A service that is silent does not say that it is back.
function lookLater() {
  clearTimeout(later);
  if (document.querySelector("[data-status=stale], [data-status=unavailable]")) later = setTimeout(look, LATE);
}

function lookAtOwn() {
  saved = Date.now();
  clearTimeout(again);
  again = setTimeout(look, LOG);
  look();
}

function listen() {
  const since = source?.since ?? view.dataset.since;
  source?.close();
  source = new EventSource(`${view.dataset.live}?since=${encodeURIComponent(since)}`);
  source.since = since;
  source.addEventListener("changed", ({ lastEventId }) => {
    source.since = lastEventId || source.since;
    clearTimeout(again);
    again = setTimeout(look, LOG);
    waiting ??= setTimeout(() => (waiting = null, look()), CALM);
  });
  // The browser comes again by itself after a cut, but not after a refusal.
  source.addEventListener("error", ({ target }) => target.readyState === EventSource.CLOSED && setTimeout(listen, 5000 + Math.random() * 5000));
}

if (view?.dataset.live) {
  document.addEventListener("htmx:afterRequest", ({ detail }) => isSaved(detail) && lookAtOwn());
  document.addEventListener("htmx:responseError", ({ detail }) => [404, 409, 412].includes(detail.xhr.status) && look());
  document.addEventListener("htmx:afterSettle", lookLater);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-look]")) return;
    event.preventDefault();
    look().then(begin(event.target.closest("[data-look]")));
  });
  // Nobody looks at a card in a hidden tab; what happened meanwhile is told on coming back.
  document.addEventListener("visibilitychange", () => (document.hidden ? source?.close() : listen()));
  window.addEventListener("pagehide", () => source?.close());
  listen();
  lookLater();
}
