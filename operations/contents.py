"""The content that rows name in an object store: copied beside the dump, brought back, and held against the rows."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from chassis.blobs import PIECE, Blobs, Contents, Missing, Told
from operations.dumps import Spoilt, seal

FOLDER, LISTED = "contents", "contents.jsonl"


def copy(contents: Contents, connection: Connection, folder: Path) -> tuple[int, list[str]]:
    """Copy what rows name; return how much it was, and what the store does not have as its row says.

    After the rows: content stands before its row does, and goes after it.
    """
    copied: int = 0
    lost: list[str] = []
    with (folder / LISTED).open("x", encoding="utf-8") as listed:
        for told in contents.told(connection):
            if _copy(contents.store, told, folder / FOLDER / told.key):
                listed.write(json.dumps(told) + "\n")
                copied += 1
            else:
                lost.append(told.key)
    return copied, lost


def _copy(store: Blobs, told: Told, path: Path) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            for piece in store.open(told.key):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except Missing:
        path.unlink()
        return False
    return path.stat().st_size == told.size and seal(path) == told.sha256


def bring_back(store: Blobs, folder: Path) -> int:
    """Put back what was copied; what the store still has is written over with the same."""
    count = 0
    with (folder / LISTED).open(encoding="utf-8") as listed:
        for line in listed:
            told = Told(*json.loads(line))
            path = folder / FOLDER / told.key
            if not path.exists() or seal(path) != told.sha256:
                raise Spoilt(f"{path} is not what was backed up")
            store.put(told.key, _pieces(path))
            count += 1
    return count


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def compare(contents: Contents, connection: Connection) -> Iterator[str]:
    """Report rows without content, and content without a row, which the sweep removes after a day."""
    told = {each.key for each in contents.told(connection)}
    store = contents.store
    stored = {key for folder in store.folders() for batch in store.batches(folder) for key, _ in batch}
    yield from (f"no content for {key}" for key in sorted(told - stored))
    yield from (f"content without a row: {key}" for key in sorted(stored - told))
