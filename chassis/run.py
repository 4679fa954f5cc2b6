"""Start one program, or all of them in one process.

python -m chassis web|worker|migrate|redrive|replay <program>     on PostgreSQL and RabbitMQ
python -m chassis run                                             the embedded suite

What a command needs is imported when it runs: the master of a web process stays free of code that its workers renew.
"""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import socket
import sys
import threading
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask

    from chassis.config import Settings
    from chassis.program import Program


def moment(text: str) -> datetime:
    """Read a moment; it must say in which zone it is meant."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("without a zone nobody can say when it was")
    return read


OPTIONS: dict[str, dict[str, Any]] = {
    "web": {"--port": {"type": int, "default": 8000}, "--workers": {"type": int, "default": 1}},
    "worker": {"--port": {"type": int, "help": "where it answers /live, /ready and /metrics; unsaid: nowhere"}},
    "redrive": {
        "--dry-run": {"action": "store_true"},
        "--type": {},
        "--id": {"type": UUID},
        "--reason": {"default": "", "help": "why; it is written down with your name"},
    },
    "replay": {"--since": {"type": moment, "required": True, "help": "such as 2026-11-24T08:00:00+00:00"}},
    "run": {
        "--port": {"type": int, "default": 8000},
        "--data": {"default": "var"},
        "--empty": {"action": "store_true", "help": "without demo data"},
    },
}
PROGRAMS = ("customers", "invoicing", "files", "dialog", "recruitment", "gateway")


def create(name: str, settings: Any = None) -> Flask:
    """Build a program by its name; no program is imported before it is wanted."""
    from chassis.migrations import package

    app: Flask = import_module(f"{package(name)}.app").create_app(settings)
    return app


def settings_for(name: str, env: Mapping[str, str]) -> Settings:
    """Read a program's settings from *env*."""
    from chassis.config import settings_class
    from chassis.migrations import package

    return settings_class(package(name)).from_env(name, env)


def _program(name: str) -> Program:
    from chassis import logs

    logs.configure()
    program: Program = create(name).extensions["program"]
    return program


def web(name: str, options: argparse.Namespace) -> None:
    """Serve a program's requests; at HUP by new processes, without a gap."""
    from chassis.web import Web

    Web(name, options.port, options.workers).run()


def work(name: str, options: argparse.Namespace) -> None:
    """Relay, consume, retry and do what is due, until told to stop."""
    from chassis import worker
    from chassis.operations import health

    program = _program(name)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loops = worker.start(program, worker.carrier_for(program), stop)
    if options.port is not None:
        health.serve(program, loops, options.port)
    while not stop.wait(1.0):
        if dead := [loop.name for loop in loops if not loop.is_alive()]:
            sys.exit(f"{', '.join(dead)} died")  # the platform starts a whole worker again
    program.stopping.set()
    for loop in loops:
        loop.join(timeout=10)


def migrate(name: str, _options: argparse.Namespace) -> None:
    """Bring the program's database to the newest form."""
    from chassis import migrations

    program = _program(name)
    migrations.upgrade(name, program.engine)
    program.close()


def redrive(name: str, options: argparse.Namespace) -> None:
    """Try parked events again, those of one aggregate in their order; ``--dry-run`` only shows them."""
    from chassis import inbox, waiting
    from chassis.operations import redriving

    program = _program(name)
    choice = redriving.Choice(type=options.type, event_id=options.id)
    with program.engine.begin() as connection:
        planned = redriving.plan(connection, choice, redriving.MOST_BY_COMMAND)
        if not options.dry_run:
            redriving.redrive(connection, planned, redriving.Operator(_whoever_types(), options.reason))
    for row in planned.events:
        waits = f" (waits for version {planned.blocked[row.id]})" if row.id in planned.blocked else ""
        print(row.event_id or "unreadable", row.type or "-", row.aggregate or "-", row.reason + waits)  # noqa: T201
    while not options.dry_run and inbox.retry(program):
        pass
    with program.engine.begin() as connection:
        still, parked = waiting.counts(connection)
    done = f"{len(planned.events)} {'would be ' if options.dry_run else ''}redriven"
    left = f", {planned.left} left: say it again" if planned.left else ""
    print(f"{done}, {parked} parked and {still} waiting now{left}")  # noqa: T201
    program.close()


def _whoever_types() -> str:
    """Name the user of the operating system; a container may have none for its number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def replay(name: str, options: argparse.Namespace) -> None:
    """Have what was sent since a moment sent once more, after the broker lost it; followers know what they had."""
    from chassis import outbox

    program = _program(name)
    with program.engine.begin() as connection:
        count = outbox.replay(connection, options.since)
    print(f"{count} to be sent again")  # noqa: T201
    program.close()


def together(options: argparse.Namespace) -> None:
    """Run all programs in this process."""
    import_module("operations.embedded").main(options)


VERBS = {"web": web, "worker": work, "migrate": migrate, "redrive": redrive, "replay": replay}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and do it."""
    options = _parser().parse_args(arguments)
    options.act(options.program, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chassis")
    commands = parser.add_subparsers(required=True)
    for verb, act in VERBS.items():
        command = commands.add_parser(verb, help=act.__doc__)
        command.add_argument("program", choices=PROGRAMS)
        command.set_defaults(act=act)
        for name, kind in OPTIONS.get(verb, {}).items():
            command.add_argument(name, **kind)
    run = commands.add_parser("run", help=together.__doc__)
    run.set_defaults(act=lambda _program, options: together(options), program="all")
    for name, kind in OPTIONS["run"].items():
        run.add_argument(name, **kind)
    return parser
