"""Whatever bytes come over the bus, they are kept, and what follows them arrives."""

import pickle
import secrets
from uuid import uuid4

import pytest
from sqlalchemy import select

from chassis import events, strictjson
from chassis.waiting import waiting
from contracts.integration import CreditReportReceived
from tests.promises.patience import until
from tests.suite import envelope

KEY = "dialog.CommunicationRegistered"
BODIES = {
    "empty": b"",
    "one byte": b"\xff",
    "not json": b"{not json",
    "half": b'{"id": "',
    "a list": b"[]",
    "a text": b'"hello"',
    "nothing": b"null",
    "a number": b"7",
    "no members": b"{}",
    "utf-16": '{"id": 1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "latin-1": '{"subject": "blåbær"}'.encode("latin-1"),
    "deep": b"[" * 100_000,
    "deep and whole": b'{"data":' * 200 + b"1" + b"}" * 200,
    "huge": b"\0" * 1_000_000,
    "many members": b"[" + b"1," * 20_000 + b"1]",
    "a member twice": b'{"id": 1, "id": 2}',
    "not a number": b'{"id": NaN}',
    "endless": b'{"id": Infinity, "more": -Infinity, "most": 1e999}',
    "long number": b'{"id": ' + b"9" * 5_000 + b"}",
    "pickle": pickle.dumps({"id": 1}),
    "gzip": b"\x1f\x8b\x08\x00",
    "xml": b'<?xml version="1.0"?><event/>',
}
MEMBERS = [
    {"id": None},
    {"id": "x"},
    {"id": 7},
    {"tenant": None},
    {"tenant": "nobody"},
    {"type": 7},
    {"type": ""},
    {"time": "2026-11-23T09:30:00"},
    {"time": "yesterday"},
    {"time": 1},
    {"aggregate": ""},
    {"aggregate": ["a", "b"]},
    {"aggregateversion": 0},
    {"aggregateversion": -1},
    {"aggregateversion": 2**31},
    {"aggregateversion": True},
    {"aggregateversion": "1"},
    {"aggregateversion": 1.0},
    {"data": []},
    {"data": None},
    {"data": "text"},
    {"dataschema": "urn:kundekort"},
    {"customer": "nobody"},
    {"actor": "nobody"},
]
HEADERS = [
    {"message_id": "\udcff"},
    {"message_id": "a\0b", "type": "\0"},
    {"application_headers": {"x": "\udcff", "deep": [[[{"deeper": None}]]]}},
    {"application_headers": {f"h{number}": "y" * 500 for number in range(200)}},
]
TEXTS = {"nul": "a\\u0000b", "lone surrogate": "\\ud800", "other half": "x\\udfff", "in a name": "a\\u0000"}


def kept(form, raw, name="customers"):
    with form.web[name].engine.execution_options(reading=True).connect() as connection:
        return list(connection.execute(select(waiting).where(waiting.c.raw == raw).order_by(waiting.c.id)))


def document(conversation, **changes):
    return {**strictjson.loads(events.write(conversation.event(1))), **changes}


def delivered(form, raws):
    """Put bytes on the bus; return what is kept of each that was not kept before."""
    before = {name: len(kept(form, raw)) for name, raw in raws.items()}
    for raw in raws.values():
        form.deliver(raw, KEY)
    form.settle()
    return {name: kept(form, raw)[before[name] :] for name, raw in raws.items()}


def parked(found):
    """Say of each which of its rows are parked: it must be one."""
    return {name: tuple(bool(row.parked_at) for row in rows) for name, rows in found.items()}


def test_bytes_that_are_no_event_are_parked_as_they_came(form):
    found = delivered(form, BODIES)

    assert {name: [bytes(row.raw) for row in rows] for name, rows in found.items()} == {
        name: [raw] for name, raw in BODIES.items()
    }
    for [row] in found.values():
        assert row.parked_at
        assert row.reason
        assert row.event_id is None


def test_an_event_with_a_wrong_member_is_parked_as_it_came(form, conversation):
    raws = {str(each): events.to_json(document(conversation, **each)).encode() for each in MEMBERS}

    found = delivered(form, raws)

    assert parked(found) == dict.fromkeys(raws, (True,))
    assert conversation.logged() == []


def test_an_event_without_a_member_is_parked_as_it_came(form, conversation):
    whole = document(conversation)
    raws = {
        missing: events.to_json({name: value for name, value in whole.items() if name != missing}).encode()
        for missing in ("id", "type", "time", "tenant", "aggregate", "aggregateversion", "dataschema", "data")
    }

    found = delivered(form, raws)

    assert parked(found) == dict.fromkeys(raws, (True,))


