"""All of a suite in production is reached by its secrets alone, a file each."""

import json

import pytest

from chassis import migrations
from chassis.run import PROGRAMS, create, settings_for
from tests.operations.commanding import operate
from tests.suite import environment


@pytest.fixture
def secrets_of(postgres_server, tmp_path):
    """Write the secrets of these programs on new databases."""

    def secrets_of(*names):
        for name in names:
            url = postgres_server.create_service(name)
            program = create(name, settings_for(name, environment(url))).extensions["program"]
            migrations.upgrade(name, program.engine)
            program.close()
            told = environment(
                url, KUNDEKORT_READER_URL=postgres_server.create_reader(url), KUNDEKORT_BROKER_URL="amqp://"
            )
            for variable, value in told.items():
                secret = variable.removeprefix("KUNDEKORT_").lower().replace("_", "-")
                (tmp_path / (secret if secret.startswith("token") else f"{name}-{secret}")).write_text(value)
        return tmp_path

    return secrets_of


def test_a_program_is_reached_by_its_secrets(secrets_of):
    folder = secrets_of("dialog")

    head = operate("digests", "dialog", "--head", "--secrets", folder)

    assert json.loads(head)["program"] == "dialog"


def test_a_suite_is_reached_by_its_secrets(secrets_of):
    folder = secrets_of(*PROGRAMS)

    said = operate("reconcile", "--secrets", folder, KUNDEKORT_BLOBS_URL=f"file://{folder}/blobs")

    assert said == "0 differences\n"


def test_a_missing_secret_is_named(secrets_of):
    folder = secrets_of("dialog")
    (folder / "dialog-reader-url").unlink()

    said = operate("digests", "dialog", "--secrets", folder, code=1)

    assert "dialog-reader-url" in said
    assert "Traceback" not in said
