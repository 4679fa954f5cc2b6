"""Two bodies under one id: the first counts, the other is kept for somebody to look at, and never takes effect."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from chassis import events
from chassis.inbox import clean, inbox
from chassis.tables import now
from tests.promises.patience import until

REASON = "another body under a known id"


def other_body(event, subject="Smuggled"):
    """Say something else under the same id."""
    return replace(event, data={**event.data, "subject": subject})


def raws(conversation):
    return sorted(bytes(row.raw) for row in conversation.kept())


def as_bytes(*sent):
    return sorted(events.write(each).encode() for each in sent)


def test_another_body_under_a_known_id_is_parked_and_the_first_counts(conversation):
    first = conversation.event(1)

    conversation.deliver(first, other_body(first))

    [row] = conversation.becomes_parked(1)
    assert (row.reason, bytes(row.raw)) == (REASON, events.write(other_body(first)).encode())
    assert conversation.logged() == conversation.subjects(1)


def test_it_is_parked_at_once_and_holds_nothing(conversation):
    first = conversation.event(1)

    conversation.deliver(first, other_body(first), conversation.event(2), conversation.event(3))

    until(lambda: conversation.logged() == conversation.subjects(1, 2, 3), "the others")
    assert [row.attempts for row in conversation.becomes_parked(1)] == [1]


def test_the_first_again_is_still_a_duplicate(conversation):
    first = conversation.event(1)
    conversation.deliver(first, other_body(first), first)
    conversation.becomes_parked(1)

    conversation.deliver(first)

    conversation.form.settle()
    assert conversation.logged() == conversation.subjects(1)
    assert raws(conversation) == as_bytes(other_body(first))


def test_other_versions_under_the_id_move_no_counter(conversation):
    first = conversation.event(1)

    conversation.deliver(first, conversation.event(2, "Smuggled", id=first.id), conversation.event(2))

    until(lambda: conversation.logged() == conversation.subjects(1, 2), "the genuine second")
    [row] = conversation.becomes_parked(2)
    assert row.reason == REASON


def test_a_redrive_does_not_smuggle_it_in(conversation, redrive):
    first = conversation.event(1)
    conversation.deliver(first, conversation.event(2, "Smuggled", id=first.id))
    [before] = conversation.becomes_parked(2)

    redrive("--id", str(first.id))
    redrive("--id", str(before.event_id))

    conversation.form.settle()
    [row] = conversation.becomes_parked(2)
    assert row.reason == REASON
    assert conversation.logged() == conversation.subjects(1)


def test_a_redrive_does_not_smuggle_it_in_when_the_id_was_forgotten_long_ago(form, conversation, redrive):
    first = conversation.event(1)
    conversation.deliver(first, other_body(first))
    [before] = conversation.becomes_parked(1)
    with form.web["customers"].engine.begin() as connection:
        mine = inbox.c.event_id == first.id
        connection.execute(update(inbox).where(mine).values(received_at=now() - timedelta(days=400)))

        assert clean(connection) >= 1
    redrive("--id", str(before.event_id))

    conversation.form.settle()
    assert [row.reason for row in conversation.becomes_parked(1)] == [REASON]
    assert conversation.logged() == conversation.subjects(1)


def test_it_does_not_take_the_place_of_one_that_waits_for_a_gap(conversation):
    second = conversation.event(2)

    conversation.deliver(second, other_body(second))
    conversation.deliver(conversation.event(1))

    until(lambda: conversation.logged() == conversation.subjects(1, 2), "the genuine second")
    until(lambda: [bool(row.parked_at) for row in conversation.kept()] == [True], "the other is parked")
    assert raws(conversation) == as_bytes(other_body(second))


def test_it_does_not_take_the_place_of_one_that_failed(conversation, reaction):
    first = conversation.event(1)

    def fail(_session, event):
        if event.subject != "Smuggled":
            raise OSError("the disk is full")

    reaction.act = fail
    conversation.deliver(first)
    conversation.becomes_parked(1)
    conversation.deliver(other_body(first), conversation.event(2))
    conversation.form.settle()
    reaction.act = None
    conversation.deliver(first)

    until(lambda: conversation.logged() == conversation.subjects(1, 2), "the genuine ones")
    assert "Smuggled" not in [entry["data"].get("subject") for entry in conversation.log()]
    assert raws(conversation) == as_bytes(other_body(first))


def test_a_third_body_is_kept_as_well(conversation):
    """Nothing is acknowledged that was not stored."""
    first = conversation.event(1)

    conversation.deliver(first, other_body(first, "Second"), other_body(first, "Third"))
    conversation.form.settle()

    until(lambda: conversation.parked() == [1, 1], "both parked")
    assert raws(conversation) == as_bytes(other_body(first, "Second"), other_body(first, "Third"))
    assert conversation.logged() == conversation.subjects(1)


def test_the_same_other_body_again_is_kept_once(conversation):
    first = conversation.event(1)

    conversation.deliver(first, *[other_body(first)] * 5)
    conversation.form.settle()

    conversation.becomes_parked(1)
    assert raws(conversation) == as_bytes(other_body(first))


def test_of_two_bodies_at_once_one_counts_and_one_is_kept(conversation):
    """They come in one batch; whichever is first, the other neither vanishes nor takes effect."""
    first = conversation.event(1, "A")
    other = other_body(first, "B")

    conversation.deliver(first, other, first, other)
    conversation.form.settle()

    subjects = [entry["data"]["subject"] for entry in conversation.log() if entry["type"].startswith("dialog.")]
    assert subjects == ["A"]
    assert raws(conversation) == as_bytes(other)
