"""An Idempotency-Key: however often a POST is sent, and to whichever process, it takes effect once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

from tests.suite import errors


def send(client, name="Fjordvik AS", key="k-1", **more):
    return client.post("/customers", json={"name": name, **more}, headers={"Idempotency-Key": key})


def names(client):
    return [each["name"] for each in client.get("/customers").json["items"]]


def test_sixteen_at_once_take_effect_once_and_answer_alike(form, client, announced_by):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: send(form.client(client.who)), range(16)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 15
    assert len(announced_by("customers")) == 1
    assert names(client) == ["Fjordvik AS"]


def test_of_sixteen_different_ones_under_one_key_one_takes_effect_and_the_others_are_refused(form, client):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: send(form.client(client.who), name=f"Nr {number}"), range(16)))

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 15
    [made] = [answer.json["name"] for answer in answers if answer.status_code == 201]
    assert names(client) == [made]


def test_a_replay_is_the_same_in_status_body_and_etag(client):
    first, second = send(client), send(client)

    assert (second.status_code, second.data) == (first.status_code, first.data)
    assert second.headers["ETag"] == first.headers["ETag"] == '"1"'
    assert second.content_type == first.content_type
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_a_replay_is_announced_to_nobody(form, client, announced_by):
    for _ in range(3):
        send(client)
    form.relayed("customers", client.who)

    assert [kind for kind, _ in announced_by("customers")] == ["customers.CustomerRegistered"]
    [customer] = client.get("/customers").json["items"]
    assert len(client.get(f"/customers/{customer['id']}/log").json["items"]) == 1


def test_a_replay_after_a_restart_is_still_a_replay(form, client, announced_by):
    first = send(client)

    form.web_anew("customers")
    second = send(form.client(client.who))

    assert (second.data, second.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert len(announced_by("customers")) == 1


def test_a_replay_does_not_show_what_changed_since(client):
    made = send(client).json
    client.patch(f"/customers/{made['id']}", json={"name": "Ny AS"}, version=1)

    assert send(client).json == made


def test_a_replay_takes_no_number(client):
    for _ in range(5):
        send(client)

    assert send(client, key="k-2").json["number"] == send(client).json["number"] + 1


def test_another_body_under_the_key_is_refused(client):
    send(client)

    refused = send(client, name="Annen AS")

    assert refused.status_code == 422
    assert refused.json["type"] == "urn:kundekort:problem:key-used-for-another"
    assert names(client) == ["Fjordvik AS"]


def test_another_route_under_the_key_is_refused(client, card):
    key = {"Idempotency-Key": "k-1"}
    assert client.post(f"{card}/notes", json={"text": "Hei"}, headers=key).status_code == 201

    refused = client.post(f"{card}/log", json={"text": "Hei"}, headers=key)

    assert refused.status_code == 422


def test_a_key_belongs_to_one_person_of_one_agency(client, ada, eve):
    colleague = replace(ada, employee=uuid4())

    answers = [send(client.as_(who)) for who in (ada, colleague, eve)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json["id"] for answer in answers}) == 3


def test_a_key_is_another_in_every_program(form, client, card):
    key = {"Idempotency-Key": "k-1"}

    note = client.post(f"{card}/notes", json={"text": "Hei"}, headers=key)
    project = form.client(client.who, "recruitment").post(f"{card}/projects", json={"name": "Lager"}, headers=key)

    assert (note.status_code, project.status_code) == (201, 201)


def test_what_failed_may_be_corrected_under_the_same_key(client):
    assert send(client, name="").status_code == 422

    made = send(client, name="Rettet AS")

    assert made.status_code == 201
    assert send(client, name="Rettet AS").data == made.data


def test_a_refusal_by_a_rule_stores_nothing(client):
    taken = client.post("/customers", json={"name": "Først", "org_number": "123456785"}).json
    assert send(client, org_number="123456785").status_code == 409

    client.patch(f"/customers/{taken['id']}", json={"org_number": None}, version=1)

    assert send(client, org_number="123456785").status_code == 201


def test_an_accident_stores_nothing(client, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("services.customers.profile.actions.register", fail)
        assert send(client).status_code == 500

    assert send(client).status_code == 201
    assert names(client) == ["Fjordvik AS"]


def test_a_key_that_is_none_is_refused(client):
    for key in ("", " ", "x" * 256, "x" * 300, "två ord", "å", "a\tb", "a b"):
        refused = send(client, key=key)
        assert (refused.status_code, errors(refused)) == (400, {}), key

    assert names(client) == []


def test_a_key_cannot_break_out_of_its_header(client):
    """A server never gets this far: werkzeug's client refuses to send it, so it is put into the environment."""
    answer = client.open(
        "/customers",
        "POST",
        json={"name": "A"},
        environ_overrides={"HTTP_IDEMPOTENCY_KEY": "a\r\nSet-Cookie: b=c"},
    )

    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_the_longest_key_is_taken(client):
    assert send(client, key="x" * 255).status_code == 201


def test_a_key_on_anything_but_a_post_changes_nothing(client, card):
    key = {"Idempotency-Key": "k-1"}

    assert client.patch(card, json={"name": "En"}, version=1, headers=key).status_code == 200
    assert client.patch(card, json={"name": "En"}, version=1, headers=key).status_code == 412
