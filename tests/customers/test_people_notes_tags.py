"""Contacts, notes and tags on the card."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import update

from chassis import timers
from chassis.tables import now
from tests.suite import errors


def test_a_contact_is_added_edited_and_ended(client, card, announced):
    made = client.post(f"{card}/contacts", json={"name": "Kari Nordmann", "roles": ["HR"], "mobile": "912 34 567"}).json
    path = f"{card}/contacts/{made['id']}"

    assert made["mobile"] == "+4791234567"
    assert client.patch(path, json={"title": "HR-sjef"}, version=1).json["title"] == "HR-sjef"
    ended = client.put(f"{path}/end", json={"ended_on": "2026-11-01"}, version=2)
    assert (ended.json["active"], ended.json["ended_on"]) == (False, "2026-11-01")
    assert client.patch(path, json={"title": "Tilbake"}, version=3).status_code == 409
    assert [kind.split(".")[1] for kind, _ in announced()][1:] == [
        "ContactAdded",
        "ContactDetailsChanged",
        "ContactEnded",
    ]


def test_ending_a_contact_twice_changes_nothing(client, card, announced):
    made = client.post(f"{card}/contacts", json={"name": "Ola"}).json
    path = f"{card}/contacts/{made['id']}/end"
    client.put(path, json={}, version=1)
    before = len(announced())

    assert client.put(path, json={}, version=2).status_code == 200
    assert len(announced()) == before


def test_a_contact_of_one_customer_is_not_found_under_another(client, card):
    contact = client.post(f"{card}/contacts", json={"name": "Ola"}).json
    other = client.post("/customers", json={"name": "Annen AS"}).json

    assert client.get(f"/customers/{other['id']}/contacts/{contact['id']}").status_code == 404


def test_a_note_has_an_author_and_can_be_pinned_and_deleted(client, card, ada):
    first = client.post(f"{card}/notes", json={"text": "Ring\nmandag"}).json
    client.post(f"{card}/notes", json={"text": "Nyere"})

    assert first["author"] == str(ada.employee)
    assert client.patch(f"{card}/notes/{first['id']}", json={"pinned": True}, version=1).status_code == 200
    assert [note["text"] for note in client.get(f"{card}/notes").json["items"]] == ["Ring\nmandag", "Nyere"]
    assert client.delete(f"{card}/notes/{first['id']}", version=2).status_code == 204
    assert client.get(f"{card}/notes").json["items"][0]["text"] == "Nyere"


@pytest.fixture
def forgotten(program, ada):
    """Let the day be over in which a note can be brought back."""

    def forgotten():
        mine = timers.timers.c.tenant_id == ada.tenant
        with program.engine.begin() as connection:
            connection.execute(update(timers.timers).where(mine).values(due_at=now()))
        while timers.once(program):
            pass

    return forgotten


def test_a_note_that_was_taken_away_can_be_brought_back_as_it_was(client, card, announced, customer):
    note = client.post(f"{card}/notes", json={"text": "Ring mandag", "pinned": True}).json
    path = f"{card}/notes/{note['id']}"
    client.delete(path, version=1)

    assert client.get(path).status_code == 404
    assert client.patch(path, json={"text": "x"}, version=2).status_code == 404
    assert client.delete(path, version=2).status_code == 404
    shown = client.get(f"/card/{customer['id']}").json["items"]["notes"]
    assert shown["state"] == "empty"
    restored = client.post(f"{path}/restore")

    assert (restored.status_code, restored.headers["ETag"]) == (200, '"3"')
    assert {**restored.json, "version": 1} == note
    assert client.get(path).json == restored.json
    assert client.post(f"{path}/restore").status_code == 404
    assert [kind for kind, _ in announced()][-2:] == ["customers.NoteDeleted", "customers.NoteRestored"]


def test_a_note_brought_back_stays_and_one_that_was_not_is_forgotten_after_a_day(client, card, forgotten):
    kept, gone = (f"{card}/notes/{client.post(f'{card}/notes', json={'text': text}).json['id']}" for text in "ab")
    for path in (kept, gone):
        client.delete(path, version=1)
    client.post(f"{kept}/restore")
    forgotten()

    assert client.get(kept).status_code == 200
    assert client.post(f"{gone}/restore").status_code == 404


def test_a_note_is_brought_back_by_nobody_who_may_not_write(client, card, ada, eve):
    note = client.post(f"{card}/notes", json={"text": "Ring mandag"}).json
    path = f"{card}/notes/{note['id']}"
    client.delete(path, version=1)

    reader = replace(ada, rights=frozenset({"customers:notes:read"}))
    assert client.as_(reader).post(f"{path}/restore").status_code == 403
    assert client.as_(eve).post(f"{path}/restore").status_code == 404


def test_an_empty_note_is_refused(client, card):
    assert set(errors(client.post(f"{card}/notes", json={"text": " "}))) == {"text"}


def test_a_tag_is_one_tag_in_whatever_case_and_keeps_its_letters(client, card):
    made = client.post(f"{card}/tags", json={"name": "Sjømat"})

    assert made.status_code == 201
    assert client.post(f"{card}/tags", json={"name": "SJØMAT"}).status_code == 409
    assert client.post(f"{card}/tags", json={"name": "Sjomat"}).status_code == 201
    assert client.get("/tags?text=sjø").json["items"] == [{"name": "Sjømat", "count": 1}]


def test_a_removed_tag_can_come_back(client, card):
    made = client.post(f"{card}/tags", json={"name": "VIP"}).json

    assert client.get(f"{card}/tags/{made['id']}").json == made
    assert client.delete(f"{card}/tags/{made['id']}", version=1).status_code == 204
    assert client.post(f"{card}/tags", json={"name": "VIP"}).status_code == 201


def test_a_note_on_a_customer_that_does_not_exist_is_404(client):
    assert client.post(f"/customers/{uuid4()}/notes", json={"text": "x"}).status_code == 404
