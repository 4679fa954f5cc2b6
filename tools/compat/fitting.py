"""Does what one side gives fit what the other side reads? Both described as JSON Schema, as our documents use it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

UPPER = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
LOWER = ("minLength", "minItems", "minimum", "exclusiveMinimum")
EXACT = ("format", "pattern", "const")
DEEPEST = 12  # shapes that contain themselves


@dataclass(frozen=True)
class Way:
    """How what is given is read."""

    needs: str  # which members the reader cannot do without: "required", or every one it was told of ("properties")
    has: str  # which members the giver always gives
    strict: bool  # a member that the reader does not know is refused, and else ignored
    hidden: str = ""  # members that do not go this way


REQUEST = Way(needs="required", has="required", strict=True, hidden="readOnly")
ANSWER = Way(needs="properties", has="properties", strict=False, hidden="writeOnly")
EVENT = Way(needs="required", has="properties", strict=False)


class Document:
    """A document whose schemas refer to each other."""

    def __init__(self, whole: Schema) -> None:
        self.whole = whole

    def kinds(self, schema: Schema) -> dict[str, Schema]:
        """Split a schema by the JSON types it allows; one that says nothing of types allows ``any``."""
        schema = self.resolve(schema)
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            return {kind: each for branch in branches for kind, each in self.kinds(branch).items()}
        named = schema.get("type", "any")
        return dict.fromkeys(named if isinstance(named, list) else [named], schema)

    def resolve(self, schema: Schema) -> Schema:
        """Follow references, such as ``#/components/schemas/Customer``."""
        while "$ref" in schema:
            found: Any = self.whole
            for word in schema["$ref"].removeprefix("#/").split("/"):
                found = found[word]
            schema = found
        return schema


@dataclass(frozen=True)
class Fitting:
    """Compare schemas of a giver's document with those of a reader's."""

    giver: Document
    reader: Document
    way: Way

    def misfits(self, given: Schema, read: Schema, place: str = "", depth: int = 0) -> Iterator[str]:
        """Say what may be given that the reader cannot take."""
        taken = self.reader.kinds(read)
        if "any" in taken or depth > DEEPEST:
            yield from self._values(given, taken.get("any", {}), place)
            return
        for kind, schema in self.giver.kinds(given).items():
            reader = taken.get(kind, taken.get("number") if kind == "integer" else None)
            if reader is None:
                yield f"{place}: may be {kind}"
            else:
                yield from self._values(schema, reader, place)
                yield from self._limits(schema, reader, place)
                if kind == "object":
                    yield from self._members(schema, reader, place, depth)
                if kind == "array":
                    yield from self.misfits(schema.get("items", {}), reader.get("items", {}), f"{place}[]", depth + 1)

    def _values(self, given: Schema, read: Schema, place: str) -> Iterator[str]:
        more = set(map(str, given.get("enum", ["anything"]))) - set(map(str, read["enum"])) if "enum" in read else ()
        yield from (f"{place}: may be {value}" for value in sorted(more))
        yield from (f"{place}: another {name}" for name in EXACT if name in read and given.get(name) != read[name])
        if self.way.strict and "default" in given and given["default"] != read.get("default"):
            yield f"{place}: another default"

    def _limits(self, given: Schema, read: Schema, place: str) -> Iterator[str]:
        for name in UPPER:
            if name in read and given.get(name, float("inf")) > read[name]:
                yield f"{place}: {name} above {read[name]}"
        for name in LOWER:
            if name in read and given.get(name, float("-inf")) < read[name]:
                yield f"{place}: {name} below {read[name]}"

    def _members(self, given: Schema, read: Schema, place: str, depth: int) -> Iterator[str]:
        here, there = self._shown(given), self._shown(read)
        needed = set(there if self.way.needs == "properties" else read.get("required", ()))
        has = set(here if self.way.has == "properties" else given.get("required", ()))
        yield from (f"{_join(place, name)}: missing" for name in sorted((needed & set(there)) - has))
        if self.way.strict and read.get("additionalProperties") is False:
            yield from (f"{_join(place, name)}: not taken" for name in sorted(set(here) - set(there)))
        for name in sorted(set(here) & set(there)):
            yield from self.misfits(here[name], there[name], _join(place, name), depth + 1)

    def _shown(self, schema: Schema) -> dict[str, Schema]:
        members = schema.get("properties", {})
        return {name: each for name, each in members.items() if not each.get(self.way.hidden or "-")}


def _join(place: str, name: str) -> str:
    return f"{place}.{name}".removeprefix(".")
