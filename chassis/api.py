"""Routes with everything that no route should have to remember.

``api = Routes("contacts", item="contacts")`` makes a blueprint in which every route demands the right
``<service>:contacts:read`` or ``…:write`` (``action=`` names another), refuses to write to an item that the tenant
switched off, answers a POST with an Idempotency-Key once, and carries the ETag of what it returns. No right opens
routes made with ``operators=True``: they are for those who run the suite itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, current_app, make_response, request
from flask_smorest import Blueprint
from flask_smorest.utils import get_appcontext
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from chassis import auth, strictjson
from chassis.errors import ChangedMeanwhile, Invalid, Malformed, NotJson, Refused, VersionRequired
from chassis.idempotency import once
from chassis.perseverance import persevering
from chassis.tables import Versioned

View = TypeVar("View", bound=Callable[..., Any])

SAFE = ("GET", "HEAD", "OPTIONS")


class ItemSwitchedOff(Refused):
    """Your agency has switched this part of the card off."""


class StrictParser(FlaskParser):
    """Reads input as ``strictjson`` does, and refuses what it does not know."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012

    def _raw_load_json(self, req: Any) -> Any:
        if req.mimetype != "application/json":
            raise NotJson(req.mimetype)
        try:
            return strictjson.loads(req.get_data(cache=True))
        except strictjson.NotStrict as error:
            raise Malformed(error) from None

    def load_querystring(self, req: Any, schema: Any) -> Any:
        """Refuse what no database can keep, and a parameter that stands twice."""
        for name, values in req.args.lists():
            if not strictjson.storable(name) or not all(map(strictjson.storable, values)):
                raise Malformed("a parameter holds NUL or half of a character")
            if len(values) > 1 and name not in getattr(schema, "repeatable", ()):
                raise Invalid({name: "Send this once."})
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, req: Any, schema: Any, **_kwargs: Any) -> Any:  # noqa: ARG002
        """Answer with every field and its message."""
        raise Invalid(flat(next(iter(error.messages_dict.values()))))


def flat(messages: Any, path: str = "") -> dict[str, str]:
    """Flatten marshmallow's nested messages into ``{"addresses.0.place": "…"}``."""
    if isinstance(messages, str):
        return {path: messages}
    if isinstance(messages, list):
        return flat(messages[0], path)
    found: dict[str, str] = {}
    for name, inner in messages.items():
        step = "" if name == "_schema" else str(name)
        found |= flat(inner, ".".join(part for part in (path, step) if part))
    return found


class Routes(Blueprint):  # type: ignore[misc]  # flask-smorest carries no types
    """A blueprint whose routes are guarded."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, resource: str, *, item: str | None = None, operators: bool = False, **options: Any) -> None:
        super().__init__(resource, __name__, **options)
        self.item, self.operators = item, operators

    def arguments(self, *args: Any, **options: Any) -> Callable[[View], View]:
        """Say what the route reads (flask-smorest's decorator, with its type)."""
        return super().arguments(*args, **options)

    def doc(self, **options: Any) -> Callable[[View], View]:
        """Say what the shapes cannot (flask-smorest's decorator, with its type)."""
        return super().doc(**options)

    def response(self, *args: Any, **options: Any) -> Callable[[View], View]:
        """Say what the route answers (flask-smorest's decorator, with its type)."""
        return super().response(*args, **options)

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a route; ``get``, ``post``, ``put``, ``patch`` and ``delete`` are shorter."""
        return super().route(rule, **options)

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a route that looks."""
        return self.route(rule, methods=["GET"], **options)

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a route that adds."""
        return self.route(rule, methods=["POST"], **options)

    def put(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a route that sets."""
        return self.route(rule, methods=["PUT"], **options)

    def patch(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a route that changes."""
        return self.route(rule, methods=["PATCH"], **options)

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a route that takes away."""
        return self.route(rule, methods=["DELETE"], **options)

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        """Register a route behind the guard; ``action=`` overrides read or write in the right it demands.

        ``streamed=True`` is for a view that reads its body piece by piece: it calls ``once`` when it knows the body.
        """
        answer = _tagged if options.pop("streamed", False) else _once
        guarded = _guard(answer(view_func), self, options.pop("action", None))
        super().add_url_rule(rule, endpoint or view_func.__name__, guarded, *args, **options)


def _guard(view: Callable[..., Any], routes: Routes, action: str | None) -> Callable[..., Response]:
    def right(method: str) -> str:
        """Name the right that a request takes; what operators do takes none."""
        return "" if routes.operators else f"{routes.name}:{action or ('read' if method in SAFE else 'write')}"

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        safe = request.method in SAFE
        if routes.operators:
            auth.demand_operator()
        else:
            auth.demand(f"{current_app.name}:{right(request.method)}")
        if not safe and routes.item in auth.caller().disabled:
            raise ItemSwitchedOff(routes.item)
        return view(*args, **kwargs)

    guarded.guarded = True  # type: ignore[attr-defined]  # tests/test_shape.py asks every route
    guarded.right = right  # type: ignore[attr-defined]  # the OpenAPI document tells it
    return guarded


def _once(view: Callable[..., Any]) -> Callable[..., Response]:
    return wraps(view)(lambda *args, **kwargs: persevering(lambda: once(lambda: _tagged(view)(*args, **kwargs))))


def _tagged(view: Callable[..., Any]) -> Callable[..., Response]:
    return wraps(view)(lambda *args, **kwargs: tagged(make_response(view(*args, **kwargs))))


def tagged(response: Response) -> Response:
    """Give the answer the ETag of the resource in it."""
    dumped = get_appcontext().get("result_dump")
    if isinstance(dumped, dict) and "version" in dumped and "ETag" not in response.headers:
        response.headers["ETag"] = f'"{dumped["version"]}"'
    return response


def match(row: Versioned, shape: Schema) -> None:
    """Refuse to change *row* unless the caller has seen its present version (If-Match)."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise VersionRequired
    if sent.strip() != f'"{row.version}"':
        raise ChangedMeanwhile(current=shape.dump(row))
