"""Containers are restarted while people work."""

import signal
import time

import pytest
import requests

from chassis.run import PROGRAMS
from tests.deploy.containers.composed import WORKERS, eventually, webs
from tests.load import WITHOUT_CARDS, Load, noted
from tests.system.people import until

RATE = 20  # requests a second; twenty containers and whoever sends share two cores


@pytest.fixture(scope="module")
def customers(ada):
    """More customers, whom everybody has heard of."""
    made = [ada.register("Fjordvik Industri AS") for _ in range(10)]
    until(lambda: all({i["status"] for i in ada.card(c).json()["items"].values()} == {"ok"} for c in made), 60)
    return made


def test_containers_are_restarted_under_load_and_no_request_fails(suite, ada, customers):
    """Each in turn, the broker and the workers too; the door reads its configuration anew, as it does in use."""
    with Load(ada, customers, RATE, WITHOUT_CARDS) as load:
        load.await_sent(5 * RATE)
        for service in [*webs(), *WORKERS, "rabbitmq"]:
            began = time.monotonic()
            suite.container(service).restart(timeout=30)
            suite.await_ready(service)
            print(f"{service}: {time.monotonic() - began:.1f} s, {len(load.failures)} failed so far")  # noqa: T201
        suite.container("door").kill(signal.SIGHUP)
        load.await_sent(load.sent + 5 * RATE)
    print(load.summary())  # noqa: T201

    assert not load.failures, "\n".join(load.failures)
    until(lambda: noted(ada, customers) == load.written["notes"], what="every note, once")
    until(lambda: {i["status"] for i in ada.card(customers[0]).json()["items"].values()} == {"ok"}, what="the card")


def test_what_was_written_meanwhile_reaches_every_copy(suite, ada, customers):
    """The broker was away for some of it: what is waiting goes out and comes in."""
    last = ada.write(f"/api/customers/customers/{customers[0]['id']}/notes", {"text": "Etterpå"})
    log = f"/api/customers/customers/{customers[0]['id']}/log?limit=200"

    assert last
    until(lambda: ada.get(log).status_code == 200, what="the log")
    drained = "import sys, os; from chassis.run import create; from sqlalchemy import text\n"
    drained += "engine = create(sys.argv[1]).extensions['program'].engine\n"
    drained += "print(engine.connect().execute(text('SELECT count(*) FROM outbox WHERE sent_at IS NULL')).scalar())"
    for program in PROGRAMS:
        command = ["python", "-c", drained, program]
        eventually(lambda p=program, c=command: suite.inside(f"{p}-1", *c)[1].split()[-1] == "0", 60, program)


def test_the_database_is_restarted_and_no_request_fails(suite, ada, customers):
    """While it is away whoever asks waits, and nothing that was answered is lost."""
    before = noted(ada, customers)
    with Load(ada, customers, RATE, WITHOUT_CARDS) as load:
        load.await_sent(3 * RATE)
        suite.container("postgres").restart(timeout=30)
        suite.await_ready("postgres")
        assert "database system was shut down" in suite.container("postgres").logs(tail=100).decode()  # not killed
        load.await_sent(load.sent + 10 * RATE)
    print(load.summary())  # noqa: T201

    assert not load.failures, "\n".join(load.failures)
    assert noted(ada, customers) == before + load.written["notes"]


def test_the_door_itself_is_replaced_within_seconds(suite):
    """The one container that there is only one of."""
    began = time.monotonic()
    suite.container("door").restart(timeout=30)
    gap = (
        time.monotonic()
        - began
        + eventually(lambda: requests.get(f"{suite.address}/live", timeout=2).status_code == 200, 30)
    )
    print(f"nobody was let in for {gap:.1f} s at most")  # noqa: T201

    assert gap < 15


def test_no_container_has_died(suite):
    for service in suite.services():
        facts = suite.container(service).attrs
        if not service.endswith("-migrate"):
            assert facts["State"]["Running"], service
        assert not facts["State"]["OOMKilled"], service
        assert facts["RestartCount"] == 0, service
