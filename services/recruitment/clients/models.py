"""Customers, as far as recruitment needs them."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, validates

from chassis.tables import InDepartments
from services.recruitment.tables import Base


class Client(InDepartments, Base):
    """A customer; its departments say who may see what is done for it."""

    __tablename__ = "clients"

    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str | None]  # the name without regard to case; what the release before wrote has none

    @validates("name")
    def fold(self, _field: str, name: str) -> str:
        """Keep what people search by in step with the name, whoever sets it."""
        self.folded = name.casefold()
        return name
