"""What the release before wrote is found by its words, whoever it belongs to."""

import pytest
from alembic import command
from sqlalchemy import text

from chassis import migrations
from chassis.db import connect
from tests.suite import FORMS, Client, database_for, start

A_CUSTOMER = """
INSERT INTO customers
    (tenant_id, id, version, number, name, sort_name, search_text, type, created_at, updated_at, departments)
VALUES (:tenant, :tenant, 1, 10001, 'Fjordvik', '', '', 'customer', '2026-11-23', '2026-11-23', {none})
"""
A_CONTACT = """
INSERT INTO contacts (tenant_id, id, version, customer_id, name, email, roles)
VALUES (:tenant, :tenant, 1, :tenant, 'Bjørn ØDEGÅRD', 'bjorn@fjordvik.no', '[]')
"""
A_CLIENT = "INSERT INTO clients (tenant_id, id, name, departments) VALUES (:tenant, :tenant, 'ÅS Verft', {none})"
A_PROJECT = """
INSERT INTO projects (tenant_id, id, version, customer_id, number, name, type, status, opened_at)
VALUES (:tenant, :tenant, 1, :tenant, 1001, 'Sveisere ØST', 'other', 'active', '2026-11-23')
"""
ROWS = {"customers": (A_CUSTOMER, A_CONTACT), "recruitment": (A_CLIENT, A_PROJECT)}
UNFOLDED = {"customers": "0006", "recruitment": "0004"}  # the columns are there, and empty
QUESTIONS = {
    "customers": ("/contacts?text=bjørn+ødegård", "/contacts?text=@fjordvik"),
    "recruitment": ("/projects?text=øst+ås", "/projects?text=1001"),
}


def write(connection, name, tenant):
    """Write a row into each table as the release before did."""
    none, owner = ("'[]'", tenant.hex) if connection.dialect.name == "sqlite" else ("'{}'", tenant)
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": str(tenant)})
    for statement in ROWS[name]:
        connection.execute(text(statement.format(none=none)), {"tenant": owner})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ROWS)
def test_rows_of_every_tenant_are_folded(request, form, name, ada, eve):
    engine = connect(url := database_for(request, form, name))
    settings = migrations.config(name)
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, UNFOLDED[name])
        connection.commit()
        for who in (ada, eve):
            write(connection, name, who.tenant)
            connection.commit()
    engine.dispose()

    program = start(name, url)
    for who in (ada, eve):
        for question in QUESTIONS[name]:
            assert len(Client(program, who).get(question).json["items"]) == 1, question
    program.close()


@pytest.mark.parametrize("name", ROWS)
def test_what_the_release_before_writes_meanwhile_is_found_by_its_name(request, name, ada):
    program = start(name, database_for(request, "production", name))
    with program.engine.begin() as connection:
        write(connection, name, ada.tenant)

    assert len(Client(program, ada).get(QUESTIONS[name][0]).json["items"]) == 1
    program.close()


def test_row_level_security_is_as_it_was(request, ada, eve):
    program = start("customers", database_for(request, "production", "customers"))
    with program.engine.begin() as connection:
        write(connection, "customers", ada.tenant)
    with program.engine.begin() as connection:
        connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": str(eve.tenant)})
        assert connection.scalar(text("SELECT count(*) FROM contacts")) == 0
    program.close()
