"""What the service tidies by itself."""

import os
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.tables import now
from services.files.documents.models import File


@pytest.fixture
def folder(program, ada):
    """Where the store keeps what belongs to Ada's agency."""
    found = Path(unquote(urlsplit(program.settings.blobs_url).path)) / str(ada.tenant)
    found.mkdir(exist_ok=True)
    return found


@pytest.fixture
def tidy(program):
    """Do what the worker does every minute."""

    def tidy():
        for chore in program.chores:
            with program.app.app_context():
                chore()

    return tidy


@pytest.fixture
def tidy_up(tidy, folder, announced):
    """Tidy twice; return the content that is left, and what was announced as purged."""

    def tidy_up():
        tidy()
        tidy()
        return list(folder.iterdir()), [data for kind, data in announced() if kind == "files.FilePurged"]

    return tidy_up


@pytest.fixture
def age(program, ada):
    """Let a file lie in the bin for some days."""

    def age(file, days):
        with program.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT set_config('app.tenant', :id, true)"), {"id": str(ada.tenant)})
            table = File.__table__
            statement = table.update().where(table.c.id == UUID(file["id"]))
            connection.execute(statement.values(binned_at=now() - timedelta(days=days)))

    return age


def older(path, hours):
    """Make a stored object that many hours older."""
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_what_lay_in_the_bin_for_thirty_days_is_gone(client, shelf, put, age, tidy):
    old, young = put(name="gammel.txt").json, put(name="ny.txt").json
    for file, days in ((old, 30.01), (young, 29.9)):
        client.delete(f"{shelf}/{file['id']}", version=1)
        age(file, days)

    tidy()

    assert [file["name"] for file in client.get(f"{shelf}/bin").json["items"]] == ["ny.txt"]
    assert client.post(f"{shelf}/{old['id']}/restore").status_code == 404


def test_a_purge_takes_the_content_along_and_is_announced_once(client, shelf, put, age, tidy_up):
    file = put(name="gammel.txt").json
    client.delete(f"{shelf}/{file['id']}", version=1)
    age(file, 31)

    content, told = tidy_up()

    assert content == []
    assert [(each["file_id"], each["name"]) for each in told] == [(file["id"], "gammel.txt")]


def test_content_that_no_file_points_to_is_removed_after_a_day(client, shelf, put, tidy, folder):
    kept = put(b"kept").json
    for stored in folder.iterdir():
        older(stored, 1000)
    lost, fresh = folder / str(uuid4()), folder / str(uuid4())
    for orphan, hours in ((lost, 24.1), (fresh, 23.9)):
        orphan.write_bytes(b"its row was never written")
        older(orphan, hours)

    (folder / "README").write_text("not ours")
    (folder.parent / "lost+found").mkdir(exist_ok=True)
    (folder.parent / "lost+found" / "x").write_text("not ours")
    older(folder / "README", 1000)

    tidy()

    assert (lost.exists(), fresh.exists(), (folder / "README").exists()) == (False, True, True)
    assert client.get(f"{shelf}/{kept['id']}/content").data == b"kept"


def test_a_store_without_the_content_says_so_and_shows_no_path(client, shelf, put, folder):
    file = put().json
    for stored in folder.iterdir():
        stored.unlink()

    answer = client.get(f"{shelf}/{file['id']}/content")

    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert str(folder) not in answer.text
