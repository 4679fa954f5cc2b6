"""Hold recorded answers against what an earlier release documented, and against what it answered itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from tools.compat.documents import asked_for
from tools.compat.fitting import Document, Schema
from tools.compat.walk import Answer, Step

Operations = Mapping[str, tuple[Document, Schema]]

KINDS = {dict: "an object", list: "a list", str: "text", bool: "a yes or no", int: "a number", float: "a number"}
UNDOCUMENTED = "text/html"  # pages are for people


def untrue(answers: Sequence[Answer], documented: Operations) -> Iterator[str]:
    """Say which answers are not what the document promises; members that it does not know are none of its business."""
    for answer in answers:
        name = asked_for(answer.asked, documented)
        if name and answer.content_type != UNDOCUMENTED:
            yield from (f"{answer.name}: {error}" for error in _errors(answer, *documented[name]))


def _errors(answer: Answer, document: Document, operation: Schema) -> Iterator[str]:
    responses = operation["responses"]
    promised = responses.get(str(answer.status), responses["default"])
    schema = promised.get("content", {}).get(answer.content_type, {}).get("schema", {})
    if str(answer.status) not in responses and answer.status < 400:  # noqa: PLR2004  # refusals begin there
        yield f"{answer.status} is not documented"
    if schema and answer.body:
        whole = _lenient({**schema, "components": document.whole["components"]})
        checker = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        yield from (f"{error.json_path}: {error.message:.200}" for error in checker.iter_errors(answer.json()))


def _lenient(schema: Any) -> Any:
    """Read a document as whoever reads answers must: more members than he knows are no mistake."""
    if isinstance(schema, list):
        return [_lenient(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {key: _lenient(each) for key, each in schema.items() if (key, each) != ("additionalProperties", False)}


def lost(old: Sequence[Answer], new: Sequence[Answer]) -> Iterator[str]:
    """Say what was in the answers of one release and is not in those of the other to the same steps."""
    for before, after in zip(old, new, strict=True):
        if (before.status, before.content_type) != (after.status, after.content_type):
            yield f"{after.name}: {after.status} {after.content_type}, was {before.status} {before.content_type}"
        else:
            yield from (f"{after.name}: {each}" for each in _missing(before.json(), after.json(), "answer"))


def _missing(old: Any, new: Any, place: str) -> Iterator[str]:
    if old is None or new is None:
        return
    if KINDS[type(old)] != KINDS[type(new)]:
        yield f"{place} is {KINDS[type(new)]}, was {KINDS[type(old)]}"
    elif isinstance(old, dict):
        yield from (f"{place}.{name} is missing" for name in sorted(set(old) - set(new)))
        for name in sorted(set(old) & set(new)):
            yield from _missing(old[name], new[name], f"{place}.{name}")
    elif isinstance(old, list) and old:
        yield from _missing(old[0], new[0], f"{place}.0") if new else [f"{place} is empty"]


def unwalked(way: Sequence[Step], documented: Operations) -> list[str]:
    """List the operations that no step of a walk asks for."""
    walked = {asked_for(step["ask"], documented) for step in way}
    return [name for name in documented if name not in walked]