def test_text_that_no_database_keeps_is_parked_as_it_came(form, conversation):
    """It is JSON, and one database of the two would refuse it."""
    raws = {}
    for name, text in TEXTS.items():
        told = document(conversation)
        told["data"] |= {"HERE": 1} if name == "in a name" else {"subject": "HERE"}
        raws[name] = events.to_json(told).replace("HERE", text).encode()

    found = delivered(form, raws)

    assert parked(found) == dict.fromkeys(raws, (True,))


@pytest.mark.parametrize("member", ["aggregate", "type"])
def test_a_name_that_is_too_long_for_an_index_is_parked_as_it_came(form, conversation, member):
    """It could be kept in no index of PostgreSQL, so that neither the event nor its being held could be stored."""
    told = document(conversation, **{member: f"dialog.{secrets.token_hex(20_000)}"})
    raw = events.to_json(told).encode()

    form.deliver(raw, KEY)
    conversation.deliver(conversation.event(1))

    until(lambda: conversation.logged() == conversation.subjects(1), "what follows")
    assert [bool(row.parked_at) for row in kept(form, raw)] == [True]


def test_a_whole_number_that_no_database_keeps_is_parked_and_stops_nothing(form, client, customer):
    """The envelope can be read; what is in it fails where it is stored."""
    report = CreditReportReceived(customer["id"], "Proff", "2026-03-02", "A", 10**30)
    told = envelope(report, client.who)
    form.deliver(events.write(told).encode(), told.type)

    until(lambda: [row for row in form.kept("invoicing", client.who) if row.parked_at], "parked")

    form.settle()
    assert form.kept("invoicing", client.who)[0].attempts == 5


def test_what_cannot_be_read_is_kept_with_what_the_bus_says_of_it(form):
    raw = b"{not json " + uuid4().bytes
    told = {"message_id": "m-1", "content_type": "text/odd", "content_encoding": "br"}

    form.deliver(raw, KEY, **told)
    form.settle()

    [row] = kept(form, raw)
    assert {name: row.properties.get(name) for name in (*told, "routing_key")} == {**told, "routing_key": KEY}


def test_odd_headers_stop_nothing(form, conversation):
    raws = [b"{not json " + uuid4().bytes for _ in HEADERS]
    for version, (raw, told) in enumerate(zip(raws, HEADERS, strict=True), start=1):
        form.deliver(raw, KEY, **told)
        form.deliver(events.write(conversation.event(version)).encode(), KEY, **told)

    conversation.comes_to(*range(1, len(HEADERS) + 1))
    assert [bool(row.parked_at) for raw in raws for row in kept(form, raw)] == [True] * len(HEADERS)


def test_an_event_is_read_whatever_its_header_says_it_is(form, conversation):
    """Nothing is chosen by a header, so nothing can be smuggled in by one."""
    kinds = ["text/plain", "application/x-python-serialize", "", "application/json"]
    for version, kind in enumerate(kinds, start=1):
        form.deliver(events.write(conversation.event(version)).encode(), KEY, content_type=kind)

    conversation.comes_to(1, 2, 3, 4)


def test_between_bytes_that_cannot_be_read_every_event_arrives(form, conversation):
    rubbish = [b"{not json " + uuid4().bytes for _ in range(30)]
    for version, raw in enumerate(rubbish, start=1):
        form.deliver(raw, KEY)
        form.deliver(events.write(conversation.event(version)).encode(), KEY)

    conversation.comes_to(*range(1, 31))
    assert [len(kept(form, raw)) for raw in rubbish] == [1] * 30


def test_every_follower_keeps_for_itself_what_it_cannot_read(form):
    raw = b"{not json " + uuid4().bytes

    form.deliver(raw, "customers.CustomerRenamed")
    form.settle()

    assert {name: len(kept(form, raw, name)) for name in form.web} == dict.fromkeys(form.web, 1)


def test_what_still_cannot_be_read_is_parked_again_with_all_it_had(form, redrive):
    raw = b"{not json " + uuid4().bytes
    form.deliver(raw, KEY, message_id="m-1")
    form.settle()
    [before] = kept(form, raw)

    redrive()

    until(lambda: before not in kept(form, raw) and all(row.parked_at for row in kept(form, raw)), "parked again")
    form.settle()
    [after] = kept(form, raw)
    assert (bytes(after.raw), after.properties, after.reason) == (raw, before.properties, before.reason)
    assert after.parked_at
