"""Who is at the door: the employee behind the session of the request at hand."""

from dataclasses import dataclass

from flask import Request, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.auth import Caller, calling
from chassis.db import reading, speak_for
from gateway.directory.models import Employee, Tenant
from gateway.directory.roles import EVERYWHERE, ROLES
from gateway.signin import cookie
from gateway.signin.actions import NOBODY, see, who_is
from gateway.signin.models import Account, SignedIn
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
    visitor = look_up(token) if token and not request.path.startswith("/static/") else None
    request.environ[PLACE] = visitor
    return visitor.caller if visitor else None


def whoami(request: Request) -> Visitor | None:
    """Return who sent a request, if that is known."""
    visitor: Visitor | None = request.environ.get(PLACE)
    return visitor


def look_up(token: str) -> Visitor | None:
    """Find whose session this is, with today's role, departments and settings: a change holds from the next request."""
    with calling(NOBODY), reading() as session:
        identity = who_is(session, token)
        visitor = _employee(session, identity, cookie.csrf_token(token)) if identity else None
    if identity and visitor:
        see(token, identity.seen_at)
    return visitor


def _employee(session: Session, identity: SignedIn, csrf_token: str) -> Visitor | None:
    speak_for(session, Caller(tenant=identity.tenant))
    query = (
        select(Employee, Tenant.name, Switchboard.off, Account.email)
        .join(Tenant, Tenant.tenant_id == Employee.tenant_id)
        .join(Switchboard, Switchboard.tenant_id == Employee.tenant_id)
        .outerjoin(Account, (Account.employee == Employee.id) & Account.operator)
        .where(Employee.id == identity.employee, Employee.active)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    employee, tenant_name, off, operator = found
    caller = Caller(
        tenant=identity.tenant,
        employee=employee.id,
        rights=ROLES[employee.role],
        departments=tuple(employee.departments),
        everywhere=employee.role in EVERYWHERE,
        disabled=frozenset(off),
        operator=operator or "",
    )
    return Visitor(caller, employee.name, employee.email, employee.role, tenant_name, csrf_token)
