"""Every page can be read and used: by a screen reader, in the dark, on a telephone, twice as large."""

import pytest
from playwright.sync_api import expect

from gateway.web.forms import FORMS
from gateway.web.pages import BUTTONS
from tests.browser.everyone import DESK, faults
from tests.browser.screen import NO_PAGE, NOWHERE, filled, item, open_card, opened, send, sign_in
from tests.system.forms import silenced

IN_ROWS = ("contact_end", "project_status")
AT_ONCE = {each for name, form in FORMS.items() if form.undo not in ("", name) for each in (name, form.undo)}
IN_DIALOGS = [name for name in FORMS if name not in {"customer_create", "note_pin", *AT_ONCE}] + ["files"]
ON_PARTS = {"contact": "contacts", "contact_end": "contacts", "communication": "dialog", "project": "projects",
            "project_status": "projects", "files": "files"}  # fmt: skip
NONSENSE = """() => {
  const fields = ["input:not([type])", "[type=text]", "[type=email]", "[type=tel]", "[type=url]", "textarea"];
  const all = document.querySelectorAll(`#dialog :is(${fields.join()})`);
  for (const each of all) each.value = "x".repeat(30000);
  return all.length;
}"""


@pytest.fixture(scope="module")
def known(nordlys):
    """A customer with something in every part that people can fill."""
    ada = nordlys.ada
    customer = ada.register("Kystlab Analyse AS", org_number="987654325", type="customer", email="post@kystlab.no",
                            phone="55123456", website="kystlab.no")  # fmt: skip
    path = f"customers/{customer['id']}"
    ada.write(f"/api/customers/{path}/contacts", {"name": "Kari Moe", "roles": ["Faktura"], "email": "kari@kystlab.no"})
    ada.write(f"/api/customers/{path}/notes", {"text": "Ring før kl. 14.", "pinned": True})
    ada.write(f"/api/customers/{path}/tags", {"name": "havn"})
    me = ada.get("/api/directory/me").json()["id"]
    for role, days in (("responsible", {}), ("seller", {"valid_from": "2026-01-01", "valid_to": "2026-02-28"})):
        ada.write(f"/api/customers/{path}/employees", {"employee": me, "role": role, **days})
    for title, due in (
        ("Ring om desember", "2026-03-02"),
        ("Send ny prisliste", "2199-12-31"),
        ("Takk for sist", None),
    ):
        ada.write(f"/api/customers/{path}/tasks", {"title": title, "due": due, "priority": "high", "assignee": me})
    done = ada.write(f"/api/customers/{path}/tasks", {"title": "Avtal et møte"})
    ada.write(f"/api/customers/{path}/tasks/{done['id']}/complete", None, "PUT", 1)
    ada.write(f"/api/invoicing/{path}/fixed-lines", {"description": "Vaktkoordinering", "quantity": "1", "price": "10"})
    ada.write(f"/api/recruitment/{path}/projects", {"name": "Lagerteam høst", "value": "250000"})
    call = {"kind": "call", "direction": "in", "subject": "Bestilte to", "body": "Lagerarbeidere " * 40}
    ada.write(f"/api/dialog/{path}/communications", {**call, "happened_at": "2026-03-02T09:00:00+01:00"})
    assert ada.upload(f"/api/files/{path}/files?name=Rammeavtale.pdf", b"%PDF-1.4").status_code == 201
    return customer


@pytest.fixture
def nobody_yet(suite):
    """An agency without customers."""
    return suite.found("Sørlys Bemanning").ada


def strange(page, _known):
    page.context.clear_cookies()
    page.goto("/sign-in")


def refused_sign_in(page, known):
    strange(page, known)
    sign_in(page, "ada@nordlys.no", "feil passord")


def customers(page, _known):
    page.goto("/customers")


def nothing_found(page, _known):
    page.goto("/customers?text=finnes+ikke")


def overview(page, known):
    open_card(page, known)


def arranging(page, known):
    page.goto(f"/customers/{known['id']}?arrange=1")


def touring(page, known):
    page.goto(f"/customers/{known['id']}?tour=1")
    expect(page.locator("#tour")).to_be_visible()


def touring_to_the_end(page, known):
    touring(page, known)
    for _ in range(5):
        page.get_by_role("button", name="Neste").click()


def explained(page, known):
    open_card(page, known)
    page.locator("#item-notes .help").click()


def menu(page, known):
    page.goto(f"/customers/{known['id']}/items/contacts")
    page.locator(".bar-me").click()


