"""What can befall the plant while people write: each mishap lasts as long as its block, and ends with all standing."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import psycopg
from uuid_utils.compat import uuid7

from chassis import events
from chassis.auth import Caller
from contracts.customers import NoteWritten
from tests.faults.patience import until
from tests.faults.plant import Plant
from tests.suite import envelope

Mishap = Callable[[Plant, random.Random], AbstractContextManager[None]]

MISHAPS: dict[str, Mishap] = {}
MARGIN = timedelta(seconds=10)
WORKER_POINTS = {"L03": "publisher.sent", "L04": "relay.published", "L05": "consumer.stored", "L06": "inbox.taken"}
WEB_POINTS = {"L01": "transaction.committing", "L02": "transaction.committed", "L37": "series.taken"}


def mishap(name: str) -> Callable[[Callable[[Plant, random.Random], Iterator[None]]], Mishap]:
    """Register a mishap under the row it is of, and what it is."""

    def register(befall: Callable[[Plant, random.Random], Iterator[None]]) -> Mishap:
        MISHAPS[name] = contextmanager(befall)
        return MISHAPS[name]

    return register


def _register_crashes() -> None:
    for row, point in WORKER_POINTS.items():
        mishap(f"{row} worker killed at {point}")(_worker_dies_at(point))
    for row, point in WEB_POINTS.items():
        mishap(f"{row} web killed at {point}")(_web_dies_at(point))


def _worker_dies_at(point: str) -> Callable[[Plant, random.Random], Iterator[None]]:
    def befall(plant: Plant, rng: random.Random) -> Iterator[None]:
        name = "customers" if point.startswith(("publisher", "relay")) else rng.choice(("customers", "invoicing"))
        plant.doom(name, "worker", f"{point}:{rng.randint(1, 5)}")
        yield
        with suppress(AssertionError):  # nobody may have written enough for it
            plant.await_death(name, within=5)
        plant.restart(name, "worker")

    return befall


def _web_dies_at(point: str) -> Callable[[Plant, random.Random], Iterator[None]]:
    def befall(plant: Plant, rng: random.Random) -> Iterator[None]:
        plant.doom("customers", "web", f"{point}:{rng.randint(1, 10 if point != 'series.taken' else 2)}")
        yield
        plant.restart("customers", "web")

    return befall


_register_crashes()


@mishap("L07 worker killed at any time")
def worker_is_killed(plant: Plant, rng: random.Random) -> Iterator[None]:
    name = rng.choice(plant.programs)
    plant.kill(name, "worker")
    yield
    plant.start(name, "worker")


@mishap("L08 answers held back, then the way there cut")
def answers_come_late(plant: Plant, rng: random.Random) -> Iterator[None]:
    link = plant.links[rng.choice(("customers", "invoicing", "dialog"))]
    link.to_client.close(after=rng.randint(0, 40))
    time.sleep(3.5)  # longer than a publisher waits
    link.to_server.close()
    link.to_client.open()
    yield
    link.open_gates()


@mishap("L09 broker killed")
def broker_is_killed(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.broker.kill()
    yield
    plant.broker.start()


@mishap("L10 broker frozen")
def broker_is_frozen(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.broker.freeze()
    try:
        yield
    finally:
        plant.broker.thaw()


def links_are(way: str) -> Mishap:
    """Break every link to the broker in the way that is named."""

    def befall(plant: Plant, _rng: random.Random) -> Iterator[None]:
        for link in plant.links.values():
            gates = {"there": [link.to_server], "back": [link.to_client]}.get(way, [link.to_server, link.to_client])
            for gate in gates:
                gate.trickling = way == "trickling"
                if way != "trickling":
                    gate.close()
        yield
        for link in plant.links.values():
            link.to_server.trickling = link.to_client.trickling = False
            link.open_gates()

    return mishap(f"L11 links {way}")(befall)


for way in ("swallowing", "there", "back", "trickling"):
    links_are(way)


@mishap("L11 links reset again and again")
def links_are_reset(plant: Plant, _rng: random.Random) -> Iterator[None]:
    for _ in range(10):
        for link in plant.links.values():
            link.reset()
        time.sleep(0.2)
    yield


@mishap("L12 memory alarm")
def memory_alarm(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.broker.control("set_vm_memory_high_watermark", "0.0000001")
    try:
        yield
    finally:
        plant.broker.control("set_vm_memory_high_watermark", "0.4")


@mishap("L12 disk alarm")
def disk_alarm(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.broker.control("set_disk_free_limit", "1000000GB")
    try:
        yield
    finally:
        plant.broker.control("set_disk_free_limit", "50MB")


def root(kind: str, name: str) -> str:
    """Name something of the plant's virtual host to the management API."""
    return f"{kind}/{quote('/', safe='')}/{name}"


@mishap("L13 queue deleted")
def queue_is_deleted(plant: Plant, rng: random.Random) -> Iterator[None]:
    plant.broker.manage("DELETE", root("queues", f"{rng.choice(plant.programs)}.inbox"))
    yield
    _replay(plant)


