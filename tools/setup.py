"""Lay the ground on a machine with nothing but Python: the virtual environment that uv.lock names."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from tools.debian import NotInstalled, install

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv/bin/python"
OLDEST = (3, 11)


def main() -> None:
    """Make .venv where it is missing, and bring it up to date; a moment's work where it already is."""
    if sys.version_info < OLDEST:
        sys.exit(f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.")
    if not _has_uv():
        _make_environment()
    _run(PYTHON, "-m", "uv", "sync", "--quiet", "--frozen", "--all-extras", "--all-groups")


def _has_uv() -> bool:
    # Asked by running it: a .venv may be half made, or its Python gone after an upgrade.
    asked = [PYTHON, "-m", "uv", "--version"]
    return PYTHON.exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        install(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    print("Setting up .venv", flush=True)
    _run(sys.executable, "-m", "venv", "--clear", ROOT / ".venv")
    _run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv")


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"Failed: {' '.join(map(str, command))}")


if __name__ == "__main__":
    try:
        main()
    except NotInstalled as missing:
        sys.exit(f"Python's venv module is incomplete. {missing}")
