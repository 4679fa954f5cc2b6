"""One plant for all the tests of this folder: starting processes is what costs. Each test has agencies of its own."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.driver import Writer, employee
from tests.faults.journal import Journal
from tests.faults.oracle import Oracle
from tests.faults.plant import Plant
from tests.servers import Postgres, RabbitMQ, postgres, rabbitmq


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Postgres]:
    with postgres(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def mortal_broker() -> Iterator[RabbitMQ]:
    with rabbitmq() as server:
        yield server


@pytest.fixture(scope="session")
def lasting_plant(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    durable_postgres: Postgres,
    mortal_broker: RabbitMQ,
) -> Iterator[Plant]:
    started = Plant(tmp_path_factory.mktemp("plant"), durable_postgres, mortal_broker)
    yield started
    started.close()
    if request.session.testsfailed:
        folder = Path(request.config.rootpath) / "var/test-logs"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plant.log").write_text(started.logs())


@pytest.fixture
def plant(lasting_plant: Plant) -> Iterator[Plant]:
    """The plant, whole before the test and after it."""
    lasting_plant.heal()
    yield lasting_plant
    lasting_plant.heal()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    kept = Journal(tmp_path / "journal")
    yield kept
    kept.close()


@pytest.fixture
def writers(plant: Plant, journal: Journal) -> list[Writer]:
    """Two people of one agency and one of another."""
    first, rival = employee(), employee()
    return [Writer(plant, journal, who, random.Random(number)) for number, who in enumerate((first, first, rival))]


@pytest.fixture
def writer(writers: list[Writer]) -> Writer:
    return writers[0]


@pytest.fixture
def oracle(plant: Plant, journal: Journal) -> Oracle:
    return Oracle(plant, journal)
