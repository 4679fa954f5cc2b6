"""What an employee can do with the card's items: fold them, and move them about."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.errors import Invalid
from chassis.tables import insert_into
from gateway.items import COLUMNS
from gateway.layout.models import CardLayout

Columns = list[list[str]]


@dataclass(frozen=True)
class Arrangement:
    """The items of each column in their order, and those of which only the heading is seen."""

    columns: Columns
    folded: frozenset[str]


def arrangement(session: Session, employee: UUID) -> Arrangement:
    """Return how the card is arranged for an employee."""
    kept = session.scalars(select(CardLayout).filter_by(employee=employee)).one_or_none()
    return Arrangement(_whole(kept.columns), frozenset(kept.folded)) if kept else Arrangement(_whole([]), frozenset())


def arrange(session: Session, employee: UUID, act: str, key: str) -> None:
    """Do one of ``ACTS`` with an item, or put everything back as it comes (``reset``)."""
    known = {each for column in COLUMNS for each in column}
    if act not in ("reset", *ACTS) or (act != "reset" and key not in known):
        raise Invalid({"act": "This cannot be done with the card."})
    now = arrangement(session, employee)
    columns, folded = [list(column) for column in now.columns], set(now.folded)
    if act == "reset":
        columns, folded = _whole([]), set()
    else:
        ACTS[act](columns, folded, key)
    found = {"columns": columns, "folded": sorted(folded)}
    mine = {"tenant_id": session.info["caller"].tenant, "employee": employee}
    statement = insert_into(CardLayout, session.get_bind()).values(**mine, **found)
    session.execute(statement.on_conflict_do_update(index_elements=list(mine), set_=found))


def _whole(kept: Columns) -> Columns:
    """Put what nobody has placed, such as an item that is new, at the end of the column where it comes."""
    columns = [list(column) for column in (*kept, *([] for _ in COLUMNS))][: len(COLUMNS)]
    placed = {key for column in columns for key in column}
    return [column + [key for key in own if key not in placed] for column, own in zip(columns, COLUMNS, strict=True)]


def _place(columns: Columns, key: str) -> tuple[int, int]:
    return next((across, column.index(key)) for across, column in enumerate(columns) if key in column)


def _fold(_columns: Columns, folded: set[str], key: str) -> None:
    folded.add(key)


def _unfold(_columns: Columns, folded: set[str], key: str) -> None:
    folded.discard(key)


def _move(across: int, down: int) -> Callable[[Columns, set[str], str], None]:
    """Move an item that far; at the edge it stays where it is."""

    def move(columns: Columns, _folded: set[str], key: str) -> None:
        column, place = _place(columns, key)
        to = min(max(column + across, 0), len(columns) - 1)
        columns[column].remove(key)
        columns[to].insert(max(place + down, 0), key)

    return move


ACTS: dict[str, Callable[[Columns, set[str], str], None]] = {
    "fold": _fold,
    "unfold": _unfold,
    "up": _move(0, -1),
    "down": _move(0, 1),
    "left": _move(-1, 0),
    "right": _move(1, 0),
}
