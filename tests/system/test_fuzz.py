"""Whatever is sent to a service, it answers in its own words: a thousand made-up requests each."""

import math
from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from uuid_utils.compat import uuid7

from chassis import events, inbox
from chassis.run import PROGRAMS
from contracts.customers import CustomerRegistered
from tests.suite import envelope, start

SERVICES = [name for name in PROGRAMS if name != "gateway"]
EXAMPLES = 1_000  # of each service
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
PLACES = {  # what stands at a path parameter: where it is made, and of what
    "contact_id": ("contacts", {"name": "Kari Nordahl"}),
    "note_id": ("notes", {"text": "Ring før kl. 14."}),
    "link_id": ("employees", {"role": "seller"}),
    "tag_id": ("tags", {}),
    "task_id": ("tasks", {"title": "Avtal et møte"}),
    "line_id": ("fixed-lines", {"description": "Administrasjon", "quantity": "1", "price": "250"}),
    "communication_id": ("communications", {"kind": "note", "body": "Hei", "happened_at": "2026-03-02T09:00:00Z"}),
    "project_id": ("projects", {"name": "Lagerteam høst"}),
}
ONCE = {"link_id": "employee", "tag_id": "name"}  # of which there are no two at one customer
UNHURRIED = settings(
    deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def program(request, tmp_path):
    """A service on SQLite, which nothing outside this process slows down."""
    started = start(request.param, f"sqlite:///{tmp_path}/it.db", KUNDEKORT_BLOBS_URL=f"file://{tmp_path}/blobs")
    yield started
    started.close()


@pytest.fixture
def ada(ada):
    """She may also do what operators do, so that their routes are reached as well."""
    return replace(ada, operator="ada@nordlys.no")


@pytest.fixture
def customer_id(program, ada, client) -> str:
    """A customer, registered or heard of."""
    if program.name == "customers":
        return client.post("/customers", json={"name": "Fjordvik Industri AS"}).json["id"]
    new: UUID = uuid7()
    told = CustomerRegistered(new, 10001, "Fjordvik Industri AS", "customer", None, list(ada.departments))
    inbox.receive(program, events.write(envelope(told, ada, aggregate=f"customer/{new}")).encode())
    return str(new)


@pytest.fixture
def document(program):
    """The service's routes; what deletes comes last."""
    loaded = schemathesis.openapi.from_wsgi("/openapi.json", program.app)
    del loaded.raw_schema["security"]  # else a tenth of what does not fit is sent without our token
    found = [each.ok() for each in loaded.get_all_operations()]
    return sorted(found, key=lambda operation: operation.method.upper() == "DELETE")


def make(client, customer_id, parameter):
    """Make what a path parameter names."""
    if parameter == "customer_id":
        return customer_id
    if parameter == "parked_id":
        inbox.receive(client.program, b"not an event")
        return client.get("/operations/parked").json["items"][0]["id"]
    if parameter == "file_id":
        made = client.post(f"/customers/{customer_id}/files?name=avtale.txt", data=b"Avtale")
    else:
        what, body = PLACES[parameter]
        if parameter in ONCE:
            body = {**body, ONCE[parameter]: str(uuid7())}
        made = client.post(f"/customers/{customer_id}/{what}", json=body)
    assert made.status_code == 201, made.text
    return made.json["id"]


class Sender:
    """Sends cases of one operation to things that exist, mostly, and looks at every answer."""

    def __init__(self, client, ids):
        self.client, self.ids = client, ids
        self.statuses = Counter()

    def send(self, case):
        """Send a case; where the version was not the present one, once more with that."""
        response = self._once(case)
        if response.status_code == 412:
            case.headers["If-Match"] = f'"{response.json()["current"]["version"]}"'
            self._once(case)

    def _once(self, case):
        response = case.call(headers={"Authorization": f"Bearer {self.client.token()}"})
        self.statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]
            assert response.json()["status"] == response.status_code
        return response


@pytest.mark.slow
@pytest.mark.timeout(300)  # it is all computing: on a busy machine it takes its time
@pytest.mark.parametrize("program", SERVICES, indirect=True)
def test_a_thousand_made_up_requests_meet_an_answer_each(client, document, customer_id):
    each = math.ceil(EXAMPLES / sum(asks_for_something(operation) for operation in document))
    statuses = Counter()
    for operation in document:
        ids = {place.name: make(client, customer_id, place.name) for place in operation.path_parameters}
        sender = Sender(client, ids)
        fuzz(operation, sender, each)
        statuses += sender.statuses

    print(statuses.total(), "requests:", dict(sorted(statuses.items())))  # noqa: T201  # shown by `pytest -rP`
    assert statuses.total() >= EXAMPLES
    assert statuses[200] + statuses[201] + statuses[204] > EXAMPLES / 20  # they reach further than the door


def asks_for_something(operation):
    """Tell whether there is anything about a request that can be made up."""
    return any(map(list, (operation.path_parameters, operation.query, operation.body)))


def fuzz(operation, sender, examples):
    """Send what fits the document and what does not, to things that are there and to things that are not."""
    fitting = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=sender.ids)
    kinds = [fitting, fitting.map(likely), operation.as_strategy(GenerationMode.POSITIVE)]
    if list(operation.body) or list(operation.query):  # else the path is all that could be unfit
        kinds.append(operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=sender.ids))

    @settings(UNHURRIED, max_examples=examples)
    @given(st.one_of(kinds))
    def sends(case):
        sender.send(case)

    sends()


def likely(case):
    """Say what made-up values hardly ever say: a moment of our time, and nobody who is not there."""
    if isinstance(case.body, dict) and "happened_at" in case.body:
        case.body["happened_at"] = "2026-03-02T09:00:00Z"
        case.body.pop("contact_id", None)
    return case
