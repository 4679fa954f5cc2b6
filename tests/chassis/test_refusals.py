"""Every answer of 400 and above is a problem document, also the framework's own; input is strict."""

import json
import time
from dataclasses import replace

import pytest
from flask import abort

from tests.suite import Client, errors

JSON = {"Content-Type": "application/json"}


def problem(answer, status):
    """Insist on a whole problem document that gives nothing away."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["instance"] == f"urn:request:{answer.headers['X-Request-Id']}"
    for secret in ("Traceback", "SELECT", "sqlalchemy", "psycopg", ".py", "/srv"):
        assert secret not in answer.text
    return answer.json


def post(client, body, **headers):
    return client.open("/customers", "POST", headers={**JSON, **headers}, data=body)


def test_a_path_that_is_not_there(client):
    problem(client.get("/no/such/thing"), 404)


def test_an_id_that_is_none(client):
    problem(client.get("/customers/not-an-id"), 404)


def test_a_method_that_is_not_there_names_those_that_are(client):
    refused = client.delete("/customers")

    problem(refused, 405)
    assert {"GET", "POST"} <= set(refused.headers["Allow"].split(", "))


def test_a_body_that_is_too_large_is_refused_without_being_read(client):
    began = time.monotonic()

    problem(post(client, b'{"name":"' + b"x" * 30_000_000 + b'"}'), 413)
    assert time.monotonic() - began < 1


def test_a_body_that_is_too_large_is_refused_with_a_key_too(client):
    problem(post(client, b"x" * 2_000_000, **{"Idempotency-Key": "k"}), 413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_is_not_called_json(client, content_type):
    problem(client.open("/customers", "POST", headers={"Content-Type": content_type}, data=b'{"name":"A"}'), 415)


DEEP = b"[" * 100_000
STRANGE = {
    "empty": (b"", "not JSON"),
    "broken": (b'{"name":', "not JSON"),
    "trailing": (b'{"name":"A"} x', "not JSON"),
    "deep lists": (DEEP, "nested deeper"),
    "deep objects": (b'{"name":' * 5_000, "nested deeper"),
    "deep and closed": (DEEP + b"]" * 100_000, "nested deeper"),
    "a text without an end": (b'{"name":"' + rb"\"" * 450_000, "not JSON"),
    "texts without an end": (b'{"name":"' + rb'\\" "' * 200_000 + b"x", "not JSON"),
    "twice": (b'{"name":"A","name":"B"}', "stands twice"),
    "twice, escaped": (rb'{"name":"A","n\u0061me":"B"}', "stands twice"),
    "twice, inside": (b'{"name":"A","visiting":{"line1":"a","line1":"b"}}', "stands twice"),
    "NaN": (b'{"name":"A","latitude":NaN}', "not a number"),
    "Infinity": (b'{"name":"A","latitude":-Infinity}', "not a number"),
    "1e400": (b'{"name":"A","latitude":1e400}', "too large"),
    "NUL": (rb'{"name":"A\u0000B"}', "NUL"),
    "NUL in a name": (rb'{"na\u0000me":"A"}', "NUL"),
    "half a character": (rb'{"name":"\ud800"}', "half of a character"),
    "other half": (rb'{"name":"x\udfffy"}', "half of a character"),
    "UTF-16": ('{"name":"A"}'.encode("utf-16"), "UTF-8"),
    "UTF-32": ('{"name":"Å"}'.encode("utf-32"), "UTF-8"),
    "Latin-1": ('{"name":"Å"}'.encode("latin-1"), "UTF-8"),
    "half a character in bytes": (b'{"name":"\xed\xa0\x80"}', "UTF-8"),
    "5,000 digits": (b'{"name":"A","latitude":' + b"9" * 5_000 + b"}", "too long"),
    "5,000 digits after the point": (b'{"name":"A","latitude":0.' + b"9" * 5_000 + b"}", "too large"),
    "members": (b'{"name":"A",' + b",".join(b'"a%d":1' % i for i in range(20_000)) + b"}", "members"),
    "elements": (b'{"name":"A","departments":[' + b",".join([b"1"] * 100_000) + b"]}", "members"),
}


@pytest.mark.parametrize(("body", "reason"), STRANGE.values(), ids=STRANGE)
def test_json_that_readers_disagree_about_is_refused_with_the_reason(client, announced, body, reason):
    began = time.monotonic()

    refused = problem(post(client, body), 400)

    assert reason in refused["detail"]
    assert time.monotonic() - began < 0.5
    assert announced() == []


@pytest.mark.parametrize("body", ["[]", "7", '"name"', "true", "[[]]"])
def test_json_that_is_no_object_says_so(client, body):
    assert errors(post(client, body)) == {"": "An object is expected here."}


def test_json_null_is_no_object(client):
    problem(post(client, "null"), 422)


def test_brackets_and_commas_inside_text_count_for_nothing(client):
    name = '[{"' * 20 + "\\" + "," * 20

    assert post(client, json.dumps({"name": name})).json["name"] == name


def test_a_character_in_two_escaped_halves_is_one_character(client):
    assert post(client, rb'{"name":"\ud83d\ude80 AS"}').json["name"] == "🚀 AS"


def test_an_unknown_field_is_refused_by_name_however_deep(client):
    address = {"line1": "Kaia 1", "postal_code": "0150", "place": "OSLO", "planet": "Jorda"}

    refused = client.post("/customers", json={"name": "A", "nmae": "B", "visiting": address})

    problem(refused, 422)
    assert errors(refused) == {"nmae": "There is no such field.", "visiting.planet": "There is no such field."}


@pytest.mark.parametrize("field", ["id", "version", "number", "created_at", "place"])
def test_what_may_only_be_read_is_refused_by_name(client, field):
    refused = client.post("/customers", json={"name": "A", field: 1})

    assert errors(refused) == {field: "This field cannot be set."}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?nope=1", 422),
        ("?limit=0", 422),
        ("?limit=-1", 422),
        ("?limit=201", 422),
        ("?limit=1e9", 422),
        ("?limit=" + "9" * 5_000, 422),
        ("?limit=1&limit=2", 422),
        ("?tenant=1&tenant=2", 422),
        ("?sort=(select pg_sleep(5))", 422),
        ("?type=customer' OR 1=1--", 422),
        ("?text=%00", 400),
        ("?text=%ff%fe", 200),
        ("?text=%25' OR 1=1--", 200),
    ],
)
def test_queries_are_strict_too(client, customer, query, status):
    began = time.monotonic()

    answer = client.get(f"/customers{query}")

    assert answer.status_code == status
    if status == 200:
        assert answer.json["items"] == []
    else:
        problem(answer, status)
    assert time.monotonic() - began < 2  # nobody slept for five seconds; a busy machine is no fault


@pytest.fixture
def accident(program, monkeypatch):
    """Let the list of customers fail as no route should."""

    def fail(*_args, **_kwargs):
        raise RuntimeError("SELECT secret FROM /srv/secret.py")

    monkeypatch.setitem(program.app.view_functions, "overview.list_all", fail)


def test_an_accident_is_a_500_that_gives_nothing_away(client, accident):
    problem(client.get("/customers"), 500)


@pytest.mark.parametrize("status", [400, 401, 403, 408, 409, 410, 418, 429, 431, 501, 502])
def test_whatever_the_framework_aborts_with_is_a_problem(program, client, monkeypatch, status):
    monkeypatch.setitem(program.app.view_functions, "overview.list_all", lambda: abort(status))

    problem(client.get("/customers"), status)


def test_a_right_that_is_missing(client, program, ada):
    looking = Client(program, replace(ada, rights=frozenset({"customers:overview:read"})))

    assert looking.get("/customers").status_code == 200
    problem(looking.post("/customers", json={"name": "A"}), 403)


def test_an_item_that_is_switched_off_keeps_its_value_and_takes_none(client, program, ada, card):
    client.post(f"{card}/notes", json={"text": "Fra før"})
    without = Client(program, replace(ada, disabled=frozenset({"notes"})))

    problem(without.post(f"{card}/notes", json={"text": "Ny"}), 409)
    assert [note["text"] for note in client.get(f"{card}/notes").json["items"]] == ["Fra før"]


def test_head_and_options_are_answered_without_a_body(client):
    assert client.open("/customers", "HEAD").status_code == 200
    assert client.open("/customers", "OPTIONS").status_code == 200
