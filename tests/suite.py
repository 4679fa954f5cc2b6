"""One program under test, on either form, and the people who use it.

Every test has tenants of its own, so one database serves a whole run. Tests marked by the ``program`` fixture run
twice: on SQLite and on PostgreSQL.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import Engine, select
from uuid_utils.compat import uuid7

from chassis import auth, events, inbox, logs, migrations
from chassis.auth import Caller
from chassis.db import connect
from chassis.outbox import outbox
from chassis.program import Program
from chassis.run import create, settings_for
from chassis.tables import now

KEY = OKPKey.generate_key("Ed25519")
FORMS = ("embedded", "production")


def environment(database_url: str, **more: str) -> dict[str, str]:
    """Return the environment that a program is started with."""
    return {
        "KUNDEKORT_DATABASE_URL": database_url,
        "KUNDEKORT_TOKEN_PUBLIC_KEY": KEY.as_pem(private=False).decode(),
        "KUNDEKORT_TOKEN_PRIVATE_KEY": KEY.as_pem(private=True).decode(),
        "KUNDEKORT_CURSOR_KEY": "a cursor key for the tests only, 40 long",
        "KUNDEKORT_RETRY_MS": "1",
        "KUNDEKORT_IN_FLIGHT": "400",
        **more,
    }


def start(name: str, database_url: str, **more: str) -> Program:
    """Build a program on a fresh, migrated database."""
    logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))
    program: Program = create(name, settings_for(name, environment(database_url, **more))).extensions["program"]
    migrations.upgrade(name, program.engine)
    return program


def database_for(request: pytest.FixtureRequest, form: str, name: str) -> str:
    """Make an empty database of the form asked for."""
    if form == "production":
        url: str = request.getfixturevalue("postgres_server").create_service(name)
        return url
    folder = request.getfixturevalue("tmp_path_factory").mktemp(name)
    return f"sqlite:///{folder}/{name}.db"


def program_of(name: str, **more: Callable[[pytest.FixtureRequest], str]) -> Any:
    """Make the fixture ``program`` for the tests of one service; *more* adds settings it needs."""

    @pytest.fixture(scope="session", params=FORMS)
    def program(request: pytest.FixtureRequest) -> Iterator[Program]:
        database_url = database_for(request, request.param, name)
        settings = {f"KUNDEKORT_{field.upper()}": make(request) for field, make in more.items()}
        started = start(name, database_url, **settings)
        yield started
        started.close()

    return program


class Client:
    """Speaks HTTP to a program on behalf of one caller."""

    def __init__(self, program: Program, who: Caller | None) -> None:
        self.program = program
        self.who = who
        self.http = program.app.test_client()

    def as_(self, who: Caller | None) -> "Client":
        """Return a client for somebody else."""
        return Client(self.program, who)

    def open(self, path: str, method: str, headers: dict[str, str] | None = None, **kwargs: Any) -> Any:
        """Send one request with a fresh token."""
        token = {} if self.who is None else {"Authorization": f"Bearer {self.token()}"}
        return self.http.open(path, method=method, headers={**token, **(headers or {})}, **kwargs)

    def token(self) -> str:
        """Sign what the gateway would sign."""
        assert self.who is not None
        return auth.issue(KEY, self.who, self.program.name)

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, "GET", **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> Any:
        return self.open(path, "POST", **({"json": json} if json is not None else {}), **kwargs)

    def change(self, method: str, path: str, json: Any = None, version: int | None = None, **kwargs: Any) -> Any:
        """Send PATCH, PUT or DELETE with If-Match."""
        match = {} if version is None else {"If-Match": f'"{version}"'}
        body = {"json": json} if json is not None else {}
        return self.open(path, method, headers={**match, **kwargs.pop("headers", {})}, **body, **kwargs)

    def patch(self, path: str, json: Any = None, version: int | None = None, **kwargs: Any) -> Any:
        return self.change("PATCH", path, json, version, **kwargs)

    def put(self, path: str, json: Any = None, version: int | None = None, **kwargs: Any) -> Any:
        return self.change("PUT", path, json, version, **kwargs)

    def delete(self, path: str, version: int | None = None, **kwargs: Any) -> Any:
        return self.change("DELETE", path, None, version, **kwargs)


@pytest.fixture
def ada() -> Caller:
    """Ada runs the agency: she may do everything, in every department."""
    return Caller(uuid4(), uuid4(), frozenset({"*:*:*"}), (uuid4(),), everywhere=True)


@pytest.fixture
def bob(ada: Caller) -> Caller:
    """Bob works in another department of Ada's agency."""
    return replace(ada, employee=uuid4(), departments=(uuid4(),), everywhere=False)


