"""What a program says about itself is valid OpenAPI 3.1, and true."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chassis.run import PROGRAMS, create, settings_for
from tests.suite import environment


@pytest.fixture(params=PROGRAMS)
def app(request, tmp_path):
    more = {f"KUNDEKORT_{name.upper()}_URL": "http://127.0.0.1:9" for name in PROGRAMS}
    more["KUNDEKORT_BLOBS_URL"] = f"file://{tmp_path}/blobs"
    env = environment(f"sqlite:///{tmp_path}/{request.param}.db", **more)
    app = create(request.param, settings_for(request.param, env))
    yield app
    app.extensions["program"].close()


@pytest.fixture
def document(app):
    answer = app.test_client().get("/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return answer.json


def operations(document):
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def test_the_document_is_valid(document):
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    assert "ignore members you do not know" in document["info"]["description"]


def test_every_operation_says_what_it_does_and_how_it_refuses(document):
    assert operations(document)
    for path, method, operation in operations(document):
        assert operation.get("summary"), f"{method} {path}"
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_every_change_asks_for_the_version_and_every_addition_takes_a_key(document):
    for path, method, operation in operations(document):
        headers = {each["name"] for each in operation.get("parameters", []) if each.get("in") == "header"}
        if method == "post":
            assert "Idempotency-Key" in headers, path


def test_every_operation_says_which_right_it_takes(app, document):
    rights = {f"{method} {path}": operation.get("x-right") for path, method, operation in operations(document)}
    desk = {place: right for place, right in rights.items() if "/operations" in place}

    assert len(desk) == 5
    assert set(desk.values()) == {"operator"}
    for place, right in rights.items() - desk.items():
        assert right, place
        assert re.fullmatch(rf"{app.name}:\w+:\w+", right), (place, right)


def test_every_guarded_route_is_in_the_document(app, document):
    """But for the way to the services: what they offer, their own documents say."""
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "guarded", False) and "<path:" not in rule.rule:
            assert re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) in document["paths"], rule.rule
