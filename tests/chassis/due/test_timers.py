"""What is due for a tenant is done once, on its behalf, as part of the change it was set with."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from chassis import timers
from chassis.auth import calling
from chassis.db import transaction
from chassis.tables import now
from services.customers.log.actions import comment
from tests.chassis.due.conftest import HOUR, RING, fast_forward, rounds, rows, set_ring
from tests.suite import Client

# what is due for a tenant


@pytest.fixture
def customer_id(program, ada):
    answer = Client(program, ada).post("/customers", json={"name": "Fjordvik Industri AS"})
    return UUID(answer.json["id"])


@pytest.fixture
def commented(announced):
    """List what the timers of this test have written in the customer's log."""
    return lambda: [data["text"] for kind, data in announced() if kind == "customers.CommentLogged"]


def rings(session, subject):
    """Do something that is there if, and only if, it is committed."""
    comment(session, UUID(subject), "ring")


def test_what_is_due_for_a_tenant_is_done_once_on_its_behalf(workers, ada, customer_id, commented):
    heard = []

    def ring(session, subject):
        rings(session, subject)
        who = session.info["caller"]
        return lambda: heard.append((who.tenant, who.everywhere))

    for program in workers:
        program.due = {RING: ring}
    set_ring(workers[0], ada, customer_id, now())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(timers.once, [*workers] * 4))

    assert heard == [(ada.tenant, True)]
    assert commented() == ["ring"]
    assert rows(workers[0]) == {}


def test_nothing_is_due_before_its_moment_and_a_later_setting_takes_the_place_of_an_earlier(program, ada, customer_id):
    program.due = {RING: rings}
    set_ring(program, ada, customer_id, now() - HOUR)
    set_ring(program, ada, customer_id, now() + HOUR)

    assert rounds(program) == 0
    assert rows(program)[RING].due_at > now() + HOUR / 2


def test_what_was_cancelled_is_not_done(program, ada, customer_id, commented):
    program.due = {RING: rings}
    set_ring(program, ada, customer_id, now())
    with program.app.app_context(), calling(ada), transaction() as session:
        timers.cancel(session, RING, str(customer_id))

    assert rounds(program) == 0
    assert commented() == []


def test_a_timer_is_part_of_the_change_it_was_set_or_cancelled_with(program, ada, customer_id):
    program.due = {RING: rings}

    def fail_after(act):
        with program.app.app_context(), calling(ada), transaction() as session:
            act(session)
            raise KeyError

    with pytest.raises(KeyError):
        fail_after(lambda session: timers.set(session, RING, str(customer_id), now()))
    assert rows(program) == {}

    set_ring(program, ada, customer_id, now() + HOUR)
    with pytest.raises(KeyError):
        fail_after(lambda session: timers.cancel(session, RING, str(customer_id)))
    assert set(rows(program)) == {RING}


def test_a_tenant_neither_moves_nor_cancels_the_timer_of_another(program, ada, eve):
    done = []
    program.due = {RING: lambda session, subject: done.append((session.info["caller"].tenant, subject))}
    set_ring(program, ada, "same", now())
    set_ring(program, eve, "same", now() + HOUR)
    with program.app.app_context(), calling(eve), transaction() as session:
        timers.cancel(session, RING, "same")
    rounds(program)

    assert done == [(ada.tenant, "same")]


def test_what_fails_takes_no_effect_and_is_tried_again(program, ada, customer_id, commented):
    away = ["the disk is full"]

    def ring(session, subject):
        rings(session, subject)
        if away:
            raise OSError(away[0])

    program.due = {RING: ring}
    set_ring(program, ada, customer_id, now())
    for _ in range(2):
        timers.once(program)
        fast_forward(program)
    before = rows(program)[RING], commented()
    away.clear()
    timers.once(program)

    assert (before[0].failure, before[0].attempts, before[1]) == ("OSError: the disk is full", 2, [])
    assert commented() == ["ring"]
    assert rows(program) == {}


def test_what_was_set_anew_while_a_worker_had_it_is_done_at_its_new_moment_and_only_then(
    workers, ada, customer_id, commented, monkeypatch
):
    def meanwhile(point):
        if point == "timers.taken":
            set_ring(workers[1], ada, customer_id, now() + HOUR)

    for program in workers:
        program.due = {RING: rings}
    set_ring(workers[0], ada, customer_id, now())
    monkeypatch.setattr("chassis.crash.point", meanwhile)
    timers.once(workers[0])

    assert commented() == []
    assert rows(workers[0])[RING].due_at > now() + HOUR / 2


def test_a_timer_that_would_set_itself_anew_is_a_mistake_that_is_seen(program, ada):
    program.due = {RING: lambda session, subject: timers.set(session, RING, subject, now() + HOUR)}
    set_ring(program, ada, "again", now())
    timers.once(program)

    assert "chore" in rows(program)[RING].failure


def test_what_comes_afterwards_is_only_done_when_the_rest_is_committed_and_fails_alone(program, ada, customer_id):
    seen = []

    def ring(session, subject):
        rings(session, subject)

        def afterwards():
            seen.append(rows(program))
            raise ConnectionError("the store is away")

        return afterwards

    program.due = {RING: ring}
    set_ring(program, ada, customer_id, now())

    assert timers.once(program)
    assert seen == [{}]
    assert rows(program) == {}


def test_a_name_that_nobody_knows_is_set_by_nobody(program, ada):
    with pytest.raises(AssertionError, match="nobody knows"):
        set_ring(program, ada, uuid4(), now(), name="wring")
