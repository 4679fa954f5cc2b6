"""Nobody meets another agency's rows: not by our queries, and not past them."""

from datetime import UTC, date, datetime
from importlib import import_module
from uuid import uuid4

import pytest
from sqlalchemy import MetaData, create_engine, insert, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from chassis import migrations
from chassis.auth import Unauthenticated
from chassis.run import PROGRAMS
from chassis.tables import chassis_tables
from services.customers.profile.models import Customer
from tests.suite import Client

ANY = {str: "x", int: 1, bool: True, dict: {}, list: [], bytes: b"x", float: 1.0, date: date(2026, 11, 23)}


def tables(name):
    """Return every table of a program that holds rows of tenants."""
    import_module(f"{migrations.package(name)}.app")
    metadata = import_module(f"{migrations.package(name)}.tables").Base.metadata
    return [table for table in metadata.sorted_tables if "tenant_id" in table.columns]


TABLES = [(name, table.name) for name in PROGRAMS for table in tables(name)]


def any_value(column):
    kind = column.type.python_type
    if kind is datetime:
        return datetime.now(UTC)
    return uuid4() if kind is type(uuid4()) else ANY.get(kind, 1)


def a_row(table, tenant):
    """Make a row of any content: what is tested does not look at it."""
    wanted = [column for column in table.columns if column.name != "tenant_id" and not column.nullable]
    return {column.name: any_value(column) for column in wanted} | {"tenant_id": tenant}


class Place:
    """A program's database on PostgreSQL with one row of *tenant* in every table."""

    def __init__(self, server, name):
        self.url = server.create_service(name).replace("postgresql://", "postgresql+psycopg://")
        self.tenant = uuid4()
        self.engine = create_engine(self.url)
        migrations.upgrade(name, self.engine)
        self.found = MetaData()
        self.found.reflect(self.engine)  # the types as PostgreSQL has them, not as our decorators show them
        database = self.url.rpartition("/")[2]
        owner = create_engine(
            server.url.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{database}"
        )
        with owner.begin() as connection:  # a superuser: no row-level security, and no foreign keys either
            connection.execute(text("SET session_replication_role = replica"))
            for table in tables(name):
                connection.execute(insert(self.table(table.name)).values(a_row(self.table(table.name), self.tenant)))
        owner.dispose()

    def table(self, name):
        return self.found.tables[name]

    def as_tenant(self, connection, tenant):
        connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": str(tenant)})


@pytest.fixture(scope="session")
def places(postgres_server):
    """One place a program, made when it is asked for."""
    made = {}

    def place(name):
        if name not in made:
            made[name] = Place(postgres_server, name)
        return made[name]

    yield place
    for each in made.values():
        each.engine.dispose()


every_table = pytest.mark.parametrize(("name", "table"), TABLES, ids=[f"{name}.{table}" for name, table in TABLES])


@every_table
def test_without_a_tenant_postgresql_shows_no_row(places, name, table):
    place = places(name)
    with place.engine.begin() as connection:
        assert connection.execute(select(place.table(table).c.tenant_id)).all() == []


@every_table
def test_for_another_tenant_postgresql_shows_no_row_and_for_its_own_it_does(places, name, table):
    place = places(name)
    with place.engine.begin() as connection:
        place.as_tenant(connection, uuid4())
        assert connection.execute(select(place.table(table).c.tenant_id)).all() == []
        place.as_tenant(connection, place.tenant)
        assert connection.execute(select(place.table(table).c.tenant_id)).all() == [(place.tenant,)]


@every_table
def test_the_context_ends_with_its_transaction(places, name, table):
    place = places(name)
    with place.engine.connect() as connection:
        with connection.begin():
            place.as_tenant(connection, place.tenant)
        with connection.begin():
            assert connection.execute(select(place.table(table).c.tenant_id)).all() == []


