"""Nobody reaches what belongs to another agency or another department: every route with an id, by its document."""

import re
import time
from typing import Any
from uuid import uuid4

import pytest
import requests

from chassis.run import PROGRAMS
from tests.system.people import until

SERVICES = [name for name in PROGRAMS if name != "gateway"]
METHODS = ("get", "post", "put", "patch", "delete")
YOUNG = 5.0  # seconds; so long the gateway waits for services that have not heard of a customer yet
EVENTS = 10  # what the log holds of everything that ``belongings`` makes

# what is sent by the name of its shape: a new shape must be told here
BODIES: dict[str, Any] = {
    "CustomerChange": {"directions": "Inngang fra bakgården."},
    "Contact": {"name": "Kari Nordahl"},
    "ContactChange": {"title": "HR-sjef"},
    "End": {},
    "EmployeeLink": {"employee": "018f3b1e-7c00-7000-8000-00000000000b", "role": "recruiter"},
    "EmployeeLinkChange": {"role": "substitute"},
    "Note": {"text": "Ring før kl. 14."},
    "NoteChange": {"pinned": True},
    "Task": {"title": "Avtal et møte"},
    "TaskChange": {"priority": "high"},
    "Tag": {"name": "Rammeavtale"},
    "Comment": {"text": "Avtalt på telefon."},
    "TermsChange": {"credit_days": 20},
    "FixedLine": {"description": "Administrasjon", "quantity": "1", "price": "250"},
    "FixedLineChange": {"unit": "stk"},
    "Rating": {"letter": "B", "score": 70, "source": "Årsregnskap"},
    "Limit": {"amount": "250000"},
    "File": {"name": "rammeavtale.txt"},
    "Communication": {"kind": "note", "body": "Hei", "happened_at": "2026-03-02T09:00:00+01:00"},
    "CommunicationChange": {"subject": "Rammeavtale"},
    "NewProject": {"name": "Lagerteam høst"},
    "ProjectChange": {"reference": "4711"},
    "Status": {"status": "not_started"},
    "Department": {"name": "Hamar"},
    "EmployeeChange": {"name": "Bo Berg"},
}
SELLER = {**BODIES["EmployeeLink"], "role": "seller"}  # the owner links the same person once more, in another role
LAST = ("delete", "restore", "end")  # what takes away comes last, when its owner tries


class Belongings:
    """A customer with one of everything, and how each path parameter is filled with it."""

    def __init__(self, agency: Any) -> None:
        ada, self.agency = agency.ada, agency
        home = {"departments": [agency.departments["Bergen"]], "owner_department": agency.departments["Bergen"]}
        self.customer = ada.register("Fjordvik Industri AS", **home)
        self.made_at = time.monotonic()
        there = f"customers/{self.customer['id']}"
        self.ids = {
            "customer_id": self.customer["id"],
            "contact_id": ada.write(f"/api/customers/{there}/contacts", BODIES["Contact"])["id"],
            "link_id": ada.write(f"/api/customers/{there}/employees", SELLER)["id"],
            "note_id": ada.write(f"/api/customers/{there}/notes", BODIES["Note"])["id"],
            "task_id": ada.write(f"/api/customers/{there}/tasks", BODIES["Task"])["id"],
            "tag_id": ada.write(f"/api/customers/{there}/tags", {"name": "VIP"})["id"],
            "line_id": ada.write(f"/api/invoicing/{there}/fixed-lines", BODIES["FixedLine"])["id"],
            "communication_id": ada.write(f"/api/dialog/{there}/communications", BODIES["Communication"])["id"],
            "project_id": ada.write(f"/api/recruitment/{there}/projects", BODIES["NewProject"])["id"],
            "file_id": ada.upload(f"/api/files/{there}/files?name=avtale.txt", b"Avtale").json()["id"],
            "department_id": agency.departments["Bergen"],
            "employee_id": ada.get("/api/directory/me").json()["id"],
        }
        self.bodies = {**BODIES, "Departments": {"departments": list(agency.departments.values())}}

    def log(self) -> list[Any]:
        path = f"/api/customers/customers/{self.customer['id']}/log?limit=200"
        return self.agency.ada.get(path).json()["items"]


