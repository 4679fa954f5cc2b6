"""The command palette: Ctrl-K, a few letters, Enter."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.everyone import faults
from tests.browser.screen import filled, item, open_card, opened, sign_in
from tests.system.forms import silenced
from tests.system.people import PASSWORD, until


@pytest.fixture(scope="module")
def shipyard(nordlys):
    """A customer with a contact and a project."""
    ada = nordlys.ada
    customer = ada.register("Ulstein Verft AS", type="customer")
    path = f"customers/{customer['id']}"
    ada.write(f"/api/customers/{path}/contacts", {"name": "Bjørn Røstad", "title": "Innkjøp", "mobile": "99887766"})
    until(lambda: ada.card(customer).json()["items"]["projects"]["status"] == "ok")
    project = ada.write(f"/api/recruitment/{path}/projects", {"name": "Sveisere til dokken"})
    return {**customer, "project": project}


@pytest.fixture
def palette(page, shipyard):
    """The palette, open on the list of customers."""
    page.goto("/customers")
    return called(page)


def called(page):
    page.keyboard.press("Control+k")
    found = page.locator("#palette[open]")
    expect(found.get_by_role("combobox")).to_be_focused()
    expect(found.get_by_role("option").first).to_be_visible()
    return found


def look_for(palette, words):
    palette.get_by_role("combobox").fill(words)
    expect(palette.locator("#palette-hits")).to_have_attribute("data-text", words)
    return palette


def chosen(palette):
    """Return what Enter would open, and see that a screen reader is told the same."""
    option = palette.locator("[role=option][aria-selected=true]")
    expect(option).to_have_count(1)
    expect(palette.get_by_role("combobox")).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    return option.locator(".hit-name").inner_text()


def test_a_contact_is_found_by_a_part_of_the_name_and_shown_on_the_card(palette, page, shipyard):
    look_for(palette, "RØST bjø")
    expect(palette.locator("#palette-heard")).to_have_text("1 treff")
    expect(palette.get_by_role("group", name="Kontaktpersoner")).to_contain_text("Ulstein Verft AS")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/customers/{shipyard['id']}/items/contacts#contact-*")
    expect(page.locator("tr:target")).to_contain_text("Bjørn Røstad")


def test_a_project_is_found_by_its_number(palette, page, shipyard):
    look_for(palette, str(shipyard["project"]["number"]))
    expect(palette.get_by_role("group", name="Prosjekter")).to_contain_text("Sveisere til dokken")
    palette.get_by_role("option", name="Sveisere til dokken").click()

    page.wait_for_url(f"**/customers/{shipyard['id']}/items/projects#project-{shipyard['project']['id']}")


def test_the_keyboard_goes_through_what_is_found(palette, page):
    names = [each.strip() for each in palette.locator(".hit-name").all_inner_texts()]
    assert len(names) > 2
    walk = {"ArrowDown": names[1], "End": names[-1], "Home": names[0], "ArrowUp": names[-1]}
    assert chosen(palette) == names[0]
    for key, name in walk.items():
        page.keyboard.press(key)
        assert chosen(palette) == name
    page.keyboard.press("ArrowDown")
    assert chosen(palette) == names[0]
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)


def test_enter_before_the_answer_opens_what_was_typed_and_not_what_stood_there(palette, page, shipyard):
    page.keyboard.type("ulstein")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/customers/{shipyard['id']}")


def test_the_focus_returns_to_where_it_was(page, shipyard):
    page.goto("/customers")
    page.locator("#place").focus()
    called(page)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette[open]")).to_have_count(0)
    expect(page.locator("#place")).to_be_focused()


def test_an_action_opens_its_form_as_the_button_does(page, shipyard):
    open_card(page, shipyard)
    look_for(called(page), "ny kontakt")
    page.keyboard.press("Enter")

    dialog = page.locator("#dialog[open]")
    expect(dialog.locator("#field-name")).to_be_focused()
    expect(page.locator("#palette[open]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_over_a_form_nothing_opens_and_nothing_typed_is_lost(page, shipyard):
    open_card(page, shipyard)
    dialog = filled(opened(page, "open-note"), text="Halvskrevet")
    page.keyboard.press("Control+k")

    expect(page.locator("#palette[open]")).to_have_count(0)
    expect(dialog.locator("#field-text")).to_have_value("Halvskrevet")
    expect(dialog.locator("#field-text")).to_be_focused()


def test_signing_out_is_an_action(visit, nordlys):
    page = visit(nordlys.hire("reader", "Bergen"))
    page.goto("/customers")
    look_for(called(page), "logg ut")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")


def test_cards_opened_last_come_first(visit, nordlys):
    page = visit(nordlys.hire("recruiter", "Bergen"))
    ids = [nordlys.ada.register(name)["id"] for name in ("Første AS", "Andre AS", "Tredje AS")]
    for place in (0, 1, 2, 1):
        open_card(page, {"id": ids[place]})
    group = called(page).get_by_role("group", name="Sist åpnet")
    expect(group.locator(".hit-name")).to_have_text(["Tredje AS", "Første AS"])

    page.goto("/customers")
    expect(page.locator(".recent a")).to_have_text(["Andre AS", "Tredje AS", "Første AS"])


def test_a_service_that_is_away_costs_its_own_hits_only(palette, suite):
    with silenced(suite, "recruitment", "killed"):
        look_for(palette, "ulstein")
        expect(palette.get_by_role("group", name="Kunder")).to_contain_text("Ulstein Verft AS")
        expect(palette.locator(".hits-silent")).to_have_text("Kan ikke søkes i akkurat nå: Prosjekter.")


def test_a_failure_is_said_in_the_palette(palette, page):
    page.route("**/find?*", lambda route: route.fulfill(status=503))
    palette.get_by_role("combobox").fill("ulstein")
    expect(palette.locator(".status")).to_contain_text("Det gikk ikke")
    page.unroute("**/find?*")
    look_for(palette, "ulstein v")
    expect(palette.locator(".status")).to_be_empty()


def test_what_takes_long_is_seen_to_be_on_its_way(palette, page):
    expect(palette.locator(".late")).to_be_empty()
    page.route("**/find?*", lambda route: (time.sleep(1), route.continue_()))
    palette.get_by_role("combobox").fill("ulstein")
    expect(palette.locator(".late")).to_have_text("Søker …")
    expect(palette.locator("#palette-hits")).to_have_attribute("data-text", "ulstein")
    expect(palette.locator(".late")).to_be_empty()


def test_without_a_script_the_bar_searches(visit, nordlys, shipyard):
    page = visit(java_script_enabled=False)
    page.goto("/sign-in")
    sign_in(page, nordlys.ada.get("/api/session").json()["email"], PASSWORD)
    page.wait_for_url("**/customers")
    page.locator(".bar-search [name=text]").fill("røstad")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/find\?text="))
    page.get_by_role("link", name="Bjørn Røstad").click()
    expect(item(page, "contacts")).to_contain_text("Bjørn Røstad")


@pytest.mark.parametrize("words", ["", "ulstein", "finnes ikke"])
def test_the_palette_can_be_read_by_everybody(page, shipyard, words):
    open_card(page, shipyard)
    look_for(called(page), words)
    assert faults(page) == {}


def test_the_page_of_hits_can_be_read_by_everybody(page, shipyard):
    page.goto("/find?text=ulstein")
    assert faults(page) == {}
