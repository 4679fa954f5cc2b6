"""The customers one works with oneself: one click in the list, with who is responsible and what is to be done."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chassis.tables import today
from tests.browser.everyone import faults
from tests.browser.screen import send


@pytest.fixture
def seller(nordlys):
    """Somebody who works with no customer yet."""
    return nordlys.hire("sales", "Bergen")


@pytest.fixture
def listed(visit, seller):
    """The list of an agency that has customers."""
    page = visit(seller)
    page.goto("/customers")
    return page


@pytest.fixture
def customer(nordlys, seller):
    """A customer whom the seller is responsible for, with three tasks, one of them late."""
    made = nordlys.ada.register("Min Kunde AS")
    place = f"/api/customers/customers/{made['id']}"
    nordlys.ada.write(
        f"{place}/employees", {"employee": seller.get("/api/session").json()["id"], "role": "responsible"}
    )
    for days in (-1, 0, 1):
        due = (today() + timedelta(days)).isoformat()
        nordlys.ada.write(f"{place}/tasks", {"title": "Ring", "due": due})
    return made


def own(page):
    return page.locator("#saved").get_by_role("link", name="Mine kunder", exact=True)


def test_my_customers_are_one_click_away(customer, listed):
    own(listed).click()

    expect(own(listed)).to_have_attribute("aria-current", "page")
    expect(listed.locator("#results .row-link")).to_have_text(["Min Kunde AS"])
    row = listed.locator("#results tbody tr")
    expect(row.locator("[data-label=Ansvarlig]")).to_have_text("Bo Dahl")
    expect(row.locator("[data-label=Oppgaver]")).to_have_text("3 1 over fristen")
    expect(listed.locator("#employee option:checked")).to_have_text("Meg")
    assert faults(listed) == {}


def test_whoever_works_with_nobody_is_told_how_that_is_changed(listed):
    own(listed).click()

    expect(listed.locator("#results")).to_contain_text("Du er ikke knyttet til noen kunde i dag")
    listed.locator("#results").get_by_role("link", name="Vis alle kunder").click()
    expect(own(listed)).not_to_have_attribute("aria-current", "page")


def test_the_customers_of_a_colleague_are_found(visit, nordlys, customer, seller):
    page = visit(nordlys.ada)
    page.goto("/customers?text=min+kunde")
    page.locator("#employee").select_option(label="Meg")
    expect(page.locator("#results")).to_contain_text("Ingen kunde passer til søket")

    page.locator("#employee").select_option(seller.get("/api/session").json()["id"])
    expect(page.locator("#results .row-link")).to_have_text(["Min Kunde AS"])


def test_what_the_agency_has_switched_off_is_not_offered(visit, suite):
    agency = suite.found("Nordlys Uten Medarbeidere")
    agency.ada.register("Fjordvik AS")
    page = visit(agency.ada)
    page.goto("/settings")
    page.locator("#switch-employees").uncheck()
    send(page.locator("main"))
    expect(page.get_by_role("status").first).to_have_text("Lagret.")
    page.goto("/customers")

    expect(page.locator("#results .row-link")).to_have_text(["Fjordvik AS"])
    expect(page.get_by_role("columnheader", name="Oppgaver")).to_be_visible()
    for gone in (own(page), page.locator("#employee"), page.get_by_role("columnheader", name="Ansvarlig")):
        expect(gone).to_have_count(0)
    expect(page.locator("#column-responsible")).to_have_count(0)
