"""Take a file in while it arrives: counted, sealed and stored piece by piece, and never whole in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from uuid import UUID, uuid4

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from chassis import deadlines
from chassis.auth import caller
from chassis.blobs import PIECE, Blobs
from chassis.errors import Invalid, Refused
from services.files.documents import kinds
from services.files.documents.models import key
from services.files.documents.names import cleaned
from services.files.settings import FilesSettings

FORM = 64 * 1024  # bytes that a form may add around its file


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


def receive(asked_name: str | None) -> tuple[str, Content]:
    """Read the request's file into the store; return the name it shall have, and what came."""
    program = current_app.extensions["program"]
    settings: FilesSettings = program.settings
    try:
        request.max_content_length = settings.upload_limit + FORM
        name, stream = _opened(asked_name)
        content = _stored(stream, settings.upload_limit)
    except RequestEntityTooLarge:
        raise too_large(settings.upload_limit) from None
    deadlines.start(None, settings.deadline_ms)  # the time the sender took is not ours
    return name, content


def _opened(asked_name: str | None) -> tuple[str, IO[bytes]]:
    """Find the file in the request: the whole body, or the part ``file`` of a form."""
    if request.mimetype != "multipart/form-data":
        return _named(asked_name), request.stream
    part = request.files.get("file")  # werkzeug puts what is larger than 500 kB on disk as it comes
    if part is None:
        raise Invalid({"file": "Choose a file."})
    return _named(asked_name or part.filename), part.stream


def _named(name: str | None) -> str:
    found = cleaned(name or "")
    if not found:
        raise Invalid({"name": "Give the file a name."})
    return found


def _stored(stream: IO[bytes], limit: int) -> Content:
    store: Blobs = current_app.extensions["blobs"]
    blob_id = uuid4()
    place = key(caller().tenant, blob_id)
    arriving = _Arriving(stream, limit)
    store.put(place, arriving)
    if not arriving.size:
        store.delete(place)
        raise Invalid({"file": "This file is empty."})
    kind = kinds.content_type(arriving.head, arriving.tail)
    return Content(blob_id, arriving.size, arriving.digest.hexdigest(), kind)
