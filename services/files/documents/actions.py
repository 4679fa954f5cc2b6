"""What can be done with files."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chassis import timers
from chassis.outbox import record
from chassis.tables import now
from contracts.files import FileAdded, FileBinned, FilePurged, FileRenamed, FileRestored
from services.files.documents.intake import Content
from services.files.documents.models import File

PURGE = "purge"  # the timer of a file in the bin


def add(session: Session, customer_id: UUID, name: str, content: Content) -> File:
    """Put a file that has come whole on the customer's shelf."""
    by = session.info["caller"].employee
    file = File(customer_id=customer_id, name=name, uploaded_by=by, **vars(content))
    session.add(file)
    announced = FileAdded(customer_id, file.id, name, content.size, content.content_type, content.sha256)
    record(session, announced, file)
    return file


def rename(session: Session, file: File, name: str) -> File:
    """Give the file another name."""
    before = file.name
    if before != name:
        file.name = name
        record(session, FileRenamed(file.customer_id, file.id, before, name), file)
    return file


def throw_away(session: Session, file: File, kept: timedelta) -> None:
    """Put the file into the bin."""
    file.binned_at = now()
    gone_at = file.binned_at + kept
    record(session, FileBinned(file.customer_id, file.id, file.name, gone_at), file)
    timers.set(session, PURGE, str(file.id), gone_at)


def restore(session: Session, file: File) -> File:
    """Take the file back out of the bin."""
    file.binned_at = None
    record(session, FileRestored(file.customer_id, file.id, file.name), file)
    timers.cancel(session, PURGE, str(file.id))
    return file


def purge(session: Session, file: File) -> None:
    """Forget a file whose time in the bin is over; its content goes when this is committed."""
    record(session, FilePurged(file.customer_id, file.id, file.name), file)
    session.delete(file)
