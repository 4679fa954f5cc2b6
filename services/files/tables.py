"""The tables that only this service touches."""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis import tables
from chassis.tables import InDepartments


class Base(DeclarativeBase):
    """This service's own set of tables."""

    metadata = tables.metadata()


class Holder(InDepartments, Base):
    """The customer whose files these are, as its events tell."""

    __tablename__ = "holders"

    name: Mapped[str] = mapped_column(String(200))
