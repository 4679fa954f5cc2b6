"""A worker answers no requests, and says all the same whether it lives, wants work, and how it is doing."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from chassis.operations import pulse
from chassis.operations.pulse import AWAY, WELL
from tests.chassis.bus_parties import wait_until
from tests.chassis.workers.conftest import ROOT, answering, asked, going_round, last_round, resting, working
from tests.launching import free_port
from tests.servers import postgres
from tests.suite import environment, start
from tests.tcpproxy import proxied

# the command


@pytest.fixture
def command(tmp_path):
    """Start the worker of a migrated program by its command, on a port; it is ended after the test."""
    start("customers", f"sqlite:///{tmp_path}/customers.db").close()
    surroundings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    surroundings |= environment(f"sqlite:///{tmp_path}/customers.db")
    started = []

    def command(port):
        line = [sys.executable, "-m", "chassis", "worker", "customers", "--port", str(port)]
        started.append(subprocess.Popen(line, env=surroundings, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield command
    for child in started:
        child.kill()
        child.communicate(timeout=20)


def reachable(address):
    try:
        return requests.get(f"{address}/ready", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_the_command_answers_on_its_port_and_ends_when_it_is_told(command):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    child = command(port)
    wait_until(lambda: reachable(address), within=60)

    metrics = requests.get(f"{address}/metrics", timeout=5)
    names = {sample.name for family in text_string_to_metric_families(metrics.text) for sample in family.samples}
    assert asked(address, "/live") == (200, {"service": "customers"})
    assert asked(address, "/ready") == (200, {"service": "customers", "state": "ready"})
    assert {"kundekort_outbox_age_seconds", "kundekort_inbox_lag_seconds", "kundekort_timers_failed"} <= names
    for elsewhere in ("/", "/customers", "/operations", "/openapi.json", "/live/"):
        assert requests.get(address + elsewhere, timeout=5).status_code == 404, elsewhere

    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0


def test_a_port_that_is_taken_is_no_reason_to_work_unseen(command):
    with socket.create_server(("", 0)) as taken:
        child = command(taken.getsockname()[1])
        _, said = child.communicate(timeout=60)

    assert child.returncode not in (0, None)
    assert "Address already in use" in said


# alive


def test_a_worker_whose_loops_go_round_is_alive(program):
    with going_round(program, resting) as loop, answering(program, loop) as address:
        assert asked(address, "/live") == (200, {"service": "customers"})


def test_a_loop_that_stands_still_turns_it_red_and_is_named(program):
    released = threading.Event()

    def stuck(_stop):
        released.wait(20)

    with going_round(program, stuck, patience=0.1) as loop, answering(program, loop) as address:
        time.sleep(0.2)
        red = asked(address, "/live")
        released.set()

    assert red == (503, {"service": "customers", "still": ["loop"]})


def test_a_loop_that_died_turns_it_red(program, monkeypatch):
    monkeypatch.setattr("threading.excepthook", lambda _what: None)

    def die(_stop):
        raise MemoryError

    with going_round(program, die) as loop, answering(program, loop) as address:
        loop.join(5)
        assert asked(address, "/live")[0] == 503


def test_every_loop_of_a_worker_comes_round_by_itself(program, monkeypatch):
    """Also those with nothing to do: none may need an event to show that it lives."""
    monkeypatch.setattr("chassis.operations.pulse.PAUSE", 0.1)
    with working(program) as started:
        began = {loop.title: last_round(loop) for loop in started}
        wait_until(lambda: all(last_round(loop) > began[loop.title] + 0.5 for loop in started), within=10)
    assert set(began) == {"relay", "retries", "timers", "pulse"}


def test_nobody_who_keeps_silent_keeps_others_from_asking(program):
    with going_round(program, resting) as loop, answering(program, loop) as address:
        port = int(address.rpartition(":")[2])
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for each in silent[:10]:
            each.sendall(b"GET /live HT")
        assert asked(address, "/live")[0] == 200
        for each in silent:
            each.close()


def test_what_is_no_request_is_no_reason_to_end(program):
    with answering(program) as address:
        port = int(address.rpartition(":")[2])
        for bad in (
            b"\x00" * 100,
            b"GET\r\n\r\n",
            b"POST /live HTTP/1.1\r\n\r\n",
            b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n",
        ):
            with socket.create_connection(("127.0.0.1", port)) as link:
                link.sendall(bad)
                link.shutdown(socket.SHUT_WR)
        assert asked(address, "/live")[0] == 200


# ready


def test_a_worker_without_its_database_lives_and_is_not_ready():
    with postgres(durable=True) as server:
        program = start("customers", server.create_service("customers"))
        with going_round(program, resting) as loop, answering(program, loop) as address:
            before = asked(address, "/ready")
            server.kill()
            without, living = asked(address, "/ready"), asked(address, "/live")
            server.start()
            wait_until(lambda: asked(address, "/ready") == before, within=20)
        program.close()

    assert before == (200, {"service": "customers", "state": "ready"})
    assert without == (503, {"service": "customers", "state": "no database"})
    assert living[0] == 200


@pytest.fixture
def door(broker):
    """The way to the broker, closed at first."""
    with proxied(broker.vhost()) as proxy:
        proxy.close_gates()
        yield proxy


@pytest.fixture
def consuming(postgres_server, door, monkeypatch):
    """A worker on PostgreSQL and RabbitMQ, and its port."""
    monkeypatch.setattr("chassis.operations.pulse.PAUSE", 0.05)
    program = start("invoicing", postgres_server.create_service("invoicing"), KUNDEKORT_BROKER_URL=door.url)
    with working(program) as started, answering(program, *started) as address:
        yield program, address
    program.close()


DEAF = (503, {"service": "invoicing", "state": "no broker"})


def test_a_worker_is_ready_once_it_hears_the_broker_and_lives_before(consuming, door):
    program, address = consuming
    wait_until(lambda: consumer_of(program) == [AWAY], within=10)
    before, living = asked(address, "/ready"), asked(address, "/live")

    door.open_gates()

    wait_until(lambda: asked(address, "/ready")[0] == 200, within=30)
    assert (before, living[0]) == (DEAF, 200)
    wait_until(lambda: consumer_of(program) == [WELL], within=10)


def test_a_worker_that_has_not_heard_of_the_broker_for_long_is_not_ready(consuming, door, monkeypatch):
    _, address = consuming
    door.open_gates()
    wait_until(lambda: asked(address, "/ready")[0] == 200, within=30)

    monkeypatch.setattr("chassis.worker.SILENCE", 0.5)

    wait_until(lambda: asked(address, "/ready") == DEAF, within=10)
    assert asked(address, "/live")[0] == 200


def consumer_of(program):
    with program.engine.begin() as connection:
        return [sign.state for sign in pulse.seen(connection) if sign.name == "consumer"]


def test_a_worker_that_stops_is_not_ready(program):
    program.stopping.set()
    with answering(program) as address:
        assert asked(address, "/ready") == (503, {"service": "customers", "state": "stopping"})
