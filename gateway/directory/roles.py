"""What each role may do, as ``<service>:<resource>:<action>`` with ``*`` for any."""

from collections.abc import Iterable

from gateway.items import SERVICES


def _all(action: str, services: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{service}:*:{action}" for service in services)


READ_ALL = frozenset({"*:*:read"})

# a credit limit is approved with an action of its own, so the right to write in invoicing does not hold it
ROLES: dict[str, frozenset[str]] = {
    "admin": frozenset({"*:*:*"}),
    "manager": READ_ALL | _all("*", SERVICES),
    "sales": READ_ALL | _all("write", SERVICES),
    "recruiter": READ_ALL | _all("write", ("customers", "files", "dialog", "recruitment")),
    "finance": READ_ALL | _all("write", ("customers", "files", "dialog")) | _all("*", ("invoicing",)),
    "reader": READ_ALL,
}
EVERYWHERE = ("admin", "manager")  # see the customers of every department
