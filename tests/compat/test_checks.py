"""The checks themselves: what would break somebody is found, what only adds is not, and who is meant is named."""

import copy
import json

import pytest

from tools.compat import answers, documents, events, releases
from tools.compat.fitting import Document
from tools.compat.releases import ROOT, FalselyPrepared, Prepared, Release
from tools.compat.walk import Answer

NOTE = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid", "readOnly": True},
        "text": {"type": "string", "maxLength": 200},
        "kind": {"type": "string", "enum": ["plain", "pinned"], "default": "plain"},
        "count": {"type": ["integer", "null"], "minimum": 0},
        "tags": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}},
    },
    "required": ["text"],
    "additionalProperties": False,
}
TAG = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
IN_JSON = {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}
PROBLEM = {"application/problem+json": {"schema": {"type": "object", "properties": {"title": {"type": "string"}}}}}
DOCUMENT = {
    "paths": {
        "/notes": {
            "get": {
                "parameters": [{"name": "text", "in": "query", "schema": {"type": "string", "maxLength": 100}}],
                "responses": {"200": {"content": IN_JSON}, "default": {"content": PROBLEM}},
            },
            "post": {
                "requestBody": {"content": IN_JSON, "required": True},
                "responses": {"201": {"content": IN_JSON}, "default": {"content": PROBLEM}},
            },
        }
    },
    "components": {"schemas": {"Note": NOTE, "Tag": TAG}},
}
GET, POST = DOCUMENT["paths"]["/notes"].values()


def note(document):
    return document["components"]["schemas"]["Note"]["properties"]


def operation(document, method):
    return document["paths"]["/notes"][method]


def requires(document, name):
    document["components"]["schemas"]["Note"]["required"].append(name)


HARMLESS = {
    "an optional member": lambda document: note(document).update(colour={"type": "string"}),
    "a path": lambda document: document["paths"].update({"/tags": {"get": GET}}),
    "a method": lambda document: document["paths"]["/notes"].update(patch=POST),
    "an optional parameter": lambda document: operation(document, "get")["parameters"].append(
        {"name": "kind", "in": "query", "schema": {"type": "string"}}
    ),
    "another refusal's detail": lambda document: note(document)["text"].update(description="What is noted"),
}
BREAKS = {
    "GET /notes: removed": lambda document: document["paths"]["/notes"].pop("get"),
    "GET /notes: parameter text in query: removed": lambda document: operation(document, "get").update(parameters=[]),
    "GET /notes: parameter text in query: maxLength above 50": lambda document: operation(document, "get")[
        "parameters"
    ][0]["schema"].update(maxLength=50),
    "GET /notes: parameter kind in query: new and required": lambda document: operation(document, "get")[
        "parameters"
    ].append({"name": "kind", "in": "query", "required": True}),
    "GET /notes: answer 200: removed": lambda document: operation(document, "get")["responses"].pop("200"),
    "POST /notes: body.kind: missing": lambda document: requires(document, "kind"),
    "POST /notes: body.count: not taken": lambda document: note(document).pop("count"),
    "GET /notes: answer 200.count: missing": lambda document: note(document).pop("count"),
    "POST /notes: body.text: maxLength above 50": lambda document: note(document)["text"].update(maxLength=50),
    "GET /notes: answer 200.text: maxLength above 200": lambda document: note(document)["text"].update(maxLength=300),
    "POST /notes: body.text: another pattern": lambda document: note(document)["text"].update(pattern="^x"),
    "GET /notes: answer 200.id: another format": lambda document: note(document)["id"].update(format="date"),
    "POST /notes: body.kind: may be pinned": lambda document: note(document)["kind"].update(enum=["plain"]),
    "GET /notes: answer 200.kind: may be loud": lambda document: note(document)["kind"]["enum"].append("loud"),
    "POST /notes: body.kind: another default": lambda document: note(document)["kind"].update(default="pinned"),
    "POST /notes: body.count: may be null": lambda document: note(document)["count"].update(type="integer"),
    "GET /notes: answer 200.text: may be null": lambda document: note(document)["text"].update(type=["string", "null"]),
    "GET /notes: answer 200.count: may be string": lambda document: note(document)["count"].update(type="string"),
    "POST /notes: body.count: minimum below 1": lambda document: note(document)["count"].update(minimum=1),
    "GET /notes: answer 200.tags[].name: missing": lambda document: document["components"]["schemas"]["Tag"][
        "properties"
    ].pop("name"),
    "POST /notes: body: no application/json": lambda document: operation(document, "post")["requestBody"].update(
        content={"text/plain": {}}
    ),
    "GET /notes: body: required now": lambda document: operation(document, "get").update(
        requestBody={"content": {}, "required": True}
    ),
}


def changed(change, whole=DOCUMENT):
    new = copy.deepcopy(whole)
    change(new)
    return new


@pytest.mark.parametrize("what", HARMLESS)
def test_what_only_adds_to_the_api_breaks_nobody(what):
    assert list(documents.breaks(DOCUMENT, changed(HARMLESS[what]))) == []


@pytest.mark.parametrize("finding", BREAKS)
def test_what_breaks_a_caller_is_found(finding):
    assert finding in list(documents.breaks(DOCUMENT, changed(BREAKS[finding])))


RENAMED = "customers.CustomerRenamed"


@pytest.fixture(scope="module")
def schemas():
    return events.schemas(ROOT)


def of_event(schemas, change, number=None):
    """Return the schemas with one event changed, and numbered anew where a number is given."""

    def both(whole):
        if number:
            whole[RENAMED]["$id"] = f"urn:kundekort:{RENAMED}:{number}"
        change(whole[RENAMED]["properties"]["data"])

    return changed(both, schemas)


