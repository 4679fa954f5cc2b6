"""The previous release and today's code side by side, each in a process of its own."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from chassis.run import PROGRAMS
from tests.launching import on_leash
from tests.suite import environment
from tools.compat import releases
from tools.compat.running import Running, running

ROOT = releases.ROOT
NOWHERE = "http://127.0.0.1:9"
Environments = Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="session")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The previous release's tree."""
    return releases.unpack(releases.previous(), tmp_path_factory.mktemp("previous"))


def environments(databases: Mapping[str, str], folder: Path, **addresses: str) -> Environments:
    """Say to each program what the platform would say; *addresses* are those of the services."""
    urls = {f"KUNDEKORT_{name.upper()}_URL": addresses.get(name, NOWHERE) for name in PROGRAMS if name != "gateway"}
    more = {
        "KUNDEKORT_BLOBS_URL": f"file://{folder}/blobs",
        "KUNDEKORT_SECURE": "0",
        "KUNDEKORT_PASSWORD_MEMORY_KIB": "1024",
    }
    return {name: environment(url, **more, **urls) for name, url in databases.items()}


def files(folder: Path, *names: str) -> dict[str, str]:
    """Name a SQLite file for each program."""
    return {name: f"sqlite:///{folder}/{name}.db" for name in names or PROGRAMS}


@contextmanager
def at_work(tree: Path, told: Environments) -> Iterator[Running]:
    """Start a release that ends with us, whatever becomes of us."""
    with running(tree, told, on_leash()) as found:
        yield found


@pytest.fixture
def next_tree(tmp_path: Path) -> Path:
    """What may come after today: a copy of today's code, for a test to develop further."""
    tree = tmp_path / "next"
    for part in ("chassis", "contracts", "services", "gateway"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    return tree


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path, str], Running]]:
    """Start a release's tree on SQLite files that stand in a place, migrated by that release."""
    places = tmp_path_factory.mktemp("places")
    with ExitStack() as ends:

        def start(tree: Path, place: str) -> Running:
            folder = places / place
            folder.mkdir(exist_ok=True)
            started = ends.enter_context(at_work(tree, environments(files(folder), folder)))
            started.begin("migrate")
            return started

        yield start
