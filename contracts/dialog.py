"""What the dialog service announces."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts import Change


@dataclass(frozen=True)
class CommunicationRegistered:
    """Something was said; who may read the text itself asks the dialog service for it."""

    category: ClassVar[str] = "dialog"
    customer_id: UUID
    communication_id: UUID
    kind: str
    direction: str
    happened_at: datetime
    subject: str | None = None
    contact_id: UUID | None = None


@dataclass(frozen=True)
class CommunicationCorrected:
    """Somebody corrected what was registered."""

    category: ClassVar[str] = "dialog"
    customer_id: UUID
    communication_id: UUID
    changes: list[Change]
