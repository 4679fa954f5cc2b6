"""Five hundred open cards: what they cost those who ask for something, and how soon they hear of a change."""

import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from benchmarks.ground import median, percentile, show
from tests.system.forms import Embedded
from tests.system.people import Employee

CARDS, ASKED, CHANGES = 500, 100, 10
FILES = 8_192  # open at once: each stream is one here, and two in the server until it lets go of its own
SLOWER, SOON = 1.2, 1.0


@contextmanager
def streams(suite: Embedded, who: Employee, customers: list[dict[str, Any]]) -> Iterator[list[HTTPResponse]]:
    """Listen to so many cards."""
    address = urlsplit(suite.address())
    with ExitStack() as stack:
        lines = []
        for customer in customers:
            call = stack.enter_context(closing(HTTPConnection(address.hostname or "", address.port, timeout=10)))
            call.request("GET", f"/customers/{customer['id']}/live", headers=who.headers)
            lines.append(stack.enter_context(closing(call.getresponse())))
        yield lines


def answered(who: Employee, customer: dict[str, Any]) -> list[float]:
    """Ask for a card again and again; return the seconds that each answer took."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        assert who.card(customer).ok
        took.append(time.perf_counter() - began)
    return took


def heard(who: Employee, customer: dict[str, Any], lines: list[HTTPResponse]) -> float:
    """Change something; return after how many seconds the last of those who listen has heard of it."""
    began = datetime.now(UTC)
    who.write(f"/api/customers/customers/{customer['id']}/notes", {"text": "Ring før kl. 14."})
    for line in lines:
        while _told_of(line) < began:  # an older change
            pass
    return (datetime.now(UTC) - began).total_seconds()


def _told_of(line: HTTPResponse) -> datetime:
    """Return when the next change was that a stream tells of."""
    while not (said := line.readline().decode()).startswith("id: "):
        pass
    return datetime.fromisoformat(said.removeprefix("id: ").strip())


def main() -> None:
    """Measure and print."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with TemporaryDirectory() as folder:
        suite = Embedded(Path(folder))
        ada = suite.found("Nordlys Bemanning").ada
        customer = ada.register("Fjordvik Industri AS")
        time.sleep(2)
        answered(ada, customer)
        alone = answered(ada, customer)
        with streams(suite, ada, [customer] * CARDS) as lines:
            time.sleep(2)
            beside = answered(ada, customer)
            late = [heard(ada, customer, lines) for _ in range(CHANGES)]
        suite.close()
    ratio = median(beside) / median(alone)
    figure = (
        f"p50 {median(beside) * 1000:.0f} ms, p99 {percentile(beside, 0.99) * 1000:.0f} ms against "
        f"{median(alone) * 1000:.0f} and {percentile(alone, 0.99) * 1000:.0f} ms alone"
    )
    how = f"embedded suite, {ASKED} cards composed one after the other, its clients in the same process"
    show(f"card beside {CARDS} open ones", figure, f"p50 ≤ {SLOWER}×", how, met=ratio <= SLOWER)
    figure = f"median {median(late):.2f} s, at most {max(late):.2f} s"
    show(f"change → heard by all {CARDS}", figure, "≤ 1 s", f"{CHANGES} notes", met=max(late) <= SOON)


if __name__ == "__main__":
    main()
