"""Events that come together are taken together, and what is odd about one costs the others nothing."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.event import listen

from chassis import crowds, db, events, inbox
from chassis.waiting import MOST_TRIES
from tests.chassis.conftest import Conversation


@pytest.fixture
def bring(program):
    """Bring a crowd as the bus does."""

    def bring(*sent):
        crowds.receive(program, [(raw if isinstance(raw, bytes) else events.write(raw).encode(), {}) for raw in sent])

    return bring


def calls(*numbers):
    return [f"Call {number}" for number in numbers]


def known(program, *sent):
    with program.engine.begin() as connection:
        ids = [each.id for each in sent]
        return connection.scalar(select(func.count()).where(inbox.inbox.c.event_id.in_(ids)))


def test_a_crowd_takes_effect_in_order_and_is_known_afterwards(program, conversation, another, bring):
    sent = [about.event(version) for version in range(1, 21) for about in (conversation, another)]
    bring(*sent)
    bring(*sent)

    assert conversation.logged() == [subject for number in range(1, 21) for subject in calls(number, number)]
    assert known(program, *sent) == 40
    assert conversation.kept() == []


def test_a_crowd_is_one_transaction(program, conversation, bring, monkeypatch):
    began = []
    monkeypatch.setattr(crowds, "transaction", lambda: began.append(1) or db.transaction())
    monkeypatch.setattr(inbox, "attempt", None)  # nothing may be taken one by one

    bring(*(conversation.event(version) for version in range(1, 51)))

    assert (len(began), len(conversation.logged())) == (1, 50)


def test_a_crowd_with_poison_in_it_is_one_transaction_too(conversation, another, bring, monkeypatch):
    began = []
    monkeypatch.setattr(crowds, "transaction", lambda: began.append(1) or db.transaction())
    monkeypatch.setattr(inbox, "attempt", None)

    bring(conversation.event(1), another.broken(1), conversation.event(2))

    assert (len(began), conversation.logged()) == (1, calls(1, 2))
    assert [(row.version, row.attempts) for row in another.kept()] == [(1, 2)]


def test_of_a_failing_reaction_nothing_stays_and_of_the_others_everything(
    program, client, conversation, another, bring, monkeypatch
):
    """It fails when it has written its entry at the end of the log's chain."""

    def refuse(_session, event, _envelope):
        if event.subject == "Call 3":
            raise ValueError(event.subject)

    monkeypatch.setattr(program.reactions, "witnesses", [*program.reactions.witnesses, refuse])

    bring(*(about.event(version) for version in (1, 2, 3, 4) for about in (conversation, another)))

    assert conversation.logged() == calls(1, 1, 2, 2)
    assert [(row.version, row.attempts) for row in conversation.kept()] == [(3, 2), (3, 2), (4, 0), (4, 0)]
    assert client.get("/log/seal").json["broken_at"] is None


def test_a_stale_event_is_not_dropped_for_one_that_fails_after_all(conversation, bring):
    poison, late = conversation.broken(1), conversation.event(1)
    bring(poison, late)

    assert conversation.logged() == calls(1)


def test_agencies_in_one_crowd_meet_only_their_own(program, client, customer, eve, bring):
    there = client.as_(eve)
    hers = there.post("/customers", json={"name": "Fjordvik Industri AS"}).json
    mine = Conversation(client, customer["id"], f"communication/{uuid4()}")
    theirs = Conversation(there, hers["id"], f"communication/{uuid4()}")

    bring(*(about.event(version) for version in range(1, 6) for about in (mine, theirs)))

    assert mine.logged() == theirs.logged() == calls(1, 2, 3, 4, 5)


