"""What was intended, written down before it was sent, and every answer, written down when it came."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCEPTED = range(200, 300)


@dataclass
class Intent:
    """One write: what it was to do, and all that was answered to it."""

    word: str  # occurs in this write and in no other
    kind: str
    tenant: str
    subject: str | None  # the id of what it is about: the customer; for a rename itself
    keyed: bool = False
    statuses: list[int] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)  # of the first that was accepted
    silent: int = 0  # tries without an answer

    @property
    def accepted(self) -> bool:
        return bool(self.answer)


class Journal:
    """A file to which lines are added, each on its way to the disk before anything else is done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._count = 0

    def word(self) -> str:
        """Give a word that no write has used."""
        with self._lock:
            self._count += 1
            return f"w{self._count:07d}z"

    def intend(self, intent: Intent) -> None:
        """Write down what is about to be sent, and that it is sent once more."""
        self._add({"intent": [intent.word, intent.kind, intent.tenant, intent.subject, intent.keyed]})

    def note(self, word: str, status: int, answer: Any = None) -> None:
        """Write down an answer; 0 stands for none."""
        self._add({"word": word, "status": status, "answer": answer})

    def _add(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")  # one write: lines of two threads do not mix

    def read(self) -> dict[str, Intent]:
        """Read it as somebody would who was not there."""
        found: dict[str, Intent] = {}
        for line in self._lines():
            if "intent" in line:
                found.setdefault(line["intent"][0], Intent(*line["intent"]))
            else:
                _answered(found[line["word"]], line["status"], line["answer"])
        return found

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self.path.open() as lines:
            yield from map(json.loads, lines)

    def close(self) -> None:
        os.close(self._file)


def _answered(intent: Intent, status: int, answer: Any) -> None:
    if status == 0:
        intent.silent += 1
        return
    intent.statuses.append(status)
    if status in ACCEPTED and not intent.answer:
        intent.answer = answer
