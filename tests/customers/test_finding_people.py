"""People are found across all customers, by what they are called and how they are reached."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.suite import errors


def found(client, words, more=""):
    answer = client.get("/contacts", query_string=f"text={words}{more}")
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json["items"]]


@pytest.fixture
def people(client, card):
    """Three people at one customer."""
    for person in (
        {"name": "Bjørn Ødegård", "title": "Økonomisjef", "mobile": "99887766", "email": "bjorn@fjordvik.no"},
        {"name": "ÅSE BJØRNSTAD", "phone": "55123456"},
        {"name": "Kari Moe"},
    ):
        assert client.post(f"{card}/contacts", json=person).status_code == 201


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("bjørn", ["Bjørn Ødegård", "ÅSE BJØRNSTAD"]),
        ("ØDEGÅRD", ["Bjørn Ødegård"]),
        ("åse", ["ÅSE BJØRNSTAD"]),
        ("degård+bjø", ["Bjørn Ødegård"]),
        ("økonomisjef", ["Bjørn Ødegård"]),
        ("99887766", ["Bjørn Ødegård"]),
        ("5512", ["ÅSE BJØRNSTAD"]),
        ("@fjordvik.no", ["Bjørn Ødegård"]),
        ("bjørn+moe", []),
        ("%25", []),
        ("_", []),
        ("Kari' OR 1=1--", []),
    ],
)
def test_every_word_must_occur_in_any_order_and_whatever_its_case(client, people, words, names):
    assert found(client, words) == names


def test_who_is_found_says_where_and_how_to_reach_them(client, people, customer):
    [person] = client.get("/contacts?text=økonomi").json["items"]

    assert person == {
        "id": person["id"], "customer_id": customer["id"], "customer_name": "Fjordvik Industri AS",
        "name": "Bjørn Ødegård", "title": "Økonomisjef", "email": "bjorn@fjordvik.no", "mobile": "+4799887766",
        "phone": None,
    }  # fmt: skip


def test_a_changed_name_is_found_and_the_former_is_not(client, card):
    made = client.post(f"{card}/contacts", json={"name": "Kari Moe"}).json
    client.patch(f"{card}/contacts/{made['id']}", json={"name": "Kari Åsen"}, version=1)

    assert found(client, "åsen") == ["Kari Åsen"]
    assert found(client, "moe") == []


def test_whoever_has_ended_is_not_found(client, card):
    made = client.post(f"{card}/contacts", json={"name": "Kari Moe"}).json
    client.put(f"{card}/contacts/{made['id']}/end", json={}, version=1)

    assert found(client, "kari") == []


def test_people_are_found_by_their_own_agency_and_department_only(client, people, bob, eve):
    assert found(client.as_(eve), "kari") == []
    assert found(client.as_(bob), "kari") == []
    assert found(client.as_(replace(bob, departments=client.who.departments)), "kari") == ["Kari Moe"]


def test_finding_people_takes_the_right_to_read_contacts(client, people, ada):
    without = client.as_(replace(ada, rights=frozenset({"customers:overview:read"})))

    assert without.get("/contacts?text=kari").status_code == 403


def test_pages_go_on_where_the_last_one_ended(client, card, eve):
    for number in range(7):
        client.post(f"{card}/contacts", json={"name": f"Kari {number}"})
    first = client.get("/contacts?text=kari&limit=4").json
    last = client.get(f"/contacts?text=kari&limit=4&cursor={first['next']}").json

    assert [each["name"] for each in first["items"] + last["items"]] == [f"Kari {number}" for number in range(7)]
    assert last["next"] is None
    assert client.get(f"/contacts?text=moe&limit=4&cursor={first['next']}").status_code == 422
    assert client.as_(eve).get(f"/contacts?text=kari&limit=4&cursor={first['next']}").status_code == 422


@pytest.mark.parametrize("query", ["", "text=+", f"text={'x' * 101}", "text=a&text=b", "text=a&limit=0", "name=a"])
def test_a_bad_question_gets_its_message(client, query):
    refused = client.get(f"/contacts?{query}")

    assert refused.status_code == 422
    assert errors(refused)


def test_customers_are_listed_by_their_ids(client, bob):
    ids = [client.post("/customers", json={"name": name}).json["id"] for name in ("Ås AS", "Zoo AS", "Berg AS")]
    wanted = f"/customers?id={ids[0]}&id={ids[1]}&id={uuid4()}"

    assert [each["name"] for each in client.get(wanted).json["items"]] == ["Zoo AS", "Ås AS"]
    assert client.as_(bob).get(wanted).json["items"] == []
    assert client.get("/customers?" + "&".join(f"id={uuid4()}" for _ in range(21))).status_code == 422
    assert client.get("/customers?id=x").status_code == 422
