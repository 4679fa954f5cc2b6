"""The recruitment service under test."""

import pytest

from tests.suite import program_of

program = program_of("recruitment")


@pytest.fixture
def projects(customer_id):
    """The path of the customer's projects."""
    return f"/customers/{customer_id}/projects"
