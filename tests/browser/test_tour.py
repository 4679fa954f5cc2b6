"""The tour at the first sign-in: offered once, gone through with the keyboard, left at any stop, never in the way."""

import re

import pytest
from playwright.sync_api import expect

from gateway.web.guide import TOUR
from tests.browser.screen import filled, item, open_card, opened, save


@pytest.fixture
def newcomer(nordlys):
    """A colleague who has just been hired."""
    return nordlys.hire("sales", "Bergen")


def invitation(page):
    return page.locator(".invitation")


def stop(page):
    """Return what the tour says just now."""
    return page.locator("#tour [data-at]:not([hidden])")


def test_it_is_offered_once_and_not_again(visit, newcomer, customer):
    page = visit(newcomer)
    page.goto("/customers")
    expect(invitation(page)).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("button", name="Nei takk").click()
    expect(invitation(page)).to_have_count(0)
    expect(page).to_have_url(re.compile("/customers$"))

    other = visit(newcomer)
    other.goto("/customers")
    expect(other.locator("h1")).to_be_visible()
    expect(invitation(other)).to_have_count(0)


def test_it_goes_from_stop_to_stop_by_keyboard(visit, newcomer, customer):
    page = visit(newcomer)
    page.goto("/customers")
    page.get_by_role("button", name="Ta omvisningen").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*?tour=1")
    for number in range(1, len(TOUR) + 1):
        expect(stop(page)).to_contain_text(f"{number} av {len(TOUR)}")
        expect(page.locator("#tour")).to_be_focused()
        expect(page.get_by_role("dialog", name=stop(page).locator("h2").text_content())).to_be_visible()
        expect(page.locator(".tour-here")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator(".tour-here")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
    assert "tour" not in page.url
    page.goto("/customers")
    expect(invitation(page)).to_have_count(0)


@pytest.mark.parametrize("at", [0, 2, len(TOUR) - 1])
def test_it_can_be_left_at_every_stop(visit, newcomer, customer, at):
    page = visit(newcomer)
    page.goto(f"/customers/{customer['id']}?tour=1")
    for _ in range(at):
        page.get_by_role("button", name="Neste").click()
    if at == 0:
        page.get_by_role("button", name="Hopp over").click()
    else:
        page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()


def test_one_goes_back_a_stop(visit, newcomer, customer):
    page = visit(newcomer)
    page.goto(f"/customers/{customer['id']}?tour=1")
    first = stop(page).locator("h2").text_content()
    page.get_by_role("button", name="Neste").click()
    page.get_by_role("button", name="Tilbake").click()
    expect(stop(page).locator("h2")).to_have_text(first)


def test_the_card_can_be_used_meanwhile(visit, newcomer, customer):
    page = visit(newcomer, viewport={"width": 1440, "height": 900})
    page.goto(f"/customers/{customer['id']}?tour=1")
    expect(stop(page)).to_be_visible()
    save(filled(opened(page, "open-note"), text="Skrevet under omvisningen"))
    expect(item(page, "notes")).to_contain_text("Skrevet under omvisningen")
    expect(stop(page)).to_be_visible()


def test_it_is_found_again_in_the_menu_and_stays_on_the_card(visit, newcomer, customer):
    page = visit(newcomer)
    open_card(page, customer)
    assert "tour" not in page.content().split("<main")[1].split("</main>")[0]
    page.locator(".bar-me").click()
    page.locator("#me").get_by_role("button", name="Ta omvisningen").click()
    page.wait_for_url(f"**/customers/{customer['id']}?tour=1")
    expect(stop(page)).to_be_visible()


def test_without_scripts_the_help_page_says_the_same(visit, newcomer, customer):
    page = visit(newcomer, java_script_enabled=False)
    page.goto("/customers")
    page.get_by_role("button", name="Ta omvisningen").first.click()
    page.get_by_role("link", name="Det samme står på hjelpesiden.").click()
    expect(page.locator(".stops li")).to_have_count(len(TOUR))


def test_where_there_is_no_customer_it_is_the_help_page(suite, visit):
    ada = suite.found("Sørlys Bemanning").ada
    page = visit(ada)
    page.goto("/customers")
    page.get_by_role("button", name="Ta omvisningen").first.click()
    page.wait_for_url("**/help")
    expect(page.get_by_role("heading", name="Hjelp")).to_be_visible()


def test_the_help_page_explains_every_item_and_is_found_in_the_menu(visit, newcomer):
    page = visit(newcomer)
    page.goto("/customers")
    page.locator(".bar-me").click()
    page.locator("#me").get_by_role("link", name="Hjelp").click()
    expect(page.locator("[id^='about-']")).to_have_count(29)
    expect(page.locator("#about-tags")).to_contain_text("Innstillinger")
