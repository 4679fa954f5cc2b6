"""What changes in one program is known in the others within a second."""

from uuid import UUID

import pytest
from sqlalchemy import select

from chassis.db import reading
from gateway.items import OWNERS
from services.invoicing.debtors.models import Debtor
from tests.system.forms import inside
from tests.system.people import until

SOON = 1.0  # seconds
OLD, NEW = "Fjordvik Industri AS", "Fjordvik Hav AS"
CALL = {"kind": "call", "direction": "out", "subject": "Oppfølging", "happened_at": "2026-03-02T09:00:00+01:00"}


@pytest.fixture(scope="module")
def ada(nordlys):
    return nordlys.ada


@pytest.fixture
def customer(ada):
    """A customer whom all services have heard of, with a call, a project and a file."""
    made = ada.register(OLD)
    there = f"customers/{made['id']}"
    ada.write(f"/api/dialog/{there}/communications", CALL)
    ada.write(f"/api/recruitment/{there}/projects", {"name": "Lagerteam høst"})
    assert ada.upload(f"/api/files/{there}/files?name=avtale.txt", b"Avtale").ok
    assert ada.get(f"/api/invoicing/{there}/invoice-information").ok
    return made


def test_a_new_customer_has_all_items_on_its_card(ada):
    customer = ada.register("Havbris Sjømat AS")
    until(lambda: _statuses(ada.card(customer).json()) == {"ok"}, SOON, "the whole card")
    card = ada.card(customer).json()

    assert list(card["items"]) == list(OWNERS)
    assert len(OWNERS) == 29
    assert all(item["state"] in ("empty", "present") for item in card["items"].values())
    assert card["items"]["general"]["data"]["name"] == "Havbris Sjømat AS"


def _statuses(card):
    return {item["status"] for item in card["items"].values()}


@pytest.fixture
def names(suite, nordlys, ada, customer):
    """Where the customer's name stands, outside customers: place -> a way to read it."""
    invoicing = suite.program("invoicing")
    there = f"customers/{customer['id']}"

    def envelope():  # the name on it is printed with the invoices, and no route shows it until then
        with inside(invoicing, nordlys), reading() as session:
            return session.scalar(select(Debtor.name).where(Debtor.id == UUID(customer["id"])))

    return {
        "card": lambda: ada.card(customer).json()["items"]["general"]["data"]["name"],
        "invoicing": envelope,
        "dialog": lambda: ada.get(f"/api/dialog/{there}/communications").json()["items"][0]["customer_name"],
        "recruitment": lambda: ada.get(f"/api/recruitment/{there}/projects").json()["items"][0]["customer_name"],
        "files": lambda: ada.get(f"/api/files/{there}/files").json()["customer_name"],
    }


def test_a_customer_renamed_is_renamed_everywhere_within_a_second(ada, customer, names):
    assert {place: read() for place, read in names.items()} == dict.fromkeys(names, OLD)

    ada.write(f"/api/customers/customers/{customer['id']}", {"name": NEW}, "PATCH", customer["version"])
    seconds = {place: until(lambda read=read: read() == NEW, SOON, place) for place, read in names.items()}

    assert sum(seconds.values()) < SOON  # they were looked at one after the other


def test_a_new_name_stands_in_the_log_beside_the_old_one(ada, customer):
    ada.write(f"/api/customers/customers/{customer['id']}", {"name": NEW}, "PATCH", customer["version"])

    def entries():
        found = ada.get(f"/api/customers/customers/{customer['id']}/log?limit=200").json()["items"]
        return [entry for entry in found if entry["type"] == "customers.CustomerRenamed"]

    until(entries, SOON, "the entry")
    [entry] = entries()
    assert (entry["data"]["before"], entry["data"]["name"]) == (OLD, NEW)
    assert entry["actor"] == ada.get("/api/directory/me").json()["id"]


def test_nobody_is_written_to_who_has_left(ada, customer):
    contacts = f"/api/customers/customers/{customer['id']}/contacts"
    communications = f"/api/dialog/customers/{customer['id']}/communications"
    kari = ada.write(contacts, {"name": "Kari Nordahl"})
    said = {**CALL, "contact_id": kari["id"]}
    until(lambda: ada.post(communications, said).status_code == 201, SOON, "the contact")

    ada.write(f"{contacts}/{kari['id']}/end", {}, "PUT", kari["version"])
    until(lambda: ada.post(communications, said).status_code == 409, SOON, "the refusal")

    assert ada.post(communications, said).json()["title"] == "This contact no longer works there."
