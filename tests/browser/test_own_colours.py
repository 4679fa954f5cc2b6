"""Colours that somebody has forced on every page: what is chosen, switched on or drawn is still to be seen."""

import base64

import pytest
from playwright.sync_api import expect

from tests.browser.screen import open_card

# The colours of a picture, the most frequent first.
COLOURS = """async (picture) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const {data} = context.getImageData(0, 0, image.width, image.height), counts = {};
  for (let at = 0; at < data.length; at += 4) {
    const colour = data.slice(at, at + 3).join();
    counts[colour] = (counts[colour] ?? 0) + 1;
  }
  return Object.keys(counts).sort((one, other) => counts[other] - counts[one]);
}"""


@pytest.fixture
def forced(visit, nordlys):
    """Ada's browser with colours of her own."""
    return visit(nordlys.ada, forced_colors="active", viewport={"width": 1440, "height": 900})


@pytest.fixture
def colours(visit):
    """Tell of which colours a thing on a page is made."""
    beside = visit()
    return lambda place: beside.evaluate(COLOURS, base64.b64encode(place.screenshot()).decode())


def test_what_is_chosen_looks_different(forced, colours, customer):
    open_card(forced, customer)
    chosen, other = forced.locator("#parts a[aria-current]"), forced.locator("#parts a:not([aria-current])").first
    assert colours(chosen)[0] != colours(other)[0]
    here, elsewhere = (forced.locator(f".bar-nav a{each}").first for each in ("[aria-current]", ":not([aria-current])"))
    assert colours(here)[0] != colours(elsewhere)[0]
    forced.locator(".bar-me").click()
    pressed, not_pressed = (
        forced.locator(f"#me [name=density][aria-pressed={each}]").first for each in ("true", "false")
    )
    assert colours(pressed)[0] != colours(not_pressed)[0]


def test_a_switch_shows_whether_it_is_on(forced, colours):
    forced.goto("/settings")
    switch = forced.locator("#switch-tags")
    on = colours(switch)
    switch.uncheck()
    assert colours(switch)[:2] != on[:2]


def test_a_heading_of_an_item_has_its_frame(forced, customer):
    open_card(forced, customer)
    assert forced.locator("#item-general").evaluate("each => getComputedStyle(each).borderTopStyle") == "solid"


def test_the_ring_of_the_focus_is_there(forced, colours, customer):
    open_card(forced, customer)
    link = forced.locator("#open-general")
    before = link.evaluate("each => getComputedStyle(each).outlineStyle")
    link.focus()
    forced.keyboard.press("Shift+Tab")
    forced.keyboard.press("Tab")
    expect(link).to_be_focused()
    assert (before, link.evaluate("each => getComputedStyle(each).outlineStyle")) == ("none", "solid")
