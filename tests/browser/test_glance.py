"""The first look at a card: who this is, whom to call, whether they pay, what is going on, what is to be done."""

import re
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from chassis import events
from chassis.auth import Caller
from contracts.integration import InvoiceImported
from tests.browser.screen import filled, item, open_card, opened, save
from tests.suite import envelope
from tests.system.forms import silenced

DESK = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def known(nordlys):
    """A customer with somebody to call, something said and something owed."""
    customer = nordlys.ada.register("Fjordvik Industri AS")
    place = f"/api/customers/customers/{customer['id']}"
    nordlys.ada.write(f"{place}/contacts", {"name": "Kari Moe", "title": "Daglig leder", "mobile": "+4799887766"})
    nordlys.ada.write(
        f"/api/dialog/customers/{customer['id']}/communications",
        {
            "kind": "call",
            "direction": "in",
            "subject": "Vaktlisten for uke 12",
            "happened_at": "2026-03-02T09:00:00+01:00",
        },
    )
    return customer


def panel(page, key):
    return page.locator(f"#glance-{key}")


def test_the_first_screen_answers_without_scrolling(visit, nordlys, known):
    page = visit(nordlys.ada, **DESK)
    open_card(page, known)

    expect(panel(page, "contacts").locator("[href='tel:+4799887766']")).to_be_in_viewport(ratio=1)
    expect(panel(page, "contacts")).to_contain_text("Daglig leder")
    expect(panel(page, "dialog")).to_contain_text("Vaktlisten for uke 12")
    for key in ("contacts", "economy", "dialog", "projects", "tasks"):
        expect(panel(page, key)).to_be_in_viewport(ratio=1)


def test_what_is_owed_too_late_stands_in_the_head(suite, page, nordlys, known):
    amounts = {"net": Decimal(1000), "vat": Decimal(250), "gross": Decimal(1250)}
    owed = InvoiceImported(UUID(known["id"]), uuid4(), "1001", date(2026, 1, 1), date(2026, 1, 15), **amounts)
    told = envelope(owed, Caller(nordlys.tenant, uuid4()), aggregate=f"invoice/{owed.invoice_id}")
    suite.suite.announce(events.write(told).encode())
    open_card(page, known)

    expect(page.locator(".alerts")).to_contain_text("Forfalt")
    expect(panel(page, "economy").locator(".warn")).to_contain_text("kr")
    page.locator(".alerts a").first.click()
    expect(item(page, "economy")).to_be_visible()


def test_a_button_says_how_many_and_of_when_the_newest_is(page, known):
    open_card(page, known)

    expect(page.locator("#count-contacts")).to_have_text("1")
    expect(page.locator("#newest-contacts")).to_contain_text("i dag")
    expect(page.locator("#newest-dialog")).to_contain_text("2. mars")
    expect(page.locator("#newest-calendar")).to_be_empty()


def test_where_there_is_nothing_the_first_thing_to_do_is_offered(card):
    expect(panel(card, "contacts")).to_contain_text("Ingen å ringe ennå")
    save(filled(opened(card, "glance-contact"), name="Ola Vik", mobile="99 88 77 66"))

    expect(panel(card, "contacts")).to_contain_text("Ola Vik")
    expect(card.locator("#count-contacts")).to_have_text("1")


def test_what_stands_in_the_way_of_an_invoice_is_to_be_done(card):
    expect(panel(card, "tasks").locator("li").first).to_be_visible()
    dialog = opened(card, "glance-invoice_information")
    expect(dialog.locator("#field-invoice_type")).to_be_visible()


def test_what_was_silent_comes_back_by_itself(suite, page, nordlys):
    unseen = nordlys.ada.register("Usett Rederi AS")
    with silenced(suite, "invoicing", "killed"):
        page.goto(f"/customers/{unseen['id']}")
        expect(panel(page, "economy")).to_contain_text("Ikke tilgjengelig akkurat nå")
        expect(page.locator("#trouble")).to_contain_text("Økonomi")

    expect(panel(page, "economy")).to_contain_text("Ingen fakturaer ennå")
    expect(page.locator(".alerts")).to_contain_text("Kan ikke faktureres ennå")
    expect(page.locator("#trouble")).to_be_empty()


def test_many_silent_parts_are_counted_and_not_named_one_by_one(suite, page, nordlys):
    seen = nordlys.ada.register("Sett Rederi AS")
    open_card(page, seen)
    with silenced(suite, "customers", "killed"):
        page.reload()
        expect(page.locator("#trouble")).to_have_text(
            re.compile(r"^\s*\d\d deler av kortet viser det som sist var kjent, hver med sitt tidspunkt\.\s*$")
        )
        expect(item(page, "general")).to_contain_text("Sist kjent")
