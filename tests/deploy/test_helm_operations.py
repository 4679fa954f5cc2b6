"""Backing up and comparing by the clock: the only pods that hold the keys to all databases."""

import subprocess
import sys
from pathlib import Path

import pytest

from chassis.run import PROGRAMS, settings_for
from operations.places import told_in
from tests.deploy.charts import EVERYTHING, OPERATIONS, ROOT, merged, render, variables
from tests.deploy.test_helm_network import Network
from tests.suite import environment

MOUNT = Path("/run/kundekort")
ONCE_MORE = {"operations": {"reconcile": {"enabled": False}}}


@pytest.fixture(scope="module")
def chart():
    """The chart with all that it can make."""
    return render(EVERYTHING)


def sources(chart, who):
    """Return the projected secrets: file, Secret and key."""
    (volume,) = [each for each in chart.pods()[who]["volumes"] if each["name"] == "secrets"]
    told = [each["secret"] for each in volume["projected"]["sources"]]
    found = [(item["path"], (secret["name"], item["key"])) for secret in told for item in secret["items"]]
    assert len(dict(found)) == len(found), "two secrets in one file"
    return dict(found)


@pytest.mark.parametrize("who", sorted(OPERATIONS), ids="-".join)
def test_it_is_given_the_files_that_the_command_looks_for_and_no_others(chart, who):
    wanted = {
        Path(path).name: (f"{name}-secrets", variable.removeprefix("KUNDEKORT_").removesuffix("_FILE").lower())
        for name in PROGRAMS
        for variable, path in told_in(MOUNT, name).items()
        if path.startswith(str(MOUNT))
    }
    found = sources(chart, who)

    store = {f"blobs-{what}": ("files-secrets", f"blobs_{what}") for what in ("key", "secret")}
    tokens = {f"token-{what}-key": ("gateway-secrets", f"token_{what}_key") for what in ("public", "private")}
    assert found == wanted | store | tokens
    assert not [key for _, key in found.values() if key.startswith("broker")]


@pytest.mark.parametrize("who", sorted(OPERATIONS), ids="-".join)
def test_it_knows_where_the_store_is(chart, who, tmp_path):
    for name in ("blobs-key", "blobs-secret"):
        (tmp_path / name).write_text(name)
    told = {key: value.replace(str(MOUNT), str(tmp_path)) for key, value in variables(chart.containers()[who]).items()}

    settings = settings_for("files", environment("sqlite:///crm.db") | told)

    assert (settings.blobs_url, settings.blobs_endpoint) == ("s3://crm-files", "https://s3.example.no")
    assert (settings.blobs_key, settings.blobs_secret) == ("blobs-key", "blobs-secret")


@pytest.mark.parametrize("who", sorted(OPERATIONS), ids="-".join)
def test_its_command_is_one_that_there_is(chart, who, tmp_path):
    """Run where there are no secrets, it says just that."""
    words = [word.replace("/backups", str(tmp_path)) for word in chart.containers()[who]["command"]]
    command = [word.replace("python", sys.executable) if word != "sh" else word for word in words]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert run.returncode == 1
    assert run.stderr.startswith("ConfigError: KUNDEKORT_")
    assert "/run/kundekort/" in run.stderr


def test_a_backup_lies_on_its_volume_and_two_are_never_made_at_once(chart):
    pod, container = chart.pods()["operations", "backup"], chart.containers()["operations", "backup"]
    (claimed,) = [each for each in pod["volumes"] if "persistentVolumeClaim" in each]
    (mounted,) = [each for each in container["volumeMounts"] if each["name"] == claimed["name"]]

    assert claimed["persistentVolumeClaim"] == {"claimName": "crm-backups"}
    assert mounted["mountPath"] == "/backups"
    for each in chart.of("CronJob").values():
        assert each["spec"]["concurrencyPolicy"] == "Forbid"
        assert each["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0


@pytest.mark.parametrize("who", sorted(OPERATIONS), ids="-".join)
def test_it_reaches_databases_and_the_store_and_nobody_reaches_it(chart, who):
    network = Network(chart)
    reached = {
        (whom, port)
        for whom in network.ends
        for port in (53, 443, 5432, 5671, 8000, 9000)
        if network.lets_out(who, whom, port)
    }

    assert reached == {("dns", 53), ("postgresql", 5432), ("store", 443)}
    assert not [each for each in network.ends for port in (8000, 9000) if network.lets_in(each, who, port)]


def test_what_is_not_wanted_is_not_there():
    assert not [each for each in render() if each["kind"] == "CronJob"]
    assert render(merged(EVERYTHING, ONCE_MORE)).of("CronJob").keys() == {"kundekort-backup"}
    assert not {"kundekort-operations-backup"} & render().of("NetworkPolicy").keys()
