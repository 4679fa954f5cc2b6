"""What files does by itself: purge what has lain in the bin for its time, and remove content that no file points to.

A file that goes to the bin sets a timer (``actions.throw_away``). Two chores look after the rest, on behalf of nobody;
the folders of the object store say which tenants have files.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis import crash, timers
from chassis.auth import Caller, calling
from chassis.blobs import Blobs
from chassis.db import reading, transaction
from chassis.tables import now
from chassis.timers import Afterwards, Chore, Due
from services.files.documents import actions
from services.files.documents.models import File
from services.files.settings import FilesSettings

log = structlog.get_logger()

AT_ONCE = 100  # files purged in one transaction


def purging(store: Blobs) -> Due:
    """Return what is done when a file's time in the bin is over."""

    def purge(session: Session, file_id: str) -> Afterwards | None:
        binned = select(File).where(File.id == UUID(file_id), File.binned_at.is_not(None))
        file = session.scalars(binned.with_for_update()).one_or_none()
        if file is None:
            return None
        actions.purge(session, file)
        return lambda: store.delete(file.key)  # what fails here is an orphan, and swept

    return purge


def chores(settings: FilesSettings, store: Blobs) -> list[Chore]:
    """Return what is done again and again."""
    kept, orphaned = timedelta(days=settings.bin_days), timedelta(hours=settings.orphan_hours)
    every = timedelta(minutes=settings.sweep_minutes)
    return [
        Chore("bin", lambda: _for_each_tenant(store, lambda _tenant: empty_bin(store, kept)), every),
        Chore(
            "orphans", lambda: _for_each_tenant(store, lambda tenant: remove_orphans(store, tenant, orphaned)), every
        ),
    ]


def _for_each_tenant(store: Blobs, work: Callable[[UUID], None]) -> None:
    """Do it for every tenant that has files."""
    for tenant in filter(None, map(_id, store.folders())):
        with calling(Caller(tenant, everywhere=True)):
            work(tenant)


def _id(text: str) -> UUID | None:
    """Read an id; none for what somebody else laid in the store, which is left alone."""
    try:
        return UUID(text)
    except ValueError:
        return None


def empty_bin(store: Blobs, kept: timedelta) -> None:
    """Purge what was thrown away longer ago than *kept*, by a release that set no timer for it."""
    query = select(File).where(File.binned_at < now() - kept).limit(AT_ONCE)
    while True:
        with transaction() as session:
            # another worker may be at it: each takes what the other has not
            found = session.scalars(query.with_for_update(skip_locked=True)).all()
            for file in found:
                actions.purge(session, file)
                timers.cancel(session, actions.PURGE, str(file.id))
        for file in found:
            crash.point("bin.emptied")
            store.delete(file.key)  # after the commit: what fails here is an orphan, and swept
        if len(found) < AT_ONCE:
            return


def remove_orphans(store: Blobs, tenant: UUID, kept: timedelta) -> None:
    """Remove content stored longer ago than *kept* for which no file was ever written."""
    for batch in store.batches(str(tenant)):
        old = {_id(key.partition("/")[2]): key for key, stored_at in batch if stored_at < now() - kept}
        old.pop(None, None)
        with reading() as session:
            known = set(session.scalars(select(File.blob_id).where(File.blob_id.in_(old))))
        for blob_id in old.keys() - known:
            store.delete(old[blob_id])
            log.info("orphan removed", key=old[blob_id])
