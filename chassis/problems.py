"""Every answer of 400 and above, also the framework's own, as RFC 9457 problem details."""

from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from chassis import deadlines, events, logs
from chassis.errors import Busy, ChangedMeanwhile, Refused, Taken, TooLate

log = structlog.get_logger()

STATUS_KIND = "about:blank"  # RFC 9457: the status says it all
NEW_VERSION = "urn:kundekort:problem:changed-meanwhile"


def install(app: Flask) -> None:
    """Answer exceptions, so that no route needs a ``try``."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(HTTPException, framework)
    app.register_error_handler(IntegrityError, lambda _error: refused(Taken()))
    app.register_error_handler(StaleDataError, lambda _error: refused(ChangedMeanwhile()))
    app.register_error_handler(OperationalError, database)
    app.register_error_handler(PoolTimeout, lambda _error: refused(Busy()))
    app.register_error_handler(Exception, unexpected)


def refused(error: Refused) -> Response:
    """Say which rule said no."""
    return answer(error.status, error.title, error.kind, str(error), errors=error.errors, **error.extra)


def framework(error: HTTPException) -> Response:
    """Say in our shape what Flask says in HTML."""
    original = getattr(error, "original_exception", None)
    if original is not None:  # what went wrong while an error was being answered
        return database(original) if isinstance(original, OperationalError) else unexpected(original)
    response = answer(error.code or 500, error.name, detail=error.description or "")
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After", "Content-Range"):
            response.headers[name] = value
    return response


def database(error: DBAPIError) -> Response:
    """Tell a lock or time limit from a database that is away; never repeat its words."""
    log.error("database", error=repr(error.orig))
    return refused(TooLate() if deadlines.left_ms() <= deadlines.TOO_LITTLE_MS else Busy())


def unexpected(error: Exception) -> Response:
    """Catch the last resort: the details are in the log, under the request id."""
    log.error("unexpected", error=type(error).__name__, exc_info=error)
    return answer(500, "Something went wrong here; it has been logged.")


def answer(status: int, title: str, kind: str = STATUS_KIND, detail: str = "", **extra: Any) -> Response:
    """Build a problem document; members without content are left out."""
    body: dict[str, Any] = {"type": kind, "title": title, "status": status, "detail": detail}
    body |= {"instance": f"urn:request:{logs.context('request_id')}", **extra}
    response = Response(
        events.to_json({name: value for name, value in body.items() if value or name == "status"}),
        status,
        content_type="application/problem+json",
    )
    if status == Busy.status:
        response.headers["Retry-After"] = "1"
    return response
