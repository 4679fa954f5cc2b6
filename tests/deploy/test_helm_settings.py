"""What the chart tells the programs is what they want to know, and secrets only as files."""

import json
import re
import threading
from dataclasses import MISSING, fields

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chassis import run, worker
from chassis.config import settings_class
from chassis.migrations import package
from chassis.run import PROGRAMS, create, settings_for
from tests.deploy.charts import (
    EVERYTHING,
    ROLES,
    ROOT,
    VALUES,
    amount,
    merged,
    refusal,
    render,
    served_with,
    variables,
)
from tests.suite import environment, start

EVERY = [(name, role) for name in PROGRAMS for role in (*ROLES, "migrate")]
MOUNT = "/run/kundekort"
# What is told by file: it must not be in a manifest, nor in the environment.
SECRET = {
    "database_url",
    "broker_url",
    "token_public_key",
    "token_private_key",
    "cursor_key",
    "metrics_token",
    "blobs_key",
    "blobs_secret",
}
DERIVED = {"base_url", "blobs_url", "blobs_endpoint", "blobs_region"}  # from values that say more than one setting
TOKEN = "the token that Prometheus was given"


def told(name):
    """Return a program's settings: the fields of its class."""
    return {field.name: field for field in fields(settings_class(package(name))) if field.name != "service"}


def setting(variable):
    """Name the setting that a variable is about."""
    return variable.removeprefix("KUNDEKORT_").removesuffix("_FILE").lower()


@pytest.fixture(scope="module")
def chart():
    """The chart with all that it can make."""
    return render(EVERYTHING)


@pytest.fixture
def env_of(tmp_path):
    """Make the environment of a pod as it is on a machine of the cluster: the Secret's files are there."""
    content = {setting(name): value for name, value in environment(f"sqlite:///{tmp_path}/crm.db").items()}
    content |= {"broker_url": "amqp://127.0.0.1:1", "metrics_token": TOKEN, "blobs_key": "k", "blobs_secret": "s"}

    def env_of(chart, name, role):
        (secrets,) = [each for each in chart.pods()[name, role]["volumes"] if each["name"] == "secrets"]
        (source,) = secrets["projected"]["sources"]
        for item in source["secret"]["items"]:
            (tmp_path / item["path"]).write_text(content[item["key"]])
        found = variables(chart.containers()[name, role])
        return {variable: value.replace(MOUNT, str(tmp_path)) for variable, value in found.items()}

    return env_of


@pytest.mark.parametrize("who", EVERY, ids="-".join)
def test_a_pod_is_told_all_that_its_program_must_know_and_nothing_that_it_does_not(chart, who):
    name, _ = who
    given = {setting(each) for each in variables(chart.containers()[who]) if each.startswith("KUNDEKORT_")}
    must = {field.name for field in told(name).values() if field.default is MISSING}

    assert must <= given <= told(name).keys()


@pytest.mark.parametrize("who", EVERY, ids="-".join)
def test_a_program_starts_with_what_it_is_told(chart, env_of, who):
    name, _ = who
    settings = settings_for(name, env_of(chart, *who))

    create(name, settings).extensions["program"].close()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.cursor_key


def test_each_service_is_where_the_gateway_looks_for_it(chart, env_of):
    settings = settings_for("gateway", env_of(chart, "gateway", "web"))
    services = chart.of("Service")

    assert settings.base_url == "https://crm.example.no"
    assert settings.services.keys() == set(PROGRAMS) - {"gateway"}
    for name, url in settings.services.items():
        (port,) = services[f"kundekort-{name}"]["spec"]["ports"]
        assert url == f"http://kundekort-{name}:{port['port']}"


def test_only_workers_know_the_broker(chart, env_of):
    knowing = {who for who in EVERY if settings_for(who[0], env_of(chart, *who)).broker_url}

    assert knowing == {(name, "worker") for name in PROGRAMS}


