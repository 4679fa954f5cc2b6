"""A web process that is replaced or told to stop turns nobody away."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest
import requests

from tests.launching import free_port
from tests.suite import environment, start
from tests.system.forms import PYTHON, ROOT, Group

PARTS = ("chassis", "contracts", "services")
REQUEST = b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CURSOR_KEY = "a cursor key for the tests only, 40 long"


class Site:
    """The customers' web process, with code and settings of its own."""

    def __init__(self, folder):
        self.code = folder / "code"
        for part in PARTS:
            shutil.copytree(ROOT / part, self.code / part, ignore=shutil.ignore_patterns("__pycache__"))
        self.key = folder / "cursor-key"
        self.key.write_text(CURSOR_KEY)
        url = f"sqlite:///{folder}/customers.db"
        start("customers", url).engine.dispose()
        env = environment(url, PYTHONPATH=str(self.code), PATH="/usr/bin:/bin", PYTHONDONTWRITEBYTECODE="1")
        del env["KUNDEKORT_CURSOR_KEY"]
        self.port = free_port()
        command = [*PYTHON, "chassis", "web", "customers", "--port", str(self.port)]
        self.process = Group(command, folder, env | {"KUNDEKORT_CURSOR_KEY_FILE": str(self.key)})

    def start(self):
        self.process.start()
        eventually(lambda: self.ask().status_code == 200)

    def ask(self, path="/live", **kwargs):
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, **kwargs)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def tell(self, number):
        """Send a signal to the master only, as a platform does."""
        self.process.send(number)

    def said(self, what):
        return self.process.log().count(what)


def eventually(holds, within=60):
    until = time.monotonic() + within
    while True:
        with suppress(requests.ConnectionError):
            if holds():
                return
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    made.start()
    yield made
    made.process.kill()


@contextmanager
def asking(site):
    """Ask again and again, on a new connection every time; give what went wrong."""
    wrong, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                assert site.ask().status_code == 200
            except (requests.RequestException, AssertionError) as error:
                wrong.append(repr(error))
            stop.wait(0.01)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_new_workers_serve_before_the_old_ones_stop(site):
    with asking(site) as wrong:
        for round_ in (1, 2):
            site.tell(signal.SIGHUP)
            eventually(lambda round_=round_: site.said("Worker exiting") == round_)

    assert wrong == []
    assert site.said("Booting worker") == 3


def test_new_workers_have_the_code_of_now(site):
    with (site.code / "chassis/operations/health.py").open("a") as code:
        code.write("\n\ndef liveness(program, watched=()):\n    return {'service': 'renewed'}, 200\n")
    assert site.ask().json() == {"service": "customers"}

    site.tell(signal.SIGHUP)

    eventually(lambda: site.ask().json() == {"service": "renewed"})


def test_the_master_of_a_web_process_knows_nothing_that_its_workers_renew():
    found = (
        "import sys, chassis.run, chassis.web; print(*(n for n in sys.modules if n.startswith(('chassis', 'flask'))))"
    )
    loaded = subprocess.run([sys.executable, "-c", found], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(loaded.split()) == {"chassis", "chassis.run", "chassis.web"}


def test_workers_that_do_not_come_up_leave_the_old_ones_at_work(site):
    site.key.write_text("too short")
    with asking(site) as wrong:
        site.tell(signal.SIGHUP)
        eventually(lambda: site.said("the old ones go on"))
        site.key.write_text(CURSOR_KEY)
        site.tell(signal.SIGHUP)
        eventually(lambda: site.said("Worker exiting") == 2)

    assert wrong == []
    assert site.process.alive()


def test_who_stands_at_the_door_at_term_is_still_served(site):
    site.process.signal(signal.SIGSTOP)
    waiting = [site.connect() for _ in range(20)]
    for each in waiting:
        each.sendall(REQUEST)
    site.tell(signal.SIGTERM)
    site.process.signal(signal.SIGCONT)

    answers = [each.makefile("rb").readline() for each in waiting]
    for each in waiting:
        each.close()

    assert answers == [b"HTTP/1.1 200 OK\r\n"] * 20
    eventually(lambda: not site.process.alive())


def test_the_door_is_closed_while_the_last_request_is_served(site):
    slow = site.connect()
    slow.sendall(b"POST /customers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{")
    time.sleep(0.2)
    site.tell(signal.SIGTERM)

    eventually(lambda: refused(site), within=2)
    slow.sendall(b"}")

    assert slow.makefile("rb").readline() == b"HTTP/1.1 401 UNAUTHORIZED\r\n"
    slow.close()
    eventually(lambda: not site.process.alive())


def refused(site):
    try:
        site.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_worker_that_is_told_to_stop_again_while_it_hears_it_stops_all_the_same(site):
    """gunicorn's master says so at once twice, and once a second thereafter."""
    for ends in range(1, 5):
        eventually(lambda: site.ask().status_code == 200)
        [worker] = site.process.offspring()
        with suppress(ProcessLookupError):
            for _ in range(20_000):
                os.kill(worker, signal.SIGTERM)

        eventually(lambda ends=ends: site.said("Worker exiting") == ends, within=10)
