"""Processes run out of what they need, are killed by the kernel, or are asked to stop again and again."""

import random
import signal
import socket
import subprocess
import time
from contextlib import ExitStack

from tests.faults import mishaps
from tests.faults.driver import writing
from tests.faults.pulse import Pulse

RNG = random.Random(5)
FEW = 64  # open files
RECOVERED = 15.0  # seconds; a killed process needs some to start


def test_a_web_worker_killed_by_the_kernel_costs_its_requests_and_comes_back(plant, writers, journal, oracle):
    """L32: the master, which the platform watches, lives on."""
    with writing(writers, pause=0.01):
        for _ in range(3):
            time.sleep(0.5)
            with mishaps.web_worker_is_killed(plant, RNG):
                back = Pulse(plant, writers[0]).felt(RECOVERED)
    print(f"answering {back:.1f} s after the kill")  # noqa: T201  # a figure to read
    assert oracle.verdict() == []


def test_a_web_process_out_of_files_comes_back_by_itself(plant, writers, oracle):
    """L32."""
    master = plant.children["customers", "web"]
    for pid in master.offspring():
        subprocess.run(["prlimit", f"--nofile={FEW}:{FEW}", f"--pid={pid}"], check=True)
    with writing(writers, pause=0.02):
        with ExitStack() as stack:
            for _ in range(2 * FEW):
                idle = stack.enter_context(socket.socket())
                idle.settimeout(5)
                idle.connect(("127.0.0.1", plant.ports["customers"]))
            time.sleep(2)
        back = Pulse(plant, writers[0]).felt(RECOVERED)
    print(f"answering {back:.1f} s after the flood")  # noqa: T201  # a figure to read
    assert oracle.verdict() == []


def test_a_worker_out_of_memory_is_killed_and_another_goes_on(plant, writers, oracle):
    """L32."""
    with writing(writers, pause=0.02):
        for name in plant.programs:
            plant.kill(name, "worker")
            plant.start(name, "worker")
    assert oracle.verdict() == []


def test_workers_that_are_asked_to_stop_again_and_again_lose_nothing(plant, writers, oracle):
    """L33: at any moment of what they do."""
    with writing(writers, pause=0.01):
        for _ in range(2):
            with mishaps.workers_are_restarted(plant, RNG):
                pass
    assert oracle.verdict() == []


def test_workers_that_were_frozen_for_seconds_go_on(plant, writer, oracle):
    """L33."""
    workers = [plant.children[name, "worker"] for name in plant.programs]
    for worker in workers:
        worker.signal(signal.SIGSTOP)
    time.sleep(2.5)
    for worker in workers:
        worker.signal(signal.SIGCONT)
    Pulse(plant, writer).felt(RECOVERED)
    assert all(worker.alive() for worker in workers)
    assert oracle.verdict() == []


def test_a_worker_that_is_asked_to_stop_does_so_in_time(plant):
    """L33: within the ten seconds that every platform grants."""
    for name in plant.programs:
        began = time.monotonic()
        plant.children[name, "worker"].stop()
        assert time.monotonic() - began < 10
        plant.start(name, "worker")


def test_web_processes_that_are_renewed_again_and_again_fail_no_request(plant, writers, journal, oracle):
    """L33."""
    with writing(writers, pause=0.01):
        for _ in range(4):
            with mishaps.web_is_renewed(plant, RNG):
                time.sleep(0.5)
        time.sleep(3)
    intents = journal.read().values()
    assert sum(each.accepted for each in intents) > 50
    assert [each for each in intents if each.silent or set(each.statuses) & {502, 503, 504}] == []
    assert oracle.verdict() == []
