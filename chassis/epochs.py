"""Which life of its database a program is in: a restored backup begins a new one.

A service that was set back an hour counts versions that its followers have seen before. The epoch, which every event
carries and every restore counts up, tells the new facts from the old: see ``chassis.turns``.
"""

from sqlalchemy import Column, Connection, Integer, Table, insert, select, update

from chassis.tables import Utc, chassis_tables, now

ONLY = 1  # the one row

installation = Table(
    "installation",
    chassis_tables,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("restored_at", Utc),
)


def current(connection: Connection) -> int:
    """Return the epoch; a database that was never restored is in its first, 0."""
    return connection.scalar(select(installation.c.epoch)) or 0


def begin(connection: Connection) -> int:
    """Begin a new epoch, because the database was restored; return it. No program may run on it meanwhile."""
    new = current(connection) + 1
    told = {"epoch": new, "restored_at": now()}
    if connection.execute(update(installation).values(told)).rowcount == 0:
        connection.execute(insert(installation).values(id=ONLY, **told))
    return new
