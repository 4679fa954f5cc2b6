"""A worker in this process, and its port."""

import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from chassis import worker
from chassis.operations import health
from chassis.operations.pulse import Loop
from tests.chassis.carriers import Messenger
from tests.suite import start

ROOT = Path(__file__).parents[3]


@pytest.fixture
def program(tmp_path):
    started = start("customers", f"sqlite:///{tmp_path}/customers.db")
    yield started
    started.close()


@contextmanager
def answering(program, *watched):
    """Serve the worker's port for as long as the block lasts; yield its address."""
    server = health.serve(program, watched, 0)
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def working(program):
    """Run a worker in this process."""
    stop = threading.Event()
    started = worker.start(program, Messenger(), stop)
    try:
        yield started
    finally:
        stop.set()
        for loop in started:
            loop.join(20)
            assert not loop.is_alive(), loop.name


@contextmanager
def going_round(program, work, **how):
    """Run one loop of the tests' own."""
    stop = threading.Event()
    loop = Loop(program, "loop", work, stop, **how)
    loop.start()
    try:
        yield loop
    finally:
        stop.set()
        loop.join(20)


def resting(stop):
    while not stop.is_set():
        stop.wait(0.01)


def last_round(loop):
    return time.monotonic() - loop.rested


def asked(address, path):
    answer = requests.get(address + path, timeout=5)
    return answer.status_code, answer.json()
