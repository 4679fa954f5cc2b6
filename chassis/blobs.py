"""The object store: a local folder (``file://…``) or S3 (``s3://…``), spoken to alike.

An object is there whole or not at all, and is read a piece at a time, so that its size costs no memory and a slow
reader holds no connection to the store.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url
from sqlalchemy import Connection

from chassis.errors import Refused

log = structlog.get_logger()

PIECE = 1024 * 1024  # bytes read at a time
PART = 5 * 1024 * 1024  # bytes sent at a time: the least that S3 takes
PARTS_AT_ONCE = 1  # a part is memory, and many may send at once


class StoreAway(Refused):
    """The file store cannot be reached at the moment; try again shortly."""

    status = 503


class Content:
    """What one object holds, in pieces, from wherever it was sought."""

    def __init__(self, store: ObjectStore, key: str) -> None:
        with _reaching():
            self._reader = obstore.open_reader(store, key, buffer_size=PIECE)

    def seekable(self) -> bool:
        """Say yes: werkzeug answers ranges by seeking."""
        return True

    def seek(self, offset: int) -> int:
        """Go on reading from *offset*."""
        return self._reader.seek(offset)

    def tell(self) -> int:
        """Return where reading goes on."""
        return self._reader.tell()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with _reaching():
            piece = bytes(self._reader.read(PIECE))
        if not piece:
            raise StopIteration
        return piece


class Blobs:
    """One program's objects, under keys ``<folder>/<name>``; *options* say where an S3 store is and who asks."""

    def __init__(self, url: str, **options: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "file":
            self._store: ObjectStore = LocalStore(Path(unquote(parts.netloc + parts.path)).resolve(), mkdir=True)
            return
        given: Any = {name: value for name, value in options.items() if value}
        plain = options.get("endpoint", "").startswith("http:")
        self._store = from_url(url, config=given, client_options={"allow_http": plain})

    def put(self, key: str, pieces: Iterable[bytes]) -> None:
        """Store what *pieces* yields; if it raises, nothing is stored."""
        with _reaching():
            obstore.put(self._store, key, iter(pieces), chunk_size=PART, max_concurrency=PARTS_AT_ONCE)

    def open(self, key: str) -> Content:
        """Begin to read an object."""
        return Content(self._store, key)

    def delete(self, key: str) -> None:
        """Take an object away; one that is gone already is no error."""
        try:
            with _reaching():
                obstore.delete(self._store, key)
        except Missing:
            return

    def folders(self) -> list[str]:
        """List the first parts of the keys."""
        with _reaching():
            return [str(folder) for folder in obstore.list_with_delimiter(self._store)["common_prefixes"]]

    def batches(self, folder: str) -> Iterator[list[tuple[str, datetime]]]:
        """List a folder's keys with the time each was stored, some hundreds at a time."""
        with _reaching():
            for batch in obstore.list(self._store, folder, chunk_size=500):
                yield [(str(found["path"]), found["last_modified"]) for found in batch]


class Told(NamedTuple):
    """What a row says of an object."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """A store, and what the rows of all tenants say must be in it."""

    store: Blobs
    told: Callable[[Connection], Iterator[Told]]


class Missing(StoreAway):
    """The store does not have this file."""


@contextmanager
def _reaching() -> Iterator[None]:
    """Say that the store is away instead of what it said; what the caller's own pieces raise passes through."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing from error
    except (BaseError, OSError) as error:
        log.error("file store", error=repr(error))
        raise StoreAway from error
