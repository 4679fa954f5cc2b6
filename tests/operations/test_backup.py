"""One program's backup holds all of it, is sealed, and comes back into an empty database only."""

import json
import os
import subprocess
import threading
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from chassis import epochs, migrations
from chassis.config import ConfigError
from chassis.outbox import outbox
from operations import backup, dumps, restore
from operations.dumps import Spoilt
from operations.sites import open_site
from services.customers.profile.models import Customer
from tests.suite import Client, environment


@pytest.fixture
def customers(site_of, ada):
    """The customers service with some customers of two agencies."""
    site = site_of("customers")
    for number in range(3):
        register(site, ada, f"Kunde {number} AS")
    return site


def register(site, who, name):
    answer = Client(site.program, who).post("/customers", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json


def take(site, folder, **how):
    return list(backup.take(site, folder, **how))


def bring_back(site, folder):
    return list(restore.bring_back(site, folder))


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def names(site, who):
    return {each["name"] for each in Client(site.program, who).get("/customers").json["items"]}


def test_what_was_backed_up_comes_back_for_every_agency(site_of, customers, ada, eve, tmp_path):
    register(customers, eve, "Eves Kunde AS")
    take(customers, tmp_path / "backup")
    new = site_of("customers", migrated=False)

    bring_back(new, tmp_path / "backup")

    assert names(new, ada) == {"Kunde 0 AS", "Kunde 1 AS", "Kunde 2 AS"}
    assert names(new, eve) == {"Eves Kunde AS"}
    assert manifest(tmp_path / "backup")["rows"]["customers"] == 4
    with new.program.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(outbox)) == 4
        assert epochs.current(connection) == 1
        assert not migrations.pending("customers", connection)
    assert register(new, ada, "Ny AS")["number"] == 10004


def test_row_level_security_holds_in_the_restored_database(site_of, customers, tmp_path):
    take(customers, tmp_path / "backup")
    new = site_of("customers", migrated=False)
    bring_back(new, tmp_path / "backup")

    with new.program.engine.connect() as own, new.reading() as reader:
        assert reader.scalar(select(func.count()).select_from(Customer.__table__)) == 3
        if new.on_postgres:
            assert own.scalar(select(func.count()).select_from(Customer.__table__)) == 0
            forced = text("SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            with customers.program.engine.connect() as old:
                assert own.scalar(forced) == old.scalar(forced) > 0


def test_a_backup_taken_under_load_is_of_one_moment(site_of, customers, ada, tmp_path):
    """Rows and their events are written together: one more of either would be a torn backup."""
    stop = threading.Event()

    def go_on_registering():
        while not stop.is_set():
            register(customers, ada, "Ny AS")

    writer = threading.Thread(target=go_on_registering)
    writer.start()
    try:
        for number in range(3):
            take(customers, tmp_path / f"backup {number}")
    finally:
        stop.set()
        writer.join()

    for number in range(3):
        rows = manifest(tmp_path / f"backup {number}")["rows"]
        assert rows["customers"] == rows["outbox"] >= 3
        bring_back(site_of("customers", migrated=False), tmp_path / f"backup {number}")


def test_a_backup_is_not_restored_over_anything(customers, ada, tmp_path):
    take(customers, tmp_path / "backup")

    with pytest.raises(Spoilt, match="not empty"):
        bring_back(customers, tmp_path / "backup")

    assert len(names(customers, ada)) == 3


def test_a_backup_is_not_written_over_another(customers, tmp_path):
    take(customers, tmp_path / "backup")

    with pytest.raises(Spoilt, match="not empty"):
        take(customers, tmp_path / "backup")


def test_a_folder_without_a_manifest_is_no_backup(site_of, customers, tmp_path):
    take(customers, tmp_path / "backup")
    (tmp_path / "backup/manifest.json").unlink()
    new = site_of("customers", migrated=False)

    with pytest.raises(Spoilt, match="no whole backup"):
        bring_back(new, tmp_path / "backup")

    assert dumps.is_empty(new.program.engine)


def _another_byte(folder):
    [path] = folder.glob("database.*")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _another_count(folder):
    told = manifest(folder)
    told["rows"]["customers"] += 1
    (folder / "manifest.json").write_text(json.dumps(told))


def _another_program(folder):
    (folder / "manifest.json").write_text(json.dumps({**manifest(folder), "program": "dialog"}))


def _a_newer_release(folder):
    (folder / "manifest.json").write_text(json.dumps({**manifest(folder), "revision": "9999"}))


def _another_format(folder):
    (folder / "manifest.json").write_text(json.dumps({**manifest(folder), "format": 2}))


def _no_json(folder):
    (folder / "manifest.json").write_text("{")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_another_byte, "is not what was backed up"),
        (_another_count, "the backup"),
        (_another_program, "a backup of dialog"),
        (_a_newer_release, "newer release"),
        (_another_format, "format 2"),
        (_no_json, "cannot be read"),
    ],
)
def test_a_backup_that_does_not_match_its_manifest_is_refused(site_of, customers, tmp_path, spoil, words):
    take(customers, tmp_path / "backup")
    spoil(tmp_path / "backup")

    with pytest.raises(Spoilt, match=words):
        bring_back(site_of("customers", migrated=False), tmp_path / "backup")


