"""A PostgreSQL of the tests' own: a fresh database per service in a few hundredths of a second."""

import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.launching import Container, Process, Program, ServerFailed, free_port, on_leash, own_folder, start
from tools.containers import obtainable
from tools.debian import NotInstalled
from tools.programs import POSTGRES_IMAGE, postgres_folder

PORT = 5432
ROOMY = ("max_connections=300",)
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}


@dataclass
class Postgres:
    """A running PostgreSQL: ``url`` is the superuser's, services get ordinary roles."""

    program: Program
    password: str

    @property
    def url(self) -> str:
        host, port = self.program.address(PORT)
        return f"postgresql://postgres:{self.password}@{host}:{port}/postgres"

    def start(self) -> None:
        start(self.program, lambda: self._do([sql.SQL("SELECT 1")]), psycopg.OperationalError)

    def stop(self) -> None:
        """Shut down in good order; whoever is connected is cut off."""
        self.program.stop()

    def kill(self) -> None:
        """Crash: what was not yet durable is lost, and the next start recovers the rest."""
        self.program.kill()

    def freeze(self) -> None:
        """Answer nobody any more; connections stay."""
        self.program.freeze()

    def thaw(self) -> None:
        """Go on where it stopped."""
        self.program.thaw()

    def create_service(self, name: str) -> str:
        """Make a database, and an ordinary role that owns it and alone may connect; answer its address."""
        unique, password = f"{name}_{secrets.token_hex(4)}", secrets.token_hex(16)
        here = sql.Identifier(unique)
        self._do(
            [
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(
                    here, sql.Literal(password)
                ),
                sql.SQL("CREATE DATABASE {} OWNER {}").format(here, here),
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(here),
            ]
        )
        return _address(self.url, f"{unique}:{password}", unique)

    def create_reader(self, url: str) -> str:
        """Make the role that may read all rows of a service's database, and change none; answer its address."""
        source = urlsplit(url)
        name, password = f"{source.path[1:]}_reader", secrets.token_hex(16)
        here, database = sql.Identifier(name), sql.Identifier(source.path[1:])
        self._do(
            [
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE").format(
                    here, sql.Literal(password)
                ),
                sql.SQL("GRANT pg_read_all_data TO {}").format(here),
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, here),
            ]
        )
        return _address(self.url, f"{name}:{password}", source.path[1:])

    def copy(self, url: str) -> str:
        """Copy a service's database, while nobody is connected to it, for the same role."""
        source = urlsplit(url)
        role, unique = sql.Identifier(source.username or ""), f"{source.username}_{secrets.token_hex(4)}"
        copied, original = sql.Identifier(unique), sql.Identifier(source.path[1:])
        self._do(
            [
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(copied, role, original),
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(copied),
            ]
        )
        return _address(self.url, f"{source.username}:{source.password}", unique)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected; its role goes with the server."""
        name = sql.Identifier(urlsplit(url).path[1:])
        self._do([sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name)])

    def _do(self, statements: list[sql.SQL | sql.Composed]) -> None:
        with closing(psycopg.connect(self.url, autocommit=True, connect_timeout=5)) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a private PostgreSQL; only a durable one keeps what it promised through a crash."""
    settings = [word for each in (*ROOMY, *(() if durable else CARELESS)) for word in ("-c", each)]
    password = secrets.token_hex(16)
    in_form = _contained if obtainable(POSTGRES_IMAGE) else _local
    with in_form(settings, password) as program:
        server = Postgres(program, password)
        server.start()
        yield server


@contextmanager
def _contained(settings: list[str], password: str) -> Iterator[Program]:
    environment = {"POSTGRES_PASSWORD": password, "POSTGRES_INITDB_ARGS": "--locale=C.UTF-8"}
    container = Container(POSTGRES_IMAGE, [PORT], env=environment, command=["postgres", *settings])
    with closing(container):
        yield container


@contextmanager
def _local(settings: list[str], password: str) -> Iterator[Program]:
    programs = postgres_folder()
    if programs is None:
        raise NotInstalled("PostgreSQL is missing: `make test` installs it, or use Docker.")
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with own_folder(user) as folder:
        _initialise(programs, folder, user, password)
        port = free_port()
        listen = ["-D", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
        command = [str(programs / "postgres"), *listen, *settings]
        with closing(
            Process(
                command,
                folder,
                ENVIRONMENT,
                user=user,
                ports={PORT: port},
                polite=signal.SIGINT,  # "fast": does not wait for its clients
                crash=signal.SIGQUIT,  # "immediate": as a crash, but with no child left behind
            )
        ) as process:
            yield process


def _initialise(programs: Path, folder: Path, user: str | None, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    shape = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "--pwfile", str(secret), *shape]
    done = subprocess.run(
        [*on_leash(user), *command], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServerFailed(done.stdout + done.stderr)


def end_of_the_lead(program: str) -> str:
    """Write the query that cuts the connection on which a program's relay leads; its other locks stay."""
    lock = f"hashtext('relay:{program}')::bigint & 4294967295"
    return f"""
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND granted AND datname = current_database() AND objid::bigint = {lock}
    """  # noqa: S608  # a program's name


def _address(server: str, identity: str, database: str) -> str:
    place = urlsplit(server)
    return place._replace(netloc=f"{identity}@{place.hostname}:{place.port}", path=f"/{database}").geturl()
