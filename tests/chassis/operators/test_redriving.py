"""Operators have parked events tried again, and what they did is written down."""

from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import select, update

from chassis import inbox
from chassis.operations.redriving import redrives
from chassis.waiting import MOST_TRIES, waiting
from tests.chassis.operators.conftest import REDRIVE, entries, listed
from tests.suite import errors

# trying again


def test_a_dry_run_says_what_would_be_tried_in_order_and_changes_nothing(olga, parked, another):
    before = parked.kept()
    answer = olga.post(REDRIVE, json={"all": True, "dry_run": True})

    assert answer.status_code == 200
    told = answer.json
    assert (told["dry_run"], told["followed_by"], told["left"]) == (True, 2, 0)
    assert sorted(each["aggregate"][-36:] for each in told["items"]) == sorted((parked.name[-36:], another.name[-36:]))
    assert {each["waits_for"] for each in told["items"]} == {None}
    assert parked.kept() == before
    assert entries(olga) == []


def test_those_of_one_aggregate_are_told_in_their_order_and_what_stays_in_their_way(program, olga, conversation):
    conversation.deliver(*(conversation.event(version, type="dialog.CommunicationSung") for version in (1, 2, 3)))
    with program.engine.begin() as connection:  # as events are that fail in their turn
        mine = waiting.c.tenant_id == conversation.client.who.tenant
        connection.execute(update(waiting).where(mine).values(aggregate="one"))
    ids = {each["aggregate_version"]: each["id"] for each in listed(olga)}

    whole = olga.post(REDRIVE, json={"type": "dialog.CommunicationSung", "dry_run": True}).json["items"]
    part = olga.post(REDRIVE, json={"ids": [ids[3], ids[2]], "dry_run": True}).json["items"]

    assert [(each["aggregate_version"], each["waits_for"]) for each in whole] == [(1, None), (2, None), (3, None)]
    assert [(each["aggregate_version"], each["waits_for"]) for each in part] == [(2, 1), (3, 1)]


def test_what_is_redriven_is_tried_by_the_worker_and_takes_effect_in_order(program, olga, parked, outage):
    outage.clear()
    answer = olga.post(REDRIVE, json={"all": True, "reason": "the disk has room again"})
    parked.retry(3)

    assert (answer.status_code, answer.json["dry_run"], len(answer.json["items"])) == (200, False, 2)
    assert [each for each in parked.logged() if each == "Call 2"] == ["Call 2"]
    assert parked.kept() == []
    assert listed(olga) == []


def test_what_was_shown_is_what_is_done(olga, parked, another):
    """Only these, though more have been parked since."""
    first = listed(olga)[-1]
    shown_before = olga.post(REDRIVE, json={"ids": [first["id"]], "dry_run": True}).json["items"]
    olga.post(REDRIVE, json={"ids": [first["id"]], "reason": "look"})

    assert [each["id"] for each in shown_before] == [first["id"]]
    assert [each["event_id"] for each in entries(olga)] == [first["event_id"]]
    assert len(listed(olga)) == 1


def test_who_had_what_tried_again_and_why_is_written_down(program, olga, parked):
    olga.post(REDRIVE, json={"all": True, "reason": "the disk has room again"})
    found = entries(olga)

    assert len(found) == 2
    assert len({each["act"] for each in found}) == 1
    for each in found:
        assert (each["operator"], each["reason"]) == ("olga@drift.no", "the disk has room again")
        assert (UUID(each["employee_id"]), UUID(each["tenant_id"])) == (olga.who.employee, olga.who.tenant)
        assert (each["type"], each["failure"]) == ("dialog.CommunicationRegistered", "OSError: the disk is full")
        assert each["aggregate_version"] == 1
    assert Counter(each["event_id"] for each in found).most_common(1)[0][1] == 1


def test_nothing_to_redrive_is_nothing_written_down(olga):
    answer = olga.post(REDRIVE, json={"all": True, "reason": "to be sure"})

    assert (answer.status_code, answer.json["items"]) == (200, [])
    assert entries(olga) == []


def test_a_redrive_that_is_sent_twice_takes_effect_once(program, olga, parked, outage):
    key = {"Idempotency-Key": "again"}
    first = olga.post(REDRIVE, json={"all": True, "reason": "look"}, headers=key)
    parked.retry(MOST_TRIES)
    assert parked.parked() == [1, 1]
    second = olga.post(REDRIVE, json={"all": True, "reason": "look"}, headers=key)

    assert second.json == first.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert parked.parked() == [1, 1]
    assert len(entries(olga)) == 2


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reason": "x"}, "ids"),
        ({"all": False, "reason": "x"}, "ids"),
        ({"all": True, "type": "a", "reason": "x"}, "ids"),
        ({"ids": [1], "all": True, "reason": "x"}, "ids"),
        ({"all": True}, "reason"),
        ({"all": True, "reason": "  "}, "reason"),
        ({"all": True, "reason": "x" * 501}, "reason"),
        ({"all": True, "reason": "a\nb"}, "reason"),
        ({"all": "yes", "reason": "x"}, "all"),
        ({"all": True, "dry_run": 1}, "dry_run"),
        ({"all": True, "dry_run": None, "reason": "x"}, "dry_run"),
        ({"ids": ["1"], "reason": "x"}, "ids.0"),
        ({"ids": [2**63], "reason": "x"}, "ids.0"),
        ({"ids": [0], "reason": "x"}, "ids.0"),
        ({"ids": [None], "reason": "x"}, "ids.0"),
        ({"ids": list(range(1, 1_002)), "reason": "x"}, "ids"),
        ({"all": True, "reason": "x", "tenant": "y"}, "tenant"),
    ],
)
def test_a_redrive_that_does_not_say_what_and_why_is_refused(olga, parked, sent, field):
    answer = olga.post(REDRIVE, json=sent)

    assert answer.status_code == 422
    assert field in errors(answer)
    assert parked.parked() == [1, 1]


def test_no_ids_at_all_are_none(olga, parked):
    assert olga.post(REDRIVE, json={"ids": [], "reason": "x"}).json["items"] == []
    assert parked.parked() == [1, 1]


def test_more_than_can_be_shown_are_redriven_a_part_at_a_time(program, olga, monkeypatch):
    monkeypatch.setattr("chassis.operations.redriving.MOST", 2)
    for number in range(3):
        inbox.receive(program, b"not an event %d" % number)

    told = olga.post(REDRIVE, json={"all": True, "reason": "look"}).json

    assert (len(told["items"]), told["left"]) == (2, 1)
    with program.engine.begin() as connection:
        assert len(connection.execute(select(redrives)).all()) == 2
