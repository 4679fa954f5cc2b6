"""Copies that are not what their owner says are found, all of them and nothing else, and mended."""

import random
import threading
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from chassis.db import transaction
from services.dialog.correspondents.models import Correspondent, Person
from services.files.tables import Holder
from services.invoicing.debtors.models import Debtor, ReferencePerson
from services.invoicing.terms.models import Terms
from services.recruitment.clients.models import Client
from tests.system.forms import inside

pytestmark = pytest.mark.slow

CUSTOMERS, WITH_CONTACT = 60, 30
FOLLOWERS = ("invoicing", "files", "dialog", "recruitment", "customers")  # customers keeps no copy, but the log
COPIES = {
    Debtor: ("invoicing", "customer"),
    Holder: ("files", "customer"),
    Correspondent: ("dialog", "customer"),
    Client: ("recruitment", "customer"),
    ReferencePerson: ("invoicing", "contact"),
    Person: ("dialog", "contact"),
}


def some_customers(suite, agency, count, with_contact=0):
    """Register customers, the first ones with a contact, and have everybody know them."""
    made = [agency.ada.register(f"Kunde {number} AS") for number in range(count)]
    for customer in made[:with_contact]:
        customer["contact"] = agency.ada.write(f"{card(customer)}/contacts", {"name": "Kari Nordmann"})
    suite.rest()
    return made


def card(customer):
    return f"/api/customers/customers/{customer['id']}"


def rename(agency, customer, name):
    """Change a customer's name, and keep its new version."""
    customer |= agency.ada.write(card(customer), {"name": name}, "PATCH", customer["version"])


@contextmanager
def losing(suite, follower):
    """Lose everything that is on its way to a follower."""
    suite.suite.bus.loses = lambda name, _message: name == follower
    yield
    suite.rest()
    suite.suite.bus.loses = lambda _name, _message: False


def lose_ten(suite, agency, customers):
    """Announce ten facts, each of which one follower never hears of; return the differences this makes."""
    expected = set()
    for number, customer in enumerate(customers):
        follower = FOLLOWERS[number % 5]
        with losing(suite, follower):
            if number < 5:
                rename(agency, customer, f"Nytt navn {number} AS")
                about, kind = customer, "behind"
            else:
                about, kind = agency.ada.register(f"Ny {number} AS"), "missing"
        kind = "unheard" if follower == "customers" else kind
        expected.add((follower, f"customers/{agency.tenant}/customer/{about['id']}", kind))
    return expected


def damage(suite, agency, customers, count):
    """Delete and alter copies behind everybody's back; return the differences this makes."""
    dice = random.Random(2026)
    rows = [(table, row) for table in (Debtor, Holder, Correspondent, Client) for row in customers]
    rows += [(table, row["contact"]) for table in (ReferencePerson, Person) for row in customers if "contact" in row]
    expected = set()
    for table, row in dice.sample(rows, count):
        deleted = dice.random() < 0.5 and not (table is Debtor and "contact" in row)  # a person refers to it
        follower, kind = COPIES[table]
        with inside(suite.program(follower), agency), transaction() as session:
            _damage(session, table, UUID(row["id"]), deleted=deleted)
        expected.add((follower, f"customers/{agency.tenant}/{kind}/{row['id']}", "missing" if deleted else "differs"))
    return expected


def _damage(session, table, row_id, *, deleted):
    if deleted and table is Debtor:
        session.execute(delete(Terms).where(Terms.id == row_id))
    statement = delete(table) if deleted else update(table).values(name="Somebody else")
    session.execute(statement.where(table.id == row_id))


def test_sixty_of_sixty_differences_are_found_and_no_other_and_all_are_mended(suite, nordlys):
    customers = some_customers(suite, nordlys, CUSTOMERS, WITH_CONTACT)
    lost = lose_ten(suite, nordlys, customers[-10:])
    expected = lost | damage(suite, nordlys, customers[:-10], 50)
    assert len(expected) == 60

    assert suite.differing() == expected

    suite.reconciler.mend(suite.reconciler.check().differences)
    assert suite.differing() == set()


def test_the_log_gets_the_facts_that_were_lost_and_nothing_of_what_was_restated(suite, nordlys):
    [customer] = some_customers(suite, nordlys, 1)
    with losing(suite, "customers"):
        rename(nordlys, customer, "Uhørt AS")
    rename(nordlys, customer, "Hørt AS")  # it waits for the one before it
    with losing(suite, "invoicing"):
        rename(nordlys, customer, "Nytt AS")

    suite.reconciler.mend(suite.reconciler.check().differences)

    assert suite.differing() == set()
    log = nordlys.ada.get(f"{card(customer)}/log").json()["items"]
    assert [each["data"]["name"] for each in log] == ["Nytt AS", "Hørt AS", "Uhørt AS", "Kunde 0 AS"]
    assert nordlys.ada.get("/api/customers/log/seal").json()["broken_at"] is None


def test_what_is_only_under_way_is_no_difference(suite, nordlys):
    """Names change all the while; the one copy that was altered is found among them."""
    customers = some_customers(suite, nordlys, 12)
    altered = damage(suite, nordlys, customers[:1], 1)
    stop = threading.Event()

    def go_on_renaming():
        while not stop.is_set():
            for customer in customers[1:]:
                rename(nordlys, customer, f"{random.random()} AS")

    writer = threading.Thread(target=go_on_renaming)
    writer.start()
    try:
        checks = [suite.differing() for _ in range(5)]
    finally:
        stop.set()
        writer.join()

    assert checks == [altered] * 5
    suite.reconciler.mend(suite.reconciler.check().differences)
    suite.rest()
    assert suite.differing() == set()
