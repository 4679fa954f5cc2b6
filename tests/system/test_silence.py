"""A service that is down or says nothing costs its own items and not the card."""

import time

import pytest

from gateway.items import OWNERS, owned_by
from tests.system.forms import silenced
from tests.system.people import until

SOON = 1.0  # seconds
RECOVERED = 5.0  # seconds
SILENCES = [("customers", "killed"), ("dialog", "killed"), ("recruitment", "frozen")]
WRITES = {
    "customers": ("notes", {"text": "Ring før kl. 14."}),
    "dialog": ("communications", {"kind": "note", "body": "Hei", "happened_at": "2026-03-02T09:00:00+01:00"}),
    "recruitment": ("projects", {"name": "Lagerteam høst"}),
}


@pytest.fixture
def ada(nordlys):
    return nordlys.ada


@pytest.fixture
def customers(ada):
    """A customer with something from every service, whose card is open, and one whose card nobody has ever seen."""
    seen, unseen = ada.register("Fjordvik Industri AS"), ada.register("Havbris Sjømat AS")
    for customer in (seen, unseen):
        for service, (what, body) in WRITES.items():
            ada.write(f"/api/{service}/customers/{customer['id']}/{what}", body)
        for read in ("files/customers/{id}/files", "invoicing/customers/{id}/invoice-information"):
            assert ada.get("/api/" + read.format(**customer)).ok
    time.sleep(SOON)  # so that no news of the above is still on its way to the gateway
    until(lambda: statuses(ada.card(seen)) == {"ok"})
    return seen, unseen


def statuses(answer):
    return {item["status"] for item in answer.json()["items"].values()}


def opened(ada, customer):
    """Open the card within a second, whatever happens."""
    began = time.monotonic()
    answer = ada.card(customer)
    seconds = time.monotonic() - began
    assert answer.status_code == 200
    assert seconds < SOON
    assert list(answer.json()["items"]) == list(OWNERS)
    return answer.json()["items"]


def contents(items, keys):
    return {key: (items[key]["state"], items[key]["data"], items[key]["count"]) for key in keys}


@pytest.mark.parametrize(("service", "how"), SILENCES)
def test_a_silent_service_costs_its_items_and_not_the_card(suite, ada, customers, service, how):
    seen, unseen = customers
    before = opened(ada, seen)

    with silenced(suite, service, how):
        for _ in range(2):
            during = opened(ada, seen)
            assert apart(during, service, "status") == ({"stale"}, {"ok"})
            assert contents(during, OWNERS) == contents(before, OWNERS)
            assert apart(during, service, "as_of")[0] == apart(before, service, "as_of")[0]

        first = opened(ada, unseen)
        assert apart(first, service, "status") == ({"unavailable"}, {"ok"})
        assert contents(first, owned_by(service)) == dict.fromkeys(owned_by(service), ("empty", None, None))
        refuses_to_write(ada, seen, service)

    until(lambda: statuses(ada.card(seen)) == {"ok"}, RECOVERED, f"{service} {how}: the whole card")
    assert contents(opened(ada, seen), OWNERS) == contents(before, OWNERS)
    assert statuses(ada.card(unseen)) == {"ok"}


def apart(items, service, field):
    """Return what stands in a field of the service's items, and of all others."""
    own = set(owned_by(service))
    return {items[key][field] for key in own}, {items[key][field] for key in set(OWNERS) - own}


def refuses_to_write(ada, customer, service):
    what, body = WRITES[service]
    answer = ada.post(f"/api/{service}/customers/{customer['id']}/{what}", body)

    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["title"].startswith("This part of Kundekort cannot be reached just now")
