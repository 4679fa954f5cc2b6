"""The suite in containers, as docker-compose.yml runs it, under a name and on a port of its own."""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from docker import DockerClient
from docker.models.containers import Container

from chassis.run import PROGRAMS
from tests.launching import free_port
from tests.system.people import PASSWORD, Agency
from tools import first_secrets

ROOT = Path(__file__).parents[3]
READY = 300.0  # seconds that a start may take on a small machine
SERVERS = ("postgres", "rabbitmq")
WORKERS = [f"{program}-worker" for program in PROGRAMS]


def compose_command() -> list[str]:
    """Find Compose: as a part of Docker, or the older program."""
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0:
        return ["docker", "compose"]
    if found := shutil.which("docker-compose"):
        return [found]
    raise FileNotFoundError("neither `docker compose` nor `docker-compose` is here")


class Composed:
    """All containers of the suite."""

    def __init__(self, folder: Path) -> None:
        self.name = f"kundekort-check-{secrets.token_hex(3)}"
        self.secrets = folder / "secrets"
        self.port = free_port()
        self.engine = DockerClient.from_env()
        self.compose = [*compose_command(), "-p", self.name]
        self.environment = {
            **os.environ,
            "KUNDEKORT_SECRETS": str(self.secrets),
            "KUNDEKORT_LISTEN": f"127.0.0.1:{self.port}",
            "KUNDEKORT_VERSION": "check",
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Make the secrets, build the images, start everything, and wait for the door to open."""
        first_secrets.make(self.secrets)
        self.run("build", "--quiet", within=1800)
        self.run("up", "-d", within=600)
        for name in self.services():
            if not name.endswith("-migrate"):
                self.await_ready(name)
        eventually(lambda: requests.get(f"{self.address}/ready", timeout=5).status_code == 200, READY)

    def down(self) -> None:
        """Take everything down, with what it has stored."""
        self.run("down", "--volumes", "--remove-orphans", "--timeout", "10", within=300)
        self.engine.close()

    def run(self, *arguments: str, within: float) -> str:
        """Run Compose."""
        command = [*self.compose, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=within, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        return done.stdout

    def services(self) -> list[str]:
        """List the services of docker-compose.yml."""
        return sorted(self.run("config", "--services", within=60).split())

    def container(self, service: str) -> Container:
        """Find the one container of a service."""
        wanted = [f"com.docker.compose.project={self.name}", f"com.docker.compose.service={service}"]
        [found] = self.engine.containers.list(all=True, filters={"label": wanted})
        return found

    def inside(self, service: str, *command: str, **options: Any) -> tuple[int, str]:
        """Run a command in a service's container; answers its exit code and what it said."""
        done = self.container(service).exec_run(list(command), **options)
        return done.exit_code, done.output.decode(errors="replace")

    def python(self, service: str, program: str) -> tuple[int, str]:
        """Run some lines of Python in a program's container."""
        return self.inside(service, "python", "-c", program)

    def await_ready(self, service: str) -> None:
        """Wait until a container passes its own health check; looking costs less than waiting for Docker to look."""
        check = (self.container(service).attrs["Config"].get("Healthcheck") or {}).get("Test", ["NONE"])
        command = ["true"] if check[0] == "NONE" else check[1:]
        eventually(lambda: self.inside(service, *command)[0] == 0, READY, service)

    def found(self, name: str) -> Agency:
        """Found an agency, as docs/deploying.md says."""
        email = "ada@nordlys.no"
        words = ["--name", name, "--admin", "Ada Berg", "--email", email, "--department", "Bergen"]
        command = ["docker", "exec", "-i", self.container("gateway-1").id, "python", "-m", "gateway.bootstrap", *words]
        done = subprocess.run(command, input=PASSWORD, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return Agency(self.address, UUID(done.stdout.strip()), email)

    def logs(self) -> str:
        """Return what all containers have said."""
        return self.run("logs", "--no-color", "--tail", "400", within=120)

    def remains(self) -> list[str]:
        """Name what is left of the suite on the engine."""
        label = {"label": f"com.docker.compose.project={self.name}"}
        engine = DockerClient.from_env()
        left = [*engine.containers.list(all=True, filters=label), *engine.volumes.list(filters=label)]
        left += engine.networks.list(filters=label)
        engine.close()
        return [each.name for each in left]


def eventually(holds: Callable[[], bool], within: float, what: str = "it") -> float:
    """Wait until something holds; answers the seconds it took."""
    began = time.monotonic()
    while True:
        try:
            if holds():
                return time.monotonic() - began
        except (requests.RequestException, OSError):
            pass
        assert time.monotonic() - began < within, f"{what} did not come within {within} s"
        time.sleep(0.3)


def webs() -> list[str]:
    """Name the web containers, in the order in which they are replaced."""
    return [f"{program}-{number}" for program in PROGRAMS for number in (1, 2)]
