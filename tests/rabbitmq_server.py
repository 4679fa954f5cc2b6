"""A RabbitMQ of the tests' own: a fresh virtual host in a hundredth of a second."""

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import amqp
import requests

from tests.launching import Container, Process, Program, free_port, own_folder, start
from tools.containers import obtainable
from tools.debian import NotInstalled
from tools.programs import RABBITMQ_IMAGE, rabbitmq_server

AMQP_PORT = 5672
MANAGEMENT_PORT = 15672
USER = "kundekort"


@dataclass
class RabbitMQ:
    """A running RabbitMQ with its management API."""

    program: Program
    password: str

    @property
    def url(self) -> str:
        return self._address("/")

    def start(self) -> None:
        start(self.program, self._greet, (OSError, amqp.AMQPError))

    def stop(self) -> None:
        """Shut down in good order."""
        self.program.stop()

    def kill(self) -> None:
        """End the broker without a warning."""
        self.program.kill()

    def freeze(self) -> None:
        """Let nobody hear of it any more, without a goodbye; connections stay."""
        self.program.freeze()

    def thaw(self) -> None:
        """Go on where it stopped."""
        self.program.thaw()

    def wipe(self) -> None:
        """Lose all it had, as if its disk were new."""
        for command in ("stop_app", "force_reset", "start_app"):
            self.control(command)

    def vhost(self) -> str:
        """Make a virtual host, empty and nobody else's; answer its address."""
        name = f"test-{secrets.token_hex(4)}"
        self.manage("PUT", f"vhosts/{name}", {})
        return self._address(name)

    def drop(self, url: str) -> None:
        """Drop a virtual host with all that is in it; its connections are cut."""
        self.manage("DELETE", f"vhosts{urlsplit(url).path}")

    def manage(self, method: str, path: str, body: object = None) -> Any:
        """Call the management API, as ``manage("GET", "connections")``."""
        host, port = self.program.address(MANAGEMENT_PORT)
        answer = requests.request(
            method, f"http://{host}:{port}/api/{path}", json=body, auth=(USER, self.password), timeout=30
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl, as ``control("set_vm_memory_high_watermark", "0.0000001")`` raises an alarm."""
        return self.program.execute("rabbitmqctl", *arguments)

    def _greet(self) -> None:
        host, port = self.program.address(AMQP_PORT)
        with amqp.Connection(f"{host}:{port}", USER, self.password, connect_timeout=5, read_timeout=5):
            self.manage("GET", "overview")

    def _address(self, vhost: str) -> str:
        host, port = self.program.address(AMQP_PORT)
        return f"amqp://{USER}:{self.password}@{host}:{port}/{quote(vhost, safe='')}"


@contextmanager
def rabbitmq() -> Iterator[RabbitMQ]:
    """Start a private RabbitMQ."""
    password = secrets.token_hex(16)
    in_form = _contained if obtainable(RABBITMQ_IMAGE) else _local
    with in_form(password) as program:
        broker = RabbitMQ(program, password)
        broker.start()
        yield broker


@contextmanager
def _contained(password: str) -> Iterator[Program]:
    environment = {"RABBITMQ_DEFAULT_USER": USER, "RABBITMQ_DEFAULT_PASS": password}
    with closing(Container(RABBITMQ_IMAGE, [AMQP_PORT, MANAGEMENT_PORT], env=environment)) as container:
        yield container


@contextmanager
def _local(password: str) -> Iterator[Program]:
    server = rabbitmq_server()
    if server is None:
        raise NotInstalled("RabbitMQ is missing: `make test` installs it, or use Docker.")
    with own_folder() as folder:
        ports = {AMQP_PORT: free_port(), MANAGEMENT_PORT: free_port()}
        environment = _surroundings(folder) | _settings(folder, ports, password)
        names = ["epmd", "-port", environment["ERL_EPMD_PORT"], "-address", "127.0.0.1"]
        # Erlang would start its name server as a daemon that outlives the tests; ours is a child as well.
        with closing(Process(names, folder, environment)) as name_server:
            name_server.start()
            with closing(Process([str(server)], folder, environment, ports=ports)) as process:
                yield process


def _surroundings(folder: Path) -> dict[str, str]:
    """Keep the node apart from every other on this machine: name, ports, cookie and folders of its own."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(folder),  # where Erlang makes its cookie
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_NODENAME": f"kundekort-{secrets.token_hex(4)}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_LOGS": "-",
        "RUNNING_UNDER_SYSTEMD": "true",  # no shell stays around the server: our child is the server
    }


def _settings(folder: Path, ports: dict[int, int], password: str) -> dict[str, str]:
    """Write the broker's settings, and name them so that none of the machine's are read."""
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{ports[AMQP_PORT]}\n"
        "management.tcp.ip = 127.0.0.1\n"
        f"management.tcp.port = {ports[MANAGEMENT_PORT]}\n"
        f"default_user = {USER}\n"
        f"default_pass = {password}\n"
    )
    (folder / "plugins").write_text("[rabbitmq_management].\n")
    (folder / "conf.d").mkdir()
    return {
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_CONFIG_FILES": str(folder / "conf.d"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none.config"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none.env"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
