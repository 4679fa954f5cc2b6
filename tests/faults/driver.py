"""Writers: people of two agencies who change things without pause, each write written down before it is sent."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

from chassis.auth import Caller
from tests.faults.journal import Intent, Journal
from tests.faults.plant import Plant, token

NOT_NOW = (429, 503, 504, 507)
PATIENCE = 8.0  # seconds that a writer waits for an answer
DEADLINE_MS = "5000"
TOKEN_AGE = 20.0  # seconds
MOST_TRIES = 60  # of a keyed write, until it is answered
MOST_CUSTOMERS = 40  # that a writer writes about; then older ones are left alone


def employee() -> Caller:
    """Somebody who may do everything at an agency of his own."""
    return Caller(uuid4(), uuid4(), frozenset({"*:*:*"}), (uuid4(),), everywhere=True)


@dataclass
class Known:
    """What a writer knows of a customer: the version to change next, or that he has to look."""

    id: str
    version: int | None
    terms_version: int | None = None


@dataclass
class Writer:
    """One thread's worth of writing, on behalf of one employee."""

    plant: Plant
    journal: Journal
    who: Caller
    rng: random.Random
    customers: list[Known] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # that each answer took
    http: requests.Session = field(default_factory=requests.Session)
    tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http.trust_env = False

    def write(self, kind: str | None = None) -> None:
        """Do one write, whatever comes of it."""
        kinds = ("register", "rename", "contact", "note", "terms", "said")
        drawn = self.rng.choices(kinds, (1, 5, 2, 3, 2, 2))[0]
        kind = kind or ("register" if len(self.customers) < 2 else drawn)
        getattr(self, kind)(self.journal.word())

    def register(self, word: str) -> None:
        answer = self._post(word, "register", "customers", "/customers", {"name": f"Kunde {word}"}, None)
        if answer:
            self.customers = [*self.customers, Known(answer["id"], answer["version"])][-MOST_CUSTOMERS:]

    def rename(self, word: str) -> None:
        known = self._somebody()
        place = f"/customers/{known.id}"
        if known.version is None:
            known.version = self._version("customers", place)
        if known.version is not None:
            known.version = self._patch(word, "rename", known, place, {"name": f"Kunde {word}"}, known.version)

    def terms(self, word: str) -> None:
        known = self._somebody()
        place = f"/customers/{known.id}/invoice-information"
        if known.terms_version is None:
            known.terms_version = self._version("invoicing", place)
        if known.terms_version is not None:
            known.terms_version = self._patch(word, "terms", known, place, {"ehf_reference": word}, known.terms_version)

    def contact(self, word: str) -> None:
        known = self._somebody()
        self._post(word, "contact", "customers", f"/customers/{known.id}/contacts", {"name": f"Kari {word}"}, known.id)

    def note(self, word: str) -> None:
        known = self._somebody()
        self._post(word, "note", "customers", f"/customers/{known.id}/notes", {"text": f"Ring {word}"}, known.id)

    def said(self, word: str) -> None:
        known = self._somebody()
        said = {"kind": "note", "subject": word, "happened_at": "2026-03-02T09:00:00+01:00"}
        self._post(word, "said", "dialog", f"/customers/{known.id}/communications", said, known.id)

    def _somebody(self) -> Known:
        return self.rng.choice(self.customers)

    def _post(
        self, word: str, kind: str, service: str, path: str, body: dict[str, Any], subject: str | None
    ) -> dict[str, Any] | None:
        """Send a keyed write until somebody answers it."""
        intent = Intent(word, kind, str(self.who.tenant), subject, keyed=True)
        for _ in range(MOST_TRIES):
            answer = self._send(intent, "POST", service, path, body, {"Idempotency-Key": word})
            if answer is not None and answer.status_code not in NOT_NOW:
                return answer.json() if answer.ok else None
            time.sleep(0.2)
        return None

    def _patch(self, word: str, kind: str, known: Known, path: str, body: dict[str, Any], version: int) -> int | None:
        """Send a change once; return the version that is there now, if that is known."""
        service = "customers" if kind == "rename" else "invoicing"
        intent = Intent(word, kind, str(self.who.tenant), known.id)
        answer = self._send(intent, "PATCH", service, path, body, {"If-Match": f'"{version}"'})
        return answer.json()["version"] if answer is not None and answer.ok else None

    def _version(self, service: str, path: str) -> int | None:
        """Look what is there; a follower may not have heard of it yet, or not be there itself."""
        try:
            answer = self.ask("GET", service, path)
        except requests.RequestException:
            return None
        return answer.json()["version"] if answer.ok else None

    def _send(
        self, intent: Intent, method: str, service: str, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> requests.Response | None:
        self.journal.intend(intent)
        began = time.monotonic()
        try:
            answer = self.ask(method, service, path, json=body, headers=headers)
        except requests.RequestException:
            self.journal.note(intent.word, 0)
            return None
        self.seconds.append(time.monotonic() - began)
        self.journal.note(intent.word, answer.status_code, _summary(answer))
        return answer

    def ask(self, method: str, service: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self._token(service)}",
            "X-Request-Deadline-Ms": DEADLINE_MS,
            **kwargs.pop("headers", {}),
        }
        url = self.plant.address(service) + path
        return self.http.request(method, url, headers=headers, timeout=PATIENCE, **kwargs)

    def _token(self, service: str) -> str:
        signed_at, signed = self.tokens.get(service, (0.0, ""))
        if time.monotonic() - signed_at > TOKEN_AGE:
            signed_at, signed = time.monotonic(), token(self.who, service)
            self.tokens[service] = signed_at, signed
        return signed


def _summary(answer: requests.Response) -> dict[str, Any]:
    if not answer.ok:
        return {"problem": answer.text[:300]}
    found = answer.json()
    return {"id": found.get("id"), "version": found["version"], "number": found.get("number")}


class Load:
    """Several writers at work at once, until so much is written or they are told to stop."""

    def __init__(self, writers: Sequence[Writer], most: int | None = None, pause: float = 0.0) -> None:
        self.writers, self.pause = writers, pause
        self.written = 0
        self._most = most
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._failed: list[BaseException] = []
        self._threads = [threading.Thread(target=self._work, args=(each,), daemon=True) for each in writers]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def run(self) -> None:
        """Write all there is to write."""
        self.start()
        self.join()

    @property
    def over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        self._stop.set()
        self.join()

    def join(self, within: float = 600.0) -> None:
        deadline = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        assert self.over, "a writer does not stop"
        assert not self._failed, self._failed

    def _work(self, writer: Writer) -> None:
        try:
            while not self._stop.is_set() and self._may_go_on():
                writer.write()
                self._stop.wait(self.pause)
        except BaseException as error:  # noqa: BLE001  # a thread's error is told to whoever waits for it
            self._failed.append(error)

    def _may_go_on(self) -> bool:
        with self._lock:
            self.written += 1
            return self._most is None or self.written <= self._most


@contextmanager
def writing(writers: Sequence[Writer], pause: float = 0.0) -> Iterator[Load]:
    """Have the writers write for as long as the block lasts."""
    load = Load(writers, pause=pause)
    load.start()
    try:
        yield load
    finally:
        load.stop()
