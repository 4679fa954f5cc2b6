"""How people look at a page, and what is wrong with it for them: axe-core, a page that is too wide, a word cut off."""

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
DESK = {"width": 1440, "height": 900}
TELEPHONE = {"width": 390, "height": 844}
TWICE = {"width": 720, "height": 450}  # what a desk of 1440 × 900 is at a zoom of 200 %
COLOURS = ["color-contrast", "link-in-text-block"]  # all that a scheme of colours can spoil
PLACES = ["target-size", "scrollable-region-focusable"]  # all that a narrow page can
BROADER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Words outside of the window, or beyond the box they stand in; what only a screen reader meets does not count.
CUT = r"""() => [...document.querySelectorAll("main *, header *, dialog[open] *, :popover-open *")].filter((each) => {
  const words = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!words || each.closest(".ds-sr-only, .ds-skip-link, svg, option")) return false;
  if (!each.checkVisibility({visibilityProperty: true})) return false;
  const box = each.getBoundingClientRect();
  if (box.width <= 1 || getComputedStyle(each).clipPath !== "none") return false;
  if (box.right > innerWidth + 1 || box.left < -1) return true;
  const frame = each.closest(".help-text, .glance-panel, .item, .ds-dialog, .me, .segments, .tour");
  return frame && box.right > frame.getBoundingClientRect().right + 1;
}).map((each) => each.outerHTML.slice(0, 120))"""
RUN = """([place, rules, resultTypes]) => axe
  .run(place, {resultTypes, ...(rules.length ? {runOnly: {type: "rule", values: rules}} : {})})
  .then(({violations}) => violations)"""


def violations(page: Page, place: str = "html", rules: list[str] | None = None) -> list[tuple[str, list[str]]]:
    """Ask axe-core what is wrong with what is shown, by all its rules or by some."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN, [place, rules or [], ["violations"]])
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def faults(page: Page, place: str = "html", *, dark: bool = True) -> dict[str, object]:
    """Look at a page, or at a place on it, as everybody does; return what is wrong, and for whom."""
    page.emulate_media(reduced_motion="reduce", color_scheme="light")
    page.set_viewport_size(DESK)
    found = {"light": violations(page, place), "wide": beyond(page)}
    if dark:
        page.emulate_media(color_scheme="dark")
        found["dark"] = violations(page, place, COLOURS)
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(TWICE)
    found["zoom"] = beyond(page)
    page.set_viewport_size(TELEPHONE)
    found["telephone"] = [*beyond(page), *violations(page, place, PLACES)]
    page.set_viewport_size(DESK)
    return {name: fault for name, fault in found.items() if fault}


def beyond(page: Page) -> list[str]:
    """List what stands outside of the window or of its box."""
    broader = page.evaluate(BROADER)
    return [*([f"{broader} pixels to the right"] if broader > 0 else []), *page.evaluate(CUT)]
