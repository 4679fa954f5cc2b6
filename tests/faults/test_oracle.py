"""The oracle finds nothing amiss in a suite that nothing befell, and names each row that was tampered with."""

from contextlib import ExitStack

import pytest

from tests.faults.driver import Load

SOME = 120  # writes

TWICE_IN_THE_OUTBOX = """
INSERT INTO outbox (event_id, tenant_id, type, aggregate, version, body, recorded_at, attempts)
SELECT gen_random_uuid(), tenant_id, type, aggregate, version, body, recorded_at, 0 FROM outbox WHERE event_id = {event}
"""
TWICE_IN_THE_LOG = """
INSERT INTO log_entries
SELECT tenant_id, gen_random_uuid(), customer_id, position + 100000, gen_random_uuid(), happened_at, category, type,
actor, data, changes, search_text, previous, hash FROM log_entries WHERE event_id = {event}
"""
PARKED = """
INSERT INTO inbox_waiting (event_id, tenant_id, raw, properties, reason, attempts, received_at, next_at, parked_at)
VALUES (gen_random_uuid(), {tenant}, '', '{{}}', 'nothing', 5, now(), now(), now())
"""
LIES = {  # what was done to a row, where, and what the oracle says
    "a customer is gone": ("customers", "DELETE FROM customers WHERE id = {customer}", "I1: register"),
    "a note is gone": ("customers", "DELETE FROM notes WHERE id = {note}", "I1: note"),
    "a name is another": ("customers", "UPDATE customers SET name = 'X' WHERE id = {customer}", "I1: rename"),
    "a version was set back": ("customers", "UPDATE customers SET version = 1 WHERE id = {customer}", "I1: rename"),
    "terms are others": ("invoicing", "UPDATE terms SET ehf_reference = 'X' WHERE id = {terms}", "I1: terms"),
    "an event was never written": ("customers", "DELETE FROM outbox WHERE event_id = {event}", "I1: rename"),
    "an event was written twice": ("customers", TWICE_IN_THE_OUTBOX, "I3: rename"),
    "a follower never took one": ("dialog", "DELETE FROM inbox WHERE event_id = {event}", "I2: dialog"),
    "the log lacks one": ("customers", "DELETE FROM log_entries WHERE event_id = {event}", "I3: customers.Customer"),
    "the log has one twice": ("customers", TWICE_IN_THE_LOG, "I3: the log tells of"),
    "a copy has another name": ("invoicing", "UPDATE debtors SET name = 'X' WHERE id = {customer}", "I4: invoicing"),
    "a copy is gone": ("dialog", "DELETE FROM people WHERE id = {contact}", "I4: dialog.people"),
    "a copy is behind": (
        "invoicing",
        "UPDATE inbox_versions SET version = 1 WHERE aggregate LIKE '%customer/' || {customer}",
        "I4: invoicing has",
    ),
    "the log has two in the wrong order": (
        "customers",
        "UPDATE log_entries SET position = -position WHERE event_id = {event}",
        "I5: the facts about customer/",
    ),
    "a fact has no number": (
        "customers",
        "UPDATE outbox SET version = version + 100 WHERE event_id = {event}",
        "I5: the facts about customer/",
    ),
    "a customer number was skipped": (
        "customers",
        "UPDATE number_series SET last = last + 1 WHERE tenant_id = {tenant}",
        "I6: the customers of",
    ),
    "a position was skipped": (
        "customers",
        "UPDATE log_entries SET position = position + 100000 WHERE event_id = {event}",
        "I6: the log of",
    ),
    "a copy is another tenant's": (
        "dialog",
        "UPDATE correspondents SET tenant_id = gen_random_uuid() WHERE id = {customer}",
        "I7: dialog.correspondents",
    ),
    "a contact is another tenant's": (
        "customers",
        "UPDATE contacts SET tenant_id = {rival} WHERE id = {contact}",
        "I7: customers.contacts",
    ),
    "something good is parked": ("dialog", PARKED, "I8:"),
}


@pytest.fixture(scope="module")
def history(lasting_plant, tmp_path_factory):
    """What some people wrote on a quiet day, and which rows we may lie about."""
    from random import Random

    from tests.faults.driver import Writer, employee
    from tests.faults.journal import Journal
    from tests.faults.oracle import Oracle

    lasting_plant.heal()
    journal = Journal(tmp_path_factory.mktemp("history") / "journal")
    first, rival = employee(), employee()
    writers = [Writer(lasting_plant, journal, who, Random(n)) for n, who in enumerate((first, first, rival))]
    load = Load(writers, SOME)
    load.start()
    load.join()
    for writer in writers:
        for kind in ("contact", "note", "rename", "terms"):
            writer.write(kind)
    yield Oracle(lasting_plant, journal)
    journal.close()


@pytest.fixture(scope="module")
def rows(history):
    """Name rows of one customer that was renamed last of all."""
    intents = [each for each in history.journal.read().values() if each.accepted]
    tenant = intents[0].tenant
    mine = [each for each in intents if each.tenant == tenant]
    found = {each.kind: each for each in mine}
    with history.plant.look("customers") as look:
        query = "SELECT event_id FROM outbox WHERE tenant_id = %s AND body::json -> 'data' ->> 'name' LIKE %s"
        event = look.execute(query, (tenant, f"%{found['rename'].word}")).fetchone()
    rival = next(each.tenant for each in intents if each.tenant != tenant)
    return {
        "tenant": tenant,
        "rival": rival,
        "customer": found["rename"].subject,
        "terms": found["terms"].answer["id"] or found["terms"].subject,
        "contact": found["contact"].answer["id"],
        "note": found["note"].answer["id"],
        "event": str(event[0]),
    }


def test_nothing_is_amiss_where_nothing_happened(history):
    assert history.verdict() == []

    intents = history.journal.read().values()
    assert sum(intent.accepted for intent in intents) > SOME / 2
    assert {intent.kind for intent in intents} == {"register", "rename", "contact", "note", "terms", "said"}


@pytest.mark.parametrize("lie", LIES)
def test_the_oracle_names_a_row_that_was_tampered_with(history, rows, lie):
    program, statement, sentence = LIES[lie]
    with ExitStack() as stack:
        look = {name: stack.enter_context(history.plant.look(name)) for name in history.plant.programs}
        look[program].autocommit = False
        look[program].execute("SET session_replication_role = replica")  # foreign keys look away
        changed = look[program].execute(statement.format(**{name: f"'{value}'" for name, value in rows.items()}))
        assert changed.rowcount == 1

        found = history.findings(look)
        look[program].rollback()

    assert [each for each in found if each.startswith(sentence)], found
