"""The tables that only the gateway touches."""

from sqlalchemy.orm import DeclarativeBase

from chassis import tables


class Base(DeclarativeBase):
    """The gateway's own set of tables.

    Rows of a tenant are ``Tenanted`` as everywhere. Accounts, sessions and sign-in attempts are not: they are looked
    up before anybody knows which tenant is asking. Their columns are ``tenant`` and ``employee``, without ``_id``.
    """

    metadata = tables.metadata()
