"""After quiet, compare what was promised with what is there; say what is amiss, one sentence each.

I1 what was accepted is in its owner's tables. I2 what was announced was taken by every follower. I3 each effect is
there once. I4 copies equal their owner's. I5 order per aggregate. I6 number series are unbroken. I7 nothing is another
tenant's. I8 what is parked is what was meant to be.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from tests.faults.evidence import FOLLOWED, Announced, Kept, Look, gather, strays
from tests.faults.journal import Intent, Journal
from tests.faults.plant import Plant

PLACES = {  # where the word of each kind of write stands
    "register": ("customers", "customers", "name"),
    "rename": ("customers", "customers", "name"),
    "contact": ("customers", "contacts", "name"),
    "note": ("customers", "notes", "text"),
    "terms": ("invoicing", "terms", "ehf_reference"),
    "said": ("dialog", "communications", "subject"),
}
COPIES = (
    ("invoicing", "debtors", "customers"),
    ("dialog", "correspondents", "customers"),
    ("files", "holders", "customers"),
    ("invoicing", "reference_people", "contacts"),
    ("dialog", "people", "contacts"),
)
FIRST_NUMBER = 10001
EXPECTED = {200, 201, 404, 412, 503, 504, 507}  # 404: a follower that has not heard of the customer yet
LEFT = """
SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND tenant_id = ANY(%(tenants)s))
     + (SELECT count(*) FROM inbox_waiting WHERE parked_at IS NULL AND tenant_id = ANY(%(tenants)s))
"""

Evidence = dict[str, Kept]


class Oracle:
    """Knows what the journal says and looks into every table."""

    def __init__(self, plant: Plant, journal: Journal) -> None:
        self.plant, self.journal = plant, journal

    def verdict(self, within: float = 60.0) -> list[str]:
        """Wait for quiet, then return all that is amiss."""
        with ExitStack() as stack:
            look = {name: stack.enter_context(self.plant.look(name)) for name in self.plant.programs}
            return [*self.unrest(look, within), *self.findings(look)]

    def unrest(self, look: Look, within: float) -> list[str]:
        """Wait until nothing is on its way any more; say what is, if that takes too long."""
        deadline = time.monotonic() + within
        while left := self._left(look):
            if time.monotonic() > deadline:
                return [f"not quiet after {within} s: {left}"]
            time.sleep(0.2)
        return []

    def _left(self, look: Look) -> dict[str, Any]:
        tenants = {"tenants": [UUID(tenant) for tenant in self._tenants()]}
        left = {name: each.execute(LEFT, tenants).fetchone()[0] for name, each in look.items()}
        left |= {f"{name}.inbox": count for name, count in self.plant.queued().items()}
        found = {name: count for name, count in left.items() if count}
        missing = [] if found else self._missing(look)
        return {"I2": missing[:3]} if missing else found

    def _missing(self, look: Look) -> list[str]:
        return list(everyone_took(gather(look, [UUID(tenant) for tenant in self._tenants()])))

    def _tenants(self) -> set[str]:
        return {intent.tenant for intent in self.journal.read().values()} | set(map(str, self.plant.poison.values()))

    def findings(self, look: Look) -> list[str]:
        """Compare, without waiting for anything."""
        intents = self.journal.read()
        tenants = [UUID(tenant) for tenant in self._tenants()]
        evidence = gather(look, tenants)
        customers = [row.id for row in evidence["customers"].tables["customers"]]
        foreign = [each for name, one in look.items() for each in strays(one, name, tenants, customers)]
        return [
            *kept_promises(intents, evidence),
            *everyone_took(evidence),
            *logged_once(evidence),
            *copies_agree(evidence),
            *in_order(evidence),
            *unbroken_series(evidence),
            *(f"I7: {each} is another tenant's" for each in foreign),
            *within_tenants(evidence),
            *parked_as_meant(evidence, set(self.plant.poison)),
        ]


def kept_promises(intents: dict[str, Intent], evidence: Evidence) -> Iterator[str]:
    """I1, I3: what was accepted is there; what was tried often happened once; what failed, at most once."""
    told = defaultdict(list)
    for kept in evidence.values():
        for event in kept.outbox:
            if event.telling:
                told[event.telling].append(event)
    rows = {kind: _by_id(evidence, *place[:2]) for kind, place in PLACES.items()}
    for intent in intents.values():
        yield from _odd_answers(intent)
        yield from _effects(intent, told[intent.kind, intent.word])
        if intent.accepted:
            yield from _standing(intent, rows[intent.kind].get(intent.answer["id"] or intent.subject))


def _by_id(evidence: Evidence, program: str, table: str) -> dict[str, Any]:
    return {str(row.id): row for row in evidence[program].tables[table]}


def _odd_answers(intent: Intent) -> Iterator[str]:
    for status in set(intent.statuses) - EXPECTED:
        yield f"I0: {intent.kind} {intent.word} was answered {status}"


def _effects(intent: Intent, told: list[Announced]) -> Iterator[str]:
    if intent.accepted and not told:
        yield f"I1: {intent.kind} {intent.word} was accepted, and no event tells of it"
    if len(told) > 1:
        yield f"I3: {intent.kind} {intent.word} happened {len(told)} times"
    if intent.accepted and intent.keyed and told and not told[0].aggregate.endswith(str(intent.answer["id"])):
        yield f"I3: {intent.kind} {intent.word} was answered with another id than it has"


def _standing(intent: Intent, row: Any) -> Iterator[str]:
    column = PLACES[intent.kind][2]
    if row is None:
        yield f"I1: {intent.kind} {intent.word} was accepted as {intent.answer['id']}, which is not there"
    elif str(row.tenant_id) != intent.tenant:
        yield f"I7: {intent.kind} {intent.word} stands with another tenant"
    elif row.version < intent.answer["version"]:
        yield f"I1: {intent.kind} {intent.word} made version {intent.answer['version']}, there is {row.version}"
    elif row.version == intent.answer["version"] and intent.word not in (getattr(row, column) or ""):
        yield f"I1: {intent.kind} {intent.word} was accepted, {column} says {getattr(row, column)!r}"


def everyone_took(evidence: Evidence) -> Iterator[str]:
    """I2: outbox ids are among the inbox ids of every follower."""
    for follower, kept in evidence.items():
        for publisher in FOLLOWED[follower] & set(evidence):
            for event in evidence[publisher].outbox:
                if event.event_id not in kept.inbox:
                    yield f"I2: {follower} never took {event.type} {event.event_id} of {event.aggregate}"


def logged_once(evidence: Evidence) -> Iterator[str]:
    """I3: one entry in the log for each event, and none for anything else."""
    entries = Counter(row.event_id for row in evidence["customers"].tables["log_entries"])
    for kept in evidence.values():
        for event in kept.outbox:
            if (times := entries.pop(event.event_id, 0)) != 1:
                yield f"I3: {event.type} {event.event_id} is {times} times in the log"
    yield from (f"I3: the log tells of {event_id}, which nobody announced" for event_id in entries)


def copies_agree(evidence: Evidence) -> Iterator[str]:
    """I4: names, departments and versions are the owner's."""
    for program, table, original in COPIES:
        if program not in evidence:
            continue
        copies, owned = _by_id(evidence, program, table), _by_id(evidence, "customers", original)
        for row_id in copies.keys() | owned.keys():
            mine, theirs = copies.get(row_id), owned.get(row_id)
            if mine is None or theirs is None or _fields(mine) != _fields(theirs, mine):
                yield f"I4: {program}.{table} {row_id} is {mine}, its owner has {theirs}"
        yield from _versions(evidence, program, original)


