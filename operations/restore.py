"""Bring a backup back, and let everybody know by a new epoch that versions may be counted a second time."""

from collections.abc import Iterator
from pathlib import Path

from alembic.script import ScriptDirectory

from chassis import epochs, migrations
from operations import dumps
from operations.backup import Manifest
from operations.dumps import Spoilt
from operations.sites import Site


def bring_back(site: Site, folder: Path) -> Iterator[str]:
    """Restore a backup into an empty database. Nothing of the program may run on it meanwhile."""
    name = site.program.name
    manifest = Manifest.read(folder)
    _refuse(site, manifest)
    if site.program.contents and manifest.contents is not None:
        from operations import contents  # whose store only some programs have

        yield f"{name}: {contents.bring_back(site.program.contents.store, folder)} files of content"
    dumps.load(site, folder / dumps.FILES[manifest.dialect])
    with site.reading() as connection:
        found = dumps.rows(site, connection)
    if found != manifest.rows:
        raise Spoilt(f"{name}: the database holds {found}, the backup {manifest.rows}")
    migrations.upgrade(name, site.program.engine)
    yield f"{name}: {sum(found.values())} rows as of {manifest.taken_at}"
    yield from begin(site)
    if site.program.contents:
        from operations import contents  # whose store only some programs have

        with site.reading() as connection:
            yield from (f"{name}: {said}" for said in contents.compare(site.program.contents, connection))


def begin(site: Site) -> Iterator[str]:
    """Begin a new epoch."""
    with site.program.engine.begin() as connection:
        yield f"{site.program.name}: epoch {epochs.begin(connection)} begins"


def _refuse(site: Site, manifest: Manifest) -> None:
    """Restore nothing that is another's, of the other form, newer than this code, or over something that is there."""
    program = site.program
    if (manifest.program, manifest.dialect) != (program.name, program.engine.dialect.name):
        raise Spoilt(f"this is a backup of {manifest.program} on {manifest.dialect}")
    known = {
        script.revision for script in ScriptDirectory.from_config(migrations.config(program.name)).walk_revisions()
    }
    if manifest.revision not in known:
        raise Spoilt(f"the backup is of a newer release: migration {manifest.revision} is not known here")
    if not dumps.is_empty(program.engine):
        raise Spoilt("the database is not empty; a backup is restored into a new one")
