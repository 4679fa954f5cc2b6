"""The embedded suite: all programs in one process, each with a SQLite file, speaking real HTTP on loopback ports.

Events go from each outbox straight into the followers' inboxes. Keys and the first sign-in are made once and stay in
the data folder.
"""

import argparse
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cheroot import wsgi
from cheroot.server import HTTPConnection
from joserfc.jwk import OKPKey

from chassis import events, inbox, logs, migrations, worker
from chassis.program import Program
from chassis.relay import HandOver
from chassis.run import PROGRAMS, create, settings_for
from gateway import demo
from gateway.live.api import TAKE_OVER

THREADS = 12  # of each program's server
KEPT_CONNECTIONS = 200  # of each program's server; whoever finds no place is told to close


class Line(HTTPConnection):
    """A connection that is only let go of, and not hung up, when somebody has taken it over."""

    taken = False

    def _close_kernel_socket(self) -> None:
        if not self.taken:
            super()._close_kernel_socket()  # type: ignore[misc]  # its types do not say that it is there


class Door(wsgi.Gateway_10):
    """Lets the application take a connection over from the server, for live updates."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # its types say that it returns nothing
        """Say how."""
        return {**super().get_environ(), TAKE_OVER: self._take_over}  # type: ignore[no-untyped-call]

    def _take_over(self) -> socket.socket:
        self.req.conn.taken = True
        return self.req.conn.socket.dup()


class Suite:
    """Six programs and their servers."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.stop = threading.Event()
        self.programs: dict[str, Program] = {}
        self.servers: dict[str, wsgi.Server] = {}

    def start(self, port: int) -> None:
        """Start every program; the gateway comes last, it knows all the others."""
        for name in PROGRAMS:
            self._add(name, port if name == "gateway" else 0)
        carrier = HandOver(list(self.programs.values()))
        for program in self.programs.values():
            worker.start(program, carrier, self.stop)

    def _add(self, name: str, port: int) -> None:
        app = create(name, settings_for(name, self._environment(name)))
        program: Program = app.extensions["program"]
        migrations.upgrade(name, program.engine)
        self.programs[name] = program
        self.serve(name, port)

    def _environment(self, name: str) -> Mapping[str, str]:
        """Say to each program what the platform would say."""
        addresses = {f"KUNDEKORT_{service.upper()}_URL": self.address(service) for service in self.servers}
        return {**environment(self.data, name), **addresses}

    def serve(self, name: str, port: int) -> None:
        """Start a program's server; a port of 0 takes any that is free."""
        app = self.programs[name].app
        server = wsgi.Server(("127.0.0.1", port), app, numthreads=THREADS, timeout=30, shutdown_timeout=1)
        server.gateway, server.ConnectionClass = Door, Line
        server.keep_alive_conn_limit = KEPT_CONNECTIONS
        server.prepare()
        self.servers[name] = server
        threading.Thread(target=_serve, args=(server,), name=f"{name} web", daemon=True).start()

    def address(self, name: str = "gateway") -> str:
        """Return where a program is reached."""
        return f"http://127.0.0.1:{self.servers[name].bind_addr[1]}"

    def announce(self, raw: bytes) -> None:
        """Take an event from outside, as the broker would from an integrator."""
        publisher = events.read(raw).publisher
        for program in self.programs.values():
            if publisher in program.reactions.publishers:
                inbox.receive(program, raw)

    def halt(self) -> None:
        """Stop taking requests, finish what was begun, let go of the databases."""
        for program in self.programs.values():
            program.stopping.set()
        self.stop.set()
        for server in self.servers.values():
            server.stop()
        for program in self.programs.values():
            program.close()


def _serve(server: wsgi.Server) -> None:
    with suppress(KeyboardInterrupt):
        server.serve()


def environment(data: Path, name: str) -> dict[str, str]:
    """Say to a program where its data stand, and which keys this installation has."""
    return {
        "KUNDEKORT_DATABASE_URL": f"sqlite:///{data.resolve()}/{name}.db",
        "KUNDEKORT_SECURE": "0",  # one's own machine, without TLS
        "KUNDEKORT_BLOBS_URL": f"file://{data.resolve()}/blobs",
        **_keys(data),
    }


def _keys(data: Path) -> dict[str, str]:
    """Make the keys of this installation at its first start; only its owner may read them."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    private = folder / "token.pem"
    if not private.exists():
        private.touch(mode=0o600)
        private.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    cursor = folder / "cursor"
    if not cursor.exists():
        cursor.touch(mode=0o600)
        cursor.write_text(secrets.token_urlsafe(48))
    key = OKPKey.import_key(private.read_text())
    return {
        "KUNDEKORT_TOKEN_PRIVATE_KEY": private.read_text(),
        "KUNDEKORT_TOKEN_PUBLIC_KEY": key.as_pem(private=False).decode(),
        "KUNDEKORT_CURSOR_KEY": cursor.read_text(),
    }


def main(options: argparse.Namespace) -> None:
    """Start the suite, fill it with demo data at its first start, and say where it is."""
    logs.configure("WARNING")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    suite = Suite(Path(options.data))
    try:
        suite.start(options.port)
        threading.Thread(target=_welcome, args=(suite, options.empty), name="welcome", daemon=True).start()
        ended.wait()
    except OSError as error:
        sys.exit(f"Port {options.port} cannot be used ({error}): choose another with make run PORT=8001")
    finally:
        suite.halt()


def _welcome(suite: Suite, empty: bool) -> None:  # noqa: FBT001  # a thread takes its arguments by place
    """Print address and sign-in first: demo data goes on arriving while somebody already looks."""
    sign_in = demo.sign_in(suite.programs["gateway"], suite.data)
    print(f"\n  Kundekort  {suite.address()}\n  sign in    {sign_in.email}  {sign_in.password}\n", flush=True)  # noqa: T201
    if not empty:
        demo.fill(suite.address(), sign_in, suite.data, suite.announce)
