"""Find, or else install, what the tests need besides Python: PostgreSQL, RabbitMQ and a browser."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.containers import obtainable
from tools.debian import NotInstalled, install

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"
OLDEST_POSTGRES = 15
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAGE_OPENED = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    playwright.chromium.launch().close()
"""


def main() -> None:
    """Make sure that every server can be started and that a browser is at hand."""
    if not postgres_folder() and not obtainable(POSTGRES_IMAGE):
        _install_postgres()
    if not rabbitmq_server() and not obtainable(RABBITMQ_IMAGE):
        install("rabbitmq-server", services=["rabbitmq-server"])
    if not _playwright("--version"):
        install("libatomic1")  # the one library of Playwright's own node that a bare Debian lacks
    if not system_browser() and not _own_browser_opens():
        _install_browser()


def postgres_folder() -> Path | None:
    """Find the folder of a local PostgreSQL's programs; Debian keeps them off the path."""
    debian = (folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists())
    recent = [folder for folder in debian if int(folder.parent.name) >= OLDEST_POSTGRES]
    on_path = shutil.which("initdb")
    return max(recent, default=Path(on_path).resolve().parent if on_path else None)


def rabbitmq_server() -> Path | None:
    """Find a local RabbitMQ; what Debian puts on the path insists on its own service's folders."""
    debian = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    on_path = shutil.which("rabbitmq-server")
    return debian if debian.exists() else Path(on_path) if on_path else None


def system_browser() -> str | None:
    """Find a Chromium of the system that really starts: Ubuntu's is a signpost to another shop."""
    return next((path for name in BROWSERS if (path := shutil.which(name)) and _answers(path)), None)


def _answers(browser: str) -> bool:
    try:
        asked = subprocess.run([browser, "--version"], capture_output=True, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def _install_postgres() -> None:
    install("postgresql", services=["postgresql"])
    if not postgres_folder():
        raise NotInstalled(f"The tests need PostgreSQL {OLDEST_POSTGRES} or newer, or Docker.")


def _install_browser() -> None:
    """Take Playwright's own download, and Debian's package where that cannot be had."""
    if _playwright("install", "--only-shell", "chromium"):
        if not _own_browser_opens() and os.geteuid() == 0:
            _playwright("install-deps", "chromium")
        if _own_browser_opens():
            return
    install("chromium")
    if not system_browser():
        raise NotInstalled("The tests need a browser: install Chromium or Chrome.")


def _playwright(*arguments: str) -> bool:
    command = [sys.executable, "-m", "playwright", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=900).returncode == 0


def _own_browser_opens() -> bool:
    opened = subprocess.run([sys.executable, "-c", PAGE_OPENED], capture_output=True, check=False, timeout=120)
    return opened.returncode == 0


if __name__ == "__main__":
    try:
        main()
    except NotInstalled as missing:
        sys.exit(f"The tests need PostgreSQL, RabbitMQ (or Docker for both) and a browser. {missing}")
