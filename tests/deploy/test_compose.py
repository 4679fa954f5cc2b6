"""docker-compose.yml gives every container what it needs and no more."""

import json
import re
import subprocess
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
import yaml

from chassis.config import settings_class
from chassis.migrations import package
from chassis.run import PROGRAMS
from tools import first_secrets
from tools.programs import POSTGRES_IMAGE, RABBITMQ_IMAGE

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
SERVERS = ("postgres", "rabbitmq")
ROLES = ("migrate", "1", "2", "worker")
OF_PROGRAMS = {f"{program}-{role}": program for program in PROGRAMS for role in ROLES}
SECRETS = re.compile(r"_(DATABASE_URL|BROKER_URL|KEY|SECRET|TOKEN|PASSWORD)$")


def sources(service):
    return {each if isinstance(each, str) else each["source"] for each in service.get("secrets", [])}


def test_every_program_runs_twice_with_a_worker_after_its_migrations():
    assert set(SERVICES) == {*OF_PROGRAMS, *SERVERS, "door"}
    for name, program in OF_PROGRAMS.items():
        verb = {"migrate": "migrate", "worker": "worker"}.get(name.rpartition("-")[2], "web")
        assert SERVICES[name]["command"][:2] == [verb, program]
        assert SERVICES[name]["image"].partition(":")[0] == f"kundekort/{program}"
        if verb != "migrate":
            needed = SERVICES[name]["depends_on"][f"{program}-migrate"]
            assert needed == {"condition": "service_completed_successfully"}


def test_every_container_that_stays_is_asked_how_it_is():
    """Programs by their image's own check, a worker on the port that it is given for that."""
    for name, service in SERVICES.items():
        assert ("healthcheck" in service) == (name not in OF_PROGRAMS or name.endswith("-migrate")), name
        assert service.get("healthcheck") != {"disable": True} or name.endswith("-migrate")
        assert not name.endswith("-worker") or service["command"][2:] == ["--port", "8000"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_shut_in(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is (name not in SERVERS)  # a server changes its user: no init could tell it to stop
    assert {"mem_limit", "pids_limit", "stop_grace_period", "restart"} <= set(service)
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert not {"privileged", "network_mode", "pid", "ipc", "devices", "user"} & set(service)
    assert "docker.sock" not in json.dumps(service)
    assert "cap_add" not in service or name in SERVERS


def test_only_the_door_is_open():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["door"]
    assert SERVICES["door"]["ports"] == ["${KUNDEKORT_LISTEN:-127.0.0.1:8000}:8000"]


def test_who_speaks_with_whom():
    homes = {name: set(service["networks"]) for name, service in SERVICES.items()}

    assert {name for name, network in COMPOSE["networks"].items() if not network.get("internal")} == {"outside"}
    assert [name for name, networks in homes.items() if "outside" in networks] == ["door"]
    assert homes["door"] == {"outside", "front"}
    assert homes["postgres"] == homes["rabbitmq"] == {"data"}
    for name, program in OF_PROGRAMS.items():
        meets = {"data"} if name.endswith(("migrate", "worker")) else {"data", "inside"}
        assert homes[name] == meets | ({"front"} if "gateway-" in name and "inside" in meets else set())
        if "inside" in homes[name]:
            door = "front" if program == "gateway" else "inside"
            assert SERVICES[name]["networks"][door] == {"aliases": [program]}


@pytest.mark.parametrize("name", OF_PROGRAMS)
def test_a_program_is_told_what_it_must_know(name):
    own = fields(settings_class(package(OF_PROGRAMS[name])))
    known = {f"KUNDEKORT_{field.name.upper()}" for field in own} - {"KUNDEKORT_SERVICE"}
    needed = {f"KUNDEKORT_{each.name.upper()}" for each in own if each.default is MISSING} - {"KUNDEKORT_SERVICE"}
    told = {each.removesuffix("_FILE") for each in SERVICES[name]["environment"]}

    assert needed | {"KUNDEKORT_BROKER_URL"} <= told <= known


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_as_files_and_only_ones_own(name):
    service = SERVICES[name]
    for setting, value in service.get("environment", {}).items():
        assert setting.endswith("_FILE") or not SECRETS.search(setting), setting
        if setting.endswith("_FILE"):
            assert value.startswith(("/run/secrets/", "/etc/kundekort/"))
    program = OF_PROGRAMS.get(name)
    if program:
        targets = {each["target"]: each["source"] for each in service["secrets"] if isinstance(each, dict)}
        keys = {"token-public-key"} | ({"token-private-key"} if program == "gateway" else set())
        assert targets == {what: f"{program}-{what}" for what in ("database-url", "broker-url", "cursor-key")}
        assert sources(service) - set(targets.values()) == keys


def test_a_first_start_finds_every_secret(tmp_path):
    first_secrets.make(tmp_path)
    files = {name: secret["file"].rpartition("/")[2] for name, secret in COMPOSE["secrets"].items()}

    assert {path.name for path in tmp_path.iterdir()} == set(files.values())
    assert set().union(*(sources(service) for service in SERVICES.values())) == set(files)


def test_secrets_are_made_once_and_differ(tmp_path):
    assert first_secrets.make(tmp_path)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "files-cursor-key").unlink()

    assert first_secrets.make(tmp_path) == ["files-cursor-key"]
    second = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {name for name in first if first[name] != second[name]} == {"files-cursor-key", "rabbitmq-users.json"}
    assert len(set(first.values())) == len(first)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_secrets_never_come_into_the_repository():
    folder = str(first_secrets.FOLDER / "postgres-password")
    ignored = subprocess.run(["git", "check-ignore", folder], cwd=ROOT, capture_output=True, check=False)

    assert ignored.returncode == 0
    assert (
        COMPOSE["secrets"]["postgres-password"]["file"]
        == f"${{KUNDEKORT_SECRETS:-./{first_secrets.FOLDER}}}/postgres-password"
    )


def test_the_tests_and_the_suite_run_on_the_same_servers():
    assert SERVICES["postgres"]["image"] == POSTGRES_IMAGE
    assert SERVICES["rabbitmq"]["image"] == RABBITMQ_IMAGE


def test_every_program_gets_a_database():
    script = (ROOT / "deploy/compose/postgres/programs.sh").read_text()

    assert re.search(r"^for program in (.*); do$", script, re.MULTILINE)[1].split() == list(PROGRAMS)
    urls = {f"{each}-{whose}-url" for each in PROGRAMS for whose in ("database", "reader")}
    assert sources(SERVICES["postgres"]) == {"postgres-password", *urls}


def test_whoever_operates_has_all_keys_and_is_started_by_nobody_else():
    file = yaml.safe_load((ROOT / "deploy/compose/operations.yml").read_text())
    [service] = file["services"].values()
    own = {f"{each}-{what}" for each in PROGRAMS for what in ("database-url", "reader-url", "cursor-key")}

    assert sources(service) == own | {"token-public-key", "token-private-key"} <= set(COMPOSE["secrets"])
    assert service["profiles"] == ["operations"]
    assert (service["read_only"], service["cap_drop"], service["networks"]) == (True, ["ALL"], ["data"])
    assert "ports" not in service
