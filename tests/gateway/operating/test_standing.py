"""Operators see on one page whether anything is stuck; nobody else sees it."""

import re
import time

import pytest

from gateway import operators
from gateway.items import SERVICES
from gateway.web.operations import UNSEEN
from tests.gateway.conftest import Browser, within_a_second
from tests.gateway.operating.conftest import HTMX, NOW, asked, park, parked, row, stands

# who may


PAGES = ["/operations", "/operations/programs", "/operations/programs/files", "/operations/parked/files/1",
         "/operations/redrive?program=files"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_who_runs_no_suite_sees_nothing_of_it(client, services, path):
    answer = client.get(path)

    assert answer.status_code == 403
    assert [stand_in.asked for stand_in in services.values()] == [[]] * len(SERVICES)


def test_nobody_else_has_anything_tried_again(client, services):
    token = client.get("/api/directory/me").json["csrf_token"]
    sent = {"csrf_token": token, "pick": "files.1", "reason": "x"}

    assert client.post("/operations/redrive", data=sent).status_code == 403
    assert asked(services["files"], "/operations") == []


def test_only_operators_are_shown_the_way_there(client, services, program, email):
    before = client.get("/settings").text
    with program.app.app_context():
        operators.change(email, operator=True)

    assert 'href="/operations"' not in before
    within_a_second(lambda: 'href="/operations"' in client.get("/settings").text)


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_sign_in(program, services, path):
    assert Browser(program).get(path).location.startswith("/sign-in")


# is anything stuck


def test_when_all_is_well_the_page_says_so(operator, services, program):
    """But for the gateway, whose worker does not run in this test."""
    page = operator.get("/operations")

    assert page.status_code == 200
    for name in SERVICES:
        assert "Well" in row(page, name), name
    assert "no worker was seen" in row(page, "gateway")
    assert "One program needs a look" in page.text
    assert "Nothing is parked" in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outbox_events": 7, "outbox_age_seconds": 185.0}, "events have waited 3\u00a0min"),
        ({"inbox_parked": 4}, "4 messages parked"),
        ({"inbox_parked": 1}, "1 message parked"),
        ({"loops": []}, "no worker was seen"),
        ({"timers": [{"name": "t", "failing": 2}]}, "2 timers fail"),
    ],
)
def test_what_is_stuck_is_said_in_its_row(operator, services, changes, said):
    stands(services, "invoicing", **changes)
    page = operator.get("/operations")

    assert said in row(page, "invoicing")
    assert "Take a look" in row(page, "invoicing")
    assert "Well" in row(page, "files")


def test_a_loop_counts_as_seen_when_any_worker_was(operator, services):
    def sign(worker, seconds, state="well"):
        return {"name": "consumer", "worker": worker, "seen_at": NOW, "seconds": seconds, "state": state}

    stands(services, "files", loops=[sign("old:1", UNSEEN * 5), sign("new:1", 2.0)])
    stands(services, "dialog", loops=[sign("old:1", UNSEEN * 5)])
    stands(services, "invoicing", loops=[sign("new:1", 2.0, "away")])
    page = operator.get("/operations")

    assert "Well" in row(page, "files")
    assert "Consumer last seen 5\u00a0min ago" in row(page, "dialog")
    assert "no contact with the broker" in row(page, "invoicing")


def test_events_that_have_just_been_announced_are_no_trouble(operator, services):
    stands(services, "files", outbox_events=300, outbox_age_seconds=4.0, inbox_waiting=12, inbox_lag_seconds=3.0)

    assert "Well" in row(operator.get("/operations"), "files")


def test_a_program_that_is_down_or_hangs_costs_its_own_row_and_no_more_time_than_the_deadline(operator, services):
    park(services, "files", parked(12))
    services["invoicing"].stop()
    services["dialog"].pause = 4.0
    began = time.monotonic()
    page = operator.get("/operations")
    took = time.monotonic() - began
    services["dialog"].pause = 0.0

    assert page.status_code == 200
    assert "cannot be reached" in row(page, "invoicing")
    assert "does not answer in time" in row(page, "dialog")
    assert "Well" in row(page, "customers")
    assert 'value="files.12"' in page.text
    assert took < 3.5


@pytest.mark.parametrize("answer", [(404, {"title": "x"}), (200, b"<html>"), (200, ["a list"]), (500, b"")])
def test_what_is_no_answer_of_a_program_of_ours_is_said_to_be_none(operator, services, answer):
    services["files"].answers["/operations"] = answer

    assert f"answers with {answer[0]}" in row(operator.get("/operations"), "files")


@pytest.mark.parametrize("path", ["/operations/parked", "/operations/redrives"])
def test_a_program_that_falls_silent_between_two_questions_breaks_nothing(operator, services, path):
    park(services, "files", parked(12))
    park(services, "dialog", parked(13))
    services["files"].answers[path] = (503, {"title": "x"})
    page = operator.get("/operations")

    assert page.status_code == 200
    assert 'value="dialog.13"' in page.text


def table(browser, **query):
    return browser.get("/operations/programs", query_string=query, headers=HTMX).text


def news(text):
    """Return what the page is told about its list, if it is told anything."""
    found = re.search(r'hx-swap-oob="innerHTML:#news">([^<]*)', text)
    return found and found[1].strip()


def test_the_table_asks_for_itself_and_says_when_something_else_is_parked(operator, services):
    park(services, "files", parked(12))
    seen = operator.get("/operations").text.partition('name="seen" value="')[2].partition('"')[0]
    park(services, "files", parked(12), parked(13))
    told = table(operator, seen=seen).partition('name="told" value="')[2].partition('"')[0]
    assert told

    assert "<html" not in table(operator)
    assert "2 messages parked" in table(operator)
    assert news(table(operator, seen=seen)) == "This list has changed."
    assert news(table(operator, seen=seen, told=told)) is None
    assert news(table(operator, seen=told)) is None
    assert news(table(operator, seen=told, told=told)) == ""
    park(services, "files", parked(12))
    assert news(table(operator, seen=seen, told=told)) == ""


def test_a_program_s_loops_and_timers_are_shown_with_what_went_wrong(operator, services):
    timer = {"name": "orphans", "count": 1, "failing": 1, "attempts": 4, "due_at": NOW, "ran_at": NOW,
             "failure": "StoreAway: <the store>"}  # fmt: skip
    stands(services, "files", timers=[timer])
    page = operator.get("/operations/programs/files", headers=HTMX).text

    assert "StoreAway: &lt;the store&gt;" in page
    assert "w:1" in page
    assert operator.get("/operations/programs/nothing").status_code == 404
