"""What the services tell each other: one module per publisher, one frozen class per event.

The class name is the name on the wire (``customers.CustomerRenamed``); its ``category`` is where it stands in the
customer's log. A field may be added with a default; never renamed, retyped or removed. What breaks a reader is a
new class. A ``snapshot`` tells how a thing (an ``aggregate``) stands, not what happened to it; the log passes it by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One field before and after; ``before`` is none for what was just added."""

    field: str
    before: Any = None
    after: Any = None


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """List the fields of *after* that differ from *before*."""
    return [Change(field, before.get(field), new) for field, new in after.items() if before.get(field) != new]
