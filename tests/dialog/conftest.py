"""The dialog service under test."""

import pytest
from uuid_utils.compat import uuid7

from contracts.customers import ContactAdded
from tests.suite import program_of

program = program_of("dialog")


@pytest.fixture
def communications(customer_id):
    """The path of what was said with the customer."""
    return f"/customers/{customer_id}/communications"


@pytest.fixture
def kari(hear, customer_id):
    """A contact of the customer that the program has heard of (``contact/<id>``, version 1)."""
    contact_id = uuid7()
    hear(ContactAdded(customer_id, contact_id, "Kari Nordmann"), about=f"contact/{contact_id}")
    return contact_id
