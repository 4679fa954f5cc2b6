"""Stand-ins for the five services: real servers on real ports that believe real tokens and can be told to fail."""

import json
import threading
import time
from typing import Any
from wsgiref.types import WSGIApplication

from cheroot.wsgi import Server
from werkzeug.wrappers import Request, Response

from chassis import auth
from tests.launching import free_port
from tests.suite import KEY

PROBLEM = "application/problem+json"


class StandIn:
    """One service: answers the card and remembers what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.server: Server | None = None
        self.port = free_port()  # and not one that the kernel lends to somebody while nobody listens here
        self.forget()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def recover(self) -> None:
        """Forget what was asked, behave, and listen."""
        self.forget()
        if self.server is None:
            self.start()

    def forget(self) -> None:
        """Begin anew."""
        self.asked: list[tuple[str, str, auth.Caller, dict[str, str]]] = []
        self.answers: dict[str, tuple[int, Any]] = {}
        self.items: dict[str, Any] = {}
        self.unknown: set[str] = set()
        self.pause = 0.0
        self.received = 0
        self.bodies: list[Any] = []  # the small ones, of JSON

    def start(self) -> None:
        """Listen."""
        self.server = Server(("127.0.0.1", self.port), self.answer, numthreads=4, timeout=5)
        self.server.shutdown_timeout = 0.1
        self.server.prepare()
        threading.Thread(target=self.server.serve, daemon=True).start()

    def stop(self) -> None:
        """Die: nobody listens on the port any more."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    @property
    def answer(self) -> WSGIApplication:
        return Request.application(self._answer)  # type: ignore[return-value]

    def _answer(self, request: Request) -> Response:
        if request.path == "/openapi.json":
            return Response(json.dumps(self.document()), content_type="application/json")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        who = auth.reader(KEY, self.name)(token)
        for chunk in iter(lambda: request.stream.read(64 * 1024), b""):
            self.received += len(chunk)
            if request.mimetype == "application/json":
                self.bodies.append(json.loads(chunk))
        self.asked.append((request.method, request.full_path.rstrip("?"), who, dict(request.headers)))
        time.sleep(self.pause)
        if any(customer in request.path for customer in self.unknown):
            return Response('{"title":"There is no such thing here.","status":404}', 404, content_type=PROBLEM)
        if request.path.startswith("/card/"):
            return Response(json.dumps({"as_of": "2026-11-23T09:00:00+00:00", "items": self.items}), 200)
        status, body = self.answers.get(request.path, (200, {"path": request.path}))
        content = body if isinstance(body, bytes) else json.dumps(body)
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        return Response(content, status, content_type=kind, headers={"ETag": '"7"', "X-Secret": "of the service"})

    def document(self) -> dict[str, Any]:
        """Describe one route."""
        reference = {"$ref": "#/components/schemas/Thing"}
        answer = {"200": {"description": "", "content": {"application/json": {"schema": reference}}}}
        return {
            "openapi": "3.1.0",
            "info": {"title": self.name, "version": "1"},
            "paths": {"/things": {"get": {"summary": f"List {self.name}'s things", "responses": answer}}},
            "components": {"schemas": {"Thing": {"type": "object"}, "Problem": {"type": "object"}}},
        }


def present(**data: Any) -> dict[str, Any]:
    """An item with something in it."""
    return {"state": "present", "count": None, "data": data}
