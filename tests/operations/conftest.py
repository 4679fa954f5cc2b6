"""Suites that are compared, broken, mended and restored."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import mkdtemp

import pytest

from chassis import logs, migrations, outbox, worker
from chassis.bus import Message
from chassis.program import Program
from chassis.relay import HandOver
from chassis.run import PROGRAMS
from operations import embedded
from operations.places import Here
from operations.reconciler import Reconciler
from operations.sites import Site, open_site
from tests.postgres_server import Postgres
from tests.suite import FORMS, environment
from tests.system.forms import Embedded
from tests.system.people import Agency, until

PATIENCE = 60.0


class Losing(HandOver):
    """A bus that loses what it is told to lose."""

    loses: Callable[[str, Message], bool] = staticmethod(lambda _follower, _message: False)

    def _give(self, program: Program, messages: Sequence[Message]) -> None:
        super()._give(program, [each for each in messages if not self.loses(program.name, each)])


class OnDatabases(embedded.Suite):
    """All programs in this process, on databases of either form."""

    def __init__(self, data: Path, databases: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(data)
        self.databases = databases
        self.bus = Losing([])

    def start(self, port: int) -> None:
        for name in PROGRAMS:
            self._add(name, port if name == "gateway" else 0)
        self.bus.programs = list(self.programs.values())
        for program in self.programs.values():
            worker.start(program, self.bus, self.stop)

    def _environment(self, name: str) -> Mapping[str, str]:
        return {**super()._environment(name), **self.databases[name], "KUNDEKORT_RETRY_MS": "20"}


class Suite(Embedded):
    """The suite, and whoever may reconcile it."""

    def __init__(self, folder: Path, databases: Mapping[str, Mapping[str, str]]) -> None:
        logs.configure(os.environ.get("TEST_LOG", "CRITICAL"))
        self.folder, self.databases, self.holes = folder, dict(databases), {}
        self.start()

    def start(self) -> None:
        """Start all programs on their databases."""
        self.suite = OnDatabases(self.folder, self.databases)
        try:
            self.suite.start(0)
        except BaseException:
            self.suite.halt()  # else its servers keep the tests from ending
            raise
        self.place = Here({name: self.environment(name) for name in PROGRAMS})
        self.reconciler = Reconciler(self.place, PATIENCE, settling=2.0, pause=0.1)

    def environment(self, name: str) -> dict[str, str]:
        return {**embedded.environment(self.folder, name), **self.databases[name]}

    def address(self, name: str = "gateway") -> str:
        return self.suite.address(name)

    def close(self) -> None:
        self.place.close()
        super().close()

    def rest(self) -> None:
        """Wait until nobody has anything to send."""
        until(lambda: not any(backlog(program) for program in self.suite.programs.values()), 30, "quiet")

    def differing(self) -> set[tuple[str, str, str]]:
        """Check; say who has which difference about what."""
        findings = self.reconciler.check()
        assert findings.quiet
        return {(each.follower, each.aggregate, each.kind) for each in findings.differences}


def backlog(program: Program) -> int:
    with program.engine.connect() as connection:
        return outbox.backlog(connection)[0]


def database_for(request: pytest.FixtureRequest, form: str, name: str) -> dict[str, str]:
    """Make an empty database, with a reader, on the form's kind of server."""
    if form == "embedded":
        return {}
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.create_service(name)
    return {"KUNDEKORT_DATABASE_URL": url, "KUNDEKORT_READER_URL": server.create_reader(url)}


@pytest.fixture(scope="module", params=FORMS)
def suite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    started = Suite(
        tmp_path_factory.mktemp("suite"), {name: database_for(request, request.param, name) for name in PROGRAMS}
    )
    yield started
    started.close()


@pytest.fixture(scope="module")
def nordlys(suite: Suite) -> Agency:
    return suite.found("Nordlys Bemanning")


@pytest.fixture(params=FORMS)
def site_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Open a program on a new database: migrated, or as empty as a restore needs it."""
    with ExitStack() as stack:

        def site_of(name: str, *, migrated: bool = True) -> Site:
            folder = Path(mkdtemp(prefix=name, dir=tmp_path))
            found = database_for(request, request.param, name)
            url = found.pop("KUNDEKORT_DATABASE_URL", f"sqlite:///{folder}/{name}.db")
            surroundings = environment(url, KUNDEKORT_BLOBS_URL=f"file://{folder}/blobs", **found)
            site = stack.enter_context(closing(open_site(name, surroundings)))
            if migrated:
                migrations.upgrade(name, site.program.engine)
            return site

        yield site_of
