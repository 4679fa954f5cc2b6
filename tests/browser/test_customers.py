"""A new customer; and the list on a telephone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import filled, opened, send, wrong

CARD = re.compile(r"/customers/[0-9a-f-]{36}$")


@pytest.fixture
def list_page(page):
    page.goto("/customers")
    return page


def test_an_agency_without_customers_is_shown_the_way_to_the_first(suite, visit):
    page = visit(suite.found("Sørlys Bemanning").ada)
    page.goto("/customers")
    expect(page.locator("#results")).to_contain_text("Ingen kunder ennå")
    opened(page, "first-customer")


def test_a_number_that_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(list_page):
    dialog = opened(list_page, "new-customer")
    filled(dialog, name="Fossheim Verft AS", org_number="923 609 017")
    dialog.locator("#field-type").select_option("supplier")
    dialog.get_by_label("Oslo").last.check()
    send(dialog)

    expect(wrong(list_page, "org_number")).to_contain_text("ikke et organisasjonsnummer")
    expect(dialog.locator("#field-org_number")).to_be_focused()
    expect(dialog.locator("#field-org_number")).to_have_value("923 609 017")
    expect(dialog.locator("#field-name")).to_have_value("Fossheim Verft AS")
    expect(dialog.locator("#field-type")).to_have_value("supplier")
    expect(dialog.get_by_label("Oslo").last).to_be_checked()

    filled(dialog, org_number="923 609 016")
    send(dialog)
    list_page.wait_for_url(CARD)
    expect(list_page.locator("h1")).to_have_text("Fossheim Verft AS")
    expect(list_page.locator(".card-facts")).to_contain_text("923 609 016")


def test_a_number_somebody_has_already_names_that_card(list_page, nordlys):
    other = nordlys.ada.register("Equator Drift AS", org_number="974760673")
    dialog = opened(list_page, "new-customer")
    filled(dialog, name="Equator AS", org_number="974 760 673")
    send(dialog)

    alert = dialog.get_by_role("alert")
    expect(alert).to_contain_text("organisasjonsnummeret")
    expect(alert).to_contain_text(f"{other['number']} Equator Drift AS")
    expect(dialog.locator("#field-name")).to_have_value("Equator AS")


def test_a_new_customer_needs_a_name_and_nothing_else(list_page):
    dialog = opened(list_page, "new-customer")
    send(dialog)
    expect(wrong(list_page, "name")).not_to_be_empty()
    expect(dialog.locator("#field-name")).to_be_focused()
    filled(dialog, name="Granli Skog AS")
    send(dialog)
    list_page.wait_for_url(CARD)
    expect(list_page.locator("h1")).to_have_text("Granli Skog AS")


def test_on_a_telephone_the_customers_come_first(visit, nordlys):
    nordlys.ada.register("Tangvald Rederi AS", type="supplier")
    page = visit(nordlys.hire("sales", "Bergen"), viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto("/customers?text=tangvald")
    assert page.locator("#results .row-link").bounding_box()["y"] < 700
    expect(page.locator("#type")).to_be_hidden()

    page.get_by_text("Flere søkevalg").click()
    page.locator("#type").select_option("prospect")
    expect(page.locator("#results")).to_contain_text("Ingen kunde passer")
    page.reload()
    expect(page.locator("#type")).to_be_visible()
