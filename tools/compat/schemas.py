"""Look at what each new migration does to a database that the previous release works on."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect

from tools.compat import statements
from tools.compat.releases import FalselyPrepared, Release

CONTRACT = re.compile(r"^# contract: (\S+)$", re.MULTILINE)  # the release that stopped using what is taken away
LOCKS = re.compile(r"^# locks: (.+)$", re.MULTILINE)  # why it is short nevertheless

Keys = Collection[tuple[str, ...]]


@dataclass(frozen=True)
class Form:
    """The form of one table."""

    columns: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Keys] = field(default_factory=dict)  # what rows must obey, by kind


def forms(connection: Connection) -> dict[str, Form]:
    """Read the form of every table."""
    seen = inspect(connection)
    return {table: _form(seen, table) for table in seen.get_table_names()}


def _form(seen: Any, table: str) -> Form:
    indexes = [each["column_names"] for each in seen.get_indexes(table) if each["unique"]]
    uniques = [each["column_names"] for each in seen.get_unique_constraints(table)]
    return Form(
        {each["name"]: each for each in seen.get_columns(table)},
        {
            "unique": {tuple(map(str, names)) for names in (*indexes, *uniques)},
            "reference": {tuple(each["constrained_columns"]) for each in seen.get_foreign_keys(table)},
            "condition": {(each["sqltext"],) for each in seen.get_check_constraints(table)},
        },
    )


def tightened(before: Mapping[str, Form], after: Mapping[str, Form]) -> Iterator[str]:
    """Say what code that knows the form before can no longer read or write."""
    for table, old in before.items():
        if table not in after:
            yield f"table {table}: removed"
            continue
        new = after[table]
        yield from (f"{table}.{name}: removed" for name in sorted(set(old.columns) - set(new.columns)))
        for name, column in new.columns.items():
            yield from (f"{table}.{name}: {what}" for what in _column(old.columns.get(name), column))
        for kind, keys in new.rules.items():
            more = set(keys) - set(old.rules.get(kind, ()))
            yield from (f"{table}: new {kind} ({', '.join(key)})" for key in sorted(more))


def _column(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[str]:
    if old is None:
        if not new["nullable"] and new["default"] is None:
            yield "new, and nobody else fills it"
        return
    if old["nullable"] and not new["nullable"]:
        yield "must be filled now"
    if not _holds(new["type"], old["type"]):
        yield f"{new['type']} instead of {old['type']}"
    if old["default"] is not None and new["default"] is None and not new["nullable"]:
        yield "no default any more"


def _holds(new: Any, old: Any) -> bool:
    """Tell whether a column of the new type takes whatever the old one took: the same, or a longer text."""
    if str(new) == str(old):
        return True
    was, now = getattr(old, "length", None), getattr(new, "length", None)
    return type(new) is type(old) and was is not None and (now is None or now >= was)


def edited(old: Path, new: Path) -> list[str]:
    """List migrations of a release that were changed afterwards: they have run already, in their former form."""
    released = {path.relative_to(old): path.read_bytes() for path in old.glob("**/migrations/versions/*.py")}
    today = {path.relative_to(new): path.read_bytes() for path in new.glob("**/migrations/versions/*.py")}
    return sorted(str(path) for path, content in released.items() if today.get(path) != content)


@dataclass
class Upgrade:
    """Take the steps of an upgrade one by one and look at each."""

    settings: Config
    engine: Engine
    releases: Sequence[Release]

    def findings(self, since: str) -> Iterator[str]:
        """Say what the migrations after the revision *since* do that they may not."""
        self._go(since)
        scripts = ScriptDirectory.from_config(self.settings)
        new = [each for each in scripts.walk_revisions(base="base", head="heads") if each.revision > since]
        for revision in sorted(new, key=lambda each: each.revision):
            source = Path(revision.path).read_text(encoding="utf-8")
            before, done, after = self._step(revision.revision)
            found = [] if self._marked(source) else list(tightened(before, after))
            if self.engine.dialect.name == "postgresql" and not LOCKS.search(source):
                found += statements.long_locks(done, in_use=before)
            yield from (f"{Path(revision.path).name}: {each}" for each in found)

    def _marked(self, source: str) -> bool:
        """Tell whether a migration takes away what an earlier release stopped using."""
        if not (marks := CONTRACT.findall(source)):
            return False
        if strange := set(marks) - {release.version for release in self.releases}:
            raise FalselyPrepared(f"a migration names a release that never was: {', '.join(strange)}")
        return True

    def _step(self, revision: str) -> tuple[dict[str, Form], list[str], dict[str, Form]]:
        with self.engine.begin() as connection:
            before = forms(connection)
        done: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            done.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        self._go(revision)
        event.remove(self.engine, "before_cursor_execute", note)
        with self.engine.begin() as connection:
            return before, done, forms(connection)

    def _go(self, revision: str) -> None:
        with self.engine.connect() as connection:
            self.settings.attributes["connection"] = connection
            command.upgrade(self.settings, revision)
            connection.commit()
