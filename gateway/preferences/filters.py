"""The searches that an employee has saved: each a name, and the query that shows the list of customers so again."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy.orm import Session

from chassis.db import lock
from chassis.errors import Invalid, Refused
from chassis.shapes import Line
from gateway.directory.models import Employee
from gateway.preferences.actions import keep, preferences

NARROWING = ("text", "type", "place", "department", "employee", "tag")
KNOWN = (*NARROWING, "sort")
LONGEST = 100  # characters; the service refuses what is longer
MOST = 20
NAME = Line(60, required=True)


class EnoughSaved(Refused):
    """You have 20 saved searches, and there is no room for more. Delete one first."""

    field = "name"


class NothingToSave(Refused):
    """There is nothing to save yet. Search or sort first."""

    status = 422


def read(query: str, *more: str) -> dict[str, str]:
    """Read a search, and *more* where it is wanted, from a query; whatever else stands there is dropped."""
    found = dict(reversed(parse_qsl(query)))  # the first of two counts
    return {name: found[name] for name in (*KNOWN, *more) if name in found}


def query_of(search: Mapping[str, str]) -> str:
    """Write a search as a query, always in the same order, without what no search has."""
    said = {name: search.get(name, "").strip() for name in KNOWN}
    return urlencode({name: value for name, value in said.items() if 0 < len(value) <= LONGEST})


def save(session: Session, employee: UUID, name: str, query: str) -> dict[str, str]:
    """Keep a search under a name; the one that had the name is replaced where it stands."""
    try:
        made = {"name": " ".join(NAME.deserialize(name).split()), "query": query_of(read(query))}
    except ValidationError as error:
        raise Invalid({"name": str(error.messages[0])}) from None
    if not made["query"]:
        raise NothingToSave
    saved = _saved(session, employee)
    place = _place(saved, made["name"])
    if place >= MOST:
        raise EnoughSaved
    keep(session, employee, filters=[*saved[:place], made, *saved[place + 1 :]])
    return made


def forget(session: Session, employee: UUID, name: str) -> Mapping[str, str] | None:
    """Forget a search and return it, for whoever wants it back."""
    saved = _saved(session, employee)
    place = _place(saved, name)
    if place == len(saved):
        return None
    keep(session, employee, filters=saved[:place] + saved[place + 1 :])
    return saved[place]


def _saved(session: Session, employee: UUID) -> list[dict[str, str]]:
    """Read what is saved, one tab after the other: each writes the whole list."""
    lock(session, Employee, employee)
    return list(preferences(session, employee).filters)


def _place(saved: list[dict[str, str]], name: str) -> int:
    """Return where the search of that name stands, or the place after the last."""
    names = [each["name"].casefold() for each in saved]
    return names.index(name.casefold()) if name.casefold() in names else len(names)
