"""Where the programs of a suite are reached: in the embedded form's folder, by their secrets, or by a command for each.

The command is what the platform offers: ``docker compose exec -T {program}``, ``kubectl exec -i deploy/{program} --``.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import IO, Protocol

from chassis.run import PROGRAMS
from operations.commands import perform
from operations.sites import Site, open_site


class Failed(Exception):
    """A program's part could not be done."""


class Place(Protocol):
    """Whoever brings a verb to a program."""

    def run(self, program: str, *words: str, lines: Iterable[str] = ()) -> Iterator[str]:
        """Have it done there, and return what it says line by line."""

    def close(self) -> None:
        """Let go of what is held."""


class Here:
    """All programs from this process, each with its own settings."""

    def __init__(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        self.environments = environments
        self.sites: dict[str, Site] = {}

    @classmethod
    def in_folder(cls, data: Path) -> "Here":
        """Reach the embedded suite whose data stand in this folder."""
        from operations import embedded  # whose server is a dependency of that form only

        data.mkdir(parents=True, exist_ok=True)
        return cls({name: embedded.environment(data, name) for name in PROGRAMS})

    @classmethod
    def with_secrets(cls, folder: Path) -> "Here":
        """Reach a suite in production from this process: by its secrets, a file each, as `make secrets` makes them."""
        return cls({name: told_in(folder, name) for name in PROGRAMS})

    def run(self, program: str, *words: str, lines: Iterable[str] = ()) -> Iterator[str]:
        """Do it in this process."""
        verb, *rest = words
        yield from perform([verb, program, *rest], self._site(program), lines)

    def _site(self, name: str) -> Site:
        if name not in self.sites:
            self.sites[name] = open_site(name, self.environments[name])
        return self.sites[name]

    def close(self) -> None:
        """Let go of the databases."""
        for site in self.sites.values():
            site.close()


class There:
    """Each program by a command that runs in its surroundings."""

    def __init__(self, command: str) -> None:
        self.command = command

    def run(self, program: str, *words: str, lines: Iterable[str] = ()) -> Iterator[str]:
        """Run ``python -m operations`` there."""
        verb, *rest = words
        prefix = [word.replace("{program}", program) for word in shlex.split(self.command)]
        command = [*prefix, "python", "-m", "operations", verb, program, *rest]
        with subprocess.Popen(  # noqa: S603  # the operator's own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        ) as child:
            Thread(target=_feed, args=(child.stdin, lines), daemon=True).start()
            for line in child.stdout or ():
                yield line.rstrip("\n")
        if child.returncode:
            raise Failed(f"{' '.join(command)} ended with {child.returncode}")

    def close(self) -> None:
        """Nothing is held."""


def told_in(folder: Path, program: str) -> Mapping[str, str]:
    """Say to a program what its surroundings say, and where its secrets are."""
    own = ("database-url", "reader-url", "cursor-key")
    files = {each: f"{program}-{each}" for each in own} | {
        each: each for each in ("token-public-key", "token-private-key")
    }
    named = {f"KUNDEKORT_{each.replace('-', '_').upper()}_FILE": str(folder / name) for each, name in files.items()}
    return {**os.environ, **named}


def _feed(stdin: IO[str] | None, lines: Iterable[str]) -> None:
    """Write beside the reading: neither end may wait for the other."""
    assert stdin is not None
    try:
        with stdin:
            stdin.writelines(f"{line}\n" for line in lines)
    except BrokenPipeError:
        print("it ended before it had read everything", file=sys.stderr)  # noqa: T201
