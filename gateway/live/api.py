"""The route by which a browser listens to a card."""

import socket
from datetime import datetime
from uuid import UUID

from flask import Response, current_app, request

from chassis.auth import caller
from chassis.errors import Busy, NotFound
from chassis.tables import now
from gateway.calls import call
from gateway.live.streams import Streams

ENDLESS = 2**50  # bytes: a body of known length is not cut into chunks, and a connection with one is kept
RETRY = "retry: 3000\n\n"  # milliseconds until a browser comes again
TAKE_OVER = "kundekort.take_over"


def listen(customer_id: UUID) -> Response:
    """Begin a stream, if the customer may be seen by whoever asks."""
    streams: Streams = current_app.extensions["streams"]
    who = caller()
    if streams.full():
        raise Busy
    if call(who, "customers", "GET", f"/customers/{customer_id}").status == NotFound.status:
        raise NotFound(f"customer {customer_id}")
    line, since = _connection(), _since()
    response = Response(iter([RETRY]), content_type="text/event-stream")
    response.headers["Content-Length"] = str(ENDLESS)
    response.headers["X-Accel-Buffering"] = "no"  # nginx
    response.call_on_close(lambda: streams.add(who.tenant, customer_id, since, line))
    return response


def _connection() -> socket.socket:
    """Take the connection over from the web server, which lets go of its own hold on it later."""
    if take_over := request.environ.get(TAKE_OVER):
        return take_over()
    line: socket.socket | None = request.environ.get("gunicorn.socket")
    if line is None:
        raise NotFound("this server has no streams")
    return line.dup()


def _since() -> datetime:
    """Read from when on the browser knows nothing."""
    sent = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    try:
        since = datetime.fromisoformat(sent)
    except ValueError:
        return now()
    return since if since.tzinfo else now()
