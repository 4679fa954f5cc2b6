"""Lists: the words they are searched for, and their pages by signed cursor.

A cursor is the place after the last row seen, bound to tenant, filter and sort.

A page is found by comparing the sort columns with the cursor's values, so rows that come or go elsewhere neither
repeat nor hide a row, and page 1,000 costs what page 1 costs.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from marshmallow import fields, validate
from sqlalchemy import Column, ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis import events
from chassis.errors import Invalid
from chassis.shapes import Line, Shape
from chassis.tables import Utc

MOST = 200

Place = InstrumentedAttribute[Any] | Column[Any]


class PageShape(Shape):
    """Which page of a list is asked for; subclass it to add filters."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=2_000, error="At most {max} characters."))
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, MOST, error="A number from {min} to {max} is expected here."),
    )


class WordsShape(PageShape):
    """Which words are looked for, and which page of what holds them is asked for."""

    text = Line(100, required=True)


def every_word(text: str, within: Place | ColumnElement[str]) -> Iterator[ColumnElement[bool]]:
    """Match the rows whose folded text holds every word, in any order and wherever in a word of theirs."""
    for word in text.casefold().split():
        yield within.contains(word, autoescape=True)


def page(
    session: Session,
    query: Select[*tuple[Any, ...]],
    order: Sequence[Place],
    asked: Mapping[str, Any],
    *,
    descending: bool = False,
) -> dict[str, Any]:
    """Read one page of *query* in *order* (the last column must be unique); return ``items`` and ``next``.

    *asked* is what ``PageShape`` read: the cursor is good only with the same filters.
    """
    bound = _binding(session, query, asked, order, descending=descending)
    if asked["cursor"]:
        after = _places(asked["cursor"], bound, order)
        columns = tuple_(*order)
        query = query.where(columns < after if descending else columns > after)
    ordered = query.order_by(*(column.desc() if descending else column for column in order))
    rows = session.execute(ordered.limit(asked["limit"] + 1)).all()
    items = [row[0] if len(row) == 1 else row for row in rows[: asked["limit"]]]
    more = len(rows) > asked["limit"]
    return {"items": items, "next": _cursor(items[-1], bound, order) if more else None}


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.extensions["program"].settings.cursor_key, salt="cursor")


def _binding(
    session: Session, query: Select[Any], asked: Mapping[str, Any], order: Sequence[Any], *, descending: bool
) -> str:
    filters = {name: value for name, value in asked.items() if name not in ("cursor", "limit")}
    tables = sorted(str(table) for table in query.get_final_froms())
    parts = [
        str(session.info["caller"].tenant),
        tables,
        filters,
        [column.key for column in order],
        descending,
    ]
    return hashlib.sha256(json.dumps(events.plain(parts), sort_keys=True).encode()).hexdigest()[:16]


def _cursor(row: Any, bound: str, order: Sequence[Any]) -> str:
    return str(_signer().dumps([bound, events.plain([getattr(row, column.key) for column in order])]))


def _places(cursor: str, bound: str, order: Sequence[Any]) -> tuple[Any, ...]:
    try:
        found, values = _signer().loads(cursor)
    except (BadData, ValueError) as error:
        raise Invalid({"cursor": "This is not a cursor of this list."}) from error
    if found != bound:
        raise Invalid({"cursor": "This is not a cursor of this list."})
    return tuple(_typed(column, value) for column, value in zip(order, values, strict=True))


def _typed(column: Place, value: Any) -> Any:
    if column.type.python_type is UUID:
        return UUID(value)
    return datetime.fromisoformat(value) if isinstance(column.type, Utc) else value
