"""Coming in, choosing a language, going out."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import sign_in
from tests.system.people import PASSWORD

INSIDE = re.compile(r"/customers$")


@pytest.fixture
def email(nordlys):
    """Ada's address."""
    return nordlys.ada.get("/api/session").json()["email"]


def test_a_wrong_password_is_said_and_the_address_stays(visit, email):
    page = visit()
    page.goto("/sign-in")
    sign_in(page, email, "feil passord")

    expect(page.get_by_role("alert")).to_have_text("E-postadressen eller passordet er feil.")
    expect(page.locator("#email")).to_have_value(email)
    expect(page.locator("#password")).to_have_value("")
    expect(page.locator("#password")).to_be_focused()


def test_the_right_password_leads_to_the_page_that_was_asked_for(visit, email, customer):
    page = visit()
    page.goto(f"/customers/{customer['id']}/items/contacts?via=lenke")
    expect(page).to_have_title(re.compile("Logg inn"))
    sign_in(page, email, "feil passord")
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, email, PASSWORD)

    page.wait_for_url(f"**/customers/{customer['id']}/items/contacts?via=lenke")
    expect(page.locator("h1")).to_have_text(customer["name"])


def test_whoever_signs_out_sees_nothing_more(visit, email):
    page = visit()
    page.goto("/sign-in")
    sign_in(page, email, PASSWORD)
    page.get_by_role("button", name="Ada Berg").click()
    page.get_by_role("button", name="Logg ut").click()
    page.wait_for_url("**/sign-in")

    page.goto("/customers")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/customers$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Logg inn")).to_be_visible()


def test_english_is_spoken_until_norwegian_is_chosen_again(page):
    page.goto("/customers")
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    page.get_by_role("button", name="Ada Berg").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Customers", exact=True)).to_be_visible()
    page.goto("/settings")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Ada Berg").click()
    page.get_by_role("button", name="Norsk").click()
    expect(page.get_by_role("heading", name="Innstillinger")).to_be_visible()
    expect(page).to_have_url(re.compile("/settings$"))


def test_the_keyboard_alone_is_enough(visit, email, customer):
    page = visit()
    sign_in_by_keys(page, email)
    tab_to(page, "#text")
    page.keyboard.type(str(customer["number"]))
    expect(page.locator("#results .row-link")).to_have_count(1)
    tab_to(page, f"a[href='/customers/{customer['id']}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{customer['id']}")
    tab_to(page, "#open-general")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog #field-name")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Fjordvik Tastatur AS")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Fjordvik Tastatur AS")
    expect(page.locator("#open-general")).to_be_focused()


def sign_in_by_keys(page, email):
    """Type what the page asks for, without looking for its fields."""
    page.goto("/sign-in")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(INSIDE)


def tab_to(page, selector):
    """Press Tab until the focus is there."""
    page.wait_for_load_state()
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no way by Tab to {selector} in 200 presses")


def test_whoever_comes_back_after_the_session_has_ended_signs_in_again(visit, email, suite):
    page = visit()
    page.context.add_cookies([{"name": "kundekort", "value": "of-yesterday", "url": suite.address()}])
    page.goto("/sign-in")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, email, PASSWORD)
    page.wait_for_url(INSIDE)
