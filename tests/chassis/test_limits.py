"""No request takes longer than its caller waits, and what is too much is turned away at once."""

import itertools
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from chassis import deadlines
from tests.suite import Client, database_for, start

DEADLINE = deadlines.HEADER


def register(client, deadline, **more):
    return client.post("/customers", json={"name": "Fjordvik"}, headers={DEADLINE: deadline, **more})


@pytest.mark.parametrize("deadline", ["0", "1", "19"])
def test_what_cannot_be_answered_in_time_is_not_begun(client, announced, deadline):
    refused = register(client, deadline)

    assert (refused.status_code, refused.content_type) == (504, "application/problem+json")
    assert announced() == []


@pytest.mark.parametrize("deadline", ["20000", "999999999999", "-5", "1.5", "soon", "٣", "", "1 000"])
def test_a_deadline_that_is_none_is_ours(client, deadline):
    assert register(client, deadline).status_code == 201


@contextmanager
def busy(program):
    """Hold the locks that a registration needs, as a slow transaction does."""
    with program.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_statement_ends_with_the_callers_patience(program, client):
    if program.engine.dialect.name == "sqlite":
        return
    with busy(program):
        began = time.monotonic()
        answer = register(client, "300")

    assert answer.status_code in (503, 504)
    assert answer.content_type == "application/problem+json"
    assert time.monotonic() - began < 1
    assert register(client, "3000").status_code == 201


@pytest.mark.parametrize("statements", [0, 3])
def test_a_connection_that_is_cut_before_the_commit_costs_nobody_a_request(program, client, announced, statements):
    """As a server that is started anew does it, at times without a last word."""
    if program.engine.dialect.name == "sqlite":
        return
    seen = itertools.count()

    def cut(connection, *_statement):
        if next(seen) == statements:
            with socket.socket(fileno=os.dup(connection.connection.driver_connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

    event.listen(program.engine, "before_cursor_execute", cut)
    try:
        answer = register(client, "10000")
    finally:
        event.remove(program.engine, "before_cursor_execute", cut)

    assert answer.status_code == 201, answer.text
    assert next(seen) > statements + 1
    assert [kind for kind, _ in announced()] == ["customers.CustomerRegistered"]


def test_the_patience_of_one_request_is_not_that_of_the_next(program, client):
    """The time limit of a statement must end with its transaction: the connection goes back to the pool."""
    register(client, "100")

    if program.engine.dialect.name == "postgresql":
        with program.engine.begin() as connection:
            assert connection.scalar(text("SHOW statement_timeout")) == "0"


@pytest.fixture(params=["embedded", "production"])
def narrow(request):
    """A program that serves two requests at once."""
    program = start("customers", database_for(request, request.param, "customers"), KUNDEKORT_IN_FLIGHT="2")
    yield program
    program.close()


@contextmanager
def standing_requests(program, who, monkeypatch, count):
    """Keep *count* requests in a route until the block ends."""
    inside, leave = threading.Semaphore(0), threading.Event()

    def stand(*_args, **_kwargs):
        inside.release()
        leave.wait(10)
        return {"items": [], "next": None}

    monkeypatch.setitem(program.app.view_functions, "overview.list_all", stand)
    with ThreadPoolExecutor(count) as pool:
        asked = [pool.submit(Client(program, who).get, "/customers") for _ in range(count)]
        for _ in range(count):
            assert inside.acquire(timeout=5)
        yield
        leave.set()
        assert [each.result().status_code for each in asked] == [200] * count


def test_too_many_at_once_are_turned_away_while_health_is_answered(narrow, ada, monkeypatch):
    client = Client(narrow, ada)
    with standing_requests(narrow, ada, monkeypatch, 2):
        refused = client.post("/customers", json={"name": "A"}, headers={"X-Request-Id": "request-42"})
        health = [client.get(path).status_code for path in ("/live", "/ready", "/metrics")]

    assert (refused.status_code, refused.content_type) == (503, "application/problem+json")
    assert int(refused.headers["Retry-After"]) >= 1
    assert health == [200, 200, 200]
    assert client.post("/customers", json={"name": "A"}).status_code == 201


def test_who_was_turned_away_can_be_found_in_the_log(narrow, ada, monkeypatch):
    with standing_requests(narrow, ada, monkeypatch, 2):
        refused = Client(narrow, ada).get("/customers/x", headers={"X-Request-Id": "request-42"})

    assert refused.headers["X-Request-Id"] == "request-42"
    assert refused.json["instance"] == "urn:request:request-42"
