"""The pages of a browser that runs no script: every form has a page of its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import filled, item, open_card, send, sign_in, wrong
from tests.system.people import PASSWORD

CARD = re.compile(r"/customers/[0-9a-f-]{36}$")


@pytest.fixture
def plain(visit, nordlys):
    """Ada's browser without scripts; she signs in."""
    page = visit(java_script_enabled=False)
    page.goto("/sign-in")
    sign_in(page, nordlys.ada.get("/api/session").json()["email"], PASSWORD)
    page.wait_for_url("**/customers")
    return page


def test_a_customer_is_created_and_found(plain):
    plain.locator("#new-customer").click()
    send(filled(plain.locator("main"), name="Papirfabrikken AS", org_number="1"))
    expect(wrong(plain, "org_number")).to_be_visible()
    expect(plain.locator("#field-name")).to_have_value("Papirfabrikken AS")
    send(filled(plain.locator("main"), org_number=""))
    plain.wait_for_url(CARD)

    plain.locator(".bar-search [name=text]").fill("papirfab")
    plain.keyboard.press("Enter")
    expect(plain.locator("main .hit")).to_have_text(re.compile("Papirfabrikken AS"))


def test_a_card_is_edited(plain, customer):
    open_card(plain, customer)
    plain.locator("#open-general").click()
    send(filled(plain.locator("main"), phone="55 12"))
    expect(wrong(plain, "phone")).to_be_visible()
    expect(plain.locator("#field-phone")).to_have_value("55 12")
    send(filled(plain.locator("main"), phone="55 12 34 56"))
    plain.wait_for_url(CARD)
    expect(item(plain, "general").locator("[href='tel:+4755123456']")).to_be_visible()
