"""A small disk for some processes: a mount that only they see, and that is gone with the last of them."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.launching import on_leash

ROOT = os.geteuid() == 0  # whoever else mounts something must first be somebody in a world of his own
APART = ["unshare", "--mount", *([] if ROOT else ["--user", "--map-current-user", "--keep-caps"])]
THERE = ["--mount", *([] if ROOT else ["--user", "--preserve-credentials"])]
KEEPS = 'mount -t tmpfs -o size="$1",mode=777 none "$2" && echo mounted && exec sleep 1000000'


class SmallDisk:
    """A folder that is a disk of so many megabytes for whoever is started through ``enter``."""

    def __init__(self, folder: Path, keeper: int) -> None:
        self.folder, self._keeper = folder, keeper

    @property
    def enter(self) -> list[str]:
        """Begin a command line with this to run it where the disk is."""
        return ["nsenter", f"--target={self._keeper}", *THERE, "--"]

    @property
    def inside(self) -> Path:
        """Lead to what is on the disk, from outside."""
        return Path(f"/proc/{self._keeper}/root{self.folder}")

    def fill(self) -> None:
        """Leave no room at all."""
        with suppress(OSError), (self.inside / "ballast").open("ab", buffering=0) as ballast:
            while ballast.write(bytes(65_536)):
                pass

    @contextmanager
    def kept_full(self, seconds: float) -> Iterator[None]:
        """Fill it, and whatever becomes free, for so long before the block; make room after it."""
        ends = time.monotonic() + seconds
        try:
            while time.monotonic() < ends:
                self.fill()
                time.sleep(0.05)
            yield
        finally:
            (self.inside / "ballast").unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Make *folder* such a disk."""
    folder.mkdir(parents=True)
    command = [*on_leash(), *APART, "sh", "-c", KEEPS, "sh", f"{megabytes}m", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
        try:
            assert keeper.stdout is not None
            assert keeper.stdout.readline() == "mounted\n"
            yield SmallDisk(folder, keeper.pid)
        finally:
            keeper.kill()
