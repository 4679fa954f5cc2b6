"""Chores: empty the bin of what is past its time, and remove content that no file points to.

Nobody calls on behalf of a tenant here; the folders of the object store say which tenants have files.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from chassis.auth import Caller, calling
from chassis.blobs import Blobs, StoreAway
from chassis.db import reading, transaction
from chassis.tables import now
from services.files.documents import actions
from services.files.documents.models import File
from services.files.settings import FilesSettings

log = structlog.get_logger()

AT_ONCE = 100  # files purged in one transaction


def chores(settings: FilesSettings, store: Blobs) -> list[Callable[[], None]]:
    """Return what is to be done every minute."""
    due = 0.0

    def empty() -> None:
        _for_each_tenant(store, lambda _tenant: empty_bin(store, timedelta(days=settings.bin_days)))

    def sweep() -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + settings.sweep_minutes * 60
            _for_each_tenant(
                store, lambda tenant: remove_orphans(store, tenant, timedelta(hours=settings.orphan_hours))
            )

    return [empty, sweep]


def _for_each_tenant(store: Blobs, work: Callable[[UUID], None]) -> None:
    """Do it for every tenant that has files; a store that is away is met again next time."""
    try:
        for tenant in filter(None, map(_id, store.folders())):
            with calling(Caller(tenant, everywhere=True)):
                work(tenant)
    except StoreAway as away:
        log.warning("chore interrupted", error=str(away))


def _id(text: str) -> UUID | None:
    """Read an id; none for what somebody else laid in the store, which is left alone."""
    try:
        return UUID(text)
    except ValueError:
        return None


def empty_bin(store: Blobs, kept: timedelta) -> None:
    """Purge the files that were thrown away longer ago than *kept*."""
    query = select(File).where(File.binned_at < now() - kept).limit(AT_ONCE)
    while True:
        with transaction() as session:
            # another worker may be at it: each takes what the other has not
            found = session.scalars(query.with_for_update(skip_locked=True)).all()
            for file in found:
                actions.purge(session, file)
        for file in found:
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
