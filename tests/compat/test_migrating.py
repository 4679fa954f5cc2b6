"""A migration that is killed, that meets another one, or that waits for a table, harms nobody."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest
from alembic import command
from sqlalchemy import inspect, text

from chassis import migrations
from chassis.db import connect
from tests.launching import on_leash
from tests.suite import FORMS, database_for, environment
from tools.compat.releases import ROOT

HALF_WAY = '''"""two tables"""

import os
import signal

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("first_half", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("customers", sa.Column("half", sa.Integer()))
    if os.environ.get("DIE_HALF_WAY"):
        os.kill(os.getpid(), signal.SIGKILL)
    op.create_table("second_half", sa.Column("id", sa.Integer(), primary_key=True))
'''
REBUILT = '''"""another column, by building the table anew where there is no other way"""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("customers") as batch:
        batch.alter_column("place", new_column_name="town")
'''
INDEXED = '''"""an index on a table in use"""

from alembic import op

from chassis import migrations

revision = "0099"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.index(op, "ix_customers_email", "customers", ["tenant_id", "email"])
'''
INSERTED = """
INSERT INTO customers
    (tenant_id, id, version, number, name, sort_name, search_text, type, created_at, updated_at, departments)
VALUES ('{tenant}', '{id}', 1, 10001, 'Fjordvik', '', '', 'customer', '2026-11-23', '2026-11-23', '[]')
"""
A_TAG = """
INSERT INTO tags (tenant_id, id, version, customer_id, name, folded)
VALUES ('{tenant}', '{id}', 1, '{id}', 'VIP', 'vip')
"""
PLACE = {"tenant": "0" * 31 + "1", "id": "0" * 31 + "2"}
SHORT = 0.2  # seconds that a migration waits for a table, here


@pytest.fixture(params=FORMS)
def url(request):
    return database_for(request, request.param, "customers")


@pytest.fixture
def on_postgres(request):
    return database_for(request, "production", "customers")


@pytest.fixture
def engine(url):
    made = connect(url)
    yield made
    made.dispose()


def develop(tree, migration):
    """Add a migration to the customers service of a tree."""
    folder = tree / "services/customers/migrations/versions"
    before = max(path.stem.partition("_")[0] for path in folder.glob("*.py"))
    (folder / "0099_next.py").write_text(migration.format(before=before))
    return tree


def migrating(tree, url, **more):
    """Start ``python -m chassis migrate customers`` with the code of a tree."""
    surroundings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tree), **environment(url), **more}
    command_line = [*on_leash(), sys.executable, "-P", "-m", "chassis", "migrate", "customers"]
    return subprocess.Popen(command_line, cwd=tree, env=surroundings, stderr=subprocess.PIPE, text=True)


def ended(process):
    """Wait for a command and return its code; its complaint is shown when the test fails."""
    _, complaint = process.communicate(timeout=90)
    sys.stderr.write(complaint[-2000:])
    return process.returncode


def tables(engine):
    return set(inspect(engine).get_table_names())


def test_a_migration_killed_half_way_has_done_nothing_and_can_be_run_again(next_tree, url, engine):
    migrations.upgrade("customers", engine)
    before = tables(engine)
    tree = develop(next_tree, HALF_WAY)

    assert ended(migrating(tree, url, DIE_HALF_WAY="1")) == -signal.SIGKILL
    assert tables(engine) == before
    assert "half" not in {column["name"] for column in inspect(engine).get_columns("customers")}

    assert ended(migrating(tree, url)) == 0
    assert tables(engine) == before | {"first_half", "second_half"}


def test_migrations_at_once_end_as_one(url, engine):
    at_once = [migrating(ROOT, url) for _ in range(3)]

    assert [ended(each) for each in at_once] == [0] * 3
    with engine.begin() as connection:
        assert not migrations.pending("customers", connection)


def test_rows_that_others_refer_to_stay_when_sqlite_builds_their_table_anew(next_tree, tmp_path):
    url = f"sqlite:///{tmp_path}/customers.db"
    with closing(connect(url).raw_connection()) as raw:  # its engine knows no more than this one connection
        migrations.upgrade("customers", engine := connect(url))
        for statement in (INSERTED, A_TAG):
            raw.driver_connection.execute(statement.format(**PLACE))
        raw.driver_connection.commit()

    assert ended(migrating(develop(next_tree, REBUILT), url)) == 0
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tags")) == 1
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    engine.dispose()


@pytest.fixture
def at_first_release(on_postgres):
    """A database of the first release, whose next migration alters its outbox."""
    engine = connect(on_postgres)
    settings = migrations.config("customers")
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
    yield engine
    engine.dispose()


@contextmanager
def a_report(url):
    """Read two tables in a transaction that takes its time."""
    with closing(psycopg.connect(url)) as report:
        report.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        report.execute("SELECT count(*) FROM outbox, customers")
        yield report


def seconds_to_read(url):
    began = time.monotonic()
    with closing(psycopg.connect(url, options="-c statement_timeout=20s")) as somebody:
        somebody.execute("SELECT count(*) FROM outbox")
    return time.monotonic() - began


def test_a_migration_that_waits_for_a_table_lets_the_others_by(on_postgres, at_first_release):
    with a_report(on_postgres) as report, ThreadPoolExecutor(1) as aside:
        migrating = aside.submit(migrations.upgrade, "customers", at_first_release, lock_ms=int(SHORT * 1000))
        until = time.monotonic() + 10 * SHORT
        waited = []
        while time.monotonic() < until:
            waited.append(seconds_to_read(on_postgres))
        assert not migrating.done()
        report.rollback()
        migrating.result(30)

    assert len(waited) > 1
    assert max(waited) < 5 * SHORT
    with at_first_release.begin() as connection:
        assert not migrations.pending("customers", connection)


def test_a_migration_that_never_gets_its_table_gives_up_and_says_so(on_postgres, at_first_release):
    with a_report(on_postgres), pytest.raises(migrations.TableInUse, match="customers"):
        migrations.upgrade("customers", at_first_release, lock_ms=50, patience=0.5)
    with at_first_release.begin() as connection:
        assert migrations.pending("customers", connection)


def test_an_index_on_a_table_in_use_is_built_beside_its_writers_and_again_after_a_crash(next_tree, on_postgres):
    engine = connect(on_postgres)
    migrations.upgrade("customers", engine)
    tree = develop(next_tree, INDEXED)
    with a_report(on_postgres) as report:
        migration = migrating(tree, on_postgres)
        wait_for_build(engine, lambda: migration.poll() is None)
        with closing(psycopg.connect(on_postgres, options="-c statement_timeout=2s", autocommit=True)) as writer:
            writer.execute("UPDATE customers SET place = place")  # would wait for an ordinary CREATE INDEX
        migration.kill()
        ended(migration)
        report.rollback()
    wait_for_build(engine, lambda: True, under_way=False)

    assert ended(migrating(tree, on_postgres)) == 0
    with engine.begin() as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_customers_email'::regclass"
        assert connection.scalar(text(valid)) is True
    engine.dispose()


def wait_for_build(engine, may_still, *, under_way=True):
    """Wait until an index is being built, or no longer is."""
    query = text("SELECT count(*) FROM pg_stat_progress_create_index")
    until = time.monotonic() + 60
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while bool(connection.scalar(query)) is not under_way:
            assert may_still()
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_program_on_a_newer_database_is_ready_and_leaves_it_as_it_is(url, engine):
    """The web processes of the previous release go on while the next one's migration has run, and may be restarted."""
    migrations.upgrade("customers", engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
        assert not migrations.pending("customers", connection)

    migrations.upgrade("customers", engine)
    assert ended(migrating(ROOT, url)) == 0
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0099"
