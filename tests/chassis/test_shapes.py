"""What a shape writes is what marshmallow would write of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from marshmallow import Schema, fields

from chassis.shapes import Shape

ROOT = Path(__file__).parent.parent.parent
SAMPLES = (  # the more special before what it is made of
    (fields.UUID, UUID(int=7)),
    (fields.DateTime, datetime(2026, 11, 27, 22, 18, tzinfo=UTC)),
    (fields.Date, date(2026, 11, 27)),
    (fields.Decimal, Decimal("1234.50")),
    (fields.Float, 0.25),
    (fields.Integer, 3),
    (fields.Boolean, True),
    (fields.String, "Blåfjord Fisk AS"),
    (fields.Dict, {"name": "Kari"}),
    (fields.Raw, ["Kari", 1]),
)


def all_shapes():
    for path in sorted(ROOT.glob("[!.]*/**/schemas.py")):
        if path.parts[len(ROOT.parts)] in ("services", "gateway", "chassis"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted(subclasses(Shape), key=lambda shape: (shape.__module__, shape.__name__))


def subclasses(kind):
    return {each for child in kind.__subclasses__() for each in (child, *subclasses(child))}


def sample(field, thing):
    """Return something that the field can write, its parts made by *thing*."""
    if isinstance(field, fields.Nested):
        one = thing(field.schema)
        return [one, one] if field.many or field.schema.many else one
    if isinstance(field, fields.List):
        return [sample(field.inner, thing)]
    return next(value for kind, value in SAMPLES if isinstance(field, kind))


def row(shape):
    return SimpleNamespace(**{name: sample(field, row) for name, field in shape.dump_fields.items()})


def mapping(shape):
    return {name: sample(field, mapping) for name, field in shape.dump_fields.items()}


def empty(shape):
    return dict.fromkeys(shape.dump_fields)


def half(shape):
    return SimpleNamespace(**dict(list(mapping(shape).items())[::2]))


@pytest.mark.parametrize("thing", [row, mapping, empty, half], ids=lambda thing: thing.__name__)
@pytest.mark.parametrize("kind", all_shapes(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_shape_writes_as_the_library_does(kind, thing, monkeypatch):
    shape = kind()
    things = [thing(shape)] * 2
    said = shape.dump(things, many=True)
    monkeypatch.setattr(Shape, "_serialize", Schema._serialize)  # noqa: SLF001  # the library itself, beside it

    assert said == shape.dump(things, many=True)
    assert said[0] == kind().dump(things[0])


def test_the_shapes_are_found():
    assert len(all_shapes()) > 70
