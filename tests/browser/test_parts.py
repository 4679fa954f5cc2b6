"""What is added, changed and ended on a card: people, notes, tags, terms, communications, projects."""

import re
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.screen import count, filled, item, opened, row_form, save, send, to_part, wrong

YEAR = datetime.now(UTC).year - 1


def test_a_contact_is_added_corrected_and_ended(card):
    contacts = to_part(card, "contacts")
    dialog = opened(card, "open-contact")
    filled(dialog, name="Kari Moe", email="kari@", mobile="401 23 456", roles="Innkjøp, Faktura")
    send(dialog)
    expect(wrong(card, "email")).not_to_be_empty()
    expect(dialog.locator("#field-roles")).to_have_value("Innkjøp, Faktura")
    save(filled(dialog, email="kari@fjordvik.no"))
    expect(contacts.locator("tbody tr")).to_have_count(1)
    expect(contacts.locator("[href='tel:+4740123456']")).to_be_visible()
    expect(count(card, "contacts")).to_have_text("1")

    save(filled(row_form(card, "contact"), title="Daglig leder"))
    expect(contacts).to_contain_text("Daglig leder")
    save(filled(row_form(card, "contact"), title="", roles=""))
    expect(contacts).not_to_contain_text("Daglig leder")
    expect(contacts).not_to_contain_text("Innkjøp")

    save(filled(row_form(card, "contact_end"), ended_on=f"{YEAR}-06-30"))
    contacts.get_by_text("1 avsluttet kontaktperson").click()
    expect(contacts).to_contain_text(f"30.06.{YEAR}")


def test_a_note_is_written_and_changed(card):
    dialog = filled(opened(card, "open-note"), text="Ring før kl. 14.\nSpør etter Kari.")
    dialog.get_by_label("Fest øverst").check()
    save(dialog)
    notes = item(card, "notes")
    expect(notes).to_contain_text("Spør etter Kari.")
    expect(notes).to_contain_text("Ada Berg")

    dialog = row_form(card, "note")
    expect(dialog.locator("#field-text")).to_have_value("Ring før kl. 14.\nSpør etter Kari.")
    expect(dialog.locator("#field-pinned")).to_be_checked()
    save(filled(dialog, text="Ring etter kl. 15."))
    expect(notes).to_contain_text("Ring etter kl. 15.")


def test_tags_are_put_on_and_taken_off(card):
    tags = item(card, "tags").get_by_role("listitem")
    save(filled(opened(card, "open-tags"), tags="havn, skift"))
    expect(tags).to_have_count(2)
    item(card, "tags").get_by_role("button", name="havn").click()
    expect(tags).to_have_count(1)
    expect(tags).to_have_text(re.compile("skift"))


def test_a_comment_stands_in_the_log(card):
    dialog = opened(card, "open-log_comment")
    send(dialog)
    expect(wrong(card, "text")).not_to_be_empty()
    save(filled(dialog, text="Vil ha tilbud før jul."))
    expect(item(card, "log").get_by_role("listitem").first).to_contain_text("Vil ha tilbud før jul.")


def test_another_department_is_linked(card):
    dialog = opened(card, "open-departments")
    dialog.get_by_role("checkbox", name="Oslo").check()
    save(dialog)
    expect(item(card, "departments")).to_contain_text("Oslo")
    expect(item(card, "departments")).to_contain_text("Bergen, eier")


