"""Replace every program three times under 100 requests a second, and count the requests that fail."""

import tempfile
import time
from pathlib import Path

from benchmarks.ground import Ground, servers, show
from chassis.run import PROGRAMS
from tests.load import CARD, READS, WRITES, Load, noted
from tests.system.forms import Production

RATE, REQUESTS = 100, 20_000
CUSTOMERS = 50
ROUNDS = 3  # times that every program is replaced
KINDS = (*READS * 4, CARD, *READS * 4, WRITES[0], *READS * 4, WRITES[1])  # so that two cores can keep up with the rate


def main() -> None:
    """Measure once; it takes as long as the requests do."""
    with servers() as ground, tempfile.TemporaryDirectory(prefix="kundekort-") as folder:
        suite = _suite(ground, Path(folder))
        try:
            _measure(suite)
        finally:
            suite.close()


def _suite(ground: Ground, folder: Path) -> Production:
    databases = {name: ground.postgres.create_service(name) for name in PROGRAMS}
    return Production(folder, databases, ground.broker.vhost())


def _measure(suite: Production) -> None:
    ada = suite.found("Nordlys Bemanning").ada
    customers = [ada.register("Fjordvik Industri AS") for _ in range(CUSTOMERS)]
    time.sleep(5)  # so that everybody has heard of them
    turns = ROUNDS * PROGRAMS
    with Load(ada, customers, RATE, KINDS) as load:
        for number, name in enumerate(turns):
            load.await_sent(number * REQUESTS // len(turns))
            suite.renew(name)
        load.await_sent(REQUESTS)
    lost = load.written["notes"] - noted(ada, customers)
    how = f"{len(turns)} replacements; {lost} of {load.written['notes']} notes lost or doubled; {load.summary()}"
    figure = f"{len(load.failures)} failed of {load.sent}"
    show("rolling restart under load", figure, "0 of 20,000", how, met=not (load.failures or lost))
    for failure in load.failures[:10]:
        print("       ", failure)
