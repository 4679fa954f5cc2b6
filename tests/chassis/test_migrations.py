"""The migrations make the very tables that the code knows, on both databases."""

import pytest
from sqlalchemy import inspect

from chassis import migrations
from chassis.db import connect
from chassis.outbox import chassis_tables
from chassis.run import PROGRAMS
from tests.suite import FORMS, database_for


@pytest.fixture(params=FORMS)
def engine_for(request):
    """Make the engine of an empty database for the program that is asked for."""
    made = []

    def engine_for(name):
        made.append(connect(database_for(request, request.param, name)))
        return made[-1]

    yield engine_for
    for engine in made:
        engine.dispose()


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
