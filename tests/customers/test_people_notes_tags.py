"""Contacts, notes and tags on the card."""

from uuid import uuid4

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

    assert client.delete(f"{card}/tags/{made['id']}", version=1).status_code == 204
    assert client.post(f"{card}/tags", json={"name": "VIP"}).status_code == 201


def test_a_note_on_a_customer_that_does_not_exist_is_404(client):
    assert client.post(f"/customers/{uuid4()}/notes", json={"text": "x"}).status_code == 404
