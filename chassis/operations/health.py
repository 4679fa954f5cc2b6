"""Whether a program lives and wants work, and the port on which a worker, which answers no requests, says so."""

import json
import sys
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from chassis import migrations
from chassis.operations.pulse import AWAY, Loop

if TYPE_CHECKING:
    from chassis.program import Program

log = structlog.get_logger()

Said = tuple[dict[str, Any], int]  # and the status of the answer
METRICS = "text/plain; version=0.0.4"


def readiness(program: "Program", watched: Sequence[Loop] = ()) -> Said:
    """Ask the program's own database, and a worker's loops whom they reach; never a neighbour."""
    state = _state(program, watched)
    return {"service": program.name, "state": state}, 200 if state == "ready" else 503


def _state(program: "Program", watched: Sequence[Loop]) -> str:
    if program.stopping.is_set():
        return "stopping"
    try:
        with program.engine.execution_options(reading=True).connect() as connection:
            behind = migrations.pending(program.name, connection)
    except SQLAlchemyError:
        return "no database"
    if behind:
        return "migrations pending"
    return "no broker" if any(loop.state() == AWAY for loop in watched) else "ready"


def liveness(program: "Program", watched: Sequence[Loop] = ()) -> Said:
    """Touch nothing: that a database or a broker is away is no reason to start anew, a loop that stands still is."""
    still = [loop.title for loop in watched if not loop.moves]
    return {"service": program.name, **({"still": still} if still else {})}, 503 if still else 200


def serve(program: "Program", watched: Sequence[Loop], port: int) -> ThreadingHTTPServer:
    """Answer the platform on a port of the worker's own, which nobody else should reach."""

    def asked(answer: Callable[["Program", Sequence[Loop]], Said]) -> tuple[bytes, int, str]:
        body, status = answer(program, watched)
        return json.dumps(body).encode(), status, "application/json"

    pages: dict[str, Callable[[], tuple[bytes, int, str]]] = {
        "/live": lambda: asked(liveness),
        "/ready": lambda: asked(readiness),
        "/metrics": lambda: (program.metrics.text(), 200, METRICS),
    }
    server = _Server(("", port), type("Answer", (_Answer,), {"pages": pages}))
    threading.Thread(target=server.serve_forever, name=f"{program.name} health", daemon=True).start()
    return server


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # who asks at the same moment

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # as socketserver calls it
        log.warning("not answered", error=repr(sys.exception()))


class _Answer(BaseHTTPRequestHandler):
    """Answers one question and hangs up."""

    pages: dict[str, Callable[[], tuple[bytes, int, str]]]
    timeout = 5  # seconds that somebody may take to ask; the thread that listens to him is free then
    server_version, sys_version = "kundekort", ""

    def do_GET(self) -> None:  # the name that http.server calls
        page = self.pages.get(self.path.partition("?")[0], lambda: (b"", 404, "text/plain"))
        body, status, kind = page()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Say nothing: the platform asks every few seconds."""
