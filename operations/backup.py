"""Back up one program: its database, the content that its rows name, and a manifest that seals both.

Secrets are not in it: keys and passwords are the operator's own matter (``docs/backup.md``).
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from chassis import epochs, events
from chassis.tables import now
from operations import dumps
from operations.dumps import Spoilt, seal
from operations.sites import Site

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. It is written last: a folder without one is no backup."""

    format: int
    program: str
    dialect: str
    taken_at: str
    revision: str | None  # the last migration done
    epoch: int
    rows: dict[str, int]
    files: dict[str, str]  # SHA-256 of what lies beside it
    contents: int | None  # objects; none: they were left out
    lost: list[str]  # objects that rows name and the store did not have, or not whole

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read it, and hold everything that it seals against it."""
        path = folder / MANIFEST
        if not path.exists():
            raise Spoilt(f"{folder} holds no whole backup: {MANIFEST} is missing")
        try:
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise Spoilt(f"{path} cannot be read: {error}") from error
        if found.format != FORMAT:
            raise Spoilt(f"{path} is of format {found.format}; this program reads {FORMAT}")
        for name, sha256 in found.files.items():
            if not (folder / name).exists() or seal(folder / name) != sha256:
                raise Spoilt(f"{folder / name} is not what was backed up")
        return found


def take(site: Site, folder: Path, *, contents: bool = True) -> Iterator[str]:
    """Write a backup into a new folder, while the program works."""
    if folder.exists() and any(folder.iterdir()):
        raise Spoilt(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    taken_at = now()
    database = folder / dumps.FILES[site.program.engine.dialect.name]
    with dumps.taken(site, database) as connection:
        files = [database]
        copied: int | None = None
        lost: list[str] = []
        if contents and site.program.contents:
            from operations import contents as objects  # whose store only some programs have

            copied, lost = objects.copy(site.program.contents, connection, folder)
            files.append(folder / objects.LISTED)
        manifest = Manifest(
            FORMAT, site.program.name, site.program.engine.dialect.name, events.plain(taken_at),
            dumps.revision(connection), epochs.current(connection), dumps.rows(site, connection),
            {path.name: seal(path) for path in files}, copied, lost,
        )  # fmt: skip
    _write(folder / MANIFEST, json.dumps(asdict(manifest), indent=2) + "\n")
    yield f"{site.program.name}: {sum(manifest.rows.values())} rows, {database.stat().st_size} bytes" + (
        f", {copied} files of content" if copied is not None else ""
    )
    yield from (f"{site.program.name}: content is missing or torn: {key}" for key in lost)


def _write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    half = path.with_suffix(".part")
    with half.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