@mishap("L13 exchange deleted")
def exchange_is_deleted(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.broker.manage("DELETE", root("exchanges", "kundekort.events"))
    yield
    _replay(plant)


@mishap("L14 broker wiped")
def broker_is_wiped(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.broker.wipe()
    yield
    _replay(plant)


def _replay(plant: Plant) -> None:
    """Do what the operator does when the broker has lost something, once its queues are there again."""
    plant.await_listeners()
    plant.replay(plant.calm_since - MARGIN)


@mishap("L16 a backend of the database killed")
def backend_is_killed(plant: Plant, rng: random.Random) -> Iterator[None]:
    with plant.look("customers") as look, suppress(psycopg.Error):
        query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        pid = rng.choice(look.execute(query).fetchall())[0]
        look.execute(f"COPY (SELECT 1) TO PROGRAM 'kill -9 {pid}'")  # in the server's own surroundings
    yield


@mishap("L16 database stopped at once")
def database_is_stopped(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.postgres.kill()
    plant.postgres.start()
    yield


@mishap("L17 database frozen")
def database_is_frozen(plant: Plant, _rng: random.Random) -> Iterator[None]:
    plant.postgres.freeze()
    try:
        yield
    finally:
        plant.postgres.thaw()


@mishap("L19 no connection left")
def connections_run_out(plant: Plant, _rng: random.Random) -> Iterator[None]:
    with plant.look("customers") as look:
        role = look.execute("SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()")
        name = role.fetchone()[0]
        look.execute(f"ALTER ROLE {name} CONNECTION LIMIT 1")
        look.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (name,))
        yield
        look.execute(f"ALTER ROLE {name} CONNECTION LIMIT -1")


@mishap("L19 a table locked for long")
def table_is_locked(plant: Plant, rng: random.Random) -> Iterator[None]:
    program, table = rng.choice((("customers", "contacts"), ("invoicing", "debtors"), ("dialog", "people")))
    with plant.look(program) as look, look.transaction():
        look.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


@mishap("L20 old events once more, in any order")
def events_come_again(plant: Plant, rng: random.Random) -> Iterator[None]:
    with plant.look("customers") as look:
        query = "SELECT event_id, type, body FROM outbox WHERE sent_at IS NOT NULL ORDER BY position DESC LIMIT 50"
        found = 5 * look.execute(query).fetchall()
    rng.shuffle(found)
    with suppress(OSError):
        plant.say(*[(str(event_id), kind, body.encode()) for event_id, kind, body in found])
    yield


@mishap("L21 two relays, the leading one paused")
def leader_is_paused(plant: Plant, _rng: random.Random) -> Iterator[None]:
    with plant.one_more("customers") as second:
        time.sleep(1.0)
        first = plant.children["customers", "worker"]
        first.signal(signal.SIGSTOP)
        plant.depose("customers")
        yield
        first.signal(signal.SIGCONT)
        time.sleep(1.0)
        assert second.alive()


@mishap("L22 a worker's clock a day ahead or behind")
def clock_is_wrong(plant: Plant, rng: random.Random) -> Iterator[None]:
    seconds = rng.choice((-86_400, 86_400, -3_600))
    with plant.at_another_time(seconds, (rng.choice(plant.programs), "worker")):
        yield


@mishap("L26 poison")
def poison_arrives(plant: Plant, _rng: random.Random) -> Iterator[None]:
    """Of somebody whom nobody knows, so that it spoils no account that is compared."""
    about = uuid7()
    note = envelope(NoteWritten(about, uuid7(), "?"), Caller(uuid7()), aggregate=f"note/{about}", data={})
    plant.say((str(note.id), note.type, events.write(note).encode()))
    yield
    for name in plant.programs:
        until(lambda name=name: _is_parked(plant, name, note.id), 30, f"{name} parks poison")
    plant.poison[note.id] = note.tenant


def _is_parked(plant: Plant, name: str, event_id: UUID) -> bool:
    query = "SELECT attempts FROM inbox_waiting WHERE event_id = %s AND parked_at IS NOT NULL"
    with plant.look(name) as look:
        return look.execute(query, (event_id,)).fetchone() == (5,)


@mishap("L32 a web worker killed by the kernel")
def web_worker_is_killed(plant: Plant, rng: random.Random) -> Iterator[None]:
    plant.kill_web_worker(rng.choice(plant.programs))
    yield


@mishap("L33 workers asked to stop, again and again")
def workers_are_restarted(plant: Plant, _rng: random.Random) -> Iterator[None]:
    for _ in range(2):
        for name in plant.programs:
            plant.children[name, "worker"].stop()
            plant.start(name, "worker")
    yield


@mishap("L33 web processes renewed, again and again")
def web_is_renewed(plant: Plant, rng: random.Random) -> Iterator[None]:
    for _ in range(2):
        plant.children[rng.choice(plant.programs), "web"].send(signal.SIGHUP)
        time.sleep(1.0)
    yield
