"""The suite in containers takes minutes: `make compose-check` runs these tests, and no other command.

Whatever happens, all is taken down in the end.
"""

import os
from pathlib import Path

import pytest

from tests.deploy.containers.composed import Composed

collect_ignore_glob = [] if os.environ.get("KUNDEKORT_COMPOSE") else ["test_*.py"]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(3600))


@pytest.fixture(scope="session")
def suite(tmp_path_factory, request):
    composed = Composed(tmp_path_factory.mktemp("compose"))
    try:
        composed.up()
        yield composed
    finally:
        try:
            if request.session.testsfailed:
                kept = Path(request.config.rootpath) / "var/test-logs/compose.log"
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(composed.logs())
        finally:
            composed.down()
    assert composed.remains() == []


@pytest.fixture(scope="session")
def ada(suite):
    return suite.found("Nordlys Bemanning").ada
