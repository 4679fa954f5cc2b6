"""Debian's packages, fetched where nothing else gives a program that is needed."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

NO_SERVICE_MAY_START = "#!/bin/sh\nexit 101\n"  # what the package scripts understand as "not on this machine"


class NotInstalled(RuntimeError):
    """A program is missing, and could not be installed."""


def install(*packages: str, services: Sequence[str] = ()) -> None:
    """Install packages as root; the services they bring run neither now nor after the next boot."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NotInstalled(f"Please install it and try again: sudo apt install {' '.join(packages)}")
    print(f"Installing Debian packages: {' '.join(packages)}", flush=True)
    with _services_kept_from_starting():
        _apt("update", "-qq")
        _apt("install", "-qq", "--yes", "--no-install-recommends", *packages)
    for service in services:
        subprocess.run(["update-rc.d", service, "disable"], check=False, capture_output=True)


def _apt(*arguments: str) -> None:
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments]
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=quietly, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise NotInstalled(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


@contextmanager
def _services_kept_from_starting() -> Iterator[None]:
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():  # this machine has a policy of its own
        yield
        return
    policy.write_text(NO_SERVICE_MAY_START)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