def test_a_secret_is_named_and_never_shown(chart):
    assert not [each for each in chart if each["kind"] == "Secret"]
    for container in chart.containers().values():
        assert not variables(container).keys() & {f"KUNDEKORT_{each.upper()}" for each in SECRET}
        assert not [each for each in container["env"] if "secretKeyRef" in each.get("valueFrom", {})]
        assert "envFrom" not in container
    for value in ("amqp", "postgresql://", "PRIVATE KEY"):
        assert value not in json.dumps(list(chart))


@pytest.mark.parametrize("who", EVERY, ids="-".join)
def test_every_secret_is_a_file_that_only_the_pods_user_may_read(chart, who):
    pod, container = chart.pods()[who], chart.containers()[who]
    (volume,) = [each["projected"] for each in pod["volumes"] if each["name"] == "secrets"]
    (source,) = volume["sources"]
    mounted = {f"{MOUNT}/{item['path']}" for item in source["secret"]["items"]}
    (mount,) = [each for each in container["volumeMounts"] if each["name"] == "secrets"]

    assert source["secret"]["name"] == f"{who[0]}-secrets"
    assert {value for name, value in variables(container).items() if name.endswith("_FILE")} - mounted == {
        variables(container)["SSL_CERT_FILE"]
    }
    assert (mount["mountPath"], mount["readOnly"]) == (MOUNT, True)
    assert volume["defaultMode"] == 0o440
    assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsGroup"]


def test_a_key_of_the_secret_may_have_another_name():
    chart = render({"secretKeys": {"database_url": "uri"}, "programs": {"dialog": {"existingSecret": "theirs"}}})
    (volume,) = [each for each in chart.pods()["dialog", "web"]["volumes"] if each["name"] == "secrets"]
    (source,) = volume["projected"]["sources"]

    assert source["secret"]["name"] == "theirs"
    assert {"key": "uri", "path": "database_url"} in source["secret"]["items"]


def test_a_store_may_know_the_pod_by_its_account_instead_of_by_keys(env_of):
    chart = render({"store": {"credentials": "identity", "endpoint": "https://s3.example.no", "region": "eu-north-1"}})
    settings = settings_for("files", env_of(chart, "files", "web"))

    assert (settings.blobs_url, settings.blobs_endpoint) == ("s3://crm-files", "https://s3.example.no")
    assert (settings.blobs_region, settings.blobs_key, settings.blobs_secret) == ("eu-north-1", "", "")


def test_what_is_set_for_one_program_goes_before_what_is_set_for_all(env_of):
    chart = render(
        {
            "settings": {"in_flight": 32, "log_level": "WARNING"},
            "programs": {
                "files": {"settings": {"in_flight": 8, "upload_limit": 209715200}},
                "gateway": {"settings": {"proxies": 0, "secure": 0, "trusted_hosts": "crm.local, kort.local"}},
            },
        }
    )
    files, gateway, dialog = (settings_for(name, env_of(chart, name, "web")) for name in ("files", "gateway", "dialog"))

    assert (dialog.in_flight, files.in_flight, files.log_level) == (32, 8, "WARNING")
    assert files.upload_limit == 209715200  # Go would write 2.097152e+08
    assert (gateway.proxies, gateway.secure) == (0, 0)
    assert {"crm.local", "kort.local", "10.1.2.3"} <= set(gateway.hosts)


def test_the_gateway_answers_kubernetes_prometheus_and_people_and_no_other_name(chart, env_of):
    container = chart.containers()["gateway", "web"]
    client = create("gateway", settings_for("gateway", env_of(chart, "gateway", "web"))).test_client()
    (monitor,) = [each for name, each in chart.of("PodMonitor").items() if name == "kundekort-gateway"]
    authorization = monitor["spec"]["podMetricsEndpoints"][0]["authorization"]["credentials"]
    bearer = {"Authorization": f"Bearer {TOKEN}"}

    for probe in ("startupProbe", "livenessProbe"):
        get = container[probe]["httpGet"]
        headers = {each["name"]: each["value"] for each in get["httpHeaders"]}
        assert client.get(get["path"], headers=headers).status_code == 200
    assert authorization == {"name": "gateway-secrets", "key": "metrics_token"}
    assert client.get("/metrics", headers={"Host": "10.1.2.3:8000", **bearer}).status_code == 200
    assert client.get("/metrics", headers={"Host": "10.1.2.3:8000"}).status_code == 404
    assert client.get("/live", headers={"Host": "crm.example.no"}).status_code == 200
    assert client.get("/live", headers={"Host": "evil.example"}).status_code == 400
    client.application.extensions["program"].close()


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_operator_may_set_whatever_a_program_knows_and_the_chart_does_not_say(name):
    said = SECRET | DERIVED | {f"{each}_url" for each in PROGRAMS}
    known = told(name).keys() - said
    everybodys = {setting for program in PROGRAMS for setting in told(program)}

    render({"programs": {name: {"settings": dict.fromkeys(known, 1)}}})
    for unknown in everybodys - known:
        assert f"invalid propertyName '{unknown}'" in refusal(
            merged(VALUES, {"programs": {name: {"settings": {unknown: 1}}}})
        )


