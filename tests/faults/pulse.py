"""A pulse goes through the whole plant: a write at the owner, until it stands in every follower's tables."""

import time
from contextlib import suppress

import psycopg
import requests

from tests.faults.driver import Writer
from tests.faults.patience import until
from tests.faults.plant import Plant

TRACES = {  # where a contact that was added is seen at each follower
    "invoicing": "SELECT name FROM reference_people WHERE tenant_id = %s AND name = ANY(%s)",
    "dialog": "SELECT name FROM people WHERE tenant_id = %s AND name = ANY(%s)",
    "customers": """
        SELECT contacts.name FROM contacts JOIN outbox ON outbox.aggregate = 'contact/' || contacts.id
        JOIN log_entries ON log_entries.event_id = outbox.event_id
        WHERE contacts.tenant_id = %s AND contacts.name = ANY(%s)
    """,
}
BEAT = 0.5  # seconds


class Pulse:
    """Writes contacts of one customer, and looks for their copies."""

    def __init__(self, plant: Plant, writer: Writer) -> None:
        self.plant, self.writer = plant, writer

    def felt(self, within: float) -> float:
        """Return after how many seconds something written from now on has come through to all."""
        words: list[str] = []
        return until(lambda: self._beats(words), within, self.plant.standstill)

    def answered(self, within: float) -> float:
        """Return after how many seconds the owner takes writes again."""
        return until(lambda: self._writes(self.writer.journal.word()), within, "a write is answered")

    def _writes(self, word: str) -> bool:
        """Write once; somebody who waits for more would not notice when it was."""
        key = {"Idempotency-Key": word, "X-Request-Deadline-Ms": "1000"}
        with suppress(requests.RequestException):
            return self.writer.ask("POST", "customers", "/customers", json={"name": word}, headers=key).ok
        return False

    def _beats(self, words: list[str]) -> bool:
        """Write once more, and look for a moment: what is held up must not hide what was written after it."""
        words.append(self.writer.journal.word())
        if not self.writer.customers:
            self.writer.write("register")
        self.writer.contact(words[-1])
        ends = time.monotonic() + BEAT
        while time.monotonic() < ends:
            if self._arrived(words):
                return True
            time.sleep(0.02)
        return False

    def _arrived(self, words: list[str]) -> bool:
        """Tell whether one of them is everywhere."""
        wanted = {f"Kari {word}" for word in words}
        try:
            for program, query in TRACES.items():
                wanted &= self._standing(program, query, wanted)
        except (psycopg.OperationalError, OSError):
            return False
        return bool(wanted)

    def _standing(self, program: str, query: str, names: set[str]) -> set[str]:
        with self.plant.look(program) as look:
            return {name for (name,) in look.execute(query, (self.writer.who.tenant, list(names)))}
