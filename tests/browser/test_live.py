"""What somebody else changes comes onto an open card by itself, and leaves alone what is read and typed there."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.screen import count, filled, item, open_card, opened, save, to_part
from tests.system.people import until

SOON = 3.0  # seconds, beside other tests; how soon it is by itself stands in docs/measured.md


@pytest.fixture
def listening(visit, nordlys, customer):
    """A card that has been told that it is told of changes."""
    page = visit(nordlys.ada)
    with page.expect_response(lambda answer: "/live" in answer.url):
        open_card(page, customer)
    time.sleep(0.5)  # until the stream has greeted: what is measured is a change, not the opening
    return page


def change(nordlys, customer, **fields):
    """Somebody else changes the customer through the API."""
    place = f"/api/customers/customers/{customer['id']}"
    version = nordlys.ada.get(place).json()["version"]
    answer = nordlys.ada.ask("PATCH", place, json=fields, headers={"If-Match": f'"{version}"'})
    assert answer.ok, answer.text


def test_a_change_made_elsewhere_stands_on_the_card_at_once(listening, nordlys, customer):
    change(nordlys, customer, name="Fjordvik Gruppen AS")
    began = time.monotonic()
    expect(listening.locator("h1")).to_have_text("Fjordvik Gruppen AS")
    took = time.monotonic() - began

    expect(item(listening, "general")).to_have_attribute("data-fresh", "Endret akkurat nå")
    expect(listening.locator("#news")).to_contain_text("Generelt")
    expect(item(listening, "addresses")).not_to_have_attribute("data-fresh", "Endret akkurat nå")
    assert took < SOON


def test_what_comes_does_not_touch_what_is_typed(listening, nordlys, customer):
    dialog = filled(opened(listening, "open-general"), phone="55 12 34 56")
    change(nordlys, customer, name="Fjordvik Gruppen AS")

    expect(listening.locator("h1")).to_have_text("Fjordvik Gruppen AS")
    expect(dialog.locator("#field-phone")).to_have_value("55 12 34 56")
    expect(dialog.locator("#field-phone")).to_be_focused()


def test_the_focus_and_what_is_unfolded_stay(listening, nordlys, customer):
    listening.locator("#open-general").focus()
    change(nordlys, customer, name="Fjordvik Gruppen AS")

    expect(item(listening, "general")).to_contain_text("Fjordvik Gruppen AS")
    expect(listening.locator("#open-general")).to_be_focused()


@pytest.fixture
def told_meanwhile(listening, nordlys, customer):
    """Have the customer changed elsewhere, and wait until the page has been told how."""

    def told():
        with listening.expect_response(lambda answer: answer.url.endswith(f"/customers/{customer['id']}")) as looked:
            change(nordlys, customer, name="Fjordvik Gruppen AS")
        looked.value.finished()

    return told


def test_nothing_is_drawn_anew_under_a_finger(listening, told_meanwhile):
    """A click is a press and a release on the same thing; what takes its place in between swallows it."""
    listening.locator("#open-general").hover()
    listening.mouse.down()
    told_meanwhile()
    listening.mouse.up()

    expect(listening.locator("#dialog[open] #field-name")).to_have_value("Fjordvik Gruppen AS")
    expect(listening.locator("h1")).to_have_text("Fjordvik Gruppen AS")


def test_nothing_is_drawn_anew_while_a_key_is_down(listening, told_meanwhile):
    listening.locator("#fold-general").focus()
    listening.keyboard.down("Space")
    told_meanwhile()
    listening.keyboard.up("Space")

    expect(listening.locator("#fold-general")).to_have_attribute("aria-expanded", "false")
    expect(listening.locator("h1")).to_have_text("Fjordvik Gruppen AS")


def test_the_focus_goes_back_to_what_opened_a_dialog_though_it_was_drawn_anew(listening, nordlys, customer):
    opened(listening, "open-general")
    change(nordlys, customer, name="Fjordvik Gruppen AS")
    expect(item(listening, "general")).to_contain_text("Fjordvik Gruppen AS")

    listening.keyboard.press("Escape")
    expect(listening.locator("#open-general")).to_be_focused()


def test_a_part_that_is_open_and_its_button_follow(listening, nordlys, customer):
    to_part(listening, "contacts")
    nordlys.ada.write(f"/api/customers/customers/{customer['id']}/contacts", {"name": "Kari Moe"})

    expect(item(listening, "contacts")).to_contain_text("Kari Moe")
    expect(count(listening, "contacts")).to_have_text("1")


def test_what_one_saves_oneself_is_not_announced_as_news(listening):
    save(filled(opened(listening, "open-general"), name="Fjordvik Gruppen AS"))

    expect(item(listening, "log")).to_contain_text("Fjordvik Gruppen AS")
    expect(listening.locator("#news")).to_be_empty()


def test_what_was_missed_while_nobody_listened_is_told_on_coming_back(listening, nordlys, customer):
    listening.context.set_offline(True)
    change(nordlys, customer, name="Fjordvik Gruppen AS")
    time.sleep(1)
    listening.context.set_offline(False)

    expect(listening.locator("h1")).to_have_text("Fjordvik Gruppen AS")


def test_operators_see_how_many_cards_are_open(listening, suite):
    def shown():
        text = suite.program("gateway").metrics.text().decode()
        return float(text.partition("\nkundekort_live_streams ")[2].partition("\n")[0])

    open_now = shown()
    assert open_now >= 1
    listening.close()
    until(lambda: shown() < open_now, within=20, what="one less")
