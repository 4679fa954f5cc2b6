"""The invoicing service under test."""

from uuid import uuid4

import pytest

from contracts.integration import InvoiceImported
from tests.suite import program_of

program = program_of("invoicing")


@pytest.fixture
def terms(customer_id):
    """The path of the customer's invoice information."""
    return f"/customers/{customer_id}/invoice-information"


@pytest.fixture
def lines(customer_id):
    """The path of the customer's fixed lines."""
    return f"/customers/{customer_id}/fixed-lines"


@pytest.fixture
def imported(hear, customer_id):
    """Bring an invoice from another system; VAT is 25 %."""

    def imported(net, issued_on, **details):
        number = details.pop("number", uuid4().hex[:12])
        values = {"due_on": issued_on, "vat": net / 4, "gross": net * 5 / 4, **details}
        event = InvoiceImported(customer_id, uuid4(), number, issued_on, net=net, **values)
        hear(event)
        return event

    return imported
