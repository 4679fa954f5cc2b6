"""Run the programs of one release as their own code does it; told what to do line by line, as JSON.

Started by ``running.py`` in a process of its own, with one release's tree as its path: what is imported below is that
release's code, so this file uses no more of it than every release is bound to have.
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from cheroot import wsgi
from sqlalchemy import Connection, MetaData, Table, event, select, text

from chassis import events, inbox, logs, migrations, waiting
from chassis.outbox import outbox
from chassis.program import Program
from chassis.run import create, settings_for
from chassis.tables import now
from gateway.bootstrap import found_tenant

CHASSIS_TABLES = {*outbox.metadata.tables, "alembic_version"}


class Programs:
    """The programs of a release, each on its own database."""

    def __init__(self) -> None:
        self.running: dict[str, Program] = {}
        self.ports: dict[str, int] = {}
        self.tables: dict[str, list[Table]] = {}

    def start(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        """Build programs; their databases stay as they are. ``gateway@today`` is one more gateway, called so."""
        for name, environment in environments.items():
            plain = name.partition("@")[0]
            program: Program = create(plain, settings_for(plain, environment)).extensions["program"]
            if program.engine.dialect.name == "sqlite":
                event.listen(program.engine, "connect", _hurry)
            self.running[name] = program

    def migrate(self) -> None:
        """Bring the databases to this release's form."""
        for program in self.running.values():
            migrations.upgrade(program.name, program.engine)
        self.tables.clear()

    def serve(self) -> dict[str, int]:
        """Listen, every program on a port of its own; return all ports."""
        for name, program in self.running.items():
            if name in self.ports:
                continue
            server = wsgi.Server(("127.0.0.1", 0), program.app, numthreads=4, shutdown_timeout=1)
            server.prepare()
            threading.Thread(target=server.serve, daemon=True).start()
            self.ports[name] = server.bind_addr[1]
        return self.ports

    def documents(self) -> dict[str, Any]:
        """Return the OpenAPI document of every program."""
        return {name: each.app.test_client().get("/openapi.json").json for name, each in self.running.items()}

    def found(self, gateway: str, email: str, password: str) -> str:
        """Found an agency, whose administrator operates the suite where that is known; return its tenant."""
        with self.running[gateway].app.app_context():
            founded = found_tenant("Nordlys Bemanning", "Ada Berg", email, password, ["Bergen", "Oslo"])
            if find_spec("gateway.operators"):
                import_module("gateway.operators").change(email, operator=True)
            return str(founded.tenant)

    def read(self, raw: str) -> str:
        """Read an event as this release's code does; tell whether its type is known here."""
        envelope = events.read(raw.encode())
        kinds = {kind: each for program in self.running.values() for kind, each in program.reactions.known.items()}
        if envelope.type not in kinds:
            return "unknown"
        events.load(kinds[envelope.type], envelope.data)
        return "known"

    def tell(self, raw: str) -> list[str]:
        """Bring an event to everybody who follows its publisher; name them."""
        publisher = events.read(raw.encode()).publisher
        told = [name for name, program in self.running.items() if publisher in program.reactions.publishers]
        for name in told:
            inbox.receive(self.running[name], raw.encode())
        return told

    def carry(self) -> list[str]:
        """Bring everything that waits in the outboxes to its followers; return it."""
        carried: list[str] = []
        while rows := [(program, row) for program in self.running.values() for row in _unsent(program)]:
            for program, row in rows:
                self.tell(row.body)
                carried.append(row.body)
                with program.engine.begin() as connection:
                    sent = outbox.update().where(outbox.c.event_id == row.event_id)
                    connection.execute(sent.values(sent_at=now()))
        return carried

    def kept(self) -> list[str]:
        """List what could not be taken in: program, type and reason."""
        found = []
        for name, program in self.running.items():
            with program.engine.begin() as connection:
                rows = connection.execute(select(waiting.waiting.c.type, waiting.waiting.c.reason))
                found += [f"{name} {row.type}: {row.reason}" for row in rows]
        return found

    def redrive(self) -> None:
        """Try what is parked again, as ``python -m chassis redrive`` does."""
        for program in self.running.values():
            with program.engine.begin() as connection:
                waiting.unpark(connection, [row.id for row in waiting.parked(connection)])
            while inbox.retry(program):
                pass

    def rows(self, tenant: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """Return what the programs keep, by program and table, without the chassis' own tables."""
        found = {}
        for name, program in self.running.items():
            with program.engine.begin() as connection:
                for table in self._tables(name, connection):
                    found[f"{name}.{table.name}"] = _rows(connection, table, tenant)
        return found

    def _tables(self, name: str, connection: Connection) -> list[Table]:
        """Look at a program's tables as they are in the database, whatever this release's code knows of them."""
        if name not in self.tables:
            seen = MetaData()
            seen.reflect(connection, only=lambda table, _: table not in CHASSIS_TABLES)
            self.tables[name] = seen.sorted_tables
        return self.tables[name]

    def end(self) -> None:
        """Let go of the databases."""
        for program in self.running.values():
            program.engine.dispose()


def _hurry(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # nobody cuts the power here


def _unsent(program: Program) -> list[Any]:
    query = select(outbox.c.event_id, outbox.c.body).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.position)
    with program.engine.begin() as connection:
        return list(connection.execute(query))


def _rows(connection: Connection, table: Table, tenant: str | None) -> list[dict[str, Any]]:
    sqlite = connection.dialect.name == "sqlite"
    query = select(table).order_by(*([text("rowid")] if sqlite else table.primary_key.columns))
    if tenant:
        owner = next((table.c[name] for name in ("tenant_id", "tenant") if name in table.c), None)
        if owner is None:
            return []
        query = query.where(owner == (UUID(tenant).hex if sqlite else UUID(tenant)))
    if tenant and not sqlite:
        connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
    return [dict(row) for row in connection.execute(query).mappings()]


def main() -> None:
    """Do what each line says and answer with a line; what the programs print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))
    programs = Programs()
    for line in sys.stdin:
        print(_answered(programs, json.loads(line)), file=answers, flush=True)
    programs.end()


def _answered(programs: Programs, asked: Mapping[str, Any]) -> str:
    try:
        act: Callable[..., Any] = getattr(programs, asked["act"])
        return json.dumps({"done": act(**asked["with"])}, default=str)
    except Exception:  # noqa: BLE001  # whoever asked is told
        return json.dumps({"failed": traceback.format_exc()})


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(0)  # nobody asks the servers any more: their threads need not be waited for
