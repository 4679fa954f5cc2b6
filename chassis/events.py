"""Between event objects and CloudEvents 1.0 JSON.

An event is a frozen dataclass (see ``contracts``); its class name is its name on the wire, and ``schema_version``
(1 unless the class says otherwise) stands in ``dataschema``.
"""

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson

from chassis import strictjson

E = TypeVar("E")
Reader = Callable[[Any], Any]  # of one JSON value

LONGEST_NAME = 200  # characters of a type or an aggregate: both stand in indexes, which take no long ones
LARGEST = 256 * 1024  # bytes of one event; larger data travels by reference

FORMATS: dict[Any, dict[str, str]] = {
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Decimal: {"type": "string", "format": "decimal"},
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
}


class Unreadable(Exception):
    """The bytes are not an event this program can read; the message says why."""


@dataclass(frozen=True)
class Envelope:
    """What stands around the data: who, when, about what, and whose card it concerns."""

    id: UUID
    type: str
    schema_version: int
    time: datetime
    tenant: UUID
    aggregate: str  # "contact/<id>"
    aggregate_version: int  # 1, 2, 3 … without a gap
    data: dict[str, Any]
    customer: UUID | None = None
    actor: UUID | None = None
    traceparent: str = ""
    epoch: int = 0  # counted up when the publisher's database was restored from a backup

    @cached_property
    def publisher(self) -> str:
        """Name the program that announced it."""
        return self.type.partition(".")[0]

    @cached_property
    def about(self) -> str:
        """Name the aggregate across all publishers and tenants."""
        return f"{self.publisher}/{self.tenant}/{self.aggregate}"


def name_of(event_type: type) -> str:
    """``contracts.customers.CustomerRenamed`` travels as ``customers.CustomerRenamed``."""
    return f"{event_type.__module__.rpartition('.')[2]}.{event_type.__name__}"


def version_of(event_type: type) -> int:
    """Return the version of the event's shape."""
    return int(getattr(event_type, "schema_version", 1))


def is_snapshot(event_type: type) -> bool:
    """Tell whether the event repeats how a thing stands, instead of what happened to it."""
    return bool(getattr(event_type, "snapshot", False))


def write(envelope: Envelope) -> str:
    """Write an envelope as CloudEvents JSON."""
    optional = {
        "customer": str(envelope.customer) if envelope.customer else None,
        "actor": str(envelope.actor) if envelope.actor else None,
        "traceparent": envelope.traceparent or None,
    }
    document = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "source": f"/{envelope.publisher}",
        "type": envelope.type,
        "time": envelope.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"urn:kundekort:{envelope.type}:{envelope.schema_version}",
        "tenant": str(envelope.tenant),
        **{name: value for name, value in optional.items() if value is not None},
        "aggregate": envelope.aggregate,
        "aggregateversion": envelope.aggregate_version,
        "epoch": envelope.epoch,
        "data": envelope.data,
    }
    return to_json(document)


def to_json(value: Any) -> str:
    """Write JSON compactly; ids, moments, dates and exact decimals become text."""
    return json.dumps(value, default=_text_of, ensure_ascii=False, separators=(",", ":"))


def to_bytes(value: Any) -> bytes:
    """Write the same as an answer, several times as fast; what is sealed or compared stays with ``to_json``."""
    return orjson.dumps(value, default=_text_of)


def read(raw: bytes) -> Envelope:
    """Read CloudEvents JSON strictly; members of a later version are ignored."""
    try:
        found = strictjson.loads(raw)
        version = str(found["dataschema"]).rpartition(":")[2]
        return Envelope(
            id=UUID(found["id"]),
            type=_name(found["type"]),
            schema_version=int(version),
            time=_moment(found["time"]),
            tenant=UUID(found["tenant"]),
            aggregate=_name(found["aggregate"]),
            aggregate_version=_count(found["aggregateversion"]),
            data=_members(found["data"]),
            customer=UUID(found["customer"]) if found.get("customer") else None,
            actor=UUID(found["actor"]) if found.get("actor") else None,
            traceparent=str(found.get("traceparent", "")),
            epoch=_epoch(found.get("epoch", 0)),
        )
    except (strictjson.NotStrict, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("text expected")
    return value


def _name(value: Any) -> str:
    if len(_text(value)) > LONGEST_NAME:
        raise ValueError("a name is too long")
    return _text(value)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31:
        raise ValueError("aggregateversion is not a count")
    return value


def _epoch(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise ValueError("epoch is not a count")
    return value


def _members(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("data is not an object")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("time has no zone")
    return moment


def dump(event: Any) -> dict[str, Any]:
    """Write an event's fields as JSON-ready values."""
    return {name: plain(value) for name, value in asdict(event).items()}


def plain(value: Any) -> Any:
    """Write one value as JSON knows it: ids, dates and exact decimals become text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return _text_of(value) if isinstance(value, date | UUID | Decimal) else value


def _text_of(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def load(event_type: type[E], data: Mapping[str, Any]) -> E:
    """Read an event; fields that are newer than this reader are ignored."""
    try:
        return cast(E, _object(event_type, data))
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Unreadable(f"{name_of(event_type)}: {type(error).__name__} {error}"[:200]) from error


@cache
def _readers(kind: type) -> dict[str, tuple[Reader, bool]]:
    """Work out once how each field is read and whether it must be there: that costs more than reading."""
    hints = get_type_hints(kind)
    needed = {field.name: field.default is MISSING and field.default_factory is MISSING for field in fields(kind)}
    return {name: (_reader(hints[name]), needed[name]) for name in needed}


def _object(kind: Any, data: Mapping[str, Any]) -> Any:
    if missing := sorted(name for name, (_, needed) in _readers(kind).items() if needed and name not in data):
        raise KeyError(*missing)
    return kind(**load_some(kind, data))


def load_some(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Read those of an event's fields that are there."""
    return {name: read(data[name]) for name, (read, _) in _readers(kind).items() if name in data}


def _reader(hint: Any) -> Reader:
    if hint is Any:
        return lambda value: value
    if get_origin(hint) in (Union, types.UnionType):
        read = _reader(_without_none(hint))
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is list:
        each = _reader(get_args(hint)[0])
        return lambda value: list(map(each, value))
    if is_dataclass(hint):
        return lambda value: _object(hint, value)
    if hint in (date, datetime):
        return hint.fromisoformat
    return hint if hint in (UUID, Decimal) else lambda value: _checked(hint, value)


def _checked(hint: Any, value: Any) -> Any:
    if not isinstance(value, hint):
        raise TypeError(f"{value!r:.40} is not {hint.__name__}")
    return value


def _without_none(hint: Any) -> Any:
    return next(each for each in get_args(hint) if each is not type(None))


def json_schema(hint: Any) -> dict[str, Any]:
    """Describe an event class (or a type inside one) as JSON Schema."""
    if hint is Any:
        return {}
    if get_origin(hint) in (Union, types.UnionType):
        return {"anyOf": [json_schema(_without_none(hint)), {"type": "null"}]}
    if get_origin(hint) is list:
        return {"type": "array", "items": json_schema(get_args(hint)[0])}
    return _object_schema(hint) if is_dataclass(hint) else FORMATS[hint]


def _object_schema(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    required = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    return {
        "type": "object",
        "description": kind.__doc__,
        "properties": {field.name: json_schema(hints[field.name]) for field in fields(kind)},
        "required": required,
    }
