"""The items of the card in their order, each with the service that owns it."""

from functools import cache

OWNERS = {
    "general": "customers",
    "logo": "files",
    "addresses": "customers",
    "directions": "customers",
    "invoice_information": "invoicing",
    "time_bank": "recruitment",
    "pay_matrix": "recruitment",
    "working_hours": "recruitment",
    "departments": "customers",
    "employees": "customers",
    "notes": "customers",
    "process": "customers",
    "tags": "customers",
    "tasks": "customers",
    "attributes": "customers",
    "log": "customers",
    "industry": "customers",
    "sub_projects": "recruitment",
    "group": "customers",
    "contacts": "customers",
    "economy": "invoicing",
    "offers": "invoicing",
    "files": "files",
    "dialog": "dialog",
    "calendar": "dialog",
    "inquiries": "dialog",
    "projects": "recruitment",
    "recruitment": "recruitment",
    "logged_work": "recruitment",
}
# The columns in which the numbered items come, until an employee arranges them otherwise.
COLUMNS = (
    ("general", "addresses", "directions", "industry", "departments", "employees", "group", "logo"),
    ("invoice_information", "time_bank", "pay_matrix", "working_hours", "sub_projects"),
    ("notes", "tasks", "process", "tags", "attributes", "log"),
)
SERVICES = ("customers", "invoicing", "files", "dialog", "recruitment")
ALWAYS_ON = "general"  # a card without the customer is none


@cache
def owned_by(service: str) -> tuple[str, ...]:
    """List the items of one service in their order."""
    return tuple(key for key, owner in OWNERS.items() if owner == service)
