"""What an employee can choose: ``preferences`` says how it stands, ``keep`` changes some of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.tables import insert_into
from gateway.preferences.models import Preferences

MOST_RECENT = 12


def preferences(session: Session, employee: UUID) -> Preferences:
    """Return what an employee has chosen, or what everybody begins with."""
    kept = session.scalars(select(Preferences).filter_by(employee=employee)).one_or_none()
    return kept or Preferences(employee=employee, **_beginnings())


def keep(session: Session, employee: UUID, **chosen: Any) -> None:
    """Keep what an employee has chosen; the rest stays, also where two tabs choose at once."""
    mine = {"tenant_id": session.info["caller"].tenant, "employee": employee}
    statement = insert_into(Preferences, session.get_bind()).values(**mine, **{**_beginnings(), **chosen})
    session.execute(statement.on_conflict_do_update(index_elements=list(mine), set_=chosen))


def remember(session: Session, mine: Preferences, customer: UUID) -> None:
    """Put a customer first among those opened last."""
    others = [each for each in mine.recent if each != str(customer)]
    keep(session, mine.employee, recent=[str(customer), *others][:MOST_RECENT])


def _beginnings() -> dict[str, Any]:
    return {
        "locale": None, "density": "normal", "toured": False, "columns": None, "filters": [], "recent": [],
    }  # fmt: skip
