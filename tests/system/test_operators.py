"""Operators see and redrive what is parked anywhere; whatever somebody may in an agency, it is not enough."""

from uuid import uuid4

import pytest

from chassis import events, inbox
from chassis.auth import Caller
from chassis.run import PROGRAMS
from contracts.customers import CustomerRenamed
from tests.suite import envelope
from tests.system.people import appoint, until


@pytest.fixture(scope="module")
def olga(suite):
    """Olga runs the suite."""
    return appoint(suite, suite.found("Driftsbyrået").ada)


def at(program, path=""):
    """Return where a program's operations are, seen from outside."""
    return f"/api/operations{path}" if program == "gateway" else f"/api/{program}/operations{path}"


@pytest.fixture
def parked(suite, nordlys):
    """Park an event of the agency's in a program; return its id."""

    def parked(program):
        event = CustomerRenamed(uuid4(), "Fjordvik", "Nordvik")
        unknown = envelope(
            event, Caller(nordlys.tenant), type="customers.CustomerSung", aggregate=f"customer/{uuid4()}"
        )
        inbox.receive(suite.program(program), events.write(unknown).encode())
        return str(unknown.id)

    return parked


def listed(who, program):
    return {each["event_id"]: each for each in who.get(at(program, "/parked")).json()["items"]}


@pytest.mark.parametrize("program", PROGRAMS)
def test_who_administers_an_agency_is_shown_nothing_of_any_program(nordlys, olga, parked, program):
    event_id = parked(program)
    number = listed(olga, program)[event_id]["id"]
    paths = ["", "/parked", f"/parked/{number}", "/redrives"]
    wanted = {"all": True, "reason": "because"}

    assert {nordlys.ada.get(at(program, path)).status_code for path in paths} == {403}
    assert nordlys.ada.post(at(program, "/parked/redrive"), wanted).status_code == 403
    assert {olga.get(at(program, path)).status_code for path in paths} == {200}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_is_seen_at_work(olga, program):
    """Its worker leaves signs of life, its chores have been done."""

    def at_work():
        found = olga.get(at(program)).json()
        names = {sign["name"] for sign in found["loops"] if sign["seconds"] < 60}
        chores = {timer["name"] for timer in found["timers"] if timer["ran_at"] and not timer["failing"]}
        return names >= {"relay", "retries", "timers"} and chores >= {"outbox", "inbox", "idempotency"}

    until(at_work, within=30, what=f"{program} at work")


def test_what_is_redriven_through_the_gateway_is_tried_by_the_worker(olga, parked):
    event_id = parked("invoicing")
    before = listed(olga, "invoicing")[event_id]
    sent = {"ids": [before["id"]], "reason": "to see it tried"}

    plan = olga.post(at("invoicing", "/parked/redrive"), {"ids": [before["id"]], "dry_run": True}).json()
    done = olga.post(at("invoicing", "/parked/redrive"), sent).json()

    assert [each["event_id"] for each in plan["items"]] == [each["event_id"] for each in done["items"]] == [event_id]
    # its type is as unknown as before: it was tried, and is parked again
    until(lambda: listed(olga, "invoicing").get(event_id, before)["parked_at"] > before["parked_at"], what="the try")
    entries = olga.get(at("invoicing", "/redrives")).json()["items"]
    assert [each["reason"] for each in entries if each["event_id"] == event_id] == ["to see it tried"]


def test_the_page_shows_all_programs(olga):
    page = olga.get("/operations").text

    assert all(f'id="program-{name}"' in page for name in PROGRAMS)
    assert page.count('data-state="silent"') == 0
