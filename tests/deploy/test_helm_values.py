"""What an operator says wrongly is refused before anything is changed, with the place and the reason."""

import pytest

from chassis.run import PROGRAMS
from tests.deploy.charts import VALUES, helm, merged, refusal, render


def test_all_that_is_missing_is_named_at_once():
    said = refusal({})

    for missing in ("address", "image.repository", "store.url", "postgresql.peers", "rabbitmq.peers", "store.peers"):
        assert f"set {missing}\n" in said
    for name in PROGRAMS:
        assert f"set programs.{name}.existingSecret" in said


def test_what_an_operator_must_say_is_enough():
    assert render()


@pytest.mark.parametrize("missing", ["address", "programs.dialog.existingSecret", "rabbitmq.peers"])
def test_one_thing_missing_is_the_only_thing_named(missing):
    changes = ""
    for part in reversed(missing.split(".")):
        changes = {part: [] if part == "peers" else changes}

    assert refusal(merged(VALUES, changes)).split("\n")[1:] == [f"  set {missing}"]


def test_backups_need_a_place():
    assert refusal(merged(VALUES, {"operations": {"backup": {"enabled": True}}})).split("\n")[1:] == [
        "  set operations.backup.claim"
    ]


def test_without_network_policies_nobody_need_say_where_the_servers_are():
    chart = render({"networkPolicy": {"enabled": False}, "postgresql": {"peers": []}, "rabbitmq": {"peers": []}})

    assert not [each for each in chart if each["kind"] == "NetworkPolicy"]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"adress": "https://crm.example.no"}, "additional properties 'adress' not allowed"),
        ({"address": "http://crm.example.no"}, "at '/address'"),
        ({"address": "https://crm.example.no/kort"}, "at '/address'"),
        ({"image": {"pullPolicy": "Sometimes"}}, "at '/image/pullPolicy'"),
        ({"postgresql": {"port": "5432"}}, "at '/postgresql/port'"),
        ({"postgresql": {"peers": ["10.0.0.1"]}}, "at '/postgresql/peers/0'"),
        ({"rabbitmq": {"peers": [{"cidr": "10.0.0.0/8"}]}}, "at '/rabbitmq/peers/0'"),
        ({"store": {"url": "file://var/blobs"}}, "at '/store/url'"),
        ({"store": {"credentials": "none"}}, "at '/store/credentials'"),
        ({"operations": {"backup": {"schedule": "at night"}}}, "at '/operations/backup/schedule'"),
        ({"operations": {"restore": {"enabled": True}}}, "additional properties 'restore' not allowed"),
        ({"programs": {"crm": {"existingSecret": "x"}}}, "additional properties 'crm' not allowed"),
        ({"programs": {"dialog": None}}, "missing property 'dialog'"),
        ({"programs": {"dialog": {"secret": "x"}}}, "additional properties 'secret' not allowed"),
        ({"programs": {"dialog": {"settings": {"upload_limit": 1}}}}, "invalid propertyName 'upload_limit'"),
        ({"programs": {"gateway": {"settings": {"database_url": "x"}}}}, "invalid propertyName 'database_url'"),
        ({"settings": {"cursor_key": "x"}}, "invalid propertyName 'cursor_key'"),
        ({"settings": {"in_flight": 1.5}}, "at '/settings/in_flight'"),
        ({"web": {"replicas": 0}}, "at '/web/replicas'"),
        ({"web": {"graceSeconds": 10}}, "at '/web/graceSeconds'"),
        ({"worker": {"autoscaling": {"enabled": True}}}, "additional properties 'autoscaling' not allowed"),
        ({"programs": {"files": {"web": {"scratch": "2GB"}}}}, "at '/programs/files"),
        ({"web": {"resources": {"limits": {"memory": 512}}}}, "at '/web/resources/limits/memory'"),
        ({"web": {"disruption": {"maxUnavailable": 0}}}, "at '/web/disruption/maxUnavailable'"),
        ({"ingress": {"enabled": "yes"}}, "at '/ingress/enabled'"),
        ({"ingress": {"peers": []}}, "at '/ingress/peers'"),
        ({"monitoring": {"alarms": {"errorRatio": 5}}}, "at '/monitoring/alarms/errorRatio'"),
        ({"podUser": 0}, "at '/podUser'"),
        ({"secretKeys": {"database_url": "a b"}}, "at '/secretKeys/database_url'"),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_meant_is_refused_with_its_place(wrong, place):
    assert place in refusal(merged(VALUES, wrong))


def test_fewer_at_most_than_at_least_is_refused_by_the_programs_name():
    wrong = {"programs": {"files": {"web": {"autoscaling": {"minReplicas": 8}}}}}

    assert "programs.files: maxReplicas 6 is below minReplicas 8" in refusal(merged(VALUES, wrong))


def test_a_parent_chart_may_hand_down_its_globals():
    with helm.Chart.load("deploy/helm/kundekort") as chart:
        chart.validate_schema(merged(VALUES, {"global": {"anything": 1}}))
