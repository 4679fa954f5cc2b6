"""The card with the keyboard alone: everything in its order, always to be seen where one is, and never lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import filled, item, open_card, opened, save

# What has the focus: its name, where it stands, and whether it can be seen that it has it.
HERE = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const name = here.id || here.getAttribute("href") || here.getAttribute("name") || here.className;
  return {name, tag: here.tagName, ring: ring || style.boxShadow !== "none",
          top: box.top + scrollY + box.height / 2, left: box.left,
          seen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
          place: here.closest("header, .card-head, .parts, .glance, .arrange, .columns")?.className};
}"""
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
  .filter((each) => !each.disabled && each.type !== "hidden")
  .filter((each) => each.checkVisibility({visibilityProperty: true})).length"""


@pytest.fixture
def walker(visit, nordlys, customer):
    """A card of which everything stands in the window, for somebody who has no mouse."""
    nordlys.ada.write(
        f"/api/customers/customers/{customer['id']}/contacts", {"name": "Kari Moe", "mobile": "+4799887766"}
    )
    page = visit(nordlys.ada, viewport={"width": 1440, "height": 900})
    open_card(page, customer)
    return page


def test_tab_reaches_everything_in_the_order_in_which_it_is_seen(walker):
    reachable = walker.evaluate(REACHABLE)
    steps = []
    for _ in range(reachable + 1):
        walker.keyboard.press("Tab")
        steps.append(walker.evaluate(HERE))
        if steps[-1]["tag"] == "BODY":
            break
    stops = [step for step in steps if step["tag"] != "BODY"]

    assert [step["name"] for step in stops if not step["ring"]] == []
    assert [step["name"] for step in stops if not step["seen"]] == []
    assert len({(step["name"], step["top"], step["left"]) for step in stops}) == len(stops) == reachable
    places = list(dict.fromkeys(step["place"] for step in stops if step["place"]))
    assert places == ["bar", "card-head", "parts", "glance", "arrange", "columns"]
    for place in ("card-head", "parts"):  # from above to below, and in a line from left to right
        met = [(round(step["top"] / 30), step["left"]) for step in stops if step["place"] == place]
        assert met == sorted(met), place


def test_backwards_it_is_the_same_way(walker):
    seen = []
    for key in ("Tab", "Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab"):
        walker.keyboard.press(key)
        seen.append(walker.evaluate(HERE)["name"])
    assert seen[4:] == [seen[2], seen[1]]


def test_the_focus_stays_when_somebody_else_changes_the_item_it_stands_in(walker, nordlys, customer):
    walker.locator("#open-note").focus()
    nordlys.ada.write(f"/api/customers/customers/{customer['id']}/notes", {"text": "Kom utenfra"})
    expect(item(walker, "notes")).to_contain_text("Kom utenfra")
    expect(walker.locator("#open-note")).to_be_focused()


def test_the_focus_comes_back_from_a_dialog_saved_or_not(walker):
    opened(walker, "open-directions")
    walker.keyboard.press("Escape")
    expect(walker.locator("#open-directions")).to_be_focused()
    save(filled(opened(walker, "open-directions"), text="Inn porten ved kaien"))
    expect(item(walker, "directions")).to_contain_text("kaien")
    expect(walker.locator("#open-directions")).to_be_focused()


def test_a_dialog_keeps_the_focus_inside(walker):
    dialog = opened(walker, "open-general")
    for _ in range(30):
        walker.keyboard.press("Tab")
        assert walker.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    expect(dialog).to_be_visible()


def test_help_and_menu_close_with_escape_and_give_the_focus_back(walker):
    for button, popover in (("#item-notes .help", "#help-notes"), (".bar-me", "#me")):
        walker.locator(button).focus()
        walker.keyboard.press("Enter")
        expect(walker.locator(popover)).to_be_visible()
        walker.keyboard.press("Escape")
        expect(walker.locator(popover)).to_be_hidden()
        expect(walker.locator(button)).to_be_focused()


def test_what_is_told_by_itself_is_told_politely(walker):
    """Only what went wrong may interrupt."""
    loud = walker.locator("[aria-live=assertive], [role=alert]")
    expect(loud).to_have_count(0)
    assert walker.locator("[role=status]").count() >= 2
