"""People who use the suite from outside: through the gateway's API and nothing else."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import requests

from gateway import operators

PASSWORD = "correct horse battery"
EVENTUALLY = 15.0  # seconds, for what no test measures


class Employee:
    """Somebody who is signed in."""

    def __init__(self, address: str, email: str) -> None:
        self.address = address
        self.http = requests.Session()
        self.headers: dict[str, str] = {}
        answer = self.post("/api/session", {"email": email, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        cookie = answer.headers["Set-Cookie"].partition(";")[0]  # sent by hand: it is meant for TLS in production
        self.headers = {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}
        self.http.cookies.clear()

    def ask(self, method: str, path: str, json: Any = None, **kwargs: Any) -> requests.Response:
        """Send a request to the gateway."""
        headers = {**self.headers, **kwargs.pop("headers", {})}
        return self.http.request(method, self.address + path, json=json, headers=headers, timeout=30, **kwargs)

    def get(self, path: str) -> requests.Response:
        return self.ask("GET", path)

    def post(self, path: str, json: Any) -> requests.Response:
        return self.ask("POST", path, json)

    def write(self, path: str, json: Any, method: str = "POST", version: int | None = None) -> dict[str, Any]:
        """Write something that must be taken."""
        match = {} if version is None else {"If-Match": f'"{version}"'}
        answer = self.ask(method, path, json, headers=match)
        assert answer.ok, f"{method} {path}: {answer.text}"
        return answer.json()

    def upload(self, path: str, content: bytes) -> requests.Response:
        """Send a file."""
        return self.ask("POST", path, data=content, headers={"Content-Type": "application/octet-stream"})

    def card(self, customer: dict[str, Any]) -> requests.Response:
        """Open a card."""
        return self.get(f"/api/card/{customer['id']}")

    def register(self, name: str, **details: Any) -> dict[str, Any]:
        """Create a customer."""
        return self.write("/api/customers/customers", {"name": name, **details})


class Agency:
    """An agency with two departments and Ada, who administers it."""

    def __init__(self, address: str, tenant: UUID, email: str) -> None:
        self.address, self.tenant, self.email = address, tenant, email
        self.ada = Employee(address, email)
        found = self.ada.get("/api/directory/departments").json()["items"]
        self.departments = {each["name"]: each["id"] for each in found}

    def hire(self, role: str, department: str) -> Employee:
        """Add a colleague who signs in."""
        email = f"{uuid4().hex}@nordlys.no"
        colleague = {"name": "Bo Dahl", "email": email, "role": role, "password": PASSWORD}
        self.ada.write("/api/directory/employees", {**colleague, "departments": [self.departments[department]]})
        return Employee(self.address, email)


def until(happened: Callable[[], Any], within: float = EVENTUALLY, what: str = "it") -> float:
    """Wait until something is so and return the seconds it took; fail when it takes longer than *within*."""
    began = time.monotonic()
    while True:
        asked = time.monotonic() - began
        if happened():
            seconds = time.monotonic() - began
            print(f"{what} after {seconds:.3f} s")  # noqa: T201  # `pytest -rP` shows how far from the limit we are
            return seconds
        assert asked < within, f"{what} did not come within {within} s"
        time.sleep(0.01)


def appoint(suite: Any, who: Employee) -> Employee:
    """Let somebody run the suite, as the command does: the gateway has heard of it within a second."""
    with suite.program("gateway").app.app_context():
        operators.change(who.get("/api/directory/me").json()["email"], operator=True)
    until(lambda: who.get("/api/directory/me").json()["operator"], 1.0)
    return who
