"""The log and its seal."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.events import to_json
from chassis.tables import Scoped, Tenanted, Utc, Versioned
from services.customers.tables import Base

CATEGORIES = (
    "change", "comment", "contact", "dialog", "meeting", "task", "file", "project", "recruitment", "invoice", "credit",
    "agreement", "system",
)  # fmt: skip


class LogEntry(Scoped, Base):
    """One thing that happened; never changed, each carrying the hash of the one before it in its tenant."""

    __tablename__ = "log_entries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "event_id"),
        UniqueConstraint("tenant_id", "position"),
        Index("ix_log_entries_customer", "tenant_id", "customer_id", "happened_at", "id"),
    )

    customer_id: Mapped[UUID]
    position: Mapped[int]
    event_id: Mapped[UUID]
    happened_at: Mapped[datetime] = mapped_column(Utc)
    category: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(100))
    actor: Mapped[UUID | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    search_text: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def seal(self) -> str:
        """Compute the hash over what happened and the hash before it."""
        told = [
            self.previous, self.position, self.customer_id, self.event_id, self.happened_at, self.category, self.type,
            self.actor, self.data, self.changes,
        ]  # fmt: skip
        return hashlib.sha256(to_json(told).encode()).hexdigest()


class LogHead(Tenanted, Base):
    """The last entry of a tenant's log; locked while the next one is written."""

    __tablename__ = "log_heads"

    position: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


class Comment(Versioned, Base):
    """A comment written in the log by hand; it reaches the log as an event, like everything else."""

    __tablename__ = "comments"
    __table_args__ = (Index("ix_comments_customer", "tenant_id", "customer_id"),)

    customer_id: Mapped[UUID]
    text: Mapped[str]
