"""Compare the events of two releases: their schemas, and what their examples do to whoever follows them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from tools.compat.fitting import EVENT, Document, Fitting, Schema
from tools.compat.running import Running
from tools.contracts import generated

REGISTERED = "customers.CustomerRegistered"
ADDED = "customers.ContactAdded"

Rows = Mapping[str, list[dict[str, Any]]]


def schemas(tree: Path) -> dict[str, Schema]:
    """Read the schema of every event of a release, by the event's name."""
    return _by_name(path.read_text() for path in sorted((tree / "contracts/schemas").glob("*.json")))


def todays() -> dict[str, Schema]:
    """Make the schema of every event of today's classes, whatever stands in the files."""
    return _by_name(text for path, text in generated().items() if path.endswith(".json"))


def _by_name(texts: Iterable[str]) -> dict[str, Schema]:
    return {each["title"]: each for each in map(json.loads, texts)}


def breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> Iterator[str]:
    """Say which events of one release the other could not read."""
    for name, before in old.items():
        if name not in new:
            yield f"event {name}: removed"
            continue
        for giver, reader, whose in ((before, new[name], "an older one"), (new[name], before, "a newer one")):
            fitting = Fitting(Document(giver), Document(reader), EVENT)
            for misfit in fitting.misfits(_unnumbered(giver), _unnumbered(reader)):
                yield f"event {name}: {whose}: {misfit}"
        if _members(before) != _members(new[name]) and before["$id"] == new[name]["$id"]:
            yield f"event {name}: other members under the same schema_version"


def _unnumbered(schema: Schema) -> Schema:
    """Leave out the number of the shape: nobody asks for it when reading."""
    members = {name: each for name, each in schema["properties"].items() if name != "dataschema"}
    return {**schema, "properties": members}


def _members(schema: Schema) -> set[str]:
    return set(schema["properties"]["data"]["properties"])


def examples(tree: Path) -> dict[str, str]:
    """Read the examples that a release keeps, as ``customers.ContactAdded.1``."""
    return {path.stem: path.read_text() for path in sorted((tree / "tests/contracts").glob("*.json"))}


def edited(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """Say which examples were changed: what was sent was sent."""
    yield from (f"example {name}: removed" for name in sorted(set(old) - set(new)))
    yield from (f"example {name}: edited" for name in sorted(set(old) & set(new)) if old[name] != new[name])


class Stories:
    """The examples of a release, each told with what must have happened before."""

    def __init__(self, of: Mapping[str, str]) -> None:
        self.examples = of
        self._first = {name.rpartition(".")[0]: json.loads(raw) for name, raw in of.items()}

    def story(self, example: str, tenant: str) -> list[str]:
        """Return the example as something that happened at *tenant*, after its customer and contact became known."""
        event = json.loads(self.examples[example])
        about = {key: event["data"][key] for key in ("customer_id", "contact_id") if event["data"].get(key)}
        before = []
        if "customer_id" in about and event["type"] != REGISTERED:
            before.append(self._known(REGISTERED, about))
        if "contact_id" in about and event["type"] != ADDED:
            before.append(self._known(ADDED, about))
        return [json.dumps({**each, **_place(each, tenant)}) for each in (*before, event)]

    def _known(self, kind: str, about: Mapping[str, str]) -> dict[str, Any]:
        event = self._first[kind]
        own = {key: value for key, value in about.items() if key in event["data"]}
        return {**event, "customer": about["customer_id"], "data": {**event["data"], **own}}


def _place(event: Mapping[str, Any], tenant: str) -> dict[str, Any]:
    """Give an event a place of its own in the order of things."""
    kind = event["aggregate"].partition("/")[0]
    return {"id": str(uuid4()), "tenant": tenant, "aggregate": f"{kind}/{uuid4()}", "aggregateversion": 1}


def effect(running: Running, story: list[str], tenant: str) -> Rows:
    """Tell a story and return what there is of its tenant afterwards."""
    for raw in story:
        running.do("tell", raw=raw)
    found: Rows = running.do("rows", tenant=tenant)
    return {table: rows for table, rows in found.items() if rows}


def lasting(once: Rows, again: Rows) -> Rows:
    """Keep what two tellings of one story have in common: no ids, no moments."""
    return {
        table: [
            {column: value for column, value in first.items() if second[column] == value}
            for first, second in zip(rows, again[table], strict=True)
        ]
        for table, rows in once.items()
    }


def differences(expected: Rows, found: Rows) -> Iterator[str]:
    """Say what is otherwise than expected; tables and columns that nobody expected are no difference."""
    for table, rows in expected.items():
        there = found.get(table, [])
        if len(rows) != len(there):
            yield f"{table}: {len(there)} rows instead of {len(rows)}"
            continue
        for row, other in zip(rows, there, strict=True):
            for column, value in row.items():
                if column not in other or other[column] != value:
                    yield f"{table}.{column}: {other.get(column)!r:.80} instead of {value!r:.80}"
