"""Operators look at what is parked, and nobody else does."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import delete
from uuid_utils.compat import uuid7

from chassis import inbox
from chassis.tables import now
from chassis.timers import NOBODY, timers
from chassis.waiting import MOST_TRIES
from tests.chassis.operators.conftest import NOTHING, PARKED, REDRIVE, listed

# who may


def test_no_right_in_an_agency_shows_or_redrives_what_is_parked(client, ada, parked):
    routes = {rule.rule for rule in client.program.app.url_map.iter_rules() if "/operations" in rule.rule}
    answers = {
        client.get("/operations").status_code,
        client.get(PARKED).status_code,
        client.get(NOTHING).status_code,
        client.get("/operations/redrives").status_code,
        client.post(REDRIVE, json={"all": True, "reason": "because"}).status_code,
        client.post(REDRIVE, json={"all": True, "dry_run": True}).status_code,
    }

    assert len(routes) == 5
    assert ada.rights == {"*:*:*"}
    assert answers == {403}
    assert parked.parked() == [1, 1]


@pytest.mark.parametrize("path", ["/operations", PARKED, NOTHING, "/operations/redrives"])
def test_a_stranger_is_asked_to_sign_in(client, path):
    assert client.as_(None).get(path).status_code == 401


def test_to_run_the_suite_gives_no_right_in_an_agency(olga, card):
    assert olga.get("/customers").status_code == 403
    assert olga.get(card).status_code in (403, 404)


# how it stands


def test_a_program_tells_how_it_stands(client, olga, parked):
    found = olga.get("/operations").json

    assert found["service"] == "customers"
    assert (found["inbox_parked"], found["inbox_waiting"]) == (2, 2)
    assert found["outbox_events"] >= 1
    assert found["outbox_age_seconds"] > 0
    assert found["inbox_lag_seconds"] >= 0


def test_a_timer_that_fails_says_why(program, olga):
    row = {"tenant_id": NOBODY, "name": "tidy", "subject": "", "due_at": now(), "ran_at": now()}
    with program.engine.begin() as connection:
        connection.execute(delete(timers).where(timers.c.name == "tidy"))
        connection.execute(timers.insert().values(**row, attempts=3, failure="OSError: the disk is full"))

    [found] = [each for each in olga.get("/operations").json["timers"] if each["name"] == "tidy"]

    assert (found["count"], found["failing"], found["attempts"]) == (1, 1, 3)
    assert found["failure"] == "OSError: the disk is full"
    with program.engine.begin() as connection:
        connection.execute(delete(timers).where(timers.c.name == "tidy"))


# what is parked


def test_parked_messages_are_listed_the_latest_first_page_by_page(olga, parked):
    answer = olga.get(PARKED, query_string={"limit": 1}).json
    rest = olga.get(PARKED, query_string={"limit": 1, "cursor": answer["next"]}).json
    first, second = answer["items"][0], rest["items"][0]

    assert rest["next"] is None
    assert first["id"] > second["id"]
    assert {each["type"] for each in (first, second)} == {"dialog.CommunicationRegistered"}
    assert first["reason"] == "OSError: the disk is full"
    assert (first["attempts"], first["aggregate_version"]) == (MOST_TRIES, 1)
    assert second["aggregate"].endswith(parked.name)
    assert first["size"] > 100
    assert "raw" not in first


def test_they_can_be_narrowed_to_a_type(olga, parked):
    sung = parked.event(1, type="dialog.CommunicationSung", id=uuid7())
    parked.deliver(replace(sung, aggregate=f"communication/{uuid4()}"))

    assert [each["event_id"] for each in listed(olga, type="dialog.CommunicationSung")] == [str(sung.id)]
    assert listed(olga, type="dialog") == []
    assert len(listed(olga)) == 3


def test_a_cursor_of_another_list_is_refused(olga, parked):
    cursor = olga.get(PARKED, query_string={"limit": 1}).json["next"]

    assert olga.get(PARKED, query_string={"cursor": cursor, "type": "x"}).status_code == 422
    assert olga.get("/operations/redrives", query_string={"cursor": cursor}).status_code == 422


def test_one_message_is_shown_with_its_bytes(olga, parked):
    [*_, first] = listed(olga)
    found = olga.get(f"{PARKED}/{first['id']}")

    assert found.status_code == 200
    assert found.json["form"] == "json"
    assert found.json["text"].startswith('{\n  "specversion": "1.0"')
    assert '"Call 1"' in found.json["text"]
    assert {name: found.json[name] for name in first} == first


@pytest.mark.parametrize("number", ["0", "9999999", "9223372036854775808", "1" * 60])
def test_a_message_that_is_not_there(olga, number):
    answer = olga.get(f"{PARKED}/{number}")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_what_waits_is_not_parked_and_not_shown(program, olga, parked):
    waits = next(row.id for row in parked.kept() if not row.parked_at)

    assert olga.get(f"{PARKED}/{waits}").status_code == 404
    assert waits not in [each["id"] for each in listed(olga)]
    assert olga.post(REDRIVE, json={"ids": [waits], "dry_run": True}).json["items"] == []


def test_bytes_of_nobody_are_shown_and_carried_over_as_text(program, olga):
    inbox.receive(program, b"\x00\x01<script>alert(1)</script>\xff", {"routing_key": "a", "x": "<b>"})
    [found] = listed(olga)
    raw = olga.get(f"{PARKED}/{found['id']}")

    assert (found["type"], found["event_id"], found["tenant_id"]) == (None, None, None)
    assert raw.json["form"] == "hex"
    assert raw.json["text"].startswith("000000  00 01 3c 73")
    assert raw.json["properties"] == {"routing_key": "a", "x": "<b>"}
    assert raw.content_type == "application/json"
    assert raw.headers["X-Content-Type-Options"] == "nosniff"
