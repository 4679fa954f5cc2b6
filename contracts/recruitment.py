"""What the recruitment service announces."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from contracts import Change


@dataclass(frozen=True)
class ProjectOpened:
    """There is a piece of work for the customer, or the wish for one."""

    category: ClassVar[str] = "project"
    customer_id: UUID
    project_id: UUID
    number: int
    name: str
    type: str
    status: str
    department: UUID | None = None
    responsible: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    value: Decimal | None = None


@dataclass(frozen=True)
class ProjectDetailsChanged:
    """Somebody edited what is known of the project."""

    category: ClassVar[str] = "project"
    customer_id: UUID
    project_id: UUID
    name: str
    changes: list[Change]


@dataclass(frozen=True)
class ProjectStatusChanged:
    """The project went on to another status."""

    category: ClassVar[str] = "project"
    customer_id: UUID
    project_id: UUID
    name: str
    before: str
    status: str
    reason: str | None = None
