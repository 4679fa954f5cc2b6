"""Slow down whoever guesses passwords: a count per account and address, and one per address.

A try counts before its password is looked at, so that a hundred at once are counted like a hundred in a row. Nobody
else is locked out of the account, and nobody for longer than the quarter of an hour that is counted.
"""

import hashlib
from datetime import timedelta

from flask import current_app
from sqlalchemy import case, delete, update
from sqlalchemy.orm import Session

from chassis.errors import Refused
from chassis.tables import insert_into, now
from gateway.signin.models import Tries

WINDOW = timedelta(minutes=15)


class TooManyTries(Refused):
    """Too many tries. Wait a quarter of an hour, and try again."""

    status = 429


def count(session: Session, email: str, address: str) -> bool:
    """Count a try; tell whether it is one too many."""
    settings = current_app.extensions["program"].settings
    of_address = _count(session, _place(address)) > settings.tries_per_address
    of_account = _count(session, _place(address, email)) > settings.tries_per_account
    return of_address or of_account


def forgive(session: Session, email: str, address: str) -> None:
    """Take the try back that turned out to be right."""
    session.execute(delete(Tries).where(Tries.place == _place(address, email)))
    mine = (Tries.place == _place(address)) & (Tries.count > 0)
    session.execute(update(Tries).where(mine).values(count=Tries.count - 1))


def forget_old(session: Session) -> None:
    """Drop counts that no longer count."""
    session.execute(delete(Tries).where(Tries.since < now() - WINDOW))


def _place(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _count(session: Session, place: str) -> int:
    moment = now()
    old = Tries.since < moment - WINDOW
    statement = insert_into(Tries, session.get_bind()).values(place=place, count=1, since=moment)
    again = statement.on_conflict_do_update(
        index_elements=["place"],
        set_={"count": case((old, 1), else_=Tries.count + 1), "since": case((old, moment), else_=Tries.since)},
    )
    return session.scalars(again.returning(Tries.count)).one()
