"""One request can be followed from its answer through the log into the events, and no secret travels along."""

import json
import re
from dataclasses import replace
from io import StringIO

import pytest
import structlog
from sqlalchemy import select

from chassis import logs
from chassis.outbox import outbox
from tests.suite import Client

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"
CANARY = "canary-3b1f"


@pytest.fixture
def log(program, monkeypatch):
    """Log as in production; return the lines written so far, each of which must be a JSON object."""
    written = StringIO()
    with monkeypatch.context() as here:
        here.setattr("sys.stderr", written)
        logs.configure("DEBUG")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logs.configure("CRITICAL")


def last_event(program, ada):
    mine = select(outbox.c.body).where(outbox.c.tenant_id == ada.tenant)
    with program.engine.begin() as connection:
        return json.loads(connection.scalar(mine.order_by(outbox.c.position.desc()).limit(1)))


def test_a_request_id_is_echoed_and_stands_in_the_log(client, log):
    answer = client.post("/customers", json={"name": "A"}, headers={"X-Request-Id": "request-42"})

    [line] = log()
    assert answer.headers["X-Request-Id"] == line["request_id"] == "request-42"
    assert (line["service"], line["method"], line["route"], line["status"]) == ("customers", "POST", "/customers", 201)
    assert line["ms"] > 0
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("sent", ["", "short", "x" * 65, "with space", "<script>", "a;b;c;d;e;f", "åååååååå"])
def test_a_request_id_that_is_none_is_replaced(client, sent):
    given = client.get("/customers", headers={"X-Request-Id": sent}).headers["X-Request-Id"]

    assert re.fullmatch("[0-9a-f]{16}", given)


def test_a_request_that_says_nothing_gets_an_id_of_its_own(client):
    ids = {client.get("/customers").headers["X-Request-Id"] for _ in range(5)}

    assert len(ids) == 5


def test_a_trace_goes_from_the_request_through_the_log_into_the_event(program, client, ada, log):
    client.post("/customers", json={"name": "A"}, headers={"traceparent": TRACEPARENT})

    [line] = log()
    assert line["trace_id"] == TRACE
    assert re.fullmatch(f"00-{TRACE}-{line['span_id']}-01", last_event(program, ada)["traceparent"])


def test_a_trace_goes_from_the_event_into_the_log_of_its_follower(conversation, log):
    conversation.deliver(conversation.broken(1, traceparent=TRACEPARENT))

    assert {line["trace_id"] for line in log()} == {TRACE}


@pytest.mark.parametrize("sent", ["", "x", "00-0-0-01", f"01-{TRACE}", TRACEPARENT + "\tx", TRACEPARENT.upper()])
def test_a_trace_that_is_none_begins_anew(program, client, ada, sent):
    client.post("/customers", json={"name": "A"}, headers={"traceparent": sent})

    begun = last_event(program, ada)["traceparent"]
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", begun)
    assert TRACE not in begun


def test_no_secret_reaches_the_log(program, client, ada, log, monkeypatch):
    """Not by a good request, not by bad ones, and not by an accident."""
    told = {"Authorization": f"Bearer {CANARY}", "Cookie": CANARY, "X-Api-Key": CANARY}
    client.post("/customers", json={"name": CANARY, "email": f"{CANARY}@example.no"})
    client.post("/customers", json={"name": "A", CANARY: CANARY}, headers={"Idempotency-Key": CANARY})
    client.get(f"/customers?text={CANARY}")
    client.get(f"/{CANARY}")
    Client(program, None).get("/customers", headers=told)

    def fail(*_args, **_kwargs):
        raise ConnectionError("postgresql://customers:canary-3b1f@db/customers is away")

    monkeypatch.setitem(program.app.view_functions, "overview.list_all", fail)
    client.get("/customers")

    lines = log()
    assert len(lines) >= 6
    assert any("ConnectionError" in str(line) for line in lines)
    assert CANARY not in json.dumps(lines)


def test_a_log_line_holds_listed_fields_only_and_none_of_any_length(log):
    structlog.get_logger().info("seen\nand more", password=CANARY, body=CANARY, reason="x" * 10_000, count=3)

    [line] = log()
    assert set(line) >= {"event", "level", "timestamp", "reason", "count"}
    assert not set(line) & {"password", "body"}
    assert len(line["reason"]) == logs.LONGEST


def test_one_request_leaves_nothing_in_the_log_of_the_next(program, client, eve, log):
    client.get("/customers", headers={"X-Request-Id": "request-42", "traceparent": TRACEPARENT})
    Client(program, replace(eve)).get("/customers")

    second = log()[1]
    assert (second["request_id"], second["trace_id"]) != ("request-42", TRACE)


def test_health_checks_do_not_fill_the_log(client, log):
    for path in ("/live", "/ready", "/metrics"):
        client.get(path)

    assert log() == []