class Route:
    """One operation of a document that has an id in its path."""

    def __init__(self, program: str, path: str, method: str, operation: dict[str, Any]) -> None:
        self.path = path if program == "gateway" else f"/api/{program}{path}"
        self.method = method.upper()
        self.content = operation.get("requestBody", {}).get("content", {})

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def comes_last(self) -> int:
        words = (self.method.lower(), self.path.rpartition("/")[2])
        return max(LAST.index(word) + 1 if word in LAST else 0 for word in words)

    def ask(self, who: Any, ids: dict[str, str], bodies: dict[str, Any], version: int = 1) -> requests.Response:
        """Send it with ids in place; an unknown parameter or shape is an error of this test."""
        path = re.sub(r"{(\w+)}", lambda found: ids[found[1]], self.path)
        headers = {} if self.method in ("GET", "POST") else {"If-Match": f'"{version}"'}
        if "application/octet-stream" in self.content:
            octets = {"Content-Type": "application/octet-stream"}
            return who.ask(self.method, f"{path}?name=ny.txt", data=b"Ny", headers=octets)
        return who.ask(self.method, path, self.body(bodies), headers=headers)

    def body(self, bodies: dict[str, Any]) -> Any:
        if "application/json" not in self.content:
            return None if self.method != "POST" else {}
        return bodies[self.content["application/json"]["schema"]["$ref"].rpartition("/")[2]]


def routes_of(suite: Any, program: str) -> list[Route]:
    """Read a program's document."""
    document = requests.get(f"{suite.address(program)}/openapi.json", timeout=10).json()
    found = [
        Route(program, path, method, operations[method])
        for path, operations in document["paths"].items()
        for method in METHODS
        if method in operations and "{" in path and "/operations/" not in path  # see test_operators.py
    ]
    assert found, f"{program} has no route with an id"
    return sorted(found, key=lambda route: route.comes_last)


@pytest.fixture(scope="module")
def belongings(nordlys):
    """What strangers are after; old enough for the gateway not to wait for anybody to hear of it."""
    made = Belongings(nordlys)
    until(lambda: len(made.log()) == EVENTS, what="the log")
    time.sleep(max(0.0, made.made_at + YOUNG - time.monotonic()))
    return made


@pytest.fixture(scope="module")
def strangers(nordlys, rival):
    """Who tries, at which programs: nobody is refused for lack of a right, so what is left is whose it is."""
    sales, finance = nordlys.hire("sales", "Oslo"), nordlys.hire("finance", "Oslo")
    colleagues = {name: finance if name == "invoicing" else sales for name in PROGRAMS}
    return {"of another agency": dict.fromkeys(PROGRAMS, rival.ada), "of another department": colleagues}


@pytest.fixture(scope="module")
def own(strangers):
    """A customer of the strangers' own."""
    return {who: each["customers"].register("Havbris Sjømat AS")["id"] for who, each in strangers.items()}


def refusal(answer: requests.Response, ids: dict[str, str]) -> Any:
    """Return the answer without what differs from one request to the next."""
    if answer.status_code != 404:
        return answer.status_code, answer.text[:200]
    text = answer.text.replace(answer.json()["instance"], "")
    for value in ids.values():
        text = text.replace(value, "")
    return answer.status_code, answer.headers["Content-Type"], text


def open_to_colleagues(route: Route) -> bool:
    """The directory is everybody's within an agency; who may change it is a matter of rights."""
    return route.path.startswith("/api/directory/")


@pytest.mark.parametrize("who", ["of another agency", "of another department"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_stranger_finds_nothing_at_any_id(suite, belongings, strangers, program, who):
    stranger, nowhere = strangers[who][program], {name: str(uuid4()) for name in belongings.ids}
    routes = routes_of(suite, program)
    if who == "of another department":
        routes = [route for route in routes if not open_to_colleagues(route)]
    before = belongings.log()

    unequal = {}
    for route in routes:
        here = refusal(route.ask(stranger, belongings.ids, belongings.bodies), belongings.ids)
        there = refusal(route.ask(stranger, nowhere, belongings.bodies), nowhere)
        if here != there or here[:2] != (404, "application/problem+json"):
            unequal[str(route)] = (here, there)

    assert routes
    assert unequal == {}
    assert belongings.log() == before


@pytest.mark.parametrize("who", ["of another agency", "of another department"])
@pytest.mark.parametrize("program", SERVICES)
def test_a_customer_of_ones_own_opens_nothing_of_another(suite, belongings, strangers, own, program, who):
    ids = {**belongings.ids, "customer_id": own[who]}
    deep = [route for route in routes_of(suite, program) if route.path.count("{") > 1]

    answers = {str(route): route.ask(strangers[who][program], ids, belongings.bodies).status_code for route in deep}

    assert answers
    assert set(answers.values()) == {404}, answers


def test_their_owner_reaches_them_with_the_same_requests(suite, belongings):
    """Else the refusals above would prove nothing; it comes last, for it changes and deletes."""
    ada, ids, bodies = belongings.agency.ada, belongings.ids, belongings.bodies
    refused = {}
    for program in SERVICES:
        for route in routes_of(suite, program):
            answer = route.ask(ada, ids, bodies)
            if answer.status_code == 412:
                answer = route.ask(ada, ids, bodies, answer.json()["current"]["version"])
            if not answer.ok:
                refused[str(route)] = answer.text
    assert refused == {}
