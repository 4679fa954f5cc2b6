"""The way through the gateway to the services: ``/api/<service>/<path>``, streaming both ways.

Only listed headers pass, in either direction: a service believes the gateway's token and nothing that a client says
about itself.
"""

from collections.abc import Iterator
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected

from chassis.auth import caller
from chassis.errors import NotFound, Refused
from chassis.service import LARGEST_BODY, UNGUARDED
from gateway.calls import PASSED_IN, relay
from gateway.items import SERVICES
from gateway.neighbours.clients import CHUNK
from gateway.neighbours.connections import Call

ANY_LENGTH = 1 << 40  # none would mean the application's own limit
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
proxy = Blueprint("proxy", __name__)


class LengthUnknown(Refused):
    """Say how long the body is (Content-Length)."""

    status = 411


def forward(service: str, path: str) -> Response:
    """Hand a request on with a token of the caller's, and its answer back."""
    who = caller()
    if service not in SERVICES:
        raise NotFound(service)
    return relay(who, service, Call(request.method, _target(path), _headers(), _body()))


forward.guarded = True  # type: ignore[attr-defined]  # nobody without a session; which rights it takes the service says
proxy.add_url_rule("/api/<service>/<path:path>", "forward", forward, methods=METHODS, provide_automatic_options=False)


def _target(path: str) -> str:
    """Write path and query anew: what one program reads as a way out, another must not."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or f"/{path}" in UNGUARDED:
        raise NotFound(path)
    query = quote(request.query_string, safe="%/:?@!$&'()*+,;=~[]")
    return "/" + quote(path, safe="/:@!$&'()*+,;=~") + (f"?{query}" if query else "")


def _headers() -> dict[str, str]:
    found = {name: value for name in PASSED_IN if (value := request.headers.get(name)) is not None}
    if request.content_length is not None and request.method not in ("GET", "HEAD"):
        found["Content-Length"] = str(request.content_length)
    return found


def _body() -> bytes | Iterator[bytes] | None:
    """Hold what is small, so that it can be sent twice; pass on what is large as it comes."""
    if request.method in ("GET", "HEAD"):
        return None
    if request.headers.get("Transfer-Encoding"):
        raise LengthUnknown
    if request.content_length is None:
        return None
    if request.content_length <= LARGEST_BODY and request.mimetype == "application/json":
        return request.get_data()
    request.max_content_length = ANY_LENGTH  # the service knows how much it takes
    return _chunks()


def _chunks() -> Iterator[bytes]:
    left = request.content_length or 0
    body = request.stream
    while left:
        try:
            chunk = body.read(min(CHUNK, left))
        except OSError as error:
            raise ClientDisconnected from error
        if not chunk:
            raise ClientDisconnected
        left -= len(chunk)
        yield chunk
