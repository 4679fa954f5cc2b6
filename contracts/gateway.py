"""What the gateway announces: who works where, and what is on the card."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from contracts import Change


@dataclass(frozen=True)
class DepartmentOpened:
    """The agency has one more department."""

    category: ClassVar[str] = "change"
    department_id: UUID
    name: str


@dataclass(frozen=True)
class DepartmentRenamed:
    """A department has another name."""

    category: ClassVar[str] = "change"
    department_id: UUID
    before: str
    name: str


@dataclass(frozen=True)
class EmployeeAdded:
    """Somebody works at the agency from now on."""

    category: ClassVar[str] = "change"
    employee_id: UUID
    name: str
    email: str
    role: str
    departments: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class EmployeeDetailsChanged:
    """Somebody edited what is known of an employee; ``active`` is among it."""

    category: ClassVar[str] = "change"
    employee_id: UUID
    name: str
    changes: list[Change]


@dataclass(frozen=True)
class ItemsSwitched:
    """The agency switched items of the card on or off; ``off`` lists all that are off from now on."""

    category: ClassVar[str] = "change"
    switched_on: list[str]
    switched_off: list[str]
    off: list[str]
