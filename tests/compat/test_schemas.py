"""The migrations since the previous release leave its code what it works with."""

import shutil
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from chassis import migrations
from chassis.run import PROGRAMS
from tools.compat import releases, schemas
from tools.compat.releases import ROOT, FalselyPrepared, Release


def newest(tree, name):
    """Name the newest revision of a program in a tree."""
    folder = tree / migrations.package(name).replace(".", "/") / "migrations/versions"
    return max(path.stem.partition("_")[0] for path in folder.glob("*.py"))


def test_no_released_migration_was_edited(previous):
    assert list(previous.glob("**/migrations/versions/*.py"))
    assert schemas.edited(previous, ROOT) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_previous_release_can_work_on_todays_tables(previous, engine_for, name):
    upgrade = schemas.Upgrade(migrations.config(name), engine_for(name), releases.releases())

    assert list(upgrade.findings(newest(previous, name))) == []


HEAD = """
import sqlalchemy as sa
from alembic import op

from chassis import migrations

revision = "0099"
down_revision = "{before}"
branch_labels = None
depends_on = None
"""
RELEASED = [Release("0.1.0", "v0.1.0", "0" * 40)]


@pytest.fixture
def findings(engine_for, tmp_path):
    """Say what is found about a migration of the customers service with the statements given."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrations.config("customers").get_main_option("script_location")), folder)
    before = newest(ROOT, "customers")

    def findings(*statements, mark=""):
        body = "\n\ndef upgrade():\n" + "".join(f"    {each}\n" for each in statements)
        (folder / "versions/0099_next.py").write_text(f"{mark}\n{HEAD.format(before=before)}{body}")
        settings = Config(attributes={"program": "customers"})
        settings.set_main_option("script_location", str(folder))
        assert len(list(ScriptDirectory.from_config(settings).walk_revisions())) > 1
        engine = engine_for("customers")
        found = list(schemas.Upgrade(settings, engine, RELEASED).findings(before))
        return engine.dialect.name, [each.removeprefix("0099_next.py: ") for each in found]

    return findings


EXPANSIONS = {
    "a table": 'op.create_table("calls", sa.Column("id", sa.Uuid(), primary_key=True))',
    "a column": 'op.add_column("customers", sa.Column("town", sa.String(50)))',
    "a filled column": 'op.add_column("customers", sa.Column("hr", sa.Integer(), nullable=False, server_default="0"))',
    "an index": 'migrations.index(op, "ix_customers_email", "customers", ["tenant_id", "email"])',
    "more room": """
    with op.batch_alter_table("customers") as batch:
        batch.alter_column("place", type_=sa.String(300))""".lstrip(),
}


@pytest.mark.parametrize("what", EXPANSIONS)
def test_what_only_expands_is_not_found(findings, what):
    dialect, found = findings(EXPANSIONS[what])

    doubtful = what == "more room" and dialect == "postgresql"  # true of a longer text, and of nothing else
    assert found == (["customers: a column of another type"] if doubtful else [])


def batch(change, table="customers"):
    return f'with op.batch_alter_table("{table}") as batch:\n        batch.{change}'


BREAKS = {
    'op.drop_table("comments")': "table comments: removed",
    batch('drop_column("place")'): "customers.place: removed",
    batch('alter_column("place", new_column_name="town")'): "customers.place: removed",
    batch('alter_column("place", nullable=False)'): "customers.place: must be filled now",
    batch('alter_column("name", type_=sa.String(50))'): "customers.name: VARCHAR(50) instead of VARCHAR(200)",
    batch(
        'add_column(sa.Column("rank", sa.Integer(), nullable=False))'
    ): "customers.rank: new, and nobody else fills it",
    batch('create_unique_constraint("uq", ["tenant_id", "email"])'): "customers: new unique (tenant_id, email)",
    'op.create_index("ux", "customers", ["email"], unique=True)': "customers: new unique (email)",
}


@pytest.mark.parametrize("statement", BREAKS)
def test_what_the_previous_release_would_stumble_over_is_found(findings, statement):
    _, found = findings(statement)

    assert BREAKS[statement] in found


def test_what_an_earlier_release_stopped_using_may_go(findings):
    statement = batch('drop_column("place")')

    assert findings(statement)[1] == ["customers.place: removed"]
    assert findings(statement, mark="# contract: 0.1.0")[1] == []
    with pytest.raises(FalselyPrepared, match=r"0\.0\.9"):
        findings(statement, mark="# contract: 0.0.9")


LOCKED = {
    'op.create_index("ix", "customers", ["email"])': "customers: an index that is not built concurrently",
    "op.execute(\"UPDATE customers SET place = '' WHERE place IS NULL\")": "customers: rows changed all at once",
    'op.create_check_constraint("ck", "customers", "number > 0")': "customers: a constraint not NOT VALID",
    'op.alter_column("customers", "place", nullable=False)': "customers: every row read for a NOT NULL",
}


@pytest.mark.parametrize("statement", LOCKED)
@pytest.mark.parametrize("engine_for", ["production"], indirect=True)
def test_what_holds_a_table_for_long_is_found_unless_it_says_why_not(findings, statement):
    assert LOCKED[statement] in findings(statement)[1]
    excused = findings(statement, mark="# locks: a dozen rows at most")[1]
    assert LOCKED[statement] not in excused
