"""Disks run full, and processes die between a file and its row: no file is torn, and all heals by itself."""

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from string import ascii_letters
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest
import requests

from chassis.timers import NOBODY
from tests.faults.alone import Alone
from tests.faults.driver import Writer, employee
from tests.faults.journal import Intent, Journal
from tests.faults.patience import until
from tests.faults.small_disk import small_disk
from tests.launching import Process, free_port, on_leash, own_folder
from tests.postgres_server import ENVIRONMENT, PORT, Postgres
from tests.system.forms import Group
from tools.programs import postgres_folder

HEALED = 30.0  # seconds
PIECE = 300_000  # bytes of a file
LITTLE = ("min_wal_size=32MB", "max_wal_size=32MB", "max_connections=60", "shared_buffers=16MB")


@pytest.fixture
def files(plant):
    """The plant with the files service in it."""
    plant.open("files")
    return plant


@pytest.fixture
def holder(files, writer):
    """A customer whom the files service knows; yields the path to its files."""
    writer.write("register")
    place = f"/customers/{writer.customers[0].id}/files"
    until(lambda: writer.ask("GET", "files", place).ok, 15)
    return place


def upload(writer, place, content, **headers):
    octets = {"Content-Type": "application/octet-stream", **headers}
    return writer.ask("POST", "files", f"{place}?name=avtale.txt", data=content, headers=octets)


def kept(plant, writer):
    """Return what the rows say of this tenant's files: name in the store, size and seal."""
    query = "SELECT blob_id::text, size, sha256 FROM files WHERE tenant_id = %s"
    with plant.look("files") as look:
        return {row[0]: row[1:] for row in look.execute(query, (writer.who.tenant,))}


def stored(folder: Path, writer):
    """Return what really lies in the store."""
    found = sorted((folder / str(writer.who.tenant)).glob("*"))
    return {each.name: (each.stat().st_size, hashlib.sha256(each.read_bytes()).hexdigest()) for each in found}


def chores_are_due(plant):
    """Let every chore be done at once and not when its hour comes; what a file itself waits for is none."""
    with plant.look("files") as look:
        look.execute("UPDATE timers SET due_at = now() WHERE tenant_id = %s", (NOBODY,))


def sweep(plant):
    """Remove what no row points to, however young it is."""
    chores_are_due(plant)
    plant.restart("files", "worker", KUNDEKORT_ORPHAN_HOURS="0")


def test_a_file_whose_row_was_never_written_is_swept_away(files, writer, holder):
    """L24: killed when the content is stored and the row is not."""
    assert upload(writer, holder, b"first").status_code == 201
    files.doom("files", "web", "file.stored")
    with pytest.raises(requests.ConnectionError):
        upload(writer, holder, b"second")
    files.restart("files", "web")
    store = files.folder / "blobs"
    assert len(kept(files, writer)) == 1
    assert len(stored(store, writer)) == 2

    sweep(files)

    until(lambda: stored(store, writer) == kept(files, writer), 15)
    files.restart("files", "worker")


def test_a_file_whose_row_was_taken_away_is_swept_away(files, writer, holder):
    """L24, the other way round: killed when the row is gone and the content is not."""
    made = upload(writer, holder, b"first").json()
    match = {"If-Match": f'"{made["version"]}"'}
    assert writer.ask("DELETE", "files", f"{holder}/{made['id']}", headers=match).status_code == 204
    files.kill("files", "worker")
    chores_are_due(files)
    files.start("files", "worker", KUNDEKORT_BIN_DAYS="0", KUNDEKORT_CRASH_POINT="bin.emptied")
    files.await_death("files")
    store = files.folder / "blobs"
    assert kept(files, writer) == {}
    assert len(stored(store, writer)) == 1

    sweep(files)

    until(lambda: stored(store, writer) == {}, 15)
    files.restart("files", "worker")


@contextmanager
def files_on(plant, disk):
    """Let the files service's web process keep its content on a disk of its own."""
    regular, settings = plant.children["files", "web"], {"KUNDEKORT_BLOBS_URL": f"file://{disk.folder}/blobs"}
    plant.kill("files", "web")
    command = [*disk.enter, *regular.command]
    there = Group(command, regular.folder, plant.surroundings("files", **settings), crash=signal.SIGKILL)
    try:
        there.start()
        plant.await_web("files", there)
        yield
    finally:
        there.kill()
        plant.start("files", "web")


