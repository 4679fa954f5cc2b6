"""Compare two OpenAPI documents of a program: what callers of the old one could do and read, they still can."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.compat.fitting import ANSWER, REQUEST, Document, Fitting, Schema

METHODS = ("get", "post", "put", "patch", "delete", "head")


def operations(document: Schema) -> dict[str, Schema]:
    """List a document's operations, as ``GET /customers``; each with the parameters of its path."""
    return {
        f"{method.upper()} {path}": {**methods[method], "parameters": _parameters(methods, method)}
        for path, methods in document["paths"].items()
        for method in METHODS
        if method in methods
    }


def _parameters(methods: Schema, method: str) -> list[Schema]:
    return [*methods.get("parameters", []), *methods[method].get("parameters", [])]


def breaks(old: Schema, new: Schema) -> Iterator[str]:
    """Say what a caller who knows the old document can no longer do or read."""
    after = operations(new)
    asked = Fitting(Document(old), Document(new), REQUEST)
    answered = Fitting(Document(new), Document(old), ANSWER)
    for name, before in operations(old).items():
        if name not in after:
            yield f"{name}: removed"
            continue
        for found in (
            *_lost_parameters(before, after[name], asked),
            *_lost_bodies(before, after[name], asked),
            *_lost_answers(before, after[name], answered),
        ):
            yield f"{name}: {found}"


def _lost_parameters(before: Schema, after: Schema, asked: Fitting) -> Iterator[str]:
    old, new = _by_name(before), _by_name(after)
    yield from (f"parameter {name}: removed" for name in sorted(set(old) - set(new)))
    for name, parameter in sorted(new.items()):
        needed = parameter.get("required", False)
        if name not in old:
            yield from [f"parameter {name}: new and required"] * needed
            continue
        yield from [f"parameter {name}: required now"] * (needed and not old[name].get("required", False))
        yield from asked.misfits(old[name].get("schema", {}), parameter.get("schema", {}), f"parameter {name}")


def _by_name(operation: Schema) -> dict[str, Schema]:
    return {f"{each['name']} in {each['in']}": each for each in operation["parameters"]}


def _lost_bodies(before: Schema, after: Schema, asked: Fitting) -> Iterator[str]:
    old, new = before.get("requestBody"), after.get("requestBody")
    if new is None:
        yield from ["body: not taken"] * (old is not None)
        return
    yield from ["body: required now"] * (new.get("required", False) and not (old or {}).get("required", False))
    yield from _lost_content("body", (old or {}).get("content", {}), new["content"], asked)


def _lost_answers(before: Schema, after: Schema, answered: Fitting) -> Iterator[str]:
    for status, old in before["responses"].items():
        new = after["responses"].get(status)
        if new is None:
            yield f"answer {status}: removed"
        else:
            yield from _lost_content(f"answer {status}", old.get("content", {}), new.get("content", {}), answered)


def _lost_content(what: str, old: Schema, new: Schema, fitting: Fitting) -> Iterator[str]:
    for media, before in old.items():
        if media not in new:
            yield f"{what}: no {media}"
            continue
        earlier, later = before.get("schema", {}), new[media].get("schema", {})
        given, read = (earlier, later) if fitting.way is REQUEST else (later, earlier)
        yield from fitting.misfits(given, read, what)


def joined(documents: Mapping[str, Any], prefixes: Mapping[str, str]) -> dict[str, tuple[Document, Schema]]:
    """List the operations of several programs as callers from outside name them, each with its document."""
    return {
        f"{method} {prefixes[program]}{path}": (Document(document), operation)
        for program, document in documents.items()
        for name, operation in operations(document).items()
        for method, _, path in [name.partition(" ")]
    }


def asked_for(request: str, names: Iterable[str]) -> str | None:
    """Name the operation of a request: ``GET /customers/5?limit=1`` is one of ``GET /customers/{id}``."""
    place = request.partition("?")[0]
    found = [name for name in names if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(name)), place)]
    return min(found, key=lambda name: name.count("{"), default=None)
