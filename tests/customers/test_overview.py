"""The customer list."""

from dataclasses import replace

import pytest

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


def test_a_filter_of_what_is_switched_off_is_refused(client, ada):
    without = client.as_(replace(ada, disabled=frozenset({"tags"})))

    assert set(errors(without.get("/customers?tag=x"))) == {"tag"}


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
    ["limit=0", "limit=201", "limit=x", "order=name", "sort=age", "department=x", "type=friend", "text=a&text=b"],
)
def test_a_bad_question_gets_its_message(client, query):
    assert client.get(f"/customers?{query}").status_code == 422
