"""Walk through a suite as its users do: the requests of ``walk.toml``, one after the other, through a gateway."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.compat.releases import ROOT

FILE = "tools/compat/walk.toml"
PATIENCE = 30  # seconds for one answer
SUCCESS = range(200, 300)

Step = Mapping[str, Any]


class Stumbled(Exception):
    """A step of the walk was answered otherwise than it must be."""


@dataclass(frozen=True)
class Answer:
    """What a step was answered with."""

    number: int
    asked: str  # as sent
    status: int
    content_type: str
    etag: str
    body: bytes

    @property
    def name(self) -> str:
        """Name the step."""
        return f"{self.number} {self.asked}"

    def json(self) -> Any:
        """Read the answer; what is not JSON is none."""
        return json.loads(self.body) if self.body and self.content_type.endswith("json") else None


def steps(tree: Path) -> list[Step]:
    """Read the walk of a release; the first one, which had none, takes today's without what came later."""
    own = tree / FILE
    found = tomllib.loads((own if own.exists() else ROOT / FILE).read_text())["step"]
    known = [step for step in found if own.exists() or "since" not in step]
    return [{**step, "ask": step["ask"].replace("{each}", one)} for step in known for one in step.get("each", [""])]


@dataclass
class Walker:
    """Somebody who is signed in and walks; *after* is called after each step, to bring the news around."""

    address: str
    after: Callable[[], object] = lambda: None
    session: dict[str, str] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    etags: dict[str, list[str]] = field(default_factory=dict)

    def sign_in(self, email: str, password: str) -> None:
        """Begin a session."""
        response, body = self.send("POST", "/api/session", {"email": email, "password": password})
        if response.status not in SUCCESS:
            raise Stumbled(f"sign-in: {response.status} {body!r}")
        cookie = response.headers["Set-Cookie"].partition(";")[0]
        self.session = {"Cookie": cookie, "X-CSRF-Token": json.loads(body)["csrf_token"]}

    def walk(self, way: list[Step]) -> Iterator[Answer]:
        """Take every step; raise at the first that is not answered as it must be."""
        for number, step in enumerate(way, 1):
            answer = self.take(number, step)
            if answer.status not in ([step["status"]] if "status" in step else SUCCESS):
                raise Stumbled(f"{answer.name}: {answer.status} {answer.body[:500]!r}")
            self._remember(step, answer)
            self.after()
            yield answer

    def take(self, number: int, step: Step) -> Answer:
        """Send one step's request."""
        method, _, path = self._filled(step["ask"]).partition(" ")
        body = self._filled(step.get("body"))
        headers = {"Idempotency-Key": step["key"].replace(" ", "-")} if "key" in step else {}
        if thing := step.get("match") or step.get("stale"):
            headers["If-Match"] = self.etags[thing][-1 if "match" in step else 0]
        response, content = self.send(method, path, body, headers, step.get("content"))
        kind = response.headers.get_content_type()
        return Answer(number, f"{method} {path}", response.status, kind, response.headers.get("ETag", ""), content)

    def send(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None, content: str | None = None
    ) -> tuple[Any, bytes]:
        """Send a request within the session, over a connection of its own."""
        parts = urlsplit(self.address)
        link = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            media = "application/octet-stream" if content else "application/json"
            sent = content.encode() if content else None if body is None else json.dumps(body).encode()
            link.request(method, path, sent, {"Content-Type": media, **self.session, **(headers or {})})
            response = link.getresponse()
            return response, response.read()
        finally:
            link.close()

    def _remember(self, step: Step, answer: Answer) -> None:
        thing = step.get("thing") or step.get("match")
        if "thing" in step:
            self.things[step["thing"]] = answer.json()
        if thing and answer.etag:
            self.etags.setdefault(thing, []).append(answer.etag)

    def _filled(self, part: Any) -> Any:
        """Put in what earlier steps answered."""
        if isinstance(part, dict):
            return {key: self._filled(each) for key, each in part.items()}
        if isinstance(part, list):
            return [self._filled(each) for each in part]
        return re.sub(r"\{([\w.]+)\}", lambda found: self._found(found[1]), part) if isinstance(part, str) else part

    def _found(self, place: str) -> str:
        found: Any = self.things
        for word in place.split("."):
            found = found[int(word)] if isinstance(found, list) else found[word]
        return str(found)
