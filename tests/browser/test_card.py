"""The card as a whole: what is on it, what happens when two change it, when a part is switched off or away."""

import re
from datetime import UTC, datetime

from playwright.sync_api import expect

from gateway.items import OWNERS
from gateway.web.pages import BUTTONS
from tests.browser.screen import count, filled, item, open_card, opened, save, send, to_part
from tests.system.forms import silenced

NUMBERED = [key for key in OWNERS if key not in BUTTONS]


def test_every_item_is_on_the_card(card, nordlys, customer):
    assert (len(NUMBERED), len(BUTTONS)) == (19, 10)
    for key in NUMBERED:
        expect(item(card, key)).to_be_visible()
    expect(card.locator("#parts a")).to_have_count(1 + len(BUTTONS))

    nordlys.ada.write(f"/api/customers/customers/{customer['id']}/contacts", {"name": "Kari Moe"})
    for key in BUTTONS:
        expect(to_part(card, key)).to_have_attribute("data-status", "ok")
        expect(card.locator("#parts a[aria-current=page]")).to_have_attribute("href", re.compile(f"{key}$"))
    expect(count(card, "contacts")).to_have_text("1")


def test_what_is_edited_stands_on_the_card_without_loading_it_again(card):
    card.evaluate("window.same = true")
    dialog = opened(card, "open-general")
    expect(dialog.locator("#field-name")).to_have_value("Fjordvik Industri AS")
    filled(dialog, name="Fjordvik Gruppen AS", phone="55 12 34 56", website="fjordvik.no")
    save(dialog)

    expect(card.locator("h1")).to_have_text("Fjordvik Gruppen AS")
    expect(item(card, "general")).to_contain_text("Fjordvik Gruppen AS")
    expect(item(card, "general").locator("[href='tel:+4755123456']")).to_be_visible()
    expect(item(card, "log")).to_contain_text("Fjordvik Gruppen AS")
    assert card.evaluate("window.same")


def test_escape_asks_before_it_throws_away_what_was_typed(card):
    dialog = opened(card, "open-general")
    filled(dialog, name="Noe annet")
    card.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Fortsett å skrive")).to_be_focused()
    card.keyboard.press("Enter")
    expect(dialog.locator("#field-name")).to_have_value("Noe annet")

    for _ in range(2):  # the second time in a row some browsers close a dialog without asking
        card.keyboard.press("Escape")
    expect(dialog.locator("#field-name")).to_have_value("Noe annet")
    dialog.get_by_role("button", name="Forkast").click()
    expect(dialog).to_have_count(0)
    expect(card.locator("h1")).to_have_text("Fjordvik Industri AS")


def test_escape_closes_at_once_where_nothing_was_typed(card):
    dialog = opened(card, "open-general")
    card.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(card.locator("#open-general")).to_be_focused()


def test_what_is_switched_off_is_gone_from_the_card_and_comes_back_whole(card, customer):
    save(filled(opened(card, "open-tags"), tags="havn"))
    for there in (False, True):
        card.goto("/settings")
        expect(card.locator("#switch-general")).to_be_disabled()
        card.locator("#switch-tags").set_checked(there)
        send(card.locator("main"))
        expect(card.get_by_role("status").first).to_have_text("Lagret.")
        open_card(card, customer)
        expect(item(card, "general")).to_be_visible()
        expect(item(card, "tags")).to_have_count(int(there))
    expect(item(card, "tags")).to_contain_text("havn")


def test_a_service_that_is_down_costs_its_items_and_not_the_page(suite, page, nordlys):
    unseen = nordlys.ada.register("Usett Rederi AS")
    with silenced(suite, "recruitment", "killed"):
        page.goto(f"/customers/{unseen['id']}")
        expect(page.locator("h1")).to_have_text("Usett Rederi AS")
        expect(item(page, "time_bank")).to_have_attribute("data-status", "unavailable")
        expect(item(page, "time_bank")).to_contain_text("Ikke tilgjengelig akkurat nå")
        expect(count(page, "projects")).to_contain_text("?")
        expect(item(page, "general")).to_have_attribute("data-status", "ok")
        save(filled(opened(page, "open-general"), phone="55 12 34 56"))
        expect(item(page, "general").locator("[href='tel:+4755123456']")).to_be_visible()
    open_card(page, unseen)


def test_a_form_of_a_service_that_is_down_keeps_what_was_typed(suite, card):
    to_part(card, "dialog")
    dialog = opened(card, "open-communication")
    dialog.get_by_label("Telefonsamtale").check()
    filled(dialog, subject="Ringte om vaktlisten", happened_at=f"{datetime.now(UTC):%Y}-01-02T09:30")
    with silenced(suite, "dialog", "killed"):
        send(dialog)
        expect(card.locator("#dialog-status")).to_contain_text("Det du skrev")
    expect(dialog.locator("#field-subject")).to_have_value("Ringte om vaktlisten")
