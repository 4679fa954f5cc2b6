"""Who can sign in and who is signed in. Not of a tenant: the tenant is what they tell."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Utc, now
from gateway.tables import Base


class Account(Base):
    """What an employee signs in with; the e-mail address is unique in the whole suite."""

    __tablename__ = "accounts"

    employee: Mapped[UUID] = mapped_column(primary_key=True)
    tenant: Mapped[UUID]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None]  # none: nobody gave a password yet
    active: Mapped[bool] = mapped_column(default=True)
    operator: Mapped[bool] = mapped_column(default=False, server_default=false())  # runs the suite itself


class SignedIn(Base):
    """One browser or client of one employee; the id that it holds is stored as a digest only."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_employee", "employee", "created_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant: Mapped[UUID]
    employee: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    seen_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)


class Tries(Base):
    """How many wrong passwords came lately, for an account from an address, or from an address at all."""

    __tablename__ = "sign_in_tries"

    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime] = mapped_column(Utc, index=True)