def test_poison_in_a_crowd_waits_alone_with_its_bytes(conversation, another, bring):
    poison = another.broken(2)
    bring(conversation.event(1), another.event(1), poison, another.event(3), conversation.event(2))

    assert sorted(conversation.logged()) == calls(1, 1, 2)
    assert [(row.version, row.attempts) for row in conversation.kept()] == [(2, 2), (3, 0)]
    assert conversation.kept()[0].raw == events.write(poison).encode()
    conversation.retry(MOST_TRIES)
    assert (conversation.parked(), conversation.waits()) == ([2], [3])


def test_of_a_crowd_full_of_poison_each_is_tried_among_the_others_and_alone(conversation, client, customer, bring):
    others = [Conversation(client, conversation.customer_id, f"communication/{uuid4()}") for _ in range(6)]
    bring(*(each.broken(1) for each in others), conversation.event(1))

    assert conversation.logged() == calls(1)
    assert [row.attempts for row in conversation.kept()] == [2] * 6


def test_what_follows_a_failed_event_waits_for_it_however_large_the_crowd(conversation, another, bring):
    sent = [conversation.event(version) for version in range(1, crowds.PART + 10)]
    bring(another.broken(1), *sent, another.event(2))

    assert conversation.logged() == calls(*range(1, crowds.PART + 10))
    assert [(row.version, row.attempts) for row in another.kept()] == [(1, 2), (2, 0)]


def test_an_agency_is_changed_for_another_once_in_a_crowd(program, client, customer, eve, bring):
    """However they are mixed: each change costs a flush and a question."""
    there = client.as_(eve)
    hers = there.post("/customers", json={"name": "Fjordvik Industri AS"}).json
    mine = Conversation(client, customer["id"], f"communication/{uuid4()}")
    theirs = Conversation(there, hers["id"], f"communication/{uuid4()}")
    asked = []
    listen(program.engine, "before_cursor_execute", lambda _link, _cursor, statement, *_: asked.append(statement))

    bring(*(about.event(version) for version in range(1, 11) for about in (mine, theirs)))

    assert len([statement for statement in asked if "INTO log_entries" in statement]) == 2
    assert mine.logged() == theirs.logged() == calls(*range(1, 11))


def test_what_comes_twice_in_a_crowd_takes_effect_once(conversation, bring):
    first, second = conversation.event(1), conversation.event(2)
    bring(first, first, second, first, second)

    assert conversation.logged() == calls(1, 2)
    assert conversation.kept() == []


def test_what_comes_too_early_in_a_crowd_waits_with_all_behind_it(conversation, another, bring):
    bring(conversation.event(1), conversation.event(3), another.event(1), conversation.event(4))
    assert conversation.logged() == calls(1, 1)
    bring(conversation.event(2), another.event(2))
    conversation.retry(2)

    assert conversation.logged() == calls(1, 1, 2, 2, 3, 4)


def test_another_body_under_an_id_of_the_same_crowd_is_parked(conversation, bring):
    fine = conversation.event(1)
    forged = replace(conversation.event(2), id=fine.id)
    bring(fine, forged, conversation.event(2))

    assert conversation.logged() == calls(1, 2)
    assert [row.reason for row in conversation.kept()] == ["another body under a known id"]


def test_an_unknown_type_in_a_crowd_is_set_aside_and_what_follows_goes_on(conversation, bring):
    unknown = conversation.event(2, type="dialog.CommunicationSung")
    bring(conversation.event(1), unknown, conversation.event(3))

    assert conversation.logged() == calls(1, 3)
    assert [row.reason for row in conversation.kept()] == ["unknown type"]


def test_bytes_that_are_no_event_do_not_hold_up_a_crowd(conversation, bring):
    bring(conversation.event(1), b"\xff", b"", conversation.event(2))

    assert conversation.logged() == calls(1, 2)


def test_stale_events_of_a_crowd_are_dropped_and_known(program, conversation, bring):
    bring(conversation.event(1), conversation.event(2))
    late = conversation.event(1)
    bring(late, conversation.event(3))

    assert conversation.logged() == calls(1, 2, 3)
    assert known(program, late) == 1
