"""Two edit the same at once: each change is kept, and where both changed a field, whoever comes second chooses."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import filled, item, open_card, opened, row_form, save, send, sign_in, to_part
from tests.system.people import PASSWORD


@pytest.fixture
def colleague(nordlys, customer):
    """Somebody else, who changes things through the API while a form is open."""

    def change(path="", service="customers", **fields):
        place = f"/api/{service}/customers/{customer['id']}{path}"
        version = nordlys.ada.get(place).json()["version"]
        return nordlys.ada.write(place, fields, "PATCH", version)

    return change


def row(form, field):
    """The line about a field in the table of what somebody else changed."""
    return form.locator(".differences tbody tr").filter(has=form.page.locator(f"[name='keep.{field}']"))


def keep(form, field, whose):
    row(form, field).locator(f"[value={whose}]").check()


def test_where_both_changed_a_field_before_theirs_and_yours_are_shown_and_yours_stands(card, colleague):
    form = filled(opened(card, "open-general"), name="Fjordvik Nord AS")
    colleague(name="Fjordvik Sør AS")
    send(form)

    expect(form.get_by_role("alert")).to_contain_text("Noen andre endret dette")
    expect(row(form, "name").locator("th, td")).to_have_text(
        [re.compile("Navn"), "Fjordvik Industri AS", "Fjordvik Sør AS", "Fjordvik Nord AS"]
    )
    expect(row(form, "name").locator("[value=yours]")).to_be_checked()
    expect(row(form, "name").locator("[value=yours]")).to_be_focused()
    expect(form.locator("#field-name")).to_have_value("Fjordvik Nord AS")
    save(form)
    expect(card.locator("h1")).to_have_text("Fjordvik Nord AS")


def test_a_field_that_only_the_other_changed_is_taken_over(card, colleague):
    form = filled(opened(card, "open-general"), email="post@fjordvik.no")
    colleague(phone="55123456")
    send(form)

    expect(row(form, "phone")).to_contain_text("Bare den andre har endret")
    expect(form.locator("#field-phone")).to_have_value("+4755123456")
    expect(row(form, "email")).to_have_count(0)
    save(form)
    expect(item(card, "general").locator("[href='tel:+4755123456']")).to_be_visible()
    expect(item(card, "general")).to_contain_text("post@fjordvik.no")


def test_who_wants_theirs_gets_it_and_what_is_typed_afterwards_counts_more(card, colleague):
    form = filled(opened(card, "open-general"), name="Fjordvik Nord AS")
    colleague(name="Fjordvik Sør AS")
    send(form)
    keep(form, "name", "stored")
    expect(form.locator("#field-name")).to_have_value("Fjordvik Sør AS")
    keep(form, "name", "yours")
    expect(form.locator("#field-name")).to_have_value("Fjordvik Nord AS")
    keep(form, "name", "stored")
    filled(form, name="Fjordvik Nord AS")
    expect(row(form, "name").locator(":checked")).to_have_count(0)
    save(form)
    expect(card.locator("h1")).to_have_text("Fjordvik Nord AS")


def test_the_choice_is_still_there_after_another_error_and_after_another_change(card, colleague):
    form = filled(opened(card, "open-general"), name="Fjordvik Nord AS", phone="55")
    colleague(name="Fjordvik Sør AS")
    send(form)
    expect(form.locator("#field-phone-wrong")).not_to_be_empty()  # what cannot be read is said first
    filled(form, phone="55 12 34 56")
    send(form)
    keep(form, "name", "stored")
    filled(form, email="post@")
    send(form)

    expect(form.locator("#field-email-wrong")).not_to_be_empty()
    expect(row(form, "name")).to_contain_text("Fjordvik Industri AS")
    expect(row(form, "name").locator("[value=stored]")).to_be_checked()
    expect(form.locator("#field-name")).to_have_value("Fjordvik Sør AS")

    colleague(website="fjordvik.no")
    send(filled(form, email="post@fjordvik.no"))
    expect(row(form, "website")).to_contain_text("fjordvik.no")
    expect(row(form, "name")).to_have_count(0)
    save(form)
    for text in ("Fjordvik Sør AS", "post@fjordvik.no", "fjordvik.no"):
        expect(item(card, "general")).to_contain_text(text)


def test_a_change_of_something_else_on_the_customer_is_in_nobodys_way(card, colleague):
    form = filled(opened(card, "open-general"), name="Fjordvik Nord AS")
    colleague(directions="Inngang fra bakgården.")
    save(form)

    expect(card.locator("h1")).to_have_text("Fjordvik Nord AS")
    expect(item(card, "directions")).to_contain_text("Inngang fra bakgården.")


def test_two_who_typed_the_same_have_nothing_to_choose(card, colleague):
    form = filled(opened(card, "open-general"), name="Fjordvik Nord AS")
    colleague(name="Fjordvik Nord AS")
    save(form)


def test_an_address_is_one_thing_to_choose(card, colleague):
    mine = {"visiting__line1": "Strandgaten 1", "visiting__postal_code": "5004", "visiting__place": "Bergen"}
    form = filled(opened(card, "open-addresses"), **mine)
    colleague(visiting={"line1": "Havnegata 2", "postal_code": "0150", "place": "Oslo", "country": "NO"})
    send(form)
    expect(row(form, "visiting").locator("td")).to_have_text(
        ["–", re.compile("Havnegata 2, 0150, Oslo"), re.compile("Strandgaten 1, 5004, Bergen")]
    )
    keep(form, "visiting", "stored")
    for part, text in (("line1", "Havnegata 2"), ("postal_code", "0150"), ("place", "Oslo")):
        expect(form.locator(f"#field-visiting-{part}")).to_have_value(text)
    save(form)
    expect(item(card, "addresses")).to_contain_text("0150 Oslo")


def test_lists_boxes_choices_and_amounts_are_shown_in_words(card, colleague, nordlys):
    form = filled(opened(card, "open-invoice_information"), invoice_emails="a@fjordvik.no\nb@fjordvik.no", gln="")
    form.locator("#field-project_invoicing").check()
    form.locator("#field-invoice_type").select_option("paper")
    owner = nordlys.ada.get("/api/session").json()["id"]
    theirs = {"invoice_emails": ["c@fjordvik.no"], "invoice_type": "ehf", "our_reference": owner, "credit_days": 20}
    colleague("/invoice-information", "invoicing", **theirs)
    send(form)

    expect(row(form, "invoice_emails").locator("td")).to_have_text(["–", "c@fjordvik.no", re.compile("a@.*, b@")])
    expect(row(form, "invoice_type").locator("td")).to_have_text(["–", "EHF", "Papir"])
    expect(row(form, "our_reference").locator("td").nth(1)).to_have_text("Ada Berg")
    expect(row(form, "credit_days").locator("td").nth(1)).to_have_text("20")
    expect(row(form, "project_invoicing")).to_have_count(0)
    keep(form, "invoice_emails", "stored")
    keep(form, "credit_days", "yours")
    save(form)
    information = item(card, "invoice_information")
    for text in ("c@fjordvik.no", "Papir", "Ada Berg"):
        expect(information).to_contain_text(text)
    expect(information).not_to_contain_text("b@fjordvik.no")


def test_boxes_are_ticked_as_the_other_ticked_them(card, nordlys, customer):
    card.locator("#open-departments").wait_for()
    form = opened(card, "open-departments")
    place = f"/api/customers/customers/{customer['id']}"
    both = list(nordlys.departments.values())
    current = nordlys.ada.get(place).json()
    nordlys.ada.write(
        f"{place}/departments", {"owner": current["owner_department"], "departments": both}, "PUT", current["version"]
    )
    send(form)

    expect(row(form, "departments").locator("td").nth(1)).to_contain_text("Oslo")
    for name in ("Bergen", "Oslo"):
        expect(form.get_by_role("checkbox", name=name)).to_be_checked()
    keep(form, "departments", "yours")
    expect(form.get_by_role("checkbox", name="Oslo")).not_to_be_checked()
    keep(form, "departments", "stored")
    save(form)
    expect(item(card, "departments")).to_contain_text("Oslo")


def test_a_pinned_note_is_chosen_too(card, nordlys, customer, colleague):
    place = f"/api/customers/customers/{customer['id']}/notes"
    note = nordlys.ada.write(place, {"text": "Ring før kl. 14.\nSpør etter Kari."})
    open_card(card, customer)
    form = filled(row_form(card, "note"), text="Ring etter kl. 15.")
    colleague(f"/notes/{note['id']}", pinned=True)
    send(form)

    expect(row(form, "pinned").locator("td")).to_have_text(["Nei", "Ja", "Nei"])
    expect(form.locator("#field-pinned")).to_be_checked()
    save(form)
    expect(item(card, "notes").locator(".pinned")).to_contain_text("Ring etter kl. 15.")


def test_a_project_that_took_another_step_can_stay_there(card, nordlys, customer):
    place = f"/api/recruitment/customers/{customer['id']}/projects"
    project = nordlys.ada.write(place, {"name": "Lagerteam", "status": "active"})
    to_part(card, "projects")
    form = row_form(card, "project_status")
    form.locator("[value=lost]").check()
    nordlys.ada.write(f"{place}/{project['id']}/status", {"status": "urgent"}, "PUT", 1)
    send(form)

    expect(row(form, "status").locator("td")).to_have_text(["Aktiv", "Haster", "Tapt"])
    keep(form, "status", "stored")
    save(form)
    expect(item(card, "projects")).to_contain_text("Haster")


def test_without_a_script_the_choice_counts_when_the_form_is_sent(visit, nordlys, customer, colleague):
    page = visit(java_script_enabled=False)
    page.goto("/sign-in")
    sign_in(page, nordlys.ada.get("/api/session").json()["email"], PASSWORD)
    page.goto(f"/customers/{customer['id']}/forms/general")
    main = filled(page.locator("main"), name="Fjordvik Nord AS", email="post@fjordvik.no")
    colleague(name="Fjordvik Sør AS", phone="55123456")
    send(main)
    keep(main, "name", "stored")
    keep(main, "phone", "yours")
    send(main)

    page.wait_for_url(re.compile(r"/customers/[0-9a-f-]{36}$"))
    stored = nordlys.ada.get(f"/api/customers/customers/{customer['id']}").json()
    assert (stored["name"], stored["phone"], stored["email"]) == ("Fjordvik Sør AS", None, "post@fjordvik.no")
