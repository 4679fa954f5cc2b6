"""The list of customers: found, sorted, gone through by keyboard, with columns and searches of one's own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.everyone import faults
from tests.browser.screen import filled, opened, save, send, wrong
from tests.system.forms import silenced

NAMES = ("Havbris Sjømat AS", "Havgapet Rigg AS", "Havørn Bygg AS")


@pytest.fixture(scope="module")
def three(nordlys):
    """Three customers by the sea, the last of them the first by number."""
    return [
        nordlys.ada.register(name, type=kind, phone="55123456", email="post@hav.no")
        for name, kind in zip(reversed(NAMES), ("customer", "prospect", "customer"), strict=True)
    ]


@pytest.fixture
def colleague(nordlys, three):
    """Somebody who has not chosen anything yet."""
    return nordlys.hire("sales", "Bergen")


@pytest.fixture
def listed(visit, colleague):
    """The list of the three customers, by name."""
    page = visit(colleague)
    page.goto("/customers?text=hav")
    return page


def rows(page):
    return page.locator("#results .row-link")


def row(page, place):
    return rows(page).nth(place)


def heading(page, name):
    return page.get_by_role("columnheader", name=name, exact=True)


def chip(page, name):
    return page.locator("#saved").get_by_role("link", name=name, exact=True)


def keep(page, name):
    """Save the search that is shown."""
    with page.expect_navigation():
        save(filled(opened(page, "save-search"), name=name))
    expect(chip(page, name)).to_be_visible()


def tick(page, column):
    """Tick or untick a column and wait for the list that comes of it."""
    with page.expect_response(lambda answer: answer.request.redirected_from is not None):
        page.locator(f"#column-{column}").click()


def test_the_list_follows_what_is_typed(listed):
    listed.goto("/customers")
    listed.locator("#text").press_sequentially("hav")
    expect(rows(listed)).to_have_text(NAMES)
    listed.locator("#text").press_sequentially("bris")
    expect(rows(listed)).to_have_text(NAMES[:1])
    expect(listed.locator("#hits")).to_have_text("1 kunde funnet")
    expect(listed.locator("#text")).to_be_focused()
    expect(listed).to_have_url(re.compile("text=havbris"))

    listed.locator("#text").fill("finnes ikke")
    expect(listed.locator("#results")).to_contain_text("Ingen kunde passer til søket")


def test_the_rows_are_gone_through_by_keyboard(listed):
    listed.locator("#text").focus()
    for key, place in (("ArrowDown", 0), ("ArrowDown", 1), ("End", 2), ("ArrowDown", 2), ("ArrowUp", 1), ("Home", 0),
                       ("PageDown", 2), ("PageUp", 0)):  # fmt: skip
        listed.keyboard.press(key)
        expect(row(listed, place)).to_be_focused()
    listed.keyboard.press("ArrowUp")
    expect(listed.locator("#text")).to_be_focused()

    listed.keyboard.press("ArrowDown")
    listed.keyboard.press("ArrowDown")
    listed.keyboard.press("Enter")
    expect(listed.locator("h1")).to_have_text(NAMES[1])


def test_a_row_opens_in_a_tab_of_its_own_as_links_do(listed):
    listed.locator("#text").press("ArrowDown")
    with listed.context.expect_page() as tab:
        listed.keyboard.press("Control+Enter")
    expect(tab.value.locator("h1")).to_have_text(NAMES[0])
    expect(row(listed, 0)).to_be_focused()


def test_whoever_types_on_is_back_in_the_search(listed):
    listed.locator("#text").press("ArrowDown")
    listed.keyboard.type("g")
    expect(listed.locator("#text")).to_have_value("havg")
    expect(rows(listed)).to_have_text(NAMES[1:2])

    listed.locator("#text").press("ArrowDown")
    expect(row(listed, 0)).to_be_focused()
    listed.keyboard.press("/")
    expect(listed.locator("#text")).to_be_focused()
    listed.keyboard.type("havb")
    expect(rows(listed)).to_have_text(NAMES[:1])


def test_a_heading_sorts_and_sorts_the_other_way(listed):
    expect(heading(listed, "Navn")).to_have_attribute("aria-sort", "ascending")
    listed.locator("#sort-number").focus()
    listed.keyboard.press("Enter")
    expect(rows(listed)).to_have_text(NAMES[::-1])
    expect(listed.locator("#sort-number")).to_be_focused()
    expect(heading(listed, "Nummer")).to_have_attribute("aria-sort", "ascending")
    listed.keyboard.press("Enter")
    expect(rows(listed)).to_have_text(NAMES)
    expect(heading(listed, "Nummer")).to_have_attribute("aria-sort", "descending")
    expect(listed).to_have_url(re.compile("sort=-number"))

    listed.locator("#text").fill("hav b")  # what is typed next is sorted alike
    expect(rows(listed)).to_have_text([NAMES[0], NAMES[2]])
    expect(listed).to_have_url(re.compile("sort=-number"))


def test_pages_follow_each_other_and_lead_back_to_the_first(visit, suite):
    nord = suite.found("Nord Bemanning").ada
    for number in range(52):
        nord.register(f"Firma {number:02}")
    page = visit(nord)
    page.goto("/customers")
    expect(page.locator("#hits")).to_have_text("Viser 50 av 52 kunder")
    page.locator("#next-page").click()
    expect(rows(page)).to_have_text(["Firma 50", "Firma 51"])
    expect(row(page, 0)).to_be_focused()
    page.locator("#first-page").click()
    expect(row(page, 0)).to_have_text("Firma 00")
    page.go_back()
    expect(rows(page)).to_have_count(2)


def test_the_heading_stays_under_the_top_bar(visit, nordlys, three):
    page = visit(nordlys.ada, viewport={"width": 1440, "height": 420})
    page.goto("/customers?text=hav")
    page.mouse.wheel(0, 120)
    page.wait_for_function("scrollY > 0")
    page.locator("#text").evaluate("field => field.focus({preventScroll: true})")
    page.keyboard.press("ArrowDown")
    bar, names, first = (each.bounding_box() for each in (page.locator(".bar"), heading(page, "Navn"), row(page, 0)))

    assert names["y"] >= bar["y"] + bar["height"] - 1
    assert first["y"] >= names["y"] + names["height"] - 1


def test_columns_are_chosen_and_stay_so_for_whoever_chose_them(listed, visit, nordlys):
    listed.locator("#choose-columns").click()
    tick(listed, "phone")
    expect(listed.locator("#results [href='tel:+4755123456']")).to_have_count(3)
    expect(listed.locator("#columns")).to_be_visible()
    expect(listed.locator("#column-phone")).to_be_focused()
    tick(listed, "type")
    expect(heading(listed, "Type")).to_have_count(0)

    listed.reload()
    expect(listed.get_by_role("columnheader")).to_have_text(
        ["Nummer", "Navn", "Sted", "Avdeling", "Ansvarlig", "Oppgaver", "Telefon", "Sist endret"]
    )
    other = visit(nordlys.ada)
    other.goto("/customers?text=hav")
    expect(heading(other, "Telefon")).to_have_count(0)

    listed.locator("#choose-columns").click()
    listed.locator("#reset-columns").click()
    expect(heading(listed, "Type")).to_have_count(1)
    expect(listed.locator("#column-phone")).not_to_be_checked()


def test_a_search_is_saved_opened_and_deleted_and_had_back(listed):
    listed.locator("#type").select_option("customer")
    expect(rows(listed)).to_have_count(2)
    listed.locator("#sort-number").click()
    expect(row(listed, 0)).to_have_text(NAMES[2])
    keep(listed, "Sjøkunder")
    expect(chip(listed, "Sjøkunder")).to_have_attribute("aria-current", "page")
    expect(listed.locator("#save-search")).to_be_hidden()

    chip(listed, "Alle kunder").click()
    chip(listed, "Sjøkunder").click()
    expect(rows(listed)).to_have_text([NAMES[2], NAMES[0]])

    listed.get_by_role("button", name="Slett det lagrede søket Sjøkunder").click()
    expect(chip(listed, "Sjøkunder")).to_have_count(0)
    expect(listed.get_by_role("button", name="Angre")).to_be_focused()
    with listed.expect_navigation():
        listed.keyboard.press("Enter")
    expect(chip(listed, "Sjøkunder")).to_have_attribute("aria-current", "page")


def test_a_search_without_a_name_is_not_saved_and_says_so(listed):
    dialog = opened(listed, "save-search")
    send(filled(dialog, name="x" * 61))
    expect(wrong(listed, "name")).to_contain_text("Høyst 60 tegn")
    expect(dialog.locator("#field-name")).to_have_value("x" * 61)
    expect(dialog.locator("#field-name")).to_be_focused()


def test_customers_are_found_by_department_and_by_tag(visit, nordlys, three):
    ada = nordlys.ada
    ada.write(f"/api/customers/customers/{three[0]['id']}/tags", {"name": "Tørrdokk"})
    page = visit(ada)
    page.goto("/customers?text=hav")
    page.locator("#tag").press_sequentially("tørr")
    page.locator("#tags option[value=Tørrdokk]").wait_for(state="attached")
    expect(rows(page)).to_have_count(3)
    page.locator("#tag").fill("Tørrdokk")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_text(NAMES[2:])
    page.locator("#department").select_option(label="Oslo")
    expect(page.locator("#results")).to_contain_text("Ingen kunde passer")
    page.locator("#department").select_option(label="Bergen")
    expect(rows(page)).to_have_count(1)


def test_a_search_that_takes_its_time_shows_that_it_is_at_work(listed):
    before = listed.locator("#results").bounding_box()
    listed.route("**/customers?*", lambda route: listed.wait_for_timeout(1500) or route.continue_())
    listed.locator("#text").fill("havbris")
    expect(listed.locator("body.under-way")).to_have_count(1)
    during = listed.locator("#results").bounding_box()
    expect(listed.locator("body.under-way")).to_have_count(0)
    expect(rows(listed)).to_have_count(1)

    assert during == before


def test_when_the_customers_cannot_be_reached_the_page_says_so_until_they_can(suite, listed):
    with silenced(suite, "customers", "killed"):
        listed.reload()
        expect(listed.locator("#results").get_by_role("alert")).to_contain_text("akkurat nå")
    listed.get_by_role("link", name="Prøv igjen").click()
    expect(rows(listed)).to_have_text(NAMES)


def test_it_works_without_javascript_too(visit, colleague):
    page = visit(colleague, java_script_enabled=False)
    page.goto("/customers?text=hav&type=customer")
    page.locator("#choose-columns").click()
    page.locator("#column-email").check()
    page.locator("#columns-form").get_by_role("button", name="Lagre").click()
    expect(page.locator("#results [href='mailto:post@hav.no']")).to_have_count(2)
    page.locator("#sort-number").click()
    expect(rows(page)).to_have_text([NAMES[2], NAMES[0]])

    page.locator("#save-search").click()
    send(page.locator("main"))
    expect(wrong(page, "name")).to_be_visible()
    send(filled(page.locator("main"), name="Sjøkunder"))
    expect(chip(page, "Sjøkunder")).to_have_attribute("aria-current", "page")
    expect(rows(page)).to_have_text([NAMES[2], NAMES[0]])
    page.get_by_role("button", name="Slett det lagrede søket Sjøkunder").click()
    expect(chip(page, "Sjøkunder")).to_have_count(0)
    expect(rows(page)).to_have_text([NAMES[2], NAMES[0]])


def choosing_columns(page):
    page.locator("#choose-columns").click()
    tick(page, "phone")


def in_a_row(page):
    page.locator("#text").press("ArrowDown")


def just_deleted(page):
    page.get_by_role("button", name="Slett det lagrede søket Hav").click()
    expect(page.get_by_role("button", name="Angre")).to_be_visible()


@pytest.mark.parametrize("act", [choosing_columns, in_a_row, just_deleted], ids=lambda act: act.__name__)
def test_the_list_can_be_read_by_everybody(listed, act):
    keep(listed, "Hav")
    act(listed)
    assert faults(listed) == {}
