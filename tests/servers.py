"""Real servers for the tests, started privately, and the browser; the fixtures start them once a run.

Each worker of a parallel run has servers of its own. A test that stops or kills one starts its own:
``with rabbitmq() as broker: ...``.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launching import ServerFailed
from tests.postgres_server import Postgres, postgres
from tests.rabbitmq_server import RabbitMQ, rabbitmq
from tools.programs import system_browser

__all__ = [
    "Postgres",
    "RabbitMQ",
    "ServerFailed",
    "broker",
    "browser_path",
    "postgres",
    "postgres_server",
    "rabbitmq",
]


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    with postgres() as server:
        yield server
        _keep_log(request, server, "postgres")


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[RabbitMQ]:
    with rabbitmq() as server:
        yield server
        _keep_log(request, server, "rabbitmq")


@pytest.fixture(scope="session")
def browser_path() -> str | None:
    """Name the browser for ``launch(executable_path=browser_path)``; None lets Playwright take its own."""
    return system_browser()


def _keep_log(request: pytest.FixtureRequest, server: Postgres | RabbitMQ, name: str) -> None:
    """After a failure the server's log is worth a look: it stays in var/test-logs."""
    if request.session.testsfailed:
        folder = Path(request.config.rootpath) / "var/test-logs"
        folder.mkdir(parents=True, exist_ok=True)
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        (folder / f"{name}-{worker}.log").write_text(server.program.log())
