"""The two ways a server of the tests runs: as a process of ours, or in a container."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from testcontainers.core.container import DockerContainer

PATIENCE = 90.0
UNCLAIMED = range(20_000, 32_000)  # below the ports that the kernel lends to outgoing connections


class ServerFailed(RuntimeError):
    """A server of the tests did not come up; its log follows."""


class Program(Protocol):
    """A server that can be started, stopped politely, killed, started again, and asked for its log."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    def alive(self) -> bool: ...
    def log(self) -> str: ...
    def close(self) -> None: ...
    def address(self, port: int) -> tuple[str, int]: ...
    def execute(self, program: str, *arguments: str) -> str: ...


@dataclass
class Process:
    """A server as our child. It dies with the thread that started it, also when that is killed outright."""

    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    user: str | None = None
    ports: Mapping[int, int] = field(default_factory=dict)
    polite: signal.Signals = signal.SIGTERM
    crash: signal.Signals = signal.SIGKILL
    _child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        leash = on_leash(self.user, self.crash)
        with self._log_file.open("ab") as log:
            self._child = subprocess.Popen(
                [*leash, *self.command],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests: they take their servers down themselves
            )

    def stop(self) -> None:
        self._end(self.polite)

    def kill(self) -> None:
        self._end(self.crash)

    def freeze(self) -> None:
        """Stop its clock, and its children's: the kernel goes on taking connections, and nobody answers."""
        self._tell_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._tell_all(signal.SIGCONT)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the server alone, and not to what it started."""
        assert self._child is not None
        self._child.send_signal(number)

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def log(self) -> str:
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    def close(self) -> None:
        self.kill()

    def address(self, port: int) -> tuple[str, int]:
        return "127.0.0.1", self.ports[port]

    def execute(self, program: str, *arguments: str) -> str:
        """Run a program that lies beside the server's own, in the server's surroundings."""
        command = [Path(self.command[0]).with_name(program), *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout

    def _end(self, farewell: signal.Signals) -> None:
        if self._child is None:
            return
        self._child.send_signal(farewell)
        try:
            self._child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _tell_all(self, number: signal.Signals) -> None:
        for pid in self._family():
            with suppress(ProcessLookupError):  # it has ended since it was listed
                os.kill(pid, number)

    def offspring(self) -> list[int]:
        """List the processes that descend from the child."""
        return self._family()[1:]

    def _family(self) -> list[int]:
        """List the child and all that descend from it, parents first."""
        found = [self._child.pid] if self._child is not None and self.alive() else []
        for pid in found:
            with suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    @property
    def _log_file(self) -> Path:
        return self.folder / f"{Path(self.command[0]).name}.log"


class Container:
    """A server in a container. Its ports stay the same when it is started again."""

    def __init__(self, image: str, ports: list[int], **settings: Any) -> None:
        self._container = DockerContainer(image, **settings)
        for port in ports:
            self._container.with_bind_ports(port, free_port())
        self._made = False

    def start(self) -> None:
        if self._made:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._made = True

    def stop(self) -> None:
        self._container.get_wrapped_container().stop(timeout=30)

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def freeze(self) -> None:
        self._container.get_wrapped_container().pause()

    def thaw(self) -> None:
        self._container.get_wrapped_container().unpause()

    def alive(self) -> bool:
        self._container.reload()
        return self._container.status in {"created", "running", "restarting"}

    def log(self) -> str:
        return self._container.get_wrapped_container().logs().decode(errors="replace")

    def address(self, port: int) -> tuple[str, int]:
        return self._container.get_container_host_ip(), self._container.get_exposed_port(port)

    def execute(self, program: str, *arguments: str) -> str:
        done = self._container.exec([program, *arguments])
        if done.exit_code:
            raise subprocess.CalledProcessError(done.exit_code, program, done.output)
        return done.output.decode()

    def close(self) -> None:
        self._container.stop()


def on_leash(user: str | None = None, farewell: signal.Signals = signal.SIGKILL) -> list[str]:
    """Prefix a command, so that it runs as another user and gets a signal at its parent's death."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:  # not Linux: the tests' own clearing up must do
        return []
    identity = ["--reuid", user, "--regid", user, "--init-groups"] if user else []
    return [setpriv, "--pdeathsig", farewell.name.removeprefix("SIG"), *identity]


@contextmanager
def own_folder(user: str | None = None) -> Iterator[Path]:
    """Give a server a folder that is gone after it."""
    with tempfile.TemporaryDirectory(prefix="kundekort-", ignore_cleanup_errors=True) as name:
        if user:
            shutil.chown(name, user, user)
        yield Path(name)


def free_port() -> int:
    """Pick a port of this machine that nobody listens on."""
    for port in random.sample(UNCLAIMED, len(UNCLAIMED)):
        with suppress(OSError), socket.socket() as attempt:
            attempt.bind(("127.0.0.1", port))
            return port
    raise ServerFailed("No port is free.")


def start(
    program: Program, answers: Callable[[], object], unready: type[Exception] | tuple[type[Exception], ...]
) -> None:
    """Start a server and wait until it answers; say why, with its log, if it does not."""
    program.start()
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answers()
        except unready as reason:
            if not program.alive() or time.monotonic() > deadline:
                raise ServerFailed(f"{reason}\n{program.log()[-6000:]}") from reason
            time.sleep(0.05)
        else:
            return
