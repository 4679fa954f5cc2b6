"""Which statements of a migration keep others from a table for longer than a moment."""

import re
from collections.abc import Collection, Iterable, Iterator

TABLE = r"(?:IF (?:NOT )?EXISTS )?(?:ONLY )?\"?(?P<table>\w+)\"?"
LONG = (  # each reads or writes a whole table while it holds it
    (rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*? ON {TABLE}", "an index that is not built concurrently"),
    (rf"ALTER TABLE {TABLE} ADD CONSTRAINT .* (?:UNIQUE|PRIMARY KEY|EXCLUDE)", "a constraint that builds an index"),
    (rf"ALTER TABLE {TABLE} ADD (?:CONSTRAINT .*)?(?:FOREIGN KEY|CHECK)(?!.*NOT VALID)", "a constraint not NOT VALID"),
    (rf"ALTER TABLE {TABLE} ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE", "a column of another type"),
    (rf"ALTER TABLE {TABLE} ALTER (?:COLUMN )?\S+ SET NOT NULL", "every row read for a NOT NULL"),
    (rf"(?:UPDATE|DELETE FROM) {TABLE}", "rows changed all at once"),
    (rf"(?:LOCK TABLE|VACUUM FULL|CLUSTER|REINDEX TABLE) {TABLE}", "a lock"),
)
OWN = {"alembic_version"}


def long_locks(done: Iterable[str], in_use: Collection[str]) -> Iterator[str]:
    """Say which statements hold a table that the release before works with."""
    tables = set(in_use) - OWN
    for statement in done:
        plain = " ".join(statement.split())
        for pattern, what in LONG:
            found = re.match(pattern, plain, re.IGNORECASE)
            if found and found["table"] in tables:
                yield f"{found['table']}: {what}"
