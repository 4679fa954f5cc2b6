"""The migrations make the very tables that the code knows, on both databases."""

import pytest
from sqlalchemy import inspect, text

from chassis import migrations
from chassis.run import PROGRAMS
from chassis.tables import chassis_tables


@pytest.mark.parametrize("name", PROGRAMS)
def test_migrations_and_code_know_the_same_tables_also_after_a_second_upgrade(engine_for, name):
    engine = engine_for(name)
    migrations.upgrade(name, engine)
    migrations.upgrade(name, engine)

    migrations.check(name, engine)
    assert {table.name for table in chassis_tables.sorted_tables} < set(inspect(engine).get_table_names())
    with engine.begin() as connection:
        assert not migrations.pending(name, connection)


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_empty_database_is_behind(engine_for, name):
    with engine_for(name).begin() as connection:
        assert migrations.pending(name, connection)


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_older_program_goes_on_over_a_newer_database_and_leaves_it_as_it_is(engine_for, name):
    """In a rolling upgrade the database is first; and an older release may be put back without it."""
    engine = engine_for(name)
    migrations.upgrade(name, engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'a later one'"))
        assert not migrations.pending(name, connection)

    migrations.upgrade(name, engine)

    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "a later one"
