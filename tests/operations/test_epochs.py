"""The customers service is restored from an hour-old backup; the others are not."""

from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis import waiting
from chassis.db import reading
from operations.places import Here
from services.invoicing.debtors.models import Debtor
from tests.operations.conftest import Suite, database_for
from tests.suite import FORMS
from tests.system.forms import inside
from tests.system.people import Agency, until

pytestmark = pytest.mark.slow

FOLLOWERS = ("dialog", "files", "invoicing", "recruitment")
OLD, NEW = "Gammelt AS", "Nytt AS"


@dataclass
class SetBack:
    """The suite after that, and customers of whose last hour only the others know."""

    suite: Suite
    agency: Agency
    renamed: list[dict]  # a rename each was lost
    lost: list[dict]  # registered in the lost hour
    numbers: int  # the last one given before the backup

    def about(self, customer):
        """Name what is found about a customer."""
        return {(who, kind) for who, what, kind in self.suite.differing() if what == self.aggregate(customer)}

    def aggregate(self, customer):
        return f"customers/{self.agency.tenant}/customer/{customer['id']}"

    def mend(self, customer, **how):
        """Have the customers service do what it can about one customer."""
        found = self.suite.reconciler.check().differences
        self.suite.reconciler.mend([each for each in found if each.aggregate == self.aggregate(customer)], **how)

    def owners_name(self, customer):
        answer = self.agency.ada.get(card(customer))
        return answer.json().get("name")

    def names(self, customer):
        """Read the name where only the copy has it."""
        with inside(self.suite.program("invoicing"), self.agency), reading() as session:
            debtor = session.scalar(select(Debtor.name).filter_by(id=UUID(customer["id"])))
        there = f"customers/{customer['id']}"
        return {debtor, self.agency.ada.get(f"/api/files/{there}/files").json()["customer_name"]}


@pytest.fixture(scope="module", params=FORMS)
def set_back(request, tmp_path_factory):
    folder, names = tmp_path_factory.mktemp("suite"), ("gateway", "customers", *FOLLOWERS)
    with closing(Suite(folder, {each: database_for(request, request.param, each) for each in names})) as suite:
        agency = suite.found("Nordlys Bemanning")
        renamed = [agency.ada.register(OLD) for _ in range(4)]
        suite.rest()
        list(suite.place.run("customers", "backup", str(folder / "backup")))
        for customer in renamed:
            agency.ada.write(card(customer), {"name": NEW}, "PATCH", 1)
        lost = [agency.ada.register("Tapt AS", org_number=number) for number in ("100000008", "100000016")]
        suite.rest()
        suite.close()
        restore_customers(suite, database_for(request, request.param, "customers"))
        suite.start()
        agency.address = agency.ada.address = suite.address()
        yield SetBack(suite, agency, renamed, lost, renamed[-1]["number"])


def restore_customers(suite, database):
    """Lose the customers service's database, and bring the backup into a new one."""
    for file in suite.folder.glob("customers.db*"):
        file.unlink()
    suite.databases["customers"] = database
    with closing(Here({"customers": suite.environment("customers")})) as place:
        list(place.run("customers", "restore", str(suite.folder / "backup")))


def card(customer):
    return f"/api/customers/customers/{customer['id']}"


def test_the_newer_copies_stay_and_the_difference_is_named(set_back):
    customer = set_back.renamed[0]

    assert set_back.owners_name(customer) == OLD
    assert set_back.names(customer) == {NEW}
    assert set_back.about(customer) == {(each, "ahead") for each in FOLLOWERS}


def test_mending_without_a_decision_leaves_newer_copies_alone(set_back):
    customer = set_back.renamed[0]

    set_back.mend(customer)
    set_back.suite.rest()

    assert set_back.names(customer) == {NEW}
    assert set_back.about(customer) == {(each, "ahead") for each in FOLLOWERS}


def test_the_next_change_is_taken_by_all_and_mends_what_was_lost(set_back):
    customer = set_back.renamed[1]
    seen = set_back.agency.ada.get(card(customer)).json()

    set_back.agency.ada.write(card(customer), {"name": "Gjentatt AS"}, "PATCH", seen["version"])

    until(lambda: set_back.names(customer) == {"Gjentatt AS"}, what="the new name")
    assert set_back.about(customer) == set()


def test_the_owner_can_be_declared_right(set_back):
    customer = set_back.renamed[2]

    set_back.mend(customer, accept_owner=True)

    until(lambda: set_back.names(customer) == {OLD}, what="the old name")
    assert set_back.about(customer) == set()


def test_a_snapshot_that_is_not_declared_right_is_parked_and_not_dropped(set_back):
    customer = set_back.renamed[3]
    wish = f'{{"aggregate": "{set_back.aggregate(customer)}"}}'

    list(set_back.suite.place.run("customers", "mend", lines=[wish]))
    set_back.suite.rest()

    assert set_back.names(customer) == {NEW}
    for name in FOLLOWERS:
        with set_back.suite.program(name).engine.begin() as connection:
            [kept] = waiting.parked(connection, event_type="customers.CustomerRestated")
        assert kept.reason == "the copy is at version 2, its restored owner only at 1"
    assert set_back.about(customer) == {(each, "ahead") for each in FOLLOWERS}


def test_a_customer_whom_only_the_others_know_is_named_and_can_be_taken_in_again(set_back):
    customer = set_back.lost[0]
    assert set_back.owners_name(customer) is None
    assert set_back.about(customer) == {(each, "surplus") for each in FOLLOWERS}

    set_back.mend(customer, readmit=True)

    until(lambda: set_back.owners_name(customer) == "Tapt AS", what="the customer")
    assert set_back.about(customer) == set()
    again = set_back.agency.ada.get(card(customer)).json()
    assert again["org_number"] == "100000008"
    assert again["departments"] == customer["departments"]
    seen = set_back.agency.ada.write(card(customer), {"name": "Funnet AS"}, "PATCH", again["version"])
    until(lambda: set_back.names(seen) == {"Funnet AS"}, what="the new name")


def test_a_lost_customer_who_was_registered_anew_is_not_taken_in_twice(set_back):
    customer = set_back.lost[1]
    set_back.agency.ada.register("Tapt AS", org_number="100000016")

    set_back.mend(customer, readmit=True)

    assert set_back.owners_name(customer) is None
    assert set_back.about(customer) == {(each, "surplus") for each in FOLLOWERS}


def test_numbers_go_on_where_the_backup_stood(set_back):
    numbers = [set_back.agency.ada.register("Ny AS")["number"] for _ in range(2)]

    assert numbers[1] == numbers[0] + 1
    assert set_back.numbers < numbers[0] <= set_back.numbers + 4