def changed_by_another(page, known):
    open_card(page, known)
    form = filled(opened(page, "open-general"), name="Kystlab AS")
    place = f"/api/customers/customers/{known['id']}"
    match = {"If-Match": page.request.get(place).headers["etag"]}
    assert page.request.patch(place, data={"name": "Kystlab Nord AS", "phone": "+4755123499"}, headers=match).ok
    send(form)
    expect(form.locator(".differences")).to_be_visible()


def offer_to_undo(page, known):
    open_card(page, known)
    page.locator("[id^=do-tag_remove-]").first.click()
    expect(page.locator("#undo")).not_to_be_empty()


def asked_without_javascript(page, known):
    place = f"/customers/{known['id']}"
    note = page.request.get(f"/api/customers{place}/notes").json()["items"][0]["id"]
    page.goto(f"{place}/forms/note_delete/{note}")


def pinned_without_javascript(page, known):
    place = f"/customers/{known['id']}"
    note = page.request.get(f"/api/customers{place}/notes").json()["items"][0]["id"]
    page.goto(f"{place}/forms/note_pin/{note}")


def bin_of_files(page, known):
    page.goto(f"/customers/{known['id']}/items/files")
    page.locator("[id^=do-file_bin-]").first.click()
    page.locator("#bin summary").click()


def question(page, known):
    open_card(page, known)
    filled(opened(page, "open-note"), text="Halvskrevet")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_be_visible()


def settings(page, _known):
    page.goto("/settings?saved=1")


def guide(page, _known):
    page.goto("/help")


def interface(page, _known):
    page.goto("/api/docs")


def missing(page, _known):
    page.goto(NOWHERE)


def impossible(page, _known):
    page.goto(NO_PAGE)


def form_alone(page, known):
    page.goto(f"/customers/{known['id']}/forms/invoice_information")


def refused_form(page, known):
    open_card(page, known)
    form = filled(opened(page, "open-invoice_information"), gln="1", credit_days="400", invoice_emails="x")
    send(form)
    expect(form.get_by_role("alert").get_by_role("link")).to_have_count(3)


PAGES = [strange, refused_sign_in, customers, nothing_found, overview, arranging, touring, touring_to_the_end,
         explained, menu, question, refused_form, changed_by_another, offer_to_undo, asked_without_javascript,
         pinned_without_javascript,
         bin_of_files, settings, guide, interface, missing, impossible, form_alone]  # fmt: skip


@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_a_page_can_be_read_by_everybody(page, known, show):
    show(page, known)
    assert faults(page) == {}


@pytest.mark.parametrize("key", BUTTONS)
def test_each_part_of_the_card_can(page, known, key):
    page.goto(f"/customers/{known['id']}/items/{key}")
    assert faults(page, "#view") == {}


def test_what_is_empty_can(visit, nobody_yet, card):
    assert faults(card) == {}
    page = visit(nobody_yet)
    page.goto("/customers")
    assert faults(page) == {}


def test_what_is_silent_and_what_is_only_remembered_can(suite, page, nordlys, known):
    unseen = nordlys.ada.register("Usett Rederi AS")
    open_card(page, known)
    with silenced(suite, "recruitment", "killed"):
        page.goto(f"/customers/{unseen['id']}")
        expect(item(page, "time_bank")).to_have_attribute("data-status", "unavailable")
        assert faults(page) == {}
        page.goto(f"/customers/{known['id']}")
        expect(item(page, "time_bank")).to_have_attribute("data-status", "stale")
        assert faults(page) == {}
    open_card(page, unseen)


@pytest.mark.parametrize("name", IN_DIALOGS)
def test_each_form_can_also_when_it_was_refused(page, known, name):
    page.set_viewport_size(DESK)
    part = ON_PARTS.get(name)
    page.goto(f"/customers/{known['id']}{f'/items/{part}' if part else ''}")
    link = page.locator(f"[id^='open-{name}-']").first.get_attribute("id") if name in IN_ROWS else f"open-{name}"
    dialog = opened(page, link)
    assert faults(page, "#dialog", dark=False) == {}

    if page.evaluate(NONSENSE):
        send(dialog)
        expect(dialog.locator("[aria-invalid=true], .ds-error-summary").first).to_be_visible()
        assert faults(page, "#dialog", dark=False) == {}


def test_a_new_customer_can(page):
    page.goto("/customers")
    dialog = opened(page, "new-customer")
    send(dialog)
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert faults(page, "#dialog", dark=False) == {}
