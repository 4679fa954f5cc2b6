"""Who listens to a card hears of changes at once, on either server, and keeps nobody from asking."""

import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest

MANY = 60  # more than either server has threads
SOON = 3.0  # seconds, beside other tests; how soon it is by itself stands in docs/measured.md
PATIENCE = 10.0  # seconds


@pytest.fixture
def customer(nordlys):
    return nordlys.ada.register("Fjordvik Industri AS")


@pytest.fixture
def listen(suite, nordlys, customer):
    """Open a stream about the customer."""
    with ExitStack() as stack:

        def listen(who=nordlys.ada, since="", **headers):
            address = urlsplit(suite.address())
            call = stack.enter_context(closing(HTTPConnection(address.hostname, address.port, timeout=PATIENCE)))
            place = f"/customers/{customer['id']}/live?since={quote(since)}"
            call.request("GET", place, headers={**who.headers, **headers})
            return stack.enter_context(closing(call.getresponse()))

        yield listen


def heard(line):
    """Return id and services of the next change."""
    said = {}
    while "data" not in said:
        name, _, text = line.readline().decode().rstrip("\n").partition(": ")
        said[name] = text
    return said["id"], said["data"].split()


def note(nordlys, customer):
    nordlys.ada.write(f"/api/customers/customers/{customer['id']}/notes", {"text": "Ring før kl. 14."})


def quiet(nordlys, customer):
    """Wait until the customer's registration is no news any more; return the moment."""
    time.sleep(1.5)
    return nordlys.ada.card(customer).json()["as_of"]


def test_a_change_is_told_at_once(listen, nordlys, customer):
    line = listen(since=quiet(nordlys, customer))
    time.sleep(0.5)
    began = time.monotonic()
    note(nordlys, customer)

    assert heard(line)[1] == ["customers"]
    assert time.monotonic() - began < SOON


def test_what_changed_since_the_card_was_composed_is_told_first(listen, nordlys, customer):
    before = quiet(nordlys, customer)
    note(nordlys, customer)
    first, services = heard(listen(since=before))
    assert services == ["customers"]

    time.sleep(1)  # until the event has marked it, too
    note(nordlys, customer)
    again, _ = heard(listen(**{"Last-Event-ID": first}))
    assert again > first


def test_many_who_listen_keep_nobody_from_asking(listen, nordlys, customer):
    lines = [listen(since=quiet(nordlys, customer)) for _ in range(1)] + [listen() for _ in range(MANY - 1)]
    assert {line.headers["Content-Type"] for line in lines} == {"text/event-stream"}
    time.sleep(0.5)
    began = time.monotonic()
    for _ in range(10):
        assert nordlys.ada.card(customer).ok
    assert time.monotonic() - began < PATIENCE

    note(nordlys, customer)
    for line in lines:
        assert "customers" in heard(line)[1]


def test_whoever_may_not_see_the_customer_hears_nothing(listen, rival):
    assert listen(who=rival.ada).status == 404


def test_a_stranger_is_sent_to_the_sign_in(listen, nordlys):
    assert listen(Cookie="").status == 302
