"""Customers, as far as recruitment needs them."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import InDepartments
from services.recruitment.tables import Base


class Client(InDepartments, Base):
    """A customer; its departments say who may see what is done for it."""

    __tablename__ = "clients"

    name: Mapped[str] = mapped_column(String(200))