@every_table
@pytest.mark.parametrize("context", ["another tenant", "none"])
def test_postgresql_takes_no_row_for_another_tenant(places, name, table, context):
    place = places(name)
    with place.engine.begin() as connection:
        if context != "none":
            place.as_tenant(connection, uuid4())
        with pytest.raises(ProgrammingError, match="row-level security"), connection.begin_nested():
            connection.execute(insert(place.table(table)).values(a_row(place.table(table), place.tenant)))


@every_table
def test_postgresql_gives_no_row_away_to_another_tenant(places, name, table):
    place = places(name)
    with place.engine.begin() as connection:
        place.as_tenant(connection, place.tenant)
        with pytest.raises(ProgrammingError, match="row-level security"), connection.begin_nested():
            connection.execute(place.table(table).update().values(tenant_id=uuid4()))


@pytest.mark.parametrize("name", PROGRAMS)
def test_row_level_security_is_forced_wherever_rows_have_a_tenant(places, name):
    """Asked of the database itself: a migration that forgets ``protect`` is found here."""
    query = text(
        """
        SELECT relname, relrowsecurity AND relforcerowsecurity
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        """
    )
    with places(name).engine.begin() as connection:
        found = dict(connection.execute(query).all())

    own = {table.name for table in chassis_tables.sorted_tables}
    assert {table for table, protected in found.items() if not protected} <= own
    assert set(found) - own == {table.name for table in tables(name)}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_works_as_a_role_that_cannot_pass_row_level_security(places, name):
    with places(name).engine.begin() as connection:
        [role] = connection.execute(text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"))

    assert tuple(role) == (False, False)


def test_a_session_without_a_caller_may_ask_nothing(program, client, card):
    with Session(program.engine) as session, pytest.raises(Unauthenticated):
        session.scalars(select(Customer)).all()


def test_subqueries_and_counts_are_narrowed_too(client, eve, card):
    """The list filters by tag with a subquery, and the tags are counted over all customers."""
    client.post(f"{card}/tags", json={"name": "vip"})
    queries = ("/customers", "/customers?tag=vip", "/customers?text=fjordvik", "/customers?type=customer", "/tags")

    assert [len(client.get(query).json["items"]) for query in queries] == [1] * 5
    assert [client.as_(eve).get(query).json["items"] for query in queries] == [[]] * 5


def test_another_agency_gets_404_for_the_card_and_everything_under_it(program, client, eve, card):
    client.post(f"{card}/notes", json={"text": "Hemmelig"})
    for path in ("", "/notes", "/contacts", "/log"):
        assert client.get(card + path).status_code == 200
        assert client.as_(eve).get(card + path).status_code == 404
    assert client.as_(eve).post(f"{card}/notes", json={"text": "x"}).status_code == 404


def test_another_department_gets_404_too(client, bob, card):
    assert client.as_(bob).get(card).status_code == 404
    assert client.as_(bob).get("/customers").json["items"] == []


def test_a_tenant_in_the_body_is_refused_and_one_in_a_header_is_not_heard(client, eve, card):
    told = {"X-Tenant": str(eve.tenant), "X-Tenant-Id": str(eve.tenant), "X-User": str(eve.employee)}

    made = client.post("/customers", json={"name": "Min"}, headers=told).json

    assert client.get(f"/customers/{made['id']}").status_code == 200
    assert client.as_(eve).get(f"/customers/{made['id']}").status_code == 404
    assert client.post("/customers", json={"name": "A", "tenant_id": str(eve.tenant)}).status_code == 422


def test_two_agencies_at_once_on_one_connection_pool_see_their_own(program, client, eve):
    """The tenant lives in the transaction, so a pooled connection carries none along."""
    for who in (client.who, eve) * 10:
        mine = Client(program, who)
        mine.post("/customers", json={"name": f"Kunde {who.tenant}"})
    for who in (client.who, eve):
        names = {each["name"] for each in Client(program, who).get("/customers").json["items"]}
        assert names == {f"Kunde {who.tenant}"}
