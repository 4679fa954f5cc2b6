"""What people choose for themselves: how dense the pages are, and the language, on every machine alike."""

import re

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.screen import open_card, sign_in
from tests.system.people import PASSWORD


@pytest.fixture
def bo(nordlys):
    """A colleague who has never chosen anything."""
    return nordlys.hire("sales", "Bergen")


def choose(page, name):
    """Press a button in the menu under one's name."""
    page.locator(".bar-me").click()
    page.locator("#me").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def heights(page):
    """Measure what is packed closer when more is to be seen: a row of a table, a button, a line of text."""
    return [page.locator(each).first.bounding_box()["height"] for each in ("tbody tr", ".page-head .ds-button", "h1")]


@pytest.mark.parametrize("scripts", [True, False])
def test_more_is_seen_at_once_or_everything_has_more_room(visit, bo, customer, scripts):
    page = visit(bo, java_script_enabled=scripts)
    page.goto(f"/customers?text={customer['name'].split()[0]}")
    expect(page.locator("html")).to_have_attribute("data-density", "normal")
    seen = {"Vanlig": heights(page)}
    for name, density in (("Tett", "compact"), ("Romslig", "roomy")):
        choose(page, name)
        expect(page.locator("html")).to_have_attribute("data-density", density)
        expect(page).to_have_url(re.compile("text="))
        seen[name] = heights(page)

    for tight, normal, wide in zip(seen["Tett"], seen["Vanlig"], seen["Romslig"], strict=True):
        assert tight < normal < wide
    other = visit(bo)
    open_card(other, customer)
    expect(other.locator("html")).to_have_attribute("data-density", "roomy")
    other.locator(".bar-me").click()
    expect(other.get_by_role("button", name="Romslig")).to_have_attribute("aria-pressed", "true")


def test_a_colleague_sees_the_pages_as_before(visit, bo, nordlys):
    page = visit(bo)
    page.goto("/customers")
    choose(page, "Tett")
    other = visit(nordlys.hire("sales", "Oslo"))
    other.goto("/customers")
    expect(other.locator("html")).to_have_attribute("data-density", "normal")


def test_the_language_comes_along_to_another_machine(visit, bo, suite):
    email = bo.get("/api/session").json()["email"]
    page = visit(bo)
    page.goto("/customers")
    choose(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")

    other = visit()
    other.goto("/sign-in")
    expect(other.locator("html")).to_have_attribute("lang", "nb")
    sign_in(other, email, PASSWORD)
    expect(other.get_by_role("heading", name="Customers", exact=True)).to_be_visible()
    answer = requests.post(f"{suite.address()}/api/session", json={"email": email, "password": PASSWORD}, timeout=30)
    assert answer.cookies["language"] == "en"


def test_who_never_chose_keeps_what_this_machine_speaks(visit, bo):
    email = bo.get("/api/session").json()["email"]
    page = visit()
    page.goto("/sign-in?next=/help")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, email, PASSWORD)
    page.wait_for_url("**/help")
    expect(page.get_by_role("heading", name="Help")).to_be_visible()


def test_what_cannot_be_chosen_is_refused(bo):
    for path, chosen in (("/density", {"density": "huge"}), ("/density", {}), ("/language", {"locale": "fr"})):
        assert bo.ask("POST", path, data=chosen).status_code == 422, chosen


def test_nobody_is_sent_elsewhere_by_a_choice(bo, suite):
    for referrer in ("https://evil.example/x", "//evil.example", f"{suite.address()}//evil.example/", "", "http://[x"):
        answer = bo.ask(
            "POST", "/density", data={"density": "normal"}, headers={"Referer": referrer}, allow_redirects=False
        )
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/customers"
