"""Which columns the list of customers shows an employee; the name always stands there."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.errors import Invalid
from gateway.preferences.actions import keep
from gateway.preferences.models import Preferences

COLUMNS = ("number", "type", "org_number", "place", "department", "phone", "email", "updated_at")
BEGINNING = ("number", "type", "org_number", "place", "department", "updated_at")


def shown(mine: Preferences) -> list[str]:
    """Return the columns that are shown, in the order in which they stand; another release may have kept others."""
    chosen = BEGINNING if mine.columns is None else mine.columns
    return [each for each in COLUMNS if each in chosen]


def choose(session: Session, employee: UUID, chosen: Collection[str] | None) -> None:
    """Show these columns from now on, or again those that everybody begins with (None)."""
    if chosen is not None and not set(chosen) <= set(COLUMNS):
        raise Invalid({"columns": "There is no such column."})
    keep(session, employee, columns=None if chosen is None else [each for each in COLUMNS if each in chosen])
