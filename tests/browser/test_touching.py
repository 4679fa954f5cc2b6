"""What is clicked is large enough for whoever clicks: a thumb on a telephone, an unsteady hand with a mouse."""

import pytest

from tests.browser.screen import open_card, opened

THUMB, MOUSE = 44, 24  # pixels: a thumb's breadth, and what WCAG 2.2 asks for (2.5.8)
TELEPHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# A link inside of a sentence or of a value may be as high as its line, by the rule itself.
SMALL = """(least) => [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter((each) => {
  if (!each.checkVisibility({visibilityProperty: true}) || each.matches(".ds-skip-link, [type=hidden]")) return false;
  const link = each.matches("a") && getComputedStyle(each).display === "inline";
  const ticked = each.matches("[type=checkbox], [type=radio]") && each.closest(".ds-field");
  const box = (ticked || each).getBoundingClientRect();
  return !link && box.width > 0 && (box.height < least - 0.5 || box.width < least - 0.5);
}).map((each) => {
  const {width, height} = each.getBoundingClientRect();
  return `${Math.round(width)} × ${Math.round(height)}: ${each.outerHTML.slice(0, 110)}`;
})"""


@pytest.fixture
def known(nordlys, customer):
    """A customer with a contact, a tag and a note to click at."""
    place = f"/api/customers/customers/{customer['id']}"
    nordlys.ada.write(f"{place}/contacts", {"name": "Kari Moe", "mobile": "+4799887766", "email": "kari@fjordvik.no"})
    nordlys.ada.write(f"{place}/notes", {"text": "Ring før kl. 14."})
    nordlys.ada.write(f"{place}/tags", {"name": "havn"})
    return customer


def looked_at(page, known):
    """Go where things are clicked; say what is too small at each place."""
    open_card(page, known)
    yield "card"
    page.locator(".bar-me").click()
    yield "menu"
    page.keyboard.press("Escape")
    opened(page, "open-general")
    yield "form"
    for path in (f"/customers/{known['id']}?arrange=1", f"/customers/{known['id']}/items/contacts", "/customers",
                 "/settings", "/help", "/sign-in"):  # fmt: skip
        page.goto(path)
        yield path


def test_a_thumb_hits_what_it_aims_at_on_a_telephone(visit, nordlys, known):
    page = visit(nordlys.hire("admin", "Bergen"), **TELEPHONE)
    small = {place: page.evaluate(SMALL, THUMB) for place in looked_at(page, known)}
    assert {place: found for place, found in small.items() if found} == {}


def test_a_mouse_does_also_where_everything_is_dense(visit, nordlys, known):
    dense = nordlys.hire("admin", "Bergen")
    assert dense.ask("POST", "/density", data={"density": "compact"}).ok
    page = visit(dense, viewport={"width": 1440, "height": 900})
    small = {place: page.evaluate(SMALL, MOUSE) for place in looked_at(page, known)}
    assert {place: found for place, found in small.items() if found} == {}
