"""The drill: the whole suite is backed up while people write, lost, and restored into a new place.

``make drill`` shows how long each step took.
"""

import itertools
import shlex
import threading
import time
from contextlib import contextmanager

import pytest

from chassis.run import PROGRAMS
from tests.operations.commanding import SURROUNDINGS, operate
from tests.suite import FORMS, environment
from tests.system.forms import Embedded, Production
from tests.system.people import Agency, Employee

pytestmark = pytest.mark.slow


class EmbeddedPlace:
    """Where an embedded suite stands: one folder."""

    def __init__(self, _request, folder):
        self.folder = folder
        self.reached = ["--data", str(folder)]

    def start(self):
        return Embedded(self.folder)


class ProductionPlace:
    """Where a suite runs in production: databases with a reader each, a broker, a store, and a command per program."""

    def __init__(self, request, folder):
        server = request.getfixturevalue("postgres_server")
        self.folder = folder
        self.databases = {name: server.create_service(name) for name in PROGRAMS}
        self.broker = request.getfixturevalue("broker").vhost()
        for name, url in self.databases.items():
            more = {
                "KUNDEKORT_READER_URL": server.create_reader(url),
                "KUNDEKORT_BROKER_URL": self.broker,
                "KUNDEKORT_BLOBS_URL": f"file://{folder}/blobs",
            }
            told = {**SURROUNDINGS, **environment(url, **more)}
            words = " ".join(shlex.quote(f"{key}={value}") for key, value in told.items())
            (folder / f"in-{name}").write_text(f'exec env -i {words} "$@"\n')
        self.reached = ["--via", f"sh {folder}/in-{{program}}"]

    def start(self):
        return Production(self.folder, self.databases, self.broker)


@pytest.fixture(params=FORMS)
def place_of(request, tmp_path):
    """Make a place for a suite."""
    kind = EmbeddedPlace if request.param == "embedded" else ProductionPlace
    numbers = itertools.count()

    def place_of():
        folder = tmp_path / f"place-{next(numbers)}"
        folder.mkdir()
        return kind(request, folder)

    return place_of


class Writer(threading.Thread):
    """Somebody who does all kinds of work, and writes down what was answered."""

    def __init__(self, who):
        super().__init__()
        self.who, self.ends = who, threading.Event()
        self.customers, self.files, self.failures = [], {}, []

    def run(self):
        numbers = itertools.count()
        while not self.ends.is_set():
            try:
                self.work(next(numbers))
            except Exception as error:  # noqa: BLE001  # the drill reports it
                self.failures.append(error)
                return

    def work(self, number):
        customer = self.who.register(f"Kunde {number} AS")
        self.customers.append(customer)
        there = f"customers/{customer['id']}"
        self.who.write(f"/api/customers/{there}/contacts", {"name": "Kari Nordmann"})
        self.who.write(f"/api/customers/{there}", {"name": f"Nytt navn {number} AS"}, "PATCH", customer["version"])
        time.sleep(0.4)  # until the others have heard of the customer, as a rule; and backing up is given a share
        content = f"Avtale {number}".encode()
        answer = self.who.upload(f"/api/files/{there}/files?name=avtale.txt", content)
        if answer.status_code == 201:  # else: not heard of yet
            self.files[f"/api/files/{there}/files/{answer.json()['id']}/content"] = content
        self.who.post(f"/api/recruitment/{there}/projects", {"name": "Lagerteam"})


@contextmanager
def writing(address, email):
    """Have two people write until the block ends."""
    writers = [Writer(Employee(address, email)) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.ends.set()
            writer.join()


@pytest.fixture
def timed():
    """Time the steps of a drill, and say at its end what each took."""
    seconds = {}

    @contextmanager
    def timed(step):
        began = time.monotonic()
        yield
        seconds[step] = round(time.monotonic() - began, 1)

    yield timed
    print(seconds)  # noqa: T201  # `make drill` shows it


@contextmanager
def running(place):
    """Run the suite of a place."""
    suite = place.start()
    try:
        yield suite
    finally:
        suite.close()


def lost_under_load(old, folder, timed):
    """Back a suite up while people write, and lose it; return the agency and what was answered before the backup."""
    with running(old) as suite:
        nordlys = suite.found("Nordlys Bemanning")
        with writing(suite.address(), nordlys.email) as writers:
            time.sleep(2)
            customers = [customer for writer in writers for customer in list(writer.customers)]
            files = {path: content for writer in writers for path, content in list(writer.files.items())}
            with timed("backup"):
                operate("backup-all", folder, *old.reached)
        assert not [failure for writer in writers for failure in writer.failures]
    return nordlys, customers, files


def test_the_drill_restores_a_suite_that_was_backed_up_under_load(place_of, tmp_path, timed):
    nordlys, customers, files = lost_under_load(place_of(), tmp_path / "backup", timed)
    new = place_of()
    with timed("restore"):
        operate("restore-all", tmp_path / "backup", *new.reached)
    with running(new) as suite:
        with timed("reconcile"):
            operate("reconcile", "--repair", "--patience", "5", *new.reached)
        assert operate("reconcile", *new.reached).splitlines()[-1].startswith("0 differences")

        again = Agency(suite.address(), nordlys.tenant, nordlys.email)
        check_the_restored(again.ada, customers, files)


def check_the_restored(ada, customers, files):
    """Whatever had been answered before the backup is there; files open, the log is whole, numbers go on unbroken."""
    numbers = {each["id"]: each["number"] for each in everything(ada, "/api/customers/customers")}
    assert customers
    assert {each["id"]: each["number"] for each in customers}.items() <= numbers.items()
    assert files
    assert {path: ada.get(path).content for path in files} == files
    seal = ada.get("/api/customers/log/seal").json()
    assert seal["broken_at"] is None
    assert seal["entries"] >= 3 * len(customers)  # registered, renamed, a contact
    assert sorted(numbers.values()) == list(range(10001, 10001 + len(numbers)))
    assert ada.register("Den neste AS")["number"] == 10001 + len(numbers)


def everything(ada, path):
    """Walk through all pages of a list."""
    cursor = ""
    while cursor is not None:
        page = ada.get(f"{path}?limit=200{cursor and f'&cursor={cursor}'}").json()
        yield from page["items"]
        cursor = page["next"]
