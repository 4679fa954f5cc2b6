"""Customers and contacts, as dialog hears of them."""

from datetime import date

from uuid_utils.compat import uuid7

from contracts.customers import (
    ContactAdded,
    ContactDetailsChanged,
    ContactEnded,
    CustomerDepartmentsChanged,
    CustomerRegistered,
    CustomerRenamed,
)
from tests.dialog.calls import a_call
from tests.suite import errors


def test_a_contact_who_has_ended_is_refused_and_stays_in_what_was_said_before(
    client, hear, communications, customer_id, kari
):
    said = client.post(communications, json=a_call(contact_id=str(kari))).json
    gone = ContactEnded(customer_id, kari, "Kari Nordmann", date(2026, 11, 1))
    hear(gone, about=f"contact/{kari}", version=2)

    refused = client.post(communications, json=a_call(contact_id=str(kari)))

    assert refused.status_code == 409
    assert set(errors(refused)) == {"contact_id"}
    assert client.get(f"{communications}/{said['id']}").json["contact_name"] == "Kari Nordmann"
    corrected = client.patch(
        f"{communications}/{said['id']}", json={"subject": "Tre sveisere", "contact_id": str(kari)}, version=1
    )
    assert corrected.status_code == 200


def test_a_contact_of_another_customer_is_refused(client, hear, ada, communications):
    other, ola = uuid7(), uuid7()
    hear(CustomerRegistered(other, 10002, "Annen AS", "customer", None, list(ada.departments)))
    hear(ContactAdded(other, ola, "Ola"), about=f"contact/{ola}")

    refused = client.post(communications, json=a_call(contact_id=str(ola)))

    assert refused.status_code == 422
    assert set(errors(refused)) == {"contact_id"}


def test_a_contact_may_be_heard_of_before_its_customer(client, hear, ada):
    customer_id, ola = uuid7(), uuid7()
    hear(ContactAdded(customer_id, ola, "Ola"), about=f"contact/{ola}")
    hear(CustomerRegistered(customer_id, 10003, "Sen AS", "customer", None, list(ada.departments)))

    made = client.post(f"/customers/{customer_id}/communications", json=a_call(contact_id=str(ola)))

    assert made.json["contact_name"] == "Ola"


def test_new_names_of_customer_and_contact_are_taken_over(client, hear, communications, customer_id, kari):
    said = client.post(communications, json=a_call(contact_id=str(kari))).json

    hear(
        CustomerRenamed(customer_id, "Fjordvik Industri AS", "Fjordvik Gruppen AS"),
        about=f"customer/{customer_id}",
        version=2,
    )
    hear(ContactDetailsChanged(customer_id, kari, "Kari Hansen", []), about=f"contact/{kari}", version=2)

    found = client.get(f"{communications}/{said['id']}").json
    assert (found["customer_name"], found["contact_name"]) == ("Fjordvik Gruppen AS", "Kari Hansen")


def test_another_agency_and_another_department_meet_nothing(client, bob, eve, communications, customer_id):
    path = f"{communications}/{client.post(communications, json=a_call()).json['id']}"

    for stranger in (client.as_(bob), client.as_(eve)):
        assert stranger.get(communications).status_code == 404
        assert stranger.get(path).status_code == 404
        assert stranger.post(communications, json=a_call()).status_code == 404
        assert stranger.patch(path, json={"subject": "Min"}, version=1).status_code == 404
        assert stranger.get(f"/card/{customer_id}").status_code == 404


def test_a_department_that_gets_the_customer_reads_what_was_said(client, bob, hear, communications, customer_id):
    client.post(communications, json=a_call())

    hear(CustomerDepartmentsChanged(customer_id, [], list(bob.departments)), about=f"customer/{customer_id}", version=2)

    [said] = client.as_(bob).get(communications).json["items"]
    assert said["customer_name"] == "Fjordvik Industri AS"


def test_what_was_said_with_one_customer_is_not_found_under_another(client, hear, ada, communications):
    said = client.post(communications, json=a_call()).json
    other = uuid7()
    hear(CustomerRegistered(other, 10002, "Annen AS", "customer", None, list(ada.departments)))

    assert client.get(f"/customers/{other}/communications/{said['id']}").status_code == 404
