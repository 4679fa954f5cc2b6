"""What comes in takes effect once and in order, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from chassis import events, inbox, turns
from chassis.waiting import MOST_TRIES, waiting


def unreadable(program, raw):
    with program.engine.begin() as connection:
        return list(connection.execute(select(waiting).where(waiting.c.raw == raw)))


def test_an_event_is_written_in_the_log_of_its_customer(conversation):
    conversation.deliver(conversation.event(1))

    assert conversation.logged() == ["Call 1"]


def test_the_same_event_twice_takes_effect_once(conversation):
    first = conversation.event(1)

    conversation.deliver(first, first, first)

    assert conversation.logged() == ["Call 1"]
    assert conversation.kept() == []


def test_the_same_event_eight_times_at_once_takes_effect_once(conversation):
    first = conversation.event(1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(conversation.deliver, [first] * 8))

    conversation.retry(2)
    assert conversation.logged() == ["Call 1"]
    assert conversation.kept() == []


def test_another_body_under_a_known_id_is_parked_and_stays_so(conversation):
    first = conversation.event(1)
    other = replace(first, data={**first.data, "subject": "Something else"})

    conversation.deliver(first, other)
    conversation.deliver(first)

    assert conversation.logged() == ["Call 1"]
    [row] = conversation.kept()
    assert (row.reason, bytes(row.raw)) == ("another body under a known id", events.write(other).encode())
    assert row.parked_at


def test_another_body_does_not_take_the_place_of_one_that_waits(conversation):
    second = conversation.event(2)
    other = replace(second, data={**second.data, "subject": "Something else"})

    conversation.deliver(second, other, conversation.event(1))
    conversation.retry(2)

    assert conversation.logged() == ["Call 1", "Call 2"]


def test_a_stale_version_is_dropped(conversation):
    conversation.deliver(conversation.event(1), conversation.event(2), conversation.event(1))

    assert conversation.logged() == ["Call 1", "Call 2"]
    assert conversation.kept() == []


def test_a_version_that_comes_too_early_waits_for_the_missing_one(conversation):
    conversation.deliver(conversation.event(1), conversation.event(3), conversation.event(4))
    assert conversation.logged() == ["Call 1"]
    assert conversation.waits() == [3, 4]

    conversation.deliver(conversation.event(2))
    inbox.retry(conversation.client.program)
    inbox.retry(conversation.client.program)

    assert conversation.logged() == ["Call 1", "Call 2", "Call 3", "Call 4"]
    assert conversation.kept() == []


def test_whatever_the_order_of_arrival_the_effects_are_in_order(conversation):
    for version in (5, 3, 1, 4, 2, 6):
        conversation.deliver(conversation.event(version))
    conversation.retry(5)

    assert conversation.logged() == [f"Call {version}" for version in range(1, 7)]


def test_what_was_parked_for_a_gap_goes_on_when_the_gap_is_filled(conversation):
    conversation.deliver(conversation.event(1), conversation.event(3), conversation.event(4))
    conversation.retry(MOST_TRIES)
    assert conversation.parked() == [3]

    conversation.deliver(conversation.event(2))
    conversation.retry(2)

    assert conversation.logged() == ["Call 1", "Call 2", "Call 3", "Call 4"]


def test_an_aggregate_whose_beginning_was_missed_begins_after_five_tries(conversation):
    conversation.deliver(conversation.event(7), conversation.event(8))
    conversation.retry(MOST_TRIES - 2)
    assert conversation.logged() == []

    conversation.retry(2)

    assert conversation.logged() == ["Call 7", "Call 8"]
    assert conversation.kept() == []


def test_poison_is_parked_after_exactly_five_tries_with_its_raw_bytes(conversation):
    poison = conversation.broken(1)

    conversation.deliver(poison)
    conversation.retry(MOST_TRIES - 2)
    assert (conversation.waits(), conversation.parked()) == ([1], [])
    conversation.retry(1)

    [row] = conversation.kept()
    assert (row.attempts, bytes(row.raw)) == (MOST_TRIES, events.write(poison).encode())
    assert row.parked_at
    assert "communication_id" in row.reason
    conversation.retry(2)
    assert conversation.kept()[0].attempts == MOST_TRIES


def test_behind_poison_its_own_aggregate_waits_and_others_flow(conversation, another):
    conversation.deliver(conversation.broken(1), conversation.event(2), conversation.event(3))
    conversation.retry(MOST_TRIES + 2)

    another.deliver(another.event(1))

    assert conversation.logged() == ["Call 1"]  # the other conversation's
    assert (conversation.parked(), conversation.waits()) == ([1], [2, 3])


@pytest.mark.parametrize(
    "raw",
    [b"", b"{not json", b"\xff", b"[]", b"null", b"{}", b"[" * 100_000, b'{"id":1,"id":2}', "{}".encode("utf-16")],
    ids=["empty", "broken", "byte", "list", "null", "bare", "deep", "twice", "utf-16"],
)
def test_what_cannot_be_read_is_parked_with_its_bytes_and_headers(program, raw):
    before = len(unreadable(program, raw))

    inbox.receive(program, raw, {"content_type": "text/odd"})

    row = unreadable(program, raw)[-1]
    assert len(unreadable(program, raw)) == before + 1
    assert (row.properties, row.event_id) == ({"content_type": "text/odd"}, None)
    assert row.parked_at
    assert row.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "x"},
        {"tenant": None},
        {"type": 7},
        {"time": "2026-11-23T09:30:00"},
        {"aggregateversion": 0},
        {"aggregateversion": 2**31},
        {"aggregateversion": True},
        {"data": []},
        {"dataschema": "urn:kundekort"},
    ],
    ids=str,
)
def test_an_envelope_with_a_wrong_member_is_parked(conversation, program, changes):
    good = events.strictjson.loads(events.write(conversation.event(1)))
    raw = events.to_json({**good, **changes}).encode()

    inbox.receive(program, raw)

    assert [bool(row.parked_at) for row in unreadable(program, raw)] == [True]


def test_an_event_of_an_unknown_type_is_set_aside_and_what_follows_it_goes_on(conversation):
    conversation.deliver(
        conversation.event(1), conversation.event(2, type="dialog.CommunicationSung"), conversation.event(3)
    )

    assert conversation.logged() == ["Call 1", "Call 3"]
    [row] = conversation.kept()
    assert (row.type, row.reason) == ("dialog.CommunicationSung", "unknown type")
    assert row.parked_at


def test_what_was_set_aside_is_still_there_when_it_is_delivered_again(conversation):
    unknown = conversation.event(1, type="dialog.CommunicationSung")

    conversation.deliver(unknown, unknown)

    assert conversation.parked() == [1]


def test_a_newer_schema_with_more_fields_is_read(conversation):
    newer = conversation.event(1, schema_version=2)
    newer.data["mood"] = {"colour": "blue"}
    document = events.strictjson.loads(events.write(newer)) | {"subject": "an extension of CloudEvents"}

    inbox.receive(conversation.client.program, events.to_json(document).encode())

    assert conversation.logged() == ["Call 1"]


def test_an_effect_that_fails_leaves_nothing_behind(conversation, monkeypatch):
    """The inbox row and the effect stand or fall together: the second delivery is as good as the first."""
    fine = conversation.event(1)
    with monkeypatch.context() as away:
        away.setattr(conversation.client.program.reactions, "react", None)
        conversation.deliver(fine)
    with conversation.client.program.engine.begin() as connection:
        known = connection.scalar(select(func.count()).where(inbox.inbox.c.event_id == fine.id))
        name = turns.seen.c.aggregate == fine.about
        counted = connection.scalar(select(func.count()).where(name, turns.seen.c.version > 0))

    assert (known, counted) == (0, 0)
    conversation.deliver(fine)
    assert conversation.logged() == ["Call 1"]


def test_an_event_of_another_agency_reaches_only_its_own_log(conversation, eve):
    conversation.deliver(replace(conversation.event(1), tenant=eve.tenant))

    assert conversation.logged() == []
