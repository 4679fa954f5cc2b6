"""Somebody looks at what was parked, and has it tried again: ``python -m chassis redrive``."""

import getpass

import pytest
from sqlalchemy import select

from chassis import inbox, logs, run
from chassis.operations.redriving import redrives
from chassis.waiting import MOST_TRIES, counts, waiting
from tests.suite import CommunicationSung, environment


@pytest.fixture
def redrive(program, monkeypatch, capsys):
    """Run the command as an operator does; return what it prints."""
    for name, value in environment(program.settings.database_url).items():
        monkeypatch.setenv(name, value)

    def redrive(*options):
        run.main(["redrive", "customers", *options])
        return capsys.readouterr().out

    yield redrive
    logs.configure("CRITICAL")  # the command's own log went to a stream that ends with this test


def test_redriven_events_take_effect_in_their_order(conversation, outage, redrive):
    conversation.deliver(*(conversation.event(version) for version in (1, 2, 3)))
    conversation.retry(MOST_TRIES)
    assert (conversation.parked(), conversation.waits()) == ([1], [2, 3])

    outage.clear()
    printed = redrive("--type", "dialog.CommunicationRegistered")
    conversation.retry(1)

    assert "the disk is full" in printed
    assert conversation.logged() == ["Call 1", "Call 2", "Call 3"]
    assert conversation.kept() == []


def test_a_dry_run_only_shows(conversation, outage, redrive):
    conversation.deliver(conversation.event(1))
    conversation.retry(MOST_TRIES)
    before = conversation.kept()
    outage.clear()

    printed = redrive("--dry-run")

    assert str(before[0].event_id) in printed
    assert conversation.kept() == before
    assert conversation.logged() == []


def test_the_command_writes_down_who_typed_it_and_why(program, conversation, outage, redrive):
    conversation.deliver(conversation.event(1), conversation.event(2))
    conversation.retry(MOST_TRIES)
    [first, _] = conversation.kept()

    redrive("--id", str(first.event_id), "--dry-run")
    redrive("--id", str(first.event_id), "--reason", "the disk has room again")

    with program.engine.begin() as connection:
        [entry] = connection.execute(select(redrives).where(redrives.c.event_id == first.event_id))
    assert entry.operator.startswith(f"{getpass.getuser()}@")
    assert (entry.employee_id, entry.reason, entry.failure) == (None, "the disk has room again", first.reason)


def test_one_event_can_be_redriven_by_its_id(conversation, another, outage, redrive):
    conversation.deliver(conversation.event(1))
    another.deliver(another.event(1))
    conversation.retry(MOST_TRIES)
    [first, second] = conversation.kept()
    outage.clear()

    redrive("--id", str(first.event_id))

    assert [row.event_id for row in conversation.kept()] == [second.event_id]
    assert conversation.logged() == ["Call 1"]


def test_what_still_fails_is_parked_again_after_five_more_tries(program, conversation, outage, redrive):
    conversation.deliver(conversation.event(1))
    conversation.retry(MOST_TRIES)
    [before] = conversation.kept()

    printed = redrive("--id", str(before.event_id))
    with program.engine.begin() as connection:
        waits, parked = counts(connection)
    assert f"1 redriven, {parked} parked and {waits} waiting now" in printed
    conversation.retry(MOST_TRIES)

    [after] = conversation.kept()
    assert (after.event_id, bytes(after.raw), after.attempts) == (before.event_id, bytes(before.raw), MOST_TRIES)
    assert after.parked_at > before.parked_at


def test_a_type_that_was_unknown_is_taken_in_after_the_upgrade(program, conversation, redrive, monkeypatch):
    sung = {"customer_id": str(conversation.customer_id), "subject": "Sung"}
    unknown = conversation.event(2, type="dialog.CommunicationSung", data=sung)
    conversation.deliver(conversation.event(1), unknown, conversation.event(3))
    monkeypatch.setitem(program.reactions.known, "dialog.CommunicationSung", CommunicationSung)

    redrive("--type", "dialog.CommunicationSung")

    assert conversation.logged() == ["Call 1", "Call 3", "Sung"]
    assert conversation.kept() == []


def test_a_type_that_is_still_unknown_stays_parked(conversation, redrive):
    conversation.deliver(conversation.event(1, type="dialog.CommunicationSung"))

    redrive("--type", "dialog.CommunicationSung")

    assert conversation.parked() == [1]


def test_bytes_that_still_cannot_be_read_are_parked_again(program, conversation, redrive):
    raw = b'{"half":'
    inbox.receive(program, raw, {"x": "y"})

    redrive()
    conversation.deliver(conversation.event(1))

    with program.engine.begin() as connection:
        rows = list(connection.execute(select(waiting).where(waiting.c.raw == raw)))
    assert [(bool(row.parked_at), row.properties) for row in rows] == [(True, {"x": "y"})]
    assert conversation.logged() == ["Call 1"]


def test_another_body_under_a_known_id_is_not_smuggled_in_by_a_redrive(conversation, redrive):
    first = conversation.event(1)
    conversation.deliver(first, conversation.event(2, id=first.id))

    redrive("--id", str(first.id))

    assert conversation.logged() == ["Call 1"]
    assert conversation.parked() == [2]


def test_a_reader_that_was_mended_reads_what_was_poison(program, conversation, redrive, monkeypatch):
    """The other way an upgrade helps: the field that was demanded has a default now."""
    lacking = conversation.event(1, data={"customer_id": str(conversation.customer_id), "subject": "Short"})
    conversation.deliver(lacking)
    conversation.retry(MOST_TRIES)
    assert conversation.parked() == [1]

    monkeypatch.setitem(program.reactions.known, "dialog.CommunicationRegistered", CommunicationSung)
    redrive("--type", "dialog.CommunicationRegistered")

    assert conversation.logged() == ["Short"]
