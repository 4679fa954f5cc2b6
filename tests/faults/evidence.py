"""All that the programs keep about some tenants, read past their guards, for the oracle to compare."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row

WORD = re.compile(r"w\d{7}z")

# what each program follows, of the programs that the tests run
FOLLOWED = {
    "customers": {"customers", "invoicing", "dialog", "files"},
    "invoicing": {"customers"},
    "dialog": {"customers"},
    "files": {"customers"},
}
TABLES = {
    "customers": {
        "customers": "id, tenant_id, id AS customer_id, version, name, number, departments",
        "contacts": "id, tenant_id, customer_id, version, name",
        "notes": "id, tenant_id, customer_id, version, text",
        "log_entries": "id, tenant_id, customer_id, position, event_id",
        "number_series": "NULL::uuid AS id, tenant_id, NULL::uuid AS customer_id, name, last",
    },
    "invoicing": {
        "debtors": "id, tenant_id, id AS customer_id, name, departments",
        "reference_people": "id, tenant_id, customer_id, name",
        "terms": "id, tenant_id, id AS customer_id, version, ehf_reference",
    },
    "dialog": {
        "correspondents": "id, tenant_id, id AS customer_id, name, departments",
        "people": "id, tenant_id, customer_id, name",
        "communications": "id, tenant_id, customer_id, version, subject",
    },
    "files": {
        "holders": "id, tenant_id, id AS customer_id, name, departments",
        "files": "id, tenant_id, customer_id, version, name",
    },
}
TOLD = {  # where each event says what was written
    "customers.CustomerRegistered": ("register", "name"),
    "customers.CustomerRenamed": ("rename", "name"),
    "customers.ContactAdded": ("contact", "name"),
    "customers.NoteWritten": ("note", "text"),
    "invoicing.InvoiceTermsChanged": ("terms", "changes"),
    "dialog.CommunicationRegistered": ("said", "subject"),
}


class Announced(NamedTuple):
    """An outbox row."""

    event_id: UUID
    tenant_id: UUID
    type: str
    aggregate: str
    version: int
    data: dict[str, Any]
    sent: bool

    @property
    def telling(self) -> tuple[str, str] | None:
        """Return the kind of write that this event tells of, and its word."""
        kind, column = TOLD.get(self.type, (None, ""))
        value = self.data.get(column)
        after = value[0]["after"] if isinstance(value, list) else value
        found = WORD.search(str(after))
        return (kind, found[0]) if kind and found else None


@dataclass
class Kept:
    """What one program keeps."""

    outbox: list[Announced] = field(default_factory=list)
    inbox: set[UUID] = field(default_factory=set)
    seen: dict[str, int] = field(default_factory=dict)
    parked: dict[UUID | None, str] = field(default_factory=dict)
    tables: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))


Look = Mapping[str, "psycopg.Connection[Any]"]


def gather(look: Look, tenants: Iterable[UUID]) -> dict[str, Kept]:
    """Read all that the programs keep about the tenants, and what stands under their customers' ids elsewhere."""
    tenants = list(tenants)
    found = {name: _own(connection, name, tenants) for name, connection in look.items()}
    ids = {event.event_id for each in found.values() for event in each.outbox}
    for name, connection in look.items():
        found[name].inbox = _inbox(connection, ids)
    return found


def _own(connection: "psycopg.Connection[Any]", name: str, tenants: list[UUID]) -> Kept:
    kept = Kept()
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        mine = (tenants,)
        query = "SELECT * FROM outbox WHERE tenant_id = ANY(%s) ORDER BY position"
        for row in cursor.execute(query, mine):
            values = (row.event_id, row.tenant_id, row.type, row.aggregate, row.version)
            kept.outbox.append(Announced(*values, json.loads(row.body)["data"], row.sent_at is not None))
        query = "SELECT event_id, reason FROM inbox_waiting WHERE tenant_id = ANY(%s) AND parked_at IS NOT NULL"
        kept.parked = {row.event_id: row.reason for row in cursor.execute(query, mine)}
        query = "SELECT aggregate, version FROM inbox_versions WHERE split_part(aggregate, '/', 2)::uuid = ANY(%s)"
        kept.seen = {row.aggregate: row.version for row in cursor.execute(query, mine)}
        for table, columns in TABLES[name].items():
            query = f"SELECT {columns} FROM {table} WHERE tenant_id = ANY(%s) ORDER BY 1"  # noqa: S608
            kept.tables[table] = cursor.execute(query, mine).fetchall()
    return kept


def _inbox(connection: "psycopg.Connection[Any]", ids: set[UUID]) -> set[UUID]:
    query = "SELECT event_id FROM inbox WHERE event_id = ANY(%s)"
    return {row[0] for row in connection.execute(query, (list(ids),))}


def strays(connection: "psycopg.Connection[Any]", name: str, tenants: Iterable[UUID], ids: list[UUID]) -> list[str]:
    """Name the rows about these customers that are another tenant's."""
    found = []
    for table in TABLES[name]:
        if table == "number_series":
            continue
        column = "id" if "id AS customer_id" in TABLES[name][table] else "customer_id"
        query = f"SELECT {column} FROM {table} WHERE {column} = ANY(%s) AND NOT tenant_id = ANY(%s)"  # noqa: S608
        found += [f"{name}.{table} {row[0]}" for row in connection.execute(query, (ids, list(tenants)))]
    return found