def _fields(row: Any, like: Any = None) -> tuple[Any, ...]:
    departments = getattr(row, "departments", None) if hasattr(like or row, "departments") else None
    return row.tenant_id, row.name, departments


def _versions(evidence: Evidence, program: str, original: str) -> Iterator[str]:
    kind = original.removesuffix("s")
    for row in evidence["customers"].tables[original]:
        name = f"customers/{row.tenant_id}/{kind}/{row.id}"
        if (seen := evidence[program].seen.get(name)) != row.version:
            yield f"I4: {program} has {name} at version {seen}, its owner at {row.version}"


def in_order(evidence: Evidence) -> Iterator[str]:
    """I5: facts are numbered without a gap, and the log has them in that order."""
    position = {row.event_id: row.position for row in evidence["customers"].tables["log_entries"]}
    for kept in evidence.values():
        facts = defaultdict(list)
        for event in kept.outbox:
            facts[event.aggregate].append((event.version, position.get(event.event_id, 0)))
        for aggregate, numbered in facts.items():
            versions, places = zip(*sorted(numbered), strict=True)
            if versions != tuple(range(1, len(versions) + 1)):
                yield f"I5: the facts about {aggregate} are numbered {versions}"
            if list(places) != sorted(places):
                yield f"I5: the facts about {aggregate} are in the log at {places}"


def unbroken_series(evidence: Evidence) -> Iterator[str]:
    """I6: customer numbers, and positions in the log, count up by one."""
    tables = evidence["customers"].tables
    last = {row.tenant_id: row.last for row in tables["number_series"]}
    for tenant, numbers in _by_tenant(tables["customers"], "number").items():
        if numbers != list(range(FIRST_NUMBER, last.get(tenant, 0) + 1)):
            yield f"I6: the customers of {tenant} are numbered {numbers}, the series is at {last.get(tenant)}"
    for tenant, taken in _by_tenant(tables["log_entries"], "position").items():
        if taken != list(range(1, len(taken) + 1)):
            yield f"I6: the log of {tenant} has a gap"


def _by_tenant(rows: list[Any], column: str) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = defaultdict(list)
    for row in rows:
        found[row.tenant_id].append(getattr(row, column))
    return {tenant: sorted(numbers) for tenant, numbers in found.items()}


def within_tenants(evidence: Evidence) -> Iterator[str]:
    """I7: what belongs to a customer belongs to the customer's tenant."""
    tenant = {row.id: row.tenant_id for row in evidence["customers"].tables["customers"]}
    for program, kept in evidence.items():
        for table, rows in kept.tables.items():
            for row in rows:
                if row.customer_id is not None and tenant.get(row.customer_id, row.tenant_id) != row.tenant_id:
                    yield f"I7: {program}.{table} {row.id} is another tenant's than its customer"


def parked_as_meant(evidence: Evidence, poison: set[UUID]) -> Iterator[str]:
    """I8: poison is parked, and nothing else is."""
    parked = {event_id: reason for kept in evidence.values() for event_id, reason in kept.parked.items()}
    yield from (f"I8: {event_id} is parked: {parked[event_id]}" for event_id in parked.keys() - poison)
    yield from (f"I8: {event_id} should be parked and is not" for event_id in poison - parked.keys())
