"""``python -m operations``.

python -m operations digests|mend|backup|restore|restored <program>    one program's part, with its own settings
python -m operations reconcile|backup-all|restore-all --data var       all of an embedded suite
python -m operations … --secrets /run/secrets                          all programs, reached from here
python -m operations … --via "kubectl exec -i deploy/{program} --"     all programs, each reached by a command
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chassis import logs
from chassis.config import ConfigError
from chassis.run import PROGRAMS
from operations import commands
from operations.dumps import Spoilt
from operations.places import Failed, Here, Place, There, told_in
from operations.reconciler import Findings, Reconciler
from operations.sites import open_site

# Whoever keeps copies before the owner of the originals: what is restored then never knows more than its owner.
# Files comes first, because copying content takes long.
IN_ORDER = ("files", "gateway", "recruitment", "dialog", "invoicing", "customers")
DIFFERENT, NOT_QUIET = 1, 2
SHOWN = 100


def reconcile(options: argparse.Namespace, place: Place) -> int:
    """Compare all copies with their owners; name, and on demand mend, what differs."""
    reconciler = Reconciler(place, options.patience)
    found = reconciler.check()
    _show(found)
    decided = {"accept_owner": options.accept_owner, "readmit": options.readmit}
    sure = found.quiet or not any(decided.values())  # to send again what was under way does no harm
    if found.differences and sure and (options.repair or any(decided.values())):
        _say(reconciler.mend(found.differences, **decided))
        found = reconciler.check()
        _show(found)
    return 0 if not found.differences else DIFFERENT if found.quiet else NOT_QUIET


def _show(found: Findings) -> None:
    for kind, some in (("differences", found.differences), ("facts that only a follower knows", found.forgotten)):
        _say(map(str, some[:SHOWN]))
        _say([f"{len(some)} {kind}"] if some or kind == "differences" else [])
    if not found.quiet:
        _say(["some of it may still be under way: look again later, or have it sent again (--repair)"])


def back_up(options: argparse.Namespace, place: Place) -> int:
    """Back up all programs, one after the other, into a new folder."""
    for name in IN_ORDER:
        _say(place.run(name, "backup", str(options.folder / name)))
    return 0


def bring_back(options: argparse.Namespace, place: Place) -> int:
    """Restore all programs into empty databases; afterwards start them and reconcile."""
    for name in IN_ORDER:
        _say(place.run(name, "restore", str(options.folder / name)))
    return 0


SUITE: dict[str, tuple[Any, dict[str, dict[str, Any]]]] = {
    "reconcile": (
        reconcile,
        {
            "--repair": {"action": "store_true", "help": "have the owners mend the copies"},
            "--accept-owner": {"action": "store_true", "help": "also where a copy is newer than its restored owner"},
            "--readmit": {"action": "store_true", "help": "have owners take in again what only copies know"},
            "--patience": {"type": float, "default": 60.0, "help": "seconds that events may be under way"},
        },
    ),
    "backup-all": (back_up, {"folder": commands.FOLDER}),
    "restore-all": (bring_back, {"folder": commands.FOLDER}),
}


def _say(lines: Any) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201  # this is a command's answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations")
    verbs = parser.add_subparsers(required=True)
    commands.add_to(verbs, PROGRAMS)
    for verb, (act, arguments) in SUITE.items():
        command = verbs.add_parser(verb, help=act.__doc__)
        for name, kind in arguments.items():
            command.add_argument(name, **kind)
        reached = command.add_mutually_exclusive_group(required=True)
        reached.add_argument("--data", type=Path, help="the folder of an embedded suite")
        reached.add_argument("--secrets", **commands.SECRETS)
        reached.add_argument("--via", help="the command that runs another in a {program}'s surroundings")
        command.set_defaults(act=act)
    return parser


def main() -> None:
    """Read the command line and do it."""
    words = sys.argv[1:]
    options = _parser().parse_args(words)
    logs.configure("WARNING")
    try:
        sys.exit(_suite(options) if "act" in options else _one(options, words))
    except (ConfigError, Failed, Spoilt) as error:
        sys.exit(f"{type(error).__name__}: {error}")


def _one(options: argparse.Namespace, words: list[str]) -> int:
    surroundings = told_in(options.secrets, options.program) if options.secrets else os.environ
    site = open_site(options.program, surroundings)
    try:
        _say(commands.perform(words, site, _input()))
    finally:
        site.close()
    return 0


def _input() -> Iterator[str]:
    """Read the standard input only when somebody asks for it."""
    for line in sys.stdin:
        yield line.rstrip("\n")


def _place(options: argparse.Namespace) -> Place:
    if options.data:
        return Here.in_folder(options.data)
    return Here.with_secrets(options.secrets) if options.secrets else There(options.via)


def _suite(options: argparse.Namespace) -> int:
    place = _place(options)
    try:
        return int(options.act(options, place))
    finally:
        place.close()


main()
