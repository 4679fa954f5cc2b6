"""What can be chosen in a form: colleagues, departments, contacts, allowed steps."""

from typing import Any

from chassis.auth import Caller
from gateway.calls import call
from gateway.web import frame
from gateway.web.texts import gettext, lazy

VAT_CODES = {
    "high": lazy("High rate"),
    "medium": lazy("Medium rate"),
    "low": lazy("Low rate"),
    "zero": lazy("Zero rate"),
    "exempt": lazy("Exempt"),
}
WITH_CONTACTS = ("communication", "invoice_information")


def choices(form: str, caller: Caller, customer: str | None, resource: str | None) -> dict[str, Any]:
    """Gather the choices of a form; a service that is away leaves its list empty."""
    departments, employees = frame.names(only_active=True)
    own = {str(each) for each in caller.departments}
    offered = {each: name for each, name in departments.items() if caller.everywhere or each in own}
    found: dict[str, Any] = {
        "departments": offered,
        "employees": employees,
        "vat_codes": {code: gettext(name) for code, name in VAT_CODES.items()},
    }
    if form in WITH_CONTACTS:
        found["contacts"] = _contacts(caller, customer)
    if form == "project_status":
        found["statuses"] = _statuses(caller, customer, resource)
    return found


def _contacts(caller: Caller, customer: str | None) -> dict[str, str]:
    answer = call(caller, "customers", "GET", f"/customers/{customer}/contacts")
    return {each["id"]: each["name"] for each in answer.json()["items"] if each["active"]} if answer.ok else {}


def _statuses(caller: Caller, customer: str | None, project: str | None) -> list[str]:
    answer = call(caller, "recruitment", "GET", f"/customers/{customer}/projects/{project}")
    return list(answer.json()["allowed"]) if answer.ok else []
