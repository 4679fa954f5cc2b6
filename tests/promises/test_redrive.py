"""Somebody looks at what was parked and has it tried again: in order, once, and shown beforehand by a dry run."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from chassis import run
from contracts.dialog import CommunicationRegistered
from tests.promises.patience import until

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def fail(_session, _event):
    raise OSError("the disk is full")


@pytest.fixture
def kind(form, reaction, monkeypatch):
    """A type of event that no other test sends, so that ``--type`` finds nothing of theirs; tests say when it works."""
    name = f"dialog.Communication{uuid4().hex}"
    reactions = form.web["customers"].reactions
    monkeypatch.setitem(reactions.known, name, CommunicationRegistered)
    monkeypatch.setitem(reactions.followed, name, reaction)
    reaction.act = fail
    return name


@pytest.fixture
def parked(converse, kind):
    """Three conversations, of each of which the first event is parked and two more wait."""
    made = [converse() for _ in range(3)]
    made[0].deliver(*(each.event(version, type=kind) for version in (1, 2, 3) for each in made))
    for each in made:
        each.becomes_parked(1)
        until(lambda each=each: each.waits() == [2, 3], "the later ones wait")  # taken in while the first was tried
    return made


def first_ids(conversations):
    return {str(row.event_id) for each in conversations for row in each.own() if row.version == 1}


def shown(printed):
    """Read which events an output names, each with the first of its ids."""
    found = [ID.findall(line) for line in printed.splitlines()]
    return [ids[0] for ids in found if ids]


def test_what_was_parked_takes_effect_in_order_with_all_that_waited_behind_it(parked, kind, reaction, redrive):
    reaction.act = None

    redrive("--type", kind)

    for each in parked:
        each.comes_to(1, 2, 3)


def test_a_dry_run_shows_and_changes_nothing(parked, kind, reaction, redrive):
    before = parked[0].kept()
    reaction.act = None

    printed = redrive("--dry-run", "--type", kind)

    assert set(shown(printed)) == first_ids(parked)
    assert "the disk is full" in printed
    parked[0].form.settle()
    assert parked[0].kept() == before
    assert [each.logged() for each in parked] == [[], [], []]


def test_a_dry_run_shows_what_the_real_run_then_takes(parked, kind, reaction, redrive):
    reaction.act = None

    dry = redrive("--dry-run", "--type", kind)
    real = redrive("--type", kind)

    assert shown(dry) == shown(real)
    for each in parked:
        each.comes_to(1, 2, 3)


def test_one_event_is_redriven_by_its_id_and_no_other(parked, reaction, redrive):
    reaction.act = None
    [chosen, *others] = parked

    redrive("--id", *first_ids([chosen]))

    until(lambda: chosen.logged() == chosen.subjects(1, 2, 3), "the chosen one")
    chosen.form.settle()
    assert [(each.parked(), each.waits()) for each in others] == [([1], [2, 3])] * 2


def test_a_type_is_redriven_and_no_other(parked, kind, conversation, reaction, redrive):
    conversation.deliver(conversation.broken(1))
    conversation.becomes_parked(1)
    reaction.act = None

    redrive("--type", kind)

    for each in parked:
        until(lambda each=each: each.logged() == each.subjects(1, 2, 3), "the type")
    assert conversation.parked() == [1]


def test_what_still_fails_is_parked_again_after_five_more_tries(form, parked, reaction, redrive):
    owner = parked[0]
    [before] = owner.becomes_parked(1)
    tries = len(reaction.seen)

    redrive("--id", str(before.event_id))

    until(lambda: [row for row in owner.own() if row.parked_at and row.parked_at > before.parked_at], "parked again")
    [after] = [row for row in owner.own() if row.version == 1]
    assert (bytes(after.raw), after.reason, after.attempts) == (bytes(before.raw), before.reason, 5)
    assert len(reaction.seen) == tries + 5
    assert owner.waits() == [2, 3]


def test_two_redrives_one_after_the_other_are_one(parked, kind, reaction, redrive):
    reaction.act = None

    redrive("--type", kind)
    again = redrive("--type", kind)

    assert shown(again) == []
    for each in parked:
        each.comes_to(1, 2, 3)


def test_two_who_redrive_at_once_do_it_once(form, parked, kind, reaction, redrive):
    reaction.act = None

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: run.main(["redrive", "customers", "--type", kind]), range(2)))

    for each in parked:
        each.comes_to(1, 2, 3)


def test_what_is_redriven_and_delivered_again_at_once_takes_effect_once(converse, kind, reaction, redrive):
    conversation = converse()
    events = [conversation.event(version, type=kind) for version in (1, 2, 3)]
    conversation.deliver(*events)
    conversation.becomes_parked(1)
    reaction.act = None

    with ThreadPoolExecutor(2) as pool:
        again = [pool.submit(redrive, "--type", kind), pool.submit(conversation.deliver, *events * 3)]
        for each in again:
            each.result()

    conversation.comes_to(1, 2, 3)


def test_a_redrive_needs_no_worker(form, parked, kind, reaction, redrive):
    reaction.act = None

    with form.stopped("customers"):
        redrive("--type", kind)
        for each in parked:
            assert each.logged() == each.subjects(1, 2, 3)
            assert each.kept() == []


def test_a_redrive_of_what_is_not_parked_does_nothing(conversation, redrive):
    conversation.deliver(conversation.event(1), conversation.event(3))
    conversation.becomes_parked(3)
    before = conversation.kept()

    printed = redrive("--id", str(uuid4()))

    assert shown(printed) == []
    assert conversation.kept() == before
