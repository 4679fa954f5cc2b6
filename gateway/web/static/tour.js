// The tour goes from stop to stop: it points at what it explains and takes no key and no click from anybody.

const tour = document.getElementById("tour");
const stops = [...tour.querySelectorAll("[data-at]")];
let at = 0;

function leave() {
  for (const each of document.querySelectorAll(".tour-here")) each.classList.remove("tour-here");
}

function stop(number) {
  leave();
  at = number;
  stops.forEach((each, place) => (each.hidden = place !== at));
  const shown = document.querySelector(stops[at].dataset.at);
  shown?.classList.add("tour-here");
  shown?.scrollIntoView({ block: "nearest" });
  tour.classList.toggle("anchored", Boolean(shown));
  tour.setAttribute("aria-labelledby", stops[at].querySelector("h2").id);
  tour.focus({ preventScroll: true });
}

// Loaded anew, the card is only a card again.
function end() {
  leave();
  tour.hidePopover();
  history.replaceState(history.state, "", location.pathname);
  document.getElementById("main").focus({ preventScroll: true });
}

tour.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.go) stop(at + Number(button.dataset.go));
  else if (button) end();
});
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && tour.matches(":popover-open") && !document.querySelector("dialog[open]")) end();
});
tour.showPopover();
stop(0);
