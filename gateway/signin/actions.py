"""What can be done with accounts and sessions."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from flask import current_app
from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.orm import Session

from chassis.auth import Caller, calling
from chassis.db import reading, speaking_for, transaction
from chassis.errors import Refused
from chassis.tables import now
from gateway.signin import passwords, throttle
from gateway.signin.models import Account, SignedIn

log = structlog.get_logger()

NOBODY = Caller(tenant=UUID(int=0))  # asks before a tenant is known; meets no tenant's row
MOST_SESSIONS = 20  # of one employee; the oldest end first
SEEN_EVERY = timedelta(minutes=1)


_LIVING = (
    SignedIn.digest == bindparam("token"),
    SignedIn.seen_at > bindparam("idle"),
    SignedIn.created_at > bindparam("old"),
)
_WHO_IS = select(SignedIn.tenant, SignedIn.employee, SignedIn.seen_at, speaking_for(SignedIn.tenant)).where(*_LIVING)


class Identity(NamedTuple):
    """Whose session it is, and when it was last seen in use."""

    tenant: UUID
    employee: UUID
    seen_at: datetime


class WrongPassword(Refused):
    """The e-mail address or the password is wrong."""

    status = 401


class NoSuchAccount(Refused):
    """Nobody signs in with this e-mail address."""

    status = 404


class EmailTaken(Refused):
    """Somebody else already signs in with this e-mail address."""

    field = "email"


def sign_in(email: str, password: str, address: str) -> str:
    """Begin a session and return the id that the client holds, or refuse: ``WrongPassword``, ``TooManyTries``."""
    email = folded(email)
    with calling(NOBODY), transaction() as session:
        too_many = throttle.count(session, email, address)
    if too_many:
        log.warning("sign-in throttled", address=address)
        raise throttle.TooManyTries
    with calling(NOBODY), reading() as session:
        account = session.scalars(select(Account).where(Account.email == email, Account.active)).one_or_none()
    if not passwords.fits(password, account.password_hash if account else None) or account is None:
        log.warning("sign-in refused", address=address)
        raise WrongPassword
    with calling(NOBODY), transaction() as session:
        throttle.forgive(session, email, address)
        token = _begin(session, account)
    log.info("signed in", employee=str(account.employee), tenant=str(account.tenant))
    return token


def _begin(session: Session, account: Account) -> str:
    mine = select(SignedIn.digest).where(SignedIn.employee == account.employee)
    too_old = session.scalars(mine.order_by(SignedIn.created_at.desc()).offset(MOST_SESSIONS - 1)).all()
    session.execute(delete(SignedIn).where(SignedIn.digest.in_(too_old)))
    token = secrets.token_urlsafe(32)
    session.add(SignedIn(digest=_digest(token), tenant=account.tenant, employee=account.employee))
    return token


def sign_out(token: str) -> None:
    """End a session at once, everywhere."""
    with calling(NOBODY), transaction() as session:
        session.execute(delete(SignedIn).where(SignedIn.digest == _digest(token)))


def who_is(connection: Connection, token: str) -> Identity | None:
    """Find the session with this id, if it still is one, and go on on behalf of its agency."""
    found = connection.execute(_WHO_IS, _living(token)).one_or_none()
    return Identity(*found[:3]) if found else None


def see(token: str, last: datetime) -> None:
    """Note that a session is in use, once a minute."""
    if last < now() - SEEN_EVERY:
        with calling(NOBODY), transaction() as session:
            session.execute(update(SignedIn).where(*_LIVING).values(seen_at=now()), _living(token))


def _living(token: str) -> dict[str, Any]:
    settings, moment = current_app.extensions["program"].settings, now()
    return {
        "token": _digest(token),
        "idle": moment - timedelta(minutes=settings.idle_minutes),
        "old": moment - timedelta(minutes=settings.session_minutes),
    }


def open_account(session: Session, employee: UUID, email: str, password: str | None = None) -> None:
    """Let an employee sign in, once there is a password."""
    _refuse_taken(session, employee, email)
    tenant = session.info["caller"].tenant
    password_hash = passwords.hashed(password) if password else None
    session.add(Account(employee=employee, tenant=tenant, email=folded(email), password_hash=password_hash))


def change_email(session: Session, employee: UUID, email: str) -> None:
    """Sign in with another address from now on."""
    _refuse_taken(session, employee, email)
    mine = Account.employee == employee
    if session.scalars(select(Account.email).where(mine)).one() != folded(email):
        session.execute(update(Account).where(mine).values(email=folded(email), operator=False))


def change_password(session: Session, employee: UUID, password: str) -> None:
    """Give another password; whoever is signed in with the old one is so no longer."""
    password_hash = passwords.hashed(password)
    given = {"password_hash": password_hash, "operator": False}  # who gave it could sign in as an operator
    session.execute(update(Account).where(Account.employee == employee).values(given))
    _end_all(session, employee)


def admit(session: Session, employee: UUID, *, active: bool) -> None:
    """Close or reopen an account; closing it ends its sessions at once."""
    session.execute(update(Account).where(Account.employee == employee).values(active=active))
    if not active:
        _end_all(session, employee)


def appoint(session: Session, email: str, *, operator: bool) -> None:
    """Let somebody run the suite, or no longer; only a command does this."""
    told = update(Account).where(Account.email == folded(email)).values(operator=operator)
    if session.scalars(told.returning(Account.employee)).one_or_none() is None:
        raise NoSuchAccount(email)


def operators(session: Session) -> list[str]:
    """List who runs the suite, by e-mail address."""
    return list(session.scalars(select(Account.email).where(Account.operator).order_by(Account.email)))


def forget_old() -> None:
    """Drop what is past its time: sessions and counts of tries."""
    settings = current_app.extensions["program"].settings
    with calling(NOBODY), transaction() as session:
        idle = SignedIn.seen_at < now() - timedelta(minutes=settings.idle_minutes)
        old = SignedIn.created_at < now() - timedelta(minutes=settings.session_minutes)
        session.execute(delete(SignedIn).where(idle | old))
        throttle.forget_old(session)


def folded(email: str) -> str:
    """Write an e-mail address as accounts know it: nobody remembers which letters were capital."""
    return email.strip().casefold()[:254]


def _end_all(session: Session, employee: UUID) -> None:
    session.execute(delete(SignedIn).where(SignedIn.employee == employee))


def _refuse_taken(session: Session, employee: UUID, email: str) -> None:
    other = select(Account.employee).where(Account.email == folded(email), Account.employee != employee)
    if session.scalars(other).one_or_none():
        raise EmailTaken


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
