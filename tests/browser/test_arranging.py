"""An employee arranges the card; it stays so, for that employee and for every customer."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import open_card
from tests.system.people import until


@pytest.fixture
def colleague(nordlys, visit, customer):
    """Somebody's card who has never arranged anything."""
    return visit(nordlys.hire("sales", "Bergen"))


def column(page, place):
    """List the items of a column from above to below."""
    return page.locator(f".column:nth-child({place}) .item").evaluate_all("all => all.map(each => each.id)")


def body(page, key):
    return page.locator(f"#item-{key}-body")


def arrange(page, act, key):
    """Press one of an item's buttons, and wait for the card that comes of it."""
    with page.expect_response(lambda answer: answer.request.redirected_from is not None):
        page.locator(f"#{act}-{key}").click()


def stands(page, place, *first):
    """Wait until a column begins with these items."""
    until(lambda: column(page, place)[: len(first)] == [f"item-{key}" for key in first], what=f"{first}")


def test_a_folded_item_stays_folded_on_every_card_until_it_is_unfolded(colleague, nordlys, customer):
    open_card(colleague, customer)
    expect(body(colleague, "directions")).to_be_visible()
    colleague.locator("#fold-directions").focus()
    colleague.keyboard.press("Enter")
    expect(body(colleague, "directions")).to_be_hidden()
    expect(colleague.locator("#fold-directions")).to_be_focused()
    expect(colleague.locator("#fold-directions")).to_have_attribute("aria-expanded", "false")

    open_card(colleague, nordlys.ada.register("Kystlab Analyse AS"))
    expect(body(colleague, "directions")).to_be_hidden()
    colleague.locator("#fold-directions").click()
    expect(body(colleague, "directions")).to_be_visible()


def test_an_item_stays_where_it_was_put(colleague, visit, nordlys, customer):
    open_card(colleague, customer)
    colleague.locator("#arrange-card").click()
    arrange(colleague, "up", "tags")
    stands(colleague, 3, "notes", "tasks", "tags", "process")
    arrange(colleague, "right", "directions")
    stands(colleague, 1, "general", "addresses", "industry")
    colleague.locator("#arranged").click()

    stands(colleague, 3, "notes", "tasks", "tags", "process")
    assert "item-directions" in column(colleague, 2)
    other = visit(nordlys.ada)
    open_card(other, customer)
    assert "item-directions" in column(other, 1)


def test_at_the_edge_an_item_stays_and_all_can_be_put_back(colleague, customer):
    open_card(colleague, customer)
    before = [column(colleague, place) for place in (1, 2, 3)]
    colleague.locator("#arrange-card").click()
    arrange(colleague, "left", "general")
    arrange(colleague, "up", "general")
    colleague.reload()
    assert [column(colleague, place) for place in (1, 2, 3)] == before

    arrange(colleague, "down", "general")
    stands(colleague, 1, "addresses", "general")
    colleague.get_by_role("button", name="Tilbakestill").click()
    stands(colleague, 1, "general")
    assert [column(colleague, place) for place in (1, 2, 3)] == before


def test_it_works_without_javascript_too(visit, nordlys, customer):
    page = visit(nordlys.hire("sales", "Bergen"), java_script_enabled=False)
    page.goto(f"/customers/{customer['id']}")
    page.locator("#fold-directions").click()
    expect(body(page, "directions")).to_be_hidden()


def test_what_cannot_be_done_is_refused(nordlys, customer):
    for act in ("fold:nothing", "sideways:notes", ""):
        answer = nordlys.ada.ask("POST", f"/customers/{customer['id']}/arrange", data={"act": act})
        assert answer.status_code == 422, act
