"""The customer list in another order, of one department, and how many there are in all."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from chassis.auth import calling
from chassis.db import transaction
from services.customers.overview.api import MOST_COUNTED
from services.customers.profile.models import Customer
from tests.suite import errors


def walk(client, query, limit=2, between=lambda: None):
    """Leaf through the list from the first page to the last."""
    found, cursor = [], ""
    while cursor is not None:
        answer = client.get(f"/customers?limit={limit}{query}{cursor and '&cursor=' + cursor}")
        assert answer.status_code == 200, answer.text
        found += [row["name"] for row in answer.json["items"]]
        cursor = answer.json["next"]
        between()
    return found


def change(client, customer):
    """Change a customer a little, so that it is the one changed last."""
    path = f"/customers/{customer['id']}"
    version = client.get(path).json["version"]
    assert client.patch(path, json={"website": f"www.{uuid4().hex}.no"}, version=version).status_code == 200


@pytest.fixture
def five(client):
    """Five customers, each changed later than the one before; their names go the other way."""
    return [client.post("/customers", json={"name": f"{letter} AS"}).json for letter in "EDCBA"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "ABCDE"),
        ("-name", "EDCBA"),
        ("number", "EDCBA"),
        ("-number", "ABCDE"),
        ("updated_at", "EDCBA"),
        ("-updated_at", "ABCDE"),
    ],
)
def test_the_list_is_sorted_over_all_pages(client, five, sort, order):
    assert walk(client, f"&sort={sort}") == [f"{letter} AS" for letter in order]


def test_what_was_changed_last_comes_first(client, five):
    change(client, five[2])

    assert walk(client, "&sort=-updated_at")[0] == "C AS"


@pytest.mark.parametrize("sort", ["updated_at", "-updated_at"])
def test_customers_changed_in_the_same_moment_come_each_once(program, client, ada, five, sort):
    with program.app.app_context(), calling(ada), transaction() as session:
        session.execute(update(Customer).values(updated_at=datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)))

    found = walk(client, f"&sort={sort}")

    assert sorted(found) == ["A AS", "B AS", "C AS", "D AS", "E AS"]


@pytest.mark.parametrize("sort", ["-updated_at", "number", "-name"])
def test_customers_that_are_changed_while_somebody_leafs_hide_no_other(client, five, sort):
    """Each of two is changed again and again: where they stand is no matter, the others come each once."""
    moved = [five[0], five[3]]

    found = walk(client, f"&sort={sort}", between=lambda: change(client, moved[0]) or change(client, moved[1]))

    assert len(found) == len(set(found))
    still = [name for name in found if name in ("A AS", "C AS", "D AS")]
    assert still == (["D AS", "C AS", "A AS"] if sort in ("number", "-name") else ["A AS", "C AS", "D AS"])


def test_a_cursor_is_good_for_its_order_only(client, five):
    cursor = client.get("/customers?limit=1&sort=-updated_at").json["next"]

    assert client.get(f"/customers?limit=1&sort=-updated_at&cursor={cursor}").status_code == 200
    for other in ("", "&sort=updated_at", "&sort=name", "&sort=number"):
        assert set(errors(client.get(f"/customers?limit=1{other}&cursor={cursor}"))) == {"cursor"}


@pytest.fixture
def oslo(client, ada):
    """A department of Ada's agency that works with two of three customers."""
    department = uuid4()
    for name, homes in (("Bare Bergen AS", ada.departments), ("Begge AS", (*ada.departments, department)),
                        ("Bare Oslo AS", (department,))):  # fmt: skip
        client.post("/customers", json={"name": name, "departments": [str(each) for each in homes]})
    return department


def test_the_customers_of_a_department(client, oslo):
    assert walk(client, f"&department={oslo}") == ["Bare Oslo AS", "Begge AS"]
    assert walk(client, f"&department={uuid4()}") == []


def test_nobody_looks_into_a_department_that_is_not_his(client, ada, bob, oslo):
    both = client.as_(replace(bob, departments=(oslo, *ada.departments)))
    here = client.as_(replace(bob, departments=(oslo,)))

    assert walk(both, f"&department={ada.departments[0]}") == ["Bare Bergen AS", "Begge AS"]
    assert walk(here, f"&department={oslo}") == ["Bare Oslo AS", "Begge AS"]
    refused = here.get(f"/customers?department={ada.departments[0]}")
    assert errors(refused) == {"department": "Choose among your own departments."}


def total(client, query=""):
    return client.get(f"/customers?limit=2{query}").json["total"]


def test_all_that_the_caller_may_see_are_counted(client, eve, bob, five, oslo):
    cursor = client.get("/customers?limit=2").json["next"]

    assert total(client) == total(client, f"&cursor={cursor}") == 8
    assert total(client, "&text=bare") == 2
    assert total(client, f"&department={oslo}") == 2
    assert total(client.as_(replace(bob, departments=(oslo,)))) == 2
    assert total(client.as_(eve)) == 0


def test_more_than_anybody_looks_through_are_not_counted(program, client, ada):
    with program.app.app_context(), calling(ada), transaction() as session:
        for number in range(MOST_COUNTED + 1):
            customer = Customer(number=number, name=f"Firma {number}", type="other", departments=list(ada.departments))
            customer.index()
            session.add(customer)

    assert total(client) is None
    assert total(client, "&text=firma+99") == 19


def test_a_row_says_how_to_reach_the_customer(client):
    sent = {"name": "Havbris AS", "phone": "55 12 34 56", "email": "post@havbris.no"}
    made = client.post("/customers", json=sent).json
    row = client.get("/customers?text=havbris").json["items"][0]

    assert (UUID(row["id"]), row["phone"], row["email"]) == (UUID(made["id"]), "+4755123456", "post@havbris.no")
