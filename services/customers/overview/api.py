"""Routes of the customer list."""

from collections.abc import Callable, Iterator, Sequence
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
from services.customers.employees.models import responsible_for, works_with
from services.customers.overview.schemas import CustomerListShape, CustomerPageShape, CustomerRowShape, WorkShape
from services.customers.profile.models import Customer
from services.customers.tags.models import carried
from services.customers.tasks.models import TaskCounts, count_open

api = Routes("overview", description="Find customers")

MOST_COUNTED = 1_000  # more are not counted: what a search costs must not grow with the agency
ORDERS: dict[str, tuple[Place, ...]] = {
    "name": (Customer.sort_name, Customer.id),
    "number": (Customer.number,),
    "updated_at": (Customer.updated_at, Customer.id),
}
OWN = CustomerRowShape().fields.keys() - WorkShape().fields.keys()  # what stands in the row of the customer itself
NONE_OPEN = TaskCounts(0, 0)


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
        total = len(found["items"]) if alone else _total(session, query)
        return {"items": _rows(session, found["items"]), "next": found["next"], "total": total}


def _rows(session: Session, customers: Sequence[Customer]) -> list[dict[str, Any]]:
    """Lay out a page, with who is responsible and what is to be done where the caller may see it."""
    who, shown = caller(), [customer.id for customer in customers]
    people = responsible_for(session, shown) if who.sees("customers", "employees") else None
    tasks = count_open(session, shown) if who.sees("customers", "tasks") else None
    return [
        {name: getattr(customer, name) for name in OWN}
        | {"responsible": None if people is None else people.get(customer.id, [])}
        | (dict.fromkeys(TaskCounts._fields) if tasks is None else tasks.get(customer.id, NONE_OPEN)._asdict())
        for customer in customers
    ]


def _total(session: Session, query: Select[Any]) -> int | None:
    """Count what is found, unless it is more than anybody looks through."""
    some = query.with_only_columns(Customer.id).limit(MOST_COUNTED + 1).subquery()
    total = session.scalars(select(func.count()).select_from(some)).one()
    return total if total <= MOST_COUNTED else None


def _conditions(asked: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    yield from every_word(asked.get("text", ""), Customer.search_text)
    for name, condition in NARROWED_BY.items():
        if asked.get(name) not in (None, ""):
            yield condition(asked[name])


def _of_department(department: UUID) -> ColumnElement[bool]:
    who = caller()
    if not who.everywhere and department not in who.departments:
        raise Invalid({"department": "Choose among your own departments."})
    return overlaps(Customer.departments, str(department))


def _tagged(tag: str) -> ColumnElement[bool]:
    _refuse_unseen("tags", "tag")
    return carried(tag)


def _worked_with(employee: UUID) -> ColumnElement[bool]:
    _refuse_unseen("employees", "employee")
    return works_with(employee)


def _refuse_unseen(item: str, field: str) -> None:
    if not caller().sees("customers", item):
        raise Invalid({field: "Your agency has switched this off, or you may not see it."})


NARROWED_BY: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "id": Customer.id.in_,
    "type": lambda kind: Customer.type == kind,
    "place": lambda text: Customer.place.icontains(text, autoescape=True),
    "department": _of_department,
    "tag": _tagged,
    "employee": _worked_with,
}
