"""Which releases there were, and the code of one of them: see ``releases.toml``."""

import io
import subprocess
import tarfile
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class ReleaseMissing(RuntimeError):
    """The code of a release cannot be found here; the message says what to do."""


class FalselyPrepared(RuntimeError):
    """``releases.toml`` excuses something that was not prepared, or that nobody found."""


@dataclass(frozen=True)
class Release:
    """One release: its tag, and the commit where there are no tags."""

    version: str
    tag: str
    commit: str


@dataclass(frozen=True)
class Prepared:
    """A finding that is meant, and the release that prepared for it."""

    finding: str
    release: str


def releases(root: Path = ROOT) -> list[Release]:
    """List the releases, oldest first."""
    return [Release(**each) for each in _read(root)["release"]]


def previous(root: Path = ROOT) -> Release:
    """Return the last release: what runs beside today's code while that is rolled out."""
    return releases(root)[-1]


def prepared(root: Path = ROOT) -> list[Prepared]:
    """List what a release has prepared."""
    return [Prepared(**each) for each in _read(root).get("prepared", [])]


def unprepared(found: Iterable[str], excuses: Collection[Prepared], known: Collection[Release]) -> list[str]:
    """Leave out what an earlier release prepared; an excuse that names no release is none."""
    versions = {release.version for release in known}
    if strange := [each.finding for each in excuses if each.release not in versions]:
        raise FalselyPrepared(f"releases.toml names a release that never was, for: {'; '.join(strange)}")
    meant = {each.finding for each in excuses}
    return [each for each in found if each not in meant]


def _read(root: Path) -> dict[str, list[dict[str, str]]]:
    return tomllib.loads((root / "releases.toml").read_text(encoding="utf-8"))


def commit_of(release: Release, root: Path = ROOT) -> str:
    """Find a release by its tag, and by its recorded commit in a clone without tags."""
    tagged = _resolve(root, f"refs/tags/{release.tag}^{{commit}}")
    if tagged and tagged != release.commit:
        raise ReleaseMissing(
            f"The tag {release.tag} stands at {tagged[:12]}, releases.toml says {release.commit[:12]}: "
            "a release is never moved, make the next one."
        )
    if found := tagged or _resolve(root, f"{release.commit}^{{commit}}"):
        return found
    raise ReleaseMissing(
        f"Release {release.version} is not in this clone, neither as tag {release.tag} nor as commit "
        f"{release.commit[:12]}: `git fetch --tags --unshallow` brings it."
    )


def unpack(release: Release, folder: Path, root: Path = ROOT) -> Path:
    """Lay the code of a release into a folder, as it was."""
    archive = _git(root, "archive", "--format=tar", commit_of(release, root))
    if archive.returncode:
        raise ReleaseMissing(f"git cannot give release {release.version}: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def _resolve(root: Path, name: str) -> str:
    found = _git(root, "rev-parse", "--verify", "--quiet", name)
    return found.stdout.decode().strip() if found.returncode == 0 else ""


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False, timeout=60)
