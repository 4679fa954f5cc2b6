"""Take a file in while it arrives: counted, sealed and stored piece by piece, and never whole in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from uuid import UUID, uuid4

from werkzeug.exceptions import RequestEntityTooLarge

from chassis import crash
from chassis.blobs import PIECE, Blobs
from chassis.errors import Invalid, Refused
from services.files.documents import kinds
from services.files.documents.models import key


class FileTooLarge(Refused):
    """This file is too large."""

    status = 413
    field = "file"


@dataclass(frozen=True)
class Content:
    """A file's content as it lies in the store."""

    blob_id: UUID
    size: int
    sha256: str
    content_type: str


class _Arriving:
    """Yields the pieces of a file and keeps what is to be known of them."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self.stream, self.limit = stream, limit
        self.size, self.head, self.tail = 0, b"", b""
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.stream.read(PIECE):
            self.size += len(piece)
            if self.size > self.limit:
                raise too_large(self.limit)
            self.digest.update(piece)
            self.head += piece[: kinds.ENDS - len(self.head)]
            self.tail = (self.tail + piece)[-kinds.ENDS :]
            yield piece


def too_large(limit: int) -> FileTooLarge:
    """Name the limit, so that people know what would fit."""
    return FileTooLarge(f"At most {limit} bytes ({limit // 1024**2} MiB).", limit=limit)


def take_in(store: Blobs, tenant: UUID, stream: IO[bytes], limit: int) -> Content:
    """Store what *stream* brings; refuse it when it is empty or larger than *limit* bytes, and keep nothing then."""
    blob_id = uuid4()
    place = key(tenant, blob_id)
    arriving = _Arriving(stream, limit)
    try:
        store.put(place, arriving)
    except RequestEntityTooLarge:
        raise too_large(limit) from None
    if not arriving.size:
        store.delete(place)
        raise Invalid({"file": "This file is empty."})
    crash.point("file.stored")
    kind = kinds.content_type(arriving.head, arriving.tail)
    return Content(blob_id, arriving.size, arriving.digest.hexdigest(), kind)
