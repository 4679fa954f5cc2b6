"""What a card costs the browser: bytes, moments until it is seen and can be used, shifts, and how soon a form opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks.ground import median, show
from tests.system.forms import Embedded
from tests.system.people import Employee, until
from tools.programs import system_browser

ROUNDS = 20
TIMES = """() => {
  const at = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return [paint.startTime, at.domContentLoadedEventEnd];
}"""
SHIFTS = """new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.shifted = (window.shifted ?? 0) + each.value;
}).observe({type: "layout-shift", buffered: true})"""
OPEN = """(id) => new Promise((done) => {
  const began = performance.now(), dialog = document.getElementById("dialog");
  new MutationObserver(() => dialog.open && done(performance.now() - began)).observe(dialog, {attributes: true});
  document.getElementById(id).click();
})"""


@contextmanager
def desk(suite: Embedded, who: Employee) -> Iterator[BrowserContext]:
    """Open a browser in which somebody is signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser(), args=["--no-sandbox"])
        context = browser.new_context(base_url=suite.address(), viewport={"width": 1440, "height": 900})
        name, _, value = who.headers["Cookie"].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": suite.address()}])
        yield context
        browser.close()


def weigh(page: Page, address: str, *, cold: bool) -> int:
    """Load a page and return the bytes that came over the line."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    if cold:
        line.send("Network.clearBrowserCache")
    sizes: list[float] = []
    line.on("Network.loadingFinished", lambda each: sizes.append(each["encodedDataLength"]))
    page.goto(address)
    page.wait_for_timeout(300)
    line.detach()
    return int(sum(sizes))


def look(context: BrowserContext, address: str) -> dict[str, Any]:
    """Look at a card once, in a new tab."""
    page = context.new_page()
    cold = weigh(page, address, cold=True)
    warm = weigh(page, address, cold=False)
    seen, usable = page.evaluate(TIMES)
    page.evaluate(SHIFTS)
    page.wait_for_timeout(200)
    shifted = page.evaluate("window.shifted ?? 0")
    opened = page.evaluate(OPEN, "open-general")
    page.close()
    return {"cold": cold, "warm": warm, "seen": seen, "usable": usable, "shifted": shifted, "opened": opened}


def filled(suite: Embedded) -> tuple[Employee, str]:
    """Have a card with something on it."""
    ada = suite.found("Nordlys Bemanning").ada
    customer = ada.register("Fjordvik Industri AS", org_number="987654325", phone="55123456")
    place = f"customers/{customer['id']}"
    for number in range(20):
        ada.write(f"/api/customers/{place}/contacts", {"name": f"Kari Moe {number}", "mobile": "+4799887766"})
        ada.write(f"/api/customers/{place}/notes", {"text": f"Ring før kl. {number}."})
    until(lambda: all(item["status"] == "ok" for item in ada.card(customer).json()["items"].values()))
    return ada, f"/customers/{customer['id']}"


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder:
        suite = Embedded(Path(folder))
        who, address = filled(suite)
        with desk(suite, who) as context:
            look(context, address)
            looks = [look(context, address) for _ in range(ROUNDS)]
        suite.close()
    middle = {name: median([each[name] for each in looks]) for name in looks[0]}
    how = f"embedded suite and headless Chromium on one machine, median of {ROUNDS}"
    for name, what, most, unit, size in (
        ("cold", "card page, nothing in the cache", 90, "kB", 1000),
        ("warm", "card page, its files in the cache", 25, "kB", 1000),
        ("seen", "first content of a card", 200, "ms", 1),
        ("usable", "card can be used", 400, "ms", 1),
        ("opened", "form open after a click", 100, "ms", 1),
        ("shifted", "layout shift of a card", 0, "", 1),
    ):
        figure = middle[name] / size
        show(what, f"{figure:,.3g} {unit}".strip(), f"≤ {most} {unit}".strip(), how, met=figure <= most)


if __name__ == "__main__":
    main()
