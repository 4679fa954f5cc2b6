"""One engine per program, one transaction per request or event.

``with transaction() as session:`` is the only commit in the code base. Inside it every query is narrowed to the
caller's tenant, and rows that belong to departments to the caller's departments; on PostgreSQL row-level security
narrows them once more. A request about a customer (``/customers/<customer_id>/…``) finds that customer first, or
ends in 404 there.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, has_request_context, request
from sqlalchemy import Connection, Engine, Select, bindparam, create_engine, event, inspect, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.functions import FunctionElement

from chassis import auth, crash, deadlines
from chassis.auth import Caller, Unauthenticated, caller
from chassis.errors import NotFound
from chassis.tables import InDepartments, Scoped, Series, Tenanted, among, insert_into, overlaps

S = TypeVar("S", bound=Scoped)

WAIT_FOR_LOCK = 5  # seconds

_SET_TENANT = "set_config('app.tenant', '{}', true)"  # of an id, which has no characters that SQL reads

_open: ContextVar[tuple[object, Session] | None] = ContextVar("open transaction", default=None)


def connect(url: str) -> Engine:
    """Make the engine; nothing is opened until it is used, so that a fork inherits no connection."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": WAIT_FOR_LOCK})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_size=16, max_overflow=16, pool_timeout=5)
    import_module("chassis.impatience").install(engine)  # whose driver the embedded form does not load
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and writes later fails under load."""
    options = connection.get_execution_options()
    if not options.get("alone"):
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    """Begin, and say on whose behalf and for how long, in one go: each word to the server costs as much as a look."""
    options = connection.get_execution_options()
    if "isolation_level" in options:
        return  # somebody's own; the driver begins it, if it is to begin at all
    connection.connection.driver_connection.autocommit = True  # type: ignore[union-attr]  # BEGIN is ours
    if options.get("alone"):
        return
    begin = "BEGIN READ ONLY" if options.get("reading") else "BEGIN"
    who = auth.whoever()
    if who is not None:
        patience = f"set_config('statement_timeout', '{deadlines.left_ms()}', true)"
        begin += f"; SELECT {_SET_TENANT.format(who.tenant)}, {patience}"
    connection.exec_driver_sql(begin)


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Make the factory that ``transaction()`` takes its sessions from."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction() -> Iterator[Session]:
    """Do all of it or none of it, the recorded events included; a nested one joins the one around it."""
    program = current_app.extensions["program"]
    around = _open.get()
    if around is not None and around[0] is program:
        yield around[1]
        return
    with program.sessions.begin() as session:
        token = _open.set((program, session))
        try:
            _introduce(session, caller())
            yield session
            crash.point("transaction.committing")
        finally:
            _open.reset(token)
    crash.point("transaction.committed")
    if session.info.get("announced"):
        program.crier.cry()


@contextmanager
def reading() -> Iterator[Session]:
    """Look without changing anything; on SQLite this waits for no writer."""
    program = current_app.extensions["program"]
    around = _open.get()
    if around is not None and around[0] is program:
        yield around[1]
        return
    with program.sessions(bind=program.reader) as session:
        _introduce(session, caller())
        yield session
        session.commit()  # of nothing: but after a rollback the driver forgets the statements it has prepared


@contextmanager
def looking(*, alone: bool = False) -> Iterator[Connection]:
    """Look at columns with a statement that is built once, for what every request asks.

    Nothing narrows it but what it says itself and, on PostgreSQL, row-level security. One that is *alone* needs no
    transaction around it; row-level security lets it see no row of a tenant.
    """
    with current_app.extensions["program"].reader.connect().execution_options(alone=alone) as connection:
        yield connection
        connection.commit()  # as ``reading`` does


class speaking_for(FunctionElement[str]):  # noqa: N801  # a function of SQL
    """Go on on behalf of the tenant in a column of the row that is found: a look and its consequence in one go."""

    inherit_cache = True


@compiles(speaking_for, "sqlite")
def _nobody_listens(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "NULL"


@compiles(speaking_for, "postgresql")
def _set_tenant_of_row(element: speaking_for, compiler: Any, **options: Any) -> str:
    return f"set_config('app.tenant', CAST({compiler.process(element.clauses, **options)} AS TEXT), true)"


def _introduce(session: Session, who: Caller) -> None:
    """Tell the session, and PostgreSQL, on whose behalf it works, and check the customer of the request."""
    session.info["caller"], session.info["program"] = who, current_app.extensions["program"]
    session.connection()  # which begins
    subject = session.info["program"].subject
    if subject is not None and has_request_context() and "customer_id" in (request.view_args or {}):
        session.info["subject"] = find(session, subject, (request.view_args or {})["customer_id"])


def speak_for(session: Session, who: Caller) -> None:
    """Go on on behalf of somebody else in the same transaction: a worker does so for events of several tenants."""
    if session.info["caller"].tenant != who.tenant:
        session.flush()  # the rows at hand are still the other tenant's
        _set_tenant(session, who)
    session.info["caller"] = who


def _set_tenant(session: Session, who: Caller) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"SELECT {_SET_TENANT.format(who.tenant)}")


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    """Add tenant and departments to whatever is asked; a session without a caller may ask nothing of a tenant."""
    if not (state.is_select or state.is_update or state.is_delete):
        return  # all_mappers would not tell: a count(*), an EXISTS or a subquery names no table's class at its top
    who: Caller | None = state.session.info.get("caller")
    if who is None:
        raise Unauthenticated
    state.statement = state.statement.options(*_narrowing(who.tenant, None if who.everywhere else who.departments))


@lru_cache(maxsize=4096)
def _narrowing(tenant: UUID, departments: tuple[UUID, ...] | None) -> list[ExecutableOption]:
    """Say what any statement is narrowed by, for one who sees these departments, or all: hardly ever another."""
    to_tenant = with_loader_criteria(Tenanted, lambda cls: cls.tenant_id == tenant, include_aliases=True)
    if departments is None:
        return [to_tenant]
    own = ",".join(str(department) for department in departments)
    return [
        to_tenant,
        with_loader_criteria(InDepartments, lambda cls: overlaps(cls.departments, own), include_aliases=True),
    ]


@event.listens_for(Session, "before_flush")
def _own(session: Session, _context: Any, _instances: Any) -> None:
    """Give new rows the caller's tenant: no code above the chassis ever names one."""
    who: Caller | None = session.info.get("caller")
    for row in session.new:
        if isinstance(row, Tenanted) and who is not None:
            row.tenant_id = who.tenant