def test_an_event_may_get_a_member_with_a_default_under_a_new_number_and_lose_it_again(schemas):
    grown = of_event(schemas, lambda data: data["properties"].update(why={"type": "string"}), number=2)

    assert list(events.breaks(schemas, schemas)) == []
    assert list(events.breaks(schemas, grown)) == []
    assert list(events.breaks(grown, schemas)) == []


EVENTS = {
    "other members under the same schema_version": lambda data: data["properties"].update(why={"type": "string"}),
    "an older one: data.why: missing": lambda data: (
        data["properties"].update(why={"type": "string"}),
        data["required"].append("why"),
    ),
    "a newer one: data.before: missing": lambda data: data["properties"].pop("before"),
    "a newer one: data.name: may be null": lambda data: data["properties"].update(
        name={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "an older one: data.name: may be string": lambda data: data["properties"].update(name={"type": "integer"}),
    "a newer one: data.customer_id: another format": lambda data: data["properties"]["customer_id"].pop("format"),
}


@pytest.mark.parametrize("finding", EVENTS)
def test_what_breaks_a_reader_of_events_is_found(schemas, finding):
    assert f"event {RENAMED}: {finding}" in list(events.breaks(schemas, of_event(schemas, EVENTS[finding])))


def test_an_event_that_is_gone_and_an_example_that_was_edited_are_found(schemas):
    fewer = {name: each for name, each in schemas.items() if name != RENAMED}
    old = events.examples(ROOT)
    touched = {**old, f"{RENAMED}.1": old[f"{RENAMED}.1"].replace("Fjordvik", "Havbris")}

    assert list(events.breaks(schemas, fewer)) == [f"event {RENAMED}: removed"]
    assert list(events.edited(old, touched)) == [f"example {RENAMED}.1: edited"]
    assert list(events.edited(old, {})) == [f"example {name}: removed" for name in sorted(old)]


def test_an_effect_that_differs_is_found():
    rows = {"invoicing.debtors": [{"name": "Fjordvik", "id": 1}]}
    again = {"invoicing.debtors": [{"name": "Fjordvik", "id": 2}]}
    expected = events.lasting(rows, again)

    assert list(events.differences(expected, {"invoicing.debtors": [{"name": "Fjordvik", "id": 3, "new": 0}]})) == []
    assert list(events.differences(expected, {})) == ["invoicing.debtors: 0 rows instead of 1"]
    assert list(events.differences(expected, {"invoicing.debtors": [{"name": "Havbris"}]})) == [
        "invoicing.debtors.name: 'Havbris' instead of 'Fjordvik'"
    ]


def answered(body, status=200, asked="GET /notes?text=x", kind="application/json"):
    return Answer(1, asked, status, kind, "", json.dumps(body).encode())


NOTED = {"id": "01936f00-0000-7000-8000-0000000000c1", "text": "Ring", "count": 1, "tags": [{"name": "VIP"}]}


def test_an_answer_that_is_not_as_documented_is_found_and_one_that_says_more_is_not():
    promised = {name: (Document(DOCUMENT), each) for name, each in documents.operations(DOCUMENT).items()}

    assert list(answers.untrue([answered({**NOTED, "colour": "red"})], promised)) == []
    [wrong] = answers.untrue([answered({**NOTED, "count": "one"})], promised)
    assert "$.count" in wrong
    [wrong] = answers.untrue([answered(NOTED, status=202)], promised)
    assert "202 is not documented" in wrong
    [wrong] = answers.untrue([answered({"title": 5}, 404, kind="application/problem+json")], promised)
    assert "$.title" in wrong


@pytest.mark.parametrize(
    ("after", "finding"),
    [
        ({**NOTED, "more": 1}, []),
        ({**NOTED, "count": None}, []),
        ({**NOTED, "tags": []}, ["answer.tags is empty"]),
        ({**NOTED, "tags": [{}]}, ["answer.tags.0.name is missing"]),
        ({**NOTED, "count": "1"}, ["answer.count is text, was a number"]),
        ({"text": "Ring"}, ["answer.count is missing", "answer.id is missing", "answer.tags is missing"]),
    ],
)
def test_what_an_answer_no_longer_says_is_found(after, finding):
    found = list(answers.lost([answered(NOTED)], [answered(after)]))

    assert found == [f"1 GET /notes?text=x: {each}" for each in finding]


def test_another_status_or_kind_of_answer_is_found():
    assert list(answers.lost([answered(NOTED)], [answered(NOTED, status=201)]))
    assert list(answers.lost([answered(NOTED)], [answered(NOTED, kind="text/html")]))


def test_a_route_that_nobody_walks_is_found():
    promised = {"GET /files/{file_id}": (), "GET /files/bin": (), "POST /files": ()}

    assert answers.unwalked([{"ask": "GET /files/bin?limit=1"}], promised) == ["GET /files/{file_id}", "POST /files"]
    assert answers.unwalked([{"ask": "GET /files/{file.id}"}, {"ask": "POST /files"}], promised) == ["GET /files/bin"]


def test_what_an_earlier_release_prepared_is_no_finding_and_nothing_else_is_excused():
    known = [Release("0.1.0", "v0.1.0", "0" * 40)]
    found = ["GET /notes: removed", "POST /notes: removed"]

    assert releases.unprepared(found, [Prepared("GET /notes: removed", "0.1.0")], known) == ["POST /notes: removed"]
    with pytest.raises(FalselyPrepared, match="GET /notes"):
        releases.unprepared(found, [Prepared("GET /notes: removed", "0.2.0")], known)
