"""Registering, correcting and finding what was said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.dialog.calls import LONG_AGO, a_call
from tests.suite import errors


def test_a_call_is_registered_with_the_date_on_which_it_happened(client, communications, kari, ada):
    made = client.post(communications, json=a_call(contact_id=str(kari), happened_at="2026-03-02T10:30:00+01:00"))

    assert made.status_code == 201, made.text
    assert datetime.fromisoformat(made.json["happened_at"]) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert datetime.fromisoformat(made.json["registered_at"]) > datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert made.json["registered_by"] == str(ada.employee)
    assert made.json["contact_name"] == "Kari Nordmann"
    assert made.json["customer_name"] == "Fjordvik Industri AS"
    assert made.headers["ETag"] == '"1"'
    assert client.get(f"{communications}/{made.json['id']}").json == made.json


def test_what_was_said_is_announced_without_its_text(client, communications, kari, announced):
    made = client.post(communications, json=a_call(contact_id=str(kari))).json

    [(kind, data)] = announced()
    assert kind == "dialog.CommunicationRegistered"
    assert (data["communication_id"], data["subject"]) == (made["id"], "Trenger to sveisere")
    assert (data["kind"], data["direction"], data["contact_id"]) == ("call", "in", str(kari))
    assert "Fra mandag." not in data.values()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "telepathy"}, "kind"),
        ({"kind": None}, "kind"),
        ({"direction": "sideways"}, "direction"),
        ({"direction": None}, "direction"),
        ({"direction": "none"}, "direction"),
        ({"kind": "note", "direction": "out"}, "direction"),
        ({"kind": "meeting", "direction": "in"}, "direction"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"subject": "", "body": " "}, "subject"),
        ({"body": "x" * 20_001}, "body"),
        ({"happened_at": None}, "happened_at"),
        ({"happened_at": "yesterday"}, "happened_at"),
        ({"happened_at": "2026-03-02T09:30:00"}, "happened_at"),
        ({"happened_at": "1989-12-31T23:59:59Z"}, "happened_at"),
        ({"happened_at": "0001-01-01T00:00:00+14:00"}, "happened_at"),
        ({"contact_id": "Kari"}, "contact_id"),
        ({"contact_id": str(uuid4())}, "contact_id"),
        ({"contact_name": "Kari"}, "contact_name"),
        ({"registered_by": str(uuid4())}, "registered_by"),
        ({"thread": 1}, "thread"),
    ],
)
def test_a_bad_field_gets_its_message_and_nothing_is_announced(client, communications, announced, body, field):
    refused = client.post(communications, json=a_call(**body))

    assert refused.status_code == 422, refused.text
    assert set(errors(refused)) == {field}
    assert announced() == []


@pytest.mark.parametrize("missing", ["kind", "direction", "happened_at"])
def test_a_call_needs_kind_direction_and_date(client, communications, missing):
    call = a_call()
    del call[missing]

    assert set(errors(client.post(communications, json=call))) == {missing}


def test_a_meeting_needs_no_direction(client, communications):
    meeting = {"kind": "meeting", "subject": "Årsmøte", "happened_at": LONG_AGO}

    assert client.post(communications, json=meeting).json["direction"] == "none"


def test_a_letter_from_tomorrow_is_refused_and_a_clock_slightly_ahead_forgiven(client, communications):
    def letter(ahead):
        moment = datetime.now(UTC) + ahead
        return client.post(communications, json=a_call(kind="letter", happened_at=moment.isoformat()))

    assert set(errors(letter(timedelta(days=1)))) == {"happened_at"}
    assert set(errors(letter(timedelta(minutes=10)))) == {"happened_at"}
    assert letter(timedelta(minutes=2)).status_code == 201


def test_a_correction_is_announced_field_by_field_with_before_and_after(client, communications, kari, announced):
    said = client.post(communications, json=a_call(contact_id=str(kari))).json

    corrected = client.patch(
        f"{communications}/{said['id']}",
        json={"happened_at": "2026-03-01T08:00:00Z", "contact_id": None, "subject": said["subject"]},
        version=1,
    )

    assert (corrected.status_code, corrected.headers["ETag"]) == (200, '"2"')
    assert (corrected.json["contact_id"], corrected.json["contact_name"]) == (None, None)
    assert client.get(f"{communications}/{said['id']}").json == corrected.json
    kind, data = announced()[-1]
    assert kind == "dialog.CommunicationCorrected"
    assert {change["field"]: change["before"] for change in data["changes"]} == {
        "happened_at": "2026-03-02T09:30:00+00:00",
        "contact_id": str(kari),
    }


def test_a_contact_is_put_on_afterwards(client, communications, kari):
    said = client.post(communications, json=a_call()).json

    corrected = client.patch(f"{communications}/{said['id']}", json={"contact_id": str(kari)}, version=1)

    assert (corrected.json["contact_id"], corrected.json["contact_name"]) == (str(kari), "Kari Nordmann")


def test_a_correction_that_corrects_nothing_announces_nothing(client, communications, announced):
    said = client.post(communications, json=a_call()).json

    same = client.patch(f"{communications}/{said['id']}", json=a_call(), version=1)

    assert same.headers["ETag"] == '"1"'
    assert len(announced()) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "note"}, "direction"),
        ({"subject": None, "body": None}, "subject"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, "happened_at"),
        ({"contact_id": str(uuid4())}, "contact_id"),
    ],
)
def test_a_correction_keeps_the_rules_and_a_refused_one_leaves_no_trace(client, communications, body, field):
    said = client.post(communications, json=a_call()).json

    refused = client.patch(f"{communications}/{said['id']}", json=body, version=1)

    assert set(errors(refused)) == {field}
    assert client.get(f"{communications}/{said['id']}").json == said


def test_without_the_version_nothing_is_corrected_and_an_old_one_shows_the_present(client, communications):
    path = f"{communications}/{client.post(communications, json=a_call()).json['id']}"

    assert client.patch(path, json={"subject": "Først"}).status_code == 428
    assert client.patch(path, json={"subject": "Først"}, version=1).status_code == 200
    refused = client.patch(path, json={"subject": "Sist"}, version=1)
    assert refused.status_code == 412
    assert refused.json["current"]["subject"] == "Først"


def test_the_list_follows_the_real_dates_page_by_page(client, communications):
    for day in ("02", "05", "01", "04", "03"):
        client.post(communications, json=a_call(subject=day, happened_at=f"2026-03-{day}T09:30:00Z"))

    first = client.get(f"{communications}?limit=3").json
    second = client.get(f"{communications}?limit=3&cursor={first['next']}").json

    assert [said["subject"] for said in first["items"] + second["items"]] == ["05", "04", "03", "02", "01"]
    assert second["next"] is None
    assert client.get(f"{communications}?kind=call&cursor={first['next']}").status_code == 422


def test_the_list_is_searched_by_kind_and_words_in_whatever_case(client, communications):
    client.post(communications, json=a_call(subject="Ønsker ÆRLIG svar"))
    client.post(communications, json=a_call(kind="email", subject="Ønsker tilbud", body="100 % stilling"))

    def found(query):
        return [said["subject"] for said in client.get(f"{communications}?{query}").json["items"]]

    assert found("kind=email") == ["Ønsker tilbud"]
    assert found("text=ærlig ønsker") == ["Ønsker ÆRLIG svar"]
    assert found("text=100 %25") == ["Ønsker tilbud"]
    assert found("kind=call&text=tilbud") == []
    assert set(errors(client.get(f"{communications}?kind=fax"))) == {"kind"}


def test_a_reader_registers_nothing_and_a_switched_off_dialog_takes_nothing(client, ada, communications):
    reader = client.as_(replace(ada, rights=frozenset({"dialog:dialog:read"})))
    without = client.as_(replace(ada, disabled=frozenset({"dialog"})))

    assert reader.get(communications).status_code == 200
    assert reader.post(communications, json=a_call()).status_code == 403
    assert without.post(communications, json=a_call()).status_code == 409


def test_a_repeated_request_registers_once(client, communications):
    key = {"Idempotency-Key": "a-call-once"}

    first = client.post(communications, json=a_call(), headers=key)

    assert client.post(communications, json=a_call(), headers=key).json == first.json
    assert len(client.get(communications).json["items"]) == 1


def test_the_card_shows_the_latest_twenty_and_counts_all(client, communications, customer_id, kari):
    card = f"/card/{customer_id}"
    assert client.get(card).json["items"]["dialog"] == {"state": "empty", "count": 0, "newest": None, "data": None}

    for minute in range(21):
        moment = f"2026-03-02T09:{minute:02}:00Z"
        client.post(communications, json=a_call(subject=str(minute), happened_at=moment, contact_id=str(kari)))

    items = client.get(card).json["items"]
    shown = items["dialog"]["data"]["communications"]
    assert (items["dialog"]["count"], len(shown)) == (21, 20)
    assert shown[0]["subject"] == "20"
    assert set(shown[0]) == {
        "id", "kind", "direction", "subject", "body", "happened_at", "registered_by", "contact_id", "contact_name",
        "version",
    }  # fmt: skip
    assert (items["calendar"]["state"], items["inquiries"]["state"]) == ("empty", "empty")
