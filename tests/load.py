"""A steady load on the gateway, as many people at once make it, and what became of every single request."""

import http.client
import json
import select
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from tests.system.people import Employee

PATIENCE = 15.0  # seconds until a request that is not answered has failed
THREADS = 64
CARD = ("GET", "/api/card/{id}", None)
WRITES = (
    ("POST", "/api/customers/customers/{id}/notes", {"text": "Ring før kl. 14."}),
    (
        "POST",
        "/api/dialog/customers/{id}/communications",
        {"kind": "call", "direction": "out", "subject": "Oppfølging", "happened_at": "2026-03-02T09:00:00+01:00"},
    ),
)
READS = (
    ("GET", "/api/customers/customers?limit=20", None),
    ("GET", "/api/directory/me", None),
    ("GET", "/api/invoicing/customers/{id}/invoice-information", None),
    ("GET", "/api/files/customers/{id}/files", None),
    ("GET", "/api/dialog/customers/{id}/communications", None),
    ("GET", "/api/customers/customers/{id}", None),
    ("GET", "/api/recruitment/customers/{id}/projects", None),
)
KINDS = (*READS, CARD, *READS, WRITES[0], *READS, CARD, *READS, WRITES[1])
WITHOUT_CARDS = [kind for kind in KINDS if kind != CARD]  # a card waits 800 ms for its items, also on a busy machine


@dataclass
class Load:
    """Requests of all kinds at a steady rate, begun at their time whether or not the earlier ones are answered.

    Each write has a key of its own. Nothing is sent twice: what a caller would see, this sees.
    """

    ada: Employee
    customers: Sequence[dict[str, Any]]
    rate: float  # a second
    kinds: Sequence[tuple[str, str, Any]] = KINDS
    failures: list[str] = field(default_factory=list)
    partial: Counter[str] = field(default_factory=Counter)  # cards on which an item was not as fresh as can be
    seconds: list[float] = field(default_factory=list)  # from when a request was due until it was answered
    written: Counter[str] = field(default_factory=Counter)  # writes that were answered with yes, by what was written

    def __post_init__(self) -> None:
        place = urlsplit(self.ada.address)
        self._host, self._port = place.hostname or "", place.port
        self._stop, self._numbers = threading.Event(), count()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)]

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)

    @property
    def sent(self) -> int:
        """Count the requests that are over, one way or the other."""
        return len(self.seconds)

    def await_sent(self, many: int) -> None:
        """Go on until so many requests are over."""
        while self.sent < many:
            time.sleep(0.1)

    def summary(self) -> str:
        """Say in a line what happened."""
        late = sorted(self.seconds)
        at = {name: 1000 * late[int(share * (len(late) - 1))] for name, share in (("p50", 0.5), ("p99", 0.99))}
        times = ", ".join(f"{name} {ms:.0f} ms" for name, ms in (at | {"slowest": 1000 * late[-1]}).items())
        return (
            f"{len(self.failures)} failed of {self.sent} at {self.rate:.0f}/s; "
            f"{self.partial.total()} cards with an item late or missing; {times}"
        )

    def _work(self) -> None:
        link = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)
        while not self._stop.is_set():
            number = next(self._numbers)
            due = self._began + number / self.rate
            if self._stop.wait(max(0.0, due - time.monotonic())):
                break
            method, path, body = self.kinds[number % len(self.kinds)]
            customer = self.customers[number // len(self.kinds) % len(self.customers)]
            self._ask(link, method, path.format(**customer), body)
            self.seconds.append(time.monotonic() - due)
        link.close()

    def _ask(self, link: http.client.HTTPConnection, method: str, path: str, body: Any) -> None:
        if link.sock is not None and select.select([link.sock], [], [], 0)[0]:
            link.close()  # as every client does, look whether a kept connection was closed before using it again
        key = {} if body is None else {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        try:
            content = None if body is None else json.dumps(body)
            link.request(method, path, content, self.ada.headers | key)
            answer = link.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            link.close()
            self._failed(method, path, repr(error))
            return
        self._weigh(method, path, answer.status, text)

    def _weigh(self, method: str, path: str, status: int, text: bytes) -> None:
        if status not in (200, 201):
            self._failed(method, path, f"{status} {text[:300]!r}")
        elif method == "POST":
            self.written[path.rpartition("/")[2]] += 1
        elif path.startswith("/api/card"):
            items = json.loads(text)["items"]
            self.partial.update({f"{item['status']}: {name}" for name, item in items.items() if item["status"] != "ok"})

    def _failed(self, method: str, path: str, why: str) -> None:
        after = time.monotonic() - self._began
        self.failures.append(f"after {after:.2f} s: {method} {path}: {why}")


def noted(ada: Employee, customers: Sequence[dict[str, Any]]) -> int:
    """Count the notes that customers really have."""
    return sum(len(ada.get(f"/api/customers/customers/{each['id']}/notes").json()["items"]) for each in customers)
