"""Who is at the door: the employee behind the session of the request at hand."""

import time
from dataclasses import dataclass

from flask import Flask, Request, Response, current_app, request
from sqlalchemy import Connection, bindparam, select

from chassis.api import SAFE
from chassis.auth import Caller, calling
from chassis.db import looking
from gateway.directory.models import Employee, Tenant
from gateway.directory.roles import EVERYWHERE, ROLES
from gateway.signin import cookie
from gateway.signin.actions import NOBODY, Identity, see, who_is
from gateway.signin.models import Account
from gateway.switches.models import Switchboard

PLACE = "kundekort.visitor"
MOMENT = 0.5  # seconds; whoever is locked out must be out within one
MOST = 5_000  # visitors of a moment


@dataclass(frozen=True)
class Visitor:
    """An employee who is signed in."""

    caller: Caller
    name: str
    email: str
    role: str
    tenant_name: str
    csrf_token: str

    def may(self, right: str) -> bool:
        """Tell whether the visitor holds a right."""
        return self.caller.may(right)


class Lately:
    """Who was at the door a moment ago: a page asks for several things at once.

    What is changed through this process holds from the next request, what is changed elsewhere a moment later.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, Visitor]] = {}
        self._changed = 0.0

    def find(self, token: str) -> Visitor | None:
        """Return who it was."""
        looked, visitor = self._seen.get(token, (0.0, None))
        return visitor if looked > max(self._changed, time.monotonic() - MOMENT) else None

    def keep(self, token: str, looked: float, visitor: Visitor) -> None:
        """Remember who it was when somebody began to look."""
        if len(self._seen) >= MOST:
            self._seen.clear()
        self._seen[token] = looked, visitor

    def forget(self, response: Response) -> Response:
        """Look again at everybody after a request that may have changed anything."""
        if request.method not in SAFE:
            self._changed = time.monotonic()
        return response


def install(app: Flask) -> None:
    """Know who calls."""
    app.extensions["lately"] = lately = Lately()
    app.extensions["program"].authenticate = authenticate
    app.after_request(lately.forget)


def authenticate() -> Caller | None:
    """Find the visitor of the request at hand; this is the gateway's way to know who calls."""
    token = cookie.sent(request)
    visitor = _known(token) if token and not request.path.startswith("/static/") else None
    request.environ[PLACE] = visitor
    return visitor.caller if visitor else None


def _known(token: str) -> Visitor | None:
    lately: Lately = current_app.extensions["lately"]
    visitor = lately.find(token) if request.method in SAFE else None
    if visitor is None:
        began = time.monotonic()
        visitor = look_up(token)
        if visitor:
            lately.keep(token, began, visitor)
    return visitor


def whoami(request: Request) -> Visitor | None:
    """Return who sent a request, if that is known."""
    visitor: Visitor | None = request.environ.get(PLACE)
    return visitor


def look_up(token: str) -> Visitor | None:
    """Find whose session this is, with today's role, departments and settings."""
    with calling(NOBODY), looking() as connection:
        identity = who_is(connection, token)
        visitor = _employee(connection, identity, cookie.csrf_token(token)) if identity else None
    if identity and visitor:
        see(token, identity.seen_at)
    return visitor


_EMPLOYEE = (
    select(
        Employee.name, Employee.email, Employee.role, Employee.departments, Tenant.name.label("tenant_name"),
        Switchboard.off, Account.email.label("operator"),
    )
    .join(Tenant, Tenant.tenant_id == Employee.tenant_id)
    .join(Switchboard, Switchboard.tenant_id == Employee.tenant_id)
    .outerjoin(Account, (Account.employee == Employee.id) & Account.operator)
    .where(Employee.tenant_id == bindparam("tenant"), Employee.id == bindparam("employee"), Employee.active)
)  # fmt: skip


def _employee(connection: Connection, identity: Identity, csrf_token: str) -> Visitor | None:
    named = {"tenant": identity.tenant, "employee": identity.employee}
    found = connection.execute(_EMPLOYEE, named).one_or_none()
    if found is None:
        return None
    caller = Caller(
        tenant=identity.tenant,
        employee=identity.employee,
        rights=ROLES[found.role],
        departments=tuple(found.departments),
        everywhere=found.role in EVERYWHERE,
        disabled=frozenset(found.off),
        operator=found.operator or "",
    )
    return Visitor(caller, found.name, found.email, found.role, found.tenant_name, csrf_token)
