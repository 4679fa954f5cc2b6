"""The suite in containers does its work: through the door, and nothing else."""

import re

import pytest
import requests

from gateway.items import OWNERS
from tests.system.people import until

CALL = {"kind": "call", "direction": "out", "subject": "Oppfølging", "happened_at": "2026-03-02T09:00:00+01:00"}
OLD, NEW = "Fjordvik Industri AS", "Fjordvik Hav AS"


@pytest.fixture(scope="module")
def customer(ada):
    """A customer with something from every service."""
    made = ada.register(OLD)
    there = f"customers/{made['id']}"
    ada.write(f"/api/customers/{there}/notes", {"text": "Ring før kl. 14."})
    ada.write(
        f"/api/invoicing/{there}/fixed-lines", {"description": "Fast tillegg", "quantity": "1", "price": "100.00"}
    )
    ada.write(f"/api/dialog/{there}/communications", CALL)
    ada.write(f"/api/recruitment/{there}/projects", {"name": "Lagerteam høst"})
    assert ada.upload(f"/api/files/{there}/files?name=avtale.txt", b"Avtale").ok
    return made


def test_every_service_keeps_what_it_was_given(ada, customer):
    there = f"customers/{customer['id']}"
    kept = {
        "customers": ada.get(f"/api/customers/{there}/notes").json()["items"][0]["text"],
        "invoicing": ada.get(f"/api/invoicing/{there}/fixed-lines").json()["items"][0]["description"],
        "dialog": ada.get(f"/api/dialog/{there}/communications").json()["items"][0]["subject"],
        "recruitment": ada.get(f"/api/recruitment/{there}/projects").json()["items"][0]["name"],
        "files": ada.get(f"/api/files/{there}/files").json()["items"][0]["name"],
    }

    assert kept == {
        "customers": "Ring før kl. 14.",
        "invoicing": "Fast tillegg",
        "dialog": "Oppfølging",
        "recruitment": "Lagerteam høst",
        "files": "avtale.txt",
    }


def test_a_file_comes_back_from_either_replica(ada, customer):
    [file] = ada.get(f"/api/files/customers/{customer['id']}/files").json()["items"]
    path = f"/api/files/customers/{customer['id']}/files/{file['id']}/content"

    assert {ada.get(path).content for _ in range(12)} == {b"Avtale"}


def test_the_card_is_whole(ada, customer):
    until(lambda: {item["status"] for item in ada.card(customer).json()["items"].values()} == {"ok"})
    items = ada.card(customer).json()["items"]

    assert list(items) == list(OWNERS)
    present = {key for key, item in items.items() if item["state"] == "present"}
    assert {"general", "notes", "dialog", "projects", "files", "log"} <= present


def test_news_travel_to_every_copy(ada, customer):
    there = f"customers/{customer['id']}"
    version = ada.get(f"/api/customers/{there}").json()["version"]
    ada.write(f"/api/customers/{there}", {"name": NEW}, "PATCH", version)
    copies = {
        "dialog": lambda: ada.get(f"/api/dialog/{there}/communications").json()["items"][0]["customer_name"],
        "recruitment": lambda: ada.get(f"/api/recruitment/{there}/projects").json()["items"][0]["customer_name"],
        "files": lambda: ada.get(f"/api/files/{there}/files").json()["customer_name"],
        "gateway": lambda: ada.card(customer).json()["items"]["general"]["data"]["name"],
    }

    for place, read in copies.items():
        until(lambda read=read: read() == NEW, what=place)


def test_the_pages_find_their_assets(suite):
    page = requests.get(f"{suite.address}/sign-in", timeout=10)
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)

    assert any("vendor/" in asset for asset in assets)
    for asset in assets:
        assert requests.get(suite.address + asset, timeout=10).status_code == 200, asset
