"""Start one program, or all of them in one process.

python -m chassis web|worker|migrate|redrive <program>     on PostgreSQL and RabbitMQ
python -m chassis run                                      the embedded suite
"""

import argparse
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any
from uuid import UUID

from flask import Flask
from gunicorn.app.base import BaseApplication

from chassis import inbox, logs, migrations, waiting, worker
from chassis.config import Settings, settings_class
from chassis.program import Program

OPTIONS: dict[str, dict[str, Any]] = {
    "web": {"--port": {"type": int, "default": 8000}, "--workers": {"type": int, "default": 1}},
    "redrive": {"--dry-run": {"action": "store_true"}, "--type": {}, "--id": {"type": UUID}},
    "run": {
        "--port": {"type": int, "default": 8000},
        "--data": {"default": "var"},
        "--empty": {"action": "store_true", "help": "without demo data"},
    },
}
PROGRAMS = ("customers", "invoicing", "files", "dialog", "recruitment", "gateway")


def create(name: str, settings: Any = None) -> Flask:
    """Build a program by its name; no program is imported before it is wanted."""
    app: Flask = import_module(f"{migrations.package(name)}.app").create_app(settings)
    return app


def settings_for(name: str, env: Mapping[str, str]) -> Settings:
    """Read a program's settings from *env*."""
    return settings_class(migrations.package(name)).from_env(name, env)


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn around one program, set up in code so that every program runs alike."""

    def __init__(self, name: str, port: int, workers: int) -> None:
        self.name, self.port, self.workers = name, port, workers
        super().__init__()

    def load_config(self) -> None:
        """Threads, a drain that is longer than the longest request, and no control socket."""
        options = {
            "bind": f"0.0.0.0:{self.port}",
            "workers": self.workers,
            "worker_class": "gthread",
            "threads": 16,
            "graceful_timeout": 25,
            "timeout": 60,
            "keepalive": 30,
            "control_socket_disable": True,
            "accesslog": None,
            "post_worker_init": announce_stop,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application in the worker, after the fork: no connection is ever shared."""
        return create(self.name)


def announce_stop(gunicorn_worker: Any) -> None:
    """Turn ``/ready`` red at TERM, before gunicorn stops taking requests."""
    program: Program = gunicorn_worker.wsgi.extensions["program"]
    stop = signal.getsignal(signal.SIGTERM)

    def on_term(number: int, frame: Any) -> None:
        program.stopping.set()
        if callable(stop):
            stop(number, frame)

    signal.signal(signal.SIGTERM, on_term)


def web(name: str, options: argparse.Namespace) -> None:
    """Serve a program's requests."""
    Web(name, options.port, options.workers).run()


def work(name: str, _options: argparse.Namespace) -> None:
    """Relay, consume, retry and tidy until told to stop."""
    program: Program = create(name).extensions["program"]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = worker.start(program, worker.carrier_for(program), stop)
    while not stop.wait(1.0):
        if dead := [thread.name for thread in threads if not thread.is_alive()]:
            sys.exit(f"{', '.join(dead)} died")  # the platform starts a whole worker again
    for thread in threads:
        thread.join(timeout=10)


def migrate(name: str, _options: argparse.Namespace) -> None:
    """Bring the program's database to the newest form."""
    program: Program = create(name).extensions["program"]
    migrations.upgrade(name, program.engine)
    program.engine.dispose()


def redrive(name: str, options: argparse.Namespace) -> None:
    """Try parked events again, those of one aggregate in their order; ``--dry-run`` only shows them."""
    program: Program = create(name).extensions["program"]
    with program.engine.begin() as connection:
        rows = waiting.parked(connection, event_type=options.type, event_id=options.id)
        if not options.dry_run:
            waiting.unpark(connection, [row.id for row in rows])
    for row in rows:
        print(row.event_id or "unreadable", row.type or "-", row.aggregate or "-", row.reason)  # noqa: T201
    while not options.dry_run and inbox.retry(program):
        pass
    with program.engine.begin() as connection:
        _, parked = waiting.counts(connection)
    print(f"{len(rows)} {'would be ' if options.dry_run else ''}redriven, {parked} parked now")  # noqa: T201
    program.engine.dispose()


def embedded(options: argparse.Namespace) -> None:
    """Run all programs in this process."""
    import_module("chassis.embedded").main(options)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and do it."""
    options = _parser().parse_args(arguments)
    logs.configure()
    options.act(options.program, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chassis")
    commands = parser.add_subparsers(required=True)
    for verb, act in (("web", web), ("worker", work), ("migrate", migrate), ("redrive", redrive)):
        command = commands.add_parser(verb, help=act.__doc__)
        command.add_argument("program", choices=PROGRAMS)
        command.set_defaults(act=act)
        for name, kind in OPTIONS.get(verb, {}).items():
            command.add_argument(name, **kind)
    run = commands.add_parser("run", help=embedded.__doc__)
    run.set_defaults(act=lambda _program, options: embedded(options), program="all")
    for name, kind in OPTIONS["run"].items():
        run.add_argument(name, **kind)
    return parser