def test_every_error_of_the_invoice_information_stands_at_its_field(card):
    dialog = opened(card, "open-invoice_information")
    typed = {
        "invoice_emails": "faktura@fjordvik.no\nikke en adresse",
        "gln": "123",
        "credit_days": "400",
        "invoice_address__postal_code": "50",
        "ehf_reference": "PO-7781",
    }
    filled(dialog, **typed)
    send(dialog)
    for name in ("invoice_emails", "gln", "credit_days", "invoice_address-postal_code"):
        expect(wrong(card, name)).not_to_be_empty()
    expect(dialog.get_by_role("alert").get_by_role("link")).to_have_count(4)
    for name, value in typed.items():
        expect(dialog.locator(f"#field-{name.replace('__', '-')}")).to_have_value(value)
    dialog.get_by_role("alert").get_by_role("link").last.click()
    expect(dialog.locator("[aria-invalid=true]:focus")).to_have_count(1)

    corrected = {"invoice_address__line1": "Strandgaten 1", "invoice_address__place": "Bergen"}
    filled(dialog, invoice_emails="faktura@fjordvik.no", gln="", credit_days="90",
           invoice_address__postal_code="5004", **corrected)  # fmt: skip
    send(dialog)
    expect(wrong(card, "credit_days_reason")).not_to_be_empty()
    save(filled(dialog, credit_days_reason="Rammeavtale"))
    information = item(card, "invoice_information")
    for text in ("faktura@fjordvik.no", "90", "Strandgaten 1", "5004 Bergen"):
        expect(information).to_contain_text(text)


def test_what_nobody_chose_is_not_chosen_by_saving_something_else(card):
    dialog = opened(card, "open-invoice_information")
    for name in ("invoice_type", "invoice_interval"):
        expect(dialog.locator(f"#field-{name}")).to_have_value("")
    save(filled(dialog, ehf_reference="PO-7781"))
    expect(item(card, "invoice_information")).to_contain_text("PO-7781")
    expect(item(card, "invoice_information")).to_contain_text("Velg hvordan fakturaene sendes.")


def test_an_industry_is_given_and_taken_away_again(card):
    save(filled(opened(card, "open-industry"), code="78.200", name="Utleie av arbeidskraft"))
    expect(item(card, "industry")).to_contain_text("78.200")
    save(filled(opened(card, "open-industry"), code="", name=""))
    expect(item(card, "industry")).to_have_attribute("data-state", "empty")


def test_a_fixed_invoice_line_is_added_and_corrected(card):
    save(
        filled(
            opened(card, "open-fixed_line"), description="Vaktkoordinering", quantity="1,5", unit="t", price="1 450,50"
        )
    )
    information = item(card, "invoice_information")
    expect(information).to_contain_text("Vaktkoordinering")
    expect(information).to_contain_text(re.compile(r"1\s450,50\skr"))

    dialog = row_form(card, "fixed_line")
    expect(dialog.locator("#field-quantity")).to_have_value("1,5")
    dialog.locator("#field-vat_code").select_option(index=1)
    save(filled(dialog, price="1500"))
    expect(information).to_contain_text(re.compile(r"1\s500,00\skr"))


def test_a_communication_stands_at_the_date_it_really_happened(card):
    to_part(card, "dialog")
    dialog = opened(card, "open-communication")
    dialog.get_by_label("Telefonsamtale").check()
    dialog.get_by_label("Inngående").check()
    filled(dialog, subject="Bestilte to lagerarbeidere", happened_at=f"{YEAR + 50}-01-02T09:30")
    send(dialog)
    expect(wrong(card, "happened_at")).not_to_be_empty()
    save(filled(dialog, happened_at=f"{YEAR}-07-02T09:30"))

    expect(item(card, "dialog")).to_contain_text(f"02.07.{YEAR} 09:30")
    expect(item(card, "dialog")).to_contain_text("Bestilte to lagerarbeidere")
    expect(count(card, "dialog")).to_have_text("1")


def test_a_project_is_opened_and_takes_its_next_step(card):
    projects = to_part(card, "projects")
    dialog = filled(opened(card, "open-project"), name="Lagerteam høst", value="250 000,50", end=f"{YEAR}-01-31")
    dialog.locator("#field-start").fill(f"{YEAR}-02-01")
    send(dialog)
    expect(wrong(card, "end")).not_to_be_empty()
    save(filled(dialog, end=f"{YEAR}-12-31"))
    expect(projects).to_contain_text("Lagerteam høst")
    expect(projects).to_contain_text("Forespørsel")
    expect(projects).to_contain_text(re.compile(r"250\s000,50\skr"))

    dialog = row_form(card, "project_status")
    expect(dialog.get_by_label("Løst, avsluttet")).to_have_count(0)
    dialog.get_by_label("Aktiv").check()
    save(dialog)
    expect(projects).to_contain_text("Aktiv")
