"""The customers service under test."""

import pytest

from tests.suite import program_of

program = program_of("customers")


@pytest.fixture
def customer(client):
    """A customer with a card."""
    return client.post("/customers", json={"name": "Fjordvik Industri AS", "type": "customer"}).json


@pytest.fixture
def card(customer):
    """The path of the customer's card."""
    return f"/customers/{customer['id']}"