def test_a_restore_that_fails_leaves_the_database_as_empty_as_it_was(site_of, customers, tmp_path):
    """A dump cut short, sealed by whoever cut it."""
    folder = tmp_path / "backup"
    take(customers, folder)
    [path] = folder.glob("database.*")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    told = manifest(folder)
    told["files"][path.name] = dumps.seal(path)
    (folder / "manifest.json").write_text(json.dumps(told))
    new = site_of("customers", migrated=False)

    with pytest.raises(Spoilt):
        bring_back(new, folder)

    assert dumps.is_empty(new.program.engine)


def test_whoever_cannot_see_all_rows_is_not_trusted_to_back_up(postgres_server):
    url = postgres_server.create_service("customers")

    with pytest.raises(ConfigError, match="BYPASSRLS"):
        open_site("customers", environment(url, KUNDEKORT_READER_URL=url))
    with pytest.raises(ConfigError, match="READER_URL"):
        open_site("customers", environment(url))


def test_the_reader_changes_nothing(postgres_server):
    url = postgres_server.create_service("customers")
    reader = postgres_server.create_reader(url)
    with closing(open_site("customers", environment(url, KUNDEKORT_READER_URL=reader))) as site:
        migrations.upgrade("customers", site.program.engine)

        for statement in ("DELETE FROM outbox", "UPDATE customers SET name = ''", "CREATE TABLE mine (id int)"):
            with closing(psycopg.connect(reader)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_why_the_reader_is_needed_the_owner_of_the_tables_dumps_nothing(postgres_server, ada):
    """Row-level security is forced: it holds for the owner too, whose dump fails, or has no rows and looks fine."""
    url = postgres_server.create_service("customers")
    reader = postgres_server.create_reader(url)
    with closing(open_site("customers", environment(url, KUNDEKORT_READER_URL=reader))) as site:
        migrations.upgrade("customers", site.program.engine)
        register(site, ada, "Fjordvik AS")

    refused = _pg_dump(url)
    empty = _pg_dump(url, "--enable-row-security")

    assert refused.returncode != 0
    assert b"row-level security" in refused.stderr
    assert (empty.returncode, b"Fjordvik AS" in empty.stdout) == (0, False)
    assert b"Fjordvik AS" in _pg_dump(reader).stdout


def _pg_dump(url, *options):
    surroundings = {**os.environ, **dumps.told(make_url(url))}
    return subprocess.run(
        ["pg_dump", "--table=customers", *options], env=surroundings, capture_output=True, check=False
    )
