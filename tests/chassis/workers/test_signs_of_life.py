"""Loops leave signs of life in a table, and the lag of what came in can be told."""

import os
import threading
import time
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from uuid_utils.compat import uuid7

from chassis import inbox
from chassis.operations import pulse
from chassis.operations.pulse import loops
from chassis.operations.standing import standing
from chassis.tables import now
from tests.chassis.workers.conftest import going_round, resting

# signs of life


def signs(program):
    with program.engine.begin() as connection:
        return {(sign.worker, sign.name): sign for sign in pulse.seen(connection)}


def test_the_sign_of_a_loop_that_stands_still_grows_old_while_its_worker_writes(program):
    released = threading.Event()
    with going_round(program, lambda _stop: released.wait(20)) as stuck, going_round(program, resting) as well:
        time.sleep(0.5)
        stuck.title, well.title = "stuck", "well"
        with program.engine.begin() as connection:
            pulse.write(connection, [stuck, well])
        ages = {name: (now() - sign.seen_at).total_seconds() for (_, name), sign in signs(program).items()}
        released.set()

    assert ages["stuck"] >= 0.5
    assert ages["well"] < 0.4


def test_a_worker_that_is_no_more_is_forgotten_once_another_lives_and_not_before(program):
    with going_round(program, resting) as loop, program.engine.begin() as connection:
        pulse.write(connection, [loop])
        connection.execute(update(loops).values(worker="gone:1", seen_at=now() - 2 * pulse.FORGOTTEN))
    assert [worker for worker, _ in signs(program)] == ["gone:1"]

    with going_round(program, resting) as loop, program.engine.begin() as connection:
        pulse.write(connection, [loop])
        [left] = connection.execute(select(loops.c.worker)).scalars()
        connection.execute(delete(loops))

    assert left.endswith(f":{os.getpid()}")


# how late events come in


def test_the_lag_is_how_long_the_last_events_were_under_way(program, client, conversation):
    forty_seconds = UUID(int=uuid7().int - (40_000 << 80))
    conversation.deliver(conversation.event(1, id=forty_seconds), conversation.event(2))

    assert 40 <= lag(program) < 60


def test_ids_that_tell_no_moment_tell_no_lag_and_neither_do_events_of_long_ago(program, client, conversation):
    conversation.deliver(conversation.event(1, id=uuid4()))
    assert lag(program) == 0
    conversation.deliver(conversation.event(2, id=UUID(int=uuid7().int - (40_000 << 80))))
    with program.engine.begin() as connection:
        connection.execute(update(inbox.inbox).values(received_at=now() - timedelta(minutes=6)))

    assert lag(program) == 0


def lag(program):
    with program.engine.begin() as connection:
        return standing(connection).lag_seconds
