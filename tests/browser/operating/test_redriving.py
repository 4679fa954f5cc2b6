"""Operators have parked messages tried again from the page."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.operating.conftest import POLLED, FerryBooked, messages
from tests.browser.screen import filled, save

# trying again


@pytest.fixture
def upgraded(suite, monkeypatch):
    """Teach customers the type that it did not know."""

    def upgraded():
        monkeypatch.setitem(suite.program("customers").reactions.known, "dialog.FerryBooked", FerryBooked)

    return upgraded


def test_what_would_be_tried_is_shown_before_it_is_and_then_takes_effect(page, park, upgraded):
    park()
    park()
    page.goto("/operations")
    messages(page).first.get_by_role("checkbox").check()
    page.locator("#redrive").click()
    dialog = page.locator("#dialog[open]")
    expect(dialog.locator(".steps li")).to_have_count(1)
    expect(dialog.locator("#field-reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(messages(page)).to_have_count(2)

    upgraded()
    page.locator("#redrive-customers").click()
    expect(dialog.locator(".steps li")).to_have_count(2)
    save(filled(dialog, reason="Oppgradert"))

    expect(page.locator("#page-status")).to_have_text("Prøves igjen.")
    expect(page.get_by_text("Ingenting er parkert")).to_be_visible()
    act = page.locator(".history tbody tr")
    expect(act).to_contain_text("2 meldinger · customers")
    expect(act).to_contain_text("Oppgradert")


def test_a_message_is_looked_at_and_tried_from_there(page, park, upgraded):
    park()
    upgraded()
    page.goto("/operations")
    messages(page).get_by_role("link").click()
    dialog = page.locator("#dialog[open]")
    shown = json.loads(dialog.locator("pre").text_content())
    assert shown["type"] == "dialog.FerryBooked"
    dialog.locator("#redrive-this").click()
    save(filled(dialog, reason="Oppgradert"))

    expect(page.get_by_text("Ingenting er parkert")).to_be_visible()


def test_what_fails_again_is_parked_again_and_the_page_says_so(page, park):
    park()
    page.goto("/operations")
    page.locator("#redrive-customers").click()
    save(filled(page.locator("#dialog[open]"), reason="Prøver"))

    again = messages(page).or_(page.get_by_role("link", name="Vis den slik den er nå"))
    expect(again).to_have_count(1, timeout=POLLED)


def test_it_all_goes_without_a_mouse(page, park, upgraded):
    park()
    upgraded()
    page.goto("/operations")
    page.locator("#open-program-gateway").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(messages(page).get_by_role("checkbox")).to_be_checked()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.locator("#redrive")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#field-reason")).to_be_focused()
    page.keyboard.type("Oppgradert")
    page.keyboard.press("Enter")

    expect(page.locator("#dialog[open]")).to_have_count(0)
    expect(page.get_by_text("Ingenting er parkert")).to_be_visible()


def test_nothing_chosen_is_said(page, park):
    park()
    page.goto("/operations")
    page.locator("#redrive").click()

    expect(page.locator("#dialog[open]")).to_contain_text("Ingen melding er valgt.")
    expect(page.locator("#dialog .form-end .ds-button")).to_have_count(1)


def test_a_reason_that_was_typed_is_not_lost_by_accident(page, park):
    park()
    page.goto("/operations")
    page.locator("#redrive-customers").click()
    filled(page.locator("#dialog[open]"), reason="Halvskrevet")
    page.keyboard.press("Escape")

    expect(page.get_by_role("alertdialog")).to_be_visible()


def test_it_all_goes_without_javascript(visit, operator, park, upgraded):
    park()
    upgraded()
    page = visit(operator, java_script_enabled=False)
    page.goto("/operations")
    messages(page).get_by_role("link").click()
    expect(page.locator("main pre")).to_contain_text("dialog.FerryBooked")
    page.get_by_role("link", name="Tilbake").click()
    messages(page).get_by_role("checkbox").check()
    page.locator("#redrive").click()
    expect(page.locator(".steps li")).to_have_count(1)
    page.locator("#field-reason").fill("Oppgradert")
    page.get_by_role("button", name="Prøv den igjen").click()

    expect(page).to_have_url("/operations")
    expect(page.locator(".history tbody tr")).to_contain_text("Oppgradert")
