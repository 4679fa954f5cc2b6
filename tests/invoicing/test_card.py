"""What invoicing gives to the card."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

LINE = {"description": "Parkering", "quantity": "1", "price": "850"}


def test_the_card_holds_terms_lines_and_what_is_missing(client, customer_id, terms, lines):
    client.patch(terms, json={"credit_days": 30}, version=0)
    client.post(lines, json=LINE)

    item = client.get(f"/card/{customer_id}").json["items"]["invoice_information"]
    assert item["state"] == "present"
    assert item["data"]["terms"] == client.get(terms).json
    assert item["data"]["fixed_lines"] == client.get(lines).json["items"]
    assert item["data"]["readiness"] == client.get(f"{terms}/readiness").json["items"]


def test_economy_is_empty_until_there_is_an_invoice(client, customer_id, imported):
    assert client.get(f"/card/{customer_id}").json["items"]["economy"]["state"] == "empty"
    imported(Decimal(100), date(2026, 1, 1))

    item = client.get(f"/card/{customer_id}").json["items"]["economy"]
    assert (item["state"], item["data"]["open"]) == ("present", "125.00")
    assert item["data"] == client.get(f"/customers/{customer_id}/economy").json


def test_offers_are_on_the_card_and_empty(client, customer_id):
    assert client.get(f"/card/{customer_id}").json["items"]["offers"]["state"] == "empty"


def test_a_switched_off_item_keeps_its_terms_and_refuses_changes(client, customer_id, terms, lines, ada):
    client.patch(terms, json={"credit_days": 30}, version=0)
    off = client.as_(replace(ada, disabled=frozenset({"invoice_information"})))

    assert off.patch(terms, json={"credit_days": 31}, version=1).status_code == 409
    assert off.post(lines, json=LINE).status_code == 409
    assert off.put(f"/customers/{customer_id}/credit-limit", json={"amount": 1}, version=1).status_code == 409
    assert off.get(f"/card/{customer_id}").json["items"]["invoice_information"] == {"state": "disabled"}
    assert client.get(terms).json["credit_days"] == 30


def test_an_item_that_may_not_be_read_is_not_on_the_card(client, customer_id, ada):
    reader = client.as_(replace(ada, rights=frozenset({"invoicing:card:read", "invoicing:economy:read"})))

    assert set(reader.get(f"/card/{customer_id}").json["items"]) == {"economy"}
