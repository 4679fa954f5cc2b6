"""Assemble a program from its parts; whatever every program must have is on by default."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, request
from joserfc.jwk import OKPKey
from sqlalchemy import Connection, Engine, MetaData

from chassis import auth, card, db, deadlines, idempotency, inbox, logs, openapi, outbox, problems, waiting
from chassis.api import Routes
from chassis.auth import Caller
from chassis.config import Settings
from chassis.copies import Likeness
from chassis.errors import Busy
from chassis.metrics import Metrics
from chassis.operations import health
from chassis.operations.api import api as operations
from chassis.perseverance import persevering
from chassis.program import Program
from chassis.reactions import Reactions
from chassis.tables import InDepartments
from chassis.timers import Chore, Due

if TYPE_CHECKING:
    from chassis.blobs import Contents  # whose store is a dependency of those who have one

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024  # bytes; routes that take files say so themselves
ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))  # unless the answer says otherwise
UNGUARDED = ("/live", "/ready", "/metrics", "/openapi.json")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def build(  # noqa: PLR0913  # all by name, and each said once in an app.py
    settings: Settings,
    *,
    tables: MetaData,
    parts: Sequence[Routes],
    reactions: Reactions,
    items: card.Items | None = None,
    subject: type[InDepartments] | None = None,
    chores: Sequence[Chore] = (),
    originals: Sequence[Likeness] = (),
    contents: "Contents | None" = None,
    due: Mapping[str, Due] | None = None,
    operated_at: str = "/operations",
) -> Flask:
    """Build the WSGI application that a server serves and a worker runs in."""
    app = Flask(settings.service, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    engine = db.connect(settings.database_url)
    program = Program(
        settings.service, app, settings, engine, db.sessions(engine), tables, reactions, Metrics(engine),
        subject=subject, chores={each.name: each for each in (*chores, *_tidying(engine, reactions))},
        due=dict(due or {}), originals=tuple(originals), contents=contents,
    )  # fmt: skip
    program.authenticate = _by_token(settings)
    app.extensions["program"] = program
    _limit(app, program)
    _watch(app, program)
    _operate(app, program)
    api = openapi.install(app)
    problems.install(app)  # after flask-smorest, which answers the framework's errors in a shape of its own
    for part in (*parts, *([card.routes(items)] if items else [])):
        api.register_blueprint(part)
    api.register_blueprint(operations, url_prefix=operated_at)
    return app


def _by_token(settings: Settings) -> Any:
    """Believe the gateway's token and nothing else that a request says about its sender."""
    read = auth.reader(OKPKey.import_key(settings.token_public_key), settings.service)

    def authenticate() -> Caller | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return read(token) if scheme == "Bearer" else None

    return authenticate


def _limit(app: Flask, program: Program) -> None:
    """Turn away what is too much before anything is read of it."""
    wsgi = app.wsgi_app

    def limited(environ: Any, start_response: Any) -> Any:
        if program.metrics.serving >= program.settings.in_flight and environ["PATH_INFO"] not in UNGUARDED:
            with app.request_context(environ):
                _greet(program)
                return app.process_response(problems.refused(Busy()))(environ, start_response)
        with program.metrics.counted():
            return wsgi(environ, start_response)

    app.wsgi_app = limited  # type: ignore[method-assign]


def _watch(app: Flask, program: Program) -> None:
    """Stand around every request: who, how long, how many, and one log line."""
    app.before_request(lambda: _begin(program))
    app.after_request(lambda response: _end(program, response))
    app.teardown_request(_forget_caller)


def _greet(program: Program) -> None:
    request.environ["kundekort.started"] = time.monotonic()
    sent = request.headers.get("X-Request-Id", "")
    request_id = sent if _REQUEST_ID.fullmatch(sent) else logs.name(64)
    logs.bind(request.headers.get("traceparent"), service=program.name, request_id=request_id)


def _begin(program: Program) -> None:
    _greet(program)
    auth.enter(None)
    deadlines.start(request.headers.get(deadlines.HEADER), program.settings.deadline_ms)
    if request.path not in UNGUARDED:
        auth.enter(persevering(program.authenticate))


def _end(program: Program, response: Response) -> Response:
    seconds = time.monotonic() - request.environ.get("kundekort.started", time.monotonic())
    route = request.url_rule.rule if request.url_rule else "none"
    program.metrics.answered(request.method, route, response.status_code, seconds)
    for name, value in (("X-Request-Id", logs.context("request_id")), *ALWAYS):
        if name not in response.headers:
            response.headers.add(name, value)
    if request.path not in UNGUARDED:
        ms = round(seconds * 1000, 1)
        log.info("request", method=request.method, route=route, status=response.status_code, ms=ms)
    return response


def _forget_caller(_error: BaseException | None) -> None:
    auth.enter(None)
    deadlines.clear()


def _operate(app: Flask, program: Program) -> None:
    """Answer whoever runs the program: is it alive, does it want work, how is it doing."""

    @app.get("/live")
    def live() -> health.Said:
        return health.liveness(program)

    @app.get("/ready")
    def ready() -> health.Said:
        return health.readiness(program)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(program.metrics.text(), content_type=health.METRICS)


def _tidying(engine: Engine, reactions: Reactions) -> list[Chore]:
    """Have every program forget what is past its time in the chassis' own tables, and try what it knows by now."""

    def chore(name: str, clean: Callable[[Connection], int], *, every: timedelta = timedelta(hours=1)) -> Chore:
        def tidy() -> None:
            with engine.begin() as connection:
                clean(connection)

        return Chore(name, tidy, every=every)

    return [
        chore("outbox", outbox.clean),
        chore("inbox", inbox.clean),
        chore("idempotency", idempotency.clean),
        chore("known by now", lambda each: waiting.recognise(each, reactions.known), every=timedelta(minutes=1)),
    ]
