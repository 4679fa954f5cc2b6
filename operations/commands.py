"""The verbs for one program, and how they are written on the command line."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from operations import backup, digests, mending, restore
from operations.sites import Site

Verb = Callable[[argparse.Namespace, Site, Iterable[str]], Iterator[str]]


def _digests(options: argparse.Namespace, site: Site, _lines: Iterable[str]) -> Iterator[str]:
    """Print versions and seals of all that the program owns and copies, a line each."""
    arrived = options.arrived.split(",") if options.arrived else ()
    return digests.digests(site, plain=options.plain, only_head=options.head, arrived=arrived)


def _mend(_options: argparse.Namespace, site: Site, lines: Iterable[str]) -> Iterator[str]:
    """Send facts again and restate rows, as the lines of the standard input wish."""
    return mending.mend(site, lines)


def _backup(options: argparse.Namespace, site: Site, _lines: Iterable[str]) -> Iterator[str]:
    """Back up the program's database and contents into a new folder."""
    return backup.take(site, options.folder, contents=not options.without_contents)


def _restore(options: argparse.Namespace, site: Site, _lines: Iterable[str]) -> Iterator[str]:
    """Restore a backup into an empty database, and begin a new epoch."""
    return restore.bring_back(site, options.folder)


def _restored(_options: argparse.Namespace, site: Site, _lines: Iterable[str]) -> Iterator[str]:
    """Begin a new epoch, because the database was restored by other means."""
    return restore.begin(site)


FOLDER: dict[str, Any] = {"type": Path, "help": "as the program sees it"}
SECRETS: dict[str, Any] = {"type": Path, "help": "the folder of the suite's secrets, as `make secrets` makes them"}
VERBS: dict[str, tuple[Verb, dict[str, dict[str, Any]]]] = {
    "digests": (
        _digests,
        {
            "--plain": {"action": "store_true", "help": "values instead of seals"},
            "--head": {"action": "store_true", "help": "the first line only"},
            "--arrived": {"help": "ids of events, separated by commas: the first line says which have arrived"},
        },
    ),
    "mend": (_mend, {}),
    "backup": (_backup, {"folder": FOLDER, "--without-contents": {"action": "store_true", "help": "rows only"}}),
    "restore": (_restore, {"folder": FOLDER}),
    "restored": (_restored, {}),
}


def add_to(commands: Any, programs: Sequence[str]) -> None:
    """Write the verbs on a command line."""
    for verb, (act, arguments) in VERBS.items():
        command = commands.add_parser(verb, help=act.__doc__)
        command.add_argument("program", choices=programs)
        command.add_argument("--secrets", **SECRETS)
        for name, kind in arguments.items():
            command.add_argument(name, **kind)
        command.set_defaults(verb=verb)


def perform(words: Sequence[str], site: Site, lines: Iterable[str]) -> Iterator[str]:
    """Do what the words say, in one program."""
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers(required=True), [site.program.name])
    options = parser.parse_args(words)
    return VERBS[options.verb][0](options, site, lines)
