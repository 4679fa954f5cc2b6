"""Cut a release: ``make release VERSION=0.2.0``. Names it in pyproject.toml, tags it and enters it in releases.toml."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.compat import releases  # noqa: E402  # the path must stand first
from tools.compat.releases import Release  # noqa: E402

VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
NAMED = {  # where the version stands: what comes before it
    "pyproject.toml": r'(name = "kundekort"\nversion = )"[^"]+"',
    "uv.lock": r'(name = "kundekort"\nversion = )"[^"]+"',
}
FINISHED = re.compile(r"^\[\[prepared\]\]\n(?:\w+ = .*\n)+\n?", re.MULTILINE)
LAST = re.compile(r"\A.*^\[\[release\]\]\n(?:\w+ = .*\n)+", re.MULTILINE | re.DOTALL)


class NotReleased(RuntimeError):
    """There is no new release; the message says why."""


def cut(version: str, root: Path = ROOT) -> Release:
    """Release what stands here as *version*."""
    _check(version, root)
    for name, pattern in NAMED.items():
        path = root / name
        path.write_text(re.sub(pattern, rf'\g<1>"{version}"', path.read_text(), count=1))
    _git(root, "commit", "--all", "--message", f"Release {version}")
    made = Release(version, f"v{version}", _git(root, "rev-parse", "HEAD"))
    _git(root, "tag", "--annotate", made.tag, "--message", f"Kundekort {version}")
    _enter(made, root / "releases.toml")
    _git(root, "commit", "--all", "--message", f"Record release {version}")
    return made


def _check(version: str, root: Path) -> None:
    last = releases.previous(root)
    if not VERSION.fullmatch(version):
        raise NotReleased(f"{version!r} is no version: make release VERSION=0.2.0")
    if _numbers(version) <= _numbers(last.version):
        raise NotReleased(f"{version} does not come after {last.version}, which is released.")
    if _git(root, "status", "--porcelain"):
        raise NotReleased("There are changes that are not committed: a release is a commit.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _enter(made: Release, path: Path) -> None:
    """Add the release; what earlier ones prepared is finished with it."""
    entry = f'\n[[release]]\nversion = "{made.version}"\ntag = "{made.tag}"\ncommit = "{made.commit}"\n'
    text = FINISHED.sub("", path.read_text())
    path.write_text(LAST.sub(lambda found: found[0] + entry, text))


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotReleased(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    try:
        made = cut(sys.argv[1] if len(sys.argv) > 1 else "")
    except NotReleased as reason:
        sys.exit(str(reason))
    print(f"{made.version} is commit {made.commit[:12]}, tag {made.tag}. Now: git push --follow-tags")
