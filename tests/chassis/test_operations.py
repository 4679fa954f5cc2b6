"""Whoever runs a program learns how it is; and its worker goes on whatever happens."""

import threading
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from chassis import worker
from chassis.db import WAIT_FOR_LOCK
from chassis.run import create, settings_for
from chassis.timers import Chore
from tests.chassis.bus_parties import wait_until
from tests.chassis.carriers import Messenger
from tests.servers import postgres
from tests.suite import Client, environment, start


def samples(client):
    """Read the metrics as Prometheus does."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_program_that_is_well_says_so(client):
    assert client.get("/live").status_code == 200
    assert client.get("/ready").json == {"service": "customers", "state": "ready"}


def test_requests_are_counted_by_route_and_status(client, card):
    counted = ("kundekort_requests_total", "/customers/<uuid:customer_id>", "200", "GET")
    before = samples(client).get(counted, 0)

    client.get(card)
    client.get(card)

    assert samples(client)[counted] == before + 2
    assert samples(client)["kundekort_in_flight",] == 1


def test_strange_paths_do_not_multiply_the_metrics(client):
    for number in range(20):
        client.get(f"/no/such/{number}")

    assert not [name for name in samples(client) if any("such" in str(part) for part in name)]


def test_waiting_and_parked_events_are_measured(client, conversation):
    before = samples(client)

    conversation.deliver(conversation.event(2), conversation.event(1, type="dialog.CommunicationSung"))

    after = samples(client)
    assert after["kundekort_inbox_parked",] == before["kundekort_inbox_parked",] + 1
    assert after["kundekort_inbox_waiting",] == before["kundekort_inbox_waiting",] + 1


def test_a_writer_keeps_nobody_from_asking_how_it_is(program, client):
    """On SQLite only one may write at a time; health and metrics only look."""
    with program.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET attempts = attempts"))
        began = time.monotonic()
        answers = [client.get(path).status_code for path in ("/live", "/ready", "/metrics")]

    assert answers == [200, 200, 200]
    assert time.monotonic() - began < WAIT_FOR_LOCK  # who waits for the writer does so for as long as that


def test_a_program_without_its_database_lives_and_is_not_ready(ada):
    with postgres(durable=True) as server:
        program = start("customers", server.create_service("customers"))
        client = Client(program, ada)
        server.kill()
        began = time.monotonic()
        health = [client.get(path).status_code for path in ("/live", "/ready", "/metrics")]
        took = time.monotonic() - began
        refused = client.post("/customers", json={"name": "A"})
        server.start()
        wait_until(lambda: client.get("/ready").status_code == 200, within=10)
        after = client.post("/customers", json={"name": "A"})
        program.close()

    assert health == [200, 503, 200]
    assert took < 2
    assert (refused.status_code, refused.content_type) == (503, "application/problem+json")
    assert refused.headers["Retry-After"]
    assert after.status_code == 201


@pytest.fixture
def bare(tmp_path):
    """A program whose migrations have not run."""
    url = f"sqlite:///{tmp_path}/customers.db"
    program = create("customers", settings_for("customers", environment(url))).extensions["program"]
    yield program
    program.close()


def test_a_program_ahead_of_its_database_is_not_ready(bare, ada):
    answer = Client(bare, ada).get("/ready")

    assert (answer.status_code, answer.json["state"]) == (503, "migrations pending")


def test_a_program_that_stops_is_not_ready_and_still_answers(tmp_path, ada):
    program = start("customers", f"sqlite:///{tmp_path}/customers.db")
    program.stopping.set()
    client = Client(program, ada)

    assert client.get("/ready").status_code == 503
    assert client.get("/live").status_code == 200
    assert client.get("/customers").status_code == 200
    program.close()


@pytest.fixture
def working(tmp_path, monkeypatch):
    """A program and its worker, with pauses that a test can wait for."""
    monkeypatch.setattr("chassis.worker.RETRY_PAUSE", 0.01)
    monkeypatch.setattr("chassis.timers.PAUSE", 0.02)
    monkeypatch.setattr("chassis.operations.pulse.PAUSE", 0.02)
    program = start("customers", f"sqlite:///{tmp_path}/customers.db")
    stop, loops = threading.Event(), []

    def begin():
        loops.extend(worker.start(program, Messenger(), stop))
        return loops

    yield program, begin
    stop.set()
    for loop in loops:
        loop.join(5)
        assert not loop.is_alive()
    program.close()


def test_a_chore_that_fails_is_tried_again_stops_nobody_and_is_counted(working, ada):
    program, begin = working
    tries = []

    def chore():
        tries.append(1)
        raise ConnectionError("the store is away")

    program.chores = {"fails": Chore("fails", chore)}
    loops = begin()

    wait_until(lambda: len(tries) >= 3, within=5)
    wait_until(lambda: samples(Client(program, ada)).get(("kundekort_timers_failed",)) == 1, within=5)
    assert all(loop.moves for loop in loops)


def test_every_loop_of_a_worker_is_seen_by_whoever_asks_the_web_process(working, ada):
    program, begin = working
    loops = {loop.title for loop in begin()} - {"pulse"}

    def seen():
        names = samples(Client(program, ada))
        return {labels[0] for name, *labels in names if name == "kundekort_loop_last_seen_seconds"}

    assert loops == {"relay", "retries", "timers"}
    wait_until(lambda: seen() == loops, within=5)
    for loop in loops:
        assert 0 <= samples(Client(program, ada))["kundekort_loop_last_seen_seconds", loop] < 5
