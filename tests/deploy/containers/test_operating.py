"""Whoever operates the suite in containers backs it up, loses a database, brings it back and compares."""

import pytest

from chassis.run import PROGRAMS
from tests.system.people import until

FILES = ("-f", "docker-compose.yml", "-f", "deploy/compose/operations.yml")
LOSS = """
DROP DATABASE dialog WITH (FORCE); CREATE DATABASE dialog OWNER dialog;
REVOKE ALL ON DATABASE dialog FROM PUBLIC; GRANT CONNECT ON DATABASE dialog TO dialog_reader
"""
DIALOG = ("dialog-1", "dialog-2", "dialog-worker")
CALL = {"kind": "call", "direction": "out", "subject": "Før tapet", "happened_at": "2026-03-02T09:00:00+01:00"}


@pytest.fixture(scope="module")
def operate(suite, tmp_path_factory):
    """Type a command of the operator's."""
    backups = tmp_path_factory.mktemp("backups")
    backups.chmod(0o777)  # the container is another user
    suite.environment["KUNDEKORT_BACKUPS"] = str(backups)
    suite.run(*FILES, "build", "--quiet", "operations", within=900)

    def operate(*words):
        return suite.run(*FILES, "run", "--rm", "operations", *words, "--secrets", "/run/secrets", within=300)

    operate.backups = backups
    return operate


@pytest.fixture(scope="module")
def customer(ada):
    made = ada.register("Fjordvik Industri AS")
    there = f"customers/{made['id']}"
    until(lambda: ada.post(f"/api/dialog/{there}/communications", CALL).status_code == 201, what="dialog knows it")
    assert ada.upload(f"/api/files/{there}/files?name=avtale.txt", b"Avtale").ok
    return made


def subjects(ada, customer):
    found = ada.get(f"/api/dialog/customers/{customer['id']}/communications").json()["items"]
    return [each["subject"] for each in found]


def test_all_is_backed_up_and_a_lost_database_comes_back(suite, ada, customer, operate):
    operate("backup-all", "/backups/today")
    assert {path.parent.name for path in operate.backups.glob("today/*/manifest.json")} == set(PROGRAMS)

    for service in DIALOG:
        suite.container(service).stop(timeout=30)
    for statement in LOSS.split(";"):
        code, said = suite.inside("postgres", "psql", "-U", "postgres", "-c", statement.strip())
        assert code == 0, said
    ada.write(f"/api/customers/customers/{customer['id']}", {"name": "Nytt navn AS"}, "PATCH", customer["version"])
    operate("restore", "dialog", "/backups/today/dialog")
    for service in DIALOG:
        suite.container(service).start()
    for service in DIALOG:
        suite.await_ready(service)

    until(lambda: subjects(ada, customer) == ["Før tapet"], 60, what="dialog answers again")
    operate("reconcile", "--repair", "--patience", "20")
    assert operate("reconcile").splitlines()[-1].startswith("0 differences")


def test_copies_that_were_spoilt_are_found_and_mended(suite, customer, operate):
    spoil = "UPDATE correspondents SET name = 'Feil'"
    code, said = suite.inside("postgres", "psql", "-U", "postgres", "-d", "dialog", "-c", spoil)
    assert code == 0, said

    said = operate("reconcile", "--repair").splitlines()

    assert len([line for line in said if line.startswith("differs") and customer["id"] in line]) == 1
    assert said[-1].startswith("0 differences")
