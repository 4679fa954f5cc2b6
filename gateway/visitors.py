"""Who is at the door: the employee behind the session of the request at hand."""

from dataclasses import dataclass

from flask import Request, request
from sqlalchemy import Connection, bindparam, select

from chassis.auth import Caller, calling
from chassis.db import looking
from gateway.directory.models import Employee, Tenant
from gateway.directory.roles import EVERYWHERE, ROLES
from gateway.moments import lately
from gateway.signin import cookie
from gateway.signin.actions import NOBODY, Identity, see, who_is
from gateway.signin.models import Account
from gateway.switches.models import Switchboard

PLACE = "kundekort.visitor"


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


def authenticate() -> Caller | None:
    """Find the visitor of the request at hand; this is the gateway's way to know who calls."""
    token = cookie.sent(request)
    visitor = lately(token, lambda: look_up(token)) if token and not request.path.startswith("/static/") else None
    request.environ[PLACE] = visitor
    return visitor.caller if visitor else None


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
