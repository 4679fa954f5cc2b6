"""Two changed the same thing at once: what stood there, what stands there now, and what was typed, field by field.

A form carries along what was stored when it was opened (``stored.<field>``). Where somebody else was faster, it comes
back with what only the other changed taken over, and with both to choose from where both changed a field: what stood
there before (``was.<field>``), what the other stored (``stored.<field>``) and what was typed (``yours.<field>``),
decided by ``keep.<field>``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from gateway.web.fields import Field, Typed

WAS, STORED, YOURS = "was", "stored", "yours"


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed, and that holds something else in the form."""

    field: Field
    sides: Mapping[str, Typed]
    keep: str  # ``stored`` or ``yours``; neither where something third was typed since

    def value(self, side: str) -> Any:
        """Return what one side says, as the service would read it."""
        return self.field.read(self.sides[side])

    def texts(self, side: str) -> dict[str, Any]:
        """Return what one side would have stand in the form."""
        return self.field.keep(self.sides[side])

    @property
    def only_theirs(self) -> bool:
        """Tell whether whoever typed left the field alone."""
        return bool(self.value(WAS) == self.value(YOURS))


def side(typed: Typed, name: str) -> Typed:
    """Take out of a form what it carries along of one side."""
    prefix = f"{name}."
    pairs = typed.items(multi=True)
    return MultiDict([(key.removeprefix(prefix), text) for key, text in pairs if key.startswith(prefix)])


def written(values: Mapping[str, Any]) -> Typed:
    """Write values as a browser sends the fields they stand in: a box without its tick says nothing."""
    several = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    pairs = [(name, each) for name, found in several.items() for each in found]
    return MultiDict([(name, "true" if each is True else str(each)) for name, each in pairs if each is not False])


def compare(fields: Iterable[Field], typed: Typed, stored: Mapping[str, Any]) -> list[Difference]:
    """List what somebody else changed since the form was opened; what the other left alone is for you to say."""
    sides = {WAS: side(typed, STORED), STORED: written(stored), YOURS: typed}
    found = []
    for field in fields:
        was, theirs, yours = (field.read(sides[name]) for name in (WAS, STORED, YOURS))
        if theirs not in (was, yours):
            found.append(Difference(field, sides, STORED if was == yours else YOURS))
    return found


def carried(fields: Iterable[Field], typed: Typed) -> list[Difference]:
    """Read from a form the differences that it was shown with."""
    sides = {name: side(typed, name) for name in (WAS, STORED, YOURS)}
    shown = typed.getlist("differs")
    return [Difference(field, sides, typed.get(f"keep.{field.name}", "")) for field in fields if field.name in shown]


def merged(typed: Typed, differences: Iterable[Difference]) -> Typed:
    """Let stand in the form what was chosen; what was typed by hand since is a choice of its own."""
    found = MultiDict(typed)
    for each in differences:
        if each.keep in (STORED, YOURS) and each.field.read(typed) in (each.value(STORED), each.value(YOURS)):
            for name in each.field.keep(found):
                found.poplist(name)
            found.update(written(each.texts(each.keep)))
    return found
