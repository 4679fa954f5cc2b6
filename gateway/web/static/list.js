// The list of customers by keyboard: down from the search field into the rows, through them, and back by typing on.

const PAGE = 10; // rows
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE, Home: -Infinity, End: Infinity };
const field = document.getElementById("text");
const links = () => [...document.querySelectorAll("#results .row-link")];
const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing);

function step(event, here) {
  event.preventDefault();
  const all = links();
  if (here === 0 && event.key === "ArrowUp") return field.focus();
  all[Math.min(Math.max(here + STEPS[event.key], 0), all.length - 1)].focus();
}

field.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || !plain(event) || !links().length) return;
  event.preventDefault();
  links()[0].focus();
});

document.addEventListener("keydown", (event) => {
  const row = event.target.closest("#results tbody tr");
  if (!row || !plain(event)) return;
  if (event.key in STEPS) return step(event, links().indexOf(row.querySelector(".row-link")));
  if (event.key === "/") {
    event.preventDefault();
    field.select();
  } else if (/^[\p{L}\p{N}]$/u.test(event.key)) {
    field.focus(); // where the letter is typed then, behind what stands there
    field.setSelectionRange(field.value.length, field.value.length);
  }
});

// Another page of the list: on with its first row.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.requestConfig?.elt.closest(".table-end")) links()[0]?.focus();
});
