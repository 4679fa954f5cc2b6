"""Every page can be read and used: by a screen reader, in the dark, on a telephone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.screen import filled, open_card, opened, send, sign_in

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TELEPHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
BROADER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


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
    ada.write(f"/api/invoicing/{path}/fixed-lines", {"description": "Vaktkoordinering", "quantity": "1", "price": "10"})
    ada.write(f"/api/recruitment/{path}/projects", {"name": "Lagerteam høst", "value": "250000"})
    call = {"kind": "call", "direction": "in", "subject": "Bestilte to", "body": "Lagerarbeidere " * 40}
    ada.write(f"/api/dialog/{path}/communications", {**call, "happened_at": "2026-03-02T09:00:00+01:00"})
    assert ada.upload(f"/api/files/{path}/files?name=Rammeavtale.pdf", b"%PDF-1.4").status_code == 201
    return customer


def refused_sign_in(page, _known):
    page.context.clear_cookies()
    page.goto("/sign-in")
    sign_in(page, "ada@nordlys.no", "feil passord")


def customers(page, _known):
    page.goto("/customers")


def nothing_found(page, _known):
    page.goto("/customers?text=finnes+ikke")


def overview(page, known):
    open_card(page, known)


def contacts(page, known):
    page.goto(f"/customers/{known['id']}/items/contacts")


def dialog(page, known):
    page.goto(f"/customers/{known['id']}/items/dialog")


def files(page, known):
    page.goto(f"/customers/{known['id']}/items/files")


def projects(page, known):
    page.goto(f"/customers/{known['id']}/items/projects")


def refused_form(page, known):
    open_card(page, known)
    form = filled(opened(page, "open-invoice_information"), gln="1", credit_days="400", invoice_emails="x")
    send(form)
    expect(form.get_by_role("alert").get_by_role("link")).to_have_count(3)


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
    page.goto("/settings")


PAGES = [refused_sign_in, customers, nothing_found, overview, contacts, dialog, files, projects, refused_form,
         changed_by_another, offer_to_undo, bin_of_files, question, settings]  # fmt: skip


@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_a_page_can_be_read_by_everybody(page, known, show):
    show(page, known)
    page.evaluate(AXE.read_text())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size in (DESK, TELEPHONE):
            page.set_viewport_size(size)
            assert page.evaluate(BROADER) <= 0, f"{size['width']} px wide, and there is more to the right"
        assert violations(page) == [], scheme


def violations(page):
    """Ask axe-core what is wrong with what is shown."""
    found = page.evaluate("axe.run().then(({violations}) => violations)")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
