"""Programs that answer operators as the tests want, and somebody who runs the suite."""

from uuid import uuid4

import pytest
from sqlalchemy import delete

from chassis.operations.redriving import redrives
from chassis.waiting import waiting
from gateway import operators

NOW = "2026-11-24T16:00:00+00:00"
HTMX = {"HX-Request": "true"}


def standing(**changes):
    """Say how a program stands that is well."""
    seen = [
        {"name": name, "worker": "w:1", "seen_at": NOW, "seconds": 2.0, "state": "well"} for name in ("relay", "timers")
    ]
    well = {
        "service": "x", "as_of": NOW, "outbox_events": 0, "outbox_age_seconds": 0.0, "inbox_waiting": 0,
        "inbox_parked": 0, "inbox_last_parked_at": None, "inbox_lag_seconds": 0.0, "loops": seen, "timers": [],
    }  # fmt: skip
    return {**well, **changes}


def parked(number, **changes):
    """A parked message as a service lists it."""
    message = {
        "id": number, "event_id": str(uuid4()), "tenant_id": str(uuid4()), "type": "dialog.CommunicationRegistered",
        "aggregate": f"dialog/{uuid4()}/communication/{uuid4()}", "aggregate_version": 3, "reason": "the disk is full",
        "attempts": 5, "received_at": NOW, "parked_at": NOW, "size": 700,
    }  # fmt: skip
    return {**message, **changes}


@pytest.fixture
def services(services, program):
    """The five services, well; the gateway's own desk is empty."""
    with program.engine.begin() as connection:
        connection.execute(delete(waiting))
        connection.execute(delete(redrives))
    for stand_in in services.values():
        stand_in.answers = {
            "/operations": (200, standing()),
            "/operations/parked": (200, {"items": [], "next": None}),
            "/operations/redrives": (200, {"items": [], "next": None}),
        }
    return services


@pytest.fixture
def operator(program, client, email, services):
    """Ada's browser; she runs the suite, and says so in English."""
    with program.app.app_context():
        operators.change(email, operator=True)
    client.http.set_cookie("language", "en")
    client.csrf = client.get("/api/directory/me").json["csrf_token"]
    return client


def stands(services, name, **changes):
    services[name].answers["/operations"] = (200, standing(**changes))


def park(services, name, *messages, following=None):
    stands(services, name, inbox_parked=len(messages), inbox_last_parked_at=NOW)
    services[name].answers["/operations/parked"] = (200, {"items": list(messages), "next": following})


def will_try(services, name, *messages, **more):
    told = {"items": [{**each, "waits_for": None} for each in messages], "followed_by": 0, "left": 0, **more}
    services[name].answers["/operations/parked/redrive"] = (200, told)


def asked(stand_in, path):
    return [place for _, place, _, _ in stand_in.asked if place.startswith(path)]


def row(page, name):
    """Return what the table says of a program."""
    return page.text.partition(f'id="program-{name}"')[2].partition("</tr>")[0]


def send(browser, **fields):
    return browser.post("/operations/redrive", data={"csrf_token": browser.csrf, **fields})
