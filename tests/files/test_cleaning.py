"""What the service tidies by itself."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, text, update

from chassis import timers
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
        for chore in program.chores.values():
            with program.app.app_context():
                chore.do()

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


@pytest.fixture
def purges(program, ada):
    """The timers of Ada's agency: ``purges()`` lists them, ``purges(now())`` lets them run out and does what is due."""
    mine = timers.timers.c.tenant_id == ada.tenant

    def purges(moment=None):
        with program.engine.begin() as connection:
            if moment:
                connection.execute(update(timers.timers).where(mine).values(due_at=moment))
            found = connection.execute(select(timers.timers).where(mine)).all()
        while moment and timers.once(program):
            pass
        return found

    return purges


@pytest.fixture
def of_a_release_before(program, ada):
    """Make the binned files such as a release without timers has left."""

    def of_a_release_before():
        with program.engine.begin() as connection:
            connection.execute(delete(timers.timers).where(timers.timers.c.tenant_id == ada.tenant))

    return of_a_release_before


def older(path, hours):
    """Make a stored object that many hours older."""
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_a_file_is_purged_at_the_moment_that_was_announced_and_only_once(client, shelf, put, purges, folder, announced):
    file = put(name="gammel.txt").json
    client.delete(f"{shelf}/{file['id']}", version=1)
    [timer] = purges()
    [promised] = [data["kept_until"] for kind, data in announced() if kind == "files.FileBinned"]
    assert timer.due_at == datetime.fromisoformat(promised)
    assert timedelta(days=29) < timer.due_at - now() < timedelta(days=31)
    assert list(folder.iterdir())

    purges(now())
    purges(now())

    assert client.get(f"{shelf}/bin").json["items"] == []
    assert client.post(f"{shelf}/{file['id']}/restore").status_code == 404
    assert list(folder.iterdir()) == []
    assert [data["file_id"] for kind, data in announced() if kind == "files.FilePurged"] == [file["id"]]


def test_a_file_that_was_restored_is_not_purged(client, shelf, put, purges):
    file = put().json
    client.delete(f"{shelf}/{file['id']}", version=1)
    client.post(f"{shelf}/{file['id']}/restore")

    assert purges(now()) == []
    assert client.get(f"{shelf}/{file['id']}/content").data == b"Hei!"


def test_a_file_that_comes_into_the_bin_again_has_its_whole_time_again(client, shelf, put, purges):
    file = put().json
    client.delete(f"{shelf}/{file['id']}", version=1)
    [first] = purges()
    client.post(f"{shelf}/{file['id']}/restore")
    client.delete(f"{shelf}/{file['id']}", version=3)

    [second] = purges()
    assert second.due_at > first.due_at


def test_of_a_purge_and_a_restore_at_the_same_moment_one_wins(client, shelf, put, purges, announced):
    files = [put(name=f"{number}.txt").json for number in range(10)]
    for file in files:
        client.delete(f"{shelf}/{file['id']}", version=1)

    with ThreadPoolExecutor(2) as pool:
        purging = pool.submit(purges, now())
        answers = [client.post(f"{shelf}/{file['id']}/restore").status_code for file in files]
        purging.result()
    purges(now())

    restored = {file["id"] for file, status in zip(files, answers, strict=True) if status == 200}
    purged = [data["file_id"] for kind, data in announced() if kind == "files.FilePurged"]
    assert set(answers) <= {200, 404, 412}
    assert sorted([*restored, *purged]) == sorted(file["id"] for file in files)
    assert {each["id"] for each in client.get(shelf).json["items"]} == restored


def test_what_lay_in_the_bin_before_there_were_timers_is_gone_after_thirty_days(
    client, shelf, put, age, tidy, of_a_release_before
):
    old, young = put(name="gammel.txt").json, put(name="ny.txt").json
    for file, days in ((old, 30.01), (young, 29.9)):
        client.delete(f"{shelf}/{file['id']}", version=1)
        age(file, days)
    of_a_release_before()

    tidy()

    assert [file["name"] for file in client.get(f"{shelf}/bin").json["items"]] == ["ny.txt"]
    assert client.post(f"{shelf}/{old['id']}/restore").status_code == 404


def test_a_sweep_takes_content_and_timer_along_and_is_announced_once(client, shelf, put, age, tidy_up, purges):
    file = put(name="gammel.txt").json
    client.delete(f"{shelf}/{file['id']}", version=1)
    age(file, 31)

    content, told = tidy_up()

    assert content == []
    assert [(each["file_id"], each["name"]) for each in told] == [(file["id"], "gammel.txt")]
    assert purges() == []


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
