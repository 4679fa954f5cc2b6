"""Who at the agency works with the customer: linked, changed and taken away on the card."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import filled, item, opened, row_form, save, send, to_part, wrong


@pytest.fixture
def linked(card, nordlys):
    """Ada as the responsible employee of a customer."""
    dialog = opened(card, "open-employee_link")
    dialog.get_by_label("Medarbeider").select_option(label="Ada Berg")
    dialog.get_by_label("Ansvarlig").check()
    save(dialog)
    return item(card, "employees")


def test_who_is_responsible_stands_at_the_top(card, linked):
    expect(linked).to_contain_text("Ada Berg")
    expect(card.locator(".card-facts")).to_contain_text("Ansvarlig Ada Berg")
    expect(item(card, "log")).to_contain_text("Knyttet Ada Berg til kunden: Ansvarlig.")


def test_a_link_ends_and_stays_in_the_history(card, linked):
    dialog = row_form(card, "employee_link")
    expect(dialog.get_by_label("Medarbeider")).to_have_value(re.compile("."))
    save(filled(dialog, valid_from="2026-01-01", valid_to="2026-02-28"))

    expect(card.locator(".card-facts")).not_to_contain_text("Ansvarlig")
    linked.get_by_text("1 i en annen tid").click()
    expect(linked).to_contain_text("01.01.2026–28.02.2026")


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(card, linked):
    dialog = opened(card, "open-employee_link")
    dialog.get_by_label("Medarbeider").select_option(label="Ada Berg")
    dialog.get_by_label("Ansvarlig").check()
    send(filled(dialog, valid_to="2026-12-31"))
    expect(wrong(card, "employee")).to_have_text("Medarbeideren har denne rollen i den tiden allerede.")
    expect(dialog.get_by_label("Ansvarlig")).to_be_checked()
    expect(dialog.locator("#field-valid_to")).to_have_value("2026-12-31")
    dialog.get_by_label("Selger").check()
    save(dialog)
    expect(linked.locator(".entries li")).to_have_count(2)


def test_a_link_is_taken_away_and_brought_back(card, linked):
    linked.get_by_role("button", name=re.compile("^Fjern tilknytningen")).click()
    expect(card.locator("#undo")).to_contain_text("Fjernet tilknytningen.")
    expect(linked).to_have_attribute("data-state", "empty")
    expect(card.locator(".card-facts")).not_to_contain_text("Ansvarlig")
    card.locator("#undo").get_by_role("button", name="Angre").click()
    expect(linked).to_contain_text("Ada Berg")
    expect(card.locator(".card-facts")).to_contain_text("Ansvarlig Ada Berg")


def test_who_has_left_can_still_be_given_a_last_day(card, linked, nordlys):
    bo = nordlys.hire("sales", "Bergen")
    me = bo.get("/api/directory/me").json()
    place = f"/api/customers/customers/{card.url.rpartition('/')[2]}/employees"
    nordlys.ada.write(place, {"employee": me["id"], "role": "seller"})
    found = nordlys.ada.get(f"/api/directory/employees/{me['id']}").json()
    nordlys.ada.write(f"/api/directory/employees/{me['id']}", {"active": False}, "PATCH", found["version"])
    expect(linked.locator(".entries li")).to_have_count(2)
    card.reload()
    linked.get_by_role("link", name=re.compile(f"^Endre tilknytningen {me['name']}")).click()
    dialog = card.locator("#dialog[open]")
    expect(dialog.get_by_label("Medarbeider")).to_have_value(me["id"])
    save(filled(dialog, valid_from="2026-01-01", valid_to="2026-02-28"))
    expect(linked.locator(".entries li:visible")).to_have_count(1)


def test_a_form_does_not_lose_somebody_who_has_left(card, nordlys):
    bo = nordlys.hire("sales", "Bergen")
    me = bo.get("/api/directory/me").json()
    place = f"/api/recruitment/customers/{card.url.rpartition('/')[2]}/projects"
    made = nordlys.ada.write(place, {"name": "Lagerteam", "responsible": me["id"]})
    found = nordlys.ada.get(f"/api/directory/employees/{me['id']}").json()
    nordlys.ada.write(f"/api/directory/employees/{me['id']}", {"active": False}, "PATCH", found["version"])
    to_part(card, "projects")
    save(filled(row_form(card, "project"), name="Lagerteam høst"))
    stored = nordlys.ada.get(f"{place}/{made['id']}").json()
    assert (stored["name"], stored["responsible"]) == ("Lagerteam høst", me["id"])
