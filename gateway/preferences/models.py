"""The table of preferences."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Tenanted
from gateway.tables import Base


class Preferences(Tenanted, Base):
    """One row per employee who has chosen something; whoever has not sees the pages as they come."""

    __tablename__ = "preferences"

    employee: Mapped[UUID] = mapped_column(primary_key=True)
    locale: Mapped[str | None] = mapped_column(String(2))
    density: Mapped[str] = mapped_column(String(10))
    toured: Mapped[bool]  # has seen the tour, or did not want to
    columns: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # of the list of customers
    filters: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # name and query of each saved filter
    recent: Mapped[list[str]] = mapped_column(JSON)  # ids of the customers opened last, the newest first