def test_a_full_file_store_refuses_files_and_tears_none(files, writer, holder, tmp_path):
    """L23: and takes them again when there is room."""
    with small_disk(tmp_path / "disk", 16) as disk, files_on(files, disk):
        assert upload(writer, holder, b"x" * PIECE).status_code == 201
        with disk.kept_full(0.1):
            answers = [upload(writer, holder, bytes([number]) * PIECE) for number in range(5)]
            assert {answer.status_code for answer in answers} <= {503, 507}
            assert writer.ask("GET", "files", holder).ok
        healed = until(lambda: upload(writer, holder, b"y" * PIECE).status_code == 201, HEALED)
        print(f"files taken {healed:.1f} s after there was room")  # noqa: T201  # a figure to read
        assert stored(disk.inside / "blobs", writer) == kept(files, writer)


@contextmanager
def postgres_on(disk, folder, user):
    """Run a PostgreSQL on the disk; it is started again where it gave up, as the platform does."""
    programs, port = postgres_folder(), free_port()
    (folder / "password").write_text("secret")
    shutil.chown(folder / "password", user)
    there = [*disk.enter, *on_leash(user)]
    data = ["-D", f"{disk.folder}/data"]
    shape = ["-A", "scram-sha-256", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    secret = ["--pwfile", str(folder / "password")]
    subprocess.run([*there, programs / "initdb", *data, *shape, *secret], check=True, capture_output=True)
    sizes = [word for each in LITTLE for word in ("-c", each)]
    command = [*there, str(programs / "postgres"), *data, "-p", str(port), "-h", "127.0.0.1", "-k", "", *sizes]
    with closing(Process(command, folder, ENVIRONMENT, ports={PORT: port}, crash=signal.SIGQUIT)) as process:
        server = Postgres(process, "secret")
        server.start()
        yield server


@pytest.mark.skipif(postgres_folder() is None, reason="needs PostgreSQL on this machine: a container has its own disk")
def test_a_full_database_disk_refuses_writes_and_loses_none(tmp_path):
    """L23: what was answered before, meanwhile and after is there."""
    user = "postgres" if os.geteuid() == 0 else None
    with ExitStack() as stack:
        folder = stack.enter_context(own_folder(user))
        disk = stack.enter_context(small_disk(folder / "disk", 160))
        server = stack.enter_context(postgres_on(disk, folder, user))
        url = server.create_service("customers")
        refuses_and_heals(url, disk, tmp_path, server)
        look = urlsplit(server.url)._replace(path=urlsplit(url).path).geturl()
        with psycopg.connect(look) as connection:
            there = {row[0] for row in connection.execute("SELECT id::text FROM customers")}
    assert answered(tmp_path) <= there


def test_a_full_disk_under_sqlite_refuses_writes_and_loses_none(tmp_path):
    """L23, L31."""
    with small_disk(tmp_path / "disk", 8) as disk:
        refuses_and_heals(f"sqlite:///{disk.folder}/customers.db", disk, tmp_path, None, disk.enter)
        for found in disk.inside.glob("customers.db*"):
            shutil.copy(found, tmp_path)  # SQLite itself would look for it where the disk cannot be seen
        with closing(sqlite3.connect(tmp_path / "customers.db")) as connection:
            there = {str(UUID(row[0])) for row in connection.execute("SELECT id FROM customers")}
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert answered(tmp_path) <= there


def refuses_and_heals(url, disk, folder, server, within=()):
    """Write, fill the disk, write on, make room, and write again."""
    alone = Alone("customers", url, folder / "web", within)
    with closing(alone), closing(Journal(folder / "journal")) as journal:
        alone.start()
        writer = Writer(alone, journal, employee(), random.Random(1))
        writes(writer, 10)
        with disk.kept_full(1.0):
            refused = [status for status in writes(writer, 60) if status is None or status >= 400]
            assert refused
            assert set(refused) <= {503, 507, None}
        healed = until(lambda: up(server) and writes(writer, 1) == [201], HEALED)
        print(f"writes taken {healed:.1f} s after there was room")  # noqa: T201  # a figure to read


def up(server):
    """Start a server again that gave up for lack of room."""
    if server is not None and not server.program.alive():
        server.start()
    return True


def writes(writer, count):
    """Register customers, each with more text than fits into little room; return what was answered."""
    return [_register(writer, writer.journal.word()) for _ in range(count)]


def _register(writer, word):
    long = {"name": word, "directions": "".join(writer.rng.choices(ascii_letters, k=2000))}
    writer.journal.intend(Intent(word, "register", str(writer.who.tenant), None))
    try:
        answer = writer.ask("POST", "customers", "/customers", json=long)
    except requests.RequestException:
        return None
    writer.journal.note(word, answer.status_code, answer.json() if answer.ok else None)
    return answer.status_code


def answered(folder):
    with closing(Journal(folder / "journal")) as journal:
        return {each.answer["id"] for each in journal.read().values() if each.accepted}
