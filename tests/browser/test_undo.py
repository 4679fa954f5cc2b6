"""What can be undone is done at once, and taken back by whoever wants it back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import count, filled, item, open_card, opened, row_form, save, send, sign_in, to_part
from tests.system.people import PASSWORD


@pytest.fixture
def there(customer):
    """The customer's place in a service's API."""
    return lambda service: f"/api/{service}/customers/{customer['id']}"


@pytest.fixture
def files(page, nordlys, customer, there):
    """The part with the files, two on the shelf."""
    for name in ("Rammeavtale.pdf", "Tegning.pdf"):
        assert nordlys.ada.upload(f"{there('files')}/files?name={name}", b"%PDF-1.4 " + name.encode()).ok
    open_card(page, customer)
    return to_part(page, "files")


@pytest.fixture
def noted(page, nordlys, customer, there):
    """The notes of a card, one of them Ada's and pinned."""
    nordlys.ada.write(f"{there('customers')}/notes", {"text": "Ring før kl. 14.", "pinned": True})
    nordlys.ada.write(f"{there('customers')}/notes", {"text": "Spør etter Kari."})
    open_card(page, customer)
    return item(page, "notes")


def offer(page):
    """The offer to take back what was just done."""
    return page.locator("#undo")


def undo(page):
    offer(page).get_by_role("button", name="Angre").click()


def take_away(place, kind, about):
    """Press the first button that takes something away at once."""
    buttons = place.locator(f"[id^=do-{kind}-]")
    buttons.and_(place.get_by_role("button", name=re.compile(about))).first.click()


def test_a_file_goes_to_the_bin_without_a_question_and_comes_back(page, files):
    take_away(files, "file_bin", "Rammeavtale")
    expect(offer(page)).to_contain_text("Flyttet til papirkurven.")
    expect(page.locator("#dialog[open]")).to_have_count(0)
    expect(count(page, "files")).to_have_text("1")

    undo(page)
    expect(page.locator("#page-status")).to_have_text("Angret.")
    expect(offer(page)).to_be_empty()
    expect(count(page, "files")).to_have_text("2")
    expect(files.get_by_role("link", name="Rammeavtale.pdf")).to_be_visible()


def test_what_lies_in_the_bin_is_seen_there_and_brought_back(page, files):
    take_away(files, "file_bin", "Rammeavtale")
    take_away(files, "file_bin", "Tegning")
    expect(files).to_have_attribute("data-state", "empty")
    files.get_by_text("2 filer i papirkurven").click()
    lying = files.locator("#bin tbody tr")
    expect(lying.first).to_contain_text("om 30 dager")
    take_away(files, "file_restore", "Rammeavtale")

    expect(files.get_by_text("1 fil i papirkurven")).to_be_visible()
    expect(lying).to_have_count(1)
    expect(files.get_by_role("link", name="Rammeavtale.pdf")).to_be_visible()
    expect(page.locator("#page-status")).to_have_text("Hentet tilbake.")


def test_a_note_comes_back_as_it_was(page, noted):
    take_away(noted, "note_delete", "Slett")  # the first: the pinned one
    expect(noted.locator(".entries li:visible")).to_have_count(1)
    expect(offer(page)).to_contain_text("Notatet er slettet.")
    undo(page)

    expect(noted.locator(".pinned")).to_contain_text("Ring før kl. 14.")
    expect(noted.locator(".pinned")).to_contain_text("Ada Berg")
    expect(item(page, "log")).to_contain_text("Hentet tilbake et notat.")