@pytest.mark.parametrize("who", [pytest.param(each, id="-".join(each)) for each in EVERY])
def test_what_a_pod_is_started_with_is_a_command_that_the_programs_know(chart, who):
    command = chart.containers()[who]["command"]
    options = run._parser().parse_args(command[3:])  # noqa: SLF001  # read, and not done

    assert command[:3] == ["python", "-m", "chassis"]
    assert options.program == who[0]


def test_there_is_room_for_the_files_that_come_in_at_once(chart):
    at_once = served_with("threads") * told("files")["upload_limit"].default
    (scratch,) = [each for each in chart.pods()["files", "web"]["volumes"] if each["name"] == "scratch"]
    (mount,) = [each for each in chart.containers()["files", "web"]["volumeMounts"] if each["name"] == "scratch"]

    assert mount["mountPath"] == "/tmp"  # noqa: S108  # where werkzeug puts what is too large for memory
    assert at_once <= amount(scratch["emptyDir"]["sizeLimit"])
    limits = chart.containers()["files", "web"]["resources"]["limits"]
    assert at_once <= amount(limits["ephemeral-storage"])


def test_there_is_memory_for_the_passwords_that_are_checked_at_once(chart):
    at_once = served_with("threads") * told("gateway")["password_memory_kib"].default * 1024
    limits, plain = (chart.containers()[name, "web"]["resources"]["limits"] for name in ("gateway", "dialog"))

    assert at_once + amount("256Mi") <= amount(limits["memory"])
    assert amount(plain["memory"]) < at_once


def test_an_alarm_watches_a_metric_that_the_programs_show(chart, tmp_path):
    program = start("customers", f"sqlite:///{tmp_path}/crm.db", KUNDEKORT_BROKER_URL="amqp://127.0.0.1:1")
    stop = threading.Event()
    threads = worker.start(program, worker.carrier_for(program), stop)
    program.app.test_client().get("/live")
    text = program.app.test_client().get("/metrics").text
    stop.set()
    for thread in threads:
        thread.join(timeout=20)
    program.close()
    shown = {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}
    (rules,) = chart.of("PrometheusRule").values()
    (group,) = rules["spec"]["groups"]
    watched = {each for rule in group["rules"] for each in re.findall(r"kundekort_\w+", rule["expr"])}

    assert watched <= shown
    assert {"kundekort_outbox_age_seconds", "kundekort_inbox_parked", "kundekort_consumer_silent_seconds"} < watched


def test_every_program_is_scraped_and_an_alarm_says_what_to_read(chart):
    monitors = chart.of("PodMonitor")
    (rules,) = chart.of("PrometheusRule").values()
    guide = (ROOT / "docs/operating.md").read_text()

    assert monitors.keys() == {f"kundekort-{name}" for name in PROGRAMS}
    for monitor in monitors.values():
        assert [each["port"] for each in monitor["spec"]["podMetricsEndpoints"]] == list(ROLES)
        assert monitor["metadata"]["labels"]["release"] == "prometheus"
    for rule in rules["spec"]["groups"][0]["rules"]:
        (heading,) = re.findall(r'docs/operating\.md, "(.+)"', rule["annotations"]["description"])
        assert f"### {heading}" in guide
