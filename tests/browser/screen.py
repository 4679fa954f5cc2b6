"""What people look for on the screen, and do there."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.system.people import until

PATIENCE = 20_000  # milliseconds
NOWHERE = "/nowhere"  # the one address at which tests look for a page in vain
NO_PAGE = "/sign-out"  # where a form is sent and nothing is shown


def open_card(page: Page, customer: dict[str, Any]) -> None:
    """Open a card and wait until every service has answered: a busy machine may cost the first look some items."""

    def whole() -> bool:
        page.goto(f"/customers/{customer['id']}")
        return page.locator("[data-status]").count() > 0 and page.locator("[data-status=unavailable]").count() == 0

    until(whole, what="the card in one piece")


def opened(page: Page, link: str) -> Locator:
    """Click what opens a form; return the dialog with the focus in it."""
    page.locator(f"#{link}").click()
    dialog = page.locator("#dialog[open]")
    expect(dialog.locator(":focus")).to_have_count(1)
    return dialog


def row_form(page: Page, form: str) -> Locator:
    """Open a form about the only thing in a list."""
    link = page.locator(f"a[id^='open-{form}-']").get_attribute("id")
    assert link
    return opened(page, link)


def filled(dialog: Locator, **values: str) -> Locator:
    """Type into the fields of a form; two underscores stand for the hyphen of an address."""
    for name, value in values.items():
        dialog.locator(f"#field-{name.replace('__', '-')}").fill(value)
    return dialog


def send(dialog: Locator) -> None:
    """Press the button the form ends with."""
    dialog.locator(".form-end button:not([type=button])").click()


def save(dialog: Locator) -> None:
    """Press it, and see the dialog close."""
    send(dialog)
    expect(dialog).to_have_count(0)


def wrong(page: Page, name: str) -> Locator:
    """Return the message at a field."""
    return page.locator(f"#field-{name}-wrong")


def item(page: Page, key: str) -> Locator:
    """Return an item of the card."""
    return page.locator(f"#item-{key}")


def to_part(page: Page, key: str) -> Locator:
    """Press one of the ten buttons of the card; return the part it shows."""
    page.locator(f"#parts a[href$='/items/{key}']").click()
    part = item(page, key)
    expect(part).to_be_visible()
    return part


def count(page: Page, key: str) -> Locator:
    """Return the figure on one of the ten buttons."""
    return page.locator(f"#count-{key}")


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill in the sign-in page and send it."""
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("[action='/sign-in'] button").click()
