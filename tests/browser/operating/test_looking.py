"""The operators' page says whether anything is stuck, to everybody who may look, however they look."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.everyone import DESK, TELEPHONE, faults
from tests.browser.operating.conftest import POLLED, messages, row
from tests.system.forms import silenced

# what everybody can see and read


# cells that do not end where their row does, and words that go on past the end of their cell
SPILT = """[...document.querySelectorAll("main tbody :is(th, td)")].filter((cell) => {
  const [own, row] = [cell, cell.parentElement].map((each) => each.getBoundingClientRect());
  return own.bottom > row.bottom + 1 || cell.scrollWidth > cell.clientWidth + 1;
}).map((cell) => cell.outerHTML.slice(0, 120))"""


def empty(page, _park):
    page.goto("/operations")
    expect(page.get_by_text("Ingenting er parkert")).to_be_visible()


def with_messages(page, park):
    park()
    park("recruitment", b"\x89PNG \xff")
    page.goto("/operations")
    expect(messages(page)).to_have_count(2)


def message(page, park):
    with_messages(page, park)
    messages(page).filter(has_text="recruitment").get_by_role("link").click()
    expect(page.locator("#dialog[open] pre")).to_contain_text("89 50 4e 47")


def plan(page, park):
    with_messages(page, park)
    page.locator("#redrive-customers").click()
    expect(page.locator("#dialog[open] .steps li")).to_have_count(1)


def refused(page, park):
    plan(page, park)
    page.locator("#dialog .form-end button:not([type=button])").click()
    expect(page.locator("#field-reason-wrong")).to_have_text("Si hvorfor.")


def one_program(page, park):
    empty(page, park)
    page.locator("#open-program-files").click()
    expect(page.locator("#dialog[open]").get_by_text("orphans")).to_be_visible()


def plan_on_a_page(page, park):
    park()
    page.goto("/operations/redrive?program=customers")
    expect(page.locator("h1")).to_have_text("Prøv igjen")


def message_on_a_page(page, park):
    with_messages(page, park)
    page.goto(messages(page).first.get_by_role("link").get_attribute("href"))
    expect(page.locator("main pre")).to_be_visible()


PAGES = [empty, with_messages, message, plan, refused, one_program, plan_on_a_page, message_on_a_page]


@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_it_can_be_read_by_everybody(page, park, show):
    show(page, park)
    readable(page)


def readable(page):
    assert faults(page) == {}
    for size in (DESK, TELEPHONE):
        page.set_viewport_size(size)
        assert page.evaluate(SPILT) == [], size


def test_only_operators_are_shown_the_way_there(visit, operator, nordlys):
    mine, others = visit(operator), visit(nordlys.ada)
    for page in (mine, others):
        page.goto("/settings")
    expect(others.get_by_role("link", name="Drift")).to_have_count(0)
    mine.get_by_role("link", name="Drift").click()

    expect(mine.get_by_role("heading", level=1)).to_have_text("Drift")


def test_it_speaks_english_too(visit, operator, park, suite):
    park()
    page = visit(operator)
    page.context.add_cookies([{"name": "language", "value": "en", "url": suite.address()}])
    page.goto("/operations")

    expect(page.get_by_text("One program needs a look")).to_be_visible()
    expect(row(page, "customers")).to_contain_text("1 message parked")


# is anything stuck


def test_a_program_that_is_down_says_so_and_breaks_nothing(page, park, suite):
    park()
    with silenced(suite, "invoicing", "killed"), silenced(suite, "dialog", "frozen"):
        page.goto("/operations")
        expect(row(page, "invoicing")).to_contain_text("kan ikke nås")
        expect(row(page, "dialog")).to_contain_text("svarer ikke i tide")
        expect(row(page, "files")).to_contain_text("I orden")
        expect(messages(page)).to_have_count(1)
        readable(page)


@contextmanager
def staying(page, *places):
    """See that these are where they were, to the pixel, when the block is over."""
    before = [page.locator(place).bounding_box() for place in places]
    assert None not in before
    yield
    assert [page.locator(place).bounding_box() for place in places] == before


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_the_table_keeps_itself_up_to_date_and_moves_nothing_that_somebody_reads(page, park, suite, size):
    park()
    page.set_viewport_size(size)
    page.goto("/operations")
    messages(page).get_by_role("checkbox").check()
    page.locator("#open-program-gateway").focus()
    expect(row(page, "invoicing")).to_contain_text("I orden")
    scrolled = page.evaluate("scrollY")

    with (
        staying(page, ".parked tbody tr", "#program-gateway", "#history-title"),
        silenced(suite, "invoicing", "killed"),
    ):
        park("recruitment")
        expect(row(page, "invoicing")).to_contain_text("kan ikke nås", timeout=POLLED)
        expect(row(page, "recruitment")).to_contain_text("1 melding parkert")
        expect(page.get_by_text("Denne listen er endret.")).to_be_visible()
        expect(messages(page)).to_have_count(1)

    expect(messages(page).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#open-program-gateway")).to_be_focused()
    assert page.evaluate("scrollY") == scrolled
    expect(row(page, "invoicing")).to_contain_text("I orden", timeout=POLLED)


def test_what_is_new_in_the_list_is_shown_when_somebody_asks_for_it(page, park):
    park()
    page.goto("/operations")
    park("recruitment")
    page.get_by_role("link", name="Vis den slik den er nå").click(timeout=POLLED)

    expect(messages(page)).to_have_count(2)
    expect(page.get_by_text("Denne listen er endret.")).to_have_count(0)
