"""The suite as a whole, in both its forms, and two agencies that use it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis import logs
from chassis.run import PROGRAMS
from tests.suite import FORMS
from tests.system.forms import Embedded, Form, Production
from tests.system.people import Agency


@pytest.fixture(scope="package")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """All programs in this process."""
    logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))
    started = Embedded(tmp_path_factory.mktemp("embedded"))
    yield started
    started.close()


@pytest.fixture(scope="package")
def production(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """Twelve processes of our own, on servers of our own."""
    databases = {name: request.getfixturevalue("postgres_server").create_service(name) for name in PROGRAMS}
    broker_url = request.getfixturevalue("broker").vhost()
    started = Production(tmp_path_factory.mktemp("production"), databases, broker_url)
    yield started
    started.close()
    if request.session.testsfailed:
        folder = Path(request.config.rootpath) / "var/test-logs"
        folder.mkdir(parents=True, exist_ok=True)
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        (folder / f"suite-{worker}.log").write_text(started.logs())


@pytest.fixture(scope="package", params=FORMS)
def suite(request: pytest.FixtureRequest) -> Form:
    """Both forms live until the folder is done: changing from one to the other costs nothing."""
    found: Form = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def nordlys(suite: Form) -> Agency:
    """The agency whose customers the tests are about; it works in Bergen and Oslo."""
    return suite.found("Nordlys Bemanning")


@pytest.fixture(scope="module")
def rival(suite: Form) -> Agency:
    """Another agency on the same servers."""
    return suite.found("Sørlys Bemanning")
