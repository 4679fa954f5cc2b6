"""The gateway under test, with stand-ins for the five services behind it."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from chassis.auth import Caller
from gateway.bootstrap import Founded, found_tenant
from gateway.items import SERVICES
from tests.gateway.neighbourhood import StandIn, present
from tests.suite import program_of

PASSWORD = "correct horse battery"
HOUR = 3_600_000

STAND_INS = {name: StandIn(name) for name in SERVICES}
URLS = {f"{name}_url": (lambda _request, url=stand_in.url: url) for name, stand_in in STAND_INS.items()}

program = program_of(
    "gateway",
    secure=lambda _: "0",
    metrics_token=lambda _: "for the tests",
    password_memory_kib=lambda _: "1024",  # hundreds of sign-ins; the guesses of nobody to be made dear
    **URLS,
)


def within_a_second(holds: Callable[[], bool]) -> None:
    """Wait for what was changed behind the gateway process's back; the time of asking is the tests' own."""
    until = time.monotonic() + 1
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


class Browser:
    """Speaks to the gateway with a cookie, as a browser or another client does."""

    def __init__(self, program: Any, address: str = "10.0.0.1") -> None:
        self.program = program
        self.http = program.app.test_client()
        self.place = {"REMOTE_ADDR": address}

    def sign_in(self, email: str, password: str = PASSWORD) -> Any:
        return self.post("/api/session", json={"email": email, "password": password})

    def open(self, path: str, method: str, version: int | None = None, **kwargs: Any) -> Any:
        match = {} if version is None else {"If-Match": f'"{version}"'}
        headers = {**match, **kwargs.pop("headers", {})}
        return self.http.open(path, method=method, headers=headers, environ_overrides=self.place, **kwargs)

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, "GET", **kwargs)

    def post(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, "POST", **kwargs)

    def put(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, "PUT", **kwargs)

    def patch(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, "PATCH", **kwargs)

    def delete(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, "DELETE", **kwargs)


@pytest.fixture
def browser(program) -> Browser:
    """A browser that nobody is signed in with, at an address of its own."""
    return Browser(program, address=str(uuid4()))


@pytest.fixture
def agency(program) -> Founded:
    """A fresh agency: Bergen and Oslo, and Ada who administers it."""
    with program.app.app_context():
        return found_tenant("Nordlys Bemanning", "Ada Berg", f"ada@{uuid4().hex}.no", PASSWORD, ["Bergen", "Oslo"])


@pytest.fixture
def ada(agency) -> Caller:
    """Ada, for whoever looks at what her agency announced or heard."""
    return Caller(
        agency.tenant, agency.admin, frozenset({"*:*:*"}), tuple(agency.departments.values()), everywhere=True
    )


@pytest.fixture
def client(program, browser, agency) -> Browser:
    """A browser in which Ada is signed in."""
    assert browser.sign_in(ada_email(program, agency)).status_code == 201
    return browser


def ada_email(program: Any, agency: Founded) -> str:
    """Look up what Ada signs in with."""
    from sqlalchemy import select

    from gateway.signin.models import Account

    with program.engine.begin() as connection:
        return connection.scalar(select(Account.email).where(Account.employee == agency.admin))


@pytest.fixture
def email(program, agency) -> str:
    """What Ada signs in with."""
    return ada_email(program, agency)


@pytest.fixture
def hire(program, client, agency):
    """Add a colleague and sign in as that colleague: ``hire("sales", "Oslo")``."""

    def hire(role: str, *departments: str) -> Browser:
        address = f"{uuid4().hex}@nordlys.no"
        homes = [str(agency.departments[each]) for each in departments or ("Bergen",)]
        sent = {"name": "Bo Dahl", "email": address, "role": role, "departments": homes, "password": PASSWORD}
        made = client.post("/api/directory/employees", json=sent)
        assert made.status_code == 201, made.text
        theirs = Browser(program, address=str(uuid4()))
        assert theirs.sign_in(address).status_code == 201
        theirs.id, theirs.email = made.json["id"], address
        return theirs

    return hire


@pytest.fixture
def services() -> dict[str, StandIn]:
    """The five services, well and empty."""
    for stand_in in STAND_INS.values():
        stand_in.recover()
    return STAND_INS


@pytest.fixture(scope="session", autouse=True)
def closing_time() -> Iterator[None]:
    """Stop the stand-ins when all is done."""
    yield
    for stand_in in STAND_INS.values():
        stand_in.stop()


@pytest.fixture(autouse=True)
def trusting(program) -> Iterator[None]:
    """Forget which stand-ins failed in the test before, and close what is still connected."""
    neighbours = program.app.extensions["services"].neighbours.values()
    for neighbour in neighbours:
        neighbour.breaker.succeeded()
    yield
    for neighbour in neighbours:
        neighbour.close()


@pytest.fixture
def customer(services) -> UUID:
    """A customer whom all services have known for an hour."""
    old = UUID(int=uuid7().int - (HOUR << 80))
    services["customers"].items = {
        "general": present(id=str(old), name="Fjordvik Industri AS", number=10001),
        "notes": {"state": "empty", "count": 0, "data": None},
    }
    services["invoicing"].items = {"economy": present(balance="100.00")}
    return old
