"""The tables that only this service touches."""

from sqlalchemy.orm import DeclarativeBase

from chassis import tables


class Base(DeclarativeBase):
    """This service's own set of tables."""

    metadata = tables.metadata()


class NumberSeries(tables.Series, Base):
    """The project numbers: unbroken per tenant."""

    __tablename__ = "number_series"
