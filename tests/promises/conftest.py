"""The promises of the suite: each test runs on both forms, and none may be left out."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chassis import logs, run
from chassis.auth import Caller
from chassis.outbox import outbox
from tests.promises.conversation import Conversation
from tests.promises.form import PROGRAMS, Form
from tests.promises.forms import Embedded, Production
from tests.promises.patience import until
from tests.suite import FORMS, Client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    """Count a test of this folder that is skipped, for whatever reason, as one that failed."""
    report = yield
    if report.skipped:
        report.outcome, report.longrepr = "failed", f"a promise may not be skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="package")
def quick() -> Iterator[None]:
    """Look often for what is due: nothing that is promised depends on how long somebody waits in between."""
    with pytest.MonkeyPatch.context() as hasty:
        hasty.setattr("chassis.worker.RETRY_PAUSE", 0.1)
        hasty.setattr("chassis.relay.LEADER_PAUSE", 0.1)
        hasty.setattr("chassis.timers.PAUSE", 0.3)
        yield


@pytest.fixture(scope="package")
def embedded(quick: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))
    started = Embedded(tmp_path_factory.mktemp("promises"))
    yield started
    started.close()


@pytest.fixture(scope="package")
def production(quick: None, request: pytest.FixtureRequest) -> Iterator[Production]:
    logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))
    databases = {name: request.getfixturevalue("postgres_server").create_service(name) for name in PROGRAMS}
    started = Production(databases, request.getfixturevalue("broker").vhost())
    yield started
    started.close()


@pytest.fixture(scope="package", params=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    """Both live until the folder is done; tests of one form come after one another."""
    found: Form = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def client(form: Form, ada: Caller) -> Client:
    """Speak to the customers service as Ada."""
    return form.client(ada)


@pytest.fixture
def customer(form: Form, client: Client) -> dict[str, Any]:
    """A customer of Ada's that every program knows."""
    made = client.post("/customers", json={"name": "Fjordvik Industri AS", "type": "customer"}).json
    for name in PROGRAMS:
        until(lambda name=name: _knows(form.client(client.who, name), made["id"]), f"{name} knows the customer")
    until(lambda: client.get(f"/customers/{made['id']}/log").json["items"], "the log begins")
    return made


def _knows(client: Client, customer_id: str) -> bool:
    return client.get(f"/card/{customer_id}").status_code == 200


@pytest.fixture
def card(customer: dict[str, Any]) -> str:
    """The path of the customer's card."""
    return f"/customers/{customer['id']}"


@pytest.fixture
def converse(form: Form, ada: Caller, customer: dict[str, Any]) -> Callable[..., Conversation]:
    """Begin a conversation with the customer."""

    def begin(who: Caller = ada, name: str = "") -> Conversation:
        return Conversation(form, who, UUID(customer["id"]), name or f"communication/{uuid4()}")

    return begin


@pytest.fixture
def conversation(converse: Callable[..., Conversation]) -> Conversation:
    return converse()


@pytest.fixture
def another(converse: Callable[..., Conversation]) -> Conversation:
    """Another aggregate of the same customer."""
    return converse()


class Reaction:
    """What the customers service does about a registered communication, beside writing it in the log."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.act: Callable[[Any, Any], None] | None = None

    def __call__(self, session: Any, event: Any) -> None:
        self.seen.append(event.subject)
        if self.act:
            self.act(session, event)


@pytest.fixture
def reaction(form: Form, customer: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Reaction:
    """Have something done about each registered communication; all programs of this process share it."""
    made = Reaction()
    monkeypatch.setitem(form.web["customers"].reactions.followed, "dialog.CommunicationRegistered", made)
    return made


@pytest.fixture
def announced_by(form: Form, ada: Caller) -> Callable[[str], list[tuple[str, dict[str, Any]]]]:
    """Return what a program has announced for Ada's tenant so far, as (type, data)."""

    def announced_by(name: str) -> list[tuple[str, dict[str, Any]]]:
        query = select(outbox).where(outbox.c.tenant_id == ada.tenant).order_by(outbox.c.position)
        with form.web[name].engine.begin() as connection:
            return [(row.type, json.loads(row.body)["data"]) for row in connection.execute(query)]

    return announced_by


@pytest.fixture
def redrive(form: Form, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Iterator[Callable[..., str]]:
    """Run the command as an operator does; return what it prints."""
    for name, value in form.environment("customers").items():
        monkeypatch.setenv(name, value)

    def redrive(*options: str) -> str:
        run.main(["redrive", "customers", *options])
        return str(capsys.readouterr().out)

    yield redrive
    logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))  # the command's log went to a stream that ends here
