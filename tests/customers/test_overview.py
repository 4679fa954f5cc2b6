"""The customer list."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.tables import today
from tests.suite import errors


@pytest.fixture
def three(client):
    for name, kind, place in (
        ("Ærlig AS", "customer", "Bergen"),
        ("Zoo AS", "prospect", "OSLO"),
        ("Ås AS", "customer", "Oslo"),
    ):
        address = {"line1": "Gata 1", "postal_code": "0001", "place": place}
        client.post("/customers", json={"name": name, "type": kind, "visiting": address})


def names(client, query=""):
    return [row["name"] for row in client.get(f"/customers{query}").json["items"]]


def test_names_stand_in_norwegian_order(client, three):
    assert names(client) == ["Zoo AS", "Ærlig AS", "Ås AS"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?text=ÅS", ["Ås AS"]),
        ("?text=as+oslo", ["Zoo AS", "Ås AS"]),
        ("?type=prospect", ["Zoo AS"]),
        ("?place=oslo", ["Zoo AS", "Ås AS"]),
        ("?text=%25", []),
        ("?text=_", []),
        ("?text=' OR 1=1--", []),
    ],
)
def test_the_list_is_narrowed(client, three, query, found):
    assert names(client, query) == found


def test_a_customer_is_found_by_number_and_by_tag(client, three):
    row = client.get("/customers?text=zoo").json["items"][0]
    client.post(f"/customers/{row['id']}/tags", json={"name": "Dyr"})

    assert names(client, f"?text={row['number']}") == ["Zoo AS"]
    assert names(client, "?tag=dyr") == ["Zoo AS"]


@pytest.mark.parametrize(
    "changed",
    [
        {"disabled": frozenset({"tags", "employees", "tasks"})},
        {"rights": frozenset({"customers:general:read", "customers:overview:read"})},
    ],
    ids=["switched off", "not to be seen"],
)
def test_what_is_not_to_be_seen_is_neither_shown_nor_asked_for(client, ada, three, changed):
    without = client.as_(replace(ada, **changed))

    assert set(errors(without.get("/customers?tag=x"))) == {"tag"}
    assert set(errors(without.get(f"/customers?employee={uuid4()}"))) == {"employee"}
    row = without.get("/customers").json["items"][0]
    assert {row[name] for name in ("responsible", "open_tasks", "overdue_tasks")} == {None}


def day(days):
    return (today() + timedelta(days)).isoformat()


def test_customers_are_found_by_who_works_with_them_today(client, three):
    bo, (zoo, honest, _) = str(uuid4()), client.get("/customers").json["items"]
    links = {
        zoo["id"]: {"role": "seller", "valid_to": day(0)},
        honest["id"]: {"role": "responsible", "valid_from": day(1)},
    }
    for customer, link in links.items():
        assert client.post(f"/customers/{customer}/employees", json={"employee": bo, **link}).status_code == 201

    assert names(client, f"?employee={bo}") == ["Zoo AS"]
    assert names(client, f"?employee={bo}&type=customer") == []
    assert names(client, f"?employee={uuid4()}") == []


def test_a_row_says_who_is_responsible_and_what_is_to_be_done(client, three):
    first, second, (zoo, honest, _) = str(uuid4()), str(uuid4()), client.get("/customers").json["items"]
    for link in (
        {"employee": second, "role": "responsible", "valid_from": day(-1)},
        {"employee": first, "role": "responsible", "valid_from": day(-9)},
        {"employee": str(uuid4()), "role": "responsible", "valid_from": day(-9), "valid_to": day(-1)},
        {"employee": str(uuid4()), "role": "seller"},
    ):
        client.post(f"/customers/{zoo['id']}/employees", json=link)
    tasks = [
        client.post(f"/customers/{zoo['id']}/tasks", json={"title": "Ring", "due": due}).json
        for due in (None, day(0), day(-1), day(-2))
    ]
    client.put(f"/customers/{zoo['id']}/tasks/{tasks[-1]['id']}/complete", version=1)
    rows = {row["id"]: row for row in client.get("/customers").json["items"]}

    assert rows[zoo["id"]]["responsible"] == [first, second]
    assert (rows[zoo["id"]]["open_tasks"], rows[zoo["id"]]["overdue_tasks"]) == (3, 1)
    other = rows[honest["id"]]
    assert (other["responsible"], other["open_tasks"], other["overdue_tasks"]) == ([], 0, 0)


def test_pages_neither_repeat_nor_hide_a_row_while_others_come(client):
    for number in range(25):
        client.post("/customers", json={"name": f"Firma {number:02}"})
    found, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/customers?limit=10{'&cursor=' + cursor if cursor else ''}").json
        found += [row["name"] for row in page["items"]]
        cursor = page["next"]
        client.post("/customers", json={"name": "Aaa kom imellom"})

    assert found == [f"Firma {number:02}" for number in range(25)]


def test_a_cursor_is_good_only_where_it_came_from(client, eve, three):
    cursor = client.get("/customers?limit=1").json["next"]

    assert client.get(f"/customers?limit=1&cursor={cursor}").status_code == 200
    assert client.get(f"/customers?limit=1&type=customer&cursor={cursor}").status_code == 422
    assert client.as_(eve).get(f"/customers?limit=1&cursor={cursor}").status_code == 422
    assert client.get(f"/customers?limit=1&cursor={cursor}x").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "order=name",
        "sort=age",
        "department=x",
        "employee=x",
        "type=friend",
        "text=a&text=b",
    ],
)
def test_a_bad_question_gets_its_message(client, query):
    assert client.get(f"/customers?{query}").status_code == 422