def test_a_note_is_pinned_and_unpinned_where_it_stands(page, noted, nordlys, there):
    noted.get_by_role("button", name=re.compile("^Fest notatet")).click()
    expect(noted.locator(".pinned")).to_have_count(2)
    expect(offer(page)).to_contain_text("Flyttet notatet.")
    undo(page)
    expect(noted.locator(".pinned")).to_have_count(1)
    expect(noted.locator(".pinned")).to_contain_text("Ring før kl. 14.")

    pressed = noted.get_by_role("button", name=re.compile("^Løsne notatet"))
    pressed.press("Enter")
    expect(noted.locator(".pinned")).to_have_count(0)
    expect(noted.locator("[id^=do-note_pin-]:focus")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(noted.locator(".pinned")).to_contain_text("Ring før kl. 14.")
    kept = nordlys.ada.get(f"{there('customers')}/notes").json()["items"]
    assert {note["text"]: note["pinned"] for note in kept} == {"Ring før kl. 14.": True, "Spør etter Kari.": False}


def test_what_is_heard_before_it_is_answered_can_be_undone_too(page, noted):
    """Who is quick, or has a slow line, has pressed in a list that is drawn anew before the answer comes."""

    def late(route):
        answer = route.fetch()
        page.wait_for_timeout(2_000)
        route.fulfill(response=answer)

    page.route(re.compile("/forms/note_delete/"), late)
    take_away(noted, "note_delete", "Slett")
    expect(item(page, "log")).to_contain_text("Slettet et notat.")
    expect(offer(page)).to_contain_text("Notatet er slettet.")
    undo(page)
    expect(noted.locator(".entries li")).to_have_count(2)


def test_a_tag_comes_back_with_its_comma(page, nordlys, customer, there):
    for name in ("havn, ytre", "skift"):
        nordlys.ada.write(f"{there('customers')}/tags", {"name": name})
    open_card(page, customer)
    tags = item(page, "tags")
    take_away(tags, "tag_remove", "havn")
    expect(tags.get_by_role("listitem")).to_have_count(1)
    undo(page)
    expect(tags.get_by_role("listitem")).to_have_text([re.compile("havn, ytre"), re.compile("skift")])


def test_a_fixed_line_comes_back_in_its_place(page, nordlys, customer, there):
    for description, unit in (("Vaktkoordinering", "t"), ("Administrasjon", None)):
        line = {"description": description, "quantity": "1.5", "price": "1450.50", "unit": unit, "vat_code": "low"}
        nordlys.ada.write(f"{there('invoicing')}/fixed-lines", {**line, "valid_from": "2026-01-01"})
    open_card(page, customer)
    before = nordlys.ada.get(f"{there('invoicing')}/fixed-lines").json()["items"]
    lines = item(page, "invoice_information")
    take_away(lines, "fixed_line_remove", "Vaktkoordinering")
    expect(lines.locator("tbody tr")).to_have_count(1)
    undo(page)

    expect(lines.locator("tbody tr")).to_contain_text(["Vaktkoordinering", "Administrasjon"])
    after = nordlys.ada.get(f"{there('invoicing')}/fixed-lines").json()["items"]
    told = ("description", "quantity", "unit", "price", "vat_code", "valid_from", "valid_to", "position")
    assert [[line[field] for field in told] for line in after] == [[line[field] for field in told] for line in before]


def test_a_step_of_a_project_is_taken_back_where_there_is_a_way_back(page, nordlys, customer, there):
    nordlys.ada.write(f"{there('recruitment')}/projects", {"name": "Lagerteam", "status": "active"})
    open_card(page, customer)
    projects = to_part(page, "projects")
    step(page, "urgent")
    expect(projects).to_contain_text("Haster")
    undo(page)
    expect(projects.locator("tbody")).to_contain_text("Aktiv")
    expect(offer(page)).to_be_empty()

    step(page, "lost")  # a lost project comes back as a request and as nothing else
    expect(projects).to_contain_text("Tapt")
    expect(page.locator("#page-status")).to_have_text("Lagret.")
    expect(offer(page)).to_be_empty()


def step(page, status):
    dialog = row_form(page, "project_status")
    dialog.locator(f"[value={status}]").check()
    save(dialog)


def test_the_keyboard_takes_away_one_after_the_other_and_takes_back(page, nordlys, customer, there):
    for name in ("anlegg", "havn", "skift"):
        nordlys.ada.write(f"{there('customers')}/tags", {"name": name})
    open_card(page, customer)
    tags = item(page, "tags").get_by_role("listitem")
    item(page, "tags").get_by_role("button", name="anlegg").focus()
    page.keyboard.press("Enter")
    expect(item(page, "tags").get_by_role("button", name="havn")).to_be_focused()
    expect(tags).to_have_count(2)
    expect(item(page, "tags").get_by_role("button", name="havn")).to_be_focused()
    expect(offer(page)).not_to_be_empty()
    page.keyboard.press("Control+z")
    expect(tags).to_have_count(3)


def test_the_keys_that_undo_leave_what_is_typed_alone(page, noted):
    take_away(noted, "note_delete", "Slett")
    expect(offer(page)).not_to_be_empty()
    dialog = filled(opened(page, "open-note"), text="Ny")
    dialog.locator("#field-text").press("Control+z")
    expect(dialog).to_be_visible()
    expect(noted.locator(".entries li:visible")).to_have_count(1)


def test_the_offer_stays_while_somebody_is_at_it_and_goes_when_it_is_closed(page, noted):
    page.clock.install()
    take_away(noted, "note_delete", "Slett")
    offer(page).get_by_role("button", name="Angre").focus()
    page.clock.run_for(60_000)
    expect(offer(page)).not_to_be_empty()
    offer(page).get_by_role("button", name="Lukk").click()
    expect(offer(page)).to_be_empty()
    expect(page.locator("#item-notes-title")).to_be_focused()


def test_the_offer_stays_ten_seconds_and_goes_by_itself(page, noted):
    page.clock.install()
    take_away(noted, "note_delete", "Slett")
    expect(offer(page)).not_to_be_empty()
    page.mouse.move(5, 5)
    page.clock.run_for(10_000)
    expect(offer(page)).not_to_be_empty()
    page.clock.run_for(5_000)
    expect(offer(page)).to_be_empty()


def test_what_somebody_changed_meanwhile_is_not_taken_away_unseen(page, nordlys, noted, there):
    note = nordlys.ada.get(f"{there('customers')}/notes").json()["items"][0]
    page.route(re.compile(r"/live\?"), lambda route: route.abort())  # the card does not hear of it in time
    page.reload()
    nordlys.ada.write(f"{there('customers')}/notes/{note['id']}", {"text": "Ring etter kl. 15."}, "PATCH", 1)
    take_away(noted, "note_delete", "Slett")

    expect(page.locator("#page-status")).to_contain_text("Noen andre har endret dette")
    expect(noted.locator(".entries li:visible")).to_have_count(2)
    expect(noted).to_contain_text("Ring etter kl. 15.")
    take_away(noted, "note_delete", "Slett")
    expect(noted.locator(".entries li:visible")).to_have_count(1)


def test_nobody_is_offered_what_he_has_no_right_to(visit, nordlys, files, there, customer):
    nordlys.ada.write(f"{there('customers')}/notes", {"text": "Ring før kl. 14."})
    reader = visit(nordlys.hire("reader", "Bergen"))
    open_card(reader, customer)
    expect(item(reader, "notes")).to_contain_text("Ring før kl. 14.")
    expect(reader.locator("[id^=do-]")).to_have_count(0)


def test_without_a_script_a_page_asks_first(visit, nordlys, noted, customer):
    plain = visit(java_script_enabled=False)
    plain.goto("/sign-in")
    sign_in(plain, nordlys.ada.get("/api/session").json()["email"], PASSWORD)
    open_card(plain, customer)
    take_away(item(plain, "notes"), "note_delete", "Slett")
    expect(plain.locator("main")).to_contain_text("Notatet kan hentes tilbake")
    send(plain.locator("main"))
    plain.wait_for_url(re.compile(r"/customers/[0-9a-f-]{36}$"))
    expect(item(plain, "notes").get_by_role("listitem")).to_have_count(1)

    take_away(item(plain, "notes"), "note_pin", "Fest")
    plain.get_by_label("Fest øverst").check()
    send(plain.locator("main"))
    plain.wait_for_url(re.compile(r"/customers/[0-9a-f-]{36}$"))
    expect(item(plain, "notes").locator(".pinned")).to_contain_text("Spør etter Kari.")
