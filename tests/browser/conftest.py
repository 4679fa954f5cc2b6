"""A browser in front of the whole suite: all six programs in this process, and people who click and type."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from chassis import logs
from tests.browser.screen import NO_PAGE, NOWHERE, PATIENCE, open_card
from tests.system.forms import Embedded
from tests.system.people import Agency, Employee

# What is said in the console about an answer that the page takes care of, and about a search that the next overtook.
REFUSED = re.compile(
    r"(status of|Status Error Code) (401|403|404|409|412|413|422|503|504)\b"
    r"|ERR_INTERNET_DISCONNECTED|ERR_FAILED|htmx:(afterRequest|sendAbort|sendError)"
)

Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))
    started = Embedded(tmp_path_factory.mktemp("suite"))
    yield started
    started.close()


@pytest.fixture(scope="package")
def nordlys(suite: Embedded) -> Agency:
    """The agency whose customers the tests are about; it works in Bergen and Oslo."""
    return suite.found("Nordlys Bemanning")


@pytest.fixture(scope="package")
def chromium(browser_path: str | None) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])


@pytest.fixture
def visit(chromium: Browser, suite: Embedded) -> Iterator[Visit]:
    """Open a browser of one's own, signed in or not. Whatever its console complains about fails the test."""
    opened, complaints = [], []

    def complain(message: ConsoleMessage) -> None:
        in_vain = message.location["url"].endswith((NOWHERE, NO_PAGE))
        if message.type in ("error", "warning") and not REFUSED.search(message.text) and not in_vain:
            complaints.append(message.text)

    def open_page(who: Employee | None = None, **options: Any) -> Page:
        options = {"locale": "nb-NO", "timezone_id": "Europe/Oslo", **options}
        context = chromium.new_context(base_url=suite.address(), **options)
        opened.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("console", complain)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        if who:
            name, _, value = who.headers["Cookie"].partition("=")
            context.add_cookies([{"name": name, "value": value, "url": suite.address()}])
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def page(visit: Visit, nordlys: Agency) -> Page:
    """Ada's browser; she is signed in."""
    return visit(nordlys.ada)


@pytest.fixture
def customer(nordlys: Agency) -> dict[str, Any]:
    """A customer of whom only the name is known."""
    return nordlys.ada.register("Fjordvik Industri AS")


@pytest.fixture
def card(page: Page, customer: dict[str, Any]) -> Page:
    """The customer's card, open."""
    open_card(page, customer)
    return page
