"""Every program is replaced while people work, and none of them notices."""

import time

import pytest

from chassis.run import PROGRAMS
from tests.load import WITHOUT_CARDS, Load, noted

RATE, REQUESTS = 20, 500  # few, for other tests run meanwhile; benchmarks/rolling_restart.py asks for more


@pytest.mark.slow
def test_every_program_is_replaced_under_load_and_no_request_fails(production):
    ada = production.found("Nordlys Bemanning").ada
    customers = [ada.register("Fjordvik Industri AS") for _ in range(5)]
    time.sleep(1)  # so that everybody has heard of them
    with Load(ada, customers, RATE, WITHOUT_CARDS) as load:
        for name in PROGRAMS:
            production.renew(name)
        load.await_sent(REQUESTS)
    print(load.summary())  # noqa: T201  # `pytest -rP` shows it

    assert not load.failures, "\n".join(load.failures)
    assert noted(ada, customers) == load.written["notes"]
