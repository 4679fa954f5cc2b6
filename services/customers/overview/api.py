"""Routes of the customer list."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from chassis.api import Routes
from chassis.auth import caller
from chassis.db import reading
from chassis.errors import Invalid
from chassis.paging import Place, every_word, page
from chassis.tables import overlaps
from services.customers.overview.schemas import CustomerListShape, CustomerPageShape
from services.customers.profile.models import Customer
from services.customers.tags.models import carried

api = Routes("overview", description="Find customers")

MOST_COUNTED = 1_000  # more are not counted: what a search costs must not grow with the agency
ORDERS: dict[str, tuple[Place, ...]] = {
    "name": (Customer.sort_name, Customer.id),
    "number": (Customer.number,),
    "updated_at": (Customer.updated_at, Customer.id),
}


@api.get("/customers")
@api.arguments(CustomerListShape, location="query")
@api.response(200, CustomerPageShape)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """List the customers that the caller may see, by name unless asked otherwise."""
    query = select(Customer).where(*_conditions(asked))
    sort = asked.get("sort", "name")
    with reading() as session:
        found = page(session, query, ORDERS[sort.removeprefix("-")], asked, descending=sort.startswith("-"))
        alone = not asked["cursor"] and found["next"] is None
        return {**found, "total": len(found["items"]) if alone else _total(session, query)}


def _total(session: Session, query: Select[Any]) -> int | None:
    """Count what is found, unless it is more than anybody looks through."""
    some = query.with_only_columns(Customer.id).limit(MOST_COUNTED + 1).subquery()
    total = session.scalars(select(func.count()).select_from(some)).one()
    return total if total <= MOST_COUNTED else None


def _conditions(asked: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    yield from every_word(asked.get("text", ""), Customer.search_text)
    if "id" in asked:
        yield Customer.id.in_(asked["id"])
    if asked.get("type"):
        yield Customer.type == asked["type"]
    if asked.get("place"):
        yield Customer.place.icontains(asked["place"], autoescape=True)
    if asked.get("department"):
        yield _of_department(asked["department"])
    if asked.get("tag"):
        yield _tagged(asked["tag"])


def _of_department(department: UUID) -> ColumnElement[bool]:
    who = caller()
    if not who.everywhere and department not in who.departments:
        raise Invalid({"department": "Choose among your own departments."})
    return overlaps(Customer.departments, str(department))


def _tagged(tag: str) -> ColumnElement[bool]:
    if "tags" in caller().disabled:
        raise Invalid({"tag": "Your agency has switched tags off."})
    return carried(tag)
