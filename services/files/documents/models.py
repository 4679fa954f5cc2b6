"""What is known of a file; its content lies in the object store."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Connection, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.blobs import Told
from chassis.tables import Utc, Versioned, now, within
from services.files.tables import Base


class File(Versioned, Base):
    """A file on a customer. The row is written after the content is complete, so it never points to a torn one."""

    __tablename__ = "files"
    __table_args__ = (
        within("holders", "customer_id"),
        Index("ix_files_customer", "tenant_id", "customer_id", "uploaded_at", "id"),
        Index("ix_files_blob", "tenant_id", "blob_id", unique=True),
        Index("ix_files_binned", "tenant_id", "binned_at"),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    blob_id: Mapped[UUID]
    uploaded_at: Mapped[datetime] = mapped_column(Utc, default=now)
    uploaded_by: Mapped[UUID | None]
    binned_at: Mapped[datetime | None] = mapped_column(Utc)

    @property
    def key(self) -> str:
        """Name the content in the object store."""
        return key(self.tenant_id, self.blob_id)


def key(tenant: UUID, blob_id: UUID) -> str:
    """Name an object: the tenant, and a random id that tells nothing and is nobody's file name."""
    return f"{tenant}/{blob_id}"


def on_shelf(customer_id: UUID | BindParameter[UUID]) -> Select[File]:
    """Select the customer's files that nobody threw away."""
    return select(File).filter_by(customer_id=customer_id, binned_at=None)


def in_bin(customer_id: UUID) -> Select[File]:
    """Select the customer's files that can be taken back."""
    return select(File).filter_by(customer_id=customer_id).where(File.binned_at.is_not(None))


def told(connection: Connection) -> Iterator[Told]:
    """List what the rows of all tenants say of the content in the object store."""
    query = select(File.tenant_id, File.blob_id, File.size, File.sha256).order_by(File.tenant_id, File.blob_id)
    for row in connection.execute(query.execution_options(yield_per=500)):
        yield Told(key(row.tenant_id, row.blob_id), row.size, row.sha256)
