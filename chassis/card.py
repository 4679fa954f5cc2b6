"""What a program gives to the customer card: all its items in one answer.

``@items("notes")`` registers the function that fills one item; it returns the item's data, or none when there is
nothing. Its ``count`` and ``newest`` (a date or a moment) stand beside the data: a button shows them. Items a program
owns but has no function for are ``empty``: they are on the card, and nothing is invented.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, current_app
from sqlalchemy import ColumnElement, Select, Uuid, bindparam, func
from sqlalchemy.orm import Session

from chassis import auth, events
from chassis.api import Routes
from chassis.db import reading
from chassis.tables import now

ON_CARD = 20  # entries of a long list; the rest is a click away

WHOSE = bindparam("whose", type_=Uuid())  # the customer of a question that is built once

T = TypeVar("T")
Fill = Callable[[Session, UUID], dict[str, Any] | None]


class Items:
    """The items one program owns."""

    def __init__(self, *owned: str) -> None:
        self.owned = owned
        self.filled: dict[str, Fill] = {}

    def __call__(self, key: str) -> Callable[[Fill], Fill]:
        """Register the decorated function as the one that fills item *key*."""
        assert key in self.owned, f"{key} is not an item of this program"

        def register(fill: Fill) -> Fill:
            self.filled[key] = fill
            return fill

        return register

    def answer(self, session: Session, customer_id: UUID, only: Iterable[str] | None = None) -> dict[str, Any]:
        """Fill the items that are switched on and may be read."""
        who = auth.caller()
        wanted = self.owned if only is None else [key for key in self.owned if key in set(only)]
        shown = {key: self._item(session, key, customer_id) for key in wanted if who.sees(current_app.name, key)}
        return shown | {key: {"state": "disabled"} for key in wanted if key in who.disabled}

    def _item(self, session: Session, key: str, customer_id: UUID) -> dict[str, Any]:
        fill = self.filled.get(key)
        data = fill(session, customer_id) if fill else None
        if data is None:
            return {"state": "empty", "count": 0, "newest": None, "data": None}
        return {"state": "present", "count": data.pop("count", None), "newest": data.pop("newest", None), "data": data}


def listed(query: Select[T], *counted: ColumnElement[bool]) -> Select[T, int]:
    """Ask for the first entries of a customer's list (``WHOSE``) and for how many it has, or how many are *counted*.

    It is one question, and built once: building it again costs more than asking it.
    """
    many = query.with_only_columns(func.count()).where(*counted).order_by(None).correlate(None).scalar_subquery()
    return query.add_columns(many).limit(ON_CARD)


def first(session: Session, asked: Select[T, int], customer_id: UUID) -> tuple[list[T], int]:
    """Return the entries and the number that a ``listed`` question asks for."""
    rows = session.execute(asked, {WHOSE.key: customer_id}).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def routes(items: Items) -> Routes:
    """Make the route that the gateway asks."""
    api = Routes("card")

    @api.get("/card/<uuid:customer_id>")
    @api.response(200, content_type="application/json")
    def show(customer_id: UUID) -> Response:
        """Give all items of one customer."""
        as_of = now()
        with reading() as session:
            found = items.answer(session, customer_id)
        return Response(events.to_bytes({"as_of": as_of, "items": found}), content_type="application/json")

    return api
