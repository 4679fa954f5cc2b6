"""The card: whole, and what is left of it when a service is late, down, or behind."""

import time

import pytest

from contracts import Change
from contracts.customers import CustomerDepartmentsChanged, CustomerDetailsChanged
from tests.gateway.neighbourhood import present


@pytest.fixture
def card(client, customer):
    """Open the customer's card, in at most a second, and return it."""

    def card(browser=client):
        began = time.monotonic()
        shown = browser.get(f"/api/card/{customer}")
        assert shown.status_code == 200, shown.text
        assert time.monotonic() - began < 1
        return shown.json

    return card


def test_the_card_joins_what_five_services_say(card, customer):
    shown = card()

    assert shown["customer"] == str(customer)
    assert shown["order"] == ["general", "notes", "economy"]
    assert shown["items"]["economy"] == {
        "state": "present",
        "status": "ok",
        "count": None,
        "newest": None,
        "data": {"balance": "100.00"},
        "as_of": "2026-11-23T09:00:00+00:00",
        "service": "invoicing",
    }


def test_every_service_is_asked_once_for_all_its_items(card, services, customer):
    card()

    for service in services.values():
        assert [(method, path) for method, path, _, _ in service.asked] == [("GET", f"/card/{customer}")]


def test_services_learn_how_much_time_is_left_and_which_request_it_is(card, services):
    card()

    headers = services["files"].asked[0][3]
    assert 0 < int(headers["X-Request-Deadline-Ms"]) <= 800
    assert len({service.asked[0][3]["X-Request-Id"] for service in services.values()}) == 1
    assert headers["Traceparent"].startswith("00-")


def test_a_silent_service_costs_its_items_and_not_the_card(card, services):
    services["invoicing"].pause = 1.5
    shown = card()

    assert shown["items"]["economy"]["status"] == "unavailable"
    assert shown["items"]["general"]["status"] == "ok"


def test_a_service_that_died_shows_what_it_said_last(card, services):
    card()
    services["invoicing"].stop()
    shown = card()

    assert shown["items"]["economy"]["status"] == "stale"
    assert shown["items"]["economy"]["data"] == {"balance": "100.00"}
    assert shown["items"]["economy"]["as_of"] == "2026-11-23T09:00:00+00:00"
    assert shown["items"]["general"]["status"] == "ok"


def test_the_card_is_whole_again_within_five_seconds(card, services):
    services["invoicing"].stop()
    for _ in range(5):
        card()
    services["invoicing"].start()
    until = time.monotonic() + 5
    while card()["items"]["economy"]["status"] != "ok":
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_service_that_hangs_is_soon_not_waited_for(card, services):
    services["invoicing"].pause = 1.2
    for _ in range(3):
        card()
    asked = len(services["invoicing"].asked)
    card()

    assert len(services["invoicing"].asked) == asked == 3


def test_what_was_kept_is_not_shown_to_whoever_may_see_less(card, services, hire):
    card()
    services["invoicing"].stop()

    assert card(hire("sales"))["items"]["economy"]["status"] == "unavailable"


def test_an_event_outdates_what_was_kept_of_its_service(card, services, hear, customer):
    card()
    services["customers"].stop()
    services["invoicing"].stop()
    hear(CustomerDetailsChanged(customer, [Change("email", None, "post@fjordvik.no")]))
    shown = card()

    assert shown["items"]["general"]["status"] == "unavailable"
    assert shown["items"]["economy"]["status"] == "stale"


def test_other_departments_outdate_all_that_was_kept(card, services, hear, customer, agency):
    card()
    services["customers"].stop()
    services["invoicing"].stop()
    oslo = agency.departments["Oslo"]
    hear(CustomerDepartmentsChanged(customer, list(agency.departments.values()), [oslo], oslo))

    assert {item["status"] for item in card()["items"].values()} <= {"unavailable", "ok"}


def test_whoever_wrote_is_never_shown_what_was_there_before(card, client, services, customer):
    card()
    client.patch(f"/api/invoicing/customers/{customer}/invoice-information", json={"terms": 30}, version=1)
    services["invoicing"].stop()

    assert card()["items"]["economy"]["status"] == "unavailable"


def test_a_refused_write_outdates_nothing(card, client, services, customer):
    card()
    path = f"/customers/{customer}/invoice-information"
    services["invoicing"].answers[path] = (422, {"title": "No"})
    client.patch(f"/api/invoicing{path}", json={"terms": -1}, version=1)
    services["invoicing"].stop()

    assert card()["items"]["economy"]["status"] == "stale"


def test_a_customer_that_customers_does_not_know_has_no_card(client, services, customer):
    services["customers"].unknown.add(str(customer))

    assert client.get(f"/api/card/{customer}").status_code == 404


def test_a_service_that_has_not_heard_of_the_customer_yet_has_nothing_stale(card, services, customer):
    services["invoicing"].unknown.add(str(customer))
    shown = card()

    assert (shown["items"]["economy"]["state"], shown["items"]["economy"]["status"]) == ("empty", "stale")


def test_with_customers_down_the_others_tell_whether_there_is_a_card(card, client, services, customer):
    services["customers"].stop()
    shown = card()
    for service in services.values():
        service.unknown.add(str(customer))

    assert shown["items"]["general"]["status"] == "unavailable"
    assert client.get(f"/api/card/{customer}").status_code == 404


def test_with_everything_down_there_is_still_a_card(card, services):
    for service in services.values():
        service.stop()

    assert {item["status"] for item in card()["items"].values()} == {"unavailable"}


def test_items_that_are_off_are_not_in_the_order(client, card, services):
    services["customers"].items["notes"] = {"state": "disabled"}
    client.put("/api/settings/items", json={"on": ["general", "economy"]}, version=0)
    services["invoicing"].stop()
    shown = card()

    assert shown["order"] == ["general", "economy"]
    assert shown["items"]["notes"]["state"] == shown["items"]["offers"]["state"] == "disabled"


@pytest.mark.parametrize("answer", [{"general": "a text"}, {"general": {"state": "odd"}}, [1, 2]])
def test_what_no_service_of_ours_would_say_is_as_good_as_silence(card, services, answer):
    services["customers"].items = answer

    assert card()["items"]["general"]["status"] == "unavailable"


def test_a_service_cannot_speak_for_another(card, services):
    services["dialog"].items = {"general": present(name="Another name")}

    assert card()["items"]["general"]["data"]["name"] == "Fjordvik Industri AS"


def test_another_agency_is_never_shown_what_was_kept(card, program, services, customer):
    from uuid import uuid4

    from gateway.bootstrap import found_tenant
    from tests.gateway.conftest import PASSWORD, Browser

    card()
    with program.app.app_context():
        found_tenant("Sørlys", "Eve", mail := f"eve@{uuid4().hex}.no", PASSWORD, ["Arendal"])
    eve = Browser(program)
    eve.sign_in(mail)
    for service in services.values():
        service.stop()

    assert "Fjordvik" not in eve.get(f"/api/card/{customer}").text


def test_an_id_that_is_none_has_no_card(client, services):
    assert client.get("/api/card/17").status_code == 404
