"""Work that is due at a moment, in a table: the chores of a program, and what a tenant's rows wait for.

Whoever takes a timer moves it a lease ahead, commits and begins; if he dies, the lease runs out and it is due again.
So work may be begun twice, and clocks that differ make it come early or late, never wrong: a chore bears being
done twice, and what is done for a tenant is done in one transaction with taking its timer away, which only one can.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Column, Connection, Integer, Table, Text, Uuid, delete, or_, select, update
from sqlalchemy.orm import Session

from chassis import crash, logs
from chassis.auth import Caller, calling
from chassis.db import transaction
from chassis.tables import Utc, chassis_tables, insert_into, insert_new, now
from chassis.waiting import LONGEST_PAUSE, backoff

if TYPE_CHECKING:
    from chassis.program import Program

log = structlog.get_logger()

NOBODY = UUID(int=0)  # whose timers the chores are
LEASE = timedelta(minutes=5)  # a chore that comes less often than that has its whole period
PAUSE = 1.0  # seconds between looks
ABANDONED = timedelta(days=1)  # a chore that no worker has done for so long is one of an older release

timers = Table(
    "timers",
    chassis_tables,
    Column("tenant_id", Uuid, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("due_at", Utc, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),  # since it last went well; more than one: it fails
    Column("ran_at", Utc),
    Column("failure", Text),
)

Afterwards = Callable[[], None]  # what may be done only once the rest is committed
Due = Callable[[Session, str], Afterwards | None]  # told the timer's subject


@dataclass(frozen=True)
class Chore:
    """Work that comes again and again: once in a period, however many workers there are."""

    name: str
    do: Callable[[], None]
    every: timedelta = timedelta(minutes=1)


class Taken(NamedTuple):
    """A timer in somebody's hands, until its lease runs out."""

    tenant_id: UUID
    name: str
    subject: str
    due_at: datetime
    attempts: int


class Lost(Exception):
    """It was set anew or taken away meanwhile, or another has done it."""


def set(session: Session, name: str, subject: str, due_at: datetime) -> None:  # noqa: A001  # one sets a timer
    """Have the program do *name* about *subject* then, if and only if the transaction commits; in place of before."""
    assert name in session.info["program"].due, f"nobody knows what to do when {name} is due"
    place = _place(session, name, subject)
    assert session.info.get("timer") != place, "what comes again and again is a chore"
    row = {"due_at": due_at, "attempts": 0, "ran_at": None, "failure": None}
    statement = insert_into(timers, session.get_bind()).values(**place, **row)
    session.execute(statement.on_conflict_do_update(index_elements=timers.primary_key.columns, set_=row))


def cancel(session: Session, name: str, subject: str) -> None:
    """Do nothing then, if and only if the transaction commits."""
    session.execute(delete(timers).filter_by(**_place(session, name, subject)))


def _place(session: Session, name: str, subject: str) -> dict[str, Any]:
    return {"tenant_id": session.info["caller"].tenant, "name": name, "subject": subject}


def run(program: "Program", stop: threading.Event) -> None:
    """Do what is due until told to stop, surviving the database."""
    planned = False
    while not stop.is_set():
        try:
            planned = planned or plan(program)
            worked = once(program)
        except Exception as error:  # noqa: BLE001  # the database is away; one bad round must not end the rounds
            log.warning("timers interrupted", service=program.name, error=repr(error))
            worked = False
        if not worked:
            stop.wait(PAUSE)


def plan(program: "Program") -> bool:
    """Write down the chores that are not there yet, and forget those that are no longer any."""
    new = {"subject": "", "tenant_id": NOBODY, "due_at": now(), "attempts": 0}
    with program.engine.begin() as connection:
        for name in program.chores:
            insert_new(connection, timers, {"name": name, **new})
        mine = (timers.c.tenant_id == NOBODY) & timers.c.name.not_in(program.chores)
        connection.execute(delete(timers).where(mine, timers.c.due_at < now() - ABANDONED))
    return True


def once(program: "Program") -> bool:
    """Do what has been due for longest; tell whether there was anything."""
    with program.engine.begin() as connection:
        taken = _take(connection, program)
    if taken is None:
        return False
    crash.point("timers.taken")
    logs.bind(None, service=program.name, name=taken.name)
    try:
        with program.app.app_context():
            _do(program, taken)
    except Lost:
        log.info("timer lost", attempts=taken.attempts)
    except Exception as error:  # the others must have their turn
        log.warning("timer failed", error=repr(error), attempts=taken.attempts, exc_info=True)
        pause = backoff(taken.attempts, program.settings.retry_ms)
        _put_back(program, taken, due_at=now() + pause, failure=f"{type(error).__name__}: {error}"[:500])
    return True


def _take(connection: Connection, program: "Program") -> Taken | None:
    """Take the first that is due and that this release knows: during an upgrade the others know more, or less."""
    columns = [timers.c[name] for name in Taken._fields]
    known = timers.c.name.in_([*program.chores, *program.due])
    due = select(*columns).where(_is_due(program), known).order_by(timers.c.due_at).limit(1)
    row = connection.execute(due.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    found = Taken(*row)
    taken = found._replace(due_at=now() + _lease(program, found), attempts=found.attempts + 1)
    connection.execute(update(timers).where(_held(found)).values(due_at=taken.due_at, attempts=taken.attempts))
    return taken


def _is_due(program: "Program") -> Any:
    """Match what is due, and the chores that nobody plans so far ahead: there the clock has been put back since."""
    longest = max([LEASE, *(chore.every for chore in program.chores.values())])
    astray = (timers.c.tenant_id == NOBODY) & (timers.c.due_at > now() + longest + LONGEST_PAUSE)
    return or_(timers.c.due_at <= now(), astray)


def _lease(program: "Program", timer: Taken) -> timedelta:
    return max(LEASE, program.chores[timer.name].every) if timer.tenant_id == NOBODY else LEASE


def _held(timer: Taken) -> Any:
    """Match a timer that nobody has touched since."""
    parts = [timers.c[name] == value for name, value in timer._asdict().items()]
    return parts[0] & parts[1] & parts[2] & parts[3] & parts[4]


def _do(program: "Program", taken: Taken) -> None:
    if taken.tenant_id == NOBODY:
        chore = program.chores[taken.name]
        chore.do()
        _put_back(program, taken, due_at=now() + chore.every, attempts=0, failure=None)
        return
    with calling(Caller(taken.tenant_id, everywhere=True)), transaction() as session:
        session.info["timer"] = _place(session, taken.name, taken.subject)
        afterwards = program.due[taken.name](session, taken.subject)
        # last, as whoever sets or cancels a timer does: two transactions about one thing wait one way round only
        if not session.connection().execute(delete(timers).where(_held(taken))).rowcount:
            raise Lost
        crash.point("timers.done")
    if afterwards:
        afterwards()


def _put_back(program: "Program", taken: Taken, **values: Any) -> None:
    with program.engine.begin() as connection:
        connection.execute(update(timers).where(_held(taken)).values(ran_at=now(), **values))
