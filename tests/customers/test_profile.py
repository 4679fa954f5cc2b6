"""Registering, editing and placing customers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.suite import Client, errors


def test_the_name_is_all_it_takes(client, ada):
    made = client.post("/customers", json={"name": "  Åkerbær AS "})

    assert made.status_code == 201
    assert made.json["name"] == "Åkerbær AS"
    assert made.json["type"] == "prospect"
    assert made.json["departments"] == [str(ada.departments[0])]
    assert made.headers["ETag"] == '"1"'
    assert client.get(f"/customers/{made.json['id']}").json == made.json


def test_a_registered_customer_is_announced(client, announced):
    made = client.post("/customers", json={"name": "Nordlys Bemanning", "org_number": "987 654 325"}).json

    [(kind, data)] = announced()
    assert kind == "customers.CustomerRegistered"
    assert (data["customer_id"], data["number"], data["org_number"]) == (made["id"], made["number"], "987654325")


def test_fifty_at_once_get_fifty_numbers_without_a_gap(client):
    def register(i):
        return Client(client.program, client.who).post("/customers", json={"name": f"Firma {i}"}).json["number"]

    with ThreadPoolExecutor(50) as pool:
        numbers = sorted(pool.map(register, range(50)))

    assert numbers == list(range(10001, 10051))


@pytest.mark.parametrize("number", ["123456785", "987654325", "988077917", "974764687", "930580260"])
def test_real_organisation_numbers_are_taken(client, number):
    assert client.post("/customers", json={"name": "X", "org_number": number}).status_code == 201


@pytest.mark.parametrize("number", ["123456784", "912345050", "912345058", "12345678", "abcdefghi", "1" * 30])
def test_wrong_organisation_numbers_are_refused_at_the_field(client, number):
    refused = client.post("/customers", json={"name": "X", "org_number": number})

    assert refused.status_code == 422
    assert set(errors(refused)) == {"org_number"}


def test_the_same_organisation_number_twice_names_the_card_that_has_it(client):
    first = client.post("/customers", json={"name": "Først AS", "org_number": "123456785"}).json

    refused = client.post("/customers", json={"name": "Nummer To", "org_number": "123456785"})

    assert refused.status_code == 409
    assert refused.json["existing"] == {"id": first["id"], "number": first["number"], "name": "Først AS"}
    assert set(errors(refused)) == {"org_number"}


def test_of_two_at_once_with_one_organisation_number_one_wins(client):
    def register(name):
        body = {"name": name, "org_number": "988077917"}
        return Client(client.program, client.who).post("/customers", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(register, "abcdefgh"))

    assert codes == [201] + [409] * 7


def test_another_agency_may_have_the_same_customer(client, eve):
    body = {"name": "Delt Kunde", "org_number": "974764687"}

    assert client.post("/customers", json=body).status_code == 201
    assert client.as_(eve).post("/customers", json=body).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "A", "email": "not an address"}, "email"),
        ({"name": "A", "phone": "12345"}, "phone"),
        ({"name": "A", "website": "javascript:alert(1)"}, "website"),
        ({"name": "A", "type": "friend"}, "type"),
        ({"name": "A", "visiting": {"line1": "Gata 1", "postal_code": "0150"}}, "visiting.place"),
        ({"name": "A", "industry": {"code": "nope", "name": "X"}}, "industry.code"),
        ({"name": "A", "departments": ["x"]}, "departments.0"),
        ({"name": "A", "number": 7}, "number"),
        ({"name": "A", "tenant_id": str(uuid4())}, "tenant_id"),
        ({"name": "A", "version": 9}, "version"),
    ],
)
def test_a_bad_field_gets_its_message(client, announced, body, field):
    refused = client.post("/customers", json=body)

    assert refused.status_code == 422
    assert set(errors(refused)) == {field}
    assert announced() == []


def test_phone_and_website_are_kept_in_one_form(client):
    made = client.post("/customers", json={"name": "A", "phone": "22 33 44 55", "website": "eksempel.no"}).json

    assert (made["phone"], made["website"]) == ("+4722334455", "https://eksempel.no")


def test_a_rename_is_announced_by_itself(client, card, announced):
    changed = client.patch(card, json={"name": "Fjordvik Gruppen AS"}, version=1)

    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert announced()[-1][0] == "customers.CustomerRenamed"
    assert announced()[-1][1]["before"] == "Fjordvik Industri AS"


def test_other_details_are_announced_field_by_field(client, card, announced):
    address = {"line1": "Kaia 1", "postal_code": "0150", "place": "OSLO"}

    client.patch(card, json={"email": "post@fjordvik.no", "visiting": address}, version=1)

    kind, data = announced()[-1]
    assert kind == "customers.CustomerDetailsChanged"
    assert {change["field"] for change in data["changes"]} == {"email", "visiting"}


def test_a_change_that_changes_nothing_announces_nothing(client, card, announced):
    before = len(announced())

    assert client.patch(card, json={"name": "Fjordvik Industri AS"}, version=1).headers["ETag"] == '"1"'
    assert len(announced()) == before


def test_without_the_version_nothing_is_changed(client, card):
    assert client.patch(card, json={"name": "B"}).status_code == 428


def test_an_old_version_is_refused_with_the_present_value(client, card):
    client.patch(card, json={"name": "Ny AS"}, version=1)

    refused = client.patch(card, json={"name": "Gammel AS"}, version=1)

    assert refused.status_code == 412
    assert refused.json["current"]["name"] == "Ny AS"


def test_of_parallel_changes_to_one_version_one_wins(client, card):
    def rename(i):
        return Client(client.program, client.who).patch(card, json={"name": f"Navn {i}"}, version=1).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(rename, range(8)))

    assert codes == [200] + [412] * 7


def test_another_tenant_meets_no_customer(client, eve, customer, card):
    assert client.as_(eve).get(card).status_code == 404
    assert client.as_(eve).get("/customers").json["items"] == []
    assert client.as_(eve).patch(card, json={"name": "Min"}, version=1).status_code == 404


def test_another_department_meets_the_customer_nowhere(client, bob, card, customer):
    other = client.as_(bob)

    assert other.get(card).status_code == 404
    assert other.get(f"/card/{customer['id']}").status_code == 404
    assert other.get("/customers?text=fjordvik").json["items"] == []
    assert other.get(f"{card}/log").status_code == 404


def test_a_customer_moved_to_a_department_is_met_there(client, bob, card, announced):
    [own] = bob.departments

    moved = client.put(f"{card}/departments", json={"departments": [str(own)]}, version=1)

    assert moved.status_code == 200
    assert client.as_(bob).get(card).status_code == 200
    assert announced()[-1][0] == "customers.CustomerDepartmentsChanged"


def test_nobody_gives_a_customer_to_a_department_he_does_not_work_in(client, bob):
    refused = client.as_(bob).post("/customers", json={"name": "A", "departments": [str(uuid4())]})

    assert refused.status_code == 422
    assert set(errors(refused)) == {"departments"}


def test_a_reader_changes_nothing(client, ada, card):
    reader = client.as_(replace(ada, rights=frozenset({"*:*:read"})))

    assert reader.get(card).status_code == 200
    assert reader.patch(card, json={"name": "B"}, version=1).status_code == 403


def test_what_is_switched_off_cannot_be_written_and_is_kept(client, ada, card, customer):
    client.patch(card, json={"directions": "Bak fjøset"}, version=1)
    without = client.as_(replace(ada, disabled=frozenset({"directions"})))

    assert without.patch(card, json={"directions": "Borte"}, version=2).status_code == 409
    assert without.get(f"/card/{customer['id']}").json["items"]["directions"] == {"state": "disabled"}
    assert client.get(f"/card/{customer['id']}").json["items"]["directions"]["data"]["text"] == "Bak fjøset"


def test_without_a_token_nothing_is_answered(client, card):
    assert client.as_(None).get(card).status_code == 401
