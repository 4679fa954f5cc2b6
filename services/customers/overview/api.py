"""Routes of the customer list."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select

from chassis.api import Routes
from chassis.auth import caller
from chassis.db import reading
from chassis.errors import Invalid
from chassis.paging import page
from services.customers.overview.schemas import CustomerListShape, CustomerPageShape
from services.customers.profile.models import Customer
from services.customers.tags.models import carried

api = Routes("overview", description="Find customers")


@api.get("/customers")
@api.arguments(CustomerListShape, location="query")
@api.response(200, CustomerPageShape)
def list_all(asked: dict[str, Any]) -> dict[str, Any]:
    """List the customers that the caller may see, by name."""
    query = select(Customer).where(*_conditions(asked))
    with reading() as session:
        return page(session, query, (Customer.sort_name, Customer.id), asked)


def _conditions(asked: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    for word in (asked.get("text") or "").casefold().split():
        yield Customer.search_text.contains(word, autoescape=True)
    if asked.get("type"):
        yield Customer.type == asked["type"]
    if asked.get("place"):
        yield Customer.place.icontains(asked["place"], autoescape=True)
    if asked.get("tag"):
        if "tags" in caller().disabled:
            raise Invalid({"tag": "Your agency has switched tags off."})
        yield carried(asked["tag"])