def find(session: Session, table: type[S], row_id: UUID, **also: Any) -> S:
    """Load a row that the caller may see, or say that there is none; *also* narrows by more columns."""
    row: S | None = _at_hand(session, table, row_id) if not also else None
    row = row or session.scalars(_of(table, also), {"row_id": row_id}).one_or_none()
    if row is None:
        raise NotFound(f"{table.__name__.lower()} {row_id}")
    return row


def _at_hand(session: Session, table: type[S], row_id: UUID) -> S | None:
    """Return a row that this transaction holds already, if the caller may certainly see it.

    That is the customer of the request, who was looked for in the caller's name, and any row where departments do not
    matter to the caller.
    """
    subject = session.info.get("subject")
    if isinstance(subject, table) and subject.id == row_id:
        return subject
    who: Caller = session.info["caller"]
    key = inspect(table).identity_key_from_primary_key((who.tenant, row_id))
    return session.identity_map.get(key) if who.everywhere else None


def recall(session: Session, table: type[S], ids: Collection[UUID]) -> list[S]:
    """Load rows in one go, so that ``find`` need not ask for each; they stay at hand while the list is kept."""
    return list(session.scalars(select(table).where(among(ids, table.id, session.get_bind())))) if ids else []


def _of(table: type[S], also: Mapping[str, Any]) -> Select[S]:
    """Select one row by ``row_id`` and more columns."""
    return _by_id(table).filter_by(**also) if also else _by_id(table)  # type: ignore[arg-type]  # a class has a hash


@cache
def _by_id(table: type[Any]) -> Select[Any]:
    return select(table).where(table.id == bindparam("row_id"))


def lock(session: Session, table: type[S], row_id: UUID, **also: Any) -> S:
    """Load a row as ``find`` does and keep others from changing it until the transaction ends."""
    query = _of(table, also).with_for_update().execution_options(populate_existing=True)
    row: S | None = session.scalars(query, {"row_id": row_id}).one_or_none()
    if row is None:
        raise NotFound(f"{table.__name__.lower()} {row_id}")
    return row


def next_number(session: Session, table: type[Series], name: str, first: int = 1) -> int:
    """Take the next number of an unbroken series: it is given back if the transaction fails."""
    statement = (
        insert_into(table, session.get_bind())
        .values(tenant_id=session.info["caller"].tenant, name=name, last=first)
        .on_conflict_do_update(index_elements=["tenant_id", "name"], set_={"last": table.last + 1})
        .returning(table.last)
    )
    number = session.scalars(statement).one()
    crash.point("series.taken")
    return number
