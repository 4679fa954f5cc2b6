"""The table of arrangements."""

from uuid import UUID

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Tenanted
from gateway.tables import Base


class CardLayout(Tenanted, Base):
    """One per employee who has arranged something; whoever has not sees the card as it comes."""

    __tablename__ = "card_layouts"

    employee: Mapped[UUID] = mapped_column(primary_key=True)
    columns: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    folded: Mapped[list[str]] = mapped_column(JSON, default=list)
