"""Calls to the services on behalf of whoever is signed in: the one way there, for pages, proxy and card."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from os import SEEK_END
from typing import IO, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, current_app, request
from joserfc.jwk import OKPKey

from chassis import auth, deadlines, events, problems
from chassis.api import SAFE
from chassis.auth import Caller
from chassis.errors import NotFound, Refused
from chassis.idempotency import HEADER as IDEMPOTENCY_KEY
from gateway.card import actions as card
from gateway.card.kept import Kept
from gateway.neighbours.clients import CHUNK, Answer, Away, Late, Neighbour, Stream, Unanswered, ask_all
from gateway.neighbours.connections import Call
from gateway.settings import GatewaySettings

R = TypeVar("R", Answer, Stream)

TOKEN_KEPT = 30.0  # seconds; half of a token's life
MOST_CALLERS = 1_000
MARGIN_MS = 30  # of the caller's time, to say that there was no answer
YOUNG = 5.0  # seconds; so long after a customer was registered, a service may not have heard of it yet
PATIENCE = 1.5  # seconds to wait until it has
ASK_AGAIN = 0.05  # seconds

PASSED_IN = (
    "Accept", "Accept-Language", "Content-Disposition", "Content-Type", "If-Match", "If-Modified-Since",
    "If-None-Match", "If-Range", "Range", IDEMPOTENCY_KEY,
)  # fmt: skip
PASSED_OUT = (
    "Accept-Ranges", "Allow", "Cache-Control", "Content-Disposition", "Content-Language", "Content-Length",
    "Content-Range", "Content-Security-Policy", "Content-Type", "ETag", "Idempotency-Replayed", "Last-Modified",
    "Retry-After",
)  # fmt: skip

_CUSTOMER = re.compile(r"/customers/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[/?]|$)", re.IGNORECASE)


class ServiceAway(Refused):
    """This part of Kundekort cannot be reached just now; try again in a moment."""

    status = 503


class ServiceLate(Refused):
    """This part of Kundekort did not answer in time; what you sent may have taken effect or not."""

    status = 504


class Services:
    """The five services: where they are, what is kept of them, and the tokens they believe."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.neighbours = {name: Neighbour(name, url) for name, url in settings.services.items()}
        self.kept = Kept()
        self._key = OKPKey.import_key(settings.token_private_key)
        self._tokens: OrderedDict[Caller, dict[str, tuple[float, str]]] = OrderedDict()
        self._lock = threading.Lock()

    def authorization(self, caller: Caller, service: str) -> dict[str, str]:
        """Return the header that says who calls; another role, department or setting is another caller."""
        return self.authorizations(caller, [service])[service]

    def authorizations(self, caller: Caller, services: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return that header for several services: who calls is looked up once."""
        with self._lock:
            tokens = self._tokens.setdefault(caller, {})
            self._tokens.move_to_end(caller)
            if len(self._tokens) > MOST_CALLERS:
                self._tokens.popitem(last=False)
        now = time.monotonic()
        for service in services:
            if service not in tokens or now - tokens[service][0] > TOKEN_KEPT:
                tokens[service] = now, auth.issue(self._key, caller, service)
        return {service: {"Authorization": f"Bearer {tokens[service][1]}"} for service in services}


def services() -> Services:
    """Return the services of the running gateway."""
    found: Services = current_app.extensions["services"]
    return found


def call(  # noqa: PLR0913  # what HTTP is made of
    caller: Caller,
    service: str,
    method: str,
    path: str,
    *,
    json: Any = None,
    body: IO[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
) -> Answer:
    """Ask one service and return (status, headers, body); a service that is away answers as a problem of 503 or 504.

    *json* is sent as such; *body* is a file that is read piece by piece.
    """
    content, more = _content(json, body)
    wanted = {name: value for name, value in (query or {}).items() if value is not None}
    target = f"{path}?{urlencode(wanted, doseq=True)}" if wanted else path
    asked = Call(method, target, {**more, **(headers or {})}, content)
    try:
        return through(caller, service, asked, neighbour(service).ask)
    except (ServiceAway, ServiceLate) as error:
        response = problems.refused(error)
        raw = [(name.encode(), value.encode()) for name, value in response.headers]
        return Answer(response.status_code, raw, response.get_data())


def _content(json: Any, body: IO[bytes] | None) -> tuple[bytes | Iterator[bytes] | None, dict[str, str]]:
    if body is not None:
        length = body.seek(0, SEEK_END)
        body.seek(0)
        return iter(lambda: body.read(CHUNK), b""), {"Content-Length": str(length)}
    if json is not None:
        return events.to_json(json).encode(), {"Content-Type": "application/json"}
    return None, {}


def relay(caller: Caller, service: str, call: Call) -> Response:
    """Send a request to a service and give its answer back, piece by piece."""
    answer = through(caller, service, call, neighbour(service).stream)
    headers = [(name, answer.headers[name]) for name in PASSED_OUT if name in answer.headers]
    response = Response(answer.chunks, answer.status, headers, direct_passthrough=True)
    response.call_on_close(answer.close)
    return response


def stream(caller: Caller, service: str, path: str) -> Response:
    """Get something large for the request at hand: its ranges and conditions count."""
    headers = {name: value for name in PASSED_IN if (value := request.headers.get(name)) is not None}
    return relay(caller, service, Call("GET", path, headers))


def ask_every(
    caller: Caller, path: str, deadline_ms: int, *, only: Collection[str] | None = None
) -> dict[str, Answer | Unanswered]:
    """Put the same question to all services at once, or to *only* some."""
    asked = [name for name in services().neighbours if only is None or name in only]
    return ask_several(caller, {name: (name, path) for name in asked}, deadline_ms)


def ask_several(
    caller: Caller, questions: Mapping[str, tuple[str, str]], deadline_ms: int
) -> dict[str, Answer | Unanswered]:
    """Put several questions at once: by a name of one's own, which service is asked for which path."""
    every = services()
    signed = every.authorizations(caller, {service for service, _ in questions.values()})
    calls = {
        name: (every.neighbours[service], Call("GET", path, signed[service]))
        for name, (service, path) in questions.items()
    }
    return ask_all(calls, min(deadline_ms, _left_ms()))


def neighbour(service: str) -> Neighbour:
    """Return a service by its name."""
    try:
        return services().neighbours[service]
    except KeyError:
        raise NotFound(service) from None


def _left_ms() -> int:
    return max(1, deadlines.left_ms() - MARGIN_MS)


def through(caller: Caller, service: str, asked: Call, way: Callable[[Call, int], R]) -> R:
    """Send a request with the caller's token; raise ``ServiceAway`` or ``ServiceLate`` where there is no answer."""
    about = _customer(asked.path)
    if about and service != "customers" and abs(_age(about)) < YOUNG:  # clocks differ; an id from 2300 is no customer
        _await_news(caller, service, about)
    customer = None if asked.method in SAFE else about
    signed = replace(asked, headers={**asked.headers, **services().authorization(caller, service)})
    try:
        found = way(signed, _left_ms())
    except Away:
        raise ServiceAway(service) from None
    except Late:
        _wrote(caller, customer, service)  # perhaps
        raise ServiceLate(service) from None
    if found.status < 400 or found.status >= 500:  # noqa: PLR2004  # what was refused changed nothing
        _wrote(caller, customer, service)
    return found


def _wrote(caller: Caller, customer: UUID | None, service: str) -> None:
    if customer:
        deadlines.start(None, current_app.extensions["program"].settings.deadline_ms)  # an upload may have used it up
        services().kept.drop(caller, customer, service)
        card.wrote(caller, customer, service)


def _await_news(caller: Caller, service: str, customer: UUID) -> None:
    """Wait until a service has heard of a customer who was registered a moment ago: the event is on its way."""
    until = time.monotonic() + PATIENCE
    question = Call("GET", f"/card/{customer}", services().authorization(caller, service))
    while time.monotonic() < until:
        try:
            if neighbour(service).ask(question, _left_ms()).status != NotFound.status:
                return
        except Unanswered:
            return  # the call itself will tell
        time.sleep(ASK_AGAIN)


def _customer(path: str) -> UUID | None:
    found = _CUSTOMER.match(path)
    return UUID(found[1]) if found else None


def _age(customer: UUID) -> float:
    """Return the seconds since a customer was registered: a UUIDv7 begins with its moment."""
    return time.time() - (customer.int >> 80) / 1000
