"""The database is killed, freezes, refuses or makes people wait: what was answered stays, and nobody waits for ever."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import requests

from tests.faults import mishaps
from tests.faults.driver import writing
from tests.faults.patience import until
from tests.faults.pulse import Pulse

RNG = random.Random(4)
POOL_RECOVERS = 5.0  # seconds
PAUSE = 0.1  # seconds between a writer's writes
PATIENCE_MS = 1500  # that callers say they have
IN_TIME = 5.0 + 2.5  # seconds: what writers say they have, and what a busy machine adds
LATE = 2.5  # seconds beyond it: a busy machine's
ALL_THREADS = 20  # more than a web process has
FAILS_AT_FIRST = """
CREATE SEQUENCE tries;
GRANT USAGE ON tries TO PUBLIC;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tenant_id = '{tenant}' AND nextval('tries') <= {times} THEN
        RAISE EXCEPTION 'in each other''s way' USING ERRCODE = '{code}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail();
"""
NO_MORE = "DROP TRIGGER fail ON {table}; DROP FUNCTION fail; DROP SEQUENCE tries"
DEADLOCK, SERIALIZATION = "40P01", "40001"
MOST_TRIES = 3


def odd(journal):
    """List the answers that nobody should get while a database is away."""
    found = {status for each in journal.read().values() for status in each.statuses}
    return found - {200, 201, 404, 412, 503, 504}


@pytest.mark.parametrize("how", [mishaps.backend_is_killed, mishaps.database_is_stopped])
def test_a_killed_database_costs_the_requests_at_hand_and_five_seconds(plant, writers, journal, oracle, how):
    """L16."""
    with writing(writers, pause=0.01):
        time.sleep(1)
        with how(plant, RNG):
            back = Pulse(plant, writers[0]).answered(POOL_RECOVERS)
    print(f"writing {back:.1f} s after the database")  # noqa: T201  # a figure to read
    assert odd(journal) == set()
    assert oracle.verdict() == []


def test_a_database_that_is_started_anew_costs_nobody_a_request(plant, writers, journal, oracle):
    """L16: whoever asks meanwhile waits; what is cut off in the middle is begun anew."""
    with writing(writers, pause=PAUSE):
        time.sleep(1)
        plant.postgres.stop()
        plant.postgres.start()
        Pulse(plant, writers[0]).answered(POOL_RECOVERS)
    assert [each for each in journal.read().values() if set(each.statuses) - {200, 201, 404, 412}] == []
    assert oracle.verdict() == []


def asks(writer, **kwargs):
    """Send a request that has little time; return the status and the seconds that its answer took."""
    began = time.monotonic()
    in_time = {"X-Request-Deadline-Ms": str(PATIENCE_MS)}
    answer = writer.ask("GET", "customers", f"/customers/{writer.customers[0].id}", headers=in_time)
    return answer.status_code, time.monotonic() - began


def test_a_frozen_database_is_waited_for_as_long_as_the_caller_wants_and_no_longer(plant, writer, oracle):
    """L17."""
    writer.write("register")
    assert asks(writer)[0] == 200
    with mishaps.database_is_frozen(plant, RNG), ThreadPoolExecutor(ALL_THREADS) as people:
        answers = list(people.map(lambda _: asks(writer), range(2 * ALL_THREADS)))
        alive = requests.get(f"{plant.address('customers')}/live", timeout=LATE)
    assert {status for status, _ in answers} <= {503, 504}
    assert max(seconds for _, seconds in answers) < 2 * (PATIENCE_MS / 1000 + LATE)  # two rounds: there are 16 threads
    assert alive.ok
    Pulse(plant, writer).answered(POOL_RECOVERS)
    assert oracle.verdict() == []


def test_where_connections_run_out_people_wait_for_one_or_are_told_to_come_again(plant, writers, journal, oracle):
    """L19."""
    with writing(writers, pause=0.02):
        with mishaps.connections_run_out(plant, RNG):
            time.sleep(1)
            with pytest.raises(psycopg.OperationalError, match="too many connections"):
                psycopg.connect(plant.databases["customers"])
            time.sleep(1)
        Pulse(plant, writers[0]).answered(POOL_RECOVERS)
    assert odd(journal) == set()
    assert max(seconds for writer in writers for seconds in writer.seconds) < IN_TIME
    assert oracle.verdict() == []


def test_nobody_waits_for_a_long_transaction_beyond_his_time(plant, writer, oracle):
    """L19."""
    writer.write("register")
    [known] = writer.customers
    change = {"json": {"name": "Fjordvik"}, "headers": {"If-Match": '"1"', "X-Request-Deadline-Ms": str(PATIENCE_MS)}}
    with plant.look("customers") as look, look.transaction():
        look.execute("SELECT 1 FROM customers WHERE id = %s FOR UPDATE", (known.id,))
        began = time.monotonic()
        answer = writer.ask("PATCH", "customers", f"/customers/{known.id}", **change)
        assert time.monotonic() - began < PATIENCE_MS / 1000 + LATE
        assert answer.status_code in (503, 504)
    assert writer.ask("PATCH", "customers", f"/customers/{known.id}", **change).status_code == 200
    assert oracle.verdict() == []


@contextmanager
def failing(plant, writer, times, code, program="customers", table="notes"):
    """Have the database itself refuse to insert, the first so many times; yield how often it was tried."""
    words = {"tenant": writer.who.tenant, "times": times, "code": code, "table": table}
    with plant.look(program) as look:
        look.execute(FAILS_AT_FIRST.format(**words))
        try:
            yield lambda: look.execute("SELECT last_value FROM tries").fetchone()[0]
        finally:
            look.execute(NO_MORE.format(**words))


@pytest.mark.parametrize("code", [DEADLOCK, SERIALIZATION])
def test_two_who_stood_in_each_others_way_try_again_by_themselves(plant, writer, oracle, code):
    """L19."""
    writer.write("register")
    with failing(plant, writer, MOST_TRIES - 1, code) as tried:
        writer.write("note")
        assert tried() == MOST_TRIES
    [note] = [each for each in oracle.journal.read().values() if each.kind == "note"]
    assert note.statuses == [201]
    assert oracle.verdict() == []


def test_whoever_always_stands_in_the_way_is_told_to_come_again(plant, writer, oracle):
    """L19."""
    writer.write("register")
    place = f"/customers/{writer.customers[0].id}/notes"
    with failing(plant, writer, 100, DEADLOCK) as tried:
        answer = writer.ask("POST", "customers", place, json={"text": "Ring"}, headers={"Idempotency-Key": "key"})
        assert (answer.status_code, tried()) == (503, MOST_TRIES)
    assert writer.ask("POST", "customers", place, json={"text": "Ring"}, headers={"Idempotency-Key": "key"}).ok


def test_a_reaction_that_stood_in_the_way_is_tried_again_before_that_counts_as_a_try(plant, writer, oracle):
    """L19: six refusals would be more than the five tries after which an event is parked."""
    refusals = 2 * MOST_TRIES
    with failing(plant, writer, refusals, DEADLOCK, "invoicing", "debtors") as tried:
        writer.write("register")
        until(lambda: tried() == refusals + 1, 15)
    assert oracle.verdict() == []
