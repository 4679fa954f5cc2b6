"""Rules about the code itself, each with the reason it exists."""

import ast
import json
import re
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest

from chassis import events
from chassis.reactions import announced_by
from chassis.run import PROGRAMS, create, settings_for
from chassis.service import UNGUARDED
from chassis.tables import Tenanted
from gateway.web.forms import FORMS, template
from gateway.web.pages import OPEN
from tests.suite import environment

ROOT = Path(__file__).parent.parent
PACKAGES = {name: name if name == "gateway" else f"services.{name}" for name in PROGRAMS}
SOURCES = [
    path
    for folder in ("chassis", "contracts", "services", "gateway", "operations", "tests", "tools", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
APPLICATION = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in ("services", "gateway")]
EXAMPLES = sorted((ROOT / "tests/contracts").glob("*.json"))
PUBLISHERS = sorted(path.stem for path in (ROOT / "contracts").glob("*.py") if path.stem != "__init__")
LONGEST_FILE = 300
MOST_CHASSIS_FILES, MOST_CHASSIS_LINES = 56, 6_550  # docs/adr/0015
OPEN_TO_ALL = {"door.sign_in", *OPEN}  # before one is somebody


def names(path):
    return str(path.relative_to(ROOT))


def program(name, tmp_path):
    env = environment(f"sqlite:///{tmp_path}/{name}.db", KUNDEKORT_BLOBS_URL=f"file://{tmp_path}/blobs")
    env |= {f"KUNDEKORT_{each.upper()}_URL": "http://127.0.0.1:9" for each in PROGRAMS}
    return create(name, settings_for(name, env)).extensions["program"]


def promised(name, heading):
    """Read one paragraph of a service's docstring: ``Announces: A, B.``"""
    doc = import_module(PACKAGES[name]).__doc__
    match = re.search(rf"^{heading} (.*?)\.$", doc, re.MULTILINE | re.DOTALL)
    assert match, f"{name} does not say {heading}"
    return {word.strip() for word in match[1].replace("\n", " ").split(",")} - {"nothing"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_docstring_of_a_service_tells_the_truth(name, tmp_path):
    """It is the first thing a newcomer reads."""
    reactions = program(name, tmp_path).reactions
    followed = {kind.split(".")[1] for kind in reactions.followed}
    announced = {kind.__name__ for kind in announced_by(import_module(f"contracts.{name}"))}

    assert promised(name, "Owns:")
    assert promised(name, "Announces:") == announced
    assert promised(name, "Follows:") == ({"everything"} if reactions.witnesses else followed)


@pytest.mark.parametrize("path", APPLICATION, ids=names)
def test_only_transaction_commits(path):
    """A second commit would part an event from its change."""
    tree = ast.parse(path.read_text())
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert not called & {"commit", "begin_nested", "rollback"}


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_files_fit_in_the_head(path):
    """The code bases we read began to hurt at a thousand lines; we stop long before."""
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


def test_the_chassis_stays_small():
    """What every service needs and nobody sees must not grow into a framework."""
    files = [path for path in SOURCES if path.relative_to(ROOT).parts[0] == "chassis"]

    assert len(files) <= MOST_CHASSIS_FILES
    assert sum(len(path.read_text().splitlines()) for path in files) <= MOST_CHASSIS_LINES


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_names_say_what_is_inside(path):
    """A room for everything is where things get lost."""
    assert path.stem not in {"utils", "util", "helpers", "common", "misc", "manager", "base"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_events_already_sent_can_still_be_read(path):
    """Somewhere a queue still holds one. Examples are added, never edited."""
    publisher, name, version = path.stem.split(".")
    envelope = events.read(path.read_bytes())

    assert (envelope.type, str(envelope.schema_version)) == (f"{publisher}.{name}", version)
    events.load(getattr(import_module(f"contracts.{publisher}"), name), envelope.data)


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_every_event_and_version_has_an_example(publisher):
    """What was never written down cannot be kept compatible."""
    kinds = announced_by(import_module(f"contracts.{publisher}"))
    wanted = {f"{events.name_of(kind)}.{events.version_of(kind)}" for kind in kinds}

    assert wanted <= {path.stem for path in EXAMPLES}


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_every_event_stands_in_a_category_of_the_log(publisher):
    """An event without a category would be in the log and in none of its filters."""
    from services.customers.log.models import CATEGORIES

    for kind in announced_by(import_module(f"contracts.{publisher}")):
        assert kind.category in CATEGORIES
        assert kind.__doc__


def test_every_form_has_its_page():
    """A form without a template is an error to whoever opens it."""
    folder = ROOT / "gateway/web/templates"
    used = {template(name) for name in FORMS}

    assert FORMS
    assert [name for name in used if not (folder / name).exists()] == []


def test_every_template_of_a_form_is_used():
    """A form that is gone leaves nothing behind; what begins with _ is shared, and the rest is rendered by name."""
    folder = ROOT / "gateway/web/templates"
    there = {f"forms/{each.name}" for each in (folder / "forms").glob("[!_]*.html")}

    assert there - {template(name) for name in FORMS} == {"forms/customer_filter.html", "forms/files.html"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_route_is_guarded(name, tmp_path):
    """A route that forgets to ask who is there answers everybody."""
    app = program(name, tmp_path).app
    open_routes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not getattr(app.view_functions[rule.endpoint], "guarded", False) and rule.rule not in UNGUARDED
    }
    pages = {endpoint for endpoint in open_routes if endpoint.startswith("pages.")} - OPEN_TO_ALL

    assert open_routes - pages <= (OPEN_TO_ALL if name == "gateway" else set())


def test_every_page_sends_a_stranger_to_the_sign_in(tmp_path):
    """Pages are guarded all at once, before any of them runs."""
    app = program("gateway", tmp_path).app
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("pages.")]
    guarded = [rule for rule in rules if rule.endpoint not in OPEN_TO_ALL and "GET" in rule.methods]
    values = {
        "customer_id": uuid4(),
        "file_id": uuid4(),
        "resource": uuid4(),
        "key": "notes",
        "name": "note",
        "parked_id": 1,
    }

    assert guarded
    for rule in guarded:
        _, path = rule.build({name: values[name] for name in rule.arguments})
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/sign-in"), path


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_table_of_a_tenant_says_so(name, tmp_path):
    """A table that is not Tenanted is not narrowed to the caller's tenant."""
    base = import_module(f"{PACKAGES[name]}.tables").Base
    program(name, tmp_path)

    for mapper in base.registry.mappers:
        if "tenant_id" in mapper.local_table.primary_key.columns:
            assert issubclass(mapper.class_, Tenanted), mapper.class_.__name__


def test_every_queue_declared_is_consumed_and_every_publisher_heard(tmp_path):
    """An event that nobody follows comes back from the broker and is never sent."""
    heard = {publisher for name in PROGRAMS for publisher in program(name, tmp_path).reactions.publishers}

    assert set(PROGRAMS) <= heard


def test_the_generated_contracts_are_fresh():
    """Integrators read these files, not our code."""
    from tools.contracts import generated

    for path, text in generated().items():
        assert (ROOT / path).read_text() == text, f"{path} is stale: make contracts"


def test_examples_are_whole_cloudevents():
    """An example that is no CloudEvent would teach integrators the wrong thing."""
    assert EXAMPLES
    for path in EXAMPLES:
        assert {"specversion", "id", "source", "type", "time", "tenant", "data"} <= set(json.loads(path.read_text()))
