"""The card on paper: light, whole, unfolded, and with who printed it when."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from chassis import events
from chassis.auth import Caller
from contracts.integration import InvoiceImported
from tests.browser.screen import item, open_card
from tests.suite import envelope
from tests.system.people import until

PAPER = {"viewport": {"width": 688, "height": 971}}  # A4 less its margins, in pixels of CSS


@pytest.fixture
def known(suite, nordlys, customer):
    """A customer with an invoice that is overdue, somebody to call and a long letter."""
    place, amounts = f"customers/{customer['id']}", {"net": Decimal(1000), "vat": Decimal(250), "gross": Decimal(1250)}
    day = date(2026, 1, 1)
    owed = InvoiceImported(UUID(customer["id"]), uuid4(), uuid4().hex[:8], day, day + timedelta(14), **amounts)
    told = envelope(owed, Caller(nordlys.tenant, uuid4()), aggregate=f"invoice/{owed.invoice_id}")
    suite.suite.announce(events.write(told).encode())
    nordlys.ada.write(f"/api/customers/{place}/contacts", {"name": "Kari Moe", "mobile": "+4799887766"})
    for number in range(12):
        nordlys.ada.write(f"/api/customers/{place}/notes", {"text": f"Notat nummer {number}"})
    letter = {"kind": "letter", "direction": "in", "subject": "Klage", "body": "Vi klager. " * 50 + "Med hilsen Kari"}
    said = {**letter, "happened_at": "2026-03-02T09:00:00+01:00"}
    nordlys.ada.write(f"/api/dialog/{place}/communications", said)
    until(lambda: nordlys.ada.card(customer).json()["items"]["economy"]["state"] == "present")
    return customer


@pytest.fixture
def paper(visit, nordlys):
    """A card as it goes to the printer, of somebody who works in the dark."""
    page = visit(nordlys.ada, color_scheme="dark", **PAPER)
    page.emulate_media(media="print")
    return page


def test_nothing_that_matters_is_missing(paper, known):
    open_card(paper, known)
    for shown in (
        known["name"],
        str(known["number"]),
        "Forfalt",
        "+4799887766",
        "Klage",
        "Må rettes",
        "Skrevet ut av Ada Berg",
    ):
        expect(paper.locator("body")).to_contain_text(shown, use_inner_text=shown != "+4799887766")
    expect(paper.locator("#glance-economy")).to_contain_text("1 250")
    for clicked in (
        ".bar",
        "#parts",
        "[data-print]",
        ".help",
        ".fold",
        ".item-actions a",
        ".arrange",
        ".glance .ds-button",
    ):
        expect(paper.locator(clicked).first, clicked).to_be_hidden()


def test_everybody_who_can_be_called_is_printed(paper, nordlys, known):
    for number in range(5):
        nordlys.ada.write(f"/api/customers/customers/{known['id']}/contacts", {"name": f"Lars Lie {number}"})
    open_card(paper, known)
    people = paper.locator("#glance-contacts .people li")
    expect(people.filter(visible=True)).to_have_count(6)
    expect(paper.get_by_text("2 kontaktpersoner til")).to_be_hidden()
    paper.emulate_media(media="screen")
    expect(people.filter(visible=True)).to_have_count(4)
    expect(paper.get_by_text("2 kontaktpersoner til")).to_be_visible()


def test_what_is_folded_is_printed(paper, nordlys, visit, known):
    folder = nordlys.hire("sales", "Bergen")
    assert folder.ask("POST", f"/customers/{known['id']}/arrange", data={"act": "fold:notes"}).ok
    page = visit(folder, **PAPER)
    open_card(page, known)
    expect(page.locator("#item-notes-body")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#item-notes-body")).to_contain_text("Notat nummer 3")
    expect(item(page, "log").locator("details li").last).to_be_visible()
    page.goto(f"/customers/{known['id']}/items/dialog")
    expect(page.get_by_text("Med hilsen Kari")).to_be_visible()


def test_it_is_black_on_white_whatever_the_screen_is(paper, known):
    open_card(paper, known)
    for place in ("body", "#item-general", "#glance-contacts"):
        assert (
            paper.locator(place).first.evaluate("each => getComputedStyle(each).backgroundColor")
            == "rgb(255, 255, 255)"
        )
    for words in ("h1", "#item-general dd", "#glance-contacts strong", "#item-notes .typed"):
        dark = paper.locator(words).first.evaluate("each => getComputedStyle(each).color.match(/[0-9.]+/g).slice(0, 3)")
        assert max(map(float, dark)) < 100, words


def test_nothing_is_wider_than_the_paper(paper, known):
    for path in ("", "/items/contacts", "/items/economy", "/items/dialog"):
        paper.goto(f"/customers/{known['id']}{path}")
        assert paper.evaluate("document.documentElement.scrollWidth") <= PAPER["viewport"]["width"], path


def test_the_button_prints_and_writes_down_when(visit, nordlys, customer):
    page = visit(nordlys.ada)
    page.add_init_script("window.print = () => { window.printed = true; dispatchEvent(new Event('beforeprint')); }")
    open_card(page, customer)
    page.evaluate("document.querySelector('.printed time').textContent = ''")
    page.get_by_role("button", name="Skriv ut").click()
    assert page.evaluate("window.printed")
    assert str(date.today().year) in page.locator(".printed time").text_content()  # noqa: DTZ011  # the browser's day


def test_without_scripts_there_is_no_such_button(visit, nordlys, customer):
    page = visit(nordlys.ada, java_script_enabled=False)
    open_card(page, customer)
    expect(page.locator("[data-print]")).to_be_hidden()
