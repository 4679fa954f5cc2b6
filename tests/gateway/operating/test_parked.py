"""Operators see what is parked in all programs, and have it tried again."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from chassis import inbox
from chassis.operations.redriving import redrives
from gateway.items import SERVICES
from tests.gateway.operating.conftest import HTMX, NOW, asked, park, parked, send, will_try

# what is parked


def test_parked_messages_of_all_programs_are_in_one_list_the_latest_first(operator, services):
    park(services, "files", parked(1, parked_at="2026-11-24T10:00:00+00:00"))
    park(
        services,
        "dialog",
        parked(2, parked_at="2026-11-24T12:00:00+00:00"),
        parked(3, parked_at="2026-11-24T08:00:00+00:00"),
    )
    page = operator.get("/operations").text

    places = [page.index(f'value="{name}"') for name in ("dialog.2", "files.1", "dialog.3")]
    assert places == sorted(places)


def test_only_programs_with_something_parked_are_asked_for_it(operator, services):
    park(services, "files", parked(1))
    operator.get("/operations")

    assert [name for name in SERVICES if asked(services[name], "/operations/parked")] == ["files"]


def test_a_long_list_goes_on_in_its_program(operator, services):
    park(services, "files", parked(1), following="the next page")
    park(services, "dialog", parked(2))
    page = operator.get("/operations").text
    assert 'href="/operations?program=files&amp;cursor=the+next+page#parked"' in page

    operator.get("/operations?program=files&cursor=the next page")

    assert asked(services["files"], "/operations/parked")[-1].endswith("cursor=the+next+page")
    assert len(asked(services["dialog"], "/operations/parked")) == 1


@pytest.mark.parametrize("cursor", ["a&limit=200", "\u00e6\u202e", "x" * 3_000, "%00"])
def test_a_cursor_that_is_none_breaks_nothing(operator, services, cursor):
    park(services, "files", parked(1))
    for program in ("files", "gateway"):
        page = operator.get("/operations", query_string={"program": program, "cursor": cursor})
        assert page.status_code == 200, page.text
    assert not [path for path in asked(services["files"], "/operations/parked") if "limit=200" in path]


def test_a_message_is_shown_and_nothing_of_it_is_done(operator, services):
    raw = {
        **parked(7, reason="<b>"),
        "properties": {"x": "<i>"},
        "form": "text",
        "cut": True,
        "text": "<script>alert(1)</script>",
    }
    services["files"].answers["/operations/parked/7"] = (200, raw)
    page = operator.get("/operations/parked/files/7").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "only its beginning" in page


def test_a_message_that_is_not_there_any_more(operator, services):
    services["files"].answers["/operations/parked/7"] = (404, {"title": "x"})

    assert operator.get("/operations/parked/files/7").status_code == 404
    assert operator.get("/operations/parked/gateway/7").status_code == 404
    assert operator.get("/operations/parked/elsewhere/7").status_code == 404


def test_a_program_that_is_silent_just_now_shows_no_message_and_no_error(operator, services):
    services["files"].stop()

    assert "cannot be reached" in operator.get("/operations/parked/files/7").text.replace(
        "answers with 503", "cannot be reached"
    )


# trying again


def test_it_is_shown_what_would_be_tried_before_it_is(operator, services):
    will_try(services, "files", parked(1), parked(2), followed_by=3, left=5)
    page = operator.get("/operations/redrive?program=files").text

    [(_, _, _, headers)] = services["files"].asked
    assert "Idempotency-Key" not in headers
    assert services["files"].bodies == [{"all": True, "dry_run": True}]
    assert [f'value="files.{number}"' in page for number in (1, 2)] == [True, True]
    assert "3 more wait behind them" in page
    assert "5 more are parked" in page


def test_those_chosen_in_several_programs_are_planned_and_tried_each_in_its_own(operator, services):
    will_try(services, "files", parked(1))
    will_try(services, "dialog", parked(2), parked(3))
    picks = ["files.1", "dialog.2", "dialog.3"]
    page = operator.get("/operations/redrive", query_string={"pick": picks}).text
    done = send(operator, pick=picks, reason="the disk has room", idempotency_key="k")

    assert "These 3 messages" in page
    assert (done.status_code, done.location) == (303, "/operations")
    assert services["files"].bodies[-1] == {"ids": [1], "reason": "the disk has room"}
    assert services["dialog"].bodies[-1] == {"ids": [2, 3], "reason": "the disk has room"}
    assert services["files"].asked[-1][3]["Idempotency-Key"] == "k.files"
    assert services["customers"].asked == []


def test_htmx_is_told_to_look_again(operator, services):
    will_try(services, "files", parked(1))
    done = operator.post(
        "/operations/redrive", data={"csrf_token": operator.csrf, "pick": "files.1", "reason": "x"}, headers=HTMX
    )

    assert (done.status_code, done.headers["HX-Trigger"]) == (204, "changed-operations")


def test_without_a_reason_nothing_is_tried(operator, services):
    will_try(services, "files", parked(1))
    refused = send(operator, pick="files.1", reason="  ")

    assert refused.status_code == 422
    assert "Say why." in refused.text
    assert [body["dry_run"] for body in services["files"].bodies] == [True]


def test_what_one_program_could_not_do_is_said_and_offered_again(operator, services):
    will_try(services, "files", parked(1))
    services["dialog"].stop()
    half = send(operator, pick=["files.1", "dialog.2"], reason="the disk has room", idempotency_key="k")

    assert half.status_code == 409
    assert "did not answer as they should: dialog" in half.text
    assert 'value="the disk has room"' in half.text
    assert 'value="k"' in half.text
    assert ('value="dialog.2"' in half.text, 'value="files.1"' in half.text) == (True, False)
    assert [body for body in services["files"].bodies if not body.get("dry_run")] == [
        {"ids": [1], "reason": "the disk has room"}
    ]


def test_the_gateway_s_own_messages_are_tried_and_written_down_as_well(operator, services, program, email):
    inbox.receive(program, b"not an event")
    page = operator.get("/operations").text
    number = page.partition('value="gateway.')[2].partition('"')[0]
    plan = operator.get(f"/operations/redrive?pick=gateway.{number}").text
    raw = operator.get(f"/operations/parked/gateway/{number}").text
    done = send(operator, pick=f"gateway.{number}", reason="to see it again")

    assert "Unreadable message" in plan
    assert "not an event" in raw
    assert done.status_code == 303
    with program.engine.begin() as connection:
        [entry] = connection.execute(select(redrives))
    assert (entry.operator, entry.reason) == (email, "to see it again")
    assert "to see it again" in operator.get("/operations").text


def test_a_reason_that_is_too_long_is_said_to_be(operator, services):
    will_try(services, "files", parked(1))
    refused = send(operator, pick="files.1", reason="x" * 501)

    assert refused.status_code == 422
    assert "At most 500 characters." in refused.text
    assert "x" * 501 in refused.text


@pytest.mark.parametrize(
    "pick", ["", "files", "files.", "files.x", "nowhere.1", "files.1.2", f"files.{'9' * 30}", "files.²"]
)
def test_a_choice_that_is_none_is_refused(operator, services, pick):
    assert operator.get("/operations/redrive", query_string={"pick": pick}).status_code == 400
    assert send(operator, pick=pick, reason="x").status_code == 400
    assert services["files"].asked == []


def test_no_choice_at_all_says_so(operator, services):
    assert "No message was chosen." in operator.get("/operations/redrive").text
    assert send(operator, program="files", reason="all of them, unseen").status_code == 422
    assert services["files"].asked == []
    assert operator.get("/operations/redrive?program=nowhere").status_code == 404


def test_what_another_site_sends_is_refused(operator, services):
    will_try(services, "files", parked(1))
    sent = {"pick": "files.1", "reason": "x"}

    assert operator.post("/operations/redrive", data=sent).status_code == 403
    assert asked(services["files"], "/operations/parked/redrive") == []


def test_acts_are_told_with_who_and_why(operator, services):
    act = {"act": str(uuid4()), "at": NOW, "operator": "olga@drift.no", "reason": "room again", "type": "dialog.A"}
    entries = [{**act, "id": str(uuid4())} for _ in range(3)] + [
        {**act, "act": str(uuid4()), "type": None, "operator": "root@worker"}
    ]
    services["files"].answers["/operations/redrives"] = (200, {"items": entries, "next": None})
    page = operator.get("/operations").text.partition('id="history-title"')[2]

    assert "3 messages · files" in page
    assert "1 message · files" in page
    assert [
        each in page for each in ("olga@drift.no", "root@worker", "room again", "dialog.A", "Unreadable message")
    ] == [True] * 5