@pytest.fixture
def eve() -> Caller:
    """Eve runs another agency."""
    return Caller(uuid4(), uuid4(), frozenset({"*:*:*"}), (uuid4(),), everywhere=True)


@pytest.fixture
def client(program: Program, ada: Caller) -> Client:
    """Speak to the program as Ada."""
    return Client(program, ada)


def envelope(event: Any, who: Caller, **changes: Any) -> events.Envelope:
    """Wrap an event as its publisher would."""
    values: dict[str, Any] = {
        "id": uuid7(),
        "type": events.name_of(type(event)),
        "schema_version": events.version_of(type(event)),
        "time": now(),
        "tenant": who.tenant,
        "aggregate": f"thing/{uuid4()}",
        "aggregate_version": 1,
        "data": events.dump(event),
        "customer": getattr(event, "customer_id", None),
        "actor": who.employee,
    }
    return events.Envelope(**{**values, **changes})


@pytest.fixture
def hear(program: Program, ada: Caller) -> Callable[..., None]:
    """Deliver an event to the program; ``hear(event, about="customer/<id>", version=2)``."""

    def hear(event: Any, about: str | None = None, version: int = 1, who: Caller = ada, **changes: Any) -> None:
        place = {"aggregate": about} if about else {}
        wrapped = envelope(event, who, aggregate_version=version, **place, **changes)
        inbox.receive(program, events.write(wrapped).encode())

    return hear


@pytest.fixture
def customer_id(hear: Callable[..., None], ada: Caller) -> UUID:
    """A customer of Ada's department that the program has heard of (``customer/<id>``, version 1)."""
    from contracts.customers import CustomerRegistered

    new = uuid7()
    hear(
        CustomerRegistered(new, 10001, "Fjordvik Industri AS", "customer", "123456785", list(ada.departments)),
        about=f"customer/{new}",
    )
    return new


@pytest.fixture
def announced(program: Program, ada: Caller) -> Callable[[], list[tuple[str, dict[str, Any]]]]:
    """Return what the program has announced for Ada's tenant so far, as (type, data)."""

    def announced() -> list[tuple[str, dict[str, Any]]]:
        query = select(outbox).where(outbox.c.tenant_id == ada.tenant).order_by(outbox.c.position)
        with program.engine.begin() as connection:
            return [(row.type, json.loads(row.body)["data"]) for row in connection.execute(query)]

    return announced


def errors(response: Any) -> dict[str, str]:
    """Read a problem document's fields and messages."""
    assert response.content_type == "application/problem+json", response.text
    return {error["field"]: error["message"] for error in response.json.get("errors", [])}


@pytest.fixture(params=FORMS)
def engine_for(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Engine]]:
    """Make the engine of an empty database for the program that is asked for."""
    made: list[Engine] = []

    def engine_for(name: str) -> Engine:
        made.append(connect(database_for(request, request.param, name)))
        return made[-1]

    yield engine_for
    for engine in made:
        engine.dispose()


@dataclass(frozen=True)
class CommunicationSung:
    """An event that the program learns in its next release."""

    category: ClassVar[str] = "dialog"
    customer_id: UUID
    subject: str
